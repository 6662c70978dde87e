"""Whatever clerks do in whatever order, a serial is printed once and an item ends with one label."""

import itertools
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.custody.table import Status
from kt1custody.core.formats import numbers
from kt1custody.errors import RefusedError
from kt1custody.services.seals.resume import CameOut
from kt1custody.services.session import print_book
from kt1custody.signing.person_keys import PersonKey
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast, nightly, paper

ITEMS = 4
DOINGS = ("bind", "jam", "print", "void", "reprint", "lost-file")  # the first is the simplest
# A clerk may be told so, and then does something else.
TOLD = {"printed-already", "nothing-to-print", "nothing-missing", "not-possible", "job-unknown"}


@dataclass
class Table:
    """A counter's table: the sheets that came out, and what the log knows."""

    world: cast.World
    items: tuple[int, ...]
    sheets: list[Path] = field(default_factory=list)
    minutes: "itertools.count[int]" = field(default_factory=lambda: itertools.count(10))

    def sheet(self) -> Path:
        self.sheets.append(self.world.folder / f"{len(self.sheets)}.pdf")
        return self.sheets[-1]

    def living(self) -> dict[int, int]:
        """Give every living serial that is not bound, with its item."""
        with self.world.session.database.read() as connection:
            book = LogBook(connection)
            states = {one.n: one for one in book.items()}
            printed = book.serials_of(states)
        return {
            serial: n
            for n, serial in printed
            if serial not in states[n].voided and serial != states[n].seal
        }

    def chosen(self, mask: int) -> list[int]:
        return [n for place, n in enumerate(self.items) if mask >> place & 1]

    def do(self, doing: str, mask: int) -> None:
        session = self.world.at(next(self.minutes))
        chosen = self.chosen(mask)
        if doing == "print":
            given = [str(n) for n in chosen]
            at_counter.print_seals(session, cast.CLERK, given, self.sheet(), confirm=cast.yes)
        elif doing == "bind":
            scans = [self.spell(serial) for serial, n in self.living().items() if n in chosen]
            if scans:
                at_counter.bind(session, cast.CLERK, None, scans, confirm=cast.yes)
        elif doing in ("jam", "lost-file"):
            self.jam(chosen if doing == "jam" else [])
        elif chosen:
            reprint = self.sheet() if doing == "reprint" else None
            number = str(chosen[0])
            at_counter.void(
                session, cast.CLERK, None, number, "torn", reprint=reprint, confirm=cast.yes
            )

    def jam(self, came_out: list[int]) -> None:
        """Say of the newest job which labels are there; the others must come anew, no more."""
        living = self.living()
        if not living:
            return
        given = self.spell(max(living))
        job = print_book.job(self.world.session, given)
        of_job = {one.serial: one.item.n for one in job.labels}
        waits = {serial: n for serial, n in living.items() if serial in of_job}
        heard = [self.spell(serial) for serial, n in waits.items() if n in came_out]
        sheet = self.sheet()
        at_counter.resume(
            self.world.session, cast.CLERK, None, given, CameOut(heard), sheet,
            confirm=lambda job, missing: True,
        )  # fmt: skip
        wanted = [(n, copy) for n in waits.values() if n not in came_out for copy in (1, 2)]
        assert [(one.n, one.copy) for one in paper.seals_on(sheet)] == wanted

    def spell(self, serial: int) -> str:
        return numbers.format_serial(serial)

    def finish(self) -> None:
        """Print what has no label, and bind all."""
        self.do("print", 0) if self.unprinted() else None
        self.do("bind", 2**ITEMS - 1)

    def unprinted(self) -> set[int]:
        with self.world.session.database.read() as connection:
            items = LogBook(connection).items()
        waiting = {one.n for one in items if one.status == Status.REGISTERED}
        return waiting - set(self.living().values())


@pytest.fixture(scope="module")
def template(_founded: cast.World) -> cast.World:
    return _founded


@pytest.mark.slow
@nightly.examples(gate=3, nightly=100)
@given(
    doings=st.lists(
        st.tuples(st.sampled_from(DOINGS), st.integers(0, 2**ITEMS - 1)), min_size=2, max_size=9
    )
)
def test_every_item_ends_with_one_label_and_every_serial_is_used_once(
    template: cast.World, keys: Mapping[str, PersonKey], doings: list[tuple[str, int]]
):
    with tempfile.TemporaryDirectory() as folder:
        world = cast.copy_world(template, Path(folder))
        world.session.admit_all(keys)
        manifest = cast.write_manifest(world.folder / "sang.csv", ITEMS)
        table = Table(
            world, at_counter.import_manifest(world.at(5), lambda: cast.CLERK, manifest).numbers
        )
        for doing, mask in [("print", 0), *doings]:
            try:
                table.do(doing, mask)
            except RefusedError as error:
                if error.code not in TOLD:
                    raise
        table.finish()
        with world.session.database.read() as connection:
            items = LogBook(connection).items()
        assert {one.status for one in items} == {Status.HELD}
        assert len({one.seal for one in items}) == ITEMS
        assert table.living() == {}
        sheets = [sheet for sheet in table.sheets if sheet.exists()]
        paper.check(world.session, sheets)
        shown = {(one.n, one.serial) for sheet in sheets for one in paper.seals_on(sheet)}
        assert {(one.n, one.seal) for one in items} <= shown
        world.session.close()
