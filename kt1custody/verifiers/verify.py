"""Verifies a bundle or a dossier of a KT1 log: bytes, chain, tree, keys, signatures, checkpoint.

    python3 verify.py [FOLDER] [--genesis HASH] [--anchor CODE] [--against FILE] [--json]

CODE is a typed code of a checkpoint; FILE a signed checkpoint, a proof, a receipt, a file of
receipts or a time stamp `<size>.tsr`; both may be given any number of times. Needs Python 3.11 and
the package `cryptography`; shares no code with the program that wrote the folder. It does not judge
custody. Exit codes: 0 KHỚP, 3 KHÔNG ĐỦ, 4 THIẾU or SAI, 2 no bundle or a wrong command, 5
`cryptography` is missing or too old.
"""

import base64
import hashlib
import hmac
import json
import re
import stat
import sys
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

OLDEST = 50  # major version of `cryptography`
try:
    import cryptography
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    FIT = int(cryptography.__version__.split(".")[0]) >= OLDEST
except (ImportError, AttributeError, ValueError):
    FIT = False

CONTROL = {"genesis", "enrol", "assign", "rotate", "revoke", "hold", "lift", "policy", "catalogue"}
CONTROL |= {"quorum", "epoch"}
ACT_DISPUTES = {"key-revoked", "key-expired", "counter-reused", "id-reused", "seen-fork"}
ACT_DISPUTES |= {"wrong-office", "not-assignable"}
PEOPLE = {"clerk", "controller", "courier", "driver", "escort", "officer", "reserve", "admin"}
CARRIERS = {"clerk", "controller", "courier", "driver", "escort"}
DUTY = CARRIERS | {"officer"}
SERVICES = ("log", "server", "seal")
ROLES = {
    "genesis": ("officer",) * 3,
    **dict.fromkeys(("enrol", "assign", "rotate", "revoke", "lift", "policy"), ("officer",) * 2),
    **dict.fromkeys(("catalogue", "quorum", "epoch", "correct", "settle"), ("officer",) * 2),
    **dict.fromkeys(("hold", "register", "print"), ("author",)),
    **dict.fromkeys(("bind", "void"), ("author", "witness")),
    "handover": ("giver", "receiver", "witness"),
    "take": ("receiver", "witness"),
    **dict.fromkeys(("offer", "withdraw", "deliver", "refuse", "absent", "return"), ("giver",)),
    "disclose": ("officer",),
    **dict.fromkeys(("refused", "clock"), ("server",)),
}
PERSON = {"giver": "by", "receiver": "to", "witness": "witness", "server": "by"}
WITNESS_FORM: dict[str, Any] = {"name": str, "pub": bytes, "size": int, "root": bytes}
WITNESS_FORM |= {"time": int, "signature": bytes, "url": (str, type(None))}
LOG, WITNESS = b"\x01", b"\x04"  # kinds of keys under a note
ENTRY = [str, str, int, bytes, bytes, int, bytes, list, list]
PROTECTED = {-19: b"\xa1\x01\x32", -9: b"\xa1\x01\x28"}
FIELD = 2**255 - 19
SMALL = {
    0,
    1,
    FIELD - 1,
    0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
    0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
}
P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
DAMM = "03175986427092154863420687135917509834266123045978"  # row by row
DAMM += "36742095815869720134894536201794386172052581436790"
LAST_SIZE = 2**53
MOST_FINDINGS = 10_000
MOST_BYTES = 64 * 1024 * 1024  # of a file; an entry bundle has at most 16 MiB
MOST_LINES = 100  # of signatures under a note
MOST_HASHES = 63  # in a proof
FAULTS = (KeyError, TypeError, AttributeError, ValueError, IndexError)  # of untrusted values

MISSING = {"control-missing", "entries-missing", "file-missing", "proof-missing"}
WORDS = {
    "accepted-at": "giờ ghi nhận lùi về trước",
    "bad-signature": "chữ ký không đúng",
    "bundle-file": "tệp của gói kiểm tra thừa, thiếu hoặc hỏng",
    "bundle-sum": "tổng kiểm SHA-256 của tệp không khớp",
    "catalogue": "danh mục không đúng với mã băm trong nhật ký",
    "checkpoint": "tờ chốt không đúng",
    "control-missing": "thiếu mục điều khiển",
    "ctl": "liên kết tới mục điều khiển trước không đúng",
    "device-chain": "dãy nghiệp vụ của máy bị đứt hoặc bị sửa",
    "entries-missing": "thiếu mục nhật ký",
    "entry-unreadable": "mục nhật ký không đọc được",
    "epoch": "mục mở giai đoạn mới không đúng với phần còn lại của nhật ký cũ",
    "evidence": "bằng chứng bên ngoài không khớp với nhật ký",
    "file-missing": "thiếu tệp",
    "genesis": "mục gốc không đúng",
    "item": "hồ sơ không đúng với bưu gửi",
    "key-file": "tệp khoá công khai khác với nhật ký",
    "not-authentic": "nghiệp vụ không xác thực",
    "origin": "tên gốc của nhật ký không đúng",
    "policy": "tệp policy.tlog-policy khác với nhật ký",
    "possession": "bằng chứng giữ khoá không đúng",
    "prev": "liên kết tới mục trước không đúng",
    "proof": "chứng minh mục nằm trong nhật ký không đúng",
    "proof-missing": "thiếu chứng minh của mục",
    "record": "bản ghi đã mở không đúng với cam kết trong nhật ký",
    "seq": "số thứ tự mục không đúng",
    "serial-twice": "một số tem được in hai lần",
    "stamp": "dấu thời gian không phải của tờ chốt này",
    "tile": "tệp cây băm không đúng",
}
CHECKED = {
    "sums": "tổng kiểm của các tệp / sums of the files",
    "entries": "dạng của các mục / form of the entries",
    "chain": "chuỗi mục và mục điều khiển / chain of entries and control entries",
    "signatures": "chữ ký và người ký / signatures and who signed",
    "control": "đủ mọi mục điều khiển / that no control entry is left out",
    "proofs": "mục nằm trong cây băm / that the entries stand in the tree",
    "tree": "cây băm tính lại / the tree, computed again",
    "tiles": "tệp cây băm / tiles of the tree",
    "checkpoint": "tờ chốt có chữ ký của nhật ký / checkpoint signed by the log",
    "quorum": "đủ nhân chứng đồng ký / cosigned by the quorum of witnesses",
    "genesis": "mã băm gốc nhập tay / genesis hash given by hand",
    "evidence": "bằng chứng bên ngoài / evidence from outside",
    "policy": "policy.tlog-policy",
    "keys": "tệp khoá công khai / files of public keys",
    "catalogues": "danh mục bưu cục / lists of offices",
    "stamps": "mã băm trong dấu thời gian / hash in the time stamps",
    "item": "mục thuộc về bưu gửi / which entries belong to the item",
    "records": "bản ghi đã mở / opened records",
}
NOT_CHECKED = {
    "genesis-not-given": "tự nhất quán, chưa đối chiếu gốc tin cậy; cần --genesis chép từ giấy / "
    "consistent in itself, not compared with a trusted genesis hash: give --genesis from paper",
    "no-checkpoint": "không có tờ chốt / there is no checkpoint",
    "tail-not-anchored": "đuôi nhật ký chưa được neo / the end of the log has no anchor: neither "
    "a quorum of witnesses nor evidence reaches it",
    "device-gap": "dãy nghiệp vụ của máy có chỗ trống / acts are missing in the row of a device",
    "catalogue-not-given": "thiếu danh mục / a catalogue is missing",
    "evidence-unreadable": "bằng chứng không đọc được / evidence that cannot be read",
    "evidence-unsigned": "bằng chứng không do nhật ký hay nhân chứng này ký / evidence that neither "
    "this log nor its witnesses have signed",
    "evidence-not-compared": "bằng chứng không so được / evidence that cannot be compared here",
    "more-findings": "điểm sai khác không liệt kê / more findings",
}
OUTSIDE = {
    "judgements": "nhận định, giao nhận và mọi trường: `kt1 verify` tính lại / judgements, custody "
    "and every field of an act: `kt1 verify` computes them again",
    "records": "phiếu mã hoá không có trong gói / confidential records are not in the bundle",
    "lost-entries": "mục đã mất mà hai cán bộ đã báo / entries lost, of which two officers have told",
    "stamp-signature": "chữ ký của dấu thời gian / signature of time stamps: `openssl ts -verify`",
    "stamp-other-size": "dấu thời gian của cỡ khác / time stamps of another size",
    "whole-item": "đủ mọi mục của bưu gửi: chỉ gói cả nhật ký cho thấy / that no entry about the "
    "item is left out: only the whole bundle shows",
    "device-rows": "dãy nghiệp vụ của từng máy / the row of each device",
    "clock-steps": "giờ giữa các mục không liền nhau / times between entries that are no neighbours",
}
VERDICTS = {
    "match": (0, "KHỚP / MATCH"),
    "not-enough": (3, "KHÔNG ĐỦ / NOT ENOUGH"),
    "missing": (4, "THIẾU / MISSING"),
    "wrong": (4, "SAI / WRONG"),
}

Finding = namedtuple("Finding", "kind seq expected got")
Key = namedtuple("Key", "owner roles alg pub")  # all roles that it ever had, the present one last
Quorum = namedtuple("Quorum", "seq least witnesses")  # witnesses: tuples of name, pub, url
Trunk = namedtuple("Trunk", "origin base size roots note")  # what is here of one epoch


class MalformedError(Exception):
    """Bytes that are not what the format page says."""


