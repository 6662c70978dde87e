"""What is scanned or typed where a seal is asked for, honest and otherwise."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kt1custody.cli import incoming, outgoing
from kt1custody.core.formats import numbers
from kt1custody.core.seals import seal
from kt1custody.errors import KtError
from kt1custody.printing import read
from kt1custody.services.evidence import trust
from kt1custody.services.session import scan
from kt1custody.signing import sign
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.at_counter import Handover

STRANGER = sign.from_seed(bytes(range(32)))
Spoil = Callable[[str], str]


@pytest.fixture
def text(lived: cast.World) -> str:
    """The seal of an item that the courier holds."""
    return text_of(sorted((lived.folder / "seals").glob("*.png"))[5])


def text_of(picture: Path) -> str:
    [text] = read.symbol_texts(picture.read_bytes())
    return text


@pytest.fixture
def public(lived: cast.World, tmp_path: Path) -> Path:
    outgoing.public(lived.at(190), tmp_path / "public")
    return tmp_path / "public"


def check(public: Path, given: str) -> list[trust.SealAnswer]:
    return trust.check_seals([given], incoming.trusted(public), cast.MORNING + 60 * 190)


def with_another_key(text: str) -> str:
    content = seal.parse(text).content
    told = seal.to_be_signed(content, STRANGER.alg, STRANGER.kid)
    return seal.to_text(content, STRANGER.alg, STRANGER.kid, STRANGER.sign(told))


def with_our_name_and_another_key(text: str) -> str:
    parsed = seal.parse(text)
    told = STRANGER.sign(parsed.to_be_signed)
    return seal.to_text(parsed.content, parsed.alg, parsed.kid, told)


def one_digit_changed(text: str) -> str:
    """The last digits are of the signature."""
    return text[:-9] + str((int(text[-9]) + 1) % 10) + text[-8:]


HOSTILE = [
    (lambda _: "https://example.vn/682600000014", "seal-text", "not-a-seal"),
    (lambda _: "1" * 10_000, "seal-text", "not-a-seal"),
    (lambda _: "", "seal-text", "not-a-seal"),
    (lambda text: text + "0", "seal-text", "not-a-seal"),
    (
        lambda text: text.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
        "scan-garbled",
        "not-read",
    ),
    (one_digit_changed, "seal-signature", "seal-signature"),
    (with_another_key, "seal-key", "key-unknown"),
    (with_our_name_and_another_key, "seal-signature", "seal-signature"),
    (lambda _: "6826 0000 0015", "item-number", "not-read"),
    (lambda _: "00000655366", "serial", "not-read"),
]


@pytest.mark.parametrize(("spoil", "code", "verdict"), HOSTILE)
def test_a_hostile_scan_is_refused_with_and_without_the_log(
    lived: cast.World, text: str, public: Path, spoil: Spoil, code: str, verdict: str
):
    [answer] = check(public, spoil(text))
    assert (answer.verdict.code, answer.content) == (verdict, None)
    assert answer.fault is None or answer.fault.code == code
    assert (answer.fault is None) == (verdict not in ("not-a-seal", "not-read"))
    told = Handover(cast.COURIER, cast.COURIER_2, cast.CONTROLLER)
    with pytest.raises(KtError) as caught:
        at_counter.hand_over(lived.at(200), told, [spoil(text)], confirm=cast.yes)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "typed",
    [
        lambda text: text,
        lambda text: numbers.format_serial(seal.parse(text).content.serial),
        lambda text: numbers.format_item_number(seal.parse(text).content.n),
    ],
)
def test_a_scan_a_serial_or_an_item_number_stand_for_the_same_item(
    lived: cast.World, text: str, typed: Spoil
):
    told = Handover(cast.COURIER, cast.COURIER_2, cast.CONTROLLER)
    entry = at_counter.hand_over(lived.at(200), told, [typed(text), text], confirm=cast.yes)
    assert [line.n for line in entry.act.lines] == [seal.parse(text).content.n]
    assert entry.act.lines[0].seal == seal.parse(text).content.serial


def test_a_typed_number_proves_nothing(public: Path):
    for typed in ("682600000014", "00000655365"):
        [answer] = check(public, typed)
        assert (answer.verdict.code, answer.content) == ("number-only", None)
    other = str(numbers.item_number(log_number=69, year=2026, running=1))
    assert check(public, other)[0].verdict.code == "other-log"


def test_two_seals_of_one_item_and_a_strange_serial_are_told(lived: cast.World):
    told = Handover(cast.COURIER, cast.COURIER_2, cast.CONTROLLER)
    with pytest.raises(KtError, match="serial-unknown"):
        at_counter.hand_over(lived.at(200), told, [numbers.format_serial(99_999)], confirm=cast.yes)
    with pytest.raises(KtError, match="nothing-given"):
        at_counter.hand_over(lived.at(200), told, [], confirm=cast.yes)


def test_a_typed_item_number_binds_no_seal(founded: cast.World, tmp_path: Path):

    file = cast.write_manifest(tmp_path / "sang.csv", 2)
    made = at_counter.import_manifest(founded.at(5), lambda: cast.CLERK, file)
    at_counter.print_seals(
        founded.at(6), cast.CLERK, [], tmp_path / "a.pdf", tmp_path / "seals", confirm=cast.yes
    )
    with pytest.raises(KtError, match="seal-not-scanned"):
        at_counter.bind(
            founded.at(7), cast.CLERK, cast.CONTROLLER, [str(made.numbers[0])], confirm=cast.yes
        )
    with pytest.raises(KtError, match="printed-already"):
        at_counter.print_seals(founded.at(8), cast.CLERK, [], tmp_path / "b.pdf", confirm=cast.yes)
    assert not (tmp_path / "b.pdf").exists()


def test_a_voided_seal_is_never_bound_again(lived: cast.World, day: cast.Day, tmp_path: Path):
    n = str(day.numbers[-1])
    back = Handover(cast.COURIER, cast.CLERK, cast.CONTROLLER)
    at_counter.hand_over(lived.at(200), back, [n], confirm=cast.yes)
    old = sorted((lived.folder / "seals").glob("*.png"))[-1]
    _, job = at_counter.void(
        lived.at(205), cast.CLERK, cast.CONTROLLER, text_of(old), "torn",
        reprint=tmp_path / "new.pdf", confirm=cast.yes,
    )  # fmt: skip
    assert job is not None
    with pytest.raises(KtError, match="seal-void"):
        at_counter.bind(
            lived.at(206), cast.CLERK, cast.CONTROLLER, [text_of(old)], confirm=cast.yes
        )
    fresh = numbers.format_serial(job.serials[0][1])
    assert at_counter.bind(lived.at(207), cast.CLERK, cast.CONTROLLER, [fresh], confirm=cast.yes)


def test_an_error_of_one_scan_of_many_steers_no_terminal(lived: cast.World):
    with lived.session.database.read() as connection, pytest.raises(KtError) as caught:
        scan.items(LogBook(connection), ["682600000014", "\x1b[2J\x1b]0;owned\x07"])
    assert caught.value.detail["scan"] == "2 (\ufffd[2J\ufffd]0;owned\ufffd)"
