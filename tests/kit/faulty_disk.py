"""Runs acts of the log in processes whose disk fails at a chosen call.

Called as `LD_PRELOAD=<faulty_disk.c, compiled> python -m tests.kit.faulty_disk <world>`, where
the world lends its people's keys. Reads a `Run` in JSON a line, and answers each with a line: the
exit code, −9 for a kill. Runs are forked from one process that has loaded the program. What a run
has learnt is in its file `told`, a line of JSON for each word:

    ["kept", note]        a signed checkpoint was put into the keys folder
    ["done", answer]      the act was acknowledged
    ["failed", code]      it was refused or failed, in our words
    ["broke", traceback]  it failed in no words of ours
    ["warned", code]      a warning beside an act that was done
"""

import contextlib
import ctypes
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kt1custody.cli import outgoing
from kt1custody.errors import KtError
from kt1custody.services.session import checkpoint
from kt1custody.services.session.receive import receive_all
from kt1custody.signing.person_keys import PersonKey
from kt1custody.store.notes import KeptNote, Notes
from kt1custody.witnessing import answers, witness
from tests.kit import at_counter, cast, phone

# As in faulty_disk.c; `lost` and `torn` are kills after which the power is gone.
HOW = {"honest": 0, "broken": 1, "full": 2, "stored": 3, "short": 4, "before": 5, "after": 6}
HOW |= {"filled": 7, "dead": 8, "lost": 5, "torn": 5}
SIGNERS = (cast.COURIER, cast.COURIER_2, cast.CONTROLLER, *cast.OFFICERS)
MINUTE = 200  # of the day, at which everything happens
NOW = cast.MORNING + 60 * MINUTE

Answer = Mapping[str, Any]

_OPENED = contextlib.ExitStack()  # what is closed only when the answer has left


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes:
        act: Name in `ACTS`.
        folder: Of a world; a witness is in `witness` below it.
        within: Folder whose files are on the faulty disk.
        given: What the act needs beside the folder.
        call: Which call goes wrong, or −1.
        how: In which way; a name in `HOW`. `filled` and `dead`: so do all that follow.
        then: After a failure: `again` tries once more in the same process, `die` ends it at once.
        beside: Folder for `told`, `trace` and `safe`.
    """

    act: str
    folder: str
    within: str
    given: tuple[str, ...]
    call: int
    how: str
    then: str
    beside: str


class Told:
    """Where a run writes what it has learnt; a kill loses nothing of it."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

    def __call__(self, word: str, what: object) -> None:
        os.write(self._file, json.dumps([word, what]).encode() + b"\n")


def give(world: cast.World, given: tuple[str, ...]) -> Answer:
    """Hand over one item at the counter."""
    entry = phone.give(world, int(given[0]))
    return {"entries": [[entry.seq, entry.leaf.hex()]]}


def receive(world: cast.World, given: tuple[str, ...]) -> Answer:
    """Take acts that a phone has signed."""
    receipts = receive_all(world.session, [bytes.fromhex(one) for one in given])
    return {
        "entries": [[one.entry.seq, one.entry.leaf.hex()] for one in receipts],
        "receipts": [one.spelled.hex() for one in receipts],
    }


def give_out(world: cast.World, given: tuple[str, ...]) -> Answer:
    """Sign what a crash has left unsigned, and give it out."""
    return {"notes": [checkpoint.give_out(world.session).note.hex()]}


def close(world: cast.World, given: tuple[str, ...]) -> Answer:
    """Close the shift, on paper."""
    signed = outgoing.closing_sheet(world.session, world.folder / given[0])
    return {"notes": [signed.note.hex()], "paper": given[0]}


def begin(world: cast.World, given: tuple[str, ...]) -> Answer:
    """Found a log."""
    return {"entries": [[0, at_counter.found(world.session, cast.FOUNDING).hex()]]}


def renew(world: cast.World, given: tuple[str, ...]) -> Answer:
    """Begin a new epoch."""
    return {"origin": at_counter.begin_epoch(world.session, "restored", cast.OFFICERS).origin}


def cosign(world: cast.World, given: tuple[str, ...]) -> Answer:
    """Ask a witness."""
    opened = witness.open_witness(world.folder / "witness", lambda: NOW)
    _OPENED.callback(opened.close)
    answer = answers.answer(opened, bytes.fromhex(given[0]))
    return {"status": answer.status, "body": answer.body.decode()}


def cosign_file(world: cast.World, given: tuple[str, ...]) -> Answer:
    """Ask a witness by stick."""
    opened = witness.open_witness(world.folder / "witness", lambda: NOW)
    _OPENED.callback(opened.close)
    answer = answers.answer_file(opened, world.folder / given[0])
    return {"status": answer.status, "body": answer.body.decode()}


ACTS: Mapping[str, Callable[[cast.World, tuple[str, ...]], Answer]] = {
    one.__name__: one for one in (give, receive, give_out, close, begin, renew, cosign, cosign_file)
}


def act(name: str, world: cast.World, given: tuple[str, ...], told: Callable[[str, object], None]):
    """Do it once; tells how it went, and gives whether it was done."""
    try:
        told("done", ACTS[name](world, given))
    except KtError as error:
        told("failed", error.code)
    except Exception:  # noqa: BLE001  # that is what we are looking for
        told("broke", traceback.format_exc())
    else:
        return True
    return False


def play(run: Run, keys: Mapping[str, PersonKey], disk: ctypes.CDLL) -> None:
    """Run with the disk armed; never returns."""
    beside = Path(run.beside)
    told = Told(beside / "told")
    trace = os.open(beside / "trace", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    put = Notes.put

    def told_put(self: Notes, new: KeptNote, *rest: Any, **how: Any) -> bool:
        is_put = put(self, new, *rest, **how)
        if is_put:
            told("kept", new.note.hex())
        return is_put

    Notes.put = told_put  # type: ignore[method-assign]
    world = cast.World(Path(run.folder))
    world.at(MINUTE).admit_all(keys)
    safe = str(beside / "safe") if run.how in ("lost", "torn") else ""
    disk.faulty_arm(run.within.encode(), trace, run.call, HOW[run.how], safe.encode())
    is_done = act(run.act, world, run.given, told)
    if not is_done and run.then == "die":
        os._exit(0)
    if not is_done:
        if run.how == "filled":
            disk.faulty_disarm()  # somebody has made room
        act(run.act, world, run.given, told)
    for warning in world.session.warnings:
        told("warned", warning.code)
    world.session.close()
    _OPENED.close()
    disk.faulty_disarm()


def fork(run: Run, keys: Mapping[str, PersonKey], disk: ctypes.CDLL) -> int:
    """Run in a child; gives its exit code."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            play(run, keys, disk)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def main() -> None:
    disk = ctypes.CDLL(None)
    text, number = ctypes.c_char_p, ctypes.c_int
    disk.faulty_arm.argtypes = [text, number, ctypes.c_long, number, text]
    session = cast.World(Path(sys.argv[1])).session
    session.unlock(SIGNERS)
    for line in sys.stdin:
        told = json.loads(line)
        code = fork(Run(**{**told, "given": tuple(told["given"])}), session.here._keys, disk)
        sys.stdout.write(f"{code}\n")
        sys.stdout.flush()


def spelled(run: Run) -> dict[str, Any]:
    """Give a run as JSON has it."""
    return asdict(run)


if __name__ == "__main__":
    main()
