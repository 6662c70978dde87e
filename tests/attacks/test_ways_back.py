"""Every state that an honest restore leaves has a way out that ends in a sound log (G2)."""

from pathlib import Path

import pytest

from kt1custody.cli import incoming, outgoing
from kt1custody.errors import KtError
from kt1custody.services.session import checkpoint
from kt1custody.store import log
from tests.kit import at_counter, cast
from tests.kit.judges import Page, by_program, by_script
from tests.kit.phone import Phone, is_sound, receive


def raws(world: cast.World) -> list[bytes]:
    with world.session.database.read() as connection:
        return list(log.entries(connection))


@pytest.fixture
def across(world: cast.World, phone: Phone, tmp_path: Path) -> list[bytes]:
    """A log that has begun a second epoch, with backups of before; its entries as they were then."""
    world.back_up(tmp_path / "early")
    at_counter.hold(world.session, cast.CLERK, cast.CONTROLLER, "absent")
    world.back_up(tmp_path / "monday")
    receive(world.session, phone.spell(phone.handover()))
    world.back_up(tmp_path / "given up")
    outgoing.bundle(world.session, tmp_path / "old bundle")
    world.restore(tmp_path / "monday")
    at_counter.begin_epoch(world.session, "restored", cast.OFFICERS)
    at_counter.lift(world.at(210), cast.CONTROLLER, "cleared", cast.OFFICERS)
    outgoing.bundle(world.session, tmp_path / "bundle")
    outgoing.backup(world.session, tmp_path / "newer")
    assert is_sound(world)
    return raws(world)


@pytest.mark.parametrize("restored", ["monday", "early"])
@pytest.mark.parametrize("source", ["bundle", "newer"])
def test_catching_up_goes_across_the_seam_of_an_epoch(
    world: cast.World, tmp_path: Path, across: list[bytes], restored: str, source: str
):
    world.restore(tmp_path / restored)
    with pytest.raises(KtError, match="log-behind"):
        at_counter.hold(world.session, cast.CLERK, cast.COURIER, "absent")
    done = incoming.catch_up(world.session, [tmp_path / source])
    assert (done.unsigned, raws(world)) == (0, across)
    assert is_sound(world)
    at_counter.hold(world.at(220), cast.CLERK, cast.COURIER, "absent")
    outgoing.bundle(world.session, tmp_path / "again")
    assert incoming.audit_folder(tmp_path / "again").findings == []


def test_what_was_given_up_is_never_gone_on_from(
    world: cast.World, tmp_path: Path, across: list[bytes]
):
    """The disk that was lost is found again, when the log has long gone on without it."""
    world.restore(tmp_path / "given up")
    for command in (
        lambda: at_counter.hold(world.session, cast.CLERK, cast.COURIER, "absent"),
        lambda: incoming.catch_up(world.session, [tmp_path / "bundle"]),
    ):
        with pytest.raises(KtError, match="epoch-left"):
            command()
    world.restore(tmp_path / "monday")
    with pytest.raises(KtError, match="epoch-left"):
        incoming.catch_up(world.session, [tmp_path / "old bundle"])
    incoming.catch_up(world.session, [tmp_path / "bundle"])
    assert raws(world) == across
    assert is_sound(world)


def give_new_keys(world: cast.World, new: str) -> None:
    """Give both officers new keys under a new passphrase, one after the other."""
    world.session.ask_new_pin = lambda *_: new
    for officer in cast.OFFICERS:
        at_counter.rotate(world.session, officer, cast.OFFICERS)
        world.pins[officer] = new


def test_officers_whose_new_keys_are_lost_sign_with_those_of_before(
    world: cast.World, tmp_path: Path
):
    """What brought the new keys is gone for good; only the old ones can begin a new epoch."""
    world.back_up(tmp_path / "monday")
    give_new_keys(world, "a wholly other passphrase 77")
    at_counter.hold(world.at(205), cast.CLERK, cast.DRIVER, "absent")  # the honest twin
    at_counter.lift(world.at(206), cast.DRIVER, "cleared", cast.OFFICERS)
    assert is_sound(world)
    world.restore(tmp_path / "monday")
    world.session.lock()
    with pytest.raises(KtError, match="wrong-pin-before"):
        at_counter.begin_epoch(world.at(210), "restored", cast.OFFICERS)
    world.pins.update({officer: cast.PINS[officer] for officer in cast.OFFICERS})
    at_counter.begin_epoch(world.session, "restored", cast.OFFICERS)
    give_new_keys(world, "and once more another one 78")
    session = world.new_session()
    session.unlock(cast.OFFICERS)
    session.close()
    at_counter.revoke(world.at(220), cast.CLERK_2, "left", None, cast.OFFICERS)
    assert is_sound(world)


def test_where_nothing_is_left_of_an_epoch_the_next_one_passes_over_it(
    world: cast.World, tmp_path: Path, across: list[bytes], page: Page
):
    paper = [checkpoint.give_out(world.session).note]
    world.restore(tmp_path / "monday")
    for given_up in (None, "kt1.lamdong.vn/68/e9"):
        with pytest.raises(KtError, match="epoch-taken"):
            at_counter.begin_epoch(world.at(220), "disk", cast.OFFICERS, given_up=given_up)
    done = at_counter.begin_epoch(
        world.session, "disk", cast.OFFICERS, given_up="kt1.lamdong.vn/68/e2"
    )
    assert done.origin == "kt1.lamdong.vn/68/e3"
    at_counter.hold(world.at(230), cast.CLERK, cast.COURIER, "absent")
    assert is_sound(world)
    assert raws(world)[: len(across) - 2] == across[:-2]
    outgoing.bundle(world.session, tmp_path / "after")
    (tmp_path / "of e2").write_bytes(paper[0])
    given = incoming.gather(None, [], [tmp_path / "of e2"], [])
    assert incoming.audit_folder(tmp_path / "after", given=given).findings == []
    for ask in (by_program, by_script, page):
        assert ask(tmp_path / "after").kinds == frozenset()
