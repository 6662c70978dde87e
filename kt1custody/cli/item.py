"""Registering items, and looking at them."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kt1custody.cli import registering, scans, sources
from kt1custody.cli.face import Face, common, from_file, items
from kt1custody.cli.slip import Dialogue
from kt1custody.cli.speech import LANGUAGE, number, say, say_count, words_of
from kt1custody.core.formats import numbers
from kt1custody.core.log.schema import REASONS
from kt1custody.i18n import one_line
from kt1custody.words.findings import finding_line
from kt1custody.words.items import plain_item
from kt1custody.words.listings import listing_lines, plain_listing
from kt1custody.words.previews import plain_preview, preview_lines
from kt1custody.words.stories import plain_acts, plain_custody, story_lines

if TYPE_CHECKING:
    from kt1custody.cli.registering import Registered
    from kt1custody.services.custody.disclose import Disclosure, Opened
    from kt1custody.services.registration.register import Preview

_by = click.option("--by", metavar="NV…", help=say("Clerk who accepts."))


@click.group(help=say("Items: register them, list them, tell their story."))
def item() -> None:
    """Hold the commands about items."""


@item.command("import", help=say("Register all items of a manifest (CSV or XLSX), or none."))
@click.argument("file", type=click.Path(path_type=Path), metavar=say("FILE"))
@_by
@click.option("--dry-run", is_flag=True, help=say("Only check; store nothing."))
@click.option(
    "--errors",
    type=click.Path(path_type=Path),
    metavar=say("FILE"),
    help=say("Where to write a wrong manifest with its reasons (.xlsx or .csv), to send it back."),
)
@common
@click.pass_obj
def import_manifest(
    face: Face, file: Path, by: str | None, dry_run: bool, errors: Path | None
) -> None:
    """Register a manifest."""
    from kt1custody.cli import given_files
    from kt1custody.services.registration import register

    if errors is not None:
        registering.refuse_place(errors)
    face.session()  # what is wrong with the options is said first
    rows = register.read_manifest(given_files.table(file))
    made = registering.run(
        face, rows, by, dry_run=dry_run, confirm=lambda shown: _confirm(face, shown)
    )
    if errors is not None:
        registering.send_back(errors, rows, made.findings)
    _answer(face, made, dry_run=dry_run, errors=errors)


def _read_back(face: Face, shown: "Preview") -> list[str]:
    return preview_lines(LANGUAGE, shown, face.settings.zone, face.place)


def _confirm(face: Face, shown: "Preview") -> bool:
    """Read the manifest back and ask, unless the list is taken as confirmed."""
    for line in _read_back(face, shown):
        face.note(line)
    return face.agree(say("Register these items?"))


@item.command(
    help=say("Write the empty manifest (XLSX) that offices fill in, with the agencies in force.")
)
@click.argument("out", type=click.Path(path_type=Path), metavar=say("FILE"))
@common
@click.pass_obj
def template(face: Face, out: Path) -> None:
    """Write the template."""
    from kt1custody.cli import templates

    count = templates.write_manifest(face.session(), out)
    line = (
        say_count(
            "{file}: {count} agency is offered.",
            "{file}: {count} agencies are offered.",
            count,
            file=out,
        )
        if count
        else say(
            "{file} is written, without agencies to choose from: no list of them is in force here. "
            "Load it first: kt1 catalogue agencies",
            file=out,
        )
    )
    face.answer({"written": str(out), "agencies": count}, [line])


@item.command(help=say("Register one item; what is not given as an option is asked for."))
@_by
@click.option("--sender", metavar=say("CODE"), help=say("Sending agency."))
@click.option("--recipient", metavar=say("CODE"), help=say("Receiving agency."))
@click.option("--reference", help=say("Document number; none for mark A."))
@click.option("--named", help=say("The only person who may open it."))
@click.option("--mark", metavar="A|B|C", help=say("Letter stamped on the envelope."))
@click.option("--urgency", help=say("Hỏa tốc, Hẹn giờ or both; else none."))
@click.option("--appt", metavar=say("TIME"), help=say("Appointment, dd/mm/yyyy hh:mm."))
@click.option("--kind", help=say("Thư, Gói or Kiện."))
@click.option("--layers", help=say("Envelopes, one in the other: 1 or 2."))
@click.option("--weight", help=say("Weight in grams."))
@click.option("--note", help=say("Note; never what the document is about."))
@click.option("--dry-run", is_flag=True, help=say("Only check; store nothing."))
@common
@click.pass_obj
def add(face: Face, /, by: str | None, dry_run: bool, **typed: str | None) -> None:
    """Register one item."""
    from kt1custody.services.registration import register

    if sys.stdin.isatty():
        made = Dialogue(face, typed).run(by, dry_run=dry_run)
    else:
        cells = {key: value or "" for key, value in typed.items()}
        rows = register.one_row(face.session(), cells)
        made = registering.run(face, rows, by, dry_run=dry_run)
    _answer(face, made, dry_run=dry_run)


def _answer(face: Face, made: "Registered", *, dry_run: bool, errors: Path | None = None) -> None:
    """Tell what was registered, or what is wrong; a wrong manifest ends with exit code 2."""
    told: dict[str, object] = {
        "stored": bool(made.numbers),
        "rows": made.rows,
        "compared": made.is_compared,
        "numbers": [f"{n:012d}" for n in made.numbers],
        "preview": made.preview and plain_preview(made.preview, face.settings.zone),
        "findings": [
            {"row": one.row, "stt": one.stt, "column": one.column, "code": one.code}
            for one in made.findings
        ],
    }
    if made.findings:
        lines = [finding_line(LANGUAGE, one) for one in made.findings]
        rows = len({one.row for one in made.findings})
        lines.append(
            say_count(
                "Nothing was stored: {count} row is wrong. Mend it, import again.",
                "Nothing was stored: {count} rows are wrong. Mend them, import again.",
                rows,
            )
        )
        if errors is not None:
            lines.append(say("To send back: {file}", file=errors))
    elif dry_run:
        lines = [] if made.preview is None else _read_back(face, made.preview)
        lines.append(
            say_count(
                "{count} item is right; nothing was stored.",
                "{count} items are right; nothing was stored.",
                made.rows,
            )
        )
        if not made.is_compared:
            lines.append(
                say(
                    "Not compared with what was accepted this year: that takes a clerk's PIN, with "
                    "--by NV…"
                )
            )
    else:
        lines = [_registered_line([numbers.format_item_number(n) for n in made.numbers])]
    face.answer(told, lines)
    if made.findings:
        click.get_current_context().exit(2)


def _registered_line(named: Sequence[str]) -> str:
    if len(named) == 1:
        return say("Registered: {item}. Next: kt1 seal print", item=named[0])
    return say(
        "Registered ({count}): {first} to {last}. Next: kt1 seal print",
        count=number(len(named)),
        first=named[0],
        last=named[-1],
    )


@item.command(
    "list", help=say("List items with their due times: late ones first, what has ended last.")
)
@click.option("--holder", metavar="NV…", help=say("Only what this person or office holds."))
@click.option("--open", "is_open", is_flag=True, help=say("Only what has not ended."))
@click.option("--unsealed", "is_unsealed", is_flag=True, help=say("Only what waits for a seal."))
@click.option(
    "--page",
    type=click.IntRange(1),
    metavar=say("PAGE"),
    help=say("Which page; with --json the whole list by number, unless a page is named."),
)
@click.option(
    "--lines",
    type=click.IntRange(1, 1_000),
    default=50,
    show_default=True,
    help=say("How many items a page has."),
)
@common
@click.pass_obj
def list_items(
    face: Face, holder: str | None, is_open: bool, is_unsealed: bool, page: int | None, lines: int
) -> None:
    """List items."""
    from kt1custody.services.custody import standing

    shown = standing.listing(
        face.session(),
        holder=holder,
        is_open=is_open,
        is_unsealed=is_unsealed,
        page=page if page or face.as_json else 1,
        lines=lines,
    )
    zone = face.settings.zone
    answer: dict[str, object] = {"items": plain_listing(shown, zone, by_number=page is None)}
    if page is not None:
        answer |= {"page": shown.page, "pages": shown.pages, "total": shown.total}
    face.answer(answer, listing_lines(LANGUAGE, shown, zone, face.place))


@item.command(help=say("Tell the story of an item, with its gaps."))
@click.argument("number", metavar=say("NUMBER|SEAL|PICTURE"))
@click.option(
    "--reader", metavar="NV…", help=say("Clerk or controller for whom the slip is opened.")
)
@common
@click.pass_obj
def show(face: Face, number: str, reader: str | None) -> None:
    """Tell a story."""
    from kt1custody.services.custody import look

    given, who = (
        sources.single(face, number),
        numbers.parse_staff_number(reader) if reader else None,
    )
    if who is not None:
        look.check_item(face.session(), given)
        face.unlock_reader(who)
    told = look.story(face.session(), given, who)
    zone = face.settings.zone
    slip = None if told.slip is None else told.slip.to_record()
    face.answer(
        {
            "item": plain_item(told.state, zone),
            "slip": slip,
            "story": plain_acts(told, zone),
            "custody": plain_custody(told, zone),
            "lost": None if told.lost is None else told.lost.seq,
        },
        story_lines(LANGUAGE, told, zone, face.place),
    )


@item.command(
    "open",
    help=say(
        "Open the slips of items for an officer, who signs for it; the log keeps it for ever."
    ),
)
@items
@from_file
@click.option("--officer", required=True, metavar="NV…", help=say("Officer who opens them."))
@click.option(
    "--reason",
    required=True,
    type=click.Choice(REASONS["disclose"]),
    help=words_of("reason", REASONS["disclose"]),
)
@common
@click.pass_obj
def open_slips(
    face: Face, given: tuple[str, ...], file: Path | None, officer: str, reason: str
) -> None:
    """Open slips."""
    from kt1custody.services.custody import disclose

    opening = disclose.Disclose(
        officer=numbers.parse_staff_number(officer),
        given=scans.collect(face, given, file),
        reason=reason,
    )
    question = say("Open the slips of these items? The log will say so for ever.")
    [*_, entry] = face.carry_out(opening, face.confirm(question))
    done = disclose.read_disclosed(face.session(), entry)
    told = {
        "seq": done.entry.seq,
        "items": [
            {
                "number": f"{n:012d}",
                "slip": None if slip is None else slip.to_record(),
                "records": [_opened(one) for one in done.opened if one.n == n],
            }
            for n, slip in done.slips.items()
        ],
        "broken": list(done.broken),
    }
    face.answer(told, _disclosed_lines(face, done))


def _disclosed_lines(face: Face, done: "Disclosure") -> list[str]:
    """Tell the story of every item with its slip, and who has received it."""
    from kt1custody.services.custody import look

    session, lines = face.session(), []
    places = look.places(session)
    for n, slip in done.slips.items():
        story = replace(look.story(session, f"{n:012d}"), slip=slip, places=places)
        lines += story_lines(LANGUAGE, story, face.settings.zone, face.place)
        if slip is None and story.lost is None:
            lines.append(say("⚠ The slip is erased or does not fit the log."))
        lines += [
            say("#{seq}: received by {name}, {paper}; {note}", seq=one.seq, **_receiver(one))
            for one in done.opened
            if one.n == n and one.is_receipt
        ]
    if done.broken:
        lines.append(
            say_count(
                "⚠ {count} record does not fit what the log has committed to. Next: kt1 verify",
                "⚠ {count} records do not fit what the log has committed to. Next: kt1 verify",
                len(done.broken),
            )
        )
    return [*lines, say("Opened. Log position {seq}.", seq=done.entry.seq)]


def _opened(one: "Opened") -> dict[str, object]:
    return {
        "seq": one.seq,
        "act": one.kind,
        "commit": one.commit.hex(),
        "record": dict(one.record),
    }


def _receiver(one: "Opened") -> dict[str, object]:
    """Spell the record of whoever received an item."""
    return {key: one_line(one.record.get(key) or "–") for key in ("name", "paper", "note")}
