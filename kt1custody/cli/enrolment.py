"""Enrolling the people of a list, one after the other at the keyboard."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kt1custody.cli import keyboard
from kt1custody.cli import officers as signing
from kt1custody.cli.face import Face, common
from kt1custody.i18n import number, say, say_count, word

if TYPE_CHECKING:
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
    from kt1custody.services.people import staff

    listed = staff.read(face.session(), file)
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
        staff.name_founders(face.session(), {one.number: one.name for one in listed.known}, both)
    except BaseException:
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
    from kt1custody.services.people import people

    session = face.session()
    people.check_enrol(session, listed.new, officers)
    session.unlock(officers)
    for place, person in enumerate(listed.new, start=1):
        answer = _call(face, person, place, len(listed.new))
        if answer == _STOP:
            return
        if answer == _NOW:
            people.enrol_person(session, person, officers)
            done.append(person.number)
            face.note(say("✓ {who} is enrolled.", who=person.number))


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
