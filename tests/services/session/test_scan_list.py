"""Items scanned one after another: what is wrong is refused and leaves the list as it was."""

import pytest

from kt1custody.core.formats import numbers
from kt1custody.errors import KtError
from kt1custody.printing.read import symbol_texts
from kt1custody.services.session.scan_list import ScanList
from tests.kit import cast
from tests.kit.at_counter import Handover


@pytest.fixture
def seals(lived: cast.World) -> list[str]:
    """What the first seals say, in the order of their items."""
    pictures = sorted((lived.folder / "seals").glob("*.png"))[3:7]
    return [text for picture in pictures for text in symbol_texts(picture.read_bytes())]


def shown(n: int) -> str:
    return numbers.format_item_number(n)


def test_the_same_item_twice_counts_once_and_its_seal_stands_for_it(
    lived: cast.World, day: cast.Day, seals: list[str]
):
    n, other = day.numbers[3:5]
    scans = ScanList(lived.session)
    answers = [scans.add(text) for text in (shown(n), seals[0], shown(n), str(other))]
    assert [(one.item.n, one.count, one.is_repeat) for one in answers] == [
        (n, 1, False), (n, 1, True), (n, 1, True), (other, 2, False),
    ]  # fmt: skip
    assert scans.texts == (seals[0], str(other))
    assert answers[-1].item.holder == cast.COURIER


@pytest.mark.parametrize(
    "text", ["", "https://example.vn/tem", "../../etc/passwd", "00000999990", "1" * 900]
)
def test_what_is_no_item_of_the_log_leaves_the_list_as_it_was(
    lived: cast.World, day: cast.Day, text: str
):
    scans = ScanList(lived.session)
    scans.add(shown(day.numbers[3]))
    with pytest.raises(KtError):
        scans.add(text)
    assert scans.texts == (shown(day.numbers[3]),)


def test_what_the_rules_forbid_is_refused_at_its_scan(lived: cast.World, day: cast.Day):
    delivered, held = day.numbers[0], day.numbers[5]
    wanted = Handover(cast.COURIER, cast.COURIER_2, cast.CONTROLLER).of([])
    scans = ScanList(lived.at(200), wanted)
    with pytest.raises(KtError):
        scans.add(shown(delivered))
    assert scans.texts == ()
    assert scans.add(shown(held)).count == 1
    assert ScanList(lived.session).add(shown(delivered)).count == 1  # a look forbids nothing
