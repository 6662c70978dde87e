"""Who may see and do what: one table of roles, which every page and every answer asks.

**Rule:** what is not in the table is not allowed. What an act needs is asked again by the rules of
the log; this table keeps people from what is not their work.
"""

from collections.abc import Mapping

_COUNTER = frozenset({"clerk", "controller"})
_ROAD = frozenset({"courier", "driver", "escort"})
_OFFICER = frozenset({"officer"})
_ADMIN = frozenset({"admin"})
_ALL = _COUNTER | _ROAD | _OFFICER | _ADMIN

MAY: Mapping[str, frozenset[str]] = {
    "home": _ALL,
    "scan": _COUNTER | _ROAD | _OFFICER,
    "rules": _ALL,
    "handover": _COUNTER | _ROAD,
    "deliver": _COUNTER,
    "stock": _COUNTER | _ROAD | _OFFICER,
    "commit": _COUNTER | _ROAD | _OFFICER,
    "own-key": _ALL,
    "events": _COUNTER | _OFFICER | _ADMIN,
    "health": _OFFICER | _ADMIN,
    "register": _COUNTER,
    "seals": _COUNTER,
    "find": _COUNTER | _ROAD | _OFFICER,
    "correct": _COUNTER,
    "gun": _ALL,
    "overview": _OFFICER,
    "investigate": _OFFICER,
    "entry": _OFFICER,
    "disclose": _OFFICER,
    "settle": _OFFICER,
    "put-right": _OFFICER,
    "alarms": _OFFICER,
    "log": _OFFICER,
    "check": _ALL,
    "people": _OFFICER | _ADMIN,
    "people-change": _OFFICER,
    "first-run": _OFFICER,
    "lists": _OFFICER,
    "suggest": _ADMIN,
    "visits": _OFFICER | _ADMIN,
    "service": _OFFICER | _ADMIN,
    "decide": _OFFICER,
    "unlock": _OFFICER,
}


def may(role: str, what: str) -> bool:
    """Tell whether a role may see a page or do something.

    Raises:
        KeyError: It is not in the table.
    """
    return role in MAY[what]
