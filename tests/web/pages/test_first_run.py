"""From an empty folder to the first closing sheet, in a browser, with what goes wrong on the way."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest

from kt1custody.core.log import anchor
from kt1custody.errors import MalformedInputError
from kt1custody.signing import person_keys
from tests.kit import cast
from tests.kit.browser import Page, open_page
from tests.kit.counter import download, labels, running, scan, verify_apart

THREE = ("NV021", "NV022", "NV029")
NAMES = ("Bùi Xuân Trường", "Đặng Thị Kim Liên", "Lê Văn Giữ")
DATA = Path(__file__).parents[2] / "data"
FAULT = "document.querySelector('{form} .fault')?.textContent"


def press(page: Page, form: str, until: str) -> str:
    """Press the button of a form; gives its fault, if it shows one before something is so."""
    fault = FAULT.format(form=form)
    page.evaluate(f"document.querySelector('{form} .fault').textContent = ''")
    page.evaluate(f"document.querySelector('{form} button.main').focus()")
    page.press("Enter")
    page.wait_for(f"document.readyState === 'complete' && (({until}) || {fault})")
    return str(page.evaluate(fault) or "")


def answer(page: Page, *officers: str) -> str:
    page.wait_for("document.querySelector('#answers') !== null")
    page.click("input[name=training][value='1']")
    facts = {"log": "kt1.lamdong.vn/68", "name": "Bưu cục KT1", "office": "680900", "number": "68"}
    for name, value in facts.items():
        page.fill(f"#{name}", value)
    for at, staff in enumerate(officers):
        page.fill(f"#staff-{at}", staff)
        page.fill(f"#name-{at}", NAMES[at])
    return press(page, "#answers", "document.querySelector('#passphrase') !== null")


def choose(page: Page, at: int, passphrase: str) -> str:
    page.wait_for(f"document.querySelector('#pass-who').textContent === '{THREE[at]}'")
    page.fill("#pass", passphrase)
    page.fill("#pass-again", passphrase)
    return press(
        page, "#passphrase", f"document.querySelector('[data-print=\"{at}\"]').textContent"
    )


def bring(page: Page, keys: Path, passphrases: tuple[str, str]) -> str:
    for at, passphrase in enumerate(passphrases):
        page.set_files(f"#file-{at}", [keys / f"{THREE[at]}.key"])
        page.fill(f"#pin-{at}", passphrase)
    return press(page, "#bring", "location.pathname === '/first-run/lists'")


def load(page: Page, kind: str, file: Path) -> str:
    page.set_files(f"#file-{kind}", [file])
    page.wait_for(
        "document.querySelectorAll('#pins input').length === 2 ||"
        " document.querySelector('#rule-fault').textContent"
    )
    fault = str(page.evaluate("document.querySelector('#rule-fault').textContent"))
    if not fault:
        for staff in THREE[:2]:
            page.fill(f"#pin-{staff}", cast.PINS[staff])
        page.click("#sign button.main")
        page.wait_for(
            "!document.querySelector('#done').hidden ||"
            " document.querySelector('#sign .fault').textContent"
        )
        fault = page.text("#sign .fault")
    return fault


def sign(page: Page, *people: str) -> None:
    """Let people type their PINs at the one browser that there is."""
    page.wait_for(f"document.querySelectorAll('#pins input').length === {len(people)}")
    for staff in people:
        page.fill(f"#pin-{staff}", cast.PINS[staff])
    page.click("#sign button.main")
    page.wait_for(
        "!document.querySelector('#done').hidden ||"
        " document.querySelector('#sign .fault').textContent"
    )
    assert page.text("#sign .fault") == ""


def enter(page: Page, url: str, staff: str) -> None:
    page.go(f"{url}/sign-in")
    page.wait_for("document.activeElement.id === 'staff'")
    page.fill("#staff", staff)
    page.fill("#pin", cast.PINS[staff])
    page.click("#sign-in button")
    page.wait_for("location.pathname !== '/sign-in' && document.readyState === 'complete'")


def join(page: Page, url: str, *people: str) -> None:
    """Have people make keys of their own, which two officers enrol."""
    page.click("#lock")
    page.click("#sign-out")
    page.wait_for("location.pathname === '/sign-in' && document.readyState === 'complete'")
    for staff in people:
        page.go(f"{url}/sign-in")
        page.wait_for("document.activeElement.id === 'staff'")
        page.evaluate("document.querySelector('#make').setAttribute('open', '')")
        for field, text in (
            ("staff", staff),
            ("pin", cast.PINS[staff]),
            ("pin-again", cast.PINS[staff]),
        ):
            page.fill(f"#new-{field}", text)
        page.press("Enter")
        page.wait_for("!document.querySelector('#made').hidden")
    enter(page, url, THREE[0])
    for _ in people:
        page.go(f"{url}/people")
        page.click(".request [data-verb=enrol]")
        page.choose("#second", THREE[1])
        sign(page, *THREE[:2])


def live_a_morning(page: Page, url: str, folder: Path) -> None:
    """Register from a spreadsheet, print, stick on, scan, and hand over to a courier."""
    join(page, url, cast.CLERK, cast.COURIER)
    enter(page, url, cast.CLERK)
    page.go(f"{url}/register/file")
    page.wait_for("document.activeElement.id === 'file'")
    page.set_files("#file", [cast.write_manifest(folder / "sang.csv", 1)])
    page.wait_for("!document.querySelector('#review').hidden")
    page.evaluate("document.querySelectorAll('#envelope input').forEach(tick => tick.click())")
    sign(page, cast.CLERK)
    page.go(f"{url}/seals/printer")
    page.evaluate(
        "document.querySelectorAll('[data-dpi=\"203\"] input[type=checkbox]')"
        ".forEach((tick) => { tick.checked = true })"
    )
    page.fill("#scanned-203", "KT1 CALIBRATION 203")
    page.press("Enter")
    page.wait_for("!document.querySelector('#done').hidden")
    page.click("#done a")
    page.wait_for("document.querySelectorAll('#waiting tbody tr').length === 1")
    sign(page, cast.CLERK)
    job, printed = labels(page, folder)
    page.go(f"{url}/seals/job/{job}/bind")
    page.wait_for("document.activeElement.id === 'scan-text'")
    for text in printed.values():
        scan(page, text)
    sign(page, cast.CLERK)
    page.go(f"{url}/handover")
    page.wait_for("document.activeElement.id === 'scan-text'")
    page.choose("#giver", cast.CLERK)
    page.choose("#receiver", cast.COURIER)
    for text in printed.values():
        scan(page, text)
    sign(page, cast.CLERK, cast.COURIER)


def closed(page: Page, url: str) -> str:
    """Close the day as an officer; gives the code on the sheet."""
    enter(page, url, THREE[0])
    sheet = pypdfium2.PdfDocument(download(page, "/log/closing.pdf"))
    text = " ".join(one.get_textpage().get_text_range() for one in sheet)
    sheet.close()
    groups = re.findall(r"\b\d{6}\b", text)
    codes = (" ".join(groups[at : at + 7]) for at in range(len(groups)))
    return next(code for code in codes if is_of_log(code))


def is_of_log(code: str) -> bool:
    """Tell the log's code on a closing sheet from that of the book of readings."""
    try:
        return bool(anchor.parse(code))
    except MalformedInputError:
        return False


