"""Signing an act, and what is not authentic."""

from dataclasses import replace

import pytest

from kt1custody.core.log.entry import read_entry
from kt1custody.errors import VerificationError
from kt1custody.signing import acts, sign
from tests.kit import cast, paper_log
from tests.kit.key_acts import new_key, rotation
from tests.kit.paper_log import Office, PaperLog, Signed, line, number

STRANGER = sign.from_seed(bytes(range(32)))


def handover(office: Office) -> Signed:
    items = line(number(1), bytes(32))
    return paper_log.handed(office, cast.CLERK, cast.COURIER, items, witness=cast.CONTROLLER)


def refusal(office: Office, signed: Signed) -> str:
    with pytest.raises(VerificationError) as caught:
        acts.check_authentic(PaperLog(office).replay.control, *signed)
    return caught.value.code


def test_all_persons_sign_in_their_order_each_over_those_before(office: Office):
    act, signatures = handover(office)
    assert [signature.role for signature in signatures] == ["giver", "receiver", "witness"]
    persons = [cast.CLERK, cast.COURIER, cast.CONTROLLER]
    assert [signature.kid for signature in signatures] == [
        office.keys[person].kid for person in persons
    ]
    for place, person in enumerate(persons):
        assert acts.sign_next(act, signatures[:place], office.keys[person]) == signatures[place]
    acts.check_authentic(PaperLog(office).replay.control, act, signatures)


def test_nobody_is_put_in_the_place_of_another_afterwards(office: Office):
    act, (giver, receiver, witness) = handover(office)
    other = acts.sign_next(act, (giver,), office.keys[cast.DRIVER])
    assert refusal(office, (act, (giver, other, witness))) == "wrong-person"
    again = replace(giver, value=STRANGER.sign(act.body))
    assert refusal(office, (act, (again, receiver, witness))) == "bad-signature"
    strange = acts.sign_next(act, (giver, receiver), STRANGER)
    assert refusal(office, (act, (giver, receiver, strange))) == "unknown-key"
    assert refusal(office, (act, (giver, receiver))) == "wrong-person"


def test_a_genesis_is_signed_by_the_keys_that_come_with_it(office: Office):
    genesis = read_entry(office.raws[0])
    acts.check_authentic(None, genesis.act, genesis.signatures)
    spoilt = (replace(genesis.signatures[0], value=bytes(64)), *genesis.signatures[1:])
    with pytest.raises(VerificationError, match="bad-signature"):
        acts.check_authentic(None, genesis.act, spoilt)


def test_a_new_key_that_nobody_has_is_not_taken(office: Office):
    _, key = new_key("server")
    server = office.keys["server"].kid
    acts.check_authentic(PaperLog(office).replay.control, *rotation(office, server, key))
    assert refusal(office, rotation(office, server, {**key, "possess": bytes(64)})) == (
        "bad-signature"
    )
