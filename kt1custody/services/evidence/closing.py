"""Closing a shift: a checkpoint is given out and goes onto paper."""

from collections.abc import Sequence
from datetime import datetime

from kt1custody.core.formats.item import Mark
from kt1custody.core.log import anchor
from kt1custody.errors import RefusedError
from kt1custody.i18n import Language
from kt1custody.printing import closing_sheet
from kt1custody.printing.closing_sheet import ClosingSheet, Tally
from kt1custody.services.custody import standing
from kt1custody.services.custody.standing import CalendarEnd
from kt1custody.services.evidence import day, export, stamps
from kt1custody.services.evidence.day import Counted, Figures
from kt1custody.services.session import checkpoint, clock_check, readings
from kt1custody.services.session.checkpoint import Signed
from kt1custody.services.session.session import Session
from kt1custody.signing import stamp as stamping
from kt1custody.store import checkpoints
from kt1custody.store.log import LogBook

MAX_ROOT = 65_536  # bytes of a root certificate
_PATIENCE = 20  # seconds for all that an authority has to say
_TRIES = 5  # to count and to sign the same log, while others write on
_COLUMNS = (Mark.A, Mark.B, Mark.C, Mark.NONE)


def close(session: Session) -> Signed:
    """Give out a checkpoint of the log as it is; raises as `checkpoint.sign`."""
    signed = checkpoint.give_out(session)
    session.given_out = signed.checkpoint.size
    return signed


def close_with_sheet(session: Session, since: int | None = None) -> tuple[Signed, bytes]:
    """Give out a checkpoint of the log as it is, and make its closing sheet, a PDF.

    Args:
        since: Beginning of the period of its figures, Unix seconds UTC; None for midnight.

    Raises:
        RefusedError: `period-ahead`; `changed-meanwhile`: others wrote all the time. There
            is no sheet.
        UnavailableError: As `checkpoint.sign` and `clock_check.check`.
    """
    signed, figures = _count_and_sign(session, since)
    session.given_out = signed.checkpoint.size
    return signed, closing_sheet.pdf(session.language, _sheet(session, signed, figures))


def calendar_end(session: Session) -> CalendarEnd | None:
    """Say where the days off end that its figures of late items are reckoned by, if that is near."""
    with session.database.read() as connection:
        now = session.now(LogBook(connection).control)
    return standing.calendar_end(now, session.zone)


def _count_and_sign(session: Session, since: int | None) -> tuple[Signed, Figures]:
    """Give out a checkpoint and reckon the figures of the very same log."""
    with session.database.read() as connection:  # two people sign what the clock says
        clock_check.check(session, LogBook(connection))
    for _ in range(_TRIES):
        figures = day.figures(session, since)
        signed = checkpoint.give_out(session)
        if signed.end == figures.seq + 1:
            return signed, figures
    raise RefusedError("changed-meanwhile")


def check_roots(roots: Sequence[bytes]) -> None:
    """Check that files of root certificates hold some, before anything is signed.

    Raises:
        MalformedInputError: `stamp-roots`: one holds none.
    """
    if roots:
        stamping.read_roots(roots)


def stamp(session: Session, signed: Signed, url: str, roots: Sequence[bytes]) -> int:
    """Have an authority stamp a checkpoint with its time, and keep the stamp with the log.

    Args:
        url: Of the authority.
        roots: The root certificates that are trusted, PEM.

    Returns:
        The authority's time, Unix seconds UTC.

    Raises:
        VerificationError: `stamp-wrong`; nothing was kept.
        MalformedInputError: `stamp-malformed`, `stamp-roots`.
        UnavailableError: `stamp-server`, `stamp-not-installed`.
    """
    point = signed.checkpoint
    check_roots(roots)
    request, nonce = stamping.ask(point.text.encode())
    response = stamps.fetch(url, request, _PATIENCE)
    at = stamping.check(point.text.encode(), response, roots, nonce=nonce)
    with session.database.write() as connection:
        checkpoints.put_stamp(connection, point.origin, point.size, response)
    return at


def _sheet(session: Session, signed: Signed, figures: Figures) -> ClosingSheet:
    point, language = signed.checkpoint, session.language
    say = language.say
    with session.database.read() as connection:
        book = LogBook(connection)
        control = book.control
        devices = [(name, book.chain_of(name).last) for name in sorted(control.devices)]
        at = session.now(control)
    facts = [
        (say("Entries in the log"), _size(language, point.size, control.base)),
        (say("Root of the tree"), point.root.hex(" ", 4)),
        (say("Printed at"), language.moment_to_the_second(at, session.zone)),
        (say("Genesis hash"), control.genesis.hex(" ", 4)),
        *_readings(session),
        *((f"{name}, SHA-256", digest) for name, digest in export.verifier_sums().items()),
    ]
    return ClosingSheet(
        service=control.name,
        origin=point.origin,
        note=signed.note.decode(),
        code=anchor.code(point).split(" "),
        facts=facts,
        period=say(
            "Figures from {begin} to {end}",
            begin=language.moment(figures.begin, session.zone),
            end=language.moment(figures.end, session.zone),
        ),
        columns=[
            say("Total"),
            *(say("no mark") if mark == Mark.NONE else mark.name for mark in _COLUMNS),
        ],
        tallies=_tallies(language, figures),
        devices=[(name, "–" if last is None else language.number(last)) for name, last in devices],
        day=datetime.fromtimestamp(at, session.zone).date(),
        notice=say("TRAINING – NOT VALID") if control.training else "",
    )


def _readings(session: Session) -> list[tuple[str, str]]:
    """Spell how far the book of readings goes; on paper nobody here can change it any more."""
    found, say = readings.code(session), session.language.say
    if found is None:
        return []
    size, code = found
    return [
        (say("Readings of slips"), session.language.number(size)),
        (say("Code of the book of readings"), code),
    ]


def _size(language: Language, size: int, base: int) -> str:
    """Spell how many entries a checkpoint has; after an epoch they are not all of the log."""
    if not base:
        return language.number(size)
    return language.say(
        "{own} in this epoch, which begins at #{base}; with those before: {all}",
        own=language.number(size),
        base=base,
        all=language.number(base + size),
    )


def _tallies(language: Language, figures: Figures) -> list[Tally]:
    """Spell the figures in the order of a balance: what was there and came, went, and is left."""
    say = language.say

    def tally(words: str, counted: Counted, level: int = 1) -> Tally:
        counts = (counted.total(), *(counted[mark] for mark in _COLUMNS))
        cells = [language.number(count) for count in counts]
        return Tally(words=words, level=level, cells=cells)

    return [
        tally(say("Carried over from before"), figures.before),
        tally(say("Accepted"), figures.accepted),
        tally(say("To be worked on"), figures.before + figures.accepted, 0),
        tally(say("Delivered"), figures.delivered),
        tally(say("behind their due time"), figures.late, 2),
        tally(say("Returned to the sender"), figures.returned),
        tally(say("Cancelled at the counter"), figures.cancelled),
        tally(say("Carried on to the next period"), figures.after, 0),
        tally(say("waiting for a seal"), figures.unsealed, 2),
        tally(say("at the founding office"), figures.office, 2),
        tally(say("at other offices of the service"), figures.posts, 2),
        tally(say("with couriers, drivers and escorts"), figures.out, 2),
        tally(say("on the way to another office"), figures.elsewhere, 2),
        tally(say("Of these: could not be delivered, waiting"), figures.waiting),
        tally(say("Of these: late"), figures.overdue),
        tally(say("Refused at the door in this period"), figures.refused),
        tally(say("Nobody there in this period"), figures.absent),
    ]
