"""The values that each key of an act may have."""

from typing import Any

import pytest

from kt1custody.core.formats import numbers
from kt1custody.core.log import schema
from tests.kit.act_examples import LOG, Fields, example, item, key_map, policy, why, witness


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("urgency", 4),
        ("kind", None),
        ("appt", -1),
        ("commit", b"x"),
        ("cond", "fine"),
        ("remark", 1),
    ],
)
def test_a_correction_says_what_its_field_can_say(field: str, value: object):
    assert why(example("correct", field=field, value=value)) == "value"


@pytest.mark.parametrize("field", ["mark", "dest", "n", "by", "to", "at", "seal", "prev", "office"])
def test_holder_signers_times_and_what_the_seal_states_are_never_corrected(field: str):
    assert why(example("correct", field=field)) == "field"


@pytest.mark.parametrize(
    ("kind", "key", "wrong"),
    [
        ("handover", "v", True),
        ("handover", "log", "KT1"),
        ("handover", "id", bytes(15)),
        ("handover", "at", -1),
        ("handover", "at", True),
        ("handover", "dev", "quay01"),
        ("handover", "dseq", -1),
        ("handover", "dprev", bytes(31)),
        ("handover", "dprev", "x" * 32),
        ("handover", "dprev", ""),
        ("handover", "seen", [3]),
        ("handover", "seen", [-1, bytes(32)]),
        ("handover", "seen", [3, bytes(31)]),
        ("handover", "office", 99_999),
        ("handover", "to", "server"),
        ("genesis", "name", ""),
        ("genesis", "name", "x" * 201),
        ("genesis", "number", 9),
        ("genesis", "rules", 2),
        ("genesis", "rules", True),
        ("genesis", "training", 1),
        ("genesis", "origin", LOG),
        ("genesis", "origin", f"{LOG}/e0"),
        ("genesis", "origin", f"{LOG}/e"),
        ("genesis", "origin", f"{LOG}/e01"),
        ("genesis", "origin", f"{LOG}/e2"),
        ("genesis", "origin", f"{LOG}/e\u0661"),
        ("genesis", "origin", f"{LOG}/e{10**50}"),
        ("revoke", "kid", bytes(7)),
        ("revoke", "reason", "bored"),
        ("enrol", "role", "log"),
        ("enrol", "to", -1),
        ("catalogue", "kind", "people"),
        ("rotate", "kid", bytes(7)),
        ("rotate", "key", None),
        ("rotate", "consent", bytes(63)),
        ("rotate", "until", -1),
        ("quorum", "witnesses", []),
        ("quorum", "least", 0),
        ("quorum", "least", 33),
        ("office_key", "year", 1999),
        ("office_key", "enc", bytes(1215)),
        ("disclose", "reason", "curious"),
        ("epoch", "genesis", bytes(31)),
        ("epoch", "note", b""),
        ("epoch", "note", bytes(schema.MAX_NOTE + 1)),
        ("epoch", "old", {}),
        ("epoch", "old", {"origin": f"{LOG}/e1", "size": 0, "root": bytes(32)}),
        ("epoch", "old", {"origin": f"{LOG}/e1", "size": 31, "root": bytes(31)}),
        ("epoch", "old", {"origin": LOG, "size": 31, "root": bytes(32)}),
        ("epoch", "origin", f"{LOG}/e1"),
        ("epoch", "origin", f"{LOG}/e1000000000"),
        ("epoch", "origin", "kt1.example.vn/e2"),
        ("refused", "device", "x"),
    ],
)
def test_value_out_of_range_is_refused_with_its_key(kind: str, key: str, wrong: Any):
    assert why(example(kind, **{key: wrong})) == key


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("n", item(1) ^ 1),
        ("n", 10**11 - 1),
        ("n", 10**12),
        ("seal", 65_535),
        ("cond", "fine"),
        ("prev", bytes(31)),
    ],
)
def test_step_line_out_of_range_is_refused(key: str, wrong: Any):
    line = example("bind")["items"][0]
    assert why(example("bind", items=[{**line, key: wrong}])) == "items"


