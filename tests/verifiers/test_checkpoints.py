"""Checkpoints, witnesses and evidence in a bundle, as verify.py judges them."""

import base64
import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.formats import cbor
from kt1custody.core.log import anchor, checkpoint, receipt
from kt1custody.core.log.entry import read_entry
from kt1custody.errors import MalformedInputError
from kt1custody.signing import sign
from kt1custody.signing.sign import SigningKey
from tests.kit import cast, forge, make_bundle, nightly, openssl_tsa, paper_log
from tests.kit.at_counter import found
from tests.kit.insider import (
    COURT,
    EVENING,
    KINDS,
    ORIGIN,
    PARTY,
    POLICE,
    SPELLINGS,
    STRANGER,
    THREE,
    Insider,
    evidence,
    judge,
    key_map,
    receipt_of,
    respell,
    rewrite,
    stamp_of,
    verdict,
    verifier,
)
from tests.kit.make_bundle import Witness
from tests.kit.paper_log import Office


@pytest.fixture(scope="module")
def _office(_lived: tuple[cast.World, cast.Day]) -> Office:
    world = cast.World(_lived[0].folder)
    made = paper_log.open_office(world)
    made.keys["log"] = world.session.service_key("log")
    world.session.close()
    return made


@pytest.fixture
def office(_office: Office) -> Office:
    return _office.again()


@pytest.fixture(scope="module")
def exported(_lived: tuple[cast.World, cast.Day], tmp_path_factory: pytest.TempPathFactory) -> Path:
    world = cast.World(_lived[0].folder)
    folder = forge.export_from(world, tmp_path_factory.mktemp("exported") / "bundle")
    world.session.close()
    return folder


@pytest.fixture
def plain(exported: Path, office: Office, tmp_path: Path) -> Insider:
    """A log that names no witnesses."""
    folder = tmp_path / "bundle"
    shutil.copytree(exported, folder)
    return Insider(folder, office, [office.keys["log"]])


@pytest.fixture
def watched(plain: Insider) -> Insider:
    """A log that names three witnesses, two of whom must cosign; all three have."""
    plain.name_witnesses(*THREE, least=2)
    plain.seal(*THREE)
    return plain


# --- two writers, one format ---


def test_the_exporter_writes_what_a_stranger_would(exported: Path, tmp_path: Path):
    theirs = tmp_path / "theirs"
    shutil.copytree(exported, theirs)
    make_bundle.seal(theirs, [forge.LOG_KEYS[exported]])
    for one in exported.rglob("*"):
        if one.is_file():
            assert (theirs / one.relative_to(exported)).read_bytes() == one.read_bytes(), one


def test_typed_code_is_spelled_the_same(plain: Insider):
    told = checkpoint.read_text(plain.text)
    assert anchor.code(told) == make_bundle.anchor(plain.text)


# --- KHỚP ---


def test_a_quorum_and_the_genesis_from_paper_match(watched: Insider):
    code, told = judge(watched.bundle, "--genesis", watched.genesis)
    assert (code, told["verdict"], told["not_checked"]) == (0, "match", [])
    assert told["covered"] == told["size"] == len(watched.raws)
    assert told["as_of"] == PARTY.time  # the second of three: from then on the quorum stood
    assert {"quorum", "genesis", "tiles", "policy"} <= set(told["checked"])
    assert told["outside"] == ["judgements", "records"]


def test_without_the_genesis_nothing_matches(watched: Insider):
    assert verdict(watched.bundle) == ("not-enough", {"genesis-not-given"})


def test_without_witnesses_the_end_is_not_anchored(plain: Insider):
    told = verdict(plain.bundle, "--genesis", plain.genesis)
    assert told == ("not-enough", {"tail-not-anchored"})


@pytest.mark.parametrize("kind", KINDS)
def test_evidence_of_its_size_is_as_good_as_a_quorum(plain: Insider, tmp_path: Path, kind: str):
    words = evidence(plain, tmp_path / "evidence")[kind]
    code, told = judge(plain.bundle, "--genesis", plain.genesis, *words)
    if kind == "tsr":  # nothing has verified the stamp's own signature
        assert (code, told["not_checked"]) == (3, ["tail-not-anchored"])
        assert "stamp-signature" in told["outside"]
    else:
        assert (code, told["verdict"], told["covered"]) == (0, "match", told["size"])
    assert "evidence" in told["checked"]


