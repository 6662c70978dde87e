"""A day at a KT1 office, played on a training log: real files, real signatures, a real bundle."""

import contextlib
import os
import re
import secrets
import shlex
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kt1custody.cli import registering, sources
from kt1custody.cli.enrolment import enrol_person
from kt1custody.cli.face import DEMO, Face, common
from kt1custody.cli.founding import make_log
from kt1custody.cli.label_printer import Output
from kt1custody.cli.speech import has_word, number, say, word
from kt1custody.core import pins
from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import numbers
from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.system import files

if TYPE_CHECKING:
    from kt1custody.services.session.session import Session
    from kt1custody.services.session.step import StepUseCase
    from kt1custody.settings import Settings

OFFICERS, RESERVE = ("NV021", "NV022"), "NV029"
CLERK, CONTROLLER = "NV001", "NV004"
COURIERS, DRIVER, ESCORT = ("NV011", "NV012", "NV013"), "NV014", "NV015"
POSTS, POST_CLERKS = ("BDX-24787", "BDX-22918"), ("NV041", "NV042")
OFFICE = "680900"
MANIFEST = "2026-11-23-sang.csv"
_FIRST = "682600000014"  # the first item that the day registers
_STEPS = 22
_CHECKOUT = Path(__file__).resolve().parents[2]
# What lies in a demo's folder, and what commands that are tried there put beside its data.
_MADE = frozenset((
    "bundle", "closing.pdf", "data", "dossier", "genesis.png", "genesis.txt", "keys", "loads",
    "newest-status", "pins.txt", "public", "seal-reprinted.pdf", "seals", "seals.pdf",
))  # fmt: skip
_LISTS = (("06:34", "offices", "offices.csv"), ("06:36", "agencies", "agencies.csv"))
_GENESIS = 66  # bytes of a file with a genesis hash, and one more
_LEFT_BEHIND = 600  # seconds after which nobody is playing any more


@click.command(help=say("Play a whole day on a training log, in the folder demo, and verify it."))
@click.argument("folder", default=DEMO, type=click.Path(path_type=Path), metavar=say("[FOLDER]"))
@click.option(
    "--sample",
    default=_CHECKOUT / "tests" / "data",
    type=click.Path(path_type=Path),
    metavar=say("FOLDER"),
    help=say("Where the sample lists and the manifest are."),
)
@common
@click.pass_obj
def demo(face: Face, folder: Path, sample: Path) -> None:
    """Play the demo."""
    _make_room(face, folder)
    beside = _beside(folder)
    try:
        _sweep(folder)
        with click.progressbar(
            length=_STEPS, label=say("A day at the office"), hidden=face.as_json, show_eta=False
        ) as bar:
            day = _Day(face, beside, sample, lambda: bar.update(1))
            told = day.play()
        old = _beside(folder)
        with contextlib.suppress(FileNotFoundError):
            folder.rename(old)
        beside.rename(folder)  # a crash before leaves no demo, never half of one
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise UnavailableError("file-unwritable", name=str(folder), why=error.strerror) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    face.answer(told.answer(), told.lines(folder))


def _make_room(face: Face, folder: Path) -> None:
    """Refuse a folder that is not read as an earlier demo, or in which there is something else.

    Raises:
        RefusedError: `not-a-demo`, `foreign-file`; `place-of-log`: it would lie in a log's folder.
    """
    for ours in (face.settings.data, face.settings.keys):
        if ours is not None and folder.resolve().is_relative_to(ours.resolve()):
            raise RefusedError("place-of-log", name=str(folder), path=str(ours))
    if not folder.exists():
        return
    if not _is_demo(face, folder):
        raise RefusedError("not-a-demo", name=str(folder))
    for path in sorted(folder.iterdir()):
        if path.name not in _MADE or path.is_symlink():
            raise RefusedError("foreign-file", name=str(folder), file=ascii(path.name)[1:-1])


def _is_demo(face: Face, folder: Path) -> bool:
    """Tell whether a training log lies in a folder whose genesis hash a file beside it names."""
    from kt1custody import app
    from kt1custody.services.custody import look

    session = app.make_session(face.settings, data=folder / "data", keys=folder / "keys")
    try:
        genesis = look.training_genesis(session)
        named = files.read(folder / "genesis.txt", _GENESIS)
    except UnavailableError:
        return False
    finally:
        session.close()
    return genesis is not None and named == f"{genesis.hex()}\n".encode()


def _beside(folder: Path) -> Path:
    """Name a hidden folder beside the demo's."""
    return folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")


