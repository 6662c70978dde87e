"""The page of a bundle in a real browser: it answers as verify.py does, to the last finding."""

import base64
import hashlib
import hmac
import json
import os
import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kt1custody.cli import outgoing
from kt1custody.core.formats import cbor
from kt1custody.core.log import receipt
from kt1custody.core.log.entry import read_entry
from kt1custody.errors import MalformedInputError
from kt1custody.services.evidence import export
from kt1custody.signing import sign
from kt1custody.signing.sign import SigningKey
from tests.kit import at_counter, cast, edge_cases, forge, make_bundle, nightly, paper_log
from tests.kit.html_page import VERIFY_HTML, Verifier, by_script
from tests.kit.insider import POLICE, THREE, Insider
from tests.kit.make_bundle import Witness, fix_sums
from tests.kit.paper_log import Office

ORIGIN = "kt1.lamdong.vn/68/e1"


@pytest.fixture(scope="module")
def page() -> Iterator[Verifier]:
    found = Verifier()
    yield found
    found.close()
    assert found.page.complaints == []
    assert found.page.requests == [VERIFY_HTML.as_uri()]


@pytest.fixture(scope="module")
def office(_lived: tuple[cast.World, cast.Day]) -> Office:
    world = cast.World(_lived[0].folder)
    made = paper_log.open_office(world)
    made.keys["log"] = world.session.service_key("log")
    world.session.close()
    return made


@pytest.fixture
def bundle(lived: cast.World, tmp_path: Path) -> Path:
    return forge.export_from(lived, tmp_path / "bundle")


def genesis_of(bundle: Path) -> str:
    return forge.genesis_of(bundle).hex()


def kinds(told: dict[str, Any]) -> set[str]:
    return {one["kind"] for one in told["findings"]}


# --- verdicts ---


def test_an_honest_bundle_is_not_enough_without_paper(page: Verifier, bundle: Path):
    told = page.told(bundle)
    assert (told["verdict"], told["findings"]) == ("not-enough", [])
    assert told["not_checked"] == ["genesis-not-given", "tail-not-anchored"]
    assert page.told(bundle, genesis_of(bundle))["not_checked"] == ["tail-not-anchored"]


def test_with_genesis_and_typed_code_it_matches(page: Verifier, bundle: Path):
    code = make_bundle.anchor(forge.seal(bundle))
    told = page.told(bundle, genesis_of(bundle), [code])
    assert (told["verdict"], told["covered"]) == ("match", told["size"])
    spelled = page.told(bundle, genesis_of(bundle).upper(), [code.replace(" ", "-")])
    assert spelled["verdict"] == "match"


def test_a_typed_code_of_another_log_is_wrong_and_a_mistyped_one_is_said(
    page: Verifier, bundle: Path
):
    size = len(forge.entries_of(bundle))
    other = make_bundle.anchor(f"{ORIGIN}\n{size}\n{base64.b64encode(bytes(32)).decode()}\n")
    assert kinds(page.told(bundle, genesis_of(bundle), [other])) == {"evidence"}
    later = make_bundle.anchor(f"{ORIGIN}\n{size + 1}\n{base64.b64encode(bytes(32)).decode()}\n")
    assert page.told(bundle, genesis_of(bundle), [later])["verdict"] == "missing"
    wrong = other[:8] + str((int(other[8]) + 1) % 10) + other[9:]
    for typed in (wrong, "12", "x"):
        assert page.told(bundle, genesis_of(bundle), [typed])["verdict"] == "not-enough"


def test_a_wrong_genesis_is_wrong(page: Verifier, bundle: Path):
    told = page.told(bundle, "00" * 32)
    assert (told["verdict"], kinds(told)) == ("wrong", {"genesis"})