@pytest.mark.parametrize("kind", KINDS)
def test_older_evidence_covers_what_it_covers(plain: Insider, tmp_path: Path, kind: str):
    words, size = evidence(plain, tmp_path / "evidence")[kind], len(plain.raws)
    plain.by_officers("lift", who=cast.COURIER, reason="other")
    code, told = judge(plain.bundle, "--genesis", plain.genesis, *words)
    assert (code, told["findings"]) == (3, [])
    assert told["covered"] == (0 if kind == "tsr" else size)
    assert told["not_checked"] == ["tail-not-anchored"]


def test_a_checkpoint_that_only_a_witness_has_signed_counts(watched: Insider, tmp_path: Path):
    (tmp_path / "note").write_bytes(make_bundle.note(watched.text, [], [POLICE]))
    watched.seal()
    words = ("--genesis", watched.genesis, "--against", tmp_path / "note")
    assert verdict(watched.bundle, *words)[0] == "match"


# --- THIẾU ---


@pytest.mark.parametrize("kind", KINDS)
def test_newer_evidence_than_an_old_backup(watched: Insider, tmp_path: Path, kind: str):
    words, raws = evidence(watched, tmp_path / "evidence")[kind], watched.raws
    make_bundle.write_entries(watched.bundle, raws[:-2])
    watched.trusted = ()
    watched.seal()
    assert verdict(watched.bundle, *words) == ("missing", {"entries-missing"})


@pytest.mark.parametrize("lost", [1, 2, 10])
def test_a_cut_end_under_its_checkpoint(watched: Insider, lost: int):
    make_bundle.write_entries(watched.bundle, watched.raws[:-lost])
    make_bundle.fix_sums(watched.bundle)
    assert verdict(watched.bundle, "--genesis", watched.genesis) == ("missing", {"entries-missing"})


def test_a_cut_end_without_its_checkpoint(watched: Insider):
    paper = watched.genesis
    make_bundle.write_entries(watched.bundle, watched.raws[:-2])
    shutil.rmtree(make_bundle.home(watched.bundle) / "tile" / "0")
    (make_bundle.home(watched.bundle) / "checkpoint").unlink()
    make_bundle.fix_sums(watched.bundle)
    told = verdict(watched.bundle, "--genesis", paper)
    assert told == ("not-enough", {"no-checkpoint"})


@pytest.mark.parametrize("name", ["README.txt", "policy.tlog-policy", "verify.py"])
@pytest.mark.parametrize("listed", [True, False])
def test_files_that_are_not_there(watched: Insider, name: str, listed: bool):
    (watched.bundle / name).unlink()
    if not listed:
        make_bundle.fix_sums(watched.bundle)
    known = listed or name.startswith("policy")
    told = verdict(watched.bundle, "--genesis", watched.genesis)
    assert told == (("missing", {"file-missing"}) if known else ("match", set()))


def test_a_key_file_that_is_not_there(watched: Insider):
    next((watched.bundle / "keys").iterdir()).unlink()
    make_bundle.fix_sums(watched.bundle)
    assert verdict(watched.bundle) == ("missing", {"file-missing"})


def test_a_catalogue_that_is_not_there(watched: Insider):
    next((watched.bundle / "catalogues").iterdir()).unlink()
    make_bundle.fix_sums(watched.bundle)
    told = verdict(watched.bundle, "--genesis", watched.genesis)
    assert told == ("not-enough", {"catalogue-not-given"})


# --- a stolen log key ---


def test_a_rewritten_history_has_no_quorum(watched: Insider):
    rewrite(watched, 9, **{"8": [[-1, "policy-newer"]]})
    told = verdict(watched.bundle, "--genesis", watched.genesis)
    assert told == ("not-enough", {"tail-not-anchored"})


@pytest.mark.parametrize("kind", KINDS)
def test_a_rewritten_history_differs_from_what_others_keep(
    plain: Insider, tmp_path: Path, kind: str
):
    words = evidence(plain, tmp_path / "evidence")[kind]
    rewrite(plain, 5, **{"8": [[-1, "policy-newer"]]})
    assert verdict(plain.bundle, "--genesis", plain.genesis)[0] == "not-enough"
    told = verdict(plain.bundle, "--genesis", plain.genesis, *words)
    assert told == ("wrong", {"evidence"})


def test_old_cosignatures_do_not_hold_over_a_rewritten_history(watched: Insider):
    old = (make_bundle.home(watched.bundle) / "checkpoint").read_bytes().decode().split("\n")
    rewrite(watched, 9, **{"8": [[-1, "policy-newer"]]})
    path = make_bundle.home(watched.bundle) / "checkpoint"
    path.write_bytes(path.read_bytes() + "\n".join(old[5:]).encode())
    make_bundle.fix_sums(watched.bundle)
    assert verdict(watched.bundle) == ("wrong", {"checkpoint"})