class Report:
    """What was found, what was looked at, and what was not."""

    def __init__(self) -> None:
        self.form, self.origin, self.item = "bundle", "", ""
        self.findings: list[Finding] = []
        self.kinds: set[str] = set()
        self.lost: set[str] = set()
        self.checked: list[str] = []
        self.not_checked: list[str] = []
        self.outside = ["judgements", "records"]
        self.notes: list[str] = []
        self.opened: list[dict[str, Any]] = []
        self.size: int | None = None
        self.as_of: int | None = None
        self.covered = self.entries = self.signatures = self.more = 0

    def add(self, kind: str, seq: int | None, expected: object, got: object) -> None:
        """Note a finding; of very many, only how many more."""
        self.kinds.add(kind)
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(kind, seq, _spell(expected), _spell(got)))
        else:
            self.more += 1

    def want(self, kind: str, seq: int | None, expected: object, got: object) -> bool:
        """Note a finding unless both are the same; tells whether they are."""
        same = expected == got and type(expected) is type(got)
        if not same:
            self.add(kind, seq, expected, got)
        return same

    def skip(self, code: str, about: object = None) -> None:
        """Note once that something was not checked."""
        told = code if about is None else f"{code}: {_spell(about)}"
        if told not in self.not_checked:
            self.not_checked.append(told)

    def look(self, word: str) -> None:
        """Note once that something was checked."""
        if word not in self.checked:
            self.checked.append(word)

    def pass_over(self, code: str, about: str = "") -> None:
        """Note once what lies outside the task."""
        told = f"{code}: {_spell(about)}" if about else code
        if told not in self.outside:
            self.outside.append(told)

    def lose(self, name: str) -> None:
        """Note once that a file is not there."""
        if name not in self.lost:
            self.lost.add(name)
            self.add("file-missing", None, name, "not here")

    @property
    def verdict(self) -> str:
        """Sum up."""
        if self.kinds:
            return "wrong" if self.kinds - MISSING else "missing"
        return "not-enough" if self.not_checked else "match"


def _spell(value: object) -> str:
    """Spell a value for a person: short, and with no sign that moves a cursor."""
    told = value.hex() if isinstance(value, bytes) else str(value)
    return "".join(sign if sign.isprintable() else "?" for sign in told[:200])


# --- strict CBOR, format page §1 ---


def decode(raw: bytes) -> Any:
    """Read the one value that fills the bytes, in its one spelling."""
    value, end = _value(raw, 0, 8)
    if end != len(raw):
        raise MalformedError("trailing")
    return value


def encode(value: Any) -> bytes:
    """Spell a value built of text, bytes, integers, None, booleans, lists and maps."""
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        told = value.encode()
        return _head(3, len(told)) + told
    if isinstance(value, dict):
        pairs = sorted((encode(name), encode(part)) for name, part in value.items())
        pairs.sort(key=lambda pair: (len(pair[0]), pair[0]))
        return _head(5, len(pairs)) + b"".join(name + part for name, part in pairs)
    return _head(4, len(value)) + b"".join(map(encode, value))


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    for more, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << (8 * size):
            return bytes([major << 5 | more]) + number.to_bytes(size, "big")
    raise MalformedError("integer")


def _value(raw: bytes, at: int, depth: int) -> tuple[Any, int]:
    if depth == 0 or at >= len(raw):
        raise MalformedError("depth or end")
    first = raw[at]
    if first in (0xF4, 0xF5, 0xF6):
        return {0xF4: False, 0xF5: True, 0xF6: None}[first], at + 1
    major, number, at = _number(raw, at)
    if major <= 1:
        if number >= 2**63:
            raise MalformedError("integer")
        return (number if major == 0 else -1 - number), at
    readers = {2: _string, 3: _text, 4: _list, 5: _map}
    if major not in readers:
        raise MalformedError("type")
    return readers[major](raw, at, number, depth)


def _number(raw: bytes, at: int) -> tuple[int, int, int]:
    """Read type and number of a head; only the shortest spelling."""
    major, more = raw[at] >> 5, raw[at] & 31
    if more < 24:
        return major, more, at + 1
    if more > 27:
        raise MalformedError("indefinite")
    size = 1 << (more - 24)
    number = int.from_bytes(raw[at + 1 : at + 1 + size], "big")
    if at + 1 + size > len(raw) or _head(major, number) != raw[at : at + 1 + size]:
        raise MalformedError("long number")
    return major, number, at + 1 + size


def _string(raw: bytes, at: int, length: int, _: int) -> tuple[bytes, int]:
    told = raw[at : at + length]
    if len(told) != length:
        raise MalformedError("end")
    return told, at + length


def _text(raw: bytes, at: int, length: int, depth: int) -> tuple[str, int]:
    told, at = _string(raw, at, length, depth)
    try:
        return told.decode(), at
    except UnicodeDecodeError:
        raise MalformedError("text") from None


def _list(raw: bytes, at: int, count: int, depth: int) -> tuple[list[Any], int]:
    items = []
    for _ in range(count):
        item, at = _value(raw, at, depth - 1)
        items.append(item)
    return items, at


def _map(raw: bytes, at: int, count: int, depth: int) -> tuple[dict[str, Any], int]:
    told: dict[str, Any] = {}
    before: tuple[int, bytes] = (0, b"")
    for _ in range(count):
        begin = at
        name, at = _value(raw, at, depth - 1)
        spelled = (at - begin, raw[begin:at])
        if not isinstance(name, str) or spelled <= before:
            raise MalformedError("keys")
        before = spelled
        told[name], at = _value(raw, at, depth - 1)
    return told, at


# --- keys and signatures, format page §4 ---


def load(alg: int, pub: bytes) -> Any:
    """Make a public key, or None if it is no sound one."""
    try:
        if alg == -19 and len(pub) == 32 and _sound(pub):
            return ed25519.Ed25519PublicKey.from_public_bytes(pub)
        if alg == -9 and len(pub) == 65:
            return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), pub)
    except ValueError:
        pass
    return None


