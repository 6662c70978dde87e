"""One plain body of each type of act, for tests that change a single thing of it."""

from typing import Any

import pytest

from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log import act, schema
from kt1custody.errors import MalformedInputError

Fields = dict[str, Any]
LOG = "kt1.lamdong.vn/68"


def example(kind: str, /, **over: Any) -> Fields:
    """One plain body of this type, for tests that change a single thing."""
    step = {"n": item(1), "seal": 65_536, "cond": "intact", "prev": bytes(32)}
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
                    "n": item(1),
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
            "items": [{"n": item(1), "serial": 65_536, "job": 65_536, "copy": 1}],
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
            "short": [item(2)],
            "witness": "NV004",
            "items": [{"n": item(1), "seal": 65_536, "cond": "intact"}],
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
            "items": [{"n": item(1)}],
        },
        "settle": {
            "by2": "NV022",
            "reason": "statements",
            "items": [{"n": item(1), "prev": bytes(32), "keep": None}],
        },
        "disclose": {"reason": "inspection", "items": [{"n": item(1)}]},
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


def item(running: int) -> int:
    return numbers.item_number(log_number=68, year=2026, running=running)
