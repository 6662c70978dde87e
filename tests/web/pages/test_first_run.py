"""From an empty folder to the first closing sheet, in a browser, with what goes wrong on the way."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kt1custody.signing import person_keys
from tests.kit import cast
from tests.kit.browser import Page, open_page
from tests.kit.counter import running

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
        assert page.complaints == []

    assert verified(home, genesis)["findings"] == []
    assert not (keys / "founding.draft").exists()
    for staff in THREE[:2]:  # the command line opens what the browser has locked
        assert person_keys.unlock(keys, staff, cast.PINS[staff], 0).staff == staff


def test_the_cost_of_a_guess_is_the_same_as_of_the_programs_own_key_files():
    code = (Path(person_keys.__file__).parents[1] / "web/static/js/key.js").read_text()
    for name, cost in (("real", person_keys.NORMAL), ("training", person_keys.TRAINING)):
        memory = f"{cost.memory_kib:_}"
        row = f"{name}: {{ memory: {memory}, passes: {cost.passes}, lanes: {cost.lanes} }}"
        assert row in code
