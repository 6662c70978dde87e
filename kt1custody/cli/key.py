"""Keys: rotate those of the service, end one, and see what is doubtful or worth an alarm."""

from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kt1custody.cli.face import Face, common, officers_option
from kt1custody.cli.speech import LANGUAGE, moment, number, say, say_count, word, words_of
from kt1custody.core.custody.table import ENDED
from kt1custody.core.formats import numbers
from kt1custody.core.log.schema import REASONS, SERVICE_KEYS
from kt1custody.errors import MalformedInputError, RefusedError
from kt1custody.words.items import Place, item_standing, some_items
from kt1custody.words.times import clock_time

if TYPE_CHECKING:
    from kt1custody.services.keys.ceremony import KeyLine, Plan, Rotated
    from kt1custody.services.keys.exposure import Doubt
    from kt1custody.services.people.alarms import Alarm

_WARN_DAYS = 60
_DAY = 86_400


@click.group(help=say("Keys: rotate, revoke, doubts, alarms."))
def key() -> None:
    """Hold the commands about keys."""


@key.command(help=say("Let another key of the service follow the one in force; two officers."))
@click.argument("service", type=click.Choice(SERVICE_KEYS))
@officers_option
@click.option(
    "--until",
    metavar=say("TIME"),
    help=say(
        "Until when what the old key signed holds, dd/mm/yyyy; else a seal key 730 days, a log key "
        "180 days."
    ),
)
@click.option("--old-key-lost", is_flag=True, help=say("Go on without the old key: an alarm."))
@click.option(
    "--new-key",
    "left",
    metavar=say("FINGERPRINT"),
    help=say("New key that an interrupted ceremony has left, as it was noted then."),
)
@click.option(
    "--pdf",
    type=click.Path(path_type=Path),
    metavar=say("FILE"),
    help=say("Also write the minutes, to be signed by hand."),
)
@common
@click.pass_obj
def rotate(
    face: Face,
    service: str,
    officers: tuple[str, str],
    until: str | None,
    old_key_lost: bool,
    left: str | None,
    pdf: Path | None,
) -> None:
    """Rotate a key of the service."""
    from kt1custody.services.keys import ceremony, minutes
    from kt1custody.services.session import use_case
    from kt1custody.system import files

    session = face.session()
    first, second = map(numbers.parse_staff_number, officers)
    end = None if until is None else _end_of(face, until)
    known = None if left is None else ceremony.read_kid(left)
    if pdf is not None:
        files.refuse_existing(pdf)
        files.probe(pdf)
    face.note(
        say(
            "First both officers type their passphrases. Then both fingerprints are shown; nothing is "
            "signed before you agree to them."
        )
    )
    done = ceremony.unfinished(session, service)
    if done is None:
        switch = ceremony.switch_of(session, service, (first, second), end)
        face.unlock(*use_case.check(session, switch).people)
        switch = ceremony.make_ready(session, switch, old_key_lost=old_key_lost, left=known)
        [*_, entry] = face.carry_out(
            switch,
            lambda plan: _confirm(face, plan, (first, second), is_known=known is not None),
        )
        done = ceremony.finish(session, switch, entry)
    if pdf is not None:
        files.write(pdf, minutes.pdf(session, done))
    plan = done.plan
    told = {
        "seq": done.seq,
        "service": plan.service,
        "old": plan.old.hex(),
        "new": plan.new.hex(),
        "until": clock_time(plan.until, face.settings.zone),
        "consent": plan.consent,
        "fresh": done.fresh,
    }
    face.answer(told, _rotated_lines(done, face.settings.zone, pdf))


@key.command(help=say("End one key, named by its fingerprint; two officers."))
@click.argument("kid", metavar=say("FINGERPRINT"))
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
def revoke(face: Face, kid: str, officers: tuple[str, str], reason: str, since: str | None) -> None:
    """End a key."""
    from kt1custody.services.keys import ceremony
    from kt1custody.services.people import people

    session = face.session()
    first, second = map(numbers.parse_staff_number, officers)
    begin = None if since is None else face.time(since)
    wanted = ceremony.read_kid(kid)
    owner = ceremony.owner_of(session, wanted)
    revocation = people.Revoke(
        who=owner, reason=reason, since=begin, officers=(first, second), kid=wanted
    )
    [*_, entry] = face.carry_out(revocation)
    line = say("The key {key} of {who} is revoked.", key=ceremony.fingerprint(wanted), who=owner)
    face.answer({"seq": entry.seq}, [say("{done} Log position {seq}.", done=line, seq=entry.seq)])


