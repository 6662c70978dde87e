"""Whether a seal was signed by a seal key of the log."""

from dataclasses import replace
from typing import Any

import pytest

from kt1custody.core.log.keyring import Control, Key
from kt1custody.core.seals import seal
from kt1custody.core.seals.assessment import SignatureCheck
from kt1custody.core.seals.seal import UnverifiedSeal
from kt1custody.signing import seals
from tests.kit.vectors import vectors


def control_with(one: dict[str, Any], read: UnverifiedSeal, role: str = "seal") -> Control:
    control = Control(
        log="", origin="", name="", office=0, number=0, training=True, genesis=b"", head=b""
    )
    control.keys[read.kid] = Key(
        kid=read.kid, owner=role, role=role, alg=one["alg"], pub=bytes.fromhex(one["pub"]),
        enc=None, office=0, since=0, until=None, enrolled=0,
    )  # fmt: skip
    return control


@pytest.mark.parametrize("one", vectors("seals"))
def test_a_seal_is_proved_by_the_seal_key_that_it_names_alone(one: dict[str, Any]):
    read = seal.parse(one["text"])
    control = control_with(one, read)
    assert seals.prove(control, read) == SignatureCheck.GOOD
    assert seals.prove(control, replace(read, kid=bytes(8))) == SignatureCheck.UNKNOWN_KEY
    flipped = bytes([read.signature[0] ^ 1]) + read.signature[1:]
    assert seals.prove(control, replace(read, signature=flipped)) == SignatureCheck.BAD
    for role in ("log", "clerk"):
        assert seals.prove(control_with(one, read, role), read) == SignatureCheck.NOT_A_SEAL_KEY
    other = replace(read, alg=-9 if read.alg == -19 else -19)
    assert seals.prove(control, other) == SignatureCheck.NOT_A_SEAL_KEY
