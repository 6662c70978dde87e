"""Registering at a counter: one item by keyboard alone, a draft that stays, the sender's receipt."""

import json
from pathlib import Path
from typing import Any

import pypdfium2

from kt1custody.core.formats.item import Mark
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


def ticked(page: Page, counter: Counter) -> None:
    """Fill in an item that is right, tick what was seen of it, and type the PIN."""
    pick(page, "so tai chinh")
    pick(page, "ubnd da lat")
    for key, text in (("reference", "9-STC"), ("weight", "40")):
        page.fill(f"#{key}", text)
    for point in fill_in.ENVELOPE:
        page.click(f"#envelope [value='{point}']")
    page.wait_for("document.querySelector('#pins input') !== null")
    page.fill("#pins input", counter.world.pins[cast.CLERK])


def test_what_is_changed_last_is_asked_about_before_it_is_signed(counter: Counter):
    press = "document.querySelector('#sign button.main').click()"
    with counter.browser(cast.CLERK) as page:
        begin(page, counter, "/register")
        ticked(page, counter)
        page.evaluate("document.querySelector('#weight').focus()")
        page.fill("#weight", "much")
        page.evaluate(f"document.querySelector('#weight').blur(); {press}")
        assert fault(page, "weight")
        assert page.text("#sign .fault") == page.text("#done") == ""

        page.evaluate("document.querySelector('#weight').focus()")
        page.fill("#weight", "55")
        page.evaluate("document.querySelector('#weight').blur()")
        page.wait_for("document.querySelector('#pins input') !== null")
        page.fill("#pins input", counter.world.pins[cast.CLERK])
        page.evaluate("document.querySelector('#named').focus()")
        page.fill("#named", "Trần Văn Đúng")
        page.evaluate(f"document.querySelector('#named').blur(); {press}")
        page.wait_for(WAIT_FOR_END)
        assert page.text("#sign .fault") == ""
        assert "#" in page.text("#done")
        assert page.evaluate("document.querySelector('#restored').hidden")


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

        begin(page, counter, "/register/many")  # among others, too, a row says why
        pick(page, "so tai chinh")
        page.evaluate("document.querySelector('#grid tbody input').focus()")
        recipient = "Ủy ban nhân dân phường Lang Biang - Đà Lạt"
        paste(page, f"{recipient}\t772-STC\tthu\t1\t20\n{recipient}\t771-STC\tthu\t1\t20\n")
        page.wait_for(f"!document.querySelector('{REASON.format(2)}').hidden")
        problem = page.text("#grid tbody tr:nth-child(2) .problem")
        assert number in problem or again in problem
        assert page.evaluate("document.querySelector('#to-review').disabled")
        page.fill(REASON.format(2), "thất lạc một tờ")
        page.wait_for("!document.querySelector('#to-review').disabled")
        page.fill(cell(2, "reference"), "773-STC")  # another reference: no reason is asked or kept
        page.wait_for(f"document.querySelector('{REASON.format(2)}').hidden")
        assert page.evaluate(f"document.querySelector('{REASON.format(2)}').value") == ""
        assert page.complaints == []
    slip = look.story(session, again.replace(" ", ""), cast.CLERK).slip
    assert slip
    assert slip.reference == "771-stc"
    assert slip.note == "Gửi lại: bì trước bị ướt; hai tờ"
    assert slip.recipient == search.agencies(session, "ubnd da lat").best[0].agency.code


def paste(page: Page, text: str) -> None:
    """Paste into the field that has the focus."""
    page.evaluate(
        f"""(() => {{
            const clipboardData = new DataTransfer()
            clipboardData.setData("text/plain", {json.dumps(text)})
            document.activeElement.dispatchEvent(
                new ClipboardEvent("paste", {{clipboardData, bubbles: true, cancelable: true}}))
        }})()"""
    )


def cell(row: int, key: str) -> str:
    return f"#grid tbody tr:nth-child({row}) [data-key={key}] input"


REASON = "#grid tbody tr:nth-child({}) input[data-key=again]"


def tick_all(page: Page) -> None:
    for _ in fill_in.ENVELOPE:
        page.press(" ")
        page.press("Tab")
    page.wait_for("document.querySelector('#pins input') !== null")


