"""Witnesses asked by the log: honest ones, slow, lying and down; over the network and by stick."""

import dataclasses
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kt1custody.cli import incoming, outgoing
from kt1custody.core.formats import numbers
from kt1custody.core.log import tlog
from kt1custody.errors import RefusedError, VerificationError
from kt1custody.services.session import checkpoint as signing
from kt1custody.services.witness import cosign, coverage, reply
from kt1custody.signing import cosigned
from kt1custody.witnessing import answers
from kt1custody.witnessing import witness as witnesses
from tests.kit import at_counter, cast, stranger_log
from tests.kit.asked_witnesses import (
    NOW,
    Handle,
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
from tests.kit.servers import speaking, wait


def always(told: str) -> Handle:
    return lambda path, body: (200, told.encode())


def test_witnesses_cosign_are_enrolled_and_cover_the_log(founded: cast.World, start: Start):
    one, other = start("a.vn/w"), start("b.vn/w")
    assert coverage.standing(founded.session).quorum is None
    entry = enrol(founded, [one, other], 2)
    assert entry.judgement == ()
    before = coverage.standing(founded.session)
    assert before.covered is None  # what was cosigned before them had no quorum
    assert before.uncovered == before.size == entry.seq + 1
    told = cosign.ask(founded.session)
    assert codes(told) == {"a.vn/w": "cosigned", "b.vn/w": "cosigned"}
    assert {(one.size, one.time, one.ahead) for one in told} == {(entry.seq + 1, NOW, 0)}
    standing = coverage.standing(founded.session)
    assert standing.covered == (entry.seq + 1, NOW)
    assert (standing.uncovered, standing.since) == (0, None)
    assert standing.last == {"a.vn/w": (entry.seq + 1, NOW), "b.vn/w": (entry.seq + 1, NOW)}
    found = cosigned.verified(newest(founded), control_of(founded))
    assert found.is_quorum
    assert found.witnesses == (("a.vn/w", NOW), ("b.vn/w", NOW))
    assert found.log_keys == (log_key(founded).pub,)
    founded.at(30)
    grow(founded, cast.COURIER)
    behind = coverage.standing(founded.session)
    assert (behind.uncovered, behind.since) == (1, cast.MORNING + 30 * 60)


def test_asked_again_it_says_that_it_still_stands_there(founded: cast.World, start: Start):
    one = start("a.vn/w")
    told = [cosign.ask(founded.session, [one.candidate])[0] for _ in range(3)]
    assert [one.code for one in told] == ["cosigned", "before", "before"]
    assert len({one.size for one in told}) == 1
    assert len(newest(founded).note.signatures) == 2


def test_each_witness_is_asked_from_where_it_stands(founded: cast.World, start: Start):
    one, other = start("a.vn/w"), start("b.vn/w")
    cosign.ask(founded.session, [one.candidate])
    grow(founded, cast.COURIER)
    cosign.ask(founded.session, [other.candidate])
    grow(founded, cast.COURIER_2)
    told = cosign.ask(founded.session, [one.candidate, other.candidate])
    assert codes(told) == {"a.vn/w": "cosigned", "b.vn/w": "cosigned"}


def test_an_answer_that_was_lost_is_asked_for_again(founded: cast.World, start: Start):
    one = start("a.vn/w")
    signed = signing.give_out(founded.session)
    assert answers.answer(one.witness, tlog.spell_request(0, [], signed.note)).status == 200
    grow(founded, cast.COURIER)
    told = cosign.ask(founded.session, [one.candidate])  # the log thinks that it stands at 0
    assert codes(told) == {"a.vn/w": "cosigned"}
    one.stop()


def test_who_does_not_trust_us_or_knows_us_not(founded: cast.World, start: Start):
    stranger, other = start("a.vn/w", trusting=False), start("b.vn/w", trusting=False)
    false = stranger_log.StrangerLog(log_key(founded).name, b"f" * 32)
    witnesses.trust(other.folder, false.vkey)
    told = cosign.ask(founded.session, [stranger.candidate, other.candidate])
    assert codes(told) == {"a.vn/w": "unknown-log", "b.vn/w": "not-trusted"}
    assert len(newest(founded).note.signatures) == 1


def test_a_clock_far_ahead_is_told(founded: cast.World, start: Start):
    a_day = start("a.vn/w", NOW + 86_400)
    [told] = cosign.ask(founded.session, [a_day.candidate])
    assert (told.code, told.ahead) == ("cosigned", 86_400)
    [told] = cosign.ask(founded.session, [start("b.vn/w", NOW + 100).candidate])
    assert (told.code, told.ahead) == ("cosigned", 0)


def test_a_time_that_no_calendar_has_is_refused(founded: cast.World, start: Start):
    later = start("a.vn/w", numbers.LAST_TIME + 1)
    [told] = cosign.ask(founded.session, [later.candidate])
    assert (told.code, told.why) == ("wrong-answer", "cosignature")


def test_nobody_to_ask(founded: cast.World):
    with pytest.raises(RefusedError, match="no-witness"):
        cosign.ask(founded.session)


def test_the_log_is_never_locked_while_somebody_is_asked(founded: cast.World, start: Start):
    one = start("a.vn/w")
    counter = founded.new_session()
    counter.as_of = NOW
    counter.unlock([cast.CLERK])
    waited: list[float] = []

    def write_meanwhile(path: str, body: bytes) -> tuple[int, bytes]:
        begin = time.monotonic()
        at_counter.hold(counter, cast.CLERK, cast.COURIER, "other")
        waited.append(time.monotonic() - begin)
        told = answers.answer(one.witness, body)
        return told.status, told.body

    with answering(write_meanwhile) as url:
        [told] = cosign.ask(founded.session, [dataclasses.replace(one.candidate, url=url)])
    counter.close()
    assert told.code == "cosigned"
    assert waited[0] < 3  # a writer who finds the log locked waits for ten seconds
    assert coverage.standing(founded.session).size == (told.size or 0) + 1


@pytest.mark.parametrize(
    ("status", "body", "code", "why"),
    [
        (200, b"", "wrong-answer", "cosignature"),
        (200, b"\xff\n", "wrong-answer", "cosignature"),
        (200, b"thanks\n", "wrong-answer", "cosignature"),
        (200, b"\xe2\x80\x94 a.vn/w AAAA\n", "wrong-answer", "cosignature"),
        (201, b"", "wrong-answer", "201"),
        (302, b"", "wrong-answer", "302"),
        (500, b"sorry", "wrong-answer", "500"),
        (400, b"", "malformed", None),
        (403, b"", "not-trusted", None),
        (404, b"", "unknown-log", None),
        (409, b"", "wrong-answer", "409"),
        (409, b"07\n", "wrong-answer", "409"),
        (409, b"7", "wrong-answer", "409"),
        (409, b"-1\n", "wrong-answer", "409"),
        (409, "٧\n".encode(), "wrong-answer", "409"),
        (409, b"9" * 40 + b"\n", "wrong-answer", "409"),
        (409, b"0\n", "elsewhere", None),
        (409, b"3\n", "elsewhere", None),
        (200, b"x" * 16_384, "wrong-answer", "cosignature"),
        (200, b"x" * 16_385, "no-answer", "long"),
    ],
)
def test_wrong_answers(
    founded: cast.World,
    key: Ed25519PrivateKey,
    status: int,
    body: bytes,
    code: str,
    why: str | None,
):
    with answering(lambda path, asked: (status, body)) as url:
        told = asked(founded, candidate(key, url))
    assert (told.code, told.why) == (code, why)


def test_a_cosignature_must_be_this_witness_s_for_this_checkpoint(
    founded: cast.World, key: Ed25519PrivateKey
):
    signed = signing.give_out(founded.session)
    text, other = signed.checkpoint.text, Ed25519PrivateKey.from_private_bytes(b"o" * 32)
    foreign = stranger_log.StrangerLog().grow(3).text()

    def line(name: str = "a.vn/w", by: Ed25519PrivateKey = key, time: int = NOW, of: str = text):
        return stranger_log.cosignature_line(name, by, time, of)

    right = line()
    flipped = right[:-6] + ("A" if right[-6] != "A" else "B") + right[-5:]
    raw = key.sign(text.encode())
    plain = stranger_log.signature_line("a.vn/w", 1, key, raw)  # as a log signs
    short = stranger_log.signature_line("a.vn/w", 4, key, raw)  # without a time
    for wrong in (
        line(by=other), line(name="b.vn/w"), line(of=foreign), line(time=0), flipped, plain, short,
        f"{right}\n", right * 101, f"{text}\n{right}", line(of=foreign) + right, right + flipped,
    ):  # fmt: skip
        with answering(always(wrong)) as url:
            told = asked(founded, candidate(key, url))
        assert (told.code, told.why) == ("wrong-answer", "cosignature"), wrong
    beside = line(by=other) + right + line(name="b.vn/w")  # unknown keys are passed over
    with answering(always(beside)) as url:
        [told] = cosign.ask(founded.session, [candidate(key, url)])
    assert told.code == "cosigned"
    assert newest(founded).spelled() == signed.note + right.encode()


def test_slow_ones_do_not_keep_the_others_waiting(
    founded: cast.World, start: Start, key: Ed25519PrivateKey, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reply, "SECONDS", 2)
    honest = start("z.vn/w")
    with speaking(wait) as one, speaking(wait) as two, speaking(wait) as three:
        slow = [candidate(key, url, name) for url, name in ((one, "a"), (two, "b"), (three, "c"))]
        begin = time.monotonic()
        told = cosign.ask(founded.session, [*slow, honest.candidate])
    assert time.monotonic() - begin < 5  # not one after the other
    assert [one.code for one in told] == ["no-answer"] * 3 + ["cosigned"]


def test_a_witness_overtaken_by_somebody_who_asks_too_is_no_alarm(
    founded: cast.World, start: Start
):
    """Between giving out and asking, another has grown the log and asked for more."""
    one = start("a.vn/w")
    signed = signing.give_out(founded.session)
    grow(founded, cast.COURIER)
    cosign.ask(founded.session, [one.candidate])
    answer = reply.WitnessReply(status=409, body=f"{signed.checkpoint.size + 1}\n".encode())
    told = cosign._refused(founded.session, signed, one.candidate, answer)
    assert told.code == "elsewhere"


def test_proved_alarms_come_first(founded: cast.World):
    claims, ahead = cosign.CosignOutcome("a", "claims", 9), cosign.CosignOutcome("b", "ahead", 7)
    with pytest.raises(VerificationError, match="witness-ahead"):
        cosign.raise_alarm(founded.session, [claims, ahead])
    cosign.raise_alarm(founded.session, [cosign.CosignOutcome("a", "no-answer")])


def test_who_fails_is_asked_less_and_less_often():
    patience, now, asked_at = cosign.Patience(60), 0.0, []
    while now < 30_000:
        if "a" not in patience.resting(now):
            asked_at.append(now)
            patience.note(
                [cosign.CosignOutcome("a", "no-answer"), cosign.CosignOutcome("b", "before")], now
            )
        assert "b" not in patience.resting(now)
        now += 61
    waits = [later - before for before, later in pairwise(asked_at)]
    assert waits[0] <= 61
    assert all(later >= before for before, later in pairwise(waits[:-1]))
    assert 3_000 < waits[-1] <= 3_700
    patience.note([cosign.CosignOutcome("a", "cosigned")], now)
    assert patience.resting(now) == frozenset()


def carry(world: cast.World, stick: witnesses.OpenWitness, name: str, known: bool = True) -> Path:
    """Write a request, have it answered; gives the answer."""
    file = world.folder / name
    outgoing.witness_request(world.session, file, "s.vn/w" if known else None)
    answers.answer_file(stick, file)
    return file.with_name(f"{name}.answer")


def test_a_witness_by_stick_is_enrolled_and_counts(
    founded: cast.World, stick: witnesses.OpenWitness
):
    first = carry(founded, stick, "one", known=False)
    told = incoming.witness_answer(founded.session, first)
    assert (told.code, told.why) == ("wrong-answer", "cosignature")  # nobody knows its key yet
    one = cosign.candidate(stick.verifier_key, None)
    assert incoming.witness_answer(founded.session, first, one).code == "cosigned"
    assert (
        incoming.witness_answer(founded.session, first, one).code == "before"
    )  # as often as one likes
    assert len(newest(founded).note.signatures) == 2
    at_counter.change_quorum(founded.session, [stick.verifier_key], 1, cast.OFFICERS, {})
    told = incoming.witness_answer(founded.session, carry(founded, stick, "two"))
    assert (told.name, told.code, told.size) == (
        "s.vn/w",
        "cosigned",
        newest(founded).checkpoint.size,
    )
    assert coverage.standing(founded.session).uncovered == 0
    with pytest.raises(RefusedError, match="no-witness"):
        cosign.ask(founded.session)


def test_an_answer_finds_its_checkpoint_though_newer_ones_were_given_out(
    founded: cast.World, stick: witnesses.OpenWitness
):
    one = cosign.candidate(stick.verifier_key, None)
    answered, size = carry(founded, stick, "one"), newest(founded).checkpoint.size
    for who in (cast.COURIER, cast.COURIER_2, cast.DRIVER):
        grow(founded, who)
        signing.give_out(founded.session)
    told = incoming.witness_answer(founded.session, answered, one)
    assert (told.code, told.size) == ("cosigned", size)
    assert len(newest(founded).note.signatures) == 1


def test_a_lost_stick_is_asked_again_from_where_the_witness_stands(
    founded: cast.World, stick: witnesses.OpenWitness
):
    carry(founded, stick, "lost")
    size = newest(founded).checkpoint.size
    grow(founded, cast.COURIER)
    told = incoming.witness_answer(founded.session, carry(founded, stick, "again"))
    assert (told.code, told.size) == ("elsewhere", size)
    file = founded.folder / "third"
    outgoing.witness_request(founded.session, file, None, told.size)
    answers.answer_file(stick, file)
    one = cosign.candidate(stick.verifier_key, None)
    assert (
        incoming.witness_answer(founded.session, founded.folder / "third.answer", one).code
        == "cosigned"
    )


def test_alarms_come_by_stick_too(
    founded: cast.World, stick: witnesses.OpenWitness, backup: Callable[[], Path]
):
    one = cosign.candidate(stick.verifier_key, None)
    incoming.witness_answer(founded.session, carry(founded, stick, "one"), one)
    copy = backup()
    grow(founded, cast.COURIER)
    incoming.witness_answer(founded.session, carry(founded, stick, "two"), one)
    roll_back(founded, copy)
    told = incoming.witness_answer(founded.session, carry(founded, stick, "three"), one)
    assert (told.code, told.size) == ("claims", newest(founded).checkpoint.size + 1)
    grow(founded, cast.COURIER_2)
    told = incoming.witness_answer(founded.session, carry(founded, stick, "four"), one)
    assert told.code == "elsewhere"
    file = founded.folder / "five"
    outgoing.witness_request(founded.session, file, None, told.size)
    answers.answer_file(stick, file)
    assert (
        incoming.witness_answer(founded.session, founded.folder / "five.answer", one).code
        == "claims"
    )


def test_requests_are_not_written_over_others_or_for_sizes_that_never_were(
    founded: cast.World, tmp_path: Path
):
    file = tmp_path / "request"
    with pytest.raises(RefusedError, match="old-size"):
        outgoing.witness_request(founded.session, file, None, 10_000)
    assert not file.exists()
    outgoing.witness_request(founded.session, file, None)
    with pytest.raises(RefusedError, match="file-exists"):
        outgoing.witness_request(founded.session, file, None)
