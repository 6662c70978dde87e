"""The one writer: every act enters the log here, whoever made it.

**Rule:** lock, read, judge, sign, verify, append, commit, in one transaction. At the counter the
rules refuse before anybody signs; an authentic act that was signed elsewhere is never refused but
judged (`receive.py`). Format: `.docs/formats.md` §3–5.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import kt1custody.store.append as store
from kt1custody.core.custody import judgement
from kt1custody.core.formats import cbor
from kt1custody.core.formats.tree import Tree
from kt1custody.core.log import keyring, signers
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import (
    Entry,
    Signature,
    spell_entry,
    to_be_signed,
)
from kt1custody.errors import (
    KtError,
    NotAllowedError,
    RefusedError,
    UnavailableError,
)
from kt1custody.services.session import checkpoint, clock_check
from kt1custody.services.session.clock_check import Clock
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.session import Desk, Recorded
from kt1custody.signing import key_files, sign
from kt1custody.store import newest
from kt1custody.store.log import Connection, LogBook
from kt1custody.store.notes import Kept


@dataclass(slots=True)
class Pen(Drafts):
    """A write transaction: the log as it stands, and the means to add to it.

    Attributes:
        clock: The entry that says that the clock went back or was set, if it was.
        stored: The entries that are in the log once the transaction commits.
    """

    clock: Entry | None = None
    stored: list[Recorded] = field(default_factory=list)

    def add(self, act: Act) -> Entry:
        """Have an act signed by all its persons and append it, if the rules allow it.

        Raises:
            RefusedError: `not-possible` with `faults`, pairs of item number (0: the whole act) and
                code, before anybody signs.
            NotAllowedError: `locked` or `not-enrolled`.
        """
        kids = [self._signing_key(person).kid for person in act.persons]
        blank, outcome = self._judge_blank(act, kids)
        signatures = sign_act(act, self._signing_key)
        check_authentic(self.book.control, act, signatures)
        entry = self._append(act, signatures, judgement.signed(outcome, act, blank, signatures))
        for staff, count in act.tries.items():
            self._reported[staff] = self._reported.get(staff, 0) + count
        return entry

    def append(self, act: Act, signatures: Sequence[Signature]) -> Entry:
        """Append a signed act, judged as it is.

        Raises:
            VerificationError: The act is not authentic; nothing was written.
            MalformedInputError: `entry-too-large`.
        """
        check_authentic(self.book.control, act, signatures)
        return self._append(act, signatures, self.judged(act, signatures))

    def _append(
        self, act: Act, signatures: Sequence[Signature], outcome: judgement.Outcome
    ) -> Entry:
        book = self.book
        origin = book.control.origin
        if act.type == "epoch":
            origin = act.text("origin")
            book.begin_epoch()
        raw = spell_entry(
            origin=origin,
            seq=book.seq + 1,
            prev=book.leaf,
            ctl=book.control.head,
            accepted_at=self.now,
            body=act.body,
            signatures=signatures,
            judgement=outcome.judgement,
        )
        entry = Entry(
            raw,
            origin,
            book.seq + 1,
            book.leaf,
            book.control.head,
            self.now,
            act,
            tuple(signatures),
            outcome.judgement,
        )
        self.put(entry, outcome)
        return entry

    def put(self, entry: Entry, outcome: judgement.Outcome) -> None:
        """Put an entry at the end of the log as it is spelled, judged as `judged` does."""
        book = self.book
        book.tree.add(entry.leaf)
        store.append(book.connection, entry, outcome, book.tree)
        book.advance(entry, outcome)
        self.stored.append(Recorded.of(entry))

    def settle(self) -> None:
        """Take reported wrong PINs off the key folder's count; after the commit."""
        for staff, count in self._reported.items():
            # A crash before this line reports them once more: too many, never too few.
            key_files.settle_tries(self.desk.keys, staff, count)

    def _signing_key(self, person: str) -> sign.SigningKey:
        if person == "server":
            return self.desk.service_key("server", self.book.control)
        key = self.desk.person(person).signing
        if key.kid not in self.book.control.keys:
            raise NotAllowedError("not-enrolled", staff=person)
        return key


def sign_act(act: Act, key_of: Callable[[str], sign.SigningKey]) -> tuple[Signature, ...]:
    """Have all persons of an act sign it in order, each over the signatures before.

    Args:
        key_of: Gives the unlocked key of a person, or of `server`.
    """
    signatures: list[Signature] = []
    for role, person in zip(act.roles, act.persons, strict=True):
        key = key_of(person)
        told = to_be_signed(
            log=act.log, body=act.body, role=role, alg=key.alg, kid=key.kid, before=signatures
        )
        signatures.append(Signature(role, key.kid, key.sign(told)))
    return tuple(signatures)


