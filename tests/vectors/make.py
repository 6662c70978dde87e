"""Writes the vectors beside this file, or into the folder that is named; shares no code.

python3 tests/vectors/make.py [FOLDER]
"""

import base64
import hashlib
import hmac
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mlkem, x25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
LOG, ORIGIN = "kt1.lamdong.vn/68", "kt1.lamdong.vn/68/e1"
SEED = bytes(range(32))
ROWS = (
    "0317598642 7092154863 4206871359 1750983426 6123045978 "
    "3674209581 5869720134 8945362017 9438617205 2581436790"
).split()


def head(major, number):
    if number < 24:
        return bytes([major << 5 | number])
    size = next(size for size in (1, 2, 4, 8) if number < 1 << 8 * size)
    return bytes([major << 5 | 24 + size.bit_length() - 1]) + number.to_bytes(size, "big")


def cbor(value):
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, dict):
        pairs = sorted(((cbor(k), cbor(v)) for k, v in value.items()), key=lambda p: (len(p[0]), p))
        return head(5, len(pairs)) + b"".join(k + v for k, v in pairs)
    return head(4, len(value)) + b"".join(map(cbor, value))


def damm(digits):
    interim = 0
    for digit in digits:
        interim = int(ROWS[interim][int(digit)])
    return interim


def sha(raw):
    return hashlib.sha256(raw).digest()


class Key:
    def __init__(self, alg, seed=SEED):
        self.alg = alg
        if alg == -19:
            self.private = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
            self.pub = self.private.public_key().public_bytes_raw()
        else:
            secret = int.from_bytes(seed, "big") % (ORDER - 1) + 1
            self.private = ec.derive_private_key(secret, ec.SECP256R1())
            point = self.private.public_key().public_numbers()
            self.pub = b"\x04" + point.x.to_bytes(32, "big") + point.y.to_bytes(32, "big")
        self.kid = sha(cbor(["kt1-key/1", alg, self.pub]))[:8]

    def sign(self, message):
        if self.alg == -19:
            return self.private.sign(message)
        how = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        r, s = decode_dss_signature(self.private.sign(message, how))
        return r.to_bytes(32, "big") + min(s, ORDER - s).to_bytes(32, "big")


def protected(alg):
    return b"\xa1\x01" + head(1, -1 - alg)


def structure(alg, aad, payload):
    return cbor(["Signature1", protected(alg), aad.encode(), payload])


def cbor_vectors():
    fine = [
        {"a": 1, "b": None}, {"bb": 1, "a": 2}, 0, 23, 24, 255, 256, 65535, 65536, 2**32, 2**63 - 1,
        -1, -24, -25, -(2**63), "", "Hỏa tốc", b"", b"\x00" * 24, [], [1, [2, [True, False]]], {},
    ]  # fmt: skip
    wrong = {
        "long integer": "1817", "long length": "580100", "trailing": "0000", "float": "fb3ff0000000000000",
        "tag": "c100", "indefinite array": "9fff", "indefinite text": "7f6161ff", "undefined": "f7",
        "integer key": "a10000", "double key": "a2616100616101", "keys out of order": "a2616200616100",
        "integer above 64 bits": "1b8000000000000000", "integer below": "3b8000000000000000",
        "nine deep": "81" * 8 + "00", "cut off": "6261", "not UTF-8": "61ff", "empty": "",
    }  # fmt: skip
    told = [{"note": repr(v), "bytes": cbor(v).hex()} for v in fine]
    return told + [{"note": note, "bytes": raw, "refused": note} for note, raw in wrong.items()]


