"""Receipts in the pages' script: read, and verified with the log's key and what the device has seen."""

import base64
import hashlib
import json
from typing import Any

from kt1custody.core.formats import cbor, note, tree
from kt1custody.core.log import checkpoint, entry, receipt, tlog
from kt1custody.core.log.entry import Entry, Signature
from kt1custody.signing import sign
from kt1custody.signing.sign import SigningKey
from tests.kit import node, vectors
from tests.kit.act_examples import example

MODULES = "codec proof receipt"
VECTORS = [
    one for one in json.loads((vectors.FOLDER / "entries.json").read_text()) if "leaf" in one
]
PROOFS = json.loads((vectors.FOLDER / "c2sp" / "proofs.json").read_text())
ORIGIN = "kt1.lamdong.vn/68/e1"
VERIFY = """cases => Promise.all(cases.map(async ({ spelled, body, signatures, log, seen }) => {
    try {
        const read = receipt.readReceipt(codec.unhex(spelled))
        const act = { body: codec.unhex(body), signatures:
            signatures.map(([role, kid, value]) => [role, codec.unhex(kid), codec.unhex(value)]) }
        const known = seen && { size: seen.size, root: codec.unhex(seen.root) }
        const own = { ...log, pub: codec.unhex(log.pub) }
        const { leaf, refused, root } = await receipt.verifyReceipt(read, act, own, known)
        return [read.seq, codec.hex(read.entry ?? receipt.entryOf(read, act)), codec.hex(leaf),
            root.size, codec.hex(root.root), read.judgement, refused]
    } catch (fault) {
        if (fault instanceof codec.Malformed) return fault.message
        throw fault
    }
}))"""


