"""Bundles forged by somebody who holds keys: entries edited, signed again and sealed, and verify.py."""

import hashlib
import importlib.util
import os
import random
from pathlib import Path
from types import ModuleType
from typing import Any

from kt1custody.cli import incoming, outgoing
from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log.entry import read_entry
from kt1custody.signing import sign
from kt1custody.signing.sign import SigningKey
from tests.kit import cast, make_bundle
from tests.kit.make_bundle import Signer, fix_sums
from tests.kit.package import PACKAGE
from tests.kit.paper_log import Office

VERIFY = PACKAGE / "verifiers" / "verify.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify", VERIFY)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


verifier = load()


Fields = dict[str, Any]  # of a body, of any shape


LOG_KEYS: dict[Path, Signer] = {}  # of bundles: what somebody on the inside has


def export_from(world: cast.World, folder: Path) -> Path:
    outgoing.bundle(world.session, folder)
    LOG_KEYS[folder] = world.session.service_key("log")
    return folder


def genesis_of(bundle: Path) -> bytes:
    return read_entry(entries_of(bundle)[0]).leaf


def tile_of(bundle: Path) -> Path:
    [tile] = (path for path in bundle.glob("logs/**/tile/entries/**/*") if path.is_file())
    return tile


def entries_of(bundle: Path) -> list[bytes]:
    return make_bundle.entries(bundle)


def write_entries(bundle: Path, entries: list[bytes]) -> None:
    """Put other entries in; checkpoint, tiles and sums still speak of the old ones."""
    make_bundle.write_entries(bundle, entries)


def seal(bundle: Path) -> str:
    """What somebody does who has stolen the log key: checkpoint, tiles and sums that fit."""
    return make_bundle.seal(bundle, [LOG_KEYS[bundle]])


def spoil_entries(bundle: Path, chance: random.Random) -> None:
    entries = entries_of(bundle)
    at = chance.randrange(len(entries))
    match chance.choice(["edit", "remove", "swap", "insert", "append-byte"]):
        case "edit":
            raw = bytearray(entries[at])
            raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
            entries[at] = bytes(raw)
        case "remove":
            del entries[chance.randrange(len(entries) - 1)]
        case "swap":
            other = (at + chance.randrange(1, len(entries))) % len(entries)
            entries[at], entries[other] = entries[other], entries[at]
        case "insert":
            entries.insert(at, chance.choice(entries))
        case "append-byte":
            entries[at] += b"\x00"
    write_entries(bundle, entries)


def spoil_keys(bundle: Path, chance: random.Random) -> None:
    keys = sorted((bundle / "keys").iterdir())
    one, other = chance.sample(keys, 2)
    match chance.choice(["edit", "remove", "swap", "insert"]):
        case "edit":
            raw = bytearray(one.read_bytes())
            raw[chance.randrange(len(raw))] ^= 1
            one.write_bytes(bytes(raw))
        case "remove":
            one.unlink()
        case "swap":
            first, second = one.read_bytes(), other.read_bytes()
            one.write_bytes(second)
            other.write_bytes(first)
        case "insert":
            (bundle / "keys" / f"{chance.randbytes(8).hex()}.pem").write_bytes(one.read_bytes())


def spoil_sums(bundle: Path, chance: random.Random) -> None:
    path = bundle / "SHA256SUMS"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    at = chance.randrange(len(lines))
    match chance.choice(["edit", "remove", "swap", "insert"]):
        case "edit":
            place = chance.randrange(64)
            digit = "0" if lines[at][place] != "0" else "1"
            lines[at] = lines[at][:place] + digit + lines[at][place + 1 :]
        case "remove":
            del lines[at]
        case "swap":
            lines[at - 1], lines[at] = lines[at], lines[at - 1]
        case "insert":
            lines.insert(at, f"{'0' * 64}  stranger.txt\n")
    path.write_text("".join(lines), "utf-8")


