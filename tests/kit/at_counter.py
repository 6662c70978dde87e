"""A counter as tests use it: each use case from the question to the log, with the PINs of the cast.

Everything goes the way of the command line, through `Face.carry_out` and its like; only PINs come
from the world's own list.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kt1custody.cli import enrolment, founding, given_files, registering
from kt1custody.cli.face import Face
from kt1custody.cli.label_printer import Output
from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import cbor
from kt1custody.core.formats.note import VerifierKey
from kt1custody.core.log.entry import Entry
from kt1custody.core.manifest.layout import RowFinding
from kt1custody.core.manifest.list_rows import Person
from kt1custody.services.custody import deliver as delivering
from kt1custody.services.custody import disclose, ruling
from kt1custody.services.custody import offer as offering
from kt1custody.services.custody.correct_item import CorrectItem
from kt1custody.services.custody.deliver import Receiver
from kt1custody.services.custody.disclose import Disclosure
from kt1custody.services.custody.hand_over import HandOver
from kt1custody.services.custody.policy import ChangePolicy
from kt1custody.services.keys import ceremony, epoch, genesis
from kt1custody.services.keys import clock as clocks
from kt1custody.services.keys.ceremony import Plan, Rotated
from kt1custody.services.keys.clock import Ahead
from kt1custody.services.keys.epoch import Begun
from kt1custody.services.keys.genesis_entry import Founding
from kt1custody.services.people import people, staff
from kt1custody.services.people.enrolment import EnrolDevice
from kt1custody.services.people.people import Duty
from kt1custody.services.registration import catalogue, register
from kt1custody.services.registration.catalogue import NewList
from kt1custody.services.seals import seal
from kt1custody.services.seals.labels import Printer
from kt1custody.services.seals.resume import CameOut, Jammed, Resume
from kt1custody.services.session import lost, use_case
from kt1custody.services.session.here import Here
from kt1custody.services.session.lost import Missing
from kt1custody.services.session.print_book import JobLabel, PrintJob
from kt1custody.services.session.session import Session
from kt1custody.services.session.use_case import UseCase
from kt1custody.services.witness import quorum
from kt1custody.signing.person_keys import PersonKey
from kt1custody.signing.slips import Opener
from kt1custody.system import files

Pair = tuple[str, str]
AskPin = Callable[[str], str]


class CastFace(Face):
    """The command line of a session in which the cast types its PINs."""

    def __init__(self, session: "CastSession") -> None:
        super().__init__(as_json=True, yes=True)
        self._session = session

    def _ask_pin(self, staff: str) -> str:
        return self.session().ask_pin(staff)

    def session(self) -> "CastSession":
        """The session of this face."""
        assert isinstance(self._session, CastSession)
        return self._session

    def new_pin(self, staff: str, *, passphrase: bool) -> str:
        """The PIN that a person chooses."""
        session = self.session()
        ask = session.ask_new_pin
        return session.ask_pin(staff) if ask is None else ask(staff, passphrase)


@dataclass
class CastSession(Session):
    """A session at whose machine the cast stands."""

    ask_pin: AskPin = field(kw_only=True)
    ask_new_pin: Callable[[str, bool], str] | None = field(default=None, kw_only=True)
    asks_when_needed: bool = field(default=True, kw_only=True)
    face: CastFace = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.face = CastFace(self)

    @property
    def here(self) -> Here:
        """The keys that are unlocked."""
        return self.face.here

    def unlock(self, people: Iterable[str]) -> None:
        """Have people type their PINs."""
        self.face.unlock(*people)

    def person(self, staff: str) -> PersonKey:
        """A person's unlocked key."""
        return self.here.key(staff)

    def opener(self, staff: str) -> Opener:
        """What opens records for a person, who types the PIN when it is needed."""
        if self.asks_when_needed:
            self.unlock([staff])
        return super().opener(staff)

    def unlocked(self) -> dict[str, PersonKey]:
        """All unlocked keys."""
        return dict(self.here._keys)

    def admit_all(self, keys: Mapping[str, PersonKey]) -> None:
        """Take keys as unlocked, as other sessions have opened them."""
        for key in keys.values():
            self.here.admit(key)

    def lock(self) -> None:
        """Forget what is unlocked."""
        self.here._keys.clear()
        self._openers.clear()

    def left_alone(self) -> Session:
        """A session at the same place where nobody stands to type a PIN."""
        return Session(
            data=self.data,
            keys=self.keys,
            device=self.device,
            clock=self.clock,
            counted=self.counted,
            as_of=self.as_of,
            zone=self.zone,
            language=self.language,
        )

    def close(self) -> None:
        """As a session, and nobody is at the machine any more."""
        super().close()
        self.face._here = None


