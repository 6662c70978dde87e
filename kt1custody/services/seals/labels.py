"""Labels of seals: signed and drawn after the log has taken their `print` act.

**Rule:** a serial is used once. Whatever stops between the log and the printer leaves serials that
are only to be voided, never a label that the log does not know. The time that a seal states is
its `print` act's, so that the log alone tells every seal's content.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from kt1custody.core.custody import frontier
from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import cbor, numbers
from kt1custody.core.formats.item import Mark, Urgency
from kt1custody.core.formats.places import Places
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Entry
from kt1custody.core.log.schema import MAX_LINES
from kt1custody.core.seals import seal
from kt1custody.errors import UnavailableError
from kt1custody.i18n import Language
from kt1custody.printing import calibration, qr, seal_label
from kt1custody.services.custody.standing import acceptances
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.office_keys import Holder
from kt1custody.services.session.places import read_places
from kt1custody.services.session.proposal import Proposer
from kt1custody.services.session.session import Session
from kt1custody.signing import sign
from kt1custody.store.log import LogBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Printer:
    """How labels are printed.

    Attributes:
        dpi: Dots an inch of the label printer, 203 or 300.
        copies: Labels of each seal: 2, the second one across the flap; or 1.
        has_bitmaps: Every label is wanted as PNG too, a bit a dot, for a printer fed without PDF.
    """

    dpi: int = 203
    copies: int = 2
    has_bitmaps: bool = False


USUAL = Printer()
sample_text = calibration.sample_text


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnLabels:
    """The labels of a print job.

    Attributes:
        serials: Pairs of item number and serial, in the order of the labels.
        count: How many labels there are.
        pdf: All of them, a page of 100 × 60 mm each.
        pictures: File name → PNG of the QR of each seal, copy 1.
        bitmaps: File name → PNG of every label in dots, if the printer wants them.
    """

    serials: tuple[tuple[int, int], ...]
    count: int
    pdf: bytes
    pictures: tuple[tuple[str, bytes], ...]
    bitmaps: tuple[tuple[str, bytes], ...]

    @property
    def job(self) -> int:
        """The job's number: its first serial."""
        return self.serials[0][1]


def draw(session: Session, by: str, printed: Sequence[Entry], printer: Printer) -> DrawnLabels:
    """Sign and draw the seals of a job that is in the log.

    Args:
        by: Clerk, unlocked; opens the seal key.
        printed: Its `print` acts, in order; others are passed over.

    Raises:
        UnavailableError: `seal-key-changed` with the job: another seal key is in force since, so
            its labels are to be voided and printed anew; `database-broken`.
    """
    acts = [entry.act for entry in printed if entry.act.type == "print"]
    serials = [(line.n, line.number("serial")) for act in acts for line in act.lines]
    with session.database.read() as connection:
        book = LogBook(connection)
        control, places = book.control, read_places(book)
        current = control.service_key("seal")
        if current.enrolled > printed[0].seq:
            raise UnavailableError("seal-key-changed", job=numbers.format_serial(serials[0][1]))
        key = Holder(book, session.opener(by)).seal_key(current.kid)
        accepted = acceptances(book, (n for n, _ in serials))
        book.load(n for n, _ in serials)
        items = {n: state for n, _ in serials if (state := book.item(n)) is not None}
    if accepted.keys() < {n for n, _ in serials} or len(items) < len(accepted):
        raise UnavailableError("database-broken", place="lines")
    issuer, at = acts[0].number("office"), acts[0].at
    firsts = [
        seal.content_of(items[n], numbers.check_serial(serial), issuer=issuer, at=at, copy=1)
        for n, serial in serials
    ]
    contents = [
        replace(first, copy=copy) for first in firsts for copy in range(1, printer.copies + 1)
    ]
    texts = [_signed(content, key) for content in contents]
    pictures = [qr.seal_png(text, printer.dpi) for text in texts]
    places_in_job = {serial: place for place, (_, serial) in enumerate(serials, start=1)}
    labels = [
        replace(
            _label(session, content, text, items[content.n], accepted[content.n], places),
            place=places_in_job[content.serial],
            of=len(firsts),
        )
        for content, text in zip(contents, texts, strict=True)
    ]
    language = session.language
    notice = language.say("TRAINING – NOT VALID") if control.training else ""
    day = datetime.fromtimestamp(at, session.zone).date()
    drawing = (language, labels, pictures, day, notice)
    bitmaps = seal_label.bitmaps(*drawing, dpi=printer.dpi) if printer.has_bitmaps else []
    return DrawnLabels(
        serials=tuple(serials),
        count=len(labels),
        pdf=seal_label.pdf(*drawing, dpi=printer.dpi),
        pictures=tuple(
            (f"{numbers.format_serial(first.serial)}.png", picture)
            for first, picture in zip(firsts, pictures[:: printer.copies], strict=True)
        ),
        bitmaps=tuple(
            (f"{numbers.format_serial(content.serial)}-{content.copy}.png", bitmap)
            for content, bitmap in zip(contents if bitmaps else [], bitmaps, strict=True)
        ),
    )