def test_a_rewritten_genesis_is_another_log(watched: Insider):
    paper = watched.genesis
    rewrite(watched, 0, **{"5": read_entry(watched.raws[0]).accepted_at - 1})
    assert verdict(watched.bundle)[0] == "not-enough"
    assert verdict(watched.bundle, "--genesis", paper) == ("wrong", {"genesis"})


@pytest.mark.slow
def test_a_false_world_of_ones_own(plain: Insider, tmp_path: Path):
    """Another genesis under the same name, founded with keys of one's own."""
    genuine = make_bundle.home(plain.bundle) / "checkpoint"
    (tmp_path / "other").mkdir()
    world = cast.World(tmp_path / "other")
    found(world.session, cast.FOUNDING)
    false = forge.export_from(world, tmp_path / "false")
    world.session.close()
    assert verdict(false) == ("not-enough", {"genesis-not-given", "tail-not-anchored"})
    kind, kinds = verdict(false, "--genesis", plain.genesis)
    assert (kind, kinds) == ("wrong", {"genesis"})
    own = forge.genesis_of(false).hex()
    told = verdict(false, "--genesis", own, "--against", genuine)
    assert told == ("not-enough", {"evidence-unsigned", "tail-not-anchored"})


# --- the quorum ---


@pytest.mark.parametrize(
    ("witnesses", "good"),
    [
        ((POLICE, COURT), True),
        (THREE, True),
        ((*THREE, STRANGER), True),
        ((POLICE,), False),
        ((), False),
        ((POLICE, STRANGER), False),
        ((POLICE, Witness(POLICE.name, POLICE.key, POLICE.time + 9)), False),
        ((POLICE, Witness(PARTY.name, STRANGER.key, PARTY.time)), False),
        ((POLICE, Witness(STRANGER.name, PARTY.key, PARTY.time)), False),
    ],
)
def test_how_many_witnesses_make_a_quorum(
    watched: Insider, witnesses: tuple[Witness, ...], good: bool
):
    watched.seal(*witnesses)
    told = verdict(watched.bundle, "--genesis", watched.genesis)
    assert told == (("match", set()) if good else ("not-enough", {"tail-not-anchored"}))


def test_a_witness_counts_once_and_from_its_earliest_time(watched: Insider):
    late = Witness(POLICE.name, POLICE.key, POLICE.time + 5_000)
    watched.seal(late, POLICE, COURT)
    assert judge(watched.bundle)[1]["as_of"] == COURT.time


def test_a_quorum_counts_from_its_act_on(watched: Insider):
    watched.name_witnesses(POLICE, least=1)
    watched.seal(PARTY, COURT)
    told = verdict(watched.bundle, "--genesis", watched.genesis)
    assert told == ("not-enough", {"tail-not-anchored"})
    watched.seal(POLICE)
    assert verdict(watched.bundle, "--genesis", watched.genesis)[0] == "match"


def test_a_quorum_that_was_kept_back_names_nobody_though_nothing_disputes_it(watched: Insider):
    first = [len(watched.raws) - 2, watched.leaves[-2]]  # before the quorum in force was named
    maps = [watched.witness_map(POLICE)]
    watched.by_officers("quorum", witnesses=maps, least=1, seen=first)
    watched.seal(POLICE)
    told = verdict(watched.bundle, "--genesis", watched.genesis)
    assert told == ("not-enough", {"tail-not-anchored"})


def test_a_disputed_quorum_names_nobody(plain: Insider):
    maps = [plain.witness_map(POLICE)]
    first, second = cast.OFFICERS
    body = forge.body_of(plain.office, "quorum", first, by2=second, witnesses=maps, least=1)
    spelled = cbor.encode(body)
    signers = [("officer", plain.office.keys[one]) for one in cast.OFFICERS]
    plain.append(spelled, forge.sign_body(spelled, signers), judgement=[[-1, "key-expired"]])
    plain.seal(POLICE)
    told = verdict(plain.bundle, "--genesis", plain.genesis)
    assert told == ("not-enough", {"tail-not-anchored"})


