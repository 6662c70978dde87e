"""The auditor: verifies a log or a bundle without the code that wrote it.

**Rule:** imports `core`, `signing` and `errors` alone; it is fed bytes. It lists findings and goes
on, because an auditor wants all of them; what it did not check it says.
"""
