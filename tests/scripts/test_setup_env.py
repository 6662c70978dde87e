"""Setting up and starting, as somebody does on a machine that nobody has prepared."""

import ast
import hashlib
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

import pip
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "scripts"
NOBODY = 54321  # no account has this number
# Root writes where nobody may, unless this is taken from it.
MORTAL = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


def python(code: str, *, cwd: Path = SCRIPTS, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a line beside the scripts."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(SCRIPTS), **more},
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


# The lock


def locked(name: str) -> Mapping[str, str]:
    text = (ROOT / ".requirements" / f"{name}.lock").read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9.-]+)==([^\s;]+)", text, re.MULTILINE))


def needed(extras: set[str]) -> Iterator[Requirement]:
    """All that an installation needs here, whoever asks for it, extras of extras included."""
    todo, done = [("kt1custody", extra) for extra in ["", *extras]], set()
    while todo:
        name, extra = todo.pop()
        if (name, extra) in done:
            continue
        done.add((name, extra))
        for text in metadata.requires(name) or []:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                key = canonicalize_name(requirement.name)
                if key != "kt1custody":
                    yield requirement
                todo += [(key, more) for more in ["", *requirement.extras]]


@pytest.mark.parametrize(("lock", "extras"), [("run", {"build"}), ("dev", {"dev"})])
def test_the_lock_holds_all_that_is_needed_in_the_versions_that_are_asked_for(
    lock: str, extras: set[str]
):
    versions, count = locked(lock), 0
    for requirement in needed(extras):
        assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)]), lock
        count += 1
    assert count > 20


# The scripts alone


@pytest.mark.parametrize("script", ["run.py", "test.py", "check.py", "setup_env.py"])
def test_an_old_python_can_read_the_scripts(script: str):
    ast.parse((SCRIPTS / script).read_text("utf-8"), feature_version=(3, 6))


def test_an_old_python_is_told_so_on_any_console():
    for encoding in ("ascii", "cp1252", "utf-8"):
        done = python(
            "import sys; sys.version_info = (3, 6, 15); import setup_env", PYTHONIOENCODING=encoding
        )
        assert done.returncode == 5
        assert "Python 3.11 or newer is needed; this is Python 3.6." in done.stderr
        assert "Traceback" not in done.stderr


def test_a_console_that_is_gone_or_knows_few_letters_does_not_stop_the_set_up():
    for encoding in ("ascii", "cp1252"):
        done = python("import setup_env; setup_env.say('Chuẩn bị ✓')", PYTHONIOENCODING=encoding)
        assert (done.returncode, done.stderr) == (0, "")
    gone = "import sys, os; os.close(1); sys.stdout = None; import setup_env; setup_env.say('x')"
    assert python(gone).returncode == 0


def test_the_program_takes_the_place_of_the_launcher_in_the_folder_of_the_caller(tmp_path: Path):
    folder = tmp_path / "Bưu cục số 1"
    folder.mkdir()
    (folder / "json.py").write_text("raise SystemExit('of the caller')", "utf-8")
    code = (
        "import os, sys; from pathlib import Path; import setup_env; print(os.getpid(), flush=True);"
        "setup_env.become(Path(sys.executable), '-c',"
        " 'import json, os, sys; print(os.getpid(), os.getcwd(), sys.flags.isolated);"
        ' print(sorted(n for n in os.environ if n.startswith(("PIP_", "PYTHON"))), flush=True);'
        " os.kill(os.getpid(), 15)')"
    )
    done = python(code, cwd=folder, PIP_USER="1", PIP_INDEX_URL="https://index", PYTHONHOME="")
    first, second, names = done.stdout.splitlines()
    assert second == f"{first} {folder} 1"
    assert "PIP_INDEX_URL" in names
    assert "PIP_USER" not in names
    assert "PYTHON" not in names
    assert done.returncode == -15


