"""What is said of a wrong cell in one of the post's own lists: offices, agencies, people."""

from collections.abc import Mapping

from kt1custody.core.manifest.lists import COLUMNS
from kt1custody.i18n import has_word, say, word


def finding_line(kind: str, finding: Mapping[str, object]) -> str:
    """Say what is wrong with a cell, and the words that are allowed there.

    Args:
        kind: One of `lists.KINDS`.
        finding: Of the error `list-wrong`.
    """
    title, code = str(finding["column"]), str(finding["code"])
    place = say("row {row}", row=finding["row"])
    if finding["stt"]:
        place += say(" (STT {stt})", stt=finding["stt"])
    if title:
        place += say(", column “{column}”", column=title)
    words = next(
        (", ".join(one.words.values()) for one in COLUMNS[kind].values() if one.title == title), ""
    )
    told = word("list", code, words=words) if has_word("list", code) else word("finding", code)
    return f"{place}: {told} [{code}]"
