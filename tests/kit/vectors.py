"""Vectors, as stored."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent.parent / "vectors"


def vectors(name: str, *, refused: bool = False, note: str = "") -> list[Any]:
    told = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    chosen = [one for one in told if ("refused" in one) == refused and one["note"].startswith(note)]
    assert chosen
    return [pytest.param(one, id=str(one["note"])[:40]) for one in chosen]
