"""Witnesses are enrolled by two officers, who say how many of them are enough."""

import pytest

from kt1custody.core.formats import note
from kt1custody.core.formats.note import VerifierKey
from kt1custody.errors import NotAllowedError, RefusedError
from kt1custody.services.witness import cosign, coverage
from kt1custody.signing import cosigned
from tests.kit import at_counter, cast
from tests.kit.asked_witnesses import NOW, Start, codes, control_of, enrol, newest


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
