"""The one writer at the counter: what it refuses to sign, and that nothing is lost or doubled."""

import ast
import random
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kt1custody.errors import NotAllowedError, RefusedError, UnavailableError
from kt1custody.services.session.writer import writing
from kt1custody.signing import person_keys, sign
from kt1custody.signing.sign import SigningKey
from kt1custody.store.log import LogBook
from tests.kit import at_counter, by_hand, cast, nightly
from tests.kit.at_counter import Handover, hand_over
from tests.kit.phone import Phone, entries, give, is_sound, receive, size

ROOT = Path(__file__).parents[3]
HOLD = {"who": cast.DRIVER, "reason": "absent"}
STRANGER = sign.from_seed(bytes(range(32)))


# There is one writer.


def test_nobody_but_the_writer_imports_what_appends():
    users = set()
    for path in (ROOT / "kt1custody").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Import(names=names):
                    found = {alias.name for alias in names}
                case ast.ImportFrom(module=module, names=names):
                    found = {module or "", *(f"{module}.{alias.name}" for alias in names)}
                case _:
                    continue
            if "kt1custody.store.append" in found:
                users.add(path.relative_to(ROOT).as_posix())
    assert users == {"kt1custody/services/session/writer.py"}


def test_nobody_but_the_store_names_the_table_of_entries():
    texts = {path: path.read_text("utf-8") for path in (ROOT / "kt1custody").rglob("*.py")}
    users = {path for path, text in texts.items() if "ENTRIES" in text and "sa." in text}
    assert {path.parent.name for path in users} == {"store"}
    change = re.compile(r"\b(add|put|insert|update|delete)\(ENTRIES")
    writers = {path.name for path in users if change.search(texts[path])}
    assert writers == {"append.py"}


# The clock.


def test_a_clock_that_is_far_behind_signs_nothing(world: cast.World, phone: Phone):
    before = size(world)
    told = phone.spell(phone.handover())
    world.session.as_of = entries(world)[-1].accepted_at - 121
    for attempt in (lambda: receive(world.session, told), lambda: give(world, phone.held[0].n)):
        with pytest.raises(UnavailableError, match="clock-behind") as raised:
            attempt()
        assert raised.value.detail == {"seconds": 121}
    assert size(world) == before


def test_a_small_step_back_of_the_clock_is_told_first(world: cast.World, phone: Phone):
    newest = entries(world)[-1]
    world.session.as_of = newest.accepted_at - 120
    given = give(world, phone.held[0].n)
    clock, handover = entries(world, newest.seq)
    assert handover == given
    told = clock.act.fields
    assert (clock.act.type, told["was"], told["now"]) == (
        "clock", newest.accepted_at, newest.accepted_at - 120,
    )  # fmt: skip
    assert is_sound(world)


def test_a_clock_that_stands_still_is_not_told(world: cast.World, phone: Phone):
    newest = entries(world)[-1]
    world.session.as_of = newest.accepted_at
    assert give(world, phone.held[0].n).seq == newest.seq + 1


# At the counter.


def test_nothing_is_signed_when_the_state_changed_meanwhile(world: cast.World, phone: Phone):
    n, other = phone.held[0].n, world.new_session("QUAY01")
    other.admit_all(world.session.unlocked())
    other.as_of = world.session.as_of

    def meanwhile(shown: object) -> bool:
        hand_over(
            other, Handover(cast.COURIER, cast.CLERK, cast.CONTROLLER), [str(n)], confirm=cast.yes
        )
        return True

    before = size(world)
    told = Handover(cast.COURIER, cast.COURIER_2, cast.CONTROLLER)
    with pytest.raises(RefusedError, match="changed-meanwhile"):
        hand_over(world.session, told, [str(n)], confirm=meanwhile)
    other.close()
    assert [entry.act.text("to") for entry in entries(world, before - 1)] == [cast.CLERK]


def test_what_the_rules_refuse_is_not_written(world: cast.World, phone: Phone):
    before = size(world)
    with pytest.raises(RefusedError, match="not-possible") as raised:
        give(world, phone.held[0].n, cast.COURIER_2, cast.COURIER)
    assert raised.value.detail["faults"] == [(phone.held[0].n, "not-the-holder")]
    assert size(world) == before


def test_the_rules_are_asked_before_anybody_signs(world: cast.World, phone: Phone):
    """The receiver's private key does not work, and nobody notices: it was never used."""
    key = world.session.here._keys[cast.COURIER_2]
    broken = SigningKey(key.signing.alg, key.signing.kid, key.signing.pub, None)  # type: ignore[arg-type]
    world.session.here._keys[cast.COURIER_2] = replace(key, signing=broken)
    with pytest.raises(RefusedError, match="not-possible"):
        give(world, phone.held[0].n, cast.COURIER_2, cast.COURIER)
    with pytest.raises(AttributeError):  # here it would have been
        give(world, phone.held[0].n)


