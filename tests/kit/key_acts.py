"""Acts of two officers about keys, and the keys that they bring."""

from kt1custody.core.formats import cbor
from kt1custody.signing import sign
from kt1custody.signing.sign import key_map
from tests.kit import cast
from tests.kit.paper_log import Office, Signed

ORIGIN = "kt1.lamdong.vn/68/e1"


def officers(office: Office, kind: str, **own: cbor.Value) -> Signed:
    return office.signed(kind, cast.OFFICERS[0], {"by2": cast.OFFICERS[1], **own})


def new_key(owner: str, seed: int = 1) -> tuple[sign.SigningKey, dict[str, cbor.Value]]:
    key = sign.from_seed(bytes([seed]) * 32)
    return key, key_map(ORIGIN, owner, owner, key, None)


def rotation(office: Office, old: bytes, told: cbor.Value, **over: cbor.Value) -> Signed:
    own: dict[str, cbor.Value] = {"kid": old, "key": told, "consent": None, "from": 7, "until": 9}
    return officers(office, "rotate", **{**own, **over})