def case(vector: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """What a device has, and what it is answered; with something changed."""
    wanted = entry.read_entry(bytes.fromhex(vector["bytes"]))
    assert wanted.act.seen is not None
    signatures = [[one.role, one.kid.hex(), one.value.hex()] for one in wanted.signatures]
    made = {
        "spelled": vector["receipt"], "body": wanted.act.body.hex(), "signatures": signatures,
        "log": {"origin": ORIGIN, "base": 0, "pub": vector["log_pub"]},
        "seen": {"size": wanted.act.seen[0] + 1, "root": vector["old_root"]},
    }  # fmt: skip
    return made | changed


def parts_of(vector: dict[str, Any]) -> list[Any]:
    parts = cbor.decode(bytes.fromhex(vector["receipt"]))
    assert isinstance(parts, list)
    return parts


def with_part(vector: dict[str, Any], place: int, value: cbor.Value) -> str:
    parts = parts_of(vector)
    return cbor.encode([*parts[:place], value, *parts[place + 1 :]]).hex()


def test_a_receipt_proves_its_entry_and_gives_what_the_next_act_has_seen():
    answers = node.run(MODULES, VERIFY, [case(vector) for vector in VECTORS])
    assert len(answers) == len(VECTORS) >= 2
    for vector, (seq, spelled, leaf, size, root, judgement, refused) in zip(
        VECTORS, answers, strict=True
    ):
        wanted = entry.read_entry(bytes.fromhex(vector["bytes"]))
        proof = receipt.read(bytes.fromhex(vector["receipt"])).proof
        ends = tree.root_before(wanted.leaf, wanted.seq, proof.signed.checkpoint.size, proof.hashes)
        assert (seq, spelled, leaf) == (wanted.seq, vector["bytes"], wanted.leaf.hex())
        assert (size, root) == (wanted.seq + 1, ends.hex())
        assert refused is None
        assert judgement == [list(fault) for fault in wanted.judgement]


def test_a_receipt_in_which_anything_is_changed_proves_nothing():
    [vector, *_] = VECTORS
    good = case(vector)
    log, seen, parts = good["log"], good["seen"], parts_of(vector)
    other = bytes(32).hex()
    cases = {
        "body": case(vector, body=good["body"][:-2] + "00"),
        "signature": case(vector, signatures=good["signatures"][:-1]),
        "prev": case(vector, spelled=with_part(vector, 2, bytes(32))),
        "ctl": case(vector, spelled=with_part(vector, 3, bytes(32))),
        "accepted_at": case(vector, spelled=with_part(vector, 4, parts[4] + 1)),
        "judgement": case(vector, spelled=with_part(vector, 5, [[0, "wrong-seal"]])),
        "position": case(vector, spelled=with_part(vector, 1, parts[1] + 1)),
        "base": case(vector, log={**log, "base": 1}),
        "origin": case(vector, log={**log, "origin": "kt1.lamdong.vn/68/e2"}),
        "log key": case(vector, log={**log, "pub": VECTORS[0]["pubs"][0]}),
        "root seen": case(vector, seen={**seen, "root": other}),
        "size seen": case(vector, seen={**seen, "size": seen["size"] - 1}),
        "nothing seen": case(vector, seen={**seen, "size": 0}),
        "seen ahead": case(vector, seen={**seen, "size": 99}),
        "hash": case(vector, spelled=with_part(vector, 7, [bytes(32), *parts[7][1:]])),
        "hash more": case(vector, spelled=with_part(vector, 7, [*parts[7], bytes(32)])),
        "no hashes": case(vector, spelled=with_part(vector, 7, [])),
    }  # fmt: skip
    signed_by_another = parts[6].replace(b"\n\xe2\x80\x94 ", b"\n\xe2\x80\x94 x")
    cases["no line"] = case(vector, spelled=with_part(vector, 6, signed_by_another))
    answers = dict(zip(cases, node.run(MODULES, VERIFY, [*cases.values()]), strict=True))
    reasons = dict.fromkeys(
        ("body", "signature", "prev", "ctl", "accepted_at", "judgement"), "inclusion"
    )
    reasons |= dict.fromkeys(("position", "base", "origin"), "another log")
    reasons |= dict.fromkeys(("log key", "no line"), "signature of the log")
    assert answers == {name: reasons.get(name, "consistency") for name in cases}
    unknown = case(vector, seen=None, spelled=with_part(vector, 7, []))  # it was in an epoch before
    assert node.run(MODULES, VERIFY, [unknown])[0][1] == vector["bytes"]


def test_a_receipt_with_a_part_of_another_type_is_refused():
    [vector, *_] = VECTORS
    wrong = [
        with_part(vector, place, value)
        for place in range(8)
        for value in (None, True, -1, b"", [None], "kt1-receipt/2")
    ]
    told = [*wrong, vector["receipt"] + "00", vector["receipt"][:-2], "80", ""]
    answers = node.run(MODULES, VERIFY, [case(vector, spelled=spelled) for spelled in told])
    assert [answer for answer in answers if not isinstance(answer, str)] == []


def refusal(hash_of: bytes, key: SigningKey, **own: cbor.Value) -> tuple[Entry, str]:
    """An entry that says that something was refused, fourth of its log, and the receipt of it."""
    told = example("refused", hash=hashlib.sha256(hash_of).digest(), **own)
    raw = entry.spell_entry(
        origin=ORIGIN, seq=3, prev=bytes(32), ctl=bytes(32), accepted_at=1_795_000_000,
        body=cbor.encode(told), signatures=[Signature("server", bytes(8), bytes(64))], judgement=(),
    )  # fmt: skip
    refused = entry.read_entry(raw)
    leaves = [bytes([place] * 32) for place in range(3)]
    text = checkpoint.Checkpoint(ORIGIN, 4, tree.root_of([*leaves, refused.leaf])).text
    line = note.SignatureLine(ORIGIN, note.key_hash(ORIGIN, key.pub), key.sign(text.encode()))
    siblings = [leaves[2], tree.root_of(leaves[:2])]
    proof = tlog.spell_proof(3, siblings, note.spell(text, [line]))
    return refused, receipt.spell(refused, proof, []).hex()


def test_who_brought_what_is_not_authentic_can_verify_that_it_was_refused():
    key = sign.from_seed(bytes(range(32)))
    brought = {
        "body": "00ff", "signatures": [["giver", "aa" * 8, "bb" * 64]],
        "log": {"origin": ORIGIN, "base": 0, "pub": key.pub.hex()},
        "seen": {"size": 2, "root": bytes(32).hex()},
    }  # fmt: skip
    ours = cbor.encode([b"\x00\xff", [["giver", b"\xaa" * 8, b"\xbb" * 64]]])
    made = [refusal(ours, key), refusal(b"", key), refusal(b"", key, reason="too-many")]
    cases = [{**brought, "spelled": spelled} for _, spelled in made]
    refused, other, many = node.run(MODULES, VERIFY, cases)
    assert refused[1] == made[0][0].raw.hex()
    assert (refused[-1], other, many[-1]) == ("malformed", "another act", "too-many")


def test_proofs_of_another_implementation_hold_and_faulty_ones_do_not():
    roots = PROOFS["roots"]
    inclusion = [
        {**row, "leaf": encoded(entry.leaf_hash((PROOFS["entry"] % row["index"]).encode())),
         "root": roots[str(row["size"])]}
        for row in PROOFS["inclusion"]
    ]  # fmt: skip
    consistency = [
        {**row, "old_root": roots[str(row["old"])], "root": roots[str(row["size"])]}
        for row in PROOFS["consistency"]
    ]
    script = """rows => Promise.all(rows.map(async (row) => {
        const now = { size: row.size, root: codec.unbase64(row.root) }
        const hashes = row.proof.map(codec.unbase64)
        if (row.leaf) {
            const root = await proof.climb(codec.unbase64(row.leaf), row.index, row.size, hashes)
            return root !== null && codec.same(root, now.root)
        }
        const old = { size: row.old, root: codec.unbase64(row.old_root) }
        return receipt.verifyConsistency(old, now, hashes).then(() => true, () => false)
    }))"""
    proofs = [*inclusion, *consistency]
    answers = node.run(MODULES, script, [*proofs, *PROOFS["refused"]])
    assert answers == [True] * len(proofs) + [False] * len(PROOFS["refused"])


def encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
