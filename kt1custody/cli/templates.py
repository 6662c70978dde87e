"""Writing empty files to fill in: the manifest, and lists of offices, agencies or people."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kt1custody.cli.speech import say, say_count
from kt1custody.core.manifest.lists import PEOPLE
from kt1custody.errors import MalformedInputError
from kt1custody.system import files

if TYPE_CHECKING:
    from kt1custody.cli.face import Face
    from kt1custody.services.session.session import Session


def write(face: "Face", kind: str, file: Path) -> None:
    """Write an empty list and say what to do with it."""
    offices = write_list(face.session(), kind, file)
    load = "kt1 person enrol" if kind == PEOPLE else f"kt1 catalogue {kind}"
    lines = [say("{file} is written.", file=file)]
    if offices:
        lines.append(
            say_count(
                "{count} office is offered in it.", "{count} offices are offered in it.", offices
            )
        )
    lines.append(
        say(
            "Fill it in, then check it: {command} --dry-run",
            command=f"{load} {file}",
        )
    )
    face.answer({"written": str(file), "offices": offices}, lines)


def write_manifest(session: "Session", file: Path) -> int:
    """Write the empty manifest; gives how many agencies it offers.

    Raises:
        MalformedInputError: `wrong-ending`.
        RefusedError: `file-exists`.
        UnavailableError: `file-unwritable`; nothing is left behind.
    """
    from kt1custody.services.registration import template

    refuse_ending(file, (template.KIND,))
    files.refuse_existing(file)
    made = template.manifest(session)
    files.write(file, made.content)
    return made.offered


def write_list(session: "Session", kind: str, file: Path) -> int:
    """Write an empty list; gives how many offices it offers. Raises as `write_manifest`."""
    from kt1custody.services.registration import template

    refuse_ending(file, template.LIST_KINDS)
    files.refuse_existing(file)
    made = template.listing(session, kind, file.suffix.lower())
    files.write(file, made.content)
    return made.offered


def refuse_ending(file: Path, kinds: Sequence[str]) -> None:
    """Refuse a file whose name does not end as its kind does.

    Raises:
        MalformedInputError: `wrong-ending`.
    """
    if file.suffix.lower() not in kinds:
        raise MalformedInputError("wrong-ending", name=file.name, kinds=", ".join(kinds))
