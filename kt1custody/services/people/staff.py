"""The list of people as handed in, beside what the log knows of them; and the founders' names.

The genesis holds no names, and an officer of the founding is enrolled by it, so there is no act
that could carry a record of the name. The record of the founding machine holds them: its `enrol`
commits to a record with the machine's name and, under `founders`, a name by staff number. Format:
`.docs/formats.md` §7.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from kt1custody.core.formats import cbor
from kt1custody.core.log.keyring import Control
from kt1custody.core.manifest import list_rows, lists
from kt1custody.core.manifest.list_rows import Person
from kt1custody.services.registration.catalogue import refuse_wrong
from kt1custody.services.session import slips
from kt1custody.services.session.given_file import GivenFile
from kt1custody.services.session.places import read_offices
from kt1custody.services.session.proposal import Proposer
from kt1custody.services.session.session import Session
from kt1custody.services.session.use_case import UseCase
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


def read(session: Session, file: GivenFile) -> Staff:
    """Read a list of people; nothing is written.

    Args:
        file: Untrusted CSV or XLSX.

    Raises:
        MalformedInputError: `list-wrong` with `findings`, every wrong cell; `table-unreadable`.
        RefusedError: `no-catalogue`: people name offices, which come first.
    """
    sheet = table.read_file(file.name, file.content, lists.has_header(lists.PEOPLE))
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


@dataclass(frozen=True, slots=True, kw_only=True)
class NameFounders(UseCase[None]):
    """Record the names of officers of the founding who have none in the log yet.

    Attributes:
        names: Names by staff number; those of others are ignored.
    """

    names: Mapping[str, str]
    officers: tuple[str, str]

    def propose(self, pen: Proposer) -> None:
        """Add the `enrol` of the founding's machine with their names; nothing if all have one."""
        machine, record, known = pen.book.entry(0).act.dev, {}, {}
        if not pen.is_trial:
            known = slips.names(pen.session, pen.book, self.officers[0])
            record = _machine_record(pen, machine, self.officers[0])
        founders = _founders(pen.book.control)
        fresh = {who: self.names[who] for who in founders if who in self.names.keys() - known}
        if not fresh:
            return
        before = record.get("founders")
        named: dict[str, cbor.Value] = {**before} if isinstance(before, Mapping) else {}
        content: dict[str, cbor.Value] = {
            "name": machine,
            **record,
            "founders": {**named, **fresh},
        }
        [commitment] = slips.put(pen, self.officers[0], [machine], [content])
        own: dict[str, cbor.Value] = {
            "by2": self.officers[1],
            "key": None,
            "who": machine,
            "role": "device",
            "office": pen.book.control.devices[machine],
            "from": pen.now,
            "to": None,
            "commit": commitment,
        }
        pen.add(pen.draft("enrol", self.officers[0], own))


def _founders(control: Control) -> list[str]:
    """Give the officers of the founding."""
    return [
        key.owner
        for terms in control.terms.values()
        for key in terms[:1]
        if key.enrolled == 0 and key.role in ("officer", "reserve")
    ]


def _machine_record(pen: Proposer, machine: str, reader: str) -> dict[str, cbor.Value]:
    """Give what the record of the founding's machine says already."""
    commitment = pen.book.control.names.get(machine)
    if commitment is None:
        return {}
    return slips.reader_of(pen.session, pen.book, reader).open(commitment, machine) or {}