def carry_out(
    session: Session, wanted: UseCase[Any], confirm: Callable[[Any], bool] | None = None
) -> list[Entry]:
    """Carry a use case out, with the PINs of the cast."""
    return face_of(session).carry_out(wanted, confirm)


def face_of(session: Session) -> CastFace:
    assert isinstance(session, CastSession)
    return session.face


Confirm = Callable[[Sequence[ItemState]], bool]


@dataclass(frozen=True)
class Handover:
    """Who gives to whom."""

    giver: str
    receiver: str
    witness: str | None = None
    cond: str = "intact"

    def of(self, given: Sequence[str]) -> HandOver:
        """The use case."""
        return HandOver(
            given=tuple(given),
            giver=self.giver,
            receiver=self.receiver,
            witness=self.witness,
            cond=self.cond,
        )


def hand_over(
    session: Session, handover: Handover, given: Sequence[str], *, confirm: Confirm
) -> Entry:
    return carry_out(session, handover.of(given), confirm)[-1]


@dataclass(frozen=True)
class Door:
    """Whose items, and who keeps the record."""

    giver: str
    keeper: str
    cond: str = "intact"

    def deliver(self, receiver: Receiver, given: Sequence[str]) -> delivering.Deliver:
        """The use case."""
        return delivering.Deliver(
            given=tuple(given),
            giver=self.giver,
            keeper=self.keeper,
            cond=self.cond,
            receiver=receiver,
        )


def deliver(
    session: Session, door: Door, receiver: Receiver, given: Sequence[str], *, confirm: Confirm
) -> Entry:
    return carry_out(session, door.deliver(receiver, given), confirm)[-1]


def bring_back(
    session: Session,
    door: Door,
    receiver: Receiver,
    reason: str,
    given: Sequence[str],
    *,
    confirm: Confirm,
) -> Entry:
    returning = delivering.BringBack(
        given=tuple(given),
        giver=door.giver,
        keeper=door.keeper,
        cond=door.cond,
        receiver=receiver,
        reason=reason,
    )
    return carry_out(session, returning, confirm)[-1]


def report(
    session: Session,
    kind: str,
    giver: str,
    reason: str,
    given: Sequence[str],
    *,
    cond: str = "intact",
    confirm: Confirm,
) -> Entry:
    reporting = delivering.NotDelivered(
        given=tuple(given), act_type=kind, giver=giver, reason=reason, cond=cond
    )
    return carry_out(session, reporting, confirm)[-1]


def offer(
    session: Session,
    giver: str,
    receiver: str,
    given: Sequence[str],
    *,
    cond: str = "intact",
    picture: Path | None = None,
    confirm: Confirm,
) -> Entry:
    if picture is not None:
        files.refuse_existing(picture)
        offering.refuse_long_device(session)
    wanted = offering.Offer(given=tuple(given), giver=giver, receiver=receiver, cond=cond)

    def draw(proposal: Any, signed: Any) -> None:
        if picture is not None:
            files.write(picture, offering.qr_picture(proposal.acts[0], signed[0][0]))

    return face_of(session).carry_out(wanted, confirm, draw)[-1]


