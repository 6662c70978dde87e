"""Verifies a bundle of a KT1 log: its bytes, chain, keys and signatures.

    python3 verify.py [FOLDER] [--genesis HASH] [--json]

Needs Python 3.11 and the package `cryptography`; shares no code with the program that wrote the
bundle. It does not judge custody. Exit codes: 0 nothing wrong found, 4 something is wrong, 2 no
bundle, 5 `cryptography` is missing or too old.
"""

import hashlib
import json
import re
import stat
import sys
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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

CONTROL = {"genesis", "enrol", "assign", "revoke", "hold", "lift", "policy", "catalogue"}
ACT_DISPUTES = {"key-revoked", "key-expired", "counter-reused", "id-reused", "seen-fork"}
ACT_DISPUTES |= {"wrong-office", "not-assignable"}
PEOPLE = {"clerk", "controller", "courier", "driver", "escort", "officer", "reserve", "admin"}
CARRIERS = {"clerk", "controller", "courier", "driver", "escort"}
DUTY = CARRIERS | {"officer"}
ROLES = {
    "genesis": ("officer",) * 3,
    **dict.fromkeys(("enrol", "assign", "revoke", "lift", "policy"), ("officer",) * 2),
    **dict.fromkeys(("catalogue", "correct", "settle"), ("officer",) * 2),
    **dict.fromkeys(("hold", "register", "print"), ("author",)),
    **dict.fromkeys(("bind", "void"), ("author", "witness")),
    "handover": ("giver", "receiver", "witness"),
    "take": ("receiver", "witness"),
    **dict.fromkeys(("offer", "withdraw", "deliver", "refuse", "absent", "return"), ("giver",)),
    **dict.fromkeys(("refused", "clock"), ("server",)),
}
PERSON = {"giver": "by", "receiver": "to", "witness": "witness", "server": "by"}
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
NOT_JUDGED = (
    "nhận định và việc giao nhận chưa được tính lại / judgements and custody were not recomputed",
    "phiếu mã hoá không có trong gói / confidential records are not in the bundle",
    "đuôi nhật ký chưa được neo / the end of the log has no anchor: it may have been cut off",
)
NO_GENESIS = (
    "KHÔNG ĐỦ: tự nhất quán, chưa đối chiếu gốc tin cậy / "
    "consistent in itself, not compared with a trusted genesis hash: give --genesis from paper"
)
MOST_FINDINGS = 10_000
MOST_BYTES = 64 * 1024 * 1024  # of a file; an entry bundle has at most 16 MiB
WORDS = {
    "accepted-at": "giờ ghi nhận lùi về trước",
    "bad-signature": "chữ ký không đúng",
    "bundle-file": "tệp của gói kiểm tra thừa, thiếu hoặc hỏng",
    "bundle-sum": "tổng kiểm SHA-256 của tệp không khớp",
    "catalogue": "danh mục không đúng với mã băm trong nhật ký",
    "ctl": "liên kết tới mục điều khiển trước không đúng",
    "device-chain": "dãy nghiệp vụ của máy bị đứt hoặc bị sửa",
    "entry-unreadable": "mục nhật ký không đọc được",
    "genesis": "mục gốc không đúng",
    "key-file": "tệp khoá công khai khác với nhật ký",
    "not-authentic": "nghiệp vụ không xác thực",
    "origin": "tên gốc của nhật ký không đúng",
    "possession": "bằng chứng giữ khoá không đúng",
    "prev": "liên kết tới mục trước không đúng",
    "seq": "số thứ tự mục không đúng",
    "serial-twice": "một số tem được in hai lần",
}
_HOME = re.compile("logs/(.+)/tile/entries/.+")
DEVICE_GAP = "có máy thiếu nghiệp vụ trong dãy đếm / acts of some device are missing in its row"

Finding = namedtuple("Finding", "kind seq expected got")
Key = namedtuple("Key", "owner roles alg pub")  # all roles that it ever had, the present one last


class MalformedError(Exception):
    """Bytes that are not what the format page says."""


