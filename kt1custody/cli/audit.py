"""Verifying the log, making its derived tables again, and what leaves the machine."""

import contextlib
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kt1custody.cli.face import Face, common, genesis_option
from kt1custody.cli.speech import LANGUAGE, moment, number, say, say_count
from kt1custody.core.formats import numbers
from kt1custody.words.times import clock_time
from kt1custody.words.verdicts import plain_verdict, verdict_lines

if TYPE_CHECKING:
    from kt1custody.services.evidence.verify import Report

_FOLDER = click.Path(path_type=Path)
_EVERY = 10.0  # seconds
_SHOWN = 50  # findings told in words; all are in the answer for machines
_EXITS = {"match": 0, "not-enough": 3, "missing": 4, "wrong": 4}  # by verdict


@contextlib.contextmanager
def _progress(face: Face, report: "Report") -> Iterator[None]:
    """Say from time to time how far an audit is, where somebody waits at a terminal."""
    over = threading.Event()

    def tell() -> None:
        while not over.wait(_EVERY):
            with contextlib.suppress(OSError):  # nobody reads it
                face.note(
                    say("Still at work; entries so far: {count}", count=number(report.entries))
                )

    worker = threading.Thread(target=tell, daemon=True)
    if sys.stderr.isatty():
        worker.start()
    try:
        yield
    finally:
        over.set()
        if worker.is_alive():
            worker.join()


@click.command(help=say("Verify the log of the data folder, a bundle, a dossier, or a backup."))
@click.argument("bundle", required=False, type=_FOLDER, metavar=say("[FOLDER]"))
@genesis_option
@click.option(
    "--anchor",
    "codes",
    multiple=True,
    metavar=say("CODE"),
    help=say(
        "Code from a closing sheet, in quotes or with dashes; any number of times. A picture of the "
        "sheet (--against) proves more: a code is too short against whoever prepares two histories."
    ),
)
@click.option(
    "--against",
    "evidence",
    multiple=True,
    type=_FOLDER,
    metavar=say("FILE"),
    help=say(
        "What others hold: checkpoint, proof, receipts, time stamp, a picture of a closing sheet or "
        "what a scanner typed of its code; any number of times."
    ),
)
@click.option(
    "--tsa-root",
    "roots",
    multiple=True,
    type=_FOLDER,
    metavar=say("FILE"),
    help=say("Root certificate (PEM) of a stamping authority that you trust."),
)
@click.option(
    "--since",
    type=_FOLDER,
    metavar=say("FILE"),
    help=say("As --trust, but entries that were verified before are not read again."),
)
@click.option(
    "--trust",
    type=_FOLDER,
    metavar=say("FILE"),
    help=say(
        "Your own file, kept where nobody else writes: begun with --genesis, it then says what you "
        "trust, and is renewed after a good audit."
    ),
)
@click.option(
    "--reader",
    metavar="NV…",
    help=say("Clerk, controller or officer with whose PIN every record is opened and compared."),
)
@common
@click.pass_obj
def verify(
    face: Face,
    bundle: Path | None,
    genesis: str | None,
    codes: tuple[str, ...],
    evidence: tuple[Path, ...],
    roots: tuple[Path, ...],
    since: Path | None,
    trust: Path | None,
    reader: str | None,
) -> None:
    """Audit a log."""
    from kt1custody import app
    from kt1custody.cli import incoming
    from kt1custody.services.evidence.verify import Report

    pinned = None if genesis is None else numbers.parse_genesis(genesis)
    given = incoming.gather(pinned, codes, evidence, roots)
    report = Report()
    with _progress(face, report):
        if bundle is None:
            opener = numbers.parse_staff_number(reader) if reader else None
            if opener is not None:
                face.unlock(opener)
            incoming.audit(
                face.session(), opener=opener, given=given, since=since, trust=trust, report=report
            )
        else:
            incoming.audit_folder(
                bundle, given=given, since=since, trust=trust, at=app.clock(), report=report
            )
    zone = face.settings.zone
    face.answer(
        plain_verdict(LANGUAGE, report), list(verdict_lines(LANGUAGE, report, zone, _SHOWN))
    )
    click.get_current_context().exit(_EXITS[report.verdict])


