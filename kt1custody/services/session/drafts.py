"""Acts that nobody has signed yet: drafted for a session, and judged by the log's own rules.

**Rule:** the rules are asked before anybody confirms a list or types a PIN, and again under the log's
lock before anybody signs, both times by the same functions. Nothing here signs or writes.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from kt1custody.core.custody import judgement
from kt1custody.core.custody.counter_rules import CounterRules
from kt1custody.core.formats import cbor
from kt1custody.core.log import signers
from kt1custody.core.log.act import Act, make_act
from kt1custody.core.log.entry import Entry, Judgement, Signature, spell_entry
from kt1custody.core.log.keyring import Key
from kt1custody.errors import NotAllowedError, RefusedError, UnavailableError
from kt1custody.services.session import checkpoint, clock_check
from kt1custody.services.session.session import Session
from kt1custody.store.log import LogBook


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
            act = self._make(fields)
        except ValueError as error:  # what people type was checked: a table says what no act can
            raise UnavailableError("database-broken", place=kind) from error
        tries = self._tries(act)
        return make_act({**fields, "tries": tries}) if tries else act

    def _make(self, fields: Mapping[str, cbor.Value]) -> Act:
        """Make an act of its fields."""
        return make_act(fields)

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

    @property
    def _rules(self) -> CounterRules:
        return CounterRules(book=self.book, seq=self.book.seq + 1, now=self.now)

    def _refuse_persons(self, act: Act, signatures: Sequence[Signature]) -> None:
        """Say plainly who may not sign this, or not twice."""
        unfit = self._rules.unfit_person(act, signatures)
        if unfit is None:
            return
        match unfit.code:
            case "one-person-twice":
                raise RefusedError("one-person-twice", staff=unfit.staff)
            case "role-may-not":
                raise NotAllowedError("role-may-not", staff=unfit.staff, role=unfit.role)
            case code:
                raise RefusedError("not-possible", faults=[(0, code)], who=[unfit.staff])

    def _refuse_faults(self, act: Act, signatures: Sequence[Signature], judged: Judgement) -> None:
        """Name every item and person in the way."""
        refusals = self._rules.refusals(act, signatures, judged)
        if refusals:
            raise RefusedError(
                "not-possible",
                faults=[(refusal.n, refusal.code) for refusal in refusals],
                who=[refusal.who for refusal in refusals],
            )

    def _tries(self, act: Act) -> dict[str, cbor.Value]:
        """Count the wrong PINs of the signers that no act has told yet."""
        counts: dict[str, cbor.Value] = {}
        for staff in act.persons:
            tries = self.session.tries.get(staff, 0) - self._reported.get(staff, 0)
            if tries > 0:
                counts[staff] = tries
        return counts
