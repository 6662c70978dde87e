"""The table of roles, whole."""

import pytest

from kt1custody.core.log.schema import PEOPLE_ROLES
from kt1custody.web import access

TABLE = {
    "home": "admin clerk controller courier driver escort officer",
    "scan": "clerk controller courier driver escort officer",
    "rules": "admin clerk controller courier driver escort officer",
    "handover": "clerk controller courier driver escort",
    "deliver": "clerk controller",
    "stock": "clerk controller courier driver escort officer",
    "commit": "clerk controller courier driver escort officer",
    "own-key": "admin clerk controller courier driver escort officer",
    "events": "admin clerk controller officer",
    "health": "admin officer",
    "register": "clerk controller",
    "seals": "clerk controller",
    "find": "clerk controller courier driver escort officer",
    "correct": "clerk controller",
    "gun": "admin clerk controller courier driver escort officer",
    "overview": "officer",
    "investigate": "officer",
    "entry": "officer",
    "disclose": "officer",
    "settle": "officer",
    "put-right": "officer",
    "alarms": "officer",
    "log": "officer",
    "check": "admin clerk controller courier driver escort officer",
    "people": "admin officer",
    "people-change": "officer",
    "visits": "admin officer",
    "suggest": "admin",
    "first-run": "officer",
    "lists": "officer",
    "service": "admin officer",
    "decide": "officer",
    "unlock": "officer",
}


def test_the_table_says_who_may_do_what():
    assert {what: " ".join(sorted(roles)) for what, roles in access.MAY.items()} == TABLE


def test_an_administrator_signs_no_act_and_sees_no_item():
    allowed = {what for what, roles in access.MAY.items() if "admin" in roles}
    assert allowed.isdisjoint({"commit", "scan", "handover", "stock", "find"})
    assert allowed.isdisjoint({"commit", "scan", "handover", "stock", "people-change"})
    assert allowed.isdisjoint({"commit", "scan", "handover", "stock", "people-change", "lists"})


def test_every_role_in_it_is_one_of_the_log():
    assert set().union(*access.MAY.values()) <= set(PEOPLE_ROLES)
    with pytest.raises(KeyError):
        access.may("clerk", "everything")
