"""A folder that somebody hands over holds more than a log: modules, names, and files that hurt (G21)."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kt1custody.cli import outgoing
from kt1custody.core.formats import cbor
from kt1custody.signing import slips
from tests.kit import cast, forge, judges
from tests.kit.forge import entries_of
from tests.kit.judges import Ask, Page
from tests.kit.make_bundle import fix_sums
from tests.kit.phone import Fields, Phone, entries, receive

# What the script imports, what Python looks for when it starts, and what these import themselves.
MODULES = (
    "base64 hashlib hmac json re stat collections datetime pathlib typing cryptography _cffi_backend os "
    "posix io abc codecs encodings enum functools struct binascii _hashlib warnings ntpath"
)
ALL = ("kt1 verify", "verify.py", "verify.html")
STARTING = "sitecustomize usercustomize"
OURS = "json hashlib base64 hmac typing pathlib datetime"
LIE = """\
import pathlib, sys
pathlib.Path({mark!r}).write_text("loaded")
print("KHỚP / MATCH")
sys.exit(0)
"""


@pytest.fixture
def bundle(world: cast.World, tmp_path: Path) -> Path:
    outgoing.bundle(world.session, tmp_path / "bundle")
    world.session.close()
    return tmp_path / "bundle"


@pytest.fixture
def ask(request: pytest.FixtureRequest, page: Page) -> Ask:
    asked: dict[str, Ask] = {
        "kt1 verify": judges.by_program, "verify.py": judges.by_script, "verify.html": page,
    }  # fmt: skip
    return asked[request.param]


def plant(folder: Path, names: str) -> Path:
    mark = folder / "mark"
    for name in names.split():
        (folder / f"{name}.py").write_text(LIE.format(mark=str(mark)), "utf-8")
    (folder / "evil.pth").write_text("import json\n", "utf-8")
    package = folder / "cryptography"
    package.mkdir()
    (package / "__init__.py").write_text(LIE.format(mark=str(mark)), "utf-8")
    return mark


def start(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | environment,
        check=False,
    )


def test_the_readme_names_the_start_that_imports_nothing_from_here(bundle: Path):
    assert "python3 -I verify.py --genesis" in (bundle / "README.txt").read_text("utf-8")


@pytest.mark.parametrize("words", [["-I", "verify.py"], ["verify.py"]], ids=" ".join)
def test_modules_beside_the_verifier_and_where_it_is_started_are_never_loaded(
    bundle: Path, tmp_path: Path, words: list[str]
):
    genesis = ["--genesis", forge.genesis_of(bundle).hex()]
    honest = start(bundle, *words, *genesis)
    assert (honest.returncode, "KHÔNG ĐỦ" in honest.stdout) == (3, True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    marks = [plant(elsewhere, f"{MODULES} {STARTING}")]
    there = start(elsewhere, *words[:-1], str(bundle / "verify.py"), *genesis)
    assert there.stdout == honest.stdout
    marks.append(plant(bundle, f"{MODULES} {STARTING}"))
    beside = start(bundle, *words, *genesis)
    assert (beside.returncode, "KHỚP / MATCH" in beside.stdout) == (4, False)
    assert not [mark for mark in marks if mark.exists()]


@pytest.mark.parametrize("words", [["-I"], []], ids=" ".join)
def test_neither_pythonpath_nor_the_user_s_packages_are_asked(
    bundle: Path, tmp_path: Path, words: list[str]
):
    home = tmp_path / "home"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = home / ".local/lib" / version / "site-packages"
    packages.mkdir(parents=True)
    shutil.copytree(bundle, tmp_path / "lies")
    # What Python itself loads when it is started without -I has run before any script.
    marks = [plant(tmp_path / "lies", f"{MODULES} {STARTING}" if words else OURS)]
    (packages / "cryptography.py").write_text(LIE.format(mark=str(home / "mark")), "utf-8")
    told = start(bundle, *words, "verify.py", PYTHONPATH=str(tmp_path / "lies"), HOME=str(home))
    assert (told.returncode, "KHỚP / MATCH" in told.stdout) == (3, False)
    assert not [mark for mark in (*marks, home / "mark") if mark.exists()]


def test_it_says_from_where_its_cryptography_comes_and_takes_none_from_the_folder(
    bundle: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    honest = start(bundle, "-I", "verify.py")
    assert "Thư viện / Library: cryptography" in honest.stdout
    assert "site-packages/cryptography" in honest.stdout
    monkeypatch.setattr(sys, "path", [*sys.path, str(bundle / "lib")])
    assert forge.verifier.main([str(bundle)]) == 5
    assert str(bundle / "lib") in capsys.readouterr().err


STEERING = "\x1b[2J\x1b]0;x\x07\u202e\u2066\x9b31m\r"


@pytest.mark.parametrize("form", ["text", "json"])
def test_names_in_a_bundle_steer_no_terminal(bundle: Path, form: str):
    honest = start(bundle, "-I", "verify.py")
    assert honest.returncode == 3
    for below in ("logs", "entries", "tsa", "keys", "catalogues"):
        place = bundle / below / f"a{STEERING}b"
        place.mkdir(parents=True)
        (place / "checkpoint").write_bytes(b"x\n1\n\n")
    home = next((bundle / "logs").glob("kt1*"))
    home.rename(bundle / "logs" / f"{STEERING}\nKHỚP ∕ MATCH")
    fix_sums(bundle)
    words = ["--json"] if form == "json" else []
    module = [sys.executable, "-m", "kt1custody", *words, "verify", str(bundle)]
    by_program = subprocess.run(module, capture_output=True, encoding="utf-8", check=False)
    for told in (start(bundle, "-I", "verify.py", *words), by_program):
        assert told.returncode == 4
        for text in (told.stdout, told.stderr):
            assert all(sign.isprintable() or sign == "\n" for sign in text), ascii(text)
        assert "\nKHỚP" not in told.stdout


def test_names_in_an_opened_record_begin_no_line(world: cast.World, phone: Phone, tmp_path: Path):
    """A clerk alone corrects what they registered, by file, to a record of their own."""
    salt, record = bytes(32), {f"{STEERING}\nKHỚP: đúng / MATCH": f"\nKHỚP / MATCH{STEERING}"}
    commit = slips.commit(salt, record)
    register = next(one for one in entries(world) if one.act.type == "register")
    n, who = register.act.lines[0].n, register.act.by
    own: Fields = {
        "by2": None, "by3": None, "officers": False, "of": register.act.hash, "field": "commit",
        "value": commit, "reason": "mistyped",
    }  # fmt: skip
    receive(world.session, phone.spell(phone.act("correct", who, own, [{"n": n}])))
    folder = tmp_path / "dossier"
    outgoing.dossier(world.session, str(n), folder)
    (folder / "disclose").mkdir()
    (folder / "disclose" / f"{commit.hex()}.cbor").write_bytes(cbor.encode([salt, record]))
    fix_sums(folder)
    module = [sys.executable, "-m", "kt1custody", "verify", str(folder)]
    by_program = subprocess.run(module, capture_output=True, encoding="utf-8", check=False)
    for told in (start(folder, "-I", "verify.py"), by_program):
        assert told.returncode == 3  # not compared with a genesis hash, and nothing wrong
        assert commit.hex() in told.stdout
        assert all(sign.isprintable() or sign == "\n" for sign in told.stdout)
        assert "\nKHỚP" not in told.stdout


@pytest.mark.parametrize("ask", ALL, indirect=True)
def test_a_file_that_is_too_long_for_its_kind_is_not_opened(bundle: Path, ask: Ask, tmp_path: Path):
    assert ask(bundle, None, judges.NOTHING).kinds == set()
    note = next(bundle.glob("logs/**/checkpoint"))
    line = note.read_bytes().splitlines(keepends=True)[-1]
    # A note that is right but for its length: lines of keys that nobody knows are passed over.
    note.write_bytes(note.read_bytes() + (line[:5] + b"x" * 650_000 + line[4:]) * 97)
    assert note.stat().st_size > 63_000_000
    fix_sums(bundle)
    begin = time.monotonic()
    answer = ask(bundle, None, judges.NOTHING)
    assert (answer.verdict, "bundle-file" in answer.kinds) == ("wrong", True)
    assert time.monotonic() - begin < 20
    held = judges.Held(files=(note.rename(tmp_path / "63-mb"),))
    assert "evidence-unreadable" in ask(bundle, None, held).not_checked


def test_a_log_of_full_tiles_is_within_every_bound(bundle: Path):
    assert max(map(len, entries_of(bundle))) < forge.verifier.MOST_NOTE
    assert forge.verifier.MOST_BUNDLE == 256 * (2 + 65_535)
