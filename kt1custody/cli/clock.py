"""The machine's clock."""

import click

from kt1custody.cli.face import Face, common
from kt1custody.errors import RefusedError
from kt1custody.i18n import moment_to_the_second, number, say


@click.command(help=say("Show this machine's clock, or take it as right after it was set."))
@click.option(
    "--right", is_flag=True, help=say("It is right: an entry of the log says it was set.")
)
@common
@click.pass_obj
def clock(face: Face, *, right: bool) -> None:
    """Look at the machine's clock."""
    from kt1custody.services import clock as clocks

    desk = face.desk()
    read = clocks.look(desk)
    told = {"now": read.now, "newest": read.newest, "expected": read.expected}
    lines = [
        say("This machine's clock: {at}.", at=moment_to_the_second(read.now, desk.zone)),
        say("Newest entry of the log: {at}.", at=moment_to_the_second(read.newest, desk.zone)),
    ]
    if read.expected is None:
        lines.append(say("Nobody has signed since the machine was started: nothing to compare."))
    else:
        at = moment_to_the_second(read.expected, desk.zone)
        lines.append(say("By the machine's own count it should be: {at}.", at=at))
    if right:
        question = "\n".join((*lines, say("Is it right, by a clock outside this machine?")))
        if not face.agree(question):
            raise RefusedError("not-confirmed")
        entry = clocks.take(desk)
        if entry is None:
            lines.append(say("It was not set; nothing was recorded."))
        else:
            lines.append(say("Recorded at position {seq}.", seq=number(entry.seq)))
    face.answer(told, lines)
