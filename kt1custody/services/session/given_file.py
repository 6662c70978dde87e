"""A file as somebody hands it over: what it is called, and what it holds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenFile:
    """A file that a person has named or sent; untrusted.

    Attributes:
        name: Its own, without the folders above it.
        content: Its bytes; of one that is too long at least one more than it may have.
    """

    name: str
    content: bytes