def number_vectors():
    items = [f"6826{running:07d}" for running in (1, 2, 137, 999_999, 8_999_999)]
    told = [
        {"note": "item", "input": d + str(damm(d)), "number": int(d) * 10 + damm(d)} for d in items
    ]
    for serial in (65_536, 70_000, 4_294_967_295):
        digits = f"{serial:010d}"
        told.append({"note": "serial", "input": digits + str(damm(digits)), "number": serial})
    good = items[0] + str(damm(items[0]))
    swapped = good[:10] + good[11] + good[10]
    for wrong, why in (
        (swapped, "check-digit"),
        (good[:-1], "length"),
        ("68260000001x", "characters"),
    ):
        told.append({"note": "item", "input": wrong, "refused": why})
    for alg in (-19, -9):
        key = Key(alg)
        told.append({"note": "kid", "alg": alg, "pub": key.pub.hex(), "kid": key.kid.hex()})
    return told


N, N2 = (int(digits + str(damm(digits))) for digits in ("68260000001", "68260000002"))


def policy():
    roles = ["clerk", "courier"]
    return {
        "witness": {"A": ["bind", "handover"], "B": [], "C": []},
        "carry": dict.fromkeys("ABC0", roles),
        "max_offline": 259_200,
    }


def key_map(owner, role, key):
    service = role in ("log", "server", "seal")
    told = {"owner": owner, "role": role, "alg": key.alg, "pub": key.pub, "kept": "file"}
    told["enc"] = None if service else bytes(1216)
    return told | {"possess": key.sign(b"kt1-possess/1" + ORIGIN.encode() + cbor(told))}


def checkpoint(size, root):
    return f"{ORIGIN}\n{size}\n{base64.b64encode(root).decode()}\n"


def witness_map(name, key, size=4, time=1_795_392_000):
    told = {"name": name, "pub": key.pub, "url": None, "size": size, "root": sha(b"root"), "time": time}
    signed = f"cosignature/v1\ntime {time}\n{checkpoint(size, sha(b'root'))}".encode()
    return told | {"signature": key.sign(signed)}


