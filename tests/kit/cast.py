"""One fixed cast and one small world, the same everywhere: real files, a training log, no fakes."""

import shutil
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from kt1custody.i18n import language
from kt1custody.printing.read import symbol_texts
from kt1custody.services.custody.deliver import Receiver
from kt1custody.services.keys.genesis_entry import Founding
from tests.kit import at_counter, cast
from tests.kit.at_counter import CastSession, Door, Handover, found

DATA = Path(__file__).parent.parent / "data"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MORNING = int(datetime(2026, 11, 23, 7, 0, tzinfo=ZONE).timestamp())
MANIFEST = DATA / "manifests" / "2026-11-23-sang.csv"

CLERK, CLERK_2, CONTROLLER = "NV001", "NV002", "NV004"
COURIER, COURIER_2, DRIVER = "NV011", "NV012", "NV014"
OFFICERS = ("NV021", "NV022")
RESERVE = "NV029"
ADMIN = "NV031"
COMMUNE_CLERK = "NV041"
OFFICE = 680_900
PINS = {
    **{f"NV0{number:02d}": f"4711{number:02d}" for number in range(60)},
    **{officer: f"passphrase of {officer}" for officer in (*OFFICERS, RESERVE)},
}


@dataclass
class World:
    """A data folder, a keys folder, and a session whose clock the test sets."""

    folder: Path
    pins: dict[str, str] = field(default_factory=lambda: dict(PINS))
    session: CastSession = field(init=False)

    def __post_init__(self) -> None:
        self.session = self.new_session()

    def new_session(self, device: str = "QUAY01") -> CastSession:
        """A session as a fresh process would have it: nothing is unlocked."""
        return CastSession(
            data=self.folder / "data",
            keys=self.folder / "keys",
            device=device,
            clock=lambda: MORNING + 90,
            counted=lambda: ("this start", 90),
            as_of=MORNING,
            ask_pin=lambda staff: self.pins[staff],
            zone=ZONE,
            language=language("vi"),
        )

    def back_up(self, folder: Path) -> None:
        """Copy the data folder, as a backup does; the keys folder is never in it."""
        self.session.database.close()
        shutil.copytree(self.session.data, folder)

    def restore(self, folder: Path) -> None:
        """Put a backup in the place of the data folder; the keys folder stays as it is."""
        unlocked = self.session.unlocked()
        self.session.close()
        shutil.rmtree(self.session.data)
        shutil.copytree(folder, self.session.data)
        self.session.admit_all(unlocked)

    def at(self, minutes: int) -> CastSession:
        """Set the clock to so many minutes after 07:00, and give the session."""
        self.session.as_of = MORNING + 60 * minutes
        return self.session


FOUNDING = Founding(
    log="kt1.lamdong.vn/68",
    name="KT1 Lâm Đồng",
    office=OFFICE,
    number=68,
    training=True,
    officers=(*OFFICERS, RESERVE),
)


def yes(shown: object) -> bool:
    """Confirm whatever is shown."""
    return True


def agree(shown: object, short: object) -> bool:
    """Take whatever was found."""
    return True


def make_founded(folder: Path) -> World:
    """A log with its places and people."""
    world = World(folder)
    found(world.session, FOUNDING)
    at_counter.load_list(world.at(1), "offices", DATA / "offices.csv", OFFICERS)
    at_counter.load_list(world.at(2), "agencies", DATA / "agencies.csv", OFFICERS)
    at_counter.enrol(world.at(3), DATA / "people.csv", OFFICERS)
    return world


def write_manifest(path: Path, rows: int, begin: int = 0) -> Path:
    """A manifest with some of the first rows of the sample."""
    lines = MANIFEST.read_text("utf-8-sig").splitlines()
    path.write_text("\n".join([lines[0], *lines[1 + begin : 1 + begin + rows]]), "utf-8")
    return path


@dataclass(frozen=True)
class Day:
    """What `live_a_day` made: item numbers in order."""

    numbers: tuple[int, ...]
    pdf: Path
    pictures: Path


def live_a_day(world: World, rows: int = 12) -> Day:
    """Register, seal, hand over; one delivered, refused, absent, returned; the rest with NV011.

    On the way NV011 offers two items to NV012, who finds one and gives it back.
    """
    manifest = write_manifest(world.folder / "sang.csv", rows)
    made = at_counter.import_manifest(world.at(5), lambda: CLERK, manifest)
    assert not made.findings, made.findings
    numbers = [str(n) for n in made.numbers]
    pictures = world.folder / "seals"
    pdf = world.folder / "seals.pdf"
    at_counter.print_seals(world.at(10), CLERK, [], pdf, pictures, confirm=yes)
    scans = [
        text for path in sorted(pictures.glob("*.png")) for text in symbol_texts(path.read_bytes())
    ]
    at_counter.bind(world.at(20), CLERK, CONTROLLER, scans, confirm=yes)
    at_counter.hand_over(world.at(40), Handover(CLERK, COURIER, CONTROLLER), numbers, confirm=yes)
    door = Door(COURIER, CLERK)
    receiver = Receiver("Nguyễn Văn Người Nhận", "giấy giới thiệu 12", None)
    at_counter.deliver(world.at(70), door, receiver, numbers[:1], confirm=yes)
    at_counter.report(world.at(80), "refuse", COURIER, "wrong-address", numbers[1:2], confirm=yes)
    absent = at_counter.report(world.at(90), "absent", COURIER, "nobody", numbers[2:3], confirm=yes)
    at_counter.correct(world.at(95), absent.seq, "reason", "closed", "mistyped", None, confirm=yes)
    lend(world, numbers[3:5])
    at_counter.bring_back(world.at(120), door, receiver, "refused", numbers[1:2], confirm=yes)
    return Day(made.numbers, pdf, pictures)


def lend(world: World, numbers: list[str]) -> None:
    """Two couriers hand the first of some items to and fro in two halves; one offer is withdrawn."""
    there = at_counter.offer(world.at(100), COURIER, COURIER_2, numbers, confirm=yes)
    at_counter.take(world.at(101), COURIER_2, None, str(there.seq), numbers[:1], confirm=agree)
    back = at_counter.offer(world.at(102), COURIER_2, COURIER, numbers[:1], confirm=yes)
    at_counter.take(world.at(103), COURIER, None, str(back.seq), numbers[:1], confirm=agree)
    again = at_counter.offer(world.at(104), COURIER, COURIER_2, numbers, confirm=yes)
    at_counter.withdraw(world.at(105), COURIER, str(again.seq))


def copy_world(world: World, folder: Path) -> World:
    """The same world in another folder, for a test to spoil."""
    shutil.copytree(world.folder, folder, dirs_exist_ok=True)
    return World(folder)


def write_pins(path: Path) -> Path:
    path.write_text("".join(f"{staff}={pin}\n" for staff, pin in cast.PINS.items()), "utf-8")
    return path
