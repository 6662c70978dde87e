"""Findings in words: what is wrong with a row of a manifest, or of one of the post's own lists."""

from collections.abc import Mapping

from kt1custody.core.manifest.layout import RowFinding
from kt1custody.core.manifest.lists import COLUMNS
from kt1custody.i18n import Language


def finding_line(language: Language, finding: RowFinding, kind: str = "finding") -> str:
    """Say what is wrong with a manifest.

    Args:
        kind: Of the sentence, where a face has one of its own for this finding.
    """
    place = _place(language, finding.row, finding.stt, finding.column)
    code = f" [{finding.code}]" if kind == "finding" else ""  # machines read a page's from the API
    return f"{place}: {finding_words(language, finding, kind)}{code}"


def finding_words(language: Language, finding: RowFinding, kind: str) -> str:
    """Give the sentence of a finding: that of a face if it has one of its own; else the common one."""
    has_own = language.has_word(kind, finding.code)
    return language.word(kind if has_own else "finding", finding.code)


def list_finding_line(language: Language, kind: str, finding: Mapping[str, object]) -> str:
    """Say what is wrong with a cell of a list, and the words that are allowed there.

    Args:
        kind: One of `lists.KINDS`.
        finding: Of the error `list-wrong`.
    """
    title, code = str(finding["column"]), str(finding["code"])
    allowed = next(
        (column.words.values() for column in COLUMNS[kind].values() if column.title == title), ()
    )
    if language.has_word("list", code):
        sentence = language.word("list", code, words=", ".join(allowed))
    else:
        sentence = language.word("finding", code)
    return f"{_place(language, finding['row'], finding['stt'], title)}: {sentence} [{code}]"


def _place(language: Language, row: object, stt: object, column: str) -> str:
    """Name a cell as people find it."""
    place = language.say("row {row}", row=row)
    if stt:
        place += language.say(" (STT {stt})", stt=stt)
    if column:
        place += language.say(", column “{column}”", column=column)
    return place
