"""The bundle of the whole log: every entry, what proves it, and nothing confidential."""

import hashlib

from kt1custody.core.formats.bundle import SUMS, encode_sums
from kt1custody.core.formats.frames import unframe
from kt1custody.services.evidence import export
from kt1custody.services.session import checkpoint
from kt1custody.signing import sign
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.phone import entries


def contents(world: cast.World) -> dict[str, bytes]:
    with export.bundle(world.session) as made:
        return dict(made.contents)


def test_it_holds_every_entry_key_and_verifier_and_the_sums_of_all(lived: cast.World):
    files = contents(lived)
    [tile] = [content for name, content in files.items() if "/tile/entries/" in name]
    every = entries(lived)
    assert list(unframe(tile)) == [entry.raw for entry in every]
    control = lived.session.control()
    for key in control.keys.values():
        assert files[f"keys/{key.kid.hex()}.pem"] == sign.to_pem(key.alg, key.pub)
    assert files["verify.py"] == export.verifier("verify.py")
    assert [*files][-1] == SUMS
    others = {name: content for name, content in files.items() if name != SUMS}
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in others.items()}
    assert files[SUMS] == encode_sums(sums)


def test_it_ends_at_its_checkpoint(lived: cast.World):
    signed = checkpoint.newest(lived.session)
    files = contents(lived)
    origin = signed.checkpoint.origin
    assert files[f"logs/{origin}/checkpoint"] == signed.note
    assert f"{signed.end} mục" in files["README.txt"].decode()


def test_no_name_and_no_list_but_that_of_offices_leaves_the_machine(lived: cast.World):
    files = contents(lived)
    control = lived.session.control()
    lists = [name for name in files if name.startswith("catalogues/")]
    assert lists == [f"catalogues/{control.catalogues['offices'].hex()}.cbor"]
    whole = b"".join(content for name, content in files.items() if not name.startswith("verify"))
    for text in ("Nguyễn Thị Ngọc Ánh", "Nguyễn Văn Người Nhận", "LD-TAND"):
        assert text.encode() not in whole


def test_a_list_of_offices_that_came_later_is_left_out(lived: cast.World):
    at_counter.load_list(lived.at(200), "offices", cast.DATA / "offices.csv", cast.OFFICERS)
    with lived.session.database.read() as connection:
        book = LogBook(connection)
        named = list(export.offices(connection, book, book.seq + 1))
        assert len(list(export.offices(connection, book, book.seq))) == len(named) - 1
    assert all(hashlib.sha256(content).digest() == digest for digest, content in named)