def own_keys():
    step = {"n": N, "seal": 65_536, "cond": "intact", "prev": sha(b"before")}
    session = {"office": 680_900, "witness": None}
    keys = [
        key_map(owner, role, Key(-19, bytes([place]) * 32))
        for place, (owner, role) in enumerate(
            (("NV021", "officer"), ("NV022", "officer"), ("NV029", "reserve"),
             ("log", "log"), ("server", "server"), ("seal", "seal"))
        )
    ]  # fmt: skip
    new = key_map("NV011", "courier", Key(-9, b"\x07" * 32))
    enrol = {
        "key": new,
        "who": "NV011",
        "role": "courier",
        "office": 680_900,
        "from": 1,
        "to": None,
    }
    old, new_log = Key(-19, bytes([3]) * 32), key_map("log", "log", Key(-19, b"\x08" * 32))
    consent = old.sign(b"kt1-rotate/1" + ORIGIN.encode() + cbor(new_log))
    witnesses = [
        witness_map("congan.lamdong.vn/kt1", Key(-19, b"\x09" * 32)),
        {**witness_map("tinhuy.lamdong.vn", Key(-19, b"\x0a" * 32)), "url": "https://10.0.0.9/kt1"},
    ]
    epoch = {
        "origin": f"{LOG}/e2",
        "old": {"origin": ORIGIN, "size": 31, "root": sha(b"root")},
        "genesis": sha(b"genesis"),
        "note": sign_note(old, checkpoint(40, sha(b"lost"))).encode(),
    }
    register = {"n": N, "mark": 3, "urgency": 1, "kind": 0, "appt": None, "dest": 680_900}
    return {
        "genesis": (
            {"by2": "NV022", "by3": "NV029", "origin": ORIGIN, "name": "KT1", "office": 680_900,
             "number": 68, "training": True, "rules": 1, "policy": policy(), "keys": keys}, []),
        "enrol": ({"by2": "NV022", "commit": bytes(32), **enrol}, []),
        "assign": ({"by2": "NV022", "kid": bytes(8), "role": "clerk", "office": 680_900, "from": 9, "to": None}, []),
        "rotate": ({"by2": "NV022", "kid": old.kid, "key": new_log, "consent": consent, "from": 9, "until": 10}, []),
        "revoke": ({"by2": "NV022", "kid": bytes(8), "since": 9, "reason": "lost"}, []),
        "hold": ({"who": "NV011", "reason": "phone-lost"}, []),
        "lift": ({"by2": "NV022", "who": "NV011", "reason": "cleared"}, []),
        "policy": ({"by2": "NV022", "policy": policy(), "from": 9}, []),
        "catalogue": ({"by2": "NV022", "kind": "offices", "hash": bytes(32), "from": 9}, []),
        "quorum": ({"by2": "NV022", "witnesses": witnesses, "least": 2}, []),
        "epoch": ({"by2": "NV022", **epoch, "reason": "restored"}, []),
        "setback": ({"by2": "NV022", "first": 3, "since": 8, "was": 20, "now": 9}, []),
        "office_key": ({"office": 680_900, "year": 2026, "enc": Hybrid(7).public}, []),
        "register": ({"office": 680_900, "list": bytes(32)}, [{**register, "commit": bytes(32)}]),
        "print": ({"office": 680_900}, [{"n": N, "serial": 65_536, "job": 65_536, "copy": 1}]),
        "bind": (session, [step]),
        "void": (session, [{**step, "reason": "torn", "new": 65_537}]),
        "handover": ({"to": "NV011", "office": None, "witness": "NV004"}, [step]),
        "offer": ({"to": "NV011", "office": None}, [step]),
        "take": ({"of": sha(b"offer"), "short": [N2], "witness": "NV004"}, [{"n": N, "seal": None, "cond": "intact"}]),
        "withdraw": ({"of": sha(b"offer")}, []),
        "correct": ({"by2": "NV022", "by3": None, "officers": True, "of": sha(b"act"), "field": "urgency",
                     "value": 1, "reason": "mistyped"}, [{"n": N}]),
        "settle": ({"by2": "NV022", "reason": "statements"}, [{"n": N, "prev": sha(b"fork"), "keep": sha(b"branch")}]),
        "disclose": ({"reason": "inspection"}, [{"n": N}, {"n": N2}]),
        "lost": ({"by2": "NV022", "commits": sorted([sha(b"slip"), sha(b"list")]), "reason": "restored"}, []),
        "deliver": ({"commit": bytes(32), "remark": False}, [step]),
        "refuse": ({"reason": "damaged"}, [step]),
        "absent": ({"reason": "closed"}, [{**step, "seal": None, "prev": None}]),
        "return": ({"commit": bytes(32), "reason": "refused"}, [step]),
        "refused": ({"hash": bytes(32), "length": 3, "reason": "malformed", "device": None}, []),
        "clock": ({"was": 10, "now": 9}, []),
    }  # fmt: skip


def body(kind, own, lines, **over):
    server = kind in ("refused", "clock")
    told = {
        "v": 1, "type": kind, "log": LOG, "id": bytes(range(16)), "at": 1_795_392_000,
        "dev": "server" if server else "QUAY01", "dseq": 0, "dprev": b"",
        "seen": None if kind == "genesis" else [3, sha(b"seen")],
        "by": "server" if server else "NV021", "items": lines, **own, **over,
    }  # fmt: skip
    return cbor(told)


def act_vectors():
    told = []
    for kind, (own, lines) in own_keys().items():
        raw = body(kind, own, lines)
        told.append({"note": kind, "bytes": raw.hex(), "hash": sha(raw).hex()})
        told.append(
            {
                "note": f"{kind}, version 2",
                "bytes": body(kind, own, lines, v=2).hex(),
                "refused": "v",
            }
        )
        more = body(kind, own, lines, subject="x")
        told.append({"note": f"{kind}, a key too many", "bytes": more.hex(), "refused": "keys"})
        first = next(iter(own))
        wrong = body(kind, {**own, first: [[]]}, lines)
        told.append({"note": f"{kind}, wrong {first}", "bytes": wrong.hex(), "refused": first})
    own, lines = own_keys()["epoch"]
    raw = body("epoch", {**own, "origin": f"{LOG}/e4"}, lines)
    told.append({"note": "epoch", "bytes": raw.hex(), "hash": sha(raw).hex()})
    own, lines = own_keys()["handover"]
    for over, why in (
        ({"dseq": 1}, "dprev"), ({"seen": None}, "seen"), ({"by": "server"}, "by"), ({"items": []}, "items"),
        ({"items": lines * 2}, "items"), ({"id": bytes(15)}, "id"), ({"tries": {}}, "tries"),
        ({"type": "steal"}, "type"), ({"at": True}, "at"),
    ):  # fmt: skip
        told.append(
            {
                "note": str(over)[:40],
                "bytes": body("handover", own, lines, **over).hex(),
                "refused": why,
            }
        )
    for kind, key, wrong in contradictions():
        own, lines = own_keys()[kind]
        raw = body(kind, {**own, key: wrong}, lines)
        told.append({"note": f"{kind}, {key} that does not fit", "bytes": raw.hex(), "refused": key})
    return told


