"""Finding agencies and slips by what people remember of them.

**Rule:** slips are opened into memory for one clerk or controller, only those that his own office
registered and only recent ones; neither the index nor what was sought is written anywhere. What is
shown is opened again, so that nothing erased meanwhile comes back.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from kt1custody.core.custody.holding import is_clear
from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats.item import Slip, read_slip
from kt1custody.core.formats.numbers import format_item_number
from kt1custody.core.formats.places import Agency, Places
from kt1custody.core.log.entry import CLOCK_SLACK
from kt1custody.core.log.keyring import OFFICE_ROLES
from kt1custody.core.search import RECENT_DAYS, Hits, Index, Way, reference_parts, sought, words
from kt1custody.errors import MalformedInputError, NotAllowedError, RefusedError, VerificationError
from kt1custody.services.session import lost, readings
from kt1custody.services.session.places import read_places
from kt1custody.services.session.session import Session
from kt1custody.services.session.slips import Reader, reader_of
from kt1custody.signing.slips import SealedRecord
from kt1custody.store import records
from kt1custody.store.log import LogBook

LIMIT = 20


@dataclass(frozen=True, slots=True)
class FoundAgency:
    """An agency that fits, how, and the name of the office that delivers to it."""

    agency: Agency
    way: Way
    office: str


@dataclass(frozen=True, slots=True)
class FoundAgencies:
    """Agencies that fit, best first, and how many there are."""

    best: tuple[FoundAgency, ...]
    total: int


@dataclass(frozen=True, slots=True)
class FoundSlip:
    """An item whose slip fits.

    Attributes:
        at: When the log took its registration, Unix seconds UTC.
    """

    state: ItemState
    slip: Slip
    way: Way
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSlips:
    """Slips that fit, best first.

    Attributes:
        total: How many fit.
        searched: How many were searched.
        unopened: How many could not be, since they are erased or damaged.
        lost: How many could not be, since two officers have declared them lost.
        first: First day searched, local; the last is `last`, today.
        places: The lists in force.
    """

    best: tuple[FoundSlip, ...]
    total: int
    searched: int
    unopened: int
    lost: int
    first: date
    last: date
    places: Places


def agencies(session: Session, typed: str, *, limit: int = LIMIT) -> FoundAgencies:
    """Find agencies in the list in force; needs nobody's key.

    What no name and no code fits is sought in the addresses too, which name old places as well.

    Args:
        typed: Untrusted.

    Raises:
        MalformedInputError: `search-empty`, `search-too-long`.
        RefusedError: `no-catalogue`.
    """
    with session.database.read() as connection:
        places = read_places(LogBook(connection))
    # Of those that fit alike the last one comes first: short names, which say what they are.
    known = sorted(places.agencies.values(), key=_long_first)
    hits = _search(known, typed, limit, with_address=False)
    if not hits.total:
        hits = _search(known, typed, limit, with_address=True)
    best = []
    for place, way in hits.best:
        office = places.destination(known[place])
        name = office.name if office else known[place].delivery_point
        best.append(FoundAgency(known[place], way, name))
    return FoundAgencies(tuple(best), hits.total)


def named(session: Session, typed: Iterable[str]) -> dict[str, Agency]:
    """Give the agencies whose code or whole name was typed; what might be another is left out.

    Args:
        typed: Untrusted.

    Raises:
        RefusedError: `no-catalogue`.
    """
    with session.database.read() as connection:
        places = read_places(LogBook(connection))
    meant = {text: places.meant(text) for text in set(typed)}
    return {text: agency for text, agency in meant.items() if agency is not None}


def _search(known: Sequence[Agency], typed: str, limit: int, *, with_address: bool) -> Hits:
    index = Index()
    for agency in known:
        index.add([agency.name], [agency.code, *([agency.address] if with_address else [])])
    return index.search(typed, limit)


class Finder:
    """Recent slips of one office in memory, for one person; made anew when he unlocks."""

    def __init__(self, session: Session, reader: str, *, days: int = RECENT_DAYS) -> None:
        """Nothing is opened before the first search.

        Args:
            reader: Staff number of a clerk or controller.
            days: 1 … `RECENT_DAYS`, today being the first.
        """
        if not 1 <= days <= RECENT_DAYS:
            msg = f"not a number of days to search: {days}"
            raise ValueError(msg)
        self._session, self._reader, self._days = session, reader, days
        self._index = Index()
        self._items = array("Q")  # number and time of registration, by place in the index
        self._times = array("Q")
        self._places: tuple[Mapping[str, bytes], Places] | None = None
        self._unopened = self._lost = 0
        self._first: date | None = None
        self._office = 0
        self._seq = -1  # the last position that was looked at

    def check(self, typed: str) -> None:
        """Refuse a search that would find nothing, before a PIN is typed; raises as `search`."""
        sought(typed)
        with self._session.database.read() as connection:
            self._admit(LogBook(connection))

    def search(self, typed: str, *, limit: int = LIMIT) -> FoundSlips:
        """Find slips; those that were registered since the last search are opened first.

        Args:
            typed: Untrusted.

        Raises:
            MalformedInputError: `search-empty`, `search-too-long`.
            NotAllowedError: `no-access`: no clerk or controller; `no-office-key`: the key of his
                office is not wrapped to him; `locked`.
            RefusedError: `no-catalogue`, `no-such-person`.
        """
        sought(typed)
        with self._session.database.read() as connection:
            book = LogBook(connection)
            self._admit(book)
            places = self._read_places(book)
            reader = reader_of(self._session, book, self._reader)
            now = datetime.fromtimestamp(self._session.now(book.control), self._session.zone)
            if self._first is None:
                self._first = now.date() - timedelta(days=self._days - 1)
            self._take(reader, places, self._first)
            hits = self._index.search(typed, limit)
            book.load(self._items[place] for place, _ in hits.best)
            opened = [self._open(reader, place, way) for place, way in hits.best]
            best = tuple(one for one in opened if one is not None)
            seen = [(one.state.n, one.state.commit) for one in best]
            readings.note(self._session, book, self._reader, "search", seen)
        return FoundSlips(
            best=best,
            total=hits.total,
            searched=len(self._index),
            unopened=self._unopened,
            lost=self._lost,
            first=self._first,
            last=now.date(),
            places=places,
        )

    def _admit(self, book: LogBook) -> None:
        """Ask the log who this is; people leave, and move to other offices."""
        key = book.control.current_key(self._reader)
        if key is None:
            raise RefusedError("no-such-person", who=self._reader)
        moved = self._office not in (0, key.office)
        if key.role not in OFFICE_ROLES or moved:
            raise NotAllowedError("no-access", staff=self._reader)
        self._office = key.office

    def _read_places(self, book: LogBook) -> Places:
        """Read the lists in force, again only if the log names others."""
        hashes = book.control.catalogues
        if self._places is None or self._places[0] != hashes:
            self._places = hashes, read_places(book)
        return self._places[1]

    def _take(self, reader: Reader, places: Places, first: date) -> None:
        """Open the slips that this office registered since the last time."""
        book, since = reader.book, _midnight(first, self._session)
        declared = lost.declared(book)
        if self._seq < 0:
            self._seq = _position(book, since - CLOCK_SLACK) - 1
        for seq, rows in groupby(
            records.slips(book.connection, after=self._seq), key=lambda row: row[0]
        ):
            entry = book.entry(seq)
            at = book.time_of(entry)
            if entry.act.number("office") == self._office and at >= since:
                brought = {
                    one.n for place, one in enumerate(entry.act.lines) if is_clear(entry, place)
                }
                for _, n, sealed in rows:
                    slip = _read(reader, n, sealed) if n in brought else None
                    if slip is not None:
                        self._add(n, slip, at, places)
                    elif n in brought and sealed.commitment in declared:
                        self._lost += 1
                    elif n in brought:
                        self._unopened += 1
            self._seq = seq
        self._seq = book.seq

    def _add(self, n: int, slip: Slip, at: int, places: Places) -> None:
        codes = (slip.sender, slip.recipient)
        names = [places.agencies[code].name for code in codes if code in places.agencies]
        # A note is found by its words: whole notes would be as many texts as there are slips.
        note = (slip.note or "").split()
        reference = reference_parts(slip.reference or "")
        number = format_item_number(n).split()
        self._index.add([*names, slip.named or ""], [*codes, *reference, *number, *note])
        self._items.append(n)
        self._times.append(at)

    def _open(self, reader: Reader, place: int, way: Way) -> FoundSlip | None:
        """Open a slip to be shown; None if that is no longer possible."""
        state = reader.book.item(self._items[place])
        try:
            slip = None if state is None else reader.slip(state.commit, state.n)
        except VerificationError:
            return None
        if state is None or slip is None:
            return None
        return FoundSlip(reader.book.by_right_clock(state), slip, way, self._times[place])


def _read(reader: Reader, n: int, sealed: SealedRecord) -> Slip | None:
    """Open one slip; None if it is erased or damaged, which `kt1 verify` tells apart."""
    if not sealed.keys:
        return None
    if not reader.may_open(sealed) and reader.has_any():  # elsewhere, or under a key that is lost
        return None
    reader.key(reader.name_for(sealed))  # who has no key is told, not shown an empty list
    try:
        return read_slip(reader.open_sealed(sealed, n)[1])
    except (VerificationError, MalformedInputError):
        return None


def _midnight(day: date, session: Session) -> int:
    return int(datetime.combine(day, time(), session.zone).timestamp())


def _position(book: LogBook, since: int) -> int:
    """Give the position of the first entry since a time; no clock goes back by more than its slack."""
    return bisect_left(range(book.seq + 1), since, key=lambda seq: book.time_of(book.entry(seq)))


def _long_first(agency: Agency) -> tuple[int, str]:
    return -len(words(agency.name)), agency.code
