"""Looking: what somebody holds, which items are open, and the story of one item.

**Rule:** read-only. The story comes from the log's entries, with its gaps; a slip is shown only to
the clerk or controller whose key opens it.
"""

from dataclasses import dataclass, replace

from kt1custody.core import cbor
from kt1custody.core.custody import ItemState
from kt1custody.core.entry import Entry
from kt1custody.core.item import Slip, read_slip
from kt1custody.core.keyring import OFFICE_ROLES
from kt1custody.core.places import Places
from kt1custody.errors import NotAllowedError, RefusedError
from kt1custody.services import scan, slips
from kt1custody.services.desk import Desk
from kt1custody.services.places import read_places
from kt1custody.store.log import LogBook


@dataclass(frozen=True, slots=True)
class Happening:
    """One line in the story of an item.

    Attributes:
        at: Time claimed by the device, Unix seconds UTC.
        accepted_at: When the log took it.
        after: Seconds since the happening before; None for the first.
        people: Role and staff number of everybody who signed.
        to: New holder of a handover, else None.
        serial: Seal that the line names.
        found: False if a taker has not found the item.
        change: Of a correction: its field, and what it says now.
        of: Position of the entry that it corrects, or of the step that a settlement keeps.
        codes: What the log judged of this line and of the whole act.
    """

    seq: int
    kind: str
    at: int
    accepted_at: int
    after: int | None
    people: tuple[tuple[str, str], ...]
    to: str | None
    serial: int | None
    reason: str | None
    cond: str | None
    codes: tuple[str, ...]
    found: bool = True
    change: tuple[str, cbor.Value] | None = None
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """All that the log says of one item.

    Attributes:
        now: When the story is told, Unix seconds UTC.
        slip: The confidential record, if it was asked for and could be opened.
    """

    state: ItemState
    happenings: tuple[Happening, ...]
    now: int
    places: Places | None
    slip: Slip | None
    names: dict[str, str]


def held(desk: Desk, holder: str) -> list[ItemState]:
    """List what a person or office holds now.

    Raises:
        RefusedError: `no-such-holder`.
    """
    with desk.database.read() as connection:
        book = LogBook(connection)
        # Who has left may still hold items, and that is when one asks.
        people = {key.owner for key in book.control.keys.values()}
        if holder not in people | _offices(book):
            raise RefusedError("no-such-holder", who=holder)
        return book.items(holder=holder)


def listed(desk: Desk, *, holder: str | None, is_open: bool, is_unsealed: bool) -> list[ItemState]:
    """List items by number."""
    with desk.database.read() as connection:
        return LogBook(connection).items(holder=holder, is_open=is_open, is_unsealed=is_unsealed)


def story(desk: Desk, given: str, reader: str | None = None) -> Story:
    """Tell the story of an item.

    Args:
        given: Untrusted: its number, its seal, or a picture of it.
        reader: Clerk or controller for whom the slip and the names are opened, or None.

    Raises:
        RefusedError: `no-such-item`.
        NotAllowedError: `no-access`.
    """
    with desk.database.read() as connection:
        scanned = scan.item(LogBook(connection), given)
    if reader is not None:
        desk.unlock([reader])
    with desk.database.read() as connection:
        book = LogBook(connection)
        state = book.item(scanned.n)
        if state is None:
            raise RefusedError("no-such-item", n=scanned.n)
        slip, names = (None, {}) if reader is None else _open(desk, book, state, reader)
        return Story(
            state,
            _happenings(book, state.n),
            desk.now(book.control),
            read_places(book) if "offices" in book.control.catalogues else None,
            slip,
            names,
        )


def places(desk: Desk) -> Places | None:
    """Give the offices and agencies in force, or None before they are loaded."""
    with desk.database.read() as connection:
        book = LogBook(connection)
        known = book.control.catalogues.keys() >= {"offices", "agencies"}
        return read_places(book) if known else None


def clerks(desk: Desk) -> list[str]:
    """List the clerks of the founding office, by staff number."""
    with desk.database.read() as connection:
        control = LogBook(connection).control
    return sorted(
        key.owner
        for key in control.keys.values()
        if key.role == "clerk" and key.office == control.office and key.kid not in control.revoked
    )


def _offices(book: LogBook) -> set[str]:
    control = book.control
    return {str(key.office) for key in control.keys.values()} | {str(control.office)}


def _open(
    desk: Desk, book: LogBook, state: ItemState, reader: str
) -> tuple[Slip | None, dict[str, str]]:
    key = book.control.current_key(reader)
    if key is None or key.role not in OFFICE_ROLES:
        raise NotAllowedError("no-access", staff=reader)
    record = slips.Reader(book, desk.person(reader)).open(state.commit, state.n)
    return read_slip(record) if record else None, slips.names(desk, book, reader)


def _happenings(book: LogBook, n: int) -> tuple[Happening, ...]:
    found: list[Happening] = []
    for seq, index, _ in book.lines(n):
        entry = book.entry(seq)
        after = entry.accepted_at - found[-1].accepted_at if found else None
        found.append(_happening(book, n, entry, index, after))
    return tuple(found)


def _happening(book: LogBook, n: int, entry: Entry, index: int, after: int | None) -> Happening:
    act = entry.act
    told = Happening(
        entry.seq,
        act.type,
        act.at,
        entry.accepted_at,
        after,
        tuple(zip(act.roles, act.persons, strict=True)),
        None,
        None,
        act.text_or_none("reason"),
        None,
        tuple(code for place, code in entry.judgement if place in (-1, index)),
    )
    if index >= len(act.lines):
        return replace(told, found=False)
    line = act.lines[index]
    reason = line.fields.get("reason") or told.reason
    told = replace(told, serial=line.seal, cond=line.cond, reason=str(reason) if reason else None)
    match act.type:
        case "handover" | "offer":
            office = act.number_or_none("office")
            return replace(told, to=str(office) if office else act.text("to"))
        case "print":
            return replace(told, serial=line.number("serial"))
        case "correct":
            target = book.find(act.octets("of"))
            change = act.text("field"), act.fields["value"]
            return replace(told, change=change, of=None if target is None else target.seq)
        case "settle":
            return replace(told, of=_kept(book, n, line.fields["keep"]))
        case _:
            return told


def _kept(book: LogBook, n: int, step: cbor.Value) -> int | None:
    """Find the position of a step by its hash."""
    return next((seq for seq, _ in book.past(n) if book.entry(seq).step == step), None)
