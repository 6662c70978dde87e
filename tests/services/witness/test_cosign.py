"""Witnesses asked by the log: honest ones, slow, lying and down; over the network and by stick."""

import contextlib
import dataclasses
import http.server
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kt1custody.cli import incoming, outgoing
from kt1custody.core.formats import note, numbers
from kt1custody.core.formats.note import VerifierKey
from kt1custody.core.log import checkpoint, tlog
from kt1custody.core.log.entry import Entry
from kt1custody.core.log.keyring import Control, Key, Witness
from kt1custody.errors import (
    MalformedInputError,
    NotAllowedError,
    RefusedError,
    UnavailableError,
    VerificationError,
)
from kt1custody.services.session import checkpoint as signing
from kt1custody.services.witness import cosign, coverage, reply
from kt1custody.signing import cosigned
from kt1custody.store import checkpoints
from kt1custody.store.log import LogBook
from kt1custody.witnessing import answers
from kt1custody.witnessing import witness as witnesses
from kt1custody.witnessing.http_server import WitnessServer
from tests.kit import at_counter, cast, stranger_log
from tests.kit.servers import speaking, wait

NOW = cast.MORNING + 600
Handle = Callable[[str, bytes], tuple[int, bytes]]


@dataclass
class Running:
    """A witness that answers over the network."""

    name: str
    folder: Path
    witness: witnesses.OpenWitness
    server: WitnessServer
    is_up: bool = True

    @property
    def url(self) -> str:
        return f"http://{self.server.place}/"

    @property
    def key(self) -> VerifierKey:
        return self.witness.verifier_key

    @property
    def candidate(self) -> Witness:
        return cosign.candidate(self.key, self.url)

    def stop(self) -> None:
        if not self.is_up:
            return
        self.is_up = False
        self.server.shutdown()
        self.server.stop()
        self.witness.close()


Start = Callable[..., Running]


@pytest.fixture
def founded(founded: cast.World) -> cast.World:
    """The founded log, ten minutes after it began."""
    founded.at(10)
    return founded


@pytest.fixture
def start(founded: cast.World, tmp_path: Path) -> Iterator[Start]:
    """Start a witness that trusts the log."""
    running: list[Running] = []

    def begin(name: str, now: int = NOW, *, trusting: bool = True) -> Running:
        folder = tmp_path / f"witness-{name}"
        witnesses.begin(folder, name)
        if trusting:
            witnesses.trust(folder, str(log_key(founded)))
        opened = witnesses.open_witness(folder, lambda: now)
        server = WitnessServer(("127.0.0.1", 0), opened, lambda one: None)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        running.append(Running(name, folder, opened, server))
        return running[-1]

    yield begin
    for one in running:
        one.stop()


