"""Handovers in two halves: either order, one taker, one time; and the QR between phones."""

import itertools
import json

import pytest

from kt1custody.core.custody import offer
from kt1custody.core.custody.table import Status
from kt1custody.core.log.entry import Signature
from kt1custody.errors import MalformedInputError
from tests.kit import cast, paper_log
from tests.kit.paper_log import Office, PaperLog, Signed, line, number, step_of
from tests.kit.vectors import FOLDER, vectors

Sealed = tuple[PaperLog, int, Signed]
PHONE = {"device-unknown"}


def offer_of(office: Office, sealed: Sealed, to: str = cast.COURIER) -> Signed:
    _, n, last = sealed
    return paper_log.offered(office, cast.CLERK, to, line(n, step_of(last), 70_000))


def test_an_offer_alone_moves_nothing(office: Office, sealed: Sealed):
    paper, n, last = sealed
    assert paper.take(offer_of(office, sealed)) == ()
    assert (paper.state(n).holder, paper.state(n).head) == (str(cast.OFFICE), step_of(last))


def test_offer_and_take_move_the_item(office: Office, sealed: Sealed):
    paper, n, _ = sealed
    given = offer_of(office, sealed)
    take = paper_log.taken(office, cast.COURIER, given, [n], seal=70_000)
    assert paper.take(given) == ()
    assert paper.codes(take) == PHONE
    state = paper.state(n)
    assert (state.holder, state.status, state.head) == (cast.COURIER, Status.OUT, step_of(take))


def test_a_take_waits_for_its_offer(office: Office, sealed: Sealed):
    paper, n, _ = sealed
    given = offer_of(office, sealed)
    take = paper_log.taken(office, cast.COURIER, given, [n])
    assert "offer-missing" in paper.codes(take)
    assert (paper.state(n).waiting, paper.state(n).holder) == (1, str(cast.OFFICE))
    assert paper.take(given) == ()
    assert (paper.state(n).waiting, paper.state(n).holder) == (0, cast.COURIER)


def test_an_office_takes_by_its_clerk(office: Office, sealed: Sealed):
    paper, n, _ = sealed
    out = offer_of(office, sealed)
    paper.take(out)
    there = paper_log.taken(office, cast.COURIER, out, [n])
    paper.take(there)
    told = line(n, step_of(there))
    back = paper_log.offered(office, cast.COURIER, cast.CLERK_2, told, to_office=cast.OFFICE)
    paper.take(back)
    paper.take(paper_log.taken(office, cast.CLERK_2, back, [n]))
    assert (paper.state(n).holder, paper.state(n).status) == (str(cast.OFFICE), Status.HELD)


def test_what_was_not_found_stays_with_the_giver(office: Office, sealed: Sealed):
    paper, n, _ = sealed
    given = offer_of(office, sealed)
    paper.take(given)
    assert paper.codes(paper_log.taken(office, cast.COURIER, given, [], [n])) == PHONE
    assert paper.state(n).holder == str(cast.OFFICE)


def test_only_the_person_named_takes(office: Office, sealed: Sealed):
    paper, n, _ = sealed
    given = offer_of(office, sealed)
    paper.take(given)
    stranger = paper_log.taken(office, cast.COURIER_2, given, [n], seal=70_000)
    assert "not-offered" in paper.codes(stranger)
    assert paper.state(n).holder == str(cast.OFFICE)
    assert paper.codes(paper_log.taken(office, cast.COURIER, given, [n], seal=70_000)) == PHONE


def test_only_what_was_offered_is_taken(office: Office, sealed: Sealed):
    paper, n, _ = sealed
    other = number(2)
    paper.take(paper_log.register(office, other))
    given = offer_of(office, sealed)
    paper.take(given)
    take = paper_log.taken(office, cast.COURIER, given, [n, other])
    assert {code for line, code in paper.take(take) if line == 1} >= {"not-offered"}
    assert paper.state(n).holder == cast.COURIER
    assert paper.state(other).holder == str(cast.OFFICE)


def test_an_offer_is_taken_once(office: Office, sealed: Sealed):
    paper, n, _ = sealed
    given = offer_of(office, sealed)
    paper.take(given)
    first = paper_log.taken(office, cast.COURIER, given, [n])
    paper.take(first)
    assert "offer-taken" in paper.codes(paper_log.taken(office, cast.COURIER, given, [n]))
    assert paper.state(n).head == step_of(first)
    assert "offer-taken" in paper.codes(paper_log.withdrawn(office, cast.CLERK, given))
    assert paper.state(n).head == step_of(first)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_withdrawn_offer_is_not_taken_and_a_taken_one_not_withdrawn(
    office: Office, sealed: Sealed, order: tuple[int, ...]
):
    paper, n, _ = sealed
    given = offer_of(office, sealed)
    take = paper_log.taken(office, cast.COURIER, given, [n])
    acts = [given, take, paper_log.withdrawn(office, cast.CLERK, given)]
    for place in order:
        paper.take(acts[place])
    took = order.index(1) < order.index(2)
    assert paper.state(n).holder == (cast.COURIER if took else str(cast.OFFICE))
    assert paper.state(n).waiting == 0