@pytest.mark.parametrize(
    ("over", "kind"),
    [
        ({}, None),
        ({"url": "https://nhan-chung.vn/"}, None),
        ({"time": POLICE.time + 1}, "possession"),
        ({"size": 3}, "possession"),
        ({"signature": bytes(64)}, "possession"),
        ({"pub": STRANGER.key.pub}, "possession"),
        ({"name": "xấu"}, "entry-unreadable"),
        ({"name": "a\nb"}, "entry-unreadable"),
        ({"name": "a" * 61}, "entry-unreadable"),
        ({"pub": PARTY.key.pub}, "entry-unreadable"),
        ({"more": 1}, "entry-unreadable"),
    ],
)
def test_a_witness_proves_that_it_exists(plain: Insider, over: dict[str, Any], kind: str | None):
    maps = [plain.witness_map(POLICE, **over), plain.witness_map(PARTY)]
    plain.by_officers("quorum", witnesses=maps, least=2)
    url = over.get("url")
    plain.trusted = (Witness(POLICE.name, POLICE.key, POLICE.time, url), PARTY)
    plain.least = 2
    plain.seal()
    found = verdict(plain.bundle)[1] - {"genesis-not-given", "tail-not-anchored", "policy"}
    assert found == ({kind} if kind else set())


@pytest.mark.parametrize(
    ("witnesses", "least", "good"),
    [
        ((POLICE,), 1, True),
        ((POLICE, PARTY), 2, True),
        ((POLICE, PARTY), 1, False),
        (THREE, 2, True),
        (THREE, 1, False),
        (THREE, 4, False),
        ((PARTY, POLICE), 2, False),
        ((POLICE, POLICE), 2, False),
        ((), 0, False),
    ],
)
def test_any_two_quorums_have_a_witness_in_common(
    plain: Insider, witnesses: tuple[Witness, ...], least: int, good: bool
):
    plain.name_witnesses(*witnesses, least=least)
    assert ("entry-unreadable" in verdict(plain.bundle)[1]) != good


# --- notes have one spelling ---


@pytest.mark.parametrize("what", SPELLINGS)
def test_a_note_in_another_spelling_is_refused(watched: Insider, tmp_path: Path, what: str):
    path = make_bundle.home(watched.bundle) / "checkpoint"
    spoilt = respell(path.read_bytes(), what)
    with pytest.raises(MalformedInputError):
        checkpoint.read(spoilt)
    (tmp_path / "note").write_bytes(spoilt)
    told = verdict(watched.bundle, "--genesis", watched.genesis, "--against", tmp_path / "note")
    assert told == ("not-enough", {"evidence-unreadable"})
    path.write_bytes(spoilt)
    make_bundle.fix_sums(watched.bundle)
    assert "checkpoint" in verdict(watched.bundle)[1]


def test_lines_of_strangers_are_passed_over(watched: Insider):
    path = make_bundle.home(watched.bundle) / "checkpoint"
    lines = "— stranger AAAAAAAAAA==\n" * 96
    path.write_bytes(path.read_bytes() + lines.encode())
    make_bundle.fix_sums(watched.bundle)
    assert verdict(watched.bundle, "--genesis", watched.genesis)[0] == "match"


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_notes_are_read_as_the_program_reads_them(raw: bytes):
    spelled = [raw, ORIGIN.encode() + b"\n3\n" + raw, raw + b"\n\n" + "— a AAAAAAAAAA==\n".encode()]
    for one in spelled:
        try:
            told = checkpoint.read(one)
        except MalformedInputError:
            with pytest.raises(verifier.MalformedError):
                verifier.read_note(one)
        else:
            assert verifier.read_note(one).text == told.checkpoint.text


@pytest.mark.parametrize(
    "spoil",
    [
        lambda one: one.log_line_of_text("another\n"),
        lambda one: one.cut(),
        lambda one: one.by_stranger(),
        lambda one: one.kind_of_witness(),
    ],
)
def test_a_line_that_names_our_key_must_hold(watched: Insider, spoil: Callable[["Lines"], str]):
    lines = Lines(watched.text, watched.log[0])
    path = make_bundle.home(watched.bundle) / "checkpoint"
    path.write_bytes(path.read_bytes() + spoil(lines).encode())
    make_bundle.fix_sums(watched.bundle)
    expected = spoil(lines).split(" ")[1] == ORIGIN and "kind" not in spoil.__code__.co_names[0]
    assert (verdict(watched.bundle)[1] == {"checkpoint"}) == expected


@dataclass
class Lines:
    """Signature lines that claim to be of a key."""

    text: str
    key: SigningKey

    def log_line_of_text(self, text: str) -> str:
        signature = self.key.sign(text.encode())
        return make_bundle.line(ORIGIN, make_bundle.LOG, self.key.pub, signature)

    def cut(self) -> str:
        return make_bundle.line(
            ORIGIN, make_bundle.LOG, self.key.pub, self.key.sign(self.text.encode())[:-1]
        )

    def by_stranger(self) -> str:
        signature = STRANGER.key.sign(self.text.encode())
        return make_bundle.line(ORIGIN, make_bundle.LOG, self.key.pub, signature)

    def kind_of_witness(self) -> str:
        return make_bundle.line(ORIGIN, make_bundle.WITNESS, self.key.pub, bytes(72))


