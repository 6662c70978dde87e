"""The closed lists of offices and agencies: read from a file, brought into force by two officers.

**Rule:** an act names a list by the hash of its bytes; what is not in the list in force can
neither send nor receive. A list with a wrong row is refused as a whole, all wrong rows named.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kt1custody.core.formats import cbor, places
from kt1custody.core.formats.places import Agency, Office
from kt1custody.core.manifest import list_rows, lists
from kt1custody.core.manifest.layout import Line, RowFinding, Spot
from kt1custody.errors import MalformedInputError, RefusedError, VerificationError
from kt1custody.services.session.given_file import GivenFile
from kt1custody.services.session.places import read_agencies, read_offices
from kt1custody.services.session.proposal import Proposer
from kt1custody.services.session.session import Session
from kt1custody.services.session.use_case import UseCase
from kt1custody.sheets import table
from kt1custody.sheets.table import MAX_BYTES as MAX_BYTES
from kt1custody.store.log import LogBook


@dataclass(frozen=True, slots=True, kw_only=True)
class NewList:
    """A list of offices or agencies that is right, before anybody has signed for it.

    Attributes:
        kind: `offices` or `agencies`.
        content: Its bytes as a catalogue.
        rows: How many there are.
        examples: Rows left aside as examples.
        words: How many rows of each kind of office or agency.
        new: Codes that the list in force does not have; `gone` those that only it has, `changed`
            those whose row says something else there.
        is_in_force: The log names these very bytes already, and they are here.
    """

    kind: str
    content: bytes
    rows: int
    examples: int
    words: Mapping[str, int]
    new: tuple[str, ...]
    gone: tuple[str, ...]
    changed: tuple[str, ...]
    is_in_force: bool


def read(session: Session, kind: str, file: GivenFile) -> NewList:
    """Read a list and compare it with the one in force; nothing is written.

    Args:
        kind: `offices` or `agencies`.
        file: Untrusted CSV or XLSX.

    Raises:
        MalformedInputError: `list-wrong` with `findings`, every wrong cell; `table-unreadable`.
        RefusedError: `no-catalogue`: agencies name offices, which come first.
    """
    sheet = table.read_file(file.name, file.content, lists.has_header(kind))
    return _compared(session, kind, sheet.lines, sheet.spots)


def with_row(session: Session, kind: str, cells: Mapping[str, str]) -> NewList:
    """Put one row into the list in force, in the place of the one that it changes; as `read`.

    Args:
        kind: `offices` or `agencies`.
        cells: Untrusted text by column. An office is known by its number, an agency by its code.
    """
    columns = lists.COLUMNS[kind]
    known_by = "number" if kind == lists.OFFICES else "code"
    with session.database.read() as connection:
        others = [
            [str(getattr(one, key)) for key in columns]
            for one in _in_force(LogBook(connection), kind)
            if str(getattr(one, known_by)) != cells[known_by].strip()
        ]
    rows = [[column.title for column in columns.values()], [cells[key] for key in columns], *others]
    return _compared(session, kind, list(enumerate(rows, 1)), ())


def _compared(session: Session, kind: str, lines: Sequence[Line], spots: Iterable[Spot]) -> NewList:
    """Check the rows of a list and compare it with the one in force; raises as `read`."""
    with session.database.read() as connection:
        book = LogBook(connection)
        made: list_rows.CheckedList[Office] | list_rows.CheckedList[Agency]
        if kind == lists.OFFICES:
            made = list_rows.check_offices(lines, spots, book.control.office)
        else:
            made = list_rows.check_agencies(lines, spots, read_offices(book))
        before = {one.code: one for one in _in_force(book, kind)}
        named = book.control.catalogues.get(kind)
    refuse_wrong(kind, made.findings)
    after, content = {one.code: one for one in made.values}, _content(kind, made.values)
    return NewList(
        kind=kind,
        content=content,
        rows=len(after),
        examples=made.examples,
        words=Counter(one.kind for one in made.values),
        new=tuple(code for code in after if code not in before),
        gone=tuple(code for code in before if code not in after),
        changed=tuple(code for code in after if code in before and before[code] != after[code]),
        is_in_force=bool(before) and named == hashlib.sha256(content).digest(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BringIntoForce(UseCase[NewList]):
    """Bring a list of offices or agencies, that `read` has given, into force."""

    new_list: NewList
    officers: tuple[str, str]

    def propose(self, pen: Proposer) -> NewList:
        """Add the `catalogue`."""
        own: dict[str, cbor.Value] = {
            "by2": self.officers[1],
            "kind": self.new_list.kind,
            "hash": hashlib.sha256(self.new_list.content).digest(),
            "from": pen.now,
        }
        pen.add(pen.draft("catalogue", self.officers[0], own))
        pen.keep_list(self.new_list.content)
        return self.new_list


def refuse_wrong(kind: str, findings: Sequence[RowFinding]) -> None:
    """Refuse a list with findings, all of them at once.

    Raises:
        MalformedInputError: `list-wrong` with `what`, `count` and `findings`.
    """
    if findings:
        told = [{"row": f.row, "stt": f.stt, "column": f.column, "code": f.code} for f in findings]
        count = len({one.row for one in findings})
        raise MalformedInputError("list-wrong", what=kind, count=count, findings=told)


def _content(kind: str, rows: Iterable[Office | Agency]) -> bytes:
    if kind == lists.OFFICES:
        return places.write_offices(one for one in rows if isinstance(one, Office))
    return places.write_agencies(one for one in rows if isinstance(one, Agency))


def _in_force(book: LogBook, kind: str) -> tuple[Office, ...] | tuple[Agency, ...]:
    try:
        return read_offices(book) if kind == lists.OFFICES else read_agencies(book)
    except (RefusedError, VerificationError):  # none yet, or its bytes were changed
        return ()
