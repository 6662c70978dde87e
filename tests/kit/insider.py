"""Somebody on the inside who holds every key of a log, and what the outside world keeps of it."""

import base64
import contextlib
import hashlib
import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kt1custody.core.formats import cbor
from kt1custody.core.log.entry import read_entry
from kt1custody.signing import sign
from kt1custody.signing.sign import SigningKey
from tests.kit import cast, forge, make_bundle
from tests.kit.make_bundle import Witness
from tests.kit.paper_log import Office

verifier = forge.verifier


ORIGIN = "kt1.lamdong.vn/68/e1"
EVENING = cast.MORNING + 40_000
POLICE, PARTY, COURT = (
    Witness(name, sign.from_seed(bytes([place]) * 32), EVENING + 60 * place)
    for place, name in enumerate(("congan.lamdong.vn/kt1", "tinhuy.lamdong.vn", "toaan.vn"), 1)
)


THREE = (POLICE, PARTY, COURT)
STRANGER = Witness("hanoi.vn", sign.from_seed(b"\x99" * 32), EVENING)


@dataclass
class Insider:
    """A bundle and every key of its log: what is needed to write any history.

    Attributes:
        log: Keys that sign checkpoints, the newest first.
        trusted: Witnesses that the log names, of whom `least` must cosign.
    """

    bundle: Path
    office: Office
    log: list[SigningKey]
    trusted: tuple[Witness, ...] = ()
    least: int = 0
    devices: int = 0
    control: set[str] = field(default_factory=lambda: set(verifier.CONTROL))

    @property
    def genesis(self) -> str:
        return make_bundle.leaf(self.raws[0]).hex()

    @property
    def raws(self) -> list[bytes]:
        return make_bundle.entries(self.bundle)

    @property
    def leaves(self) -> list[bytes]:
        return [make_bundle.leaf(raw) for raw in self.raws]

    @property
    def text(self) -> str:
        return make_bundle.text_of(ORIGIN, self.leaves)

    def seal(self, *witnesses: Witness) -> str:
        """Write a checkpoint over all entries, signed by the log and cosigned."""
        return make_bundle.seal(
            self.bundle, self.log, witnesses, trusted=self.trusted, least=self.least
        )

    def add(self, kind: str, *signers: tuple[str, str], **own: Any) -> int:
        """Append an act with all signatures; gives its position. The checkpoint is made again."""
        self.devices += 1
        own.setdefault("seen", [len(self.raws) - 1, self.leaves[-1]])
        body = forge.body_of(
            self.office, kind, signers[0][1], dev=f"MAY{self.devices}",
            id=self.devices.to_bytes(16, "big"), **own,
        )  # fmt: skip
        spelled = cbor.encode(body)
        told = forge.sign_body(spelled, [(role, self.office.keys[who]) for role, who in signers])
        return self.append(spelled, told)

    def append(self, body: bytes, signed: list[Any], /, **over: Any) -> int:
        seq = len(self.raws)
        forge.LOG_KEYS[self.bundle] = self.log[0]
        forge.append(self.bundle, body, signed, **over)
        self.seal()
        return seq

    def by_officers(self, kind: str, **own: Any) -> int:
        first, second = cast.OFFICERS
        signers = (("officer", first), ("officer", second))
        return self.add(kind, *signers, **{"by2": second, **own})

    def name_witnesses(self, *witnesses: Witness, least: int) -> int:
        """Append the act that names a quorum."""
        maps = [self.witness_map(one) for one in witnesses]
        seq = self.by_officers("quorum", witnesses=maps, least=least)
        self.trusted, self.least = witnesses, least
        self.seal()
        return seq

    def witness_map(self, one: Witness, **over: Any) -> dict[str, Any]:
        leaves = self.leaves
        told = f"cosignature/v1\ntime {one.time}\n{make_bundle.text_of(ORIGIN, leaves)}".encode()
        plain: dict[str, Any] = {"name": one.name, "pub": one.key.pub, "url": one.url}
        plain |= {"size": len(leaves), "root": make_bundle.root(leaves), "time": one.time}
        return {**plain, "signature": one.key.sign(told), **over}

    def rotate(self, seed: int, owner: str = "log", **over: Any) -> int:
        """Append the act that gives a service another key; the checkpoint is not made again."""
        old, new = self.office.keys[owner], sign.from_seed(bytes([seed]) * 32)
        key = key_map(owner, owner, new)
        consent = old.sign(f"kt1-rotate/1{ORIGIN}".encode() + cbor.encode(key))
        own: dict[str, Any] = {"kid": old.kid, "key": key, "consent": consent}
        seq = self.by_officers("rotate", **{**own, "from": EVENING, "until": None, **over})
        forge.add_key(self.bundle, new.alg, new.pub)
        self.office.keys[owner] = new
        return seq


def key_map(owner: str, role: str, key: SigningKey) -> dict[str, Any]:
    plain: dict[str, Any] = {"owner": owner, "role": role, "alg": key.alg, "pub": key.pub}
    plain |= {"enc": None, "kept": "file"}
    message = f"kt1-possess/1{ORIGIN}".encode() + cbor.encode(plain)
    return plain | {"possess": key.sign(message)}


def judge(folder: Path, *words: object) -> tuple[int, dict[str, Any]]:
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        code = verifier.main([str(folder), *map(str, words), "--json"])
    return code, json.loads(told.getvalue())


def verdict(folder: Path, *words: object) -> tuple[str, set[str]]:
    """The verdict, and the kinds of findings or, without any, what was not checked."""
    code, told = judge(folder, *words)
    exits = {"match": 0, "not-enough": 3, "missing": 4, "wrong": 4}
    assert code == exits[told["verdict"]]
    kinds = {one["kind"] for one in told["findings"]}
    return told["verdict"], kinds or {what.partition(":")[0] for what in told["not_checked"]}


