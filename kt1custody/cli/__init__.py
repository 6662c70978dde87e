"""The command line: reads words, calls one service, shows the answer.

**Rule:** no rule of custody stands here. Services are imported inside the commands, so that
`kt1 --help` does not load a database library. Help is looked up when a module is imported, in the
language of `speech`.
"""
