"""Entries that come back must have been the log's: an insider writes act and receipt himself (G2)."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from kt1custody.cli import given_files, incoming, outgoing
from kt1custody.core.formats import cbor, frames
from kt1custody.core.formats.frames import frame
from kt1custody.core.log import receipt as receipts
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import read_signatures
from kt1custody.errors import KtError
from kt1custody.services.evidence import sync
from kt1custody.services.evidence.catch_up import CaughtUp
from kt1custody.services.session import checkpoint
from kt1custody.services.session.writer import LogWriter, writing
from kt1custody.signing.slips import RecordKey
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.phone import Fields, Phone, entries, is_sound, receive, size, told_act, write_acts

DAY = 86_400


def true_proof(world: cast.World, phone: Phone) -> cbor.Value:
    """The proof of a receipt that the log has given for an honest act; the phone has seen it."""
    own = {"who": cast.COURIER_2, "reason": "other"}
    answer = receive(world.session, phone.spell(phone.act("hold", cast.COURIER, own)))
    phone.seen = [answer.entry.seq, answer.entry.leaf]
    return proof_of(answer.spelled)


def proof_of(spelled: bytes) -> cbor.Value:
    told = cbor.decode(spelled)
    assert isinstance(told, list)
    proof: cbor.Value = told[6]
    return proof


def bring(
    world: cast.World, folder: Path, phone: Phone, act: Act, at: int, proof: cbor.Value
) -> CaughtUp:
    """Bring an act with a receipt that its author has written, as if the log had taken it then."""
    uploaded = phone.spell(act)
    with world.session.database.read() as connection:
        book = LogBook(connection)
        outcome = LogWriter(world.session, book, at).judged(
            act, read_signatures(told_act(uploaded)[1])
        )
        judged: list[cbor.Value] = [list(fault) for fault in outcome.judgement]
        place: list[cbor.Value] = [book.seq + 1, book.leaf, book.control.head, at, judged]
    written = cbor.encode(["kt1-receipt/1", *place, proof, []])
    assert receipts.read(written).seq == size(world)  # the log would read it
    (folder / "receipts").write_bytes(frames.RECEIPTS + frame(written))
    pair = write_acts(folder / "acts", uploaded), folder / "receipts"
    return incoming.catch_up(world.session, [], [pair])


def now(world: cast.World) -> int:
    return entries(world)[-1].accepted_at


@pytest.mark.parametrize("later", [-30 * DAY, 60, 3650 * DAY])
def test_an_act_with_a_receipt_that_its_author_wrote_is_no_entry(
    world: cast.World, phone: Phone, tmp_path: Path, later: int
):
    proof, before = true_proof(world, phone), size(world)
    act = phone.act("hold", cast.COURIER, {"who": cast.CLERK, "reason": "other"})
    done = bring(world, tmp_path, phone, act, now(world) + later, proof)
    assert (done.entries, done.unsigned, size(world)) == (0, 1, before)
    assert receive(world.session, phone.spell(act)).entry.act.hash == act.hash  # the honest road
    at_counter.lift(world.at(210), cast.CLERK, "cleared", cast.OFFICERS)
    assert is_sound(world)


def test_what_is_made_only_where_the_log_is_does_not_come_in_as_lost(
    world: cast.World, phone: Phone, tmp_path: Path
):
    proof, first, last = true_proof(world, phone), entries(world)[0].accepted_at, now(world)
    back: Fields = {
        "by2": cast.OFFICERS[1],
        "first": 1,
        "since": first,
        "was": last,
        "now": first + 60,
    }
    own: Fields = {"office": cast.OFFICE, "year": 2027, "enc": RecordKey.new().public()}
    forged: Sequence[tuple[Act, int]] = (
        (phone.act("setback", cast.OFFICERS[0], back), first + 60),
        (phone.act("office_key", cast.CLERK, own), last + 40 * DAY),
    )
    for act, at in forged:
        assert bring(world, tmp_path, phone, act, at, proof).entries == 0
    assert is_sound(world)


def test_behind_what_was_signed_last_a_forged_end_is_left_out_and_the_rest_is_back(
    world: cast.World, phone: Phone, tmp_path: Path
):
    """An insider's forgery does not stand in the way of the honest device."""
    world.back_up(tmp_path / "backup")
    true = [phone.spell(phone.handover(state)) for state in phone.held[:2]]
    file = write_acts(tmp_path / "true", *true)
    incoming.acts(world.session, file, tmp_path / "told")
    honest, was = entries(world), size(world)
    act = phone.act("hold", cast.COURIER, {"who": cast.CLERK, "reason": "other"})
    last = sync.read_file(given_files.read(tmp_path / "told", 10**6), frames.RECEIPTS)[0][-1]
    world.restore(tmp_path / "backup")
    judged: list[cbor.Value] = [was, honest[-1].leaf, honest[-1].ctl, now(world) + 90, []]
    written = cbor.encode(["kt1-receipt/1", *judged, proof_of(last), []])
    (tmp_path / "lie").write_bytes(frames.RECEIPTS + frame(written))
    lie = write_acts(tmp_path / "liar", phone.spell(act)), tmp_path / "lie"
    done = incoming.catch_up(world.session, [], [lie, (file, tmp_path / "told")])
    assert (done.entries, done.unsigned, entries(world)) == (2, 1, honest)
    assert is_sound(world)


def test_beyond_what_this_machine_knows_a_signed_proof_brings_an_entry_back(
    world: cast.World, phone: Phone, tmp_path: Path
):
    """The keys folder is as old as the backup; what the devices hold still counts."""
    world.back_up(tmp_path / "backup")
    file = write_acts(tmp_path / "acts", *(phone.spell(phone.handover(one)) for one in phone.held))
    incoming.acts(world.session, file, tmp_path / "receipts")
    honest = entries(world)
    world.restore(tmp_path / "backup")
    for path in world.session.keys.glob("checkpoint.db*"):
        path.unlink()
    checkpoint.begin_again(world.session)
    done = incoming.catch_up(world.session, [], [(file, tmp_path / "receipts")])
    assert (done.entries, done.unsigned, entries(world)) == (len(phone.held), 0, honest)
    assert is_sound(world)


@pytest.mark.parametrize("back", [0, 3_600])
def test_an_entry_back_in_time_is_refused_even_if_the_log_key_has_signed_it(
    world: cast.World, phone: Phone, tmp_path: Path, back: int
):
    world.back_up(tmp_path / "backup")
    act = phone.handover()
    with writing(world.session) as pen:
        pen.now = now(world) - back
        pen.append_signed(act, phone.signatures(act))
    outgoing.bundle(world.session, tmp_path / "bundle")
    world.restore(tmp_path / "backup")
    if back:
        with pytest.raises(KtError, match="not-the-next"):
            incoming.catch_up(world.session, [tmp_path / "bundle"])
    else:
        assert incoming.catch_up(world.session, [tmp_path / "bundle"]).entries == 1
