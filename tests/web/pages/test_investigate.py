"""An officer's investigation in a real browser: number, story, window of doubt, slip, signed record."""

import hashlib

from kt1custody.core.formats import numbers
from kt1custody.core.log import anchor
from kt1custody.core.manifest.list_rows import Person
from kt1custody.services.evidence import closing
from kt1custody.signing.person_keys import PersonKey
from tests.kit import at_counter, cast
from tests.kit.at_counter import Handover, hand_over
from tests.kit.browser import Page
from tests.kit.counter import Counter
from tests.kit.pages_here import PagesHere
from tests.kit.phone import Phone, receive, size

OFFICER = cast.OFFICERS[0]
PATHS = ("/investigate", "/investigate/{n}", "/entry/5", "/entry/5/raw", "/alarms", "/settle/{n}")


def item(counter: Counter, holder: str = cast.COURIER) -> int:
    with counter.world.session.database.read() as connection:
        from kt1custody.store.log import LogBook

        return LogBook(connection).items(holder=holder)[-1].n


def look_up(page: Page, text: str) -> None:
    page.fill("#number", text)
    page.press("Enter")


def status_of(page: Page, path: str, body: str = "undefined") -> int:
    options = (
        f"{{method: 'POST', headers: {{'content-type': 'application/json'}}, body: {body}}}"
        if body != "undefined"
        else "{}"
    )
    return int(page.evaluate(f"fetch('{path}', {options}).then(answer => answer.status)"))


def test_an_officer_finds_an_item_opens_its_slip_and_reads_what_was_signed(counter: Counter):
    n, code = item(counter), anchor.code(closing.close(counter.world.session).checkpoint)
    with counter.browser(OFFICER) as page:
        page.go(f"{counter.url}/investigate")
        wrong = f"{n + 1:012d}"
        look_up(page, wrong)
        page.wait_for("!document.querySelector('#find-fault').hidden")
        assert "chữ số kiểm tra" in page.text("#find-fault")
        heard = f"{n:012d}"[:8] + f"{n:012d}"[9] + f"{n:012d}"[8] + f"{n:012d}"[10:]
        look_up(page, heard)
        page.wait_for("!document.querySelector('#near').hidden")
        page.click(f"#near a[href='/investigate/{n}']")
        page.wait_for(
            f"location.pathname === '/investigate/{n}' && document.readyState === 'complete'"
        )
        assert page.evaluate("document.querySelectorAll('.lane rect').length") >= 3
        assert page.evaluate("document.querySelectorAll('.steps tbody tr').length") >= 4
        assert page.evaluate("document.querySelectorAll('rect.seal').length") == 1
        assert "Cửa sổ nghi vấn" in page.text("main")
        page.fill("#paper-codes", code)
        page.click("#paper-form button")
        page.wait_for("document.querySelector('#paper-answers li') !== null")
        assert "KHỚP tờ giấy" in page.text("#paper-answers")
        before = size(counter.world)
        page.choose("#reason", "inspection")
        page.wait_for("document.querySelector('#pins input')")
        page.fill(f"#pin-{OFFICER}", counter.world.pins[OFFICER])
        page.click("#sign button.main")
        page.wait_for(
            "location.pathname.includes('/opened/') && document.readyState === 'complete'"
        )
        assert "cơ quan gửi" in page.text("main")
        assert size(counter.world) == before + 1
        sealed = page.evaluate(
            "fetch(location.pathname + '/dossier.zip', {method: 'POST'}).then(a => a.text())"
        )
        assert "/disclose/" in sealed  # names in a zip are not packed
        page.click("a[href$='/put-right']")
        page.wait_for("document.querySelector('#second option[value=NV022]') !== null")
        page.fill("#cell-note", "hai cán bộ sửa")
        page.choose("#reason", "mistyped")
        page.choose("#second", cast.OFFICERS[1])
        counter.sign(page, *cast.OFFICERS)
        assert page.text("#sign .fault") == ""
        page.go(f"{counter.url}/investigate/{n}")
        assert "đính chính" in page.text(".steps")
        assert f"#{before}" in page.text("#slip .plain")
        assert "lấy hồ sơ ra · trên trang" in page.text("#slip details")
        assert "cán bộ mở phiếu · trên trang" in page.text("#slip details")
        page.go(f"{counter.url}/entry/{before}")
        assert "chữ ký vừa được kiểm, đúng" in page.text("main")
        assert "kiểm tra, thanh tra" in page.text("main")
        digest = page.evaluate(
            "fetch(location.pathname + '/raw').then(a => a.arrayBuffer())"
            ".then(raw => crypto.subtle.digest('SHA-256', raw))"
            ".then(sum => [...new Uint8Array(sum)].map(b => b.toString(16).padStart(2, '0')).join(''))"
        )
        with counter.world.session.database.read() as connection:
            from kt1custody.store.log import LogBook

            entry = LogBook(connection).entry(before)
        assert digest == hashlib.sha256(entry.raw).hexdigest()
        assert (entry.act.type, entry.act.by) == ("disclose", OFFICER)
        assert status_of(page, f"/investigate/{n}/opened/5") == 409
        assert status_of(page, f"/investigate/{n}/opened/99999999") == 409
        assert status_of(page, "/investigate/1") == 400
        assert status_of(page, f"/investigate/{n}/opened/5/dossier.zip", "'{}'") == 409
        assert status_of(page, "/entry/-1") == 409
        assert page.complaints == []


