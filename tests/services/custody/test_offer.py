"""Handing over between two devices, through the services."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from kt1custody.core.custody import offer as offers
from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import cbor
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Entry
from kt1custody.errors import KtError, MalformedInputError, RefusedError, VerificationError
from kt1custody.printing import read
from kt1custody.services.custody import offer
from tests.kit import at_counter, cast
from tests.kit.phone import Fields, Phone, give, is_sound, receive, size, states


def made(world: cast.World, *numbers: int, picture: Path | None = None) -> Entry:
    given = [str(n) for n in numbers]
    ways = cast.COURIER, cast.COURIER_2
    return at_counter.offer(world.session, *ways, given, picture=picture, confirm=cast.yes)


def take(world: cast.World, told: str, *numbers: int, by: str = cast.COURIER_2) -> Entry:
    given = [str(n) for n in numbers]
    return at_counter.take(world.session, by, None, told, given, confirm=cast.agree)


def holder(world: cast.World, n: int) -> str:
    return next(state.holder for state in states(world) if state.n == n)


def test_what_is_offered_and_taken_changes_hands(world: cast.World, phone: Phone):
    one, two = (state.n for state in phone.held[:2])
    entry = made(world, one, two)
    assert holder(world, one) == cast.COURIER
    shown: list[object] = []

    def confirm(found: Sequence[ItemState], short: Sequence[int]) -> bool:
        shown.append(([state.n for state in found], list(short)))
        return True

    told = at_counter.take(
        world.session, cast.COURIER_2, None, f"#{entry.seq}", [str(one)], confirm=confirm
    )
    assert shown == [([one], [two])]
    assert told.act.names == ((one, "take"), (two, "short"))
    assert (holder(world, one), holder(world, two)) == (cast.COURIER_2, cast.COURIER)
    assert is_sound(world)


def test_the_receiver_may_scan_the_offer(world: cast.World, phone: Phone, tmp_path: Path):
    n = phone.held[0].n
    picture = tmp_path / "offer.png"
    entry = made(world, n, picture=picture)
    [text] = read.symbol_texts(picture.read_bytes())
    assert offers.parse(text).body_hash == entry.act.hash
    take(world, text, n)
    assert holder(world, n) == cast.COURIER_2


def test_an_offer_that_is_not_here_yet_is_taken_by_its_qr(world: cast.World, phone: Phone):
    item = phone.held[0]
    line = {"n": item.n, "seal": item.seal, "cond": "intact", "prev": item.head}
    act = phone.act("offer", cast.COURIER, {"to": cast.COURIER_2, "office": None}, [line])
    spelled = phone.spell(act)
    [signature] = phone.signatures(act)
    entry = take(world, offers.to_text(act, signature), item.n)
    assert "offer-missing" in {code for _, code in entry.judgement}
    assert holder(world, item.n) == cast.COURIER
    receive(world.session, spelled)
    assert holder(world, item.n) == cast.COURIER_2
    assert is_sound(world)


def test_a_qr_with_another_signature_is_not_taken(world: cast.World, phone: Phone):
    n = phone.held[0].n
    entry = made(world, n)
    [right] = entry.signatures
    told = offers.to_text(entry.act, type(right)(right.role, right.kid, bytes(64)))
    before = size(world)
    with pytest.raises(VerificationError, match="offer-signature"):
        take(world, told, n)
    assert size(world) == before


@pytest.mark.parametrize(
    ("told", "error"),
    [("#999999", RefusedError), ("0", RefusedError), ("72123", RefusedError),
     ("7" * 200, MalformedInputError), ("72" + "1" * 200, MalformedInputError)],
)  # fmt: skip
def test_what_is_no_offer_is_refused(world: cast.World, told: str, error: type[KtError]):
    before = size(world)
    with pytest.raises(error):
        take(world, told)
    assert size(world) == before


def test_open_offers_are_listed_until_answered(world: cast.World, phone: Phone):
    one, two = (state.n for state in phone.held[:2])
    first, second = made(world, one), made(world, two)
    world.session.as_of = (world.session.as_of or 0) + 120
    assert [(o.entry.seq, o.age) for o in offer.waiting(world.session)] == [
        (first.seq, 120), (second.seq, 120),
    ]  # fmt: skip
    assert offer.waiting(world.session, cast.CLERK) == []
    assert len(offer.waiting(world.session, cast.COURIER_2)) == 2
    take(world, str(first.seq), one)
    at_counter.withdraw(world.session, cast.COURIER, str(second.seq))
    assert offer.waiting(world.session) == []
    assert holder(world, two) == cast.COURIER


@pytest.mark.parametrize(
    ("attempt", "code"),
    [
        (lambda w, seq, n, other: take(w, seq, n, by=cast.CLERK_2), "not-offered"),
        (lambda w, seq, n, other: take(w, seq, n, other), "not-offered"),
        (
            lambda w, seq, n, other: at_counter.withdraw(w.session, cast.COURIER_2, seq),
            "not-offered",
        ),
    ],
)
def test_at_the_counter_what_does_not_fit_is_refused_before_signing(
    world: cast.World, phone: Phone, attempt: object, code: str
):
    n, other = (state.n for state in phone.held[:2])
    entry = made(world, n)
    before = size(world)
    with pytest.raises(RefusedError, match="not-possible") as caught:
        attempt(world, str(entry.seq), n, other)  # type: ignore[operator]
    assert code in {fault for _, fault in caught.value.detail["faults"]}  # type: ignore[attr-defined]
    assert size(world) == before


def test_an_answered_offer_is_answered(world: cast.World, phone: Phone):
    n = phone.held[0].n
    entry = made(world, n)
    take(world, str(entry.seq), n)
    for attempt in (
        lambda: take(world, str(entry.seq), n),
        lambda: at_counter.withdraw(world.session, cast.COURIER, str(entry.seq)),
    ):
        with pytest.raises(RefusedError, match="offer-taken"):
            attempt()


def test_what_is_offered_goes_nowhere_else_until_answered(world: cast.World, phone: Phone):
    one, two = (state.n for state in phone.held[:2])
    entry = made(world, one, two)
    for attempt in (lambda: give(world, one), lambda: made(world, two)):
        with pytest.raises(RefusedError, match="offered-already"):
            attempt()
    take(world, str(entry.seq), two)
    give(world, one)
    assert holder(world, one) == cast.COURIER_2
    assert is_sound(world)


def test_an_offer_that_moves_nothing_does_not_wait(world: cast.World, phone: Phone):
    first, second = phone.held[:2]
    own: Fields = {"to": cast.COURIER_2, "office": None}
    acts: list[Act] = []
    strange: list[cbor.Value] = [0, bytes(32)]  # another log's genesis
    for item, seen in ((first, phone.seen), (second, strange)):
        line = {"n": item.n, "seal": item.seal, "cond": "intact", "prev": item.head}
        acts.append(phone.act("offer", cast.COURIER, {**own, "seen": seen}, [line]))
    entries_of = [receive(world.session, phone.spell(act)).entry for act in acts]
    assert (-1, "seen-fork") in entries_of[1].judgement
    assert [one.entry.seq for one in offer.waiting(world.session)] == [entries_of[0].seq]
    give(world, second.n)
    with pytest.raises(RefusedError, match="offered-already"):
        give(world, first.n)


def test_two_offers_under_one_counter_wait_until_they_are_withdrawn(
    world: cast.World, phone: Phone
):
    """Either could still be taken, and would contest its item."""
    own: Fields = {"to": cast.COURIER_2, "office": None}
    acts: list[Act] = []
    for item in phone.held[:2]:
        line = {"n": item.n, "seal": item.seal, "cond": "intact", "prev": item.head}
        over: Fields = {"dseq": acts[0].dseq, "dprev": acts[0].dprev} if acts else {}
        acts.append(phone.act("offer", cast.COURIER, {**own, **over}, [line]))
    seqs = [receive(world.session, phone.spell(act)).entry.seq for act in acts]
    assert [one.entry.seq for one in offer.waiting(world.session)] == seqs
    for item, seq in zip(phone.held, seqs, strict=False):
        with pytest.raises(RefusedError, match="offered-already"):
            give(world, item.n)
        with pytest.raises(RefusedError, match="not-possible") as raised:
            take(world, str(seq), item.n)
        assert "contested" in str(raised.value.detail["faults"])
        at_counter.withdraw(world.session, cast.COURIER, str(seq))
        give(world, item.n)
    assert is_sound(world)


def test_nobody_offers_to_himself_or_to_nobody(world: cast.World, phone: Phone):
    given = [str(phone.held[0].n)]
    for receiver, code in ((cast.COURIER, "one-person-twice"), ("NV077", "no-such-person")):
        with pytest.raises(RefusedError, match=code):
            at_counter.offer(world.session, cast.COURIER, receiver, given, confirm=cast.yes)
