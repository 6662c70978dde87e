"""What an operator sets: read as said, or refused with its name."""

import os
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kt1custody import settings
from kt1custody.errors import UnavailableError
from tests.kit.words import EN, VI


def test_nothing_set_is_a_counter_in_vietnam_below_the_home_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert settings.read({}) == settings.Settings(
        data=tmp_path / "kt1" / "data",
        keys=tmp_path / "kt1" / "keys",
        device="QUAY01",
        staff=None,
        pin_file=None,
        zone=ZoneInfo("Asia/Ho_Chi_Minh"),
        label_dpi=203,
        language=VI,
    )


def test_all_that_is_set_is_taken():
    read = settings.read(
        {
            "KT1_DATA": "/a", "KT1_KEYS": "/b", "KT1_DEVICE": "quay07", "KT1_STAFF": "nv001",
            "KT1_PIN_FILE": "/c", "KT1_ZONE": "Asia/Tokyo", "KT1_LANGUAGE": "en",
            "KT1_LABEL_DPI": "300", "KT1_TEST_OF_ITS_OWN": "x", "PATH": "/bin",
        }
    )  # fmt: skip
    assert (read.data, read.keys, read.pin_file) == (Path("/a"), Path("/b"), Path("/c"))
    assert (read.device, read.staff, read.label_dpi) == ("QUAY07", "NV001", 300)
    assert (read.zone.key, read.language) == ("Asia/Tokyo", EN)


def test_what_is_set_to_nothing_is_not_set():
    empty = settings.read({**dict.fromkeys(settings.NAMES, ""), "HOME": "/x"})
    assert empty == settings.read({})


def test_a_demo_says_where_everything_is_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
):
    wanted = (Path("/d/data"), Path("/d/keys"), Path("/d/pins.txt"))
    read = settings.read({"KT1_DEMO": "/d"})
    assert (read.data, read.keys, read.pin_file) == wanted
    monkeypatch.setenv("KT1_DATA", "/elsewhere")
    read = settings.read(demo=Path("/d"))
    assert (read.data, read.keys, read.pin_file) == wanted


@pytest.mark.parametrize(
    ("variables", "code", "name"),
    [
        ({"KT1_DATE": "/a"}, "setting-unknown", "KT1_DATE"),
        ({"KT1_DEVICE": "quay 1"}, "setting-wrong", "KT1_DEVICE"),
        ({"KT1_STAFF": "?"}, "setting-wrong", "KT1_STAFF"),
        ({"KT1_ZONE": "Nowhere/City"}, "setting-wrong", "KT1_ZONE"),
        ({"KT1_ZONE": "../etc"}, "setting-wrong", "KT1_ZONE"),
        ({"KT1_LANGUAGE": "fr"}, "setting-wrong", "KT1_LANGUAGE"),
        ({"KT1_LABEL_DPI": "600"}, "setting-wrong", "KT1_LABEL_DPI"),
        ({"KT1_DEMO": "/d", "KT1_KEYS": "/k"}, "settings-contradict", "KT1_DEMO"),
    ],
)
def test_what_is_wrong_stops_the_start_with_its_name(
    variables: dict[str, str], code: str, name: str
):
    with pytest.raises(UnavailableError, match=code) as caught:
        settings.read(variables)
    assert caught.value.detail["name"] == name


def test_without_a_home_there_is_no_folder(monkeypatch: pytest.MonkeyPatch):
    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", homeless)
    read = settings.read({"KT1_DATA": "/a"})
    assert (read.data, read.keys) == (Path("/a"), None)


@pytest.mark.parametrize(("named", "spoken"), [("en", EN), ("vi", VI), ("fr", VI), ("", VI)])
def test_libraries_speak_the_language_that_is_chosen(
    monkeypatch: pytest.MonkeyPatch, named: str, spoken: object
):
    monkeypatch.setenv("LANGUAGE", "de")
    monkeypatch.setenv("KT1_LANGUAGE", named)
    chosen = settings.choose_language()
    assert chosen is spoken
    assert os.environ["LANGUAGE"] == chosen.code


def test_a_terminal_that_says_nothing_is_dumb(monkeypatch: pytest.MonkeyPatch):
    for name, dumb in (("xterm", False), ("dumb", True)):
        monkeypatch.setenv("TERM", name)
        assert settings.is_dumb() == dumb
    monkeypatch.delenv("TERM")
    assert settings.is_dumb()
