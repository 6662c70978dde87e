"""Writing an empty list of offices, agencies or people."""

from pathlib import Path

from kt1custody.cli.face import Face
from kt1custody.cli.speech import say, say_count
from kt1custody.core.manifest.lists import PEOPLE


def write(face: Face, kind: str, file: Path) -> None:
    """Write an empty list and say what to do with it."""
    from kt1custody.services.registration import template

    offices = template.write_list(face.session(), kind, file)
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
