"""Putting right what an act says, and settling a fork."""

from collections.abc import Callable
from dataclasses import replace
from datetime import tzinfo
from typing import TYPE_CHECKING

import click

from kt1custody.cli import scans, sources
from kt1custody.cli.face import Face, common, items
from kt1custody.cli.speech import LANGUAGE, moment, say, word, words_of
from kt1custody.core.formats import numbers
from kt1custody.core.log.schema import CONDITIONS, REASONS
from kt1custody.errors import RefusedError
from kt1custody.words.findings import finding_line

if TYPE_CHECKING:
    from kt1custody.core.custody.table import ItemState
    from kt1custody.core.log.entry import Entry
    from kt1custody.services.custody.correct_item import CorrectItem
    from kt1custody.services.custody.ruling import Branch

_REASONS = tuple(sorted({one for kind in REASONS for one in REASONS[kind]}))
_two_officers = click.option(
    "--officer",
    "officers",
    nargs=2,
    metavar="NV… NV…",
    help=say("Two officers who sign; else the persons who signed the act."),
)
_reason = click.option(
    "--reason",
    required=True,
    type=click.Choice(REASONS["correct"]),
    help=words_of("reason", REASONS["correct"]),
)


@click.command(help=say("Put one field of an act right; the original stays and is shown."))
@click.argument("seq", metavar=say("#POSITION"))
@items
@click.option("--cond", type=click.Choice(CONDITIONS), help=say("State of the envelope."))
@click.option("--act-reason", type=click.Choice(_REASONS), help=say("Reason that the act names."))
@click.option("--remark", type=click.BOOL, help=say("Whether the receiver had a remark."))
@_reason
@_two_officers
@common
@click.pass_obj
def correct(
    face: Face,
    seq: str,
    given: tuple[str, ...],
    cond: str | None,
    act_reason: str | None,
    remark: bool | None,
    reason: str,
    officers: tuple[str, str] | None,
) -> None:
    """Correct an act."""
    from kt1custody.services.custody import ruling

    changes = [("cond", cond), ("reason", act_reason), ("remark", remark)]
    told = [(field, value) for field, value in changes if value is not None]
    if len(told) != 1:
        raise click.UsageError(say("Name exactly one field to put right."))
    [(field, value)] = told
    correction = ruling.Correct(
        seq=face.position(seq),
        field=field,
        value=value,
        reason=reason,
        officers=_two(officers),
        given=scans.collect(face, given) if given else (),
    )
    [*_, entry] = face.carry_out(correction, face.confirm(say("Put this right for these items?")))
    line = say("Put right. Log position {seq}; the original stays.", seq=entry.seq)
    face.answer({"seq": entry.seq}, [line])


@click.command(
    help=say("Settle which of two steps holds; without --keep, list them. Two officers.")
)
@click.argument("given", metavar=say("NUMBER|SEAL|PICTURE"))
@click.option("--keep", metavar=say("#POSITION"), help=say("Step that holds, or none."))
@click.option(
    "--reason",
    type=click.Choice(REASONS["settle"]),
    default="statements",
    help=words_of("reason", REASONS["settle"]),
)
@click.option(
    "--officer", "officers", nargs=2, metavar="NV… NV…", help=say("The two officers who sign.")
)
@common
@click.pass_obj
def settle(
    face: Face, given: str, keep: str | None, reason: str, officers: tuple[str, str] | None
) -> None:
    """Settle a fork."""
    from kt1custody.services.custody import ruling

    session, pair, given = face.session(), _two(officers), sources.single(face, given)
    if keep is None or pair is None:
        found = ruling.branches(session, given)
        told = [
            {"seq": one.entry.seq, "act": one.entry.act.type, "by": one.entry.act.by}
            for one in found
        ]
        lines = [_branch_line(one, face.settings.zone) for one in found]
        lines.append(say("Settle it: kt1 settle NUMBER --keep #POSITION (or none) --officer … …"))
        face.answer({"branches": told}, lines)
        return
    confirm = face.confirm(say("Settle it so?"))
    settlement = ruling.Settle(given=given, keep=keep, reason=reason, officers=pair)
    [*_, entry] = face.carry_out(settlement, lambda fork: confirm([fork.item]))
    face.answer({"seq": entry.seq}, [say("Settled. Log position {seq}.", seq=entry.seq)])


