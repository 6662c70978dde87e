"""Seals compared with the log itself, where it is at hand."""

from kt1custody.core.seals.assessment import Colour
from kt1custody.printing.read import symbol_texts
from kt1custody.services.custody import look
from kt1custody.services.evidence import seal_check
from tests.kit import at_counter, cast
from tests.kit.phone import give


def scans(day: cast.Day) -> list[str]:
    pictures = sorted(day.pictures.glob("*.png"))
    return [text for path in pictures for text in symbol_texts(path.read_bytes())]


def test_the_seal_that_is_on_an_item_is_green_and_one_that_was_voided_red(
    world: cast.World, day: cast.Day
):
    on, off = scans(day)[-2:]
    [answer] = seal_check.check(world.session, [on])
    assert (answer.verdict.code, answer.verdict.colour) == ("matched", Colour.GREEN)
    give(world, look.scanned(world.session, off)[1].n, cast.COURIER, cast.CLERK)
    at_counter.void(world.session, cast.CLERK, cast.CONTROLLER, off, "torn", confirm=cast.yes)
    [answer] = seal_check.check(world.session, [off])
    assert answer.verdict.code == "serial-void"


def test_numbers_and_nonsense_are_answers_too(world: cast.World, day: cast.Day):
    found = seal_check.check(world.session, [str(day.numbers[0]), "xyz", ""])
    assert [answer.place for answer in found] == [1, 2, 3]
    assert {answer.verdict.colour for answer in found} <= {Colour.PLAIN, Colour.NONE, Colour.UNREAD}
