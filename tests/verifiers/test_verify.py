"""The verifier in a bundle, against honest and spoilt bundles, beside the auditor of the program."""

import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.cli import incoming
from kt1custody.core.formats import cbor
from kt1custody.core.log.entry import read_entry
from kt1custody.errors import MalformedInputError
from kt1custody.services.evidence import export
from kt1custody.signing import sign
from kt1custody.signing.sign import SigningKey
from tests.kit import cast, nightly, paper_log
from tests.kit.forge import (
    NEW,
    NEW_P256,
    ONE,
    ORDER,
    SMALL,
    SPELLINGS,
    VERIFY,
    Fields,
    add_key,
    append,
    append_enrolment,
    body_of,
    enrol,
    entries_of,
    export_from,
    found_last,
    genesis_keys,
    genesis_of,
    hold,
    lengthen,
    lift,
    make_large,
    nested,
    refound,
    respell,
    scalar_of,
    sign_body,
    spoil_entries,
    spoil_keys,
    spoil_sums,
    tile_of,
    verifier,
    write_entries,
)
from tests.kit.make_bundle import fix_sums
from tests.kit.paper_log import Office


@pytest.fixture
def bundle(lived: cast.World, tmp_path: Path) -> Path:
    return export_from(lived, tmp_path / "bundle")


def call(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-B", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
        env=os.environ | environment,
    )


