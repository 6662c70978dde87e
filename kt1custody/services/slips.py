"""Confidential records as the services use them: who may open them, and under which office key.

**Rule:** an office key is never stored but wrapped to a person whose role may read records; it is
in memory only while such a person's key is unlocked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kt1custody.core import cbor
from kt1custody.core.keyring import RECORD_ROLES, Control, Key
from kt1custody.errors import NotAllowedError, VerificationError
from kt1custody.services.append import Pen
from kt1custody.services.desk import Desk
from kt1custody.signing import slips
from kt1custody.signing.key_files import PersonKey
from kt1custody.store import records
from kt1custody.store.log import LogBook

About = int | str


@dataclass(slots=True)
class Reader:
    """A person with whose key records can be opened."""

    book: LogBook
    person: PersonKey
    _keys: dict[str, bytes] = field(default_factory=dict)

    def key(self, name: str) -> bytes:
        """Open an office key or seal key.

        Raises:
            NotAllowedError: `no-access`: it is not wrapped to this person; `office-key-lost`: none
                is, though the role may read.
        """
        if name not in self._keys:
            kid = self.person.signing.kid
            wrapped = records.find_wrapped(self.book.connection, name, kid)
            if wrapped is None:
                held = records.has_wrapped(self.book.connection, kid)
                may = self.book.control.current_key(self.person.staff) in readers(self.book.control)
                code = "office-key-lost" if may and not held else "no-access"
                raise NotAllowedError(code, staff=self.person.staff)
            self._keys[name] = self.person.opening.unwrap(wrapped, self.book.control.log, name)
        return self._keys[name]

    def open(self, commitment: bytes, about: About) -> dict[str, cbor.Value] | None:
        """Open the record with a commitment; None if it is not there or erased.

        Raises:
            VerificationError: `record-broken`.
        """
        found = records.find(self.book.connection, commitment)
        if found is None:
            return None
        name, sealed = found
        log = self.book.control.log
        return slips.open_record(sealed, log=log, about=about, office_key=self.key(name))

    def broken(self) -> list[bytes]:
        """Open every record that still has its key; give commitments of those that do not fit."""
        log, found = self.book.control.log, []
        for about, name, sealed in records.every(self.book.connection):
            if name is None:
                continue
            known = int(about) if about.isdecimal() else about
            try:
                slips.open_record(sealed, log=log, about=known, office_key=self.key(name))
            except (VerificationError, NotAllowedError):
                found.append(sealed.commitment)
        return found


def office_key(pen: Pen, staff: str) -> tuple[str, bytes]:
    """Give name and bytes of this year's office key; made in the first act of a year.

    Args:
        staff: Whose unlocked key opens it.
    """
    book = pen.book
    name = f"office-{datetime.fromtimestamp(pen.now, pen.desk.zone).year}"
    if name not in records.wrapped_names(book.connection):
        key = slips.new_key()
        for reader in readers(book.control):
            share(book, name, key, reader)
    return name, Reader(book, pen.desk.person(staff)).key(name)


def put(
    pen: Pen, staff: str, about: Sequence[About], contents: Sequence[dict[str, cbor.Value]]
) -> list[bytes]:
    """Encrypt and store records, and give their commitments in the same order."""
    name, key = office_key(pen, staff)
    log = pen.book.control.log
    sealed = [
        slips.seal_record(content, log=log, about=thing, office_key=key)
        for thing, content in zip(about, contents, strict=True)
    ]
    records.put(pen.book.connection, about, name, sealed)
    return [one.commitment for one in sealed]


def readers(control: Control) -> list[Key]:
    """List the keys to which office keys and seal key are wrapped."""
    return [
        key
        for key in control.keys.values()
        if key.role in RECORD_ROLES and key.enc is not None and key.kid not in control.revoked
    ]


def refuse_no_reader(book: LogBook, staff: str) -> None:
    """Refuse a person to whom no office key and seal key is wrapped, before a PIN is asked for.

    Raises:
        NotAllowedError: `no-access`.
    """
    if book.control.current_key(staff) not in readers(book.control):
        raise NotAllowedError("no-access", staff=staff)


def share(book: LogBook, name: str, key: bytes, reader: Key) -> None:
    """Wrap an office key or seal key to one person."""
    assert reader.enc is not None  # noqa: S101  # `readers` asked
    wrapped = slips.wrap(key, reader.enc, book.control.log, name)
    records.put_wrapped(book.connection, name, reader.kid, wrapped)


def share_all(pen: Pen, giver: str, reader: Key) -> None:
    """Wrap every office key and the seal key in force to a person who has just been enrolled."""
    source, seal = Reader(pen.book, pen.desk.person(giver)), pen.book.control.current_key("seal")
    for name in records.wrapped_names(pen.book.connection):
        if name.startswith("seal-") and (seal is None or name != f"seal-{seal.kid.hex()}"):
            continue  # a key that signs no more is nobody's any more
        if records.find_wrapped(pen.book.connection, name, reader.kid) is None:
            share(pen.book, name, source.key(name), reader)


def names(desk: Desk, book: LogBook, staff: str) -> dict[str, str]:
    """Open the names of all staff, for a person who may read records.

    Officers of the founding have theirs in the record of its machine, until they get a new key.
    """
    reader = Reader(book, desk.person(staff))
    names: dict[str, str] = {}
    founders: dict[str, str] = {}
    for number, commitment in book.control.names.items():
        record = reader.open(commitment, number) or {}
        name, others = record.get("name"), record.get("founders")
        if isinstance(name, str):
            names[number] = name
        if isinstance(others, Mapping):
            founders |= {who: str(other) for who, other in others.items()}
    return founders | names