def test_a_cosignature_that_does_not_hold_spoils_the_note(watched: Insider):
    good = make_bundle.witness_line(watched.text, POLICE)
    late = Witness(POLICE.name, POLICE.key, POLICE.time + 1)
    other = make_bundle.witness_line(watched.text, late)
    raw = bytearray(base64.b64decode(good.split(" ")[2]))
    raw[11] ^= 1  # another time
    path = make_bundle.home(watched.bundle) / "checkpoint"
    honest = path.read_bytes()
    for line, kinds in (
        (other, {"genesis-not-given"}),
        (f"— {POLICE.name} {base64.b64encode(raw).decode()}\n", {"checkpoint"}),
    ):
        path.write_bytes(honest + line.encode())
        make_bundle.fix_sums(watched.bundle)
        assert verdict(watched.bundle)[1] == kinds


# --- whose checkpoint it is ---


def test_a_checkpoint_is_signed_by_the_log(watched: Insider):
    watched.log = [sign.from_seed(b"\x55" * 32)]
    watched.seal(*THREE)
    assert "checkpoint" in verdict(watched.bundle)[1]


def test_a_checkpoint_is_of_the_log(plain: Insider):
    text = make_bundle.text_of("kt1.lamdong.vn/68/e2", plain.leaves)
    path = make_bundle.home(plain.bundle) / "checkpoint"
    path.write_bytes(make_bundle.note(text, plain.log))
    make_bundle.fix_sums(plain.bundle)
    assert verdict(plain.bundle)[1] == {"checkpoint"}


@pytest.mark.parametrize("more", [1, -1])
def test_a_checkpoint_is_of_the_size_and_root_of_the_tree(plain: Insider, more: int):
    leaves = plain.leaves
    told = [*leaves, leaves[0]] if more > 0 else leaves[:-1]
    path = make_bundle.home(plain.bundle) / "checkpoint"
    path.write_bytes(make_bundle.note(make_bundle.text_of(ORIGIN, told), plain.log))
    make_bundle.fix_sums(plain.bundle)
    kind, kinds = verdict(plain.bundle)
    assert kind == "wrong"
    assert ("entries-missing" if more > 0 else "checkpoint") in kinds
    path.write_bytes(
        make_bundle.note(plain.text.replace(plain.text.split("\n")[2], "A" * 43 + "="), plain.log)
    )
    make_bundle.fix_sums(plain.bundle)
    assert verdict(plain.bundle) == ("wrong", {"checkpoint"})


# --- rotation ---


def test_after_a_rotation_the_new_key_signs(plain: Insider):
    plain.rotate(0x61)
    old, new = plain.log[0], plain.office.keys["log"]
    for keys, good in (([new], True), ([new, old], True), ([old], False)):
        plain.log = keys
        plain.seal()
        if not good:  # the policy still names whom the log names
            told = make_bundle.policy(ORIGIN, new)
            (plain.bundle / "policy.tlog-policy").write_text(told, "utf-8")
            make_bundle.fix_sums(plain.bundle)
        expected = {"genesis-not-given", "tail-not-anchored"} if good else {"checkpoint"}
        assert verdict(plain.bundle)[1] == expected, keys


def test_a_revoked_log_key_signs_no_more(plain: Insider):
    plain.rotate(0x61)
    old, new = plain.log[0], plain.office.keys["log"]
    plain.by_officers("revoke", kid=new.kid, since=EVENING, reason="stolen")
    for key, good in ((new, False), (old, True)):
        plain.log = [key]
        plain.seal()
        told = make_bundle.policy(ORIGIN, old)
        (plain.bundle / "policy.tlog-policy").write_text(told, "utf-8")
        make_bundle.fix_sums(plain.bundle)
        assert ("checkpoint" in verdict(plain.bundle)[1]) != good


@pytest.mark.parametrize(
    ("over", "kind"),
    [
        ({}, None),
        ({"consent": None}, None),
        ({"consent": bytes(64)}, "possession"),
        ({"kid": bytes(8)}, "possession"),
        ({"key": key_map("log", "log", sign.from_seed(b"\x62" * 32))}, "possession"),
        (
            {"key": {**key_map("log", "log", sign.from_seed(b"\x61" * 32)), "kept": "x"}},
            "possession",
        ),
        ({"key": key_map("server", "log", sign.from_seed(b"\x61" * 32))}, "entry-unreadable"),
        ({"key": key_map("NV001", "clerk", sign.from_seed(b"\x61" * 32))}, "entry-unreadable"),
        ({"key": None}, "entry-unreadable"),
    ],
)
def test_a_rotation_needs_consent_and_possession(
    plain: Insider, over: dict[str, Any], kind: str | None
):
    plain.rotate(0x61, **over)
    plain.log = [plain.office.keys["log"]]
    plain.seal()
    beside = {"genesis-not-given", "tail-not-anchored", "key-file", "policy", "checkpoint"}
    assert verdict(plain.bundle)[1] - beside - {"file-missing"} == ({kind} if kind else set())


