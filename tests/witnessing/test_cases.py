"""What contradicts a log that has signed it: refused, and kept as evidence."""

import pytest

from kt1custody.core.log import checkpoint
from kt1custody.witnessing import cases as case_files
from kt1custody.witnessing.answers import answer
from kt1custody.witnessing.witness import OpenWitness
from tests.kit.stranger_log import StrangerLog, body
from tests.kit.witnesses import cases, kept, size_of


def test_a_fork_is_refused_and_kept_with_both_signatures(witness: OpenWitness, log: StrangerLog):
    answer(witness, log.request(0, 10))
    fork = log.forked(6, 4)
    told = answer(witness, fork.request(10, 10))
    assert (told.status, told.case) == (422, "fork")
    assert answer(witness, fork.request(0, 10)).case == "fork"  # however it is asked
    [case] = (witness.folder / "evidence").iterdir()
    assert (case / "asked.checkpoint").read_bytes() == fork.note()
    assert (case / "asked.request").read_bytes() == fork.request(10, 10)
    assert (case / "kept.checkpoint").read_bytes() == kept(witness, log)
    roots = {checkpoint.read((case / f"{one}.checkpoint").read_bytes()).checkpoint.root
             for one in ("asked", "kept")}  # fmt: skip
    assert len(roots) == 2


def test_a_longer_fork_is_refused_and_kept(witness: OpenWitness, log: StrangerLog):
    answer(witness, log.request(0, 10))
    told = answer(witness, log.forked(6, 9).request(10))
    assert (told.status, told.case) == (422, "proof")
    assert cases(witness) == ["proof"]
    assert size_of(witness, log) == 10


def test_wrong_proofs_of_anybody_leave_room_for_forks(
    witness: OpenWitness, log: StrangerLog, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(case_files, "MAX_CASES", 3)
    answer(witness, log.request(0, 4))
    for size in range(5, 15):
        assert answer(witness, body(4, [], log.note(size))).status == 422
        assert answer(witness, body(4, [bytes(32)], log.note(size))).status == 422
    assert cases(witness) == ["proof"] * 3
    for number in range(6):
        fork = log.forked(1, 3 + number)
        assert answer(witness, body(4, [], fork.note(4))).status == 422
        fork = StrangerLog(log.origin, log.seed, log.leaves[:number]).grow(4 - number, f"{number}")
        assert answer(witness, body(4, [], fork.note(4))).case in (None, "fork")
    assert cases(witness) == ["fork"] * 3 + ["proof"] * 3


def test_evidence_that_cannot_be_written_changes_no_answer(witness: OpenWitness, log: StrangerLog):
    answer(witness, log.request(0, 10))
    (witness.folder / "evidence").write_text("in the way", "utf-8")
    assert answer(witness, log.forked(6, 4).request(10, 10)).status == 422


def test_what_is_not_signed_is_no_evidence(witness: OpenWitness, log: StrangerLog):
    answer(witness, log.request(0, 10))
    fork = StrangerLog(log.origin, b"t" * 32, log.leaves[:6]).grow(4, "another")
    assert answer(witness, fork.request(10, 10)).status == 403
    assert cases(witness) == []