def test_honest_bundle_is_never_called_more_than_not_enough(bundle: Path):
    done = call(bundle / "verify.py", "--genesis", genesis_of(bundle).hex(), "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["verdict"], told["findings"]) == (3, "not-enough", [])
    assert told["not_checked"] == ["tail-not-anchored"]
    assert incoming.audit_folder(bundle).findings == []  # nothing was left in the folder


def test_without_genesis_it_says_so(bundle: Path):
    done = call(VERIFY, bundle)
    assert done.returncode == 3
    assert "KHÔNG ĐỦ: tự nhất quán, chưa đối chiếu gốc tin cậy" in done.stdout


def test_it_says_its_own_hash_as_the_closing_sheet_has_it(bundle: Path):
    own = export.verifier_sums()["verify.py"]
    assert f"verify.py, SHA-256 {own}" in call(bundle / "verify.py").stdout
    tampered = bundle / "verify.py"
    tampered.write_bytes(tampered.read_bytes() + b"\n")
    assert f"SHA-256 {own}" not in call(tampered).stdout


def test_wrong_genesis_is_a_finding(bundle: Path):
    done = call(VERIFY, bundle, "--genesis", "00" * 32)
    assert done.returncode == 4
    assert "genesis" in done.stdout


@pytest.mark.parametrize("words", [["nowhere"], [".", "--genesis", "12"], [".", "."]])
def test_what_is_no_bundle_or_no_hash_ends_with_2(words: list[str]):
    assert call(VERIFY, *words).returncode == 2


def test_shares_no_code_with_the_writer():
    text = VERIFY.read_text("utf-8")
    assert "import kt1custody" not in text
    assert "from kt1custody" not in text
    assert "cbor2" not in text


@pytest.mark.slow
def test_agrees_with_the_auditor_on_attacks_by_chance(bundle: Path, tmp_path: Path):
    chance = random.Random(20261123)
    for number in range(100 if nightly.is_nightly() else 25):
        spoilt = tmp_path / f"spoilt-{number}"
        shutil.copytree(bundle, spoilt)
        spoil = chance.choice([spoil_entries, spoil_entries, spoil_keys, spoil_sums])
        spoil(spoilt, chance)
        if spoil is not spoil_sums and chance.random() < 0.6:
            fix_sums(spoilt)
        assert verifier.check(spoilt).findings, (number, spoil)
        assert incoming.audit_folder(spoilt).findings, (number, spoil)
        shutil.rmtree(spoilt)


def test_names_the_position_of_an_edited_entry(bundle: Path):
    entries = entries_of(bundle)
    raw = bytearray(entries[7])
    raw[-40] ^= 1
    entries[7] = bytes(raw)
    write_entries(bundle, entries)
    fix_sums(bundle)
    assert {one.seq for one in verifier.check(bundle).findings} & {7, 8}
    assert (
        min(one.seq for one in incoming.audit_folder(bundle).findings if one.seq is not None) == 7
    )


def test_finds_an_act_signed_again_with_a_strangers_key(bundle: Path):
    """The chain is made whole again behind it; only signatures tell."""
    entries = entries_of(bundle)
    stranger = sign.from_seed(bytes(32))
    value = cbor.decode(entries[-1])
    assert isinstance(value, list)
    value[7] = [["giver", stranger.kid, stranger.sign(b"x")]]
    entries[-1] = cbor.encode(value)
    write_entries(bundle, entries)
    fix_sums(bundle)
    for report in (verifier.check(bundle), incoming.audit_folder(bundle)):
        assert {(one.kind, one.seq) for one in report.findings} >= {
            ("not-authentic", len(entries) - 1)
        }


@pytest.mark.parametrize(
    "spoil",
    [
        lambda bundle: tile_of(bundle).write_bytes(tile_of(bundle).read_bytes()[:-1]),
        lambda bundle: tile_of(bundle).write_bytes(b""),
        lambda bundle: (tile_of(bundle).parent / "3").write_bytes(b"x"),
        lambda bundle: (bundle / "stranger.txt").write_bytes(b"x"),
        lambda bundle: (bundle / "SHA256SUMS").write_bytes(b"\xff\xfe"),
        lambda bundle: (bundle / "SHA256SUMS").unlink(),
        lambda bundle: next((bundle / "catalogues").iterdir()).write_bytes(b"x"),
        lambda bundle: next((bundle / "catalogues").iterdir()).unlink(),
        lambda bundle: (bundle / "README.txt").unlink(),
        lambda bundle: (bundle / "extra").symlink_to("/etc"),
        lambda bundle: os.mkfifo(bundle / "pipe"),
        lambda bundle: (bundle / Path(*["deep"] * 40)).mkdir(parents=True),
        lambda bundle: tile_of(bundle).rename(tile_of(bundle).parent / "256"),
    ],
)
def test_missing_extra_and_broken_files_are_findings(bundle: Path, spoil):
    spoil(bundle)
    assert verifier.check(bundle).findings
    assert incoming.audit_folder(bundle).findings


@given(st.binary(max_size=60))
def test_decoder_accepts_the_same_bytes_as_the_program(raw: bytes):
    try:
        ours = cbor.decode(raw)
    except MalformedInputError:
        with pytest.raises(verifier.MalformedError):
            verifier.decode(raw)
    else:
        assert verifier.decode(raw) == ours


PLAIN = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text() | st.binary()
VALUES = st.recursive(
    PLAIN,
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(), part, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_encoder_spells_values_as_the_program_does(value):
    try:
        spelled = cbor.encode(value)
    except ValueError:
        return  # too deep
    assert verifier.encode(value) == spelled
    assert verifier.decode(spelled) == value


# --- somebody on the inside signs again, and makes chain, sums and keys fit ---


@pytest.fixture(scope="module")
def office(_lived: tuple[cast.World, cast.Day]) -> Office:
    world = cast.World(_lived[0].folder)
    made = paper_log.open_office(world)
    world.session.close()
    return made


def test_an_honest_act_appended_this_way_is_no_finding(bundle: Path, office: Office):
    body = cbor.encode(hold(office))
    append(bundle, body, sign_body(body, [("author", office.keys[cast.CLERK])]))
    assert found_last(bundle) == (set(), set())


@pytest.mark.parametrize(
    ("over", "kind"),
    [
        ({"seq": 5}, "seq"),
        ({"origin": "kt1.lamdong.vn/68/e2"}, "origin"),
        ({"prev": bytes(32)}, "prev"),
        ({"ctl": bytes(32)}, "ctl"),
        ({"accepted_at": 1_700_000_000}, "accepted-at"),
        ({"version": "kt1-entry/2"}, "entry-unreadable"),
        ({"judgement": [[0, "a"], [-1, "b"]]}, "entry-unreadable"),
        ({"judgement": [[-1, "device-unknown"]] * 2}, "entry-unreadable"),
        ({"accepted_at": True}, "entry-unreadable"),
        ({"signatures": []}, "not-authentic"),
        ({"signatures": {}}, "entry-unreadable"),
        ({"judgement": [[2**62, "a"], None]}, "entry-unreadable"),
    ],
)
def test_a_wrong_part_of_an_entry_is_named(bundle: Path, office: Office, over: Fields, kind: str):
    body = cbor.encode(hold(office))
    signatures = sign_body(body, [("author", office.keys[cast.CLERK])])
    append(bundle, body, signatures, **over)
    mine, theirs = found_last(bundle)
    assert kind in mine
    assert theirs


def test_a_step_back_of_the_clock_is_for_a_clock_act_only(bundle: Path, office: Office):
    body = cbor.encode(hold(office))
    before = read_entry(entries_of(bundle)[-1]).accepted_at
    signatures = sign_body(body, [("author", office.keys[cast.CLERK])])
    append(bundle, body, signatures, accepted_at=before - 1)
    mine, theirs = found_last(bundle)
    assert mine == {"accepted-at"}
    assert "accepted-at" in theirs


@pytest.mark.parametrize("back", [1, 120, 121])
def test_a_clock_act_may_step_back_two_minutes(bundle: Path, office: Office, back: int):
    before = read_entry(entries_of(bundle)[-1]).accepted_at
    last, digest = office.devices.get("server", (-1, b""))
    told = body_of(office, "clock", "server", was=before, now=before - back)
    body = cbor.encode(told | {"dev": "server", "dseq": last + 1, "dprev": digest})
    signatures = sign_body(body, [("server", office.keys["server"])])
    append(bundle, body, signatures, accepted_at=before - back)
    assert ("accepted-at" in found_last(bundle)[0]) == (back > 120)


@pytest.mark.parametrize(
    ("off", "judgement", "is_found"),
    [(0, [], False), (1, [], True), (0, [[-1, "key-revoked"]], True)],
)
def test_only_two_officers_set_the_log_back_and_say_from_when(
    bundle: Path, office: Office, off: int, judgement: list[list[object]], is_found: bool
):
    before = read_entry(entries_of(bundle)[-1]).accepted_at
    own = {
        "by2": cast.OFFICERS[1],
        "first": 1,
        "since": 0,
        "was": before + off,
        "now": before - 9_000,
    }
    body = cbor.encode(body_of(office, "setback", cast.OFFICERS[0], **own))
    signed = sign_body(body, [("officer", office.keys[one]) for one in cast.OFFICERS])
    append(bundle, body, signed, accepted_at=before - 9_000, judgement=judgement)
    mine, theirs = found_last(bundle)
    assert ("accepted-at" in mine, "accepted-at" in theirs) == (is_found, is_found)


@pytest.mark.parametrize(
    ("by", "by2"),
    [
        (cast.OFFICERS[0], cast.OFFICERS[0]),
        (cast.OFFICERS[0], cast.CLERK),
        (cast.OFFICERS[0], cast.RESERVE),
        (cast.OFFICERS[0], "server"),
    ],
)
def test_two_officers_must_sign_a_lift(bundle: Path, office: Office, by: str, by2: str):
    body = cbor.encode(lift(office, by, by2))
    signers = [("officer", office.keys[one]) for one in (by, by2)]
    append(bundle, body, sign_body(body, signers))
    mine, theirs = found_last(bundle)
    assert mine == {"not-authentic"}
    assert theirs


@pytest.mark.parametrize("by", [cast.ADMIN, cast.RESERVE, "server"])
def test_not_everybody_may_hold_a_person(bundle: Path, office: Office, by: str):
    body = cbor.encode(hold(office, by))
    append(bundle, body, sign_body(body, [("author", office.keys[by])]))
    mine, theirs = found_last(bundle)
    assert mine == {"not-authentic"}
    assert theirs


def test_another_persons_key_does_not_sign(bundle: Path, office: Office):
    body = cbor.encode(hold(office))
    append(bundle, body, sign_body(body, [("author", office.keys[cast.CLERK_2])]))
    assert found_last(bundle) == ({"not-authentic"}, {"not-authentic"})


def test_a_signature_over_another_body_does_not_hold(bundle: Path, office: Office):
    signatures = sign_body(cbor.encode(hold(office)), [("author", office.keys[cast.CLERK])])
    append(bundle, cbor.encode(hold(office, id=b"\x01" * 16)), signatures)
    assert found_last(bundle) == ({"bad-signature"}, {"bad-signature"})


def test_a_signature_in_another_role_does_not_hold(bundle: Path, office: Office):
    body = cbor.encode(hold(office))
    [signature] = sign_body(body, [("giver", office.keys[cast.CLERK])])
    append(bundle, body, [["author", *signature[1:]]])
    assert found_last(bundle) == ({"bad-signature"}, {"bad-signature"})


def test_an_act_of_another_log_is_not_authentic(bundle: Path, office: Office):
    body = cbor.encode(hold(office, log="kt1.hanoi.vn/10"))
    append(bundle, body, sign_body(body, [("author", office.keys[cast.CLERK])]))
    mine, theirs = found_last(bundle)
    assert "not-authentic" in mine
    assert "not-authentic" in theirs


def test_the_same_act_twice_is_a_finding(bundle: Path):
    entry = read_entry(entries_of(bundle)[-1])
    append(bundle, entry.act.body, [[one.role, one.kid, one.value] for one in entry.signatures])
    mine, theirs = found_last(bundle)
    assert "device-chain" in mine
    assert theirs


def test_a_wrong_link_in_a_devices_row_is_a_gap(bundle: Path, office: Office):
    last, _ = office.devices["QUAY01"]
    body = cbor.encode(hold(office, dev="QUAY01", dseq=last + 1, dprev=bytes(32)))
    append(bundle, body, sign_body(body, [("author", office.keys[cast.CLERK])]), judgement=[])
    assert found_last(bundle) == (set(), set())
    assert f"device-gap: QUAY01 {last}" in verifier.check(bundle).not_checked


def test_gaps_in_a_devices_row_are_said_in_ranges(bundle: Path, office: Office):
    last, _ = office.devices["QUAY01"]
    # A gap; a jump too far, which does not stand in the row; late acts; a name that is not ours.
    row = [("QUAY01", 9), ("QUAY01", 10_011), ("QUAY01", 4), ("QUAY01", 10), ("QUAY01", 1)]
    for place, (dev, after) in enumerate([*row, ("MAY99", 90)]):
        told = hold(office, dev=dev, dseq=last + after, dprev=bytes(32), id=bytes([place]) * 16)
        body = cbor.encode(told)
        append(bundle, body, sign_body(body, [("author", office.keys[cast.CLERK])]))
    gaps = f"{last + 2}-{last + 3} {last + 5}-{last + 8} {last + 9}"
    for report in (verifier.check(bundle), incoming.audit_folder(bundle)):
        assert {one.kind for one in report.findings} <= {"judgement"}  # of the forger
        assert f"device-gap: QUAY01 {gaps}" in report.not_checked
        assert not any("MAY99" in one for one in report.not_checked)


def test_a_serial_printed_twice_is_a_finding(bundle: Path, office: Office):
    acts = [read_entry(raw).act for raw in entries_of(bundle)]
    first = next(act for act in acts if act.type == "print")
    told = body_of(office, "print", cast.CLERK, office=cast.OFFICE)
    body = cbor.encode(told | {"items": first.fields["items"]})
    append(bundle, body, sign_body(body, [("author", office.keys[cast.CLERK])]))
    mine, theirs = found_last(bundle)
    assert mine == {"serial-twice"}
    assert theirs


def test_a_second_genesis_is_a_finding(bundle: Path, office: Office):
    told = cbor.decode(read_entry(entries_of(bundle)[0]).act.body)
    assert isinstance(told, dict)
    body = cbor.encode(told | {"id": b"\x01" * 16, "dev": "QUAY77"})
    signers = [("officer", office.keys[one]) for one in (*cast.OFFICERS, cast.RESERVE)]
    append(bundle, body, sign_body(body, signers))
    mine, theirs = found_last(bundle)
    assert mine
    assert theirs


@pytest.mark.parametrize("key", [NEW, NEW_P256], ids=["ed25519", "p256"])
def test_an_honest_enrolment_is_no_finding(bundle: Path, office: Office, key: SigningKey):
    append_enrolment(bundle, office, enrol(office, key.alg, key.pub, key))
    assert verifier.check(bundle).findings  # its file in keys/ is missing yet
    add_key(bundle, key.alg, key.pub)
    assert found_last(bundle) == (set(), set())


def test_an_enrolment_without_the_key_in_hand_is_a_finding(bundle: Path, office: Office):
    other = sign.from_seed(b"\x08" * 32)
    append_enrolment(bundle, office, enrol(office, NEW.alg, NEW.pub, other))
    add_key(bundle, NEW.alg, NEW.pub)
    assert found_last(bundle) == ({"possession"}, {"possession"})


def test_a_key_is_enrolled_once(bundle: Path, office: Office):
    key = office.keys[cast.CLERK]
    append_enrolment(bundle, office, enrol(office, key.alg, key.pub, key))
    assert found_last(bundle) == ({"not-authentic"}, {"not-authentic"})


@pytest.mark.parametrize(
    "over",
    [
        {"owner": "server", "role": "server"},
        {"owner": "NV777", "role": "server"},
        {"who": "NV778"},
        {"role": "emperor"},
        {"role": "device"},
    ],
)
def test_an_enrolment_names_a_person_and_a_role_of_people(
    bundle: Path, office: Office, over: Fields
):
    append_enrolment(bundle, office, enrol(office, NEW.alg, NEW.pub, NEW, **over))
    mine, theirs = verifier.check(bundle).findings, incoming.audit_folder(bundle).findings
    assert {one.kind for one in mine} & {"not-authentic", "entry-unreadable"}
    assert {one.kind for one in theirs} & {"not-authentic", "entry-unreadable"}


@pytest.mark.parametrize("pub", [*SMALL, bytes(31) + b"\x80", b"\xff" * 32, b"\x04" * 31])
def test_an_unsound_key_is_never_taken(bundle: Path, office: Office, pub: bytes):
    append_enrolment(bundle, office, enrol(office, -19, pub, NEW))
    assert {one.kind for one in verifier.check(bundle).findings} & {"possession"}


def test_a_signature_with_a_small_point_does_not_hold():
    for point in SMALL:
        assert not verifier.holds(-19, NEW.pub, b"x", point + bytes(32))
        assert not verifier.holds(-19, point, b"x", point + bytes(32))


def test_p256_takes_the_smaller_s_only():
    signature = NEW_P256.sign(b"x")
    s = verifier.P256 - int.from_bytes(signature[32:], "big")
    assert verifier.holds(-9, NEW_P256.pub, b"x", signature)
    assert not verifier.holds(-9, NEW_P256.pub, b"x", signature[:32] + s.to_bytes(32, "big"))
    assert not verifier.holds(-9, NEW_P256.pub, b"x", bytes(64))
    assert not verifier.holds(-9, NEW_P256.pub, b"x", b"\xff" * 64)


@pytest.mark.parametrize("what", SPELLINGS)
def test_a_body_in_another_spelling_is_unreadable_though_signed(
    bundle: Path, office: Office, what: str
):
    body = respell(cbor.encode(hold(office)), what)
    append(bundle, body, sign_body(body, [("author", office.keys[cast.CLERK])]))
    assert found_last(bundle) == ({"entry-unreadable"}, {"entry-unreadable"})


@pytest.mark.parametrize(
    "name",
    ["SHA256SUMS", "README.txt", "keys/00.pem", "logs/kt1.lamdong.vn/68/e1/tile/entries/000"],
)
def test_a_huge_file_is_a_finding_and_is_not_read(bundle: Path, name: str):
    make_large(bundle, name)
    told = {(one.kind, one.got) for one in verifier.check(bundle).findings}
    assert ("bundle-file", name) in told


def test_a_tile_of_empty_entries_ends(bundle: Path):
    make_large(bundle, tile_of(bundle).relative_to(bundle).as_posix())
    os.truncate(tile_of(bundle), verifier.MOST_BYTES)
    report = verifier.check(bundle)
    assert report.entries <= 256
    assert "bundle-file" in {one.kind for one in report.findings}


def test_of_very_many_findings_only_the_number_is_kept():
    report = verifier.Report()
    for seq in range(verifier.MOST_FINDINGS + 3):
        report.add("prev", seq, "a", "b")
    assert (len(report.findings), report.more) == (verifier.MOST_FINDINGS, 3)


def test_a_second_log_in_the_folder_is_a_finding(bundle: Path):
    other = bundle / "logs/kt1.lamdong.vn/68/e2/tile/entries/000"
    other.parent.mkdir(parents=True)
    other.write_bytes(tile_of(bundle).read_bytes())
    fix_sums(bundle)
    assert "origin" in {one.kind for one in verifier.check(bundle).findings}


@pytest.mark.parametrize(
    "name",
    [
        "x\n.txt",
        "\x1b[2J",
        " ",
        "SHA256SUMS ",
        "x/SHA256SUMS",
        "keys/../keys/é.pem",
        "keys/a/b.pem",
    ],
)
def test_a_file_with_a_tricky_name_is_a_finding(bundle: Path, name: str):
    (bundle / name).parent.mkdir(exist_ok=True)
    (bundle / name).write_bytes(b"x")
    report = verifier.check(bundle)
    assert report.findings
    assert all(one.expected.isprintable() and one.got.isprintable() for one in report.findings)
    assert incoming.audit_folder(bundle).findings


def test_a_name_that_is_not_utf_8_is_a_finding_told_in_any_console(bundle: Path):
    Path(os.fsdecode(os.fsencode(bundle) + b"/\xff")).write_bytes(b"x")
    done = call(VERIFY, bundle, PYTHONIOENCODING="ascii")
    assert done.returncode == 4


@pytest.mark.parametrize("lines", [None, "", "raise ImportError", "__version__ = '3.4.8'"])
def test_without_a_fit_library_it_says_what_to_do(tmp_path: Path, lines: str | None):
    if lines is not None:
        (tmp_path / "cryptography.py").write_text(lines, "utf-8")
    begin = f"import runpy, sys; sys.path.insert(0, {str(tmp_path)!r})"
    script = f"{begin}; runpy.run_path({str(VERIFY)!r}, run_name='__main__')"
    done = call("-I", "-S", "-c", script, PYTHONIOENCODING="ascii")
    assert done.returncode == 5
    assert "pip install cryptography" in done.stderr


def test_every_kind_of_finding_has_its_words():
    text = VERIFY.read_text("utf-8")
    used = set(re.findall(r'(?:add|want)\(\s*"([a-z-]+)"', text)) | {"entries-missing"}
    assert used == verifier.WORDS.keys()
    assert verifier.WORDS.keys() > verifier.MISSING
    for method, words in {"skip": "NOT_CHECKED", "pass_over": "OUTSIDE", "look": "CHECKED"}.items():
        told = set(re.findall(rf'{method}\(\s*"([a-z-]+)"', text))
        assert told <= getattr(verifier, words).keys(), method


def test_a_finding_is_told_with_its_place_in_both_languages(bundle: Path):
    entries = entries_of(bundle)
    del entries[9]
    write_entries(bundle, entries)
    fix_sums(bundle)
    done = call(VERIFY, bundle)
    assert done.returncode == 4
    assert "SAI / WRONG #9 seq: số thứ tự mục không đúng" in done.stdout


@pytest.mark.slow
def test_a_log_of_several_files_is_read_to_its_end(bundle: Path, office: Office):
    lengthen(bundle, office)
    report = verifier.check(bundle)
    assert (report.findings, report.entries) == ([], 600)
    assert incoming.audit_folder(bundle).findings == []


@pytest.mark.parametrize(
    ("name", "new"), [("001", None), ("001", "003"), ("002.p/88", "002.p/89"), ("002.p/88", "002")]
)
def test_a_gap_or_a_wrong_name_among_files_is_a_finding(
    bundle: Path, office: Office, name: str, new: str | None
):
    home = lengthen(bundle, office)
    if new is None:
        (home / name).unlink()
    else:
        (home / name).rename(home / new)
    fix_sums(bundle)
    for report in (verifier.check(bundle), incoming.audit_folder(bundle)):
        assert {"bundle-file", "tile"} & {one.kind for one in report.findings}


# --- forgeries that the library alone would take ---


def test_a_key_that_fits_every_message_is_refused():
    signature = NEW.pub + scalar_of(b"\x07" * 32).to_bytes(32, "little")
    ed25519.Ed25519PublicKey.from_public_bytes(ONE).verify(signature, b"any message")
    assert not verifier.holds(-19, ONE, b"any message", signature)
    assert not verifier.holds(-19, (verifier.FIELD + 1).to_bytes(32, "little"), b"x", signature)


def test_a_signature_whose_point_is_of_small_order_is_refused():
    challenge = int.from_bytes(hashlib.sha512(ONE + NEW.pub + b"x").digest(), "little")
    s = challenge * scalar_of(b"\x07" * 32) % ORDER
    signature = ONE + s.to_bytes(32, "little")
    ed25519.Ed25519PublicKey.from_public_bytes(NEW.pub).verify(signature, b"x")
    assert not verifier.holds(-19, NEW.pub, b"x", signature)


# --- limits of spelling ---


@pytest.mark.parametrize(
    ("raw", "good"),
    [
        (nested(8), True),
        (nested(9), False),
        (b"\x1b" + (2**63 - 1).to_bytes(8, "big"), True),
        (b"\x1b" + (2**63).to_bytes(8, "big"), False),
        (b"\x3b" + (2**63 - 1).to_bytes(8, "big"), True),
        (b"\x3b" + (2**63).to_bytes(8, "big"), False),
        (b"\x9b" + b"\xff" * 8, False),
        (b"\xbb" + b"\xff" * 8, False),
        (b"\x7b" + b"\xff" * 8, False),
        (b"", False),
        (b"\x62\xc3\x28", False),
        (b"\x63\xed\xa0\x80", False),
        (b"\xa1\x01\x01", False),
    ],
)
def test_limits_of_spelling_are_the_programs(raw: bytes, good: bool):
    for decode, fault in (
        (verifier.decode, verifier.MalformedError),
        (cbor.decode, MalformedInputError),
    ):
        if good:
            decode(raw)
        else:
            with pytest.raises(fault):
                decode(raw)


@pytest.mark.parametrize(
    "own", [{"reason": "x" * 57_344}, {"items": [{}] * 501}, {"dseq": -1}, {"id": b"short"}]
)
def test_a_body_beyond_its_limits_is_unreadable(bundle: Path, office: Office, own: Fields):
    body = cbor.encode(hold(office) | own)
    append(bundle, body, sign_body(body, [("author", office.keys[cast.CLERK])]))
    assert found_last(bundle) == ({"entry-unreadable"}, {"entry-unreadable"})


# --- who may sign what ---

STEP: Fields = {"n": 682600000014, "seal": None, "cond": "intact", "prev": None}


@pytest.mark.parametrize(
    ("witness", "signers", "good"),
    [
        (None, (cast.CLERK, cast.COURIER), True),
        (cast.OFFICERS[0], (cast.CLERK, cast.COURIER, cast.OFFICERS[0]), True),
        (cast.OFFICERS[0], (cast.CLERK, cast.COURIER), False),
        (None, (cast.CLERK, cast.COURIER, cast.OFFICERS[0]), False),
        (cast.ADMIN, (cast.CLERK, cast.COURIER, cast.ADMIN), False),
        (cast.CLERK, (cast.CLERK, cast.COURIER, cast.CLERK), False),
        (None, (cast.COURIER, cast.CLERK), False),
    ],
)
def test_a_witness_signs_exactly_when_named(
    bundle: Path, office: Office, witness: str | None, signers: tuple[str, ...], good: bool
):
    own = {"to": cast.COURIER, "office": None, "witness": witness, "items": [STEP]}
    body = cbor.encode(body_of(office, "handover", cast.CLERK) | own)
    roles = zip(("giver", "receiver", "witness"), signers, strict=False)
    append(bundle, body, sign_body(body, [(role, office.keys[one]) for role, one in roles]))
    mine, theirs = found_last(bundle)
    assert mine == (set() if good else {"not-authentic"})
    assert good == ("not-authentic" not in theirs)


def test_a_courier_prints_no_seals(bundle: Path, office: Office):
    line = {"n": 682600000014, "serial": 99_999, "job": 99_999, "copy": 1}
    told = body_of(office, "print", cast.COURIER) | {"office": cast.OFFICE, "items": [line]}
    body = cbor.encode(told)
    append(bundle, body, sign_body(body, [("author", office.keys[cast.COURIER])]))
    mine, theirs = found_last(bundle)
    assert mine == {"not-authentic"}
    assert "not-authentic" in theirs


def test_a_second_print_that_the_log_disputes_itself_is_no_finding_here(
    bundle: Path, office: Office
):
    acts = [read_entry(raw).act for raw in entries_of(bundle)]
    first = next(act for act in acts if act.type == "print")
    told = body_of(office, "print", cast.CLERK) | {"office": cast.OFFICE}
    body = cbor.encode(told | {"items": first.fields["items"]})
    signed = sign_body(body, [("author", office.keys[cast.CLERK])])
    lines = range(len(first.lines))
    append(bundle, body, signed, judgement=[[place, "serial-taken"] for place in lines])
    assert verifier.check(bundle).findings == []


def test_a_second_print_is_a_finding_on_every_line_that_the_log_does_not_dispute(
    bundle: Path, office: Office
):
    acts = [read_entry(raw).act for raw in entries_of(bundle)]
    first = next(act for act in acts if act.type == "print")
    told = body_of(office, "print", cast.CLERK) | {"office": cast.OFFICE}
    body = cbor.encode(told | {"items": first.fields["items"]})
    signed = sign_body(body, [("author", office.keys[cast.CLERK])])
    append(bundle, body, signed, judgement=[[0, "serial-taken"]])
    found = [one for one in verifier.check(bundle).findings if one.kind == "serial-twice"]
    assert len(found) == len(first.lines) - 1


# --- the beginning ---


def test_the_same_genesis_again_is_no_finding(bundle: Path, office: Office):
    assert refound(bundle, office) == set()


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 5, 4], [0, 1, 2, 3, 4], [0, 2, 1, 3, 4, 5]])
def test_a_genesis_has_its_six_keys_in_order(bundle: Path, office: Office, order: list[int]):
    keys = genesis_keys(office)
    assert "genesis" in refound(bundle, office, keys=[keys[place] for place in order])