def body_of(known: Office, kind: str, by: str, **own: Any) -> Fields:
    """A hold or the like; the next one in the row of a device of its own."""
    common: Fields = {"v": 1, "type": kind, "log": "kt1.lamdong.vn/68", "id": bytes(16)}
    common["at"] = read_entry(known.raws[-1]).accepted_at
    common |= {"dev": "QUAY77", "dseq": 0, "dprev": b"", "seen": list(known.head), "by": by}
    return common | {"items": []} | own


def sign_body(body: bytes, signers: list[tuple[str, SigningKey]]) -> list[Any]:
    signatures: list[Any] = []
    for role, key in signers:
        payload = cbor.encode(["kt1.lamdong.vn/68", body, key.kid, signatures])
        protected = {-19: b"\xa1\x01\x32", -9: b"\xa1\x01\x28"}[key.alg]
        told: list[Any] = ["Signature1", protected, f"kt1-act/1/{role}".encode(), payload]
        signatures.append([role, key.kid, key.sign(cbor.encode(told))])
    return signatures


def is_control(raw: bytes) -> bool:
    return read_entry(raw).act.type in verifier.CONTROL


def append(bundle: Path, body: bytes, signed: list[Any], /, **over: Any) -> None:
    """Append an entry in its place; `over` names what is to be wrong with it."""
    entries = entries_of(bundle)
    read = [read_entry(raw) for raw in entries]
    ctl = next(one.leaf for one in reversed(read) if is_control(one.raw))
    value: Fields = {
        "version": "kt1-entry/1",
        "origin": read[0].origin,
        "seq": len(entries),
        "prev": read[-1].leaf,
        "ctl": ctl,
        "accepted_at": read[-1].accepted_at + 60,
        "body": body,
        "signatures": signed,
        "judgement": [[-1, "device-unknown"]],
    } | over
    write_entries(bundle, [*entries, cbor.encode(list(value.values()))])
    seal(bundle)


def add_key(bundle: Path, alg: int, pub: bytes) -> None:
    kid = numbers.key_id(alg, pub).hex()
    (bundle / "keys" / f"{kid}.pem").write_bytes(sign.to_pem(alg, pub))
    fix_sums(bundle)


def found_last(bundle: Path) -> tuple[set[str], set[str]]:
    """What both verifiers find at the last entry; neither finds anything before it."""
    last = len(entries_of(bundle)) - 1
    told = []
    for report in (verifier.check(bundle), incoming.audit_folder(bundle)):
        assert {one.seq for one in report.findings} <= {last}
        told.append({one.kind for one in report.findings})
    return told[0], told[1]


def hold(office: Office, by: str = cast.CLERK, **own: Any) -> Fields:
    return body_of(office, "hold", by, who=cast.COURIER, reason="other", **own)


def lift(office: Office, by: str, by2: str) -> Fields:
    return body_of(office, "lift", by, by2=by2, who=cast.COURIER, reason="other")


def enrol(office: Office, alg: int, pub: bytes, proof: SigningKey, **over: Any) -> Fields:
    plain: Fields = {"owner": "NV777", "role": "clerk", "alg": alg, "pub": pub}
    plain |= {"enc": None, "kept": "file"}
    plain |= {name: part for name, part in over.items() if name in plain}
    message = b"kt1-possess/1kt1.lamdong.vn/68/e1" + cbor.encode(plain)
    told = body_of(office, "enrol", cast.OFFICERS[0], by2=cast.OFFICERS[1])
    told |= {"key": plain | {"possess": proof.sign(message)}, "who": plain["owner"]}
    told |= {"role": plain["role"], "office": cast.OFFICE, "from": 0, "to": None}
    return told | {"commit": bytes(32)} | {one: over[one] for one in over if one not in plain}


def append_enrolment(bundle: Path, office: Office, told: Fields) -> None:
    body = cbor.encode(told)
    signers = [("officer", office.keys[one]) for one in cast.OFFICERS]
    append(bundle, body, sign_body(body, signers))


NEW = sign.from_seed(b"\x07" * 32)
NEW_P256 = sign.from_seed(b"\x07" * 32, -9)
SMALL = [one.to_bytes(32, "little") for one in sorted(verifier.SMALL)]


