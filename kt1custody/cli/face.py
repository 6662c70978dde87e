"""What every command shares: its options, its session, questions, answers and errors."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kt1custody import settings
from kt1custody.cli import ending, keyboard, new_pin, signing
from kt1custody.cli.speech import LANGUAGE, say, words_of
from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import numbers
from kt1custody.core.formats.places import Office
from kt1custody.core.log.schema import CONDITIONS
from kt1custody.core.manifest.cells import read_time
from kt1custody.errors import (
    KtError,
    MalformedInputError,
    NotAllowedError,
    RefusedError,
    UnavailableError,
)
from kt1custody.settings import Settings
from kt1custody.words.errors import behind_lines, error_lines
from kt1custody.words.items import item_lines
from kt1custody.words.judgements import notes_lines

if TYPE_CHECKING:
    from kt1custody.core.log.entry import Entry
    from kt1custody.services.session.here import Here
    from kt1custody.services.session.session import Session
    from kt1custody.services.session.use_case import UseCase

DEMO = Path("demo")  # where the person stands
_NEW_PIN = ".new"  # ends the name of a line that holds a PIN to be chosen
_MAX_PIN_FILE = 100_000  # bytes
_PIN_TRIES = 3  # in a row, until the list is shown again
_SCAN = 200  # characters; no PIN is so long, every seal is longer
_C = TypeVar("_C", bound=Callable[..., object])
_S = TypeVar("_S")
_R = TypeVar("_R")


@dataclass
class Face:
    """One call of the program: its options, and how it speaks.

    Attributes:
        as_json: Answer for machines.
        yes: Take every list as confirmed.
        as_of: Time given by hand, as typed.
        demo: Work on the training log in the folder `demo`.
    """

    as_json: bool = False
    yes: bool = False
    data: Path | None = None
    keys: Path | None = None
    pin_file: Path | None = None
    as_of: str | None = None
    demo: bool = False
    _asides: list[dict[str, object]] = field(default_factory=list)
    _wrong_pins: Counter[str] = field(default_factory=Counter)
    _settings: Settings | None = None
    _real: bool | None = None
    _session: "Session | None" = None
    _here: "Here | None" = None
    _places: Mapping[int, Office] | None = None

    @property
    def settings(self) -> Settings:
        """The settings of this machine, read when first needed."""
        if self._settings is None:
            self._settings = settings.read(demo=DEMO if self.demo else None)
        return self._settings

    def session(self) -> "Session":
        """Give the session of this call, one for the whole call."""
        if self._session is None:
            from kt1custody import app  # the services behind it take longest to load

            self._session = app.make_session(
                self.settings,
                data=self.data,
                keys=self.keys,
                as_of=None if self.as_of is None else self.time(self.as_of),
            )
        return self._session

    @property
    def here(self) -> "Here":
        """The people at this machine, as far as their keys are unlocked for this call."""
        if self._here is None:
            from kt1custody.services.session.here import Here

            self._here = Here(self.session())
        return self._here

    def carry_out(
        self,
        use_case: "UseCase[_S]",
        confirm: "Callable[[_S], bool] | None" = None,
        before: "signing.Before | None" = None,
    ) -> "list[Entry]":
        """Ask the rules, show what is to happen, have its people type their PINs, sign and commit.

        Args:
            confirm: Shows it and asks; nothing happens on False.
            before: As of `signing.carry_out`.

        Raises:
            RefusedError: `not-confirmed`, `changed-meanwhile`, and as the use case says.
        """
        from kt1custody.services.session import use_case as use_cases

        allowed = use_cases.check(self.session(), use_case)
        if confirm is not None and not confirm(allowed.shown):
            raise RefusedError("not-confirmed")
        self.unlock(*allowed.people)
        return signing.carry_out(self.here, use_case, allowed, before)

    def unlock(self, *people: str) -> None:
        """Ask each person for the PIN, in turn, once a call; again while it is wrong.

        Raises:
            RefusedError: `no-such-person`.
            NotAllowedError: `wrong-pin` and others of `Here.unlock`; `pin-not-given`.
            UnavailableError: As `Here.locked` and `Here.unlock`.
        """
        for staff in self.here.locked(people):
            self.retry_pin(partial(self.here.unlock, staff), staff)

    def unlock_own(self, staff: str) -> None:
        """Ask a person for the PIN of a key file whose key the log may not know yet; as `unlock`."""
        if not self.here.is_unlocked(staff):
            self.retry_pin(partial(self.here.unlock, staff), staff)

    def retry_pin(self, unlock: Callable[[str], _R], staff: str) -> _R:
        """Ask a person for a PIN until it opens something, or may not be asked for again."""
        while True:
            try:
                return unlock(self._ask_pin(staff))
            except NotAllowedError as error:
                is_wrong = error.code in {"wrong-pin", "wrong-pin-before"}
                if not (is_wrong and self._may_try_again(error)):
                    raise

    def unlock_reader(self, staff: str) -> None:
        """Ask somebody for the PIN who reads records; nobody types one who can open none.

        Raises:
            NotAllowedError: `no-access`; and as `unlock`.
        """
        from kt1custody.services.session import slips

        slips.refuse_no_reading(self.session(), staff)
        self.unlock(staff)

    @property
    def done(self) -> ending.Done:
        """What this call has done for good."""
        if self._session is None:
            return ending.Done()
        return ending.Done(
            positions=[one.seq for one in self._session.recorded],
            checkpoint=self._session.given_out,
        )

    def read_only(self) -> list[str]:
        """Say why what leaves this machine ends before the log does, if it may."""
        if self.session().database.can_write:
            return []
        return [
            say(
                "The log can only be read here, so nothing was signed: this ends at the newest "
                "checkpoint that was given out."
            )
        ]

    def hand_on(self, reader: str | None) -> "Session":
        """Give a session for a server, and forget every key that was unlocked in this call.

        Args:
            reader: Whose opener of records goes along; nothing that signs does.
        """
        session = self.session()
        served = session.beside(device=session.device, language=session.language)
        if reader is not None:
            session.lend(reader, served, reader)
        session.forget()
        self._here = None
        return served

    def close(self) -> None:
        """Let go of the database."""
        if self._session is not None:
            self._session.close()

    def pins(self) -> dict[str, str]:
        """Read the PIN file, if there is one.

        Raises:
            RefusedError: `pin-file-open`: others may read it, and the log is not for training.
            UnavailableError: `file-unreadable`.
        """
        path = self.pin_file or self.settings.pin_file
        if path is None:
            return {}
        if self._real is None:
            from kt1custody.services.custody import look

            self._real = not look.is_training(self.session())
        if self._real:
            self.refuse_open_pins()
        try:
            with path.open(encoding="utf-8-sig") as file:
                lines = file.read(_MAX_PIN_FILE).splitlines()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "UTF-8"
            raise UnavailableError("file-unreadable", name=str(path), why=why) from None
        return {staff.strip(): pin for staff, _, pin in (line.partition("=") for line in lines)}

    def refuse_open_pins(self) -> None:
        """Refuse a PIN file that others may read; a log for training takes it.

        Raises:
            RefusedError: `pin-file-open`.
        """
        path = self.pin_file or self.settings.pin_file
        if (
            path is not None
            and path.exists()
            and path.stat().st_mode & 0o077
            and os.name == "posix"
        ):
            raise RefusedError("pin-file-open", name=path.name)

    def answer(
        self, told: Mapping[str, object], lines: Sequence[str], *, has_notes: bool = False
    ) -> None:
        """Show an answer: as JSON, or as lines for people; and what went wrong beside it.

        Args:
            has_notes: The lines say already what the log noted of each act.
        """
        warnings = [] if self._session is None else self._session.warnings
        behind = self.behind
        recorded = [] if self._session is None or has_notes else self._session.recorded
        if self.as_json:
            more: dict[str, object] = {}
            codes = [one.code for one in (*warnings, *behind)]
            more |= {"warnings": codes} if codes else {}
            more |= {"asides": self._asides} if self._asides else {}
            ending.show(ending.spell({**told, **more}))
            return
        notes = notes_lines(LANGUAGE, (note for entry in recorded for note in entry.notes))
        ending.show("\n".join([*lines, *notes]))
        for one in warnings:
            self.note(say("Recorded; but something behind it failed, and IT must look:"))
            for line in error_lines(LANGUAGE, one):
                self.note(f"  {line}")
        for line in behind_lines(LANGUAGE, behind):
            self.note(line)

    @property
    def behind(self) -> list[KtError]:
        """Say that what this call has read is not the newest, if it is so."""
        found = None if self._session is None else self._session.behind()
        return [] if found is None else [found]

    def note(self, line: str) -> None:
        """Tell people something beside the answer."""
        if not self.as_json:
            ending.note(line)

    def aside(self, line: str, **facts: object) -> None:
        """Tell people something beside the answer, and machines its facts with the answer."""
        self.note(line)
        self._asides.append(facts)

    def confirm(self, question: str) -> Callable[[Sequence[ItemState]], bool]:
        """Make the function with which a service shows its list and asks."""

        def ask(shown: Sequence[ItemState]) -> bool:
            from kt1custody.services.custody import look

            if not self.as_json:
                told = look.by_right_clock(self.session(), shown)
                for line in item_lines(LANGUAGE, told, self.settings.zone, self.place):
                    ending.note(line)
            return self.agree(question)

        return ask

    def agree(self, question: str) -> bool:
        """Ask for yes or no where somebody can answer; `--yes` answers, silence is a no."""
        if self.yes or not sys.stdin.isatty():
            return self.yes
        return self.insist(question)

    def insist(self, question: str) -> bool:
        """Ask for yes or no at the keyboard, whatever `--yes` says."""
        asked = say("{question} (y: yes, n: no; Enter: no)", question=question)
        return keyboard.agree(asked)

    def ask(self, typed: str | None, question: str) -> str:
        """Give what was typed as an option, or ask for it where somebody can answer."""
        if typed is not None:
            return typed
        if not sys.stdin.isatty():
            return ""
        return keyboard.ask(question, default="")

    def time(self, typed: str) -> int:
        """Read a time as typed: `dd/mm/yyyy hh:mm` in the office's time zone, or ISO 8601.

        Raises:
            MalformedInputError: `time-malformed`.
        """
        zone = self.settings.zone
        at = read_time(typed.strip(), zone)
        if at is None:
            try:
                told = datetime.fromisoformat(typed.strip())
                at = int((told if told.tzinfo else told.replace(tzinfo=zone)).timestamp())
            except (ValueError, OverflowError):
                raise MalformedInputError("time-malformed") from None
        if not 0 <= at < 2**40:
            raise MalformedInputError("time-malformed")
        return at

    def position(self, typed: str) -> int:
        """Read a log position as typed, with or without its sign.

        Raises:
            MalformedInputError: `position-malformed`.
        """
        digits = typed.strip().removeprefix("#")
        if not (digits.isascii() and digits.isdecimal() and len(digits) <= 15):
            raise MalformedInputError("position-malformed")
        return int(digits)

    def place(self, holder: str) -> str:
        """Name an office by its number; a person's number stays as it is."""
        if not holder.isdecimal():
            return holder
        if self._places is None:
            from kt1custody.services.custody import look

            known = look.places(self.session())
            self._places = known.offices if known else {}
        office = self._places.get(int(holder))
        return f"{office.name} ({holder})" if office else holder

    def clerk(self, typed: str | None) -> str:
        """Say which clerk gives this command.

        The option, else `KT1_STAFF`, else the first clerk of the office in the PIN file.

        Raises:
            RefusedError: `clerk-not-named`.
        """
        if typed or self.settings.staff:
            return numbers.parse_staff_number(typed or self.settings.staff or "")
        from kt1custody.services.custody import look

        pins = self.pins()
        if pins:
            for clerk in look.clerks(self.session()):
                if clerk in pins:
                    return clerk
        answer = self.ask(None, say("Staff number of the clerk"))
        if not answer:
            raise RefusedError("clerk-not-named")
        return numbers.parse_staff_number(answer)

    def _ask_pin(self, staff: str) -> str:
        pins = self.pins()
        if staff in pins:
            return pins[staff]
        if not sys.stdin.isatty():
            raise NotAllowedError("pin-not-given", staff=staff)
        question = say("{staff}, your PIN", staff=staff)
        while True:
            pin = keyboard.ask_secret(question)
            if len(pin) < _SCAN:
                return pin
            self.note(say("That was a scan, not a PIN; it does not count as a wrong one."))

    def _may_try_again(self, error: NotAllowedError) -> bool:
        """Say that a PIN was wrong; let who has typed it try again, three times in all."""
        staff = str(error.detail.get("staff"))
        self._wrong_pins[staff] += 1
        tried = self._wrong_pins[staff] % _PIN_TRIES
        if not sys.stdin.isatty() or staff in self.pins() or not tried:
            return False
        for line in error_lines(LANGUAGE, error):
            self.note(line)
        return True

    def new_pin(self, staff: str, *, passphrase: bool) -> str:
        """Have a person choose the PIN of a new key, or the passphrase of an officer's."""
        pins = self.pins()
        for line in (staff + _NEW_PIN, staff):
            if line in pins:
                return pins[line]
        if not sys.stdin.isatty():
            raise NotAllowedError("pin-not-given", staff=staff)
        return new_pin.choose(staff, passphrase)


