"""What goes wrong at a counter is told before anybody signs, and leaves nothing behind."""

from pathlib import Path

import pytest

from kt1custody.core.formats import numbers
from kt1custody.errors import KtError, MalformedInputError, NotAllowedError, RefusedError
from kt1custody.services.session import print_book, scan
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.at_counter import Handover
from tests.kit.phone import Phone, give, size


@pytest.fixture
def registered(founded: cast.World) -> cast.World:
    manifest = cast.write_manifest(founded.folder / "sang.csv", 3)
    at_counter.import_manifest(founded.at(5), lambda: cast.CLERK, manifest)
    return founded


def test_where_no_file_can_be_written_no_seal_is_used_up(registered: cast.World, tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    before, there = size(registered), {*tmp_path.iterdir()}
    good, bad = tmp_path / "a.pdf", tmp_path / "file" / "a.pdf"
    for pdf, pictures, printer in (
        (bad, None, at_counter.USUAL),
        (good, tmp_path / "file", at_counter.USUAL),
        (good, None, at_counter.Printing(bitmaps=tmp_path / "file")),
        (tmp_path / ("x" * 300), None, at_counter.USUAL),
    ):
        with pytest.raises(KtError, match="file-unwritable"):
            at_counter.print_seals(
                registered.session, cast.CLERK, [], pdf, pictures, printer=printer, confirm=cast.yes
            )
    assert size(registered) == before
    assert {*tmp_path.iterdir()} == there
    at_counter.print_seals(registered.session, cast.CLERK, [], good, confirm=cast.yes)


def test_of_many_scans_the_wrong_one_is_named(world: cast.World, phone: Phone):
    good = str(phone.held[0].n)
    for wrong, code in (
        ("rubbish", "seal-text"),
        ("12345", "number-length"),
        (good[:-1] + "x", ""),
    ):
        with world.session.database.read() as connection, pytest.raises(KtError) as caught:
            scan.items(LogBook(connection), [good, good, wrong])
        assert code in caught.value.code
        assert str(caught.value.detail["scan"]).startswith("3 ")
    with world.session.database.read() as connection, pytest.raises(MalformedInputError) as caught:
        scan.items(LogBook(connection), ["12345"])
    assert caught.value.detail == {"count": 5}


def test_nobody_stands_in_two_roles_and_roles_are_named(world: cast.World, phone: Phone):
    n, before = str(phone.held[0].n), size(world)
    twice = Handover(cast.COURIER, cast.COURIER_2, cast.COURIER)
    with pytest.raises(RefusedError, match="one-person-twice"):
        at_counter.hand_over(world.session, twice, [n], confirm=cast.yes)
    with pytest.raises(NotAllowedError, match="role-may-not") as caught:
        give(world, int(n), cast.COURIER, cast.ADMIN)
    assert caught.value.detail == {"staff": cast.ADMIN, "role": "admin"}
    assert size(world) == before


def test_a_machine_that_nobody_enrolled_signs_nothing(world: cast.World, phone: Phone):
    world.session.device, before = "QUAY09", size(world)
    with pytest.raises(RefusedError, match="device-unknown"):
        give(world, phone.held[0].n)
    assert size(world) == before
    world.session.device = "QUAY01"
    with pytest.raises(RefusedError, match="office-unknown"):
        at_counter.enrol_device(world.session, "QUAY09", "Máy quầy 9", 123_456, cast.OFFICERS)
    at_counter.enrol_device(world.session, "QUAY09", "Máy quầy 9", cast.OFFICE, cast.OFFICERS)
    world.session.device = "QUAY09"
    give(world, phone.held[0].n)


def test_a_long_manifest_that_came_before_is_named_whole(founded: cast.World, tmp_path: Path):
    header, *rows = cast.MANIFEST.read_text("utf-8-sig").splitlines()
    plain = [row for row in rows if ",A," not in row]
    more = [row.replace(",", ",N", 1) for row in plain]
    manifest = tmp_path / "long.csv"
    manifest.write_text("\n".join([header, *plain, *more]), "utf-8")
    made = at_counter.import_manifest(founded.at(5), lambda: cast.CLERK, manifest)
    assert len(made.numbers) > 300
    with pytest.raises(RefusedError, match="manifest-registered-already") as caught:
        at_counter.import_manifest(founded.at(6), lambda: cast.CLERK, manifest)
    assert caught.value.detail == {"first": made.numbers[0], "last": made.numbers[-1]}


def test_a_clerk_learns_on_which_envelope_a_label_belongs(registered: cast.World, tmp_path: Path):
    made = at_counter.print_seals(
        registered.session, cast.CLERK, [], tmp_path / "a.pdf", confirm=cast.yes
    )
    told = print_book.job(registered.session, numbers.format_serial(made.number))
    named = print_book.envelopes(registered.session, told, cast.CLERK)
    assert [named[label.item.n].reference for label in told.labels] == [
        "1129-TA-VP", "1166-BCH-TM", "1130-TA-VP",
    ]  # fmt: skip
    assert named[told.labels[1].item.n].recipient == "Ủy ban nhân dân xã Tánh Linh"
    with pytest.raises(NotAllowedError, match="no-access"):
        print_book.envelopes(registered.session, told, cast.COURIER)
