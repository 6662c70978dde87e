"""A new epoch: where entries are gone for good the log goes on, and everybody sees the seam."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kt1custody.cli import incoming, outgoing
from kt1custody.core.formats import cbor, tree
from kt1custody.core.log import checkpoint, tlog
from kt1custody.core.log.entry import leaf_hash
from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.services.evidence import verify
from kt1custody.services.people import alarms
from kt1custody.services.session import checkpoint as signing
from kt1custody.store import log
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.phone import Phone, check_receipt, give, is_sound, receive, size, states, write_acts

FIRST, SECOND = "kt1.lamdong.vn/68/e1", "kt1.lamdong.vn/68/e2"
Restore = Callable[[], None]


@pytest.fixture
def restore(world: cast.World, tmp_path: Path) -> Restore:
    """Takes a backup now; called, puts it back."""
    world.back_up(tmp_path / "backup")
    return lambda: world.restore(tmp_path / "backup")


@pytest.fixture
def behind(world: cast.World, phone: Phone, restore: Restore) -> cast.World:
    """A log that has lost its last two entries."""
    at_counter.hold(world.session, cast.CLERK, cast.CLERK_2, "absent")
    at_counter.hold(world.session, cast.CLERK, cast.DRIVER, "absent")
    restore()
    return world


def test_a_log_that_lost_its_end_goes_on_in_a_new_epoch(behind: cast.World):
    before, items = size(behind), states(behind)
    with pytest.raises(UnavailableError, match="log-behind"):
        at_counter.hold(behind.session, cast.CLERK, cast.COURIER, "absent")
    done = at_counter.begin_epoch(behind.session, "restored", cast.OFFICERS)
    assert (done.origin, done.kept, done.lost) == (SECOND, before, 2)
    assert states(behind) == items
    give(behind, items[5].n)
    at_counter.hold(behind.session, cast.CLERK, cast.DRIVER, "absent")
    assert is_sound(behind)
    with behind.session.database.read() as connection:
        book = LogBook(connection)
        assert book.control.epochs == [(FIRST, 0), (SECOND, before)]
        assert (book.seq + 1, book.tree.size) == (before + 3, 3)
        assert book.tree.root() == tree.root_of(log.leaves_from(connection, before))
        seam = book.entry(before)
    assert seam.origin == SECOND
    assert [one.code for one in alarms.alarms(behind.session)] == ["epoch"]
    kept = behind.session.last_signed.find(FIRST)
    assert kept is not None
    assert seam.act.fields["note"] == kept.note


def test_an_epoch_is_begun_for_need_alone_and_once(world: cast.World, restore: Restore):
    with pytest.raises(RefusedError, match="epoch-needless"):
        at_counter.begin_epoch(world.session, "restored", cast.OFFICERS)
    at_counter.hold(world.session, cast.CLERK, cast.CLERK_2, "absent")
    restore()
    at_counter.begin_epoch(world.session, "restored", cast.OFFICERS)
    restore()
    with pytest.raises(RefusedError, match="epoch-taken"):
        at_counter.begin_epoch(world.session, "restored", cast.OFFICERS)


def test_a_second_epoch_follows_the_first(world: cast.World, restore: Restore, tmp_path: Path):
    at_counter.hold(world.session, cast.CLERK, cast.CLERK_2, "absent")
    restore()
    at_counter.begin_epoch(world.session, "restored", cast.OFFICERS)
    world.back_up(tmp_path / "later")
    at_counter.hold(world.session, cast.CLERK, cast.CLERK_2, "absent")
    world.restore(tmp_path / "later")
    done = at_counter.begin_epoch(world.session, "disk", cast.OFFICERS)
    assert (done.origin, done.lost) == ("kt1.lamdong.vn/68/e3", 1)
    at_counter.hold(world.session, cast.CLERK, cast.CLERK_2, "absent")
    assert is_sound(world)


def test_devices_bring_back_what_was_lost_and_it_counts_once(
    world: cast.World, phone: Phone, restore: Restore, tmp_path: Path
):
    acts = [phone.spell(phone.handover(state)) for state in phone.held[:2]]
    answers = [receive(world.session, one) for one in acts]
    phone.seen = [answers[-1].entry.seq, answers[-1].entry.leaf]
    later = phone.spell(phone.handover(phone.held[2]))
    restore()
    at_counter.begin_epoch(world.session, "restored", cast.OFFICERS)
    done = incoming.acts(world.session, write_acts(tmp_path / "acts", *acts, *acts, later))
    assert done.new == 3
    codes = {code for one in done.receipts for _, code in one.entry.judgement}
    assert codes <= {"device-unknown", "seen-ahead", "time-outside"}
    holders = {state.n: state.holder for state in states(world)}
    assert [holders[state.n] for state in phone.held[:3]] == [cast.COURIER_2] * 3
    for one, answer in zip(acts, done.receipts, strict=False):
        found = check_receipt(world, one, answer.spelled)
        assert found.proof.signed.checkpoint.origin == SECOND
    assert is_sound(world)


def test_an_act_of_before_the_seam_is_proved_under_its_own_checkpoint(
    world: cast.World, phone: Phone, tmp_path: Path
):
    told_before = phone.spell(phone.handover())
    first = receive(world.session, told_before)
    world.back_up(tmp_path / "later")
    at_counter.hold(world.session, cast.CLERK, cast.CLERK_2, "absent")
    world.restore(tmp_path / "later")
    at_counter.begin_epoch(world.session, "restored", cast.OFFICERS)
    again = receive(world.session, told_before)
    assert again.entry == first.entry
    found = check_receipt(world, told_before, again.spelled)
    assert found.proof.signed.checkpoint.origin == FIRST
    with world.session.database.read() as connection:
        control = LogBook(connection).control
        signed = signing.sign(world.session)
        for seq, leaf in enumerate(log.leaves_from(connection, 0)):
            proof = tlog.read_proof(signing.proof(connection, control, signed, seq))
            whole = proof.signed.checkpoint
            tree.check_inclusion(leaf, proof.index, whole.size, whole.root, proof.hashes)


def test_a_bundle_holds_both_epochs(behind: cast.World, tmp_path: Path):
    at_counter.begin_epoch(behind.session, "restored", cast.OFFICERS)
    at_counter.hold(behind.session, cast.CLERK, cast.DRIVER, "absent")
    folder = tmp_path / "bundle"
    done = outgoing.bundle(behind.session, folder)
    assert (done.origin, done.size) == (SECOND, 2)
    for origin, count in ((FIRST, size(behind) - 2), (SECOND, 2)):
        home = folder / "logs" / origin
        noted = checkpoint.read((home / "checkpoint").read_bytes()).checkpoint
        assert (noted.origin, noted.size) == (origin, count)
        [leaves] = (home / "tile" / "0").rglob("*.p/*")
        assert noted.root == tree.root_of(_split(leaves.read_bytes()))
        [entries] = (home / "tile" / "entries").rglob("*.p/*")
        assert [leaf_hash(raw) for raw in _unframe(entries.read_bytes())] == _split(
            leaves.read_bytes()
        )


def test_an_epoch_act_from_elsewhere_begins_nothing(behind: cast.World, phone: Phone):
    at_counter.begin_epoch(behind.session, "restored", cast.OFFICERS)
    with behind.session.database.read() as connection:
        book = LogBook(connection)
        old: dict[str, cbor.Value] = {
            "origin": SECOND, "size": book.tree.size, "root": book.tree.root(),
        }  # fmt: skip
        genesis = book.control.genesis
    own: dict[str, cbor.Value] = {
        "by2": cast.OFFICERS[1], "origin": "kt1.lamdong.vn/68/e3", "old": old, "genesis": genesis,
        "note": None, "reason": "other",
    }  # fmt: skip
    answer = receive(behind.session, phone.spell(phone.act("epoch", cast.OFFICERS[0], own)))
    assert answer.refused == "act-malformed"
    with behind.session.database.read() as connection:
        assert LogBook(connection).control.origin == SECOND


def test_a_crash_between_act_and_checkpoint_is_told_and_mended(
    behind: cast.World, monkeypatch: pytest.MonkeyPatch
):
    def fail(*told: object) -> None:
        raise UnavailableError("disk-full", why="test")

    with monkeypatch.context() as patch:
        patch.setattr(signing, "begin", fail)
        with pytest.raises(UnavailableError, match="disk-full"):
            at_counter.begin_epoch(behind.session, "restored", cast.OFFICERS)
    with pytest.raises(UnavailableError, match="notes-missing"):
        at_counter.hold(behind.session, cast.CLERK, cast.DRIVER, "absent")
    signing.begin_again(behind.session)
    at_counter.hold(behind.session, cast.CLERK, cast.DRIVER, "absent")
    assert is_sound(behind)


def test_derived_tables_of_two_epochs_are_made_again(behind: cast.World):
    at_counter.begin_epoch(behind.session, "restored", cast.OFFICERS)
    at_counter.hold(behind.session, cast.CLERK, cast.DRIVER, "absent")
    verify.rebuild(behind.session)
    at_counter.hold(behind.session, cast.CLERK, cast.CLERK_2, "absent")
    assert is_sound(behind)


def work_on(world: cast.World, at: int) -> tuple[list[int], set[int]]:
    """Register and print; gives the numbers and the serials that were given out."""
    with world.session.database.read() as connection:
        before = {one.seq for one in LogBook(connection).acts("print")}
    manifest = cast.write_manifest(world.folder / f"{at}.csv", 2, begin=at // 5)
    made = at_counter.import_manifest(world.at(at), lambda: cast.CLERK, manifest)
    assert not made.findings
    sheet, pictures = world.folder / f"{at}.pdf", world.folder / f"{at}"
    at_counter.print_seals(world.at(at + 1), cast.CLERK, [], sheet, pictures, confirm=cast.yes)
    with world.session.database.read() as connection:
        prints = [one for one in LogBook(connection).acts("print") if one.seq not in before]
    return list(made.numbers), {line.number("serial") for one in prints for line in one.act.lines}


def test_what_lost_entries_gave_out_is_not_given_out_again(world: cast.World, restore: Restore):
    lost_numbers, lost_serials = work_on(world, 220)
    restore()
    given, printed = {*lost_numbers}, {*lost_serials}
    at_counter.begin_epoch(world.at(300), "restored", cast.OFFICERS)
    for at in (310, 320):
        numbers, serials = work_on(world, at)
        assert (given.isdisjoint(numbers), printed.isdisjoint(serials)) == (True, True)
        given, printed = {*given, *numbers}, {*printed, *serials}
        assert is_sound(world)
        verify.rebuild(world.session)
        assert is_sound(world)
    assert (len(given), len(printed)) == (6, 6)


def test_catching_up_goes_before_an_epoch(behind: cast.World):
    with pytest.raises(UnavailableError, match="catch-up-short"):
        incoming.catch_up(behind.session, [])


def _split(hashes: bytes) -> list[bytes]:
    return [hashes[at : at + 32] for at in range(0, len(hashes), 32)]


def _unframe(content: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(content):
        length = int.from_bytes(content[at : at + 2], "big")
        found.append(content[at + 2 : at + 2 + length])
        at += 2 + length
    return found


def test_the_public_folder_goes_on_across_the_seam(behind: cast.World, tmp_path: Path):
    at_counter.begin_epoch(behind.session, "restored", cast.OFFICERS)
    outgoing.public(behind.session, tmp_path / "public")
    told = incoming.trusted(tmp_path / "public")
    assert (told.control.origin, told.status.head.origin) == (SECOND, SECOND)
    assert told.status.keys
