"""Labels of seals: signed and drawn, told in the log, written to files, in this order.

**Rule:** a serial is used once. Whatever stops between the log and the files leaves serials that
are only to be voided, never a label that the log does not know. The time that a seal states is
its `print` act's, so that the log alone tells every seal's content.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from pathlib import Path

from kt1custody.core.custody import frontier
from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import cbor, numbers
from kt1custody.core.formats.item import Mark, Urgency
from kt1custody.core.formats.places import Places
from kt1custody.core.log.act import Act
from kt1custody.core.log.schema import MAX_LINES
from kt1custody.core.seals import seal
from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.i18n import moment, say, word
from kt1custody.printing import calibration, qr, seal_label
from kt1custody.services.custody.standing import acceptances
from kt1custody.services.session import files
from kt1custody.services.session.drafts import Drafts
from kt1custody.services.session.office_keys import Holder
from kt1custody.services.session.places import read_places
from kt1custody.services.session.proposal import Proposer
from kt1custody.services.session.session import Session
from kt1custody.services.session.slips import refuse_no_reader
from kt1custody.signing import sign
from kt1custody.store.log import LogBook


@dataclass(frozen=True, slots=True)
class Printer:
    """How labels are printed.

    Attributes:
        dpi: Dots an inch of the label printer, 203 or 300.
        copies: Labels of each seal: 2, the second one across the flap; or 1.
        bitmaps: Folder for every label as PNG, a bit a dot, for a printer fed without PDF.
    """

    dpi: int = 203
    copies: int = 2
    bitmaps: Path | None = None


USUAL = Printer()


@dataclass(frozen=True, slots=True)
class Job:
    """A print job that is in the log and on the disk.

    Attributes:
        serials: Pairs of item number and serial, in the order of the labels.
        labels: How many labels the file has.
        left_out: Items that wait too, of which a seal is printed and not bound yet; and the numbers
            of the jobs in which it was.
    """

    serials: tuple[tuple[int, int], ...]
    labels: int
    pdf: Path
    left_out: tuple[int, ...] = ()
    older: tuple[int, ...] = ()

    @property
    def number(self) -> int:
        """The job's number: its first serial."""
        return self.serials[0][1]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Labels in memory; nobody outside has seen their serials.

    Attributes:
        kid: Seal key that signed them.
        at: Time that the seals state, Unix seconds UTC.
        serials: Pairs of item number and serial, by the next free serials.
        pictures: QR picture of copy 1 of each.
        bitmaps: Every label in dots, if the printer wants them.
    """

    kid: bytes
    at: int
    serials: tuple[tuple[int, int], ...]
    pictures: tuple[bytes, ...]
    labels: int
    pdf: bytes
    bitmaps: tuple[tuple[str, bytes], ...]

    @property
    def first(self) -> int:
        """The first serial: the job's number."""
        return self.serials[0][1]


def draw(session: Session, by: str, shown: Sequence[ItemState], printer: Printer) -> Drawn:
    """Sign and draw seals for items; nothing is written.

    Args:
        by: Clerk, unlocked; opens the seal key.
    """
    if printer.bitmaps is not None:
        files.probe(printer.bitmaps / "label.png", makes_folder=True)
    with session.database.read() as connection:
        book = LogBook(connection)
        control, places = book.control, read_places(book)
        holder = Holder(book, session.person(by))
        key = holder.seal_key(control.service_key("seal").kid)
        now = session.now(control)
        issuer = control.key_now(session.person(by).signing.kid, now).office
        serials = frontier.free_serials(book, len(shown))
        accepted = acceptances(book, (one.n for one in shown))
    if accepted.keys() < {one.n for one in shown}:
        raise UnavailableError("database-broken", place="lines")
    firsts = [
        seal.content_of(one, numbers.check_serial(serial), issuer=issuer, at=now, copy=1)
        for one, serial in zip(shown, serials, strict=True)
    ]
    copies = range(1, printer.copies + 1)
    contents = [replace(one, copy=copy) for one in firsts for copy in copies]
    texts = [_signed(one, key) for one in contents]
    pictures = [qr.seal_png(text, printer.dpi) for text in texts]
    items = {one.n: one for one in shown}
    labels = [
        _label(one, text, items[one.n], accepted[one.n], session.zone, places)
        for one, text in zip(contents, texts, strict=True)
    ]
    places_in_job = {serial: place for place, serial in enumerate(serials, start=1)}
    labels = [replace(one, place=places_in_job[one.serial], of=len(firsts)) for one in labels]
    notice = say("TRAINING – NOT VALID") if control.training else ""
    day = datetime.fromtimestamp(now, session.zone).date()
    told = (labels, pictures, day, notice)
    bitmaps = seal_label.bitmaps(*told, dpi=printer.dpi) if printer.bitmaps else []
    return Drawn(
        key.kid,
        now,
        tuple((one.n, one.serial) for one in firsts),
        tuple(pictures[:: printer.copies]),
        len(labels),
        seal_label.pdf(*told, dpi=printer.dpi),
        tuple(
            (f"{numbers.format_serial(one.serial)}-{one.copy}.png", bitmap)
            for one, bitmap in zip(contents if bitmaps else [], bitmaps, strict=True)
        ),
    )


