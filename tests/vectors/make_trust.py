"""Writes the vectors of trees and signed notes into `trust/`, or a folder named; shares no code.

python3 tests/vectors/make_trust.py [FOLDER]
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ed25519

ORIGIN = "kt1.lamdong.vn/68/e1"
KEY = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUB = KEY.public_key().public_bytes_raw()


def sha(raw):
    return hashlib.sha256(raw).digest()


def b64(raw):
    return base64.b64encode(raw).decode()


def root(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else sha(b"")
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha(b"\x01" + root(leaves[:split]) + root(leaves[split:]))


def key_hash(name):
    return sha(name.encode() + b"\n\x01" + PUB)[:4]


def signed(name, text):
    line = b64(key_hash(name) + KEY.sign(text.encode()))
    return f"{text}\n\u2014 {name} {line}\n"


def head(kind):
    return f"{ORIGIN}/{kind}\n31\n{b64(sha(b'root'))}\nkt1-{kind}/1\nissued 1795000000\nnext 1795086400\n"


STATUS = (
    head("status")
    + f"control {sha(b'control').hex()}\n"
    + "key 0011223344556677 0 - active - 65549\n"
    + "void 65536 1 3\n"
    + "key 8899aabbccddeeff 1794000000 1796000000 revoked 1794500000 -\n"
)
LOAD = (
    head("load")
    + "holder NV011\n"
    + f"seal 682600000014 65536 {b64(sha(b'1'))} {b64(sha(b'2'))}\n"
    + f"seal 682600000023 65537 {b64(sha(b'3'))} {b64(sha(b'4'))}\n"
)
WRONG = {
    "status": {
        "another kind": ("/status\n", "/load\n"),
        "another version": ("kt1-status/1", "kt1-status/2"),
        "a zero before the size": ("\n31\n", "\n031\n"),
        "a number of another alphabet": ("\n31\n", "\n٣١\n"),
        "spare bits of base64": ("=\nkt1", "A\nkt1"),
        "upper case": ("0011223344556677", "001122334455667A"),
        "no control entry": (f"control {sha(b'control').hex()}\n", ""),
        "a line of its own": ("next 1795086400\n", "next 1795086400\nextra 1\n"),
        "void without a key": ("key 0011223344556677 0 - active - 65549\n", ""),
        "a void serial twice": ("void 65536 1 3", "void 65536 0 3"),
        "a void serial that was not issued": ("void 65536 1 3", "void 65536 1 30"),
        "a void serial that is none": ("void 65536 1 3", "void 1 1 3"),
        "keys out of order": ("key 0011", "key ff11"),
        "active and revoked": ("active -", "active 5"),
        "no newline at the end": (" -\n", " -"),
    },
    "load": {
        "another kind": ("/load\n", "/status\n"),
        "no holder": ("holder NV011\n", ""),
        "a holder of lower case": ("NV011", "nv011"),
        "a wrong check digit": ("682600000014", "682600000015"),
        "serials out of order": (" 65537 ", " 65535 "),
        "a serial twice": (" 65537 ", " 65536 "),
        "one hash only": (f" {b64(sha(b'4'))}", ""),
        "more behind it": (f" {b64(sha(b'4'))}\n", f" {b64(sha(b'4'))}\n\n"),
    },
}


def trees():
    leaves = [sha(b"\x00" + str(place).encode()) for place in range(70)]
    return [{"size": size, "root": root(leaves[:size]).hex()} for size in range(len(leaves) + 1)]


def notes():
    found = []
    for kind, text in (("status", STATUS), ("load", LOAD)):
        name = f"{ORIGIN}/{kind}"
        found.append(
            {
                "note": kind,
                "text": text,
                "pub": PUB.hex(),
                "key_hash": key_hash(name).hex(),
                "signed": signed(name, text),
            }
        )
        for why, (old, new) in WRONG[kind].items():
            assert text.count(old) >= 1, why
            found.append({"note": kind, "refused": why, "text": text.replace(old, new, 1)})
    return found


def main(folder):
    for name, told in (("tree", trees()), ("notes", notes())):
        text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
        (folder / f"{name}.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "trust")
