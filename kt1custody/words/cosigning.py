"""What came of asking witnesses, in words."""

from collections.abc import Iterator
from datetime import tzinfo
from pathlib import PurePath

from kt1custody.i18n import Language
from kt1custody.services.witness.cosign import CosignOutcome


def outcome_lines(
    language: Language, outcome: CosignOutcome, zone: tzinfo, evidence: PurePath
) -> Iterator[str]:
    """Say what came of asking one witness.

    Args:
        evidence: Folder of what shows that the log was rolled back or forked.
    """
    at = outcome.time
    facts = {
        **dict.fromkeys(("count", "size"), "–" if outcome.size is None else outcome.size),
        "at": "–" if at is None else language.moment_to_the_second(at, zone),
        "why": "" if outcome.why is None else _why(language, outcome.why),
        "kept": None if outcome.kept is None else evidence / outcome.kept,
    }
    yield f"{outcome.name or '–'}: {language.word('cosign', outcome.code, **facts)}"
    if outcome.ahead:
        ahead = language.span(outcome.ahead)
        yield f"  {language.say('Its clock is {ahead} ahead of ours: have both set.', ahead=ahead)}"


def _why(language: Language, why: str) -> str:
    if why.isdecimal():
        return language.say("HTTP code {code}", code=why)
    return language.word("why", why)
