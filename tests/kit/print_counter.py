"""A counter with registered items and a printer, for tests of print jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import numbers
from kt1custody.errors import KtError
from kt1custody.services.seals.resume import CameOut
from kt1custody.services.session import print_book
from kt1custody.services.session.print_book import PrintJob
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.at_counter import Job


@dataclass
class PrintCounter:
    """A counter with some registered items and a printer."""

    world: cast.World
    items: tuple[int, ...]

    def file(self, name: str) -> Path:
        return self.world.folder / name

    def print(self, name: str, at: int = 10) -> Job:
        session = self.world.at(at)
        return at_counter.print_seals(session, cast.CLERK, [], self.file(name), confirm=cast.yes)

    def scans(self, job: Job, places: Sequence[int]) -> list[str]:
        return [numbers.format_serial(job.serials[place - 1][1]) for place in places]

    def bind(self, job: Job, places: Sequence[int]) -> None:
        scans = self.scans(job, places)
        at_counter.bind(self.world.session, cast.CLERK, cast.CONTROLLER, scans, confirm=cast.yes)

    def resume(self, job: Job, came_out: CameOut, name: str, witness: str | None = None) -> Job:
        given = numbers.format_serial(job.number)
        _, made = at_counter.resume(
            self.world.at(15), cast.CLERK, witness, given, came_out, self.file(name),
            confirm=lambda job, missing: True,
        )  # fmt: skip
        return made

    def job_of(self, job: Job) -> PrintJob:
        return print_book.job(self.world.session, numbers.format_serial(job.number))

    def states(self, job: Job) -> list[str]:
        return [one.state for one in self.job_of(job).labels]

    def state(self, n: int) -> ItemState:
        with self.world.session.database.read() as connection:
            state = LogBook(connection).item(n)
        assert state is not None
        return state

    def seq(self) -> int:
        with self.world.session.database.read() as connection:
            return LogBook(connection).seq


def refused(code: str) -> pytest.RaisesExc[KtError]:
    return pytest.RaisesExc(KtError, match=code)


def marked(counter: PrintCounter) -> int:
    """Register one item of mark A."""
    manifest = counter.file("a.csv")
    lines = cast.MANIFEST.read_text("utf-8-sig").splitlines()
    rows = [line for line in lines[1:] if ",A," in line][:1]
    manifest.write_text("\n".join([lines[0], *rows]), "utf-8")
    made = at_counter.import_manifest(counter.world.at(6), lambda: cast.CLERK, manifest)
    assert made.numbers, made.findings
    return made.numbers[0]
