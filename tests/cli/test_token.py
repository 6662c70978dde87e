"""Tokens by command: shown once, listed, dropped."""

import json

from tests.kit.typed import Run


def test_a_token_is_made_shown_once_listed_and_dropped(run_founded: Run):
    made = json.loads(run_founded("token", "add", "board", "--scope", "events", "--json").stdout)
    assert made["token"].startswith("board.")
    listed = run_founded("token", "list").stdout
    assert "board" in listed
    assert made["token"] not in listed
    run_founded("token", "add", "board", "--scope", "events", code=3)
    run_founded("token", "add", "Board!", "--scope", "events", code=2)
    run_founded("token", "drop", "board")
    assert json.loads(run_founded("token", "list", "--json").stdout) == {"tokens": []}
