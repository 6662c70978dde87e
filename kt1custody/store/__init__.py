"""The database: the log with its guards, the tables derived from it, confidential records.

**Rule:** the only home of SQLModel and SQLAlchemy. Rows never leave this folder; what leaves is a
type of `core`, or bytes. No exception of the library leaves it either.
"""
