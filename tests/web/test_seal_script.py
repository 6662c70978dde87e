"""Seals in the pages' script: read, verified and judged as the program does."""

import hashlib
import json
import random
from collections.abc import Sequence
from typing import Any

from kt1custody.core.formats import numbers
from kt1custody.core.formats.item import Mark, Urgency
from kt1custody.core.seals import assessment, seal
from kt1custody.core.seals.assessment import Assessment, Bench, Sighting, SignatureCheck
from kt1custody.core.seals.seal import SealContent
from kt1custody.core.seals.status import Head, KeyState, Load, LoadLine, StatusNote
from kt1custody.errors import MalformedInputError
from kt1custody.web.api import rules
from tests.kit import node, vectors

MODULES = "codec seal"
READ = """texts => texts.map((text) => {
    try {
        const { content, alg, kid, toBeSigned, signature } = seal.readSeal(text)
        const { n, serial, mark, urgency, issuer, dest, at, commitment, copy } = content
        return [n, serial, mark, urgency, issuer, dest, at, codec.hex(commitment), copy, alg, kid,
            codec.hex(toBeSigned), codec.hex(signature)]
    } catch (fault) {
        if (fault instanceof codec.Malformed) return fault.message
        throw fault
    }
})"""
VECTORS = json.loads((vectors.FOLDER / "seals.json").read_text("utf-8"))
TEXTS = [vector["text"] for vector in VECTORS]
NOW, DAY = 1_795_020_000, 86_400


def read_here(text: str) -> object:
    try:
        read = seal.parse(text)
    except MalformedInputError as error:
        return error.detail["why"]
    told = read.content
    return [
        told.n, told.serial, told.mark, told.urgency, told.issuer, told.dest, told.at,
        told.commitment.hex(), told.copy, read.alg, read.kid.hex(), read.to_be_signed.hex(),
        read.signature.hex(),
    ]  # fmt: skip


def test_every_vector_is_read_or_refused_for_the_reason_that_it_bears():
    answers = node.run(MODULES, READ, TEXTS)
    for vector, answer in zip(VECTORS, answers, strict=True):
        assert answer == read_here(vector["text"])
        if "refused" in vector:
            assert answer == vector["refused"]


def test_a_seal_with_anything_changed_is_read_or_refused_as_the_program_does():
    chance = random.Random(7)
    texts = []
    for _ in range(1_500):
        raw = bytearray(seal_bytes(chance.choice(TEXTS[:1] + TEXTS[6:7])))
        for _ in range(chance.randrange(1, 3)):
            place = chance.choice([chance.randrange(72), chance.randrange(len(raw))])
            raw[place % len(raw)] = chance.choice([0, 1, 24, 0x18, 0x1A, 0x80, 0xF5, 0xFF])
        cut = chance.choice([0, 0, 0, 1, chance.randrange(len(raw))])
        texts.append("71" + str(int.from_bytes(raw[: len(raw) - cut], "big")))
    answers = node.run(MODULES, READ, texts)
    assert answers == [read_here(text) for text in texts]
    assert {answer for answer in answers if isinstance(answer, str)} >= {
        "version", "truncated", "check-digit"
    }  # fmt: skip
    assert sum(isinstance(answer, list) for answer in answers) > 100


def seal_bytes(text: str) -> bytes:
    number = int(text[2:])
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def test_a_signature_is_verified_with_the_key_that_the_log_has():
    good = [vector for vector in VECTORS if "pub" in vector]
    assert {vector["alg"] for vector in good} == {numbers.ED25519, numbers.ESP256}
    script = """vectors => Promise.all(vectors.map(async ({ text, alg, pub }) => {
        const read = seal.readSeal(text)
        const key = { alg, pub: codec.unhex(pub), role: "seal" }
        const other = { ...read, toBeSigned: codec.join(read.toBeSigned, "x") }
        const proofs = [
            seal.sight(read, new Map([[read.kid, key]])),
            seal.sight(other, new Map([[read.kid, key]])),
            seal.sight(read, new Map([[read.kid, { ...key, role: "clerk" }]])),
            seal.sight(read, new Map([[read.kid, { ...key, alg: alg === -9 ? -19 : -9 }]])),
            seal.sight(read, new Map()),
        ]
        return (await Promise.all(proofs)).map(({ proof, digest }) => [proof, digest])
    }))"""
    for vector, proofs in zip(good, node.run(MODULES, script, good), strict=True):
        assert [proof for proof, _ in proofs] == [
            "good", "seal-signature", "not-a-seal-key", "not-a-seal-key", "key-unknown",
        ]  # fmt: skip
        signed = seal.parse(vector["text"]).to_be_signed
        assert proofs[0][1] == hashlib.sha256(signed).hexdigest()


TYPED_TEXTS: list[tuple[str, object]] = [
    ("6826 0000 0014", {"n": 682_600_000_014}),
    (" 682600000014\n", {"n": 682_600_000_014}),
    ("682600000015", "item-number"),
    ("000000000000", "item-number"),
    (numbers.format_serial(65_536), {"serial": 65_536}),
    (numbers.format_serial(4_294_967_295), {"serial": 4_294_967_295}),
    (numbers.format_serial(65_535), "serial"),
    (numbers.format_serial(4_294_967_296), "serial"),
    ("00000655361", "serial"),
    ("123", "number-length"),
    ("1" * 19, "number-length"),
    ("1" * 20, "version"),
    ("", "characters"),
    ("https://example.com/", "characters"),
    ("7" * 9_999, "length"),
]


