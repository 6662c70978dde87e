"""An auditor's own file: which log, its genesis hash, how far it was audited, and what anchored it.

**Rule:** whoever can write it decides what the auditor trusts, so it lies on a medium of the auditor's
own. It is written after a good audit alone, never says less than before, and is replaced in one step.
The sum at its end finds what a worn medium has changed, and nobody who means to change it.

```
kt1.lamdong.vn/68/e1
31
SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=
kt1-audited/2
since 1795392000
audited 1795478400
genesis 0fcd568a5cb9bdb4677b69354b11ee415af8f784519cff3da49a26f84eaee7f2
anchor kt1.lamdong.vn/68/e1 31 1795478400 code 000006 000033 159484 314156 200112 778349 001131
tables 44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a
unchecked catalogue-not-given: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.cbor
sum 9ae0170034eff85aa115029f6b1843d8bcb200d433a0ccaa318d924090220ab2
```
"""

import hashlib
import os
import re
import stat
from dataclasses import dataclass, replace
from pathlib import Path

from kt1custody.core.formats import numbers, origins
from kt1custody.core.log import checkpoint
from kt1custody.core.log.checkpoint import Checkpoint
from kt1custody.errors import MalformedInputError, UnavailableError
from kt1custody.system import files

_VERSION = "kt1-audited/2"
_TIME = "(0|[1-9][0-9]{0,11})"
_SINCE = re.compile(f"since {_TIME}")
_AUDITED = re.compile(f"audited {_TIME}")
_GENESIS = re.compile("genesis ([0-9a-f]{64})")
_ANCHOR = re.compile(
    f"anchor ([!-~]+) ([1-9][0-9]{{0,15}}) {_TIME} (code|file|quorum) ([ -~]{{1,200}})"
)
_TABLES = re.compile("tables ([0-9a-f]{64})")
_UNCHECKED = re.compile("unchecked ([a-z-]+)(?:: ([!-~]+))?")
_MAX_TEXT = 100_000  # bytes

CODE, FILE, QUORUM = "code", "file", "quorum"
TRUST = "trust"  # what covers the log is this file alone


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideAnchor:
    """The newest thing from outside that reached the log: paper, a file that others hold, witnesses.

    Attributes:
        origin: Of the epoch of which it speaks.
        size: Up to how many entries.
        at: When it was audited, Unix seconds UTC.
        kind: `code`, `file` or `quorum`.
        name: The typed code, or the name of the file; `-` of a quorum.
    """

    origin: str
    size: int
    at: int
    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustFile:
    """What the file says.

    Attributes:
        checkpoint: Of the present epoch: all that was audited.
        since: When the file was begun, Unix seconds UTC; `audited` when it was last renewed.
        genesis: The genesis hash as once given by hand, 32 bytes, or None.
        anchor: The newest thing from outside, or None.
        tables: SHA-256 of the tables beside the file, or None: there are none.
        unchecked: What stays unchecked: codes, and what they are about.
    """

    checkpoint: Checkpoint
    since: int
    audited: int
    genesis: bytes | None = None
    anchor: OutsideAnchor | None = None
    tables: bytes | None = None
    unchecked: tuple[tuple[str, str | None], ...] = ()

    @property
    def log(self) -> str | None:
        """The log's name, without its epoch."""
        return origins.log_of(self.checkpoint.origin)

    def encode(self) -> bytes:
        """Give the bytes of the file."""
        lines = [_VERSION, f"since {self.since}", f"audited {self.audited}"]
        if self.genesis is not None:
            lines.append(f"genesis {self.genesis.hex()}")
        if self.anchor is not None:
            one = self.anchor
            lines.append(f"anchor {one.origin} {one.size} {one.at} {one.kind} {one.name}")
        if self.tables is not None:
            lines.append(f"tables {self.tables.hex()}")
        lines += [
            f"unchecked {code}" + (f": {about}" if about else "") for code, about in self.unchecked
        ]
        content = (self.checkpoint.text + "".join(f"{line}\n" for line in lines)).encode()
        return content + f"sum {hashlib.sha256(content).hexdigest()}\n".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustStanding:
    """What an audit has made of an auditor's file.

    Attributes:
        name: Of the file.
        before: What it said; None if it was not there.
        after: What it says now; None if it was left as it was.
        is_exposed: Others can write it.
        fault: Why it could not be written, or None.
    """

    name: str
    before: TrustFile | None
    after: TrustFile | None
    is_exposed: bool
    fault: UnavailableError | None = None


