"""Signatures on which libraries disagree: all our verifiers give the one written answer."""

import base64
import importlib.util
import json
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from kt1custody.errors import VerificationError
from kt1custody.services import export
from kt1custody.signing import sign
from tests.kit import programs
from tests.kit.browser import open_page

VECTORS = Path(__file__).parents[1] / "vectors" / "ed25519"
SCRIPT = Path(__file__).with_name("edge_cases.mjs")
VERIFY = Path(export.__file__).parent.parent / "verifiers" / "verify.py"
ED25519, ESP256 = -19, -9
L = 2**252 + 27742317777372353535851937790883648493
P256_FIELD = 2**256 - 2**224 + 2**192 + 2**96 - 1
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
# What a public key is wrapped in for `openssl` (SubjectPublicKeyInfo, RFC 8410 and RFC 5480).
WRAPPED = {
    ED25519: bytes.fromhex("302a300506032b6570032100"),
    ESP256: bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200"),
}
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


Answers = Sequence[bool]


def by_program(vectors: Sequence[Vector]) -> Answers:
    return [_verifies(v) for v in vectors]


def _verifies(vector: Vector) -> bool:
    try:
        sign.verify(vector.alg, vector.pub, vector.message, vector.signature)
    except VerificationError:
        return False
    return True


def by_bundle(vectors: Sequence[Vector]) -> Answers:
    spec = importlib.util.spec_from_file_location("verify", VERIFY)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [module.holds(v.alg, v.pub, v.message, v.signature) for v in vectors]


def by_openssl(vectors: Sequence[Vector], folder: Path) -> Answers:
    openssl = programs.need("openssl", package="openssl", variable="KT1_TEST_OPENSSL")

    def ask(at: int) -> bool:
        vector, paths = vectors[at], [folder / f"{at}.{kind}" for kind in ("key", "text", "sig")]
        signature = vector.signature
        if vector.alg == ESP256:
            r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
            signature = encode_dss_signature(r, s)
        contents = WRAPPED[vector.alg] + vector.pub, vector.message, signature
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(content)
        key, text, sig = paths
        command = [openssl, "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER"]
        if vector.alg == ESP256:
            command += ["-digest", "sha256"]
        command += ["-inkey", str(key), "-in", str(text), "-sigfile", str(sig)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    asked = [at for at, vector in enumerate(vectors) if vector.allowed]
    with ThreadPoolExecutor(2) as pool:
        told = dict(zip(asked, pool.map(ask, asked), strict=True))
    return [told.get(at, False) for at in range(len(vectors))]


def by_node(vectors: Sequence[Vector]) -> Answers:
    node = programs.need("node", package="nodejs", variable="KT1_TEST_NODE")
    program = f"""
        import {{ webcrypto }} from "node:crypto"
        import {{ text }} from "node:stream/consumers"
        globalThis.crypto ??= webcrypto
        const {{ answers }} = await import({json.dumps(SCRIPT.as_uri())})
        console.log(JSON.stringify(await answers(JSON.parse(await text(process.stdin)))))
    """
    done = subprocess.run(
        [node, "--input-type=module", "-e", program],
        input=json.dumps(_rows(vectors)),
        capture_output=True,
        text=True,
        check=True,
    )
    return _unpack(vectors, json.loads(done.stdout))


def by_browser(vectors: Sequence[Vector], folder: Path) -> Answers:
    page_file = folder / "page.html"
    page_file.write_text("<!doctype html><title>edge cases</title>")
    script = "data:text/javascript;base64," + base64.b64encode(SCRIPT.read_bytes()).decode()
    with open_page(page_file) as page:
        told = page.evaluate(
            f"import({json.dumps(script)}).then(it => it.answers({json.dumps(_rows(vectors))}))"
        )
    return _unpack(vectors, told)


def _rows(vectors: Sequence[Vector]) -> list[list[Any]]:
    return [[v.alg, v.pub.hex(), v.message.hex(), v.signature.hex()] for v in vectors]


def _unpack(vectors: Sequence[Vector], told: list[list[bool]]) -> Answers:
    """Check that the script asks its library exactly where it may."""
    wrong = [v.name for v, (allowed, _) in zip(vectors, told, strict=True) if allowed != v.allowed]
    assert wrong == []
    return [holds for _, holds in told]


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


@pytest.fixture(scope="module")
def vectors() -> list[Vector]:
    return [
        *of_cctv(),
        *of_speccheck(),
        *of_wycheproof("wycheproof_ed25519.json", ED25519),
        *of_wycheproof("wycheproof_p256.json", ESP256),
        *of_twists(),
    ]


def differing(vectors: Sequence[Vector], told: Answers) -> list[str]:
    return [v.name for v, holds in zip(vectors, told, strict=True) if holds is not v.holds]


@pytest.mark.parametrize("ask", [by_program, by_bundle, by_node])
def test_a_verifier_gives_the_written_answers(
    ask: Callable[[Sequence[Vector]], Answers], vectors: list[Vector]
) -> None:
    assert differing(vectors, ask(vectors)) == []


def test_openssl_gives_the_written_answers(vectors: list[Vector], tmp_path: Path) -> None:
    # pkeyutl reads no empty message; none of ours is.
    some = [vector for vector in vectors if vector.message]
    assert differing(some, by_openssl(some, tmp_path)) == []


def test_a_browser_gives_the_written_answers(vectors: list[Vector], tmp_path: Path) -> None:
    assert differing(vectors, by_browser(vectors, tmp_path)) == []


def test_the_written_answers_are_about_all_vectors(vectors: list[Vector]) -> None:
    assert sum(v.holds and not v.allowed for v in vectors) == 0
    held = {
        "ed25519vectors.json": of_cctv(),
        "wycheproof_ed25519.json": of_wycheproof("wycheproof_ed25519.json", ED25519),
        "wycheproof_p256.json": of_wycheproof("wycheproof_p256.json", ESP256),
    }
    for name, some in held.items():
        told = [vector.holds for vector in some]
        assert (sum(told), len(told)) == (ANSWERS[name]["held"], ANSWERS[name]["number"])
    for row in read("wycheproof_p256.json"):
        high = row["result"] == "valid" and int(row["sig"][64:], 16) > P256_ORDER // 2
        assert high is (row["tcId"] in ANSWERS["wycheproof_p256.json"]["high_s"])
