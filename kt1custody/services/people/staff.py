"""The list of people as handed in, beside what the log knows of them; and the founders' names.

The genesis holds no names, and an officer of the founding is enrolled by it, so there is no act
that could carry a record of the name. The record of the founding machine holds them: its `enrol`
commits to a record with the machine's name and, under `founders`, a name by staff number. Format:
`.docs/formats.md` §7.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kt1custody.core.formats import cbor
from kt1custody.core.log.entry import Entry
from kt1custody.core.log.keyring import Control
from kt1custody.core.manifest import list_rows, lists
from kt1custody.core.manifest.list_rows import Person
from kt1custody.services.registration.catalogue import refuse_wrong
from kt1custody.services.session import here, slips
from kt1custody.services.session.places import read_offices
from kt1custody.services.session.proposal import Proposal, proposing
from kt1custody.services.session.session import Session
from kt1custody.sheets import table
from kt1custody.store.log import LogBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """A list of people that is right.

    Attributes:
        new: Those who have no key yet, in the order of the list.
        known: Those who have one.
        examples: How many rows were left aside as examples.
        unnamed: Numbers of the officers of the founding among them whose names the log may lack.
        is_sure: It lacks all of them: there is no record that could hold one.
    """

    new: tuple[Person, ...]
    known: tuple[Person, ...]
    examples: int
    unnamed: tuple[str, ...]
    is_sure: bool


def read(session: Session, file: Path) -> Staff:
    """Read a list of people; nothing is written.

    Args:
        file: Untrusted CSV or XLSX.

    Raises:
        MalformedInputError: `list-wrong` with `findings`, every wrong cell; `table-unreadable`.
        RefusedError: `no-catalogue`: people name offices, which come first.
    """
    sheet = table.read_file(file, lists.has_header(lists.PEOPLE))
    with session.database.read() as connection:
        book = LogBook(connection)
        made = list_rows.check_people(sheet.lines, sheet.spots, read_offices(book))
        control, machine = book.control, book.entry(0).act.dev
    refuse_wrong(lists.PEOPLE, made.findings)
    has_key = {one.number: control.current_key(one.number) is not None for one in made.values}
    return Staff(
        new=tuple(one for one in made.values if not has_key[one.number]),
        known=tuple(one for one in made.values if has_key[one.number]),
        examples=made.examples,
        unnamed=tuple(
            one.number
            for one in made.values
            if one.number in _founders(control) and one.number not in control.names
        ),
        is_sure=machine not in control.names,
    )


def name_founders(
    session: Session, names: Mapping[str, str], officers: tuple[str, str]
) -> Entry | None:
    """Record the names of officers of the founding who have none in the log yet.

    Args:
        names: Names by staff number; those of others are ignored.

    Returns:
        The entry, or None if there was nothing to record.
    """
    session.unlock(officers)
    with session.database.read() as connection:
        book = LogBook(connection)
        known = slips.names(session, book, officers[0])
        machine, record = _machine(session, book, officers[0])
        fresh = {who: names[who] for who in _founders(book.control) if who in names.keys() - known}
    if not fresh:
        return None
    before = record.get("founders")
    founders: dict[str, cbor.Value] = {**before} if isinstance(before, Mapping) else {}
    told: dict[str, cbor.Value] = {"name": machine, **record, "founders": {**founders, **fresh}}

    def propose() -> Proposal:
        with proposing(session) as pen:
            [commitment] = slips.put(pen, officers[0], [machine], [told])
            own: dict[str, cbor.Value] = {
                "by2": officers[1],
                "key": None,
                "who": machine,
                "role": "device",
                "office": pen.book.control.devices[machine],
                "from": pen.now,
                "to": None,
                "commit": commitment,
            }
            pen.add(pen.draft("enrol", officers[0], own))
            return pen.done()

    return here.carry_out(session, propose)[-1]


def _founders(control: Control) -> list[str]:
    """Give the officers of the founding."""
    return [
        key.owner
        for terms in control.terms.values()
        for key in terms[:1]
        if key.enrolled == 0 and key.role in ("officer", "reserve")
    ]


def _machine(session: Session, book: LogBook, reader: str) -> tuple[str, dict[str, cbor.Value]]:
    """Give the machine of the founding, and what its record says already."""
    machine = book.entry(0).act.dev
    commitment = book.control.names.get(machine)
    if commitment is None:
        return machine, {}
    opener = slips.reader_of(session, book, reader)
    return machine, opener.open(commitment, machine) or {}
