"""Verifies a bundle or a dossier of a KT1 log: bytes, chain, tree, keys, signatures, checkpoint.

    python3 -I verify.py [FOLDER] [--genesis HASH] [--anchor CODE] [--against FILE] [--json]
                         [--story vi|en|none]

CODE is a typed code of a checkpoint (short: a signed checkpoint proves more); FILE a signed
checkpoint, a proof, a receipt, a file of receipts or a time stamp `<size>.tsr`; both may be given
any number of times. Of a dossier the story of its item is told, in Vietnamese unless --story says
otherwise. Needs Python 3.11 and the package `cryptography`; shares no code with the program that wrote the folder. It does not judge
custody. Exit codes: 0 KHỚP, 3 KHÔNG ĐỦ, 4 THIẾU or SAI, 2 no bundle or a wrong command, 5
`cryptography` is missing, too old, or lies in the folder that is verified.

Nothing is imported from the folder in which it lies, from the current one, from PYTHONPATH or from
the user's own packages: started without -I it starts itself again with it, before it imports anything.
"""

import sys

if __name__ == "__main__" and not sys.flags.isolated:
    if "posix" not in sys.builtin_module_names or not sys.executable:
        sys.exit("Please start it as: py -I verify.py")
    import posix  # built in: never read from a file

    posix.execv(sys.executable, [sys.executable, "-I", __file__, *sys.argv[1:]])

