"""Writes bundles and dossiers as a stranger would: plainly, and with no code of the program.

What an attacker who holds keys writes, and a second opinion on what the program exports.
"""

import base64
import hashlib
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

LOG, WITNESS = b"\x01", b"\x04"


class Signer(Protocol):
    """A key in hand."""

    @property
    def pub(self) -> bytes: ...

    def sign(self, message: bytes) -> bytes: ...


@dataclass(frozen=True)
class Witness:
    """Somebody who cosigns, and the time at which he does."""

    name: str
    key: Signer
    time: int
    url: str | None = None


# --- the tree, straight from RFC 6962 §2.1 ---


def leaf(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def split(count: int) -> int:
    return 1 << (count - 1).bit_length() - 1


def root(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    at = split(len(leaves))
    return hashlib.sha256(b"\x01" + root(leaves[:at]) + root(leaves[at:])).digest()


def path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """From the leaf's sibling up."""
    if len(leaves) < 2:
        return []
    at = split(len(leaves))
    if index < at:
        return [*path(index, leaves[:at]), root(leaves[at:])]
    return [*path(index - at, leaves[at:]), root(leaves[:at])]


def tiles(leaves: Sequence[bytes]) -> dict[str, bytes]:
    """Files of hashes below `tile/`, by name."""
    found, level, row = {}, 0, list(leaves)
    while row:
        for at in range(0, len(row), 256):
            part = row[at : at + 256]
            found[f"{level}/{place(at // 256, len(part))}"] = b"".join(part)
        full = len(row) - len(row) % 256
        row = [root(row[at : at + 256]) for at in range(0, full, 256)]
        level += 1
    return found


def place(number: int, width: int) -> str:
    digits = f"{number:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return name if width == 256 else f"{name}.p/{width}"


# --- notes ---


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def text_of(origin: str, leaves: Sequence[bytes]) -> str:
    return f"{origin}\n{len(leaves)}\n{b64(root(leaves))}\n"


def line(name: str, kind: bytes, pub: bytes, signature: bytes) -> str:
    digest = hashlib.sha256(name.encode() + b"\n" + kind + pub).digest()[:4]
    return f"— {name} {b64(digest + signature)}\n"


def log_line(text: str, key: Signer) -> str:
    return line(text.split("\n")[0], LOG, key.pub, key.sign(text.encode()))


def witness_line(text: str, one: Witness) -> str:
    told = f"cosignature/v1\ntime {one.time}\n{text}".encode()
    return line(one.name, WITNESS, one.key.pub, one.time.to_bytes(8, "big") + one.key.sign(told))


def note(text: str, keys: Iterable[Signer], witnesses: Iterable[Witness] = ()) -> bytes:
    lines = [log_line(text, key) for key in keys]
    lines += [witness_line(text, one) for one in witnesses]
    return f"{text}\n{''.join(lines)}".encode()


def vkey(name: str, kind: bytes, pub: bytes) -> str:
    digest = hashlib.sha256(name.encode() + b"\n" + kind + pub).digest()[:4]
    return f"{name}+{digest.hex()}+{b64(kind + pub)}"


def policy(origin: str, key: Signer, witnesses: Sequence[Witness] = (), least: int = 0) -> str:
    lines = [f"log {vkey(origin, LOG, key.pub)}"]
    for one in witnesses:
        lines.append(f"witness {one.name} {vkey(one.name, WITNESS, one.key.pub)}")
        lines[-1] += f" {one.url}" if one.url else ""
    if witnesses:
        names = " ".join(one.name for one in witnesses)
        lines.append(f"group kt1-quorum {least} {names}")
    return "\n".join([*lines, "quorum kt1-quorum" if witnesses else "quorum none", ""])


def proof(index: int, leaves: Sequence[bytes], noted: bytes) -> bytes:
    head = ["c2sp.org/tlog-proof@v1", f"index {index}", *map(b64, path(index, leaves))]
    return "\n".join(head).encode() + b"\n\n" + noted


def anchor(text: str) -> str:
    """The typed code of a checkpoint's three lines."""
    digest = int.from_bytes(hashlib.sha256(b"kt1-anchor/1\n" + text.encode()).digest(), "big")
    plain = f"{int(text.split()[1]):010d}{digest % 10**25:025d}"
    groups = [plain[at : at + 5] for at in range(0, 35, 5)]
    return " ".join(f"{one}{damm(f'{at}{one}')}" for at, one in enumerate(groups, 1))


def damm(digits: str) -> str:
    rows = [
        "0317598642",
        "7092154863",
        "4206871359",
        "1750983426",
        "6123045978",
        "3674209581",
        "5869720134",
        "8945362017",
        "9438617205",
        "2581436790",
    ]
    interim = "0"
    for digit in digits:
        interim = rows[int(interim)][int(digit)]
    return interim


# --- folders ---


def home(folder: Path, origin: str | None = None) -> Path:
    """The folder of an origin in a bundle or dossier; without a name the only one."""
    if origin is not None:
        return folder / "logs" / origin
    [found] = folder.glob("logs/**/checkpoint")
    return found.parent


def entries(bundle: Path, origin: str | None = None) -> list[bytes]:
    """Every entry of an origin, in order."""
    tiles = home(bundle, origin) / "tile" / "entries"
    below = sorted(one for one in tiles.rglob("*") if one.is_file())
    raw, found = b"".join(one.read_bytes() for one in below), []
    while raw:
        length = int.from_bytes(raw[:2], "big")
        found.append(raw[2 : 2 + length])
        raw = raw[2 + length :]
    return found


def write_entries(bundle: Path, raws: Sequence[bytes], origin: str | None = None) -> None:
    """Put other entries in the place of those of an origin; nothing else is touched."""
    below = home(bundle, origin) / "tile" / "entries"
    shutil.rmtree(below)
    for at in range(0, len(raws), 256):
        part = raws[at : at + 256]
        write(
            below / place(at // 256, len(part)),
            b"".join(len(raw).to_bytes(2, "big") + raw for raw in part),
        )


def seal(
    bundle: Path,
    keys: Sequence[Signer],
    witnesses: Sequence[Witness] = (),
    *,
    trusted: Sequence[Witness] = (),
    least: int = 0,
    origin: str | None = None,
) -> str:
    """Make checkpoint, tiles, policy and sums of a bundle fit its entries.

    Args:
        keys: Sign the checkpoint; the first one is the newest.
        witnesses: Cosign it.
        trusted: Whom the log itself names, `least` of them.

    Returns:
        The three lines of the checkpoint.
    """
    at = home(bundle, origin)
    leaves = [leaf(raw) for raw in entries(bundle, origin)]
    text = text_of(at.relative_to(bundle / "logs").as_posix(), leaves)
    (at / "checkpoint").write_bytes(note(text, keys, witnesses))
    for old in (at / "tile").iterdir():
        if old.name != "entries":
            shutil.rmtree(old)
    for name, content in tiles(leaves).items():
        write(at / "tile" / name, content)
    told = policy(text.split("\n")[0], keys[0], trusted, least)
    (bundle / "policy.tlog-policy").write_text(told, "utf-8")
    fix_sums(bundle)
    return text


def fix_sums(folder: Path) -> None:
    """What an attacker does last: sums that fit."""
    sums = {
        one.relative_to(folder).as_posix(): hashlib.sha256(one.read_bytes()).hexdigest()
        for one in folder.rglob("*")
        if one.is_file() and one.name != "SHA256SUMS"
    }
    text = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))
    (folder / "SHA256SUMS").write_text(text, "utf-8")


def dossier(
    bundle: Path,
    folder: Path,
    item: int,
    positions: Iterable[int],
    opened: Mapping[str, bytes] | None = None,
) -> None:
    """Write the dossier of an item out of a bundle: these entries, with its checkpoint."""
    raws, at = entries(bundle), home(bundle)
    leaves, noted = [leaf(raw) for raw in raws], (at / "checkpoint").read_bytes()
    for name in ("keys", "catalogues", "tsa"):
        if (bundle / name).is_dir():
            shutil.copytree(bundle / name, folder / name)
    for one in bundle.iterdir():
        if one.is_file():
            write(folder / one.name, one.read_bytes())
    write(folder / "item.txt", f"{item:012d}\n".encode())
    write(folder / at.relative_to(bundle) / "checkpoint", noted)
    for seq in positions:
        write(folder / "entries" / f"{seq}.entry", raws[seq])
        write(folder / "entries" / f"{seq}.tlog-proof", proof(seq, leaves, noted))
    for name, content in (opened or {}).items():
        write(folder / "disclose" / name, content)
    fix_sums(folder)


def write(name: Path, content: bytes) -> None:
    name.parent.mkdir(parents=True, exist_ok=True)
    name.write_bytes(content)
