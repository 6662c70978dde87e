"""Registering at a counter: one item by keyboard alone, a draft that stays, the sender's receipt."""

import json
from typing import Any

import pypdfium2

from kt1custody.services.custody import look
from kt1custody.services.registration import fill_in, search
from tests.kit import cast
from tests.kit.browser import Page
from tests.kit.counter import Counter

OFFERED = "document.querySelector('.agencies:not([hidden]) [role=option]') !== null"
WAIT_FOR_END = (
    "!document.querySelector('#done').hidden || document.querySelector('#sign .fault').textContent"
)


def begin(page: Page, counter: Counter, path: str) -> None:
    page.go(f"{counter.url}{path}")
    page.wait_for("document.activeElement.id === 'sender'")


def focus(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def pick(page: Page, words: str) -> None:
    """Choose the first agency that fits, in the field that has the focus."""
    page.write(words)
    page.wait_for(OFFERED)
    page.press("Enter")


def fault(page: Page, key: str) -> str:
    page.wait_for(f"!document.querySelector('#{key}-fault').hidden")
    return page.text(f"#{key}-fault")


def tick_and_sign(page: Page, counter: Counter) -> None:
    """Go on from the last field: tick what was seen on the envelope, type the PIN, sign."""
    for point in fill_in.ENVELOPE:
        assert page.evaluate("document.activeElement.value") == point
        page.press(" ")
        if point == fill_in.ENVELOPE[-1]:
            page.wait_for("document.querySelector('#pins input') !== null")
        page.press("Enter")
    assert focus(page) == f"pin-{cast.CLERK}"
    page.write(counter.world.pins[cast.CLERK])
    page.press("Enter")
    page.wait_for(WAIT_FOR_END)
    assert page.text("#sign .fault") == ""


def pdf(page: Page, path: str) -> tuple[int, list[str]]:
    """Give the status of a receipt, and the text of its pages."""
    status, raw = page.evaluate(
        f"fetch({json.dumps(path)}).then(async (told) => "
        "[told.status, [...new Uint8Array(await told.arrayBuffer())]])"
    )
    if status != 200:
        return status, []
    document = pypdfium2.PdfDocument(bytes(raw))
    texts = [" ".join(one.get_textpage().get_text_range().split()) for one in document]
    document.close()
    return status, texts


def stored_drafts(page: Page) -> list[Any]:
    """Give what lies in the browser's storage of drafts, as text."""
    return list(
        page.evaluate(
            """new Promise((done) => {
                const opening = indexedDB.open("kt1-drafts")
                opening.onsuccess = () => {
                    const all = opening.result.transaction("drafts").objectStore("drafts").getAll()
                    all.onsuccess = () => done(all.result.map((one) =>
                        one.name + new TextDecoder("latin1").decode(one.sealed)))
                }
            })"""
        )
    )


def test_one_item_by_keyboard_alone_then_the_same_reference_again(counter: Counter):
    session = counter.world.session
    with counter.browser(cast.CLERK) as page:
        begin(page, counter, "/register")
        pick(page, "so tai chinh")
        assert focus(page) == "recipient"
        pick(page, "ubnd da lat")  # an old place
        assert focus(page) == "mark"
        page.press("Tab")
        page.write("V/v bổ nhiệm cán bộ")
        page.press("Tab")
        assert "V/v" in fault(page, "reference")
        page.fill("#reference", "  771-STC")
        page.press("Enter")
        page.wait_for("document.querySelector('#reference-fault').hidden")
        assert focus(page) == "urgency"
        for _ in range(4):
            page.press("Tab")
        assert focus(page) == "weight"
        page.write("2o")
        page.press("Enter")
        assert fault(page, "weight")
        page.wait_for("window.indexedDB && document.activeElement.id === 'named'")

        page.evaluate("new Promise((go) => setTimeout(go, 400))")  # the draft is written
        assert [one.partition("/")[0] for one in stored_drafts(page)] == [cast.CLERK]
        assert "771" not in stored_drafts(page)[0]
        page.go("about:blank#gone")
        begin(page, counter, "/register")
        page.wait_for("!document.querySelector('#restored').hidden")
        assert page.evaluate("document.querySelector('#reference').value").strip() == "771-STC"

        page.fill("#weight", "20")
        for _ in ("weight", "named", "note"):
            page.press("Enter")
        tick_and_sign(page, counter)
        number = page.text("#numbers")
        assert "#" in page.text("#done")
        link = page.evaluate("document.querySelector('#receipts a').getAttribute('href')")
        status, [first, second] = pdf(page, link)
        assert status == 200
        assert number in first
        assert "771-STC" in first
        assert "Tổng số: một bì (1)" in first
        assert first.replace("Liên 1: giao nơi gửi", "Liên 2: lưu tại bưu cục") == second
        assert pdf(page, "/register/receipt/0.pdf")[0] == 409
        assert stored_drafts(page) == []

        page.evaluate("document.querySelector('#sender').focus()")
        pick(page, "so tai chinh")
        pick(page, "ubnd da lat")
        page.fill("#reference", "７７１-stc")
        page.fill("#weight", "20")
        page.press("Enter")
        page.wait_for("!document.querySelector('#earlier').hidden")
        assert number in page.text("#earlier")
        page.fill("#again", "bì trước bị ướt")
        page.fill("#note", "hai tờ")
        page.press("Enter")
        tick_and_sign(page, counter)
        again = page.text("#numbers")
        assert again != number
        assert page.complaints == []
    slip = look.story(session, again.replace(" ", ""), cast.CLERK).slip
    assert slip
    assert slip.reference == "771-stc"
    assert slip.note == "Gửi lại: bì trước bị ướt; hai tờ"
    assert slip.recipient == search.agencies(session, "ubnd da lat").best[0].agency.code
