"""A session: its folders, its clock, and what it gives up when it is closed."""

from dataclasses import replace
from pathlib import Path

import pytest

from kt1custody.errors import KtError, NotAllowedError, RefusedError, UnavailableError
from kt1custody.services.session.session import TRAINING_CLOCK, Recorded
from tests.kit import at_counter, cast
from tests.kit.phone import Phone, give


@pytest.mark.parametrize("keys", [".", "keys", "a/../keys"])
def test_keys_never_lie_where_a_backup_of_the_data_takes_them_along(tmp_path: Path, keys: str):
    session = cast.World(tmp_path).session
    session.keys = session.data / keys
    for ask in (session.refuse_keys_inside, session.control):
        with pytest.raises(RefusedError, match="keys-inside-data"):
            ask()
    session.keys = session.data.with_name("keys")
    session.refuse_keys_inside()


def test_a_given_time_is_only_for_practice(founded: cast.World):
    session = founded.at(7)
    control = session.control()
    assert session.now(control) == cast.MORNING + 7 * 60
    real = replace(control, training=False)
    with pytest.raises(RefusedError, match="as-of-needs-training"):
        session.now(real)
    session.as_of = None
    assert session.now(real) == session.now(control) == cast.MORNING + 90


def test_a_training_clock_goes_on_with_the_log(founded: cast.World):
    def now() -> int:
        session = founded.session.left_alone()
        session.as_of = None
        return session.now(founded.session.control())

    founded.session.set_training_clock(cast.MORNING - 86_400)  # the log is further
    assert now() == cast.MORNING + 3 * 60 + 60
    founded.session.set_training_clock(cast.MORNING + 86_400)
    assert now() == cast.MORNING + 86_400
    for text in (b"tomorrow", b"\xff", b"9999-99-99T00:00:00"):
        (founded.session.data / TRAINING_CLOCK).write_bytes(text)
        with pytest.raises(UnavailableError, match="file-unreadable"):
            now()


def test_whom_the_log_has_never_enrolled_is_refused_by_name(founded: cast.World):
    founded.session.refuse_strangers([cast.CLERK, cast.ADMIN])
    with pytest.raises(RefusedError, match="no-such-person") as caught:
        founded.session.refuse_strangers([cast.CLERK, "NV077"])
    assert caught.value.detail == {"who": "NV077"}


def test_a_log_is_behind_what_was_signed_last_after_a_restore(world: cast.World, phone: Phone):
    kept = world.folder / "kept"
    world.back_up(kept)
    give(world, phone.held[0].n)
    assert world.session.behind() is None
    world.restore(kept)
    assert world.session.behind() is None  # nothing was read yet
    for ask in (world.session.control, lambda: world.session.refuse_strangers([cast.CLERK])):
        ask()
    behind = world.session.behind()
    assert behind is not None
    assert behind.code == "log-behind"
    with pytest.raises(UnavailableError, match="log-behind"):
        world.session.refuse_strangers(["NV077"])  # perhaps the lost entries have enrolled them


def test_what_is_unlocked_is_forgotten_when_it_is_closed(world: cast.World):
    session = world.session.left_alone()
    session.admit(world.session.person(cast.CLERK).opener)
    assert session.opener(cast.CLERK).staff == cast.CLERK
    session.close()
    with pytest.raises(NotAllowedError, match="locked") as caught:
        session.opener(cast.CLERK)
    assert caught.value.detail == {"staff": cast.CLERK}


def test_a_proposal_key_follows_from_the_server_key_or_without_its_file_from_the_log_key(
    founded: cast.World,
):
    session, control = founded.session, founded.session.control()
    key = session.proposal_key(control)
    assert len(key) == 32
    session.close()
    assert session.proposal_key(control) == key  # any process of this machine knows its own
    session.close()
    for path in session.keys.glob("server*"):
        path.unlink()
    other = session.proposal_key(control)
    assert other != key
    session.close()
    for path in session.keys.glob("log*"):
        path.unlink()
    with pytest.raises(KtError, match="key-file-missing"):
        session.proposal_key(control)


def test_what_was_recorded_names_items_and_what_the_log_noted(world: cast.World, phone: Phone):
    n = phone.held[0].n
    entry = at_counter.report(
        world.session, "absent", cast.COURIER, "nobody", [str(n)], confirm=cast.yes
    )
    recorded = Recorded.of(replace(entry, judgement=((0, "seal-not-seen"), (-1, "late"))))
    assert recorded == Recorded(seq=entry.seq, notes=((n, "seal-not-seen"), (None, "late")))
    assert world.session.recorded[-1] == Recorded.of(entry)