def test_only_the_newest_key_can_be_followed(plain: Insider):
    plain.rotate(0x61)
    old = plain.log[0]
    plain.log = [plain.office.keys["log"]]
    plain.office.keys["log"] = old  # rotated already
    plain.rotate(0x62)
    plain.seal()
    assert verdict(plain.bundle)[1] == {"key-file"}  # the third key is none of this log
    (plain.bundle / "keys" / f"{plain.office.keys['log'].kid.hex()}.pem").unlink()
    make_bundle.fix_sums(plain.bundle)
    assert verdict(plain.bundle)[1] == {"genesis-not-given", "tail-not-anchored"}


def test_the_server_goes_on_with_its_new_key(plain: Insider):
    plain.rotate(0x63, "server")
    plain.seal()
    now = read_entry(plain.raws[-1]).accepted_at
    told = forge.body_of(plain.office, "clock", "server", was=now, now=now)
    last, digest = plain.office.devices.get("server", (-1, b""))
    body = cbor.encode(told | {"dev": "server", "dseq": last + 1, "dprev": digest})
    signed = forge.sign_body(body, [("server", plain.office.keys["server"])])
    plain.append(body, signed)
    assert verdict(plain.bundle)[1] == {"genesis-not-given", "tail-not-anchored"}


@pytest.mark.parametrize(
    ("role", "who", "good"),
    [
        ("officer", cast.OFFICERS[0], True),
        ("officer", cast.CLERK, False),
        ("officer", cast.RESERVE, False),
        ("author", cast.OFFICERS[0], False),
    ],
)
def test_an_officer_discloses(plain: Insider, role: str, who: str, good: bool, day: cast.Day):
    line = {"n": day.numbers[0]}
    plain.add("disclose", (role, who), reason="court", items=[line])
    assert (verdict(plain.bundle)[1] == {"not-authentic"}) != good


# --- tiles and policy ---


@pytest.mark.slow
def test_tiles_of_a_longer_log(plain: Insider):
    forge.LOG_KEYS[plain.bundle] = plain.log[0]
    forge.lengthen(plain.bundle, plain.office)
    home = make_bundle.home(plain.bundle) / "tile"
    names = {one.relative_to(home).as_posix() for one in home.rglob("*") if one.is_file()}
    assert {"0/000", "0/001", "0/002.p/88", "1/000.p/2"} <= names
    assert verdict(plain.bundle)[1] == {"genesis-not-given", "tail-not-anchored"}
    attacks: dict[str, Callable[[Path], Any]] = {
        "tile": lambda one: one.write_bytes(bytes(32) + one.read_bytes()[32:]),
        "file-missing": lambda one: one.unlink(),
    }
    for name in ("0/000", "0/002.p/88", "1/000.p/2"):
        for kind, spoil in attacks.items():
            honest = (home / name).read_bytes()
            spoil(home / name)
            make_bundle.fix_sums(plain.bundle)
            assert verdict(plain.bundle)[1] == {kind}, name
            (home / name).write_bytes(honest)
    for name in ("0/003", "0/002.p/89", "0/002", "1/001", "2/000.p/1", "00/000", "0/x000/000", "x"):
        make_bundle.write(home / name, bytes(32))
        make_bundle.fix_sums(plain.bundle)
        assert verdict(plain.bundle)[1] == {"tile"}, name
        (home / name).unlink()
    make_bundle.write_entries(plain.bundle, plain.raws[:300])
    make_bundle.fix_sums(plain.bundle)
    assert verdict(plain.bundle) == ("missing", {"entries-missing"})


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: told + "\n",
        lambda told: told.replace("kt1-quorum 2", "kt1-quorum 1"),
        lambda told: told.replace("quorum kt1-quorum", "quorum none"),
        lambda told: "".join(sorted(told.splitlines(keepends=True))),
        lambda told: told.replace(POLICE.name, STRANGER.name),
    ],
)
def test_the_policy_is_what_the_log_says(watched: Insider, spoil: Callable[[str], str]):
    path = watched.bundle / "policy.tlog-policy"
    path.write_text(spoil(path.read_text("utf-8")), "utf-8")
    make_bundle.fix_sums(watched.bundle)
    assert verdict(watched.bundle) == ("wrong", {"policy"})


