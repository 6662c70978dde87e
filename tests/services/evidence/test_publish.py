"""The public folder: derived from the log, never older than what is there, and nothing secret."""

import hashlib
import shutil
from pathlib import Path

import pytest

from kt1custody.cli import incoming, outgoing
from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import numbers, tree
from kt1custody.core.formats.item import Mark, Urgency
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import leaf_hash
from kt1custody.core.seals import seal
from kt1custody.errors import KtError
from kt1custody.services.session import writer
from kt1custody.signing import service_keys
from kt1custody.store import log
from kt1custody.store.log import LogBook
from tests.kit import at_counter, by_hand, cast
from tests.kit.at_counter import Handover
from tests.kit.phone import Fields, Phone, receive


def test_the_status_note_speaks_of_the_whole_log(lived: cast.World, tmp_path: Path):
    done = outgoing.public(lived.at(190), tmp_path / "public", valid_hours=2)
    head = incoming.trusted(tmp_path / "public").status.head
    with lived.session.database.read() as connection:
        leaves = [leaf_hash(raw) for raw in log.entries(connection)]
    assert (head.size, head.root) == (len(leaves), tree.root_of(leaves))
    assert (head.issued, head.next) == (lived.session.as_of, (lived.session.as_of or 0) + 7200)
    assert done.head == head
    assert done.loads == ()
    names = {path.name for path in (tmp_path / "public").iterdir()}
    assert names == {"control.entries", "genesis.txt", "keys", "status.txt"}


def test_before_the_first_seal_no_serial_is_issued(founded: cast.World, tmp_path: Path):
    outgoing.public(founded.at(5), tmp_path / "public")
    [key] = incoming.trusted(tmp_path / "public").status.keys.values()
    assert (key.highest, key.voided, key.revoked) == (None, (), None)


def test_an_office_has_a_load_list_too_and_a_stranger_none(lived: cast.World, tmp_path: Path):
    office = str(cast.OFFICE)
    done = outgoing.public(
        lived.at(190),
        tmp_path / "public",
        holders=[office, cast.COURIER_2],
        loads=tmp_path / "public-loads",
    )
    assert [path.name for path in done.loads] == ["load-680900.txt", "load-NV012.txt"]
    for path in done.loads:
        known = incoming.trusted(tmp_path / "public", path)
        assert known.load is not None
        assert known.load.lines == {}
    for stranger in ("NV999", "seal", "../x", "680999"):
        with pytest.raises(KtError, match="no-such-holder"):
            outgoing.public(
                lived.session,
                tmp_path / "other",
                holders=[stranger],
                loads=tmp_path / "other-loads",
            )
    assert not (tmp_path / "other").exists()


def test_a_newer_folder_is_never_replaced_by_an_older_one(world: cast.World, tmp_path: Path):
    older = cast.copy_world(world, tmp_path / "older")
    at_counter.hold(world.at(200), cast.CLERK, cast.COURIER_2, "absent")
    outgoing.public(
        world.at(201), tmp_path / "public", holders=[cast.COURIER], loads=tmp_path / "public-loads"
    )
    before = (tmp_path / "public" / "status.txt").read_bytes()
    with pytest.raises(KtError, match="published-newer"):
        outgoing.public(older.at(300), tmp_path / "public")
    assert (tmp_path / "public" / "status.txt").read_bytes() == before
    older.session.close()


def test_the_same_log_may_be_published_again(lived: cast.World, tmp_path: Path):
    outgoing.public(lived.at(190), tmp_path / "public")
    outgoing.public(lived.at(500), tmp_path / "public")
    head = incoming.trusted(tmp_path / "public").status.head
    assert head.issued == cast.MORNING + 60 * 500


def test_a_load_list_that_stood_in_the_public_folder_is_named_and_gone(
    lived: cast.World, tmp_path: Path
):
    done = outgoing.public(lived.at(190), tmp_path / "public", holders=[cast.COURIER])
    shutil.copy(done.loads[0], tmp_path / "public")
    assert incoming.exposed_loads(tmp_path / "public") == ("load-NV011.txt",)
    assert outgoing.public(lived.at(500), tmp_path / "public").exposed == ("load-NV011.txt",)
    assert incoming.exposed_loads(tmp_path / "public") == ()


def test_nothing_is_published_where_the_load_lists_cannot_be_written(
    lived: cast.World, tmp_path: Path
):
    (tmp_path / "closed").write_bytes(b"a file, no folder")
    with pytest.raises(KtError, match="file-unwritable"):
        outgoing.public(
            lived.at(190), tmp_path / "public", holders=[cast.COURIER], loads=tmp_path / "closed"
        )
    assert not (tmp_path / "public").exists()


def test_a_spoilt_folder_is_replaced_and_somebody_else_s_is_not(lived: cast.World, tmp_path: Path):
    outgoing.public(lived.at(190), tmp_path / "public")
    (tmp_path / "public" / "status.txt").write_bytes(b"x")
    outgoing.public(lived.at(191), tmp_path / "public")
    assert incoming.trusted(tmp_path / "public").status.head.issued == cast.MORNING + 60 * 191
    (tmp_path / "mine").mkdir()
    with pytest.raises(KtError, match="not-a-public-folder"):
        outgoing.public(lived.session, tmp_path / "mine")
    assert list((tmp_path / "mine").iterdir()) == []


