"""Sending a wrong manifest back to its office, each reason beside its row.

**Rule:** it is the office's own table, as it looked, with two more columns.
"""

from collections.abc import Sequence

from kt1custody.core.manifest.layout import WHOLE_ROW, RowFinding, header_row
from kt1custody.i18n import Language
from kt1custody.sheets import returned
from kt1custody.sheets.table import Table

KINDS = returned.KINDS


def encode(language: Language, kind: str, sheet: Table, findings: Sequence[RowFinding]) -> bytes:
    """Encode the office's own table with codes and sentences; what has no row stands by the first.

    What is wrong with the headings stands in the row below them, since our own headings stand
    beside them.

    Args:
        kind: One of `KINDS`.
    """
    rows = {number for number, _ in sheet.lines}
    header = header_row(sheet.lines)
    by_row: dict[int, list[RowFinding]] = {}
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
    return returned.write(kind, sheet, remarks)


def _sentence(language: Language, finding: RowFinding, header: int | None) -> str:
    sentence = language.word("finding", finding.code)
    if finding.row == header:
        column = finding.column or "–"
        return language.say("Heading “{column}”: {reason}", column=column, reason=sentence)
    return f"{finding.column}: {sentence}" if finding.column else sentence
