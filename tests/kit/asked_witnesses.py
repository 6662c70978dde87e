"""Witnesses as a log asks them: over the network, honest ones and such as answer what a test wants."""

import contextlib
import http.server
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kt1custody.core.formats.note import VerifierKey
from kt1custody.core.log import checkpoint
from kt1custody.core.log.entry import Entry
from kt1custody.core.log.keyring import Control, Witness
from kt1custody.services.session import checkpoint as signing
from kt1custody.services.witness import cosign, coverage
from kt1custody.store import checkpoints
from kt1custody.store.log import LogBook
from kt1custody.witnessing import witness as witnesses
from kt1custody.witnessing.http_server import WitnessServer
from tests.kit import at_counter, cast

NOW = cast.MORNING + 600
Handle = Callable[[str, bytes], tuple[int, bytes]]


@dataclass
class Running:
    """A witness that answers over the network."""

    name: str
    folder: Path
    witness: witnesses.OpenWitness
    server: WitnessServer
    is_up: bool = True

    @property
    def url(self) -> str:
        return f"http://{self.server.place}/"

    @property
    def key(self) -> VerifierKey:
        return self.witness.verifier_key

    @property
    def candidate(self) -> Witness:
        return cosign.candidate(self.key, self.url)

    def stop(self) -> None:
        if not self.is_up:
            return
        self.is_up = False
        self.server.shutdown()
        self.server.stop()
        self.witness.close()


Start = Callable[..., Running]


@contextlib.contextmanager
def answering(handle: Handle) -> Iterator[str]:
    """Run a server that answers whatever a test wants."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, told = handle(self.path, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(told)))
            if 300 <= status < 400:
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_POST = serve  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/w"
    finally:
        server.shutdown()
        server.server_close()


def control_of(world: cast.World) -> Control:
    with world.session.database.read() as connection:
        return LogBook(connection).control


def log_key(world: cast.World) -> VerifierKey:
    return coverage.standing(world.session).log_key


def grow(world: cast.World, *who: str) -> None:
    """Put entries into the log, one for each person."""
    for one in who:
        at_counter.hold(world.session, cast.CLERK, one, "other")


def newest(world: cast.World) -> checkpoint.SignedCheckpoint:
    with world.session.database.read() as connection:
        found = checkpoints.newest(connection)
    assert found is not None
    return checkpoint.read(found[2])


def enrol(world: cast.World, running: Sequence[Running], least: int, *sticks: VerifierKey) -> Entry:
    """Have each cosign, and bring all into force; one more entry."""
    told = cosign.ask(world.session, [one.candidate for one in running])
    assert all(one.is_done for one in told), told
    urls = {one.name: one.url for one in running}
    keys = [*(one.key for one in running), *sticks]
    return at_counter.change_quorum(world.session, keys, least, cast.OFFICERS, urls)


def codes(outcomes: Sequence[cosign.CosignOutcome]) -> dict[str, str]:
    return {one.name: one.code for one in outcomes}


def candidate(key: Ed25519PrivateKey, url: str, name: str = "a.vn/w") -> Witness:
    return Witness(name, key.public_key().public_bytes_raw(), url)


def asked(world: cast.World, one: Witness) -> cosign.CosignOutcome:
    """Ask a bad witness; whatever it says, our note is as it was."""
    signing.give_out(world.session)
    before = newest(world)
    [told] = cosign.ask(world.session, [one])
    assert newest(world) == before
    return told


def roll_back(world: cast.World, copy: Path) -> None:
    """Put data and keys back as they were."""
    world.session.close()
    for name in ("data", "keys"):
        shutil.rmtree(world.folder / name)
        shutil.copytree(copy / name, world.folder / name)
