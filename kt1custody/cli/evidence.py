"""What outlives this machine: checkpoints on paper, dossiers, and the way back after a restore."""

from pathlib import Path

import click

from kt1custody.cli.face import Face, common
from kt1custody.errors import RefusedError
from kt1custody.i18n import number, say

_PATH = click.Path(path_type=Path)


@click.command(help=say("Close a shift: sign a checkpoint, show its code, print its sheet."))
@click.option("--pdf", type=_PATH, metavar=say("FILE"), help=say("Write the closing sheet."))
@click.option(
    "--note", type=_PATH, metavar=say("FILE"), help=say("Write the signed checkpoint itself.")
)
@click.option(
    "--begin",
    is_flag=True,
    help=say("The keys folder knows no checkpoint: begin with the log as it is."),
)
@common
@click.pass_obj
def checkpoint(face: Face, pdf: Path | None, note: Path | None, *, begin: bool) -> None:
    """Give out a checkpoint."""
    from kt1custody.services import checkpoint as signing
    from kt1custody.services import closing, files

    if begin:
        question = say("Was the log compared with the newest closing sheet (kt1 verify --anchor)?")
        if not face.agree(question):
            raise RefusedError("not-confirmed")
        signing.begin_again(face.desk())
    signed = closing.close(face.desk(), pdf)
    if note is not None:
        files.write(note, signed.note)
    told, code = signed.checkpoint, closing.code(signed.checkpoint)
    answer = {
        "origin": told.origin,
        "size": told.size,
        "root": told.root.hex(),
        "code": code,
        "note": signed.note.decode(),
    }
    lines = [
        say("Checkpoint of {size} entries, {origin}.", size=number(told.size), origin=told.origin),
        say("Code for the bound book: {code}", code=code),
    ]
    if pdf is not None:
        lines.append(say("Closing sheet in {pdf}: two people sign it.", pdf=pdf))
    face.answer(answer, lines)


@click.command(help=say("Write the dossier of one item, which three programs verify."))
@click.argument("given", metavar=say("NUMBER"))
@click.argument("out", type=_PATH, metavar=say("FOLDER"))
@common
@click.pass_obj
def dossier(face: Face, given: str, out: Path) -> None:
    """Write a dossier."""
    from kt1custody.services import dossier as exporting

    done = exporting.export_dossier(face.desk(), given, out)
    answer = {"folder": str(out), "size": done.checkpoint.size, "entries": done.entries}
    face.answer(
        answer,
        [
            say(
                "Dossier with {count} entries about the item in {out}; internal confidential.",
                count=number(done.entries),
                out=out,
            )
        ],
    )


@click.command("catch-up", help=say("After a restore: bring back the entries that a backup lacks."))
@click.argument("bundles", nargs=-1, type=_PATH, metavar=say("[BUNDLE]…"))
@click.option(
    "--device",
    "devices",
    nargs=2,
    multiple=True,
    type=_PATH,
    metavar=say("ACTS RECEIPTS"),
    help=say("Files with a device's acts and the receipts it got for them."),
)
@common
@click.pass_obj
def catch_up(face: Face, bundles: tuple[Path, ...], devices: tuple[tuple[Path, Path], ...]) -> None:
    """Catch up."""
    from kt1custody.services import catch_up as catching

    done = catching.catch_up(face.desk(), bundles, devices)
    face.answer(
        {"entries": done.entries, "size": done.size},
        [
            say(
                "{count} entries are back; the log has {size} and reaches what was signed last.",
                count=number(done.entries),
                size=number(done.size),
            )
        ],
    )