class Root(click.Group):
    """The program: turns every error of ours into a sentence and an exit code."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:  # noqa: ANN401  # click's
        """Read what was typed; help that is asked for may find nobody to read it."""
        try:
            return super().make_context(*args, **kwargs)
        except OSError as cause:
            lost = ending.lose(cause, sys.stdout)
            sys.exit(ending.end(lost, ending.Done(), as_json=False))

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was given."""
        face = ctx.ensure_object(Face)
        try:
            return super().invoke(ctx)
        except BaseException as cause:
            code = ending.end(cause, face.done, face.behind, as_json=face.as_json)
            if code is None:
                raise
            ending.release()  # help of a command is written by others
            ctx.exit(code)
        finally:
            face.close()


def common(command: _C) -> _C:
    """Give a command the options that all have."""
    for option in reversed(_COMMON):
        command = option(command)
    return command


def _keep(ctx: click.Context, option: click.Parameter, value: object) -> None:
    """Keep a common option, whether it stands before or behind the command's name."""
    if value is not None and value is not False:
        setattr(ctx.ensure_object(Face), option.name or "", value)


_PATH = click.Path(path_type=Path)


def _option(*names: str, **facts: Any) -> Callable[[_C], _C]:  # noqa: ANN401  # click's own
    return click.option(*names, expose_value=False, callback=_keep, **facts)


