"""Signatures on which libraries disagree: all our verifiers give the one written answer."""

import base64
import importlib.util
import json
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from kt1custody.errors import VerificationError
from kt1custody.signing import sign
from tests.kit import programs
from tests.kit.browser import open_page
from tests.kit.edge_cases import (
    ANSWERS,
    ED25519,
    ESP256,
    P256_ORDER,
    Vector,
    of_cctv,
    of_speccheck,
    of_twists,
    of_wycheproof,
    read,
)
from tests.kit.package import PACKAGE

SCRIPT = Path(__file__).with_name("edge_cases.mjs")
VERIFY = PACKAGE / "verifiers" / "verify.py"
# What a public key is wrapped in for `openssl` (SubjectPublicKeyInfo, RFC 8410 and RFC 5480).
WRAPPED = {
    ED25519: bytes.fromhex("302a300506032b6570032100"),
    ESP256: bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200"),
}


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