def begin(connection: Connection, entry: Entry) -> None:
    """Write entry 0 of a new log.

    Raises:
        VerificationError: A signature or a proof of possession does not hold.
    """
    check_authentic(None, entry.act, entry.signatures)
    grown = Tree()
    grown.add(entry.leaf)
    store.append(connection, entry, judgement.of_genesis(entry.act), grown)


def check_authentic(
    control: keyring.Control | None, act: Act, signatures: Sequence[Signature]
) -> None:
    """Check that an act was signed by the persons it names, with keys of this log.

    Args:
        control: State before the act; None for a genesis, whose keys come with it.

    Raises:
        VerificationError: `unknown-key`, `wrong-person`, `wrong-log` or `bad-signature`.
    """
    for one in (*signers.check(control, act, signatures), *signers.possessions(control, act)):
        sign.verify(one.key.alg, one.key.pub, one.to_be_signed, one.signature)


def ended_epoch(book: LogBook) -> dict[str, cbor.Value]:
    """Spell what an `epoch` act says of the epoch that it ends."""
    return {"origin": book.control.origin, "size": book.tree.size, "root": book.tree.root()}


def begin_epoch(desk: Desk, officers: tuple[str, str], own: Mapping[str, cbor.Value]) -> Entry:
    """Close the present epoch as it is and begin the next one by an act of two officers.

    Args:
        own: The act's own keys but `by2`.

    Raises:
        RefusedError: `not-possible`, or `changed-meanwhile`; nothing was written.
        UnavailableError: As `clock_check.check` and `newest.refuse_differing`: nothing was written.
            Of the keys folder: then the epoch has begun, and `kt1 checkpoint --begin` signs its
            first checkpoint.
    """
    with desk.database.write() as connection:
        book = LogBook(connection)
        newest.refuse_differing(book)
        if own["old"] != ended_epoch(book):
            raise RefusedError("changed-meanwhile")
        checkpoint.close_epoch(desk, book)
        clock = clock_check.check(desk, book)
        if clock.was is not None:  # an entry that tells of it would belong to the old epoch
            raise UnavailableError("clock-behind", seconds=clock.was - clock.now)
        clock_check.keep(desk, book, clock)
        pen = Pen(desk, book, clock.now)
        act = pen.draft("epoch", officers[0], {**own, "by2": officers[1]})
        entry = pen.add(act)
        control = book.control
    desk.recorded += pen.stored
    with _warning(desk):
        pen.settle()
    checkpoint.begin(desk, control, entry)
    return entry


@contextlib.contextmanager
def writing(
    desk: Desk, clock: Callable[[Desk, LogBook], Clock] = clock_check.check
) -> Iterator[Pen]:
    """Hold the log's lock for as long as the block lasts; commit at its end and sign a checkpoint.

    Args:
        clock: Reads the machine's clock, or refuses it.

    Raises:
        UnavailableError: As `clock_check.check`; `log-behind`: older than what was signed last;
            `database-broken`: its end does not agree with itself; nothing is signed.
        VerificationError: `log-forked`: not the log that was signed last.
    """
    with desk.database.write() as connection:
        book = LogBook(connection)
        kept = checkpoint.refuse_stale(desk, book)
        read = clock(desk, book)
        clock_check.keep(desk, book, read)
        pen = Pen(desk, book, read.now)
        if read.was is not None:
            own: dict[str, cbor.Value] = {"was": read.was, "now": read.now}
            pen.clock = pen.add(pen.draft("clock", "server", own))
        yield pen
        grown = checkpoint.grow(kept, book)
        is_due = checkpoint.is_due(connection, book, read.now)
    desk.recorded += pen.stored  # whatever fails from here on, this has happened
    _sign_off(pen, kept, grown, is_due=is_due)


def _sign_off(pen: Pen, kept: Kept, grown: Tree, *, is_due: bool) -> None:
    """Settle what a commit has told and sign its checkpoint."""
    desk = pen.desk
    with _warning(desk):
        pen.settle()
    with _warning(desk):  # what cannot be signed now, the next commit signs too
        if grown.size > kept.size and not checkpoint.keep(desk, pen.book.control, kept, grown):
            checkpoint.sign(desk)
        if is_due:
            checkpoint.give_out(desk)


@contextlib.contextmanager
def _warning(desk: Desk) -> Iterator[None]:
    """Warn of an error instead: what is in the log has happened, whatever fails afterwards."""
    try:
        yield
    except KtError as error:
        desk.warnings.append(error)
