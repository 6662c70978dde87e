"""What a witness replies: a status and a body, from the network or a stick, untrusted."""

import pytest

from kt1custody.core.log.keyring import Witness
from kt1custody.errors import MalformedInputError, UnavailableError
from kt1custody.services.session.given_file import GivenFile
from kt1custody.services.witness import reply
from kt1custody.services.witness.reply import WitnessReply
from tests.kit.asked_witnesses import answering


@pytest.mark.parametrize(
    ("status", "body", "size"),
    [
        (409, b"7\n", 7),
        (409, b"0\n", 0),
        (200, b"7\n", None),
        (404, b"7\n", None),
        (409, b"7", None),
        (409, b"07\n", None),
        (409, b"-1\n", None),
        (409, "٧\n".encode(), None),
        (409, b"9" * 40 + b"\n", None),
        (409, b"", None),
    ],
)
def test_only_a_conflict_says_where_a_witness_stands(status: int, body: bytes, size: int | None):
    assert WitnessReply(status=status, body=body).size == size


def test_a_file_holds_status_and_body():
    found = reply.read_file(GivenFile(name="a.answer", content=b"409 7\n"))
    assert (found.status, found.body, found.size) == (409, b"7\n", 7)
    assert reply.read_file(GivenFile(name="a.answer", content=b"422 ")).body == b""


@pytest.mark.parametrize(
    "content",
    [b"", b"200", b"200\n", b"20 x", b"x", b"999 x", b"\xff\xfe", b"200 ".ljust(reply.MOST + 1)],
)
def test_files_that_are_no_replies_are_named(content: bytes):
    with pytest.raises(MalformedInputError, match="answer-malformed") as caught:
        reply.read_file(GivenFile(name="x.answer", content=content))
    assert caught.value.detail["name"] == "x.answer"


def test_each_question_has_its_address_and_redirections_are_not_followed():
    asked = []

    def handle(path: str, body: bytes) -> tuple[int, bytes]:
        asked.append((path, body))
        return 302, b"elsewhere"

    with answering(handle) as url:
        one = Witness("a.vn/w", bytes(32), f"{url}/")
        found = reply.add_checkpoint(one, b"request")
        reply.newest(one, "kt1.example.vn/68/e1")
    assert (found.status, found.body) == (302, b"elsewhere")
    [added, (path, body)] = asked
    assert added == ("/w/add-checkpoint", b"request")
    assert path.startswith("/w/")
    assert body == b""


def test_who_has_no_address_or_replies_without_end_has_not_answered():
    with pytest.raises(UnavailableError, match="no-answer"):
        reply.newest(Witness("a.vn/w", bytes(32), None), "kt1.example.vn/68/e1")
    with (
        answering(lambda path, body: (200, b"x" * (reply.MOST + 1))) as url,
        pytest.raises(UnavailableError, match="no-answer"),
    ):
        reply.add_checkpoint(Witness("a.vn/w", bytes(32), url), b"")
