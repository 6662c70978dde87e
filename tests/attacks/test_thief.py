"""A thief has the database, a backup, a bundle, a dossier, a stick or a witness's folder (G16).

Names, senders, recipients and references are not in them. Who handed what to whom and when is.
"""

import shutil
import sqlite3
from pathlib import Path

import pytest

from kt1custody.cli import outgoing
from kt1custody.core.formats import cbor
from kt1custody.core.log.entry import read_entry
from kt1custody.errors import KtError
from kt1custody.services.session import slips
from kt1custody.signing import person_keys
from kt1custody.signing import slips as signing
from kt1custody.store import db, records
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast, forge, outsiders
from tests.kit.false_history import later
from tests.kit.leaks import agency_texts, files, found_in, secrets
from tests.kit.outsiders import Device
from tests.kit.paper import read_pdf
from tests.kit.phone import Phone, is_sound, receive


@pytest.fixture
def loot(world: cast.World, tmp_path: Path) -> Path:
    """Everything that leaves the machine, or that a thief carries off with it."""
    folder = tmp_path / "loot"
    device = Device(Phone(world), "PHONE01")
    device.hand(device.phone.held[0], cast.COURIER_2, at=205)
    witness = outsiders.set_up(world, folder / "witness", "congan.lamdong.vn/kt1")
    device.bring(later(world, 210))
    receive(world.session, b"what nobody signed")
    assert witness.cosign(world, enrolled=False).is_done
    n = str(device.phone.held[0].n)
    outgoing.bundle(world.session, folder / "bundle")
    outgoing.dossier(world.session, n, folder / "dossier")
    outgoing.public(world.session, folder / "public", holders=[cast.COURIER])
    device.write(folder)
    outgoing.closing_sheet(world.session, folder / "sheet.pdf")
    with sqlite3.connect(world.session.data / db.NAME) as connection:
        connection.execute("VACUUM INTO ?", (str(folder / "backup.db"),))
    connection.close()
    with world.session.database.read():  # the write-ahead log is there too
        shutil.copytree(world.session.data, folder / "data")
        shutil.copytree(world.session.keys, folder / "keys")
    return folder


@pytest.mark.slow
def test_nothing_confidential_can_be_read_anywhere(loot: Path):
    spots = list(files(loot))
    names = {path.relative_to(loot).parts[0] for path, _ in spots}
    assert names >= {"data", "keys", "backup.db", "bundle", "dossier", "public", "witness"}
    for path, content in spots:
        assert found_in(content, secrets()) == set(), path
        is_whole = path.name in ("kt1.db", "kt1.db-wal", "backup.db")  # which hold the list of all
        assert is_whole or found_in(content, agency_texts()) == set(), path
    words, _ = read_pdf(loot / "sheet.pdf")
    assert found_in(words.encode(), secrets()) == set()


def test_no_key_that_lies_open_opens_a_record(world: cast.World, loot: Path):
    """The log key and the server key lie on the disk in clear; people's keys behind a PIN."""
    with world.session.database.read() as connection:
        kept = list(records.every(connection))
        assert slips.Reader(
            LogBook(connection), world.session.opener(cast.OFFICERS[0])
        ).try_all() == (
            [],
            0,
        )
    assert len(kept) > 12
    for name in ("log", "server"):
        told = cbor.decode((loot / "keys" / f"{name}.key").read_bytes())
        assert isinstance(told, list)
        for about, sealed in kept:
            known = int(about) if about.isdecimal() else about
            with pytest.raises(KtError, match="record-broken"):
                signing.open_salted(sealed, log="kt1.lamdong.vn/68", about=known,
                                    name=next(iter(sealed.keys)),
                                    office=signing.RecordKey.of(bytes(told[2]) * 3))  # fmt: skip
    people = list((loot / "keys").glob("NV*.key"))
    assert len(people) > 8
    for path in people:
        with pytest.raises(KtError, match="wrong-pin"):
            person_keys.unlock(loot / "keys", path.stem, "000000", 0)


def test_a_commitment_cannot_be_guessed(world: cast.World, loot: Path):
    """Even who knows the whole slip cannot tell which item it is of: the salt is 32 bytes."""
    item = Phone(world).held[0]
    found = at_counter.open_slip(
        world.at(220), cast.OFFICERS[0], [str(item.n)], "inspection", confirm=cast.yes
    )
    [slip] = [one for one in found.opened if one.kind == "register"]
    record = dict(slip.record)
    assert signing.commit(slip.salt, record) == slip.commit
    for guess in (bytes(32), slip.salt[:-1] + bytes([slip.salt[-1] ^ 1])):
        assert signing.commit(guess, record) != slip.commit
    content = b"".join(content for _, content in files(loot))
    assert slip.commit in content
    assert slip.salt not in content


def test_only_the_dossier_of_an_opened_item_holds_its_slip(world: cast.World, tmp_path: Path):
    one, other = Phone(world).held[:2]
    found = at_counter.open_slip(
        world.at(220), cast.OFFICERS[0], [str(one.n)], "court", confirm=cast.yes
    )
    outgoing.dossier(world.session, str(one.n), tmp_path / "opened", found.opened)
    outgoing.dossier(world.session, str(other.n), tmp_path / "closed")
    outgoing.bundle(world.session, tmp_path / "bundle")
    texts = {str(value) for each in found.opened for value in each.record.values()
             if isinstance(value, str) and len(value) > 5}  # fmt: skip
    assert texts
    told = {
        name: set().union(*(found_in(content, texts) for _, content in files(tmp_path / name)))
        for name in ("opened", "closed", "bundle")
    }
    assert told == {"opened": texts, "closed": set(), "bundle": set()}
    assert is_sound(world)


def test_what_a_thief_does_learn_from_a_bundle(world: cast.World, loot: Path, day: cast.Day):
    """Said in the manual: handle these files as internal confidential."""
    acts = [read_entry(raw).act for raw in forge.entries_of(loot / "bundle")]
    assert {n for act in acts for n, _ in act.names} >= set(day.numbers)  # item numbers
    assert {cast.COURIER, cast.CLERK} <= {who for act in acts for who in act.persons}
    assert cast.MORNING + 60 * 40 in {act.at for act in acts}  # to the minute
    assert "QUAY01" in {act.dev for act in acts}
    [accepted] = [act for act in acts if act.type == "register"]
    assert {line.number("mark") for line in accepted.lines} > {0}
    assert accepted.number("office") == cast.OFFICE
    assert len(accepted.lines) == len(day.numbers)  # that they were accepted together
