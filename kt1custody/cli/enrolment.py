"""Enrolling the people of a list, one after the other at the keyboard."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kt1custody.cli import keyboard
from kt1custody.cli import officers as signing
from kt1custody.cli.face import Face, common
from kt1custody.cli.speech import number, say, say_count, word
from kt1custody.core import pins
from kt1custody.errors import KtError, RefusedError

if TYPE_CHECKING:
    from kt1custody.core.log.entry import Entry
    from kt1custody.core.manifest.list_rows import Person
    from kt1custody.services.people.staff import Staff

_NOW, _LATER, _STOP = "", "s", "q"


@click.command(help=say("Enrol everybody in a list who has no key yet, and make key files."))
@click.argument("file", type=click.Path(path_type=Path), metavar=say("FILE"))
@signing.option
@click.option("--dry-run", is_flag=True, help=say("Only check; store nothing."))
@common
@click.pass_obj
def enrol(face: Face, file: Path, officers: tuple[str, str] | None, dry_run: bool) -> None:
    """Enrol people."""
    from kt1custody.cli import given_files
    from kt1custody.services.people import staff

    listed = staff.read(face.session(), given_files.table(file))
    for line in _summary(listed):
        face.note(line)
    if dry_run:
        new = [one.number for one in listed.new]
        face.answer({"enrolled": [], "new": new}, [say("The list is right; nothing was stored.")])
        return
    if not (listed.new or _looks_at_founders(face, listed)):
        line = say("Nobody in the list is new: nothing was signed.")
        face.answer({"enrolled": [], "rest": []}, [line])
        return
    both = signing.two(face, officers)
    done: list[str] = []
    try:
        _enrol_all(face, listed, both, done)
        names = {person.number: person.name for person in listed.known}
        face.carry_out(staff.NameFounders(names=names, officers=both))
    except BaseException as error:
        if done or not isinstance(error, KtError):  # what is refused at once was not interrupted
            _say_rest(face, listed, done)
        raise
    rest = [one.number for one in listed.new if one.number not in done]
    face.answer(
        {"enrolled": done, "rest": rest},
        [
            say_count(
                "{count} person enrolled: {who}",
                "{count} people enrolled: {who}",
                len(done),
                who=", ".join(done),
            )
            if done
            else say("Nobody was enrolled."),
            *([say("Left for later: {who}", who=", ".join(rest))] if rest else []),
        ],
    )


def _looks_at_founders(face: Face, listed: "Staff") -> bool:
    """Tell whether the officers type their passphrases for nothing but the founders' names."""
    if not listed.unnamed or listed.is_sure:
        return bool(listed.unnamed)
    return face.agree(
        say(
            "Nobody in the list is new. Whether the log holds the names of {who}, only the "
            "passphrases of two officers can show. Look?",
            who=", ".join(listed.unnamed),
        )
    )


def _enrol_all(face: Face, listed: "Staff", officers: tuple[str, str], done: list[str]) -> None:
    """Have everybody choose a PIN and enrol them; each is in the log before the next is asked."""
    from kt1custody.services.people.enrolment import Enrol
    from kt1custody.services.session import use_case

    for person in listed.new:
        use_case.check(face.session(), Enrol(person=person, key=None, officers=officers))
    face.unlock(*officers)
    for place, person in enumerate(listed.new, start=1):
        answer = _call(face, person, place, len(listed.new))
        if answer == _STOP:
            return
        if answer == _NOW:
            enrol_person(face, person, officers)
            done.append(person.number)
            face.note(say("✓ {who} is enrolled.", who=person.number))


