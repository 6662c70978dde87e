"""Acts: every type of the table, and what its reader refuses."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log import act, schema
from kt1custody.errors import MalformedInputError
from tests.kit import nightly

Fields = dict[str, Any]

LOG = "kt1.lamdong.vn/68"
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


def example(kind: str, /, **over: Any) -> Fields:
    """One plain body of this type, for tests that change a single thing."""
    step = {"n": _item(1), "seal": 65_536, "cond": "intact", "prev": bytes(32)}
    plain: Fields = {
        "v": 1,
        "type": kind,
        "log": LOG,
        "id": bytes(16),
        "at": 9,
        "dev": "QUAY01",
        "dseq": 0,
        "dprev": b"",
        "seen": [3, bytes(32)],
        "by": "NV021",
        "items": [step] if schema.FORMS[kind].line else [],
    }
    own: dict[str, Fields] = {
        "genesis": {
            "by2": "NV022",
            "by3": "NV029",
            "origin": f"{LOG}/e1",
            "name": "KT1",
            "office": 680_900,
            "number": 68,
            "training": True,
            "rules": 1,
            "policy": policy(),
            "keys": [
                key_map("NV021", "officer"),
                key_map("NV022", "officer"),
                key_map("NV029", "reserve"),
                *(key_map(one, one) for one in schema.SERVICE_KEYS),
            ],
            "seen": None,
        },
        "enrol": {
            "by2": "NV022",
            "key": key_map("NV011", "courier"),
            "who": "NV011",
            "role": "courier",
            "office": 680_900,
            "from": 1,
            "to": None,
            "commit": bytes(32),
        },
        "assign": {
            "by2": "NV022",
            "kid": bytes(8),
            "role": "clerk",
            "office": 680_900,
            "from": 9,
            "to": None,
        },
        "rotate": {
            "by2": "NV022",
            "kid": bytes(8),
            "key": key_map("seal", "seal"),
            "consent": bytes(64),
            "from": 9,
            "until": None,
        },
        "revoke": {"by2": "NV022", "kid": bytes(8), "since": 9, "reason": "lost"},
        "hold": {"who": "NV011", "reason": "phone-lost"},
        "lift": {"by2": "NV022", "who": "NV011", "reason": "cleared"},
        "policy": {"by2": "NV022", "policy": policy(), "from": 9},
        "catalogue": {"by2": "NV022", "kind": "offices", "hash": bytes(32), "from": 9},
        "quorum": {"by2": "NV022", "witnesses": [witness("a"), witness("b")], "least": 2},
        "epoch": {
            "by2": "NV022",
            "origin": f"{LOG}/e2",
            "old": {"origin": f"{LOG}/e1", "size": 31, "root": bytes(32)},
            "genesis": bytes(32),
            "note": None,
            "reason": "restored",
        },
        "setback": {"by2": "NV022", "first": 3, "since": 8, "was": 20, "now": 9},
        "office_key": {"office": 680_900, "year": 2026, "enc": bytes(1216)},
        "register": {
            "office": 680_900,
            "list": bytes(32),
            "items": [
                {
                    "n": _item(1),
                    "mark": 3,
                    "urgency": 1,
                    "kind": 0,
                    "appt": None,
                    "dest": 680_900,
                    "commit": bytes(32),
                }
            ],
        },
        "print": {
            "office": 680_900,
            "items": [{"n": _item(1), "serial": 65_536, "job": 65_536, "copy": 1}],
        },
        "bind": {"office": 680_900, "witness": None},
        "void": {
            "office": 680_900,
            "witness": None,
            "items": [{**step, "reason": "torn", "new": None}],
        },
        "handover": {"to": "NV011", "office": None, "witness": "NV004"},
        "offer": {"to": "NV011", "office": None},
        "take": {
            "of": bytes(32),
            "short": [_item(2)],
            "witness": "NV004",
            "items": [{"n": _item(1), "seal": 65_536, "cond": "intact"}],
        },
        "withdraw": {"of": bytes(32)},
        "correct": {
            "by2": "NV022",
            "by3": None,
            "officers": True,
            "of": bytes(32),
            "field": "urgency",
            "value": 1,
            "reason": "mistyped",
            "items": [{"n": _item(1)}],
        },
        "settle": {
            "by2": "NV022",
            "reason": "statements",
            "items": [{"n": _item(1), "prev": bytes(32), "keep": None}],
        },
        "disclose": {"reason": "inspection", "items": [{"n": _item(1)}]},
        "lost": {"by2": "NV022", "commits": [bytes(32)], "reason": "restored"},
        "deliver": {"commit": bytes(32), "remark": False},
        "refuse": {"reason": "damaged"},
        "absent": {"reason": "closed"},
        "return": {"commit": bytes(32), "reason": "refused"},
        "refused": {"hash": bytes(32), "length": 3, "reason": "malformed", "device": None},
        "clock": {"was": 10, "now": 9},
    }
    server = {"dev": "server", "by": "server"} if kind in ("refused", "clock") else {}
    return {**plain, **own[kind], **server, **over}


def policy(**over: Any) -> Fields:
    told = {
        "witness": {"A": ["bind", "handover"], "B": [], "C": []},
        "carry": {mark: ["clerk", "courier"] for mark in "ABC0"},
        "max_offline": 3_600,
    }
    return {**told, **over}


def key_map(owner: str, role: str, **over: Any) -> Fields:
    told = {
        "owner": owner,
        "role": role,
        "alg": numbers.ED25519,
        "pub": bytes(32),
        "enc": None,
        "kept": "file",
        "possess": bytes(64),
    }
    return {**told, **over}


def witness(name: str, **over: Any) -> Fields:
    told = {
        "name": name,
        "pub": name.encode().ljust(32),
        "url": None,
        "size": 4,
        "root": bytes(32),
        "time": 9,
        "signature": bytes(64),
    }
    return {**told, **over}


def why(fields: Any) -> object:
    with pytest.raises(MalformedInputError, match="act-malformed") as caught:
        act.read_act(cbor.encode(fields))
    return caught.value.detail["why"]


def _item(running: int) -> int:
    return numbers.item_number(log_number=68, year=2026, running=running)


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
    assert act.make_act(example("take", items=[])).names == ((_item(2), "short"),)
    assert why(example("take", items=[], short=[])) == "short"
    assert why(example("take", short=[_item(1)])) == "short"
    for wrong in ([_item(3), _item(2)], [_item(2)] * 2, [7], None, [None]):
        assert why(example("take", short=wrong)) == "short"


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
        ("n", _item(1) ^ 1),
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


@pytest.mark.parametrize("owner", schema.SERVICE_KEYS)
def test_a_rotation_names_the_old_key_and_brings_the_new(owner: str):
    read = act.make_act(example("rotate", key=key_map(owner, owner), consent=None, until=10))
    assert (read.roles, read.persons) == (("officer",) * 2, ("NV021", "NV022"))
    assert read.maps("key") == (key_map(owner, owner),)
    assert (read.octets("kid"), read.number_or_none("until")) == (bytes(8), 10)


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
    assert read.names == ((_item(1), "disclose"),)


def test_device_has_no_key():
    assert act.make_act(example("enrol", role="device", key=None)).fields["key"] is None
    assert why(example("enrol", role="device")) == "key"


def test_person_has_a_key():
    assert why(example("enrol", key=None)) == "key"


@pytest.mark.parametrize("places", [[0, 1, 2, 3, 4], [1, 0, 2, 3, 4, 5], [0, 1, 2, 4, 3, 5], []])
def test_genesis_lists_its_six_keys_in_order(places: list[int]):
    keys = example("genesis")["keys"]
    assert why(example("genesis", keys=[keys[place] for place in places])) == "keys"


@pytest.mark.parametrize("key", ["by", "by2", "by3"])
def test_officer_of_the_genesis_owns_the_key_listed(key: str):
    assert why(example("genesis", **{key: "NV099"})) == "keys"


@pytest.mark.parametrize("wrong", [{}, {"nv011": 1}, {"NV011": 0}, {"NV011": True}, [], None])
def test_wrong_tries_are_refused(wrong: Any):
    assert why(example("handover", tries=wrong)) == "tries"


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
    return example(kind, items=[{**line, "n": _item(one + 1)} for one in range(count)])


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
