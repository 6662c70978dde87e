"""A witness in a folder, and what it has cosigned."""

import hashlib
from pathlib import Path

from kt1custody.core.log import checkpoint
from kt1custody.witnessing import answers, witness
from kt1custody.witnessing.witness import OpenWitness
from tests.kit.stranger_log import StrangerLog

NAME, NOW = "congan.lamdong.vn/kt1", 1_795_000_000


def make(folder: Path, *logs: StrangerLog, name: str = NAME) -> Path:
    witness.begin(folder, name)
    for log in logs:
        witness.trust(folder, log.vkey)
    return folder


def reopen(folder: Path, now: int = NOW) -> OpenWitness:
    return witness.open_witness(folder, lambda: now)


def kept(opened: OpenWitness, log: StrangerLog) -> bytes | None:
    return answers.newest(opened, hashlib.sha256(log.origin.encode()).hexdigest())


def size_of(opened: OpenWitness, log: StrangerLog) -> int:
    noted = kept(opened, log)
    return checkpoint.read(noted).checkpoint.size if noted else 0


def cases(opened: OpenWitness) -> list[str]:
    return sorted(path.name.split("-")[0] for path in (opened.folder / "evidence").glob("*"))