def test_a_key_of_the_server_belongs_to_the_server(bundle: Path, office: Office):
    keys = genesis_keys(office)
    keys[4] = {**keys[4], "owner": cast.CLERK}
    assert "genesis" in refound(bundle, office, keys=keys)


def test_three_persons_found_a_log(bundle: Path, office: Office):
    assert "not-authentic" in refound(bundle, office, by2=cast.OFFICERS[0])


def test_an_origin_is_of_its_log(bundle: Path, office: Office):
    assert "entry-unreadable" in refound(bundle, office, origin="kt1.hanoi.vn/10/e1")


def test_a_folder_named_after_another_log_is_a_finding(bundle: Path):
    (bundle / "logs/kt1.lamdong.vn").rename(bundle / "logs/kt1.hanoi.vn")
    fix_sums(bundle)
    assert {one.kind for one in verifier.check(bundle).findings} == {"origin"}
    assert "origin" in {one.kind for one in incoming.audit_folder(bundle).findings}


# --- files beside the log, with sums that fit or do not ---


def test_a_catalogue_is_what_its_name_says(bundle: Path):
    next((bundle / "catalogues").iterdir()).write_bytes(b"\x80")
    fix_sums(bundle)
    assert {one.kind for one in verifier.check(bundle).findings} == {"catalogue"}


