"""The register of spoiled labels."""

from collections import Counter
from typing import TYPE_CHECKING

import click

from kt1custody.cli.face import Face, common
from kt1custody.cli.print_job import begin_option, days, end_option
from kt1custody.cli.speech import moment, number, say, say_count, word
from kt1custody.core.formats import numbers
from kt1custody.core.log.schema import REASONS
from kt1custody.words.times import clock_time

if TYPE_CHECKING:
    from kt1custody.services.seals.spoiled import Spoiled


@click.command(help=say("List the seals that were voided, with reasons and totals."))
@begin_option
@end_option
@common
@click.pass_obj
def spoiled(face: Face, begin: str | None, end: str | None) -> None:
    """List spoiled labels."""
    from kt1custody.services.seals import spoiled as book

    found = book.register(face.session(), *days(face, begin, end))
    totals = Counter(one.reason for one in found)
    told = {
        "spoiled": [_spoiled(face, one) for one in found],
        "totals": {reason: totals[reason] for reason in REASONS["void"] if totals[reason]},
    }
    lines = [_spoiled_line(face, one) for one in found]
    lines.append(say_count("{count} seal void", "{count} seals void", len(found)))
    lines += [
        f"  {word('reason', reason)}: {number(totals[reason])}"
        for reason in REASONS["void"]
        if totals[reason]
    ]
    face.answer(told, lines)


def _spoiled(face: Face, one: "Spoiled") -> dict[str, object]:
    return {
        "seq": one.seq,
        "at": clock_time(one.at, face.settings.zone),
        "by": one.by,
        "witness": one.witness,
        "number": f"{one.n:012d}",
        "serial": numbers.format_serial(one.old),
        "new_serial": None if one.new is None else numbers.format_serial(one.new),
        "reason": one.reason,
        "was_bound": one.was_bound,
        "nth": one.nth,
    }


def _spoiled_line(face: Face, one: "Spoiled") -> str:
    told = [
        moment(one.at, face.settings.zone),
        numbers.format_item_number(one.n),
        numbers.format_serial(one.old),
        word("reason", one.reason),
        say("it was on the envelope") if one.was_bound else say("never bound"),
        say("void seal no. {nth} of this item", nth=one.nth),
        one.by if one.witness is None else f"{one.by}, {one.witness}",
    ]
    if one.new is not None:
        told.append(say("new seal {serial}", serial=numbers.format_serial(one.new)))
    return " · ".join(told)
