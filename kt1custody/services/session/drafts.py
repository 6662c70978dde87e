"""Acts that nobody has signed yet: drafted for a session, and judged by the log's own rules.

**Rule:** the rules are asked before anybody confirms a list or types a PIN, and again under the log's
lock before anybody signs, both times by the same functions. Nothing here signs or writes.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from kt1custody.core.custody import judgement, persons
from kt1custody.core.custody.history import is_waiting_for, signing_keys
from kt1custody.core.custody.table import DISPUTES, WAITING
from kt1custody.core.formats import cbor
from kt1custody.core.log import signers
from kt1custody.core.log.act import Act, make_act
from kt1custody.core.log.entry import Entry, Judgement, Signature, spell_entry
from kt1custody.core.log.keyring import Key
from kt1custody.errors import NotAllowedError, RefusedError, UnavailableError
from kt1custody.services.session import checkpoint, clock_check
from kt1custody.services.session.session import Session
from kt1custody.store.log import LogBook

# Once it has happened it is recorded and marked; before anybody signs it is refused.
REFUSED_HERE = DISPUTES | WAITING | {"on-hold", "key-late", "device-unknown"}
_ENDS_AN_OFFER = frozenset({"handover", "offer", "deliver", "return", "refuse", "absent", "void"})
_TAKEN_HERE = {
    # Nobody may keep others from a hold by putting them, or the counter, on hold first.
    "hold": frozenset({"on-hold"}),
    # The only ways out of a hold, of a log that lost its end, and of one that is ahead: nobody may
    # take them away by putting both officers on hold.
    **dict.fromkeys(("lift", "epoch", "setback"), frozenset({"on-hold"})),
    # The giver's phone has shown the offer and will bring it later.
    "take": frozenset({"offer-missing"}),
}


@dataclass(slots=True)
class Drafts:
    """The log as it stands, and the means to draft an act on it and to ask the rules.

    Attributes:
        now: The time that goes into what is drafted, Unix seconds UTC.
    """

    session: Session
    book: LogBook
    now: int
    _reported: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        session: Session,
        book: LogBook,
        kind: str = "",
    ) -> Self:
        """Draft on a log that could be written to and follows from what was signed last.

        Args:
            kind: Type of the act to come, as of `clock_check.check_for`.

        Raises:
            UnavailableError: `database-read-only`, `log-behind`, `notes-missing`; as
                `clock_check.check_for`.
            VerificationError: `log-forked`.
        """
        session.database.refuse_read_only()
        if kind != "epoch":  # it is the way on for a log that has lost its end
            checkpoint.refuse_stale(session, book)
        return cls(session, book, clock_check.check_for(session, book, kind).now)

    def draft(
        self,
        kind: str,
        by: str,
        own: Mapping[str, cbor.Value],
        lines: Sequence[Mapping[str, cbor.Value]] = (),
        *,
        at: int | None = None,
    ) -> Act:
        """Build an act of this device that nobody has signed yet.

        Args:
            by: Author or giver; `server` for the server's own acts.
            own: The type's own keys.
            lines: One map per item, `prev` included.
            at: Time that the act claims, if it happened before now.

        Raises:
            MalformedInputError: `act-too-large`.
            UnavailableError: `database-broken`: what the tables say fits into no act.
        """
        device = "server" if by == "server" else self.session.device
        before = self._last_of(device)
        fields: dict[str, cbor.Value] = {
            "v": 1,
            "type": kind,
            "log": self.book.control.log,
            "id": secrets.token_bytes(16),
            "at": self.now if at is None else at,
            "dev": device,
            "dseq": 0 if before is None else before[0] + 1,
            "dprev": b"" if before is None else before[1],
            "seen": list(self._seen()),
            "by": by,
            "items": [dict(line) for line in lines],
            **own,
        }
        try:
            act = make_act(fields)
        except ValueError as error:  # what people type was checked: a table says what no act can
            raise UnavailableError("database-broken", place=kind) from error
        tries = self._tries(act)
        return make_act({**fields, "tries": tries}) if tries else act

    def check(self, act: Act) -> None:
        """Ask the rules about an act, as if its persons had signed it with their keys in force.

        Raises:
            RefusedError: `not-possible` with `faults`, pairs of item number (0: the whole act) and
                code, and in the same order `who` each is about, or how the item stands;
                `no-such-person`, `one-person-twice`.
            NotAllowedError: `role-may-not`.
        """
        kids = [self._newest_key(person).kid for person in act.persons]
        self._judge_blank(act, kids)

    def judged(self, act: Act, signatures: Sequence[Signature]) -> judgement.Outcome:
        """Judge an act as the next entry of the log."""
        self.book.load(line.n for line in act.lines)
        return judgement.take_in(
            self.book,
            seq=self.book.seq + 1,
            accepted_at=self.now,
            act=act,
            signatures=signatures,
        )

    def _last_of(self, device: str) -> tuple[int, bytes] | None:
        """Give counter and body hash of the act that the next one of a device follows."""
        return self.book.last_of(device)

    def _seen(self) -> tuple[int, bytes]:
        """Give position and leaf hash of the newest entry, 32 bytes."""
        return self.book.seq, self.book.leaf

    def office_of(self, by: str) -> int:
        """Give the office for which a clerk acts now.

        Raises:
            RefusedError: `no-such-person`.
        """
        key = self.book.control.current_key(by)
        if key is None:
            raise RefusedError("no-such-person", who=by)
        return self.book.control.key_now(key.kid, self.now).office

    def _judge_blank(
        self, act: Act, kids: Sequence[bytes]
    ) -> tuple[list[Signature], judgement.Outcome]:
        """Judge an act with its signers' keys in place but not yet signed; refuse what is wrong."""
        blank = [Signature(role, kid, bytes(64)) for role, kid in zip(act.roles, kids, strict=True)]
        self._refuse_persons(act, blank)
        signers.check(self.book.control, act, blank)
        outcome = self.judged(act, blank)
        self._refuse_faults(act, blank, outcome.judgement)
        return blank, outcome

    def next_entry(self, act: Act, signatures: Sequence[Signature], judged: Judgement) -> Entry:
        """Make the entry with which an act would follow the newest one."""
        book, origin = self.book, self.book.control.origin
        if act.type == "epoch":
            origin = act.text("origin")
        raw = spell_entry(
            origin=origin,
            seq=book.seq + 1,
            prev=book.leaf,
            ctl=book.control.head,
            accepted_at=self.now,
            body=act.body,
            signatures=signatures,
            judgement=judged,
        )
        return Entry(
            raw=raw,
            origin=origin,
            seq=book.seq + 1,
            prev=book.leaf,
            ctl=book.control.head,
            accepted_at=self.now,
            act=act,
            signatures=tuple(signatures),
            judgement=judged,
        )

    def _newest_key(self, person: str) -> Key:
        control = self.book.control
        mine = [key for key in control.keys.values() if key.owner == person]
        if not mine:
            raise RefusedError("no-such-person", who=person)
        return control.current_key(person) or mine[-1]  # an ended one: the rules say so

    def _refuse_persons(self, act: Act, blank: Sequence[Signature]) -> None:
        """Say plainly who may not sign this, or not twice."""
        control = self.book.control
        for signature, person in zip(blank, act.persons, strict=True):
            if act.persons.count(person) > 1:
                raise RefusedError("one-person-twice", staff=person)
            key = control.key_now(signature.kid, self.now)
            if key.role not in signers.allowed_roles(act, signature.role, control):
                raise NotAllowedError("role-may-not", staff=person, role=key.role)
            # By the counter's own clock: the log may not have reached that hour yet.
            if key.until is not None and self.now > key.until:
                raise RefusedError("not-possible", faults=[(0, "key-expired")], who=[person])

    def _refuse_faults(self, act: Act, blank: Sequence[Signature], judged: Judgement) -> None:
        refused = REFUSED_HERE - _TAKEN_HERE.get(act.type, frozenset())
        stops = [(line, code) for line, code in judged if code in refused]
        stops += [(line, "offered-already") for line in self._offered(act)]
        if not stops:
            return
        seq = self.book.seq + 1
        keys = signing_keys(self.book.control, act, blank, seq, self.now)
        about = persons.about(self.book, act, keys, seq, self.now)
        raise RefusedError(
            "not-possible",
            faults=[(act.lines[line].n if line >= 0 else 0, code) for line, code in stops],
            who=[
                ", ".join(sorted(about.get(code, ())))
                if line < 0
                else self._whom(act, act.lines[line].n, code)
                for line, code in stops
            ],
        )

    def _offered(self, act: Act) -> list[int]:
        """Give the lines about what somebody is being asked to take.

        An offer leaves no trace in an item's state; with two steps from one it would be contested.
        """
        if act.type not in _ENDS_AN_OFFER:
            return []
        book, lines = self.book, {line.n: index for index, line in enumerate(act.lines)}
        states = [book.item(n) for n in lines]
        heads = {state.n: state.head_seq for state in states if state is not None}
        return sorted(
            lines[n]
            for n, seq in book.offers_of(heads)
            if seq > heads[n] and is_waiting_for(book, book.entry(seq), n)
        )

    def _whom(self, act: Act, n: int, code: str) -> str:
        """Say who holds an item, who may not receive it, or how it stands, whichever is in the way."""
        state = self.book.item(n)
        if code == "no-such-step" and state is not None:
            return state.status.value
        if code == "not-the-holder" and state is not None:
            return state.holder
        if code in ("may-not-hold", "wrong-office"):
            return act.text_or_none("to") or act.by
        return ""

    def _tries(self, act: Act) -> dict[str, cbor.Value]:
        """Count the wrong PINs of the signers that no act has told yet."""
        counts: dict[str, cbor.Value] = {}
        for staff in act.persons:
            tries = self.session.tries.get(staff, 0) - self._reported.get(staff, 0)
            if tries > 0:
                counts[staff] = tries
        return counts