def add_prints(pen: Proposer, by: str, items: Sequence[ItemState]) -> list[int]:
    """Say in the log that seals are printed, each serial once, however many copies it has.

    Returns:
        The serials, in the order of the items.

    Raises:
        RefusedError: As `Drafts.check`.
        NotAllowedError: `no-access`: no seal key is wrapped to this person; `no-office-key`.
        VerificationError: As `Holder.seal_key`: nothing is printed with a key that does not open.
    """
    serials = frontier.free_serials(pen.book, len(items))
    for act in _prints(pen, by, [(state.n, n) for state, n in zip(items, serials, strict=True)]):
        pen.add(act)
    pen.need(by, opens=True)
    if not pen.is_trial:
        control = pen.book.control
        Holder(pen.book, pen.session.opener(by)).seal_key(control.service_key("seal").kid)
    return serials


def _prints(drafts: Drafts, by: str, serials: Sequence[tuple[int, int]]) -> Iterator[Act]:
    """Draft the `print` acts of a job; each is drafted after the one before has been taken."""
    job = serials[0][1]
    lines = [{"n": n, "serial": serial, "job": job, "copy": 1} for n, serial in serials]
    for begin in range(0, len(lines), MAX_LINES):
        own: dict[str, cbor.Value] = {"office": drafts.office_of(by)}
        yield drafts.draft("print", by, own, lines[begin : begin + MAX_LINES])


def calibrate(language: Language, dpi: int) -> tuple[bytes, list[str]]:
    """Draw a test label for a printer, as PDF; with the sentences by which it is judged."""
    return calibration.pdf(language, dpi), calibration.advice(language, dpi)


def _signed(content: seal.SealContent, key: sign.SigningKey) -> str:
    signature = key.sign(seal.to_be_signed(content, key.alg, key.kid))
    return seal.to_text(content, key.alg, key.kid, signature)


def _label(
    session: Session,
    content: seal.SealContent,
    text: str,
    item: ItemState,
    accepted: int,
    places: Places,
) -> seal_label.Label:
    """Say what a label shows; its place in the job is the caller's to know."""
    language, zone = session.language, session.zone
    appointment = "" if item.appt is None else language.moment(item.appt, zone)
    on, _, hour = appointment.partition(" ")
    return seal_label.Label(
        text=text,
        n=content.n,
        serial=content.serial,
        mark="" if content.mark == Mark.NONE else content.mark.name,
        urgent=""
        if content.urgency == Urgency.NORMAL
        else language.word("service", content.urgency.name),
        hour=hour,
        on=on.rpartition("/")[0],
        accepted=language.moment(accepted, zone).partition(" ")[0],
        office=places.office_name(content.issuer),
        dest=places.office_name(content.dest),
        place=1,
        of=1,
        copy=content.copy,
    )
