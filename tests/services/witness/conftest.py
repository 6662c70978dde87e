"""A log that witnesses are asked about, and witnesses."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kt1custody.witnessing import witness as witnesses
from kt1custody.witnessing.http_server import WitnessServer
from tests.kit import cast
from tests.kit.asked_witnesses import NOW, Running, Start, log_key


@pytest.fixture
def founded(founded: cast.World) -> cast.World:
    """The founded log, ten minutes after it began."""
    founded.at(10)
    return founded


@pytest.fixture
def start(founded: cast.World, tmp_path: Path) -> Iterator[Start]:
    """Start a witness that trusts the log."""
    running: list[Running] = []

    def begin(name: str, now: int = NOW, *, trusting: bool = True) -> Running:
        folder = tmp_path / f"witness-{name}"
        witnesses.begin(folder, name)
        if trusting:
            witnesses.trust(folder, str(log_key(founded)))
        opened = witnesses.open_witness(folder, lambda: now)
        server = WitnessServer(("127.0.0.1", 0), opened, lambda one: None)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        running.append(Running(name, folder, opened, server))
        return running[-1]

    yield begin
    for one in running:
        one.stop()


@pytest.fixture
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(b"w" * 32)


@pytest.fixture
def backup(founded: cast.World, tmp_path: Path) -> Callable[[], Path]:
    def make() -> Path:
        founded.session.close()
        copy = tmp_path / "backup"
        for name in ("data", "keys"):
            shutil.copytree(founded.folder / name, copy / name)
        return copy

    return make


@pytest.fixture
def stick(founded: cast.World, tmp_path: Path) -> Iterator[witnesses.OpenWitness]:
    """A witness without a network."""
    folder = tmp_path / "stick-witness"
    witnesses.begin(folder, "s.vn/w")
    witnesses.trust(folder, str(log_key(founded)))
    opened = witnesses.open_witness(folder, lambda: NOW)
    yield opened
    opened.close()