import base64
import hashlib
import hmac
import json
import re
import stat
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
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
CONTROL |= {"quorum", "epoch", "setback", "office_key"}
ACT_DISPUTES = {"key-revoked", "key-expired", "counter-reused", "id-reused", "seen-fork"}
AHEAD = 10_000  # a counter that jumps further does not stand in its device's row
ACT_DISPUTES |= {"wrong-office", "not-assignable", "counter-ahead", "number-ahead", "role-ended"}
ACT_DISPUTES |= {"key-not-nameable", "too-many-faults", "decided-since"}
MAY_BE_LATE = {"enrol", "assign", "rotate", "lift", "policy", "catalogue", "quorum"}
PEOPLE = {"clerk", "controller", "courier", "driver", "escort", "officer", "reserve", "admin"}
CARRIERS = {"clerk", "controller", "courier", "driver", "escort"}
DUTY = CARRIERS | {"officer"}
SERVICES = ("log", "server", "seal")
ROLES = {
    "genesis": ("officer",) * 3,
    **dict.fromkeys(("enrol", "assign", "rotate", "revoke", "lift", "policy"), ("officer",) * 2),
    **dict.fromkeys(("catalogue", "quorum", "epoch", "correct", "settle"), ("officer",) * 2),
    "setback": ("officer",) * 2,
    "lost": ("officer",) * 2,
    **dict.fromkeys(("hold", "register", "print", "office_key"), ("author",)),
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
ZONE = timezone(timedelta(hours=7))  # of Việt Nam
MOST_FINDINGS = 10_000
MOST_BYTES = 64 * 1024 * 1024  # of a file of receipts
MOST_BUNDLE = 256 * 65_537  # bytes of a file of entries, and of any other that may be long
MOST_NOTE = 131_072  # bytes of a checkpoint, a proof, and any other small file
MOST_STAMP = 65_536
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
    "reading-aid": "story.html chỉ để đọc: diễn biến đã kiểm là diễn biến ở đây / story.html is a "
    "reading aid: the story that was checked is the one told here",
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
        self.story: dict[str, Any] | None = None  # of a dossier's item
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
    if len(raw) > MOST_NOTE:
        raise MalformedError("length")
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
    if len(raw) > MOST_NOTE:
        raise MalformedError("length")
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


class Row:
    """The acts of one device: the next counter, the acts under the one before, and the gaps."""

    def __init__(self) -> None:
        self.next, self.heads, self.missing = 0, {b""}, list[tuple[int, int]]()

    def take(self, at: int, before: bytes, digest: bytes) -> None:
        """Take note of an act; one that jumps too far does not stand in the row."""
        if at > self.next + AHEAD:
            return
        if at < self.next:
            if at == self.next - 1:
                self.heads.add(digest)
            parts = (
                ((first, at - 1), (at + 1, last)) if first <= at <= last else ((first, last),)
                for first, last in self.missing
            )
            self.missing = [(one, two) for some in parts for one, two in some if one <= two]
            return
        if at > self.next:
            self.missing.append((self.next, at - 1))
        elif before not in self.heads:  # the act that it names has not come
            self.missing.append((at - 1, at - 1))
        self.next, self.heads = at + 1, {digest}

    @property
    def gaps(self) -> str:
        """Spell the counters that are missing."""
        return " ".join(f"{one}" if one == two else f"{one}-{two}" for one, two in self.missing)


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
        self.terms: dict[bytes, list[tuple[Any, ...]]] = {}  # kid → position, role, office, from
        self.revoked: dict[bytes, tuple[int, dict[str, Any]]] = {}
        self.quorums: list[Quorum] = []
        self.setbacks: list[tuple[int, int]] = []  # first position ahead, and that of the act
        # What control entries were about → position, device and counter of the newest.
        self.decided: dict[Any, tuple[int, str, int]] = {}
        self.controls: set[bytes] = set()
        self.gaps: set[bytes] = set()  # control entries that are named and not here
        self.bodies: set[bytes] = set()
        self.serials: set[int] = set()
        self.rows: dict[str, Row] = {}
        self.devices = {"server"}  # ours: nobody's gap is that of a name made up
        self.catalogues: set[str] = set()
        self.offices = ""  # name of the newest of them
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
            self._check_time(seq, act, codes, accepted_at)
        self.accepted_at = accepted_at
        self._check_ctl(seq, ctl)
        self._check_once(seq, act, body)
        self._check_signatures(seq, act, body, signatures)
        if act["type"] in CONTROL:
            self.ctl = leaf
            self.controls.add(leaf)
            self._control(seq, act, codes)
        if act["type"] == "print" and not codes & ACT_DISPUTES:
            self._check_serials(seq, act["items"], judgement)
        return [*told, act]

    def _check_serials(self, seq: int, lines: list[Any], judgement: list[Any]) -> None:
        for place, line in enumerate(lines):
            if [place, "serial-taken"] in judgement:  # the log itself has said so
                continue
            if line["serial"] in self.serials:
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
        self.devices.add(act["dev"])
        for key in act["keys"]:
            self._prove(0, key)
            self._enrol(0, key, act.get("office"))

    def _go_on(self, seq: int, act: dict[str, Any], codes: set[str]) -> None:
        """Begin the next epoch, if the act goes on from the present one of this very log."""
        old, origin = act["old"], act["old"]["origin"]
        log, _, number = origin.rpartition("/e")
        if not re.fullmatch("[1-9][0-9]{0,8}", number) or {*old} != {"origin", "size", "root"}:
            raise MalformedError("old")
        new_log, _, new = act["origin"].rpartition("/e")
        is_number = re.fullmatch("[1-9][0-9]{0,8}", new)
        if not log == new_log == act["log"] or not is_number or int(new) <= int(number):
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

    def _enrol(self, seq: int, told: dict[str, Any], office: Any = None) -> None:
        kid = kid_of(told["alg"], told["pub"])
        if kid not in self.keys:
            self.terms[kid] = [(seq, told["role"], office, 0)]
            self.keys[kid] = Key(told["owner"], (told["role"],), told["alg"], told["pub"])
            if told["owner"] in self.services and told["role"] == told["owner"]:
                self.services[told["owner"]].append(kid)
                self.since[kid] = seq

    def _control(self, seq: int, act: dict[str, Any], codes: set[str]) -> None:
        proofs = {"enrol": self._prove_person, "rotate": self._prove_switch}
        proofs |= {"quorum": self._prove_witnesses, "office_key": _check_office_key}
        if act["type"] in proofs:
            proofs[act["type"]](seq, act)
        if act["type"] == "catalogue" and act["kind"] == "offices":
            self.catalogues.add(f"{act['hash'].hex()}.cbor")
        if codes & ACT_DISPUTES:  # what the log disputes brings no key, role or witness
            return
        if self._is_overtaken(act):
            return  # nor does what comes behind a newer decision, even if the log does not say so
        self.decided[self._about(act)] = (seq, act["dev"], act["dseq"])
        if act["type"] == "catalogue" and act["kind"] == "offices":
            self.offices = f"{act['hash'].hex()}.cbor"
        if act["type"] == "setback":
            self.setbacks.append((act["first"], seq))
        self._effect(seq, act)

    def _is_overtaken(self, act: dict[str, Any]) -> bool:
        """Tell whether something newer was decided about the same than its signers had seen."""
        newest = self.decided.get(self._about(act))
        if act["type"] not in MAY_BE_LATE or newest is None:
            return False
        seq, device, counter = newest
        return seq > act["seen"][0] and not (device == act["dev"] and counter < act["dseq"])

    def _about(self, act: dict[str, Any]) -> tuple[str, Any]:
        """Name what a control act decides about."""
        match act["type"]:
            case "enrol":
                return "keys", act.get("who")
            case "assign" | "rotate" | "revoke":
                key = self.keys.get(act["kid"])
                return "keys", key and key.owner
            case "catalogue":
                return "catalogue", act["kind"]
            case "hold" | "lift":
                return "hold", act.get("who")
            case kind:
                return kind, None

    def _effect(self, seq: int, act: dict[str, Any]) -> None:
        match act["type"]:
            case "enrol" if act["key"] is not None:
                self._enrol(seq, act["key"], act.get("office"))
            case "enrol" if act.get("role") == "device":
                self.devices.add(str(act.get("who")))
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
                    term = (seq, act["role"], act.get("office"), act.get("from"))
                    self.terms[act["kid"]].append(term)
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

    def _check_time(self, seq: int, act: dict[str, Any], codes: set[str], accepted_at: int) -> None:
        if act["type"] == "setback" and not codes & ACT_DISPUTES:
            told = act["was"], act["now"]
            self.report.want("accepted-at", seq, told, (self.accepted_at, accepted_at))
            return
        back = self.accepted_at - accepted_at
        if back > 120 or (back > 0 and act["type"] != "clock"):
            self.report.add("accepted-at", seq, f">= {self.accepted_at}", accepted_at)

    def _check_once(self, seq: int, act: dict[str, Any], body: bytes) -> None:
        digest = hashlib.sha256(body).digest()
        if digest[:16] in self.bodies:
            self.report.add("device-chain", seq, "an act once", digest)
        self.bodies.add(digest[:16])
        if not self.some:
            self.rows.setdefault(act["dev"], Row()).take(act["dseq"], act["dprev"], digest)

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
            session = {"clerk", "controller"}
            others = {"hold": DUTY, "correct": CARRIERS, "office_key": session | {"officer"}}
            return others.get(kind, session)
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


def _check_office_key(_: int, act: dict[str, Any]) -> None:
    office, year, enc = act["office"], act["year"], act["enc"]
    fits = type(office) is int and type(year) is int and type(enc) is bytes and len(enc) == 1_216
    if not (fits and 100_000 <= office <= 999_999 and 2000 <= year <= 9998):
        raise MalformedError("office key")


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
    times = ("first", "since", "was", "now") if act["type"] == "setback" else ()
    if any(type(act.get(name)) is not int for name in times):
        raise MalformedError("setback")
    if act["type"] == "lost" and not _are_hashes(act.get("commits")):
        raise MalformedError("lost")


def _are_hashes(told: Any) -> bool:
    """Tell whether it is an array of hashes with at least one."""
    fits = type(told) is list and len(told) > 0
    return fits and all(type(one) is bytes and len(one) == 32 for one in told)


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
    if found is None or len(raw) > MOST_STAMP or raw[:1] != b"\x30" or _TST_INFO not in raw:
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


# What people put between the groups of what they type from paper.
BETWEEN = re.compile(
    "[ \\t\\n\\r\u00a0\u00b7\u2000-\u200b\u202f\u205f\u2060.\u2010-\u2015\u2212-]+"
)


def read_anchor(typed: str) -> Evidence:
    """Read a typed code; the error names the group that is wrong, 0 if it is the length."""
    digits = BETWEEN.sub("", typed)
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
_SMALL = re.compile(
    "logs/(?!.*/tile/entries/).+|(?:keys|entries|disclose|tsa)/.+|item[.]txt|policy[.].+", re.DOTALL
)
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
                found, name = path.lstat(), path.relative_to(self.root).as_posix()
                if stat.S_ISDIR(found.st_mode) and len(path.parts) - len(self.root.parts) < 20:
                    waiting.append(path)
                elif stat.S_ISREG(found.st_mode) and found.st_size <= _most(name):
                    yield path
                else:
                    told = f"a plain file of at most {_most(name)} bytes"
                    self.report.add("bundle-file", None, told, name)

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


def _most(name: str) -> int:
    """Say how many bytes a file may have; what is longer is not opened."""
    return MOST_NOTE if _SMALL.fullmatch(name) else MOST_BUNDLE


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
    for device in sorted(log.rows.keys() & log.devices):
        if log.rows[device].missing:
            report.skip("device-gap", f"{device} {log.rows[device].gaps}")
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
        self.records: dict[bytes, tuple[int, str]] = {}  # commitment → the act that names it first
        self.steps: set[bytes] = set()
        self.before: list[tuple[int, bytes]] = []  # position, and the step that it rests on
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
        self.steps.add(hashlib.sha256(encode([body, signatures])).digest())
        lines = [(at, line) for at, line in enumerate(act["items"]) if line["n"] == self.item]
        if lines or self.item in act.get("short", ()):
            self.named.add(seq)
            self.signed += [(seq, role, kid) for role, kid, _ in signatures]
        for at, line in lines:
            self._take_line(
                seq, act, line, {code for place, code in judgement if place in (-1, at)}
            )

    def _take_line(
        self, seq: int, act: dict[str, Any], line: dict[str, Any], codes: set[str]
    ) -> None:
        """Note which record a line about the item names, and which step it rests on."""
        corrected = act.get("value") if act.get("field") == "commit" else None
        for commit in (line.get("commit"), act.get("commit"), corrected):
            if type(commit) is bytes:
                self.records.setdefault(commit, (seq, act["type"]))
        is_step = act["type"] in STEPS | REPORTS and type(line.get("prev")) is bytes
        if is_step and not codes & (DISPUTES | WAITING | FORKED):
            self.before.append((seq, line["prev"]))

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
        self._lose(report)

    def _lose(self, report: Report) -> None:
        """Name what entries here speak of, which is not here."""
        for seq in sorted(self.named - self.early):
            if self.refers.get(seq, b"") not in self.owners and seq in self.refers:
                report.add("entries-missing", seq, self.refers[seq], "not here")
        for seq, step in self.before:
            if step not in self.steps:  # the log had it: it said nothing of a step that is missing
                report.add("entries-missing", seq, step, "not here")


def _check_dossier(folder: Folder, genesis: bytes | None, given: list[Evidence]) -> None:
    report, stamped, log = folder.report, folder.stamps(), Log(folder.report, genesis, some=True)
    report.outside += ["whole-item", "device-rows", "clock-steps"]
    related, seqs = Related(_read_item(folder)), _positions(folder)
    entries: list[tuple[int, Any]] = []
    notes = {home: folder.note(home) for home in folder.homes}
    first = folder.homes[0] if folder.homes else ""
    if 0 not in seqs:
        log.begin_later(first)
    log.wanted = set(seqs)
    for seq in seqs:
        leaf, told = log.take(seq, folder.files[f"entries/{seq}.entry"].read_bytes())
        related.take(seq, told, report)
        entries.append((seq, told))
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
    report.story = tell_story(related.item, entries, log, folder)
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
        if not good or told not in related.records:
            report.add("record", None, "a record about the item", f"disclose/{name}")
            continue
        seq, act = related.records[told]
        report.opened.append({"seq": seq, "act": act, "commit": told.hex(), "record": record})
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


# --- the story of the item, format page §10 ---

STEPS = {"register", "bind", "void", "handover", "take", "deliver", "return"}
REPORTS = {"offer", "refuse", "absent"}
WAITING = {"predecessor-missing", "print-missing", "offer-missing", "act-missing", "fork-missing"}
DISPUTES = ACT_DISPUTES | {"no-such-step", "not-the-holder", "wrong-seal", "may-not-hold"}
DISPUTES |= {"witness-missing", "number-taken", "serial-taken", "serial-of-another", "seal-void"}
DISPUTES |= {"not-offered", "offer-taken", "offer-withdrawn", "not-correctable", "not-the-signer"}
ASIDE = "too-many-set-aside"  # such a step is never joined
DISPUTES |= {ASIDE}
# What the log may have said before it had the steps before; the rest of its disputes is final.
FINAL = DISPUTES - {"no-such-step", "not-the-holder", "wrong-seal", "seal-void"}
FORKED = {"contested", "outweighed"}
# What keeps a whole take from answering its offer; of one, `wrong-office` is a line's.
STOPPED_TAKE = ACT_DISPUTES - {"counter-reused", "id-reused", "wrong-office"}
# What keeps a print from using up its serial for the item, wherever that then was.
NOT_PRINTED = ACT_DISPUTES | {"serial-taken"}
DOUBLED = {"counter-reused", "id-reused"}  # such a step holds only if two officers say so
MOST_MOVES = 1_000  # that may still hold; more are not joined, since they cost their square
GAPS = ("nobody", "one-side", "contested", "unsealed")
Move = dict[str, Any]  # a step of custody: what it says, its hash, that of the step before …


def tell_story(
    item: int, entries: list[tuple[int, Any]], log: Log, folder: Folder
) -> dict[str, Any] | None:
    """Tell who had the item when, from the entries; None if they do not let it be told."""
    if "story.html" in folder.files:
        log.report.pass_over("reading-aid")
    try:
        story = _Story(item, [one for one in entries if one[1] is not None], log).tell()
        if story is not None:
            story["offices"] = _offices_of(story, log, folder)
    except (MalformedError, *FAULTS):
        return None
    return story


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < LAST_SIZE:
        raise MalformedError("number")
    return value


def _word(value: Any) -> str:
    if type(value) is not str:
        raise MalformedError("text")
    return value


def _whole_or_none(value: Any) -> int | None:
    return None if value is None else _whole(value)


def _word_or_none(value: Any) -> str | None:
    return None if value is None else _word(value)


def _octets_or_none(value: Any) -> bytes | None:
    if value is not None and type(value) is not bytes:
        raise MalformedError("octets")
    return value


class _Story:
    """Reads what entries say of an item, then joins its steps by the hashes that they name."""

    def __init__(self, item: int, entries: list[tuple[int, list[Any]]], log: Log) -> None:
        self.item, self.log = item, log
        self.acts = {seq: told[9] for seq, told in entries}
        self.whole = {seq: {code for at, code in told[8] if at == -1} for seq, told in entries}
        self.offers, self.owners, self.hashes = {}, {}, {}
        for seq, (*_, body, signatures, _, act) in entries:
            digest = hashlib.sha256(body).digest()
            self.owners[digest] = seq
            self.hashes[hashlib.sha256(encode([body, signatures])).digest()] = seq
            if act["type"] == "offer":
                self.offers[hashlib.sha256(digest + signatures[0][2]).digest()] = seq
        self.steps: list[dict[str, Any]] = []
        for seq, told in entries:
            index = self._index(told[9])
            if index is not None:
                self.steps.append(self._happening(seq, told, index))
        self.by_seq = {step["seq"]: step for step in self.steps}
        for step in self.steps:
            if (step["act"], step["effect"]) == ("correct", "counts") and step["of"] in self.by_seq:
                self.by_seq[step["of"]]["corrected"].append(step["seq"])
        self.links: list[Move] = []
        self.forks: list[tuple[list[dict[str, Any]], dict[str, Any] | None]] = []
        self.printed = {
            one["seal"]
            for one in self.steps
            if one["act"] == "print" and not NOT_PRINTED & set(one["codes"])
        }
        self.doubled = self._doubled()
        self.names: list[bytes] = []  # the last link, and disputed steps behind it
        self.open = [move for step in self.steps for move in self._moves(step)]
        self.moves = list(self.open)

    def tell(self) -> dict[str, Any] | None:
        """Join the steps, and sum up."""
        self._join()
        if not self.links:
            return None
        first = self.links[0]["step"]
        fields = dict(self._line(first["seq"]))
        for step in self.steps:
            if step["seq"] in first["corrected"]:
                fields[step["change"][0]] = step["change"][1]
        end = next((one["step"] for one in self.links if _is_end(one["step"])), None)
        told = {name: _whole(fields[name]) for name in ("mark", "urgency", "kind", "dest")}
        return {
            **told,
            "item": f"{self.item:012d}",
            "appt": _whole_or_none(fields["appt"]),
            "as_of": _whole(self.log.accepted_at),
            "ended": None if end is None else end["seq"],
            "holders": self._holders(),
            "gaps": self._gaps(),
            "seals": self._seals(),
            "steps": self.steps,
        }

    # what an entry says

    def _index(self, act: dict[str, Any]) -> int | None:
        """Find the item in an act: its line, or a place behind all lines."""
        numbers = [line["n"] for line in act["items"]] + list(act.get("short", ()))
        if self.item in numbers:
            return numbers.index(self.item)
        offer = self.offers.get(act["of"]) if act["type"] == "withdraw" else None
        if offer is None or all(line["n"] != self.item for line in self.acts[offer]["items"]):
            return None
        return len(act["items"])

    def _line(self, seq: int) -> dict[str, Any]:
        return next(line for line in self.acts[seq]["items"] if line["n"] == self.item)

    def _happening(self, seq: int, told: list[Any], index: int) -> dict[str, Any]:
        act, (_, _, _, _, _, accepted_at, _, signatures, judgement, _) = told[9], told
        kind, line = act["type"], dict(act["items"][index]) if index < len(act["items"]) else {}
        seen = 0 if act["seen"] is None else min(_whole(act["seen"][0]), seq - 1)
        passed = kind in ("handover", "offer")
        step: dict[str, Any] = {
            "seq": seq,
            "act": kind,
            "at": _whole(act["at"]),
            "accepted_at": _whole(accepted_at),
            "signers": [
                self._signer(_word(role), kid, seen, _whole(accepted_at))
                for role, kid, _ in signatures
            ],
            "office": None if passed else _whole_or_none(act.get("office")),
            "to": _word(act["to"]) if passed else None,
            "to_office": _whole_or_none(act["office"]) if passed else None,
            "seal": _whole_or_none(line.get("serial" if kind == "print" else "seal")),
            "cond": _word_or_none(line.get("cond")),
            "reason": _word_or_none(act.get("reason")) or _word_or_none(line.get("reason")),
            "found": bool(line) or kind == "withdraw",
            "of": self._of(kind, act, line),
            "change": None,
            "codes": [code for place, code in judgement if place in (-1, index)],
            "corrected": [],
            "ahead": next((end for first, end in self.log.setbacks if first <= seq < end), None),
            "effect": "counts",
        }
        if kind == "correct":
            value = act["value"]
            plain = None if value is None or type(value) is bytes else value
            if type(plain) is int:
                _whole(plain)
            elif type(plain) not in (str, bool, type(None)):
                raise MalformedError("value")
            step["change"] = [_word(act["field"]), plain]
        codes = set(step["codes"])
        if codes & DISPUTES:
            step["effect"] = "disputed"
        elif step["of"] is None and kind in ("correct", "take", "withdraw") and codes & WAITING:
            step["effect"] = "waits"
        return step

    def _signer(self, role: str, kid: bytes, seen: int, accepted_at: int) -> dict[str, Any]:
        terms = self.log.terms[kid]
        begun = (one for one in reversed(terms) if one[0] <= seen and _whole(one[3]) <= accepted_at)
        _, rank, office, _ = next(begun, terms[0])
        staff = _word(self.log.keys[kid].owner)
        return {"role": role, "staff": staff, "rank": _word(rank), "office": _whole(office)}

    def _of(self, kind: str, act: dict[str, Any], line: dict[str, Any]) -> int | None:
        """Say of which other entry an act speaks, as far as that is here."""
        if kind in ("take", "withdraw"):
            return self.offers.get(act["of"])
        if kind == "correct":
            return self.owners.get(act["of"])
        keep = _octets_or_none(line["keep"]) if kind == "settle" else None
        return None if keep is None else self.hashes.get(keep)

    # the chain of custody

    def _moves(self, step: dict[str, Any]) -> list[Move]:
        """Make the step of custody that an act is, if it is one."""
        is_half = step["act"] == "take" and step["of"] is None
        is_step = step["act"] in STEPS and step["found"] and not is_half
        if not is_step or ASIDE in step["codes"]:
            return []
        seq, of = step["seq"], step["of"]
        final = FINAL if step["act"] == "register" else FINAL - DOUBLED
        move: Move = {
            "step": step,
            "hash": next(hashed for hashed, at in self.hashes.items() if at == seq),
            "prev": _octets_or_none(self._line(seq).get("prev")),
            "seen": self._seen(seq),
            "giver": step,
            "office": step["to_office"],
            "refused": bool(final & set(step["codes"])),
            "void": self._is_stopped(seq),
            "doubled": bool({seq, of} & self.doubled),
        }
        if of is None:
            return [move]
        if of not in self.by_seq:
            return [{**move, "refused": True, "void": True}]
        offer, giver = self.acts[of], self.by_seq[of]
        taken = ("take", self.acts[seq]["by"])
        before = [one for one in self.steps if one["of"] == of and one["seq"] < seq]
        takes = [one for one in before if (one["act"], one["signers"][0]["staff"]) == taken]
        late = any(_withdraws(one, giver) for one in before)
        late = late or any(not STOPPED_TAKE & set(one["codes"]) for one in takes)
        none_of_theirs = offer["to"] != self.acts[seq]["by"] or self._is_stopped(of)
        move["void"] |= none_of_theirs or late
        move["refused"] |= move["void"]
        prev = None if none_of_theirs else _octets_or_none(self._line(of)["prev"])
        return [{**move, "prev": prev, "giver": giver, "office": giver["to_office"]}]

    def _is_stopped(self, seq: int) -> bool:
        """Tell whether a step or an offer is disputed as a whole, so that it moves nothing."""
        return bool(self.whole[seq] & (ACT_DISPUTES - DOUBLED))

    def _doubled(self) -> set[int]:
        """Find the acts whose counter or id stands in another one too, by the same person."""
        found = {step["seq"] for step in self.steps if DOUBLED & set(step["codes"])}
        known: dict[Any, list[tuple[int, str]]] = {}
        for step in self.steps:
            if self._is_stopped(step["seq"]):  # disputed for more: doubles nothing
                continue
            act = self.acts[step["seq"]]
            by = _word(act["by"])
            for key in (act["id"], (act["dev"], act["dseq"])):
                twins = known.setdefault(key, [])
                for seq, other in twins:
                    if by == other:
                        found |= {step["seq"], seq}
                twins.append((step["seq"], by))
        return found

    def _seen(self, seq: int) -> tuple[int, bytes]:
        seen = self.acts[seq]["seen"]
        number, leaf = (0, b"") if seen is None else seen
        return _whole(number), _octets_or_none(leaf) or b""

    def _join(self) -> None:
        """Join steps from the registration on, until nothing fits; then say what is left."""
        for move in self.open:
            is_first = (move["step"]["act"], move["step"]["effect"]) == ("register", "counts")
            if is_first and len(self.open) <= MOST_MOVES:
                self._link(move)
                break
        while self.links:
            fitting = self._successors() or self._strangers()
            if len(fitting) == 1 and not fitting[0]["doubled"]:
                self._link(fitting[0])
            elif not fitting or not self._settle(fitting):
                break
        for move in self.open:
            move["step"]["effect"] = "disputed" if move["refused"] else "waits"

    def _successors(self) -> list[Move]:
        """Find the steps that name the last link, or a disputed one behind it."""
        names, fitting, disputed = self.names, [], []
        for name in names:  # grows with every disputed step, whose followers count as ours
            for move in self.open:
                if move["prev"] != name:
                    continue
                if self._fits(move):
                    fitting.append(move)
                elif not self._waits(move) and move["hash"] not in names:
                    names.append(move["hash"])
                    disputed.append(move)
        for move in disputed:
            self.open.remove(move)
            move["step"]["effect"] = "disputed"
        return fitting

    def _strangers(self) -> list[Move]:
        """Find the earliest step that names no step before and fits."""
        free = [one for one in self.open if one["prev"] is None]
        free = [one for one in free if one["step"]["act"] != "register"]
        free.sort(key=lambda one: (one["seen"], one["step"]["at"], one["hash"]))
        return next(([move] for move in free if self._fits(move)), [])

    def _fits(self, move: Move) -> bool:
        """Tell whether a step may be the next link."""
        last, step = self.links[-1], move["step"]
        if _is_end(last["step"]) or move["refused"] or self._waits(move):
            return False
        if not _fits_seal(step, last):
            return False
        if step["act"] in ("bind", "void"):
            bare = step["act"] == "void" or last["seal"] is None
            return bool(bare and last["holder"] == str(step["office"]))
        signer = move["giver"]["signers"][0]
        answers = last["holder"] == signer["staff"] or _works_at(signer, last["holder"])
        return bool(last["seal"] is not None and answers and _may_receive(move))

    def _waits(self, move: Move) -> bool:
        """Tell whether a step puts on or voids a seal of which the print is missing."""
        last, step = self.links[-1], move["step"]
        new = step["act"] in ("bind", "void") and last["seal"] is None and not _is_end(last["step"])
        known = step["seal"] is None or step["seal"] in last["voided"] | self.printed
        return new and not (known or move["void"] or "serial-of-another" in step["codes"])

    def _settle(self, fitting: list[Move]) -> bool:
        """Follow the last ruling about a fork; without one what was handed on, or nothing."""
        last = self._ruling(fitting)
        keep = None if last is None else self._line(last["seq"])["keep"]
        kept = [move for move in fitting if move["hash"] == keep]
        lost = [move for move in fitting if last is not None and move not in kept]
        if last is not None and keep is None:
            lost = [move for move in fitting if move["step"]["seq"] < last["seq"]]
        ruled = bool(kept or lost)
        lighter = [] if ruled else self._lighter(fitting)
        if lighter:
            self._drop(lighter, "outweighed")
            kept = [move for move in fitting if move not in lighter]
        else:
            self.forks.append(([move["step"] for move in fitting], last if ruled else None))
            self._drop(lost if ruled else fitting, "overruled" if ruled else "contested")
        for move in kept:
            self._link(move)
        return ruled or bool(lighter)

    def _lighter(self, fitting: list[Move]) -> list[Move]:
        """Find the branches that one person alone has signed, if only the other was handed on."""
        handed, alone = [], []
        for move in fitting:
            branch = self._branch(move)
            told = [step for one in branch for step in (one["step"], one["giver"])]
            if len({signer["staff"] for step in told for signer in step["signers"]}) == 1:
                alone.append(move)
            if any(one["step"]["act"] in ("handover", "take") for one in branch):
                handed.append(move)
        plain = len(handed) == 1 and not handed[0]["doubled"]
        return alone if plain and len(alone) == len(fitting) - 1 else []

    def _branch(self, first: Move) -> list[Move]:
        """Give a step and all that can move something behind it."""
        found = {first["hash"]: first}
        for name in (names := [first["hash"]]):
            for move in self.moves:
                if move["prev"] == name and move["hash"] not in found:
                    found[move["hash"]] = move
                    names.append(move["hash"])
        return [move for move in found.values() if not move["void"]]

    def _drop(self, lost: list[Move], effect: str) -> None:
        """Say of steps, and of what follows them, that they do not hold."""
        for move in lost:
            move["step"]["effect"] = effect
            self.open.remove(move)
            names = [move["hash"]]
            for name in names:  # what follows a step that does not hold does not hold
                for after in [one for one in self.open if one["prev"] == name]:
                    self.open.remove(after)
                    names.append(after["hash"])
                    if after["step"]["effect"] != "disputed":
                        after["step"]["effect"] = effect

    def _ruling(self, fitting: list[Move]) -> dict[str, Any] | None:
        """Find the last ruling about a fork that keeps one of its branches, or none."""
        found = None
        kept = (None, *(move["hash"] for move in fitting))
        for step in self.steps:
            if (step["act"], step["effect"]) == ("settle", "counts"):
                line = self._line(step["seq"])
                prev, keep = _octets_or_none(line["prev"]), _octets_or_none(line["keep"])
                if prev == self.links[-1]["hash"] and keep in kept:
                    found = step
        return found

    def _link(self, move: Move) -> None:
        """Join a step, and say who answers for the item and which seal is on it from then on."""
        step = move["step"]
        last = self.links[-1] if self.links else {"holder": "", "seal": None, "voided": set()}
        move["holder"], move["seal"], move["voided"] = last["holder"], last["seal"], last["voided"]
        if step["act"] == "register":
            move["holder"] = str(step["office"])
        elif step["act"] == "bind":
            move["seal"] = step["seal"]
        elif step["act"] == "void":
            dead = move["seal"] if step["seal"] is None else step["seal"]
            move["seal"], move["voided"] = None, move["voided"] | ({dead} - {None})
        elif step["act"] in ("handover", "take"):
            to = step["to"] or step["signers"][0]["staff"]
            move["holder"] = to if move["office"] is None else str(move["office"])
        self.open.remove(move)
        step["effect"] = "counts"
        self.names = [move["hash"]]
        self.links.append(move)

    # summing up

    def _holders(self) -> list[dict[str, Any]]:
        begins: list[Move] = []
        for move in self.links:
            if not begins or begins[-1]["holder"] != move["holder"]:
                begins.append(move)
        stop = next((_when(one["step"]) for one in self.links if _is_end(one["step"])), None)
        contested = [branches for branches, ruled in self.forks if ruled is None]
        if contested:
            stop = min(map(_when, contested[-1]))
        untils = [*(_when(one["step"]) for one in begins[1:]), stop]
        return [
            {
                "holder": move["holder"],
                "since": _when(move["step"]),
                "until": until,
                "seq": move["step"]["seq"],
            }
            for move, until in zip(begins, untils, strict=True)
        ]

    def _seals(self) -> list[dict[str, Any]]:
        uses: list[dict[str, Any]] = []
        for step in (move["step"] for move in self.links):
            if step["act"] == "bind" and step["seal"] is not None:
                use = {"serial": step["seal"], "since": _when(step), "until": None}
                uses.append({**use, "seqs": [step["seq"], None]})
            elif step["act"] == "void" and uses and uses[-1]["until"] is None:
                uses[-1] |= {"until": _when(step), "seqs": [uses[-1]["seqs"][0], step["seq"]]}
        return uses

    def _gaps(self) -> list[dict[str, Any]]:
        gaps = [*self._unsealed(), *self._unanswered()]
        for branches, ruled in self.forks:
            until, last = (ruled["accepted_at"], ruled["seq"]) if ruled else (None, None)
            seqs = [*(one["seq"] for one in branches), last]
            gaps.append(_gap("contested", min(map(_when, branches)), until, seqs))
        links = [move["step"] for move in self.links]
        for step in self.steps:
            if step["effect"] != "waits" or not step["found"]:
                continue
            if step["act"] == "take":
                gaps.append(_gap("one-side", _when(step), None, [step["seq"], None]))
            elif step["act"] in STEPS:
                before = [one for one in links if _when(one) <= _when(step)] or links[:1]
                seqs = [before[-1]["seq"], step["seq"]]
                gaps.append(_gap("nobody", _when(before[-1]), _when(step), seqs))
        gaps.sort(key=lambda one: (one["since"], GAPS.index(one["kind"]), one["seqs"][0]))
        return gaps

    def _unsealed(self) -> list[dict[str, Any]]:
        """Find the times between acceptance or a voided seal and the next seal."""
        gaps, since = [], None
        for step in (move["step"] for move in self.links):
            if since is None and step["act"] in ("register", "void") and not _is_cancelled(step):
                since = step
            elif since is not None and (step["act"] == "bind" or _is_cancelled(step)):
                seqs = [since["seq"], step["seq"]]
                gaps.append(_gap("unsealed", _when(since), _when(step), seqs))
                since = None
        if since is not None:
            gaps.append(_gap("unsealed", _when(since), None, [since["seq"], None]))
        return gaps

    def _unanswered(self) -> list[dict[str, Any]]:
        """Find the times between offers and what ended them: an answer, or another step."""
        gaps = []
        for offer in self.steps:
            if offer["act"] != "offer" or offer["effect"] == "disputed":
                continue
            ends = [one for one in self.steps if _is_answer(one, offer)] + self._behind(offer)
            end = min(ends, key=lambda one: one["seq"], default=None)
            until, last = (max(_when(end), _when(offer)), end["seq"]) if end else (None, None)
            gaps.append(_gap("one-side", _when(offer), until, [offer["seq"], last]))
        return gaps

    def _behind(self, offer: dict[str, Any]) -> list[dict[str, Any]]:
        """Find the step with which an offer ended because the item went another way."""
        prev = _octets_or_none(self._line(offer["seq"])["prev"])
        if prev is None:
            return [move["step"] for move in self.links if _is_end(move["step"])]
        pairs = zip(self.links, self.links[1:], strict=False)
        return [after["step"] for before, after in pairs if before["hash"] == prev]


def _gap(kind: str, since: int, until: int | None, seqs: list[Any]) -> dict[str, Any]:
    return {"kind": kind, "since": since, "until": until, "seqs": seqs}


def _when(step: dict[str, Any]) -> int:
    """Give the time claimed, or the log's own where the two contradict each other."""
    return int(step["accepted_at"] if "time-outside" in step["codes"] else step["at"])


def _is_cancelled(step: dict[str, Any]) -> bool:
    return (step["act"], step["reason"]) == ("void", "cancelled")


def _is_end(step: dict[str, Any]) -> bool:
    return step["act"] in ("deliver", "return") or _is_cancelled(step)


def _fits_seal(step: dict[str, Any], last: Move) -> bool:
    """Tell whether a step names a seal that it may name behind a link, or none where none is needed."""
    new = step["act"] == "bind" or (step["act"] == "void" and last["seal"] is None)
    if not new:
        return step["seal"] in (None, last["seal"])
    return _is_cancelled(step) if step["seal"] is None else step["seal"] not in last["voided"]


def _may_receive(move: Move) -> bool:
    """Tell whether the receiver works where the item is taken for an office, if it is."""
    step = move["step"]
    if move["office"] is None or step["act"] not in ("handover", "take"):
        return True
    return _works_at(step["signers"][1 if step["act"] == "handover" else 0], str(move["office"]))


def _works_at(signer: dict[str, Any], office: str) -> bool:
    return signer["rank"] in ("clerk", "controller") and str(signer["office"]) == office


def _is_answer(step: dict[str, Any], offer: dict[str, Any]) -> bool:
    if step["of"] != offer["seq"] or step["effect"] == "disputed":
        return False
    is_take = (step["act"], step["signers"][0]["staff"]) == ("take", offer["to"])
    return is_take or _withdraws(step, offer)


def _withdraws(step: dict[str, Any], offer: dict[str, Any]) -> bool:
    """Tell whether a step takes an offer back: its giver, or a clerk where a clerk has made it."""
    giver, who = offer["signers"][0], step["signers"][0]
    is_desk = {giver["rank"], who["rank"]} <= {"clerk", "controller"}
    is_colleague = is_desk and giver["office"] == who["office"]
    may = step["act"] == "withdraw" and (giver["staff"] == who["staff"] or is_colleague)
    return may and not ACT_DISPUTES & set(step["codes"])


def _offices_of(story: dict[str, Any], log: Log, folder: Folder) -> dict[str, str]:
    """Name the offices of a story by the newest list of offices, if that is here."""
    content = folder.read(f"catalogues/{log.offices}") or b""
    if f"{hashlib.sha256(content).hexdigest()}.cbor" != log.offices:
        return {}
    used = {story["dest"], *(one["holder"] for one in story["holders"])}
    for step in story["steps"]:
        used |= {step["office"], step["to_office"], *(one["office"] for one in step["signers"])}
    names = {str(_whole(number)): _word(name) for number, _, name, _, _ in decode(content)}
    return {number: names[number] for number in sorted(map(str, used)) if number in names}


# Words of the story, Vietnamese and English, as the program says them; made by a script.
# <words>
STORY_WORDS = """
act.absent: vắng người nhận | receiver absent
act.assign: phân công | assigned
act.bind: dán tem niêm phong | seal bound
act.catalogue: nạp danh mục | catalogue brought into force
act.clock: đồng hồ máy chủ được chỉnh | the server's clock was set
act.correct: đính chính | corrected
act.deliver: phát thành công | delivered
act.disclose: mở phiếu gửi | slip opened by an officer
act.enrol: ghi danh | enrolled
act.epoch: mở giai đoạn mới của nhật ký | a new epoch of the log
act.genesis: lập nhật ký | log founded
act.handover: bàn giao | handed over
act.hold: tạm khoá | put on hold
act.lift: bỏ tạm khoá | hold lifted
act.lost: khai mất phiếu mật | confidential records declared lost
act.offer: mời nhận | offered
act.office_key: đặt khoá phiếu của bưu cục | key of an office named
act.policy: đổi chính sách | policy changed
act.print: in tem | seal printed
act.quorum: đặt nhân chứng | witnesses set
act.refuse: người nhận từ chối | refused by the receiver
act.refused: không xác thực, đã cách ly | not authentic, in quarantine
act.register: chấp nhận | registered
act.return: chuyển hoàn cho nơi gửi | returned to the sender
act.revoke: thu hồi khoá | key revoked
act.rotate: thay khoá của dịch vụ | key of the service rotated
act.setback: xác nhận nhật ký đã đi trước giờ thật, theo lại giờ đúng | the log was ahead; it goes by the right clock again
act.settle: phân xử | settled
act.take: nhận | taken
act.void: huỷ tem | seal made void
act.withdraw: rút lời mời nhận | offer withdrawn
cond.broken: hư hại | damaged
cond.doubtful: nghi ngờ | doubtful
cond.intact: nguyên vẹn | intact
cond.missing: mất niêm phong | seal missing
judgement.act-missing: chưa có nghiệp vụ được đính chính trong nhật ký | the act that it corrects is not in the log yet
judgement.cond-broken: tình trạng bì: hư hại | condition of the envelope: damaged
judgement.cond-doubtful: tình trạng bì: nghi ngờ | condition of the envelope: doubtful
judgement.cond-missing: tình trạng bì: mất niêm phong | condition of the envelope: seal missing
judgement.contested: có hai bước nối cùng một chỗ, chờ hai cán bộ an ninh phân xử | two steps follow the same one; two officers must settle it
judgement.counter-ahead: số đếm của máy nhảy quá xa so với nghiệp vụ mới nhất của chính máy đó | the device's count jumps too far beyond its newest act
judgement.counter-reused: máy dùng lại một số đếm | the device used one of its counts twice
judgement.counter-shared: một máy của người khác cũng dùng số đếm hoặc mã nghiệp vụ này | somebody else has signed under this counter or id too
judgement.decided-since: đã có quyết định mới hơn về cùng việc mà những người ký chưa thấy; quyết định mới hơn giữ hiệu lực | two people signed it before something newer was decided about the same; the newer decision stays
judgement.device-unknown: máy chưa được ghi danh | the device is not enrolled
judgement.fork-missing: chưa có chỗ rẽ được phân xử trong nhật ký | the fork that it settles is not in the log yet
judgement.id-reused: mã nghiệp vụ đã dùng | the act's number was used before
judgement.key-expired: ngoài thời hạn làm việc của người ký | outside the signer's term of service
judgement.key-late: khoá của một người đã bị thu hồi | somebody's key has been revoked
judgement.key-not-nameable: không đặt được khoá này cho bưu cục: bưu cục đã có khoá của năm đó, hoặc không đúng năm, hoặc khoá đã dùng ở nơi khác | this key cannot be named: the office has one for that year, the year is not this one, or the key is in use elsewhere
judgement.key-revoked: khoá của người ký đã bị thu hồi | the signer's key has been revoked
judgement.may-not-hold: người nhận không được giữ bưu gửi có độ mật này | the receiver may not hold an item with this mark
judgement.no-such-item: không có bưu gửi này trong nhật ký | the log has no such item
judgement.no-such-step: không làm được việc này ở trạng thái hiện tại của bưu gửi | this cannot be done in the item's present state
judgement.not-assignable: không phân công được chức danh này: vào hay ra chức danh cán bộ an ninh phải có khoá mới | this role cannot be assigned: only a new key makes or unmakes an officer
judgement.not-correctable: mục này không được đính chính như vậy | this cannot be corrected so
judgement.not-offered: không nằm trong lời mời nhận này, hoặc lời mời không dành cho người này | it is not in this offer, or the offer is for somebody else
judgement.not-the-holder: người giao không phải người đang giữ | the giver is not the holder
judgement.not-the-signer: người đính chính không phải là những người đã ký; cần hai cán bộ an ninh | those who correct it are not those who signed it; two officers are needed
judgement.number-ahead: số hiệu hoặc số tem vượt quá xa dãy số đang cấp | an item number or serial lies too far beyond those that have been given out
judgement.number-taken: số hiệu đã dùng, hoặc của nhật ký khác | the item number is taken, or belongs to another log
judgement.offer-missing: chưa có lời mời nhận trong nhật ký | the offer is not in the log yet
judgement.offer-taken: lời mời này đã có người nhận | the offer has been taken already
judgement.offer-withdrawn: lời mời này đã bị rút | the offer has been withdrawn
judgement.offered-already: đang mời người khác nhận | it is being offered to somebody
judgement.on-hold: có người đang bị tạm khoá | somebody is on hold
judgement.outweighed: chỉ một người ký, trong khi bưu gửi đã được giao tiếp từ chỗ đó với đủ hai chữ ký | one person alone has signed this, but the same item was handed on from there with two signatures
judgement.outweighs: từ cùng chỗ đó có một người tự ký việc khác; bước có đủ hai chữ ký được giữ | one person alone has signed something else from the same place; what two signed holds
judgement.policy-newer: chính sách chặt hơn đã có sau khi máy đồng bộ | a stricter policy came into force after the device last synchronised
judgement.predecessor-missing: đang chờ bước trước đó | waits for the step before it
judgement.prev-unknown: máy không biết bước trước | the device does not know the step before
judgement.print-missing: tem này chưa có trong sổ in | this seal is not in the register of printed seals yet
judgement.printed-already: đã in tem; huỷ tem cũ trước khi in lại | a seal is printed already; make the old one void before printing again
judgement.role-ended: chức danh, thời hạn hoặc khoá của người ký đã hết hoặc đã đổi, mà máy lâu chưa đồng bộ hoặc chưa được ghi danh | the signer's role, term or key has ended or changed, and the device had not synchronised for long or is not enrolled
judgement.seal-not-scanned: chưa quét tem đã dán, chỉ có số | the seal was not scanned after it was stuck on, only its number was given
judgement.seal-not-seen: không đọc số tem | the seal number was not read
judgement.seal-void: tem đã huỷ | the seal is void
judgement.seen-ahead: máy nhắc tới mục mà nhật ký chưa có | the device names an entry that the log does not have yet
judgement.seen-back: máy nói đã xem nhật ký ít hơn lúc làm nghiệp vụ trước | the device says that it knew less of the log than at its act before
judgement.seen-fork: máy đã thấy một nhật ký khác | the device has seen a different log
judgement.serial-of-another: tem này của bưu gửi khác | this seal belongs to another item
judgement.serial-taken: số tem đã in trước đó | the seal number was printed before
judgement.time-outside: đồng hồ máy lệch so với nhật ký | the device's clock differs from the log
judgement.too-many-faults: có nhiều điều phải ghi nhận hơn mức một mục nhật ký chứa được, nên cả nghiệp vụ không có hiệu lực | more is wrong with it than an entry can hold, so all of it moves nothing
judgement.too-many-set-aside: những người này đã có quá nhiều bước về bưu gửi này còn chờ hoặc không có hiệu lực; bước này không được xét nữa | these signers have too many steps about this item that wait or count for nothing; this one is not looked at any more
judgement.witness-missing: thiếu người chứng kiến | the witness is missing
judgement.wrong-office: bưu cục không phải nơi người ký làm việc | this is not the office where the signer works
judgement.wrong-seal: tem quét được không phải tem của bưu gửi này | the scanned seal is not this item's seal
key.appt: giờ hẹn | appointment
key.commit: phiếu kèm theo | confidential record
key.cond: tình trạng bì | condition
key.kind: loại | kind
key.reason: lý do | reason
key.remark: ý kiến người nhận | remark
key.urgency: độ khẩn | urgency
kind.LETTER: thư | letter
kind.PACKET: gói | packet
kind.PARCEL: kiện | parcel
reason.absent: vắng mặt | absent
reason.bad-signature: chữ ký không đúng | wrong signature
reason.cancelled: huỷ chấp nhận, trả lại tại quầy | registration cancelled, given back at the counter
reason.cleared: đã làm rõ | cleared up
reason.closed: cơ quan đóng cửa | agency closed
reason.compromised: bị lộ | known to others
reason.court: theo yêu cầu của toà án | court
reason.damaged: bì không nguyên vẹn | envelope not intact
reason.device-fault: lỗi máy | fault of a device
reason.disk: hỏng đĩa | broken disk
reason.inspection: kiểm tra, thanh tra | inspection
reason.investigation: phục vụ điều tra | investigation
reason.left: thôi việc | left the service
reason.lost: mất | lost
reason.lost-label: mất nhãn | label lost
reason.malformed: không đúng khuôn dạng | malformed
reason.misprint: in hỏng | misprint
reason.misread: đọc nhầm | misread
reason.mistyped: gõ nhầm | mistyped
reason.moved: đã chuyển nơi khác | moved elsewhere
reason.no-reason: không nêu lý do | no reason given
reason.nobody: không có người nhận | nobody there to receive it
reason.not-expected: không nhận tài liệu này | does not accept this document
reason.other: lý do khác | another reason
reason.paper: theo sổ giấy | by the paper book
reason.phone-lost: mất điện thoại | phone lost
reason.refused: người nhận từ chối | refused by the receiver
reason.replaced: thay tem | seal replaced
reason.restored: khôi phục từ bản sao lưu cũ | restored from an older backup
reason.rotated: thay khoá mới | replaced by a new key
reason.sender: theo cơ quan gửi | as the sender says
reason.statements: theo lời khai của hai bên | by the statements of both sides
reason.stolen: bị lấy cắp | stolen
reason.suspected: nghi vấn | under suspicion
reason.too-large: quá lớn | too large
reason.too-many: quá nhiều trong một giờ, chỉ ghi danh sách | too many within an hour, only listed
reason.torn: rách | torn
reason.undeliverable: không phát được | cannot be delivered
reason.unknown-key: khoá lạ | unknown key
reason.withdrawn: nơi gửi rút lại | withdrawn by the sender
reason.wrong-address: không đúng địa chỉ | wrong address
reason.wrong-item: dán nhầm bưu gửi | stuck on the wrong item
reason.wrong-log: của nhật ký khác | of another log
reason.wrong-person: chữ ký không phải của người được nêu tên | signature of somebody else than the person named
role.admin: quản trị | administrator
role.author: người lập | by
role.clerk: giao dịch viên | clerk
role.controller: kiểm soát viên | controller
role.courier: bưu tá | courier
role.driver: lái xe | driver
role.escort: áp tải | escort
role.giver: người giao | giver
role.officer: cán bộ an ninh | security officer
role.receiver: người nhận | receiver
role.reserve: khoá dự phòng | reserve
role.server: máy chủ | server
role.witness: người chứng kiến | witness
service.EXPRESS: Hỏa tốc | Express
service.EXPRESS_TIMED: Hỏa tốc Hẹn giờ | Express and timed
service.NORMAL: Thường | Ordinary
service.TIMED: Hẹn giờ | Timed
story.accepted: nhật ký ghi nhận {at} | the log took it {at}
story.ahead: khi đó đồng hồ đi trước giờ thật, hai cán bộ đã xác nhận (#{seq}) | the clock was ahead then, as two officers have said (#{seq})
story.appt: Giờ hẹn: {at}. | Appointment: {at}.
story.at-office: tại {office} | at {office}
story.change: #{seq}: {field} là {value}, bản gốc giữ nguyên | #{seq}: {field} is {value}, the original stays
story.corrected: đã đính chính tại #{seq}, đây là bản gốc | corrected by #{seq}, this is the original
story.doubt-missing: Kết luận là THIẾU: diễn biến dưới đây có thể thiếu bước. | The verdict is MISSING: steps may be missing in the story below.
story.doubt-not-enough: Kết luận là KHÔNG ĐỦ: diễn biến dưới đây chưa được chứng minh đến cùng. | The verdict is NOT ENOUGH: the story below is not proved to its end.
story.doubt-wrong: Kết luận là SAI: diễn biến dưới đây không được chứng minh, đừng dựa vào. | The verdict is WRONG: the story below is not proved, do not rely on it.
story.effect-contested: trái với bước khác, chờ phân xử | contradicts another step, waits for a ruling
story.effect-disputed: có tranh chấp, không chuyển trách nhiệm | disputed, moves nothing
story.effect-outweighed: không đúng: từ cùng chỗ đó bưu gửi đã được giao tiếp với đủ hai chữ ký | does not hold: it was handed on from the same place with two signatures
story.effect-overruled: không đúng theo phân xử | does not hold by a ruling
story.effect-waits: đang chờ bước trước, chưa có hiệu lực | waits for the step before, has no effect yet
story.end-other: bưu gửi đã sang bước khác | until it went another way
story.end-short: người được mời ký là không thấy | who did not find it
story.end-take: người được mời ký nhận | who took it
story.end-withdraw: lời mời bị rút | which was withdrawn
story.ended: {at}: {act} – {signers} (#{seq}) | {at}: {act} – {signers} (#{seq})
story.envelope: bì {cond} | envelope {cond}
story.facts: Độ mật: {mark}; dịch vụ: {service}; loại: {form}; chấp nhận tại {office}; nơi phát: {dest}. | Mark: {mark}; service: {service}; kind: {form}; accepted at {office}; delivered by: {dest}.
story.for-office: cho {office} | for {office}
story.gap-contested: Từ {since} đến {until} chưa rõ ai giữ: có mâu thuẫn ở {steps}, đến khi hai cán bộ an ninh phân xử (#{last}). | From {since} to {until} it was not clear who had it: there is a contradiction at {steps}, until two officers settled it (#{last}).
story.gap-contested-open: Từ {since} đến nay ({until}) chưa rõ ai giữ: có mâu thuẫn ở {steps}, chờ hai cán bộ an ninh phân xử. | From {since} until now ({until}) it is not clear who has it: there is a contradiction at {steps}, which waits for two officers.
story.gap-no-offer: Từ {since} đến nay ({until}) chỉ một bên ký: {who} ký nhận (#{first}), chưa có lời mời của người giao. | From {since} until now ({until}) only one side has signed: {who} took it (#{first}), the giver's offer is not here.
story.gap-nobody: Từ {since} đến {until} chưa ai nhận trách nhiệm: giữa #{first} và #{last} thiếu một bước giao nhận. | From {since} to {until} nobody has answered for it: between #{first} and #{last} a step is missing.
story.gap-one-side: Từ {since} đến {until} chỉ một bên ký: {giver} mời {receiver} nhận (#{first}), {end} (#{last}). | From {since} to {until} only one side has signed: {giver} offered it to {receiver} (#{first}), {end} (#{last}).
story.gap-one-side-open: Từ {since} đến nay ({until}) chỉ một bên ký: {giver} mời {receiver} nhận (#{first}), chưa có trả lời. | From {since} until now ({until}) only one side has signed: {giver} offered it to {receiver} (#{first}), who has not answered.
story.gap-unsealed: Từ {since} đến {until} bì không có tem niêm phong (#{first} đến #{last}). | From {since} to {until} no seal was on it (#{first} to #{last}).
story.gap-unsealed-open: Từ {since} đến nay ({until}) bì không có tem niêm phong (từ #{first}). | From {since} until now ({until}) no seal is on it (since #{first}).
story.gaps: Khoảng trống trách nhiệm | Gaps in custody
story.head-act: Việc | What
story.head-details: Chi tiết | Details
story.head-seq: Mục | Entry
story.head-signers: Ai ký | Who signed
story.head-when: Lúc | When
story.held: Từ {since} đến {until}: {who} (#{seq}) | From {since} to {until}: {who} (#{seq})
story.holders: Ai giữ, từ lúc nào đến lúc nào | Who had it, from when to when
story.holds: Từ {since} đến nay ({until}): {who} (#{seq}) | From {since} until now ({until}): {who} (#{seq})
story.keeps: bước #{seq} đúng | #{seq} holds
story.keeps-none: không bước nào đúng | no step holds
story.new-record: bản ghi mật mới | a new confidential record
story.no: không | no
story.no-gaps: Không thấy khoảng trống nào trong các mục có ở đây. | No gap is seen in the entries that are here.
story.no-mark: không | none
story.no-seals: Chưa dán tem nào. | No seal was put on.
story.not-found: không thấy bưu gửi | item not found
story.of-offer: theo lời mời #{seq} | answers #{seq}
story.office: bưu cục {office} | office {office}
story.one-sided: chỉ người giao ký ở đây; về người nhận, nhật ký chỉ giữ mã băm của một bản ghi mật | only the giver signs here; of the receiver the log holds only the hash of a confidential record
story.person: {who}, {office} | {who}, {office}
story.reason: lý do: {reason} | reason: {reason}
story.seal: tem {serial} | seal {serial}
story.seal-off: Tem {serial}: dán {since} (#{first}), huỷ {until} (#{last}): {reason} | Seal {serial}: put on {since} (#{first}), voided {until} (#{last}): {reason}
story.seal-on: Tem {serial}: dán {since} (#{first}) | Seal {serial}: put on {since} (#{first})
story.seals: Tem niêm phong | Seals
story.signer: {role}: {who} | {role}: {who}
story.steps: Từng bước | Step by step
story.title: Diễn biến của bưu gửi {item} | Story of the item {item}
story.to: người được mời: {who} | to {who}
story.unclear: Từ {at}: chưa rõ ai giữ | From {at}: it is not clear who had it
story.yes: có | yes
story.zone: Kể đến {at}. Giờ địa phương, UTC{offset}: giờ máy của người ký, trừ khi trái với nhật ký. | Told up to {at}. Local time, UTC{offset}: that of the signers' devices, unless the log contradicts it.
"""
# </words>


class Teller:
    """Puts a story into words.

    Args:
        language: 0 Vietnamese, 1 English.
    """

    def __init__(self, story: dict[str, Any], language: int) -> None:
        self.story, self.language = story, language
        self.steps = {one["seq"]: one for one in story["steps"]}
        self.signers = {who["staff"]: who for one in story["steps"] for who in one["signers"]}
        self.now = _minute(story["as_of"])

    def parts(self) -> list[tuple[str, list[str]]]:
        """Give titles and lines; the first part has no title."""
        story = self.story
        gaps, seals = map(self._gap, story["gaps"]), map(self._seal, story["seals"])
        return [
            ("", self._facts()),
            (self.word("story.holders"), [*map(self._tenure, story["holders"]), *self._end()]),
            (self.word("story.gaps"), [*gaps] or [self.word("story.no-gaps")]),
            (self.word("story.seals"), [*seals] or [self.word("story.no-seals")]),
            (self.word("story.steps"), [self._text(one) for one in story["steps"]]),
        ]

    def word(self, code: str, **facts: object) -> str:
        """Give the word or sentence for a code; a code without one speaks for itself."""
        told = WORDS_OF_STORY.get(code)
        if told is None:
            return _spell(code.partition(".")[2])
        return re.sub(r"\{([a-z]+)\}", lambda found: _spell(facts[found[1]]), told[self.language])

    def _facts(self) -> list[str]:
        story = self.story
        first = self.steps[story["holders"][0]["seq"]]
        marks = (self.word("story.no-mark"), "C", "B", "A")
        facts = [
            self.word(
                "story.facts",
                mark=_pick(marks, story["mark"]),
                service=self._service(story["urgency"]),
                form=self._form(story["kind"]),
                office=self._office(first["office"]),
                dest=self._office(story["dest"]),
            )
        ]
        if story["appt"] is not None:
            facts.append(self.word("story.appt", at=_minute(story["appt"])))
        return [*facts, self.word("story.zone", offset="+07:00", at=self.now)]

    def _service(self, number: int) -> str:
        return self.word(f"service.{_pick(SERVICE_CODES, number)}")

    def _form(self, number: int) -> str:
        return self.word(f"kind.{_pick(('LETTER', 'PACKET', 'PARCEL'), number)}")

    def _tenure(self, one: dict[str, Any]) -> str:
        until = self.now if one["until"] is None else _minute(one["until"])
        code = "story.holds" if one["until"] is None else "story.held"
        who = self._holder(one["holder"])
        return self.word(code, since=_minute(one["since"]), until=until, who=who, seq=one["seq"])

    def _holder(self, holder: str) -> str:
        if re.fullmatch("[0-9]+", holder):
            return self._office(holder)
        signer = self.signers.get(holder)
        if signer is None:
            return holder
        office = self._office(signer["office"])
        return self.word("story.person", who=self._person(holder), office=office)

    def _office(self, number: object) -> str:
        name = self.story["offices"].get(str(number))
        if name is None:
            return self.word("story.office", office=number)
        return f"{_spell(name)} ({number})"

    def _person(self, staff: str) -> str:
        signer = self.signers.get(staff)
        return staff if signer is None else f"{self.word('role.' + signer['rank'])} {staff}"

    def _end(self) -> list[str]:
        story = self.story
        if story["ended"] is not None:
            last = self.steps[story["ended"]]
            act, signers = self.word(f"act.{last['act']}"), self._signers(last)
            facts = {"at": _minute(_when(last)), "act": act, "signers": signers}
            return [self.word("story.ended", **facts, seq=last["seq"])]
        until = story["holders"][-1]["until"]
        return [] if until is None else [self.word("story.unclear", at=_minute(until))]

    def _signers(self, step: dict[str, Any]) -> str:
        told = []
        for one in step["signers"]:
            role, who = self.word(f"role.{one['role']}"), self._person(one["staff"])
            told.append(self.word("story.signer", role=role, who=who))
        return ", ".join(told)

    def _gap(self, one: dict[str, Any]) -> str:
        first, (kind, seqs) = self.steps[one["seqs"][0]], (one["kind"], one["seqs"])
        facts: dict[str, object] = {"since": _minute(one["since"]), "first": seqs[0]}
        facts["until"] = self.now if one["until"] is None else _minute(one["until"])
        facts["last"] = seqs[-1]
        if kind == "one-side" and first["act"] == "take":
            who = self._person(first["signers"][0]["staff"])
            return self.word("story.gap-no-offer", **facts, who=who)
        if kind == "one-side":
            facts["giver"] = self._person(first["signers"][0]["staff"])
            facts["receiver"], facts["end"] = self._person(first["to"]), self._answer(seqs)
        if kind == "contested":
            facts["steps"] = ", ".join(f"#{seq}" for seq in seqs[:-1])
        return self.word(f"story.gap-{kind}{'-open' if one['until'] is None else ''}", **facts)

    def _answer(self, seqs: list[Any]) -> str:
        if seqs[1] is None:
            return ""
        end = self.steps[seqs[1]]
        if end["of"] != seqs[0]:
            return self.word("story.end-other")
        if end["act"] == "withdraw":
            return self.word("story.end-withdraw")
        return self.word("story.end-take" if end["found"] else "story.end-short")

    def _seal(self, one: dict[str, Any]) -> str:
        facts: dict[str, object] = {"serial": _serial(one["serial"]), "first": one["seqs"][0]}
        facts["since"] = _minute(one["since"])
        if one["until"] is None:
            return self.word("story.seal-on", **facts)
        facts |= {"until": _minute(one["until"]), "last": one["seqs"][1]}
        reason = self.word(f"reason.{self.steps[one['seqs'][1]]['reason']}")
        return self.word("story.seal-off", **facts, reason=reason)

    def _text(self, step: dict[str, Any]) -> str:
        act = self.word(f"act.{step['act']}")
        parts = [f"{_second(_when(step))}  {act} – {self._signers(step)}", *self.details(step)]
        return "; ".join(parts) + f"  #{step['seq']}"

    def details(self, step: dict[str, Any]) -> list[str]:
        """Say what a step says besides, and what became of it."""
        told = [*self._places(step), *self._envelope(step), *self._rulings(step)]
        if step["act"] in ("deliver", "return"):
            told.append(self.word("story.one-sided"))
        if _when(step) != step["accepted_at"]:
            told.append(self.word("story.accepted", at=_second(step["accepted_at"])))
        if step["ahead"] is not None:
            told.append(self.word("story.ahead", seq=step["ahead"]))
        told += [self.word("story.corrected", seq=seq) for seq in step["corrected"]]
        doubts = [] if step["effect"] == "counts" else [f"story.effect-{step['effect']}"]
        codes = [code for code in step["codes"] if not code.startswith("cond-")]
        if step["effect"] not in ("disputed", "waits"):  # what the log said before it knew better
            codes = [code for code in codes if code not in DISPUTES | WAITING | FORKED]
        doubts += [f"judgement.{code}" for code in codes]
        return told + [f"⚠ {self.word(code)}" for code in doubts]

    def _places(self, step: dict[str, Any]) -> list[str]:
        told = []
        if step["office"] is not None:
            told.append(self.word("story.at-office", office=self._office(step["office"])))
        if step["act"] == "offer":
            told.append(self.word("story.to", who=self._person(step["to"])))
        if step["to_office"] is not None:
            told.append(self.word("story.for-office", office=self._office(step["to_office"])))
        if step["act"] in ("take", "withdraw") and step["of"] is not None:
            told.append(self.word("story.of-offer", seq=step["of"]))
        return told

    def _envelope(self, step: dict[str, Any]) -> list[str]:
        told = [] if step["found"] else [self.word("story.not-found")]
        if step["seal"] is not None:
            told.append(self.word("story.seal", serial=_serial(step["seal"])))
        if step["cond"] is not None:
            told.append(self.word("story.envelope", cond=self.word(f"cond.{step['cond']}")))
        if step["reason"] is not None:
            told.append(self.word("story.reason", reason=self.word(f"reason.{step['reason']}")))
        return told

    def _rulings(self, step: dict[str, Any]) -> list[str]:
        if step["change"] is not None:
            field, value = step["change"]
            facts = {"field": self.word(f"key.{field}"), "value": self._value(field, value)}
            seq = "–" if step["of"] is None else step["of"]
            return [self.word("story.change", seq=seq, **facts)]
        if step["act"] == "settle":
            return [
                self.word(
                    "story.keeps-none" if step["of"] is None else "story.keeps", seq=step["of"]
                )
            ]
        return []

    def _value(self, field: str, value: Any) -> str:
        """Spell what a correction says."""
        match field, value:
            case "commit", _:
                return self.word("story.new-record")
            case "remark", _:
                return self.word("story.yes" if value else "story.no")
            case "urgency", int(number):
                return self._service(number)
            case "kind", int(number):
                return self._form(number)
            case "appt", int(at):
                return _minute(at)
            case (("cond" | "reason"), str(code)):
                return self.word(f"{field}.{code}")
        return "–"


SERVICE_CODES = ("NORMAL", "EXPRESS", "TIMED", "EXPRESS_TIMED")


def _words(block: str) -> dict[str, list[str]]:
    """Read lines `code: Vietnamese | English`."""
    pairs = (line.split(": ", 1) for line in block.strip().split("\n"))
    return {code: told.split(" | ") for code, told in pairs}


WORDS_OF_STORY = _words(STORY_WORDS)


def _pick(of: tuple[str, ...], number: int) -> str:
    return of[number] if number < len(of) else str(number)


def _serial(serial: int) -> str:
    """Spell a seal's number with its check digit."""
    digits = f"{serial:010d}"
    interim = damm(digits)
    return digits + str(DAMM[10 * interim : 10 * interim + 10].index("0"))


def _minute(time: int) -> str:
    return _second(time)[:16]


def _second(time: int) -> str:
    """Spell a time as the office's clock shows it."""
    most = 253_370_764_800  # the year 9999
    return f"{datetime.fromtimestamp(min(time, most), ZONE):%d/%m/%Y %H:%M:%S}"


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
                genesis = _take_genesis(rest)
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


def _take_genesis(rest: list[str]) -> bytes:
    """Take a genesis hash off the words; its groups may come as words of their own."""
    typed = BETWEEN.sub("", rest.pop(0) if rest else "")
    while rest and re.fullmatch("(?:[0-9a-fA-F]{4}){1,2}", rest[0]) and len(typed) < 64:
        typed += rest.pop(0)
    if not re.fullmatch("[0-9a-fA-F]{64}", typed):
        raise UsageError("Mã băm gốc phải có 64 chữ số / A genesis hash has 64 hex digits")
    return bytes.fromhex(typed)


def take_language(words: list[str]) -> tuple[list[str], str]:
    """Take `--story LANGUAGE` out of a command; gives the rest, and the language."""
    if "--story" not in words:
        return words, "vi"
    at = words.index("--story")
    language = words[at + 1] if at + 1 < len(words) else ""
    if language not in ("vi", "en", "none"):
        raise UsageError("--story vi|en|none", _spell(language))
    return [*words[:at], *words[at + 2 :]], language


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
            f"Cần gói cryptography {OLDEST} trở lên, không nằm trong thư mục riêng của người dùng / "
            f"The package cryptography {OLDEST} or newer is needed, not among the user's own "
            "packages: python3 -m venv kt1 && kt1/bin/pip install cryptography",
        )
    try:
        rest, language = take_language([one for one in words if one != "--json"])
        folder, genesis, codes, files = read_command(rest)
    except UsageError as error:
        return _say(2, ": ".join(error.args))
    if place := _planted(folder):
        return _say(
            5,
            "Python nạp mô-đun từ chính thư mục cần kiểm; dùng Python khác / Python loads modules "
            f"from the very folder that is to be verified; use another Python: {place}",
        )
    evidence, faults = gather(codes, files)
    try:
        report = check(folder, genesis, evidence)
    except (MalformedError, OSError):
        return _say(2, f"Không phải gói kiểm tra / No bundle: {folder}")
    for name in faults:
        report.skip("evidence-unreadable", name)
    if "--json" in words:
        _tell_json(report)
    else:
        _tell(report, language)
    return VERDICTS[report.verdict][0]


