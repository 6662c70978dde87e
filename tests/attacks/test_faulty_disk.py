"""A disk that fails, fills up, or dies with its machine, at every call of an act.

Every opening, writing, flushing, renaming and deletion of a file goes wrong once: it is refused, it
is done and reported as failed, it is done by half, the process is killed before or after it, or the
power goes. Then a process with a sound disk looks: what was acknowledged is there, nothing is half
written, nothing was signed that the log does not follow, and the same command goes on.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kt1custody.core.formats import tree
from kt1custody.core.log import checkpoint
from kt1custody.errors import NotAllowedError, UnavailableError
from kt1custody.services.evidence import verify
from kt1custody.services.keys import founding_note
from kt1custody.services.session import checkpoint as signing
from kt1custody.services.session.session import LAST_SIGNED
from kt1custody.signing.person_keys import PersonKey
from kt1custody.store import checkpoints, log
from kt1custody.store.log import LogBook
from kt1custody.witnessing import answers
from kt1custody.witnessing import witness as witnesses
from tests.kit import at_counter, cast, faulty_disk, nightly, programs
from tests.kit import phone as phones
from tests.kit.faulty_disk import MINUTE, NOW, Run
from tests.kit.phone import Phone
from tests.kit.stranger_log import StrangerLog

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="LD_PRELOAD of the C library")

ROOT = Path(__file__).parent.parent.parent
ORIGIN, SECOND = "kt1.lamdong.vn/68/e1", "kt1.lamdong.vn/68/e2"
KILLED = -9
KILLS = ("before", "after", "lost", "torn")
SHEET = "out/sheet.pdf"
STRANGER = StrangerLog().grow(20)
FORK = STRANGER.forked(6, 14)


@dataclass(frozen=True)
class Scene:
    """A folder before an act.

    Attributes:
        within: What lies on the faulty disk, below the folder; "": all.
    """

    act: str
    folder: Path
    given: tuple[str, ...] = ()
    within: str = ""


@dataclass
class After:
    """What a run has left.

    Attributes:
        told: The words of `Told`, in order.
    """

    run: Run
    code: int
    trace: list[str]
    told: list[tuple[str, Any]]

    @property
    def folder(self) -> Path:
        return Path(self.run.folder)

    @property
    def done(self) -> list[faulty_disk.Answer]:
        """The answers that were acknowledged."""
        return [what for word, what in self.told if word == "done"]

    def words(self, word: str) -> list[str]:
        return [what for one, what in self.told if one == word]

    def __str__(self) -> str:
        told = [(word, str(what)[:300]) for word, what in self.told]
        call = self.trace[self.run.call] if 0 <= self.run.call < len(self.trace) else "-"
        return f"{self.run.act}: {self.run.how} at {self.run.call} ({call}): {told}"


@dataclass
class Disk:
    """The process whose children have the faulty disk.

    Attributes:
        room: Where their folders are; the world `keys-of` in it lends keys.
    """

    shim: Path
    room: Path
    _process: subprocess.Popen[str] = field(init=False)
    _honest: dict[str, list[str]] = field(default_factory=dict)
    _count: int = 0

    def __post_init__(self) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kit.faulty_disk", str(self.room / "keys-of")],
            cwd=ROOT,
            env={**os.environ, "LD_PRELOAD": str(self.shim)},
            stdin=pipe,
            stdout=pipe,
            text=True,
        )

    def play(
        self,
        scene: Scene,
        call: int,
        how: str,
        then: str = "die",
        *,
        where: Path | None = None,
        last: Callable[[], None] = lambda: None,
    ) -> After:
        """Run once, in a copy of the scene's folder.

        Args:
            where: Folder to make for the copy; None: in the room.
            last: Is done when all is ready.
        """
        self._count += 1
        beside = self.room / f"{self._count}"
        folder, safe = where or beside / "world", beside / "safe"
        safe.mkdir(parents=True)
        shutil.copytree(scene.folder, folder)
        known = {path.stat().st_ino for path in folder.rglob("*") if path.is_file()}
        for path in folder.rglob("*.db*"):
            shutil.copyfile(path, safe / f"{path.stat().st_ino}")
        within = str(folder / scene.within)
        run = Run(scene.act, str(folder), within, scene.given, call, how, then, str(beside))
        last()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(faulty_disk.spelled(run)) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        told = [json.loads(line) for line in (beside / "told").read_text("utf-8").splitlines()]
        trace = (beside / "trace").read_text("utf-8").splitlines()
        after = After(run, code, trace, [(word, what) for word, what in told])
        if how in ("lost", "torn"):
            cut_power(Path(within), safe, known, torn=call if how == "torn" else None)
        return after

    def honest(self, scene: Scene) -> list[str]:
        """Give the calls of an act with which nothing goes wrong."""
        if scene.act not in self._honest:
            after = self.play(scene, -1, "honest")
            assert [word for word, _ in after.told if word != "kept"] == ["done"], after
            self._honest[scene.act] = after.trace
        return self._honest[scene.act]

    def close(self) -> None:
        self._process.communicate()
        assert self._process.returncode == 0


def cut_power(folder: Path, safe: Path, known: set[int], *, torn: int | None) -> None:
    """Take from the files what was never flushed: all of it, or every other sector.

    Args:
        known: Inode numbers of the files that were there before.
        torn: Tells which sectors, or None.
    """
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        number = path.stat().st_ino
        kept = safe / f"{number}"
        if not kept.exists() and number in known:
            continue  # never written to
        was = kept.read_bytes() if kept.exists() else b""
        path.write_bytes(was if torn is None else mixed(path.read_bytes(), was, torn))


def mixed(now: bytes, was: bytes, which: int) -> bytes:
    """Take every other sector from what is newer."""
    sectors = []
    for place in range(0, max(len(now), len(was)), 512):
        one, other = now[place : place + 512], was[place : place + 512]
        is_new = (place // 512 + which) % 2
        sectors.append(one if is_new else other.ljust(len(one), b"\x00"))
    return b"".join(sectors)


@pytest.fixture(scope="session")
def disk(
    tmp_path_factory: pytest.TempPathFactory, _lived: tuple[cast.World, cast.Day]
) -> Iterator[Disk]:
    compiler = programs.need("gcc", "cc", package="gcc", variable="KT1_TEST_CC")
    shim = tmp_path_factory.mktemp("shim") / "faulty_disk.so"
    source = ROOT / "tests" / "kit" / "faulty_disk.c"
    words = [compiler, "-shared", "-fPIC", "-Wall", "-Wextra", "-o", str(shim), str(source), "-ldl"]
    if subprocess.run(words, check=False).returncode != 0:
        programs.install("libc6-dev")  # a compiler without it cannot compile anything
        subprocess.run(words, check=True)
    memory = Path("/dev/shm")  # what is flushed there costs nothing
    where = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=where, prefix="kt1-faulty-") as room:
        cast.copy_world(_lived[0], Path(room) / "keys-of")
        opened = Disk(shim, Path(room))
        yield opened
        opened.close()


# The scenes


def make_give(folder: Path, phone: Phone, disk: Disk) -> Scene:
    """One item at the counter; the courier has mistyped his PIN before, and the act will say so."""
    session = cast.World(folder).new_session()
    session.ask_pin = lambda staff: "000000"
    with pytest.raises(NotAllowedError, match="wrong-pin"):
        session.unlock([cast.COURIER])
    session.ask_pin = cast.PINS.__getitem__
    session.unlock([cast.COURIER])
    return Scene("give", folder, (str(phone.held[0].n),))


def make_receive(folder: Path, phone: Phone, disk: Disk) -> Scene:
    """Two acts of a phone."""
    acts = [phone.spell(phone.handover(state)).hex() for state in phone.held[:2]]
    return Scene("receive", folder, tuple(acts))


def make_give_out(folder: Path, phone: Phone, disk: Disk) -> Scene:
    """A machine that has died between an entry and its checkpoint."""
    before = make_give(folder, phone, disk)
    signing_begins = disk.honest(before).index("open64 keys/log.key")
    died = disk.play(before, signing_begins, "before")
    assert (died.code, died.told) == (KILLED, [])
    return Scene("give_out", died.folder)


def make_close(folder: Path, phone: Phone, disk: Disk) -> Scene:
    """The end of a shift; only its paper is on the faulty disk."""
    (folder / "out").mkdir()
    return Scene("close", folder, (SHEET,), within="out")


def make_begin(folder: Path, phone: Phone, disk: Disk) -> Scene:
    """Nothing yet."""
    shutil.rmtree(folder)
    folder.mkdir()
    return Scene("begin", folder)


def make_renew(folder: Path, phone: Phone, disk: Disk) -> Scene:
    """A log that has lost its last two entries, and two officers who go on without them."""
    shutil.copytree(folder / "data", folder / "backup")
    world = cast.World(folder)
    for staff in (cast.CLERK_2, cast.DRIVER):
        at_counter.hold(world.at(MINUTE), cast.CLERK, staff, "absent")
    world.session.close()
    shutil.rmtree(folder / "data")
    (folder / "backup").rename(folder / "data")
    return Scene("renew", folder, (str(phone.held[0].n),))


def make_cosign(folder: Path, phone: Phone, disk: Disk) -> Scene:
    """A witness that knows a log at size 5 and is asked for 9."""
    shutil.rmtree(folder)
    witnesses.begin(folder / "witness", "congan.lamdong.vn/kt1")
    witnesses.trust(folder / "witness", STRANGER.vkey)
    opened = witnesses.open_witness(folder / "witness", lambda: NOW)
    assert answers.answer(opened, STRANGER.request(0, 5)).status == 200
    opened.close()
    return Scene("cosign", folder, (STRANGER.request(5, 9).hex(),))


def make_cosign_file(folder: Path, phone: Phone, disk: Disk) -> Scene:
    """The same by stick."""
    make_cosign(folder, phone, disk)
    (folder / "asked.req").write_bytes(STRANGER.request(5, 9))
    return Scene("cosign_file", folder, ("asked.req",))


MAKERS: Mapping[str, Callable[[Path, Phone, Disk], Scene]] = {
    "give": make_give,
    "receive": make_receive,
    "give_out": make_give_out,
    "close": make_close,
    "begin": make_begin,
    "renew": make_renew,
    "cosign": make_cosign,
    "cosign_file": make_cosign_file,
}
_SCENES: dict[str, Scene] = {}


@pytest.fixture
def make_scene(
    _lived: tuple[cast.World, cast.Day], keys: dict[str, PersonKey], disk: Disk
) -> Callable[[str], Scene]:
    def make(name: str) -> Scene:
        if name not in _SCENES:
            world = cast.World(disk.room / f"scene-{name}")
            for part in ("data", "keys"):
                shutil.copytree(_lived[0].folder / part, world.folder / part)
            world.at(MINUTE).admit_all(keys)
            phone = Phone(world)
            world.session.close()
            _SCENES[name] = MAKERS[name](world.folder, phone, disk)
        return _SCENES[name]

    return make


# What must hold afterwards


# What the first try has left is refused to the second, and the answer is looked for elsewhere.
MAY_BE_THERE = ("begin", "renew", "cosign_file")


@dataclass
class Judge:
    """Looks at what a run has left, with a sound disk."""

    after: After
    scene: Scene
    keys: Mapping[str, PersonKey]

    def judge(self) -> None:
        """Hold everything against the rules."""
        after = self.after
        assert after.words("broke") == [], after
        assert after.code == (KILLED if after.run.how in KILLS else 0), after
        if after.run.how not in KILLS:
            assert after.done or after.words("failed"), after
        if after.run.how == "short":
            assert after.done, after
        if after.run.then == "again" and after.run.act not in MAY_BE_THERE:
            assert after.done, after
        getattr(self, f"_{after.run.act}")()

    def _open(self) -> cast.World:
        world = cast.World(self.after.folder)
        world.at(MINUTE + 1).admit_all(self.keys)
        return world

    def _again(self, world: cast.World) -> list[tuple[str, Any]]:
        told: list[tuple[str, Any]] = []
        run = self.after.run
        faulty_disk.act(run.act, world, run.given, lambda word, what: told.append((word, what)))
        return told

    def _give(self) -> None:
        world = self._open()
        before = leaves(world)
        self._hold(world, before)
        is_in = len(before) > size_before(self.scene)
        [(word, what)] = self._again(world)
        assert (word, what) == ("failed", "not-possible") if is_in else word == "done", what
        self._finish(world, size_before(self.scene) + 1)

    def _receive(self) -> None:
        world = self._open()
        self._hold(world, leaves(world))
        [(word, again)] = self._again(world)
        assert word == "done", again
        for answer in self.after.done:
            assert answer["entries"] == again["entries"]
        self._check_receipts(world, again)
        self._finish(world, size_before(self.scene) + 2)

    def _give_out(self) -> None:
        world = self._open()
        self._hold(world, leaves(world))
        [(word, again)] = self._again(world)
        assert word == "done", again
        for answer in self.after.done:
            assert answer["notes"] == again["notes"]
        self._finish(world, size_before(self.scene))

    def _close(self) -> None:
        paper = self.after.folder / SHEET
        if self.after.done:
            assert is_whole_pdf(paper)
        assert not paper.exists() or is_whole_pdf(paper)
        self._give_out()
        assert is_whole_pdf(paper)

    def _begin(self) -> None:
        world = cast.World(self.after.folder)
        world.at(MINUTE + 1)
        is_noted = (world.session.keys / founding_note.NAME).exists()
        [(word, what)] = self._again(world)
        if word != "done":  # the same founding given again goes on, until its note is gone
            assert self.after.done or not is_noted, (self.after, what)
            assert what in ("exists-already", "key-file-exists")
        assert not (world.session.keys / founding_note.NAME).exists()
        self._check_founded(world)

    def _check_founded(self, world: cast.World) -> None:
        [genesis] = leaves(world)
        for answer in self.after.done:
            assert answer["entries"] == [[0, genesis.hex()]]
        world.session.unlock(cast.OFFICERS)
        at_counter.load_list(world.session, "offices", cast.DATA / "offices.csv", cast.OFFICERS)
        self._finish(world, 2)

    def _renew(self) -> None:
        world, before = self._open(), size_before(self.scene)
        is_in, known = len(leaves(world)) > before, world.session.last_signed.find(SECOND)
        assert is_in or known is None, self.after
        assert known is not None or not self.after.done, self.after
        [(word, what)] = self._again(world)
        assert (word, what) == ("failed", "epoch-needless") if is_in else word == "done", what
        if is_in and known is None:
            with pytest.raises(UnavailableError, match="notes-missing"):
                phones.give(world, int(self.scene.given[0]))
            signing.begin_again(world.session)
        phones.give(world, int(self.scene.given[0]))
        self._finish(world, before + 2, before, SECOND)

    def _cosign(self) -> None:
        self._check_names(self.after.folder)
        opened = witnesses.open_witness(self.after.folder / "witness", lambda: NOW + 1)
        [kept] = opened.notes.every()
        assert kept.size in (5, 9)
        assert kept.note.startswith(STRANGER.note(kept.size))
        for answer in self.after.done:
            assert kept.size == 9
            if answer["status"] == 200:
                assert kept.note.decode().endswith(answer["body"])
            else:  # tried again in the same process
                assert (answer["status"], answer["body"]) == (409, "9\n")
        if kept.size == 9:
            assert answers.answer(opened, FORK.request(5, 9)).status == 409
            assert answers.answer(opened, FORK.request(9, 9)).status == 422
            assert answers.answer(opened, STRANGER.request(5, 9)).body == b"9\n"
        else:
            assert answers.answer(opened, STRANGER.request(5, 9)).status == 200
        assert answers.answer(opened, STRANGER.request(9, 12)).status == 200
        assert answers.answer(opened, FORK.request(9, 12)).status == 409
        opened.close()

    def _cosign_file(self) -> None:
        told = self.after.folder / "asked.req.answer"
        if told.exists():
            assert told.read_bytes().startswith((b"200 ", b"409 9\n"))
        assert told.exists() or not (self.after.done or self.after.run.then == "again")
        self._cosign()

    def _hold(self, world: cast.World, now: Sequence[bytes]) -> None:
        """What was acknowledged is there, and what was signed for somebody is not forgotten."""
        kept = world.session.last_signed.find(ORIGIN)
        assert kept is not None
        for answer in self.after.done:
            for seq, leaf in answer.get("entries", []):
                assert now[seq].hex() == leaf, self.after
            for note in signed_by(answer):
                assert checkpoint.read(note).checkpoint.size <= kept.size, self.after
            for note in answer.get("notes", []):
                told = checkpoint.read(bytes.fromhex(note)).checkpoint
                with world.session.database.read() as connection:
                    assert checkpoints.find(connection, told.size) == bytes.fromhex(note)
            self._check_receipts(world, answer)

    def _check_receipts(self, world: cast.World, answer: faulty_disk.Answer) -> None:
        for uploaded, spelled in zip(
            self.after.run.given, answer.get("receipts", []), strict=False
        ):
            phones.check_receipt(world, bytes.fromhex(uploaded), bytes.fromhex(spelled))

    def _finish(self, world: cast.World, size: int, base: int = 0, origin: str = ORIGIN) -> None:
        """The log is whole, covered, and what every note ever said is its beginning.

        Args:
            base: Where its present epoch begins; so named is `origin`.
        """
        kept = world.session.last_signed.find(origin)
        assert kept is not None
        last = signing.sign(world.session)
        end = leaves(world)
        assert (len(end), last.end) == (size, size), self.after
        end = end[base:]
        noted = [kept.note, last.note, *map(bytes.fromhex, self.after.words("kept"))]
        noted += [note for answer in self.after.done for note in signed_by(answer)]
        with world.session.database.read() as connection:
            key = LogBook(connection).control.service_key("log").pub
        for note in map(checkpoint.read, noted):
            told = note.checkpoint
            is_ours = note.note.signatures_by(origin, key)  # not of a founding that has failed
            assert is_ours or self.after.run.act == "begin"
            assert not is_ours or told.root == tree.root_of(end[: told.size]), self.after
        assert verify.verify(world.session).findings == [], self.after
        world.session.close()
        self._check_names(world.folder)

    def _check_names(self, folder: Path) -> None:
        """Nothing lies about that could be taken for something whole."""
        found = {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()}
        before = {str(one.relative_to(self.scene.folder)) for one in self.scene.folder.rglob("*")}
        more = {"data/kt1.db", f"keys/{LAST_SIGNED}", SHEET, "asked.req.answer"}
        more |= {f"keys/{name}.key" for name in (*cast.FOUNDING.officers, "log", "server")}
        more |= {f"keys/{name}.tries" for name in cast.PINS}
        more |= {f"witness/witness.db-{end}" for end in ("wal", "shm")}
        hidden = {name for name in found - before if Path(name).name.startswith(".")}
        assert found - before - more <= hidden, self.after
        if self.after.run.how not in (*KILLS, "dead"):
            call = self.after.trace[self.after.run.call] if self.after.run.call >= 0 else ""
            assert not hidden or call.startswith("unlink"), (hidden, self.after)


def leaves(world: cast.World) -> list[bytes]:
    with world.session.database.read() as connection:
        return list(log.leaves_from(connection, 0))


_SIZES: dict[Path, int] = {}


def size_before(scene: Scene) -> int:
    """Count the entries of a scene, in a copy: whoever looks tidies up after a crash."""
    if scene.folder not in _SIZES:
        with tempfile.TemporaryDirectory() as room:
            shutil.copytree(scene.folder, room, dirs_exist_ok=True)
            world = cast.World(Path(room))
            _SIZES[scene.folder] = len(leaves(world))
            world.session.close()
    return _SIZES[scene.folder]


def signed_by(answer: faulty_disk.Answer) -> list[bytes]:
    """Give the signed notes that left with an answer."""
    from kt1custody.core.log import receipt

    receipts = [bytes.fromhex(one) for one in answer.get("receipts", [])]
    notes = [bytes.fromhex(one) for one in answer.get("notes", [])]
    return notes + [receipt.read(one).proof.signed.spelled() for one in receipts]


def is_whole_pdf(path: Path) -> bool:
    content = path.read_bytes()
    return content.startswith(b"%PDF-") and content.rstrip().endswith(b"%%EOF")


# The runs


# How it goes wrong, and what the process does then.
WAYS = {
    "broken": ("broken", "die"),
    "broken-again": ("broken", "again"),
    "full": ("full", "again"),
    "filled": ("filled", "again"),
    "dead": ("dead", "die"),
    "stored": ("stored", "die"),
    "stored-again": ("stored", "again"),
    "short": ("short", "die"),
    "before": ("before", "die"),
    "after": ("after", "die"),
    "lost": ("lost", "die"),
    "torn": ("torn", "die"),
}


def points(calls: Sequence[str], way: str) -> list[int]:
    """Choose calls: of a row of the same ones the first two and the last.

    The gate takes one of them for each way, another one for the next way, spread from the first to
    the last, and the last flush of all: what was acknowledged hangs on it.
    """
    chosen = [place for place, _ in enumerate(calls) if not is_inside(calls, place)]
    how, _ = WAYS[way]
    if how == "lost":  # within a row of writes nothing is flushed
        chosen = [one for one in chosen if one == 0 or calls[one] != calls[one - 1]]
    if how == "short":
        chosen = [one for one in chosen if calls[one].startswith(("write", "pwrite"))]
    if nightly.is_nightly():
        return chosen
    turn = list(WAYS).index(way)
    flushes = [one for one in chosen if "sync" in calls[one]]
    one_of_them = chosen[(2 * turn + 1) * len(chosen) // (2 * len(WAYS))]
    return sorted({one_of_them, *(flushes[-1:] if how in ("before", "lost", "torn") else ())})


def is_inside(calls: Sequence[str], place: int) -> bool:
    """Tell whether two calls before and one behind are the same."""
    return calls[max(0, place - 2) : place + 2] == [calls[place]] * 4


@pytest.mark.slow
@pytest.mark.parametrize(("name", "way"), nightly.pairs(list(MAKERS), list(WAYS)))
def test_whatever_fails_at_any_call(
    name: str,
    way: str,
    disk: Disk,
    make_scene: Callable[[str], Scene],
    keys: dict[str, PersonKey],
):
    scene = make_scene(name)
    calls = disk.honest(scene)
    how, then = WAYS[way]
    for place in points(calls, way):
        after = disk.play(scene, place, how, then)
        Judge(after, scene, keys).judge()
        shutil.rmtree(after.folder.parent)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of four megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    mounted = shutil.which("mount") and subprocess.run(words, capture_output=True, check=False)
    if not mounted or mounted.returncode != 0:
        pytest.skip("no file system can be mounted here; `filled` above does the same by word")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", nightly.each(["give", "receive", "give_out", "close", "cosign", "begin"], "close")
)
def test_a_disk_that_is_really_full(
    name: str,
    disk: Disk,
    small_disk: Path,
    make_scene: Callable[[str], Scene],
    keys: dict[str, PersonKey],
):
    """It fills up at every fourth block of what an act needs; then somebody makes room."""
    scene = make_scene(name)
    filler, failed = small_disk / "filler", 0
    for blocks in range(0, 240, 4):

        def fill(left: int = blocks) -> None:
            about = os.statvfs(small_disk)
            filler.write_bytes(bytes(max(0, about.f_bavail - left) * about.f_frsize))

        after = disk.play(scene, -1, "honest", where=small_disk / "world", last=fill)
        filler.unlink()
        Judge(after, scene, keys).judge()
        shutil.rmtree(after.folder)
        if not (after.words("failed") or after.words("warned")):
            break
        failed += 1
    else:
        pytest.fail("it never was done")
    assert failed