def take(
    session: Session,
    receiver: str,
    witness: str | None,
    offered: str,
    given: Sequence[str],
    *,
    cond: str = "intact",
    confirm: Callable[[Sequence[ItemState], Sequence[int]], bool],
) -> Entry:
    wanted = offering.Take(
        receiver=receiver, witness=witness, offered=offered, given=tuple(given), cond=cond
    )
    return carry_out(session, wanted, lambda shown: confirm(shown.items, shown.short))[-1]


def withdraw(session: Session, giver: str, offered: str) -> Entry:
    return carry_out(session, offering.Withdraw(giver=giver, offered=offered))[-1]


def correct(
    session: Session,
    seq: int,
    name: str,
    value: cbor.Value,
    reason: str,
    officers: Pair | None,
    given: Sequence[str] = (),
    *,
    confirm: Confirm,
) -> Entry:
    wanted = ruling.Correct(
        seq=seq, field=name, value=value, reason=reason, officers=officers, given=tuple(given)
    )
    return carry_out(session, wanted, confirm)[-1]


def settle(
    session: Session, given: str, keep: str, reason: str, officers: Pair, *, confirm: Confirm
) -> Entry:
    wanted = ruling.Settle(given=given, keep=keep, reason=reason, officers=officers)
    return carry_out(session, wanted, lambda fork: confirm([fork.item]))[-1]


@dataclass(frozen=True)
class Corrected:
    """The entries that correct a row, or what is wrong with the new one."""

    entries: tuple[Entry, ...]
    findings: tuple[RowFinding, ...]


def correct_item(
    session: Session,
    given: str,
    cells: Mapping[str, str],
    reason: str,
    officers: Pair | None,
    *,
    confirm: Confirm,
) -> Corrected:
    from kt1custody.cli.ruling import _correct_item

    wanted = CorrectItem(given=given, cells=cells, reason=reason, officers=officers)
    try:
        entries = _correct_item(face_of(session), wanted, lambda item: confirm([item]))
    except register.WrongRowsError as wrong:
        return Corrected((), wrong.findings)
    return Corrected(tuple(entries), ())


def open_slip(
    session: Session, officer: str, given: Sequence[str], reason: str, *, confirm: Confirm
) -> Disclosure:
    wanted = disclose.Disclose(officer=officer, given=tuple(given), reason=reason)
    entry = carry_out(session, wanted, confirm)[-1]
    return disclose.read_disclosed(session, entry)


@dataclass(frozen=True)
class Job:
    """A print job that is in the log and on the disk."""

    serials: tuple[tuple[int, int], ...]
    labels: int
    pdf: Path
    left_out: tuple[int, ...] = ()
    older: tuple[int, ...] = ()

    @property
    def number(self) -> int:
        """The job's number: its first serial."""
        return self.serials[0][1]


@dataclass(frozen=True, kw_only=True)
class Printing:
    """A printer, and a folder for bitmaps."""

    dpi: int = 203
    copies: int = 2
    bitmaps: Path | None = None

    @property
    def printer(self) -> Printer:
        """As the services know it."""
        has_bitmaps = self.bitmaps is not None
        return Printer(dpi=self.dpi, copies=self.copies, has_bitmaps=has_bitmaps)


USUAL = Printing()


def _draw(
    session: Session,
    by: str,
    entries: Sequence[Entry],
    printing: Printing,
    output: Output,
) -> Job:
    drawn = output.draw(face_of(session), by, entries, printing.printer)
    return Job(drawn.serials, drawn.count, output.pdf)


def print_seals(
    session: Session,
    by: str,
    given: Sequence[str],
    pdf: Path,
    pictures: Path | None = None,
    *,
    printer: Printing = USUAL,
    confirm: Confirm,
) -> Job:
    output = Output(pdf=pdf, pictures=pictures, bitmaps=printer.bitmaps)
    output.refuse_existing()
    seen: list[seal.ToPrint] = []

    def agree(shown: seal.ToPrint) -> bool:
        seen.append(shown)
        return confirm(shown.items)

    entries = carry_out(session, seal.PrintSeals(by=by, given=tuple(given)), agree)
    job = _draw(session, by, entries, printer, output)
    return replace(job, left_out=seen[0].left_out, older=seen[0].older)


