"""Judgements in words: what stands in the way of an act, and what the log noted of it."""

from collections.abc import Iterable

from kt1custody.i18n import Language
from kt1custody.words.items import some_items


def judgement_line(language: Language, code: str) -> str:
    """Say what stands in the way of an act or was noted of it, and what to do if something is."""
    sentence = language.word("judgement", code)
    if not language.has_word("hint", code):
        return sentence
    return f"{sentence} → {language.word('hint', code)}"


def notes_lines(language: Language, notes: Iterable[tuple[int | None, str]]) -> list[str]:
    """Say what the log has noted of what was just recorded, each kind once with its items.

    Args:
        notes: Pairs of item number (None: the whole act) and code.
    """
    items: dict[str, list[int]] = {}
    for n, code in notes:
        items.setdefault(code, []).append(n or 0)
    return [
        f"⚠ {judgement_line(language, code)}: {some_items(language, some)}"
        for code, some in items.items()
    ]
