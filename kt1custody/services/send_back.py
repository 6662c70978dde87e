"""Sending a wrong manifest back to its office, each reason beside its row.

**Rule:** nothing that is there is written over, and that is known before the manifest is read.
"""

from collections.abc import Sequence
from pathlib import Path

from kt1custody.core.layout import Finding, header_row
from kt1custody.errors import MalformedInputError, RefusedError
from kt1custody.i18n import word
from kt1custody.services import files
from kt1custody.sheets import returned
from kt1custody.sheets.table import Table


def check_place(path: Path) -> None:
    """Refuse a place where nothing can or may be written.

    Raises:
        MalformedInputError: `wrong-ending`.
        RefusedError: `file-exists`.
    """
    if path.suffix.lower() not in returned.KINDS:
        raise MalformedInputError("wrong-ending", name=path.name, kinds=", ".join(returned.KINDS))
    if path.exists():
        raise RefusedError("file-exists", name=str(path))


def write(path: Path, sheet: Table, findings: Sequence[Finding]) -> None:
    """Write the office's own table with codes and sentences; what has no row stands by the first.

    Raises:
        UnavailableError: `file-unwritable`; nothing is left behind.
    """
    rows = {number for number, _ in sheet.lines}
    by_row: dict[int, list[Finding]] = {}
    for one in findings:
        by_row.setdefault(one.row if one.row in rows else sheet.lines[0][0], []).append(one)
    reasons = {
        row: (
            "; ".join(dict.fromkeys(one.code for one in ones)),
            "; ".join(dict.fromkeys(map(_sentence, ones))),
        )
        for row, ones in by_row.items()
    }
    left_out = {(one.row, one.place) for one in findings if one.code == "subject-not-allowed"}
    header = header_row(sheet.lines) or 1
    files.write(path, returned.write(path.suffix.lower(), sheet, header, reasons, left_out))


def _sentence(finding: Finding) -> str:
    told = word("finding", finding.code)
    return f"{finding.column}: {told}" if finding.column else told
