"""Looking: what somebody holds, which items are open, and the story of one item.

**Rule:** read-only. The story comes from the log's entries, with its gaps; a slip is shown only to
the clerk or controller whose key opens it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kt1custody.core.custody import custody_story
from kt1custody.core.custody.story import Happening
from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats.item import Slip
from kt1custody.core.formats.places import Places
from kt1custody.errors import KtError, RefusedError
from kt1custody.services.custody import story as telling
from kt1custody.services.session import lost, readings, scan, slips
from kt1custody.services.session.lost import Declared
from kt1custody.services.session.places import read_places
from kt1custody.services.session.session import Session
from kt1custody.store import db, records
from kt1custody.store.log import LogBook


@dataclass(frozen=True, slots=True)
class ItemStory:
    """All that the log says of one item.

    Attributes:
        state: As the log's tables have it, by the right clock.
        custody: Who had it when, as its entries show; None if its registration does not hold.
        slip: The confidential record, if it was asked for and could be opened.
        names: Names of people by staff number, likewise.
        lost: The act that declared the record lost, if it is not here.
    """

    state: ItemState
    custody: custody_story.CustodyStory | None
    places: Places | None
    slip: Slip | None
    names: dict[str, str]
    lost: Declared | None = None

    @property
    def happenings(self) -> tuple[Happening, ...]:
        """Every act about the item, in the log's order."""
        return () if self.custody is None else self.custody.steps


def held(session: Session, holder: str) -> list[ItemState]:
    """List what a person or office holds now.

    Raises:
        RefusedError: `no-such-holder`.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        # Who has left may still hold items, and that is when one asks.
        people = {key.owner for key in book.control.keys.values()}
        if holder not in people | _offices(book):
            raise RefusedError("no-such-holder", who=holder)
        return book.items(holder=holder)


def by_right_clock(session: Session, states: Sequence[ItemState]) -> list[ItemState]:
    """Give states as they are shown to people, where times that lay ahead were put right."""
    with session.database.read() as connection:
        return [*map(LogBook(connection).by_right_clock, states)]


def contested(session: Session) -> list[ItemState]:
    """List the items of which two steps contradict each other, by number."""
    with session.database.read() as connection:
        book = LogBook(connection)
        return [*map(book.by_right_clock, book.items(is_contested=True))]


def listed(
    session: Session, *, holder: str | None, is_open: bool, is_unsealed: bool
) -> list[ItemState]:
    """List items by number."""
    with session.database.read() as connection:
        return LogBook(connection).items(holder=holder, is_open=is_open, is_unsealed=is_unsealed)


def unsealed(session: Session, office: int) -> list[ItemState]:
    """List what an office holds and no seal is stuck on yet, by number."""
    return listed(session, holder=str(office), is_open=True, is_unsealed=True)


def scanned(session: Session, given: str) -> tuple[scan.Scanned, ItemState]:
    """Say which item a scan names and how it stands, by the right clock; raises as `story`.

    Args:
        given: Untrusted: its number, or the text of its seal.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        seen = scan.item(book, given)
        state = book.item(seen.n)
        if state is None:
            raise RefusedError("no-such-item", n=seen.n)
        return seen, book.by_right_clock(state)


def check_item(session: Session, given: str) -> None:
    """Refuse an item that is not registered, before anybody types a PIN; raises as `story`."""
    with session.database.read() as connection:
        book = LogBook(connection)
        scanned = scan.item(book, given)
        if book.item(scanned.n) is None:
            raise RefusedError("no-such-item", n=scanned.n)


def story(session: Session, given: str, reader: str | None = None) -> ItemStory:
    """Tell the story of an item.

    Args:
        given: Untrusted: its number, its seal, or a picture of it.
        reader: Clerk or controller, unlocked in this session, for whom the slip and the names are
            opened; or None.

    Raises:
        RefusedError: `no-such-item`.
        NotAllowedError: `locked`, `no-access`, `no-office-key`; `slip-elsewhere`: it did not
            come to the reader's office.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        scanned = scan.item(book, given)
        state = book.item(scanned.n)
        if state is None:
            raise RefusedError("no-such-item", n=scanned.n)
        slip, names = (None, {}) if reader is None else _open(session, book, state, reader)
        return ItemStory(
            book.by_right_clock(state),
            telling.tell(book, state.n, session.now(book.control)),
            read_places(book) if "offices" in book.control.catalogues else None,
            slip,
            names,
            None
            if records.find(connection, state.commit)
            else lost.declared(book).get(state.commit),
        )


def places(session: Session) -> Places | None:
    """Give the offices and agencies in force, or None before they are loaded."""
    with session.database.read() as connection:
        book = LogBook(connection)
        known = book.control.catalogues.keys() >= {"offices", "agencies"}
        return read_places(book) if known else None


def is_founded(session: Session) -> bool:
    """Tell whether there is a log here."""
    return (session.data / db.NAME).exists()


def is_training(session: Session) -> bool:
    """Tell whether the log here is only for practice; so is what is no log yet."""
    if not is_founded(session):
        return True
    with session.database.read() as connection:
        return LogBook(connection).control.training


def training_genesis(session: Session) -> bytes | None:
    """Give the genesis hash of a log for practice; None of any other, and of what is no log."""
    try:
        with session.database.read() as connection:
            control = LogBook(connection).control
    except KtError:
        return None
    return control.genesis if control.training else None


def clerks(session: Session) -> list[str]:
    """List the clerks of the founding office, by staff number."""
    with session.database.read() as connection:
        control = LogBook(connection).control
    return sorted(
        key.owner
        for key in control.keys.values()
        if key.role == "clerk" and key.office == control.office and key.kid not in control.revoked
    )


def _offices(book: LogBook) -> set[str]:
    control = book.control
    return {str(key.office) for key in control.keys.values()} | {str(control.office)}


def _open(
    session: Session, book: LogBook, state: ItemState, reader: str
) -> tuple[Slip | None, dict[str, str]]:
    slip = slips.reader_of(session, book, reader).slip(state.commit, state.n)
    if slip is not None:
        readings.note(session, book, reader, "story", [(state.n, state.commit)])
    return slip, slips.names(session, book, reader)
