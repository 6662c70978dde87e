"""Which cosignatures hold, against every row of the vectors of C2SP."""

import pytest

from kt1custody.core.formats import note, numbers
from kt1custody.core.log import checkpoint, tlog
from kt1custody.core.log.checkpoint import Cosignature
from kt1custody.core.log.keyring import Control, Key, Quorum, Witness
from kt1custody.errors import VerificationError
from kt1custody.signing import cosigned, sign
from tests.kit.c2sp import EXAMPLES, Vector, each, is_refused, raw_note


def cosignature_of(one: Vector) -> Cosignature | None:
    raw = f"{one['text']}\n{one['line']}".encode()
    signed = checkpoint.read(raw, extended=True)
    return cosigned.cosignature_by(signed, one["name"], bytes.fromhex(one["public"]))


@each("cosignatures", lambda one: one.get("verified", False))
def test_cosignatures_hold_and_are_made_the_same(one: Vector):
    found = cosignature_of(one)
    assert found is not None
    assert found.time == one["time"]
    key = sign.from_seed(bytes.fromhex(one["seed"]))
    assert key.pub.hex() == one["public"]
    made = Cosignature(one["time"], key.sign(checkpoint.cosigned(one["text"], one["time"])))
    assert note.spell_line(checkpoint.cosignature_line(one["name"], key.pub, made)) == one["line"]


@each("cosignatures", lambda one: one.get("verified") is False)
def test_cosignatures_do_not_hold(one: Vector):
    with pytest.raises(VerificationError, match="bad-signature"):
        cosignature_of(one)


def control_of(policy: str) -> Control | None:
    """Give the log and quorum that a policy speaks of, if ours could be of this kind."""
    words = [line.split() for line in policy.splitlines()]
    words = [line for line in words if line and not line[0].startswith("#")]
    logs = [line[1] for line in words if line[0] == "log"]
    groups = [line for line in words if line[0] == "group"]
    keys = {line[1]: note.read_key(line[2]) for line in words if line[0] == "witness"}
    [rule] = [line[1] for line in words if line[0] == "quorum"]
    if len(logs) != 1 or len(groups) > 1:
        return None
    [log] = map(note.read_key, logs)
    control = Control(
        log="log",
        origin=log.name,
        name="",
        office=0,
        number=0,
        training=True,
        genesis=b"",
        head=b"",
    )
    control.epochs.append((log.name, 0))
    kid = numbers.key_id(numbers.ED25519, log.pub)
    control.keys[kid] = Key(
        kid=kid,
        owner="log",
        role="log",
        alg=numbers.ED25519,
        pub=log.pub,
        enc=None,
        office=0,
        since=0,
        until=None,
        enrolled=0,
    )
    if rule == "none":
        return control
    names = groups[0][3:] if groups else [rule]
    least = {"any": 1, "all": len(names)}.get(groups[0][2]) if groups else 1
    members = tuple(Witness(keys[one].name, keys[one].pub, None) for one in names)
    control.quorums.append(Quorum(0, members, int(groups[0][2]) if least is None else least))
    return control


FLAT = [
    one for one in EXAMPLES["policies"] if "holds" in one and control_of(one["policy"]) is not None
]


@pytest.mark.parametrize("one", FLAT, ids=[one["what"] for one in FLAT])
def test_a_quorum_is_what_a_policy_says(one: Vector):
    control = control_of(one["policy"])
    assert control is not None
    signed = checkpoint.read(raw_note(one))
    told = tlog.spell_policy(control, signed.checkpoint.size)
    again = control_of(told)
    assert again is not None
    assert again.quorums == control.quorums
    try:
        found = cosigned.verified(signed, control)
    except VerificationError:
        assert not one["holds"]
        return
    assert (found.is_quorum or not control.quorums) == one["holds"]


def test_the_other_policies_are_none_of_ours():
    """Rules in rules, which our `quorum` acts cannot say; and what nobody may read."""
    others = [one for one in EXAMPLES["policies"] if one not in FLAT]
    nested = [one for one in others if "holds" in one]
    assert all(one["policy"].count("\ngroup ") == 3 for one in nested)
    refused = [one for one in others if is_refused(one)]
    shown = [one for one in others if "structure" in one]
    assert (len(FLAT), len(nested), len(refused), len(shown)) == (9, 12, 27, 1)