def enrol_person(face: Face, person: "Person", officers: tuple[str, str]) -> "Entry":
    """Enrol one person: the person chooses a PIN, and the key is in the log.

    A crash before the log has it leaves the key file, which the next try opens with its PIN.

    Raises:
        RefusedError: Of the PIN as `pins.check`; `changed-meanwhile`: other officers have enrolled
            the person, and a key file that was made here is gone again.
    """
    from kt1custody.services.people import own_keys
    from kt1custody.services.people.enrolment import Enrol

    here, who = face.here, person.number
    is_new = not own_keys.is_there(here, who)
    if not is_new:
        face.unlock_own(who)
        is_new = own_keys.set_aside_ended(here, who)
    if is_new:
        pin = face.new_pin(who, passphrase=pins.is_passphrase(person.role))
        own_keys.make(here, person, pin)
    public = own_keys.public(here, person)
    try:
        [*_, entry] = face.carry_out(Enrol(person=person, key=public, officers=officers))
    except RefusedError as error:
        if is_new and error.code == "changed-meanwhile":
            own_keys.drop(here, who)
        raise
    return entry


def renew(face: Face, who: str, officers: tuple[str, str]) -> "Entry | None":
    """Give a person a new key file and end the old key, by one commit.

    The person types the old PIN and chooses a new one. The new file stands beside the old until
    the log has both acts; whatever stops in between, the command is given again.

    Returns:
        The entry that ends the old key, or None if only the file had still to be put in place.

    Raises:
        RefusedError: `no-such-person`; of the new PIN as `pins.check`; `changed-meanwhile`: other
            officers have changed the person's key or duty, and a new key file that waits here for
            a log without it is gone again.
    """
    from kt1custody.services.people import own_keys
    from kt1custody.services.people.enrolment import RenewKey
    from kt1custody.services.session import use_case

    here, old = face.here, own_keys.in_force(face.here, who)
    use_case.check(face.session(), RenewKey(old=old, key=None, officers=officers))
    fresh = own_keys.renew(here, old, face.new_pin(who, passphrase=pins.is_passphrase(old.role)))
    if fresh.signing.kid == old.kid:
        own_keys.put_in_place(here, fresh)
        return None
    face.unlock(*officers, who)
    try:
        public = own_keys.public_of(here, old, fresh)
        entries = face.carry_out(RenewKey(old=old, key=public, officers=officers))
    except RefusedError as error:
        if error.code == "changed-meanwhile":
            own_keys.drop_renewed(here, fresh)
        raise
    own_keys.put_in_place(here, fresh)
    return entries[-1]


def _call(face: Face, person: "Person", place: int, count: int) -> str:
    """Call a person to the keyboard; asks whether they are there, unless nobody is asked."""
    face.note(
        say(
            "— {place} of {count} — {who} {name}, {role}, {office}",
            place=number(place),
            count=number(count),
            who=person.number,
            name=person.name,
            role=word("role", person.role),
            office=face.place(str(person.office)),
        )
    )
    if not sys.stdin.isatty() or person.number in face.pins():
        return _NOW
    return keyboard.ask(
        say("Is this person here? Enter: yes; s: not now; q: end here"),
        type=click.Choice([_NOW, _LATER, _STOP]),
        default=_NOW,
        show_choices=False,
    )


def _summary(listed: "Staff") -> list[str]:
    """Say who is to be enrolled and who is passed over."""
    lines = [say("To be enrolled: {count}", count=number(len(listed.new)))]
    if listed.examples:
        lines.append(
            say("Rows marked as examples were left aside: {count}", count=number(listed.examples))
        )
    if listed.known:
        who = ", ".join(one.number for one in listed.known)
        lines.append(say("Passed over, since they have a key: {who}", who=who))
    return lines


def _say_rest(face: Face, listed: "Staff", done: list[str]) -> None:
    """Say what an interruption leaves."""
    if len(done) < len(listed.new):
        face.note("")  # the question that was interrupted has a line of its own
        face.note(
            say(
                "Interrupted: {done} of {count} are enrolled, for good. Give the same command again: "
                "it goes on with the others.",
                done=number(len(done)),
                count=number(len(listed.new)),
            )
        )
