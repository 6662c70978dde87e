"""People and their keys."""

from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kt1custody.cli import enrolment, templates
from kt1custody.cli.face import Face, common, officers_option
from kt1custody.cli.speech import moment, say, word, words_of
from kt1custody.core.formats import numbers
from kt1custody.core.log.schema import PEOPLE_ROLES, REASONS
from kt1custody.core.manifest.lists import PEOPLE
from kt1custody.i18n import one_line
from kt1custody.words.items import Place
from kt1custody.words.times import clock_time

if TYPE_CHECKING:
    from kt1custody.services.people.roster import Member


@click.group(help=say("People and their keys."))
def person() -> None:
    """Hold the commands about people."""


person.add_command(enrolment.enrol)


@person.command(help=say("Write an empty list of people to fill in, XLSX or CSV."))
@click.argument("file", type=click.Path(path_type=Path), metavar=say("FILE"))
@common
@click.pass_obj
def template(face: Face, file: Path) -> None:
    """Write the template."""
    templates.write(face, PEOPLE, file)


@person.command(help=say("Stop a person or device at once; anybody on duty may."))
@click.argument("who", metavar="NV…")
@click.option("--by", required=True, metavar="NV…", help=say("Who stops."))
@click.option(
    "--reason",
    required=True,
    type=click.Choice(REASONS["hold"]),
    help=words_of("reason", REASONS["hold"]),
)
@common
@click.pass_obj
def hold(face: Face, who: str, by: str, reason: str) -> None:
    """Put a person on hold."""
    from kt1custody.services.people import people

    stop = people.Hold(
        by=numbers.parse_staff_number(by), who=numbers.parse_staff_number(who), reason=reason
    )
    [*_, entry] = face.carry_out(stop)
    _answer(face, entry.seq, say("{who} is on hold.", who=who))


@person.command(help=say("End a hold; two officers."))
@click.argument("who", metavar="NV…")
@officers_option
@click.option(
    "--reason",
    required=True,
    type=click.Choice(REASONS["lift"]),
    help=words_of("reason", REASONS["lift"]),
)
@common
@click.pass_obj
def lift(face: Face, who: str, officers: tuple[str, str], reason: str) -> None:
    """End a hold."""
    from kt1custody.services.people import people

    first, second = map(numbers.parse_staff_number, officers)
    lifting = people.Lift(
        who=numbers.parse_staff_number(who), reason=reason, officers=(first, second)
    )
    [*_, entry] = face.carry_out(lifting)
    _answer(face, entry.seq, say("{who} is on hold no more.", who=who))


@person.command(help=say("End a person's key for good; two officers."))
@click.argument("who", metavar="NV…")
@officers_option
@click.option(
    "--reason",
    required=True,
    type=click.Choice(REASONS["revoke"]),
    help=words_of("reason", REASONS["revoke"]),
)
@click.option(
    "--since",
    metavar=say("TIME"),
    help=say("From when the key is not to be trusted, dd/mm/yyyy hh:mm; else from now."),
)
@common
@click.pass_obj
def revoke(face: Face, who: str, officers: tuple[str, str], reason: str, since: str | None) -> None:
    """End a key."""
    from kt1custody.services.people import people

    first, second = map(numbers.parse_staff_number, officers)
    begin = None if since is None else face.time(since)
    revocation = people.Revoke(
        who=numbers.parse_staff_number(who), reason=reason, since=begin, officers=(first, second)
    )
    [*_, entry] = face.carry_out(revocation)
    _answer(face, entry.seq, say("The key of {who} is revoked.", who=who))


@person.command("list", help=say("List people with role, office and term."))
@click.option("--reader", metavar="NV…", help=say("For whom the names are opened."))
@common
@click.pass_obj
def list_people(face: Face, reader: str | None) -> None:
    """List people."""
    from kt1custody.services.people import roster

    who = numbers.parse_staff_number(reader) if reader else None
    if who is not None:
        face.unlock_reader(who)
    found = roster.members(face.session(), who)
    zone = face.settings.zone
    told = [
        {
            "number": one.number,
            "name": one.name,
            "role": one.key.role,
            "office": one.key.office,
            "since": clock_time(one.key.since, zone),
            "until": clock_time(one.key.until, zone),
            "revoked": one.is_revoked,
            "hold": one.hold,
        }
        for one in found
    ]
    face.answer({"people": told}, [_line(one, zone, face.place) for one in found])


@person.command(help=say("Give a person another role, office or term; two officers."))
@click.argument("who", metavar="NV…")
@click.option("--role", type=click.Choice(PEOPLE_ROLES), help=words_of("role", PEOPLE_ROLES))
@click.option("--office", type=int, metavar=say("OFFICE"), help=say("Number of the office."))
@click.option("--until", metavar=say("TIME"), help=say("End of the term, dd/mm/yyyy hh:mm."))
@click.option("--endless", is_flag=True, help=say("The term has no end."))
@officers_option
@common
@click.pass_obj
def assign(
    face: Face,
    who: str,
    role: str | None,
    office: int | None,
    until: str | None,
    endless: bool,
    officers: tuple[str, str],
) -> None:
    """Assign a person."""
    from kt1custody.services.people import people

    first, second = map(numbers.parse_staff_number, officers)
    end = None if until is None else face.time(until)
    duty = people.Duty(role=role, office=office, until=end, endless=endless)
    assignment = people.Assign(
        who=numbers.parse_staff_number(who), duty=duty, officers=(first, second)
    )
    [*_, entry] = face.carry_out(assignment)
    _answer(face, entry.seq, say("{who} is assigned.", who=who))


@person.command(help=say("Give a person a new key and end the old one; two officers."))
@click.argument("who", metavar="NV…")
@officers_option
@common
@click.pass_obj
def rotate(face: Face, who: str, officers: tuple[str, str]) -> None:
    """Rotate a key."""
    first, second = map(numbers.parse_staff_number, officers)
    entry = enrolment.renew(face, numbers.parse_staff_number(who), (first, second))
    if entry is None:
        line = say(
            "The new key of {who} was in the log already; its file is in place now.", who=who
        )
        face.answer({"seq": None}, [line])
    else:
        _answer(face, entry.seq, say("{who} has a new key; the old one is ended.", who=who))


def _answer(face: Face, seq: int, done: str) -> None:
    face.answer({"seq": seq}, [say("{done} Log position {seq}.", done=done, seq=seq)])


def _line(one: "Member", zone: tzinfo, place: Place) -> str:
    told = say(
        "{who}: {role}, {office}",
        who=one_line(f"{one.number} {one.name}") if one.name else one.number,
        role=word("role", one.key.role),
        office=place(str(one.key.office)),
    )
    more = []
    if one.key.until is not None:
        more.append(say("until {at}", at=moment(one.key.until, zone)))
    if one.hold is not None:
        more.append(say("on hold since #{seq}", seq=one.hold))
    if one.is_revoked:
        more.append(say("key revoked"))
    return " · ".join((told, *more))
