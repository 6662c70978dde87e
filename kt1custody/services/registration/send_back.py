"""Sending a wrong manifest back to its office, each reason beside its row.

**Rule:** nothing that is there is written over, and that is known before the manifest is read.
"""

from collections.abc import Sequence
from pathlib import Path

from kt1custody.core.manifest.layout import WHOLE_ROW, Finding, header_row
from kt1custody.errors import MalformedInputError, RefusedError
from kt1custody.i18n import Language
from kt1custody.sheets import returned
from kt1custody.sheets.table import Table
from kt1custody.system import files


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


def write(language: Language, path: Path, sheet: Table, findings: Sequence[Finding]) -> None:
    """Write the office's own table with codes and sentences; what has no row stands by the first.

    What is wrong with the headings stands in the row below them, since our own headings stand
    beside them.

    Raises:
        UnavailableError: `file-unwritable`; nothing is left behind.
    """
    rows = {number for number, _ in sheet.lines}
    header = header_row(sheet.lines)
    by_row: dict[int, list[Finding]] = {}
    for finding in findings:
        row = finding.row if finding.row in rows else sheet.lines[0][0]
        by_row.setdefault(row + 1 if row == header else row, []).append(finding)
    remarks = returned.Remarks(
        header=header,
        reasons={
            row: (
                "; ".join(dict.fromkeys(finding.code for finding in same)),
                "; ".join(dict.fromkeys(_sentence(language, finding, header) for finding in same)),
            )
            for row, same in by_row.items()
        },
        wrong={
            (finding.row, finding.place)
            for finding in findings
            if finding.row != header or finding.place != WHOLE_ROW
        },
        left_out={
            (finding.row, finding.place)
            for finding in findings
            if finding.code == "subject-not-allowed"
        },
    )
    files.write(path, returned.write(path.suffix.lower(), sheet, remarks), private=True)


def _sentence(language: Language, finding: Finding, header: int | None) -> str:
    sentence = language.word("finding", finding.code)
    if finding.row == header:
        column = finding.column or "–"
        return language.say("Heading “{column}”: {reason}", column=column, reason=sentence)
    return f"{finding.column}: {sentence}" if finding.column else sentence
