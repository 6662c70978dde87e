"""A witness on a machine of its own: it needs no log, and answers those that it was told to trust."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kt1custody.cli.face import Face, common
from kt1custody.cli.speech import moment_to_the_second, say, word
from kt1custody.errors import MalformedInputError, RefusedError, UnavailableError
from kt1custody.i18n import one_line

if TYPE_CHECKING:
    from kt1custody.witnessing.answers import WitnessAnswer
    from kt1custody.witnessing.http_server import Served

_PATH = click.Path(path_type=Path)
_SHOWN = 80  # characters of a path that somebody asked for
_dir = click.option(
    "--dir",
    "folder",
    type=_PATH,
    required=True,
    metavar=say("FOLDER"),
    help=say("Folder of the witness; never in a backup."),
)


@click.group(
    help=say(
        "Witnesses cosign the log's checkpoints, so that nobody can cut off or rewrite what they "
        "have seen. A witness belongs to another body than the post and than other witnesses."
    )
)
def witness() -> None:
    """Hold the commands."""


@witness.command(help=say("Make a witness and show its key, for the logs that it will cosign."))
@_dir
@click.option("--name", required=True, metavar=say("NAME"), help=say("Such as congan.tinh.vn/kt1."))
@common
@click.pass_obj
def begin(face: Face, folder: Path, name: str) -> None:
    """Make a witness."""
    from kt1custody.witnessing import witness as witnesses

    key = witnesses.begin(folder, name)
    lines = [
        say("The witness {name} is ready. Its key, for every log that it will cosign:", name=name),
        str(key),
        say("Next: kt1 witness trust with the key of a log, read from paper."),
    ]
    face.answer({"name": name, "key": str(key)}, lines)


@witness.command(help=say("Let the witness cosign a log, known by its key from paper."))
@click.argument("key", metavar=say("KEY"))
@_dir
@common
@click.pass_obj
def trust(face: Face, key: str, folder: Path) -> None:
    """Trust a log."""
    from kt1custody.witnessing import witness as witnesses

    told = witnesses.trust(folder, key)
    opened = witnesses.open_witness(folder, _clock(face))
    lines = [
        say("The log {origin} is trusted.", origin=told.name),
        say("Key of this witness, for the log: {key}", key=opened.verifier_key),
    ]
    face.answer({"origin": told.name, "key": str(opened.verifier_key)}, lines)
    opened.close()


@witness.command(help=say("Answer logs over the network until stopped."))
@_dir
@click.option(
    "--listen",
    required=True,
    metavar=say("HOST:PORT"),
    help=say("Where to listen; port 0 takes any."),
)
@common
@click.pass_obj
def serve(face: Face, folder: Path, listen: str) -> None:
    """Serve a witness."""
    from kt1custody.witnessing import witness as witnesses
    from kt1custody.witnessing.http_server import WitnessServer

    address = _address(listen)
    opened = witnesses.open_witness(folder, _clock(face))

    def tell(one: "Served") -> None:
        at = moment_to_the_second(opened.clock(), face.settings.zone)
        path = one_line(one.path[:_SHOWN])
        face.note(f"{at} {one.peer} {one.method} {path} {one.answer.status}")
        for line in _case_lines(one.answer, folder):
            face.note(f"  {line}")

    try:
        server = WitnessServer(address, opened, tell)
    except OSError as error:
        raise UnavailableError("cannot-listen", name=listen, why=error.strerror or "") from None
    with _until_stopped():
        face.answer({"listening": server.place}, [say("Listening on {place}.", place=server.place)])
        server.serve_forever(poll_interval=0.2)
    server.stop()
    opened.close()
    face.note(say("Stopped."))


@witness.command(help=say("Answer requests that came on a stick; writes FILE.answer beside each."))
@click.argument("requests", nargs=-1, required=True, type=_PATH, metavar=say("FILE…"))
@_dir
@common
@click.pass_obj
def answer(face: Face, requests: tuple[Path, ...], folder: Path) -> None:
    """Answer requests."""
    from kt1custody.witnessing import answers
    from kt1custody.witnessing import witness as witnesses

    opened = witnesses.open_witness(folder, _clock(face))
    lines, told = [], []
    for request in requests:
        done = answers.answer_file(opened, request)
        told.append({"request": str(request), "status": done.status, "case": done.case})
        size = done.body.decode().strip()
        count = int(size) if size.isdecimal() else size
        lines.append(f"{request.name}: {word('answered', str(done.status), count=count)}")
        lines += [f"  {line}" for line in _case_lines(done, folder)]
    opened.close()
    face.answer({"answers": told}, lines)


def _clock(face: Face) -> Callable[[], int]:
    """Give the machine's clock: a witness has no other."""
    from kt1custody import app

    if face.as_of is not None:
        raise RefusedError("as-of-needs-training")
    return app.clock


def _address(listen: str) -> tuple[str, int]:
    host, colon, port = listen.rpartition(":")
    if not colon or not (port.isascii() and port.isdecimal() and int(port) < 65_536):
        raise MalformedInputError("listen-malformed", name=listen)
    return host.removeprefix("[").removesuffix("]"), int(port)


class _Stopped(BaseException):
    """Somebody has asked this program to stop."""


@contextlib.contextmanager
def _until_stopped() -> Iterator[None]:
    """Go on until the program is asked to stop."""

    def stop(*_: object) -> None:
        for kind in (signal.SIGTERM, signal.SIGINT):
            signal.signal(kind, signal.SIG_IGN)
        raise _Stopped

    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, stop)
    with contextlib.suppress(_Stopped):
        yield


def _case_lines(told: "WitnessAnswer", folder: Path) -> list[str]:
    if told.case is None:
        return []
    return [word("case", told.case, folder=folder)]
