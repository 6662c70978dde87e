"""Signatures on which libraries disagree, of other people, and the answers the format page gives."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

VECTORS = Path(__file__).parents[1] / "vectors" / "ed25519"
ED25519, ESP256 = -19, -9
L = 2**252 + 27742317777372353535851937790883648493
P256_FIELD = 2**256 - 2**224 + 2**192 + 2**96 - 1
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


# The rule by spelling; the verifiers apply it by number.
SECOND_SPELLING = re.compile("(e[d-f]|f.)(ff){30}[7f]f")
SMALL_ORDER = re.compile(
    "0[01](00){30}[08]0|ec(ff){30}[7f]f"
    "|26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc[08]5"
    "|c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03[7f]a"
)


HIGHEST_S = "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8"


@dataclass(frozen=True)
class Vector:
    """One question, and the answer that the format page gives."""

    name: str
    alg: int
    pub: bytes
    message: bytes
    signature: bytes
    holds: bool

    @property
    def allowed(self) -> bool:
        """Whether a library is asked at all."""
        if len(self.signature) != 64:
            return False
        if self.alg == ED25519:
            points = self.pub.hex(), self.signature[:32].hex()
            refused = SECOND_SPELLING.fullmatch, SMALL_ORDER.fullmatch
            return len(self.pub) == 32 and not any(no(p) for p in points for no in refused)
        plain = self.alg == ESP256 and len(self.pub) == 65 and self.pub[0] == 4
        return plain and self.signature[32:].hex() <= HIGHEST_S


@cache
def read(name: str) -> Any:
    return json.loads((VECTORS / name).read_text())


ANSWERS = read("answers.json")


def of_cctv() -> Iterator[Vector]:
    answers = ANSWERS["ed25519vectors.json"]
    for row in read("ed25519vectors.json"):
        flags = set(row["flags"] or ())
        assert flags <= set(answers["refused"]) | set(answers["of_no_matter"])
        parts = bytes.fromhex(row["key"]), row["msg"].encode(), bytes.fromhex(row["sig"])
        name = f"cctv {row['number']} {sorted(flags)}"
        yield Vector(name, ED25519, *parts, flags.isdisjoint(answers["refused"]))


def of_speccheck() -> Iterator[Vector]:
    whys = ANSWERS["speccheck.json"]
    for at, (row, why) in enumerate(zip(read("speccheck.json"), whys, strict=True)):
        pub, message, signature = map(
            bytes.fromhex, map(row.get, ("pub_key", "message", "signature"))
        )
        yield Vector(f"speccheck {at} {why}", ED25519, pub, message, signature, why is None)


def of_wycheproof(name: str, alg: int) -> Iterator[Vector]:
    for row in read(name):
        holds = row["result"] == "valid" and row["tcId"] not in ANSWERS[name]["high_s"]
        pub, message, signature = map(bytes.fromhex, map(row.get, ("key", "msg", "sig")))
        told = f"{name} {row['tcId']} {row['comment']}"
        yield Vector(told, alg, pub, message, signature, holds)


def of_twists() -> Iterator[Vector]:
    """What nobody published: other lengths, spellings and numbers of signatures that hold."""
    ed = next(v for v in of_wycheproof("wycheproof_ed25519.json", ED25519) if v.message and v.holds)
    s = int.from_bytes(ed.signature[32:], "little")
    yield from (
        replace(ed, name=name, holds=False, **changed)
        for name, changed in _fields(
            alg_p256=("alg", ESP256),
            alg_of_rfc_9053=("alg", -8),
            alg_unknown=("alg", 0),
            key_short=("pub", ed.pub[:31]),
            key_long=("pub", ed.pub + b"\0"),
            key_none=("pub", b""),
            key_other_sign=("pub", ed.pub[:31] + bytes([ed.pub[31] ^ 0x80])),
            s_above_order=("signature", ed.signature[:32] + (s + L).to_bytes(32, "little")),
            signature_none=("signature", b""),
            r_other_sign=("signature", _flip(ed.signature, 31)),
        )
    )
    # A key whose y is small enough to be written in a second way: y + p still fits.
    ec = next(
        v
        for v in of_wycheproof("wycheproof_p256.json", ESP256)
        if v.holds and int.from_bytes(v.pub[33:], "big") + P256_FIELD < 2**256
    )
    x, y = ec.pub[1:33], int.from_bytes(ec.pub[33:], "big")
    r, s = ec.signature[:32], int.from_bytes(ec.signature[32:], "big")
    yield from (
        replace(ec, name=name, holds=False, **changed)
        for name, changed in _fields(
            alg_ed25519=("alg", ED25519),
            alg_of_rfc_9053=("alg", -7),
            key_y_above_field=("pub", b"\4" + x + (y + P256_FIELD).to_bytes(32, "big")),
            key_y_negated=("pub", b"\4" + x + (P256_FIELD - y).to_bytes(32, "big")),
            key_off_curve=("pub", _flip(ec.pub, 64)),
            key_compressed=("pub", bytes([2 + y % 2]) + x),
            key_hybrid=("pub", bytes([6 + y % 2]) + ec.pub[1:]),
            key_hybrid_wrong=("pub", bytes([7 - y % 2]) + ec.pub[1:]),
            key_compressed_and_y=("pub", bytes([2 + y % 2]) + ec.pub[1:]),
            key_without_head=("pub", ec.pub[1:]),
            key_infinity=("pub", b"\0"),
            key_infinity_long=("pub", bytes(65)),
            key_none=("pub", b""),
            s_high=("signature", r + (P256_ORDER - s).to_bytes(32, "big")),
            s_above_order=("signature", r + (P256_ORDER + s).to_bytes(33, "big")[1:]),
            signature_padded=("signature", r + b"\0" + ec.signature[32:]),
            signature_der=("signature", encode_dss_signature(int.from_bytes(r, "big"), s)),
            signature_none=("signature", b""),
        )
    )
    yield from (ed, ec)


def _fields(**changes: tuple[str, object]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, (field, value) in changes.items():
        yield f"twist {name}", {field: value}


def _flip(raw: bytes, at: int) -> bytes:
    return raw[:at] + bytes([raw[at] ^ 0x80]) + raw[at + 1 :]
