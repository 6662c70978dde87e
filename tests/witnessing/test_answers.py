"""A witness: every answer of the protocol, many who ask at once, kills, forks and nonsense."""

import hashlib
import json
import multiprocessing
import random
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.formats import cbor
from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.store.notes import KeptNote, Notes
from kt1custody.witnessing import answers
from kt1custody.witnessing import witness as witnesses
from kt1custody.witnessing.answers import WitnessAnswer, answer
from kt1custody.witnessing.witness import OpenWitness
from tests.kit import nightly, stranger_log, strangers
from tests.kit.package import ROOT
from tests.kit.stranger_log import StrangerLog, body
from tests.kit.witnesses import NAME, NOW, cases, kept, make, reopen, size_of

EXAMPLES: dict[str, Any] = json.loads(
    (ROOT / "tests" / "vectors" / "c2sp" / "examples.json").read_text("utf-8")
)


# The protocol


@pytest.mark.parametrize("one", EXAMPLES["exchanges"], ids=lambda one: one["what"])
def test_exchanges_of_strangers(tmp_path: Path, one: dict[str, Any]):
    """The same answers, to the last byte, as those that another implementation agrees to."""
    key_file = cbor.encode(["kt1-witness-key/1", one["name"], bytes.fromhex(one["seed"])])
    (tmp_path / "witness.key").write_bytes(key_file)
    Notes.create(tmp_path / "witness.db").close()
    (tmp_path / "logs.txt").write_text(one["log"] + "\n", "utf-8")
    opened = reopen(tmp_path, one["time"])
    origin = one["log"].partition("+")[0]
    if one["last"]:
        text = f"{origin}\n{one['last']}\n{one['last_root']}\n\n— any AAAAAAAA\n"
        opened.notes.put(KeptNote(origin, one["last"], text.encode()), None)
    before = opened.notes.every()
    told = answer(opened, one["body"].encode())
    assert told.status == one["status"]
    if "answer" in one:
        assert told.body.decode() == one["answer"]
    assert (told.content_type == "text/x.tlog.size") == (told.status == 409)
    assert (opened.notes.every() != before) == (told.status == 200)
    opened.close()


@pytest.mark.parametrize("one", EXAMPLES["requests"], ids=lambda one: one["what"])
def test_requests_of_strangers_are_malformed_or_of_an_unknown_log(
    witness: OpenWitness, one: dict[str, Any]
):
    wanted = 400 if one.get("refused") else 404
    assert answer(witness, one["body"].encode()).status == wanted


def test_a_log_is_cosigned_as_it_grows(witness: OpenWitness, log: StrangerLog):
    before = 0
    for size in (0, 1, 2, 7, 8, 13, 20, 20):
        told = answer(witness, log.request(before, size))
        assert told.status == 200, (before, size)
        pub = witness.verifier_key.pub
        line = told.body.decode()
        assert stranger_log.is_cosigned(line, NAME, pub, log.text(size)) == NOW
        noted = kept(witness, log)
        assert noted == log.note(size) + told.body  # the whole note, with the log's own signature
        before = size
    assert cases(witness) == []


def test_extension_lines_are_cosigned_with_the_rest(witness: OpenWitness, log: StrangerLog):
    text = log.text(5) + "something of the log's own\n"
    told = answer(witness, body(0, [], f"{text}\n{log.line(text)}".encode()))
    assert told.status == 200
    stranger_log.is_cosigned(told.body.decode(), NAME, witness.verifier_key.pub, text)
    assert answer(witness, log.request(5, 9)).status == 200


def test_an_unknown_log_is_not_found(witness: OpenWitness, log: StrangerLog):
    other = StrangerLog("log.example/y", log.seed).grow(3)
    assert answer(witness, other.request(0)).status == 404
    assert kept(witness, other) is None


def test_only_trusted_keys_count(witness: OpenWitness, log: StrangerLog):
    stranger = StrangerLog(log.origin, b"s" * 32, log.leaves)
    assert answer(witness, stranger.request(0)) == WitnessAnswer(status=403, body=b"unsigned\n")
    both = log.note() + stranger.line(log.text()).encode()  # unknown keys are passed over
    assert answer(witness, body(0, [], both)).status == 200
    noted = kept(witness, log)
    assert noted is not None
    assert stranger.line(log.text()).encode() not in noted


def test_a_false_signature_by_a_trusted_key_refuses_the_note(
    witness: OpenWitness, log: StrangerLog
):
    wrong = log.line(log.text(3))  # a right one, under another checkpoint
    assert answer(witness, body(0, [], log.note(4) + wrong.encode())).status == 403
    name, hashed = log.origin, log.line("").split(" ")[2][:6]
    short = f"— {name} {hashed}==\n".encode()
    assert answer(witness, body(0, [], log.note(4) + short)).status in (400, 403)
    assert kept(witness, log) is None