_COMMON = (
    _option("--data", type=_PATH, metavar=say("FOLDER"), help=say("Data folder.")),
    _option("--keys", type=_PATH, metavar=say("FOLDER"), help=say("Keys folder.")),
    _option(
        "--pin-file",
        type=_PATH,
        metavar=say("FILE"),
        help=say(
            "File with lines NV011=PIN, for practice. With a real log everybody types their own; it "
            "takes such a file only if nobody else may read it."
        ),
    ),
    _option(
        "--as-of",
        metavar=say("TIME"),
        help=say("Take this time, dd/mm/yyyy hh:mm; training logs only."),
    ),
    _option(
        "--demo",
        is_flag=True,
        help=say("Practise: folders, PINs and clock of the training log that kt1 demo made here."),
    ),
    _option("--json", "as_json", is_flag=True, help=say("Answer for machines, as JSON.")),
    _option("--yes", is_flag=True, help=say("Do not ask; take the list as confirmed.")),
)

items = click.argument("given", nargs=-1, metavar=say("[NUMBER|SEAL|PICTURE]…"))
from_file = click.option(
    "--from",
    "file",
    type=_PATH,
    metavar=say("FILE"),
    help=say("Read them from a file, one a line."),
)
cond_option = click.option(
    "--cond",
    type=click.Choice(CONDITIONS),
    default="intact",
    show_default=True,
    help=words_of("cond", CONDITIONS),
)
genesis_option = click.option(
    "--genesis",
    metavar=say("HASH"),
    help=say("Genesis hash, taken from paper; its groups with dashes between them, or in quotes."),
)
officers_option = click.option(
    "--officer",
    "officers",
    nargs=2,
    required=True,
    metavar="NV… NV…",
    help=say("The two officers who sign."),
)
witness_option = click.option(
    "--witness", metavar="NV…", help=say("Second person; needed for mark A.")
)
