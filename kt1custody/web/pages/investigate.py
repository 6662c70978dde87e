"""Investigating an item: its story to scale, its window of doubt, and who has looked into its slip."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from kt1custody.core.custody.custody_story import CustodyStory
from kt1custody.core.custody.story import Happening
from kt1custody.core.formats import numbers
from kt1custody.core.log.schema import REASONS
from kt1custody.errors import NotAllowedError, RefusedError
from kt1custody.i18n import one_line
from kt1custody.services.custody import disclose, doubt_window, look, signed_record
from kt1custody.services.custody.disclose import Disclosure, Opened
from kt1custody.services.custody.doubt_window import FEW, MOST, DoubtWindow
from kt1custody.services.evidence import dossier
from kt1custody.services.session import readings
from kt1custody.web import items, story_rows, zips
from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page

router = APIRouter(prefix="/investigate")
_FIELDS = ("sender", "recipient", "reference", "named", "name", "paper", "layers", "weight", "note")
_DAYS = 8
_CONTESTED = 50  # items that are listed
_CODES = frozenset({"sender", "recipient"})
Investigating = Annotated[Asking, Depends(asking("investigate"))]


@router.get("")
def search(request: Request, ask: Investigating) -> HTMLResponse:
    """Ask for a number; below it what is in dispute."""
    contested = items.shown(ask, look.contested(ask.session)[:_CONTESTED])
    return page.show(request, "investigate", ask=ask, item=None, contested=contested)


@router.get("/{n}")
def item(
    request: Request, n: int, ask: Investigating, day: date | None = None, beside: bool = False
) -> HTMLResponse:
    """Show the story of an item: its timeline whole or of one local day, and all that was beside it."""
    story = look.story(ask.session, f"{n:012d}")
    [shown] = items.shown(ask, [story.state])
    name, custody = items.place_names(ask), story.custody
    told = None if custody is None else story_rows.words(ask, story, custody)
    return page.show(
        request,
        "investigate",
        ask=ask,
        item=shown,
        reasons=REASONS["disclose"],
        disclosures=_disclosures(ask, story.happenings, name),
        readings=_readings(ask, n, name),
        was_holder=custody is not None and ask.visit.staff in _involved(custody),
        told=told,
        steps=[] if told is None else story_rows.steps(ask, story, told, name),
        timeline=custody and told and story_rows.timeline(ask, custody, told, name, day),
        day=day,
        days=_days(ask, custody),
        window=custody and _window(ask, n, custody, name, MOST if beside else FEW),
        is_whole=beside,
    )


@router.get("/{n}/opened/{seq}")
def opened(request: Request, n: int, seq: int, ask: Investigating) -> HTMLResponse:
    """Show what an act of this officer in the log has opened.

    Raises:
        RefusedError: `no-such-entry`; `not-a-disclosure`: it opens nothing of this item.
        NotAllowedError: `disclosed-to-another`: whoever signs for it reads it.
    """
    found = _disclosed(ask, n, seq)
    return page.show(
        request,
        "opened",
        ask=ask,
        n=n,
        named=numbers.format_item_number(n),
        seq=seq,
        reason=ask.language.word("reason", found.entry.act.text("reason")),
        records=[_record(ask, one) for one in found.opened if one.n == n],
        broken=[commitment.hex() for commitment in found.broken],
    )


@router.post("/{n}/opened/{seq}/dossier.zip")
def dossier_with_records(n: int, seq: int, ask: Investigating) -> Response:
    """Give the dossier of an item with what an act of this officer has opened; raises as `opened`."""
    records = [one for one in _disclosed(ask, n, seq).opened if one.n == n]
    readings.note_taken(ask.session, ask.visit.staff, "dossier", n)
    made = dossier.make(ask.session, f"{n:012d}", records)
    name = f"kt1-{n:012d}-{made.checkpoint.size}-{seq}"
    return zips.answer(name, made.contents.items(), is_confidential=True)


def _disclosed(ask: Asking, n: int, seq: int) -> Disclosure:
    """Open what an act in the log discloses to the officer who is signed in."""
    entry = signed_record.read(ask.session, seq).entry
    if entry.act.type != "disclose" or n not in {line.n for line in entry.act.lines}:
        raise RefusedError("not-a-disclosure", seq=seq)
    if entry.act.by != ask.visit.staff:
        raise NotAllowedError("disclosed-to-another", seq=seq)
    return disclose.read_disclosed(ask.session, entry)


def _days(ask: Asking, custody: CustodyStory | None) -> list[tuple[date, str]]:
    """Offer days to look at closely, if something was done on several; of many the newest."""
    days = [] if custody is None else story_rows.days(ask, custody)
    return [] if len(days) < 2 else [(day, f"{day:%d/%m/%Y}") for day in days[-_DAYS:]]


def _involved(custody: CustodyStory) -> set[str]:
    signers = {
        one.staff for step in custody.steps for one in step.signers if step.act != "disclose"
    }
    return signers | {held.holder for held in custody.holders}


def _disclosures(
    ask: Asking, happenings: Iterable[Happening], name: items.Name
) -> list[dict[str, object]]:
    """List the acts with which officers have opened the item's records."""
    return [
        {
            "seq": step.seq,
            "at": ask.language.moment_to_the_second(step.accepted_at, ask.session.zone),
            "who": name(step.signers[0].staff),
            "reason": ask.language.word("reason", step.reason or "other"),
            "is_own": step.signers[0].staff == ask.visit.staff,
        }
        for step in happenings
        if step.act == "disclose"
    ]


