"""The command line: reads words, calls one service, shows the answer.

**Rule:** no rule of custody stands here. Services are imported inside the commands, so that
`kt1 --help` does not load a database library. Words are looked up when a module is imported, so
the language is chosen before.
"""
