"""Authentic acts that move nothing, and what they must not do to others: their judgement, their state, their time."""

import os
from collections.abc import Sequence
from pathlib import Path

from kt1custody.core.formats import numbers
from kt1custody.core.log.entry import Entry
from kt1custody.services.custody import look
from kt1custody.services.evidence import dossier
from tests.kit import cast
from tests.kit.judges import by_script
from tests.kit.phone import Fields, Phone, is_sound, receive, states

SERIAL = 66_000  # far behind those of the sample's day, and within reach of the row
MARK_A = 3
Sealed = dict[int, tuple[int, bytes]]  # by item number: its seal, and the step that bound it


def number(running: int) -> int:
    return numbers.item_number(log_number=68, year=2026, running=running)


def sealed_by_file(world: cast.World, phone: Phone, count: int) -> Sealed:
    """Have a clerk register, print and bind items of mark A on a device of its own."""
    serials = {number(100 + place): SERIAL + place for place in range(count)}
    common: Fields = {"mark": MARK_A, "urgency": 0, "kind": 0, "appt": None, "dest": cast.OFFICE}
    items = [*serials]
    for some in (items[begin : begin + 200] for begin in range(0, count, 200)):
        lines: list[Fields] = [{"n": n, "commit": os.urandom(32), **common} for n in some]
        act = phone.act("register", cast.CLERK, {"office": cast.OFFICE, "list": bytes(32)}, lines)
        receive(world.desk, phone.spell(act))
        heads = dict.fromkeys(some, phone.step(act))
        prints: list[Fields] = [
            {"n": n, "serial": serials[n], "job": serials[some[0]], "copy": 1} for n in some
        ]
        act = phone.act("print", cast.CLERK, {"office": cast.OFFICE}, prints)
        receive(world.desk, phone.spell(act))
        own: Fields = {"office": cast.OFFICE, "witness": cast.CONTROLLER}
        act = phone.act("bind", cast.CLERK, own, [line(n, serials[n], heads[n]) for n in some])
        receive(world.desk, phone.spell(act))
    return {state.n: (state.seal or 0, state.head) for state in states(world) if state.n in serials}


def line(n: int, seal: int | None, prev: bytes | None) -> Fields:
    return {"n": n, "seal": seal, "cond": "intact", "prev": prev}


def handed(
    world: cast.World, phone: Phone, giver: str, to: str, lines: Sequence[Fields], **over: object
) -> Entry:
    own: Fields = {"to": to, "office": None, "witness": None, **over}  # type: ignore[dict-item]  # as the form says
    return receive(world.desk, phone.spell(phone.act("handover", giver, own, lines))).entry


def holder(world: cast.World, n: int) -> str:
    return next(one.holder for one in states(world) if one.n == n)


def holders_told(world: cast.World, n: int, folder: Path) -> list[str]:
    """Who held an item at last, by the table, the story, and what verify.py makes of a dossier."""
    story = look.story(world.desk, str(n)).custody
    assert story is not None
    dossier.export_dossier(world.desk, str(n), folder)
    told = by_script(folder).told["story"]["holders"]
    return [holder(world, n), story.holders[-1].holder, told[-1]["holder"]]


# A judgement is never cut.


def test_an_act_of_many_lines_says_of_each_what_is_wrong(
    world: cast.World, phone: Phone, tmp_path: Path
):
    """The honest twin: one handover without its witness is disputed, one with it is taken."""
    [n, other] = sealed = sealed_by_file(world, phone, 2)
    for each in sealed:
        handed(world, phone, cast.CLERK, cast.COURIER_2, [line(each, *sealed[each])],
               witness=cast.CONTROLLER)  # fmt: skip
    heads = {state.n: state.head for state in states(world)}
    wrong = handed(world, phone, cast.COURIER_2, cast.COURIER, [line(n, sealed[n][0], heads[n])])
    assert (0, "witness-missing") in wrong.judgement
    right = handed(world, phone, cast.COURIER_2, cast.COURIER,
                   [line(other, sealed[other][0], heads[other])], witness=cast.CONTROLLER)  # fmt: skip
    assert {place for place, _ in right.judgement} <= {-1}
    assert holders_told(world, n, tmp_path / "n") == [cast.COURIER_2] * 3
    assert holders_told(world, other, tmp_path / "other") == [cast.COURIER] * 3
    assert is_sound(world)


def test_no_line_counts_because_too_much_is_wrong_with_the_others(
    world: cast.World, phone: Phone, tmp_path: Path
):
    """Hundreds of wrong lines before it, and what is wrong with the last one finds no room."""
    sealed = sealed_by_file(world, phone, 460)
    n, *others = reversed(sealed)
    handed(world, phone, cast.CLERK, cast.COURIER_2, [line(n, *sealed[n])],
           witness=cast.CONTROLLER)  # fmt: skip
    head = next(state.head for state in states(world) if state.n == n)
    lines = [line(each, SERIAL + 5_000, sealed[each][1]) for each in others]
    lines.append(line(n, sealed[n][0], head))
    told = handed(world, phone, cast.COURIER_2, cast.COURIER, lines, office=cast.OFFICE)
    assert (-1, "too-many-faults") in told.judgement
    assert {place for place, _ in told.judgement} == {-1}
    assert holders_told(world, n, tmp_path / "dossier") == [cast.COURIER_2] * 3
    assert is_sound(world)
    again = handed(world, phone, cast.COURIER_2, cast.COURIER, [line(n, sealed[n][0], head)],
                   witness=cast.CONTROLLER)  # fmt: skip
    assert {place for place, _ in again.judgement} <= {-1}
    assert holder(world, n) == cast.COURIER
