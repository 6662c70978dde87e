"""The story of an item as rows and lanes: what waited once and is matched now waits no more."""

from typing import Any

from kt1custody.core.custody import offer
from kt1custody.i18n import language
from kt1custody.services.custody import look
from kt1custody.web import items, story_rows
from kt1custody.web.asking import Asking
from kt1custody.web.charts import Timeline
from kt1custody.web.sessions import Visit
from kt1custody.web.site import Site
from tests.kit import at_counter, cast
from tests.kit.phone import Phone, receive


def shown(world: cast.World, n: int) -> tuple[list[dict[str, Any]], Timeline]:
    key = world.session.control().current_key(cast.OFFICERS[0])
    assert key
    visit = Visit(number=1, key=key, device="QUAY01", session=world.session, begun=0, seen=0)
    site = Site(session=world.session, reader=None, is_secure=False, steady=lambda: 0.0)
    ask = Asking(site=site, visit=visit, language=language("vi"))
    story, name = look.story(world.session, str(n)), items.place_names(ask)
    assert story.custody
    told = story_rows.words(ask, story, story.custody)
    rows = story_rows.steps(ask, story, told, name)
    return rows, story_rows.timeline(ask, story.custody, told, name)


def test_a_take_waits_until_its_offer_comes_and_is_matched_then(world: cast.World, phone: Phone):
    item = phone.held[0]
    line = {"n": item.n, "seal": item.seal, "cond": "intact", "prev": item.head}
    act = phone.act("offer", cast.COURIER, {"to": cast.COURIER_2, "office": None}, [line])
    [signature] = phone.signatures(act)
    took = at_counter.take(
        world.session, cast.COURIER_2, None, offer.to_text(act, signature), [str(item.n)],
        confirm=cast.agree,
    )  # fmt: skip
    rows, chart = shown(world, item.n)
    assert (rows[-1]["seq"], rows[-1]["outcome"]["look"]) == (took.seq, "warn")
    assert "gap" in {bar.look for lane in chart.lanes for bar in lane.bars}
    offered = receive(world.session, phone.spell(act)).entry
    rows, chart = shown(world, item.n)
    outcomes = {row["seq"]: row["outcome"] for row in rows}
    assert outcomes[took.seq]["look"] == "good"
    assert f"#{offered.seq}" in outcomes[took.seq]["words"][0]
    assert [lane.detail for lane in chart.lanes][:3] == [
        f"bưu cục · {cast.OFFICE}", "bưu tá · NV011", "bưu tá · NV012",
    ]  # fmt: skip


def test_every_act_has_its_dot_and_its_time_between(world: cast.World, day: cast.Day):
    rows, chart = shown(world, day.numbers[0])
    assert [row["after"] for row in rows] == ["", "5 phút", "10 phút", "20 phút", "30 phút"]
    assert sum(len(lane.dots) for lane in chart.lanes) == len(rows)
    assert {dot.look for lane in chart.lanes for dot in lane.dots} == {"good"}
    assert rows[3]["to"] == "K’Brỗi Hải"
    assert {row["outcome"]["look"] for row in rows} == {"good", "note"}


def test_lengths_are_told_as_people_picture_them():
    vi = language("vi")
    assert story_rows.span(vi, 50) == "50 giây"
    assert story_rows.span(vi, 47 * 3_600) == "47 giờ"
    assert story_rows.span(vi, 7 * 86_400 + 11 * 3_600 + 59) == "7 ngày 11 giờ"


def test_all_who_are_said_to_have_a_contested_item_have_a_lane(world: cast.World, phone: Phone):
    item = phone.held[0]
    for to in (cast.COURIER_2, cast.DRIVER):
        receive(world.session, phone.spell(phone.handover(item, to=to, witness=None)))
    rows, chart = shown(world, item.n)
    assert [row["outcome"]["look"] for row in rows[-2:]] == ["bad", "bad"]
    bad = {lane.detail for lane in chart.lanes if any(dot.look == "bad" for dot in lane.dots)}
    assert bad == {"bưu tá · NV012", "lái xe · NV014"}