def contradictions():
    """Values that have the right type and say what they must not."""
    keys = own_keys()
    key, witnesses = keys["rotate"][0]["key"], keys["quorum"][0]["witnesses"]
    old = keys["epoch"][0]["old"]
    return [
        ("rotate", "key", key_map("NV011", "courier", Key(-19))),
        ("rotate", "key", {**key, "role": "server"}),
        ("rotate", "key", None),
        ("rotate", "consent", bytes(63)),
        ("quorum", "witnesses", []),
        ("quorum", "witnesses", witnesses[::-1]),
        ("quorum", "witnesses", [witnesses[0], {**witnesses[1], "pub": witnesses[0]["pub"]}]),
        ("quorum", "witnesses", [{**witnesses[0], "name": "Congan"}]),
        ("quorum", "witnesses", [{**witnesses[0], "size": 0}]),
        ("quorum", "least", 1),
        ("quorum", "least", 3),
        ("epoch", "origin", ORIGIN),
        ("epoch", "origin", f"{LOG}/e02"),
        ("epoch", "origin", f"{LOG}/e1000000000"),
        ("epoch", "origin", "kt1.example.vn/e2"),
        ("epoch", "old", {**old, "origin": LOG}),
        ("epoch", "old", {**old, "size": 0}),
        ("epoch", "old", {**old, "root": b""}),
        ("epoch", "old", {**old, "seq": 31}),
        ("epoch", "genesis", None),
        ("epoch", "note", b""),
        ("epoch", "note", bytes(8193)),
        ("setback", "now", 20),
        ("setback", "now", 7),
        ("setback", "first", None),
        ("lost", "commits", []),
        ("lost", "commits", [bytes(32), bytes(32)]),
        ("lost", "commits", [b"\x01" * 32, bytes(32)]),
        ("lost", "commits", [bytes(31)]),
        ("disclose", "reason", "curious"),
        ("office_key", "year", 1999),
        ("office_key", "year", 9999),
        ("office_key", "enc", bytes(1215)),
    ]


def split(count):
    """The largest power of two below a count (RFC 6962 §2.1)."""
    return 1 << (count - 1).bit_length() - 1


def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    half = split(len(leaves))
    return sha(b"\x01" + root(leaves[:half]) + root(leaves[half:]))


def inclusion(index, leaves):
    if len(leaves) == 1:
        return []
    half = split(len(leaves))
    if index < half:
        return [*inclusion(index, leaves[:half]), root(leaves[half:])]
    return [*inclusion(index - half, leaves[half:]), root(leaves[:half])]


def consistency(old, leaves, whole=True):
    if old == len(leaves):
        return [] if whole else [root(leaves)]
    half = split(len(leaves))
    if old <= half:
        return [*consistency(old, leaves[:half], whole), root(leaves[half:])]
    return [*consistency(old - half, leaves[half:], False), root(leaves[:half])]


def lines_of(hashes):
    return "".join(base64.b64encode(one).decode() + "\n" for one in hashes)


def sign_note(key, text):
    name = sha(ORIGIN.encode() + b"\n\x01" + key.pub)[:4]
    return f"{text}\n— {ORIGIN} {base64.b64encode(name + key.sign(text.encode())).decode()}\n"