def bind(
    session: Session,
    by: str,
    witness: str | None,
    given: Sequence[str],
    *,
    cond: str = "intact",
    confirm: Confirm,
) -> list[Entry]:
    return carry_out(
        session, seal.Bind(by=by, witness=witness, given=tuple(given), cond=cond), confirm
    )


def void(
    session: Session,
    by: str,
    witness: str | None,
    given: str,
    reason: str,
    *,
    cond: str = "intact",
    reprint: Path | None = None,
    printer: Printing = USUAL,
    confirm: Confirm,
) -> tuple[Entry, Job | None]:
    if reprint is not None:
        seal.refuse_cancelled(reason)
        Output(pdf=reprint, bitmaps=printer.bitmaps).refuse_existing()
    wanted = seal.Void(
        by=by,
        witness=witness,
        given=given,
        reason=reason,
        cond=cond,
        reprint=reprint is not None,
    )
    entries = carry_out(session, wanted, confirm)
    if reprint is None:
        return entries[-1], None
    output = Output(pdf=reprint, bitmaps=printer.bitmaps)
    return entries[-1], _draw(session, by, entries, printer, output)


def resume(
    session: Session,
    by: str,
    witness: str | None,
    given: str,
    came_out: CameOut,
    pdf: Path,
    *,
    reason: str = "misprint",
    printer: Printing = USUAL,
    confirm: Callable[[PrintJob, Sequence[JobLabel]], bool],
) -> tuple[list[JobLabel], Job]:
    output = Output(pdf=pdf, bitmaps=printer.bitmaps)
    seal.refuse_cancelled(reason)
    output.refuse_existing()
    missing: list[JobLabel] = []

    def agree(shown: Jammed) -> bool:
        missing[:] = shown.missing
        return confirm(shown.job, shown.missing)

    wanted = Resume(by=by, witness=witness, given=given, came_out=came_out, reason=reason)
    entries = carry_out(session, wanted, agree)
    return missing, _draw(session, by, entries, printer, output)


def import_manifest(
    session: Session,
    by: Callable[[], str] | None,
    file: Path,
    *,
    dry_run: bool = False,
    confirm: Callable[[register.Preview], bool] | None = None,
    errors: Path | None = None,
) -> registering.Registered:
    if errors is not None:
        registering.refuse_place(errors)
    rows = register.read_manifest(given_files.table(file))
    made = registering.run(face_of(session), rows, by and by(), dry_run=dry_run, confirm=confirm)
    if errors is not None:
        registering.send_back(errors, rows, made.findings)
    return made


def register_one(
    session: Session,
    by: Callable[[], str] | None,
    cells: Mapping[str, str],
    *,
    dry_run: bool = False,
) -> registering.Registered:
    rows = register.one_row(session, cells)
    return registering.run(face_of(session), rows, by and by(), dry_run=dry_run)


def load_list(session: Session, kind: str, file: Path, officers: Pair) -> Entry:
    return bring_list(session, catalogue.read(session, kind, given_files.table(file)), officers)


def bring_list(session: Session, made: NewList, officers: Pair) -> Entry:
    return carry_out(session, catalogue.BringIntoForce(new_list=made, officers=officers))[-1]


def enrol(session: Session, file: Path, officers: Pair) -> list[str]:
    listed = staff.read(session, given_files.table(file))
    done: list[str] = []
    enrolment._enrol_all(face_of(session), listed, officers, done)
    return done


def enrol_person(session: Session, person: Person, officers: Pair) -> Entry:
    return enrolment.enrol_person(face_of(session), person, officers)


