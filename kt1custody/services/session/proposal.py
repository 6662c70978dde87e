"""Propose, sign, commit: what somebody wants to happen, as bytes that wait for signatures.

**Rule:** a use case asks nobody anything and never holds the log while somebody thinks. To propose
reads and judges, and writes nothing; each person signs the bodies as they stand; `writer.commit`
takes them under the lock, unless what they rest on has changed meanwhile. A proposal and its
signatures are bytes, so that they can wait anywhere; whoever carries them can change nothing, since
every key that signs and every rule is asked again.
"""

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kt1custody.core.custody.table import ItemState, columns
from kt1custody.core.formats import cbor
from kt1custody.core.log.act import Act, read_act
from kt1custody.core.log.entry import Signature
from kt1custody.errors import MalformedInputError, RefusedError
from kt1custody.services.session import clock_check
from kt1custody.services.session.clock_check import Clock
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.session import Session
from kt1custody.signing.acts import sign_next
from kt1custody.signing.key_files import PersonKey
from kt1custody.signing.slips import About, SealedRecord
from kt1custody.store import beside
from kt1custody.store.log import LogBook
from kt1custody.store.sealed import Cell, Row

_VERSION = "kt1-proposal/1"
_SIGNED = "kt1-signed/1"
Signed = tuple[tuple[Signature, ...], ...]  # of each act in order, those given so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Acts that are still to be signed, and what enters the log with them.

    Attributes:
        control: Hash of the newest control entry on which it was judged, 32 bytes.
        acts: In order; acts of one device follow each other in its chain.
        shown: Item number → hash of the state that its people were shown.
        beside: Sealed records, wrapped keys and lists that the acts name.
    """

    control: bytes
    acts: tuple[Act, ...]
    shown: Mapping[int, bytes]
    beside: tuple[Row, ...] = ()

    @property
    def people(self) -> tuple[str, ...]:
        """Who must sign, in the order in which they do."""
        return tuple(dict.fromkeys(person for act in self.acts for person in act.persons))

    def encode(self) -> bytes:
        """Encode it to wait elsewhere than in memory; holds no secret in clear."""
        bodies: list[cbor.Value] = [act.body for act in self.acts]
        shown: list[cbor.Value] = [[n, digest] for n, digest in sorted(self.shown.items())]
        beside: list[cbor.Value] = [[name, dict(cells)] for name, cells in self.beside]
        return cbor.encode([_VERSION, self.control, bodies, shown, beside])


def read(raw: bytes) -> Proposal:
    """Read a proposal; untrusted, and judged anew when it is committed.

    Raises:
        MalformedInputError: `proposal-unreadable`.
    """
    try:
        match cbor.decode(raw):
            case [version, bytes(control), [*bodies], [*shown], [*beside]] if version == _VERSION:
                return Proposal(
                    control=control,
                    acts=tuple(read_act(_octets(body)) for body in bodies),
                    shown=dict(map(_shown, shown)),
                    beside=tuple(map(_row, beside)),
                )
    except (MalformedInputError, ValueError, TypeError):
        pass
    raise MalformedInputError("proposal-unreadable")


def state_hash(state: ItemState | None) -> bytes:
    """Hash an item's state as it is shown; of one that is not in the log, 32 zeros."""
    if state is None:
        return bytes(32)
    return hashlib.sha256(repr(sorted(columns(state).items())).encode()).digest()


