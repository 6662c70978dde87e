"""`kt1 serve`: the pages for the counters, from this machine."""

from collections import defaultdict
from typing import TYPE_CHECKING

import click

from kt1custody.cli.face import Face, common
from kt1custody.cli.speech import say, word
from kt1custody.core.formats import numbers
from kt1custody.errors import RefusedError

if TYPE_CHECKING:
    from kt1custody.web.serve import Answering

_SHOWN = 2  # people of a role


@click.command(help=say("Serve the pages for counters and officers, until it is stopped."))
@click.option("--host", default="127.0.0.1", show_default=True, help=say("Where it answers."))
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8068,
    show_default=True,
    help=say("On which port; 0: any that is free."),
)
@click.option(
    "--http-on-localhost",
    "has_own_http",
    is_flag=True,
    help=say("On the LAN, also answer browsers at this machine by plain HTTP."),
)
@click.option(
    "--unlock",
    metavar="NV…",
    help=say(
        "Who opens names and slips for those who may read them; without, they stay shut. The key "
        "that signs is dropped at once."
    ),
)
@common
@click.pass_obj
def serve(face: Face, host: str, port: int, has_own_http: bool, unlock: str | None) -> None:
    """Serve the pages."""
    from kt1custody.services.custody import look
    from kt1custody.web import serve as server

    address = server.Address(host=host, port=port, has_own_http=has_own_http)
    with server.doors(address) as opened:
        session, reader, people = face.session(), None, list[tuple[str, str, str]]()
        if look.is_founded(session):
            reader = None if unlock is None else numbers.parse_staff_number(unlock)
            if reader is not None:
                face.unlock_reader(reader)
            people = _practise(face)
            session = face.hand_on(reader)
        elif not address.is_own:
            raise RefusedError("found-here")
        session.is_brief = False
        server.serve(session, reader, opened, lambda at: _say_ready(face, at, people))


def _practise(face: Face) -> list[tuple[str, str, str]]:
    """Let browsers sign on a log for practice, by two officers whose PINs are in the PIN file.

    Returns:
        Role, staff number and PIN of some people of each role; empty of a real log.
    """
    from kt1custody.services.people import practice
    from kt1custody.services.people.enrolment import EnrolDevice

    control = face.session().control()
    pins = face.pins() if control.training else {}
    known = [key for staff in sorted(pins) if (key := control.current_key(staff)) is not None]
    officers = [key.owner for key in known if key.role == "officer"]
    for device in practice.DEVICES if len(officers) > 1 else ():
        if device not in control.devices:
            name = say("Browser {number}", number=device.removeprefix("WEB"))
            both = (officers[0], officers[1])
            face.carry_out(
                EnrolDevice(device=device, name=name, office=control.office, officers=both)
            )
    by_role: dict[str, list[str]] = defaultdict(list)
    for key in known:
        by_role[key.role].append(key.owner)
    return [
        (role, staff, pins[staff]) for role, all_of in by_role.items() for staff in all_of[:_SHOWN]
    ]


def _say_ready(face: Face, at: "Answering", people: list[tuple[str, str, str]]) -> None:
    lines, told = [say("The pages are at {url} – stop with Ctrl C.", url=at.url)], {"url": at.url}
    if at.authority is not None and at.fingerprint is not None:
        told |= {"authority": at.authority, "fingerprint": at.fingerprint}
        lines += [
            say("Browsers on the LAN trust it after {url}, where they must see:", url=at.authority),
            at.fingerprint,
        ]
    if people:
        lines.append(say("For practice, these people and their PINs:"))
        lines += [f"  {staff}  {pin:<20} {word('role', role)}" for role, staff, pin in people]
    face.answer(told, lines)
