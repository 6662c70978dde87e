"""A note counts by lines that hold, and one that names our key and does not hold spoils it."""

import pytest

from kt1custody.core.formats import note
from kt1custody.core.formats.note import SignatureLine
from kt1custody.errors import VerificationError
from kt1custody.signing import notes, sign

TEXT, NAME = "a note\n", "log.example/x"
KEY, OTHER = sign.from_seed(b"k" * 32), sign.from_seed(b"o" * 32)


def line(key: sign.SigningKey, of: str = TEXT, name: str = NAME) -> SignatureLine:
    return SignatureLine(name, note.key_hash(name, key.pub), key.sign(of.encode()))


def signed(*lines: SignatureLine) -> note.UnverifiedNote:
    return note.read(note.spell(TEXT, lines))


def test_a_line_that_holds_counts_whatever_stands_beside_it():
    assert notes.is_signed_by(signed(line(OTHER), line(KEY)), NAME, KEY.pub)
    assert not notes.is_signed_by(signed(line(OTHER)), NAME, KEY.pub)
    assert not notes.is_signed_by(signed(line(KEY, name="log.example/y")), NAME, KEY.pub)


def test_a_line_that_names_the_key_and_does_not_hold_is_no_signature():
    for lines in ([line(KEY, of="other\n")], [line(KEY), line(KEY, of="other\n")]):
        with pytest.raises(VerificationError, match="bad-signature"):
            notes.is_signed_by(signed(*lines), NAME, KEY.pub)
