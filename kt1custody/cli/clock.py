"""The machine's clock."""

import sys
from datetime import tzinfo
from typing import TYPE_CHECKING

import click

from kt1custody.cli.face import Face, common
from kt1custody.cli.speech import LANGUAGE, moment_to_the_second, number, say
from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.words.errors import error_lines

if TYPE_CHECKING:
    from kt1custody.services.keys.clock import Ahead, ClockReading


@click.command(help=say("Show this machine's clock, or take it as right; or put the log right."))
@click.option("--right", is_flag=True, help=say("It is right, although it was set or is far on."))
@click.option(
    "--log-ahead",
    "officers",
    nargs=2,
    metavar="NV… NV…",
    help=say("It is right, and the log is ahead: two officers put that on record."),
)
@common
@click.pass_obj
def clock(face: Face, *, right: bool, officers: tuple[str, str] | None) -> None:
    """Look at the machine's clock."""
    from kt1custody.services.keys import clock as clocks

    session = face.session()
    read = clocks.look(session)
    told: dict[str, object] = {
        "now": read.now,
        "newest": read.newest,
        "expected": read.expected,
        "doubt": read.doubt and read.doubt.code,
    }
    lines = _shown(read, session.zone)
    question = "\n".join((*lines, say("Is it right, by a clock outside this machine?")))
    if officers:

        def confirm(ahead: "Ahead") -> bool:
            return face.agree("\n".join((_ahead_line(ahead), question)))

        [*_, entry] = face.carry_out(clocks.SetBack(officers=officers), confirm)
        ahead = clocks.ahead_of(entry)
        told |= {"seq": entry.seq, "first": ahead.first, "last": ahead.last}
        lines += [
            say("Recorded at position {seq}.", seq=number(entry.seq)),
            _ahead_line(ahead),
            say("They stay as they are; from here on the log goes by this machine's clock."),
        ]
    elif right:
        if read.is_far and not sys.stdin.isatty():  # a script cannot have looked at a clock
            raise UnavailableError("clock-far", seconds=read.now - read.newest)
        if not (face.insist(question) if read.is_far else face.agree(question)):
            raise RefusedError("not-confirmed")
        taken = clocks.take(session)
        if taken is None:
            lines.append(say("It was not set; nothing was recorded."))
        else:
            lines.append(say("Recorded at position {seq}.", seq=number(taken.seq)))
    else:
        lines += _verdict(read)
    face.answer(told, lines)


def _shown(read: "ClockReading", zone: tzinfo) -> list[str]:
    lines = [
        say("This machine's clock: {at}.", at=moment_to_the_second(read.now, zone)),
        say("Newest entry of the log: {at}.", at=moment_to_the_second(read.newest, zone)),
    ]
    if read.expected is None:
        lines.append(say("Nobody has signed since the machine was started: nothing to compare."))
    else:
        at = moment_to_the_second(read.expected, zone)
        lines.append(say("By the machine's own count it should be: {at}.", at=at))
    return lines


def _verdict(read: "ClockReading") -> list[str]:
    """Say whether acts are signed by this clock."""
    if read.doubt is None:
        return [say("Nothing speaks against this clock: acts are signed by it.")]
    return error_lines(LANGUAGE, read.doubt)


def _ahead_line(ahead: "Ahead") -> str:
    first, last = number(ahead.first), number(ahead.last)
    return say("Entries {first} to {last} bear times that have not come.", first=first, last=last)