def test_a_catalogue_that_the_log_does_not_name_is_a_finding(bundle: Path):
    name = hashlib.sha256(b"\x80").hexdigest()
    (bundle / "catalogues" / f"{name}.cbor").write_bytes(b"\x80")
    fix_sums(bundle)
    assert {one.kind for one in verifier.check(bundle).findings} == {"catalogue"}


@pytest.mark.parametrize(
    "respell_sums",
    [
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [lines[0].upper(), *lines[1:]],
        lambda lines: ["0" * 64 + lines[0][64:], *lines[1:]],
        lambda lines: [line.replace("  ", " *") for line in lines],
        lambda lines: [*lines, "\n"],
        lambda lines: [line.replace("\n", "\r\n") for line in lines],
    ],
)
def test_sums_have_one_spelling(bundle: Path, respell_sums):
    path = bundle / "SHA256SUMS"
    lines = path.read_bytes().decode().splitlines(keepends=True)
    path.write_bytes("".join(respell_sums(lines)).encode())
    assert "bundle-sum" in {one.kind for one in verifier.check(bundle).findings}


def test_a_bundle_without_entries_is_a_finding(bundle: Path):
    shutil.rmtree(bundle / "logs")
    fix_sums(bundle)
    assert "genesis" in {one.kind for one in verifier.check(bundle).findings}
