"""Makes `.venv` in the checkout with the locked packages and the project, and starts programs in it.

Runs with nothing but Python 3.11 or newer; the first lines run with 3.6 too, to say so. What is
there already is kept; what is half made is made again. It writes only into `.venv`.
"""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "installed.txt"
LOCKS = {
    "run": ("run.lock", "web.lock.json"),
    "dev": ("dev.lock", "web.lock.json", "web-dev.lock.json"),
}
FAILED = 5  # as `kt1` ends where the machine is at fault


def say(text: str, stream: "TextIO | None" = None) -> None:
    """Print a line, whatever letters the console knows; a console that is gone is no error."""
    stream = stream or sys.stdout
    if stream is None:
        return
    encoding = getattr(stream, "encoding", None) or "ascii"
    try:
        stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
        stream.flush()
    except (OSError, ValueError):
        pass


if sys.version_info < (3, 11):
    version = ".".join(map(str, sys.version_info[:2]))
    say(
        f"Cần Python 3.11 trở lên; đây là Python {version}. / "
        f"Python 3.11 or newer is needed; this is Python {version}. https://python.org",
        sys.stderr,
    )
    sys.exit(FAILED)


def ensure(lock: str) -> Path:
    """Set up if needed.

    Args:
        lock: `run` or `dev`: which file of `.requirements/`.

    Returns:
        The Python of the environment. Ends the program with a plain sentence if it cannot.
    """
    wanted = _fingerprint(lock)
    if PYTHON.exists() and STAMP.exists() and wanted in STAMP.read_text("utf-8").split():
        return PYTHON
    say(f"Chuẩn bị {VENV} … / Setting up …")
    if not _works(PYTHON):
        _step("venv", sys.executable, "-m", "venv", "--clear", str(VENV))
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check"]
    install = [*pip, "install", "--quiet", "--no-user", "--no-deps"]
    # The lock is complete, so nothing is resolved again: an old pip does that wrongly with hashes.
    lock_file = ROOT / ".requirements" / f"{lock}.lock"
    _step("packages", *install, "--require-hashes", "--requirement", str(lock_file))
    _step("project", *install, "--no-build-isolation", "--editable", str(ROOT))
    _step("lock", *pip, "check")
    if lock == "dev":
        tools = str(ROOT / ".requirements" / "web-dev.lock.json"), str(VENV / "web-tools")
        _step("web-tools", str(PYTHON), str(ROOT / "scripts" / "npm_packages.py"), *tools)
    # A development environment can do all that a running one can.
    stamps = [wanted] if lock == "run" else [wanted, _fingerprint("run")]
    STAMP.write_text("\n".join(stamps), "utf-8")
    return PYTHON


def become(python: Path, *words: str) -> None:
    """Replace this program by one of the environment, in the folder where the caller stands.

    Signals and exit code are the program's own. It looks for nothing in the caller's folder, and
    what the caller's environment says to Python and pip does not reach it.
    """
    command = [str(python), "-I", "-X", "utf8", *words]
    if os.name == "posix":
        os.execve(command[0], command, clean_environment())  # noqa: S606  # no shell is wanted
    try:  # Windows starts a second program and returns at once
        sys.exit(subprocess.run(command, env=clean_environment(), check=False).returncode)
    except KeyboardInterrupt:  # the program has had it too, and has said so
        sys.exit(130)


def run(python: Path, *words: str) -> int:
    """Run a Python program of the environment in the checkout; gives its exit code."""
    command = [str(python), *words]
    return subprocess.run(command, cwd=ROOT, env=clean_environment(), check=False).returncode


def run_here(python: Path, *words: str) -> int:
    """Run a Python program of the environment where the caller stands; gives its exit code."""
    command = [str(python), "-I", "-X", "utf8", *words]
    return subprocess.run(command, env=clean_environment(), check=False).returncode


# How pip reaches its index; all else that it may be told, such as another folder, is not for us.
_INDEX = re.compile(
    r"PIP_(INDEX_URL|EXTRA_INDEX_URL|NO_INDEX|FIND_LINKS|TRUSTED_HOST|CERT|CLIENT_CERT|PROXY"
    r"|KEYRING_PROVIDER|CONFIG_FILE|CACHE_DIR|NO_CACHE_DIR|DEFAULT_TIMEOUT|TIMEOUT|RETRIES)"
)


