"""The program against vectors made without its code."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from kt1custody.core.formats import cbor, numbers, places
from kt1custody.core.log import act, entry, keyring, schema, signers
from kt1custody.core.seals import seal
from kt1custody.errors import MalformedInputError
from kt1custody.signing import sign, slips
from tests.kit.vectors import FOLDER, vectors

LOG = "kt1.lamdong.vn/68"
Vector = dict[str, Any]


def test_vectors_are_made_without_the_program_and_are_up_to_date(tmp_path: Path):
    text = (FOLDER / "make.py").read_text("utf-8")
    assert "import kt1custody" not in text
    assert "from kt1custody" not in text
    spec = importlib.util.spec_from_file_location("make", FOLDER / "make.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main(tmp_path)
    for path in FOLDER.glob("*.json"):
        assert (tmp_path / path.name).read_text("utf-8") == path.read_text("utf-8"), path.name


@pytest.mark.parametrize("one", vectors("cbor"))
def test_cbor_has_one_spelling(one: Vector):
    raw = bytes.fromhex(one["bytes"])
    value = cbor.decode(raw)
    assert repr(value) == one["note"] or isinstance(value, dict)
    assert cbor.encode(value) == raw


@pytest.mark.parametrize("one", vectors("cbor", refused=True))
def test_cbor_refuses(one: Vector):
    with pytest.raises(MalformedInputError, match="not-canonical"):
        cbor.decode(bytes.fromhex(one["bytes"]))


@pytest.mark.parametrize("one", vectors("numbers"))
def test_numbers_are_read(one: Vector):
    match one["note"]:
        case "item":
            assert numbers.parse_item_number(one["input"]) == one["number"]
            assert numbers.format_item_number(one["number"]).replace(" ", "") == one["input"]
        case "serial":
            assert numbers.parse_serial(one["input"]) == one["number"]
            assert numbers.format_serial(one["number"]) == one["input"]
        case "kid":
            assert numbers.key_id(one["alg"], bytes.fromhex(one["pub"])).hex() == one["kid"]


@pytest.mark.parametrize("one", vectors("numbers", refused=True))
def test_numbers_are_refused(one: Vector):
    with pytest.raises(MalformedInputError) as caught:
        numbers.parse_item_number(one["input"])
    assert caught.value.detail["why"] == one["refused"]


@pytest.mark.parametrize("one", vectors("acts"))
def test_acts_are_read(one: Vector):
    raw = bytes.fromhex(one["bytes"])
    read = act.read_act(raw)
    assert read.type == one["note"]
    assert read.hash.hex() == one["hash"]
    assert act.make_act(dict(read.fields)).body == raw


def test_every_type_of_act_has_a_vector():
    assert {one.values[0]["note"] for one in vectors("acts")} == set(schema.FORMS)


@pytest.mark.parametrize("one", vectors("acts", refused=True))
def test_acts_are_refused_with_the_key_that_is_wrong(one: Vector):
    with pytest.raises(MalformedInputError, match="act-malformed") as caught:
        act.read_act(bytes.fromhex(one["bytes"]))
    assert caught.value.detail["why"] == one["refused"]


def test_a_rotation_is_agreed_to_by_the_old_key_and_a_quorum_by_each_witness():
    acts = {one.values[0]["note"]: bytes.fromhex(one.values[0]["bytes"]) for one in vectors("acts")}
    genesis, rotate, quorum = (act.read_act(acts[name]) for name in ("genesis", "rotate", "quorum"))
    first = entry.Entry(
        raw=b"", origin=genesis.text("origin"), seq=0, prev=bytes(32), ctl=bytes(32),
        accepted_at=0, act=genesis, signatures=(), judgement=(),
    )  # fmt: skip
    control = keyring.found(first)
    proofs = [
        one for told in (genesis, rotate, quorum) for one in signers.possessions(control, told)
    ]
    owners = [one.key.owner for one in proofs]
    assert owners[6:] == ["log", "log", "congan.lamdong.vn/kt1", "tinhuy.lamdong.vn"]
    for one in proofs:
        sign.verify(one.key.alg, one.key.pub, one.to_be_signed, one.signature)


@pytest.mark.parametrize("one", vectors("entries"))
def test_entries_are_read_and_verify(one: Vector):
    raw = bytes.fromhex(one["bytes"])
    read = entry.read_entry(raw)
    assert (read.leaf.hex(), read.step.hex()) == (one["leaf"], one["step"])
    assert entry.first_prev(read.origin).hex() == one["first_prev"]
    for place, (signature, pub) in enumerate(zip(read.signatures, one["pubs"], strict=True)):
        told = entry.to_be_signed(
            log=LOG,
            body=read.act.body,
            role=signature.role,
            alg=one["alg"],
            kid=signature.kid,
            before=read.signatures[:place],
        )
        sign.verify(one["alg"], bytes.fromhex(pub), told, signature.value)
    again = entry.spell_entry(
        origin=read.origin,
        seq=read.seq,
        prev=read.prev,
        ctl=read.ctl,
        accepted_at=read.accepted_at,
        body=read.act.body,
        signatures=read.signatures,
        judgement=read.judgement,
    )
    assert again == raw


@pytest.mark.parametrize("one", vectors("entries", refused=True))
def test_entries_are_refused(one: Vector):
    with pytest.raises(MalformedInputError, match=one["refused"]):
        entry.read_entry(bytes.fromhex(one["bytes"]))


@pytest.mark.parametrize("one", vectors("seals"))
def test_seals_are_read_verify_and_are_spelled_the_same(one: Vector):
    read = seal.parse(one["text"])
    sign.verify(one["alg"], bytes.fromhex(one["pub"]), read.to_be_signed, read.signature)
    assert seal.to_text(read.content, read.alg, read.kid, read.signature) == one["text"]
    assert len(one["text"]) == one["digits"] <= 332


@pytest.mark.parametrize("one", vectors("seals", refused=True))
def test_seals_are_refused(one: Vector):
    with pytest.raises(MalformedInputError) as caught:
        seal.parse(one["text"])
    assert caught.value.detail["why"] == one["refused"]


@pytest.mark.parametrize("one", vectors("records", note="slip"))
def test_records_open(one: Vector):
    commitment, box, key = (bytes.fromhex(one[part]) for part in ("commitment", "box", "sealed"))
    sealed, name = slips.SealedRecord(commitment, box, {one["name"]: key}), one["name"]
    office = slips.RecordKey.of(bytes.fromhex(one["office_key"]))
    _, opened = slips.open_salted(sealed, log=LOG, about=one["about"], name=name, office=office)
    assert opened == one["record"]


@pytest.mark.parametrize("one", vectors("records", note="wrapped"))
def test_wrapped_keys_open_and_belong_to_the_public_half(one: Vector):
    person, public = (bytes.fromhex(one[part]) for part in ("person_key", "public"))
    wrapped = bytes.fromhex(one["wrapped"])
    opened = slips.RecordKey.of(person).unwrap(wrapped, LOG, one["name"], public)
    assert opened.hex() == one["opened"]
    assert slips.RecordKey.of(opened).public() == public


def test_catalogues_are_read_and_spelled_the_same():
    offices, agencies = (vectors("records", note=n)[0].values[0] for n in ("offices", "agencies"))
    raw = bytes.fromhex(offices["bytes"])
    assert places.write_offices(places.read_offices(raw)) == raw
    assert [list(row) for row in offices["rows"]] == cbor.decode(raw)
    raw = bytes.fromhex(agencies["bytes"])
    assert places.write_agencies(places.read_agencies(raw)) == raw
    wrong = vectors("records", refused=True)[0].values[0]
    with pytest.raises(MalformedInputError, match=wrong["refused"]):
        places.read_offices(bytes.fromhex(wrong["bytes"]))
