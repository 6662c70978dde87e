"""Filling in items: what may be asked of them before they are whole.

**Rule:** read-only; the rules are those of a manifest's row.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from kt1custody.core.custody.table import ItemState
from kt1custody.core.manifest.layout import RowFinding
from kt1custody.core.manifest.manifest import CheckedManifest
from kt1custody.core.manifest.row import lead_hours
from kt1custody.errors import RefusedError
from kt1custody.services.registration import register, sent_again
from kt1custody.services.registration.references import References
from kt1custody.services.registration.register import Rows
from kt1custody.services.registration.sent_again import Again
from kt1custody.services.session.proposal import proposing
from kt1custody.services.session.session import Session
from kt1custody.store.log import LogBook

# What a clerk sees on every envelope before it is accepted; faults go back to the sender first.
ENVELOPE = ("intact", "glued", "stamped", "no-word", "two-for-a")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledIn:
    """Items as far as they are filled in, held against the rules and against what came before.

    Attributes:
        earlier: Row → item that the office has accepted this year under the same reference.
    """

    checked: CheckedManifest
    earlier: Mapping[int, ItemState]


def check(session: Session, cells: Mapping[str, str]) -> tuple[RowFinding, ...]:
    """Say what is wrong with an item, by the same rules, while it is being filled in.

    Nobody's key is needed. What only slips can tell (a reference that was accepted already) is not
    looked for.

    Args:
        cells: As of `register.one_row`; what is not filled in yet is found missing.

    Raises:
        RefusedError: `no-catalogue`.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        now = register.counter(session, book, session.now(book.control))
    return tuple(register.one_row(session, cells).check(now).findings)


def compare(session: Session, staff: str, rows: Rows, again: Again) -> FilledIn:
    """Say what is wrong with items, and which of them their office has accepted this year already.

    Args:
        staff: Who accepts them; what opens records for them is in the session.
        again: As of `Register`.

    Raises:
        NotAllowedError: `locked`.
        RefusedError: `no-catalogue`; `manifest-registered-already`, with its first and last item.
    """
    with proposing(session) as pen:
        now = register.counter(session, pen.book, pen.now)
        year = datetime.fromtimestamp(pen.now, session.zone).year
        references = References.of(pen, staff)
        checked = rows.check(now)
        if not checked.findings and (file_hash := register.hash_of_file(rows, checked)):
            references.refuse_same(year, file_hash)
        accepted = {key: references.first(year, key) for key in set(checked.references.values())}
        known = frozenset(key for key, n in accepted.items() if n is not None)
        checked = rows.check(replace(now, known=sent_again.new_keys(checked, known, again)))
        if not checked.findings:
            checked = sent_again.noted(checked, now, again)
        states = {
            row: pen.book.item(n)
            for row, key in checked.references.items()
            if (n := accepted.get(key)) is not None
        }
        earlier = {
            row: pen.book.by_right_clock(state)
            for row, state in states.items()
            if state is not None
        }
    return FilledIn(checked=checked, earlier=earlier)


def refuse_unchecked(ticked: Collection[str]) -> None:
    """Refuse items whose envelopes were not looked at.

    Args:
        ticked: Of `ENVELOPE`.

    Raises:
        RefusedError: `envelope-unchecked`.
    """
    if not set(ENVELOPE) <= set(ticked):
        raise RefusedError("envelope-unchecked")


def earliest_appointment(session: Session, recipient: str) -> int | None:
    """Give the first time that may be agreed with a recipient now, Unix seconds UTC.

    Args:
        recipient: Code of an agency; None is given for one that is not in the list.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        now = register.counter(session, book, session.now(book.control))
    agency = now.places.agencies.get(recipient)
    dest = None if agency is None else now.places.destination(agency)
    if dest is None:
        return None
    at = now.at + lead_hours(dest, now) * 3600
    return -(-at // 60) * 60  # a whole minute, as it is typed
