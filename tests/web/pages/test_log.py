"""The log's page: its state in a sentence, its verification, and what is taken away and verified."""

import time
from pathlib import Path

import pytest

from kt1custody.core.log import anchor
from kt1custody.services.evidence import closing, verify
from kt1custody.services.evidence.verify import OutsideEvidence
from kt1custody.services.session import readings
from kt1custody.signing.person_keys import PersonKey
from tests.kit import at_counter, cast
from tests.kit.counter import Counter, download, verify_apart
from tests.kit.false_history import unguarded
from tests.kit.pages_here import PagesHere
from tests.kit.phone import Phone, receive, size

OFFICER = cast.OFFICERS[0]


def test_what_an_officer_takes_away_is_verified_by_a_stranger(counter: Counter, tmp_path: Path):
    genesis = counter.world.session.control().genesis
    with counter.world.session.database.read() as connection:
        from kt1custody.store.log import LogBook

        n = LogBook(connection).items(holder=cast.COURIER)[0].n
    with counter.browser(OFFICER) as page:
        page.go(f"{counter.url}/log")
        page.wait_for("document.querySelector('.state').innerText.includes('không thấy điểm sai')")
        assert "Chưa ai bên ngoài làm chứng" in page.text(".state")
        assert "--" not in page.text("main")
        bundle = verify_apart(download(page, "/log/bundle.zip"), tmp_path / "bundle", genesis.hex())
        assert bundle.returncode in (0, 3), bundle.stdout + bundle.stderr
        assert "KHÔNG ĐỦ" in bundle.stdout or "KHỚP" in bundle.stdout
        dossier = download(page, f"/investigate/{n}/dossier.zip")
        told = verify_apart(dossier, tmp_path / "dossier", genesis.hex())
        assert told.returncode in (0, 3), told.stdout + told.stderr
        assert f"{n:012d}"[-4:] in told.stdout
        assert download(page, "/log/closing.pdf").startswith(b"%PDF")
        code = anchor.code(closing.close(counter.world.session).checkpoint)
        page.go(f"{counter.url}/log")
        assert f"{n:012d}"[-4:] in page.text(".downloads ~ ul")
        page.fill("#paper-codes", code)
        page.fill("#genesis", genesis.hex(" ", 4))
        page.evaluate("window.isOld = true")
        page.click("#verify button")
        page.wait_for(
            "!window.isOld && document.querySelector('#progress') === null && "
            "document.querySelector('.state')?.innerText.includes('KHỚP: nhật ký đúng')"
        )
        assert page.evaluate("document.querySelector('.state').className") == "box flat state good"
        assert page.complaints == []


@pytest.mark.parametrize("path", ["/log", "/overview", "/check"])
def test_nobody_sees_it_who_has_not_signed_in(counter: Counter, path: str):
    assert counter.ask(path)[0] == 303


def test_a_courier_gets_none_of_it_and_the_verifier_is_for_everybody(counter: Counter):
    assert "KT1" in str(counter.ask("/verify")[2])
    for path in ("/log/bundle.zip", "/log/closing.pdf"):
        assert counter.ask(path, {})[0] == 303
    with counter.browser(cast.COURIER) as page:
        for path in (
            "/log/bundle.zip",
            "/log/closing.pdf",
            "/investigate/1/dossier.zip",
        ):
            status = page.evaluate(f"fetch('{path}', {{method: 'POST'}}).then(told => told.status)")
            assert status == 403
        assert page.evaluate("fetch('/overview').then(told => told.status)") == 403


def ended(pages: PagesHere, given: OutsideEvidence | None = None) -> str:
    """Verify the log; gives the page that says what it came to."""
    job = pages.site.verification
    assert job.begin(given)
    for _ in range(1_000):
        if job.progress is None:
            return str(pages.enter(OFFICER).do("/log"))
        time.sleep(0.01)
    raise AssertionError


def test_what_is_wrong_is_told_with_its_place(pages: PagesHere):
    assert "chưa kiểm lần nào" in pages.enter(OFFICER).do("/log")
    with unguarded(pages.world) as database:
        [raw] = database.execute("SELECT entry FROM entries WHERE seq = 20").fetchone()
        database.execute("UPDATE entries SET entry = ? WHERE seq = 20", (raw[:-1] + b"\x00",))
    html = ended(pages)
    assert "SAI tại #20" in html
    assert "state bad" in html
    assert "state good" not in html


def test_an_end_that_is_gone_and_acts_of_a_machine_that_are_not_here_are_told(
    pages: PagesHere, keys: dict[str, PersonKey], tmp_path: Path
):
    world = pages.world
    at_counter.enrol_device(world.at(205), "PHONE01", "Điện thoại", cast.OFFICE, cast.OFFICERS)
    phone, whole = Phone(world), size(world)
    phone.handover()  # it never comes
    receive(world.session, phone.spell(phone.handover(phone.held[1])))
    assert "THIẾU luồng của máy: PHONE01 0" in ended(PagesHere(world, keys))
    world.back_up(tmp_path / "backup")
    at_counter.hold(world.at(210), cast.CLERK, cast.CLERK_2, "absent")
    code = anchor.code(closing.close(world.session).checkpoint)
    world.restore(tmp_path / "backup")
    html = ended(PagesHere(world, keys), verify.gather(None, [code]))
    assert f"THIẾU đuôi từ #{whole + 1}" in html
    assert "state bad" in html


def test_who_took_what_is_noted_before_it_is_given(pages: PagesHere, day: cast.Day):
    officer, n = pages.enter(OFFICER), day.numbers[4]
    book = pages.world.session.data / "readings.db"
    book.write_bytes(b"no database at all" * 100)
    assert officer.ask("/log/bundle.zip", {})[0] == 503  # what cannot be noted is not given
    assert officer.ask(f"/investigate/{n}/dossier.zip", {})[0] == 503
    book.unlink()
    assert officer.ask(f"/investigate/{n}/dossier.zip", {})[0] == 200
    assert officer.ask("/log/bundle.zip", {})[0] == 200
    html = officer.do("/log")
    assert "lấy trọn bộ nhật ký ra" in html
    assert "lấy hồ sơ ra" in html
    told = readings.code(pages.world.session)
    assert told
    assert (told[0], told[1] in html) == (2, True)
