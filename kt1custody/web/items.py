"""Items as the pages show them: plain values, with the words of the request's language."""

from collections.abc import Callable, Iterable
from functools import cache

from kt1custody.core.custody.table import ENDED, MARK_LETTERS, ItemState
from kt1custody.core.formats import numbers
from kt1custody.core.formats.item import Kind, Mark, Urgency
from kt1custody.services.custody import look, policy
from kt1custody.web.asking import Asking
from kt1custody.words.items import service_name

Name = Callable[[str], str]


def shown(ask: Asking, states: Iterable[ItemState]) -> list[dict[str, object]]:
    """Describe items; nothing in it is confidential. `witness` are the acts that need one."""
    names, wanted = place_names(ask), policy.in_force(ask.session).witness
    return [
        {
            **_one(ask, state, names),
            "witness": sorted(wanted.get(MARK_LETTERS[state.mark], ())),
        }
        for state in states
    ]


def place_names(ask: Asking) -> Callable[[str], str]:
    """Make what names offices by their number and people as far as their names may be read."""
    known = look.places(ask.session)

    @cache  # it is asked once for each person and office, however often they stand on a page
    def name(who: str) -> str:
        if not who.isdecimal():
            return ask.visit.name(who)
        office = known.offices.get(int(who)) if known else None
        return office.name if office else who

    return name


def _one(ask: Asking, state: ItemState, name: Callable[[str], str]) -> dict[str, object]:
    language, zone = ask.language, ask.session.zone
    return {
        "n": state.n,
        "number": numbers.format_item_number(state.n),
        "mark": "" if state.mark == Mark.NONE else Mark(state.mark).name,
        "urgency": service_name(language, state, zone),
        "urgent": state.urgency != Urgency.NORMAL,
        "kind": language.word("kind", Kind(state.kind).name),
        "destination": name(str(state.dest)),
        "status": language.word("status", state.status.value),
        "holder": "" if state.status in ENDED else name(state.holder),
        "holder_code": state.holder,
        "since": language.moment(state.since, zone),
        "contested": state.contested,
        "waiting": state.waiting,
        "sealed": state.seal is not None,
        "seal": state.seal,
    }
