"""The witness: a program of another body, which needs no log on its machine.

**Rule:** what the log's side does with witnesses is `services.witness`'s; neither imports the other.
What both must know alike, the formats of C2SP, is in `core.log.tlog`.
"""
