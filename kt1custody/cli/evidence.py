"""What outlives this machine: checkpoints on paper, dossiers, and the way back after a restore."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kt1custody.cli import sources
from kt1custody.cli.face import Face, common, officers_option
from kt1custody.cli.print_job import days
from kt1custody.cli.speech import LANGUAGE, moment_to_the_second, number, say, say_count, words_of
from kt1custody.core.formats import numbers
from kt1custody.core.log import anchor
from kt1custody.core.log.schema import REASONS
from kt1custody.errors import RefusedError
from kt1custody.words.listings import calendar_lines
from kt1custody.words.verdicts import epoch_lines, evidence_word

if TYPE_CHECKING:
    from kt1custody.services.custody.disclose import Opened
    from kt1custody.services.session.lost import Missing

_PATH = click.Path(path_type=Path)
_MORNING = 6  # o'clock
_SHOWN = 20  # records of a list


@click.command(help=say("Close a shift: sign a checkpoint, show its code, print its sheet."))
@click.option("--pdf", type=_PATH, metavar=say("FILE"), help=say("Write the closing sheet."))
@click.option(
    "--since",
    metavar=say("DAY"),
    help=say("First day of the sheet's figures, dd/mm/yyyy; else they begin at midnight."),
)
@click.option(
    "--note", type=_PATH, metavar=say("FILE"), help=say("Write the signed checkpoint itself.")
)
@click.option(
    "--stamp",
    metavar=say("URL"),
    help=say("Also ask this authority for a time stamp (RFC 3161)."),
)
@click.option(
    "--tsa-root",
    "roots",
    multiple=True,
    type=_PATH,
    metavar=say("FILE"),
    help=say("Root certificate (PEM) that a time stamp must lead to."),
)
@click.option(
    "--begin",
    is_flag=True,
    help=say("The keys folder knows no checkpoint: begin with the log as it is."),
)
@common
@click.pass_obj
def checkpoint(
    face: Face,
    pdf: Path | None,
    since: str | None,
    note: Path | None,
    stamp: str | None,
    roots: tuple[Path, ...],
    *,
    begin: bool,
) -> None:
    """Give out a checkpoint."""
    from kt1custody.cli import outgoing
    from kt1custody.services.evidence import closing
    from kt1custody.services.session import checkpoint as signing
    from kt1custody.system import files

    if begin:
        question = say("Was the log compared with the newest closing sheet (kt1 verify --anchor)?")
        if not face.agree(question):
            raise RefusedError("not-confirmed")
        signing.begin_again(face.session())
    certificates = _certificates(stamp, roots)
    for path in filter(None, (pdf, note)):
        files.probe(path)  # before anything is signed
    signed = outgoing.closing_sheet(face.session(), pdf, days(face, since, None)[0])
    if note is not None:
        files.write(note, signed.note)
    stamped = None if stamp is None else closing.stamp(face.session(), signed, stamp, certificates)
    told, code = signed.checkpoint, anchor.code(signed.checkpoint)
    answer = {
        "origin": told.origin,
        "size": told.size,
        "root": told.root.hex(),
        "code": code,
        "note": signed.note.decode(),
        "stamped_at": stamped,
    }
    lines = [
        say_count(
            "Checkpoint of {count} entry, {origin}.",
            "Checkpoint of {count} entries, {origin}.",
            told.size,
            origin=told.origin,
        ),
        *epoch_lines(LANGUAGE, told.origin),
        say("Code for the bound book: {code}", code=code),
    ]
    if stamped is not None:
        at = moment_to_the_second(stamped, face.settings.zone)
        lines.append(say("Time stamp of {at}.", at=at))
    if pdf is not None:
        lines.append(say("Closing sheet in {pdf}: two people sign it.", pdf=pdf))
        if since is None and _is_night(face):
            lines.append(say("Its figures begin at midnight. The shift before: --since DAY"))
        lines += calendar_lines(LANGUAGE, closing.calendar_end(face.session()))
    face.answer(answer, lines)


def _certificates(stamp: str | None, roots: Sequence[Path]) -> list[bytes]:
    """Read root certificates; refuse what is none, or what no time stamp is asked for."""
    from kt1custody.services.evidence import closing
    from kt1custody.system import files

    if roots and stamp is None:
        raise click.UsageError(say("--tsa-root is for a time stamp: give --stamp too."))
    certificates = [files.read(path, closing.MAX_ROOT) for path in roots]
    closing.check_roots(certificates)
    return certificates


def _is_night(face: Face) -> bool:
    """Tell whether a shift that began yesterday is likely to be closed only now."""
    from kt1custody.services.evidence import day

    return day.local_hour(face.session()) < _MORNING


@click.command(help=say("Write the dossier of one item, with two programs in it that verify it."))
@click.argument("given", metavar=say("NUMBER"))
@click.argument("out", type=_PATH, metavar=say("FOLDER"))
@click.option(
    "--officer",
    metavar="NV…",
    help=say(
        "Officer who opens the item's slip for it, with --reason; the log keeps that for ever."
    ),
)
@click.option(
    "--reason",
    type=click.Choice(REASONS["disclose"]),
    help=words_of("reason", REASONS["disclose"]),
)
@common
@click.pass_obj
def dossier(face: Face, given: str, out: Path, officer: str | None, reason: str | None) -> None:
    """Write a dossier."""
    from kt1custody.cli import outgoing
    from kt1custody.services.custody import disclose
    from kt1custody.system import files

    files.refuse_existing(out)
    given = sources.single(face, given)
    opened: Sequence[Opened] = ()
    if officer is not None and reason is not None:
        question = say("Open the slips of these items? The log will say so for ever.")
        opening = disclose.Disclose(
            officer=numbers.parse_staff_number(officer), given=(given,), reason=reason
        )
        [*_, entry] = face.carry_out(opening, face.confirm(question))
        opened = disclose.read_disclosed(face.session(), entry).opened
    elif officer or reason:
        raise RefusedError("officer-and-reason")
    done = outgoing.dossier(face.session(), given, out, opened)
    answer = {"folder": str(out), "size": done.checkpoint.size, "entries": done.entries}
    face.answer(
        answer,
        [
            say_count(
                "Dossier with {count} entry about the item in {out}; internal confidential.",
                "Dossier with {count} entries about the item in {out}; internal confidential.",
                done.entries,
                out=out,
            ),
            *face.read_only(),
        ],
    )


@click.command(
    help=say("Go on in a new epoch, where entries are gone for good; two officers sign.")
)
@click.option(
    "--reason",
    type=click.Choice(REASONS["epoch"]),
    required=True,
    help=words_of("reason", REASONS["epoch"]),
)
@click.option(
    "--give-up",
    "given_up",
    metavar=say("ORIGIN"),
    help=say("The newest epoch begun since, if nothing of it is left in any bundle or backup."),
)
@officers_option
@common
@click.pass_obj
def epoch(face: Face, reason: str, given_up: str | None, officers: tuple[str, str]) -> None:
    """Begin a new epoch."""
    from kt1custody.services.keys import epoch as beginning

    question = say(
        "Were all bundles and devices asked (kt1 catch-up), and what is left compared with a closing "
        "sheet (kt1 verify --anchor)? A new epoch is for ever."
    )
    if not face.agree(question):
        raise RefusedError("not-confirmed")
    first, second = map(numbers.parse_staff_number, officers)
    epoch = beginning.NewEpoch(reason=reason, officers=(first, second), given_up=given_up)
    [*_, entry] = face.carry_out(epoch)
    done = beginning.begun(entry)
    face.answer(
        {"origin": done.origin, "kept": done.kept, "lost": done.lost},
        [
            say(
                "{origin} goes on from {kept}; at least {lost} lost.",
                origin=done.origin,
                kept=say_count("{count} entry", "{count} entries", done.kept),
                lost=say_count("{count} entry is", "{count} entries are", done.lost),
            ),
            say(
                "Tell every witness and device; print a new closing sheet: kt1 checkpoint --pdf FILE"
            ),
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
@click.option(
    "--records",
    multiple=True,
    type=_PATH,
    metavar=say("FILE"),
    help=say("File with confidential records (kt1 export --records)."),
)
@click.option(
    "--reader",
    metavar="NV…",
    help=say("Whose PIN opens the slips: what is no true slip gives way to the one that comes."),
)
@common
@click.pass_obj
def catch_up(
    face: Face,
    bundles: tuple[Path, ...],
    devices: tuple[tuple[Path, Path], ...],
    records: tuple[Path, ...],
    reader: str | None,
) -> None:
    """Catch up."""
    from kt1custody.cli import incoming

    opener = numbers.parse_staff_number(reader) if reader else None
    if opener is not None:
        face.unlock(opener)
    done = incoming.catch_up(face.session(), bundles, devices, records, opener)
    gone = [{"seq": one.seq, "about": one.about} for one in done.missing]
    face.answer(
        {
            "entries": done.entries,
            "size": done.size,
            "unsigned": done.unsigned,
            "records": done.records,
            "missing": gone,
        },
        [
            say(
                "No entry was missing: the log has {size} and reaches what was signed last.",
                size=number(done.size),
            )
            if not done.entries
            else say_count(
                "{count} entry is back; the log has {size} and reaches what was signed last.",
                "{count} entries are back; the log has {size} and reaches what was signed last.",
                done.entries,
                size=number(done.size),
            ),
            *unsigned_lines(done.unsigned),
            *(
                [
                    say_count(
                        "{count} confidential record is back.",
                        "{count} confidential records are back.",
                        done.records,
                    )
                ]
                if done.records
                else []
            ),
            *missing_lines(done.missing),
        ],
    )


def unsigned_lines(count: int) -> list[str]:
    """Say how many entries were passed over, and what to do."""
    if not count:
        return []
    return [
        say_count(
            "⚠ {count} entry was not taken: nothing that the log has signed holds it.",
            "⚠ {count} entries were not taken: nothing that the log has signed holds them.",
            count,
        ),
        say("Ask whoever brought the files where they are from; bring his acts with kt1 sync."),
    ]


def missing_lines(gone: Sequence["Missing"]) -> list[str]:
    """Name the records that are missing, and what to do."""
    if not gone:
        return []
    shown = [f"  #{one.seq} {evidence_word(LANGUAGE, one.about)}" for one in gone[:_SHOWN]]
    more = [f"  … {number(len(gone) - _SHOWN)}"] if len(gone) > _SHOWN else []
    return [
        say_count(
            "⚠ {count} confidential record that the log names is missing or cannot be opened any more:",
            "⚠ {count} confidential records that the log names are missing or cannot be opened any more:",
            len(gone),
        ),
        *shown,
        *more,
        say(
            "Look for a newer backup first. What nobody has: kt1 lost --officer NV… NV… --reason restored"
        ),
    ]


@click.command(
    help=say("Declare lost the confidential records that nobody can bring back; two officers sign.")
)
@click.option(
    "--reason",
    type=click.Choice(REASONS["lost"]),
    required=True,
    help=words_of("reason", REASONS["lost"]),
)
@officers_option
@common
@click.pass_obj
def lost(face: Face, reason: str, officers: tuple[str, str]) -> None:
    """Declare records lost."""
    from kt1custody.services.session import lost as declaring

    gone: list[Missing] = []

    def confirm(shown: "list[Missing]") -> bool:
        gone.extend(shown)
        question = say("Declare them lost? The log will say so for ever.")
        return face.agree("\n".join((*missing_lines(shown)[:-1], question)))

    first, second = map(numbers.parse_staff_number, officers)
    entries = face.carry_out(
        declaring.DeclareLost(reason=reason, officers=(first, second)), confirm
    )
    told = [{"seq": one.seq, "about": one.about} for one in gone]
    face.answer(
        {"seq": [entry.seq for entry in entries], "lost": told},
        [
            say_count(
                "{count} confidential record is declared lost.",
                "{count} confidential records are declared lost.",
                len(gone),
            )
        ],
    )


@click.command(help=say("Back the log up, its records too, while it is being worked with."))
@click.argument("out", type=_PATH, metavar=say("FOLDER"))
@common
@click.pass_obj
def backup(face: Face, out: Path) -> None:
    """Back up."""
    from kt1custody.cli import outgoing

    made = outgoing.backup(face.session(), out)
    face.answer(
        {"folder": str(out), "size": made.size, "leaf": made.leaf},
        [
            say_count(
                "Backup with {count} entry in {out}; no keys are in it. Confidential.",
                "Backup with {count} entries in {out}; no keys are in it. Confidential.",
                made.size,
                out=out,
            ),
            say(
                "Check it on another machine: kt1 verify {out} --genesis HASH --anchor CODE, both from "
                "paper; without the code of a sheet as new as the backup it is never a full match.",
                out=out,
            ),
        ],
    )