# What goes wrong with pip


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with an environment and nothing else; each test names its own packages."""
    root = tmp_path_factory.mktemp("checkout") / "Chương trình KT1"
    for name in ("scripts", ".requirements"):
        (root / name).mkdir(parents=True)
    for name in ("setup_env.py", "npm_packages.py"):
        shutil.copy(SCRIPTS / name, root / "scripts")
    for name in ("web.lock.json", "web-dev.lock.json"):
        (root / ".requirements" / name).write_text("[]", "utf-8")
    (root / "pyproject.toml").write_text(
        '[project]\nname = "none"\nversion = "1"\n[build-system]\nrequires = []\n', "utf-8"
    )
    venv.create(root / ".venv", with_pip=False, symlinks=True)
    packages = next((root / ".venv" / "lib").glob("*/site-packages"))
    for path in Path(pip.__file__).parents[1].glob("pip*"):  # faster than installing it once more
        if path.is_dir():
            shutil.copytree(path, packages / path.name)
    return root


def set_up(root: Path, lock: str, **more: str) -> subprocess.CompletedProcess[str]:
    (root / ".requirements" / "dev.lock").write_text(lock, "utf-8")
    return subprocess.run(
        [*MORTAL, sys.executable, root / "scripts" / "setup_env.py"],
        env={**os.environ, "PIP_NO_INDEX": "1", **more},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def wheel(folder: Path, name: str, requires: str = "") -> tuple[Path, str]:
    path = folder / f"{name}-1-py3-none-any.whl"
    about = f"{name}-1.dist-info"
    with zipfile.ZipFile(path, "w") as file:
        more = f"Requires-Dist: {requires}\n" if requires else ""
        file.writestr(
            f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n{more}"
        )
        file.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        file.writestr(f"{about}/RECORD", "")
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_package_that_the_index_lacks_is_said_to_be_missing(bare: Path):
    done = set_up(bare, f"kt1-nowhere==1 --hash=sha256:{'0' * 64}\n", PIP_USER="1", PIP_TARGET="/x")
    assert done.returncode == 5
    assert "No matching distribution found for kt1-nowhere==1" in done.stderr
    assert "pip did not find the packages in its index" in done.stderr


def test_another_package_than_the_locked_one_is_not_installed(bare: Path, tmp_path: Path):
    wheel(tmp_path, "kt1false")
    done = set_up(bare, f"kt1false==1 --hash=sha256:{'0' * 64}\n", PIP_FIND_LINKS=tmp_path.as_uri())
    assert done.returncode == 5
    assert "gave a package that is not the one that was locked" in done.stderr


def test_a_folder_that_may_not_be_written_is_named(bare: Path, tmp_path: Path):
    _, digest = wheel(tmp_path, "kt1right")
    packages = next((bare / ".venv" / "lib").glob("*/site-packages"))
    packages.chmod(0o500)
    try:
        done = set_up(
            bare, f"kt1right==1 --hash=sha256:{digest}\n", PIP_FIND_LINKS=tmp_path.as_uri()
        )
    finally:
        packages.chmod(0o700)
    assert done.returncode == 5
    assert "copy the program to a folder of your own" in done.stderr


def test_a_lock_that_lacks_what_its_packages_need_is_found(bare: Path, tmp_path: Path):
    code = (
        "import setup_env; from pathlib import Path;"
        f"root = Path({str(bare)!r}); python = root / '.venv/bin/python';"
        "setup_env._step('lock', str(python), '-m', 'pip', 'check')"
    )
    path, _ = wheel(tmp_path, "kt1half", requires="kt1other>=1")
    install = [str(bare / ".venv/bin/python"), "-m", "pip", "install", "--no-deps", "--no-index"]
    subprocess.run([*install, str(path)], check=True)
    done = python(code)
    assert done.returncode == 5
    assert "kt1half 1 requires kt1other, which is not installed" in done.stderr
    assert "scripts/lock.py" in done.stderr


# Accounts


def test_an_account_without_a_home_works_in_the_folders_that_are_named(tmp_path: Path):
    if os.geteuid() != 0:
        pytest.skip("only root may take an account that the system does not know")
    reads = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]  # Python, at least
    account = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    words = ["setpriv", *account, *reads, sys.executable, "-I", "-m", "kt1custody"]
    for more, sentence in (
        ([], "This account has no home folder."),
        (["--data", f"{tmp_path}/data", "--keys", f"{tmp_path}/keys"], "There is no log here"),
    ):
        done = subprocess.run(
            [*words, "holder", "NV011", *more],
            env={"LANG": "C.UTF-8", "KT1_LANGUAGE": "en"},
            cwd="/",
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert (done.returncode, done.stdout) == (5, ""), done.stderr
        assert sentence in done.stderr
