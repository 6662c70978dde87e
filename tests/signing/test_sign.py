"""Signatures: RFC vectors, and what libraries disagree on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.formats import numbers
from kt1custody.errors import VerificationError
from kt1custody.signing import sign

ED, P256 = numbers.ED25519, numbers.ESP256
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SMALL = (
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
)


def refused(alg: int, pub: bytes, message: bytes, signature: bytes) -> bool:
    try:
        sign.verify(alg, pub, message, signature)
    except VerificationError as error:
        return error.code == "bad-signature"
    return False


def test_rfc_8032_test_1():
    key = sign.from_seed(
        bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    )
    assert key.pub.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert key.sign(b"").hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b"
    )


@given(st.binary(min_size=32, max_size=32), st.binary(), st.sampled_from([ED, P256]))
def test_what_was_signed_verifies_and_nothing_else(seed: bytes, message: bytes, alg: int):
    key = sign.from_seed(seed, alg)
    signature = key.sign(message)
    assert len(signature) == 64
    assert key.sign(message) == signature
    sign.verify(alg, key.pub, message, signature)
    assert refused(alg, key.pub, message + b"x", signature)
    assert refused(alg, key.pub, message, signature[:-1])
    assert refused(alg, key.pub, message, bytes(64))
    assert refused(ED if alg == P256 else P256, key.pub, message, signature)


@pytest.mark.parametrize("point", SMALL)
def test_points_of_small_order_are_refused_as_key_and_in_signatures(point: str):
    small = bytes.fromhex(point)
    key = sign.from_seed(bytes(32))
    assert refused(ED, small, b"", small + bytes(32))
    assert refused(ED, key.pub, b"", small + key.sign(b"")[32:])
    with pytest.raises(VerificationError):
        sign.to_pem(ED, small)


def test_high_s_of_p256_is_refused():
    key = sign.from_seed(bytes(32), P256)
    signature = key.sign(b"x")
    s = int.from_bytes(signature[32:], "big")
    assert refused(P256, key.pub, b"x", signature[:32] + (ORDER - s).to_bytes(32, "big"))


def test_a_p256_key_has_one_spelling():
    key = sign.from_seed(bytes(32), P256)
    short = bytes([2 + (key.pub[-1] & 1)]) + key.pub[1:33]
    assert refused(P256, short, b"x", key.sign(b"x"))
    assert refused(P256, bytes(65), b"x", key.sign(b"x"))
    assert sign.to_pem(P256, key.pub).startswith(b"-----BEGIN PUBLIC KEY-----")