def entry_vectors():
    own, lines = own_keys()["handover"]
    raw, told = body("handover", own, lines), []
    for alg in (-19, -9):
        signatures = []
        for role, seed in (("giver", 1), ("receiver", 2), ("witness", 3)):
            key = Key(alg, bytes([seed]) * 32)
            payload = cbor([LOG, raw, key.kid, signatures])
            value = key.sign(structure(alg, f"kt1-act/1/{role}", payload))
            signatures.append([role, key.kid, value])
        parts = [
            "kt1-entry/1",
            ORIGIN,
            4,
            sha(b"prev"),
            sha(b"ctl"),
            9,
            raw,
            signatures,
            [[0, "cond-broken"]],
        ]
        entry = cbor(parts)
        leaf = sha(b"\x00" + entry)
        log_key = Key(-19, b"\x05" * 32)
        leaves = [sha(bytes([place])) for place in range(7)]
        leaves[4] = leaf
        note = sign_note(log_key, checkpoint(7, root(leaves)))
        proof = f"c2sp.org/tlog-proof@v1\nindex 4\n{lines_of(inclusion(4, leaves))}\n{note}".encode()
        receipt = ["kt1-receipt/1", 4, parts[3], parts[4], 9, parts[8], proof, consistency(4, leaves)]
        told.append(
            {"note": f"alg {alg}", "alg": alg, "bytes": entry.hex(), "leaf": leaf.hex(),
             "step": sha(cbor([raw, signatures])).hex(), "pubs": [Key(alg, bytes([s]) * 32).pub.hex() for s in (1, 2, 3)],
             "first_prev": sha(f"kt1-log/1\n{ORIGIN}".encode()).hex(), "receipt": cbor(receipt).hex(),
             "log_pub": log_key.pub.hex(), "root": root(leaves).hex(), "old_root": root(leaves[:4]).hex()}
        )  # fmt: skip
        for place, wrong in (
            (0, "kt1-entry/2"),
            (2, -1),
            (3, b""),
            (7, [["giver", b"", b""]]),
            (8, [[0, "b"], [0, "a"]]),
        ):
            bad = cbor([*parts[:place], wrong, *parts[place + 1 :]])
            told.append({"note": f"part {place}", "bytes": bad.hex(), "refused": "entry-malformed"})
    return told


def seal_vectors():
    told = []
    for alg in (-19, -9):
        key = Key(alg)
        header = b"\xa2\x01" + head(1, -1 - alg) + b"\x04\x48" + key.kid
        content = [1, N, 65_536, 3, 1, 680_900, 680_900, 1_795_392_000, bytes(range(16)), 1]

        def text(content, header=header, key=key):
            payload = cbor(content)
            value = key.sign(cbor(["Signature1", header, b"kt1-seal/1", payload]))
            raw = b"\xd2\x84" + cbor(header) + b"\xa0" + cbor(payload) + cbor(value)
            return "71" + str(int.from_bytes(raw, "big"))

        told.append(
            {
                "note": f"alg {alg}",
                "alg": alg,
                "pub": key.pub.hex(),
                "text": text(content),
                "digits": len(text(content)),
            }
        )
        for place, wrong, why in (
            (0, 2, "version"),
            (2, 1, "truncated"),
            (3, 4, "truncated"),
            (9, 3, "truncated"),
        ):
            bad = text([*content[:place], wrong, *content[place + 1 :]])
            told.append({"note": f"field {place}", "text": bad, "refused": why})
        told.append({"note": "nothing behind", "text": text(content) + "0", "refused": "truncated"})
    for wrong, why in (
        ("https://example.vn/682600000014", "characters"), ("9" * 10_000, "length"), ("72123", "version"),
        ("71", "truncated"), ("71012", "truncated"), ("٧١٢", "characters"), ("", "characters"),
    ):  # fmt: skip
        told.append({"note": wrong[:30], "text": wrong, "refused": why})
    return told