def test_a_rotated_log_key_is_trusted_beside_the_new_one(witness: OpenWitness, log: StrangerLog):
    fresh = StrangerLog(log.origin, b"n" * 32, log.leaves)
    assert answer(witness, fresh.request(0, 5)).status == 403
    assert witnesses.trust(witness.folder, fresh.vkey).name == log.origin
    for signer, old, size in ((log, 0, 5), (fresh, 5, 6), (log, 6, 7)):
        assert answer(witness, signer.request(old, size)).status == 200
    both = log.note(8) + fresh.line(log.text(8)).encode()
    proof = stranger_log.consistency(7, log.leaves[:8])
    assert answer(witness, body(7, proof, both)).status == 200
    noted = kept(witness, log)
    assert noted is not None
    assert noted.startswith(both)
    false = log.note(9) + fresh.line(log.text(8)).encode()
    assert (
        answer(witness, body(8, stranger_log.consistency(8, log.leaves[:9]), false)).status == 403
    )


def test_the_size_is_told_to_who_begins_elsewhere(witness: OpenWitness, log: StrangerLog):
    assert answer(witness, log.request(0, 9)).status == 200
    for old in (0, 5, 12):
        told = answer(witness, log.request(old, 15))
        assert (told.status, told.body, told.content_type) == (409, b"9\n", "text/x.tlog.size")
    assert answer(witness, log.request(0, 5)).body == b"9\n"  # nor does it go back
    assert answer(witness, log.request(15, 15)).status == 409
    assert answer(witness, body(16, [], log.note(15))).status == 400
    assert size_of(witness, log) == 9


def test_sizes_and_roots_that_cannot_be(witness: OpenWitness, log: StrangerLog):
    text = f"{log.origin}\n0\n{stranger_log.encode(bytes(32))}\n"
    nothing = body(0, [], f"{text}\n{log.line(text)}".encode())
    assert answer(witness, nothing).status == 422
    assert answer(witness, body(0, [bytes(32)], log.note(4))).status == 422
    assert answer(witness, body(0, [bytes(32)], log.note(0))).status == 422
    assert answer(witness, log.request(0, 4)).status == 200
    assert answer(witness, body(4, [bytes(32)], log.note(4))).status == 422
    proof = stranger_log.consistency(4, log.leaves[:9])
    for wrong in (proof[:-1], [*proof, bytes(32)], proof[::-1], [bytes(32)] * len(proof), []):
        assert answer(witness, body(4, wrong, log.note(9))).status == 422
    assert size_of(witness, log) == 4
    assert answer(witness, body(4, proof, log.note(9))).status == 200


def test_a_log_of_another_program_is_cosigned(tmp_path: Path):
    """The log is made, and the cosignature checked, by golang.org/x/mod."""
    folder, name, seed = tmp_path / "w", "go.example/log", "07" * 32
    witnesses.begin(folder, NAME)
    opened = reopen(folder)
    pub, before = opened.verifier_key.pub.hex(), 0
    for size in (5, 300, 301):
        made = tmp_path / str(size)
        witnesses.trust(folder, strangers.answers("make", seed, name, size, made).strip())
        told = answer(opened, (made / "requests" / str(before)).read_bytes())
        assert told.status == 200
        noted = answers.newest(opened, hashlib.sha256(name.encode()).hexdigest())
        (made / "cosigned").write_bytes(noted or b"")
        strangers.answers("cosignature", NAME, pub, made / "cosigned")
        before = size
    opened.close()


# Many at once, and kills


def test_nothing_is_rolled_back_whoever_comes_second(witness: OpenWitness, log: StrangerLog):
    """The race of the protocol's page: A (to 10) is checked, B (to 20) is stored, A is stored."""
    answer(witness, log.request(0, 5))
    put, done = Notes.put, list[WitnessAnswer]()

    def slow_put(self: Notes, new: KeptNote, seen: KeptNote | None) -> bool:
        if new.size == 10 and not done:
            done.append(answer(witness, log.request(5, 20)))
        return put(self, new, seen)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Notes, "put", slow_put)
        told = answer(witness, log.request(5, 10))
    assert done[0].status == 200
    assert (told.status, told.body) == (409, b"20\n")
    assert size_of(witness, log) == 20


def test_of_two_histories_at_once_one_is_cosigned(witness: OpenWitness, log: StrangerLog):
    answer(witness, log.request(0, 5))
    with ThreadPoolExecutor(8) as pool:
        asked = [log.request(5, 8), log.forked(5, 3).request(5, 8)] * 8
        told = list(pool.map(lambda one: answer(witness, one), asked))
    cosigned = {one.body for one in told if one.status == 200}
    assert len(cosigned) == 1  # the clock stands still, so lines for one history are the same
    assert (kept(witness, log) or b"").endswith(cosigned.pop())
    assert {one.status for one in told} <= {200, 409}


