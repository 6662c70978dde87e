"""Seals at a counter page: printed, jammed, printed anew, scanned on their envelopes, voided."""

from pathlib import Path

from kt1custody.core.formats import numbers
from kt1custody.services.session import print_book
from kt1custody.store.log import LogBook
from tests.kit import cast
from tests.kit.browser import Page
from tests.kit.counter import Counter, labels, scan

SIGNED = (
    "!document.querySelector('#done').hidden || document.querySelector('#sign .fault').textContent"
)


def sign(page: Page, counter: Counter, *people: str) -> None:
    page.wait_for(f"document.querySelectorAll('#pins input').length === {len(people)}")
    for staff in people:
        page.fill(f"#pin-{staff}", counter.world.pins[staff])
    page.click("#sign button.main")
    page.wait_for(SIGNED)
    assert page.text("#sign .fault") == ""


def choose(page: Page, numbers: list[int]) -> None:
    """Leave what else waits to others."""
    page.wait_for("document.querySelectorAll('#waiting tbody tr').length > 0")
    page.evaluate(
        f"""document.querySelectorAll('#waiting tbody tr').forEach(row => {{
            if ({numbers}.includes(+row.dataset.n) !== row.querySelector('input').checked)
                row.querySelector('input').click()
        }})"""
    )


def prove_printer(page: Page, scanned: str) -> None:
    """Tick what is seen on the test label, and scan its code."""
    page.evaluate(
        "document.querySelectorAll('[data-dpi=\"203\"] input[type=checkbox]')"
        ".forEach((tick) => { tick.checked = true })"
    )
    page.fill("#scanned-203", scanned)
    page.press("Enter")


def count(page: Page, n: int) -> None:
    page.wait_for(f"document.querySelectorAll('#list tbody tr').length === {n}")


def test_a_job_jams_is_resumed_and_every_label_is_scanned_on_its_envelope(
    quiet_counter: Counter, tmp_path: Path
):
    counter = quiet_counter
    registered = counter.register(tmp_path, 40, 4)
    with counter.browser(cast.CLERK) as page:
        page.go(f"{counter.url}/register")  # after a break: what was registered has no seal yet
        assert page.text("#unsealed").startswith("4 ")
        page.click("#unsealed a")
        page.wait_for("document.querySelectorAll('#waiting tbody input').length > 0")
        page.click("#all")
        page.wait_for("document.querySelectorAll('#waiting tbody input:checked').length === 0")
        choose(page, registered)
        page.wait_for("!document.querySelector('#untested').hidden")
        assert page.evaluate("document.querySelectorAll('#pins input').length") == 0
        page.evaluate("document.querySelector('#untested a').click()")
        page.wait_for("document.querySelector('[data-dpi=\"203\"]')?.hidden === false")
        prove_printer(page, "KT1 CALIBRATION 300")
        assert page.text("#test .fault")
        prove_printer(page, "KT1 CALIBRATION 203")
        page.wait_for("!document.querySelector('#done').hidden")
        page.click("#done a")
        choose(page, registered)
        page.choose("#dpi", "300")  # another printer: it was not tested
        page.wait_for("document.querySelectorAll('#pins input').length === 0")
        page.choose("#dpi", "203")
        sign(page, counter, cast.CLERK)
        job, printed = labels(page, tmp_path)
        assert sorted(printed) == registered

        page.go(f"{counter.url}/seals/job/{job}")
        page.wait_for(
            "document.querySelector('#notes').textContent !== ''"
        )  # who witnesses mark A?
        first, second, third, fourth = registered
        assert page.evaluate("document.querySelectorAll('#pins input').length") == 0
        scan(page, printed[first])
        scan(page, printed[second])
        page.wait_for("document.querySelector('#tally').textContent === '2/4'")
        shown = "[...document.querySelectorAll('#expected tr[data-n]:not([hidden])')].map(row => +row.dataset.n)"
        page.wait_for(f"{shown}.join() === '{third},{fourth}'")
        sign(page, counter, cast.CLERK)
        again, anew = labels(page, tmp_path)
        assert sorted(anew) == [third, fourth]

        page.go(f"{counter.url}/seals/job/{again}/bind")
        page.wait_for("document.activeElement.id === 'scan-text'")
        scan(page, printed[third])  # the spoilt label is on an envelope
        page.wait_for("document.querySelector('#list tr.stop') !== null")
        assert page.evaluate("document.querySelector('#list tr.stop .pill.good').hidden")
        assert page.evaluate("document.querySelector('#sign button.main').disabled")
        page.click("#list tr.stop button")
        count(page, 0)
        for n, text in ((fourth, anew[fourth]), (first, printed[first]), (third, anew[third])):
            scan(page, text)
            page.wait_for(
                "document.querySelector('#last-number').textContent ==="
                f" '{numbers.format_item_number(n)}'"
            )
        assert page.text("#tally") == "2/2"
        assert page.text("#list tr.stop .number small").startswith("✕")  # of another job
        assert "→" in page.text("#last-envelope")
        scan(page, printed[third])  # beside the good one
        two = counter.world.session.language.say(
            "another seal of this item was scanned before: one of the two is not the right one"
        )
        page.wait_for(f"document.querySelector('#scan-fault').textContent.includes('{two}')")
        scan(page, printed[second])  # of mark A
        count(page, 4)
        page.wait_for("!document.querySelector('#witness-row').hidden")
        page.choose("#witness", cast.CONTROLLER)
        sign(page, counter, cast.CLERK, cast.CONTROLLER)
        assert page.complaints == []
    with counter.world.session.database.read() as connection:
        book = LogBook(connection)
        assert all((item := book.item(n)) and item.seal for n in registered)
    jammed = print_book.job(counter.world.session, job)
    assert [label.state for label in jammed.labels] == ["bound", "bound", "void", "void"]


def test_labels_are_given_once_and_to_their_own_visit_alone(quiet_counter: Counter, tmp_path: Path):
    counter = quiet_counter
    [n] = counter.register(tmp_path, 50, 1)
    with counter.browser(cast.CLERK) as page:
        page.evaluate("localStorage.setItem('kt1-printer-tested', '203')")
        page.go(f"{counter.url}/seals")
        choose(page, [n])
        sign(page, counter, cast.CLERK)
        job, printed = labels(page, tmp_path)
        draw = (
            "fetch('/api/labels', {method: 'POST', headers: {'content-type': 'application/json'},"
            " body: '{}'}).then(told => told.json()).then(told => told.error.code)"
        )
        assert page.evaluate(draw) == "no-labels-waiting"
        assert counter.ask(f"/seals/labels/{job}.pdf")[0] == 303  # to the page where one signs in

        page.go(f"{counter.url}/seals/void")
        page.wait_for("document.activeElement.id === 'scan-text'")
        scan(page, printed[n])
        count(page, 1)
        page.choose("#reason", "torn")
        page.click("#reprint")
        sign(page, counter, cast.CLERK)
        again, anew = labels(page, tmp_path)
        assert again != job
        assert list(anew) == [n]
        page.go(f"{counter.url}/seals/spoiled")
        assert job in page.text(".spoiled")

        page.go(f"{counter.url}/item/{n:012d}")
        page.click("a[href^='/seals/void']")  # the sender takes it back over the counter
        page.wait_for("document.querySelectorAll('#list tbody tr').length === 1")
        page.choose("#reason", "cancelled")
        sign(page, counter, cast.CLERK)
        assert page.complaints == []
    [label] = print_book.job(counter.world.session, job).labels
    assert (label.state, label.reason) == ("void", "torn")
    assert n not in counter.held_by(str(cast.OFFICE))
