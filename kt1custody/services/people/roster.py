"""The people and machines of the service, as the log knows them now.

**Rule:** read-only. Names are opened only for a person who may read them; a machine's missing acts
are counted from its own counter.
"""

from dataclasses import dataclass

from kt1custody.core.log.keyring import Key
from kt1custody.core.log.schema import PEOPLE_ROLES
from kt1custody.services.session import slips
from kt1custody.services.session.session import Session
from kt1custody.signing import tries
from kt1custody.store.log import LogBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person of the service as the log knows him now.

    Attributes:
        name: Opened for a reader who may read names, or None.
        key: His newest key, with role, office and term.
        is_revoked: That key has been ended and there is no other.
        hold: Position of the entry that stopped him, or None.
        used: When a PIN of theirs was typed last on this machine or in a browser of it, Unix seconds
            UTC; None: never.
    """

    number: str
    name: str | None
    key: Key
    is_revoked: bool
    hold: int | None
    used: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledDevice:
    """A machine that signs acts.

    Attributes:
        counter: Of its newest act in the log, or None before its first.
        missing: How many acts before that have not come.
        last: When the log took its newest act, Unix seconds UTC, or None.
        hold: Position of the entry that stopped it, or None.
    """

    number: str
    office: int
    counter: int | None
    missing: int
    last: int | None
    hold: int | None


def members(session: Session, reader: str | None = None) -> list[Member]:
    """List the people of the service by staff number.

    Args:
        reader: For whom the names are opened, or None.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        control = book.control
        names = {} if reader is None else slips.names(session, book, reader)
        newest = {key.owner: key for key in control.keys.values() if key.role in PEOPLE_ROLES}
        return [
            Member(
                number=number,
                name=names.get(number),
                key=control.current_key(number) or key,
                is_revoked=control.current_key(number) is None,
                hold=control.holds.get(number),
                used=tries.touched(tries.path(session.keys, number)),
            )
            for number, key in sorted(newest.items())
        ]


def devices(session: Session) -> list[EnrolledDevice]:
    """List the machines that sign acts, by name."""
    with session.database.read() as connection:
        book = LogBook(connection)
        found = []
        for number, office in sorted(book.control.devices.items()):
            chain = book.chain_of(number)
            found.append(
                EnrolledDevice(
                    number=number,
                    office=office,
                    counter=chain.last,
                    missing=0 if chain.last is None else chain.last + 1 - chain.known,
                    last=None if chain.seq is None else book.time_of(book.entry(chain.seq)),
                    hold=book.control.holds.get(number),
                )
            )
        return found