def push(witness: OpenWitness, log: StrangerLog, seed: int) -> list[tuple[int, int, int]]:
    """Ask for one size after the other; gives status, old size and size of each."""
    chance, old, told = random.Random(seed), 0, []
    for _ in range(30):
        size = chance.randint(old, min(old + 6, len(log.leaves)))
        got = answer(witness, log.request(old, size))
        told.append((got.status, old, size))
        old = size if got.status == 200 else int(got.body)
    return told


def check_one_way(told: list[tuple[int, int, int]], end: int) -> None:
    """Each step forward was given once: together they are one way from 0 to the end."""
    assert {status for status, _, _ in told} == {200, 409}
    steps = sorted((old, size) for status, old, size in told if status == 200 and old < size)
    assert [old for old, _ in steps] == [0, *(size for _, size in steps[:-1])]
    assert steps[-1][1] == end


def _push(folder: str, seed: int) -> list[tuple[int, int, int]]:
    """Do so in a process of its own."""
    opened = reopen(Path(folder))
    told = push(opened, StrangerLog().grow(80), seed)
    opened.close()
    return told


@pytest.mark.slow
def test_threads_hammering_move_it_forward_only(witness: OpenWitness, log: StrangerLog):
    log.grow(60)
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda seed: push(witness, log, seed), range(8)))
    check_one_way([one for all_ in told for one in all_], size_of(witness, log))


@pytest.mark.slow
def test_processes_hammering_move_it_forward_only(tmp_path: Path, log: StrangerLog):
    folder = make(tmp_path / "witness", log)
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        told = pool.starmap(_push, [(str(folder), seed) for seed in range(3)])
    opened = reopen(folder)
    check_one_way([one for all_ in told for one in all_], size_of(opened, log))
    opened.close()


_KILLED = """
import json, os, shutil, signal, sqlite3, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from kt1custody.witnessing import answers, witness
from tests.kit.stranger_log import StrangerLog

folder, log = Path(sys.argv[1]), StrangerLog().grow(20)
connect, step = sqlite3.connect, 0

def killing(at):
    count = 0
    def hear(words):
        nonlocal count
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)
        count += 1
    def connected(*place, **how):
        connection = connect(*place, **how)
        connection.set_trace_callback(hear)
        return connection
    return connected

while True:
    copy = folder.with_name(f"at-{{step}}")
    shutil.copytree(folder, copy)
    child = os.fork()
    if child == 0:
        sqlite3.connect = killing(step)
        told = answers.answer(witness.open_witness(copy, lambda: 1795000001), log.request(5, 9))
        (copy / "told").write_bytes(told.body)
        if step % 2:
            os.kill(os.getpid(), signal.SIGKILL)
        os._exit(told.status == 200)
    _, status = os.waitpid(child, 0)
    if (copy / "told").exists():
        break
    step += 1
print(step)
"""


@pytest.mark.slow
def test_killed_at_any_step_it_never_forgets_what_left(tmp_path: Path, log: StrangerLog):
    folder = make(tmp_path / "witness", log)
    opened = reopen(folder)
    assert answer(opened, log.request(0, 5)).status == 200
    opened.close()
    program = _KILLED.format(root=str(ROOT))
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)], capture_output=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr.decode()
    steps = int(done.stdout)
    assert steps >= 5  # reading, the lock, looking, writing, committing
    sizes = set()
    for step in range(steps + 1):
        again = reopen(tmp_path / f"at-{step}", NOW + 2)
        at = size_of(again, log)
        sizes.add(at)
        told = answer(again, log.request(5, 9))
        if at == 5:
            assert told.status == 200
        else:
            assert (at, told.status, told.body) == (9, 409, b"9\n")
        fork = log.forked(6, 3)
        assert answer(again, fork.request(5, 9)).status == 409
        assert answer(again, fork.request(9, 9)).status == 422
        assert size_of(again, log) == 9
        again.close()
    assert sizes == {5, 9}


def test_killed_between_keeping_and_answering(tmp_path: Path, log: StrangerLog):
    folder = make(tmp_path / "witness", log)
    opened = reopen(folder)
    put = Notes.put

    def put_and_die(self: Notes, new: KeptNote, seen: KeptNote | None) -> bool:
        put(self, new, seen)
        raise KeyboardInterrupt  # as good as dead: no answer leaves

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Notes, "put", put_and_die)
        with pytest.raises(KeyboardInterrupt):
            answer(opened, log.request(0, 7))
    opened.close()
    again = reopen(folder)
    assert answer(again, log.request(0, 7)).body == b"7\n"
    assert answer(again, log.request(7, 7)).status == 200
    assert answer(again, log.forked(3, 4).request(7, 7)).status == 422
    again.close()


