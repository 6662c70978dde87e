"""Status note and load list: one spelling, and vectors made without the program's code."""

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.formats import note, numbers
from kt1custody.core.seals import status
from kt1custody.core.seals.status import Head, KeyState, Load, LoadLine, StatusNote
from kt1custody.errors import MalformedInputError
from kt1custody.signing import sign

FOLDER = Path(__file__).parents[2] / "vectors"
ORIGIN = "kt1.lamdong.vn/68/e1"
Vector = dict[str, Any]
NOTES: list[Vector] = json.loads((FOLDER / "trust" / "notes.json").read_text("utf-8"))
READ: dict[str, Callable[[str, str], StatusNote | Load]] = {
    "status": status.read_status,
    "load": status.read_load,
}

TIMES, HASHES = st.integers(0, 2**40), st.binary(min_size=32, max_size=32)
HEADS = st.builds(
    Head, origin=st.just(ORIGIN), size=st.integers(0, 10**9), root=HASHES, issued=TIMES, next=TIMES
)
SERIALS = st.integers(numbers.FIRST_SERIAL, numbers.LAST_SERIAL)


@st.composite
def key_states(draw: st.DrawFn) -> KeyState:
    voided = tuple(sorted(draw(st.sets(SERIALS, max_size=5))))
    above = SERIALS.filter(lambda one: one >= max(voided, default=0))
    highest = draw(above if voided else st.none() | SERIALS)
    return KeyState(
        kid=draw(st.binary(min_size=8, max_size=8)),
        since=draw(TIMES),
        until=draw(st.none() | TIMES),
        revoked=draw(st.none() | TIMES),
        highest=highest,
        voided=voided,
    )


LINES = st.builds(
    LoadLine,
    st.builds(
        numbers.item_number,
        log_number=st.integers(10, 99),
        year=st.just(2026),
        running=st.integers(1, numbers.LAST_RUNNING),
    ),
    SERIALS,
    st.tuples(HASHES, HASHES),
)


@given(HEADS, HASHES, st.lists(key_states(), max_size=4))
def test_a_status_note_is_read_as_it_was_written(head: Head, control: bytes, keys: list[KeyState]):
    told = StatusNote(head, control, {key.kid: key for key in keys})
    assert status.read_status(status.spell_status(told), ORIGIN) == told


@given(HEADS, st.sampled_from(["NV011", "680900"]), st.lists(LINES, max_size=8))
def test_a_load_list_is_read_as_it_was_written(head: Head, holder: str, lines: list[LoadLine]):
    load = Load(head, holder, {one.serial: one for one in lines})
    assert status.read_load(status.spell_load(load), ORIGIN) == load


def vectors(*, refused: bool) -> list[Any]:
    return [
        pytest.param(one, id=f"{one['note']} {one.get('refused', '')}")
        for one in NOTES
        if ("refused" in one) == refused
    ]


@pytest.mark.parametrize("one", vectors(refused=False))
def test_vectors_are_read_and_written_again(one: Vector):
    name = f"{ORIGIN}/{one['note']}"
    key = sign.from_seed(bytes(range(32)))
    read = note.read(one["signed"].encode())
    assert (key.pub.hex(), note.key_hash(name, key.pub).hex()) == (one["pub"], one["key_hash"])
    [signature] = read.signatures_by(name, key.pub)
    assert signature == key.sign(read.text.encode())
    assert read.text == one["text"]
    told = READ[one["note"]](read.text, ORIGIN)
    again = status.spell_load(told) if isinstance(told, Load) else status.spell_status(told)
    assert again == one["text"]


def test_the_example_of_the_format_page_is_the_vector():
    page = (FOLDER.parent.parent / ".docs" / "formats.md").read_text("utf-8")
    [one] = [one["signed"] for one in NOTES if "signed" in one and one["note"] == "status"]
    assert f"```\n{one}```" in page


def test_vectors_mean_what_they_say():
    [one, other] = [one["text"] for one in NOTES if "refused" not in one]
    told = status.read_status(one, ORIGIN)
    assert (told.head.size, told.head.issued, told.head.next) == (31, 1795000000, 1795086400)
    first, second = told.keys.values()
    assert (first.revoked, first.highest, first.voided) == (None, 65_549, (65_536, 65_537, 65_540))
    assert (second.since, second.until, second.revoked) == (1794000000, 1796000000, 1794500000)
    load = status.read_load(other, ORIGIN)
    assert load.holder == "NV011"
    assert load.knows_item(682600000014)
    assert not load.knows_item(682600000036)


@pytest.mark.parametrize("one", vectors(refused=True))
def test_another_spelling_is_refused(one: Vector):
    with pytest.raises(MalformedInputError):
        READ[one["note"]](one["text"], ORIGIN)


@pytest.mark.parametrize("kind", ["status", "load"])
def test_the_note_of_another_log_is_refused(kind: str):
    [text] = [one["text"] for one in NOTES if one["note"] == kind and "refused" not in one]
    READ[kind](text, ORIGIN)
    with pytest.raises(MalformedInputError):
        READ[kind](text, "kt1.khanhhoa.vn/56/e1")


def test_vectors_are_made_without_the_program_and_are_up_to_date(tmp_path: Path):
    path = FOLDER / "make_trust.py"
    assert "kt1custody" not in path.read_text("utf-8")
    spec = importlib.util.spec_from_file_location("make_trust", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main(tmp_path)
    names = {one.name for one in (FOLDER / "trust").iterdir()}
    assert names == {one.name for one in tmp_path.iterdir()}
    for name in names:
        made = (tmp_path / name).read_text("utf-8")
        assert made == (FOLDER / "trust" / name).read_text("utf-8"), name
