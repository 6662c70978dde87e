"""People, their keys, and the catalogues: what two officers change, and what anybody may stop.

**Rule:** every key enters by an act of two officers with proof of possession and leaves by one.
Anybody on duty may put a person or device on hold at once.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kt1custody.core import cbor, numbers, places, spelling
from kt1custody.core.act import PEOPLE_ROLES
from kt1custody.core.entry import Entry
from kt1custody.errors import MalformedInputError, RefusedError
from kt1custody.services import slips
from kt1custody.services.append import Pen, writing
from kt1custody.services.desk import Desk
from kt1custody.services.found import key_map
from kt1custody.services.places import read_places
from kt1custody.sheets import table
from kt1custody.signing import key_files
from kt1custody.store import records
from kt1custody.store.log import LogBook

OFFICE_COLUMNS = ("ma", "ma_so", "ten", "loai", "don_vi_hc")
AGENCY_COLUMNS = ("ma", "ten", "loai", "don_vi_hc", "dia_chi", "diem_phat", "hieu_luc_tu")
PEOPLE_COLUMNS = ("ma", "ho_ten", "vai_tro", "don_vi")


@dataclass(frozen=True, slots=True)
class Person:
    """A line of the list of staff."""

    number: str
    name: str
    role: str
    office: int


def load_catalogue(desk: Desk, kind: str, file: Path, officers: tuple[str, str]) -> Entry:
    """Bring a new list of offices or agencies into force.

    Args:
        kind: `offices` or `agencies`.
        file: Untrusted CSV.

    Raises:
        MalformedInputError: What `sheets` and `core.places` refuse; nothing was written.
    """
    if kind == "offices":
        content = places.write_offices(_offices(file))
    else:
        content = places.write_agencies(_agencies(file))
    digest = hashlib.sha256(content).digest()
    desk.unlock(officers)
    with writing(desk) as pen:
        records.put_catalogue(pen.book.connection, digest, content)
        own: dict[str, cbor.Value] = {
            "by2": officers[1],
            "kind": kind,
            "hash": digest,
            "from": pen.now,
        }
        return pen.add(pen.draft("catalogue", officers[0], own))


def enrol(desk: Desk, file: Path, officers: tuple[str, str]) -> list[str]:
    """Enrol everybody in a list who has no key yet; makes key files where they are missing.

    Args:
        file: Untrusted CSV.

    Returns:
        Staff numbers that were enrolled; all in one transaction.
    """
    with desk.database.read() as connection:
        book = LogBook(connection)
        known = read_places(book)
        people = [
            person
            for person in _people(file, known)
            if book.control.current_key(person.number) is None
        ]
        training = book.control.training
    desk.unlock(officers)
    for person in people:
        _make_key(desk, person, training=training)
    with writing(desk) as pen:
        for person in people:
            _enrol_one(pen, person, officers)
    return [person.number for person in people]


def hold(desk: Desk, by: str, who: str, reason: str) -> Entry:
    """Stop a person or device at once; what they do from now on is marked."""
    desk.unlock([by])
    with writing(desk) as pen:
        _refuse_unknown(pen.book, who)
        return pen.add(pen.draft("hold", by, {"who": who, "reason": reason}))


def lift(desk: Desk, who: str, reason: str, officers: tuple[str, str]) -> Entry:
    """End a hold."""
    desk.unlock(officers)
    with writing(desk) as pen:
        if who not in pen.book.control.holds:
            raise RefusedError("not-on-hold", who=who)
        own: dict[str, cbor.Value] = {"by2": officers[1], "who": who, "reason": reason}
        return pen.add(pen.draft("lift", officers[0], own))


def revoke(
    desk: Desk, who: str, reason: str, since: int | None, officers: tuple[str, str]
) -> Entry:
    """End a person's key.

    Args:
        since: From when it is not to be trusted, Unix seconds UTC; None: from now.
    """
    desk.unlock(officers)
    with writing(desk) as pen:
        key = pen.book.control.current_key(who)
        if key is None:
            raise RefusedError("no-such-person", who=who)
        begin = pen.now if since is None else since
        own: dict[str, cbor.Value] = {
            "by2": officers[1],
            "kid": key.kid,
            "since": begin,
            "reason": reason,
        }
        return pen.add(pen.draft("revoke", officers[0], own))


def _refuse_unknown(book: LogBook, who: str) -> None:
    if book.control.current_key(who) is None and who not in book.control.devices:
        raise RefusedError("no-such-person", who=who)


def _make_key(desk: Desk, person: Person, *, training: bool) -> None:
    """Make a key file, or open the one that an interrupted enrolment has left."""
    if (desk.keys / f"{person.number}.key").exists():
        desk.unlock([person.number])
        return
    pin = desk.ask_pin(person.number)
    key_files.check_pin(pin, officer=person.role in ("officer", "reserve"))
    cost = key_files.TRAINING if training else key_files.NORMAL
    desk.admit(key_files.create(desk.keys, person.number, pin, cost))


def _enrol_one(pen: Pen, person: Person, officers: tuple[str, str]) -> None:
    own = pen.desk.person(person.number)
    [commitment] = slips.put(pen, officers[0], [person.number], [{"name": person.name}])
    control = pen.book.control
    key = key_map(control.origin, person.number, person.role, own.signing, own.opening.public())
    fields: dict[str, cbor.Value] = {
        "by2": officers[1],
        "key": key,
        "who": person.number,
        "role": person.role,
        "office": person.office,
        "from": pen.now,
        "to": None,
        "commit": commitment,
    }
    pen.add(pen.draft("enrol", officers[0], fields))
    enrolled = control.keys[own.signing.kid]
    if enrolled in slips.readers(control):
        slips.share_all(pen, officers[0], enrolled)


def _rows(file: Path, columns: Sequence[str]) -> list[tuple[int, list[str]]]:
    sheet = table.read_file(file)
    if tuple(sheet.header) != tuple(columns):
        raise MalformedInputError("wrong-columns", expected=", ".join(columns))
    return [(number, [spelling.tidy(cell) for cell in cells]) for number, cells in sheet.rows]


def _offices(file: Path) -> list[places.Office]:
    found = []
    for line, (code, number, name, kind, unit) in _rows(file, OFFICE_COLUMNS):
        if not (number.isascii() and number.isdecimal()):
            raise MalformedInputError(
                "catalogue-malformed", what="offices", why="number", line=line
            )
        found.append(places.Office(int(number[:9]), code, name, kind, unit))
    return found


def _agencies(file: Path) -> list[places.Agency]:
    return [places.Agency(*cells) for _, cells in _rows(file, AGENCY_COLUMNS)]


def _people(file: Path, known: places.Places) -> list[Person]:
    found = []
    for line, (number, name, role, office) in _rows(file, PEOPLE_COLUMNS):
        place = known.office_codes.get(office)
        sound = numbers.is_staff_number(number) and role in PEOPLE_ROLES and 0 < len(name) <= 100
        if not sound or place is None or spelling.has_bad_characters(name):
            raise MalformedInputError("people-malformed", line=line)
        found.append(Person(number, name, role, place.number))
    if len({person.number for person in found}) != len(found):
        raise MalformedInputError("people-malformed", line=0)
    return found