def test_nobody_else_withdraws(office: Office, sealed: Sealed):
    paper, n, _ = sealed
    given = offer_of(office, sealed)
    strange = paper_log.withdrawn(office, cast.COURIER_2, given)
    assert "offer-missing" in paper.codes(strange)
    paper.take(given)
    assert "not-offered" in paper.codes(paper_log.withdrawn(office, cast.COURIER_2, given))
    assert paper.codes(paper_log.taken(office, cast.COURIER, given, [n], seal=70_000)) == PHONE
    assert paper.state(n).holder == cast.COURIER


def test_what_one_does_not_hold_one_does_not_offer(office: Office, sealed: Sealed):
    paper, n, last = sealed
    told = line(n, step_of(last))
    given = paper_log.offered(office, cast.COURIER, cast.COURIER_2, told)
    assert "not-the-holder" in paper.codes(given)
    take = paper_log.taken(office, cast.COURIER_2, given, [n])
    assert "not-the-holder" in paper.codes(take)
    assert paper.state(n).holder == str(cast.OFFICE)


def test_a_marked_item_needs_a_witness_who_is_neither(office: Office):
    for witness, expected in ((None, True), (cast.CLERK, True), (cast.CONTROLLER, False)):
        paper, n = PaperLog(office), number(1)
        accepted = paper_log.register(office, n, mark=3)
        paper.take(accepted)
        paper.take(paper_log.printed(office, n, 70_000))
        own: paper_log.Fields = {"office": cast.OFFICE, "witness": cast.CONTROLLER}
        bind = office.signed("bind", cast.CLERK, own, [line(n, step_of(accepted), 70_000)])
        assert paper.take(bind) == ()
        given = paper_log.offered(office, cast.CLERK, cast.COURIER, line(n, step_of(bind)))
        assert paper.take(given) == ((0, "seal-not-seen"),)
        take = paper_log.taken(office, cast.COURIER, given, [n], witness=witness)
        assert ("witness-missing" in paper.codes(take)) == expected


def test_an_offer_whose_counter_was_used_twice_stops_what_was_taken(office: Office, sealed: Sealed):
    paper, n, last = sealed
    given = offer_of(office, sealed)
    paper.take(given)
    paper.take(paper_log.taken(office, cast.COURIER, given, [n]))
    again = paper_log.offered(
        office, cast.CLERK, cast.COURIER_2, line(n, step_of(last)),
        dseq=given[0].dseq, dprev=given[0].dprev,
    )  # fmt: skip
    assert "counter-reused" in paper.codes(again)
    assert paper.state(n).contested
    assert paper.state(n).holder == str(cast.OFFICE)


@pytest.mark.parametrize("one", vectors("offers"))
def test_the_qr_of_an_offer_is_spelled_and_read(one: dict[str, str]):
    from kt1custody.core.log.act import read_act

    act = read_act(bytes.fromhex(one["body"]))
    kid, value = bytes.fromhex(one["kid"]), bytes.fromhex(one["signature"])
    signature = Signature("giver", kid, value)
    assert offer.to_text(act, signature) == one["text"]
    told = offer.parse(one["text"])
    assert (told.body_hash, told.kid, told.signature) == (act.hash, kid, value)
    assert (told.dev, told.dseq, told.at, told.count) == (act.dev, act.dseq, act.at, 1)
    assert told.of.hex() == one["of"]
    assert offer.link_of(act, [signature]) == told.of


@pytest.mark.parametrize("one", vectors("offers", refused=True))
def test_what_is_no_offer_is_refused(one: dict[str, str]):
    with pytest.raises(MalformedInputError, match="offer-text"):
        offer.parse(one["text"])


def test_the_longest_offer_fits_the_symbol_of_a_seal():
    [first, *_] = json.loads((FOLDER / "offers.json").read_text("utf-8"))
    from kt1custody.core.log.act import read_act

    act = read_act(bytes.fromhex(first["body"]))
    longest = offer.OfferText(
        body_hash=act.hash,
        kid=bytes(8),
        signature=b"\xff" * 64,
        dev="D" * offer.MAX_DEVICE,
        dseq=99_999,
        at=act.at,
        count=500,
    )
    digits = offer.spell(longest)
    assert len(digits) <= 365
    assert offer.parse(digits) == longest
