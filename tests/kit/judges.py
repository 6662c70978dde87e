"""Every verifier that a stranger may have in hand, asked the same question the same way."""

import contextlib
import io
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from kt1custody.cli.main import kt1
from tests.kit import cast, forge
from tests.kit.html_page import Verifier
from tests.kit.package import PACKAGE

PROGRAMS = PACKAGE / "verifiers"


@dataclass(frozen=True)
class Held:
    """What somebody outside holds: typed codes and files."""

    anchors: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()

    def words(self) -> list[str]:
        """Spell it for a command line."""
        told = [word for code in self.anchors for word in ("--anchor", code)]
        return told + [word for path in self.files for word in ("--against", str(path))]


NOTHING = Held()


@dataclass(frozen=True)
class Answer:
    """What a verifier says.

    Attributes:
        verdict: `match`, `not-enough`, `missing` or `wrong`; `no-bundle`.
        kinds: Of its findings.
        positions: That its findings name, in order.
        not_checked: Codes of what it says that it did not check.
    """

    verdict: str
    kinds: frozenset[str] = frozenset()
    positions: tuple[int, ...] = ()
    not_checked: frozenset[str] = frozenset()
    told: dict[str, Any] = field(default_factory=dict, compare=False)


Ask = Callable[[Path, str | None, Held], Answer]  # folder, genesis hash, what is held against it


def by_program(folder: Path, genesis: str | None = None, held: Held = NOTHING) -> Answer:
    """Ask `kt1 verify`."""
    asked = ["--json", "verify", str(folder), *_genesis(genesis), *held.words()]
    done = CliRunner().invoke(kt1, asked)
    if done.exit_code == 2:
        return Answer("no-bundle")
    return _read(json.loads(done.stdout), done.exit_code)


def of_machine(world: cast.World, genesis: str, held: Held = NOTHING) -> Answer:
    """Ask `kt1 verify` of a machine's own log."""
    places = ["--data", str(world.session.data), "--keys", str(world.session.keys), "--json"]
    done = CliRunner().invoke(kt1, [*places, "verify", *_genesis(genesis), *held.words()])
    return _read(json.loads(done.stdout), done.exit_code)


def by_script(folder: Path, genesis: str | None = None, held: Held = NOTHING) -> Answer:
    """Ask verify.py."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
        code = forge.verifier.main([str(folder), *_genesis(genesis), *held.words(), "--json"])
    return Answer("no-bundle") if code == 2 else _read(json.loads(said.getvalue()), code)


def by_process(folder: Path, genesis: str | None = None, held: Held = NOTHING) -> Answer:
    """Ask verify.py as a process of its own, as a stranger does."""
    asked = [str(folder), *_genesis(genesis), *held.words(), "--json"]
    done = subprocess.run(
        [sys.executable, "-B", str(PROGRAMS / "verify.py"), *asked],
        capture_output=True,
        check=False,
    )
    if done.returncode == 2:
        return Answer("no-bundle")
    return _read(json.loads(done.stdout), done.returncode)


class Page:
    """The page verify.html in a browser."""

    def __init__(self) -> None:
        self._open: Verifier | None = None

    def __call__(self, folder: Path, genesis: str | None = None, held: Held = NOTHING) -> Answer:
        """Ask it."""
        self._open = self._open or Verifier()
        told = self._open.alone(folder, genesis, held.anchors, held.files)
        if told["verdict"] == "no-bundle":
            return Answer("no-bundle")
        return _read(told, forge.verifier.VERDICTS[told["verdict"]][0])

    def close(self) -> None:
        """End the browser."""
        if self._open is not None:
            self._open.close()
            assert self._open.page.complaints == []


def _genesis(genesis: str | None) -> Sequence[str]:
    return ("--genesis", genesis) if genesis else ()


def _read(told: dict[str, Any], code: int) -> Answer:
    assert code == forge.verifier.VERDICTS[told["verdict"]][0]
    positions = {one["seq"] for one in told["findings"]} - {None}
    return Answer(
        told["verdict"],
        frozenset(one["kind"] for one in told["findings"]),
        tuple(sorted(positions)),
        frozenset(one.partition(":")[0] for one in told["not_checked"]),
        told,
    )
