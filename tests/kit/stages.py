"""A log in every stage of its life, and one call of every command for each of them."""

import shlex
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from kt1custody.cli import outgoing
from kt1custody.cli.main import kt1
from kt1custody.core.formats import cbor, frames, numbers
from kt1custody.core.formats.frames import frame
from kt1custody.core.log.entry import Entry
from kt1custody.services.witness import coverage
from kt1custody.store.log import LogBook
from kt1custody.witnessing import answers, witness
from tests.kit import at_counter, cast
from tests.kit.at_counter import Handover, found
from tests.kit.calls import ANSWERS, CALLS

STAGES = ("nothing", "founded", "offices", "agencies", "people", "full", "held", "restored")
AT = "23/11/2026 10:00"  # after all that has happened in every stage
PHONE = "NV091"


@dataclass(frozen=True)
class Stages:
    """Folders with a log in each stage, and what the commands are given beside it.

    Attributes:
        folder: Holds a folder for each stage, with `data` and `keys`.
        words: What the places in `CALLS` stand for.
        pins: File with everybody's PIN.
    """

    folder: Path
    words: dict[str, str]
    pins: Path

    def call(self, name: str, stage: str, folder: Path) -> list[str]:
        """Copy a stage into a folder, and spell one call of a command for it."""
        shutil.copytree(self.folder / stage, folder)
        (folder / "out").mkdir()
        call = ["--data", str(folder / "data"), "--keys", str(folder / "keys"), "--yes"]
        call += ["--pin-file", str(self.pins)]
        if not name.startswith("witness ") or name in ANSWERS:
            call += ["--as-of", AT]  # a witness has no clock but the machine's
        beside = folder / "beside"  # a copy too: some commands write beside what they read
        shutil.copytree(self.folder / "beside", beside)
        places = {**self.words, "out": str(folder / "out"), "beside": str(beside)}
        return [*call, *name.split(), *(w.format(**places) for w in shlex.split(CALLS[name]))]


def build(folder: Path) -> Stages:
    """Make every stage out of the one before."""
    beside = folder / "beside"
    beside.mkdir(parents=True)
    (folder / "nothing").mkdir()
    words = {"data": str(cast.DATA), "beside": str(beside), "manifest": str(cast.MANIFEST)}
    world = cast.World(folder / "founded")
    found(world.session, cast.FOUNDING)

    def then(stage: str, change: Callable[[cast.World], object]) -> None:
        nonlocal world
        world.session.close()
        world = cast.copy_world(world, folder / stage)
        change(world)

    officers = cast.OFFICERS
    lists = {kind: cast.DATA / f"{kind}.csv" for kind in ("offices", "agencies", "people")}
    then("offices", lambda w: at_counter.load_list(w.at(1), "offices", lists["offices"], officers))
    then(
        "agencies", lambda w: at_counter.load_list(w.at(2), "agencies", lists["agencies"], officers)
    )
    then("people", lambda w: at_counter.enrol(w.at(3), lists["people"], officers))
    then("full", lambda w: words.update(_live(w, beside)))
    then("held", lambda w: at_counter.hold(w.at(150), cast.CLERK, cast.COURIER, "suspected"))
    world.session.close()
    # The data of the stage before, with the keys of this one: what was signed last is not there.
    shutil.copytree(folder / "full" / "data", folder / "restored" / "data")
    shutil.copytree(folder / "held" / "keys", folder / "restored" / "keys")
    outgoing.bundle(world.at(151), beside / "newer")
    world.session.close()
    pins = beside / "pins.txt"
    pins.write_text("".join(f"{staff}={pin}\n" for staff, pin in cast.PINS.items()), "utf-8")
    return Stages(folder, words, pins)


def _live(world: cast.World, beside: Path) -> dict[str, str]:
    """A day, after which one item waits for its seal, one seal is printed, one offer is open."""
    day = cast.live_a_day(world, 8)
    with world.session.database.read() as connection:
        book = LogBook(connection)
        [absent], driver = book.acts("absent"), book.control.current_key(cast.DRIVER)
    assert driver is not None
    manifest = cast.write_manifest(world.folder / "chieu.csv", 2, begin=20)
    new = at_counter.import_manifest(world.at(125), lambda: cast.CLERK, manifest).numbers
    pdf, pictures = beside / "one.pdf", beside / "pictures"
    job = at_counter.print_seals(
        world.at(126), cast.CLERK, [str(new[1])], pdf, pictures, confirm=cast.yes
    )
    [picture] = pictures.iterdir()
    held = [str(n) for n in day.numbers[5:]]
    at_counter.enrol_device(world.at(126), PHONE, "Điện thoại 1", cast.OFFICE, cast.OFFICERS)
    open_offer = at_counter.offer(
        world.at(127), cast.COURIER, cast.COURIER_2, held[:1], confirm=cast.yes
    )
    outgoing.public(
        world.session, beside / "public", holders=[cast.COURIER], loads=beside / "loads"
    )
    outgoing.bundle(world.session, beside / "bundle")
    asked = _ask_a_witness(world, beside)
    (beside / "phone.acts").write_bytes(frames.ACTS + frame(_brought(_of_a_phone(world, held[1]))))
    return {
        "delivered": str(day.numbers[0]),
        "out_item": held[1],
        "offered": held[0],
        "unsealed": str(new[0]),
        "printed": str(new[1]),
        "label": str(picture),
        "job": numbers.format_serial(job.number),
        "offer": str(open_offer.seq),
        "absent": str(absent.seq),
        "key": driver.kid.hex(),
        **asked,
    }


def _ask_a_witness(world: cast.World, beside: Path) -> dict[str, str]:
    """Have a witness answer one request, and leave another to be answered."""
    there = beside / "witness"
    key = str(witness.begin(there, "congan.lamdong.vn/kt1"))
    log_key = str(coverage.standing(world.session).log_key)
    witness.trust(there, log_key)
    for name in ("request", "request-2"):
        outgoing.witness_request(world.session, beside / name, None, None)
    opened = witness.open_witness(there, lambda: cast.MORNING + 60 * 130)
    answers.answer_file(opened, beside / "request")
    opened.close()
    world.session.close()
    return {"witness": key, "log_key": log_key}


def _of_a_phone(world: cast.World, n: str) -> Entry:
    """What a phone signs while this log knows nothing of it."""
    away = cast.copy_world(world, world.folder.with_name("phone"))
    session = away.new_session(PHONE)
    session.as_of = cast.MORNING + 60 * 130
    giving = Handover(cast.COURIER, cast.CLERK, cast.CONTROLLER)
    entry = at_counter.hand_over(session, giving, [n], confirm=cast.yes)
    session.close()
    shutil.rmtree(away.folder)
    return entry


def _brought(entry: Entry) -> bytes:
    signatures: list[cbor.Value] = [[one.role, one.kid, one.value] for one in entry.signatures]
    return cbor.encode([entry.act.body, signatures])


def commands(group: click.Group = kt1, name: str = "") -> Iterator[str]:
    """Name every command that is no group."""
    for word, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{name}{word} ")
        else:
            yield f"{name}{word}"