def test_nobody_signs_without_his_key(world: cast.World, phone: Phone):
    del world.session.here._keys[cast.COURIER_2]
    before = size(world)
    with pytest.raises(NotAllowedError, match="locked"), writing(world.session) as pen:
        by_hand.add(pen, phone.handover())
    assert size(world) == before


def test_nobody_signs_with_a_key_that_the_log_does_not_know(world: cast.World, phone: Phone):
    key = world.session.here._keys[cast.COURIER_2]
    world.session.here._keys[cast.COURIER_2] = replace(key, signing=STRANGER)
    with pytest.raises(NotAllowedError, match="not-enrolled"):
        give(world, phone.held[0].n)


@pytest.mark.parametrize("who", [cast.COURIER, cast.COURIER_2, cast.CONTROLLER, "QUAY01"])
def test_who_is_on_hold_does_not_sign_here(world: cast.World, phone: Phone, who: str):
    at_counter.hold(world.session, cast.CLERK, who, "suspected")
    before = size(world)
    with pytest.raises(RefusedError, match="not-possible") as raised:
        give(world, phone.held[0].n)
    assert raised.value.detail["faults"] == [(0, "on-hold")]
    assert size(world) == before


def test_officers_who_are_both_on_hold_can_still_lift(world: cast.World):
    for officer in cast.OFFICERS:
        at_counter.hold(world.session, cast.CLERK, officer, "other")
    for officer in cast.OFFICERS:
        at_counter.lift(world.session, officer, "cleared", cast.OFFICERS)
    with world.session.database.read() as connection:
        assert LogBook(connection).control.holds == {}


def test_officers_who_are_on_hold_do_nothing_else(world: cast.World):
    at_counter.hold(world.session, cast.CLERK, cast.OFFICERS[0], "other")
    with pytest.raises(RefusedError, match="not-possible"):
        at_counter.revoke(world.session, cast.COURIER, "left", None, cast.OFFICERS)


def test_an_item_that_needs_no_witness_is_handed_over_by_two(world: cast.World, phone: Phone):
    plain = next(state for state in phone.held if state.mark != 3)
    told = Handover(cast.COURIER, cast.COURIER_2)
    entry = hand_over(world.session, told, [str(plain.n)], confirm=cast.yes)
    assert [one.role for one in entry.signatures] == ["giver", "receiver"]


def test_appending_reads_no_table_from_end_to_end(world: cast.World, phone: Phone):
    """So that it takes no longer in a long log.

    The head has a single row; the quarantine is measured when rubbish comes, and does not grow
    with the log. By the log's name alone a search reads all of a table.
    """
    asked: list[str] = []
    with world.session.database.read() as connection:
        raw: Any = connection.connection.dbapi_connection
    raw.set_trace_callback(asked.append)
    give(world, phone.held[0].n)
    receive(world.session, b"junk")
    receive(world.session, phone.spell(phone.handover(phone.held[1])))
    raw.set_trace_callback(None)
    questions = [one for one in asked if one.startswith(("SELECT", "INSERT", "UPDATE"))]
    plans = [raw.execute(f"EXPLAIN QUERY PLAN {one}").fetchall() for one in questions]
    steps = {detail for plan in plans for *_, detail in plan}
    assert len(questions) > 20
    whole = {one.split()[1] for one in steps if one.startswith("SCAN") or one.endswith("(log=?)")}
    assert whole == {"head", "quarantine"}


# Wrong PINs.


def mistype(world: cast.World, staff: str) -> None:
    right, world.pins[staff] = world.pins[staff], "000000"
    world.session.here._keys.pop(staff)
    with pytest.raises(NotAllowedError, match="wrong-pin"):
        world.session.unlock([staff])
    world.pins[staff] = right


def test_wrong_pins_stand_in_the_next_act_of_that_person(world: cast.World, phone: Phone):
    mistype(world, cast.COURIER)
    assert give(world, phone.held[0].n).act.tries == {cast.COURIER: 1}
    assert give(world, phone.held[1].n).act.tries == {}
    assert person_keys.read_tries(world.session.keys, cast.COURIER).unreported == 0


def test_wrong_pins_are_told_once_in_a_transaction(world: cast.World):
    mistype(world, cast.CLERK)
    with writing(world.session) as pen:
        world.session.unlock([cast.CLERK])
        acts = [by_hand.add(pen, pen.draft("hold", cast.CLERK, {**HOLD, "who": who})).act
                for who in (cast.DRIVER, cast.COURIER)]  # fmt: skip
    assert [act.tries for act in acts] == [{cast.CLERK: 1}, {}]


def test_wrong_pins_of_two_acts_are_all_settled(world: cast.World):
    mistype(world, cast.CLERK)
    world.session.unlock([cast.CLERK])
    with writing(world.session) as pen:
        entries = [by_hand.add(pen, pen.draft("hold", cast.CLERK, HOLD))]
        with pytest.raises(NotAllowedError):
            person_keys.unlock(world.session.keys, cast.CLERK, "000000", 0)
        world.session.here.count_tries([cast.CLERK])
        entries.append(by_hand.add(pen, pen.draft("hold", cast.CLERK, HOLD)))
    world.session.here.settle(entries)
    assert [entry.act.tries for entry in entries] == [{cast.CLERK: 1}, {cast.CLERK: 1}]
    assert person_keys.read_tries(world.session.keys, cast.CLERK).unreported == 0


