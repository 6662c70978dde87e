"""Filling in one item at a terminal: a question at a time, each answer checked as it is given.

**Rule:** the rules are the manifest's, asked of what is filled in so far; nothing is decided here.
An answer stays until it is changed: a wrong PIN or a refusal leads back to the slip, never to its
beginning.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from kt1custody.cli import ending, pick_agency, registering
from kt1custody.cli.face import Face
from kt1custody.cli.speech import day_in_words, moment, number, say, word
from kt1custody.core.formats import spelling
from kt1custody.core.manifest.cells import read_time
from kt1custody.core.manifest.layout import COLUMNS, RowFinding
from kt1custody.core.manifest.row import KINDS, LAYERS, URGENCIES
from kt1custody.errors import MalformedInputError, NotAllowedError, RefusedError

if TYPE_CHECKING:
    from kt1custody.cli.registering import Registered
    from kt1custody.core.formats.places import Places

# In the order in which they are asked: what decides about others comes before them.
_QUESTIONS = (
    "sender",
    "recipient",
    "mark",
    "urgency",
    "appt",
    "reference",
    "named",
    "kind",
    "layers",
    "weight",
    "note",
)
_LISTS: Mapping[str, Sequence[str]] = {"urgency": URGENCIES, "kind": KINDS, "layers": LAYERS}
# Asked anew when the answer before the colon is changed.
_DEPENDENT = {"mark": ("reference", "layers"), "urgency": ("appt",)}

# What is wrong with the name of an agency is said of its code.
_NAME_OF = {"sender": "sender_name", "recipient": "recipient_name"}


class Dialogue:
    """Asks for an item until it is signed or given up."""

    def __init__(self, face: Face, given: Mapping[str, str | None]) -> None:
        """Take what was given as options; it is checked in its turn.

        Args:
            given: Untrusted, by the keys of `layout.COLUMNS`; None for what is to be asked for.
        """
        self._face = face
        self._cells = {key: typed for key, typed in given.items() if typed is not None}
        self._known: Places | None = None

    def run(self, by: str | None, *, dry_run: bool) -> "Registered":
        """Fill in the slip, show it, and have it signed.

        Args:
            by: Clerk who accepts, as typed, or None.
            dry_run: Only check; nothing is shown or signed.

        Raises:
            RefusedError: `not-confirmed`: given up; nothing was stored.
        """
        while True:
            for key in _QUESTIONS:
                self._settle(key)
            if not (dry_run or self._face.yes):
                self._show()
                change = self._agree()
                if change is not None:
                    self._forget(change)
                    continue
            made = self._sign(by, dry_run=dry_run)
            if made is not None:
                return made

    def _settle(self, key: str) -> None:
        """Take what is known or filled in already, if it is right; else ask for it."""
        typed, implied = self._cells.get(key), self._implied(key)
        if typed is not None and (typed or implied is None):
            faults = self._faults(key, typed)
            _tell(faults)
            if not faults:
                return
        if implied is None:
            self._ask(key)
        else:
            self._cells[key] = implied

    def _implied(self, key: str) -> str | None:
        """Give the only answer that another one leaves, or None where there is a choice."""
        mark = self._cells.get("mark", "").strip().upper()
        urgency = self._cells.get("urgency", "")
        match key:
            case "reference" if mark == "A":
                return ""
            case "layers" if mark == "A":
                return "2"
            case "appt" if spelling.fold(urgency) in map(spelling.fold, ("", *URGENCIES[:2])):
                return ""
            case _:
                return None

    def _ask(self, key: str) -> None:
        """Ask until the answer is right."""
        while True:
            typed = self._face.ask(None, self._question(key)).strip()
            if key in ("sender", "recipient"):
                answer = pick_agency.pick(self._face, typed)
            else:
                answer = _choice(key, typed)
            if answer is None:
                continue
            faults = self._faults(key, answer)
            _tell(faults)
            if not faults:
                break
        self._cells[key] = answer
        meaning = self._meaning(key)
        if meaning:
            _say(f"  → {meaning}")

    def _question(self, key: str) -> str:
        told = word("ask", key)
        if key in ("urgency", "kind"):
            options = (f"{place} {name}" for place, name in enumerate(_LISTS[key], start=1))
            return say(
                "{question}: {options} (Enter: 1)", question=told, options=", ".join(options)
            )
        if key == "appt":
            from kt1custody.services.registration import fill_in

            first = fill_in.earliest_appointment(self._face.session(), self._cells["recipient"])
            if first is not None:
                at = moment(first, self._face.settings.zone)
                return say("{question}, {at} at the earliest", question=told, at=at)
        return told

    def _faults(self, key: str, answer: str) -> list[RowFinding]:
        """Check one answer against the others so far."""
        from kt1custody.services.registration import fill_in

        columns = {COLUMNS[key], COLUMNS.get(_NAME_OF.get(key, ""))}
        cells = {**self._cells, key: answer}
        found = fill_in.check(self._face.session(), cells)
        return [finding for finding in found if finding.column in columns]

    def _meaning(self, key: str) -> str:
        """Say what an answer means, where it does not speak for itself."""
        answer = self._cells[key]
        match key:
            case "sender":
                return self._named(answer)
            case "recipient":
                return self._delivered(answer)
            case "mark" if answer.upper() == "A":
                return say("Mark A: two envelopes, one in the other, and no document number.")
            case "appt":
                return self._in_words(answer)
            case _:
                return ""

    def _in_words(self, typed: str) -> str:
        at = read_time(spelling.canonical(typed), self._face.settings.zone)
        return typed if at is None else day_in_words(at, self._face.settings.zone)

    def _named(self, code: str) -> str:
        agency = self._places().agencies.get(code)
        return code if agency is None else f"{agency.name} ({code})"

    def _delivered(self, code: str) -> str:
        """Name an agency with the office that delivers to it."""
        agency = self._places().agencies.get(code)
        office = None if agency is None else self._places().destination(agency)
        if office is None:
            return self._named(code)
        return say("{name}, delivered by {office}", name=self._named(code), office=office.name)

    def _places(self) -> "Places":
        from kt1custody.services.custody import look

        if self._known is None:
            self._known = look.places(self._face.session())
        if self._known is None:
            raise RefusedError("no-catalogue", kind="agencies")
        return self._known

    def _show(self) -> None:
        """Show the slip in words, a numbered line an answer."""
        _say("")
        for place, key in enumerate(_QUESTIONS, start=1):
            answer = self._cells[key]
            match key:
                case "sender":
                    told = self._named(answer)
                case "recipient":
                    told = self._delivered(answer)
                case "appt" if answer:
                    told = self._in_words(answer)
                case "urgency" if not answer:
                    told = URGENCIES[0]
                case "weight":
                    told = f"{number(int(answer))} g"
                case _:
                    told = answer or "–"
            _say(f"{place:>3}  {word('slip', key)}: {told}")

    def _agree(self) -> str | None:
        """Ask whether it is right: None, or the answer that is to be changed."""
        while True:
            question = say("Sign this item? (y: sign, a line's number: change it, n: give it up)")
            typed = self._face.ask(None, question).strip().lower()
            if typed in ("y", "yes", "c", "có"):
                return None
            if typed in ("n", "no", "k", "không"):
                raise RefusedError("not-confirmed")
            if typed.isascii() and typed.isdecimal() and 1 <= int(typed) <= len(_QUESTIONS):
                return _QUESTIONS[int(typed) - 1]

    def _forget(self, key: str) -> None:
        for one in (key, *_DEPENDENT.get(key, ())):
            self._cells.pop(one, None)

    def _sign(self, by: str | None, *, dry_run: bool) -> "Registered | None":
        """Register the item; None if it was refused and somebody can mend that here."""
        from kt1custody.services.registration import register

        session = self._face.session()
        try:
            rows = register.one_row(session, self._cells)
            made = registering.run(self._face, rows, by, dry_run=dry_run)
        except (MalformedInputError, NotAllowedError, RefusedError) as error:
            if self._face.yes:
                raise
            pick_agency.tell_error(error)
            return None
        if not made.findings or self._face.yes:
            return made
        _tell(made.findings)
        titles = {COLUMNS[key]: key for key in _QUESTIONS}
        for finding in made.findings:
            self._forget(titles.get(finding.column, ""))
        return None


def _choice(key: str, typed: str) -> str:
    """Read an answer from a closed list, by its place or with or without accents."""
    options = _LISTS.get(key, ())
    if not options:
        return typed.upper() if key == "mark" else typed
    if not typed:
        return options[0]
    if (
        key != "layers"
        and typed.isascii()
        and typed.isdecimal()
        and 1 <= int(typed) <= len(options)
    ):
        return options[int(typed) - 1]
    same = [name for name in options if spelling.plain(name) == spelling.plain(typed)]
    return same[0] if same else typed


def _tell(findings: Iterable[RowFinding]) -> None:
    for finding in findings:
        _say(f"⚠ {word('finding', finding.code)}")


def _say(line: str) -> None:
    """Speak beside the answer, which may be for machines."""
    ending.note(line)
