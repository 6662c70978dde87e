"""Registering: what is filled in is checked as it grows, then proposed; also what a file brings."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from kt1custody.core.formats import numbers
from kt1custody.core.formats.item import Consignment, Mark, Urgency
from kt1custody.core.formats.places import Agency
from kt1custody.core.manifest.layout import COLUMNS, RowFinding
from kt1custody.core.manifest.row import URGENCIES
from kt1custody.errors import RefusedError
from kt1custody.services.custody import look
from kt1custody.services.registration import draft_key, fill_in, register, search, send_back
from kt1custody.services.registration.register import Preview, Register, Rows, WrongRowsError
from kt1custody.services.session import use_case
from kt1custody.services.session.given_file import GivenFile
from kt1custody.web import proposals, wire
from kt1custody.web.asking import Asking, asking
from kt1custody.web.wire import Base64, Message
from kt1custody.words.findings import finding_line, finding_words

router = APIRouter(tags=["register"], prefix="/register")
MOST_ROWS = 200
_SHOWN = 8  # agencies that are offered at once
_KEYS = {title: key.removesuffix("_name") for key, title in COLUMNS.items()}
Registering = Annotated[Asking, Depends(asking("register"))]
_FIRST_ROW = 2  # of what is typed; the headings are row 1


class AgencyAsked(Message):
    """What somebody remembers of an agency; untrusted."""

    typed: str


class Cells(Message):
    """An item as far as it is filled in; agencies by code or by their whole name.

    Attributes:
        again: Why it is sent again under a reference that was accepted already.
    """

    sender: str = ""
    recipient: str = ""
    reference: str = ""
    named: str = ""
    mark: str = ""
    urgency: str = ""
    appt: str = ""
    kind: str = ""
    layers: str = ""
    weight: str = ""
    note: str = ""
    again: str = ""


class RegisterAsked(Message):
    """Items that are registered together.

    Attributes:
        envelope: What was ticked of `fill_in.ENVELOPE`.
    """

    rows: Annotated[tuple[Cells, ...], Field(min_length=1, max_length=MOST_ROWS)]
    envelope: tuple[str, ...] = ()


class FileAsked(Message):
    """A manifest, CSV or XLSX.

    Attributes:
        name: Of the file; it is shown, and never a path.
        again: Row of the file → why its item is sent again.
        envelope: What was ticked of `fill_in.ENVELOPE`.
    """

    name: str
    content: Base64
    again: Annotated[dict[int, str], Field(default_factory=dict)]
    envelope: tuple[str, ...] = ()


@router.post("/agencies")
def find_agencies(asked: AgencyAsked, ask: Registering) -> dict[str, object]:
    """Offer the agencies that fit, best first: without accents, by initials, by old places too."""
    found = search.agencies(ask.session, asked.typed, limit=_SHOWN)
    best = [{**_agency(hit.agency), "office": hit.office} for hit in found.best]
    return {"agencies": best, "total": found.total}


@router.post("/draft-key")
def give_draft_key(ask: Registering) -> dict[str, str]:
    """Give the key under which this browser keeps what this person is filling in."""
    return {"key": wire.text(draft_key.of(ask.session, ask.visit.staff))}


@router.post("/check")
def check(asked: RegisterAsked, ask: Registering) -> dict[str, object]:
    """Say what is wrong so far; of what is right, what will be signed."""
    rows, known = _typed(ask, asked)
    return {
        "agencies": [
            {key: known[text] for key in ("sender", "recipient") if (text := row[key]) in known}
            for row in rows
        ],
        "earliest": _earliest(ask, rows[0]) if len(rows) == 1 else None,
        **_checked(ask, _register(ask, asked, rows), _FIRST_ROW),
    }


@router.post("/propose")
def propose(asked: RegisterAsked, ask: Registering) -> dict[str, object]:
    """Propose what was filled in."""
    fill_in.refuse_unchecked(asked.envelope)
    return _proposed(ask, _register(ask, asked, _typed(ask, asked)[0]))


@router.post("/file/check")
def check_file(asked: FileAsked, ask: Registering) -> dict[str, object]:
    """Read a manifest: what is wrong with it, or what it brings."""
    return _checked(ask, _from_file(ask, asked), 0)


@router.post("/file/errors", response_class=Response, responses={**wire.OCTETS})
def send_file_back(asked: FileAsked, ask: Registering) -> Response:
    """Give a wrong manifest back, each reason beside its row."""
    wanted = _from_file(ask, asked)
    filled = fill_in.compare(ask.session, wanted.by, wanted.rows, wanted.again)
    if not filled.checked.findings or wanted.rows.sheet is None:
        raise RefusedError("rows-right")
    raw = send_back.encode(ask.language, ".xlsx", wanted.rows.sheet, filled.checked.findings)
    return Response(raw, media_type="application/octet-stream")


@router.post("/file/propose")
def propose_file(asked: FileAsked, ask: Registering) -> dict[str, object]:
    """Propose what a manifest brings."""
    fill_in.refuse_unchecked(asked.envelope)
    return _proposed(ask, _from_file(ask, asked))


def _typed(
    ask: Asking, asked: RegisterAsked
) -> tuple[list[dict[str, str]], Mapping[str, Mapping[str, str]]]:
    """Give rows with the codes of their agencies, and these by code."""
    rows = [one.model_dump(exclude={"again"}) for one in asked.rows]
    meant = search.named(ask.session, (row[key] for row in rows for key in ("sender", "recipient")))
    for row in rows:
        for key in ("sender", "recipient"):
            if row[key] in meant:
                row[key] = meant[row[key]].code
    return rows, {agency.code: _agency(agency) for agency in meant.values()}


def _checked(ask: Asking, wanted: Register, first_row: int) -> dict[str, object]:
    """Hold rows against the rules and against this year; `first_row` is the one that counts as 0."""
    filled = fill_in.compare(ask.session, wanted.by, wanted.rows, wanted.again)
    answer: dict[str, object] = {
        "findings": [_finding(ask, one, first_row) for one in filled.checked.findings],
        "earlier": [
            {
                "row": row - first_row,
                "number": numbers.format_item_number(state.n),
                "at": ask.language.moment(state.since, ask.session.zone),
            }
            for row, state in filled.earlier.items()
        ],
        "preview": None,
        "people": [],
    }
    if not filled.checked.findings:
        allowed = use_case.check(ask.session, wanted)
        answer |= {"preview": _preview(ask, allowed.shown), "people": list(allowed.people)}
    return answer


def _earliest(ask: Asking, row: Mapping[str, str]) -> str | None:
    """Give the first time that may be agreed, where one has to be."""
    if row["urgency"] not in URGENCIES[2:]:
        return None
    at = fill_in.earliest_appointment(ask.session, row["recipient"])
    return None if at is None else ask.language.moment(at, ask.session.zone)


def _register(ask: Asking, asked: RegisterAsked, rows: Sequence[Mapping[str, str]]) -> Register:
    again = {place: one.again for place, one in enumerate(asked.rows, start=_FIRST_ROW)}
    return _use_case(ask, register.typed_rows(ask.session, rows), again)


def _from_file(ask: Asking, asked: FileAsked) -> Register:
    file = GivenFile(name=asked.name, content=wire.octets(asked.content))
    return _use_case(ask, register.read_manifest(file), asked.again)


def _use_case(ask: Asking, rows: Rows, again: Mapping[int, str]) -> Register:
    reasons = {
        row: ask.language.say("Sent again: {reason}", reason=reason.strip())
        for row, reason in again.items()
        if reason.strip()
    }
    return Register(by=ask.visit.staff, rows=rows, again=reasons)


def _proposed(ask: Asking, wanted: Register) -> dict[str, object]:
    try:
        return proposals.proposed(ask, wanted)
    except WrongRowsError:  # they were right when they were shown
        raise RefusedError("changed-meanwhile") from None


def _agency(agency: Agency) -> dict[str, str]:
    return {"code": agency.code, "name": agency.name}


def _finding(ask: Asking, finding: RowFinding, first_row: int) -> dict[str, object]:
    return {
        "row": finding.row - first_row,
        "key": _KEYS.get(finding.column, ""),
        "code": finding.code,
        "text": finding_words(ask.language, finding, "page-finding"),
        "line": finding_line(ask.language, finding, "file-finding"),
    }


def _preview(ask: Asking, shown: Preview) -> dict[str, object]:
    """Describe what will be signed: what the act says of each item, and the sums to read back."""
    language, places = ask.language, look.places(ask.session)
    marks = [
        language.say("no mark") if one.mark == Mark.NONE else one.mark.name
        for one in shown.consignments
    ]
    urgencies = [language.word("service", one.urgency.name) for one in shown.consignments]
    recipients = [
        places.agencies[code].name if places and code in places.agencies else code
        for code in (one.slip.recipient for one in shown.consignments)
    ]
    return {
        "rows": [
            {
                **_line(one),
                "recipient": recipient,
                "reference": one.slip.reference or "",
                "layers": one.slip.layers,
                "weight": one.slip.weight,
                "named": one.slip.named or "",
                "note": one.slip.note or "",
                "urgency_word": urgency,
                "kind_word": language.word("kind", one.kind.name),
                "office": places.office_name(one.dest) if places else str(one.dest),
                "when": ""
                if one.appt is None
                else language.day_in_words(one.appt, ask.session.zone),
            }
            for one, urgency, recipient in zip(
                shown.consignments, urgencies, recipients, strict=True
            )
        ],
        "total": len(shown.consignments),
        "told": shown.total,
        "urgent": sum(one.urgency != Urgency.NORMAL for one in shown.consignments),
        "marked": sum(one.mark != Mark.NONE for one in shown.consignments),
        "sums": [_counts(marks), _counts(urgencies), _counts(recipients)],
        "notices": [finding_line(language, one) for one in shown.notices],
    }


def _line(one: Consignment) -> dict[str, int | None]:
    """Give what the line of the act must say."""
    return {
        "mark": int(one.mark),
        "urgency": int(one.urgency),
        "kind": int(one.kind),
        "appt": one.appt,
        "dest": one.dest,
    }


def _counts(names: Iterable[str]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return sorted(counts.items(), key=lambda pair: -pair[1])