def _readings(ask: Asking, n: int, name: items.Name) -> list[dict[str, object]]:
    """List who was told what is in the item's records, the newest first."""
    language, zone = ask.language, ask.session.zone
    return [
        {
            "at": language.moment_to_the_second(one.at, zone),
            "who": name(one.staff),
            "staff": one.staff,
            "device": one.dev,
            "why": language.word("reading", one.why),
            "face": language.word("reading", one.face),
        }
        for one in readings.of_item(ask.session, n)[::-1]
    ]


def _window(
    ask: Asking, n: int, custody: CustodyStory, name: items.Name, most: int
) -> dict[str, object] | None:
    found = doubt_window.find(custody)
    if found is None:
        return None
    around = doubt_window.surroundings(ask.session, n, found, custody.as_of, most)
    language, zone = ask.language, ask.session.zone
    return {
        "since": language.moment(found.since, zone),
        "until": language.moment(found.until, zone),
        "span": story_rows.span(language, found.until - found.since),
        "last": found.last.seq,
        "last_act": language.word("act", found.last.act),
        "first": None if found.doubt is None else found.doubt.seq,
        "why": _why(ask, found),
        "people": [{"staff": who, "name": name(who)} for who in found.people],
        "devices": around.devices,
        "beside": [
            {
                "holder": name(held.holder),
                "n": held.n,
                "number": numbers.format_item_number(held.n),
                "since": language.moment(held.since, zone),
                "until": "" if held.until is None else language.moment(held.until, zone),
            }
            for held in around.beside
        ],
        "left_off": around.left_off,
    }


def _why(ask: Asking, found: DoubtWindow) -> str:
    if found.doubt is not None:
        act = ask.language.word("act", found.doubt.act)
        return ask.language.say("#{seq} {act} casts doubt", seq=found.doubt.seq, act=act)
    if found.gap is not None:
        return ask.language.word("gap", found.gap.kind)
    return ask.language.say("still open: nobody has recorded its seal since")


def _record(ask: Asking, opened: Opened) -> dict[str, object]:
    known = look.places(ask.session)
    agencies = known.agencies if known else {}

    def spell(value: object) -> str:
        agency = agencies.get(str(value))
        return f"{agency.name} ({value})" if agency else _line(value)

    fields = [
        (ask.language.word("record", key), spell(value) if key in _CODES else _line(value))
        for key, value in sorted(opened.record.items(), key=lambda field: _place(field[0]))
    ]
    return {
        "seq": opened.seq,
        "act": ask.language.word("act", opened.kind),
        "is_receipt": opened.is_receipt,
        "commit": opened.commit.hex(),
        "fields": fields,
    }


def _place(key: str) -> int:
    return _FIELDS.index(key) if key in _FIELDS else len(_FIELDS)


def _line(value: object) -> str:
    return "–" if value is None else one_line(value)