def rotate(session: Session, who: str, officers: Pair) -> Entry | None:
    return enrolment.renew(face_of(session), who, officers)


def enrol_device(session: Session, device: str, name: str, office: int, officers: Pair) -> Entry:
    wanted = EnrolDevice(device=device, name=name, office=office, officers=officers)
    return carry_out(session, wanted)[-1]


def assign(session: Session, who: str, duty: Duty, officers: Pair) -> Entry:
    return carry_out(session, people.Assign(who=who, duty=duty, officers=officers))[0]


def change_policy(session: Session, witness: Mapping[str, frozenset[str]], officers: Pair) -> Entry:
    wanted = ChangePolicy(
        witness=witness, carry={}, max_offline=None, begin=None, officers=officers
    )
    return carry_out(session, wanted)[-1]


def hold(session: Session, by: str, who: str, reason: str) -> Entry:
    return carry_out(session, people.Hold(by=by, who=who, reason=reason))[-1]


def lift(session: Session, who: str, reason: str, officers: Pair) -> Entry:
    return carry_out(session, people.Lift(who=who, reason=reason, officers=officers))[-1]


def revoke(
    session: Session,
    who: str,
    reason: str,
    since: int | None,
    officers: Pair,
    kid: bytes | None = None,
) -> Entry:
    wanted = people.Revoke(who=who, reason=reason, since=since, officers=officers, kid=kid)
    return carry_out(session, wanted)[-1]


def name_founders(session: Session, names: Mapping[str, str], officers: Pair) -> Entry | None:
    entries = carry_out(session, staff.NameFounders(names=names, officers=officers))
    return entries[-1] if entries else None


def rotate_service_key(
    session: Session,
    service: str,
    officers: Pair,
    until: int | None = None,
    *,
    old_key_lost: bool = False,
    left: bytes | None = None,
    confirm: Callable[[Plan], bool],
) -> Rotated:
    done = ceremony.unfinished(session, service)
    if done is not None:
        return done
    switch = ceremony.switch_of(session, service, officers, until)
    face_of(session).unlock(*use_case.check(session, switch).people)
    switch = ceremony.make_ready(session, switch, old_key_lost=old_key_lost, left=left)
    entries = carry_out(session, switch, confirm)
    return ceremony.finish(session, switch, entries[-1])


@contextlib.contextmanager
def founded(session: Session, told: Founding) -> Iterator[bytes]:
    """Found a log; what is done in the block belongs to the founding."""
    yield founding.make_log(face_of(session), told)
    genesis.finish(session)


def found(session: Session, told: Founding) -> bytes:
    with founded(session, told) as genesis_hash:
        return genesis_hash


def begin_epoch(
    session: Session, reason: str, officers: Pair, *, given_up: str | None = None
) -> Begun:
    wanted = epoch.NewEpoch(reason=reason, officers=officers, given_up=given_up)
    return epoch.begun(carry_out(session, wanted)[-1])


def set_back(
    session: Session, officers: Pair, *, confirm: Callable[[Ahead], bool]
) -> tuple[Entry, Ahead]:
    entry = carry_out(session, clocks.SetBack(officers=officers), confirm)[-1]
    return entry, clocks.ahead_of(entry)


def declare_lost(
    session: Session, reason: str, officers: Pair, *, confirm: Callable[[list[Missing]], bool]
) -> tuple[list[Entry], list[Missing]]:
    gone: list[Missing] = []

    def agree(shown: list[Missing]) -> bool:
        gone[:] = shown
        return confirm(shown)

    wanted = lost.DeclareLost(reason=reason, officers=officers)
    return carry_out(session, wanted, agree), gone


def change_quorum(
    session: Session,
    keys: Sequence[VerifierKey],
    least: int,
    officers: Pair,
    urls: Mapping[str, str],
) -> Entry:
    wanted = quorum.ChangeQuorum(keys=tuple(keys), least=least, officers=officers, urls=urls)
    return carry_out(session, wanted)[-1]
