"""The two catalogues of words, and what counts as a word."""

import re
import unicodedata

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from kt1custody import i18n
from kt1custody.cli import speech
from tests.kit.package import PACKAGE

VI, EN = i18n.language("vi"), i18n.language("en")

CODE = re.compile(r"[a-z]+\.\S.*")  # a sentence never begins so
LETTER = re.compile(r"[^\W\d_]")
WORDS = re.compile(r"[^\W\d_]\S* +\S*[^\W\d_]")  # two words beside each other
VIETNAMESE = re.compile(r"[đĐăĂâÂêÊôÔơƠưƯ\u0300-\u036f]")


def read(language: str) -> Catalog:
    with (PACKAGE / "locale" / language / "LC_MESSAGES" / "kt1.po").open("rb") as file:
        return read_po(file)


def messages(language: str) -> dict[str, Message]:
    return {key(one.id): one for one in read(language) if one.id}


def key(msgid: object) -> str:
    return str(msgid[0] if isinstance(msgid, (tuple, list)) else msgid)


def texts(told: object) -> list[str]:
    return [str(one) for one in told] if isinstance(told, (tuple, list)) else [str(told)]


def speak_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the command line of this process answer in English."""
    monkeypatch.setenv("LANGUAGE", EN.code)  # its library
    for name, value in vars(EN).items():
        monkeypatch.setattr(speech.LANGUAGE, name, value)


def has_tone(text: str) -> bool:
    return bool(VIETNAMESE.search(unicodedata.normalize("NFD", text)))


# Commands to type, and what is never translated.
TYPED = {
    "python3 ",
    " --demo",
    "KT1_DEMO=",
    ".key",
    ".new.key",
    " g",
    "PowerPoint Document",
    "%d/%m/%Y %H:%M",
    "width=device-width, initial-scale=1",
    "default-src 'none'; style-src 'sha256-",
    "'; base-uri 'none'; form-action 'none'",
    "kt1 person enrol",
    "kt1 catalogue ",
    " holder NV011",
    " item show 682600000014 --reader NV001",
    " verify --genesis ",
    ' --anchor "',
    ".png",
    "KT1 CALIBRATION ",
    "-h",
    "--help",
    "NV",
    "NV…",
    "[NV…]",
    "NV… NV…",
    "A|B|C",
    "PNG",
    "kt1.tinh.vn/68",
}