def test_a_typed_number_is_one_or_is_refused():
    script = """texts => texts.map((text) => {
        try { return seal.readCode(text) } catch (fault) { return fault.message }
    })"""
    answers = node.run(MODULES, script, [typed for typed, _ in TYPED_TEXTS])
    assert answers == [expected for _, expected in TYPED_TEXTS]


def test_a_session_of_scans_is_judged_as_the_program_does():
    chance = random.Random(3)
    sessions = [session(chance) for _ in range(300)]
    given = {"data": rules.TEXT, "sessions": [spelled(*one) for one in sessions]}
    script = """({ data, sessions }) => {
        const { seals } = JSON.parse(data)
        return sessions.map(({ sightings, bench, typed }) => {
            bench.status.keys = new Map(bench.status.keys)
            if (bench.load) bench.load.lines = new Map(bench.load.lines)
            for (const { seal } of sightings) seal.payload = codec.raw(seal.payload)
            return [...seal.judgeSeals(seals, sightings, bench),
                ...typed.map((number) => seal.judgeNumber(seals, number, bench))]
        })
    }"""
    answers = node.run(MODULES, script, given)
    verdicts = [
        [told(one) for one in [
            *assessment.judge(sightings, bench),
            *(assessment.judge_number(bench, **number) for number in TYPED),
        ]]
        for sightings, bench in sessions
    ]  # fmt: skip
    assert answers == verdicts
    reasons = {one["code"] for verdict in verdicts for one in verdict}
    assert reasons >= {"matched", "two-contents", "seal-doubled", "load-differs", "serial-void"}


TYPED: list[dict[str, Any]] = [{"n": 682_600_000_014}, {"n": 672_600_000_010}, {"serial": 65_539}]


def told(verdict: Assessment) -> dict[str, object]:
    return {"code": verdict.code, "colour": verdict.colour, "notes": list(verdict.notes)}


def session(chance: random.Random) -> tuple[list[Sighting], Bench]:
    kids = [bytes([place] * 8) for place in range(3)]
    seals = [
        SealContent(
            n=chance.choice([682_600_000_014, 682_600_000_022]),
            serial=chance.choice([65_539, 65_540]), mark=Mark.A, urgency=Urgency.NORMAL,
            issuer=680_900, dest=chance.choice([680_101, 680_102]), at=NOW - 2 * DAY,
            commitment=bytes(16), copy=chance.choice([1, 2]),
        )
        for _ in range(3)
    ]  # fmt: skip
    head = Head(origin="", size=1, root=bytes(32), issued=NOW - 60, next=NOW + DAY)
    keys = {
        kid: KeyState(
            kid=kid, since=0, until=None, revoked=chance.choice([None, None, NOW]),
            highest=65_550, voided=chance.choice([(), (), (65_539,)]),
        )
        for kid in kids[:2]
    }  # fmt: skip
    lines = {
        one.serial: LoadLine(one.n, one.serial, (digest_of(one, 1), digest_of(one, 2)))
        for one in seals[:2]
    }
    bench = Bench(
        number=68, offices=frozenset({680_900}), status=StatusNote(head, bytes(32), keys),
        load=chance.choice([None, Load(head, "NV011", lines)]), now=NOW,
    )  # fmt: skip
    proofs = [SignatureCheck.GOOD] * 6 + [*SignatureCheck]
    sightings = [
        Sighting(
            content=one, kid=chance.choice(kids[:1] * 4 + kids), digest=digest_of(one, one.copy),
            proof=chance.choice(proofs),
        )
        for one in chance.choices(seals, k=chance.randrange(1, 5))
    ]  # fmt: skip
    return sightings, bench


def digest_of(content: SealContent, copy: int) -> bytes:
    return hashlib.sha256(f"{content.n} {content.serial} {content.dest} {copy}".encode()).digest()


def spelled(sightings: Sequence[Sighting], bench: Bench) -> dict[str, object]:
    def key(state: KeyState) -> dict[str, object]:
        names = ("since", "until", "revoked", "highest", "voided")
        return {name: getattr(state, name) for name in names}

    def seen(one: Sighting) -> dict[str, object]:
        told = one.content
        content = {name: getattr(told, name) for name in ("n", "serial", "issuer", "at", "copy")}
        payload = f"{told.n} {told.serial} {told.dest}{told.copy}"  # ends with one byte of the copy
        return {
            "seal": {"content": content, "payload": payload, "kid": one.kid.hex()},
            "digest": one.digest.hex(),
            "proof": one.proof,
        }

    head, load = bench.status.head, bench.load
    times = {"issued": head.issued, "next": head.next}
    lines = [
        [line.serial, {"n": line.n, "digests": [digest.hex() for digest in line.digests]}]
        for line in (load.lines.values() if load else ())
    ]
    keys = [[kid.hex(), key(state)] for kid, state in bench.status.keys.items()]
    return {
        "sightings": [seen(one) for one in sightings],
        "typed": TYPED,
        "bench": {
            "number": bench.number, "offices": bench.offices, "now": bench.now,
            "status": {**times, "keys": keys}, "load": {**times, "lines": lines} if load else None,
        },
    }  # fmt: skip
