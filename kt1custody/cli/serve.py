"""`kt1 serve`: the pages for the counters, from this machine."""

from typing import TYPE_CHECKING

import click

from kt1custody.cli.face import Face, common
from kt1custody.cli.speech import say
from kt1custody.core.formats import numbers

if TYPE_CHECKING:
    from kt1custody.web.serve import Address


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
    "--unlock",
    metavar="NV…",
    help=say(
        "Who opens names and slips for those who may read them; without, they stay shut. The key "
        "that signs is dropped at once."
    ),
)
@common
@click.pass_obj
def serve(face: Face, host: str, port: int, unlock: str | None) -> None:
    """Serve the pages."""
    from kt1custody.web import serve as server

    session = face.session()
    session.control()
    reader = None if unlock is None else _unlock(face, numbers.parse_staff_number(unlock))
    _practise(face)
    server.serve(
        session, reader, server.Address(host=host, port=port), lambda at: _say_ready(face, at)
    )


def _practise(face: Face) -> None:
    """Let browsers sign on a log for practice, by two officers whose PINs are in the PIN file."""
    from kt1custody.services.people import practice
    from kt1custody.services.people.enrolment import EnrolDevice

    control = face.session().control()
    if not control.training:
        return
    officers = [key.owner for key in control.keys.values() if key.role == "officer"]
    known = [staff for staff in dict.fromkeys(officers) if staff in face.pins()]
    if len(known) < 2:
        return
    for device in practice.DEVICES:
        if device not in control.devices:
            name = say("Browser {number}", number=device.removeprefix("WEB"))
            both = (known[0], known[1])
            face.carry_out(
                EnrolDevice(device=device, name=name, office=control.office, officers=both)
            )


def _unlock(face: Face, staff: str) -> str:
    """Have a person unlock what opens records, and keep nothing that signs."""
    face.unlock_reader(staff)
    face.here.forget(staff)
    return staff


def _say_ready(face: Face, address: "Address") -> None:
    lines = [say("The pages are at {url} – stop with Ctrl C.", url=address.url)]
    face.answer({"url": address.url}, lines)
