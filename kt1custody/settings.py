"""What an operator sets: environment variables that begin with `KT1_`, read once at the start.

**Rule:** the only module that looks at the environment. A variable that is not known stops the
start, since it is a typing error more often than not.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kt1custody.core.formats import numbers
from kt1custody.errors import MalformedInputError, UnavailableError
from kt1custody.i18n import LANGUAGES, Language, language

NAMES = (
    "KT1_DATA",
    "KT1_KEYS",
    "KT1_DEMO",
    "KT1_DEVICE",
    "KT1_STAFF",
    "KT1_PIN_FILE",
    "KT1_ZONE",
    "KT1_LANGUAGE",
    "KT1_LABEL_DPI",
)
INSTEAD = ("KT1_DATA", "KT1_KEYS", "KT1_PIN_FILE")  # what `KT1_DEMO` says all at once
LABEL_DPI = ("203", "300")
_TESTS = "KT1_TEST_"  # what the test suite sets for itself


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of this machine.

    Attributes:
        data: Data folder; None if nothing says where, because this account has no home folder.
        keys: Keys folder, never inside the data folder; None likewise.
        device: Name of this machine in the log.
        staff: Who usually sits at this desk, or None.
        pin_file: File with lines `NV011=…`, for practice and tests, or None.
        zone: Time zone of the office.
        label_dpi: Dots an inch of the label printer, 203 or 300.
        language: What the program speaks here.
    """

    data: Path | None
    keys: Path | None
    device: str
    staff: str | None
    pin_file: Path | None
    zone: ZoneInfo
    label_dpi: int
    language: Language


def read(environment: Mapping[str, str] | None = None, *, demo: Path | None = None) -> Settings:
    """Read the settings.

    Args:
        demo: Folder of a training log as `kt1 demo` makes it, in which to find data, keys and PINs,
            whatever the environment says of these; None: as `KT1_DEMO` says, if it is set.

    Raises:
        UnavailableError: `setting-unknown` or `setting-wrong` with its name; `settings-contradict`
            with both names.
    """
    variables = _environment(demo) if environment is None else environment
    for name in variables:
        if name.startswith("KT1_") and name not in NAMES and not name.startswith(_TESTS):
            raise UnavailableError("setting-unknown", name=name)
    practice = variables.get("KT1_DEMO")
    for name in INSTEAD:
        if practice and variables.get(name):
            raise UnavailableError("settings-contradict", name="KT1_DEMO", other=name)
    home = Path(practice) if practice else _home()
    if (variables.get("KT1_LANGUAGE") or LANGUAGES[0]) not in LANGUAGES:
        raise UnavailableError("setting-wrong", name="KT1_LANGUAGE")
    pin_file = variables.get("KT1_PIN_FILE") or (practice and Path(practice, "pins.txt"))
    return Settings(
        _folder(variables.get("KT1_DATA"), home, "data"),
        _folder(variables.get("KT1_KEYS"), home, "keys"),
        _staff(variables, "KT1_DEVICE") or "QUAY01",
        _staff(variables, "KT1_STAFF"),
        Path(pin_file) if pin_file else None,
        _zone(variables.get("KT1_ZONE") or "Asia/Ho_Chi_Minh"),
        _label_dpi(variables.get("KT1_LABEL_DPI") or LABEL_DPI[0]),
        language(variables.get("KT1_LANGUAGE") or LANGUAGES[0]),
    )


def choose_language() -> Language:
    """Give the language of `KT1_LANGUAGE`, Vietnamese unless it says so, and have libraries speak it.

    A language that is not known is refused by `read`, in Vietnamese.
    """
    named = os.environ.get("KT1_LANGUAGE")
    code = named if named in LANGUAGES else LANGUAGES[0]
    os.environ["LANGUAGE"] = code  # where `gettext` looks
    return language(code)


def is_dumb() -> bool:
    """Tell whether the terminal says of itself that its cursor cannot be moved, or says nothing."""
    return os.environ.get("TERM", "dumb") == "dumb"


def _environment(demo: Path | None) -> Mapping[str, str]:
    """Give the environment, with a demo's folder in place of what it says of folders and PINs."""
    if demo is None:
        return os.environ
    return {
        **{name: value for name, value in os.environ.items() if name not in INSTEAD},
        "KT1_DEMO": str(demo),
    }


def _home() -> Path | None:
    try:
        return Path.home() / "kt1"
    except RuntimeError:  # neither HOME nor an account that the system knows
        return None


def _folder(named: str | None, home: Path | None, name: str) -> Path | None:
    if named:
        return Path(named)
    return home and home / name


def _staff(variables: Mapping[str, str], name: str) -> str | None:
    try:
        return numbers.parse_staff_number(variables[name]) if variables.get(name) else None
    except MalformedInputError:
        raise UnavailableError("setting-wrong", name=name) from None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnavailableError("setting-wrong", name="KT1_ZONE") from None


def _label_dpi(dpi: str) -> int:
    if dpi not in LABEL_DPI:
        raise UnavailableError("setting-wrong", name="KT1_LABEL_DPI")
    return int(dpi)
