"""Closing a shift: a checkpoint is given out and goes onto paper."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from kt1custody.core import anchor
from kt1custody.i18n import moment_to_the_second, number, say
from kt1custody.printing import closing_sheet
from kt1custody.printing.closing_sheet import Sheet
from kt1custody.services import checkpoint, files, stamps
from kt1custody.services.checkpoint import Signed
from kt1custody.services.desk import Desk
from kt1custody.signing import stamp as stamping
from kt1custody.store import checkpoints
from kt1custody.store.log import LogBook

_MAX_ROOT = 65_536  # bytes of a root certificate
_PATIENCE = 20  # seconds for each answer of an authority


def close(desk: Desk, paper: Path | None = None) -> Signed:
    """Give out a checkpoint of the log as it is, and write its closing sheet.

    Args:
        paper: PDF to write, or None.

    Raises:
        UnavailableError: `file-unwritable`, or as `checkpoint.sign`.
    """
    signed = checkpoint.give_out(desk)
    if paper is not None:
        files.write(paper, closing_sheet.pdf(_sheet(desk, signed)))
    return signed


def stamp(desk: Desk, signed: Signed, url: str, roots: Sequence[Path]) -> int:
    """Have an authority stamp a checkpoint with its time, and keep the stamp with the log.

    Args:
        url: Of the authority.
        roots: PEM files of the root certificates that are trusted.

    Returns:
        The authority's time, Unix seconds UTC.

    Raises:
        VerificationError: `stamp-wrong`; nothing was kept.
        MalformedInputError: `stamp-malformed`, `stamp-roots`.
        UnavailableError: `stamp-server`, `stamp-not-installed`, `file-unreadable`.
    """
    told = signed.checkpoint
    request, nonce = stamping.ask(told.text.encode())
    trusted = [files.read(root, _MAX_ROOT) for root in roots]
    response = stamps.fetch(url, request, _PATIENCE)
    at = stamping.check(told.text.encode(), response, trusted, nonce=nonce)
    with desk.database.write() as connection:
        checkpoints.put_stamp(connection, told.origin, told.size, response)
    return at


def _sheet(desk: Desk, signed: Signed) -> Sheet:
    told = signed.checkpoint
    with desk.database.read() as connection:
        book = LogBook(connection)
        control = book.control
        devices = [(one, book.chain_of(one).last) for one in sorted(control.devices)]
        at = desk.now(control)
    facts = [
        (say("Entries in the log"), number(told.size)),
        (say("Root of the tree"), told.root.hex(" ", 4)),
        (say("Printed at"), moment_to_the_second(at, desk.zone)),
        (say("Genesis hash"), control.genesis.hex(" ", 4)),
    ]
    return Sheet(
        control.name,
        told.origin,
        signed.note.decode(),
        anchor.code(told).split(" "),
        facts,
        [(one, "–" if last is None else number(last)) for one, last in devices],
        datetime.fromtimestamp(at, desk.zone).date(),
        say("TRAINING – NOT VALID") if control.training else "",
    )
