"""Propose, sign, commit: what somebody wants to happen, as bytes that wait for signatures.

**Rule:** a use case asks nobody anything and never holds the log while somebody thinks. To propose
reads and judges, and adds nothing to the log; each person signs the bodies as they stand; `writer.commit`
takes them under the lock, unless what they rest on has changed meanwhile. A proposal and its
signatures are bytes, so that they can wait anywhere; whoever carries them can change nothing: the
machine of the log knows by a MAC what it has proposed, and asks every key and every rule again.
"""

import contextlib
import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kt1custody.core.custody.judgement import Outcome
from kt1custody.core.custody.table import ItemState, columns
from kt1custody.core.formats import cbor
from kt1custody.core.log.act import Act, make_act, read_act
from kt1custody.core.log.entry import Entry, Signature
from kt1custody.errors import MalformedInputError, RefusedError, VerificationError
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.session import Session
from kt1custody.signing.slips import About, SealedRecord
from kt1custody.store import beside
from kt1custody.store.log import LogBook
from kt1custody.store.sealed import Cell, Row
from kt1custody.store.slip_tags import SlipTag

_VERSION = "kt1-proposal/2"
_SIGNED = "kt1-signed/1"
Signed = tuple[tuple[Signature, ...], ...]  # of each act in order, those given so far
Judged = tuple[Entry, Outcome]  # an act as the next entry, not signed yet, and what follows from it


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Acts that are still to be signed, and what enters the log with them.

    Attributes:
        control: Hash of the newest control entry on which it was judged, 32 bytes.
        acts: In order; acts of one device follow each other in its chain.
        shown: Item number → hash of the state that its people were shown.
        beside: Sealed records, tags, wrapped keys and lists that come with the acts. No signature of the
            acts covers them.
        mac: Of all the rest, under a key of the log's machine; whoever carries it changes nothing.
    """

    control: bytes
    acts: tuple[Act, ...]
    shown: Mapping[int, bytes]
    beside: tuple[Row, ...] = ()
    mac: bytes = b""

    @property
    def people(self) -> tuple[str, ...]:
        """Who must sign, in the order in which they do."""
        return tuple(dict.fromkeys(person for act in self.acts for person in act.persons))

    def with_mac(self, key: bytes) -> "Proposal":
        """Give it with its MAC; `key` as `Session.proposal_key`."""
        return replace(self, mac=self._mac(key))

    def refuse_altered(self, key: bytes) -> None:
        """Refuse what was not proposed by this log's machine, or was changed on its way.

        Raises:
            VerificationError: `proposal-altered`.
        """
        if not hmac.compare_digest(self.mac, self._mac(key)):
            raise VerificationError("proposal-altered")

    def encode(self) -> bytes:
        """Encode it to wait elsewhere than in memory; holds no secret in clear."""
        return cbor.encode([_VERSION, *self._content(), self.mac])

    def _mac(self, key: bytes) -> bytes:
        return hmac.digest(key, cbor.encode(self._content()), "sha256")

    def _content(self) -> list[cbor.Value]:
        bodies: list[cbor.Value] = [act.body for act in self.acts]
        shown: list[cbor.Value] = [[n, digest] for n, digest in sorted(self.shown.items())]
        beside: list[cbor.Value] = [[name, dict(cells)] for name, cells in self.beside]
        return [self.control, bodies, shown, beside]


def read(raw: bytes) -> Proposal:
    """Read a proposal; untrusted, and judged anew when it is committed.

    Raises:
        MalformedInputError: `proposal-unreadable`.
    """
    try:
        match cbor.decode(raw):
            case [
                version,
                bytes(control),
                [_, *_] as bodies,
                [*shown],
                [*beside],
                bytes(mac),
            ] if version == _VERSION:
                return Proposal(
                    control=control,
                    acts=tuple(read_act(_octets(body)) for body in bodies),
                    shown=dict(map(_shown, shown)),
                    beside=tuple(map(_row, beside)),
                    mac=mac,
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
        is_trial: Only the rules are asked: no record is sealed or opened, and nobody's key is here.
        opening: Staff numbers of those with whose keys records are opened or sealed.
        made: Name → private half of office keys that were made here, in memory alone.
        shown: Item number → hash of its state as people are shown it.
        added: The acts so far.
        tried: What a trial added. An act that would say the same, behind the same entry and at the
            same time, is taken from here, so that nothing is drafted and judged twice.
    """

    is_trial: bool = False
    opening: list[str] = field(default_factory=list)
    made: dict[str, bytes] = field(default_factory=dict)
    added: list[Judged] = field(default_factory=list)
    tried: Sequence[Judged] = ()
    _beside: list[Row] = field(default_factory=list)
    shown: dict[int, bytes] = field(default_factory=dict)
    _expected: Mapping[int, bytes] = field(default_factory=dict)
    _needed: list[str] = field(default_factory=list)
    _key: bytes = b""
    _begun: tuple[tuple[int, bytes], bytes] | None = None

    def add(self, act: Act) -> None:
        """Judge an act as the next one; what is drafted from here on follows it.

        Raises:
            RefusedError, NotAllowedError: As `Drafts.check`.
        """
        book = self.book
        if self._begun is None:
            self._begun = (book.seq, book.leaf), book.control.head
            if not self.is_trial:  # before a rotation of these acts brings another
                self._key = self.session.proposal_key(book.control)
        tried = self._next_tried()
        entry, outcome = tried if tried and tried[0].act is act else self._judge_next(act)
        book.advance(entry, outcome)
        self.added.append((entry, outcome))
        for staff, count in act.tries.items():
            self._reported[staff] = self._reported.get(staff, 0) + count

    def _judge_next(self, act: Act) -> Judged:
        kids = [self._newest_key(person).kid for person in act.persons]
        signatures, outcome = self._judge_blank(act, kids)
        return self.next_entry(act, signatures, outcome.judgement), outcome

    def _make(self, fields: Mapping[str, cbor.Value]) -> Act:
        """Make an act, or give the one of the trial if it differs in nothing but its random id."""
        tried = self._next_tried()
        if tried and {**fields, "id": tried[0].act.id} == tried[0].act.fields:
            return tried[0].act
        return make_act(fields)

    def _next_tried(self) -> Judged | None:
        """Give what the trial added at this place, if it was judged on the log as it stands now."""
        for entry, outcome in self.tried[len(self.added) :][:1]:
            if (entry.prev, entry.accepted_at) == (self.book.leaf, self.now):
                return entry, outcome
        return None

    def need(self, staff: str, *, opens: bool = False) -> None:
        """Note a person whose key is needed, whether or not they sign.

        Args:
            opens: Records or the seal key are opened with it.
        """
        self._needed.append(staff)
        if opens:
            self.opening.append(staff)

    @property
    def people(self) -> tuple[str, ...]:
        """Whose keys are needed: of all who sign, in order, then of the others."""
        signers = [person for entry, _ in self.added for person in entry.act.persons]
        return tuple(dict.fromkeys((*signers, *self._needed)))

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

    def keep_tags(self, tags: Iterable[SlipTag]) -> None:
        """Have the tags of slips stored that the acts name."""
        self._beside += map(beside.tag_row, tags)

    def keep_list(self, content: bytes) -> None:
        """Have the bytes of a list stored that an act names by their hash."""
        self._beside.append(beside.list_row(content))

    def expect(self, states: Mapping[int, bytes]) -> None:
        """Let only what people were shown before be shown again.

        Args:
            states: Item number → hash of its state.
        """
        self._expected = states

    def show(self, states: Iterable[ItemState]) -> None:
        """Note items as the people are shown them; if one changes, nothing is committed.

        Raises:
            RefusedError: `changed-meanwhile`: they were shown otherwise before.
        """
        for state in states:
            digest = state_hash(state)
            if self._expected.get(state.n, digest) != digest:
                raise RefusedError("changed-meanwhile")
            self.shown[state.n] = digest

    def done(self) -> Proposal:
        """Give what was proposed."""
        proposal = Proposal(
            control=self.book.control.head if self._begun is None else self._begun[1],
            acts=tuple(entry.act for entry, _ in self.added),
            shown=dict(self.shown),
            beside=tuple(self._beside),
        )
        return proposal.with_mac(self._key or self.session.proposal_key(self.book.control))

    def _last_of(self, device: str) -> tuple[int, bytes] | None:
        if self.added and self.added[-1][0].act.dev == device:
            act = self.added[-1][0].act
            return act.dseq, act.hash
        return self.book.last_of(device)

    def _seen(self) -> tuple[int, bytes]:
        return (self.book.seq, self.book.leaf) if self._begun is None else self._begun[0]


@contextlib.contextmanager
def proposing(session: Session, kind: str = "", *, is_trial: bool = False) -> Iterator[Proposer]:
    """Read the log as it stands, to propose upon it.

    Args:
        kind: Type of the act to come, as of `clock_check.check_for`.
        is_trial: Only the rules are to be asked.

    Raises:
        UnavailableError, VerificationError: As `Drafts.of`.
    """
    with session.database.read() as connection:
        proposer = Proposer.of(session, LogBook(connection), kind)
        proposer.is_trial = is_trial
        yield proposer


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