HOLD_THE_ANSWER = """
const real = window.fetch
window.fetch = (path, ...more) => real(path, ...more).then((answer) =>
    path === "/api/commit" ? new Promise(() => { window.isRecorded = true }) : answer)
"""


def test_a_draft_is_of_one_person_in_one_tab_and_is_registered_once(counter: Counter):
    with counter.browser(cast.CLERK) as page:
        begin(page, counter, "/register")
        pick(page, "so tai chinh")
        pick(page, "ubnd da lat")
        page.choose("#mark", "A")
        page.choose("#layers", "2")
        page.fill("#weight", "20")
        for _ in ("weight", "named", "note"):
            page.press("Enter")
        page.evaluate(HOLD_THE_ANSWER)
        page.evaluate(
            "document.querySelectorAll('#envelope input').forEach((tick) => tick.click())"
        )
        page.wait_for("document.querySelector('#pins input') !== null")
        page.fill("#pins input", counter.world.pins[cast.CLERK])
        page.press("Enter")
        page.wait_for("window.isRecorded")
        page.go("about:blank#power-cut")
        begin(page, counter, "/register")  # the log is asked by the hash of what was signed
        page.wait_for("!document.querySelector('#registered').hidden")
        number = page.text("#numbers")
        assert page.evaluate("document.querySelector('#weight').value") == ""
        assert stored_drafts(page) == []
        page.evaluate("document.querySelector('#receipts a').id = 'receipt'")
        assert pdf(page, page.evaluate("document.querySelector('#receipt').pathname"))[0] == 200

        page.evaluate("document.querySelector('#to-seals').click()")
        page.wait_for("location.pathname === '/seals' && document.readyState === 'complete'")
        page.evaluate("history.back()")  # nothing is there to be signed once more
        page.wait_for(
            "location.pathname === '/register' && document.activeElement?.id === 'sender'"
        )
        assert page.evaluate("document.querySelector('#sender').value") == ""
        assert page.evaluate("document.querySelector('#restored').hidden")

        page.fill("#reference", "881-STC")
        page.evaluate("new Promise((go) => setTimeout(go, 400))")  # the draft is written
        page.evaluate(
            """new Promise((ready) => {
                const tab = document.createElement("iframe")
                tab.src = "/register"
                tab.onload = ready
                document.body.append(tab)
            }).then(() => null)"""
        )
        other = "document.querySelector('iframe').contentDocument"
        page.wait_for(f"{other}.querySelector('#item').inert")
        page.wait_for(f"!{other}.querySelector('#restored').hidden")
        assert page.evaluate(f"{other}.querySelector('#reference').value") == ""

        counter.sign_in(page, cast.CLERK_2)  # another clerk at the same machine
        begin(page, counter, "/register")
        page.wait_for("document.querySelector('#agencies, #sender') !== null")
        assert page.evaluate("document.querySelector('#restored').hidden")
        assert page.evaluate("document.querySelector('#reference').value") == ""
        assert [one.partition("/")[0] for one in stored_drafts(page)] == [cast.CLERK]
        assert page.complaints == []
    _, state = look.scanned(counter.world.session, number)
    assert state.mark == Mark.A


