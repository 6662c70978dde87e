"""The sender's receipt for what was accepted together.

**Rule:** it says what the act of the log says and the slips that were sealed then; who may not open
these gets none. Of an item with a mark it names no addressee.
"""

from collections.abc import Sequence
from datetime import datetime

from kt1custody.core.custody.holding import is_clear
from kt1custody.core.formats import count_words, numbers
from kt1custody.core.formats.item import Kind, Mark, Slip, Urgency
from kt1custody.core.formats.places import Places
from kt1custody.core.log.act import Line
from kt1custody.core.log.entry import Entry
from kt1custody.errors import NotAllowedError, RefusedError
from kt1custody.i18n import Language
from kt1custody.printing import receipt
from kt1custody.printing.receipt import AcceptedItem, SenderReceipt
from kt1custody.services.session import readings, slips
from kt1custody.services.session.places import read_places
from kt1custody.services.session.session import Session
from kt1custody.store.log import LogBook

_HASH = 16  # bytes of the act's hash that stand on paper


def pdf(session: Session, staff: str, seq: int) -> bytes:
    """Make the receipt of a registration, a PDF in two copies for each sender.

    Args:
        staff: Who asks for it, unlocked in this session.
        seq: Position of the registration in the log.

    Raises:
        RefusedError: `no-such-registration`: there is none at this position, or none that holds.
        NotAllowedError: `no-access`: another office has accepted them; `no-office-key`, `locked`.
    """
    with session.database.read() as connection:
        book = LogBook(connection)
        entry = book.entry(seq) if 0 <= seq <= book.seq else None
        if entry is None or entry.act.type != "register":
            raise RefusedError("no-such-registration", seq=seq)
        mine = book.control.current_key(staff)
        if mine is None or mine.office != entry.act.number("office"):
            raise NotAllowedError("no-access", staff=staff)
        reader = slips.reader_of(session, book, staff)
        opened = [
            (line, reader.slip(line.octets("commit"), line.n))
            for place, line in enumerate(entry.act.lines)
            if is_clear(entry, place)
        ]
        seen = [(line.n, line.octets("commit")) for line, slip in opened if slip is not None]
        readings.note(session, book, staff, "receipt", seen)
        clerk = slips.names(session, book, staff).get(entry.act.by, entry.act.by)
        places, control, at = read_places(book), book.control, book.time_of(entry)
    senders: dict[str, list[tuple[Line, Slip]]] = {}
    for line, slip in opened:
        if slip is not None:  # erased since
            senders.setdefault(slip.sender, []).append((line, slip))
    if not senders:
        raise RefusedError("no-such-registration", seq=seq)
    language = session.language
    notice = language.say("TRAINING – NOT VALID") if control.training else ""
    return receipt.pdf(
        language,
        [
            SenderReceipt(
                service=control.name,
                office=places.office_name(entry.act.number("office")),
                sender=_agency(places, code),
                clerk=clerk,
                rows=[_row(language, places, *one) for one in items],
                total=_total(language, len(items)),
                facts=_facts(language, session, entry, at),
                day=datetime.fromtimestamp(at, session.zone).date(),
                notice=notice,
            )
            for code, items in senders.items()
        ],
    )


def _row(language: Language, places: Places, line: Line, slip: Slip) -> AcceptedItem:
    mark = Mark(line.number("mark"))
    has_mark = mark != Mark.NONE
    return AcceptedItem(
        number=numbers.format_item_number(line.n),
        reference=slip.reference or "–",
        mark=mark.name if has_mark else "–",
        urgency=language.word("service", Urgency(line.number("urgency")).name),
        kind=language.word("kind", Kind(line.number("kind")).name),
        recipient="–" if has_mark else _agency(places, slip.recipient),
    )


def _agency(places: Places, code: str) -> str:
    agency = places.agencies.get(code)
    return code if agency is None else agency.name


def _total(language: Language, count: int) -> str:
    return language.say_count(
        "Total: {words} item ({count})",
        "Total: {words} items ({count})",
        count,
        words=count_words.spelled(count, language.code),
    )


def _facts(
    language: Language, session: Session, entry: Entry, at: int
) -> Sequence[tuple[str, str]]:
    say = language.say
    return [
        (say("Accepted at"), language.moment(at, session.zone)),
        (say("Log position"), f"#{entry.seq}"),
        (say("Code of the act"), entry.act.hash[:_HASH].hex(" ", 4)),
    ]
