"""Confidential records as the services use them: who may open them, and with which office's key.

**Rule:** a record is sealed to the office that it concerns, and to another only when an act sends
the item there. What is in one is told through a `Reader` alone: to clerks and controllers what their
office may read, to an officer only what an act of his in the log says that he opens. The private half
of an office's key is in memory only while the key of a person to whom it is wrapped is unlocked.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from kt1custody.core.custody.history import is_stopped
from kt1custody.core.custody.holding import holding, is_clear
from kt1custody.core.formats import cbor
from kt1custody.core.formats.item import Slip, read_slip
from kt1custody.core.log.keyring import OFFICE_ROLES
from kt1custody.errors import NotAllowedError, VerificationError
from kt1custody.services.session import office_keys
from kt1custody.services.session.office_keys import Holder
from kt1custody.services.session.proposal import Proposer
from kt1custody.services.session.session import Session
from kt1custody.signing import slips
from kt1custody.signing.slips import About, SealedRecord
from kt1custody.store import records, slip_tags
from kt1custody.store.log import LogBook

# What takes an item out of the hands of whoever had it.
_SENDING = frozenset({"handover", "offer", "take"})
# Stands for a record that is not sealed yet.
_NO_RECORD = SealedRecord(bytes(32), b"", {})
# What the record of an act is about, where it is not the item itself.
_ABOUT = {"deliver": "receiver", "return": "return"}


@dataclass
class Reader(Holder):
    """A person with whose key records can be opened.

    Attributes:
        disclosed: Position of the officer's own `disclose`, which names the items whose records he
            may read; None: of no item.
    """

    disclosed: int | None = None

    def open(self, commitment: bytes, about: About) -> dict[str, cbor.Value] | None:
        """Open the record with a commitment; None if it is not there or erased.

        Raises:
            NotAllowedError: `no-access`: neither a clerk or controller nor disclosed;
                `no-office-key`; `slip-elsewhere`: it is sealed to other offices.
            VerificationError: `record-broken`, `wrapped-key`, `key-planted`.
        """
        self._refuse_unlogged(commitment, about)
        found = records.find(self.book.connection, commitment)
        return None if found is None else self.open_sealed(found, about)[1]

    def open_sealed(
        self, sealed: SealedRecord, about: About
    ) -> tuple[bytes, dict[str, cbor.Value]]:
        """Open a record that still has its key; gives its salt too, and raises as `open`."""
        self._refuse_unlogged(sealed.commitment, about)
        return self._opened(sealed, about)

    def try_out(self, sealed: SealedRecord, about: About) -> None:
        """See that a record opens and fits its commitment; nobody is told what it says.

        Raises:
            NotAllowedError, VerificationError: As `open`.
        """
        self._opened(sealed, about)

    def _opened(self, sealed: SealedRecord, about: About) -> tuple[bytes, dict[str, cbor.Value]]:
        name = self.name_for(sealed)
        key, log = self.key(name), self.book.control.log
        return slips.open_salted(sealed, log=log, about=about, name=name, office=key)

    def _refuse_unlogged(self, commitment: bytes, about: About) -> None:
        """Ask what gives this person the right to be told what is in a record."""
        control, mine = self.book.control, self.reader_key
        is_at_counter = mine is not None and mine.role in OFFICE_ROLES
        is_of_staff = isinstance(about, str) and control.names.get(about) == commitment
        if not (is_at_counter or is_of_staff or (commitment, about) in self._disclosed):
            raise NotAllowedError("no-access", staff=self.opener.staff)

    @cached_property
    def _disclosed(self) -> frozenset[tuple[bytes, About]]:
        """Commitments that an officer has signed for, each with what its record is about."""
        if self.disclosed is None:
            return frozenset()
        entry = self.book.entry(self.disclosed)
        if entry.act.type != "disclose" or entry.act.by != self.opener.staff or is_stopped(entry):
            return frozenset()
        numbers = [line.n for line in entry.act.lines]
        return frozenset(
            (commit, about) for n in numbers for _, _, commit, about in of_item(self.book, n)
        )

    def slip(self, commitment: bytes, n: int) -> Slip | None:
        """Open the slip of an item; None if it is erased; raises as `open`."""
        record = self.open(commitment, n)
        return None if record is None else read_slip(record)

    def has_any(self) -> bool:
        """Tell whether any key of an office was given to this person."""
        return any(map(self.has, self.book.control.office_keys))

    def may_open(self, sealed: SealedRecord) -> bool:
        """Tell whether one of the offices that may read a record has given its key to this person."""
        return any(map(self.has, sealed.keys))

    def name_for(self, sealed: SealedRecord) -> str:
        """Find the name of the key with which this person opens a record; raises as `open`."""
        name = next(filter(self.has, sorted(sealed.keys)), None)
        if name is not None:
            return name
        control = self.book.control
        mine, offices = control.current_key(self.opener.staff), offices_of(self.book, sealed)
        if mine is None or mine.role not in OFFICE_ROLES or not offices or mine.office in offices:
            raise office_keys.no_key(control, self.opener.staff)
        told = ", ".join(map(str, sorted(offices)))
        raise NotAllowedError("slip-elsewhere", staff=self.opener.staff, offices=told)

    def try_all(self) -> tuple[list[bytes], int]:
        """Open every record that this person may.

        Returns:
            Commitments of those that do not fit, and how many are sealed to other offices alone.
        """
        broken, shut = [], 0
        for about, sealed in records.every(self.book.connection):
            if not self.may_open(sealed):
                shut += bool(sealed.keys)
            elif not self.fits(sealed, about):
                broken.append(sealed.commitment)
        return broken, shut

    def fits(self, sealed: SealedRecord, about: str) -> bool:
        """Tell whether a record that this person may open is the one that the log has committed to.

        Args:
            about: As the tables spell it.
        """
        try:
            self.try_out(sealed, int(about) if about.isdecimal() else about)
        except VerificationError:
            return False
        return True


def reader_of(
    session: Session, book: LogBook, staff: str, *, disclosed: int | None = None
) -> Reader:
    """Give somebody, unlocked, who is to be told what records say; arguments as of `Reader`.

    Raises:
        UnavailableError: `log-behind`: the entries that are lost may have taken the right from him.
    """
    session.refuse_behind(book)
    return Reader(book, session.opener(staff), disclosed=disclosed)


def of_item(book: LogBook, n: int) -> Iterator[tuple[int, str, bytes, About]]:
    """Give position, type and commitment of every act with a record about an item, and about what."""
    for seq, index, kind in book.lines(n):
        act = book.entry(seq).act
        if kind == "register":
            yield seq, kind, act.lines[index].octets("commit"), n
        elif kind in _ABOUT:
            yield seq, kind, act.octets("commit"), _ABOUT[kind]
        elif kind == "correct" and act.text("field") == "commit":
            yield seq, kind, act.octets("value"), act.lines[0].n


def offices_of(book: LogBook, sealed: SealedRecord) -> set[int]:
    """Give the offices that can open a record."""
    keys = book.control.office_keys.values()
    return {one.office for one in keys if one.name in sealed.keys}


def put(
    pen: Proposer,
    staff: str,
    about: Sequence[About],
    contents: Sequence[dict[str, cbor.Value]],
    offices: Iterable[int] = (),
) -> list[bytes]:
    """Encrypt and store records, and give their commitments in the same order; as `seal`."""
    return [one.commitment for one in seal(pen, staff, about, contents, offices)]


def seal(
    pen: Proposer,
    staff: str,
    about: Sequence[About],
    contents: Sequence[dict[str, cbor.Value]],
    offices: Iterable[int] = (),
) -> list[SealedRecord]:
    """Encrypt and store records.

    Args:
        pen: On a trial nothing is sealed, and the commitments are zeros.
        staff: Unlocked; names the key of an office that has none for this year yet.
        offices: Which can open them; none: this person's.

    Raises:
        NotAllowedError: `no-access`, `no-office-key`: no office could open them.
    """
    pen.need(staff, opens=True)
    if pen.is_trial:
        return [_NO_RECORD for _ in contents]
    mine = pen.book.control.current_key(staff)
    own = [] if mine is None else [mine.office]
    keys = [office_keys.ready(pen, staff, office) for office in sorted(set(offices)) or own]
    to = {one.name: one.enc for one in keys if one is not None}
    if not to:
        raise office_keys.no_key(pen.book.control, staff)
    log = pen.book.control.log
    sealed = [
        slips.seal_record(content, log=log, about=thing, offices=to)
        for thing, content in zip(about, contents, strict=True)
    ]
    pen.keep_records(about, sealed)
    return sealed


def put_again(
    pen: Proposer, staff: str, n: int, content: dict[str, cbor.Value], before: bytes
) -> bytes:
    """Store the slip of an item anew, for the offices that could open the one before.

    It waits for its tags: an officer who puts it right need not be of its office.
    """
    old = records.find(pen.book.connection, before)
    offices = set() if old is None else offices_of(pen.book, old)
    [sealed] = seal(pen, staff, [n], [content], offices)
    pen.keep_tags(slip_tags.waiting(name, sealed.commitment) for name in sealed.keys)
    return sealed.commitment


def pass_on(pen: Proposer, staff: str, items: Iterable[int], to: int | None = None) -> None:
    """Seal the slips of items that were sent to another office to that office too.

    Nothing happens where this person cannot open the slip, or that office has no key.

    Args:
        staff: Unlocked.
        items: Numbers of items that an act has sent on.
        to: An office for which they are offered, beside their destination and where they are now.
    """
    if pen.is_trial:
        return
    reader = Reader(pen.book, pen.session.opener(staff))
    for n in items:
        state = pen.book.item(n)
        if state is not None:
            at = int(state.holder) if state.holder.isdecimal() else None
            for office in {one for one in (state.dest, at, to) if one is not None}:
                pass_record(pen, reader, state.commit, n, office)


def pass_record(
    pen: Proposer, reader: Reader, commitment: bytes, about: About, office: int
) -> None:
    """Seal one record to another office too, if this person can and that office has a key.

    Whoever names a record in an act of his own must not be given it: it has to be about this.
    """
    sealed = records.find(pen.book.connection, commitment)
    key = office_keys.newest(pen.book.control, office)
    if sealed is None or key is None or office in offices_of(pen.book, sealed):
        return
    if not reader.may_open(sealed):
        return
    name, log = reader.name_for(sealed), pen.book.control.log
    try:
        reader.try_out(sealed, about)
        told = slips.pass_on(sealed, name, reader.key(name), log=log, to=key.name, public=key.enc)
    except VerificationError as error:  # the item has gone there, whatever became of its slip
        pen.session.warnings.append(error)
    else:
        pen.keep_record_key(commitment, key.name, told)


def pass_late(pen: Proposer, officer: str, office: int) -> None:
    """Seal to an office what was sent there before it had a key, or by acts that came in a file."""
    waiting = [state.n for state in pen.book.items(is_open=True) if state.dest == office]
    pass_on(pen, officer, sent(pen.book, waiting))


def sent(book: LogBook, items: Iterable[int]) -> list[int]:
    """Give those items that an act has taken, or is to take, out of the first hands."""
    return [n for n in items if _is_sent(book, n)]


def _is_sent(book: LogBook, n: int) -> bool:
    sending = [one for one in book.lines(n) if one[2] in _SENDING]
    held = holding(book, n) if sending else frozenset()
    return any(
        is_clear(book.entry(seq), line) if kind == "offer" else (seq, line) in held
        for seq, line, kind in sending
    )


def refuse_no_reader(book: LogBook, staff: str) -> None:
    """Refuse a person who can open no records, before a PIN is asked for.

    Raises:
        NotAllowedError: `no-access`.
    """
    mine = book.control.current_key(staff)
    if mine is None or not book.control.may_read(mine, None):
        raise NotAllowedError("no-access", staff=staff)


def refuse_no_reading(session: Session, staff: str) -> None:
    """Refuse a person who can open no records, before a PIN is asked for.

    Raises:
        NotAllowedError: `no-access`. Whom the log does not know is for `Session.refuse_strangers`.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        if book.control.current_key(staff) is not None:
            refuse_no_reader(book, staff)


def names(session: Session, book: LogBook, staff: str) -> dict[str, str]:
    """Open the names of staff that a person may read: of the own office, an officer all.

    Officers of the founding have theirs in the record of its machine, until they get a new key.
    """
    reader = reader_of(session, book, staff)
    names: dict[str, str] = {}
    founders: dict[str, str] = {}
    for number, commitment in book.control.names.items():
        sealed = records.find(book.connection, commitment)
        if sealed is None or not reader.may_open(sealed):
            continue
        record = reader.open_sealed(sealed, number)[1]
        name, others = record.get("name"), record.get("founders")
        if isinstance(name, str):
            names[number] = name
        if isinstance(others, Mapping):
            founders |= {who: str(other) for who, other in others.items()}
    return founders | names
