"""The program put together: the clock, what counts beside it, and a session."""

from dataclasses import replace
from pathlib import Path

import pytest

from kt1custody import app, settings
from kt1custody.errors import UnavailableError

SETTINGS = settings.read({"KT1_DATA": "/a/data", "KT1_KEYS": "/a/keys", "KT1_DEVICE": "QUAY07"})


def test_what_counts_goes_on_as_the_clock_and_names_this_start():
    begin, (start, counted) = app.clock(), app.counted()
    assert start
    assert app.counted()[0] == start
    assert 0 <= (app.counted()[1] - counted) - (app.clock() - begin) + 2 <= 4


def test_where_no_start_has_a_name_the_program_s_own_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr(app, "START", tmp_path / "none")
    start, counted = app.counted()
    assert start == app.counted()[0] == app._PROGRAM
    assert counted >= 0


def test_a_session_is_where_the_settings_say_unless_others_are_named():
    session = app.make_session(SETTINGS)
    assert (session.data, session.keys) == (Path("/a/data"), Path("/a/keys"))
    assert (session.device, session.language) == ("QUAY07", SETTINGS.language)
    assert session.as_of is None
    other = app.make_session(SETTINGS, data=Path("/b"), as_of=7)
    assert (other.data, other.keys, other.as_of) == (Path("/b"), Path("/a/keys"), 7)


def test_without_a_folder_there_is_no_session():
    for homeless in (replace(SETTINGS, data=None), replace(SETTINGS, keys=None)):
        with pytest.raises(UnavailableError, match="no-home"):
            app.make_session(homeless)
        named = app.make_session(homeless, data=Path("/b"), keys=Path("/c"))
        assert (named.data, named.keys) == (Path("/b"), Path("/c"))
