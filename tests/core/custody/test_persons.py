"""Who signed an act on which device, by what the log says of them."""

from kt1custody.core.custody import persons
from kt1custody.core.custody.history import signing_keys
from kt1custody.core.formats import cbor
from kt1custody.core.log.entry import read_entry
from tests.kit import cast, paper_log
from tests.kit.key_acts import officers
from tests.kit.paper_log import Office, PaperLog, line, number

N = number(1)
HOLD: paper_log.Fields = {"who": cast.DRIVER, "reason": "other"}


def test_holds_and_revocations_take_effect_and_are_judged(office: Office):
    paper = PaperLog(office)
    register = paper_log.register(office, N)
    assert paper.codes(register) == set()
    paper.take(office.signed("hold", cast.CLERK_2, {"who": cast.CLERK, "reason": "other"}))
    assert paper.codes(paper_log.register(office, number(2))) == {"on-hold"}
    own: dict[str, cbor.Value] = {"who": cast.CLERK, "reason": "cleared"}
    paper.take(officers(office, "lift", **own, dev="QUAY02", **paper.now))
    assert paper.codes(paper_log.register(office, number(3))) == set()
    kid = office.keys[cast.CLERK].kid
    paper.take(officers(office, "revoke", kid=kid, since=1, reason="lost"))
    assert paper.codes(paper_log.register(office, number(4))) == {"key-revoked"}
    assert paper.replay.item(number(4)) is None
    assert paper.replay.control.current_key(cast.CLERK) is None


def test_a_revoked_key_with_a_second_person_is_a_note(office: Office):
    paper = PaperLog(office)
    accepted = paper_log.register(office, N)
    bind = paper_log.bound(office, N, 71_000, paper_log.step_of(accepted))
    for signed in (accepted, paper_log.printed(office, N, 71_000), bind):
        paper.take(signed)
    kid = office.keys[cast.CLERK].kid
    paper.take(officers(office, "revoke", kid=kid, since=1, reason="lost"))
    told = line(N, paper_log.step_of(bind), 71_000)
    assert paper.codes(paper_log.handed(office, cast.CLERK, cast.COURIER, told)) == {"key-late"}
    assert paper.state(N).holder == cast.COURIER


def test_a_role_that_ended_is_kept_by_no_act_of_an_unknown_device(office: Office):
    paper, seen = PaperLog(office), office.head
    own: paper_log.Fields = {
        "by2": cast.OFFICERS[1], "kid": office.keys[cast.CLERK].kid, "role": "courier",
        "office": cast.OFFICE, "from": 0, "to": None,
    }  # fmt: skip
    paper.take(office.signed("assign", cast.OFFICERS[0], own))
    late = office.signed("hold", cast.CLERK, HOLD, device="PHONE9", seen=[*seen])
    assert paper.codes(late) == {"device-unknown", "role-ended"}


def test_what_is_wrong_is_said_of_the_persons_with_whom_it_is(office: Office):
    paper = PaperLog(office)
    paper.take(office.signed("hold", cast.CLERK_2, {"who": cast.COURIER, "reason": "other"}))
    act, signatures = paper_log.handed(office, cast.CLERK, cast.COURIER, line(N, None))
    seq, at = len(paper.raws), paper_log.BEGIN
    keys = signing_keys(paper.replay.control, act, signatures, seq, at)
    about = persons.about(paper.replay, act, keys, seq, at)
    assert {code: {*owners} for code, owners in about.items() if owners} == {
        "on-hold": {cast.COURIER}
    }
    assert persons.faults(paper.replay, act, keys, seq, at) == {"on-hold"}
    genesis = read_entry(paper.raws[0])
    assert persons.faults(paper.replay, genesis.act, (), 0, at) == set()


def test_an_old_sight_keeps_no_role_for_longer_than_a_time_without_network(office: Office):
    for days, codes in ((1, set[str]()), (60, {"role-ended"})):
        paper, seen = PaperLog(office), office.head
        own: paper_log.Fields = {
            "by2": cast.OFFICERS[1], "kid": office.keys[cast.CLERK].kid, "role": "courier",
            "office": cast.OFFICE, "from": 0, "to": None,
        }  # fmt: skip
        paper.take(office.signed("assign", cast.OFFICERS[0], own))
        late = office.signed("hold", cast.CLERK, HOLD, seen=[*seen])
        assert paper.codes(late, cast.MORNING + 86_400 * days) - {"time-outside"} == codes


def test_a_term_is_over_for_who_has_seen_the_log_go_on_behind_it(office: Office):
    paper, seen = PaperLog(office), office.head
    own: paper_log.Fields = {
        "by2": cast.OFFICERS[1], "kid": office.keys[cast.CLERK].kid, "role": "clerk",
        "office": cast.OFFICE, "from": 0, "to": paper_log.BEGIN,
    }  # fmt: skip
    paper.take(office.signed("assign", cast.OFFICERS[0], own))
    before = office.signed("hold", cast.CLERK, HOLD, seen=[*seen])
    assert "key-expired" not in paper.codes(before)
    behind = office.signed("hold", cast.CLERK, HOLD, **paper.now)
    assert "key-expired" in paper.codes(behind)
