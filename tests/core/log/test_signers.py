"""Who may sign what: every way in which an act is not authentic."""

from dataclasses import replace

import pytest

from kt1custody.core.formats import cbor
from kt1custody.core.log import keyring, signers
from kt1custody.core.log.act import read_act
from kt1custody.core.log.entry import Signature, read_entry, switch
from kt1custody.errors import VerificationError
from kt1custody.signing import sign
from tests.kit import cast, paper_log
from tests.kit.key_acts import ORIGIN, new_key, rotation
from tests.kit.paper_log import Office, PaperLog, Signed, line, number

STRANGER = sign.from_seed(bytes(range(32)))
N = number(1)


@pytest.fixture
def control(office: Office) -> keyring.Control:
    return PaperLog(office).replay.control


def refusal(control: keyring.Control, signed: Signed) -> str:
    with pytest.raises(VerificationError) as caught:
        signers.check(control, *signed)
    return caught.value.code


def handover(office: Office, giver: str = cast.CLERK, receiver: str = cast.COURIER) -> Signed:
    return paper_log.handed(office, giver, receiver, line(N, bytes(32)), witness=cast.CONTROLLER)


def changed(signed: Signed, place: int, **over: object) -> Signed:
    act, signatures = signed
    told = list(signatures)
    told[place] = replace(told[place], **over)  # type: ignore[arg-type]  # of a test
    return act, tuple(told)


def test_an_honest_act_names_its_signers(office: Office, control: keyring.Control):
    signings = signers.check(control, *handover(office))
    assert [one.key.owner for one in signings] == [cast.CLERK, cast.COURIER, cast.CONTROLLER]
    for one in signings:
        sign.verify(one.key.alg, one.key.pub, one.to_be_signed, one.signature)


def test_each_signature_covers_those_before_it(office: Office, control: keyring.Control):
    signed = changed(handover(office), 0, value=bytes(64))
    told = signers.check(control, *signed)[1]
    with pytest.raises(VerificationError, match="bad-signature"):
        sign.verify(told.key.alg, told.key.pub, told.to_be_signed, told.signature)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_unknown_key_is_refused(office: Office, control: keyring.Control, place: int):
    signed = changed(handover(office), place, kid=STRANGER.kid)
    assert refusal(control, signed) == "unknown-key"


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_key_of_another_person_is_refused(office: Office, control: keyring.Control, place: int):
    signed = changed(handover(office), place, kid=office.keys[cast.DRIVER].kid)
    assert refusal(control, signed) == "wrong-person"


def test_roles_stand_in_their_order_and_none_is_missing(office: Office, control: keyring.Control):
    act, signatures = handover(office)
    for told in (
        signatures[::-1],
        signatures[:2],
        signatures[1:],
        (*signatures, signatures[0]),
        (),
    ):
        assert refusal(control, (act, told)) == "wrong-person"


@pytest.mark.parametrize(
    ("giver", "receiver"), [(cast.CLERK, cast.CLERK), (cast.CONTROLLER, cast.COURIER)]
)
def test_all_persons_of_an_act_differ(
    office: Office, control: keyring.Control, giver: str, receiver: str
):
    assert refusal(control, handover(office, giver, receiver)) == "wrong-person"


@pytest.mark.parametrize(
    ("giver", "receiver"),
    [(cast.OFFICERS[0], cast.COURIER), (cast.CLERK, cast.ADMIN), (cast.CLERK, cast.OFFICERS[0])],
)
def test_who_carries_no_mail_hands_nothing_over(
    office: Office, control: keyring.Control, giver: str, receiver: str
):
    assert refusal(control, handover(office, giver, receiver)) == "wrong-person"


@pytest.mark.parametrize("by", [cast.COURIER, cast.OFFICERS[0], cast.ADMIN, cast.RESERVE])
def test_only_clerks_and_controllers_register(office: Office, control: keyring.Control, by: str):
    told = {"n": N, "mark": 0, "urgency": 0, "kind": 0, "appt": None, "dest": cast.OFFICE}
    own: paper_log.Fields = {"office": cast.OFFICE, "list": bytes(32)}
    signed = office.signed("register", by, own, [{**told, "commit": bytes(32)}])
    assert refusal(control, signed) == "wrong-person"


@pytest.mark.parametrize(
    ("by", "allowed"), [(cast.COURIER, True), (cast.ADMIN, False), (cast.RESERVE, False)]
)
def test_anybody_on_duty_may_hold(office: Office, control: keyring.Control, by: str, allowed: bool):
    signed = office.signed("hold", by, {"who": cast.DRIVER, "reason": "other"})
    if allowed:
        assert signers.check(control, *signed)
    else:
        assert refusal(control, signed) == "wrong-person"


@pytest.mark.parametrize(
    ("by", "allowed"),
    [
        (cast.CLERK, True), (cast.CONTROLLER, True), (cast.OFFICERS[0], True),
        (cast.COURIER, False), (cast.ADMIN, False), (cast.RESERVE, False),
    ],
)  # fmt: skip
def test_clerks_controllers_and_officers_name_keys_of_offices(
    office: Office, control: keyring.Control, by: str, allowed: bool
):
    own: paper_log.Fields = {"office": cast.OFFICE, "year": 2026, "enc": bytes(1216)}
    signed = office.signed("office_key", by, own)
    if allowed:
        assert signers.check(control, *signed)
    else:
        assert refusal(control, signed) == "wrong-person"


OFFICERS = [
    ("catalogue", {"kind": "offices", "hash": bytes(32), "from": 1}, False),
    ("lift", {"who": cast.DRIVER, "reason": "cleared"}, False),
    ("revoke of a courier", {"since": 1, "reason": "lost"}, False),
    ("revoke of an officer", {"since": 1, "reason": "lost"}, True),
]