@contextlib.contextmanager
def answering(handle: Handle) -> Iterator[str]:
    """Run a server that answers whatever a test wants."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, told = handle(self.path, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(told)))
            if 300 <= status < 400:
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_POST = serve  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/w"
    finally:
        server.shutdown()
        server.server_close()


def always(told: str) -> Handle:
    return lambda path, body: (200, told.encode())


def control_of(world: cast.World) -> Control:
    with world.session.database.read() as connection:
        return LogBook(connection).control


def log_key(world: cast.World) -> VerifierKey:
    return coverage.standing(world.session).log_key


def grow(world: cast.World, *who: str) -> None:
    """Put entries into the log, one for each person."""
    for one in who:
        at_counter.hold(world.session, cast.CLERK, one, "other")


def newest(world: cast.World) -> checkpoint.SignedCheckpoint:
    with world.session.database.read() as connection:
        found = checkpoints.newest(connection)
    assert found is not None
    return checkpoint.read(found[2])


def enrol(world: cast.World, running: Sequence[Running], least: int, *sticks: VerifierKey) -> Entry:
    """Have each cosign, and bring all into force; one more entry."""
    told = cosign.ask(world.session, [one.candidate for one in running])
    assert all(one.is_done for one in told), told
    urls = {one.name: one.url for one in running}
    keys = [*(one.key for one in running), *sticks]
    return at_counter.change_quorum(world.session, keys, least, cast.OFFICERS, urls)


def codes(outcomes: Sequence[cosign.CosignOutcome]) -> dict[str, str]:
    return {one.name: one.code for one in outcomes}


# Asking


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


def test_two_of_three_are_enough_while_one_is_down(founded: cast.World, start: Start):
    running = [start("a.vn/w"), start("b.vn/w"), start("c.vn/w")]
    enrol(founded, running, 2)
    running[1].stop()
    told = cosign.ask(founded.session)
    assert codes(told) == {"a.vn/w": "cosigned", "b.vn/w": "no-answer", "c.vn/w": "cosigned"}
    assert told[1].why == "silent"
    standing = coverage.standing(founded.session)
    assert standing.uncovered == 0
    assert standing.last["b.vn/w"][0] < standing.last["a.vn/w"][0]


def test_one_of_three_is_not_enough(founded: cast.World, start: Start):
    running = [start("a.vn/w"), start("b.vn/w"), start("c.vn/w")]
    enrol(founded, running, 2)
    for one in running[1:]:
        one.stop()
    cosign.ask(founded.session)
    assert coverage.standing(founded.session).covered is None
    found = cosigned.verified(newest(founded), control_of(founded))
    assert (found.is_quorum, found.time) == (False, None)
    assert found.witnesses == (("a.vn/w", NOW),)


def test_the_quorum_stood_when_the_last_needed_one_had_cosigned(founded: cast.World, start: Start):
    running = [start("a.vn/w", NOW + 50), start("b.vn/w", NOW), start("c.vn/w", NOW + 90)]
    enrol(founded, running, 2)
    cosign.ask(founded.session)
    assert coverage.standing(founded.session).covered == (newest(founded).checkpoint.size, NOW + 50)


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


# Servers that are slow, lying or down


@pytest.fixture
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(b"w" * 32)


def candidate(key: Ed25519PrivateKey, url: str, name: str = "a.vn/w") -> Witness:
    return Witness(name, key.public_key().public_bytes_raw(), url)


def asked(world: cast.World, one: Witness) -> cosign.CosignOutcome:
    """Ask a bad witness; whatever it says, our note is as it was."""
    signing.give_out(world.session)
    before = newest(world)
    [told] = cosign.ask(world.session, [one])
    assert newest(world) == before
    return told


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


# What a witness has and we have not


def roll_back(world: cast.World, copy: Path) -> None:
    """Put data and keys back as they were."""
    world.session.close()
    for name in ("data", "keys"):
        shutil.rmtree(world.folder / name)
        shutil.copytree(copy / name, world.folder / name)


@pytest.fixture
def backup(founded: cast.World, tmp_path: Path) -> Callable[[], Path]:
    def make() -> Path:
        founded.session.close()
        copy = tmp_path / "backup"
        for name in ("data", "keys"):
            shutil.copytree(founded.folder / name, copy / name)
        return copy

    return make


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


# By stick


@pytest.fixture
def stick(founded: cast.World, tmp_path: Path) -> Iterator[witnesses.OpenWitness]:
    """A witness without a network."""
    folder = tmp_path / "stick-witness"
    witnesses.begin(folder, "s.vn/w")
    witnesses.trust(folder, str(log_key(founded)))
    opened = witnesses.open_witness(folder, lambda: NOW)
    yield opened
    opened.close()


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


@pytest.mark.parametrize(
    "content",
    [b"", b"200", b"200\n", b"20 x", b"x", b"999 x", b"\xff\xfe", b"200 ".ljust(reply.MOST + 1)],
)
def test_files_that_are_no_answers(founded: cast.World, tmp_path: Path, content: bytes):
    file = tmp_path / "x.answer"
    file.write_bytes(content)
    with pytest.raises(MalformedInputError, match="answer-malformed"):
        incoming.witness_answer(founded.session, file)
    with pytest.raises(UnavailableError, match="file-unreadable"):
        incoming.witness_answer(founded.session, tmp_path / "none")


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


# Enrolling


def test_a_witness_that_has_not_cosigned_is_not_enrolled(founded: cast.World, start: Start):
    one, other = start("a.vn/w"), start("b.vn/w")
    cosign.ask(founded.session, [one.candidate])
    size = coverage.standing(founded.session).size
    with pytest.raises(RefusedError, match=r"witness-not-yet.*b\.vn/w"):
        at_counter.change_quorum(founded.session, [one.key, other.key], 2, cast.OFFICERS, {})
    same_name = VerifierKey("a.vn/w", note.COSIGNATURE, other.key.pub)
    with pytest.raises(RefusedError, match="witness-not-yet"):
        at_counter.change_quorum(founded.session, [same_name], 1, cast.OFFICERS, {})
    assert coverage.standing(founded.session).size == size


@pytest.mark.parametrize(("count", "least"), [(1, 2), (2, 1), (3, 1), (4, 2), (3, 4), (1, 0)])
def test_a_quorum_is_more_than_half(founded: cast.World, count: int, least: int):
    keys = [VerifierKey(f"w{n}", note.COSIGNATURE, bytes([n]) * 32) for n in range(count)]
    with pytest.raises(RefusedError, match="quorum-least"):
        at_counter.change_quorum(founded.session, keys, least, cast.OFFICERS, {})


def test_what_cannot_be_a_quorum(founded: cast.World):
    def enrol(*keys: VerifierKey, **urls: str) -> None:
        at_counter.change_quorum(founded.session, keys, len(keys), cast.OFFICERS, urls)

    def key(name: str, pub: int, kind: bytes = note.COSIGNATURE) -> VerifierKey:
        return VerifierKey(name, kind, bytes([pub]) * 32)

    for code, keys in (
        ("witness-twice", [key("a", 1), key("a", 2)]),
        ("witness-twice", [key("a", 1), key("b", 1)]),
        ("witness-name", [key("none", 1)]),
        ("witness-name", [key("kt1-quorum", 1)]),
        ("witness-name", [key("Ộ", 1)]),
        ("key-kind", [key("a", 1, note.SIGNATURE)]),
        ("too-many-witnesses", [key(f"w{n}", n) for n in range(33)]),
    ):
        with pytest.raises(RefusedError, match=code):
            enrol(*keys)
    with pytest.raises(RefusedError, match="no-such-witness"):
        enrol(key("a", 1), b="http://b/")
    with pytest.raises(RefusedError, match="url-wrong"):
        enrol(key("a", 1), a="gopher://b/")


def test_only_two_officers_enrol(founded: cast.World, start: Start):
    one = start("a.vn/w")
    cosign.ask(founded.session, [one.candidate])
    for pair in ((cast.OFFICERS[0], cast.OFFICERS[0]), (cast.OFFICERS[0], cast.CLERK)):
        with pytest.raises((RefusedError, NotAllowedError)):
            at_counter.change_quorum(founded.session, [one.key], 1, pair, {})
    assert control_of(founded).quorums == []


def test_a_newer_quorum_takes_the_place_and_keeps_addresses(founded: cast.World, start: Start):
    one, other, third = start("a.vn/w"), start("b.vn/w"), start("c.vn/w")
    enrol(founded, [one, other], 2)
    cosign.ask(founded.session, [third.candidate])
    first = newest(founded)
    at_counter.change_quorum(
        founded.session, [third.key, other.key, one.key], 2, cast.OFFICERS, {"a.vn/w": ""}
    )
    told = {one.name: one.url for one in coverage.in_force(control_of(founded))}
    assert told == {"a.vn/w": None, "b.vn/w": other.url, "c.vn/w": None}
    assert codes(cosign.ask(founded.session)) == {"b.vn/w": "cosigned"}
    assert coverage.standing(founded.session).covered == (
        first.checkpoint.size,
        NOW,
    )  # by the first
    control = control_of(founded)
    assert [one.least for one in control.quorums] == [2, 2]
    assert cosigned.verified(first, control).is_quorum
    assert not cosigned.verified(newest(founded), control).is_quorum


def test_a_witness_of_another_quorum_does_not_count(founded: cast.World, start: Start):
    one, other, third = start("a.vn/w"), start("b.vn/w"), start("c.vn/w")
    enrol(founded, [one, other, third], 2)
    at_counter.change_quorum(founded.session, [other.key, third.key], 2, cast.OFFICERS, {})
    third.stop()
    cosign.ask(founded.session, [one.candidate])
    found = cosigned.verified(newest(founded), control_of(founded))
    assert found.witnesses == (("a.vn/w", NOW), ("b.vn/w", NOW))
    assert not found.is_quorum
    assert coverage.standing(founded.session).covered is None


# Whose signatures hold


@pytest.fixture
def covered(founded: cast.World, start: Start) -> tuple[checkpoint.SignedCheckpoint, Control]:
    enrol(founded, [start("a.vn/w"), start("b.vn/w", NOW + 5), start("c.vn/w", NOW + 7)], 2)
    cosign.ask(founded.session)
    return newest(founded), control_of(founded)


def with_lines(
    signed: checkpoint.SignedCheckpoint, *lines: note.SignatureLine
) -> checkpoint.SignedCheckpoint:
    return checkpoint.read(note.spell(signed.note.text, lines))


def test_lines_of_one_witness_count_once(covered: tuple[checkpoint.SignedCheckpoint, Control]):
    signed, control = covered
    log, one, *_ = signed.note.signatures
    found = cosigned.verified(with_lines(signed, log, one, one, one), control)
    assert (found.is_quorum, len(found.witnesses)) == (False, 1)


@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_line_that_names_a_known_key_and_does_not_hold_spoils_the_note(
    covered: tuple[checkpoint.SignedCheckpoint, Control], place: int
):
    signed, control = covered
    lines = list(signed.note.signatures)
    good = lines[place]
    for raw in (
        good.signature[:-1] + bytes([good.signature[-1] ^ 1]),
        bytes([good.signature[0] ^ 1]) + good.signature[1:],
        good.signature[:-1],
        good.signature + b"\x00",
        b"\xff" * 8 + good.signature[8:],
    ):
        lines[place] = dataclasses.replace(good, signature=raw)
        with pytest.raises(VerificationError, match="bad-signature"):
            cosigned.verified(with_lines(signed, *lines), control)
        with pytest.raises(VerificationError, match="bad-signature"):  # even beside a good one
            cosigned.verified(with_lines(signed, *lines, good), control)
    lines[place] = good
    assert cosigned.verified(with_lines(signed, *lines), control).is_quorum


def test_lines_by_unknown_keys_are_passed_over(
    covered: tuple[checkpoint.SignedCheckpoint, Control],
):
    signed, control = covered
    strange = note.SignatureLine("a.vn/w", b"none", bytes(72))
    found = cosigned.verified(with_lines(signed, strange, *signed.note.signatures), control)
    assert found == cosigned.verified(signed, control)


def test_without_the_log_key_nothing_counts(covered: tuple[checkpoint.SignedCheckpoint, Control]):
    signed, control = covered
    with pytest.raises(VerificationError, match="note-unsigned"):
        cosigned.verified(with_lines(signed, *signed.note.signatures[1:]), control)
    other = dataclasses.replace(control, origin="kt1.lamdong.vn/68/e2")
    with pytest.raises(VerificationError, match="note-unsigned"):
        cosigned.verified(signed, other)


def test_after_a_rotation_the_newest_log_key_must_sign(
    covered: tuple[checkpoint.SignedCheckpoint, Control],
):
    signed, control = covered
    size = signed.checkpoint.size
    fresh = Ed25519PrivateKey.from_private_bytes(b"n" * 32)
    pub = fresh.public_key().public_bytes_raw()
    old = control.service_key("log")

    def rotated(at: int) -> Control:
        new = dataclasses.replace(old, pub=pub, kid=b"new-key!", enrolled=at)
        return dataclasses.replace(control, keys={**control.keys, new.kid: new})

    line = note.SignatureLine(
        control.origin, note.key_hash(control.origin, pub), fresh.sign(signed.note.text.encode())
    )
    both = with_lines(signed, line, *signed.note.signatures)
    assert cosigned.verified(signed, rotated(size)).log_keys == (old.pub,)  # it came later
    with pytest.raises(VerificationError, match="note-unsigned"):
        cosigned.verified(signed, rotated(size - 1))
    assert cosigned.verified(both, rotated(size - 1)).log_keys == (pub, old.pub)
    only = with_lines(signed, line, *signed.note.signatures[1:])
    assert cosigned.verified(only, rotated(size - 1)).log_keys == (pub,)
    with pytest.raises(VerificationError, match="note-unsigned"):  # a key of the future
        cosigned.verified(only, rotated(size))
    false = dataclasses.replace(line, signature=bytes(64))
    with pytest.raises(VerificationError, match="bad-signature"):  # known, if from later
        cosigned.verified(with_lines(signed, *signed.note.signatures, false), rotated(size))


def test_a_log_key_that_was_revoked_before_does_not_count(
    covered: tuple[checkpoint.SignedCheckpoint, Control],
):
    signed, control = covered
    old: Key = control.service_key("log")
    for seq, holds in ((signed.checkpoint.size, True), (signed.checkpoint.size - 1, False)):
        revoked = dataclasses.replace(control, revoked={old.kid: (seq, 0)})
        if holds:
            assert cosigned.verified(signed, revoked).is_quorum
        else:
            with pytest.raises(VerificationError, match="note-unsigned"):
                cosigned.verified(signed, revoked)


def test_spoiled_notes_in_the_database_are_passed_over(
    founded: cast.World, covered: tuple[checkpoint.SignedCheckpoint, Control]
):
    signed, control = covered
    grow(founded, cast.COURIER)
    cosign.ask(founded.session)
    size = newest(founded).checkpoint.size
    assert coverage.standing(founded.session).covered == (size, NOW + 5)
    bad = newest(founded).spelled()[:-10] + b"AAAAAAAA=\n"
    with founded.session.database.write() as connection:
        checkpoints.put(connection, control.origin, size, NOW, bad)
    standing = coverage.standing(founded.session)
    assert standing.covered == (signed.checkpoint.size, NOW + 5)
    assert standing.uncovered == 1
