"""Makes `.venv` in the checkout with the locked packages and the project itself.

Runs with nothing but Python 3.11 or newer. What is there already is kept; what is half made is
made again. It writes only into `.venv`.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "installed.txt"


def ensure(lock: str) -> Path:
    """Set up if needed.

    Args:
        lock: `run` or `dev`: which file of `.requirements/`.

    Returns:
        The Python of the environment. Ends the program with a plain sentence if it cannot.
    """
    if sys.version_info < (3, 11):
        sys.exit("Cần Python 3.11 trở lên / Python 3.11 or newer is needed: https://python.org")
    wanted = _fingerprint(lock)
    if PYTHON.exists() and STAMP.exists() and wanted in STAMP.read_text("utf-8").split():
        return PYTHON
    print(f"Chuẩn bị {VENV} … / Setting up …", flush=True)
    if not _works(PYTHON):
        _step([sys.executable, "-m", "venv", "--clear", str(VENV)], "venv")
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    lock_file = ROOT / ".requirements" / f"{lock}.lock"
    _step([*pip, "--no-deps", "--require-hashes", "--requirement", str(lock_file)], "packages")
    _step([*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)], "project")
    # A development environment can do all that a running one can.
    stamps = [wanted] if lock == "run" else [wanted, _fingerprint("run")]
    STAMP.write_text("\n".join(stamps), "utf-8")
    return PYTHON


def run(python: Path, *words: str) -> int:
    """Run a Python program of the environment in the checkout; gives its exit code."""
    return subprocess.run([str(python), *words], cwd=ROOT, check=False).returncode


def _fingerprint(lock: str) -> str:
    """Hash all that an installation depends on."""
    digest = hashlib.sha256(f"{lock} {sys.version} {ROOT}".encode())
    words = sorted((ROOT / "kt1custody" / "locale").glob("*/LC_MESSAGES/kt1.po"))
    for path in (ROOT / ".requirements" / f"{lock}.lock", ROOT / "pyproject.toml", *words):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _works(python: Path) -> bool:
    """Tell whether an environment is there and whole enough to install into."""
    try:
        asked = subprocess.run(
            [str(python), "-m", "pip", "--version"], capture_output=True, check=False
        )
    except OSError:
        return False
    return asked.returncode == 0


_HELP = {
    "venv": (
        "Không tạo được môi trường Python. Trên Debian/Ubuntu hãy cài gói python3-venv, rồi chạy "
        "lại. / The Python environment could not be made. On Debian or Ubuntu install the package "
        "python3-venv, then run this again."
    ),
    "packages": (
        "Không cài được các gói. Kiểm tra kết nối tới kho gói Python (hoặc cấu hình pip tới kho "
        "nội bộ), rồi chạy lại; phần đã xong được giữ. / The packages could not be installed. "
        "Check that pip reaches its package index (or set up pip for an internal one), then run "
        "this again; what is done is kept."
    ),
    "project": (
        "Không cài được chương trình vào .venv. Xoá thư mục .venv rồi chạy lại. / The program "
        "could not be installed. Delete the folder .venv, then run this again."
    ),
}


def _step(command: list[str], what: str) -> None:
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        sys.exit(_HELP[what])