@pytest.mark.parametrize(
    "wrong",
    [
        policy(max_offline=3_599),
        policy(max_offline=1_209_601),
        policy(witness={"A": [], "B": []}),
        policy(witness={"A": ["handover", "bind"], "B": [], "C": []}),
        policy(witness={"A": ["bind", "bind"], "B": [], "C": []}),
        policy(witness={"A": ["deliver"], "B": [], "C": []}),
        policy(witness={"A": [1], "B": [], "C": []}),
        policy(carry={mark: ["clerk"] for mark in "ABC"}),
        policy(carry={mark: ["guest"] for mark in "ABC0"}),
        policy(carry=dict.fromkeys("ABC0", "clerk")),
        policy(more=1),
    ],
)
def test_wrong_policy_is_refused(wrong: Fields):
    assert why(example("policy", policy=wrong)) == "policy"


@pytest.mark.parametrize(
    "over",
    [
        {"pub": bytes(65)},
        {"alg": numbers.ESP256},
        {"alg": -7},
        {"enc": bytes(1215)},
        {"kept": "paper"},
        {"possess": bytes(63)},
        {"owner": "NV012"},
        {"owner": "nv011"},
        {"owner": "log"},
        {"owner": "log", "role": "log"},
        {"role": "clerk"},
        {"role": "guest"},
        {"more": 1},
    ],
)
def test_wrong_key_map_is_refused(over: Fields):
    assert why(example("enrol", key={**key_map("NV011", "courier"), **over})) == "key"


@pytest.mark.parametrize(
    "key",
    [
        key_map("NV011", "courier"),
        key_map("log", "server"),
        key_map("admin", "admin"),
        key_map("log", "log", possess=bytes(63)),
        key_map("log", "log", more=1),
    ],
)
def test_only_a_key_of_the_service_is_rotated(key: Fields):
    assert why(example("rotate", key=key)) == "key"


@pytest.mark.parametrize(
    "witnesses",
    [
        [witness("b"), witness("a")],
        [witness("a"), witness("a", pub=bytes(32))],
        [witness("a"), witness("b", pub=witness("a")["pub"])],
        [witness(f"{place:02}") for place in range(schema.MAX_WITNESSES + 1)],
        [witness("A")],
        [witness("a" * 61)],
        [witness("a/")],
        [witness("a", pub=bytes(31))],
        [witness("a", url="")],
        [witness("a", size=0)],
        [witness("a", size=2**53 + 1)],
        [witness("a", root=b"")],
        [witness("a", time=-1)],
        [witness("a", signature=bytes(72))],
        [witness("a", more=1)],
        ["a"],
        {},
    ],
)
def test_wrong_witnesses_are_refused(witnesses: Any):
    assert why(example("quorum", witnesses=witnesses, least=1)) == "witnesses"


@pytest.mark.parametrize("places", [[0, 1, 2, 3, 4], [1, 0, 2, 3, 4, 5], [0, 1, 2, 4, 3, 5], []])
def test_genesis_lists_its_six_keys_in_order(places: list[int]):
    keys = example("genesis")["keys"]
    assert why(example("genesis", keys=[keys[place] for place in places])) == "keys"


@pytest.mark.parametrize("wrong", [{}, {"nv011": 1}, {"NV011": 0}, {"NV011": True}, [], None])
def test_wrong_tries_are_refused(wrong: Any):
    assert why(example("handover", tries=wrong)) == "tries"


def test_a_check_takes_nothing_for_what_it_is_not():
    between = schema.integer(0, 9)
    assert [value for value in (-1, 0, 9, 10, True, 1.0, "1", None) if between(value)] == [0, 9]
    checks = {"a": between, "b": schema.is_staff}
    assert schema.map_of({"a": 1, "b": "NV021"}, checks)
    wrong: object
    for wrong in ({"a": 1}, {"a": 1, "b": "nv021"}, {"a": 1, "b": "NV021", "c": 1}, [], None):
        assert not schema.map_of(wrong, checks)


def test_only_what_an_act_of_its_type_says_is_corrected():
    assert schema.is_correctable("register", "urgency", 3)
    assert schema.is_correctable("return", "reason", "refused")
    assert not schema.is_correctable("register", "urgency", 4)
    assert not schema.is_correctable("register", "cond", "broken")
    assert not schema.is_correctable("hold", "reason", "other")
