"""Errors in words: what happened and what to do."""

import errno
import os
from collections.abc import Mapping, Sequence

from kt1custody.core.custody.table import Status
from kt1custody.core.formats import numbers
from kt1custody.errors import KtError
from kt1custody.i18n import Language
from kt1custody.words.findings import list_finding_line
from kt1custody.words.judgements import judgement_line

_LONGEST = 200  # characters of one fact; a path may be long
_ITEMS = ("n", "first", "last")
_KIND_OF_WORD = {  # of facts that are codes themselves
    "why": "why",
    "what": "what",
    "kind": "catalogue",
    "field": "field",
    "role": "role",
}
_SYSTEM_CODES = {os.strerror(no): code for no, code in errno.errorcode.items()}


def plain_error(language: Language, error: KtError) -> dict[str, object]:
    """Give an error as plain values."""
    message = "\n".join(error_lines(language, error))
    return {"code": error.code, "detail": error.detail, "message": message}


def error_lines(language: Language, error: KtError) -> list[str]:
    """Say what happened and what to do; of a list of faults, item by item."""
    detail = error.detail
    lines = [language.word("error", error.code, **_facts(language, detail))]
    if "scan" in detail:
        lines.insert(0, language.say("Scan {scan}:", scan=detail["scan"]))
    findings, faults, scans = detail.get("findings"), detail.get("faults"), detail.get("scans")
    if isinstance(findings, list):
        kind = str(detail.get("what"))
        lines[:0] = [list_finding_line(language, kind, finding) for finding in findings]
    if isinstance(faults, list):
        who = detail.get("who")
        people = who if isinstance(who, list) else [""] * len(faults)
        lines += [
            f"  {_subject(language, n, code, person)}: {_fault(language, code, person)}"
            for (n, code), person in zip(faults, people, strict=True)
        ]
    for scan in scans if isinstance(scans, list) else ():
        first, *more = error_lines(language, KtError(scan["code"], **scan["detail"]))
        lines += [f"  {scan['scan']}: {first}", *(f"    {line}" for line in more)]
    return lines


def behind_lines(language: Language, behind: Sequence[KtError]) -> list[str]:
    """Say that what was read is not the newest, if it is so.

    Args:
        behind: Errors that say of the log that it is not.
    """
    lines = [f"  {line}" for error in behind for line in error_lines(language, error)]
    return [language.say("BEWARE, this is an older state of the log:"), *lines] if lines else []


def _facts(language: Language, detail: Mapping[str, object]) -> dict[str, object]:
    """Give the facts of an error as people read them; of a code its words, where it has any."""
    facts = {name: _fact(language, name, value) for name, value in detail.items()}
    words = {}
    for name, kind in _KIND_OF_WORD.items():
        value = detail.get(name)
        if isinstance(value, str):
            code = _SYSTEM_CODES.get(value, value)  # an operating system speaks its own language
            has_word = language.has_word(kind, code)
            words[name] = language.word(kind, code, **facts) if has_word else value
    return {**facts, **words}


def _fact(language: Language, name: str, value: object) -> object:
    """Give one fact of an error as people read it."""
    if name in _ITEMS and isinstance(value, int):
        return numbers.format_item_number(value)
    if name == "serial" and isinstance(value, int):
        return numbers.format_serial(value)
    if name == "seconds" and isinstance(value, int):
        return language.wait(value)
    if name == "most" and isinstance(value, int):
        return language.number(value)
    if isinstance(value, str) and len(value) > _LONGEST:  # whatever was scanned instead
        return f"{value[:_LONGEST]}…"
    return value


def _subject(language: Language, n: int, code: str, person: str) -> str:
    """Name the item of a fault, and who is in its way: the holder, a person or a device."""
    if not n:
        return person or language.say("the whole act")
    item = numbers.format_item_number(n)
    if not person:
        return item
    if code == "no-such-step":
        return f"{item} ({language.word('status', person)})"
    if code == "not-the-holder":
        return language.say("{item} (held by {person})", item=item, person=person)
    return f"{item} ({person})"


def _fault(language: Language, code: str, person: str) -> str:
    """Say what stands in the way; of an item that waits for its seal, what comes first."""
    if code == "no-such-step" and person == Status.REGISTERED.value:
        hint = language.word("hint", "not-sealed")
        return f"{language.word('judgement', code)} → {hint}"
    return judgement_line(language, code)