@dataclass(slots=True)
class Proposer(Drafts):
    """The log as it stands, on which acts are judged one after the other before anybody signs.

    Attributes:
        made: Name → private half of office keys that were made here, in memory alone.
    """

    made: dict[str, bytes] = field(default_factory=dict)
    _acts: list[Act] = field(default_factory=list)
    _beside: list[Row] = field(default_factory=list)
    _begun: tuple[tuple[int, bytes], bytes] | None = None

    def add(self, act: Act) -> None:
        """Judge an act as the next one; what is drafted from here on follows it.

        Raises:
            RefusedError, NotAllowedError: As `Drafts.check`.
        """
        book = self.book
        if self._begun is None:
            self._begun = (book.seq, book.leaf), book.control.head
        signatures, outcome = self._judge_blank(act, [self._newest_key(p).kid for p in act.persons])
        book.advance(self.next_entry(act, signatures, outcome.judgement), outcome)
        self._acts.append(act)
        for staff, count in act.tries.items():
            self._reported[staff] = self._reported.get(staff, 0) + count

    def keep_records(self, about: Sequence[About], records: Sequence[SealedRecord]) -> None:
        """Have sealed records stored with the acts."""
        for thing, record in zip(about, records, strict=True):
            self._beside += beside.record_rows(str(thing), record)

    def keep_record_key(self, commitment: bytes, office_key: str, key: bytes) -> None:
        """Have the one-time key of a record stored as it is sealed to one more office."""
        self._beside.append(beside.key_row(commitment, office_key, key))

    def keep_wrapped(self, name: str, kid: bytes, wrapped: bytes) -> None:
        """Have an office key or seal key stored as it is wrapped to one person's key."""
        self._beside.append(beside.wrapped_row(name, kid, wrapped))

    def keep_list(self, content: bytes) -> None:
        """Have the bytes of a list stored that an act names by their hash."""
        self._beside.append(beside.list_row(content))

    def done(self, shown: Iterable[ItemState] = ()) -> Proposal:
        """Give what was proposed.

        Args:
            shown: The items as its people are shown them.
        """
        return Proposal(
            control=self.book.control.head if self._begun is None else self._begun[1],
            acts=tuple(self._acts),
            shown={state.n: state_hash(state) for state in shown},
            beside=tuple(self._beside),
        )

    def _last_of(self, device: str) -> tuple[int, bytes] | None:
        if self._acts and self._acts[-1].dev == device:
            return self._acts[-1].dseq, self._acts[-1].hash
        return self.book.last_of(device)

    def _seen(self) -> tuple[int, bytes]:
        return (self.book.seq, self.book.leaf) if self._begun is None else self._begun[0]


@contextlib.contextmanager
def proposing(
    session: Session, clock: Callable[[Session, LogBook], Clock] = clock_check.check
) -> Iterator[Proposer]:
    """Read the log as it stands, to propose upon it.

    Raises:
        UnavailableError, VerificationError: As `Drafts.of`.
    """
    with session.database.read() as connection:
        yield Proposer.of(session, LogBook(connection), clock)


def sign(proposal: Proposal, so_far: Signed, key: PersonKey) -> Signed:
    """Sign every act of a proposal in which it is this person's turn.

    Raises:
        RefusedError: `not-your-turn`: somebody signs before, or nothing is left to sign.
    """
    given, changed = [list(one) for one in so_far or ((),) * len(proposal.acts)], False
    for act, signatures in zip(proposal.acts, given, strict=True):
        while len(signatures) < len(act.persons) and act.persons[len(signatures)] == key.staff:
            signatures.append(sign_next(act, signatures, key.signing))
            changed = True
    if not changed:
        raise RefusedError("not-your-turn", staff=key.staff)
    return tuple(map(tuple, given))


def encode_signed(signed: Signed) -> bytes:
    """Encode the signatures that were given so far."""
    return cbor.encode([_SIGNED, [[[s.role, s.kid, s.value] for s in one] for one in signed]])


def read_signed(raw: bytes) -> Signed:
    """Read signatures; untrusted, and verified when they are committed.

    Raises:
        MalformedInputError: `proposal-unreadable`.
    """
    try:
        match cbor.decode(raw):
            case [version, [*acts]] if version == _SIGNED:
                return tuple(tuple(map(_signature, _list(one))) for one in acts)
    except (MalformedInputError, ValueError, TypeError):
        pass
    raise MalformedInputError("proposal-unreadable")


def _signature(value: cbor.Value) -> Signature:
    match value:
        case [str(role), bytes(kid), bytes(signature)]:
            return Signature(role, kid, signature)
        case _:
            raise TypeError


def _shown(value: cbor.Value) -> tuple[int, bytes]:
    match value:
        case [int(n), bytes(digest)]:
            return n, digest
        case _:
            raise TypeError


def _row(value: cbor.Value) -> Row:
    match value:
        case [str(name), dict(cells)]:
            return name, {str(key): _cell(cell) for key, cell in cells.items()}
        case _:
            raise TypeError


def _cell(value: cbor.Value) -> Cell:
    if not isinstance(value, int | str | bytes | None):
        raise TypeError
    return value


def _octets(value: cbor.Value) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError
    return value


def _list(value: cbor.Value) -> list[cbor.Value]:
    if not isinstance(value, list):
        raise TypeError
    return value
