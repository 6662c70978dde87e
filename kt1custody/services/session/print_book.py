"""The book of printed seals: print jobs, label by label.

**Rule:** read-only. A job's number is its first serial; what another person,
office or device has printed is another job, whatever number it names. A disputed print is none. A
label is bound, void, or missing: it could still be bound, and nobody has scanned it.
"""

import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kt1custody.core.custody.holding import holding
from kt1custody.core.custody.judgement import fresh_serials
from kt1custody.core.custody.table import ItemState, Status
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Entry
from kt1custody.errors import MalformedInputError, RefusedError
from kt1custody.services.session import readings, scan, slips
from kt1custody.services.session.places import read_places
from kt1custody.services.session.session import Session
from kt1custody.store import prints
from kt1custody.store.log import LogBook
from kt1custody.store.prints import LabelCounts, PrintAct

STATES = ("bound", "void", "missing")
_DAY = 86_400
_WEEK = 7 * _DAY
_NONE = (0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLabel:
    """One seal of a print job.

    Attributes:
        place: Place in the job, from 1, as the label says it.
        item: State of its item now.
        state: One of `STATES`.
        reason: Why it is void, if the log says.
        new: The serial printed instead of it.
    """

    place: int
    item: ItemState
    serial: int
    state: str
    reason: str | None = None
    new: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintJob:
    """A print job.

    Attributes:
        number: Its first serial.
        at: When it was printed, Unix seconds UTC.
        by: Who printed it.
        labels: Of items that the log has heard of.
    """

    number: int
    at: int
    by: str
    labels: tuple[JobLabel, ...]

    def count(self, state: str) -> int:
        """Count the labels in a state."""
        return sum(one.state == state for one in self.labels)

    @property
    def gaps(self) -> list[tuple[int, int]]:
        """First and last place of every run of missing labels."""
        return ranges(one.place for one in self.labels if one.state == "missing")

    @property
    def summary(self) -> "JobSummary":
        """The job without its labels."""
        counts = {state: self.count(state) for state in STATES}
        return JobSummary(
            number=self.number,
            at=self.at,
            by=self.by,
            printed=len(self.labels),
            counts=counts,
            gaps=tuple(self.gaps),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSummary:
    """A print job as it is listed: `number`, `at` and `by` as of `PrintJob`.

    Attributes:
        printed: How many labels it has of items that the log has heard of.
        counts: How many of them are in each of `STATES`.
        gaps: First and last place of every run of missing labels.
    """

    number: int
    at: int
    by: str
    printed: int
    counts: Mapping[str, int]
    gaps: Sequence[tuple[int, int]]


def ranges(places: Iterable[int]) -> list[tuple[int, int]]:
    """Gather rising numbers into runs, first and last of each."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and runs[-1][1] == place - 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs


def read_ranges(typed: str, of: int) -> set[int]:
    """Read places of labels in a job, such as `1-117, 120`.

    Args:
        typed: Untrusted; empty for none.
        of: How many labels the job has.

    Raises:
        MalformedInputError: `places-malformed`.
    """
    found: set[int] = set()
    for part in filter(None, typed.replace(" ", "").replace("–", "-").split(",")):
        first, dash, last = part.partition("-")
        ends = [first, last] if dash else [first]
        if not all(end.isascii() and end.isdecimal() and len(end) < 10 for end in ends):
            raise MalformedInputError("places-malformed", most=of)
        begin, end = int(ends[0]), int(ends[-1])
        if not 1 <= begin <= end <= of:
            raise MalformedInputError("places-malformed", most=of)
        found |= set(range(begin, end + 1))
    return found


def find(book: LogBook, given: str) -> PrintJob:
    """Find a print job.

    Args:
        given: Untrusted: its number, any label of it, or an item: then the item's newest label.

    Raises:
        RefusedError: `job-unknown`; `serial-unknown`; `no-such-item`.
        MalformedInputError: As `scan.items`.
    """
    scanned = scan.item(book, given)
    printed = [serial for _, serial in book.serials_of([scanned.n])]
    serial = printed[-1] if scanned.serial is None and printed else scanned.serial
    if serial is None:
        raise RefusedError("job-unknown")
    return _job_of(book, scanned.n, serial)


def job(session: Session, given: str) -> PrintJob:
    """Show a print job; arguments and errors as of `find`."""
    with session.database.read() as connection:
        return find(LogBook(connection), given)


@dataclass(frozen=True, slots=True)
class Envelope:
    """By what a clerk knows the envelope on which a label belongs.

    Attributes:
        reference: Number of the document, or None.
        recipient: Name of the receiving agency.
    """

    reference: str | None
    recipient: str


def envelopes(session: Session, told: PrintJob, reader: str) -> dict[int, Envelope]:
    """Say by item number on which envelope each label of a job belongs; as `envelopes_of`."""
    return envelopes_of(session, [label.item for label in told.labels], reader)


def envelopes_of(session: Session, items: Iterable[ItemState], reader: str) -> dict[int, Envelope]:
    """Say by item number by what a clerk knows the envelopes of items.

    Args:
        reader: Clerk or controller for whom the slips are opened.

    Raises:
        NotAllowedError: As `slips.Reader.open`.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        slip_reader, agencies = slips.reader_of(session, book, reader), read_places(book).agencies
        found, seen = {}, []
        for item in {item.n: item for item in items}.values():
            slip = slip_reader.slip(item.commit, item.n)
            if slip is not None:
                agency = agencies.get(slip.recipient)
                name = agency.name if agency else slip.recipient
                found[item.n] = Envelope(slip.reference, name)
                seen.append((item.n, item.commit))
        readings.note(session, book, reader, "labels", seen)
        return found


def jobs(session: Session, begin: int | None, end: int | None) -> list[JobSummary]:
    """List print jobs, oldest first; only of those with missing labels are the acts read.

    Args:
        begin: Unix seconds UTC; None for a week ago.
        end: Unix seconds UTC, not included; None for all since.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        since = session.now(book.control) - _WEEK if begin is None else begin
        found: dict[tuple[object, ...], list[PrintAct]] = {}
        for act in prints.acts(connection, _begin(book, since) - 1):
            at = book.control.time_of(act.seq, act.accepted_at)
            if since <= at and (end is None or at < end):
                found.setdefault((act.job, act.by, act.office, act.dev), []).append(act)
        positions = [act.seq for job in found.values() for act in job]
        labels = prints.labels(connection, positions)
        told = [_summary(book, job, labels) for job in found.values()]
        return [one for one in told if one.printed]


def _summary(
    book: LogBook, job: Sequence[PrintAct], labels: Mapping[int, LabelCounts]
) -> JobSummary:
    """Sum up a job by its acts and the labels that each has made."""
    made = [labels[act.seq] for act in job if act.seq in labels]
    printed, bound, missing = (sum(counts) for counts in zip(*made, strict=True)) if made else _NONE
    if missing:
        return _read(book, [book.entry(act.seq) for act in job]).summary
    counts = {"bound": bound, "void": printed - bound, "missing": 0}
    first = job[0]
    return JobSummary(
        number=first.job, at=first.at, by=first.by, printed=printed, counts=counts, gaps=()
    )


def jobs_of(book: LogBook, living: Mapping[int, int]) -> list[int]:
    """Give the numbers of the jobs in which some seals were printed.

    Args:
        living: Serial → item number.
    """
    left, found = dict(living), []
    while left:
        serial, n = next(iter(left.items()))
        told = _job_of(book, n, serial)
        found.append(told.number)
        for one in {serial, *(label.serial for label in told.labels)}:
            left.pop(one, None)
    return sorted(found)


def acts(book: LogBook, kind: str, begin: int, end: int | None) -> Iterator[Entry]:
    """Read acts of one type of some days; nothing before them is read.

    Args:
        begin: Unix seconds UTC; `end` likewise, not included, or None.
    """
    for entry in book.acts(kind, after=_begin(book, begin) - 1):
        at = book.time_of(entry)
        if begin <= at and (end is None or at < end):
            yield entry


def _begin(book: LogBook, begin: int) -> int:
    """Give a position before which nothing was taken since a time, Unix seconds UTC."""
    # The log's times may step back by minutes where a clock was set, never by a day.
    return bisect.bisect_left(
        range(book.seq + 1), begin - _DAY, key=lambda seq: book.time_of(book.entry(seq))
    )


def _job_of(book: LogBook, n: int, serial: int) -> PrintJob:
    """Read the job in which a serial was printed: acts that follow each other in the log."""
    for seq, index, kind in book.lines(n):
        if kind == "print":
            entry = book.entry(seq)
            line = entry.act.lines[index]
            if line.number("serial") == serial and serial in _fresh(entry):
                if book.item(n) is None:  # printed for an item that the log has not heard of
                    raise RefusedError("no-such-item", n=n)
                return _read(book, _whole_job(book, entry))
    raise RefusedError("job-unknown")


def office_of(book: LogBook, n: int, serial: int) -> int | None:
    """Give the office that has printed a serial for an item."""
    for seq in dict.fromkeys(seq for seq, _, kind in book.lines(n) if kind == "print"):
        entry = book.entry(seq)
        if _fresh(entry).get(serial) == n:
            return entry.act.number("office")
    return None


def _whole_job(book: LogBook, entry: Entry) -> list[Entry]:
    found = [entry]
    for step in (-1, 1):
        seq = entry.seq + step
        while seq <= book.seq:
            other = book.entry(seq)
            if other.act.type != "print" or _key(other.act) != _key(entry.act):
                break
            found.append(other)
            seq += step
    return sorted(found, key=lambda one: one.seq)


def _key(act: Act) -> tuple[object, ...]:
    """Tell jobs apart: anybody may name a number."""
    return _job_number(act), act.by, act.number("office"), act.dev


def _job_number(act: Act) -> int:
    return act.lines[0].number("job")


def _fresh(entry: Entry) -> Mapping[int, int]:
    return fresh_serials(entry.act, entry.judgement)


def _read(book: LogBook, entries: Sequence[Entry]) -> PrintJob:
    printed: list[tuple[int, int]] = []
    for entry in entries:
        fresh = _fresh(entry)
        serials = [line.number("serial") for line in entry.act.lines]
        printed += [(fresh[serial], serial) for serial in serials if serial in fresh]
    items = {n for n, _ in printed}
    book.load(items)
    ends = _ends(book, items)
    labels = [
        _label(place, item, serial, ends)
        for place, (n, serial) in enumerate(printed, start=1)
        if (item := book.item(n)) is not None
    ]
    first = entries[0]
    return PrintJob(
        number=_job_number(first.act), at=first.act.at, by=first.act.by, labels=tuple(labels)
    )


def _label(
    place: int, item: ItemState, serial: int, ends: Mapping[int, tuple[str, int | None]]
) -> JobLabel:
    if item.seal == serial:
        return JobLabel(place=place, item=item, serial=serial, state="bound")
    if item.status == Status.REGISTERED and serial not in item.voided:
        return JobLabel(place=place, item=item, serial=serial, state="missing")
    reason, new = ends.get(serial, (None, None))
    return JobLabel(place=place, item=item, serial=serial, state="void", reason=reason, new=new)


def _ends(book: LogBook, items: Iterable[int]) -> dict[int, tuple[str, int | None]]:
    """Find why serials of some items are void, and what was printed instead."""
    ends: dict[int, tuple[str, int | None]] = {}
    voids = book.lines_of(items, ("void",))
    held = {n: holding(book, n) for n in {n for _, _, n in voids}}
    for seq, index, n in voids:
        line = book.entry(seq).act.lines[index]
        if line.seal is not None and (seq, index) in held[n]:
            ends[line.seal] = (str(line.fields["reason"]), line.number_or_none("new"))
    return ends
