"""Machines that sign acts, and the acts that they bring in files."""

from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kt1custody.cli.face import Face, common, officers_option
from kt1custody.cli.speech import LANGUAGE, moment, number, say, say_count, word
from kt1custody.core.formats import numbers
from kt1custody.words.items import Place
from kt1custody.words.judgements import judgement_line
from kt1custody.words.times import clock_time

if TYPE_CHECKING:
    from kt1custody.services.people.roster import EnrolledDevice
    from kt1custody.services.session.receive import Receipt


@click.group(help=say("Counter machines and phones."))
def device() -> None:
    """Hold the commands about devices."""


@device.command(help=say("Let a machine sign acts under its own counter; two officers."))
@click.argument("number", metavar=say("DEVICE"))
@click.option("--name", required=True, help=say("What people call it."))
@click.option(
    "--office", required=True, type=click.IntRange(100_000, 999_999), help=say("Where it is used.")
)
@officers_option
@common
@click.pass_obj
def enrol(face: Face, number: str, name: str, office: int, officers: tuple[str, str]) -> None:
    """Enrol a device."""
    from kt1custody.services.people.enrolment import EnrolDevice

    first, second = map(numbers.parse_staff_number, officers)
    who = numbers.parse_staff_number(number)
    enrolment = EnrolDevice(device=who, name=name, office=office, officers=(first, second))
    [*_, entry] = face.carry_out(enrolment)
    line = say("{device} may sign now. Log position {seq}.", device=who, seq=entry.seq)
    face.answer({"seq": entry.seq, "device": who}, [line])


@device.command(help=say("Give a one-time code by which a browser becomes an enrolled device."))
@click.argument("number", metavar=say("DEVICE"))
@common
@click.pass_obj
def code(face: Face, number: str) -> None:
    """Give a code for a browser."""
    from kt1custody.services.people import browsers

    who = numbers.parse_staff_number(number)
    given = browsers.offer_code(face.session(), who)
    shown = f"{given[:5]} {given[5:]}"
    line = say("Type {code} on the sign-in page of that browser, within an hour.", code=shown)
    face.answer({"device": who, "code": given}, [line])


@device.command("list", help=say("List machines, with acts that have not come yet."))
@common
@click.pass_obj
def list_devices(face: Face) -> None:
    """List devices."""
    from kt1custody.services.people import roster

    found, zone = roster.devices(face.session()), face.settings.zone
    told = [
        {
            "device": one.number,
            "office": one.office,
            "counter": one.counter,
            "missing": one.missing,
            "last": clock_time(one.last, zone),
            "hold": one.hold,
        }
        for one in found
    ]
    face.answer({"devices": told}, [_line(one, zone, face.place) for one in found])


@click.command(help=say("Take the signed acts that another machine brings in a file."))
@click.argument("file", type=click.Path(path_type=Path), metavar=say("FILE"))
@click.option(
    "--receipts",
    type=click.Path(path_type=Path),
    metavar=say("FILE"),
    help=say("Write the log's receipts for the machine."),
)
@common
@click.pass_obj
def sync(face: Face, file: Path, receipts: Path | None) -> None:
    """Take acts from a file."""
    from kt1custody.cli import incoming
    from kt1custody.services.evidence import sync as syncing

    done = incoming.acts(face.session(), file, receipts)
    told = {
        "acts": [
            {
                "seq": one.entry.seq,
                "outcome": syncing.outcome(one),
                "refused": one.refused,
                "kept": one.kept,
                "known": one.known,
                "judgement": list(one.entry.judgement),
            }
            for one in done.receipts
        ],
        "new": done.new,
        "cut": done.cut,
    }
    lines = []
    listed = [one for one in done.receipts if one.is_listed]
    for one in done.receipts:
        if one.is_listed:
            continue
        if syncing.outcome(one) != "accepted" or one.entry.judgement:
            lines += _receipt_lines(one)
    if listed:
        lines.append(
            say_count(
                "#{seq}: too much came within an hour; {count} more thing that is not authentic is "
                "not kept, only its hash and length are in a list. Keep the stick.",
                "#{seq}: too much came within an hour; {count} more things that are not authentic "
                "are not kept, only their hashes and lengths are in a list. Keep the stick.",
                len(listed),
                seq=listed[0].entry.seq,
            )
        )
    lines.append(
        say_count(
            "{count} act, {new} of it new: {accepted} accepted, {waiting} waiting, "
            "{disputed} disputed, {refused} not authentic.",
            "{count} acts, {new} of them new: {accepted} accepted, {waiting} waiting, "
            "{disputed} disputed, {refused} not authentic.",
            len(done.receipts),
            new=number(done.new),
            **{outcome: number(done.counts[outcome]) for outcome in syncing.OUTCOMES},
        )
    )
    if done.cut:
        lines.append(say("The file ends in the middle of an act: copy it again, then sync again."))
    face.answer(told, lines, has_notes=True)


def _line(one: "EnrolledDevice", zone: tzinfo, place: Place) -> str:
    told = say("{device}: {office}", device=one.number, office=place(str(one.office)))
    if one.counter is None or one.last is None:
        more = [say("has signed nothing yet")]
    else:
        at = moment(one.last, zone)
        more = [say("act {counter} came at {at}", counter=one.counter, at=at)]
    if one.missing:
        more.append(
            say_count(
                "{count} act before it has not come",
                "{count} acts before it have not come",
                one.missing,
            )
        )
    if one.hold is not None:
        more.append(say("on hold since #{seq}", seq=one.hold))
    return " · ".join((told, *more))


def _receipt_lines(one: "Receipt") -> list[str]:
    """Say what is wrong with an act, item by item."""
    entry = one.entry
    if one.refused is not None:
        why = word("reason", entry.act.text("reason"))
        if not one.kept:
            told = say(
                "#{seq}: not authentic ({why}); not kept, only its hash and length are in the log. "
                "Keep the stick.",
                seq=entry.seq,
                why=why,
            )
            return [told]
        return [say("#{seq}: not authentic, kept in quarantine: {why}", seq=entry.seq, why=why)]
    told = word("act", entry.act.type)
    lines = [say("#{seq}: {act} by {who}", seq=entry.seq, act=told, who=entry.act.by)]
    for line, code in entry.judgement:
        n = entry.act.lines[line].n if line >= 0 else None
        item = say("the whole act") if n is None else numbers.format_item_number(n)
        lines.append(f"  {item}: {judgement_line(LANGUAGE, code)}")
    return lines
