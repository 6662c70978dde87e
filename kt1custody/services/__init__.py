"""What a person can ask of the system: rooms by subject, one module a verb.

**Rule:** what is signed is a use case: a value that is tried, proposed, signed and committed
(`session/use_case.py`); one writer appends it. A service neither speaks to a person nor knows a face. It
takes and gives values, such as bytes and rows, never a place on this machine: files and folders that
a person names are the faces' business.
"""