def clean_environment() -> dict[str, str]:
    """Copy the environment without what would steer Python or pip elsewhere."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(("PIP_", "PYTHON", "__PYVENV"))
        or _INDEX.fullmatch(name.upper())
    }


def _fingerprint(lock: str) -> str:
    """Hash all that an installation depends on."""
    digest = hashlib.sha256(f"{lock} {ROOT}".encode())
    words = sorted((ROOT / "kt1custody" / "locale").glob("*/LC_MESSAGES/kt1.po"))
    locks = [ROOT / ".requirements" / name for name in LOCKS[lock]]
    for path in (*locks, ROOT / "pyproject.toml", *words):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _works(python: Path) -> bool:
    """Tell whether an environment is there and whole enough to install into."""
    try:
        answer = subprocess.run(
            [str(python), "-m", "pip", "--version"], capture_output=True, check=False
        )
    except OSError:
        return False
    return answer.returncode == 0


_CAUSES = (
    (
        "No space left|Errno 28|Errno 122",
        "Đĩa đầy: hãy dọn đĩa rồi chạy lại. / The disk is full: make room, then run this again.",
    ),
    (
        "Read-only file system|Permission denied|Access is denied|Errno 13|Errno 30",
        "Không ghi được vào {venv}: hãy chép chương trình vào một thư mục của bạn rồi chạy ở đó. / "
        "{venv} cannot be written: copy the program to a folder of your own and run it there.",
    ),
    (
        "ensurepip",
        "Thiếu phần venv của Python. Trên Debian/Ubuntu hãy cài gói python3-venv rồi chạy lại. / "
        "A part of Python is missing. On Debian or Ubuntu install the package python3-venv, then "
        "run this again.",
    ),
    (
        "DO NOT MATCH THE HASHES|hash mismatch",
        "Kho gói đưa ra một gói khác với gói đã chốt: đừng cài, hãy báo người quản lý kho gói. / "
        "The package index gave a package that is not the one that was locked: do not install it, "
        "tell whoever keeps the index.",
    ),
    (
        "CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError",
        "Chứng chỉ của kho gói không được tin cậy: hãy cho pip biết chứng chỉ (PIP_CERT), xem đồng "
        "hồ máy có đúng không, rồi chạy lại. / The certificate of the package index is not trusted: "
        "give pip its certificate (PIP_CERT), see that the machine's clock is right, then run this "
        "again.",
    ),
    (
        "Failed building wheel|error: subprocess-exited-with-error|build_wheel",
        "Một gói không có bản dựng sẵn cho máy này. Hãy dùng Python 3.11 đến 3.13 trên Linux, macOS "
        "hoặc Windows 64 bit. / A package has no ready build for this machine. Use Python 3.11 to "
        "3.13 on 64-bit Linux, macOS or Windows.",
    ),
    (
        "No matching distribution|Could not find a version|Connection|Temporary failure|timed out"
        "|Max retries|ProxyError|Name or service not known|getaddrinfo",
        "pip không tìm được các gói trong kho: hãy kiểm tra mạng, hoặc đặt PIP_INDEX_URL hay "
        "PIP_FIND_LINKS tới kho nội bộ, rồi chạy lại; phần đã xong được giữ. / pip did not find the "
        "packages in its index: check the network, or set PIP_INDEX_URL or PIP_FIND_LINKS to an "
        "internal one, then run this again; what is done is kept.",
    ),
)
_UNKNOWN = {
    "venv": (
        "Không tạo được môi trường Python trong {venv}. / The Python environment could not be made "
        "in {venv}."
    ),
    "packages": "Không cài được các gói. / The packages could not be installed.",
    "project": (
        "Không cài được chương trình vào {venv}: hãy xoá thư mục đó rồi chạy lại. / The program "
        "could not be installed into {venv}: delete that folder, then run this again."
    ),
    "lock": (
        "Danh sách gói đã chốt không đủ: người phát triển chạy scripts/lock.py rồi gửi lại. / The "
        "list of locked packages is not complete: a developer runs scripts/lock.py and sends it "
        "again."
    ),
}


def _step(name: str, *command: str) -> None:
    """Run one step; where it fails, show its own last words and the cause in a plain sentence."""
    environment = clean_environment()
    if not _has_home():
        environment["PIP_NO_CACHE_DIR"] = "1"
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    except KeyboardInterrupt:
        say("Đã dừng; chạy lại để làm tiếp. / Stopped; run this again to go on.", sys.stderr)
        sys.exit(130)
    if done.returncode == 0:
        return
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    output = "\n".join(line for line in lines if not line.lstrip().startswith("WARNING"))
    say(output[-2_000:], sys.stderr)
    causes = [
        sentence for pattern, sentence in _CAUSES if name != "lock" and re.search(pattern, output)
    ]
    say((causes or [_UNKNOWN[name]])[0].format(venv=VENV), sys.stderr)
    sys.exit(FAILED)


def _has_home() -> bool:
    try:
        return Path.home().is_dir()
    except RuntimeError:  # neither HOME nor an account that the system knows
        return False


if __name__ == "__main__":
    ensure("dev")
