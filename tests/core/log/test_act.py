"""Acts: every type of the table, and what its reader refuses."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log import act, schema
from kt1custody.errors import MalformedInputError
from tests.kit import nightly
from tests.kit.act_examples import LOG, Fields, example, item, key_map, why, witness

TYPES = sorted(schema.FORMS)
TIMES = st.integers(0, numbers.LAST_TIME)
OFFICES = st.integers(100_000, 999_999)
STAFF = st.from_regex(r"[A-Z][A-Z0-9]{1,15}", fullmatch=True)
SERIALS = st.integers(numbers.FIRST_SERIAL, numbers.LAST_SERIAL)
ITEMS = st.builds(
    numbers.item_number,
    log_number=st.integers(10, 99),
    year=st.just(2026),
    running=st.integers(1, numbers.LAST_RUNNING),
)
TEXTS = st.text(min_size=1, max_size=schema.MAX_TEXT)


def octets(length: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=length, max_size=length)


def sorted_of(words: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.sets(st.sampled_from(words)).map(sorted)


POLICIES = st.fixed_dictionaries(
    {
        "witness": st.fixed_dictionaries(dict.fromkeys("ABC", sorted_of(schema.WITNESSED))),
        "carry": st.fixed_dictionaries(dict.fromkeys("ABC0", sorted_of(schema.PEOPLE_ROLES))),
        "max_offline": st.integers(3_600, 1_209_600),
    }
)


@st.composite
def key_maps(draw: st.DrawFn, owner: str, role: str) -> Fields:
    alg = draw(st.sampled_from([numbers.ED25519, numbers.ESP256]))
    return {
        "owner": owner,
        "role": role,
        "alg": alg,
        "pub": draw(octets(32 if alg == numbers.ED25519 else 65)),
        "enc": draw(st.sampled_from([None, bytes(1216)])),
        "kept": draw(st.sampled_from(["file", "token", "browser"])),
        "possess": draw(octets(64)),
    }


WITNESSES = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.from_regex(r"[a-z0-9.-]{1,9}(/[a-z0-9.-]{1,9})?", fullmatch=True),
            "pub": octets(32),
            "url": st.none() | st.from_regex("[!-~]{1,200}", fullmatch=True),
            "size": st.integers(1, 2**53),
            "root": octets(32),
            "time": TIMES,
            "signature": octets(64),
        }
    ),
    min_size=1,
    max_size=3,
    unique_by=(lambda one: one["name"], lambda one: one["pub"]),
).map(lambda found: sorted(found, key=lambda one: str(one["name"])))


STEP: dict[str, st.SearchStrategy[Any]] = {
    "n": ITEMS,
    "seal": st.none() | SERIALS,
    "cond": st.sampled_from(schema.CONDITIONS),
    "prev": st.none() | octets(32),
}
LINES: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "register": {
        "n": ITEMS,
        "mark": st.integers(0, 3),
        "urgency": st.integers(0, 3),
        "kind": st.integers(0, 2),
        "appt": st.none() | TIMES,
        "dest": OFFICES,
        "commit": octets(32),
    },
    "print": {"n": ITEMS, "serial": SERIALS, "job": SERIALS, "copy": st.integers(1, 2)},
    "void": {
        **STEP,
        "reason": st.sampled_from(schema.REASONS["void"]),
        "new": st.none() | SERIALS,
    },
    "take": {"n": ITEMS, "seal": st.none() | SERIALS, "cond": st.sampled_from(schema.CONDITIONS)},
    "correct": {"n": ITEMS},
    "settle": {"n": ITEMS, "prev": octets(32), "keep": st.none() | octets(32)},
    "disclose": {"n": ITEMS},
    **dict.fromkeys(("bind", "handover", "offer", "deliver", "refuse", "absent", "return"), STEP),
}
CORRECTED: dict[str, st.SearchStrategy[Any]] = {
    "appt": st.none() | TIMES,
    "commit": octets(32),
    "cond": st.sampled_from(schema.CONDITIONS),
    "kind": st.integers(0, 2),
    "reason": st.sampled_from(schema.REASONS["void"]),
    "remark": st.booleans(),
    "urgency": st.integers(0, 3),
}
DESK = {"office": OFFICES, "witness": st.none() | STAFF}
OWN: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "genesis": {
        "by2": STAFF,
        "by3": STAFF,
        "origin": st.just(f"{LOG}/e1"),
        "name": TEXTS,
        "office": OFFICES,
        "number": st.integers(10, 99),
        "training": st.booleans(),
        "rules": st.just(1),
        "policy": POLICIES,
    },
    "enrol": {
        "by2": STAFF,
        "who": STAFF,
        "role": st.sampled_from((*schema.PEOPLE_ROLES, "device")),
        "office": OFFICES,
        "from": TIMES,
        "to": st.none() | TIMES,
        "commit": octets(32),
    },
    "assign": {
        "by2": STAFF,
        "kid": octets(8),
        "role": st.sampled_from(schema.PEOPLE_ROLES),
        "office": OFFICES,
        "from": TIMES,
        "to": st.none() | TIMES,
    },
    "rotate": {
        "by2": STAFF,
        "kid": octets(8),
        "consent": st.none() | octets(64),
        "from": TIMES,
        "until": st.none() | TIMES,
    },
    "revoke": {"by2": STAFF, "kid": octets(8), "since": TIMES},
    "hold": {"who": STAFF},
    "lift": {"by2": STAFF, "who": STAFF},
    "policy": {"by2": STAFF, "policy": POLICIES, "from": TIMES},
    "catalogue": {
        "by2": STAFF,
        "kind": st.sampled_from(schema.CATALOGUE_KINDS),
        "hash": octets(32),
        "from": TIMES,
    },
    "quorum": {"by2": STAFF, "witnesses": WITNESSES},
    "epoch": {
        "by2": STAFF,
        "old": st.fixed_dictionaries(
            {"origin": st.just(f"{LOG}/e9"), "size": st.integers(1, 2**53), "root": octets(32)}
        ),
        "origin": st.just(f"{LOG}/e10"),
        "genesis": octets(32),
        "note": st.none() | st.binary(min_size=1, max_size=99),
    },
    "setback": {"by2": STAFF, "first": st.integers(0, 2**53)},
    "office_key": {"office": OFFICES, "year": st.integers(2000, 9998), "enc": octets(1216)},
    "register": {"office": OFFICES, "list": octets(32)},
    "print": {"office": OFFICES},
    "bind": DESK,
    "void": DESK,
    "handover": {"to": STAFF, "office": st.none() | OFFICES, "witness": st.none() | STAFF},
    "offer": {"to": STAFF, "office": st.none() | OFFICES},
    "take": {
        "of": octets(32),
        "short": st.lists(ITEMS, max_size=2, unique=True).map(sorted),
        "witness": st.none() | STAFF,
    },
    "withdraw": {"of": octets(32)},
    "correct": {
        "by2": st.just("NV998"),
        "by3": st.none(),
        "officers": st.booleans(),
        "of": octets(32),
    },
    "settle": {"by2": STAFF},
    "disclose": {},
    "lost": {
        "by2": STAFF,
        "commits": st.lists(octets(32), min_size=1, max_size=3, unique=True).map(sorted),
    },
    "deliver": {"commit": octets(32), "remark": st.booleans()},
    "refuse": {},
    "absent": {},
    "return": {"commit": octets(32)},
    "refused": {"hash": octets(32), "length": TIMES, "device": st.none() | STAFF},
    "clock": {"was": TIMES, "now": TIMES},
}


@st.composite
def keys_brought(draw: st.DrawFn, kind: str, told: Fields) -> Fields:
    """The key maps of an act that brings keys."""
    match kind:
        case "genesis":
            owners = (told["by"], told["by2"], told["by3"], *schema.SERVICE_KEYS)
            roles = ("officer", "officer", "reserve", *schema.SERVICE_KEYS)
            return {"keys": [draw(key_maps(*one)) for one in zip(owners, roles, strict=True)]}
        case "enrol":
            device = told["role"] == "device"
            return {"key": None if device else draw(key_maps(told["who"], told["role"]))}
        case "rotate":
            owner = draw(st.sampled_from(schema.SERVICE_KEYS))
            return {"key": draw(key_maps(owner, owner))}
        case "setback":
            was = draw(st.integers(1, numbers.LAST_TIME))
            now = draw(st.integers(0, was - 1))
            return {"since": draw(st.integers(0, now)), "now": now, "was": was}
    return {}


@st.composite
def bodies(draw: st.DrawFn, kind: str) -> Fields:
    """A body of this type that fits the table."""
    server = schema.FORMS[kind].roles == ("server",)
    dseq = draw(st.integers(0, 3))
    told: Fields = {
        "v": 1,
        "type": kind,
        "log": LOG,
        "id": draw(octets(16)),
        "at": draw(TIMES),
        "dev": "server" if server else draw(STAFF),
        "dseq": dseq,
        "dprev": draw(octets(32)) if dseq else b"",
        "seen": None if kind == "genesis" else [draw(TIMES), draw(octets(32))],
        "by": "server" if server else draw(STAFF),
        "items": draw(_lines(kind)) if kind in LINES else [],
        **{key: draw(values) for key, values in OWN[kind].items()},
    }
    if "reason" in schema.FORMS[kind].own:
        told["reason"] = draw(st.sampled_from(schema.REASONS[kind]))
    told |= draw(keys_brought(kind, told))
    if kind == "quorum":
        told["least"] = draw(st.integers(len(told["witnesses"]) // 2 + 1, len(told["witnesses"])))
    if kind == "take":
        told["short"] = [n for n in told["short"] if n not in {one["n"] for one in told["items"]}]
    if kind == "offer":
        told["to"] = told["by"] + "X" if len(told["by"]) < 16 else "NV998"
    if kind == "correct":
        told["field"], values = draw(st.sampled_from(sorted(CORRECTED.items())))
        told["value"] = draw(values)
    if draw(st.booleans()):
        told["tries"] = {draw(STAFF): draw(st.integers(1, 9))}
    return told


def _lines(kind: str) -> st.SearchStrategy[list[Fields]]:
    name = "serial" if kind == "print" else "n"
    line = st.fixed_dictionaries(LINES[kind])
    return st.lists(line, min_size=1, max_size=3, unique_by=lambda one: one[name])


def _own_and_common() -> list[tuple[str, str]]:
    return [(kind, key) for kind in TYPES for key in sorted(example(kind))]


def _line_keys() -> list[tuple[str, str]]:
    return [(kind, key) for kind in TYPES for key in sorted(schema.FORMS[kind].line or {})]


def test_every_type_has_a_strategy():
    assert set(OWN) == set(schema.FORMS)
    assert set(LINES) == {kind for kind, form in schema.FORMS.items() if form.line}


@pytest.mark.parametrize("kind", TYPES)
@nightly.examples(gate=4, nightly=100)
@given(st.data())
def test_act_is_read_as_written(kind: str, data: st.DataObject):
    told = data.draw(bodies(kind))
    read = act.make_act(told)
    assert read.fields == told
    assert read.body == cbor.encode(told)
    assert [line.fields for line in read.lines] == told["items"]


@given(st.binary(max_size=60))
def test_bytes_that_are_no_act_are_refused(raw: bytes):
    with pytest.raises(MalformedInputError):
        act.read_act(raw)


JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, 1, -1, 2**62, "", "x", "server", "NV011", b"", bytes(32), [], [[]], {}, [{}]]
)


@pytest.mark.parametrize("kind", TYPES)
@nightly.examples(gate=4, nightly=100)
@given(st.data())
def test_changed_act_is_refused_or_written_unchanged(kind: str, data: st.DataObject):
    told = data.draw(bodies(kind))
    told[data.draw(st.sampled_from(sorted(told)))] = data.draw(JUNK)
    raw = cbor.encode(told)
    try:
        read = act.read_act(raw)
    except MalformedInputError:
        return
    assert cbor.encode(dict(read.fields)) == read.body == raw
    assert len(read.persons) == len(read.roles)


@pytest.mark.parametrize(("kind", "key"), _own_and_common())
def test_wrong_type_under_a_key_is_refused_with_it(kind: str, key: str):
    assert why({**example(kind), key: [[]]}) == key


@pytest.mark.parametrize(("kind", "key"), _own_and_common())
def test_key_missing_is_refused(kind: str, key: str):
    told = example(kind)
    del told[key]
    assert why(told) == ("type" if key == "type" else "keys")


@pytest.mark.parametrize("kind", TYPES)
def test_key_too_many_is_refused(kind: str):
    assert why(example(kind, subject="x")) == "keys"


@pytest.mark.parametrize(("kind", "key"), _line_keys())
def test_wrong_type_in_a_line_is_refused(kind: str, key: str):
    line = example(kind)["items"][0]
    assert why(example(kind, items=[{**line, key: [[]]}])) == "items"


@pytest.mark.parametrize(("kind", "key"), _line_keys())
def test_line_with_a_key_missing_is_refused(kind: str, key: str):
    line = example(kind)["items"][0]
    del line[key]
    assert why(example(kind, items=[line])) == "items"


@pytest.mark.parametrize("kind", sorted(LINES))
def test_line_with_a_key_too_many_is_refused(kind: str):
    line = example(kind)["items"][0]
    assert why(example(kind, items=[{**line, "note": "x"}])) == "items"


@pytest.mark.parametrize("kind", sorted(LINES.keys() - {"take"}))
def test_act_with_lines_has_at_least_one(kind: str):
    assert why(example(kind, items=[])) == "items"


def test_take_speaks_of_an_item_at_least_found_or_not():
    assert act.make_act(example("take", items=[])).names == ((item(2), "short"),)
    assert why(example("take", items=[], short=[])) == "short"
    assert why(example("take", short=[item(1)])) == "short"
    for wrong in ([item(3), item(2)], [item(2)] * 2, [7], None, [None]):
        assert why(example("take", short=wrong)) == "short"


def test_a_correction_is_signed_by_the_same_persons_or_two_officers():
    read = act.make_act(example("correct"))
    assert (read.roles, read.persons) == (("officer", "officer"), ("NV021", "NV022"))
    for count, by2, by3 in ((1, None, None), (2, "NV022", None), (3, "NV022", "NV029")):
        read = act.make_act(example("correct", officers=False, by2=by2, by3=by3))
        assert read.roles == ("author",) * count
        assert read.persons == ("NV021", "NV022", "NV029")[:count]
    assert why(example("correct", by2=None)) == "by2"
    assert why(example("correct", by3="NV029")) == "by2"
    assert why(example("correct", officers=False, by2=None, by3="NV029")) == "by2"


def test_an_offer_is_not_to_oneself():
    assert why(example("offer", to="NV021")) == "to"


@pytest.mark.parametrize("kind", sorted(set(TYPES) - set(LINES)))
def test_act_without_lines_has_none(kind: str):
    assert why(example(kind, items=[{}])) == "items"


@pytest.mark.parametrize("kind", sorted(LINES))
def test_same_line_twice_is_refused(kind: str):
    assert why(example(kind, items=example(kind)["items"] * 2)) == "items"


def test_print_takes_an_item_with_two_serials():
    line = example("print")["items"][0]
    read = act.make_act(example("print", items=[line, {**line, "serial": 65_537, "copy": 2}]))
    assert [one.n for one in read.lines] == [line["n"], line["n"]]


@pytest.mark.parametrize("owner", schema.SERVICE_KEYS)
def test_a_rotation_names_the_old_key_and_brings_the_new(owner: str):
    read = act.make_act(example("rotate", key=key_map(owner, owner), consent=None, until=10))
    assert (read.roles, read.persons) == (("officer",) * 2, ("NV021", "NV022"))
    assert read.maps("key") == (key_map(owner, owner),)
    assert (read.octets("kid"), read.number_or_none("until")) == (bytes(8), 10)


@pytest.mark.parametrize(
    ("count", "least"), [(1, 1), (2, 2), (3, 2), (3, 3), (4, 3), (schema.MAX_WITNESSES, 17)]
)
def test_a_quorum_is_more_than_half_of_its_witnesses(count: int, least: int):
    named = [witness(f"{place:02}") for place in range(count)]
    assert act.make_act(example("quorum", witnesses=named, least=least)).number("least") == least
    for wrong in (count // 2, count + 1):
        assert why(example("quorum", witnesses=named, least=wrong)) == "least"


def test_an_officer_alone_signs_for_the_slips_he_opens():
    read = act.make_act(example("disclose"))
    assert (read.roles, read.persons) == (("officer",), ("NV021",))
    assert read.names == ((item(1), "disclose"),)


def test_device_has_no_key():
    assert act.make_act(example("enrol", role="device", key=None)).fields["key"] is None
    assert why(example("enrol", role="device")) == "key"


def test_person_has_a_key():
    assert why(example("enrol", key=None)) == "key"


@pytest.mark.parametrize("key", ["by", "by2", "by3"])
def test_officer_of_the_genesis_owns_the_key_listed(key: str):
    assert why(example("genesis", **{key: "NV099"})) == "keys"


def test_tries_are_told_by_person():
    assert act.make_act(example("handover", tries={"NV011": 2})).tries == {"NV011": 2}
    assert act.make_act(example("handover")).tries == {}


@pytest.mark.parametrize(
    ("kind", "over", "reason"),
    [
        ("handover", {"dseq": 1}, "dprev"),
        ("handover", {"dseq": 1, "dprev": "x" * 32}, "dprev"),
        ("handover", {"dprev": bytes(32)}, "dprev"),
        ("handover", {"seen": None}, "seen"),
        ("genesis", {"seen": [0, bytes(32)]}, "seen"),
        ("handover", {"by": "server", "dev": "server"}, "by"),
        ("handover", {"dev": "server"}, "by"),
        ("clock", {"by": "NV011", "dev": "QUAY01"}, "by"),
        ("clock", {"dev": "QUAY01"}, "by"),
    ],
)
def test_keys_that_contradict_are_refused(kind: str, over: Fields, reason: str):
    assert why(example(kind, **over)) == reason


@pytest.mark.parametrize("value", [[], 1, None, "x"])
def test_body_that_is_no_map_is_refused(value: Any):
    assert why(value) == "map"


@pytest.mark.parametrize("kind", ["steal", "", None, 1, []])
def test_unknown_type_is_refused(kind: Any):
    assert why(example("handover", type=kind)) == "type"


def _many(kind: str, count: int) -> Fields:
    line = example(kind)["items"][0]
    return example(kind, items=[{**line, "n": item(one + 1)} for one in range(count)])


@pytest.mark.parametrize(
    ("kind", "most"), [("refuse", schema.MAX_LINES), ("register", schema.MAX_REGISTER_LINES)]
)
def test_act_has_no_more_lines_than_the_format_allows(kind: str, most: int):
    assert len(act.make_act(_many(kind, most)).lines) == most
    assert why(_many(kind, most + 1)) == "items"


def test_body_too_large_is_refused_before_it_is_read():
    raw = bytes(act.MAX_BODY_BYTES + 1)
    with pytest.raises(MalformedInputError, match="act-too-large"):
        act.read_act(raw)
    with pytest.raises(MalformedInputError, match="not-canonical"):
        act.read_act(raw[:-1])


def test_own_act_that_is_too_large_says_so():
    with pytest.raises(MalformedInputError, match="act-too-large"):
        act.make_act(_many("handover", 900))


def test_own_act_that_does_not_fit_is_a_mistake_of_the_program():
    with pytest.raises(ValueError, match="act-malformed"):
        act.make_act(example("handover", v=2))


@pytest.mark.parametrize(
    ("kind", "roles", "persons"),
    [
        ("genesis", ("officer", "officer", "officer"), ("NV021", "NV022", "NV029")),
        ("revoke", ("officer", "officer"), ("NV021", "NV022")),
        ("bind", ("author",), ("NV021",)),
        ("handover", ("giver", "receiver", "witness"), ("NV021", "NV011", "NV004")),
        ("clock", ("server",), ("server",)),
    ],
)
def test_who_must_sign(kind: str, roles: tuple[str, ...], persons: tuple[str, ...]):
    read = act.make_act(example(kind))
    assert (read.roles, read.persons) == (roles, persons)


def test_witness_signs_only_when_named():
    read = act.make_act(example("handover", witness=None))
    assert (read.roles, read.persons) == (("giver", "receiver"), ("NV021", "NV011"))


def test_values_are_given_by_their_type():
    read = act.make_act(example("enrol"))
    assert (read.text("who"), read.number("office"), read.octets("commit")) == (
        "NV011",
        680_900,
        bytes(32),
    )
    assert read.maps("key") == (key_map("NV011", "courier"),)
    assert (read.number_or_none("to"), read.number_or_none("no-such")) == (None, None)
    assert (read.number_or_none("from"), read.text_or_none("who")) == (1, "NV011")
    assert read.text_or_none("witness") is None
    assert len(act.make_act(example("genesis")).maps("keys")) == 6


@pytest.mark.parametrize(
    ("ask", "key"), [("text", "office"), ("number", "who"), ("octets", "who"), ("maps", "who")]
)
def test_value_of_another_type_is_not_given(ask: str, key: str):
    with pytest.raises(TypeError, match=key):
        getattr(act.make_act(example("enrol")), ask)(key)


def test_values_of_a_line_are_given_by_their_type():
    line = act.make_act(example("register")).lines[0]
    assert (line.number("dest"), line.octets("commit")) == (680_900, bytes(32))
    assert (line.number_or_none("appt"), line.number_or_none("mark")) == (None, 3)
    assert (line.seal, line.cond, line.prev) == (None, None, None)


@pytest.mark.parametrize(("ask", "key"), [("number", "commit"), ("octets", "dest")])
def test_value_of_another_type_in_a_line_is_not_given(ask: str, key: str):
    with pytest.raises(TypeError, match=key):
        getattr(act.make_act(example("register")).lines[0], ask)(key)
