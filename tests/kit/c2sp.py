"""Rows of the vectors of C2SP, as stored."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kt1custody.core.formats import note
from kt1custody.core.formats.note import SignatureLine

VECTORS = Path(__file__).parent.parent / "vectors" / "c2sp"
EXAMPLES: dict[str, Any] = json.loads((VECTORS / "examples.json").read_text("utf-8"))
Vector = dict[str, Any]


def each(part: str, wanted: Callable[[Vector], bool] = lambda one: True) -> pytest.MarkDecorator:
    found = [one for one in EXAMPLES[part] if wanted(one)]
    assert found
    return pytest.mark.parametrize("one", found, ids=[one["what"] for one in found])


def is_refused(one: Vector) -> bool:
    return bool(one.get("refused", False))


def is_read(one: Vector) -> bool:
    return not is_refused(one)


def unbase64(told: str) -> bytes:
    return base64.b64decode(told, validate=True)


def told_lines(lines: tuple[SignatureLine, ...]) -> list[list[object]]:
    return [[one.name, one.hash.hex(), len(one.signature)] for one in lines]


def raw_note(one: Vector) -> bytes:
    return bytes(one["note"].encode() if "note" in one else bytes.fromhex(one["note_hex"]))


STRANGER = SignatureLine("nobody", bytes(4), bytes(64))


def noted(text: str) -> bytes:
    return note.spell(text, [STRANGER])