def test_a_witness_that_cannot_keep_does_not_answer(witness: OpenWitness, log: StrangerLog):
    def full(*_: object) -> bool:
        raise UnavailableError("disk-full")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Notes, "put", full)
        with pytest.raises(UnavailableError, match="disk-full"):
            answer(witness, log.request(0, 7))
    assert kept(witness, log) is None


# Nonsense


@pytest.fixture(scope="module")
def long_lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenWitness]:
    opened = reopen(make(tmp_path_factory.mktemp("fuzz") / "witness", StrangerLog()))
    yield opened
    opened.close()


_GOOD = StrangerLog().grow(12)
_PARTS = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([b"\n", b"\n\n", b"old 5\n", b"old 0\n", _GOOD.note(), b"\xe2\x80\x94 ", b"+"]),
)


@nightly.examples(gate=60, nightly=1200)
@given(data=st.data())
def test_any_bytes_are_answered_and_move_nothing_but_forward(
    long_lived: OpenWitness, data: st.DataObject
):
    five = KeptNote(_GOOD.origin, 5, _GOOD.note(5))
    long_lived.notes.put(five, long_lived.notes.find(_GOOD.origin))
    raw = bytearray(_GOOD.request(5, data.draw(st.integers(5, 12))))
    for _ in range(data.draw(st.integers(0, 3))):
        begin = data.draw(st.integers(0, len(raw)))
        end = data.draw(st.integers(begin, min(len(raw), begin + 40)))
        raw[begin:end] = data.draw(_PARTS)
    told = answer(long_lived, bytes(raw))
    assert told.status in (200, 400, 403, 404, 409, 422)
    after = size_of(long_lived, _GOOD)
    assert (after > 5) <= (told.status == 200)
    # Whatever was changed, only what the log has signed and what follows is cosigned.
    assert (kept(long_lived, _GOOD) or b"").startswith(_GOOD.note(after))


@given(st.binary(max_size=400))
def test_noise_is_malformed(long_lived: OpenWitness, noise: bytes):
    assert answer(long_lived, noise).status == 400


def test_too_much_is_malformed(witness: OpenWitness, log: StrangerLog):
    request = log.request(0, 5)
    line = log.line(log.text(5)).encode()
    assert answer(witness, request + line * 99).status == 200  # 100 lines, of which one is kept
    assert kept(witness, log) is not None
    assert (kept(witness, log) or b"").count(b"\n") == 6
    assert answer(witness, log.request(5, 6) + log.line(log.text(6)).encode() * 100).status == 400
    assert answer(witness, request + b"x" * 65_536).status == 400


# By stick


def test_a_request_on_a_stick_is_answered_once(
    witness: OpenWitness, log: StrangerLog, tmp_path: Path
):
    file = tmp_path / "stick" / "to chot.req"
    file.parent.mkdir()
    file.write_bytes(log.request(0, 5))
    told = answers.answer_file(witness, file)
    beside = tmp_path / "stick" / "to chot.req.answer"
    assert beside.read_bytes() == b"200 " + told.body
    with pytest.raises(RefusedError, match="file-exists"):
        answers.answer_file(witness, file)
    beside.unlink()
    answers.answer_file(witness, file)
    assert beside.read_bytes() == b"409 5\n"


def test_a_stick_that_cannot_be_written_gets_nothing_cosigned(
    witness: OpenWitness, log: StrangerLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with pytest.raises(UnavailableError, match="file-unreadable"):
        answers.answer_file(witness, tmp_path / "no")
    file = tmp_path / "request"
    file.write_bytes(log.request(0, 5))

    def full(path: Path, content: bytes, **_: bool) -> None:
        raise UnavailableError("file-unwritable", name=path.name)

    monkeypatch.setattr("kt1custody.system.files.write", full)
    with pytest.raises(UnavailableError, match="file-unwritable"):
        answers.answer_file(witness, file)
    assert kept(witness, log) is None


def test_many_logs_do_not_disturb_each_other(witness: OpenWitness):
    logs = [StrangerLog(f"log.example/{n}", bytes([n]) * 32).grow(n) for n in range(1, 9)]
    for log in logs:
        witnesses.trust(witness.folder, log.vkey)
        assert answer(witness, log.request(0)).status == 200
    for log in logs:
        assert size_of(witness, log) == len(log.leaves)
    for wrong in ("", "x" * 64, hashlib.sha256(b"?").hexdigest()):
        assert answers.newest(witness, wrong) is None
