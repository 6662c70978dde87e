"""Has a person choose the PIN of a new key: the rule first, then the PIN twice, checked at once."""

import click

from kt1custody.cli import ending, keyboard
from kt1custody.cli.speech import LANGUAGE, say
from kt1custody.core import pins
from kt1custody.errors import RefusedError
from kt1custody.words.errors import error_lines


def choose(staff: str, passphrase: bool) -> str:
    """Ask until a PIN, or an officer's passphrase, is good and was typed twice alike.

    Nothing of it is shown. What is wrong with it is said before it is asked for again.
    """
    ending.note(click.wrap_text(rule(passphrase=passphrase), width=78))
    while True:
        pin = _ask(
            say("{staff}, choose a passphrase", staff=staff)
            if passphrase
            else say("{staff}, choose a PIN", staff=staff)
        )
        try:
            pins.check(pin, staff=staff, officer=passphrase)
        except RefusedError as error:
            for line in error_lines(LANGUAGE, error):
                ending.note(line)
            continue
        if _ask(say("{staff}, once more", staff=staff)) == pin:
            return pin
        ending.note(say("These two were not alike. Again from the start."))


def rule(*, passphrase: bool) -> str:
    """Say what a new PIN or passphrase must be."""
    if passphrase:
        return say(
            "Passphrase of an officer: at least {least} characters, letters, digits and spaces as "
            "you like; best four or five words that nobody expects together. Not one piece again "
            "and again, not a row of letters or digits. It is not shown while you type. Wherever your "
            "PIN is asked for, type this passphrase.",
            least=pins.LEAST_CHARACTERS,
        )
    return say(
        "PIN: digits alone, at least {least}. Not 111111, 123456, 112233, 123123 or the like, not "
        "your staff number, not a birthday. It is not shown while you type.",
        least=pins.LEAST_DIGITS,
    )


def _ask(question: str) -> str:
    return keyboard.ask_secret(question, default="")
