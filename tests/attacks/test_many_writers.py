"""Many processes at one log, and two copies of a log under one key: one history is signed.

Every checkpoint that ever was in the keys folder and every receipt is held against the log as it
is in the end.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import tree
from kt1custody.core.log import checkpoint, receipt
from kt1custody.errors import UnavailableError, VerificationError
from kt1custody.services.evidence import verify
from kt1custody.services.session import checkpoint as signing
from kt1custody.services.session.writer import LogWriter, writing
from kt1custody.signing.person_keys import PersonKey
from kt1custody.store import log
from tests.kit import at_counter, by_hand, cast, nightly
from tests.kit import phone as phones
from tests.kit.phone import Phone

ROOT = Path(__file__).parent.parent.parent
ORIGIN = "kt1.lamdong.vn/68/e1"
ACTS = 10

# Works off one line of orders after the other, and tells a line of answers for each.
PROGRAM = """
import json, sys
from pathlib import Path
from kt1custody.errors import KtError
from kt1custody.services.session.receive import receive_all
from tests.kit.at_counter import Handover, hand_over
from kt1custody.store.notes import Notes
from tests.kit import cast
from tests.kit import at_counter

put = Notes.put

def told_put(self, new, *rest, **how):
    done = put(self, new, *rest, **how)
    if done:
        told.append(["kept", new.note.decode()])
    return done

def give(session, number, turn):
    way = (cast.COURIER, cast.COURIER_2)[:: -1 if turn % 2 else 1]
    entry = hand_over(session, Handover(*way, cast.CONTROLLER), [number], confirm=cast.yes)
    return ["entry", [entry.seq, entry.leaf.hex()]]

def send(session, uploaded, turn):
    [one] = receive_all(session, [bytes.fromhex(uploaded)])
    return ["receipt", [uploaded, one.spelled.hex()]]

Notes.put = told_put
keys = cast.World(Path(sys.argv[1])).new_session()
sys.stdin.readline()
keys.unlock([cast.COURIER, cast.COURIER_2, cast.CONTROLLER])
print("ready", flush=True)
for line in sys.stdin:
    order, told = json.loads(line), []
    session = cast.World(Path(sys.argv[1])).new_session(order["device"])
    session.data = Path(order["data"])
    session.as_of = cast.MORNING + 60 * 200
    session.admit_all(keys.unlocked())
    for turn, one in enumerate(order["acts"]):
        try:
            told.append({"give": give, "send": send}[order["what"]](session, one, turn))
        except KtError as error:
            told.append(["refused", error.code])
            break
    told += [["warned", one.code] for one in session.warnings]
    session.close()
    print(json.dumps(told), flush=True)