def test_a_folder_of_something_else_is_no_bundle(page: Verifier, tmp_path: Path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("x")
    assert page.told(tmp_path / "other")["verdict"] == "no-bundle"


@pytest.mark.slow
def test_a_false_world_matches_itself_and_not_the_paper(
    page: Verifier, bundle: Path, tmp_path: Path
):
    """Somebody founds a log of his own under the same name, with keys of his own."""
    forger = cast.make_founded(tmp_path / "forger")
    cast.live_a_day(forger)
    false = forge.export_from(forger, tmp_path / "false")
    forger.session.close()
    assert page.told(false)["verdict"] == "not-enough"
    told = page.told(false, genesis_of(bundle))
    assert (told["verdict"], kinds(told)) == ("wrong", {"genesis"})


def test_a_cut_tail_is_missing_and_with_a_stolen_log_key_it_is_said(page: Verifier, bundle: Path):
    code = make_bundle.anchor(forge.seal(bundle))
    forge.write_entries(bundle, forge.entries_of(bundle)[:-2])
    fix_sums(bundle)
    told = page.told(bundle, genesis_of(bundle))
    assert (told["verdict"], kinds(told)) == ("missing", {"entries-missing"})
    forge.seal(bundle)
    told = page.told(bundle, genesis_of(bundle))
    assert (told["verdict"], told["not_checked"]) == ("not-enough", ["tail-not-anchored"])
    told = page.told(bundle, genesis_of(bundle), [code])
    assert (told["verdict"], kinds(told)) == ("missing", {"entries-missing"})


# --- attacks ---


@pytest.mark.slow
def test_answers_attacks_as_verify_py_does(page: Verifier, bundle: Path, tmp_path: Path):
    chance = random.Random(20261124)
    for number in range(100 if nightly.is_nightly() else 12):
        spoilt = tmp_path / f"spoilt-{number}"
        shutil.copytree(bundle, spoilt)
        spoil = chance.choice([forge.spoil_entries] * 2 + [forge.spoil_keys, forge.spoil_sums])
        spoil(spoilt, chance)
        match chance.choice(["nothing", "sums", "seal"]):
            case "sums" if spoil is not forge.spoil_sums:
                fix_sums(spoilt)
            case "seal" if spoil is forge.spoil_entries:
                forge.LOG_KEYS[spoilt] = forge.LOG_KEYS[bundle]
                forge.seal(spoilt)
        genesis = chance.choice([None, genesis_of(bundle)])
        assert page.told(spoilt, genesis)["verdict"] != "match"
        shutil.rmtree(spoilt)


def home(bundle: Path) -> Path:
    return make_bundle.home(bundle)


TRICKY = ("\x1b[2J", " ", "SHA256SUMS ", "x/SHA256SUMS", "é.pem", "e\u0301", "😀", "\uffee")


def write_tricky(bundle: Path) -> None:
    for name in TRICKY:
        make_bundle.write(bundle / name, b"x")


FILES: dict[str, Callable[[Path], object]] = {
    "entries cut": lambda b: forge.tile_of(b).write_bytes(forge.tile_of(b).read_bytes()[:-1]),
    "entries empty": lambda b: forge.tile_of(b).write_bytes(b""),
    "entries of another count": lambda b: forge.tile_of(b).rename(forge.tile_of(b).parent / "256"),
    "entries twice": lambda b: (forge.tile_of(b).parent / "3").write_bytes(b"x"),
    "entries more": lambda b: forge.tile_of(b).write_bytes(forge.tile_of(b).read_bytes() + b"\0"),
    "a stranger": lambda b: (b / "stranger.txt").write_bytes(b"x"),
    "sums unreadable": lambda b: (b / "SHA256SUMS").write_bytes(b"\xff\xfe"),
    "sums with a mark": lambda b: (b / "SHA256SUMS").write_bytes(
        b"\xef\xbb\xbf" + (b / "SHA256SUMS").read_bytes()
    ),
    "no sums": lambda b: (b / "SHA256SUMS").unlink(),
    "catalogue edited": lambda b: next((b / "catalogues").iterdir()).write_bytes(b"x"),
    "no catalogue": lambda b: shutil.rmtree(b / "catalogues"),
    "no keys": lambda b: shutil.rmtree(b / "keys"),
    "no readme": lambda b: (b / "README.txt").unlink(),
    "no checkpoint": lambda b: (home(b) / "checkpoint").unlink(),
    "checkpoint empty": lambda b: (home(b) / "checkpoint").write_bytes(b""),
    "no policy": lambda b: (b / "policy.tlog-policy").unlink(),
    "policy edited": lambda b: (b / "policy.tlog-policy").write_bytes(b"quorum none\n"),
    "no tiles": lambda b: shutil.rmtree(home(b) / "tile" / "0"),
    "a tile too many": lambda b: make_bundle.write(home(b) / "tile" / "1" / "000", b"x" * 32),
    "a tile elsewhere": lambda b: make_bundle.write(home(b) / "tile" / "a" / "000", b"x" * 32),
    "a file beside the log": lambda b: make_bundle.write(b / "logs" / "x", b"x"),
    "a stamp": lambda b: make_bundle.write(b / "tsa" / "3.tsr", b"x"),
    "a second log": lambda b: make_bundle.write(b / "logs/a/e1/checkpoint", b"x"),
    "no log": lambda b: shutil.rmtree(b / "logs"),
    "an entry of a dossier": lambda b: make_bundle.write(b / "entries" / "0.entry", b"x"),
    "a large file": lambda b: forge.make_large(b, "keys/00.pem"),
    "tricky names": write_tricky,
}


@pytest.mark.parametrize("fixed", [False, True], ids=["as it is", "sums fit"])
@pytest.mark.parametrize("what", FILES)
def test_missing_extra_and_broken_files(page: Verifier, bundle: Path, what: str, fixed: bool):
    FILES[what](bundle)
    if fixed:
        fix_sums(bundle)
    assert page.told(bundle)["verdict"] != "match"


def test_what_a_browser_hides_is_named_as_outside(page: Verifier, bundle: Path):
    """A link, a pipe or an empty folder is a finding of verify.py alone."""
    (bundle / "empty" / Path(*["deep"] * 40)).mkdir(parents=True)
    os.mkfifo(bundle / "pipe")
    assert by_script([str(bundle)])["verdict"] == "wrong"
    assert "not-seen-by-browser" in page.alone(bundle)["outside"]


@pytest.mark.parametrize(
    "over",
    [
        {"seq": 5},
        {"origin": "kt1.lamdong.vn/68/e2"},
        {"prev": bytes(32)},
        {"ctl": bytes(32)},
        {"accepted_at": 1_700_000_000},
        {"accepted_at": 2**62},
        {"accepted_at": True},
        {"version": "kt1-entry/2"},
        {"judgement": [[0, "a"], [-1, "b"]]},
        {"judgement": [[-1, "device-unknown"]] * 2},
        {"judgement": [[2**62, "a"], [2**62, "b"]]},
        {"judgement": [[-1, "\uffee"], [-1, "😀"]]},
        {"judgement": None},
        {"signatures": []},
        {"signatures": {}},
        {"signatures": [["author"]]},
        {"signatures": [["author", b"", b""]]},
        {"signatures": [["author", "x", None]]},
    ],
    ids=repr,
)
def test_a_wrong_part_of_an_entry(
    page: Verifier, bundle: Path, office: Office, over: dict[str, Any]
):
    body = cbor.encode(forge.hold(office))
    signatures = forge.sign_body(body, [("author", office.keys[cast.CLERK])])
    forge.append(bundle, body, signatures, **over)
    page.told(bundle)


def test_a_time_that_no_double_holds_is_compared_exactly(
    page: Verifier, bundle: Path, office: Office
):
    digest = b""
    for counter, at in enumerate([2**53, 2**53 + 1, 2**53, 2**62]):
        body = cbor.encode(
            forge.hold(office, dseq=counter, dprev=digest, id=bytes(15) + b"%d" % counter)
        )
        digest = hashlib.sha256(body).digest()
        signed = forge.sign_body(body, [("author", office.keys[cast.CLERK])])
        forge.append(bundle, body, signed, accepted_at=at)
    told = page.told(bundle)
    assert [(one["kind"], one["seq"]) for one in told["findings"]] == [("accepted-at", 35)]


def test_gaps_in_a_device_s_row_are_the_same_ranges(page: Verifier, bundle: Path, office: Office):
    last, _ = office.devices["QUAY01"]
    row = [("QUAY01", 9), ("QUAY01", 10_011), ("QUAY01", 4), ("QUAY01", 10), ("QUAY01", 1)]
    for place, (dev, after) in enumerate([*row, ("MAY99", 90)]):
        told = forge.hold(
            office, dev=dev, dseq=last + after, dprev=bytes(32), id=bytes([place]) * 16
        )
        body = cbor.encode(told)
        signed = forge.sign_body(body, [("author", office.keys[cast.CLERK])])
        forge.append(bundle, body, signed)
    gaps = f"{last + 2}-{last + 3} {last + 5}-{last + 8} {last + 9}"
    assert f"device-gap: QUAY01 {gaps}" in page.told(bundle)["not_checked"]


@pytest.mark.parametrize("what", forge.SPELLINGS)
def test_a_body_in_another_spelling(page: Verifier, bundle: Path, office: Office, what: str):
    body = forge.respell(cbor.encode(forge.hold(office)), what)
    forge.append(bundle, body, forge.sign_body(body, [("author", office.keys[cast.CLERK])]))
    assert kinds(page.told(bundle)) == {"entry-unreadable"}


@pytest.mark.parametrize(
    "own",
    [
        {"dseq": 2**63 - 1, "dprev": bytes(32)},
        {"dseq": -(2**63)},
        {"dseq": 2**53, "dprev": bytes(32)},
        {"dev": "QUAY01", "dseq": 2},
        {"log": "kt1.hanoi.vn/10"},
        {"by": cast.ADMIN},
        {"by": cast.CLERK_2},
        {"id": b"short"},
        {"type": "toString"},
        {"type": "genesis"},
        {"type": "deliver", "items": [{"n": 1}]},
        {"seen": None, "extra": [{}, 1.0 > 0, None]},
    ],
    ids=repr,
)
def test_an_unfit_body(page: Verifier, bundle: Path, office: Office, own: dict[str, Any]):
    body = cbor.encode(forge.hold(office) | own)
    forge.append(bundle, body, forge.sign_body(body, [("author", office.keys[cast.CLERK])]))
    page.told(bundle)


@pytest.mark.parametrize(
    ("by", "own", "found"),
    [
        (cast.CLERK, {}, None),
        (cast.OFFICERS[0], {}, None),
        (cast.COURIER, {}, "not-authentic"),
        (cast.CLERK, {"enc": bytes(1215)}, "entry-unreadable"),
        (cast.CLERK, {"enc": None}, "entry-unreadable"),
        (cast.CLERK, {"year": 1999}, "entry-unreadable"),
        (cast.CLERK, {"year": True}, "entry-unreadable"),
        (cast.CLERK, {"office": 99_999}, "entry-unreadable"),
    ],
)
def test_a_key_of_an_office(
    page: Verifier, bundle: Path, office: Office, by: str, own: dict[str, Any], found: str | None
):
    told = {"office": 680_999, "year": 2026, "enc": bytes(1216), **own}
    body = cbor.encode(forge.body_of(office, "office_key", by, **told))
    forge.append(bundle, body, forge.sign_body(body, [("author", office.keys[by])]))
    assert kinds(page.told(bundle)) == ({found} if found else set())


def test_a_quorum_that_was_kept_back_names_nobody(page: Verifier, bundle: Path, office: Office):
    insider = Insider(bundle, office, [office.keys["log"]])
    before: list[Any] = [len(insider.raws) - 1, insider.leaves[-1]]
    insider.name_witnesses(*THREE, least=2)
    newest: list[Any] = [len(insider.raws) - 1, insider.leaves[-1]]
    maps = [insider.witness_map(POLICE)]
    for seen, left in ((before, {"tail-not-anchored"}), (newest, set())):
        insider.by_officers("quorum", witnesses=maps, least=1, seen=seen)
        insider.trusted, insider.least = ((POLICE,), 1) if seen is newest else (THREE, 2)
        insider.seal(POLICE)
        told = page.told(bundle)
        assert kinds(told) == set()
        assert {one.partition(":")[0] for one in told["not_checked"]} & {
            "tail-not-anchored"
        } == left


def test_acts_of_two_officers(page: Verifier, bundle: Path, office: Office):
    first, second = cast.OFFICERS
    for by2 in (first, cast.CLERK, cast.RESERVE, cast.ADMIN, second):
        body = cbor.encode(forge.lift(office, first, by2))
        signed = forge.sign_body(body, [("officer", office.keys[one]) for one in (first, by2)])
        forge.append(bundle, body, signed)
    assert {one["seq"] for one in page.told(bundle)["findings"]} == set(range(33, 37))


@pytest.mark.parametrize(
    ("key", "other"), [(forge.NEW, forge.NEW_P256), (forge.NEW_P256, forge.NEW)], ids=["ed", "p256"]
)
def test_a_key_is_enrolled_and_signs(
    page: Verifier, bundle: Path, office: Office, key: SigningKey, other: SigningKey
):
    forge.append_enrolment(bundle, office, forge.enrol(office, key.alg, key.pub, key))
    assert kinds(page.told(bundle)) == {"file-missing"}
    forge.add_key(bundle, key.alg, key.pub)
    body = cbor.encode(forge.hold(office, by="NV777", dev="QUAY78"))
    forge.append(bundle, body, forge.sign_body(body, [("author", key)]))
    assert page.told(bundle)["findings"] == []
    body = cbor.encode(forge.hold(office, by="NV777", dev="QUAY79", id=b"\1" * 16))
    forge.append(bundle, body, [["author", key.kid, other.sign(body)]])
    assert kinds(page.told(bundle)) == {"bad-signature"}


@pytest.mark.parametrize("over", [{"owner": "server"}, {"who": "NV778"}, {"role": "emperor"}, {}])
def test_an_unfit_enrolment(page: Verifier, bundle: Path, office: Office, over: dict[str, Any]):
    stranger = sign.from_seed(b"\x08" * 32)
    told = forge.enrol(office, forge.NEW.alg, forge.NEW.pub, stranger, **over)
    forge.append_enrolment(bundle, office, told)
    assert "possession" in kinds(page.told(bundle))


@pytest.mark.parametrize("at", range(len(forge.SMALL)))
def test_a_key_of_small_order(page: Verifier, bundle: Path, office: Office, at: int):
    told = forge.enrol(office, -19, forge.SMALL[at], forge.NEW)
    forge.append_enrolment(bundle, office, told)
    assert {"possession", "file-missing"} <= kinds(page.told(bundle))


def test_a_genesis_of_other_keys(page: Verifier, bundle: Path, office: Office):
    keys = forge.genesis_keys(office)
    for own in ({"keys": keys[::-1]}, {"keys": keys[:5]}, {"origin": "a/e1"}, {"by2": "NV021"}, {}):
        forge.refound(bundle, office, **own)
        page.told(bundle)


@pytest.mark.slow
def test_a_log_of_several_files(page: Verifier, bundle: Path, office: Office, tmp_path: Path):
    at = forge.lengthen(bundle, office)
    told = page.told(bundle, genesis_of(bundle), [make_bundle.anchor(forge.seal(bundle))])
    assert (told["verdict"], told["entries"]) == ("match", 600)
    for number, name in enumerate(["001", "entries/001", "0/000", "1/000.p/2"]):
        spoilt = tmp_path / f"several-{number}"
        shutil.copytree(bundle, spoilt)
        path = spoilt / at.relative_to(bundle).parent / name
        path = path if path.is_file() else spoilt / at.relative_to(bundle) / name
        raw = path.read_bytes()
        path.write_bytes(raw[:40] + bytes([raw[40] ^ 1]) + raw[41:])
        fix_sums(spoilt)
        assert page.told(spoilt)["verdict"] == "wrong"


# --- witnesses and evidence ---

SEEDS = [sign.from_seed(bytes([number]) * 32) for number in (61, 62, 63)]
WITNESSES = [
    Witness(f"tinh.vn/w{number}", key, cast.MORNING + 1_000 * (number + 1))
    for number, key in enumerate(SEEDS)
]


def witness_map(one: Witness, **over: Any) -> dict[str, Any]:
    text = f"{ORIGIN}\n1\n{base64.b64encode(bytes(32)).decode()}\n"
    message = f"cosignature/v1\ntime {one.time}\n{text}".encode()
    told: dict[str, Any] = {"name": one.name, "pub": one.key.pub, "url": None, "size": 1}
    told |= {"root": bytes(32), "time": one.time, "signature": one.key.sign(message)}
    return told | over


def add_quorum(bundle: Path, office: Office, least: int = 2, **over: Any) -> None:
    """Two officers name the three witnesses, and one of their maps may be unfit."""
    maps = [witness_map(one) for one in WITNESSES]
    maps[1] |= over
    own: dict[str, Any] = {"by2": cast.OFFICERS[1], "witnesses": maps, "least": least}
    body = cbor.encode(forge.body_of(office, "quorum", cast.OFFICERS[0], **own))
    signers = [("officer", office.keys[one]) for one in cast.OFFICERS]
    forge.append(bundle, body, forge.sign_body(body, signers))


def witnessed(bundle: Path, witnesses: list[Witness]) -> None:
    key = forge.LOG_KEYS[bundle]
    make_bundle.seal(bundle, [key], witnesses, trusted=WITNESSES, least=2)


def test_a_quorum_of_witnesses_covers_the_log(page: Verifier, bundle: Path, office: Office):
    add_quorum(bundle, office)
    witnessed(bundle, [WITNESSES[2], WITNESSES[0]])
    told = page.told(bundle, genesis_of(bundle))
    assert (told["verdict"], told["as_of"]) == ("match", WITNESSES[2].time)
    for some in ([], WITNESSES[:1], [WITNESSES[0], WITNESSES[0]]):
        witnessed(bundle, some)
        told = page.told(bundle, genesis_of(bundle))
        assert (told["verdict"], told["covered"]) == ("not-enough", 0)
    witnessed(bundle, [WITNESSES[0], Witness(WITNESSES[1].name, SEEDS[2], 5)])
    assert page.told(bundle, genesis_of(bundle))["verdict"] == "not-enough"


@pytest.mark.parametrize(
    "over",
    [
        {"signature": bytes(64)},
        {"name": WITNESSES[0].name},
        {"name": "A"},
        {"pub": SEEDS[0].pub},
        {"size": 2},
        {"extra": 1},
        {"least": 1},
        {"least": 4},
    ],
    ids=repr,
)
def test_an_unfit_quorum(page: Verifier, bundle: Path, office: Office, over: dict[str, Any]):
    add_quorum(bundle, office, **over)
    assert {"possession", "entry-unreadable"} & kinds(page.told(bundle))


NOTES: dict[str, Callable[[str], str]] = {
    "cut": lambda note: note[:-1],
    "no line": lambda note: note[: note.index("\n\n") + 2],
    "a root of other bytes": lambda note: re.sub(
        r"\n[A-Za-z0-9+/]{43}=\n", f"\n{'A' * 43}=\n", note
    ),
    "spare bits": lambda note: note.replace("=\n\n", "/=\n\n", 1),
    "size with a zero": lambda note: note.replace("\n", "\n0", 1),
    "a size beyond doubles": lambda note: note.replace("\n30\n", "\n9007199254740993\n", 1),
    "another size": lambda note: note.replace("\n", "\n1", 1),
    "another origin": lambda note: note.replace("/e1\n", "/e2\n", 1),
    "an extension": lambda note: note.replace("\n\n", "\nmore\n\n"),
    "carriage return": lambda note: note.replace("\n", "\r\n"),
    "an unknown line": lambda note: note + "— someone AAAAAAAA\n",
    "a line of blanks": lambda note: note + "— some\u00a0one AAAAAAAA\n",
    "a hundred lines": lambda note: note + "— someone AAAAAAAA\n" * 99,
    "a line too many": lambda note: note + "— someone AAAAAAAA\n" * 100,
    "the line again": lambda note: note + note[note.index("\n\n") + 2 :],
    "a false line again": lambda note: note + note[note.index("\n\n") + 2 : -6] + "AAA==\n",
}


@pytest.mark.parametrize("what", NOTES)
def test_a_checkpoint_in_another_spelling(page: Verifier, bundle: Path, what: str):
    path = home(bundle) / "checkpoint"
    good = path.read_bytes()
    spoilt = NOTES[what](good.decode()).encode()
    path.write_bytes(spoilt)
    fix_sums(bundle)
    page.told(bundle)
    path.write_bytes(good)
    fix_sums(bundle)
    given = bundle.parent / "given.note"
    given.write_bytes(spoilt)
    page.told(bundle, genesis_of(bundle), evidence=[given])


def receipt_of(bundle: Path, seq: int) -> bytes:
    raws = forge.entries_of(bundle)
    leaves = [make_bundle.leaf(raw) for raw in raws]
    noted = (home(bundle) / "checkpoint").read_bytes()
    return receipt.spell(read_entry(raws[seq]), make_bundle.proof(seq, leaves, noted), [])


def evidence_of(bundle: Path) -> dict[str, bytes]:
    """Every kind of evidence that there is, by the name of its file; all of it agrees."""
    leaves = [make_bundle.leaf(raw) for raw in forge.entries_of(bundle)]
    text = make_bundle.text_of(ORIGIN, leaves)
    noted = make_bundle.note(text, [forge.LOG_KEYS[bundle]])
    old = make_bundle.note(make_bundle.text_of(ORIGIN, leaves[:7]), [forge.LOG_KEYS[bundle]])
    receipts = [receipt_of(bundle, seq) for seq in (9, 3)]
    framed = b"".join(len(one).to_bytes(2, "big") + one for one in receipts)
    token = bytes.fromhex("060b2a864886f70d0109100104")
    return {
        "a.note": noted,
        "old.note": old,
        "b.tlog-proof": make_bundle.proof(4, leaves, noted),
        "c.receipt": receipts[0],
        "d.receipts": b"kt1-receipts/1\n" + framed,
        f"{len(leaves)}.tsr": b"\x30"
        + token
        + b"\x04\x20"
        + hashlib.sha256(text.encode()).digest(),
    }


@pytest.mark.parametrize("name", ["a.note", "old.note", "b.tlog-proof", "c.receipt", "d.receipts"])
def test_evidence_of_every_kind_covers(page: Verifier, bundle: Path, name: str):
    forge.seal(bundle)
    path = bundle.parent / name
    path.write_bytes(evidence_of(bundle)[name])
    told = page.told(bundle, genesis_of(bundle), evidence=[path])
    assert told["covered"] == (7 if name == "old.note" else told["size"])
    forge.write_entries(bundle, forge.entries_of(bundle)[:-1])
    forge.seal(bundle)
    told = page.told(bundle, genesis_of(bundle), evidence=[path])
    wanted = ("not-enough", set()) if name == "old.note" else ("missing", {"entries-missing"})
    assert (told["verdict"], kinds(told)) == wanted


@pytest.mark.slow
def test_spoilt_evidence(page: Verifier, bundle: Path, tmp_path: Path):
    forge.seal(bundle)
    chance = random.Random(7)
    for name, raw in evidence_of(bundle).items():
        for number in range(12 if nightly.is_nightly() else 3):
            path = tmp_path / str(number) / name
            spoilt = bytearray(raw)
            spoilt[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
            make_bundle.write(path, [bytes(spoilt), raw[: number * 9], raw + b"\n"][number % 3])
            page.told(bundle, genesis_of(bundle), evidence=[path])


def test_a_stamp_is_compared_and_covers_nothing(page: Verifier, bundle: Path):
    forge.seal(bundle)
    name, raw = list(evidence_of(bundle).items())[-1]
    make_bundle.write(bundle / "tsa" / name, raw)
    fix_sums(bundle)
    path = bundle.parent / name
    path.write_bytes(raw)
    told = page.told(bundle, genesis_of(bundle), evidence=[path])
    assert (told["verdict"], told["not_checked"]) == ("not-enough", ["tail-not-anchored"])
    assert "stamp-signature" in told["outside"]
    for spoilt in (bundle / "tsa" / name, path):
        spoilt.write_bytes(raw[:-1] + b"x")
    fix_sums(bundle)
    told = page.told(bundle, genesis_of(bundle), evidence=[path])
    assert kinds(told) == {"stamp", "evidence"}


# --- dossiers ---


def about(bundle: Path) -> tuple[int, list[int]]:
    """An item, and the positions of what its dossier holds."""
    acts = [read_entry(raw).act for raw in forge.entries_of(bundle)]
    item = next(act for act in acts if act.type == "deliver").lines[0].n
    named = [at for at, act in enumerate(acts) if item in dict(act.names)]
    control = [at for at, act in enumerate(acts) if act.type in forge.verifier.CONTROL]
    return item, sorted({*named, *control, len(acts) - 1})


@pytest.fixture
def dossier(bundle: Path, tmp_path: Path) -> Path:
    item, positions = about(bundle)
    make_bundle.dossier(bundle, tmp_path / "dossier", item, positions)
    return tmp_path / "dossier"


def test_an_honest_dossier_matches_with_evidence(page: Verifier, bundle: Path, dossier: Path):
    told = page.told(dossier)
    assert (told["verdict"], told["form"], told["findings"]) == ("not-enough", "dossier", [])
    code = make_bundle.anchor(forge.seal(bundle))
    assert page.told(dossier, genesis_of(bundle), [code])["verdict"] == "match"
    given = [bundle.parent / name for name in ("old.note", "b.tlog-proof")]
    for path in given:
        path.write_bytes(evidence_of(bundle)[path.name])
    page.told(dossier, genesis_of(bundle), [code], given)


DOSSIERS: dict[str, Callable[[Path], object]] = {
    "no item": lambda d: (d / "item.txt").unlink(),
    "another item": lambda d: (d / "item.txt").write_text("682600000023\n"),
    "a wrong item": lambda d: (d / "item.txt").write_text("682600000015\n"),
    "no genesis": lambda d: (d / "entries" / "0.entry").unlink(),
    "no control entry": lambda d: (d / "entries" / "3.entry").unlink(),
    "no last entry": lambda d: (d / "entries" / "32.entry").unlink(),
    "no proof": lambda d: (d / "entries" / "2.tlog-proof").unlink(),
    "an empty proof": lambda d: (d / "entries" / "2.tlog-proof").write_bytes(b""),
    "another proof": lambda d: shutil.copy(d / "entries/3.tlog-proof", d / "entries/2.tlog-proof"),
    "another entry": lambda d: shutil.copy(d / "entries/3.entry", d / "entries/2.entry"),
    "a file among the entries": lambda d: (d / "entries" / "02.entry").write_bytes(b""),
    "no checkpoint": lambda d: (home(d) / "checkpoint").unlink(),
    "a tile": lambda d: make_bundle.write(home(d) / "tile" / "0" / "000", bytes(8192)),
    "no log": lambda d: shutil.rmtree(d / "logs"),
    "no keys": lambda d: shutil.rmtree(d / "keys"),
    "a record": lambda d: make_bundle.write(d / "disclose" / f"{'00' * 32}.cbor", b"\x82\x40\xa0"),
    "no record": lambda d: make_bundle.write(d / "disclose" / "x", b""),
}


@pytest.mark.parametrize("what", DOSSIERS)
def test_a_spoilt_dossier(page: Verifier, dossier: Path, what: str):
    DOSSIERS[what](dossier)
    fix_sums(dossier)
    told = page.told(dossier)
    assert told["verdict"] in ("missing", "wrong")


def test_a_left_out_control_entry_is_seen_by_the_chain(page: Verifier, dossier: Path):
    for kind in ("entry", "tlog-proof"):
        (dossier / "entries" / f"3.{kind}").unlink()
    fix_sums(dossier)
    told = page.told(dossier)
    assert (told["verdict"], "control-missing" in kinds(told)) == ("missing", True)


def test_an_opened_record_is_shown_if_an_entry_names_it(
    page: Verifier, bundle: Path, office: Office, tmp_path: Path
):
    salt, record = bytes(32), {"sender": "CQ001", "note": None, "layers": 2}
    message = cbor.encode(["kt1-commit/1", record])
    commit = hmac.digest(salt, message, "sha256")
    n = paper_log.number(900)
    line: dict[str, Any] = {"n": n, "mark": 0, "urgency": 0, "kind": 0, "appt": None}
    line |= {"dest": cast.OFFICE, "commit": commit}
    own: dict[str, Any] = {"office": cast.OFFICE, "list": bytes(32), "items": [line]}
    body = cbor.encode(forge.body_of(office, "register", cast.CLERK, **own))
    forge.append(bundle, body, forge.sign_body(body, [("author", office.keys[cast.CLERK])]))
    _, positions = about(bundle)
    control = [at for at in positions if is_control(bundle, at)]
    opened = {f"{commit.hex()}.cbor": cbor.encode([salt, record])}
    positions = sorted({*control, len(forge.entries_of(bundle)) - 1})
    make_bundle.dossier(bundle, tmp_path / "opened", n, positions, opened)
    told = page.told(tmp_path / "opened")
    told_of = {"seq": positions[-1], "act": "register"}
    assert told["opened"] == [{**told_of, "commit": commit.hex(), "record": record}]
    page.start(tmp_path / "opened")
    assert "CQ001" in page.text("#told")


def is_control(bundle: Path, at: int) -> bool:
    return forge.is_control(forge.entries_of(bundle)[at])


# --- epochs ---


@pytest.fixture
def renewed(lived: cast.World, tmp_path: Path) -> cast.World:
    """A log that has lost its last entry and gone on in a second epoch."""
    lived.session.database.close()
    shutil.copytree(lived.session.data, tmp_path / "backup")
    at_counter.hold(lived.at(200), cast.CLERK, cast.CLERK_2, "absent")
    lived.session.close()
    shutil.rmtree(lived.session.data)
    shutil.copytree(tmp_path / "backup", lived.session.data)
    at_counter.begin_epoch(lived.at(201), "restored", cast.OFFICERS)
    at_counter.hold(lived.at(202), cast.CLERK, cast.DRIVER, "absent")
    return lived


EPOCHS: dict[str, Callable[[Path], object]] = {
    "as it is": lambda log: None,
    "no old checkpoint": lambda log: (log / "e1" / "checkpoint").unlink(),
    "no new checkpoint": lambda log: (log / "e2" / "checkpoint").unlink(),
    "another checkpoint": lambda log: shutil.copy(log / "e1/checkpoint", log / "e2/checkpoint"),
    "no old folder": lambda log: shutil.rmtree(log / "e1"),
    "no new folder": lambda log: shutil.rmtree(log / "e2"),
    "a third": lambda log: shutil.copytree(log / "e2", log / "e10"),
    "a gap": lambda log: (log / "e2").rename(log / "e3"),
    "exchanged": lambda log: [
        (log / one).rename(log / other) for one, other in (("e1", "x"), ("e2", "e1"), ("x", "e2"))
    ],
    "an old tile": lambda log: (log / "e1/tile/0/000.p/33").write_bytes(bytes(33 * 32)),
    "old entries cut": lambda log: cut(log / "e1/tile/entries/000.p/33", 40),
    "the seam cut": lambda log: cut(log / "e2/tile/entries/000.p/2", 200),
}


def cut(path: Path, by: int) -> None:
    path.write_bytes(path.read_bytes()[:-by])


@pytest.mark.parametrize("what", EPOCHS)
def test_a_log_of_two_epochs(page: Verifier, renewed: cast.World, tmp_path: Path, what: str):
    folder = tmp_path / "bundle"
    outgoing.bundle(renewed.session, folder)
    log = folder / "logs" / "kt1.lamdong.vn" / "68"
    given = []
    for at in ("e1", "e2"):
        given.append(tmp_path / f"{at}.note")
        shutil.copy(log / at / "checkpoint", given[-1])
    EPOCHS[what](log)
    fix_sums(folder)
    told = page.told(folder, evidence=given)
    assert (told["findings"] == []) == (
        what in ("as it is", "no old checkpoint", "no new checkpoint")
    )
    page.told(folder, evidence=given[:1])


def test_an_epoch_that_lies_about_what_is_left(
    page: Verifier, renewed: cast.World, office: Office, tmp_path: Path
):
    folder = tmp_path / "bundle"
    outgoing.bundle(renewed.session, folder)
    path = folder / "logs" / f"{ORIGIN[:-1]}2" / "tile" / "entries" / "000.p" / "2"
    value = cbor.decode(path.read_bytes()[2 : 2 + int.from_bytes(path.read_bytes()[:2], "big")])
    assert isinstance(value, list)
    act = cbor.decode(value[6])
    assert isinstance(act, dict)
    note = act["note"].decode()
    lies: list[dict[str, Any]] = [
        {},
        {"old": act["old"] | {"root": bytes(32)}},
        {"old": act["old"] | {"size": 29}},
        {"old": {}},
        {"note": None},
        {"note": b""},
        {"note": note.replace("e1", "e2").encode()},
        {"note": f"{note[:-8]}AAAAAA=\n".encode()},
        {"genesis": bytes(32)},
        {"origin": "kt1.lamdong.vn/68/e1"},
        {"origin": None},
    ]
    for own in lies:
        body = cbor.encode(act | own)
        signed = forge.sign_body(body, [("officer", office.keys[one]) for one in cast.OFFICERS])
        raw = cbor.encode([*value[:6], body, signed, value[8]])
        path.write_bytes(len(raw).to_bytes(2, "big") + raw)
        fix_sums(folder)
        page.told(folder)


def test_a_dossier_of_two_epochs(
    page: Verifier, renewed: cast.World, day: cast.Day, tmp_path: Path
):
    folder = tmp_path / "dossier"
    outgoing.dossier(renewed.at(210), str(day.numbers[0]), folder)
    told = page.told(folder)
    assert (told["verdict"], told["findings"]) == ("not-enough", [])
    assert any(one.startswith("lost-entries: ") for one in told["outside"])
    page.start(folder)
    assert "mục đã mất mà hai cán bộ đã báo" in page.text("#told")
    (folder / "logs" / ORIGIN / "checkpoint").unlink()
    fix_sums(folder)
    assert "file-missing" in kinds(page.told(folder))


# --- the parts that no bundle reaches ---


def test_signatures_on_which_libraries_disagree(page: Verifier):
    vectors = [
        *edge_cases.of_cctv(),
        *edge_cases.of_speccheck(),
        *edge_cases.of_wycheproof("wycheproof_ed25519.json", -19),
        *edge_cases.of_wycheproof("wycheproof_p256.json", -9),
        *edge_cases.of_twists(),
    ]
    rows = [[v.alg, v.pub.hex(), v.message.hex(), v.signature.hex()] for v in vectors]
    told = page.page.evaluate(
        f"Promise.all({json.dumps(rows)}.map(([alg, pub, message, signature]) =>"
        " new Key(alg, unhex(pub)).holds(unhex(message), unhex(signature))))"
    )
    assert told == [v.holds for v in vectors]


def test_the_decoder_takes_what_the_program_takes(page: Verifier):
    chance = random.Random(5)
    heads = [
        bytes([chance.randrange(256)]) + chance.randbytes(chance.randrange(12))
        for _ in range(4_000)
    ]
    edges = [bytes.fromhex(one["bytes"]) for one in json.loads(vectors_file("cbor.json"))]
    edges += [forge.nested(8), forge.nested(9), b"\x3b" + b"\x7f" + b"\xff" * 7]
    edges += [
        b"\x1b" + number.to_bytes(8, "big") for number in (2**53 - 1, 2**53, 2**63 - 1, 2**63)
    ]
    edges += [
        b"\x3b" + number.to_bytes(8, "big") for number in (2**53 - 2, 2**53 - 1, 2**53, 2**63)
    ]
    raws = heads + edges
    told = page.page.evaluate(
        f"{json.dumps([raw.hex() for raw in raws])}.map((raw) => {{"
        " try { return hex(encode(decode(unhex(raw)))) } catch { return null } })"
    )
    assert told == [raw.hex() if is_taken(raw) else None for raw in raws]
    assert sum(one is not None for one in told) > 100


def is_taken(raw: bytes) -> bool:
    try:
        cbor.decode(raw)
    except MalformedInputError:
        return False
    return True


def vectors_file(name: str) -> str:
    return (Path(__file__).parent.parent / "vectors" / name).read_text("utf-8")


def test_a_hundred_thousand_digests_are_told_apart(page: Verifier):
    """The set that must hold every act of a large log in one block of memory."""
    told = page.page.evaluate(
        """(() => {
            const [set, twice] = [new Digests(), []]
            const digest = (at) =>
                new Uint8Array(new Uint32Array([Math.imul(at, 2654435761), 7, at % 10, at]).buffer)
            for (let at = 0; at < 1e5; at++) if (set.add(digest(at))) twice.push(at)
            for (let at = 0; at < 1e5; at += 9999) if (set.add(digest(at))) twice.push(at)
            return [twice.length, set.count, set.cells.byteLength]
        })()""",
        timeout=120,
    )
    assert told[:2] == [11, 100_000]
    assert told[2] <= 100_000 * 64


# --- the face ---


def test_every_code_has_words_in_both_languages(page: Verifier):
    for table, theirs in {
        "FINDINGS": forge.verifier.WORDS,
        "CHECKS": forge.verifier.CHECKED,
        "NOT_CHECKED": forge.verifier.NOT_CHECKED,
        "OUTSIDE": forge.verifier.OUTSIDE,
        "VERDICTS": forge.verifier.VERDICTS,
    }.items():
        mine = page.page.evaluate(table)
        assert mine.keys() >= theirs.keys(), table
        assert all(pair[0] and pair[1] and pair[0] != pair[1] for pair in mine.values()), table
    mine = page.page.evaluate("FINDINGS")
    assert {kind: pair[0] for kind, pair in mine.items()} == forge.verifier.WORDS
    of_checks = " ".join(row[2] for row in page.page.evaluate("CHECKS").values()).split()
    assert set(of_checks) == mine.keys()


def test_a_mistyped_field_is_named_and_nothing_starts(bundle: Path):
    verifier = Verifier()
    try:
        verifier.press("start")
        assert "Chọn một thư mục" in verifier.text("#folder-fault")
        verifier.page.set_files("#folder", [bundle])
        code = make_bundle.anchor(f"{ORIGIN}\n3\n{base64.b64encode(bytes(32)).decode()}\n")
        wrong = code[:18] + str((int(code[18]) + 1) % 10) + code[19:]
        typed = json.dumps(f"{code}\n{wrong}\n12")
        verifier.page.evaluate(f"genesis.value = '12 ab'; anchors.value = {typed}")
        verifier.press("start")
        assert "đang có 4" in verifier.text("#genesis-fault")
        assert verifier.text("#anchors-fault").startswith("Dòng 2: nhóm 3")
        assert "Dòng 3: phải có đúng 42" in verifier.text("#anchors-fault")
        assert verifier.page.evaluate("document.activeElement.id") == "genesis"
        assert verifier.page.evaluate("document.getElementById('result').hidden")
    finally:
        verifier.close()


def test_the_result_is_a_word_and_a_sentence_in_both_languages(
    page: Verifier, bundle: Path, tmp_path: Path
):
    page.start(bundle)
    assert page.text(".verdict .word") == "KHÔNG ĐỦ"
    assert "chưa đối chiếu gốc tin cậy" in page.text(".verdict")
    assert "CHƯA KIỂM" in page.text("#told")
    page.press("language")
    assert page.text(".verdict .word") == "NOT ENOUGH"
    assert page.page.evaluate("document.documentElement.lang") == "en"
    page.press("language")
    entries = forge.entries_of(bundle)
    del entries[9]
    spoilt = tmp_path / "spoilt"
    shutil.copytree(bundle, spoilt)
    forge.write_entries(spoilt, entries)
    fix_sums(spoilt)
    page.start(spoilt)
    assert page.text(".verdict .word") == "SAI"
    assert "Sai tại mục 9: số thứ tự mục không đúng" in page.text(".verdict")
    shutil.rmtree(spoilt / "logs")
    for name in ("SHA256SUMS", "item.txt"):
        (spoilt / name).unlink(missing_ok=True)
    page.page.evaluate("document.getElementById('folder').value = ''")
    page.start(spoilt)
    assert "KHÔNG PHẢI GÓI" in page.text(".verdict .word")


def test_stop_gives_no_verdict(page: Verifier, bundle: Path):
    page.page.evaluate("document.getElementById('folder').value = ''")
    page.page.set_files("#folder", [bundle])
    page.page.evaluate(
        "document.getElementById('start').click(); document.getElementById('stop').click()"
    )
    page.page.wait_for("!document.getElementById('result').hidden")
    assert page.text("#told").startswith("Đã dừng. Chưa có kết luận.")
    assert page.page.evaluate("document.querySelector('.verdict')") is None


def test_a_folder_may_be_dropped(page: Verifier, bundle: Path):
    page.page.evaluate("document.querySelector('form').reset()")  # whatever others have chosen
    page.page.evaluate("document.getElementById('chosen').textContent = ''")
    page.drop(bundle)
    page.page.wait_for("document.getElementById('chosen').textContent.startsWith('bundle:')")
    page.press("start")
    page.page.wait_for("document.querySelector('.verdict .word') !== null")
    assert page.text(".verdict .word") == "KHÔNG ĐỦ"


def test_a_browser_without_ed25519_concludes_nothing(bundle: Path):
    verifier = Verifier()
    try:
        verifier.page.evaluate(
            """void (crypto.subtle.importKey = function (form, raw, kind, ...rest) {
                if (kind.name === "Ed25519") throw new DOMException("x", "NotSupportedError")
                return SubtleCrypto.prototype.importKey.call(this, form, raw, kind, ...rest)
            })"""
        )
        told = verifier.alone(bundle, genesis_of(bundle), [make_bundle.anchor(forge.seal(bundle))])
        assert (told["verdict"], told["not_checked"]) == ("not-enough", ["no-ed25519"])
        verifier.start(bundle)
        assert "Chrome hay Edge" in verifier.text("#told")
    finally:
        verifier.close()


def test_the_page_is_alone_and_may_ask_nobody(page: Verifier):
    text = VERIFY_HTML.read_text("utf-8")
    assert re.findall(r"(?:src|href|action)=", text) == []
    assert re.findall(r"https?://", text) == []
    policy = re.search('http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy
    said = dict(one.split(" ", 1) for one in policy[1].split("; "))
    assert said["default-src"] == said["connect-src"] == said["base-uri"] == "'none'"
    for kind, mark in {"script-src": "script", "style-src": "style"}.items():
        [inside] = re.findall(f"<{mark}>(.*?)</{mark}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert said[kind] == f"'sha256-{digest}'", f"{mark} was edited: {digest}"
    asked = "fetch('data:text/plain,x').then(() => 'came', (fault) => fault.name)"
    assert page.page.evaluate(asked) == "TypeError"
    page.page.complaints.clear()  # the browser complains of what the policy has refused


def test_on_paper_stands_the_result_and_not_the_form(page: Verifier, bundle: Path):
    page.page.evaluate("document.getElementById('folder').value = ''")
    page.start(bundle)
    page.show_on("print")
    shown = "['ask', 'language', 'told'].map((id) => document.getElementById(id).offsetHeight > 0)"
    assert page.page.evaluate(shown) == [False, False, True]
    page.show_on("screen")
    assert page.page.evaluate(shown) == [True, True, True]


def test_exported_files_are_this_page(bundle: Path):
    assert (
        (bundle / "verify.html").read_bytes()
        == VERIFY_HTML.read_bytes()
        == export.verifier("verify.html")
    )
