"""Registering rows at a terminal: a manifest, or the one item of a form."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kt1custody.cli import signing
from kt1custody.cli.speech import LANGUAGE
from kt1custody.cli.templates import refuse_ending
from kt1custody.core.manifest.layout import RowFinding
from kt1custody.errors import RefusedError
from kt1custody.system import files

if TYPE_CHECKING:
    from kt1custody.cli.face import Face
    from kt1custody.services.registration.register import Preview, Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What came of some rows.

    Attributes:
        numbers: Item numbers in the order of the rows; empty if something is wrong or nothing was
            to be stored.
        findings: What is wrong.
        preview: What they hold, if nothing is wrong.
        is_compared: Whether they were compared with what was accepted this year.
    """

    numbers: tuple[int, ...] = ()
    findings: tuple[RowFinding, ...] = ()
    preview: "Preview | None" = None
    is_compared: bool = True

    @property
    def rows(self) -> int:
        """How many rows are right."""
        return 0 if self.preview is None else len(self.preview.consignments)


def refuse_place(errors: Path) -> None:
    """Refuse a file to be sent back to an office, before its manifest is read.

    Raises:
        MalformedInputError: `wrong-ending`.
        RefusedError: `file-exists`.
        UnavailableError: `file-unwritable`.
    """
    from kt1custody.services.registration import send_back

    refuse_ending(errors, send_back.KINDS)
    files.refuse_existing(errors)


def send_back(errors: Path, rows: "Rows", findings: Sequence[RowFinding]) -> None:
    """Write a wrong manifest with its reasons, to be sent back; nothing of one that is right.

    Raises:
        UnavailableError: `file-unwritable`; nothing is left behind.
    """
    from kt1custody.services.registration import send_back as returning

    if findings and rows.sheet is not None:
        content = returning.encode(LANGUAGE, errors.suffix.lower(), rows.sheet, findings)
        files.write(errors, content, private=True)


def run(
    face: "Face",
    rows: "Rows",
    by: str | None,
    *,
    dry_run: bool,
    confirm: "Callable[[Preview], bool] | None" = None,
) -> Registered:
    """Register all rows, or none.

    Args:
        by: Clerk as typed, or None. A dry run has one only if one is named: without, no PIN is
            typed, and nothing accepted before is looked at.
        dry_run: Only check.
        confirm: Shows what they hold and asks, before anybody types a PIN.

    Raises:
        RefusedError: `not-confirmed`, `clerk-not-named`; as `register.Register`.
    """
    from kt1custody.services.registration import register
    from kt1custody.services.session import use_case

    session = face.session()
    try:
        shown = register.preview(session, rows)  # nobody is asked anything for rows that are wrong
        if dry_run and by is None:
            return Registered(preview=shown, is_compared=False)
        if confirm is not None and not dry_run and not confirm(shown):
            raise RefusedError("not-confirmed")
        registering = register.Register(by=face.clerk(by), rows=rows)
        allowed = use_case.check(session, registering)
        face.unlock(*allowed.people)
        if dry_run:
            use_case.propose(session, registering)
            return Registered(preview=allowed.shown)
        entries = signing.carry_out(face.here, registering, replace(allowed, shown=shown))
    except register.WrongRowsError as wrong:
        return Registered(findings=wrong.findings)
    acts = [entry.act for entry in entries if entry.act.type == "register"]
    return Registered(numbers=tuple(line.n for act in acts for line in act.lines), preview=shown)