def test_wrong_pins_stay_counted_when_the_act_is_not_written(world: cast.World):
    def write() -> None:
        with writing(world.session) as pen:
            assert by_hand.add(pen, pen.draft("hold", cast.CLERK, HOLD)).act.tries == {
                cast.CLERK: 1
            }
            raise ZeroDivisionError

    mistype(world, cast.CLERK)
    world.session.unlock([cast.CLERK])
    with pytest.raises(ZeroDivisionError):
        write()
    assert person_keys.read_tries(world.session.keys, cast.CLERK).unreported == 1


def test_an_act_of_somebody_else_does_not_tell_them(world: cast.World):
    mistype(world, cast.DRIVER)
    assert at_counter.hold(world.session, cast.CLERK, cast.DRIVER, "absent").act.tries == {}
    assert person_keys.read_tries(world.session.keys, cast.DRIVER).unreported == 1


# Several writers at once, and one that is killed.

PROGRAM = """
import sys
from pathlib import Path
from tests.kit.at_counter import Handover, hand_over
from tests.kit import cast
from tests.kit import at_counter

folder, device, number, rounds = sys.argv[1:]
session = cast.World(Path(folder)).new_session(device)
session.as_of = cast.MORNING + 60 * 200
session.unlock([cast.COURIER, cast.COURIER_2, cast.CONTROLLER])
print("ready", flush=True)
sys.stdin.readline()
ways = [
    Handover(cast.COURIER, cast.COURIER_2, cast.CONTROLLER),
    Handover(cast.COURIER_2, cast.COURIER, cast.CONTROLLER),
]
for turn in range(int(rounds)):
    entry = hand_over(session, ways[turn % 2], [number], confirm=cast.yes)
    print(entry.seq, entry.leaf.hex(), flush=True)
"""


def enrol_desks(world: cast.World, count: int) -> None:
    for place in range(count):
        if place != 1:  # QUAY01 founded the log
            at_counter.enrol_device(
                world.session, f"QUAY{place:02}", "Máy quầy", cast.OFFICE, cast.OFFICERS
            )


def start(world: cast.World, device: str, n: int, rounds: int) -> subprocess.Popen[str]:
    """Start a writer that has everybody's key and waits for a line."""
    words = [sys.executable, "-c", PROGRAM, str(world.folder), device, str(n), str(rounds)]
    pipe = subprocess.PIPE
    writer = subprocess.Popen(words, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    return writer


def go(writer: subprocess.Popen[str]) -> None:
    assert writer.stdin is not None
    writer.stdin.write("\n")
    writer.stdin.flush()


def acknowledged(told: str) -> set[tuple[int, str]]:
    lines = [line.split() for line in told.splitlines() if len(line.split()) == 2]
    return {(int(seq), leaf) for seq, leaf in lines if len(leaf) == 64}


def written(world: cast.World) -> set[tuple[int, str]]:
    return {(entry.seq, entry.leaf.hex()) for entry in entries(world)}


def test_threads_of_one_desk_take_turns(world: cast.World, phone: Phone):
    before, ways = size(world), (cast.COURIER, cast.COURIER_2)

    def work(n: int) -> None:
        for turn in range(5):
            give(world, n, ways[turn % 2], ways[1 - turn % 2])

    threads = [threading.Thread(target=work, args=[one.n]) for one in phone.held[:4]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert size(world) == before + 20
    assert is_sound(world)


@pytest.mark.slow
@pytest.mark.parametrize("count", nightly.each([3, 8], 3))
def test_processes_append_without_fork_gap_or_loss(world: cast.World, phone: Phone, count: int):
    enrol_desks(world, count)
    before = size(world)
    world.session.close()
    writers = [
        start(world, f"QUAY{place:02}", one.n, 20) for place, one in enumerate(phone.held[:count])
    ]
    for writer in writers:
        go(writer)
    told = [acknowledged(writer.communicate()[0]) for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * count
    assert [len(one) for one in told] == [20] * count
    assert set[tuple[int, str]]().union(*told) < written(world)
    assert size(world) == before + 20 * count
    assert is_sound(world)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_a_writer_that_is_killed_leaves_a_whole_log(world: cast.World, phone: Phone):
    chance = random.Random(9)
    enrol_desks(world, 3)
    world.session.close()
    for place in range(3 if nightly.is_nightly() else 1):
        writer = start(world, f"QUAY{place:02}", phone.held[place].n, 10_000)
        go(writer)
        assert writer.stdout is not None
        first = writer.stdout.readline()
        time.sleep(chance.random() / 20)
        writer.kill()
        told = first + writer.communicate()[0]
        assert acknowledged(told)
        assert acknowledged(told) <= written(world)
        assert is_sound(world)
    assert give(world, phone.held[-1].n).seq == size(world) - 1
