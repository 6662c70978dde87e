"""Labels on paper that the log never printed: made, photographed, and read by our own reader (G6).

At a gate there is a public folder and no log, no network, no PIN. At the counter there is the log.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kt1custody.cli import incoming, outgoing
from kt1custody.core.formats import numbers
from kt1custody.core.formats.item import Mark, Urgency
from kt1custody.core.seals import seal
from kt1custody.core.seals.seal import SealContent
from kt1custody.errors import KtError, VerificationError
from kt1custody.printing import qr, read
from kt1custody.services.evidence import trust
from kt1custody.services.keys.genesis_entry import Founding
from kt1custody.services.session import scan
from kt1custody.signing import sign
from kt1custody.signing.sign import SigningKey
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.at_counter import Handover, correct_item, found
from tests.kit.false_history import later
from tests.kit.outsiders import seal_key
from tests.kit.phone import Fields, Phone, is_sound, receive, states

STRANGER = sign.from_seed(bytes(range(32)))
NOW = cast.MORNING + 60 * 200


@dataclass(frozen=True)
class Gate:
    """A folder on a stick, a load list, and honest labels; `key` is what only a thief has."""

    folder: Path
    labels: tuple[Path, ...]
    key: SigningKey

    def says(self, *pictures: Path, load: bool = True) -> list[str]:
        """Check labels where there is no log."""
        listed = self.folder.with_name("loads") / "load-NV011.txt" if load else None
        known = incoming.trusted(self.folder, listed)
        answers = trust.check_seals([text_of(one) for one in pictures], known, NOW)
        return [one.verdict.code for one in answers]

    def content(self, place: int = 5) -> SealContent:
        [text] = read.symbol_texts(self.labels[place].read_bytes())
        return seal.parse(text).content

    def forge(self, name: str, content: SealContent, key: SigningKey, kid: bytes = b"") -> Path:
        """Print a label with some key, under its name or another's."""
        told = key.sign(seal.to_be_signed(content, key.alg, kid or key.kid))
        return self.print(name, seal.to_text(content, key.alg, kid or key.kid, told))

    def print(self, name: str, text: str) -> Path:
        """Print any text as a symbol of the same make."""
        path = self.folder.parent / f"{name}.png"
        path.write_bytes(qr.text_png(text))
        return path


def text_of(picture: Path) -> str:
    [text] = read.symbol_texts(picture.read_bytes())
    return text


@pytest.fixture
def gate(world: cast.World, tmp_path: Path) -> Gate:
    outgoing.public(world.at(190), tmp_path / "public", holders=[cast.COURIER])
    labels = tuple(sorted((world.folder / "seals").glob("*.png")))
    stick = shutil.copytree(tmp_path / "public", tmp_path / "stick" / "public")
    shutil.copytree(world.folder / "loads", tmp_path / "stick" / "loads")
    return Gate(stick, labels, seal_key(later(world, 200)))


# At the gate.


def test_honest_labels_are_green_with_the_load_list_and_plain_without(gate: Gate):
    held = gate.labels[2:]
    assert gate.says(*held) == ["matched"] * len(held)
    assert gate.says(*held, load=False) == ["not-compared"] * len(held)


