"""Auditing what lies here, and making anew all that follows from the entries."""

import pytest

from kt1custody.core.log import anchor
from kt1custody.errors import MalformedInputError, UnavailableError
from kt1custody.printing import qr
from kt1custody.services.evidence import verify
from kt1custody.services.session import checkpoint
from kt1custody.services.session.given_file import GivenFile
from tests.kit import cast
from tests.kit.false_history import attacker
from tests.kit.phone import entries, is_sound, size


def test_links_are_derived_and_made_again(world: cast.World):
    before = [entry.leaf for entry in entries(world)]
    assert verify.rebuild(world.session) == len(before)
    assert is_sound(world)


def test_what_somebody_made_of_derived_tables_is_found_and_made_anew(lived: cast.World):
    with attacker(lived) as raw:
        raw.execute("UPDATE items SET holder = 'NV012'")
        raw.execute("DELETE FROM tiles")
    assert verify.verify(lived.session).kinds == {"derived"}
    assert verify.rebuild(lived.session) == size(lived)
    assert is_sound(lived)


@pytest.mark.parametrize(
    "statement", ["DELETE FROM entries WHERE seq = 5", "UPDATE entries SET entry = x'00'"]
)
def test_from_broken_entries_nothing_is_made(lived: cast.World, statement: str):
    lived.session.close()
    with attacker(lived) as raw:
        raw.execute(statement)
    with attacker(lived) as raw:
        before = raw.execute("SELECT * FROM items").fetchall()
    with pytest.raises(UnavailableError, match="entries-broken"):
        verify.rebuild(lived.session)
    with attacker(lived) as raw:
        assert raw.execute("SELECT * FROM items").fetchall() == before


def test_evidence_is_a_file_what_a_scanner_typed_or_a_picture_of_the_sheet(lived: cast.World):
    signed = checkpoint.sign(lived.session)
    typed = signed.note.replace(b"\n\n", b"\r\n").replace("\u2014".encode(), b"-")
    picture = qr.note_pngs(signed.note.decode())[0]
    for content in (signed.note, typed, picture):
        [claim] = verify.read_evidence(GivenFile(name="held", content=content))
        assert claim.checkpoint == signed.checkpoint
    with pytest.raises(MalformedInputError):
        verify.read_evidence(GivenFile(name="held", content=b"nothing"))


def test_evidence_that_covers_the_log_is_compared_and_what_cannot_be_read_is_named(
    lived: cast.World,
):
    signed = checkpoint.sign(lived.session)
    genesis = lived.session.control().genesis
    claims = verify.read_evidence(GivenFile(name="held", content=signed.note))
    code = anchor.code(signed.checkpoint)
    given = verify.gather(genesis, [code, "12345"], claims, unread=["photo.png"])
    assert (len(given.claims), list(given.unread)) == (2, ["12345: group 0", "photo.png"])
    report = verify.verify(lived.session, given=given)
    assert (report.findings, report.covered) == ([], size(lived))
    with pytest.raises(MalformedInputError, match="stamp-roots"):
        verify.gather(genesis, [], roots=[b"no certificate"])


def test_the_genesis_of_another_log_is_a_finding(lived: cast.World):
    assert verify.verify(lived.session, bytes(32)).kinds == {"genesis"}