def receipt_of(insider: Insider, place: int, **over: Any) -> bytes:
    """A receipt under the present checkpoint."""
    noted = (make_bundle.home(insider.bundle) / "checkpoint").read_bytes()
    entry = read_entry(insider.raws[place])
    proof = make_bundle.proof(place, insider.leaves, noted)
    parts: dict[str, Any] = {"version": "kt1-receipt/1", "seq": place, "prev": entry.prev}
    parts |= {"ctl": entry.ctl, "accepted_at": entry.accepted_at}
    parts |= {"judgement": [list(one) for one in entry.judgement], "proof": proof, "hashes": []}
    return cbor.encode(list((parts | over).values()))


def stamp_of(text: str) -> bytes:
    """What verify.py sees of a time stamp: its kind, and the hash in it."""
    digest = hashlib.sha256(text.encode()).digest()
    kind: bytes = verifier._TST_INFO
    return b"\x30\x30" + kind + b"\x04\x20" + digest


def evidence(insider: Insider, folder: Path) -> dict[str, tuple[str, str]]:
    """Every kind of evidence of the present checkpoint, as words of the command line."""
    folder.mkdir(exist_ok=True)
    text, noted = insider.text, (make_bundle.home(insider.bundle) / "checkpoint").read_bytes()
    piece = receipt_of(insider, 5)
    files = {
        "checkpoint": noted,
        "proof": make_bundle.proof(7, insider.leaves, noted),
        "receipt": piece,
        "receipts": b"kt1-receipts/1\n" + 2 * (len(piece).to_bytes(2, "big") + piece),
        "refusal": cbor.encode(
            ["kt1-refusal/1", insider.raws[3], make_bundle.proof(3, insider.leaves, noted), []]
        ),
        f"{len(insider.leaves)}.tsr": stamp_of(text),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    told = {name.split(".")[-1]: ("--against", str(folder / name)) for name in files}
    return told | {"code": ("--anchor", make_bundle.anchor(text))}


KINDS = ["checkpoint", "proof", "receipt", "receipts", "refusal", "tsr", "code"]


def rewrite(insider: Insider, at: int, **over: Any) -> None:
    """Change an entry, chain all later ones again, and sign all of it with the log key."""
    raws: list[bytes] = []
    prev, ctl, seams = b"", bytes(32), dict[bytes, bytes]()
    for seq, raw in enumerate(insider.raws):
        value = cbor.decode(raw)
        assert isinstance(value, list)
        value[3] = prev if seq else value[3]
        value[4] = ctl
        if seq == at:
            value = [over.get(str(place), part) for place, part in enumerate(value)]
        raws.append(cbor.encode(value))
        seams[make_bundle.leaf(raw)] = prev = make_bundle.leaf(raws[-1])
        ctl = prev if forge.is_control(raws[-1]) else ctl
    make_bundle.write_entries(insider.bundle, raws)
    insider.seal()


def respell(noted: bytes, what: str) -> bytes:
    text, _, lines = noted.decode().partition("\n\n")
    origin, size, root = text.split("\n")
    first = lines.split("\n")[0]
    return {
        "extension line": f"{text}\nmore\n\n{lines}",
        "leading zero": f"{origin}\n0{size}\n{root}\n\n{lines}",
        "plus": f"{origin}\n+{size}\n{root}\n\n{lines}",
        "no size": f"{origin}\n{root}\n\n{lines}",
        "huge size": f"{origin}\n{2**53 + 1}\n{root}\n\n{lines}",
        "short root": f"{origin}\n{size}\n{root[:-5]}=\n\n{lines}",
        "loose root": f"{origin}\n{size}\n{loosen(root)}\n\n{lines}",
        "loose signature": f"{text}\n\n{loosen(first)}\n{lines.partition(chr(10))[2]}",
        "no padding": f"{text}\n\n{first.rstrip('=')}\n",
        "no newline": noted.decode()[:-1],
        "no lines": f"{text}\n\n",
        "one more newline": f"{noted.decode()}\n",
        "carriage return": noted.decode().replace("\n", "\r\n"),
        "tab": f"{text}\n\n{first}\t\n",
        "other dash": noted.decode().replace("—", "-"),
        "space before": f"{text}\n\n {lines}",
        "two spaces": f"{text}\n\n{first.replace(' ', '  ', 1)}\n",
        "odd space in a name": f"{noted.decode()}— a\u2003b AAAAAAAAAA==\n",
        "plus in a name": f"{noted.decode()}— a+b AAAAAAAAAA==\n",
        "short line": f"{noted.decode()}— stranger AAAAAA==\n",
        "101 lines": f"{noted.decode()}{'— stranger AAAAAAAAAA==' + chr(10)}" * 1
        + ("— stranger AAAAAAAAAA==\n" * 100),
        "nothing": "",
    }[what].encode()


def loosen(told: str) -> str:
    """Set a spare bit of base64 that ends with one or two signs of padding."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    bare = told.rstrip("=")
    other = letters[letters.index(bare[-1]) ^ 1]
    assert base64.b64decode(f"{bare[:-1]}{other}{told[len(bare) :]}"[-4:])
    return f"{bare[:-1]}{other}{told[len(bare) :]}"


SPELLINGS = [
    "extension line", "leading zero", "plus", "no size", "huge size", "short root", "loose root",
    "loose signature", "no padding", "no newline", "no lines", "one more newline",
    "carriage return", "tab", "other dash", "space before", "two spaces", "odd space in a name",
    "plus in a name", "short line", "101 lines", "nothing",
]  # fmt: skip
