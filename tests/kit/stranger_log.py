"""A log of somebody else: notes, trees and proofs written straight from the pages of C2SP and RFC 6962.

It shares no code with the program, so that both cannot be wrong in the same way.
"""

import base64
import hashlib
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass
class StrangerLog:
    """A log that its owner may fork at will.

    Attributes:
        leaves: Leaf hashes.
    """

    origin: str = "log.example/x"
    seed: bytes = bytes(range(32))
    leaves: list[bytes] = field(default_factory=list)

    @property
    def key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def vkey(self) -> str:
        return verifier_key(self.origin, 1, self.key)

    def grow(self, count: int, word: str = "entry") -> "StrangerLog":
        """Add entries; gives itself."""
        for number in range(len(self.leaves), len(self.leaves) + count):
            self.leaves.append(hashlib.sha256(b"\x00" + f"{word} {number}".encode()).digest())
        return self

    def forked(self, size: int, count: int) -> "StrangerLog":
        """Another history with the same first entries, signed by the same key."""
        return StrangerLog(self.origin, self.seed, self.leaves[:size]).grow(count, "another")

    def text(self, size: int | None = None) -> str:
        size = len(self.leaves) if size is None else size
        return f"{self.origin}\n{size}\n{encode(root(self.leaves[:size]))}\n"

    def line(self, text: str) -> str:
        """Sign a text."""
        return signature_line(self.origin, 1, self.key, self.key.sign(text.encode()))

    def note(self, size: int | None = None) -> bytes:
        text = self.text(size)
        return f"{text}\n{self.line(text)}".encode()

    def request(self, old: int, size: int | None = None) -> bytes:
        """Body of add-checkpoint, with the right proof."""
        size = len(self.leaves) if size is None else size
        proof = consistency(old, self.leaves[:size]) if 0 < old < size else []
        return body(old, proof, self.note(size))


def body(old: int, proof: list[bytes], note: bytes) -> bytes:
    return "".join([f"old {old}\n", *(f"{encode(one)}\n" for one in proof), "\n"]).encode() + note


def cosignature_line(name: str, key: Ed25519PrivateKey, time: int, text: str) -> str:
    """Cosign a checkpoint."""
    signed = key.sign(f"cosignature/v1\ntime {time}\n{text}".encode())
    return signature_line(name, 4, key, time.to_bytes(8, "big") + signed)


def is_cosigned(line: str, name: str, public_key: bytes, text: str) -> int:
    """Check a cosignature; gives its time."""
    dash, told, raw = line.removesuffix("\n").split(" ")
    blob = base64.b64decode(raw, validate=True)
    key_hash = hashlib.sha256(f"{name}\n".encode() + b"\x04" + public_key).digest()[:4]
    assert (dash, told, blob[:4], len(blob)) == ("—", name, key_hash, 76)
    time = int.from_bytes(blob[4:12], "big")
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    signed = f"cosignature/v1\ntime {time}\n{text}".encode()
    Ed25519PublicKey.from_public_bytes(public_key).verify(blob[12:], signed)
    return time


def signature_line(name: str, kind: int, key: Ed25519PrivateKey, signature: bytes) -> str:
    return f"— {name} {encode(_key_id(name, kind, key) + signature)}\n"


def verifier_key(name: str, kind: int, key: Ed25519PrivateKey) -> str:
    public = key.public_key().public_bytes_raw()
    return f"{name}+{_key_id(name, kind, key).hex()}+{encode(bytes([kind]) + public)}"


def _key_id(name: str, kind: int, key: Ed25519PrivateKey) -> bytes:
    public = key.public_key().public_bytes_raw()
    return hashlib.sha256(f"{name}\n".encode() + bytes([kind]) + public).digest()[:4]


def encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def root(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = _split(len(leaves))
    return hashlib.sha256(b"\x01" + root(leaves[:k]) + root(leaves[k:])).digest()


def consistency(old: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962 §2.1.2."""
    return _subproof(old, leaves, whole=True)


def _subproof(old: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    if old == len(leaves):
        return [] if whole else [root(leaves)]
    k = _split(len(leaves))
    if old <= k:
        return [*_subproof(old, leaves[:k], whole=whole), root(leaves[k:])]
    return [*_subproof(old - k, leaves[k:], whole=False), root(leaves[:k])]


def _split(count: int) -> int:
    k = 1
    while 2 * k < count:
        k *= 2
    return k
