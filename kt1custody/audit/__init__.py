"""The auditor: verifies a log, a bundle or a dossier without the code that wrote it.

**Rule:** imports `core`, `signing` and `errors` alone. What it is given is untrusted bytes, in
folders that somebody handed over or row by row; it writes nothing but an auditor's own file. It
lists findings and goes on, because an auditor wants all of them; what it did not check it says.
"""