def offer_vectors():
    own, lines = own_keys()["offer"]
    raw, told = body("offer", own, lines), []
    for alg in (-19, -9):
        key = Key(alg, b"\x01" * 32)
        signature = key.sign(structure(alg, "kt1-act/1/giver", cbor([LOG, raw, key.kid, []])))
        parts = ["kt1-offer/1", sha(raw), key.kid, signature, "QUAY01", 0, 1_795_392_000, 1]

        def text(parts):
            return "72" + str(int.from_bytes(cbor(parts), "big"))

        of = sha(sha(raw) + signature)
        told.append({"note": f"alg {alg}", "body": raw.hex(), "kid": key.kid.hex(), "signature": signature.hex(),
                     "of": of.hex(), "text": text(parts)})  # fmt: skip
        for place, wrong in (
            (0, "kt1-offer/2"), (1, b""), (2, bytes(9)), (3, bytes(63)), (4, "quay"), (5, -1), (6, None), (7, 0),
        ):  # fmt: skip
            bad = text([*parts[:place], wrong, *parts[place + 1 :]])
            told.append({"note": f"field {place}", "text": bad, "refused": True})
        told.append({"note": "a digit too many", "text": text(parts) + "0", "refused": True})
    for wrong in ("", "72", "720", "71123", "72" + "9" * 400, "72x"):
        told.append({"note": wrong[:10], "text": wrong, "refused": True})
    return told


HPKE = b"HPKE" + bytes.fromhex("647a 0001 0002")  # MLKEM768-X25519, HKDF-SHA256, AES-256-GCM


class Hybrid:
    """An ML-KEM-768 and X25519 key, and opening what was sealed to it (RFC 9180, base mode)."""

    def __init__(self, of):
        self.seed, self.scalar = bytes([of]) * 64, bytes([of + 1]) * 32
        self.kem = mlkem.MLKEM768PrivateKey.from_seed_bytes(self.seed)
        self.dh = x25519.X25519PrivateKey.from_private_bytes(self.scalar)
        self.point = self.dh.public_key().public_bytes_raw()
        self.public = self.kem.public_key().public_bytes_raw() + self.point

    def open(self, sealed, info):
        first, second, box = sealed[:1088], sealed[1088:1120], sealed[1120:]
        shared = self.kem.decapsulate(first)
        shared += self.dh.exchange(x25519.X25519PublicKey.from_public_bytes(second))
        shared = hashlib.sha3_256(shared + second + self.point + b"\\.//^\\").digest()
        context = b"\0" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
        secret = extract(shared, b"secret", b"")
        key, nonce = (expand(secret, label, context, size) for label, size in ((b"key", 32), (b"base_nonce", 12)))
        return AESGCM(key).decrypt(nonce, box, b"")


def extract(salt, label, told):
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + HPKE + label + told, "sha256")


def expand(secret, label, context, size):
    told = size.to_bytes(2, "big") + b"HPKE-v1" + HPKE + label + context
    return hmac.digest(secret, told + b"\1", "sha256")[:size]