def test_two_hundred_rows_are_pasted_mended_read_back_and_signed_once(quiet_counter: Counter):
    counter = quiet_counter
    recipients = ["Công an tỉnh Lâm Đồng", "LD-S-NV"]
    rows = [[recipients[n % 2], f"{n + 1}/SYT", "thu", "1", "20"] for n in range(200)]
    rows[4][4], rows[6][0], rows[9][1] = "hai", "Công an", rows[7][1]
    text = "\r\n".join("\t".join(row) for row in rows)
    with counter.browser(cast.CLERK) as page:
        begin(page, counter, "/register/many")
        pick(page, "so y te")
        page.evaluate("document.querySelector('#grid tbody input').focus()")
        paste(page, f"{text}\n{text}")
        assert "400" in page.text("#paste-fault")
        assert page.evaluate("document.querySelectorAll('#grid tbody tr').length") == 1
        paste(page, text)
        page.wait_for("document.querySelector('#problems').textContent.includes('3')")
        assert page.text("#count") == "200"
        wrong = page.evaluate(
            "[...document.querySelectorAll('#grid tr.stop td.at')].map((one) => one.textContent)"
        )
        assert wrong == ["5", "7", "10"]
        assert page.evaluate("document.querySelector('#to-review').disabled")
        page.fill(cell(5, "weight"), "30")
        page.press("Enter")
        page.evaluate(f"document.querySelector('{cell(7, 'recipient')}').focus()")
        page.press("F4")
        page.fill(cell(10, "reference"), "9999/SYT")
        page.press("Enter")
        page.wait_for("!document.querySelector('#to-review').disabled")
        page.evaluate("document.querySelector('#to-review').focus()")
        page.press("Enter")
        page.wait_for("!document.querySelector('#review').hidden")
        sums = page.text(".sums")
        assert page.text("#total") == "200"
        assert "Sở Nội vụ tỉnh Lâm Đồng\t101" in sums
        assert "Công an tỉnh Lâm Đồng\t99" in sums
        tick_all(page)
        page.fill("#pins input", counter.world.pins[cast.CLERK])
        page.press("Enter")
        page.wait_for(WAIT_FOR_END)
        assert page.text("#sign .fault") == ""
        link = page.evaluate("document.querySelector('#receipts a').getAttribute('href')")
        _, pages = pdf(page, link)
        assert len(pages) == 2 * int(pages[0].rpartition("/")[2])
        assert sum("Tổng số: hai trăm bì (200)" in one for one in pages) == 2
        assert sum("9999/SYT" in one for one in pages) == 2
        assert stored_drafts(page) == []
        assert page.complaints == []


def test_a_list_with_faults_is_shown_and_mended_and_signed_as_a_whole(
    counter: Counter, tmp_path: Path
):
    right, wrong = cast.write_manifest(tmp_path / "bang-ke.csv", 30, 40), tmp_path / "sai.csv"
    lines = [one for one in right.read_text("utf-8").splitlines() if "Hẹn giờ," not in one]
    right.write_text("\n".join(lines), "utf-8")
    wrong.write_text(right.read_text("utf-8").replace(",Thư,", ",Bao,", 1), "utf-8")
    with counter.browser(cast.CLERK) as page:
        page.go(f"{counter.url}/register/file")
        page.wait_for("document.activeElement.id === 'file'")
        page.set_files("#file", [wrong])
        page.wait_for("!document.querySelector('#wrong').hidden")
        assert "“Loại”" in page.text("#reasons")
        assert page.evaluate("document.querySelector('#review').hidden")
        page.set_files("#file", [right])
        page.wait_for("!document.querySelector('#review').hidden")
        assert page.text("#total") == str(len(lines) - 1)
        page.evaluate("document.querySelector('#envelope input').focus()")
        tick_all(page)
        page.fill("#pins input", counter.world.pins[cast.CLERK])
        page.press("Enter")
        page.wait_for(WAIT_FOR_END)
        assert page.text("#sign .fault") == ""
        page.set_files("#file", [right])
        page.wait_for("!document.querySelector('#file-fault').hidden")
        assert page.evaluate("document.querySelector('#review').hidden")

        some = tmp_path / "them.csv"  # two of them come again in another list
        with_reference = [one for one in lines[1:] if one.split(",")[1]]
        some.write_text("\n".join([lines[0], *with_reference[:2]]), "utf-8")
        page.set_files("#file", [some])
        page.wait_for("document.querySelectorAll('#reasons input').length === 2")
        page.fill("#reasons li:nth-child(1) input", "bì trước bị ướt")
        page.click("#check-again")
        second = "document.querySelector('#reasons li:nth-child(2) input')"
        page.wait_for(f"{second}.value === 'bì trước bị ướt'")  # what has its reason stands below
        page.fill("#reasons li:nth-child(1) input", "bì trước bị rách")
        page.click("#check-again")
        page.wait_for("!document.querySelector('#review').hidden")
        assert page.text("#total") == "2"
        assert page.complaints == []
