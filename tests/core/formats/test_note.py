"""Signed notes: the standard's own examples, and what is refused."""

import base64

import pytest

from kt1custody.core.formats import note, numbers
from kt1custody.errors import MalformedInputError, VerificationError
from kt1custody.signing import sign

# Of the documentation of Go's sumdb/note, where the format comes from.
NEUMANN = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:]
EXAMPLE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6"
    "RyyBwJnAM=\n"
).encode()
# Of the standard itself; its text has an empty line.
POEM = (
    "Ognuno sta solo sul cuor della terra\n"
    "trafitto da un raggio di sole:\n"
    "\n"
    "ed è subito sera.\n"
    "\n"
    "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0x"
    "McXxj99ihAQwaqP3ZekRwNtIc=\n"
).encode()
KEY = sign.from_seed(bytes(range(32)))
LINE = note.SignatureLine("a.b/c", note.key_hash("a.b/c", KEY.pub), KEY.sign(b"text\n"))
STRANGER = note.SignatureLine("witness.example/w", b"\xff\xfe\xfd\xfc", bytes(72))


def test_the_example_of_the_reference_implementation_verifies():
    read = note.read(EXAMPLE)
    assert note.key_hash("PeterNeumann", NEUMANN).hex() == "c74f20a3"
    [signature] = read.signatures_by("PeterNeumann", NEUMANN)
    sign.verify(numbers.ED25519, NEUMANN, read.text.encode(), signature)
    with pytest.raises(VerificationError):
        sign.verify(numbers.ED25519, NEUMANN, read.text.upper().encode(), signature)


def test_the_text_reaches_to_the_last_empty_line():
    read = note.read(POEM)
    assert read.text.endswith("\n\ned è subito sera.\n")
    assert [one.name for one in read.signatures] == ["quasimodo.example/salvatore"]


@pytest.mark.parametrize("raw", [EXAMPLE, POEM])
def test_a_note_has_one_spelling(raw: bytes):
    read = note.read(raw)
    assert note.spell(read.text, read.signatures) == raw


def test_signatures_of_strangers_are_passed_over():
    same_name = note.SignatureLine("a.b/c", b"\x00\x01\x02\x03", bytes(64))
    same_hash = note.SignatureLine("x.y/z", LINE.hash, bytes(64))
    lines = [STRANGER, same_name, LINE, same_hash, *[STRANGER] * 20]
    read = note.read(note.spell("text\n", lines))
    assert read.signatures == tuple(lines)
    assert read.signatures_by("a.b/c", KEY.pub) == (LINE.signature,)


GOOD = note.spell("text\n", [LINE])
SPELLED = base64.b64encode(LINE.hash + LINE.signature)
FAULTS = [
    b"",
    b"text\n",
    b"text\n\n",
    b"\n\n" + GOOD.split(b"\n\n")[1],
    GOOD[:-1],
    GOOD + b"\n",
    GOOD + b"more\n",
    GOOD.replace(b"\n\n", b"\n"),
    GOOD.replace(b"text", b"te\txt"),
    GOOD.replace(b"text", b"te\rxt"),
    GOOD.replace(b"text", b"te\xffxt"),
    GOOD.replace("—".encode(), b"-"),
    GOOD.replace("— ".encode(), "—".encode()),
    GOOD.replace(b"a.b/c ", b"a.b/c  "),
    GOOD.replace(b"a.b/c", b"a+b"),
    GOOD.replace(b"a.b/c", "a\u00a0b".encode()),
    GOOD.replace(SPELLED, SPELLED.rstrip(b"=")),
    GOOD.replace(SPELLED, SPELLED[:-2] + bytes([SPELLED[-2] + 1]) + SPELLED[-1:]),  # spare bits
    GOOD.replace(SPELLED, b"AAAA"),
    note.spell("text\n", [LINE] * (note.MAX_LINES + 1)),
]


def test_the_note_that_the_faults_are_made_of_is_good():
    assert note.read(GOOD).signatures == (LINE,)


@pytest.mark.parametrize("raw", FAULTS, ids=range(len(FAULTS)))
def test_a_malformed_note_is_refused(raw: bytes):
    assert raw != GOOD
    with pytest.raises(MalformedInputError, match="note-malformed"):
        note.read(raw)