@click.command(help=say("Throw the derived tables away and make them again from the log."))
@common
@click.pass_obj
def rebuild(face: Face) -> None:
    """Make the derived tables again."""
    from kt1custody.services.evidence import verify as auditing

    count = auditing.rebuild(face.session())
    face.answer(
        {"entries": count},
        [say_count("{count} entry folded again.", "{count} entries folded again.", count)],
    )


@click.command(help=say("Write the bundle with which a stranger verifies the whole log."))
@click.argument("out", type=_FOLDER, metavar=say("FOLDER"))
@click.option(
    "--records",
    type=_FOLDER,
    metavar=say("FILE"),
    help=say("Also write the confidential records, sealed, for officers; not into the bundle."),
)
@common
@click.pass_obj
def export(face: Face, out: Path, records: Path | None) -> None:
    """Write a bundle."""
    from kt1custody.cli import outgoing
    from kt1custody.system import files

    sealed = None
    if records is not None:
        files.refuse_existing(records)
        files.probe(records)
    told = outgoing.bundle(face.session(), out)
    if records is not None:
        sealed = outgoing.records(face.session(), records)
    count = told.size
    face.answer(
        {"folder": str(out), "entries": count, "root": told.root.hex(), "records": sealed},
        [
            say_count(
                "Bundle with {count} entry in {out}; internal confidential.",
                "Bundle with {count} entries in {out}; internal confidential.",
                count,
                out=out,
            ),
            *([] if sealed is None else [_sealed_line(sealed, records)]),
            *face.read_only(),
        ],
    )


def _sealed_line(count: int, file: Path | None) -> str:
    return say_count(
        "{count} confidential record, sealed, in {file}: for officers, never beside the bundle.",
        "{count} confidential records, sealed, in {file}: for officers, never beside the bundle.",
        count,
        file=file,
    )


@click.command(help=say("Write the public folder with which seals are checked."))
@click.argument("out", type=_FOLDER, metavar=say("FOLDER"))
@click.option(
    "--load",
    "holders",
    multiple=True,
    metavar=say("NV…|OFFICE"),
    help=say("Also the load list of this person or office; internal."),
)
@click.option(
    "--loads",
    type=_FOLDER,
    metavar=say("FOLDER"),
    help=say("Where to write load lists, never inside the public folder; beside the data."),
)
@click.option(
    "--valid-hours",
    type=click.IntRange(1, 720),
    default=24,
    show_default=True,
    metavar=say("HOURS"),
    help=say("After so many hours a newer folder is due."),
)
@common
@click.pass_obj
def publish(
    face: Face, out: Path, holders: tuple[str, ...], loads: Path | None, valid_hours: int
) -> None:
    """Write the public folder."""
    from kt1custody.cli import outgoing

    names = [one.strip().upper() for one in holders]
    done = outgoing.public(face.session(), out, holders=names, loads=loads, valid_hours=valid_hours)
    zone = face.settings.zone
    told = {
        "folder": str(out),
        "size": done.head.size,
        "root": done.head.root.hex(),
        "next_at": clock_time(done.head.next, zone),
        "loads": [str(path) for path in done.loads],
        "exposed": list(done.exposed),
    }
    lines = [
        say("Public folder written to {out}.", out=out),
        say(
            "Trust list no. {size}; a newer one is due at {at}.",
            size=done.head.size,
            at=moment(done.head.next, zone),
        ),
    ]
    lines += [say("{path} is internal: only for its holder.", path=path) for path in done.loads]
    lines += [
        say(
            "⚠ {name} is internal and stood in the public folder. It is gone from there now; "
            "whoever has copied the folder may have it: tell the security officer.",
            name=name,
        )
        for name in done.exposed
    ]
    face.answer(told, lines)
