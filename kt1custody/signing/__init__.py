"""Keys, signatures and encryption: the only home of cryptography.

**Rule:** no other folder imports a cryptographic library, and no exception of one leaves this one.
"""