def record(pen: Proposer, by: str, drawn: Drawn) -> None:
    """Say in the log that seals are printed; each serial once, however many copies it has.

    Raises:
        RefusedError: `changed-meanwhile`: another job took these serials, or another key follows
            the one that signed them.
    """
    key = pen.book.control.service_key("seal")
    serials = [serial for _, serial in drawn.serials]
    if (frontier.free_serials(pen.book, len(serials)), key.kid) != (serials, drawn.kid):
        raise RefusedError("changed-meanwhile")
    for act in _prints(pen, by, drawn.serials, drawn.at):
        pen.add(act)


def check_print(drafts: Drafts, by: str, shown: Sequence[ItemState]) -> None:
    """Ask the rules whether a clerk may print seals for items now.

    Raises:
        RefusedError: As `Drafts.check`.
        NotAllowedError: `no-access`: no seal key is wrapped to this person; and as `Drafts.check`.
    """
    free = frontier.free_serials(drafts.book, len(shown))
    serials = [(one.n, serial) for one, serial in zip(shown, free, strict=True)]
    for act in _prints(drafts, by, serials, drafts.now):
        drafts.check(act)
    refuse_no_reader(drafts.book, by)


def _prints(drafts: Drafts, by: str, serials: Sequence[tuple[int, int]], at: int) -> Iterator[Act]:
    """Draft the `print` acts of a job; each is drafted after the one before has been taken."""
    job = serials[0][1]
    lines = [{"n": n, "serial": serial, "job": job, "copy": 1} for n, serial in serials]
    for begin in range(0, len(lines), MAX_LINES):
        own: dict[str, cbor.Value] = {"office": drafts.office_of(by)}
        yield drafts.draft("print", by, own, lines[begin : begin + MAX_LINES], at=at)


def write(drawn: Drawn, pdf: Path, printer: Printer, pictures: Path | None = None) -> Job:
    """Write the files, after the log has taken the job.

    Args:
        pictures: Folder for one QR picture a seal, or None.

    Raises:
        UnavailableError: `labels-unwritten` with the job: its serials are used all the same.
    """
    try:
        files.write(pdf, drawn.pdf)
        if pictures is not None:
            for (_, serial), picture in zip(drawn.serials, drawn.pictures, strict=True):
                file = pictures / f"{numbers.format_serial(serial)}.png"
                files.write(file, picture, makes_folder=True)
        if printer.bitmaps is not None:
            for name, bitmap in drawn.bitmaps:
                files.write(printer.bitmaps / name, bitmap, makes_folder=True)
    except UnavailableError as error:
        job = numbers.format_serial(drawn.first)
        raise UnavailableError("labels-unwritten", job=job, **error.detail) from None
    return Job(drawn.serials, drawn.labels, pdf)


def calibrate(pdf: Path, dpi: int) -> list[str]:
    """Write a test label for a printer; gives the sentences by which it is judged.

    Raises:
        RefusedError: `file-exists`.
    """
    refuse_existing(pdf)
    files.write(pdf, calibration.pdf(dpi))
    return calibration.advice(dpi)


def refuse_existing(path: Path) -> None:
    """Stop before anything is signed where a file is there already, or none can be written.

    Raises:
        RefusedError: `file-exists`.
        UnavailableError: `file-unwritable`.
    """
    files.refuse_existing(path)
    files.probe(path)


def _signed(content: seal.SealContent, key: sign.SigningKey) -> str:
    signature = key.sign(seal.to_be_signed(content, key.alg, key.kid))
    return seal.to_text(content, key.alg, key.kid, signature)


def _label(
    one: seal.SealContent, text: str, item: ItemState, accepted: int, zone: tzinfo, places: Places
) -> seal_label.Label:
    """Say what a label shows; its place in the job is the caller's to know."""
    on, _, hour = ("", "", "") if item.appt is None else moment(item.appt, zone).partition(" ")
    return seal_label.Label(
        text=text,
        n=one.n,
        serial=one.serial,
        mark="" if one.mark == Mark.NONE else one.mark.name,
        urgent="" if one.urgency == Urgency.NORMAL else word("service", one.urgency.name),
        hour=hour,
        on=on.rpartition("/")[0],
        accepted=moment(accepted, zone).partition(" ")[0],
        office=places.office_name(one.issuer),
        dest=places.office_name(one.dest),
        place=1,
        of=1,
        copy=one.copy,
    )