@click.command(
    "correct", help=say("Put right what the registration of an item says; the original stays.")
)
@click.argument("given", metavar=say("NUMBER|SEAL|PICTURE"))
@click.option("--sender", metavar=say("CODE"), help=say("Sending agency."))
@click.option("--recipient", metavar=say("CODE"), help=say("Receiving agency."))
@click.option("--reference", help=say("Document number; none for mark A."))
@click.option("--named", help=say("The only person who may open it."))
@click.option("--urgency", help=say("Hỏa tốc, Hẹn giờ or both; else none."))
@click.option("--appt", metavar=say("TIME"), help=say("Appointment, dd/mm/yyyy hh:mm."))
@click.option("--kind", help=say("Thư, Gói or Kiện."))
@click.option("--layers", help=say("Envelopes, one in the other: 1 or 2."))
@click.option("--weight", help=say("Weight in grams."))
@click.option("--note", help=say("Note; never what the document is about."))
@_reason
@_two_officers
@common
@click.pass_obj
def correct_item(
    face: Face,
    /,
    given: str,
    reason: str,
    officers: tuple[str, str] | None,
    **typed: str | None,
) -> None:
    """Correct a registration."""
    from kt1custody.services.custody.correct_item import CorrectItem
    from kt1custody.services.registration.register import WrongRowsError

    cells = {key: text for key, text in typed.items() if text is not None}
    question = say("Put this right for these items?")
    if officers:
        question = say(
            "Open the slips of these items and put this right? The log will say both for ever."
        )
    correction = CorrectItem(
        given=sources.single(face, given), cells=cells, reason=reason, officers=_two(officers)
    )
    ask = face.confirm(question)
    try:
        entries = _correct_item(face, correction, lambda item: ask([item]))
    except WrongRowsError as wrong:
        answer = {"seqs": [], "findings": [finding.code for finding in wrong.findings]}
        face.answer(answer, [finding_line(LANGUAGE, finding) for finding in wrong.findings])
        click.get_current_context().exit(2)
    seqs = [entry.seq for entry in entries]
    line = say("Put right. Log position {seq}; the original stays.", seq=seqs[-1])
    face.answer({"seqs": seqs, "findings": []}, [line])


def _correct_item(
    face: Face, correction: "CorrectItem", confirm: "Callable[[ItemState], bool]"
) -> "list[Entry]":
    """Correct a registration; officers sign for opening the slip first."""
    from kt1custody.cli import signing
    from kt1custody.services.custody.disclose import Disclose
    from kt1custody.services.session import use_case

    allowed = use_case.check(face.session(), correction)
    if not confirm(allowed.shown):
        raise RefusedError("not-confirmed")
    face.unlock(*allowed.people)
    if correction.officers is not None:
        given = (f"{allowed.shown.n:012d}",)
        opening = Disclose(officer=correction.officers[0], given=given, reason="other")
        allowed_opening = use_case.check(face.session(), opening)
        entries = signing.carry_out(
            face.here, opening, replace(allowed_opening, shown=[allowed.shown])
        )
        correction = replace(correction, disclosed=entries[-1].seq)
    entries = signing.carry_out(face.here, correction, allowed)
    return [entry for entry in entries if entry.act.type == "correct"]


def _two(officers: tuple[str, str] | None) -> tuple[str, str] | None:
    if officers is None:
        return None
    first, second = map(numbers.parse_staff_number, officers)
    return first, second


def _branch_line(one: "Branch", zone: tzinfo) -> str:
    entry = one.entry
    told = say(
        "#{seq}  {at}  {act}, signed by {people}",
        seq=entry.seq,
        at=moment(one.at, zone),
        act=word("act", entry.act.type),
        people=", ".join(entry.act.persons),
    )
    codes = dict.fromkeys(code for _, code in entry.judgement)
    return "; ".join((told, *(f"⚠ {word('judgement', code)}" for code in codes)))
