"""How far the log is witnessed, as its stored checkpoints show."""

from kt1custody.services.witness import cosign, coverage
from kt1custody.signing import cosigned
from kt1custody.store import checkpoints
from tests.kit import at_counter, cast
from tests.kit.asked_witnesses import NOW, Start, codes, control_of, enrol, grow, newest


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


def test_spoiled_notes_in_the_database_are_passed_over(founded: cast.World, start: Start):
    enrol(founded, [start("a.vn/w"), start("b.vn/w", NOW + 5), start("c.vn/w", NOW + 7)], 2)
    cosign.ask(founded.session)
    signed, control = newest(founded), control_of(founded)
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
