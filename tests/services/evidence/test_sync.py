"""Acts in a file: late, permuted, twice, cut off, spoiled."""

import json
import random
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from kt1custody.cli import incoming
from kt1custody.cli.main import kt1
from kt1custody.core.formats import cbor, frames
from kt1custody.core.formats.frames import unframe
from kt1custody.errors import MalformedInputError, RefusedError, UnavailableError
from kt1custody.services.people import roster
from tests.kit import cast
from tests.kit.at_counter import enrol_device
from tests.kit.phone import Phone, entries, is_sound, quarantine, size, states, write_acts


def morning(phone: Phone) -> list[bytes]:
    """What two couriers did out of reach of the network: five items to and fro."""
    acts = []
    for state in phone.held[:5]:
        there = phone.handover(state, witness=None)
        acts.append(phone.spell(there))
        own = {"to": cast.COURIER, "office": None, "witness": None}
        prev = phone.step(there)
        line = {"n": state.n, "seal": state.seal, "cond": "intact", "prev": prev}
        acts.append(phone.spell(phone.act("handover", cast.COURIER_2, own, [line])))
    return acts


def heads(world: cast.World) -> dict[int, tuple[str, bytes, int]]:
    return {state.n: (state.holder, state.head, state.waiting) for state in states(world)}


@pytest.mark.parametrize("seed", range(6))
def test_any_order_ends_in_the_same_holders(
    world: cast.World, phone: Phone, tmp_path: Path, seed: int
):
    acts = morning(phone)
    mixed = [*acts, *acts[::3]]
    random.Random(seed).shuffle(mixed)
    done = incoming.acts(world.session, write_acts(tmp_path / "mixed.acts", *mixed))
    assert (done.new, done.cut, len(done.receipts)) == (len(acts), False, len(mixed))
    for n, (holder, _, waiting) in heads(world).items():
        if n in {state.n for state in phone.held[:5]}:
            assert (holder, waiting) == (cast.COURIER, 0)
    assert is_sound(world)
    again = incoming.acts(world.session, tmp_path / "mixed.acts")
    assert again.new == 0
    assert [one.spelled for one in again.receipts] == [one.spelled for one in done.receipts]


def test_receipts_come_back_in_the_order_of_the_file(
    world: cast.World, phone: Phone, tmp_path: Path
):
    acts = morning(phone)
    receipts = tmp_path / "receipts"
    done = incoming.acts(world.session, write_acts(tmp_path / "a", *acts), receipts)
    raw = receipts.read_bytes()
    assert raw.startswith(frames.RECEIPTS)
    spelled = unframe(raw.removeprefix(frames.RECEIPTS))
    assert spelled == [one.spelled for one in done.receipts]
    places = {entry.act.hash: entry.leaf for entry in entries(world)}
    for act, one in zip(acts, spelled, strict=True):
        value = cbor.decode(one)
        body = cbor.decode(act)
        assert isinstance(value, list)
        assert isinstance(body, list)
        assert value[3] in places.values()
    with pytest.raises(RefusedError, match="file-exists"):
        incoming.acts(world.session, tmp_path / "a", receipts)


def test_a_file_that_was_cut_off_brings_its_whole_acts(
    world: cast.World, phone: Phone, tmp_path: Path
):
    acts = morning(phone)
    path = write_acts(tmp_path / "cut", *acts)
    path.write_bytes(path.read_bytes()[:-7])
    done = incoming.acts(world.session, path)
    assert (done.cut, done.new) == (True, len(acts) - 1)
    whole = incoming.acts(world.session, write_acts(tmp_path / "whole", *acts))
    assert (whole.cut, whole.new) == (False, 1)
    assert is_sound(world)


def test_a_spoiled_act_is_quarantined_and_the_others_are_taken(
    world: cast.World, phone: Phone, tmp_path: Path
):
    acts = morning(phone)
    spoiled = bytearray(acts[3])
    spoiled[-1] ^= 1
    before = len(quarantine(world))
    done = incoming.acts(
        world.session, write_acts(tmp_path / "a", *acts[:3], bytes(spoiled), b"", b"junk")
    )
    assert [one.refused is None for one in done.receipts] == [True] * 3 + [False] * 3
    assert done.counts["refused"] == 3
    assert len(quarantine(world)) == before + 3
    assert done.receipts[3].entry.act.fields["device"] is None  # nobody has enrolled PHONE01
    assert is_sound(world)