"""


@dataclass
class Writer:
    """A process that writes to a log.

    Attributes:
        device: Name of its device.
    """

    device: str
    process: subprocess.Popen[str]

    def order(self, data: Path, what: str, acts: Sequence[str]) -> None:
        """Have it do acts; it begins at once."""
        told = {"data": str(data), "device": self.device, "what": what, "acts": acts}
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()

    def answer(self) -> list[tuple[str, Any]]:
        """Wait for what it has to tell."""
        assert self.process.stdout is not None
        return [(word, what) for word, what in json.loads(self.process.stdout.readline())]


class Team:
    """Writers, started when needed and stopped at the end."""

    def __init__(self) -> None:
        self._writers: list[Writer] = []

    def start(self, world: cast.World, devices: Sequence[str]) -> list[Writer]:
        """Start them, and wait until all are ready."""
        pipe = subprocess.PIPE
        words = [sys.executable, "-c", PROGRAM, str(world.folder)]
        started = [
            Writer(one, subprocess.Popen(words, cwd=ROOT, stdin=pipe, stdout=pipe, text=True))
            for one in devices
        ]
        self._writers += started
        for one in started:  # in turn: eight tries of one PIN at once would look like guessing
            assert one.process.stdin is not None
            assert one.process.stdout is not None
            one.process.stdin.write("unlock\n")
            one.process.stdin.flush()
            assert one.process.stdout.readline() == "ready\n"
        return started

    def stop(self) -> None:
        for one in self._writers:
            one.process.communicate()
        assert {one.process.returncode for one in self._writers} == {0}


@pytest.fixture
def team() -> Iterator[Team]:
    made = Team()
    yield made
    made.stop()


def enrol_desks(world: cast.World, count: int) -> list[str]:
    """Enrol desks beside the one that has founded the log."""
    names = [f"QUAY{place:02}" for place in range(1, count + 1)]
    for name in names[1:]:
        at_counter.enrol_device(world.session, name, "Máy quầy", cast.OFFICE, cast.OFFICERS)
    return names


def leaves(session: Any) -> list[bytes]:
    with session.database.read() as connection:
        return list(log.leaves_from(connection, 0))


def follows(note: bytes, end: Sequence[bytes]) -> bool:
    """Tell whether a log begins as a checkpoint says."""
    told = checkpoint.read(note).checkpoint
    return told.size <= len(end) and told.root == tree.root_of(end[: told.size])


def carry(phone: Phone, device: str, item: ItemState, count: int) -> list[str]:
    """Sign handovers of one item to and fro, each upon the one before, on a phone of its own."""
    told, head, phone.last = [], item.head, None
    ways = (cast.COURIER, cast.COURIER_2), (cast.COURIER_2, cast.COURIER)
    for turn in range(count):
        giver, to = ways[turn % 2]
        own = {"dev": device, "to": to, "office": None, "witness": cast.CONTROLLER}
        line = {"n": item.n, "seal": item.seal, "cond": "intact", "prev": head}
        act = phone.act("handover", giver, own, [line])
        told.append(phone.spell(act).hex())
        head = phone.step(act)
    return told


@pytest.mark.slow
@pytest.mark.parametrize("half", nightly.each([2, 4], 2))
def test_processes_write_one_log_and_sign_one_history(
    world: cast.World, phone: Phone, team: Team, half: int
):
    """As many counters as phones; nobody waits for anybody."""
    devices = enrol_desks(world, 2 * half)
    before = phones.size(world)
    items = phone.held[: 2 * half]
    orders = [("give", [str(one.n)] * ACTS) for one in items[:half]]
    orders += [
        ("send", carry(phone, device, item, ACTS))
        for device, item in zip(devices[half:], items[half:], strict=True)
    ]
    world.session.close()
    writers = team.start(world, devices)
    for writer, (what, acts) in zip(writers, orders, strict=True):
        writer.order(world.session.data, what, acts)
    told = [one for writer in writers for one in writer.answer()]
    words = [word for word, _ in told]
    assert [what for word, what in told if word in ("refused", "warned")] == []
    assert (words.count("entry"), words.count("receipt")) == (half * ACTS, half * ACTS)

    end = leaves(world.session)
    assert len(end) == before + 2 * half * ACTS
    last = world.session.last_signed.find(ORIGIN)
    assert last is not None
    assert (last.size, follows(last.note, end)) == (len(end), True)  # though nobody asked again
    for word, what in told:
        if word == "entry":
            assert end[what[0]].hex() == what[1]
        elif word == "kept":
            assert follows(what.encode(), end)
        else:
            uploaded, spelled = map(bytes.fromhex, what)
            found = phones.check_receipt(world, uploaded, spelled)
            assert follows(found.proof.signed.spelled(), end)
            assert receipt.read(spelled).judgement == ()
    given = [what[0] for word, what in told if word == "entry"]
    given += [receipt.read(bytes.fromhex(what[1])).seq for word, what in told if word == "receipt"]
    assert sorted(given) == list(range(before, len(end)))
    assert verify.verify(world.session).findings == []


@pytest.mark.slow
def test_two_copies_under_one_key_make_one_signed_history(
    world: cast.World, phone: Phone, team: Team, tmp_path: Path
):
    """Two processes race, each upon a copy of the data folder; the keys folder is one."""
    devices = enrol_desks(world, 2)
    writers = team.start(world, devices)
    for turn in range(len(phone.held) - 1 if nightly.is_nightly() else 2):
        world.session.close()
        copies = (world.session.data, tmp_path / f"copy-{turn}")
        shutil.copytree(copies[0], copies[1])
        for writer, data in zip(writers, copies, strict=True):
            if turn % 2:
                device = f"{writer.device}T{turn}"
                writer.order(data, "send", carry(phone, device, phone.held[turn], 2))
            else:
                writer.order(data, "give", [str(phone.held[0].n)] * 2)
        told = [writer.answer() for writer in writers]
        settle(world, copies[1], told)


def settle(world: cast.World, copy: Path, told: Sequence[Sequence[tuple[str, Any]]]) -> None:
    """Check that one copy was signed and nothing of the other, and go on with that one."""
    twin = world.new_session()
    twin.data = copy
    ends = leaves(world.session), leaves(twin)
    twin.close()
    last = world.session.last_signed.find(ORIGIN)
    assert last is not None
    [winner] = [place for place, end in enumerate(ends) if follows(last.note, end)]
    assert last.size == len(ends[winner])
    notes = [what.encode() for part in told for word, what in part if word == "kept"]
    notes += [
        receipt.read(bytes.fromhex(what[1])).proof.signed.spelled()
        for part in told
        for word, what in part
        if word == "receipt"
    ]
    assert all(follows(note, ends[winner]) for note in notes)
    assert {word for word, _ in told[winner]} <= {"kept", "entry", "receipt"}
    stopped = {what for word, what in told[1 - winner] if word in ("warned", "refused")}
    assert stopped
    assert stopped <= {"log-forked", "log-behind"}
    assert "receipt" not in {word for word, _ in told[1 - winner]}
    if winner:
        world.session.close()
        shutil.rmtree(world.session.data)
        shutil.copytree(copy, world.session.data)


def hold(pen: LogWriter, who: str) -> None:
    by_hand.add(pen, pen.draft("hold", cast.CLERK, {"who": who, "reason": "absent"}))


def test_of_two_copies_that_commit_at_once_one_is_signed(
    world: cast.World, keys: dict[str, PersonKey], tmp_path: Path
):
    """Both have looked before either has signed: the one moment when nothing but the swap helps."""
    world.session.close()
    twin = world.new_session()
    twin.data = tmp_path / "twin"
    shutil.copytree(world.session.data, twin.data)
    twin.as_of = world.session.as_of
    for session in (world.session, twin):
        session.admit_all(keys)
    with writing(world.session) as late:
        with writing(twin) as early:
            hold(early, cast.COURIER)
        hold(late, cast.COURIER_2)
    assert twin.warnings == []
    assert [one.code for one in world.session.warnings] == ["log-forked"]
    last = twin.last_signed.find(ORIGIN)
    assert last is not None
    assert follows(last.note, leaves(twin))
    assert not follows(last.note, leaves(world.session))
    with pytest.raises(VerificationError, match="log-forked"):
        signing.sign(world.session)
    with pytest.raises(VerificationError, match="log-forked"):
        at_counter.hold(world.session, cast.CLERK, cast.DRIVER, "absent")
    at_counter.hold(twin, cast.CLERK, cast.DRIVER, "absent")
    with pytest.raises(UnavailableError, match="log-behind"):
        at_counter.hold(world.session, cast.CLERK, cast.DRIVER, "absent")
    twin.close()