@key.command("list", help=say("List all keys with fingerprint, term and state."))
@common
@click.pass_obj
def list_keys(face: Face) -> None:
    """List keys."""
    from kt1custody.services.keys import ceremony

    session, zone = face.session(), face.settings.zone
    found, now = ceremony.listed(session)
    told = [
        {
            "owner": one.key.owner,
            "role": one.key.role,
            "kid": one.key.kid.hex(),
            "state": one.state,
            "position": one.key.enrolled,
            "since": clock_time(one.key.since, zone),
            "until": clock_time(one.key.until, zone),
            "revoked": clock_time(one.revoked, zone),
            "file": one.is_here,
        }
        for one in found
    ]
    face.answer({"keys": told}, [_key_line(one, now, zone) for one in found])


@key.command(
    help=say(
        "List what a key may have signed since some time, to be matched with paper; changes nothing."
    )
)
@click.argument("whose", metavar=say("FINGERPRINT|NV…|seal|server"))
@click.option(
    "--since",
    required=True,
    metavar=say("TIME"),
    help=say("From when the key is not to be trusted, dd/mm/yyyy hh:mm."),
)
@common
@click.pass_obj
def doubt(face: Face, whose: str, since: str) -> None:
    """List what becomes doubtful."""
    from kt1custody.services.keys import exposure as doubts

    zone = face.settings.zone
    found = doubts.doubtful(face.session(), whose, face.time(since))
    told = [
        {
            "seq": one.seq,
            "act": one.kind,
            "at": clock_time(one.at, zone),
            "signed_after": clock_time(one.begin, zone),
            "signed_before": clock_time(one.end, zone),
            "persons": list(one.persons),
            "countersigned": list(one.countersigned),
            "followed": one.followed,
            "about": one.about,
            "items": [
                {
                    "number": f"{n:012d}",
                    "status": state and state.status.value,
                    "holder": state.holder if state and state.status not in ENDED else None,
                }
                for n, state in one.items
            ],
        }
        for one in found
    ]
    lines = [line for one in found for line in _doubt_lines(one, zone, face.place)]
    alone = sum(not one.countersigned for one in found)
    lines.append(
        say("Nothing to match: this key has signed no act since then.")
        if not found
        else say_count(
            "{count} act to match with paper, {alone} of it signed by nobody else.",
            "{count} acts to match with paper, {alone} of them signed by nobody else.",
            len(found),
            alone=number(alone),
        )
    )
    face.answer({"doubtful": told}, lines)


@key.command(
    help=say("List the alarms in the log: reserve key, rotation without consent, refused acts …")
)
@click.option("--since", metavar=say("TIME"), help=say("Only from then on, dd/mm/yyyy hh:mm."))
@common
@click.pass_obj
def alarms(face: Face, since: str | None) -> None:
    """List alarms."""
    from kt1custody.services.people import alarms as heard

    zone = face.settings.zone
    found = heard.alarms(face.session(), 0 if since is None else face.time(since))
    told = [
        {
            "code": one.code,
            "seq": one.seq,
            "at": clock_time(one.at, zone),
            "act": one.kind,
            "persons": list(one.persons),
            "reason": one.reason,
            "about": one.about,
            "items": [f"{n:012d}" for n in one.items],
        }
        for one in found
    ]
    lines = [_alarm_line(one, zone) for one in found]
    total = say_count("{count} alarm.", "{count} alarms.", len(found))
    lines.append(total if found else say("No alarm."))
    face.answer({"alarms": told}, lines)


def _end_of(face: Face, typed: str) -> int:
    """Read a time, or a day with its last minute."""
    try:
        return face.time(typed)
    except MalformedInputError:
        return face.time(f"{typed.strip()} 23:59")


def _confirm(face: Face, plan: "Plan", officers: tuple[str, str], *, is_known: bool) -> bool:
    """Show the script of the ceremony, and ask.

    Raises:
        RefusedError: `new-key-left`: nobody is here to compare the key that lies there.
    """
    for line in _script(plan, officers, face.settings.zone):
        face.note(line)
    if plan.is_left and not is_known:
        if face.yes:
            raise RefusedError("new-key-left", name=f"{plan.service}.new.key", found=plan.new.hex())
        face.note(
            say(
                "⚠ {name} lay there before this ceremony. Go on only if an earlier one stopped and "
                "this fingerprint was noted then; else say no, delete the file and begin anew.",
                name=f"{plan.service}.new.key",
            )
        )
    return face.agree(say("Rotate this key?"))