def test_nobody_else_sees_or_signs_any_of_it(counter: Counter):
    n = item(counter)
    verbs = ("disclose/check", "disclose/propose", "settle/check", "settle/propose")
    for path in PATHS:
        assert counter.ask(path.format(n=n))[0] == 303
    for verb in verbs:
        assert counter.ask(f"/api/{verb}", {"scan": str(n), "reason": "other"})[0] in (400, 401)
    with counter.browser(cast.CLERK) as page:
        for path in PATHS:
            assert status_of(page, path.format(n=n)) == 403
        asked = f"JSON.stringify({{scan: '{n}', reason: 'other'}})"
        assert [status_of(page, f"/api/{verb}", asked) for verb in verbs[:2]] == [403, 403]
        asked = f"JSON.stringify({{scan: '{n}', reason: 'paper', keep: 'none', second: 'NV022'}})"
        assert [status_of(page, f"/api/{verb}", asked) for verb in verbs[2:]] == [403, 403]


def test_who_has_held_an_item_is_warned_and_late_acts_and_both_seals_are_shown(
    pages: PagesHere, day: cast.Day, keys: dict[str, PersonKey]
):
    world, n, minutes = pages.world, day.numbers[5], 1_440
    hand_over(world.at(minutes + 210), Handover(cast.COURIER, cast.CLERK, cast.CONTROLLER), [str(n)],
              confirm=cast.yes)  # fmt: skip
    _, job = at_counter.void(
        world.at(minutes + 220), cast.CLERK, cast.CONTROLLER, str(n), "torn",
        reprint=world.folder / "again.pdf", confirm=cast.yes,
    )  # fmt: skip
    assert job
    serial = numbers.format_serial(job.serials[0][1])
    at_counter.bind(
        world.at(minutes + 230), cast.CLERK, cast.CONTROLLER, [serial], confirm=cast.yes
    )
    hand_over(world.at(minutes + 240), Handover(cast.CLERK, cast.COURIER, cast.CONTROLLER), [str(n)],
              confirm=cast.yes)  # fmt: skip
    phone = Phone(world)
    state = next(one for one in phone.held if one.n == n)
    act = phone.handover(state, at=cast.MORNING + 60 * (minutes + 250))
    receive(world.at(4 * minutes), phone.spell(act))
    html = PagesHere(world, keys).enter(OFFICER).do(f"/investigate/{n}")
    assert html.count('<rect class="seal"') == 2
    assert serial in html
    assert "vào nhật ký muộn 2 ngày 19 giờ" in html
    assert '<line class="late"' in html
    assert "Chính đồng chí đã giữ" not in html
    session = world.at(4 * minutes + 5)
    at_counter.revoke(session, cast.COURIER_2, "left", None, cast.OFFICERS)
    world.pins[cast.COURIER_2] = f"passphrase of {cast.COURIER_2}"
    officer = Person(number=cast.COURIER_2, name="Đỗ Văn Thắng", role="officer", office=cast.OFFICE)
    at_counter.enrol_person(session, officer, cast.OFFICERS)
    session.unlock([cast.COURIER_2])
    former = PagesHere(world, session.unlocked()).enter(cast.COURIER_2)
    assert "Chính đồng chí đã giữ" in former.do(f"/investigate/{n}")
    of_day = former.do(f"/investigate/{n}?day=2026-11-23")
    assert f'href="/investigate/{n}?day=2026-11-23" aria-current="true"' in of_day
    assert former.ask(f"/investigate/{n}?day=yesterday")[0] == 400
