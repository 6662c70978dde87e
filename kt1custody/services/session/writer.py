"""The one writer: every act enters the log here, whoever made it.

**Rule:** lock, read, judge, sign, verify, append, commit, in one transaction. At the counter the
rules refuse before anybody signs; an authentic act that was signed elsewhere is never refused but
judged (`receive.py`). Format: `.docs/formats.md` §3–5.
"""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import kt1custody.store.append as store
from kt1custody.core.custody import judgement
from kt1custody.core.formats import cbor
from kt1custody.core.formats.tree import Tree
from kt1custody.core.log import keyring
from kt1custody.core.log.act import Act
from kt1custody.core.log.commitments import MOST_WAIT, commitments
from kt1custody.core.log.entry import Entry, Signature
from kt1custody.errors import (
    KtError,
    MalformedInputError,
    RefusedError,
    UnavailableError,
    VerificationError,
)
from kt1custody.services.session import checkpoint, clock_check
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.proposal import Proposal, Signed, state_hash
from kt1custody.services.session.session import Recorded, Session
from kt1custody.signing.acts import check_authentic, sign_next
from kt1custody.store import beside, newest, records
from kt1custody.store.log import Connection, LogBook
from kt1custody.store.notes import KeptNote


@dataclass(slots=True)
class LogWriter(Drafts):
    """A write transaction: the log as it stands, and the means to add to it.

    Attributes:
        clock: The entry that says that the clock went back or was set, if it was.
        stored: The entries that are in the log once the transaction commits.
    """

    clock: Entry | None = None
    stored: list[Recorded] = field(default_factory=list)

    def sign_and_append(self, act: Act) -> Entry:
        """Append an act of the server itself, signed with its key.

        Raises:
            RefusedError: As `Drafts.check`.
            UnavailableError: As `Session.service_key`.
        """
        key = self.session.service_key("server", self.book.control)
        return self.take(act, (sign_next(act, (), key),))

    def append_signed(self, act: Act, signatures: Sequence[Signature]) -> Entry:
        """Append a signed act, judged as it is.

        Raises:
            VerificationError: The act is not authentic; nothing was written.
            MalformedInputError: `entry-too-large`.
        """
        check_authentic(self.book.control, act, signatures)
        return self._append(act, signatures, self.judged(act, signatures))

    def take(self, act: Act, signatures: Sequence[Signature]) -> Entry:
        """Append an act that was proposed and signed, if the rules still allow it.

        Raises:
            RefusedError, NotAllowedError: As `Drafts.check`; nothing was written.
            VerificationError: The act is not authentic.
        """
        check_authentic(self.book.control, act, signatures)
        self._refuse_persons(act, signatures)
        outcome = self.judged(act, signatures)
        self._refuse_faults(act, signatures, outcome.judgement)
        for staff, count in act.tries.items():
            self._reported[staff] = self._reported.get(staff, 0) + count
        return self._append(act, signatures, outcome)

    def refuse_changed(self, proposal: Proposal) -> None:
        """Refuse a proposal that rests on what is no longer so.

        Raises:
            RefusedError: `changed-meanwhile`: keys, people, policies, lists, an item that was
                shown, or the device's chain; `not-this-device`; `proposal-old`: whose records came
                so late, the audit would take it for one that was brought in a file.
        """
        book, clock = self.book, self.clock
        rests_on = book.control.head if clock is None else clock.ctl
        book.load(proposal.shown)
        is_same = rests_on == proposal.control and all(
            state_hash(book.item(n)) == shown for n, shown in proposal.shown.items()
        )
        for act in proposal.acts:
            if act.dev != self.session.device:
                raise RefusedError("not-this-device", device=act.dev)
            if any(commitments(act)) and not act.at <= self.now <= act.at + MOST_WAIT:
                raise RefusedError("proposal-old", minutes=MOST_WAIT // 60)
        first = proposal.acts[0]
        before = book.last_of(first.dev)
        if not is_same or (first.dseq - 1, first.dprev) != (before or (-1, b"")):
            raise RefusedError("changed-meanwhile")
        proposal.refuse_altered(self.session.proposal_key(book.control))

    def _append(
        self, act: Act, signatures: Sequence[Signature], outcome: judgement.Outcome
    ) -> Entry:
        if act.type == "epoch":
            self.book.begin_epoch()
        entry = self.next_entry(act, signatures, outcome.judgement)
        self.append_entry(entry, outcome)
        return entry

    def append_entry(self, entry: Entry, outcome: judgement.Outcome) -> None:
        """Put an entry at the end of the log as it is spelled, judged as `judged` does."""
        book = self.book
        book.tree.add(entry.leaf)
        store.append(book.connection, entry, outcome, book.tree)
        book.advance(entry, outcome)
        if entry.act.type == "office_key":
            self._refuse_planted(entry.act)
        self.stored.append(Recorded.of(entry))

    def _refuse_planted(self, act: Act) -> None:
        """Drop what was wrapped under the name of an office's key before the log named it."""
        [*_, key] = keyring.keys_of(self.book.control, act.number("office"), act.number("year"))
        if records.drop_wrapped(self.book.connection, name=key.name):
            self.session.warnings.append(VerificationError("key-planted", name=key.name))

    def settle(self) -> None:
        """Take reported wrong PINs off the count of the session; after the commit."""
        tries = self.session.tries
        tries.update({who: max(0, tries.get(who, 0) - n) for who, n in self._reported.items()})


def begin(connection: Connection, entry: Entry) -> None:
    """Write entry 0 of a new log.

    Raises:
        VerificationError: A signature or a proof of possession does not hold.
    """
    check_authentic(None, entry.act, entry.signatures)
    grown = Tree()
    grown.add(entry.leaf)
    store.append(connection, entry, judgement.of_genesis(entry.act), grown)


def commit(session: Session, proposal: Proposal, signed: Signed) -> list[Entry]:
    """Append what was proposed and signed: all of it, or nothing.

    A commit that comes twice changes nothing and gives the same entries.

    Args:
        proposal: Untrusted; every rule is asked again.
        signed: Untrusted; the signatures of each act, in order.

    Raises:
        RefusedError: `changed-meanwhile` or `not-this-device`, as `LogWriter.refuse_changed`;
            `not-possible`, as `Drafts.check`.
        VerificationError: `proposal-altered`; `bad-signature` and others of `check_authentic`.
        MalformedInputError: `proposal-unreadable`: what comes beside the acts is not theirs.
        UnavailableError: As `writing`; of an `epoch`: then the epoch may have begun, and
            `kt1 checkpoint --begin` signs its first checkpoint.
    """
    if any(act.type == "epoch" for act in proposal.acts):
        return [_begin_epoch(session, proposal, signed)]
    with writing(session, proposal.acts[0].type) as pen:
        there = [entry for act in proposal.acts if (entry := pen.book.find(act.hash)) is not None]
        if there and len(there) == len(proposal.acts):
            return there
        pen.refuse_changed(proposal)
        if len(signed) != len(proposal.acts):
            raise VerificationError("bad-signature")
        entries = [pen.take(*one) for one in zip(proposal.acts, signed, strict=True)]
        named = {hashed: about for act in proposal.acts for about, hashed in commitments(act)}
        beside.put(pen.book.connection, pen.book.control, named, proposal.beside)
        beside.take_away(pen.book.connection, pen.book.control, map(_whose, proposal.acts))
        return entries


def _whose(act: Act) -> bytes | None:
    """Give the kid of the person's key of which an act says what it may do, if it does."""
    match act.type:
        case "enrol" if act.fields["key"] is not None:
            return keyring.read_keys(act)[0].kid
        case "assign" | "revoke":
            return act.octets("kid")
        case _:
            return None


def ended_epoch(book: LogBook) -> dict[str, cbor.Value]:
    """Spell what an `epoch` act says of the epoch that it ends."""
    return {"origin": book.control.origin, "size": book.tree.size, "root": book.tree.root()}


def _begin_epoch(session: Session, proposal: Proposal, signed: Signed) -> Entry:
    """Close the present epoch as it is and begin the next one by an act of two officers.

    Raises:
        RefusedError: `not-possible`, or `changed-meanwhile`; nothing was written.
        UnavailableError: As `clock_check.check` and `newest.refuse_differing`: nothing was written.
            Of the keys folder: then the epoch has begun, and `kt1 checkpoint --begin` signs its
            first checkpoint.
    """
    match proposal.acts, signed:
        case (act,), (signatures,):
            pass
        case _:
            raise MalformedInputError("proposal-unreadable")
    with session.database.write() as connection:
        book = LogBook(connection)
        newest.refuse_differing(book)
        if act.fields["old"] != ended_epoch(book):
            raise RefusedError("changed-meanwhile")
        checkpoint.close_epoch(session, book)
        clock = clock_check.check(session, book)
        if clock.was is not None:  # an entry that tells of it would belong to the old epoch
            raise UnavailableError("clock-behind", seconds=clock.was - clock.now)
        clock_check.keep(session, book, clock)
        pen = LogWriter(session, book, clock.now)
        pen.refuse_changed(proposal)
        entry = pen.take(act, signatures)
        control = book.control
    session.recorded += pen.stored
    pen.settle()
    checkpoint.begin(session, control, entry)
    return entry


@contextlib.contextmanager
def writing(
    session: Session, kind: str = "", *, is_clock_right: bool = False
) -> Iterator[LogWriter]:
    """Hold the log's lock for as long as the block lasts; commit at its end and sign a checkpoint.

    Args:
        kind: Type of the act to come, as of `clock_check.check_for`.
        is_clock_right: A person has compared the clock with one outside this machine.

    Raises:
        UnavailableError: As `clock_check.check_for`; `log-behind`: older than what was signed last;
            `database-broken`: its end does not agree with itself; nothing is signed.
        VerificationError: `log-forked`: not the log that was signed last.
    """
    with session.database.write() as connection:
        book = LogBook(connection)
        kept = checkpoint.refuse_stale(session, book)
        if is_clock_right:
            read = clock_check.check(session, book, is_right=True)
        else:
            read = clock_check.check_for(session, book, kind)
        clock_check.keep(session, book, read)
        pen = LogWriter(session, book, read.now)
        if read.was is not None:
            own: dict[str, cbor.Value] = {"was": read.was, "now": read.now}
            pen.clock = pen.sign_and_append(pen.draft("clock", "server", own))
        yield pen
        grown = checkpoint.grow(kept, book)
        is_due = checkpoint.is_due(connection, book, read.now)
    session.recorded += pen.stored  # whatever fails from here on, this has happened
    _sign_off(pen, kept, grown, is_due=is_due)


def _sign_off(pen: LogWriter, kept: KeptNote, grown: Tree, *, is_due: bool) -> None:
    """Settle what a commit has told and sign its checkpoint."""
    session = pen.session
    pen.settle()
    with _warning(session):  # what cannot be signed now, the next commit signs too
        if grown.size > kept.size and not checkpoint.keep(session, pen.book.control, kept, grown):
            checkpoint.sign(session)
        if is_due:
            checkpoint.give_out(session)


@contextlib.contextmanager
def _warning(session: Session) -> Iterator[None]:
    """Warn of an error instead: what is in the log has happened, whatever fails afterwards."""
    try:
        yield
    except KtError as error:
        session.warnings.append(error)