def _sweep(folder: Path) -> None:
    """Remove what demos that were killed have left behind."""
    from kt1custody import app

    name = re.compile(rf"\.{re.escape(folder.name)}\.[0-9a-f]{{8}}")
    for path in folder.absolute().parent.iterdir():
        if name.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
            newest = max((one.stat().st_mtime for one in (path, *path.iterdir())), default=0)
            if app.clock() - newest > _LEFT_BEHIND:
                shutil.rmtree(path, ignore_errors=True)


@dataclass(frozen=True)
class _Told:
    """What came of the day."""

    genesis: str
    code: str
    items: int
    acts: int
    delivered: int
    stopped: str
    verdict: str
    findings: int

    def answer(self) -> dict[str, object]:
        return {
            "genesis": self.genesis,
            "code": self.code,
            "items": self.items,
            "entries": self.acts,
            "delivered": self.delivered,
            "wrong_seal_stopped": self.stopped,
            "verdict": self.verdict,
            "findings": self.findings,
        }

    def lines(self, folder: Path) -> list[str]:
        kt1 = _practice(folder)
        return [
            say(
                "1. Training log founded, with its people and lists: {folder}",
                folder=folder / "data",
            ),
            say(
                "2. {items} items registered, sealed and bound: {pdf}, one picture each in {seals}",
                items=number(self.items),
                pdf=folder / "seals.pdf",
                seals=folder / "seals",
            ),
            say(
                "3. Handed to couriers, driver and posts; {delivered} delivered, one refused, one "
                "absent, one returned",
                delivered=number(self.delivered),
            ),
            say(
                "4. A wrong seal was stopped before anybody signed: {why}",
                why=_why(self.stopped),
            ),
            say(
                "5. Closing sheet of the day: {pdf}; its code: {code}",
                pdf=folder / "closing.pdf",
                code=self.code,
            ),
            say(
                "6. Bundle for auditors: {bundle}; dossier of one item: {dossier}; genesis hash for "
                "paper: {genesis}",
                bundle=folder / "bundle",
                dossier=folder / "dossier",
                genesis=folder / "genesis.txt",
            ),
            say(
                "7. {entries} log entries verified, {findings} findings: {verdict}",
                entries=number(self.acts),
                findings=number(self.findings),
                verdict=word("verdict", self.verdict),
            ),
            "",
            say("Try next:"),
            f"  {kt1} holder NV011",
            f"  {kt1} item show 682600000014 --reader NV001",
            f'  {kt1} verify --genesis {self.genesis} --anchor "{self.code}"',
        ]


def _practice(folder: Path) -> str:
    """Spell how a command on the demo's log begins, from where the person stands."""
    launcher = _CHECKOUT / "scripts" / "run.py"
    program = f"python3 {shlex.quote(_short(launcher))}" if launcher.exists() else "kt1"
    if folder == DEMO:
        return f"{program} --demo"
    return f"KT1_DEMO={shlex.quote(str(folder))} {program}"


def _short(path: Path) -> str:
    """Name a file from where the person stands, or from the root where that is shorter."""
    try:
        return min(os.path.relpath(path), str(path), key=len)
    except ValueError:  # on another drive
        return str(path)


class _Cast(Face):
    """The people of the demo, who type the PINs that were drawn for them and are never asked."""

    def __init__(self, folder: Path, drawn: dict[str, str], settings: "Settings") -> None:
        super().__init__(data=folder / "data", keys=folder / "keys", yes=True)
        self._settings, self._drawn = settings, drawn

    def pins(self) -> dict[str, str]:
        """Give the drawn PINs."""
        return self._drawn