def test_a_log_key_that_is_not_this_log_s_signs_nothing(lived: cast.World, tmp_path: Path):
    service_keys.create(tmp_path / "other", "log")
    shutil.copy(tmp_path / "other" / "log.key", lived.session.keys)
    with pytest.raises(KtError, match="key-file-broken"):
        outgoing.public(lived.at(190), tmp_path / "public")
    assert not (tmp_path / "public").exists()


def test_what_cannot_be_written_leaves_nothing_behind(lived: cast.World, tmp_path: Path):
    (tmp_path / "closed").write_bytes(b"a file, no folder")
    with pytest.raises(KtError, match="file-unwritable"):
        outgoing.public(lived.at(190), tmp_path / "closed" / "public")
    assert (tmp_path / "closed").read_bytes() == b"a file, no folder"


def received(world: cast.World, phone: Phone, *acts: Act) -> None:
    for act in acts:
        assert receive(world.at(205), phone.spell(act)).refused is None


def test_a_contested_item_is_on_no_load_list(world: cast.World, phone: Phone, tmp_path: Path):
    item = phone.held[0]
    outgoing.public(
        world.at(201), tmp_path / "before", holders=[cast.COURIER], loads=tmp_path / "before-loads"
    )
    received(world, phone, phone.handover(item), phone.handover(item, to=cast.DRIVER))
    outgoing.public(
        world.at(206), tmp_path / "after", holders=[cast.COURIER], loads=tmp_path / "after-loads"
    )
    before, after = (
        incoming.trusted(tmp_path / name, tmp_path / f"{name}-loads" / "load-NV011.txt").load
        for name in ("before", "after")
    )
    assert before is not None
    assert after is not None
    assert before.lines.keys() - after.lines.keys() == {item.seal}


def print_act(phone: Phone, item: ItemState, serial: int, office: int = cast.OFFICE) -> Act:
    line: Fields = {"n": item.n, "serial": serial, "job": serial, "copy": 1}
    return phone.act("print", cast.CLERK, {"office": office}, [line])


def test_a_disputed_print_uses_up_no_serial(world: cast.World, phone: Phone, tmp_path: Path):
    item, other = phone.held[:2]
    assert item.seal is not None
    back = Handover(cast.COURIER, cast.CLERK, cast.CONTROLLER)
    at_counter.hand_over(world.at(201), back, [str(item.n)], confirm=cast.yes)
    at_counter.void(
        world.at(202), cast.CLERK, cast.CONTROLLER, str(item.n), "torn", confirm=cast.yes
    )
    outgoing.public(world.at(203), tmp_path / "before")
    again = print_act(phone, other, item.seal)
    received(world, phone, again, print_act(phone, item, 4_000_000_000, office=680_901))
    outgoing.public(world.at(206), tmp_path / "after")
    keys = [incoming.trusted(tmp_path / name).status.keys.values() for name in ("before", "after")]
    [[before], [after]] = keys
    assert after == before
    assert after.voided == (item.seal,)


def test_the_time_of_a_seal_is_the_one_its_print_act_claims(founded: cast.World, tmp_path: Path):
    """Not the time when the log took the act."""
    file = cast.write_manifest(tmp_path / "sang.csv", 1)
    [n] = at_counter.import_manifest(founded.at(5), lambda: cast.CLERK, file).numbers
    serial, at = 65_536, cast.MORNING + 60 * 7
    with writer.writing(founded.at(10)) as pen:
        line: Fields = {"n": n, "serial": serial, "job": serial, "copy": 1}
        by_hand.add(pen, pen.draft("print", cast.CLERK, {"office": cast.OFFICE}, [line], at=at))
    typed = [numbers.format_serial(serial)]
    at_counter.bind(founded.at(11), cast.CLERK, cast.CONTROLLER, typed, confirm=cast.yes)
    office = str(cast.OFFICE)
    outgoing.public(
        founded.at(12), tmp_path / "public", holders=[office], loads=tmp_path / "public-loads"
    )
    load = incoming.trusted(
        tmp_path / "public", tmp_path / "public-loads" / f"load-{office}.txt"
    ).load
    with founded.session.database.read() as connection:
        book = LogBook(connection)
        item, key = book.item(n), book.control.service_key("seal")
    assert load is not None
    assert item is not None
    content = seal.SealContent(
        n=n, serial=serial, mark=Mark(item.mark), urgency=Urgency(item.urgency), issuer=cast.OFFICE, dest=item.dest, at=at,
        commitment=item.commit[:16], copy=1,
    )  # fmt: skip
    signed = seal.to_be_signed(content, key.alg, key.kid)
    assert load.lines[serial].digests[0] == hashlib.sha256(signed).digest()


def test_a_print_after_the_seal_key_s_end_stops_no_publishing(
    world: cast.World, phone: Phone, tmp_path: Path
):
    outgoing.public(world.at(201), tmp_path / "before")
    at_counter.revoke(world.at(202), "seal", "compromised", None, cast.OFFICERS)
    received(world, phone, print_act(phone, phone.held[0], 4_000_000_000))
    outgoing.public(
        world.at(206), tmp_path / "after", holders=[cast.COURIER], loads=tmp_path / "after-loads"
    )
    [before] = incoming.trusted(tmp_path / "before").status.keys.values()
    [after] = incoming.trusted(tmp_path / "after").status.keys.values()
    assert after.highest == before.highest
