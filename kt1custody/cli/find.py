"""Finding agencies and slips by what people remember."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from kt1custody.cli.face import Face, common
from kt1custody.cli.speech import LANGUAGE, number, say, say_count
from kt1custody.core.formats import numbers
from kt1custody.core.search import RECENT_DAYS
from kt1custody.i18n import one_line
from kt1custody.words.items import item_standing, plain_item
from kt1custody.words.times import clock_time

if TYPE_CHECKING:
    from kt1custody.services.registration.search import FoundAgency, FoundSlip, FoundSlips


@click.command(
    help=say(
        "Find slips of recent days, or agencies: by words without accents, initials (ubnd), code, "
        "document number or item number. Without words it asks. Nothing of it is written down."
    )
)
@click.argument("words", nargs=-1, metavar=say("[WORD]…"))
@click.option("--agencies", is_flag=True, help=say("Search the list of agencies; no PIN."))
@click.option("--reader", metavar="NV…", help=say("Clerk or controller for whom slips are opened."))
@click.option(
    "--days",
    type=click.IntRange(1, RECENT_DAYS),
    default=RECENT_DAYS,
    show_default=True,
    help=say("How many days to search, today being one."),
)
@click.option(
    "--limit",
    type=click.IntRange(1, 1_000),
    default=20,
    show_default=True,
    help=say("How many to show, best first."),
)
@common
@click.pass_obj
def find(
    face: Face, words: tuple[str, ...], agencies: bool, reader: str | None, days: int, limit: int
) -> None:
    """Find what was asked for."""
    from kt1custody.services.registration import search as finding

    typed = face.ask(" ".join(words) or None, say("Search for"))
    if agencies:
        found = finding.agencies(face.session(), typed, limit=limit)
        lines = [_agency_line(one) for one in found.best]
        lines.append(_count(len(found.best), found.total))
        told = {"total": found.total, "agencies": [_agency(one) for one in found.best]}
        face.answer(told, lines)
        return
    clerk = face.clerk(reader)
    finder = finding.Finder(face.session(), clerk, days=days)
    finder.check(typed)
    face.unlock(clerk)
    slips = finder.search(typed, limit=limit)
    face.answer(_slips(face, slips), _slip_lines(face, slips))


def _agency_line(one: "FoundAgency") -> str:
    return say(
        "{code}  {name}  delivered by: {office}",
        code=one.agency.code,
        name=one.agency.name,
        office=one.office,
    )


def _agency(one: "FoundAgency") -> dict[str, object]:
    return {
        "code": one.agency.code,
        "name": one.agency.name,
        "delivery_point": one.agency.delivery_point,
        "fits": one.way.name.lower(),
    }


def _slip_lines(face: Face, found: "FoundSlips") -> list[str]:
    lines = [_slip_line(face, one, found) for one in found.best]
    lines.append(_count(len(found.best), found.total))
    lines.append(
        say_count(
            "Searched: {count} slip that this office registered from {first} to {last}.",
            "Searched: {count} slips that this office registered from {first} to {last}.",
            found.searched,
            first=_day(found.first),
            last=_day(found.last),
        )
    )
    if found.lost:
        lines.append(
            say(
                "{count} more were declared lost by two officers; kt1 item show says when and by whom.",
                count=number(found.lost),
            )
        )
    if found.unopened:
        lines.append(
            say(
                "{count} more could not be opened: erased, or damaged; kt1 verify --reader tells.",
                count=number(found.unopened),
            )
        )
    return lines


def _slip_line(face: Face, one: "FoundSlip", found: "FoundSlips") -> str:
    return say(
        "{number}  {day}  {sender} → {recipient}  {reference}  {standing}",
        number=numbers.format_item_number(one.state.n),
        day=_day(datetime.fromtimestamp(one.at, face.settings.zone)),
        sender=_name(found, one.slip.sender),
        recipient=_name(found, one.slip.recipient),
        reference=one_line(one.slip.reference or "–"),
        standing=item_standing(LANGUAGE, one.state, face.place),
    )


def _name(found: "FoundSlips", code: str) -> str:
    agency = found.places.agencies.get(code)
    return agency.name if agency else one_line(code)


def _slips(face: Face, found: "FoundSlips") -> dict[str, object]:
    zone = face.settings.zone
    return {
        "total": found.total,
        "slips": [
            {
                **plain_item(one.state, zone),
                "registered": clock_time(one.at, zone),
                "sender": one.slip.sender,
                "recipient": one.slip.recipient,
                "reference": one.slip.reference,
                "fits": one.way.name.lower(),
            }
            for one in found.best
        ],
        "searched": {
            "slips": found.searched,
            "unopened": found.unopened,
            "lost": found.lost,
            "first": found.first.isoformat(),
            "last": found.last.isoformat(),
        },
    }


def _count(shown: int, total: int) -> str:
    if not total:
        return say(
            "Nothing found. Try fewer words, only their beginnings, or the document number alone; "
            "accents do not matter."
        )
    if shown < total:
        return say(
            "{shown} of {total} shown, best first; one more word narrows it.",
            shown=number(shown),
            total=number(total),
        )
    return say("{total} found.", total=number(total))


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")