# --- evidence that says nothing, or too much ---


@pytest.mark.parametrize(
    ("spoil", "group"),
    [
        (lambda code: code[:4] + ("1" if code[4] != "1" else "2") + code[5:], 1),
        (lambda code: " ".join([*code.split()[:3], code.split()[4], code.split()[3], *code.split()[5:]]), 4),
        (lambda code: code[:-1] + str((int(code[-1]) + 1) % 10), 7),
        (lambda code: code[:-1], 0),
        (lambda code: code + "0", 0),
        (lambda code: code.replace("0", "O"), 0),
        (lambda code: "", 0),
    ],
)  # fmt: skip
def test_a_typing_error_names_its_group(watched: Insider, spoil: Callable[[str], str], group: int):
    typed = spoil(make_bundle.anchor(watched.text))
    code, told = judge(watched.bundle, "--genesis", watched.genesis, "--anchor", typed)
    assert code == 3
    [left] = told["not_checked"]
    assert left.startswith("evidence-unreadable")
    assert left.endswith(f"group {group}")


@pytest.mark.parametrize("between", [" ", "", ".", "-", " - ", "·"])
def test_a_typed_code_may_be_spelled_with_signs_between(plain: Insider, between: str):
    code = between.join(make_bundle.anchor(plain.text).split())
    assert verdict(plain.bundle, "--genesis", plain.genesis, "--anchor", code)[0] == "match"


def test_groups_may_come_as_words_of_their_own(plain: Insider):
    code = make_bundle.anchor(plain.text).split()
    words = ("--anchor", *code, "--genesis", plain.genesis)
    assert verdict(plain.bundle, *words)[0] == "match"


@pytest.mark.parametrize(
    ("name", "content", "left"),
    [
        ("x", b"", "evidence-unreadable"),
        ("x", b"\xff\xfe\x00" * 50, "evidence-unreadable"),
        ("x", b"\x88" * 5_000, "evidence-unreadable"),
        ("x", b"kt1-receipts/1\n", "evidence-unreadable"),
        ("x", b"kt1-receipts/1\n\x00\x05abc", "evidence-unreadable"),
        ("x", b"c2sp.org/tlog-proof@v1\nindex 1\n\n", "evidence-unreadable"),
        ("9.tsr", b"\x30nothing", "evidence-unreadable"),
        ("09.tsr", stamp_of("x"), "evidence-unreadable"),
        ("note", make_bundle.note(f"{ORIGIN}\n3\n{'A' * 43}=\n", [STRANGER.key]), "evidence-unsigned"),
        ("note", make_bundle.note(f"hanoi.vn/10/e1\n3\n{'A' * 43}=\n", [STRANGER.key], [POLICE]), "evidence-unsigned"),
    ],
)  # fmt: skip
def test_what_is_no_evidence_of_this_log_is_said(
    watched: Insider, tmp_path: Path, name: str, content: bytes, left: str
):
    (tmp_path / name).write_bytes(content)
    told = verdict(watched.bundle, "--genesis", watched.genesis, "--against", tmp_path / name)
    assert told == ("not-enough", {left})


@pytest.mark.parametrize("name", ["nowhere", ".", "pipe", "large"])
def test_a_file_of_evidence_that_is_none(watched: Insider, tmp_path: Path, name: str):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").touch()
    os.truncate(tmp_path / "large", verifier.MOST_BYTES + 1)
    told = verdict(watched.bundle, "--genesis", watched.genesis, "--against", tmp_path / name)
    assert told == ("not-enough", {"evidence-unreadable"})


@pytest.mark.parametrize(
    "over",
    [
        {"accepted_at": 1},
        {"prev": bytes(32)},
        {"ctl": bytes(32)},
        {"judgement": [[-1, "key-late"]]},
        {"seq": 6},
    ],
)
def test_a_receipt_speaks_of_an_entry_as_it_is(
    plain: Insider, tmp_path: Path, over: dict[str, Any]
):
    path = tmp_path / "receipt"
    path.write_bytes(receipt_of(plain, 5))
    words = ("--genesis", plain.genesis, "--against", path)
    assert verdict(plain.bundle, *words)[0] == "match"
    path.write_bytes(receipt_of(plain, 5, **over))
    assert verdict(plain.bundle, *words) == ("wrong", {"evidence"})