def respell(raw: bytes, what: str) -> bytes:
    """Spell the map of a body in another way that means the same, or nearly."""
    first = raw[0]
    assert raw[1:4] == b"\x61v\x01"  # the map's head, then the pair "v": 1
    return {
        "trailing": raw + b"\x00",
        "long integer": raw[:3] + b"\x18\x01" + raw[4:],
        "long length": raw[:1] + b"\x78\x01v" + raw[3:],
        "duplicate key": bytes([first + 1]) + b"\x61v\x01" + raw[1:],
        "float": raw[:3] + b"\xf9\x3c\x00" + raw[4:],
        "tag": b"\xc0" + raw,
        "indefinite": b"\xbf" + raw[1:] + b"\xff",
        "truth for 1": raw[:3] + b"\xf5" + raw[4:],
        "first key last": bytes([first]) + raw[4:] + raw[1:4],
        "cut off": raw[:-1],
    }[what]


SPELLINGS = [
    "trailing", "long integer", "long length", "duplicate key", "float", "tag", "indefinite",
    "truth for 1", "first key last", "cut off",
]  # fmt: skip


def make_large(bundle: Path, name: str) -> None:
    path = bundle / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.truncate(path, verifier.MOST_BYTES + 1)  # no bytes on the disk


def lengthen(bundle: Path, office: Office) -> Path:
    """Make a log of two full files and a partial one, of one hold after another."""
    entries = entries_of(bundle)
    last = read_entry(entries[-1])
    ctl = next(read_entry(raw).leaf for raw in reversed(entries) if is_control(raw))
    digest, head = b"", last.leaf
    for counter in range(600 - len(entries)):
        own: Fields = {"dseq": counter, "dprev": digest, "id": counter.to_bytes(16, "big")}
        seen: list[Any] = [len(entries) - 1, head]
        body = cbor.encode(hold(office, **own, seen=seen))
        signed = sign_body(body, [("author", office.keys[cast.CLERK])])
        value: list[Any] = ["kt1-entry/1", last.origin, len(entries), head, ctl, last.accepted_at]
        entries.append(cbor.encode([*value, body, signed, [[-1, "device-unknown"]]]))
        head = ctl = read_entry(entries[-1]).leaf
        digest = hashlib.sha256(body).digest()
    write_entries(bundle, entries)
    seal(bundle)
    return make_bundle.home(bundle) / "tile" / "entries"


ORDER = 2**252 + 27742317777372353535851937790883648493  # of the base point of edwards25519
ONE = (1).to_bytes(32, "little")  # the neutral point


def scalar_of(seed: bytes) -> int:
    raw = bytearray(hashlib.sha512(seed).digest()[:32])
    raw[0] &= 248
    raw[31] = raw[31] & 127 | 64
    return int.from_bytes(raw, "little") % ORDER


def nested(depth: int) -> bytes:
    return b"\x81" * (depth - 1) + b"\x01"


def refound(bundle: Path, office: Office, **own: Any) -> set[str]:
    """Put a genesis that the same three sign in the place of the log."""
    old = read_entry(office.raws[0])
    told = cbor.decode(old.act.body)
    assert isinstance(told, dict)
    fields: Fields = {**told, **own}
    body = cbor.encode(fields)
    signers = [("officer", office.keys[str(fields[name])]) for name in ("by", "by2", "by3")]
    origin = str(fields["origin"])
    prev = hashlib.sha256(f"kt1-log/1\n{origin}".encode()).digest()
    value: list[Any] = ["kt1-entry/1", origin, 0, prev, bytes(32), old.accepted_at, body]
    write_entries(bundle, [cbor.encode([*value, sign_body(body, signers), []])])
    seal(bundle)
    beside = {"key-file", "catalogue"}  # these are of the whole log
    return {one.kind for one in verifier.check(bundle).findings} - beside


def genesis_keys(office: Office) -> list[Any]:
    keys = read_entry(office.raws[0]).act.fields["keys"]
    assert isinstance(keys, list | tuple)
    return list(keys)
