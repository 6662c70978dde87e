"""One entry of the log: what was signed, in words, by whom, and its bytes to take away."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log.entry import WHOLE
from kt1custody.i18n import one_line
from kt1custody.services.custody import signed_record
from kt1custody.services.custody.signed_record import SignedRecord
from kt1custody.web import items
from kt1custody.web.asking import Asking, asking
from kt1custody.web.pages import page, put_right
from kt1custody.words.errors import error_lines
from kt1custody.words.judgements import judgement_line

router = APIRouter(prefix="/entry")
Reading = Annotated[Asking, Depends(asking("entry"))]
_TIMES = frozenset({"at", "from", "to", "since", "until", "appt", "time", "now", "mine"})
_NAMED = frozenset({"by", "by2", "by3", "to", "witness", "who", "owner"})
_OFFICES = frozenset({"office", "dest"})
_SERIALS = frozenset({"seal", "serial"})
_CODED = frozenset({"reason", "cond", "role"})
_HIDDEN = frozenset({"v", "type", "items", "lines"})
_OF_LINE = frozenset({"n"})
_LONG = 64  # bytes of a value that are shown
Pair = tuple[str, str]


@router.get("/{seq}")
def entry(request: Request, seq: int, ask: Reading) -> HTMLResponse:
    """Show an entry."""
    record = signed_record.read(ask.session, seq)
    act, language, words = record.entry.act, ask.language, _FieldWords(ask)
    return page.show(
        request,
        "entry",
        ask=ask,
        seq=seq,
        act=language.word("act", act.type),
        at=language.moment_to_the_second(record.at, ask.session.zone),
        fields=words.pairs(act.fields, _HIDDEN),
        lines=[
            {
                "number": numbers.format_item_number(line.n),
                "n": line.n,
                "fields": words.pairs(line.fields, _OF_LINE),
            }
            for line in act.lines
        ],
        signatures=_signatures(ask, record),
        fault=[] if record.fault is None else error_lines(language, record.fault),
        judgement=_judgement(ask, record),
        hashes={
            "leaf": record.entry.leaf.hex(" ", 4),
            "body": act.hash.hex(" ", 4),
            "prev": record.entry.prev.hex(" ", 4),
        },
        size=len(record.entry.raw),
        may_put_right=bool(put_right.choices(act.type)),
    )


@router.get("/{seq}/raw")
def raw(seq: int, ask: Reading) -> Response:
    """Give the bytes of an entry as they stand in the log."""
    content = signed_record.read(ask.session, seq).entry.raw
    return Response(
        content,
        media_type="application/octet-stream",
        headers={"content-disposition": f'attachment; filename="{seq}.entry"'},
    )


def _signatures(ask: Asking, record: SignedRecord) -> list[dict[str, str]]:
    return [
        {
            "role": ask.language.word("role", signature.role),
            "name": ask.visit.name(key.owner) if key else "–",
            "staff": key.owner if key else "",
            "kid": signature.kid.hex(),
            "value": signature.value.hex(" ", 4),
        }
        for signature, key in zip(record.entry.signatures, record.signers, strict=True)
    ]


def _judgement(ask: Asking, record: SignedRecord) -> list[dict[str, str]]:
    lines = record.entry.act.lines
    return [
        {
            "about": "" if at == WHOLE else numbers.format_item_number(lines[at].n),
            "words": judgement_line(ask.language, code),
        }
        for at, code in record.entry.judgement
    ]


class _FieldWords:
    """The fields of an act in words, as far as they have some."""

    def __init__(self, ask: Asking) -> None:
        self._language, self._zone = ask.language, ask.session.zone
        self._name = items.place_names(ask)

    def pairs(self, fields: Mapping[str, cbor.Value], hidden: frozenset[str]) -> list[Pair]:
        """Give names and values of fields."""
        shown = ((key, value) for key, value in fields.items() if key not in hidden)
        return [(self._key(key), self._value(key, value)) for key, value in shown]

    def _key(self, key: str) -> str:
        has_word = self._language.has_word("field", key)
        return self._language.word("field", key) if has_word else key

    def _value(self, key: str, value: cbor.Value) -> str:
        match value:
            case None:
                return "–"
            case bool():
                return self._language.word("story", "yes" if value else "no")
            case bytes():
                return value[:_LONG].hex(" ", 4) + (" …" if len(value) > _LONG else "")
            case int():
                return self._number(key, value)
            case str():
                return self._text(key, value)
            case dict():
                pairs = self.pairs({str(name): part for name, part in value.items()}, frozenset())
                return "; ".join(f"{name}: {part}" for name, part in pairs)
            case _:
                return ", ".join(self._value("", part) for part in value) or "–"

    def _number(self, key: str, value: int) -> str:
        if key in _TIMES:
            return self._language.moment_to_the_second(value, self._zone)
        if key in _OFFICES:
            return f"{self._name(str(value))} ({value})"
        return numbers.format_serial(value) if key in _SERIALS else str(value)

    def _text(self, key: str, value: str) -> str:
        if key in _NAMED:
            return f"{self._name(value)} · {value}"
        has_word = key in _CODED and self._language.has_word(key, value)
        return self._language.word(key, value) if has_word else one_line(value)
