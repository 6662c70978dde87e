"""Receipts, against vectors made without this program."""

from typing import Any

import pytest

from kt1custody.core.formats import cbor, numbers, tree
from kt1custody.core.log import entry, receipt
from kt1custody.errors import MalformedInputError
from kt1custody.signing import sign
from tests.kit.vectors import vectors

Vector = dict[str, Any]


@pytest.mark.parametrize("one", vectors("entries"))
def test_receipts_are_read_and_prove_their_entry(one: Vector):
    raw, spelled = bytes.fromhex(one["bytes"]), bytes.fromhex(one["receipt"])
    wanted, found = entry.read_entry(raw), receipt.read(spelled)
    assert found.spell(wanted.act.body, wanted.signatures) == raw
    told, noted = found.proof.signed.checkpoint, found.proof.signed.note
    assert (told.size, told.root.hex()) == (7, one["root"])
    pub = bytes.fromhex(one["log_pub"])
    [signature] = noted.signatures_by(told.origin, pub)
    sign.verify(numbers.ED25519, pub, noted.text.encode(), signature)
    assert found.proof.index == wanted.seq
    tree.check_inclusion(wanted.leaf, wanted.seq, told.size, told.root, found.proof.hashes)
    assert wanted.act.seen is not None
    old, old_root = wanted.act.seen[0] + 1, bytes.fromhex(one["old_root"])
    tree.check_consistency(old, old_root, told.size, told.root, found.hashes)
    parts = cbor.decode(spelled)
    assert isinstance(parts, list)
    assert receipt.spell(wanted, parts[6], found.hashes) == spelled


@pytest.mark.parametrize("place", range(7))
def test_a_receipt_with_a_part_of_another_type_is_refused(place: int):
    parts = cbor.decode(bytes.fromhex(vectors("entries")[0].values[0]["receipt"]))
    assert isinstance(parts, list)
    for wrong in (None, True, -1):
        raw = cbor.encode([*parts[:place], wrong, *parts[place + 1 :]])
        with pytest.raises(MalformedInputError, match="receipt-malformed"):
            receipt.read(raw)