def holds(alg: int, pub: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether a signature is right."""
    key = load(alg, pub)
    if key is None or len(signature) != 64:
        return False
    try:
        if alg == -19:
            if not _sound(signature[:32]):
                return False
            key.verify(signature, message)
            return True
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        if s > P256 // 2:
            return False
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _sound(point: bytes) -> bool:
    y = int.from_bytes(point, "little") & (2**255 - 1)
    return y < FIELD and y not in SMALL


def kid_of(alg: int, pub: bytes) -> bytes:
    """Name a public key."""
    return hashlib.sha256(encode(["kt1-key/1", alg, pub])).digest()[:8]


def pem_of(key: Key) -> bytes | None:
    """Spell a key as PEM."""
    loaded = load(key.alg, key.pub)
    if loaded is None:
        return None
    return loaded.public_bytes(  # type: ignore[no-any-return]
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


# --- signed notes and checkpoints, format page §12 and §15 ---

_NAME = "[^\x00-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000+]+"
_LINE = re.compile(f"— ({_NAME}) ([A-Za-z0-9+/]+={{0,2}})")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
_SIZE = re.compile("0|[1-9][0-9]{0,15}")
Line = namedtuple("Line", "name hash raw")  # raw: behind the hash of the key
Note = namedtuple("Note", "text origin size root lines")


def read_note(raw: bytes) -> Note:
    """Read a signed checkpoint; nothing of it is verified."""
    try:
        told = raw.decode()
    except UnicodeDecodeError:
        raise MalformedError("text") from None
    text, _, below = told.rpartition("\n\n")
    lines = below.split("\n")
    if lines.pop() or not 1 <= len(lines) <= MOST_LINES or _CONTROL.search(told):
        raise MalformedError("note")
    parts = text.split("\n")
    if len(parts) != 3 or not parts[0]:
        raise MalformedError("three lines")
    root = unbase64(parts[2])
    if len(root) != 32:
        raise MalformedError("root")
    return Note(f"{text}\n", parts[0], read_size(parts[1]), root, [*map(_read_line, lines)])


def _read_line(line: str) -> Line:
    found = _LINE.fullmatch(line)
    raw = unbase64(found[2]) if found else b""
    if found is None or len(raw) < 5:
        raise MalformedError("signature line")
    return Line(found[1], raw[:4], raw[4:])


def read_size(told: str) -> int:
    """Read a size or an index: decimal digits, no leading zeros."""
    if not _SIZE.fullmatch(told) or int(told) > LAST_SIZE:
        raise MalformedError("size")
    return int(told)


def unbase64(told: str) -> bytes:
    """Read base64 in its one spelling."""
    try:
        raw = base64.b64decode(told, validate=True)
    except ValueError:
        raw = b""
    if not raw or base64.b64encode(raw).decode() != told:
        raise MalformedError("base64")
    return raw


def three_lines(origin: str, size: int, root: bytes) -> str:
    """Spell a checkpoint as it is signed."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def key_hash(name: str, kind: bytes, pub: bytes) -> bytes:
    """Name an Ed25519 key under a note."""
    return hashlib.sha256(name.encode() + b"\n" + kind + pub).digest()[:4]


def cosigned(text: str, time: int) -> bytes:
    """Spell what a witness signs."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def signers(note: Note, log: "Log") -> tuple[list[bytes], dict[tuple[str, bytes], int]]:
    """Give the log keys that have signed a note, and its witnesses with their earliest times.

    Raises:
        MalformedError: The line of a key that this log knows does not verify.
    """
    logs: list[bytes] = []
    times: dict[tuple[str, bytes], int] = {}
    is_ours = note.origin in [origin for origin, _ in log.epochs]
    for pub in log.log_keys() if is_ours else ():
        for line in _lines_by(note, note.origin, LOG, pub):
            if not holds(-19, pub, note.text.encode(), line.raw):
                raise MalformedError("signature of the log")
            logs.append(pub)
    for name, pub in log.witnesses() if is_ours else ():
        for line in _lines_by(note, name, WITNESS, pub):
            time = int.from_bytes(line.raw[:8], "big")
            if time >= 2**63 or not holds(-19, pub, cosigned(note.text, time), line.raw[8:]):
                raise MalformedError("cosignature")
            times[name, pub] = min(time, times.get((name, pub), time))
    return logs, times


def _lines_by(note: Note, name: str, kind: bytes, pub: bytes) -> list[Line]:
    wanted = (name, key_hash(name, kind, pub))
    return [line for line in note.lines if (line.name, line.hash) == wanted]


# --- the tree, RFC 6962 §2.1 ---


def node(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into one."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """Grows leaf by leaf; keeps the roots of its perfect subtrees and the tiles in the making.

    Args:
        wanted: Sizes whose roots are to be kept.
        told: Is given every full tile: its level, number and bytes.
    """

    def __init__(self, wanted: set[int], told: Callable[[int, int, bytes], None]) -> None:
        self.size, self.rows, self.done = 0, [bytearray()], [0]
        self.roots = {0: hashlib.sha256(b"").digest()}
        self._peaks: list[bytes] = []
        self._wanted, self._told = wanted, told

    def add(self, leaf: bytes) -> None:
        """Append a leaf hash."""
        found, height = leaf, 0
        self._row(0, leaf)
        while self.size >> height & 1:
            found, height = node(self._peaks.pop(), found), height + 1
            if height % 8 == 0:
                self._row(height // 8, found)
        self._peaks.append(found)
        self.size += 1
        if self.size in self._wanted:
            self.roots[self.size] = self.root()

    def root(self) -> bytes:
        """Give the root over all leaves so far."""
        root = self._peaks[-1] if self._peaks else self.roots[0]
        for peak in self._peaks[-2::-1]:
            root = node(peak, root)
        return root

    def _row(self, level: int, found: bytes) -> None:
        if level == len(self.rows):
            self.rows.append(bytearray())
            self.done.append(0)
        self.rows[level] += found
        if len(self.rows[level]) == 256 * 32:
            self._told(level, self.done[level], bytes(self.rows[level]))
            self.done[level] += 1
            self.rows[level].clear()


def climb(leaf: bytes, index: int, size: int, hashes: Iterable[bytes]) -> bytes | None:
    """Give the root that an inclusion proof leads to, or None if it has another length."""
    place, last, root = index, size - 1, leaf
    if not 0 <= index < size:
        return None
    for one in hashes:
        if last == 0:
            return None
        if place & 1 or place == last:
            root = node(one, root)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            root = node(root, one)
        place, last = place >> 1, last >> 1
    return root if last == 0 else None


def read_proof(raw: bytes) -> tuple[int, list[bytes], bytes]:
    """Read a tlog-proof: index, hashes, and the note under them."""
    head, gap, below = raw.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise MalformedError("text") from None
    if not gap or len(lines) < 2 or lines[0] != "c2sp.org/tlog-proof@v1":
        raise MalformedError("proof")
    found = [*map(unbase64, lines[2:])]
    if not lines[1].startswith("index ") or any(len(one) != 32 for one in found):
        raise MalformedError("proof")
    if len(found) > MOST_HASHES:
        raise MalformedError("proof")
    return read_size(lines[1][6:]), found, below


# --- the log, format page §3 and §5 ---

_WITNESS = re.compile("(?=.{1,60}$)[a-z0-9.-]+(/[a-z0-9.-]+)*")


class Log:
    """Walks entries in order: all of them, or in a dossier some.

    Args:
        some: Whether entries may be left out.

    Attributes:
        wanted: Positions whose leaf and place are to be kept in `seen`.
        epochs: Origin of each epoch, and position of its first entry.
    """

    def __init__(self, report: Report, genesis: bytes | None, *, some: bool = False) -> None:
        self.report, self.genesis, self.some = report, genesis, some
        self.first, self.log = b"", ""
        self.epochs: list[tuple[str, int]] = []
        self.seams: list[tuple[int, dict[str, Any]]] = []
        self.wanted: set[int] = set()
        self.before, self.prev, self.ctl = -1, b"", bytes(32)
        self.accepted_at = 0
        self.keys: dict[bytes, Key] = {}
        self.services: dict[str, list[bytes]] = {name: [] for name in SERVICES}
        self.since: dict[bytes, int] = {}
        self.revoked: dict[bytes, tuple[int, dict[str, Any]]] = {}
        self.quorums: list[Quorum] = []
        self.controls: set[bytes] = set()
        self.gaps: set[bytes] = set()  # control entries that are named and not here
        self.bodies: set[bytes] = set()
        self.serials: set[int] = set()
        self.devices: dict[str, tuple[int, bytes]] = {}
        self.catalogues: set[str] = set()
        self.seen: dict[int, tuple[bytes, Any]] = {}

    @property
    def origin(self) -> str:
        """The origin of the present epoch."""
        return self.epochs[-1][0] if self.epochs else ""

    def log_keys(self) -> list[bytes]:
        """Give every log key ever, the oldest first."""
        return [self.keys[kid].pub for kid in self.services["log"]]

    def log_key(self, end: int) -> bytes | None:
        """Give the newest log key before a position that is not revoked there."""
        for kid in reversed(self.services["log"]):
            if self.since[kid] < end and self.revoked.get(kid, (end, None))[0] >= end:
                return self.keys[kid].pub  # type: ignore[no-any-return]
        return None

    def witnesses(self) -> set[tuple[str, bytes]]:
        """Give every witness ever."""
        return {(name, pub) for one in self.quorums for name, pub, _ in one.witnesses}

    def quorum_at(self, end: int) -> Quorum | None:
        """Give the quorum that a checkpoint needs whose last entry stands before a position."""
        return next((one for one in reversed(self.quorums) if one.seq < end), None)

    def begin_later(self, origin: str) -> None:
        """Go on without the genesis."""
        self.epochs, self.log = [(origin, 0)], origin.rpartition("/e")[0]
        self.gaps.add(b"")
        self.report.add("control-missing", 0, "genesis", "not here")

    def take(self, seq: int, raw: bytes) -> tuple[bytes, Any]:
        """Check one entry, and go on whatever it is; gives its leaf hash and what it says."""
        self.report.entries += 1
        leaf, told = hashlib.sha256(b"\x00" + raw).digest(), None
        try:
            told = self._take(seq, raw, leaf)
        except (MalformedError, *FAULTS) as error:
            self.report.add("entry-unreadable", seq, "entry", repr(error))
        self.before, self.prev = seq, leaf
        if seq in self.wanted:
            self.seen[seq] = (leaf, told and [*told[3:6], told[8]])
        return leaf, told

    def _take(self, seq: int, raw: bytes, leaf: bytes) -> list[Any]:
        if len(raw) > 65_535:
            raise MalformedError("length")
        told: list[Any] = decode(raw)
        version, origin, number, prev, ctl, accepted_at, body, signatures, judgement = told
        if version != "kt1-entry/1" or [*map(type, told)] != ENTRY or len(body) > 57_344:
            raise MalformedError("form")
        act = decode(body)
        _check_body(act)
        _check_rest(signatures, judgement)
        codes = {code for line, code in judgement if line == -1}
        if seq == 0:
            self._found(act, origin, leaf)
        elif act["type"] == "epoch":
            self._go_on(seq, act, codes)
        self.report.want("seq", seq, seq, number)
        self.report.want("origin", seq, self.origin, origin)
        if seq == self.before + 1:
            self.report.want("prev", seq, self.prev, prev)
            self._check_time(seq, act["type"], accepted_at)
        self.accepted_at = accepted_at
        self._check_ctl(seq, ctl)
        self._check_once(seq, act, body)
        self._check_signatures(seq, act, body, signatures)
        if act["type"] in CONTROL:
            self.ctl = leaf
            self.controls.add(leaf)
            self._control(seq, act, codes)
        if act["type"] == "print":
            self._check_serials(seq, act["items"], judgement)
        return [*told, act]

    def _check_serials(self, seq: int, lines: list[Any], judgement: list[Any]) -> None:
        for place, line in enumerate(lines):
            # A second print that the log itself has judged as such is no finding.
            if line["serial"] in self.serials and [place, "serial-taken"] not in judgement:
                self.report.add("serial-twice", seq, "a new serial", line["serial"])
            self.serials.add(line["serial"])

    def _found(self, act: dict[str, Any], origin: str, leaf: bytes) -> None:
        if act["type"] != "genesis" or origin != act["origin"]:
            raise MalformedError("genesis")
        if not re.fullmatch(re.escape(act["log"]) + "/e[1-9][0-9]*", origin):
            raise MalformedError("origin")
        self.epochs, self.log, self.first = [(origin, 0)], act["log"], leaf
        self.prev = hashlib.sha256(f"kt1-log/1\n{origin}".encode()).digest()
        if self.genesis is not None and self.report.want("genesis", 0, self.genesis, leaf):
            self.report.checked.append("genesis")
        wanted = ["officer", "officer", "reserve", *SERVICES]
        got = [key["role"] for key in act["keys"]]
        if got != wanted or [key["owner"] for key in act["keys"]][3:] != wanted[3:]:
            self.report.add("genesis", 0, wanted, got)
        for key in act["keys"]:
            self._prove(0, key)
            self._enrol(0, key)

    def _go_on(self, seq: int, act: dict[str, Any], codes: set[str]) -> None:
        """Begin the next epoch, if the act goes on from the present one of this very log."""
        old, origin = act["old"], act["old"]["origin"]
        log, _, number = origin.rpartition("/e")
        if not re.fullmatch("[1-9][0-9]{0,8}", number) or {*old} != {"origin", "size", "root"}:
            raise MalformedError("old")
        if log != act["log"] or act["origin"] != f"{log}/e{int(number) + 1}":
            raise MalformedError("origin")
        follows = origin == self.origin and self.first in (b"", act["genesis"])
        if follows and not codes & ACT_DISPUTES:
            self.epochs.append((act["origin"], seq))
            self.seams.append((seq, act))

    def _prove(self, seq: int, told: dict[str, Any]) -> None:
        """Check that a new key is new and was at hand."""
        kid = kid_of(told["alg"], told["pub"])
        if kid in self.keys:
            self.report.add("not-authentic", seq, "a new key", kid)
        plain = {name: part for name, part in told.items() if name != "possess"}
        message = b"kt1-possess/1" + self.origin.encode() + encode(plain)
        if not holds(told["alg"], told["pub"], message, told["possess"]):
            self.report.add("possession", seq, f"proof by {told['owner']}", kid)

    def _enrol(self, seq: int, told: dict[str, Any]) -> None:
        kid = kid_of(told["alg"], told["pub"])
        if kid not in self.keys:
            self.keys[kid] = Key(told["owner"], (told["role"],), told["alg"], told["pub"])
            if told["owner"] in self.services and told["role"] == told["owner"]:
                self.services[told["owner"]].append(kid)
                self.since[kid] = seq

    def _control(self, seq: int, act: dict[str, Any], codes: set[str]) -> None:
        proofs = {"enrol": self._prove_person, "rotate": self._prove_switch}
        proofs["quorum"] = self._prove_witnesses
        if act["type"] in proofs:
            proofs[act["type"]](seq, act)
        if act["type"] == "catalogue" and act["kind"] == "offices":
            self.catalogues.add(f"{act['hash'].hex()}.cbor")
        if not codes & ACT_DISPUTES:  # what the log disputes brings no key, role or witness
            self._effect(seq, act)

    def _effect(self, seq: int, act: dict[str, Any]) -> None:
        match act["type"]:
            case "enrol" if act["key"] is not None:
                self._enrol(seq, act["key"])
            case "rotate" if self.services[act["key"]["owner"]][-1:] == [act["kid"]]:
                self._enrol(seq, act["key"])
            case "revoke":
                self.revoked.setdefault(act["kid"], (seq, act))
            case "quorum":
                told = [(one["name"], one["pub"], one["url"]) for one in act["witnesses"]]
                self.quorums.append(Quorum(seq, act["least"], told))
            case "assign" if act["kid"] in self.keys:
                key = self.keys[act["kid"]]
                if act["role"] == key.roles[-1] or _is_free(act["role"], key):
                    self.keys[act["kid"]] = key._replace(roles=(*key.roles, act["role"]))

    def _prove_person(self, seq: int, act: dict[str, Any]) -> None:
        key = act["key"]
        if key is None:
            return
        if (key["owner"], key["role"]) != (act["who"], act["role"]) or key["role"] not in PEOPLE:
            self.report.add("not-authentic", seq, f"{act['who']} {act['role']}", key["owner"])
        self._prove(seq, key)

    def _prove_switch(self, seq: int, act: dict[str, Any]) -> None:
        new, old = act["key"], self.keys.get(act["kid"])
        if new["owner"] not in SERVICES or new["role"] != new["owner"]:
            raise MalformedError("key of a service")
        self._prove(seq, new)
        message = b"kt1-rotate/1" + self.origin.encode() + encode(new)
        if act["consent"] is None:
            return
        if old is None or not holds(old.alg, old.pub, message, act["consent"]):
            self.report.add("possession", seq, "consent of the old key", act["kid"])

    def _prove_witnesses(self, seq: int, act: dict[str, Any]) -> None:
        all_of = act["witnesses"]
        names = [one["name"] for one in all_of if _is_witness(one)]
        if not 1 <= len(all_of) <= 32 or names != sorted(set(names)) or len(names) != len(all_of):
            raise MalformedError("witnesses")
        if len({one["pub"] for one in all_of}) != len(all_of):
            raise MalformedError("witnesses")
        if type(act["least"]) is not int or not len(all_of) < 2 * act["least"] <= 2 * len(all_of):
            raise MalformedError("least")
        for one in all_of:
            text = three_lines(self.origin, one["size"], one["root"])
            if not holds(-19, one["pub"], cosigned(text, one["time"]), one["signature"]):
                self.report.add("possession", seq, f"cosignature of {one['name']}", one["pub"])

    def _check_ctl(self, seq: int, ctl: bytes) -> None:
        if not self.some or ctl in self.controls:
            self.report.want("ctl", seq, self.ctl, ctl)
        elif seq > 0 and ctl not in self.gaps:
            self.gaps.add(ctl)
            self.report.add("control-missing", seq, f"control entry {_spell(ctl)}", self.ctl)

    def _check_time(self, seq: int, kind: str, accepted_at: int) -> None:
        back = self.accepted_at - accepted_at
        if back > 120 or (back > 0 and kind != "clock"):
            self.report.add("accepted-at", seq, f">= {self.accepted_at}", accepted_at)

    def _check_once(self, seq: int, act: dict[str, Any], body: bytes) -> None:
        digest = hashlib.sha256(body).digest()
        if digest[:16] in self.bodies:
            self.report.add("device-chain", seq, "an act once", digest)
        self.bodies.add(digest[:16])
        last, before = self.devices.get(act["dev"], (-1, b""))
        if act["dseq"] == last + 1:
            self.report.want("device-chain", seq, before, act["dprev"])
        elif act["dseq"] > last + 1 and not self.some:
            self.report.skip("device-gap")
        if act["dseq"] > last:
            self.devices[act["dev"]] = (act["dseq"], digest)

    def _check_signatures(
        self, seq: int, act: dict[str, Any], body: bytes, signatures: list[Any]
    ) -> None:
        roles = ROLES[act["type"]]
        if roles[-1] == "witness" and act["witness"] is None:
            roles = roles[:-1]
        if act["type"] == "correct" and not act["officers"]:
            roles = ("author",) * sum(act[by] is not None for by in ("by", "by2", "by3"))
        persons = _persons(act, roles)
        if seq > 0 and act["type"] == "genesis":
            self.report.add("not-authentic", seq, "one genesis", "another genesis")
        if [one[0] for one in signatures] != list(roles) or len(set(persons)) != len(persons):
            self.report.add("not-authentic", seq, roles, [one[0] for one in signatures])
            return
        self.report.want("not-authentic", seq, self.log, act["log"])
        for place, (role, kid, value) in enumerate(signatures):
            self.report.signatures += 1
            key = self._signer(seq, act, role, persons[place], kid)
            if key is None:
                continue
            payload = encode([act["log"], body, kid, signatures[:place]])
            aad = f"kt1-act/1/{role}".encode()
            message = encode(["Signature1", PROTECTED[key.alg], aad, payload])
            if not holds(key.alg, key.pub, message, value):
                self.report.add("bad-signature", seq, f"signature by {key.owner}", kid)

    def _signer(
        self, seq: int, act: dict[str, Any], role: str, person: str, kid: bytes
    ) -> Key | None:
        """Find the key of a signature, if it is one that may sign so."""
        key = self.keys.get(kid)
        may = key is not None and not self._may(act, role).isdisjoint(key.roles)
        if key is not None and key.owner == person and may:
            return key
        known = key is None or key.owner == person
        if not (self.gaps and known):  # else the entry that says so may be the one left out
            self.report.add("not-authentic", seq, f"{role} {person}", kid)
        return None

    def _may(self, act: dict[str, Any], role: str) -> set[str]:
        """Give the roles of people that may sign this act in this role."""
        kind = act["type"]
        if role == "author":
            return {"hold": DUTY, "correct": CARRIERS}.get(kind, {"clerk", "controller"})
        if role != "officer":
            return {"giver": CARRIERS, "receiver": CARRIERS, "witness": DUTY}.get(role, {role})
        of = act.get("role") if kind == "enrol" else None
        if kind == "revoke":
            of = self.keys[act["kid"]].roles[-1] if act["kid"] in self.keys else None
        reserve = kind == "genesis" or of in ("officer", "reserve")
        return {"officer", "reserve"} if reserve else {"officer"}


def _is_witness(one: dict[str, Any]) -> bool:
    fits = [isinstance(one.get(name), kind) for name, kind in WITNESS_FORM.items()]
    return len(one) == len(fits) and all(fits) and bool(_WITNESS.fullmatch(one["name"]))


def _persons(act: dict[str, Any], roles: tuple[str, ...]) -> list[str]:
    authors = iter(("by", "by2", "by3"))
    named = {**PERSON, "receiver": "by" if act["type"] == "take" else "to"}
    return [act[next(authors) if role in ("author", "officer") else named[role]] for role in roles]


def _is_free(role: str, key: Key) -> bool:
    """Tell whether a key may come to a role without being made anew."""
    return (
        role in PEOPLE
        and key.owner not in SERVICES
        and not ({role, key.roles[-1]} & {"officer", "reserve"})
    )


def _check_body(act: Any) -> None:
    kinds = {"v": int, "type": str, "log": str, "id": bytes, "at": int, "dev": str, "dseq": int}
    kinds |= {"dprev": bytes, "by": str, "items": list}
    if type(act) is not dict or any(
        type(act.get(name)) is not kind for name, kind in kinds.items()
    ):
        raise MalformedError("body")
    if act["v"] != 1 or act["type"] not in ROLES or len(act["items"]) > 500:
        raise MalformedError("body")
    if act["dseq"] < 0 or len(act["id"]) != 16 or "seen" not in act:
        raise MalformedError("body")


def _check_rest(signatures: list[Any], judgement: list[Any]) -> None:
    if any(type(one) is not list or [*map(type, one)] != [str, bytes, bytes] for one in signatures):
        raise MalformedError("signatures")
    if any(type(pair) is not list or [*map(type, pair)] != [int, str] for pair in judgement):
        raise MalformedError("judgement")
    if [tuple(pair) for pair in judgement] != sorted({tuple(pair) for pair in judgement}):
        raise MalformedError("judgement")


# --- evidence given by hand, format page §10 and §16 ---


class Evidence(NamedTuple):
    """A piece of evidence as read: what it claims of the log at one size."""

    name: str
    size: int
    note: Any = None  # the checkpoint, of all but typed codes and stamps
    index: Any = None  # of a proof or receipt: the leaf that it proves
    hashes: Any = ()
    seq: Any = None  # of a receipt: position of its entry
    told: Any = None  # of a receipt: leaf hash, or what of the entry the device has not itself
    digits: Any = None  # of a typed code
    stamp: bytes = b""


_STAMP = re.compile("(0|[1-9][0-9]{0,15})[.]tsr")
_TST_INFO = bytes.fromhex("060b2a864886f70d0109100104")  # what a time stamp token holds


def read_evidence(name: str, raw: bytes) -> list[Evidence]:
    """Read a file of evidence of any kind; nothing of it is verified."""
    if _STAMP.fullmatch(name):
        return [_read_stamp(name, raw)]
    if raw.startswith(b"kt1-receipts/1\n"):
        pieces = _pieces(raw[15:])
        return [_read_receipt(f"{name} {place}", one) for place, one in enumerate(pieces, 1)]
    if raw.startswith(b"c2sp.org/tlog-proof@v1\n"):
        return [_read_proved(name, raw)]
    if raw[:1] in (b"\x84", b"\x88"):
        return [_read_receipt(name, raw)]
    note = read_note(raw)
    return [Evidence(name, note.size, note)]


def _read_stamp(name: str, raw: bytes) -> Evidence:
    found = _STAMP.fullmatch(name)
    if found is None or raw[:1] != b"\x30" or _TST_INFO not in raw:
        raise MalformedError("time stamp")
    return Evidence(name, read_size(found[1]), stamp=raw)


def _pieces(raw: bytes) -> list[bytes]:
    """Take a file of receipts apart."""
    found, at = [], 0
    while at < len(raw):
        end = at + 2 + int.from_bytes(raw[at : at + 2], "big")
        found.append(raw[at + 2 : end])
        at = end
    if not found or at != len(raw):
        raise MalformedError("receipts")
    return found


def _read_proved(name: str, raw: bytes, seq: int | None = None, told: Any = None) -> Evidence:
    index, hashes_of, below = read_proof(raw)
    note = read_note(below)
    return Evidence(name, note.size, note, index, hashes_of, seq, told)


def _read_receipt(name: str, raw: bytes) -> Evidence:
    """Read a receipt; `told` is the leaf hash, or what of the entry the device has not itself."""
    try:
        match decode(raw):
            case ["kt1-refusal/1", bytes(entry), bytes(proof), list(more)]:
                told: Any = hashlib.sha256(b"\x00" + entry).digest()
                seq = decode(entry)[2]
            case ["kt1-receipt/1", seq, bytes(), bytes(), int(), list(), bytes(proof), list(more)]:
                told = decode(raw)[2:6]
            case _:
                raise MalformedError("receipt")
    except FAULTS:
        raise MalformedError("receipt") from None
    found = _read_proved(name, proof, seq, told)
    if (
        type(seq) is not int
        or seq < 0
        or any(type(one) is not bytes or len(one) != 32 for one in more)
    ):
        raise MalformedError("receipt")
    return found


def read_anchor(typed: str) -> Evidence:
    """Read a typed code; the error names the group that is wrong, 0 if it is the length."""
    digits = re.sub(r"[\s.·–—-]+", "", typed)
    if not re.fullmatch("[0-9]{42}", digits):
        raise MalformedError("group", 0)
    groups = [digits[at : at + 6] for at in range(0, 42, 6)]
    for place, group in enumerate(groups, 1):
        if damm(f"{place}{group}"):
            raise MalformedError("group", place)
    plain = "".join(group[:5] for group in groups)
    return Evidence(typed, int(plain[:10]), digits=plain[10:])


def anchor_digits(text: str) -> str:
    """Give the 25 digits of a checkpoint in its typed code."""
    digest = hashlib.sha256(b"kt1-anchor/1\n" + text.encode()).digest()
    return f"{int.from_bytes(digest, 'big') % 10**25:025d}"


def damm(digits: str) -> int:
    """Give the check digit of a row of digits: 0 if its last one checks it."""
    interim = 0
    for digit in digits:
        interim = int(DAMM[10 * interim + int(digit)])
    return interim


def stamps(raw: bytes, text: str) -> bool:
    """Tell whether a time stamp is of a checkpoint, by its hash alone."""
    return b"\x04\x20" + hashlib.sha256(text.encode()).digest() in raw


class Judge:
    """Weighs evidence against the entries.

    Args:
        trunks: What is here of each epoch, the present one last.
    """

    def __init__(self, log: Log, trunks: list[Trunk]) -> None:
        self.log, self.report, self.trunks = log, log.report, trunks
        self._known: dict[Any, str] = {}

    def weigh(self, one: Evidence) -> None:
        """Weigh one piece; what agrees covers the present epoch up to its size."""
        fault = self._counts(one.note) if one.note else ""
        # A typed code and a stamp name no origin.
        spoken_of = [at for at in self.trunks[::-1] if not one.note or at.origin == one.note.origin]
        near = [at for at in spoken_of if one.size <= at.size]
        known = [at for at in near if one.size in at.roots]
        mine = next((at for at in known if _is_of(one, at)), None)
        if fault or not spoken_of:
            self.report.skip(fault or "evidence-unsigned", one.name)
        elif mine is not None:
            self._agree(one, mine)
        elif len(near) < len(spoken_of):
            size = min(at.size for at in spoken_of if at not in near)
            self.report.add("entries-missing", None, f"{one.size} ({one.name})", size)
        elif len(known) < len(near):
            self.report.skip("evidence-not-compared", one.name)
        else:
            got = one.note.text if one.note else one.name
            self.report.add("evidence", None, checkpoint_at(known[0], one.size), got)

    def counts(self, note: Note) -> bool:
        """Tell whether a checkpoint is signed by this log or by one of its witnesses."""
        return self._counts(note) == ""

    def _counts(self, note: Note) -> str:
        """Tell why a checkpoint does not count, in a code; empty if it does."""
        key = (note.text, *note.lines)
        if key not in self._known:
            try:
                self._known[key] = "" if any(signers(note, self.log)) else "evidence-unsigned"
            except MalformedError:
                self._known[key] = "evidence-unreadable"
        return self._known[key]

    def _agree(self, one: Evidence, trunk: Trunk) -> None:
        if one.index is not None and not self._leads(one, trunk.base + one.index):
            return
        self.report.look("evidence")
        if one.stamp:  # its signature is not checked here
            self.report.pass_over("stamp-signature")
        elif trunk is self.trunks[-1]:
            self.report.covered = max(self.report.covered, one.size)

    def _leads(self, one: Evidence, seq: int) -> bool:
        """Check a proof or receipt against the entry of which it speaks."""
        if one.seq not in (None, seq):
            self.report.add("evidence", seq, seq, one.seq)
            return False
        if seq not in self.log.seen:  # in a dossier; its checkpoint has been compared
            return True
        leaf, place = self.log.seen[seq]
        told = leaf if one.told is None else one.told
        mine = leaf if isinstance(told, bytes) else place
        same = self.report.want("evidence", seq, mine, told)
        root = climb(leaf, one.index, one.size, one.hashes)
        return self.report.want("evidence", seq, one.note.root, root) and same


def _is_of(one: Evidence, trunk: Trunk) -> bool:
    """Tell whether a piece speaks of the very checkpoint that an epoch has at its size."""
    text = checkpoint_at(trunk, one.size)
    if one.stamp:
        return stamps(one.stamp, text)
    if one.digits is not None:
        return bool(one.digits == anchor_digits(text))
    return bool(one.note.text == text)


def checkpoint_at(trunk: Trunk, size: int) -> str:
    """Spell the checkpoint that an epoch has at a size."""
    return three_lines(trunk.origin, size, trunk.roots[size])


# --- the folder, format page §10 ---

_HOME = re.compile("logs/(.+)/(?:checkpoint|tile/(?:entries|[0-9]+)/.+)")
_TILE = re.compile("([0-9]{1,2})/((?:x[0-9]{3}/)*[0-9]{3})(?:[.]p/[1-9][0-9]{0,2})?")


class Folder:
    """The plain files of a folder by name; sums are checked, and what is no plain file is told."""

    def __init__(self, root: Path, report: Report) -> None:
        self.root, self.report = root, report
        self.files = {path.relative_to(root).as_posix(): path for path in self._walk()}
        homes = {found[1] for name in self.files if (found := _HOME.fullmatch(name))}
        dossier = "item.txt" in self.files or any(
            name.startswith("entries/") for name in self.files
        )
        if not homes and not dossier and "SHA256SUMS" not in self.files:
            raise MalformedError("no bundle")
        report.form = "dossier" if dossier else "bundle"
        if not (homes or dossier):
            report.add("bundle-file", None, "the folder of one log", "none")
        self.homes = sorted(homes, key=_epoch)
        self._check_sums()

    def read(self, name: str) -> bytes | None:
        """Give the bytes of a file, or None if it is not there."""
        return self.files[name].read_bytes() if name in self.files else None

    def names(self, below: str) -> list[str]:
        """Give the names below a folder, in order, without the folder's own."""
        return sorted(name[len(below) :] for name in self.files if name.startswith(below))

    def note(self, home: str) -> Note | None:
        """Read the checkpoint of an origin."""
        raw = self.read(f"logs/{home}/checkpoint")
        if raw is None:
            return None
        try:
            return read_note(raw)
        except MalformedError as error:
            self.report.add("checkpoint", None, "a signed checkpoint", error)
            return None

    def stamps(self) -> list[Evidence]:
        """Read the time stamps that the folder brings along."""
        found = []
        for name in self.names("tsa/"):
            try:
                found.append(_read_stamp(name, self.files[f"tsa/{name}"].read_bytes()))
            except MalformedError as error:
                self.report.add("stamp", None, f"tsa/{name}: a time stamp", error)
        return found

    def _walk(self) -> Iterator[Path]:
        """Give every plain file; a link, a pipe or a folder without end is a finding."""
        waiting = [self.root]
        while waiting:
            for path in sorted(waiting.pop().iterdir()):
                kind = path.lstat().st_mode
                if stat.S_ISDIR(kind) and len(path.parts) - len(self.root.parts) < 20:
                    waiting.append(path)
                elif stat.S_ISREG(kind) and path.lstat().st_size <= MOST_BYTES:
                    yield path
                else:
                    self.report.add(
                        "bundle-file", None, "a plain file of at most 64 MiB", path.name
                    )

    def _check_sums(self) -> None:
        got = {name: path for name, path in self.files.items() if name != "SHA256SUMS"}
        self.report.checked.append("sums")
        try:
            text = (self.read("SHA256SUMS") or b"").decode()
        except UnicodeDecodeError:
            text = ""
        listed = {}
        for line in text.splitlines():
            digest, _, name = line.partition("  ")
            listed[name] = digest
        if not text or text != "".join(f"{listed[name]}  {name}\n" for name in sorted(listed)):
            self.report.add("bundle-sum", None, "SHA256SUMS sorted, one line a file", "differs")
        for name in sorted(listed.keys() | got.keys()):
            if name not in got:
                self.report.lose(name)
            elif name not in listed:
                self.report.add("bundle-sum", None, name, "not listed")
            elif _sum(got[name]) != listed[name]:
                self.report.add("bundle-sum", None, f"{name} {listed[name]}", "differs")


def _epoch(origin: str) -> tuple[str, int, str]:
    """Sort the origins of one log."""
    log, _, number = origin.rpartition("/e")
    return (log, int(number), "") if re.fullmatch("[0-9]{1,8}", number) else (origin, 0, "")


def _sum(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


def check(root: Path, genesis: bytes | None = None, evidence: Iterable[Evidence] = ()) -> Report:
    """Check a bundle or a dossier.

    Raises:
        MalformedError: Neither sums nor the folder of a log are in it.
    """
    report = Report()
    folder = Folder(root, report)
    if genesis is None:
        report.skip("genesis-not-given")
    report.checked += ["entries", "chain", "signatures"]
    check_form = _check_dossier if report.form == "dossier" else _check_bundle
    check_form(folder, genesis, list(evidence))
    if report.size is not None and report.covered < report.size:
        report.skip("tail-not-anchored")
    if report.more:
        report.skip("more-findings", report.more)
    return report


def _check_bundle(folder: Folder, genesis: bytes | None, given: list[Evidence]) -> None:
    report, log, stamped = folder.report, Log(folder.report, genesis), folder.stamps()
    trunks = [_grow(folder, home, log, [*given, *stamped]) for home in folder.homes or [""]]
    if report.entries == 0:
        report.add("genesis", 0, "genesis", "no entries")
    report.origin, report.size = log.origin, trunks[-1].note and trunks[-1].note.size
    bases = [trunk.base for trunk in trunks]
    report.want("origin", None, log.epochs, [*zip(folder.homes, bases, strict=False)])
    whole = all(trunk.note is None or trunk.note.size <= trunk.size for trunk in trunks)
    _check_beside(folder, log, whole=whole)
    if any(f"logs/{home}/checkpoint" not in folder.files for home in folder.homes):
        report.skip("no-checkpoint")
    for trunk in trunks:
        _check_note(trunk, log, is_present=trunk is trunks[-1])
    if trunks[-1].note is not None and whole:
        _check_policy(folder, trunks[-1], log)
    _refuse_strays(folder)
    _weigh_all(Judge(log, trunks), stamped, given)


def _refuse_strays(folder: Folder) -> None:
    """Name what lies below `logs/` and belongs to no tree; `Tiles` names what lies in one."""
    inside = tuple(f"{home}/tile/" for home in folder.homes)
    known = {f"{home}/checkpoint" for home in folder.homes}
    for name in folder.names("logs/"):
        if name not in known and not name.startswith(inside):
            folder.report.add("tile", None, "no such file", f"logs/{name}")


def _grow(folder: Folder, home: str, log: Log, evidence: list[Evidence]) -> Trunk:
    """Read the entries of one epoch, and compare the tree over them with its files."""
    note, tiles, base = folder.note(home), Tiles(folder, f"logs/{home}/tile/"), log.before + 1
    log.wanted = {base + one.index for one in evidence if one.index is not None}
    tree = Tree({one.size for one in (*evidence, note) if one is not None}, tiles.compare)
    for raw in tiles.entries():
        tree.add(log.take(base + tree.size, raw)[0])
    tree.roots[tree.size] = tree.root()
    tiles.finish(tree, note.size if note else tree.size, must=note is not None)
    for word in ("tree", "tiles"):
        folder.report.look(word)
    return Trunk(log.origin or home, base, tree.size, tree.roots, note)


def _weigh_all(judge: Judge, stamped: list[Evidence], given: list[Evidence]) -> None:
    """Weigh the seams between epochs, the time stamps in the folder, and evidence given by hand."""
    for (seq, act), closed in zip(judge.log.seams, judge.trunks, strict=False):
        try:
            _check_seam(seq, act, closed, judge)
        except (MalformedError, *FAULTS) as error:
            judge.report.add("epoch", seq, "what is left of the epoch before", repr(error))
    _check_stamps(judge.trunks[-1], stamped, judge.report)
    for one in given:
        judge.weigh(one)


def _check_seam(seq: int, act: dict[str, Any], closed: Trunk, judge: Judge) -> None:
    """Check what an `epoch` act says of the epoch before it, and the checkpoint that it shows."""
    report, old = judge.report, act["old"]
    if closed.size in closed.roots:  # else this is a dossier without that checkpoint
        report.want("epoch", seq, closed.size, old["size"])
        report.want("epoch", seq, closed.roots[closed.size], old["root"])
    if act["note"] is None:
        return
    note = read_note(act["note"])
    report.want("epoch", seq, (closed.origin, True), (note.origin, judge.counts(note)))
    if note.size > closed.size and closed.roots:
        report.pass_over("lost-entries", f"{closed.origin} {closed.size} < {note.size}")
    elif note.size in closed.roots:
        report.want("epoch", seq, checkpoint_at(closed, note.size), note.text)


def _check_note(trunk: Trunk, log: Log, *, is_present: bool) -> None:
    """Check the checkpoint of an epoch, if there is one, and count its witnesses."""
    report, note = log.report, trunk.note
    if note is None:
        return
    report.look("checkpoint")
    report.want("checkpoint", None, trunk.origin, note.origin)
    if note.size > trunk.size and not is_present:  # two officers have told of it
        report.pass_over("lost-entries", f"{trunk.origin} {trunk.size} < {note.size}")
    elif note.size != trunk.size:
        kind = "entries-missing" if note.size > trunk.size else "checkpoint"
        report.add(kind, None, f"{note.size} entries", trunk.size)
    else:
        report.want("checkpoint", None, trunk.roots[note.size], note.root)
    end = trunk.base + note.size
    try:
        logs, times = signers(note, log)
    except MalformedError as error:
        report.add("checkpoint", None, "signatures that hold", error)
        return
    if log.log_key(end) not in logs:
        report.add("checkpoint", None, "a signature of the newest log key", len(logs))
    if is_present and note.size == trunk.size:
        _count(times, log.quorum_at(end), note.size, report)


def _count(
    times: dict[tuple[str, bytes], int], quorum: Quorum | None, size: int, report: Report
) -> None:
    """Count the witnesses of a checkpoint; each one once."""
    mine = [(name, pub) for name, pub, _ in quorum.witnesses] if quorum else []
    came = sorted(times[one] for one in mine if one in times)
    if quorum and len(came) >= quorum.least:
        report.look("quorum")
        report.covered, report.as_of = size, came[quorum.least - 1]  # from then on it stood


def _check_stamps(trunk: Trunk, stamped: list[Evidence], report: Report) -> None:
    """Compare the time stamps in the folder by their hash; they are of the present epoch."""
    for one in stamped:
        report.look("stamps")
        report.pass_over("stamp-signature")
        # Without a checkpoint nothing says how many entries there should be.
        most = max(trunk.size, trunk.note.size) if trunk.note else one.size
        if one.size > most:
            report.add("stamp", None, f"at most {most}", f"tsa/{one.name}")
        elif one.size not in trunk.roots:
            report.pass_over("stamp-other-size")
        elif not stamps(one.stamp, checkpoint_at(trunk, one.size)):
            report.add(
                "stamp", None, f"tsa/{one.name}: {checkpoint_at(trunk, one.size)}", "another hash"
            )


def _check_beside(folder: Folder, log: Log, *, whole: bool) -> None:
    """Compare keys and catalogues with what the control entries say, if all of these are here."""
    report = log.report
    keys = {f"keys/{kid.hex()}.pem": pem_of(key) for kid, key in log.keys.items()}
    for name in sorted(keys.keys() | {f"keys/{name}" for name in folder.names("keys/")}):
        got = folder.read(name)
        if got is None:
            report.lose(name)
        elif got != keys.get(name) and (whole or name in keys):
            report.add("key-file", None, f"{name} as in the log", "differs or not known")
    for name in sorted(log.catalogues | set(folder.names("catalogues/"))):
        path = folder.files.get(f"catalogues/{name}")
        if path is None:
            report.skip("catalogue-not-given", name)
        elif f"{_sum(path)}.cbor" != name or (whole and name not in log.catalogues):
            report.add("catalogue", None, f"{name} as in the log", "differs or not known")
    report.checked += ["keys", "catalogues"]


def _check_policy(folder: Folder, trunk: Trunk, log: Log) -> None:
    """Compare whom a stranger must trust for the checkpoint: the log and its quorum."""
    log.report.look("policy")
    end, got = trunk.base + trunk.note.size, folder.read("policy.tlog-policy")
    lines, quorum = [f"log {_vkey(log.origin, LOG, log.log_key(end) or b'')}"], log.quorum_at(end)
    for name, pub, url in quorum.witnesses if quorum else ():
        lines.append(f"witness {name} {_vkey(name, WITNESS, pub)}" + (f" {url}" if url else ""))
    if quorum:
        names = " ".join(name for name, _, _ in quorum.witnesses)
        lines.append(f"group kt1-quorum {quorum.least} {names}")
    lines += ["quorum kt1-quorum" if quorum else "quorum none", ""]
    if got is None:
        log.report.lose("policy.tlog-policy")
    elif got != "\n".join(lines).encode():
        log.report.add("policy", None, "what the control entries say", "differs")


def _vkey(name: str, kind: bytes, pub: bytes) -> str:
    told = base64.b64encode(kind + pub).decode()
    return f"{name}+{key_hash(name, kind, pub).hex()}+{told}"


# --- bundle: entries and tiles ---


class Tiles:
    """The files of entries and hashes below `tile/`; what does not belong there is a finding."""

    def __init__(self, folder: Folder, home: str) -> None:
        self.folder, self.report, self.home = folder, folder.report, home

    def entries(self) -> Iterator[bytes]:
        """Give every entry in order: full files, then one partial file."""
        files, number = [], 0
        while (name := f"{self.home}entries/{_tile(number)}") in self.folder.files:
            files.append((name, 256))
            number += 1
        partial = self.folder.names(f"{name}.p/")
        if partial and re.fullmatch("[1-9][0-9]{0,2}", partial[-1]):
            files.append((f"{name}.p/{partial[-1]}", min(255, int(partial[-1]))))
        known = {name for name, _ in files}
        for name in self.folder.names(f"{self.home}entries/"):
            if f"{self.home}entries/{name}" not in known:
                self.report.add("tile", None, "no such file", f"{self.home}entries/{name}")
        for name, count in files:
            found = 0
            for raw in _unframe(self.folder.files[name], count, self.report):
                found += 1
                yield raw
            self.report.want("bundle-file", None, count, found)

    def compare(self, level: int, number: int, row: bytes) -> None:
        """Compare a full tile with what the entries give, if its file is there."""
        got = self.folder.read(f"{self.home}{level}/{_tile(number)}")
        if got is not None and got != row:
            self.report.add("tile", None, f"tile {level} of the entries: {number}", "differs")

    def finish(self, tree: Tree, size: int, *, must: bool) -> None:
        """Compare the files of hashes with a tree of some size, as far as entries are there.

        Args:
            must: Whether a file that is not there is a finding.
        """
        for name in self.folder.names(self.home):
            if not name.startswith("entries/") and not self._fits(name, tree, size):
                self.report.add("tile", None, f"tiles of {size} entries", f"{self.home}{name}")
        level, rest = 0, tree.size if must and size == tree.size else 0
        while rest:
            for number in range(-(-rest // 256)):
                name = f"{self.home}{level}/{_tile(number, min(256, rest - 256 * number))}"
                if name not in self.folder.files:
                    self.report.lose(name)
            level, rest = level + 1, rest // 256

    def _fits(self, name: str, tree: Tree, size: int) -> bool:
        found = _TILE.fullmatch(name)
        if found is None:
            return False
        level, number = int(found[1]), int(re.sub("[x/]", "", found[2]))
        width = min(256, (size >> 8 * level) - 256 * number)
        path = self.folder.files[f"{self.home}{name}"]
        if width < 1 or name != f"{level}/{_tile(number, width)}":
            return False
        if path.stat().st_size != 32 * width:
            return False
        if level < len(tree.rows) and number == tree.done[level]:
            return path.read_bytes().startswith(bytes(tree.rows[level])[: 32 * width])
        return True  # full ones were compared on the way


def _unframe(path: Path, count: int, report: Report) -> Iterator[bytes]:
    """Give the entries of a file, no more than its name says."""
    with path.open("rb") as file:
        while (head := file.read(2)) and count:
            count -= 1
            raw = file.read(int.from_bytes(head, "big"))
            if len(head) < 2 or len(raw) != int.from_bytes(head, "big"):
                report.add("bundle-file", None, f"{path.name}: whole entries", "cut off")
                return
            yield raw
        if head:
            report.add("bundle-file", None, f"{path.name}: end of file", "more bytes")


def _tile(number: int, width: int = 256) -> str:
    parts = [f"{number % 1000:03d}"]
    while number := number // 1000:
        parts.insert(0, f"x{number % 1000:03d}")
    return "/".join(parts) + ("" if width == 256 else f".p/{width}")


# --- dossier: the entries of one item ---


class Related:
    """Tells which entries of a dossier belong to its item, and which one is not there."""

    def __init__(self, item: int) -> None:
        self.item, self.last = item, -1
        self.kinds: dict[int, str] = {}
        self.named: set[int] = set()  # positions of entries that name the item
        self.owners: dict[bytes, int] = {}  # hash of an act or offer → its position
        self.refers: dict[int, bytes] = {}  # position → hash of the act or offer it speaks of
        self.early: set[int] = set()  # what these speak of was not in the log before them
        self.commits: set[bytes] = set()
        self.signed: list[tuple[int, str, bytes]] = []  # position, role, kid

    def take(self, seq: int, told: Any, report: Report) -> None:
        """Look at an entry as `Log.take` gave it."""
        try:
            if told is not None:
                self._take(seq, told)
        except (MalformedError, *FAULTS) as error:
            report.add("entry-unreadable", seq, "an act", repr(error))

    def _take(self, seq: int, told: list[Any]) -> None:
        _, _, _, _, _, _, body, signatures, judgement, act = told
        digest = hashlib.sha256(body).digest()
        self.kinds[seq] = act["type"]
        self.owners[digest] = seq
        if act["type"] == "offer":
            self.owners[hashlib.sha256(digest + signatures[0][2]).digest()] = seq
        if act["type"] in ("take", "withdraw", "correct"):
            if type(act["of"]) is not bytes:
                raise MalformedError("of")
            self.refers[seq] = act["of"]
        if {code for _, code in judgement} & {"offer-missing", "act-missing"}:
            self.early.add(seq)
        lines = [line for line in act["items"] if line["n"] == self.item]
        if lines or self.item in act.get("short", ()):
            self.named.add(seq)
            self.signed += [(seq, role, kid) for role, kid, _ in signatures]
        self.commits |= {line["commit"] for line in lines if "commit" in line}
        told_here = [act.get("commit"), act.get("list"), act.get("value")]
        self.commits |= {one for one in told_here if type(one) is bytes}

    def finish(self, report: Report) -> None:
        """Say what does not belong here, and what is named and is not here."""
        found, waiting = set(self.named), list(self.named)
        pairs = [(seq, self.owners[of]) for seq, of in self.refers.items() if of in self.owners]
        while waiting:
            seq = waiting.pop()
            near = {b for a, b in pairs if a == seq}
            near |= {a for a, b in pairs if b == seq and self.kinds[a] != "correct"}
            waiting += near - found
            found |= near
        for seq, kind in self.kinds.items():
            if seq not in found and kind not in CONTROL and seq != self.last:
                report.add("item", seq, f"an act about {self.item}", kind)
        if not self.named:
            report.add("item", None, f"acts about {self.item}", "none")
        for seq in sorted(self.named - self.early):
            if self.refers.get(seq, b"") not in self.owners and seq in self.refers:
                report.add("entries-missing", seq, self.refers[seq], "not here")


def _check_dossier(folder: Folder, genesis: bytes | None, given: list[Evidence]) -> None:
    report, stamped, log = folder.report, folder.stamps(), Log(folder.report, genesis, some=True)
    report.outside += ["whole-item", "device-rows", "clock-steps"]
    related, seqs = Related(_read_item(folder)), _positions(folder)
    notes = {home: folder.note(home) for home in folder.homes}
    first = folder.homes[0] if folder.homes else ""
    if 0 not in seqs:
        log.begin_later(first)
    log.wanted = set(seqs)
    for seq in seqs:
        leaf, told = log.take(seq, folder.files[f"entries/{seq}.entry"].read_bytes())
        related.take(seq, told, report)
        _check_proof(folder, notes.get(log.origin), seq, leaf, log)
    epochs = log.epochs or [(first, 0)]
    trunks = [_trunk_of(origin, base, notes.get(origin)) for origin, base in epochs]
    if not set(notes) <= {origin for origin, _ in epochs}:
        report.add("origin", None, [origin for origin, _ in epochs], sorted(notes))
    present = trunks[-1]
    report.origin, report.size = log.origin, present.note and present.size
    related.last = present.base + present.size - 1
    if present.note is not None and related.last not in seqs:
        report.add("entries-missing", related.last, "the last entry", "not here")
    whole = not log.gaps and related.last in seqs
    _check_beside(folder, log, whole=whole)
    for trunk in trunks:
        if f"logs/{trunk.origin}/checkpoint" not in folder.files:
            report.lose(f"logs/{trunk.origin}/checkpoint")
        _check_note(trunk, log, is_present=trunk is present)
    if present.note is not None and whole:
        _check_policy(folder, present, log)
    _weigh_all(Judge(log, trunks), stamped, given)
    related.finish(report)
    _check_records(folder, related)
    _tell_revoked(log, related)
    report.checked += ["control", "proofs", "item"]


def _trunk_of(origin: str, base: int, note: Note | None) -> Trunk:
    """Give what a checkpoint says of an epoch; of no other size can anything be known."""
    return Trunk(
        origin, base, note.size if note else 0, {note.size: note.root} if note else {}, note
    )


def _read_item(folder: Folder) -> int:
    item = folder.read("item.txt") or b""
    if re.fullmatch(rb"[1-9][0-9]{11}\n", item) and damm(item[:12].decode()) == 0:
        folder.report.item = item[:12].decode()
        return int(item)
    folder.report.add("item", None, "12 digits and a newline", item[:20])
    return 0


def _positions(folder: Folder) -> list[int]:
    """Give the positions of the entries in order; every proof has its entry."""
    found = []
    for name in folder.names("entries/"):
        place, _, kind = name.partition(".")
        if not _SIZE.fullmatch(place) or kind not in ("entry", "tlog-proof"):
            folder.report.add("bundle-file", None, "<seq>.entry, <seq>.tlog-proof", name)
        elif kind == "entry":
            found.append(int(place))
        elif f"entries/{place}.entry" not in folder.files:
            folder.report.add("bundle-file", int(place), f"{place}.entry", "only its proof")
    for name in folder.names("logs/"):
        if not name.endswith("/checkpoint"):
            folder.report.add("bundle-file", None, "no such file in a dossier", f"logs/{name}")
    return sorted(found)


def _check_proof(folder: Folder, note: Note | None, seq: int, leaf: bytes, log: Log) -> None:
    """Check that an entry stands in the tree of the checkpoint of its epoch."""
    report, raw = folder.report, folder.read(f"entries/{seq}.tlog-proof")
    if raw is None:
        report.add("proof-missing", seq, f"{seq}.tlog-proof", "missing")
        return
    try:
        index, hashes_of, below = read_proof(raw)
    except MalformedError as error:
        report.add("proof", seq, "a proof", error)
        return
    (origin, base) = log.epochs[-1] if log.epochs else ("", 0)
    report.want("proof", seq, seq - base, index)
    if note is not None:
        report.want("proof", seq, folder.read(f"logs/{origin}/checkpoint"), below)
        report.want("proof", seq, note.root, climb(leaf, seq - base, note.size, hashes_of))


def _check_records(folder: Folder, related: Related) -> None:
    """Compute the commitments of opened records again, and keep what they say."""
    report = folder.report
    for name in folder.names("disclose/"):
        try:
            salt, record = decode(folder.files[f"disclose/{name}"].read_bytes())
            told = hmac.digest(salt, encode(["kt1-commit/1", record]), "sha256")
            good = len(salt) == 32 and type(record) is dict and name == f"{told.hex()}.cbor"
        except (MalformedError, *FAULTS):
            told, good, record = b"", False, None
        if not good or told not in related.commits:
            report.add("record", None, "a record that an entry here names", f"disclose/{name}")
            continue
        report.opened.append({"commit": told.hex(), "record": record})
    if report.opened:
        report.checked.append("records")
        report.outside.remove("records")


def _tell_revoked(log: Log, related: Related) -> None:
    """Note which signatures about the item are by keys that were revoked later."""
    for seq, role, kid in related.signed:
        if kid in log.revoked and kid in log.keys:
            at, act = log.revoked[kid]
            when = f"#{at}, {act.get('reason')}, {_moment(act.get('since'))}"
            told = f"#{seq} {role} {log.keys[kid].owner} {kid.hex()}"
            log.report.notes.append(
                f"{_spell(told)}: khoá đã thu hồi / key revoked: {_spell(when)}"
            )


# --- command line ---


def _moment(time: Any) -> str:
    try:
        return f"{datetime.fromtimestamp(time, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (TypeError, ValueError, OverflowError, OSError):
        return str(time)


class UsageError(Exception):
    """A command that cannot be understood; says so in both languages."""


def read_command(words: list[str]) -> tuple[Path, bytes | None, list[str], list[str]]:
    """Give folder, genesis hash, typed codes and names of files of evidence."""
    rest, genesis, codes, files = list(words), None, [], []
    folders: list[str] = []
    while rest:
        match rest.pop(0):
            case "--genesis":
                typed = (rest.pop(0) if rest else "").replace(" ", "")
                if not re.fullmatch("[0-9a-fA-F]{64}", typed):
                    raise UsageError(
                        "Mã băm gốc phải có 64 chữ số / A genesis hash has 64 hex digits"
                    )
                genesis = bytes.fromhex(typed)
            case "--anchor" if rest:
                codes.append(rest.pop(0))
                while rest and re.fullmatch("[0-9]{6}", rest[0]) and len(codes[-1]) < 48:
                    codes[-1] += f" {rest.pop(0)}"  # its groups may come as words of their own
            case "--against" if rest:
                files.append(rest.pop(0))
            case word if word.startswith("--") or folders:
                raise UsageError("Không hiểu / Not understood", _spell(word))
            case word:
                folders.append(word)
    return Path(folders[0] if folders else Path(__file__).resolve().parent), genesis, codes, files


def gather(codes: list[str], files: list[str]) -> tuple[list[Evidence], list[str]]:
    """Read evidence; gives what could be read, and the names of what could not."""
    found, faults = [], []
    for code in codes:
        try:
            found.append(read_anchor(code))
        except MalformedError as error:
            faults.append(f"{code}: {' '.join(map(str, error.args))}")
    for name in files:
        path = Path(name)
        try:
            small = path.is_file() and path.stat().st_size <= MOST_BYTES
            found += read_evidence(path.name, path.read_bytes() if small else b"")
        except (MalformedError, OSError):
            faults.append(name)
    return found, faults


def main(words: list[str]) -> int:
    """Run as a program; gives the exit code."""
    if not FIT:
        return _say(
            5,
            f"Cần gói cryptography {OLDEST} trở lên / The package cryptography {OLDEST} or newer "
            "is needed: python3 -m pip install --upgrade cryptography",
        )
    try:
        folder, genesis, codes, files = read_command([one for one in words if one != "--json"])
    except UsageError as error:
        return _say(2, ": ".join(error.args))
    evidence, faults = gather(codes, files)
    try:
        report = check(folder, genesis, evidence)
    except (MalformedError, OSError):
        return _say(2, f"Không phải gói kiểm tra / No bundle: {folder}")
    for name in faults:
        report.skip("evidence-unreadable", name)
    (_tell_json if "--json" in words else _tell)(report)
    return VERDICTS[report.verdict][0]


def _say(code: int, told: str) -> int:
    print(told, file=sys.stderr)
    return code


def _tell_json(report: Report) -> None:
    told = {"verdict": report.verdict, **vars(report), "item": report.item or None}
    told["findings"] = [one._asdict() for one in report.findings]
    for name in ("kinds", "lost", "more"):
        del told[name]
    print(json.dumps(told, ensure_ascii=False, indent=2, default=bytes.hex))


def _tell(report: Report) -> None:
    counts = f"{report.entries} mục / entries, {report.signatures} chữ ký / signatures"
    print(f"{report.origin}{report.item and ' — '}{report.item}: {counts}")
    if report.size is not None:
        when = "" if report.as_of is None else f", {_moment(report.as_of)}"
        print(f"Tờ chốt / Checkpoint: {report.size}{when}")
    for word in report.checked:
        print(f"Đã kiểm / Checked: {CHECKED[word]}")
    for one in report.opened:
        print(f"Bản ghi đã mở / Opened record: {one['commit']}")
        for name, value in one["record"].items():
            print(f"    {_spell(name)}: {_spell(value)}")
    for what in report.notes:
        print(f"Lưu ý / Note: {what}")
    for what in report.outside:
        code, _, about = what.partition(": ")
        print(f"Ngoài phạm vi / Outside: {OUTSIDE[code]}{about and f' ({about})'}")
    _tell_faults(report)


def _tell_faults(report: Report) -> None:
    for kind, seq, expected, got in report.findings:
        word = VERDICTS["missing" if kind in MISSING else "wrong"][1]
        print(f"{word} {'-' if seq is None else f'#{seq}'} {kind}: {WORDS[kind]}")
        print(f"    cần / expected: {expected}\n    có / got: {got}")
    for what in report.not_checked:
        code, _, about = what.partition(": ")
        print(f"Chưa kiểm / Not checked: {NOT_CHECKED[code]}{about and f' ({about})'}")
    told = VERDICTS[report.verdict][1]
    if report.verdict == "not-enough":
        here, there = NOT_CHECKED[report.not_checked[0].partition(":")[0]].split(" / ")
        told = f"KHÔNG ĐỦ: {here} / NOT ENOUGH: {there}"
    print(told)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
