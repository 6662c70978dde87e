"""Rules and formats: no I/O, no clock, no chance.

**Rule:** a rule of custody is here or it does not exist. Imports the standard library, the CBOR
codec and `errors` only. Formats: `.docs/formats.md`.
"""