class _Day:
    """Plays the day; every act lies minutes or hours behind the one before."""

    def __init__(self, face: Face, folder: Path, sample: Path, tick: Callable[[], None]) -> None:
        self._folder, self._sample, self._tick = folder, sample, tick
        self._zone = face.settings.zone
        self._pins = _draw_pins()
        self._morning = datetime(2026, 11, 23, 7, 0, tzinfo=self._zone)
        self._face = _Cast(folder, self._pins, face.settings)
        self._session = self._face.session()
        self._session.as_of = int(self._morning.timestamp())

    def play(self) -> _Told:
        try:
            return self._play()
        finally:
            self._session.close()

    def _at(self, clock: str) -> "Session":
        """Set the desk's clock to a time of the day, and count the step."""
        self._session.as_of = self._moment(clock)
        self._tick()
        return self._session

    def _moment(self, clock: str) -> int:
        hours, minutes = map(int, clock.split(":"))
        return int(self._morning.replace(hour=hours, minute=minutes).timestamp())

    def _play(self) -> _Told:
        genesis = self._found()
        registered = self._register()
        self._seal()
        stopped = self._hand_out()
        delivered = self._deliver()
        return self._close(genesis, len(registered), delivered, stopped)

    def _found(self) -> str:
        from kt1custody.cli import given_files
        from kt1custody.services.keys import genesis as found
        from kt1custody.services.keys.genesis_entry import Founding
        from kt1custody.services.people import staff
        from kt1custody.services.registration import catalogue

        founding = Founding(
            log="kt1.lamdong.vn/68",
            name=say("Training log of the KT1 office"),
            office=int(OFFICE),
            number=68,
            training=True,
            officers=(*OFFICERS, RESERVE),
        )
        self._at("06:30")
        genesis = make_log(self._face, founding)
        found.finish(self._session)
        _write_private(self._folder / "pins.txt", self._pins)
        (self._folder / "genesis.txt").write_text(f"{genesis.hex()}\n", "utf-8")
        files.write(self._folder / "genesis.png", found.genesis_picture(genesis))
        for clock, kind, name in _LISTS:
            file = given_files.table(self._sample / name)
            made = catalogue.read(self._at(clock), kind, file)
            self._face.carry_out(catalogue.BringIntoForce(new_list=made, officers=OFFICERS))
        listed = staff.read(self._at("06:45"), given_files.table(self._sample / "people.csv"))
        for person in listed.new:
            enrol_person(self._face, person, OFFICERS)
        names = {person.number: person.name for person in listed.known}
        self._face.carry_out(staff.NameFounders(names=names, officers=OFFICERS))
        return genesis.hex()

    def _register(self) -> tuple[int, ...]:
        from kt1custody.cli import given_files
        from kt1custody.services.registration import register

        file = self._sample / "manifests" / MANIFEST
        self._at("07:00")
        rows = register.read_manifest(given_files.table(file))
        made = registering.run(self._face, rows, CLERK, dry_run=False)
        if made.findings:
            raise RefusedError("demo-manifest", name=str(file))
        return made.numbers

    def _seal(self) -> None:
        from kt1custody.services.seals.labels import USUAL
        from kt1custody.services.seals.seal import Bind, PrintSeals

        pictures = self._folder / "seals"
        self._at("07:10")
        printed = self._face.carry_out(PrintSeals(by=CLERK))
        output = Output(pdf=self._folder / "seals.pdf", pictures=pictures)
        output.draw(self._face, CLERK, printed, USUAL)
        scans = tuple(_text_of(path) for path in sorted(pictures.glob("*.png")))
        self._at("07:32")
        self._face.carry_out(Bind(by=CLERK, witness=CONTROLLER, given=scans))

    def _hand_out(self) -> str:
        """Give everything out by where it goes; returns why a wrong seal was stopped."""
        from kt1custody.services.custody import look

        shown = look.listed(self._session, holder=OFFICE, is_open=True, is_unsealed=False)
        near = [one for one in shown if str(one.dest) == OFFICE]
        out = [one for one in shown if str(one.dest) != OFFICE]
        stopped = self._try_wrong_seal(near)
        parts = [near[begin::3] for begin in range(3)]
        for courier, clock, part in zip(COURIERS, ("07:55", "08:03", "08:11"), parts, strict=True):
            self._hand(clock, (CLERK, courier, CONTROLLER), part)
        self._hand("08:24", (CLERK, DRIVER, ESCORT), out)
        self._hand("08:40", (COURIERS[1], COURIERS[2], COURIERS[0]), parts[1][:3])
        return stopped

    def _drive_round(self) -> None:
        """Let the driver hand the posts on his way what is theirs."""
        from kt1custody.services.custody import look

        carried = look.held(self._session, DRIVER)
        for clock, post, clerk in zip(("10:15", "11:40"), self._posts(), POST_CLERKS, strict=True):
            part = [one for one in carried if one.dest == post]
            self._hand(clock, (DRIVER, clerk, ESCORT), part)

    def _posts(self) -> list[int]:
        """Give the numbers of the commune posts that have a clerk."""
        from kt1custody.services.custody import look

        places = look.places(self._session)
        return [places.office_codes[code].number for code in POSTS] if places else []

    def _try_wrong_seal(self, near: Sequence[ItemState]) -> str:
        """Scan a seal that was voided after the print: nothing may be signed."""
        from kt1custody.services.custody.hand_over import HandOver
        from kt1custody.services.seals.labels import USUAL
        from kt1custody.services.seals.seal import Bind, Void

        one = next(item for item in near if item.mark == 0)
        picture = self._folder / "seals" / f"{numbers.format_serial(one.seal or 0)}.png"
        scanned = _text_of(picture)
        self._at("07:40")
        torn = Void(by=CLERK, witness=None, given=scanned, reason="torn", reprint=True)
        output = Output(pdf=self._folder / "seal-reprinted.pdf")
        job = output.draw(self._face, CLERK, self._face.carry_out(torn), USUAL)
        self._at("07:44")
        fresh = numbers.format_serial(job.job)
        self._face.carry_out(Bind(by=CLERK, witness=None, given=(fresh,)))
        self._at("07:48")
        try:
            self._face.carry_out(HandOver(giver=CLERK, receiver=COURIERS[0], given=(scanned,)))
        except RefusedError as error:
            faults = error.detail.get("faults")
            return str(faults[0][1]) if isinstance(faults, list) else error.code
        return "–"

    def _hand(self, clock: str, people: tuple[str, str, str], part: Sequence[ItemState]) -> None:
        from kt1custody.services.custody.hand_over import HandOver

        giver, receiver, witness = people
        given = tuple(f"{state.n:012d}" for state in part)
        self._at(clock)
        self._face.carry_out(HandOver(given=given, giver=giver, receiver=receiver, witness=witness))

    def _deliver(self) -> int:
        """Deliver most of what two couriers and a post hold; one refused, absent, returned."""
        from kt1custody.services.custody.deliver import BringBack, Deliver, NotDelivered, Receiver

        receiver = Receiver("Nguyễn Thị Văn Thư", "GGT 15/2026", None)
        first, third = self._held(COURIERS[0]), self._held(COURIERS[2])
        done, one, keeper = first[3:-2], COURIERS[0], CLERK

        def at(clock: str, step: "StepUseCase") -> None:
            self._at(clock)
            self._face.carry_out(step)

        at("09:20", Deliver(given=done, giver=one, keeper=keeper, receiver=receiver))
        for clock, kind, reason, given in (
            ("09:35", "refuse", "not-expected", first[:1]),
            ("09:50", "absent", "nobody", first[1:2]),
        ):
            at(clock, NotDelivered(given=given, act_type=kind, giver=one, reason=reason))
        self._drive_round()
        refused = first[:1]
        at(
            "13:30",
            BringBack(given=refused, giver=one, keeper=keeper, receiver=receiver, reason="refused"),
        )
        at("14:10", Deliver(given=third, giver=COURIERS[2], keeper=keeper, receiver=receiver))
        post, clerk = self._held(str(self._posts()[1])), POST_CLERKS[1]
        at("15:05", Deliver(given=post, giver=clerk, keeper=clerk, receiver=receiver))
        return len(done) + len(third) + len(post)

    def _held(self, holder: str) -> tuple[str, ...]:
        from kt1custody.services.custody import look

        return tuple(f"{state.n:012d}" for state in look.held(self._session, holder))

    def _close(self, genesis: str, items: int, delivered: int, stopped: str) -> _Told:
        """Print the closing sheet, export what leaves the machine, and verify all of it."""
        from kt1custody.cli import incoming, outgoing
        from kt1custody.core.log import anchor

        bundle, one_item = self._folder / "bundle", self._folder / "dossier"
        signed = outgoing.closing_sheet(self._at("16:30"), self._folder / "closing.pdf")
        code = anchor.code(signed.checkpoint)
        outgoing.bundle(self._session, bundle)
        outgoing.dossier(self._session, _FIRST, one_item)
        outgoing.public(self._session, self._folder / "public")
        self._face.unlock(CLERK)
        given = incoming.gather(bytes.fromhex(genesis), [code])
        reports = [
            incoming.audit(self._at("16:45"), opener=CLERK, given=given),
            incoming.audit_folder(bundle, given=given),
            incoming.audit_folder(one_item, given=given),
        ]
        worst = max(reports, key=lambda one: (len(one.findings), one.verdict != "match"))
        self._session.set_training_clock(self._moment("16:45"))
        return _Told(
            genesis,
            code,
            items,
            reports[0].entries,
            delivered,
            stopped,
            worst.verdict,
            len(worst.findings),
        )


def _why(code: str) -> str:
    """Say why nothing was signed."""
    return word("judgement", code) if has_word("judgement", code) else code


def _text_of(picture: Path) -> str:
    """Read the seal in a picture, as a scanner does."""
    [(_, text)] = sources.read_picture(picture).texts
    return text


def _draw_pins() -> dict[str, str]:
    """Draw six digits for staff, and fourteen letters and more for officers."""
    staff = {who: _draw_pin(who) for who in (f"NV{number:03d}" for number in range(1, 60))}
    officers = {one: secrets.token_hex(8) for one in (*OFFICERS, RESERVE)}
    return {**staff, **officers}


def _draw_pin(staff: str) -> str:
    """Draw six digits that the rules for a new PIN take."""
    while True:
        pin = f"{secrets.randbelow(10**6):06d}"
        with contextlib.suppress(RefusedError):
            pins.check(pin, staff=staff, officer=False)
            return pin


def _write_private(path: Path, pins: dict[str, str]) -> None:
    """Write the PIN file so that only this account reads it."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123  # of a handle with its mode
        file.writelines(f"{staff}={pin}\n" for staff, pin in pins.items())
