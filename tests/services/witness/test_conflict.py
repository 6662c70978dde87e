"""What a witness has of this log that the log has not: proved by the log's own signature, or claimed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kt1custody.core.log import checkpoint
from kt1custody.errors import VerificationError
from kt1custody.services.session import checkpoint as signing
from kt1custody.services.witness import cosign
from kt1custody.signing import cosigned
from tests.kit import cast, stranger_log
from tests.kit.asked_witnesses import (
    Start,
    answering,
    asked,
    candidate,
    codes,
    control_of,
    enrol,
    grow,
    log_key,
    newest,
    roll_back,
)


def test_a_log_that_was_rolled_back_is_found_and_proved(
    founded: cast.World, start: Start, backup: Callable[[], Path]
):
    one = start("a.vn/w")
    cosign.ask(founded.session, [one.candidate])
    copy = backup()
    grow(founded, cast.COURIER, cast.COURIER_2)
    [seen] = cosign.ask(founded.session, [one.candidate])
    noted = newest(founded)
    roll_back(founded, copy)
    [told] = cosign.ask(founded.session, [one.candidate])  # it has cosigned this size too, long ago
    assert (told.code, told.size) == ("ahead", seen.size)
    grow(founded, cast.DRIVER)  # and it goes on
    [told] = cosign.ask(founded.session, [one.candidate])
    assert (told.code, told.size) == ("ahead", seen.size)
    assert told.kept is not None
    kept = checkpoint.read((founded.session.evidence / told.kept).read_bytes())
    assert kept.checkpoint == noted.checkpoint
    assert cosigned.is_signed_by(kept, log_key(founded).pub)
    with pytest.raises(VerificationError, match="witness-ahead"):
        cosign.raise_alarm(founded.session, [told])


def test_a_log_that_was_forked_is_found_and_proved(
    founded: cast.World, start: Start, backup: Callable[[], Path]
):
    one = start("a.vn/w")
    cosign.ask(founded.session, [one.candidate])
    copy = backup()
    grow(founded, cast.COURIER)
    [seen] = cosign.ask(founded.session, [one.candidate])
    noted = newest(founded)
    roll_back(founded, copy)
    grow(founded, cast.COURIER_2, cast.DRIVER)  # longer than what the witness has
    [told] = cosign.ask(founded.session, [one.candidate])
    assert (told.code, told.size) == ("forked", seen.size)
    assert told.kept is not None
    assert (
        checkpoint.read((founded.session.evidence / told.kept).read_bytes()).checkpoint
        == noted.checkpoint
    )
    with pytest.raises(VerificationError, match="witness-forked"):
        cosign.raise_alarm(founded.session, [told])
    assert list((one.folder / "evidence").glob("proof-*"))  # and the witness has its side


def test_a_thief_of_the_log_key_gets_no_quorum_for_a_fork(
    founded: cast.World, start: Start, backup: Callable[[], Path]
):
    running = [start("a.vn/w"), start("b.vn/w"), start("c.vn/w")]
    enrol(founded, running, 2)
    cosign.ask(founded.session)
    copy = backup()
    grow(founded, cast.COURIER)
    cosign.ask(founded.session)
    roll_back(founded, copy)  # the thief has data and keys, and writes another history
    grow(founded, cast.COURIER_2)
    told = cosign.ask(founded.session)
    assert set(codes(told).values()) == {"forked"}
    fork = newest(founded)
    assert not cosigned.verified(fork, control_of(founded)).is_quorum
    for one in running:
        assert list((one.folder / "evidence").glob("fork-*"))


def test_what_is_only_claimed_is_told_apart(founded: cast.World, key: Ed25519PrivateKey):
    def claim(path: str, body: bytes) -> tuple[int, bytes]:
        return (409, b"999999\n") if path.endswith("/add-checkpoint") else (404, b"")

    with answering(claim) as url:
        told = asked(founded, candidate(key, url))
    assert (told.code, told.size, told.is_proved) == ("claims", 999_999, False)
    assert told.kept is not None
    assert (founded.session.evidence / told.kept).read_bytes() == b"409 999999\n"
    with pytest.raises(VerificationError, match="witness-claims"):
        cosign.raise_alarm(founded.session, [told])


@pytest.mark.parametrize("signer", [b"f" * 32, b"w" * 32])
def test_a_checkpoint_that_we_have_not_signed_proves_nothing(
    founded: cast.World, key: Ed25519PrivateKey, signer: bytes
):
    false = stranger_log.StrangerLog(log_key(founded).name, signer).grow(99)

    def show(path: str, body: bytes) -> tuple[int, bytes]:
        return (409, b"99\n") if path.endswith("/add-checkpoint") else (200, false.note())

    with answering(show) as url:
        assert asked(founded, candidate(key, url)).code == "claims"


def test_a_refused_proof_is_a_claim_unless_shown(founded: cast.World, key: Ed25519PrivateKey):
    signed = signing.give_out(founded.session)

    def refuse(path: str, body: bytes) -> tuple[int, bytes]:
        return (422, b"") if path.endswith("/add-checkpoint") else (200, signed.note)

    with answering(refuse) as url:  # what it shows is our own history
        assert asked(founded, candidate(key, url)).code == "claims"
