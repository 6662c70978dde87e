"""Offices and agencies in force: the catalogues that the log names."""

from functools import lru_cache

from kt1custody.core.formats import places
from kt1custody.core.formats.places import Agency, Office, Places
from kt1custody.errors import RefusedError, VerificationError
from kt1custody.store.log import LogBook, catalogue


def read_places(book: LogBook) -> Places:
    """Read both lists as the newest `catalogue` acts name them.

    Raises:
        RefusedError: `no-catalogue` with its kind: two officers must load it first.
        VerificationError: `catalogue-changed`: the bytes are not those that the log names.
    """
    return _index(_content(book, "offices"), _content(book, "agencies"))


def read_offices(book: LogBook) -> tuple[Office, ...]:
    """Read the list of offices in force; raises as `read_places`."""
    return places.read_offices(_content(book, "offices"))


def read_agencies(book: LogBook) -> tuple[Agency, ...]:
    """Read the list of agencies in force; raises as `read_places`."""
    return places.read_agencies(_content(book, "agencies"))


@lru_cache(maxsize=4)  # the lists change a few times a year
def _index(offices: bytes, agencies: bytes) -> Places:
    return places.places(places.read_offices(offices), places.read_agencies(agencies))


def _content(book: LogBook, kind: str) -> bytes:
    digest = book.control.catalogues.get(kind)
    if digest is None:
        raise RefusedError("no-catalogue", kind=kind, list=kind)
    content = catalogue(book.connection, digest)
    if content is None:
        raise VerificationError("catalogue-changed", kind=kind)
    return content