def _script(plan: "Plan", officers: tuple[str, str], zone: tzinfo) -> list[str]:
    from kt1custody.services.keys.ceremony import fingerprint

    first, second = officers
    consent = (
        say("3. The old key signs the switch.")
        if plan.consent
        else say("3. ⚠ The old key is lost and signs nothing. This is an alarm for ever.")
    )
    return [
        say("1. {first} and {second} are both here.", first=first, second=second),
        say(
            "2. {what}: old {old}, new {new}.",
            what=word("key-of", plan.service),
            old=fingerprint(plan.old),
            new=fingerprint(plan.new),
        ),
        consent,
        say("4. Both sign. What the old key signed holds until {at}.", at=moment(plan.until, zone)),
        say("5. Afterwards one reads both fingerprints aloud, and both sign the minutes by hand."),
    ]


def _rotated_lines(done: "Rotated", zone: tzinfo, pdf: Path | None) -> list[str]:
    from kt1custody.services.keys.ceremony import fingerprint

    plan = done.plan
    what = word("key-of", plan.service)
    if done.fresh:
        lines = [say("{what} is rotated. Log position {seq}.", what=what, seq=done.seq)]
    else:
        lines = [
            say(
                "{what}: the log had this rotation already; it is in place now. Log position {seq}.",
                what=what,
                seq=done.seq,
            )
        ]
    lines.append(say("Old key: {key}", key=fingerprint(plan.old)))
    lines.append(say("New key: {key}", key=fingerprint(plan.new)))
    lines.append(say("What the old key signed holds until {at}.", at=moment(plan.until, zone)))
    if plan.service == "seal":
        lines.append(say("Labels bear the new key at once. Publish now: kt1 publish FOLDER"))
    elif plan.service == "log":
        lines.append(say("Publish now, and give witnesses the new key: kt1 publish FOLDER"))
    if pdf is not None:
        lines.append(say("Minutes to sign by hand: {file}", file=pdf))
    return lines


def _key_line(one: "KeyLine", now: int, zone: tzinfo) -> str:
    from kt1custody.services.keys.ceremony import fingerprint

    mine = one.key
    role = word("key-of", mine.owner) if mine.owner in SERVICE_KEYS else word("role", mine.role)
    owner = role if mine.owner in SERVICE_KEYS else f"{mine.owner} {role}"
    told = [owner, fingerprint(mine.kid), word("key-state", one.state)]
    told.append(say("since #{seq}", seq=mine.enrolled))
    if one.revoked is not None:
        told.append(say("not trusted from {at}", at=moment(one.revoked, zone)))
    elif mine.until is not None:
        told.append(say("until {at}", at=moment(mine.until, zone)))
        left = mine.until - now
        if 0 < left <= _WARN_DAYS * _DAY:
            days = -(-left // _DAY)  # what is begun still counts
            told.append(say_count("⚠ {count} day left", "⚠ {count} days left", days))
    if one.is_here is False and one.state == "current":
        told.append(say("⚠ its file is not on this machine"))
    return " · ".join(told)


def _doubt_lines(one: "Doubt", zone: tzinfo, place: Place) -> list[str]:
    line = say(
        "#{seq}  {act}, signed by {people}, between {begin} and {end}",
        seq=one.seq,
        act=word("act", one.kind),
        people=", ".join(one.persons),
        begin=moment(one.begin, zone),
        end=moment(one.end, zone),
    )
    more = [say("about {who}", who=one.about)] if one.about else []
    if one.countersigned:
        more.append(say("also signed by {people}", people=", ".join(one.countersigned)))
    else:
        more.append(say("⚠ signed by nobody else"))
    if one.followed is not None:
        more.append(say("its device went on with #{seq}", seq=one.followed))
    lines = ["; ".join((line, *more))]
    for n, state in one.items:
        now = say("not registered") if state is None else item_standing(LANGUAGE, state, place)
        lines.append(f"    {numbers.format_item_number(n)}  {now}")
    return lines


def _alarm_line(one: "Alarm", zone: tzinfo) -> str:
    told = [
        say(
            "#{seq}  {at}  {what}",
            seq=one.seq,
            at=moment(one.at, zone),
            what=word("alarm", one.code),
        )
    ]
    told.append(say("{act} by {people}", act=word("act", one.kind), people=", ".join(one.persons)))
    if one.about is not None:
        told.append(say("about {who}", who=one.about))
    if one.reason is not None:
        told.append(word("reason", one.reason))
    if one.items:
        told.append(some_items(LANGUAGE, one.items))
    return " · ".join(told)
