"""Verifying the log, making its derived tables again, and what leaves the machine."""

from pathlib import Path

import click

from kt1custody.cli import telling
from kt1custody.cli.face import Face, common, genesis_option
from kt1custody.i18n import has_word, moment, number, say, word

_FOLDER = click.Path(path_type=Path)
_SHOWN = 50  # findings told in words; all are in the answer for machines


@click.command(help=say("Verify the log of the data folder, or a bundle."))
@click.argument("bundle", required=False, type=_FOLDER, metavar=say("[BUNDLE]"))
@genesis_option
@click.option(
    "--reader",
    metavar="NV…",
    help=say("Clerk, controller or officer with whose PIN every record is opened and compared."),
)
@common
@click.pass_obj
def verify(face: Face, bundle: Path | None, genesis: str | None, reader: str | None) -> None:
    """Audit a log."""
    from kt1custody.services import verify as auditing

    pinned = None if genesis is None else telling.genesis_hash(genesis)
    if bundle is None:
        opener = telling.staff_number(reader) if reader else None
        report = auditing.verify(face.desk(), pinned, opener)
    else:
        report = auditing.verify_bundle(bundle, pinned)
    findings = [
        {"kind": one.kind, "seq": one.seq, "expected": one.expected, "got": one.got}
        for one in report.findings
    ]
    told = {
        "verdict": report.verdict,
        "findings": findings,
        "not_checked": report.not_checked,
        "entries": report.entries,
        "signatures": report.signatures,
        "items": report.items,
        "genesis": None if report.genesis is None else report.genesis.hex(),
    }
    lines = [
        say(
            "{entries} entries, {signatures} signatures, {items} items looked at.",
            entries=number(report.entries),
            signatures=number(report.signatures),
            items=number(report.items),
        )
    ]
    for one in report.findings[:_SHOWN]:
        place = say("beside the log") if one.seq is None else f"#{one.seq}"
        lines.append(f"✗ {place}: {word('audit', one.kind)}")
        lines.append(say("    expected {expected}", expected=_evidence(one.expected)))
        lines.append(say("    got {got}", got=_evidence(one.got)))
    more = len(report.findings) - _SHOWN + report.more
    if more > 0:
        lines.append(say("… and {count} more findings; --json shows them.", count=number(more)))
    lines += [say("Not checked: {what}", what=word("unchecked", w)) for w in report.not_checked]
    lines.append(word("verdict", report.verdict))
    face.answer(told, lines)
    if report.findings:
        click.get_current_context().exit(4)


@click.command(help=say("Throw the derived tables away and make them again from the log."))
@common
@click.pass_obj
def rebuild(face: Face) -> None:
    """Make the derived tables again."""
    from kt1custody.services import verify as auditing

    count = auditing.rebuild(face.desk())
    face.answer({"entries": count}, [say("{count} entries folded again.", count=number(count))])


@click.command(help=say("Write the bundle with which a stranger verifies the whole log."))
@click.argument("out", type=_FOLDER, metavar=say("FOLDER"))
@common
@click.pass_obj
def export(face: Face, out: Path) -> None:
    """Write a bundle."""
    from kt1custody.services import export as exporting

    told = exporting.export_bundle(face.desk(), out)
    count = told.size
    face.answer(
        {"folder": str(out), "entries": count, "root": told.root.hex()},
        [
            say(
                "Bundle with {count} entries in {out}; internal confidential.",
                count=number(count),
                out=out,
            )
        ],
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
    "--valid-hours",
    type=click.IntRange(1, 720),
    default=24,
    show_default=True,
    metavar=say("HOURS"),
    help=say("After so many hours a newer folder is due."),
)
@common
@click.pass_obj
def publish(face: Face, out: Path, holders: tuple[str, ...], valid_hours: int) -> None:
    """Write the public folder."""
    from kt1custody.services import publish as publishing

    names = [one.strip().upper() for one in holders]
    done = publishing.publish(face.desk(), out, holders=names, valid_hours=valid_hours)
    zone = face.settings.zone
    told = {
        "folder": str(out),
        "size": done.head.size,
        "root": done.head.root.hex(),
        "next_at": telling.clock_time(done.head.next, zone),
        "loads": [str(path) for path in done.loads],
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
    face.answer(told, lines)


def _evidence(told: str) -> str:
    """Spell what was expected or found: a word where it has one, else the value itself."""
    return word("evidence", told) if has_word("evidence", told) else told
