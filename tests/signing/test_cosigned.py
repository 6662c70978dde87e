"""Whose signatures under a checkpoint hold: rows of the vectors of C2SP, and a log's own quorum."""

import dataclasses

import pytest

from kt1custody.core.formats import note, numbers
from kt1custody.core.formats.note import SignatureLine, VerifierKey
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


# Policies. Ours are spelled, never read: a verifier spells them again and compares. So the rows
# show that what we call a quorum is what such a policy says; what Go makes of ours is shown in
# `tests/interop`.


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


# Which lines count. The log and its witnesses, each with its key.

TEXT = checkpoint.Checkpoint("kt1.example.vn/68/e1", 31, bytes(32)).text
LOG, *WITNESSES = (sign.from_seed(bytes([seed]) * 32) for seed in range(4))
NAMES = ("a.vn/w", "b.vn/w", "c.vn/w")


@pytest.fixture
def control() -> Control:
    """A log two of whose three witnesses are enough."""
    lines = [f"log {VerifierKey('kt1.example.vn/68/e1', note.SIGNATURE, LOG.pub)}"]
    lines += [
        f"witness {name} {VerifierKey(name, note.COSIGNATURE, key.pub)}"
        for name, key in zip(NAMES, WITNESSES, strict=True)
    ]
    control = control_of("\n".join([*lines, f"group g 2 {' '.join(NAMES)}", "quorum g"]))
    assert control is not None
    return control


def log_line(text: str = TEXT) -> SignatureLine:
    name = "kt1.example.vn/68/e1"
    return SignatureLine(name, note.key_hash(name, LOG.pub), LOG.sign(text.encode()))


def witness_line(place: int, at: int) -> SignatureLine:
    key = WITNESSES[place]
    made = Cosignature(at, key.sign(checkpoint.cosigned(TEXT, at)))
    return checkpoint.cosignature_line(NAMES[place], key.pub, made)


def verified(control: Control, *lines: SignatureLine) -> cosigned.Cosigned:
    return cosigned.verified(checkpoint.read(note.spell(TEXT, lines)), control)


def test_a_quorum_stands_from_when_the_last_one_needed_had_cosigned(control: Control):
    whole = verified(control, log_line(), *(witness_line(n, 30 - 10 * n) for n in range(3)))
    assert (whole.is_quorum, whole.time) == (True, 20)
    assert whole.log_keys == (LOG.pub,)
    assert whole.witnesses == (("a.vn/w", 30), ("b.vn/w", 20), ("c.vn/w", 10))
    few = verified(control, log_line(), witness_line(0, 30))
    assert (few.is_quorum, few.time) == (False, None)


def test_a_witness_counts_once_from_its_earliest_time(control: Control):
    found = verified(control, log_line(), witness_line(0, 30), witness_line(0, 10))
    assert (found.is_quorum, found.witnesses) == (False, (("a.vn/w", 10),))


def test_what_the_newest_log_key_has_not_signed_counts_for_nothing(control: Control):
    signed = checkpoint.read(note.spell(TEXT, [log_line(), witness_line(0, 30)]))
    assert cosigned.is_signed_by(signed, LOG.pub)
    other = dataclasses.replace(control, origin="kt1.example.vn/68/e2")
    for whose, lines in ((control, [witness_line(0, 30)]), (other, [log_line()])):
        with pytest.raises(VerificationError, match="note-unsigned"):
            verified(whose, *lines)
    [kid] = control.keys
    control.revoked[kid] = (31, 0)  # behind the checkpoint
    assert verified(control, log_line()).log_keys == (LOG.pub,)
    control.revoked[kid] = (30, 0)
    with pytest.raises(VerificationError, match="note-unsigned"):
        verified(control, log_line())


@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_line_of_a_known_key_that_does_not_hold_spoils_all(control: Control, place: int):
    lines = [log_line(), *(witness_line(n, 30) for n in range(3))]
    good = lines[place]
    for raw in (
        bytes(len(good.signature)),
        good.signature[:-1] + bytes([good.signature[-1] ^ 1]),
        bytes([good.signature[0] ^ 1]) + good.signature[1:],
        good.signature[:-1],
        good.signature + b"\x00",
        b"\xff" * 8 + good.signature[8:],
    ):
        lines[place] = dataclasses.replace(good, signature=raw)
        for beside in ((), (good,)):  # even beside a good one
            with pytest.raises(VerificationError, match="bad-signature"):
                verified(control, *lines, *beside)


def test_a_line_of_a_stranger_counts_for_nothing(control: Control):
    whole = [log_line(), *(witness_line(n, 30) for n in range(3))]
    for name in ("nobody.vn/w", NAMES[0]):
        stranger = SignatureLine(name, b"none", bytes(72))
        assert verified(control, stranger, *whole) == verified(control, *whole)


def test_after_a_rotation_the_newest_log_key_must_sign(control: Control):
    [old] = control.keys.values()
    fresh = sign.from_seed(b"n" * 32)

    def rotated(at: int) -> Control:
        new = dataclasses.replace(old, pub=fresh.pub, kid=b"new-key!", enrolled=at)
        return dataclasses.replace(control, keys={**control.keys, new.kid: new})

    line = SignatureLine(
        control.origin, note.key_hash(control.origin, fresh.pub), fresh.sign(TEXT.encode())
    )
    assert verified(rotated(31), log_line()).log_keys == (LOG.pub,)  # it came later
    with pytest.raises(VerificationError, match="note-unsigned"):
        verified(rotated(30), log_line())
    assert verified(rotated(30), line, log_line()).log_keys == (fresh.pub, LOG.pub)
    assert verified(rotated(30), line).log_keys == (fresh.pub,)
    with pytest.raises(VerificationError, match="note-unsigned"):  # a key of the future
        verified(rotated(31), line)
    false = dataclasses.replace(line, signature=bytes(64))
    with pytest.raises(VerificationError, match="bad-signature"):  # known, if from later
        verified(rotated(31), log_line(), false)