class Report:
    """What was found, and what was not looked at."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.not_checked: list[str] = list(NOT_JUDGED)
        self.entries = self.signatures = self.more = 0

    def add(self, kind: str, seq: int | None, expected: object, got: object) -> None:
        """Note a finding; of very many, only how many more."""
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(kind, seq, _spell(expected), _spell(got)))
        else:
            self.more += 1

    def want(self, kind: str, seq: int | None, expected: object, got: object) -> None:
        """Note a finding unless both are the same."""
        if expected != got or type(expected) is not type(got):
            self.add(kind, seq, expected, got)


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


# --- the log, format page §3 and §5 ---


class Log:
    """Walks the entries in order."""

    def __init__(self, report: Report, genesis: bytes | None) -> None:
        self.report, self.genesis = report, genesis
        self.origin, self.log = "", ""
        self.prev, self.ctl = b"", bytes(32)
        self.accepted_at = 0
        self.keys: dict[bytes, Key] = {}
        self.bodies: set[bytes] = set()
        self.serials: set[int] = set()
        self.devices: dict[str, tuple[int, bytes]] = {}
        self.catalogues: set[str] = set()

    def take(self, seq: int, raw: bytes) -> None:
        """Check one entry; goes on whatever it is."""
        self.report.entries += 1
        leaf = hashlib.sha256(b"\x00" + raw).digest()
        try:
            self._take(seq, raw, leaf)
        except (
            MalformedError,
            KeyError,
            TypeError,
            AttributeError,
            ValueError,
            IndexError,
        ) as error:
            self.report.add("entry-unreadable", seq, "entry", repr(error))
        self.prev = leaf

    def _take(self, seq: int, raw: bytes, leaf: bytes) -> None:
        if len(raw) > 65_535:
            raise MalformedError("length")
        version, origin, number, prev, ctl, accepted_at, body, signatures, judgement = decode(raw)
        if version != "kt1-entry/1" or type(body) is not bytes or len(body) > 57_344:
            raise MalformedError("version or body")
        if type(accepted_at) is not int or type(signatures) is not list:
            raise MalformedError("time or signatures")
        act = decode(body)
        _check_body(act)
        if seq == 0:
            self._found(act, origin, leaf)
        report = self.report
        report.want("seq", seq, seq, number)
        report.want("origin", seq, self.origin, origin)
        report.want("prev", seq, self.prev, prev)
        report.want("ctl", seq, self.ctl, ctl)
        self._check_time(seq, act["type"], accepted_at)
        _check_judgement(judgement)
        self._check_once(seq, act, body)
        self._check_signatures(seq, act, body, signatures)
        if act["type"] in CONTROL:
            self.ctl = leaf
            self._control(seq, act, {code for line, code in judgement if line == -1})
        for place, line in enumerate(act["items"] if act["type"] == "print" else ()):
            # A second print that the log itself has judged as such is no finding.
            if line["serial"] in self.serials and [place, "serial-taken"] not in judgement:
                report.add("serial-twice", seq, "a new serial", line["serial"])
            self.serials.add(line["serial"])

    def _found(self, act: dict[str, Any], origin: str, leaf: bytes) -> None:
        if act["type"] != "genesis" or origin != act["origin"]:
            raise MalformedError("genesis")
        if not re.fullmatch(re.escape(act["log"]) + "/e[1-9][0-9]*", origin):
            raise MalformedError("origin")
        self.origin, self.log = origin, act["log"]
        self.prev = hashlib.sha256(f"kt1-log/1\n{origin}".encode()).digest()
        if self.genesis is not None and leaf != self.genesis:
            self.report.add("genesis", 0, self.genesis, leaf)
        wanted = ["officer", "officer", "reserve", "log", "server", "seal"]
        got = [key["role"] for key in act["keys"]]
        if got != wanted or [key["owner"] for key in act["keys"]][3:] != wanted[3:]:
            self.report.add("genesis", 0, wanted, got)
        for key in act["keys"]:
            self._enrol(0, key)

    def _enrol(self, seq: int, told: dict[str, Any]) -> None:
        alg, pub = told["alg"], told["pub"]
        kid = kid_of(alg, pub)
        if kid in self.keys:
            self.report.add("not-authentic", seq, "a new key", kid)
            return
        plain = {name: part for name, part in told.items() if name != "possess"}
        message = b"kt1-possess/1" + self.origin.encode() + encode(plain)
        if not holds(alg, pub, message, told["possess"]):
            self.report.add("possession", seq, f"proof by {told['owner']}", kid)
        self.keys[kid] = Key(told["owner"], (told["role"],), alg, pub)

    def _control(self, seq: int, act: dict[str, Any], codes: set[str]) -> None:
        if codes & ACT_DISPUTES:  # what the log disputes as a whole brings no key and no role
            return
        if act["type"] == "enrol" and act["key"] is not None:
            owner, role = act["key"]["owner"], act["key"]["role"]
            if (owner, role) != (act["who"], act["role"]) or role not in PEOPLE:
                self.report.add("not-authentic", seq, f"{act['who']} {act['role']}", owner)
            self._enrol(seq, act["key"])
        key = self.keys.get(act["kid"]) if act["type"] == "assign" else None
        if key is not None and (act["role"] == key.roles[-1] or _is_free(act["role"], key)):
            self.keys[act["kid"]] = key._replace(roles=(*key.roles, act["role"]))
        if act["type"] == "catalogue" and act["kind"] == "offices":
            self.catalogues.add(f"{act['hash'].hex()}.cbor")

    def _check_time(self, seq: int, kind: str, accepted_at: int) -> None:
        back = self.accepted_at - accepted_at
        if back > 120 or (back > 0 and kind != "clock"):
            self.report.add("accepted-at", seq, f">= {self.accepted_at}", accepted_at)
        self.accepted_at = accepted_at

    def _check_once(self, seq: int, act: dict[str, Any], body: bytes) -> None:
        digest = hashlib.sha256(body).digest()
        if digest[:16] in self.bodies:
            self.report.add("device-chain", seq, "an act once", digest)
        self.bodies.add(digest[:16])
        last, before = self.devices.get(act["dev"], (-1, b""))
        if act["dseq"] == last + 1:
            self.report.want("device-chain", seq, before, act["dprev"])
        elif act["dseq"] > last + 1 and DEVICE_GAP not in self.report.not_checked:
            self.report.not_checked.append(DEVICE_GAP)
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
            key = self.keys.get(kid)
            may = self._may(act, role)
            if key is None or key.owner != persons[place] or not may.intersection(key.roles):
                self.report.add("not-authentic", seq, f"{role} {persons[place]}", kid)
                continue
            payload = encode([act["log"], body, kid, signatures[:place]])
            aad = f"kt1-act/1/{role}".encode()
            message = encode(["Signature1", PROTECTED[key.alg], aad, payload])
            if not holds(key.alg, key.pub, message, value):
                self.report.add("bad-signature", seq, f"signature by {key.owner}", kid)

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


def _persons(act: dict[str, Any], roles: tuple[str, ...]) -> list[str]:
    authors = iter(("by", "by2", "by3"))
    named = {**PERSON, "receiver": "by" if act["type"] == "take" else "to"}
    return [act[next(authors) if role in ("author", "officer") else named[role]] for role in roles]


def _is_free(role: str, key: Key) -> bool:
    """Tell whether a key may come to a role without being made anew."""
    return (
        role in PEOPLE
        and key.owner not in ("log", "server", "seal")
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


def _check_judgement(judgement: Any) -> None:
    if type(judgement) is not list or any(
        len(pair) != 2 or type(pair[0]) is not int or type(pair[1]) is not str for pair in judgement
    ):
        raise MalformedError("judgement")
    if [tuple(pair) for pair in judgement] != sorted({tuple(pair) for pair in judgement}):
        raise MalformedError("judgement")


# --- the folder, format page §10 ---


def check(folder: Path, genesis: bytes | None = None) -> Report:
    """Check a bundle.

    Raises:
        MalformedError: Neither sums nor the folder of a log are in it.
    """
    report = Report()
    files = list(_walk(folder, report))
    homes = {found.group(1) for path in files if (found := _HOME.fullmatch(_name(path, folder)))}
    if not homes and folder / "SHA256SUMS" not in files:
        raise MalformedError("no bundle")
    if len(homes) != 1:
        report.add("bundle-file", None, "the folder of one log", ", ".join(sorted(homes)))
    named = min(homes, default="")
    tiles = folder / "logs" / named / "tile" / "entries"
    _check_sums(folder, files, report)
    log = Log(report, genesis)
    for seq, raw in enumerate(_entries(tiles, files, report)):
        log.take(seq, raw)
    if report.entries == 0:
        report.add("genesis", 0, "genesis", "no entries")
    report.want("origin", None, log.origin, named)
    _check_keys([path for path in files if path.parent == folder / "keys"], log, report)
    catalogues = [path for path in files if path.parent == folder / "catalogues"]
    _check_catalogues(catalogues, log, report)
    if genesis is None:
        report.not_checked.append(NO_GENESIS)
    if report.more:
        report.not_checked.append(f"{report.more} điểm sai khác không liệt kê / more findings")
    return report


def _check_sums(folder: Path, files: list[Path], report: Report) -> None:
    got = {_name(path, folder): path for path in files}
    try:
        text = got.pop("SHA256SUMS").read_bytes().decode()
    except (KeyError, UnicodeDecodeError):
        report.add("bundle-sum", None, "SHA256SUMS", "missing or unreadable")
        return
    listed = {}
    for line in text.splitlines():
        digest, _, name = line.partition("  ")
        listed[name] = digest
    if text != "".join(f"{listed[name]}  {name}\n" for name in sorted(listed)):
        report.add("bundle-sum", None, "sorted, one line a file", "SHA256SUMS differs")
    for name in sorted(listed.keys() | got.keys()):
        if name not in got or name not in listed:
            report.add("bundle-sum", None, name, "missing" if name in listed else "not listed")
        elif _sum(got[name]) != listed[name]:
            report.add("bundle-sum", None, f"{name} {listed[name]}", "differs")


def _walk(folder: Path, report: Report) -> Iterator[Path]:
    """Give every plain file; a link, a pipe or a folder without end is a finding."""
    waiting = [folder]
    while waiting:
        for path in sorted(waiting.pop().iterdir()):
            kind = path.lstat().st_mode
            if stat.S_ISDIR(kind) and len(path.parts) - len(folder.parts) < 20:
                waiting.append(path)
            elif stat.S_ISREG(kind) and path.lstat().st_size <= MOST_BYTES:
                yield path
            else:
                report.add("bundle-file", None, "a plain file of at most 64 MiB", path.name)


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _sum(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


def _entries(tiles: Path, plain: list[Path], report: Report) -> Iterator[bytes]:
    """Give every entry in order: full files, then one partial file."""
    files, number, there = [], 0, set(plain)
    while (path := tiles / _tile(number)) in there:
        files.append((path, 256))
        number += 1
    home = tiles / f"{_tile(number)}.p"
    partial = [path for path in plain if path.parent == home]
    if partial and re.fullmatch("[1-9][0-9]{0,2}", partial[-1].name):
        files.append((partial[-1], min(255, int(partial[-1].name))))
    known = {path for path, _ in files}
    for path in plain:
        if tiles in path.parents and path not in known:
            report.add("bundle-file", None, "no such file", path.name)
    for path, count in files:
        found = 0
        for raw in _unframe(path, count, report):
            found += 1
            yield raw
        report.want("bundle-file", None, count, found)


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


def _tile(number: int) -> str:
    parts = [f"{number % 1000:03d}"]
    while number := number // 1000:
        parts.insert(0, f"x{number % 1000:03d}")
    return "/".join(parts)


def _check_keys(files: list[Path], log: Log, report: Report) -> None:
    wanted = {f"{kid.hex()}.pem": pem_of(key) for kid, key in log.keys.items()}
    got = {path.name: path.read_bytes() for path in files}
    for name in sorted(wanted.keys() | got.keys()):
        if wanted.get(name) != got.get(name):
            report.add("key-file", None, f"{name} as in the log", "differs, missing or not known")


def _check_catalogues(files: list[Path], log: Log, report: Report) -> None:
    got = {path.name: path for path in files}
    for name in sorted(log.catalogues | got.keys()):
        if name not in got or name not in log.catalogues or f"{_sum(got[name])}.cbor" != name:
            report.add("catalogue", None, f"{name} as in the log", "differs, missing or not known")


def main(words: list[str]) -> int:
    """Run as a program; gives the exit code."""
    if not FIT:
        print(
            f"Cần gói cryptography {OLDEST} trở lên / The package cryptography {OLDEST} or newer is "
            "needed: python3 -m pip install --upgrade cryptography",
            file=sys.stderr,
        )
        return 5
    as_json = "--json" in words
    words = [word for word in words if word != "--json"]
    genesis = None
    if "--genesis" in words:
        place = words.index("--genesis")
        typed = "".join(words[place + 1 : place + 2]).replace(" ", "")
        if not re.fullmatch("[0-9a-fA-F]{64}", typed):
            print(
                "Mã băm gốc phải có 64 chữ số / The genesis hash has 64 hex digits", file=sys.stderr
            )
            return 2
        genesis = bytes.fromhex(typed)
        del words[place : place + 2]
    if len(words) > 1:
        print("Chỉ một thư mục / One folder only", file=sys.stderr)
        return 2
    folder = Path(words[0]) if words else Path(__file__).resolve().parent
    try:
        report = check(folder, genesis)
    except (MalformedError, OSError):
        print(f"Không phải gói kiểm tra / No bundle: {folder}", file=sys.stderr)
        return 2
    _tell(report, as_json=as_json)
    return 4 if report.findings else 0


def _tell(report: Report, *, as_json: bool) -> None:
    verdict = "wrong" if report.findings else "not-enough"
    if as_json:
        findings = [one._asdict() for one in report.findings]
        told = {"verdict": verdict, "findings": findings, "not_checked": report.not_checked}
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return
    print(f"{report.entries} mục / entries, {report.signatures} chữ ký / signatures")
    for one in report.findings:
        place = "-" if one.seq is None else f"#{one.seq}"
        print(f"SAI / WRONG {place} {one.kind}: {WORDS[one.kind]}")
        print(f"    cần / expected: {one.expected}\n    có / got: {one.got}")
    for what in report.not_checked:
        print(f"Chưa kiểm / Not checked: {what}")
    if report.findings:
        print("SAI / WRONG")
    else:
        print("KHÔNG ĐỦ: không thấy điểm sai / NOT ENOUGH: nothing wrong was found")


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