@pytest.mark.parametrize("content", [b"", b"kt1-acts/2\n", b"PK\x03\x04", b"kt1-acts/1"])
def test_another_file_is_refused_whole(world: cast.World, tmp_path: Path, content: bytes):
    path = tmp_path / "x"
    path.write_bytes(content)
    before = size(world)
    with pytest.raises(MalformedInputError, match="not-acts"):
        incoming.acts(world.session, path)
    with pytest.raises(UnavailableError, match="file-unreadable"):
        incoming.acts(world.session, tmp_path / "none")
    assert size(world) == before


def test_missing_acts_of_a_device_are_counted(world: cast.World, phone: Phone, tmp_path: Path):
    enrol_device(world.session, "PHONE01", "Điện thoại 1", cast.OFFICE, cast.OFFICERS)
    acts = morning(phone)
    incoming.acts(world.session, write_acts(tmp_path / "a", acts[0], acts[4]))
    [one] = [d for d in roster.devices(world.session) if d.number == "PHONE01"]
    assert (one.counter, one.missing, one.office) == (4, 3, cast.OFFICE)
    incoming.acts(world.session, write_acts(tmp_path / "b", *acts))
    [one] = [d for d in roster.devices(world.session) if d.number == "PHONE01"]
    assert (one.counter, one.missing) == (9, 0)


def test_enrolled_devices_sign_without_a_note_and_names_are_never_used_again(
    world: cast.World, phone: Phone, tmp_path: Path
):
    enrol_device(world.session, "PHONE01", "Điện thoại 1", cast.OFFICE, cast.OFFICERS)
    world.session.as_of = (world.session.as_of or 0) + 60
    done = incoming.acts(world.session, write_acts(tmp_path / "a", phone.spell(phone.handover())))
    assert done.receipts[0].entry.judgement == ()
    for name in ("PHONE01", cast.COURIER, "QUAY01"):
        with pytest.raises(RefusedError, match="device-known"):
            enrol_device(world.session, name, "Máy", cast.OFFICE, cast.OFFICERS)
    with pytest.raises(RefusedError, match="device-name-long"):
        enrol_device(world.session, "P" * 13, "Máy", cast.OFFICE, cast.OFFICERS)
    for name in ("", "x" * 101, "a\u202eb"):
        with pytest.raises(MalformedInputError, match="text-not-allowed"):
            enrol_device(world.session, "PHONE02", name, cast.OFFICE, cast.OFFICERS)
    assert is_sound(world)


def test_the_command_names_what_is_not_plain(world: cast.World, phone: Phone, tmp_path: Path):
    acts = morning(phone)
    path = write_acts(tmp_path / "a", acts[1], b"junk")
    places = ["--data", str(world.session.data), "--keys", str(world.session.keys)]
    call = [*places, "--as-of", "23/11/2026 10:20", "sync", str(path)]
    shown = CliRunner().invoke(kt1, call)
    assert shown.exit_code == 0, shown.output
    assert "đang chờ bước trước đó" in shown.output
    assert "cách ly" in shown.output
    answer = json.loads(CliRunner().invoke(kt1, [*call, "--json"]).stdout)
    assert [one["outcome"] for one in answer["acts"]] == ["waiting", "refused"]
    assert answer["new"] == 0


def test_nothing_acknowledged_is_lost_when_the_log_cannot_be_written(
    world: cast.World, phone: Phone, tmp_path: Path
):
    acts = morning(phone)
    with world.session.database.write() as connection:
        connection.execute(sa.text("CREATE TEMP TRIGGER full BEFORE INSERT ON lines "
                                   "BEGIN SELECT RAISE(ABORT, 'full'); END"))  # fmt: skip
    before = size(world)
    with pytest.raises(UnavailableError):
        incoming.acts(world.session, write_acts(tmp_path / "a", *acts), tmp_path / "receipts")
    assert size(world) == before
    assert not (tmp_path / "receipts").exists()