@pytest.mark.parametrize(("name", "own", "allowed"), OFFICERS)
def test_the_reserve_signs_for_officers_alone(
    office: Office, control: keyring.Control, name: str, own: dict[str, cbor.Value], allowed: bool
):
    if name.startswith("revoke"):
        whose = cast.OFFICERS[1] if allowed else cast.COURIER
        own = {**own, "kid": office.keys[whose].kid}
    own = {**own, "by2": cast.RESERVE}
    signed = office.signed(name.split()[0], cast.OFFICERS[0], own)
    if allowed:
        assert signers.check(control, *signed)
    else:
        assert refusal(control, signed) == "wrong-person"


def test_one_officer_is_not_two(office: Office, control: keyring.Control):
    own = {"by2": cast.OFFICERS[0], "who": cast.DRIVER, "reason": "cleared"}
    signed = office.signed("lift", cast.OFFICERS[0], own)
    assert refusal(control, signed) == "wrong-person"


def test_a_second_genesis_is_refused(office: Office, control: keyring.Control):
    entry = read_entry(office.raws[0])
    assert refusal(control, (entry.act, entry.signatures)) == "wrong-log"
    assert signers.check(None, entry.act, entry.signatures)


def test_an_act_of_another_log_is_refused(office: Office, control: keyring.Control):
    signed = office.signed(
        "hold", cast.COURIER, {"who": cast.DRIVER, "reason": "other"}, log="kt1.example.vn"
    )
    assert refusal(control, signed) == "wrong-log"


def test_a_key_that_was_ever_enrolled_is_refused(office: Office, control: keyring.Control):
    acts = [read_entry(raw).act for raw in office.raws]
    enrol = next(act for act in acts if act.type == "enrol")
    own = {
        k: v
        for k, v in enrol.fields.items()
        if k in ("key", "who", "role", "office", "from", "to", "commit")
    }
    signed = office.signed("enrol", cast.OFFICERS[0], {**own, "by2": cast.OFFICERS[1]})
    assert refusal(control, signed) == "wrong-person"


def test_signatures_of_a_hundred_people_are_not_read_as_roles(
    office: Office, control: keyring.Control
):
    act, signatures = handover(office)
    many = tuple(Signature("giver", one.kid, one.value) for one in signatures * 30)
    assert refusal(control, (act, many)) == "wrong-person"
    assert read_act(act.body).roles == ("giver", "receiver", "witness")


@pytest.mark.parametrize("by", [cast.CLERK, cast.RESERVE, cast.ADMIN])
def test_two_officers_rotate_and_nobody_else(office: Office, control: keyring.Control, by: str):
    _, told = new_key("log")
    kid = control.service_key("log").kid
    own: paper_log.Fields = {"kid": kid, "key": told, "consent": None, "from": 7, "until": 9}
    signed = office.signed("rotate", cast.OFFICERS[0], {"by2": by, **own})
    assert refusal(control, signed) == "wrong-person"


def test_a_new_key_is_new(office: Office, control: keyring.Control):
    old = control.service_key("log")
    told = {**new_key("log")[1], "pub": old.pub}
    assert refusal(control, rotation(office, old.kid, told)) == "wrong-person"
    clerk = office.keys[cast.CLERK]
    told = {**new_key("log")[1], "pub": clerk.pub}
    assert refusal(control, rotation(office, old.kid, told)) == "wrong-person"


def test_consent_is_the_old_key_s_over_the_whole_new_key_map(
    office: Office, control: keyring.Control
):
    server = office.keys["server"]
    key, told = new_key("server")
    consent = server.sign(switch(ORIGIN, told))
    act, _ = rotation(office, server.kid, told, consent=consent)
    possession, agreed = signers.possessions(control, act)
    for one, kid in ((possession, key.kid), (agreed, server.kid)):
        assert one.key.kid == kid
        sign.verify(one.key.alg, one.key.pub, one.to_be_signed, one.signature)
    changed_map = {**told, "kept": "token"}
    act, _ = rotation(office, server.kid, changed_map, consent=consent)
    for one in signers.possessions(control, act):
        with pytest.raises(VerificationError, match="bad-signature"):
            sign.verify(one.key.alg, one.key.pub, one.to_be_signed, one.signature)


def test_without_consent_only_possession_is_proved(office: Office, control: keyring.Control):
    key, told = new_key("server")
    act, _ = rotation(office, office.keys["server"].kid, told)
    assert [one.key.kid for one in signers.possessions(control, act)] == [key.kid]


def test_consent_of_a_key_that_the_log_does_not_have_is_not_authentic(
    office: Office, control: keyring.Control
):
    _, told = new_key("server")
    consent = STRANGER.sign(switch(ORIGIN, told))
    act, _ = rotation(office, STRANGER.kid, told, consent=consent)
    with pytest.raises(VerificationError, match="unknown-key"):
        list(signers.possessions(control, act))


def test_an_officer_alone_discloses(office: Office, control: keyring.Control):
    line_of = [{"n": N}]
    signed = office.signed("disclose", cast.OFFICERS[0], {"reason": "court"}, line_of)
    [one] = signers.check(control, *signed)
    assert one.key.owner == cast.OFFICERS[0]
    for other in (cast.CLERK, cast.CONTROLLER, cast.COURIER, cast.RESERVE, cast.ADMIN):
        signed = office.signed("disclose", other, {"reason": "court"}, line_of)
        assert refusal(control, signed) == "wrong-person"
