"""An officer's investigation in a real browser: number, story, window of doubt, slip, signed record."""

import hashlib

from tests.kit import cast
from tests.kit.browser import Page
from tests.kit.counter import Counter
from tests.kit.phone import size

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
    n = item(counter)
    with counter.browser(OFFICER) as page:
        page.go(f"{counter.url}/investigate")
        wrong = f"{n + 1:012d}"
        look_up(page, wrong)
        page.wait_for("!document.querySelector('#find-fault').hidden")
        assert "chữ số kiểm tra" in page.text("#find-fault")
        look_up(page, f"{n:012d}")
        page.wait_for(
            f"location.pathname === '/investigate/{n}' && document.readyState === 'complete'"
        )
        assert page.evaluate("document.querySelectorAll('.lane rect').length") >= 3
        assert page.evaluate("document.querySelectorAll('.steps tbody tr').length") >= 4
        assert "Cửa sổ nghi vấn" in page.text("main")
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
        page.go(f"{counter.url}/investigate/{n}")
        assert f"#{before}" in page.text("#slip .plain")
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