FORGED: dict[str, tuple[Callable[[Gate], Path], str]] = {
    "a key of nobody": (lambda gate: gate.forge("x", gate.content(), STRANGER), "key-unknown"),
    "under the name of our key": (
        lambda gate: gate.forge("x", gate.content(), STRANGER, gate.key.kid), "seal-signature",
    ),
    "a link": (lambda gate: gate.print("x", "https://example.vn/kt1"), "not-a-seal"),
    "a bank's code": (
        lambda gate: gate.print("x", "00020101021138540010A00000072701240006970436011"),
        "not-a-seal",
    ),
    "more digits than a seal has": (lambda gate: gate.print("x", "71" + "9" * 1_500), "not-a-seal"),
    "no digits": (lambda gate: gate.print("x", "71" + "A" * 200), "not-a-seal"),
    "an offer": (lambda gate: gate.print("x", "72" + "1" * 200), "not-a-seal"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_what_our_key_has_not_signed_is_refused_with_a_word(gate: Gate, name: str):
    make, code = FORGED[name]
    honest = gate.labels[6]
    assert gate.says(make(gate), honest) == [code, "matched"]


@pytest.mark.parametrize("place", range(2, 350, 17))
def test_a_label_with_one_digit_changed_is_never_taken(gate: Gate, place: int):
    [text] = read.symbol_texts(gate.labels[5].read_bytes())
    place %= len(text)
    spoilt = text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]
    told = {"seal-signature", "not-a-seal", "key-unknown"}
    assert set(gate.says(gate.print("x", spoilt))) <= told


@pytest.mark.parametrize(
    ("number", "name"), [(56, "kt1.khanhhoa.vn/56"), (68, "kt1.lamdong.vn/68")]
)
def test_a_label_of_another_log_is_not_ours(gate: Gate, tmp_path: Path, number: int, name: str):
    """Of another province, or of somebody who founds a log of our name on his own machine."""
    other = cast.World(tmp_path / "other")
    found(other.session, Founding(log=name, name="Kho khác", office=cast.OFFICE, number=number, training=True,
                               officers=(*cast.OFFICERS, cast.RESERVE)))  # fmt: skip
    for minute, kind in enumerate(("offices", "agencies"), 1):
        at_counter.load_list(other.at(minute), kind, cast.DATA / f"{kind}.csv", cast.OFFICERS)
    at_counter.enrol(other.at(3), cast.DATA / "people.csv", cast.OFFICERS)
    cast.live_a_day(other)
    theirs = sorted((other.folder / "seals").glob("*.png"))
    other.session.close()
    assert gate.says(theirs[5]) == ["key-unknown"]


def test_a_label_of_our_key_for_another_log_or_year_is_kept(gate: Gate):
    other = numbers.item_number(log_number=56, year=2026, running=1)
    older = numbers.item_number(log_number=68, year=2025, running=1)
    path = gate.forge("log", replace(gate.content(), n=other), gate.key)
    assert gate.says(path) == ["other-log"]
    path = gate.forge("year", replace(gate.content(), n=older), gate.key)
    assert gate.says(path) == ["load-differs"]


# With the stolen seal key.


def test_a_false_label_over_an_issued_serial_shows_with_the_load_list(gate: Gate):
    false = gate.forge("false", replace(gate.content(), dest=680_999), gate.key)
    assert gate.says(false, load=False) == ["not-compared"]  # nothing can tell it there
    assert gate.says(false) == ["load-differs"]
    assert gate.says(false, gate.labels[5]) == ["two-contents"] * 2


def test_a_copied_label_shows_when_both_lie_on_one_table(gate: Gate):
    copy = Path(shutil.copy(gate.labels[5], gate.folder.parent / "copy.png"))
    assert gate.says(copy) == ["matched"]  # it is the very seal: a label says nothing of glue
    assert gate.says(copy, gate.labels[5]) == ["seal-doubled"] * 2


# At the counter, and at sync.


def hand(world: cast.World, *given: str) -> None:
    told = Handover(cast.COURIER, cast.COURIER_2, cast.CONTROLLER)
    at_counter.hand_over(world.session, told, list(given), confirm=cast.yes)


@pytest.mark.parametrize("name", FORGED)
def test_the_counter_refuses_what_our_key_has_not_signed(world: cast.World, gate: Gate, name: str):
    before = states(world)
    with pytest.raises(KtError) as caught:
        hand(world, text_of(FORGED[name][0](gate)))
    assert caught.value.code in ("seal-text", "seal-key", "seal-signature", "picture-unreadable")
    assert states(world) == before
    hand(world, text_of(gate.labels[5]))


FALSE: dict[str, Callable[[SealContent], SealContent]] = {
    "destination": lambda told: replace(told, dest=680_999),
    "mark": lambda told: replace(told, mark=Mark.A),
    "urgency": lambda told: replace(told, urgency=Urgency.EXPRESS_TIMED),
    "issuing office": lambda told: replace(told, issuer=680_999),
    "time": lambda told: replace(told, at=cast.MORNING - 1),
    "commitment": lambda told: replace(told, commitment=bytes(16)),
}


@pytest.mark.parametrize("what", FALSE)
def test_a_false_label_over_the_right_serial_is_refused_at_the_counter(
    world: cast.World, gate: Gate, what: str
):
    """The stolen key signs what was never printed; the log knows what was."""
    before = states(world)
    false = gate.forge("false", FALSE[what](gate.content()), gate.key)
    with pytest.raises(VerificationError, match="seal-differs"):
        hand(world, text_of(false))
    assert states(world) == before
    for copy in (1, 2):
        label = gate.forge(f"copy {copy}", replace(gate.content(), copy=copy), gate.key)
        with world.session.database.read() as connection:
            scanned = scan.item(LogBook(connection), text_of(label))
        assert (scanned.n, scanned.serial) == (gate.content().n, gate.content().serial)
    hand(world, text_of(gate.labels[5]))


def test_the_right_words_under_another_seal_key_are_refused_at_the_counter(
    world: cast.World, gate: Gate
):
    """Whoever has a later seal key may sign the same words; that key printed no such label."""
    at_counter.rotate_service_key(
        later(world, 201).session, "seal", cast.OFFICERS, None, confirm=lambda _: True
    )
    false = gate.forge("false", gate.content(), seal_key(world))
    with pytest.raises(VerificationError, match="seal-differs"):
        hand(world, text_of(false))
    hand(world, text_of(gate.labels[5]))


def test_a_label_printed_before_a_correction_stays_good_at_the_counter(
    world: cast.World, gate: Gate
):
    number = str(gate.content().n)
    cells = {"urgency": "hẹn giờ", "appt": "25/11/2026 09:00"}
    correct_item(world.session, number, cells, "mistyped", None, confirm=cast.yes)
    hand(later(world, 205), text_of(gate.labels[5]))


def test_a_false_label_for_another_item_fits_no_item(world: cast.World, gate: Gate, phone: Phone):
    """The stolen key signs that an issued serial is another item's: no step with it moves one."""
    mine, other = gate.content(5), gate.content(6)
    false = gate.forge("false", replace(mine, n=other.n), gate.key)
    with pytest.raises(KtError) as caught:
        hand(world, text_of(false))
    assert "wrong-seal" in str(caught.value.detail)
    item = next(one for one in phone.held if one.n == other.n)
    line: Fields = {"n": item.n, "seal": mine.serial, "cond": "intact", "prev": item.head}
    own: Fields = {"to": cast.COURIER_2, "office": None, "witness": cast.CONTROLLER}
    told = receive(world.session, phone.spell(phone.act("handover", cast.COURIER, own, [line])))
    assert (0, "wrong-seal") in told.entry.judgement
    assert next(one for one in states(world) if one.n == item.n) == item
    assert is_sound(world)


def test_a_serial_that_was_never_printed_is_bound_to_nothing(
    world: cast.World, gate: Gate, phone: Phone
):
    item = phone.held[0]
    top = max(numbers.FIRST_SERIAL, gate.content(11).serial) + 1_000
    line: Fields = {"n": item.n, "seal": top, "cond": "intact", "prev": item.head}
    own: Fields = {"to": cast.COURIER_2, "office": None, "witness": cast.CONTROLLER}
    told = receive(world.session, phone.spell(phone.act("handover", cast.COURIER, own, [line])))
    assert (0, "wrong-seal") in told.entry.judgement
    false = gate.forge("false", replace(gate.content(), serial=top), gate.key)
    with pytest.raises(KtError) as caught:
        hand(world, text_of(false))
    assert "wrong-seal" in str(caught.value.detail)
    assert is_sound(world)


def test_a_voided_label_is_refused_at_the_counter_and_disputed_at_sync(
    world: cast.World, gate: Gate, phone: Phone
):
    """Its number still names the item; the item goes by its new seal alone."""
    n, old = gate.content(5).n, gate.labels[5]
    back = Handover(cast.COURIER, cast.CLERK, cast.CONTROLLER)
    at_counter.hand_over(world.session, back, [text_of(old)], confirm=cast.yes)
    at_counter.void(
        world.at(201), cast.CLERK, cast.CONTROLLER, text_of(old), "torn", confirm=cast.yes
    )
    with pytest.raises(KtError) as caught:
        at_counter.bind(
            world.at(202), cast.CLERK, cast.CONTROLLER, [text_of(old)], confirm=cast.yes
        )
    assert "seal-void" in str(caught.value.detail)
    item = next(one for one in states(world) if one.n == n)
    phone.seen = list(world_head(world))
    line: Fields = {"n": n, "seal": gate.content(5).serial, "cond": "intact", "prev": item.head}
    own: Fields = {"office": cast.OFFICE, "witness": cast.CONTROLLER}
    told = receive(world.session, phone.spell(phone.act("bind", cast.CLERK, own, [line])))
    assert (0, "seal-void") in told.entry.judgement
    assert next(one for one in states(world) if one.n == n).seal is None
    assert is_sound(world)


def world_head(world: cast.World) -> tuple[int, bytes]:
    with world.session.database.read() as connection:
        book = LogBook(connection)
        return book.seq, book.leaf