def record_vectors():
    salt, key, nonce = (bytes([n]) * size for n, size in ((1, 32), (2, 32), (4, 12)))
    person, office, name = Hybrid(5), Hybrid(7), "office-680900-2026"
    record = {"sender": "UBND", "recipient": "SNV", "reference": "12/CV", "named": None, "layers": 1,
              "weight": 20, "note": None}  # fmt: skip
    commit = hmac.digest(salt, cbor(["kt1-commit/1", record]), "sha256")
    aad = cbor(["kt1-slip/1", LOG, N, commit])
    box = nonce + AESGCM(key).encrypt(nonce, cbor([salt, record]), aad)
    # Sealing is never the same twice, so what was sealed once is kept, and opened here.
    kept = json.loads((Path(__file__).parent / "hpke" / "sealed.json").read_text("utf-8"))
    wrapped, sealed = (bytes.fromhex(kept[part]) for part in ("wrapped", "sealed"))
    private = office.seed + office.scalar
    assert person.open(wrapped, cbor(["kt1-wrap/2", LOG, name, sha(office.public)])) == private
    assert office.open(sealed, cbor(["kt1-record-key/1", LOG, name, commit])) == key
    offices = [
        [680_900, "HE1-LD", "Hệ 1", "kt1-office", "68"],
        [680_901, "BDX-1", "Xã", "commune", "24787"],
    ]
    agencies = [["SNV", "Sở Nội vụ", "so", "68", "Đà Lạt", "HE1-LD", "2026-01-01"]]
    return [
        {"note": "slip", "about": N, "name": name, "office_key": private.hex(), "commitment": commit.hex(),
         "box": box.hex(), "sealed": sealed.hex(), "record": record},
        {"note": "wrapped", "name": name, "person_key": (person.seed + person.scalar).hex(),
         "public": office.public.hex(), "wrapped": wrapped.hex(), "opened": private.hex()},
        {"note": "offices", "rows": offices, "bytes": cbor(offices).hex()},
        {"note": "agencies", "rows": agencies, "bytes": cbor(agencies).hex()},
        {"note": "offices out of order", "bytes": cbor(offices[::-1]).hex(), "refused": "double"},
    ]  # fmt: skip


def anchor_vectors():
    told = []
    for size in (1, 31, 255_000, 2**33):
        text = checkpoint(size, sha(f"root of {size}".encode()))
        number = int.from_bytes(sha(b"kt1-anchor/1\n" + text.encode()), "big") % 10**25
        plain = f"{size:010d}{number:025d}"
        groups = [plain[at : at + 5] for at in range(0, 35, 5)]
        groups = [one + str(damm(f"{place}{one}")) for place, one in enumerate(groups, 1)]
        told.append({"note": f"size {size}", "checkpoint": text, "code": " ".join(groups),
                     "size": size, "digits": plain[10:]})  # fmt: skip
    good = told[1]["code"].split()
    for place in range(7):
        digit = str((int(good[place][2]) + 1) % 10)
        wrong = [*good[:place], good[place][:2] + digit + good[place][3:], *good[place + 1 :]]
        told.append({"note": f"a wrong digit in group {place + 1}", "code": " ".join(wrong), "refused": place + 1})
    first, second = good[3:5]
    turned = next(at for at in range(5) if first[at] != first[at + 1])
    swapped = first[:turned] + first[turned + 1] + first[turned] + first[turned + 2 :]
    for note, wrong, group in (
        ("two digits swapped", [*good[:3], swapped, *good[4:]], 4),
        ("two groups swapped", [*good[:3], second, first, *good[5:]], 4),
        ("a group too few", good[:6], 0),
        ("a group too many", [*good, good[0]], 0),
        ("a letter", [*good[:6], "o" + good[6][1:]], 0),
        ("digits of another script", ["\u0660" * 6, *good[1:]], 0),
        ("nothing", [], 0),
    ):  # fmt: skip
        told.append({"note": note, "code": " ".join(wrong), "refused": group})
    for outside in ("\x1c", "\x85", "\u2028", "\u3000", "\ufeff", "\uff0d", "_"):
        told.append({"note": f"with {outside!a} between", "code": outside.join(good), "refused": 0})
        told.append({"note": f"{outside!a} before", "code": outside + " ".join(good), "refused": 0})
    for between in ("", "-", ".", "\n", "\r\n", "\t", "\u00a0", "\u00b7", "\u2013", "\u2014", "\u2060", "\u2212"):
        told.append({**told[1], "note": f"with {between!r} between", "code": between.join(good)})
    return told


def main(folder):
    for name, vectors in (
        ("cbor", cbor_vectors()), ("numbers", number_vectors()), ("acts", act_vectors()),
        ("entries", entry_vectors()), ("seals", seal_vectors()), ("offers", offer_vectors()),
        ("records", record_vectors()), ("anchors", anchor_vectors()),
    ):  # fmt: skip
        text = json.dumps(vectors, ensure_ascii=False, indent=1) + "\n"
        (folder / f"{name}.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
