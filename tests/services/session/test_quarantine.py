"""Rubbish on a stick: named in the log, kept within bounds, and never lost silently."""

import hashlib
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from kt1custody.cli import incoming
from kt1custody.cli.main import kt1
from kt1custody.core.formats import frames
from kt1custody.errors import MalformedInputError
from kt1custody.services.session import quarantine as bounds
from kt1custody.services.session.receive import Receipt, receive_all
from tests.kit import at_counter, cast
from tests.kit.phone import Phone, entries, is_sound, quarantine, receive, size, write_acts

PIECES = [b"junk %d" % place for place in range(bounds.HOURLY + 30)]


def total(world: cast.World) -> int:
    return sum(len(content) for _, _, content in quarantine(world))


def listed(pieces: list[bytes]) -> bytes:
    return b"".join(hashlib.sha256(one).digest() + len(one).to_bytes(4, "big") for one in pieces)


def test_a_few_pieces_are_all_kept_and_named(world: cast.World):
    """The honest twin: a stick with a scratch."""
    before = size(world)
    done = receive_all(world.session, PIECES[:5])
    assert [(one.kept, one.is_listed) for one in done] == [(True, False)] * 5
    assert size(world) == before + 5
    assert [content for _, _, content in quarantine(world)] == PIECES[:5]


def test_what_is_too_many_is_listed_in_one_entry(world: cast.World, tmp_path: Path):
    before = size(world)
    done = incoming.acts(world.session, write_acts(tmp_path / "a", *PIECES)).receipts
    assert size(world) == before + bounds.HOURLY + 1
    assert [one.kept for one in done] == [True] * bounds.HOURLY + [False] * 30
    assert [one.is_listed for one in done] == [False] * bounds.HOURLY + [True] * 30
    told = entries(world)[-1].act.fields
    of = listed(PIECES[bounds.HOURLY :])
    assert (told["hash"], told["length"]) == (hashlib.sha256(of).digest(), len(of))
    assert (told["reason"], told["device"]) == ("too-many", None)
    assert quarantine(world)[-1][2] == of or of in [row[2] for row in quarantine(world)]
    assert is_sound(world)


def test_the_same_stick_again_adds_nothing(world: cast.World, tmp_path: Path):
    file = write_acts(tmp_path / "a", *PIECES)
    first = incoming.acts(world.session, file).receipts
    before, kept = size(world), total(world)
    again = incoming.acts(world.session, file).receipts
    assert [(one.entry.seq, one.kept) for one in again] == [
        (one.entry.seq, one.kept) for one in first
    ]
    assert (size(world), total(world)) == (before, kept)


def test_an_hour_later_what_was_listed_has_its_own_entry(world: cast.World, tmp_path: Path):
    file = write_acts(tmp_path / "a", *PIECES)
    incoming.acts(world.session, file)
    world.session.as_of = (world.session.as_of or 0) + 3_700
    again = incoming.acts(world.session, file).receipts
    assert [one.kept for one in again] == [True] * len(PIECES)
    assert {content for _, _, content in quarantine(world)} >= set(PIECES)


def test_a_stick_of_rubbish_is_bounded_in_the_database(world: cast.World, tmp_path: Path):
    pieces = [os.urandom(60_000) for _ in range(60)]
    done = incoming.acts(world.session, write_acts(tmp_path / "a", *pieces)).receipts
    assert total(world) <= bounds.HOURLY_BYTES
    for one, piece in zip(done, pieces, strict=True):  # named, though not kept
        assert one.entry.act.fields["hash"] == hashlib.sha256(piece).digest()
        assert one.kept == (piece in [content for _, _, content in quarantine(world)])
    assert 0 < sum(one.kept for one in done) < len(pieces)
    assert is_sound(world)


def test_what_was_too_much_is_kept_when_the_stick_comes_again(world: cast.World, tmp_path: Path):
    pieces = [os.urandom(60_000) for _ in range(20)]
    file = write_acts(tmp_path / "a", *pieces)
    first = incoming.acts(world.session, file).receipts
    before = size(world)
    world.session.as_of = (world.session.as_of or 0) + 3_700
    again = incoming.acts(world.session, file).receipts
    assert [one.kept for one in first].count(False) == 3
    assert all(one.kept for one in again)
    assert size(world) == before
    assert {content for _, _, content in quarantine(world)} == set(pieces)


def test_in_all_no_more_is_kept_and_nothing_that_was_kept_goes(
    world: cast.World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bounds, "TOTAL", 100)
    first = receive(world.session, bytes(60))
    second = receive(world.session, bytes(61))
    assert (first.kept, second.kept) == (True, False)
    assert [content for _, _, content in quarantine(world)] == [bytes(60), b""]
    assert receive(world.session, bytes(61)) == second


def test_a_device_that_is_named_by_rubbish_costs_others_nothing(world: cast.World, phone: Phone):
    for name in ("PHONE01", "PHONE02"):
        at_counter.enrol_device(world.session, name, "Máy", cast.OFFICE, cast.OFFICERS)
    act = phone.handover()
    junk: list[bytes] = []
    for place in range(bounds.HOURLY + 1):
        spoilt = bytearray(phone.spell(act))
        spoilt[-1 - place // 2] ^= 1 + place % 2
        junk.append(bytes(spoilt))
    done = receive_all(world.session, junk)
    assert done[-1].is_listed
    assert {one.entry.act.fields["device"] for one in done[:-1]} == {"PHONE01"}
    other = phone.act("withdraw", cast.COURIER, {"of": bytes(32), "dev": "PHONE02"})
    assert receive(world.session, phone.spell(other)[:-1] + b"x").kept
    honest: Receipt = receive(world.session, phone.spell(act))
    assert honest.refused is None


def test_who_brought_the_stick_hears_of_it(world: cast.World, tmp_path: Path):
    file = write_acts(tmp_path / "a", *[os.urandom(60_000) for _ in range(20)], *PIECES)
    places = ["--data", str(world.session.data), "--keys", str(world.session.keys)]
    call = [*places, "--as-of", "23/11/2026 10:20", "sync", str(file)]
    shown = CliRunner().invoke(kt1, call).output
    assert "không lưu nội dung, nhật ký chỉ ghi mã băm và độ dài" in shown
    assert "50 phần còn lại không lưu nội dung" in shown
    acts = json.loads(CliRunner().invoke(kt1, [*call, "--json"]).stdout)["acts"]
    assert [one["kept"] for one in acts].count(False) == 3 + 50


def test_a_file_of_more_acts_than_anybody_signs_is_refused_whole(world: cast.World, tmp_path: Path):
    file = tmp_path / "a"
    file.write_bytes(frames.ACTS + bytes(2) * 100_001)
    before = size(world)
    with pytest.raises(MalformedInputError, match="acts-too-many"):
        incoming.acts(world.session, file)
    assert size(world) == before