def verified(home: Path, genesis: str) -> dict[str, object]:
    """Verify the log as an auditor who has the genesis sheet."""
    command = [
        sys.executable, "-m", "kt1custody", "verify", "--json", "--genesis", genesis,
        "--data", str(home / "data"), "--keys", str(home / "keys"),
    ]  # fmt: skip
    told: dict[str, object] = json.loads(subprocess.run(command, capture_output=True).stdout)
    return told


@pytest.mark.slow
def test_a_log_is_founded_in_a_browser_and_verifies(tmp_path: Path):
    home, passphrases = tmp_path / "home", [cast.PINS[staff] for staff in THREE]
    keys = home / "keys"
    with running(home, tmp_path) as (told, _), open_page(f"{told['url']}/") as page:
        assert page.evaluate("location.pathname") == "/first-run"
        assert answer(page, THREE[0], THREE[0], THREE[2])  # nobody is two of the three
        assert not answer(page, *THREE)
        assert choose(page, 0, "aaaabbbbccccdddd")
        assert not choose(page, 0, passphrases[0])
        assert not list(keys.glob("*.key"))  # nothing is made before all three have chosen
        page.go(f"{told['url']}/")  # somebody left the page; the answers are noted, no key was made
        for at, passphrase in enumerate(passphrases):
            assert not choose(page, at, passphrase)
        page.evaluate(
            "(real => { window.fetch = (path, more) => path.includes('/device/') ?"
            " Promise.reject(new TypeError('cut')) : real(path, more) })(window.fetch)"
        )
        assert press(page, "#found", "false")  # the log is there, and then the line was cut

    with running(home, tmp_path) as (told, _), open_page(f"{told['url']}/first-run") as page:
        assert bring(page, keys, (passphrases[0], "not her passphrase"))
        assert not bring(page, keys, (passphrases[0], passphrases[1]))
        assert NAMES[0] in page.text(".who")
        kept = "import('/static/js/key.js').then(key => key.findKey('NV021'))"
        assert page.evaluate(f"{kept}.then(key => key.wrapped.length)") == 32 + 96 + 16
        assert load(page, "agencies", DATA / "agencies.csv")  # they name offices, which come first
        assert not load(page, "offices", DATA / "offices.csv")
        assert not load(page, "agencies", DATA / "agencies.csv")
        page.set_files("#file-people", [DATA / "people.csv"])
        page.wait_for("document.querySelector('#people-says').className")
        assert page.text("#people-says.pill.good")
        page.fill("#scanned", "KT1 CALIBRATIOn 203")
        page.press("Enter")
        assert page.text("#scanner-state.fault")
        page.fill("#scanned", "KT1 CALIBRATION 203")
        page.press("Enter")
        assert page.text("#scanner-state.pill.good")
        kind_of = (
            "(path, more) => fetch(path, more).then(answer => answer.headers.get('content-type'))"
        )
        for path, more in (
            ("genesis.pdf", {}),
            ("label.pdf", {}),
            ("closing.pdf", {"method": "POST"}),
        ):
            given = page.evaluate(f"({kind_of})('/first-run/{path}', {json.dumps(more)})")
            assert given == "application/pdf"
        stick = tmp_path / "stick.key"
        stick.write_bytes(b"not the reserve")
        for raw in (stick.read_bytes(), (keys / "NV029.key").read_bytes()):
            stick.write_bytes(raw)
            page.set_files("#reserve-file", [stick])
            page.click("#reserve button")
            page.wait_for(
                "document.querySelector('#reserve') === null ||"
                " !document.querySelector('#reserve .fault').hidden"
            )
            page.evaluate("document.querySelector('#reserve-file')?.form.reset()")
        assert not (keys / "NV029.key").exists()
        genesis = page.text(".print")
        page.click("#finish")
        page.wait_for("location.pathname === '/overview' && document.readyState === 'complete'")
        live_a_morning(page, told["url"], tmp_path)
        code = closed(page, told["url"])
        bundle = download(page, "/log/bundle.zip")
        assert page.complaints == []

    by_stranger = verify_apart(bundle, tmp_path / "bundle", genesis, "--anchor", code)
    assert by_stranger.stdout.endswith("KHỚP / MATCH\n"), by_stranger.stdout
    assert verified(home, genesis)["findings"] == []
    assert not (keys / "founding.draft").exists()
    for staff in THREE[:2]:  # the command line opens what the browser has locked
        assert person_keys.unlock(keys, staff, cast.PINS[staff], 0).staff == staff


def test_the_cost_of_a_guess_is_the_same_as_of_the_programs_own_key_files():
    code = (Path(person_keys.__file__).parents[1] / "web/static/js/key.js").read_text()
    for name, cost in (("real:", person_keys.NORMAL), ("PRACTICE =", person_keys.TRAINING)):
        memory = f"{cost.memory_kib:_}"
        row = f"{name} {{ memory: {memory}, passes: {cost.passes}, lanes: {cost.lanes} }}"
        assert row in code
    assert "COST = { memory: 65_536, passes: 3, lanes: 1 }" in code
    assert "cost = document.body.dataset.training ? PRACTICE : COST" in code
