"""Languages: every word that a user sees, from the catalogues in `locale/`.

**Rule:** a sentence stands in the code in English and is looked up; what has a code (errors,
findings, states) is looked up as `kind.code`, and its sentence stands in the catalogue alone. Below
the faces a language is an argument, never a setting of the process: two sessions may speak two
languages at once. Dates and numbers are written here too, never by the machine's locale: a machine
without a network may have none installed.
"""

import gettext
from datetime import datetime, tzinfo
from functools import cache, lru_cache
from pathlib import Path

from kt1custody.core.formats.numbers import LAST_TIME

DOMAIN = "kt1"
FOLDER = Path(__file__).parent / "locale"
LANGUAGES = ("vi", "en")  # the first is spoken unless a setting says otherwise
_DAY = 86_400
_KEPT = 4_096  # sentences of codes that are kept as they were found
_LONG = 3 * _DAY  # seconds; what is longer is given in days


class Language:
    """A language, with its catalogue in memory; many threads may use one.

    Attributes:
        code: Such as `vi`.
        is_page: It is spoken on a page: what names a command has a sentence that names a button
            there, `error.locked@page` beside `error.locked`.
    """

    def __init__(self, code: str, *, is_page: bool = False) -> None:
        """Read a language's catalogue.

        Raises:
            FileNotFoundError: There is none.
        """
        self.code = code
        self.is_page = is_page
        self._catalogue = gettext.translation(DOMAIN, str(FOLDER), [code])
        # A page of sixty steps asks for the same few words a thousand times.
        self._sentence = lru_cache(maxsize=_KEPT)(self._find_sentence)
        self._signs = {",": self.word("number", "group"), ".": self.word("number", "point")}

    def say(self, message: str, /, **facts: object) -> str:
        """Translate a sentence, then fill its places in braces."""
        sentence = self._catalogue.gettext(message)
        return sentence.format(**facts) if facts else sentence

    def say_count(self, singular: str, plural: str, count: int, /, **facts: object) -> str:
        """Translate a sentence in the form that goes with a count, then fill its places.

        The place `{count}` is filled with the count, written as `number` does.
        """
        sentence = self._catalogue.ngettext(singular, plural, count)
        return sentence.format(count=self.number(count), **facts)

    def word(self, kind: str, code: str, /, **facts: object) -> str:
        """Give the word or sentence for a code, such as `word("status", "held")`.

        Args:
            kind: What is named: `error`, `status`, `act` …
            code: The stable word itself.
            facts: What fills its places. Its form goes with `count`, which is written as `number`
                does, or else with `size`.
        """
        count, size = facts.get("count"), facts.get("size")
        if isinstance(count, int):
            sentence = self._sentence(f"{kind}.{code}", count)
            facts["count"] = self.number(count)
        else:
            sentence = self._sentence(f"{kind}.{code}", size if isinstance(size, int) else 1)
        try:
            return sentence.format(**facts)
        except (KeyError, IndexError, ValueError):  # an error that was raised with fewer facts
            return sentence

    def has_word(self, kind: str, code: str) -> bool:
        """Tell whether a code has its word."""
        return self._sentence(f"{kind}.{code}", 1) != f"{kind}.{code}"

    def _find_sentence(self, name: str, count: int) -> str:
        """Look a code up; only in some languages, and only for some codes, are there several forms."""
        if self.is_page and self._forms(f"{name}@page", count) != f"{name}@page":
            return self._forms(f"{name}@page", count)
        return self._forms(name, count)

    def _forms(self, name: str, count: int) -> str:
        sentence = self._catalogue.ngettext(name, name, count)
        return sentence if sentence != name else self._catalogue.gettext(name)

    def number(self, value: float) -> str:
        """Write a count or measure: `1.234,5` in Vietnamese, `1,234.5` in English.

        Not for what names something (item, seal, log position, year): that has its own groups or
        none.
        """
        return "".join(self._signs.get(sign, sign) for sign in f"{value:,}")

    def moment(self, at: int, zone: tzinfo) -> str:
        """Write a time (Unix seconds UTC) as an office does: `23/11/2026 07:05`."""
        return local_time(at, zone).strftime("%d/%m/%Y %H:%M")

    def moment_to_the_second(self, at: int, zone: tzinfo) -> str:
        """Write a time where the order of happenings counts: `23/11/2026 07:05:09`."""
        return local_time(at, zone).strftime("%d/%m/%Y %H:%M:%S")

    def day_in_words(self, at: int, zone: tzinfo) -> str:
        """Write a time so that day and month cannot be confused: `5 March 2026, 09:00`."""
        local = local_time(at, zone)
        return self.say(
            "{day} {month} {year}, {clock}",
            day=local.day,
            month=self.word("month", str(local.month)),
            year=local.year,
            clock=local.strftime("%H:%M"),
        )

    def span(self, seconds: int) -> str:
        """Write a length of time in hours and minutes; one below a second is less than one.

        A clock that goes wrong gives no negative age.
        """
        hours, minutes = seconds // 3600, seconds % 3600 // 60
        if seconds < 1:
            return self.say("less than 1 s")
        if seconds < 60:
            return self.say("{seconds} s", seconds=seconds)
        if not hours:
            return self.say("{minutes} min", minutes=minutes)
        if not minutes:
            return self.say("{hours} h", hours=hours)
        return self.say("{hours} h {minutes} min", hours=hours, minutes=minutes)

    def wait(self, seconds: int) -> str:
        """Write how long somebody has to wait, or how far off a clock is, in units to be pictured.

        It is rounded up, so that nobody is told to wait too little.
        """
        if seconds <= 60:
            return self.span(max(1, seconds))
        if seconds <= _LONG:
            return self.span(-(-seconds // 60) * 60)
        years, days = divmod(-(-seconds // _DAY), 365)
        parts = [self.say_count("{count} year", "{count} years", years)] if years else []
        if days:
            parts.append(self.say_count("{count} day", "{count} days", days))
        return " ".join(parts)


@cache
def language(code: str, *, is_page: bool = False) -> Language:
    """Give a language by its code, one of `LANGUAGES`; `is_page` as of `Language`."""
    return Language(code, is_page=is_page)


def local_time(at: int, zone: tzinfo) -> datetime:
    """Give the local time of a moment (Unix seconds UTC); 1 January 9999 for all that is later.

    What others have signed may name times that no calendar can write.
    """
    return datetime.fromtimestamp(min(at, LAST_TIME), zone)


def one_line(value: object) -> str:
    """Write on one line what others have written: nothing in it moves a cursor or begins a line."""
    text = value.hex() if isinstance(value, bytes) else str(value)
    return "".join(sign if sign.isprintable() else "?" for sign in text)