def read(path: Path) -> TrustFile:
    """Read an auditor's file.

    Raises:
        MalformedInputError: `audited-broken`: anything but what `write` writes.
        UnavailableError: `file-unreadable`.
    """
    content = files.read(path, _MAX_TEXT)
    try:
        found = _decode(content.decode())
    except (MalformedInputError, ValueError, IndexError):
        found = None
    if found is None or found.encode() != content:
        raise MalformedInputError("audited-broken", name=path.name)
    return found


def _decode(text: str) -> TrustFile:
    """Read the lines; whoever asked encodes all of it again and compares."""
    lines = text.split("\n")
    head, rest = "\n".join([*lines[:3], ""]), lines[4:-1]
    taken = {
        name: found
        for name, form in (("since", _SINCE), ("audited", _AUDITED), ("genesis", _GENESIS),
                           ("anchor", _ANCHOR), ("tables", _TABLES))
        for line in rest
        if (found := form.fullmatch(line))
    }  # fmt: skip
    unchecked = [found for line in rest if (found := _UNCHECKED.fullmatch(line))]
    if not {"since", "audited"} <= taken.keys():
        raise MalformedInputError("audited-broken")
    anchor = taken.get("anchor")
    return TrustFile(
        checkpoint=checkpoint.read_text(head),
        since=_time(taken["since"][1]),
        audited=_time(taken["audited"][1]),
        genesis=bytes.fromhex(taken["genesis"][1]) if "genesis" in taken else None,
        anchor=None
        if anchor is None
        else OutsideAnchor(
            origin=anchor[1],
            size=checkpoint.read_size(anchor[2]),
            at=_time(anchor[3]),
            kind=anchor[4],
            name=anchor[5],
        ),
        tables=bytes.fromhex(taken["tables"][1]) if "tables" in taken else None,
        unchecked=tuple((found[1], found[2]) for found in unchecked),
    )


def _time(digits: str) -> int:
    at = int(digits)
    if at > numbers.LAST_TIME:
        raise MalformedInputError("audited-broken")
    return at


def write(path: Path, found: TrustFile) -> None:
    """Replace an auditor's file; a crash at any moment leaves the old one or the new one.

    Raises:
        UnavailableError: `file-unwritable`; what was there before is still there.
    """
    files.write(path, found.encode(), private=True)


def renewed(
    before: TrustFile | None,
    found: Checkpoint,
    at: int,
    *,
    genesis: bytes | None,
    anchor: OutsideAnchor | None,
    unchecked: tuple[tuple[str, str | None], ...],
) -> TrustFile:
    """Say what the file says after an audit in which nothing was wrong; it names its old tables yet.

    Args:
        found: Checkpoint of all entries that were audited.
        at: Unix seconds UTC.
        genesis: The genesis hash if it was given by hand and fits, else None.
        anchor: What reached the log from outside in this audit, or None.
    """
    old = before or TrustFile(checkpoint=found, since=at, audited=at)
    is_newer = anchor is not None and (
        old.anchor is None or (old.anchor.origin, old.anchor.size) != (anchor.origin, anchor.size)
    )
    return replace(
        old,
        checkpoint=found,
        audited=max(at, old.audited),
        genesis=genesis or old.genesis,
        anchor=anchor if is_newer else old.anchor,
        unchecked=unchecked,
    )


def is_exposed(path: Path) -> bool:
    """Tell whether others than its owner can write a file, or put another one in its place."""
    try:
        file, folder = path.stat(), path.absolute().parent.stat()
    except OSError:
        return False
    others = stat.S_IWGRP | stat.S_IWOTH
    mine = {0, os.geteuid()}
    is_open = bool(folder.st_mode & others) and not folder.st_mode & stat.S_ISVTX
    return bool(file.st_mode & others) or is_open or not {file.st_uid, folder.st_uid} <= mine
