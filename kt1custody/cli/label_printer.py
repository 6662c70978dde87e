"""The label printer: its options, its test label, and what is said when it has a job."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from kt1custody import settings
from kt1custody.cli.face import Face, common
from kt1custody.cli.speech import LANGUAGE, say, say_count
from kt1custody.core.formats import numbers
from kt1custody.errors import UnavailableError
from kt1custody.words.items import some_items

if TYPE_CHECKING:
    from kt1custody.core.log.entry import Entry
    from kt1custody.services.seals.labels import DrawnLabels, Printer
    from kt1custody.services.seals.seal import ToPrint

_C = TypeVar("_C", bound=Callable[..., object])
_PATH = click.Path(path_type=Path)

by_option = click.option("--by", metavar="NV…", help=say("Clerk who signs."))
pdf_option = click.option(
    "--pdf", type=_PATH, required=True, metavar=say("FILE"), help=say("PDF of labels.")
)
_dpi = click.option(
    "--dpi",
    type=click.Choice(settings.LABEL_DPI),
    help=say("Dots an inch of the label printer; else as KT1_LABEL_DPI says."),
)


def printer_options(command: _C) -> _C:
    """Give a command the options of the label printer, for `make_printer`."""
    for option in (
        click.option(
            "--bitmaps",
            type=_PATH,
            metavar=say("FOLDER"),
            help=say("Also every label as PNG in the printer's own dots."),
        ),
        _dpi,
        click.option(
            "--copies",
            type=click.IntRange(1, 2),
            default=2,
            show_default=True,
            help=say("Labels of each seal; the second one lies across the flap."),
        ),
    ):
        command = option(command)
    return command


def make_printer(face: Face, *, copies: int, dpi: str | None, bitmaps: Path | None) -> "Printer":
    """Say how labels are printed, from the options and the settings."""
    from kt1custody.services.seals.labels import Printer

    return Printer(
        dpi=int(dpi) if dpi else face.settings.label_dpi,
        copies=copies,
        has_bitmaps=bitmaps is not None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Where labels are written.

    Attributes:
        pdf: File with all of them.
        pictures: Folder for one QR picture a seal, or None.
        bitmaps: Folder for every label in the printer's dots, or None.
    """

    pdf: Path
    pictures: Path | None = None
    bitmaps: Path | None = None

    def refuse_existing(self) -> None:
        """Stop before anything is signed where a file is there, or none can be written.

        Raises:
            RefusedError: `file-exists`.
            UnavailableError: `file-unwritable`.
        """
        from kt1custody.system import files

        files.refuse_existing(self.pdf)
        files.probe(self.pdf)
        for folder in (self.pictures, self.bitmaps):
            if folder is not None:
                files.probe(folder / "label.png", makes_folder=True)

    def draw(
        self, face: Face, by: str, printed: "Sequence[Entry]", printer: "Printer"
    ) -> "DrawnLabels":
        """Draw the labels of a job that is in the log, and write them.

        Raises:
            UnavailableError: `labels-unwritten` with the job: its serials are used all the same;
                as `labels.draw`.
        """
        from kt1custody.services.seals import labels
        from kt1custody.system import files

        drawn = labels.draw(face.session(), by, printed, printer)
        try:
            files.write(self.pdf, drawn.pdf)
            for folder, pictures in (
                (self.pictures, drawn.pictures),
                (self.bitmaps, drawn.bitmaps),
            ):
                if folder is not None:
                    for name, picture in pictures:
                        files.write(folder / name, picture, makes_folder=True)
        except UnavailableError as error:
            job = numbers.format_serial(drawn.job)
            raise UnavailableError("labels-unwritten", job=job, **error.detail) from None
        return drawn


def plain(drawn: "DrawnLabels", pdf: Path, left_out: Sequence[int] = ()) -> dict[str, object]:
    """Give a print job for machines."""
    return {
        "job": numbers.format_serial(drawn.job),
        "pdf": str(pdf),
        "labels": drawn.count,
        "seals": [
            {"number": f"{n:012d}", "serial": numbers.format_serial(serial)}
            for n, serial in drawn.serials
        ],
        "left_out": [f"{n:012d}" for n in left_out],
    }


def left_out_lines(shown: "ToPrint") -> list[str]:
    """Name the items that waited too and were not printed."""
    if not shown.left_out:
        return []
    return [
        say_count(
            "⚠ {count} item was left out: its seal is printed and not bound (job {jobs}): {items}. "
            "Look: kt1 seal job JOB; then kt1 seal bind or kt1 seal resume",
            "⚠ {count} items were left out: their seals are printed and not bound (jobs {jobs}): "
            "{items}. Look: kt1 seal job JOB; then kt1 seal bind or kt1 seal resume",
            len(shown.left_out),
            jobs=", ".join(map(numbers.format_serial, shown.older)),
            items=some_items(LANGUAGE, shown.left_out),
        )
    ]


def jam_line(drawn: "DrawnLabels") -> str:
    """Say what to do if the printer stops half-way."""
    return say(
        "Print job {job}. If labels are missing or spoiled: kt1 seal resume {job}",
        job=numbers.format_serial(drawn.job),
    )


@click.command(help=say("Write a test label that shows whether the label printer is set right."))
@pdf_option
@_dpi
@common
@click.pass_obj
def calibrate(face: Face, pdf: Path, dpi: str | None) -> None:
    """Write a test label."""
    from kt1custody.services.seals import labels
    from kt1custody.system import files

    resolution = int(dpi) if dpi else face.settings.label_dpi
    Output(pdf=pdf).refuse_existing()
    page, advice = labels.calibrate(LANGUAGE, resolution)
    files.write(pdf, page)
    lines = [
        say("Print {pdf} on the label printer, then look:", pdf=pdf),
        *advice,
        say(
            "Driver settings: scale 100 %, paper 100 × 60 mm, {dpi} dpi, no smoothing, black and "
            "white.",
            dpi=resolution,
        ),
    ]
    face.answer({"pdf": str(pdf), "dpi": resolution}, lines)