@pytest.mark.parametrize(
    "over",
    [
        {"version": "kt1-receipt/2"},
        {"hashes": [b"short"]},
        {"proof": b""},
        {"seq": -1},
        {"prev": 5},
    ],
)
def test_a_receipt_of_another_form_is_none(plain: Insider, tmp_path: Path, over: dict[str, Any]):
    (tmp_path / "receipt").write_bytes(receipt_of(plain, 5, **over))
    with pytest.raises(MalformedInputError):
        receipt.read((tmp_path / "receipt").read_bytes())
    told = verdict(plain.bundle, "--against", tmp_path / "receipt")
    assert "evidence-unreadable" in told[1]


def test_a_proof_must_lead_to_the_root(plain: Insider, tmp_path: Path):
    noted = (make_bundle.home(plain.bundle) / "checkpoint").read_bytes()
    honest = make_bundle.proof(7, plain.leaves, noted)
    lines = honest.split(b"\n")
    for spoilt in (
        honest.replace(b"index 7", b"index 8"),
        b"\n".join([*lines[:2], lines[3], lines[2], *lines[4:]]),
        b"\n".join([*lines[:2], *lines[3:]]),
        b"\n".join([*lines[:3], lines[3], *lines[3:]]),
    ):
        (tmp_path / "proof").write_bytes(spoilt)
        told = verdict(plain.bundle, "--against", tmp_path / "proof")
        assert told == ("wrong", {"evidence"})


def test_two_pieces_of_evidence_of_which_one_lies(plain: Insider, tmp_path: Path):
    words = evidence(plain, tmp_path / "evidence")
    root = base64.b64encode(bytes(32)).decode()
    false = make_bundle.note(f"{ORIGIN}\n9\n{root}\n", plain.log)
    (tmp_path / "false").write_bytes(false)
    told = verdict(plain.bundle, *words["code"], "--against", tmp_path / "false")
    assert told == ("wrong", {"evidence"})


# --- time stamps ---


def test_a_real_time_stamp_is_read(plain: Insider, tmp_path: Path):
    openssl_tsa.demand()
    root = openssl_tsa.certify("root")
    signer = openssl_tsa.certify("tsa", root, purpose=openssl_tsa.STAMPING)
    authority = openssl_tsa.set_up(tmp_path / "tsa", signer)
    size = len(plain.raws)
    stamp = authority.reply(authority.query(hashlib.sha256(plain.text.encode()).digest()))
    make_bundle.write(plain.bundle / "tsa" / f"{size}.tsr", stamp)
    make_bundle.fix_sums(plain.bundle)
    _, told = judge(plain.bundle)
    assert (told["findings"], "stamps" in told["checked"]) == ([], True)
    assert "stamp-signature" in told["outside"]
    (tmp_path / f"{size}.tsr").write_bytes(stamp)
    words = ("--genesis", plain.genesis, "--against", tmp_path / f"{size}.tsr")
    assert verdict(plain.bundle, *words) == ("not-enough", {"tail-not-anchored"})
    (plain.bundle / "tsa" / f"{size}.tsr").rename(plain.bundle / "tsa" / f"{size - 1}.tsr")
    make_bundle.fix_sums(plain.bundle)
    assert verdict(plain.bundle) == ("wrong", {"stamp"})


@pytest.mark.parametrize("name", ["9999.tsr", "3.tsr", "03.tsr", "x.tsr", "a/3.tsr"])
def test_a_time_stamp_in_the_folder_is_of_this_log(plain: Insider, name: str):
    make_bundle.write(plain.bundle / "tsa" / name, stamp_of("another text"))
    make_bundle.fix_sums(plain.bundle)
    assert verdict(plain.bundle) == ("wrong", {"stamp"})


# --- any bytes at all ---


@pytest.mark.slow
def test_no_byte_of_a_bundle_is_without_a_meaning(watched: Insider, tmp_path: Path):
    """One bit of every file, with sums that fit; the three programs are passed over."""
    watched.seal(POLICE, COURT)
    paper, places = watched.genesis, 25 if nightly.is_nightly() else 5
    for one in sorted(watched.bundle.rglob("*")):
        name = one.relative_to(watched.bundle).as_posix()
        if not one.is_file() or name.startswith(("verify", "README", "SHA256SUMS")):
            continue
        honest = one.read_bytes()
        for at in range(0, len(honest), max(1, len(honest) // places)):
            raw = bytearray(honest)
            raw[at] ^= 1
            one.write_bytes(raw)
            make_bundle.fix_sums(watched.bundle)
            assert verdict(watched.bundle, "--genesis", paper)[0] != "match", (name, at)
        one.write_bytes(honest)
    make_bundle.fix_sums(watched.bundle)
    assert verdict(watched.bundle, "--genesis", watched.genesis)[0] == "match"
