"""The newest status note that a machine has seen: an older one, or another history, is refused."""

from pathlib import Path

import pytest

from kt1custody.cli import incoming, outgoing
from kt1custody.errors import KtError
from kt1custody.services.evidence import rollback_guard
from kt1custody.services.evidence.trust import Trust
from tests.kit import at_counter, cast
from tests.kit.at_counter import found


def seen(world: cast.World, folder: Path) -> Trust:
    """What the public folder of a log says now."""
    outgoing.public(world.session, folder)
    return incoming.trusted(folder)


def carry_on(world: cast.World, minute: int = 200) -> None:
    """Something happens in the log."""
    at_counter.hold(world.at(minute), cast.CLERK, cast.COURIER_2, "absent")


def test_an_older_folder_is_refused_once_a_newer_one_was_seen(world: cast.World, tmp_path: Path):
    file = tmp_path / "newest"
    old = seen(world, tmp_path / "old")
    carry_on(world)
    new = seen(world, tmp_path / "new")
    for known in (old, old, new, new):
        incoming.keep_newest(file, known)
    before = file.read_bytes()
    with pytest.raises(KtError, match="trust-rolled-back") as caught:
        incoming.keep_newest(file, old)
    assert (caught.value.detail["size"], caught.value.detail["known"]) == (
        old.status.head.size,
        new.status.head.size,
    )
    assert file.read_bytes() == before


def test_two_histories_of_one_length_are_a_fork(world: cast.World, tmp_path: Path):
    file = tmp_path / "newest"
    other = cast.copy_world(world, tmp_path / "other")
    for place, one in enumerate((world, other)):
        one.session.admit_all(world.session.unlocked())
        at_counter.hold(one.at(200), cast.CLERK, (cast.COURIER_2, cast.DRIVER)[place], "absent")
        outgoing.public(one.at(201), tmp_path / str(place))
    ours, theirs = (incoming.trusted(tmp_path / str(place)) for place in (0, 1))
    assert ours.status.head.size == theirs.status.head.size
    incoming.keep_newest(file, ours)
    with pytest.raises(KtError, match="trust-forked"):
        incoming.keep_newest(file, theirs)
    with pytest.raises(KtError, match="trust-forked"):
        outgoing.public(other.at(202), tmp_path / "0")


def test_another_log_of_the_same_name_is_refused(founded: cast.World, tmp_path: Path):
    false = cast.World(tmp_path / "false")
    found(false.session, cast.FOUNDING)
    known, other = seen(founded, tmp_path / "known"), seen(false, tmp_path / "public")
    content = rollback_guard.newest("newest", None, known)
    with pytest.raises(KtError, match="trust-other-genesis"):
        rollback_guard.newest("newest", content, other)
    false.session.close()


@pytest.mark.parametrize("content", [b"x", b"\xff", b"a " + b"0" * 64 + b" 1 x\n"])
def test_a_spoilt_memory_of_the_newest_is_told_and_left(
    founded: cast.World, tmp_path: Path, content: bytes
):
    file = tmp_path / "newest"
    file.write_bytes(content)
    with pytest.raises(KtError, match="seen-broken"):
        incoming.keep_newest(file, seen(founded, tmp_path / "public"))
    assert file.read_bytes() == content


def test_each_log_has_its_line_and_what_is_no_news_changes_nothing(
    founded: cast.World, tmp_path: Path
):
    other = b"kt1.khanhhoa.vn/56/e1 " + b"0" * 64 + b" 7 " + b"1" * 64 + b"\n"
    known = seen(founded, tmp_path / "public")
    content = rollback_guard.newest("newest", other, known)
    assert content is not None
    head = known.status.head
    line = f"{head.origin} {known.control.genesis.hex()} {head.size} {head.root.hex()}\n"
    assert content == other + line.encode()
    assert rollback_guard.newest("newest", content, known) is None