def _planted(folder: Path) -> str:
    """Name a place in the folder from which modules are loaded; empty if there is none."""
    root = folder.resolve()
    places = [*sys.path, cryptography.__file__]
    return next((one for one in places if Path(one).resolve().is_relative_to(root)), "")


def _say(code: int, told: str) -> int:
    print(_plain(told), file=sys.stderr)
    return code


def _show(*lines: str) -> None:
    print(*map(_plain, lines), sep="\n")


def _plain(line: str) -> str:
    """Escape as JSON does what would steer a terminal or begin a line, wherever it comes from."""
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in line)


def _tell_json(report: Report) -> None:
    told = {"verdict": report.verdict, **vars(report), "item": report.item or None}
    told["library"] = cryptography.__file__
    told["findings"] = [one._asdict() for one in report.findings]
    for name in ("kinds", "lost", "more"):
        del told[name]
    _show(*json.dumps(told, ensure_ascii=False, indent=2, default=bytes.hex).split("\n"))


def _tell(report: Report, language: str) -> None:
    counts = f"{report.entries} mục / entries, {report.signatures} chữ ký / signatures"
    _show(f"{report.origin}{report.item and ' — '}{report.item}: {counts}")
    if report.size is not None:
        when = "" if report.as_of is None else f", {_moment(report.as_of)}"
        _show(f"Tờ chốt / Checkpoint: {report.size}{when}")
    _show(f"Thư viện / Library: cryptography {cryptography.__version__}, {cryptography.__file__}")
    own = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    _show(f"Chương trình này / This program: verify.py, SHA-256 {own}")
    for word in report.checked:
        _show(f"Đã kiểm / Checked: {CHECKED[word]}")
    for one in report.opened:
        act = " / ".join(WORDS_OF_STORY[f"act.{one['act']}"])
        _show(f"Bản ghi đã mở / Opened record: #{one['seq']} ({act}), {one['commit']}")
        for name, value in one["record"].items():
            _show(f"    {_spell(name)}: {_spell(value)}")
    _tell_story(report, language)
    for what in report.notes:
        _show(f"Lưu ý / Note: {what}")
    for what in report.outside:
        code, _, about = what.partition(": ")
        _show(f"Ngoài phạm vi / Outside: {OUTSIDE[code]}{about and f' ({about})'}")
    _tell_faults(report)


def _tell_story(report: Report, language: str) -> None:
    """Tell the story of a dossier's item, and what it is worth."""
    if report.form != "dossier" or language == "none":
        return
    if report.story is None:
        _show("Diễn biến không kể được / The story cannot be told")
        return
    teller = Teller(report.story, ("vi", "en").index(language))
    item = " ".join(re.findall("....", report.story["item"]))
    _show("", teller.word("story.title", item=item))
    if report.verdict != "match":
        _show(f"  ⚠ {teller.word(f'story.doubt-{report.verdict}')}")
    for title, lines in teller.parts():
        _show(*([title] if title else []), *(f"  {line}" for line in lines))
    _show("")


def _tell_faults(report: Report) -> None:
    for kind, seq, expected, got in report.findings:
        word = VERDICTS["missing" if kind in MISSING else "wrong"][1]
        _show(f"{word} {'-' if seq is None else f'#{seq}'} {kind}: {WORDS[kind]}")
        _show(f"    cần / expected: {expected}", f"    có / got: {got}")
    for what in report.not_checked:
        code, _, about = what.partition(": ")
        _show(f"Chưa kiểm / Not checked: {NOT_CHECKED[code]}{about and f' ({about})'}")
    told = VERDICTS[report.verdict][1]
    if report.verdict == "not-enough":
        here, there = NOT_CHECKED[report.not_checked[0].partition(":")[0]].split(" / ")
        told = f"KHÔNG ĐỦ: {here} / NOT ENOUGH: {there}"
    _show(told)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
