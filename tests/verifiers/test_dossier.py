"""The dossier of one item, as verify.py judges it and, of chance, verify.html too."""

import contextlib
import hashlib
import hmac
import io
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from kt1custody.cli import outgoing
from kt1custody.core.formats import cbor
from kt1custody.core.log.entry import Entry, read_entry
from kt1custody.errors import MalformedInputError
from kt1custody.services.session import checkpoint as checkpointing
from kt1custody.signing import sign
from tests.kit import at_counter, cast, forge, make_bundle, nightly, paper_log
from tests.kit import insider as inside
from tests.kit.html_page import Verifier
from tests.kit.insider import (
    COURT,
    EVENING,
    KINDS,
    ORIGIN,
    PARTY,
    POLICE,
    STRANGER,
    THREE,
    Insider,
    evidence,
    receipt_of,
    stamp_of,
)
from tests.kit.paper_log import Office

verifier = forge.verifier
SALT = b"\x33" * 32
_FINDING = re.compile(r"^(?:SAI / WRONG|THIẾU / MISSING) (\S+) ([a-z-]+): ", re.M)
_LEFT = re.compile(r"^Chưa kiểm / Not checked: (.+)$", re.M)


@dataclass(frozen=True)
class Told:
    """What a verifier says."""

    code: int
    kinds: frozenset[str]
    left: frozenset[str]
    text: str

    @property
    def verdict(self) -> str:
        last = self.text.strip().rpartition("\n")[2]
        words = {one[1]: name for name, one in verifier.VERDICTS.items()}
        return str(words.get(last, "not-enough"))


def ask(folder: Path, *words: object) -> Told:
    """Run verify.py as a person does; its answer on the screen is read."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = verifier.main([str(folder), *map(str, words)])
    text = said.getvalue()
    kinds = {kind for _, kind in _FINDING.findall(text)}
    words_of = verifier.NOT_CHECKED.items()
    left = {
        code for line in _LEFT.findall(text) for code, told in words_of if line.startswith(told)
    }
    return Told(code, frozenset(kinds), frozenset(left), text)


def run(
    folder: Path | str, *words: object, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run verify.py as a process of its own."""
    command = [sys.executable, "-B", forge.VERIFY, folder, *words]
    return subprocess.run(
        [*map(str, command)], cwd=cwd, capture_output=True, encoding="utf-8", check=False
    )


def verdict(folder: Path, *words: object) -> tuple[str, set[str]]:
    """The verdict, and the kinds of findings or, without any, what was not checked."""
    answer = ask(folder, *words)
    return answer.verdict, set(answer.kinds or answer.left)


def is_of(raw: bytes, item: int) -> bool:
    return item in {n for n, _ in read_entry(raw).act.names}


def read_all(insider: Insider) -> dict[int, Entry]:
    """The entries that can be read, by position."""
    found = {}
    for seq, raw in enumerate(insider.raws):
        with contextlib.suppress(MalformedInputError):
            found[seq] = read_entry(raw)
    return found


def positions(insider: Insider, item: int) -> list[int]:
    """What a dossier must hold, as the format page says; and what cannot be read."""
    acts = read_all(insider)
    owners: dict[bytes, int] = {one.act.hash: seq for seq, one in acts.items()}
    for seq, one in acts.items():
        if one.act.type == "offer":
            owners[hashlib.sha256(one.act.hash + one.signatures[0].value).digest()] = seq
    refers = {
        seq: owners[of]
        for seq, one in acts.items()
        if isinstance(of := one.act.fields.get("of"), bytes) and of in owners
    }
    found = {seq for seq, one in acts.items() if item in {n for n, _ in one.act.names}}
    for _ in acts:
        found |= {refers[seq] for seq in found if seq in refers}
        found |= {
            seq for seq, at in refers.items() if at in found and acts[seq].act.type != "correct"
        }
    found |= {seq for seq, one in acts.items() if one.act.type in verifier.CONTROL}
    size = len(insider.raws)
    return sorted(found | {size - 1} | (set(range(size)) - set(acts)))


@dataclass
class File:
    """A dossier, and the whole log behind it."""

    insider: Insider
    folder: Path
    item: int

    @property
    def paper(self) -> tuple[str, str]:
        return "--genesis", self.insider.genesis

    @property
    def entries(self) -> Path:
        return self.folder / "entries"

    def control(self) -> list[int]:
        """Positions of control entries here, the genesis left out."""
        named = [int(one.stem) for one in self.entries.glob("*.entry")]
        return sorted(
            seq
            for seq in named
            if seq and forge.is_control((self.entries / f"{seq}.entry").read_bytes())
        )

    def remove(self, *seqs: int) -> None:
        for seq in seqs:
            (self.entries / f"{seq}.entry").unlink()
            (self.entries / f"{seq}.tlog-proof").unlink()

    def write(self, *, opened: dict[str, bytes] | None = None, item: int | None = None) -> None:
        """Write it again out of the log as it is now."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.item = item or self.item
        make_bundle.dossier(
            self.insider.bundle, self.folder, self.item, positions(self.insider, self.item), opened
        )


@pytest.fixture(scope="module")
def _office(_lived: tuple[cast.World, cast.Day]) -> Office:
    world = cast.World(_lived[0].folder)
    made = paper_log.open_office(world)
    made.keys["log"] = world.session.service_key("log")
    world.session.close()
    return made


@pytest.fixture(scope="module")
def _history(
    _lived: tuple[cast.World, cast.Day], _office: Office, tmp_path_factory: pytest.TempPathFactory
) -> Insider:
    """A log with everything that a verifier must know: see `File`."""
    world, day = cast.World(_lived[0].folder), _lived[1]
    folder = forge.export_from(world, tmp_path_factory.mktemp("history") / "bundle")
    world.session.close()
    office = _office.again()
    insider = Insider(folder, office, [office.keys["log"]])
    insider.name_witnesses(*THREE, least=2)
    card = sign.from_seed(b"\x71" * 32, -9)
    office.keys["NV777"] = card
    key = inside.key_map("NV777", "courier", card)
    own: dict[str, Any] = {"who": "NV777", "role": "courier", "office": cast.OFFICE}
    own |= {"key": key, "from": 0, "to": None, "commit": bytes(32)}
    insider.by_officers("enrol", **own)
    forge.add_key(folder, card.alg, card.pub)
    step = {"n": day.numbers[3], "seal": None, "cond": "intact", "prev": None}
    signers = (("giver", cast.COURIER), ("receiver", "NV777"))
    insider.add("handover", *signers, to="NV777", office=None, witness=None, items=[step])
    insider.by_officers("revoke", kid=card.kid, since=EVENING, reason="stolen")
    insider.rotate(0x61)
    insider.log = [office.keys["log"], insider.log[0]]
    record = {"sender": "A01", "recipient": "Đ02", "reference": "12\u202e/BC", "named": None}
    commit = commit_of(record)
    signer = ("officer", cast.OFFICERS[0])
    insider.add("disclose", signer, reason="court", items=[{"n": day.numbers[3]}])
    insider.add("deliver", ("giver", "NV777"), commit=commit, remark=False, items=[step])
    insider.seal(*THREE)
    return insider


@pytest.fixture
def insider(_history: Insider, tmp_path: Path) -> Insider:
    folder = tmp_path / "bundle"
    shutil.copytree(_history.bundle, folder)
    old = _history.office
    office = Office(old.raws, old.catalogues, dict(old.keys), dict(old.devices))
    return Insider(folder, office, list(_history.log), THREE, 2, _history.devices)


@pytest.fixture
def file(insider: Insider, day: cast.Day, tmp_path: Path) -> File:
    """The dossier of an item that was lent, given to a card's owner, disclosed and delivered."""
    made = File(insider, tmp_path / "dossier", day.numbers[3])
    made.write()
    return made


def commit_of(record: dict[str, Any], salt: bytes = SALT) -> bytes:
    return hmac.digest(salt, cbor.encode(["kt1-commit/1", record]), "sha256")


# --- honest ---


@pytest.mark.slow
def test_the_programs_own_dossier(lived: cast.World, day: cast.Day, tmp_path: Path):
    for n in day.numbers:
        folder = tmp_path / str(n)
        outgoing.dossier(lived.session, str(n), folder)
        assert verdict(folder) == ("not-enough", {"genesis-not-given", "tail-not-anchored"})
    whole = Insider(tmp_path / "whole", Office([], {}, {}), [])
    forge.export_from(lived, whole.bundle)
    words = ("--genesis", whole.genesis, "--anchor", make_bundle.anchor(whole.text))
    assert verdict(folder, *words) == ("match", set())
    mine = tmp_path / "mine"
    make_bundle.dossier(whole.bundle, mine, day.numbers[-1], positions(whole, day.numbers[-1]))
    names = {one.relative_to(folder) for one in (folder / "entries").iterdir()}
    assert {one.relative_to(mine) for one in (mine / "entries").iterdir()} == names
    for name in names:
        assert (mine / name).read_bytes() == (folder / name).read_bytes()


def test_a_quorum_and_the_genesis_from_paper_match(file: File):
    told = ask(file.folder, *file.paper)
    done = run(file.folder, *file.paper)
    assert (done.returncode, done.stdout, done.stderr) == (0, told.text, "")
    assert (told.code, told.verdict) == (0, "match")
    _, same = inside.judge(file.folder, *file.paper)
    assert (same["verdict"], same["findings"], same["not_checked"]) == ("match", [], [])
    assert f"Tờ chốt / Checkpoint: {len(file.insider.raws)}, 2026-11-23 11:08:40 UTC" in told.text


def test_without_the_genesis_nothing_matches(file: File):
    told = ask(file.folder)
    assert (told.code, told.left) == (3, {"genesis-not-given"})  # type: ignore[comparison-overlap]
    assert "KHÔNG ĐỦ: tự nhất quán, chưa đối chiếu gốc tin cậy" in told.text


def test_signatures_by_keys_revoked_later_are_noted(file: File):
    told = [line for line in ask(file.folder).text.split("\n") if line.startswith("Lưu ý / Note")]
    kid = file.insider.office.keys["NV777"].kid.hex()
    acts = [read_entry(raw) for raw in file.insider.raws]
    by_card = {one.seq for one in acts if kid in {s.kid.hex() for s in one.signatures}}
    assert {int(line.split()[4][1:]) for line in told} == by_card
    assert all(kid in line and "stolen, 2026-11-23 11:06:40 UTC" in line for line in told)


@pytest.mark.parametrize("kind", KINDS)
def test_evidence_of_its_size_is_as_good_as_a_quorum(file: File, tmp_path: Path, kind: str):
    file.insider.seal()
    file.write()
    assert verdict(file.folder, *file.paper) == ("not-enough", {"tail-not-anchored"})
    told = verdict(file.folder, *file.paper, *evidence(file.insider, tmp_path / "e")[kind])
    assert told == (("not-enough", {"tail-not-anchored"}) if kind == "tsr" else ("match", set()))


@pytest.mark.parametrize("kind", nightly.each(KINDS, "receipt"))
def test_older_evidence_cannot_be_compared(file: File, tmp_path: Path, kind: str):
    words = evidence(file.insider, tmp_path / "e")[kind]
    file.insider.by_officers("lift", who=cast.COURIER, reason="other")
    file.insider.seal(*THREE)
    file.write()
    told = verdict(file.folder, *file.paper, *words)
    assert told == ("not-enough", {"evidence-not-compared"})


@pytest.mark.parametrize("kind", nightly.each(KINDS, "proof"))
def test_newer_evidence_than_an_old_dossier(file: File, tmp_path: Path, kind: str):
    file.insider.by_officers("lift", who=cast.COURIER, reason="other")
    told = verdict(file.folder, *file.paper, *evidence(file.insider, tmp_path / "e")[kind])
    assert told == ("missing", {"entries-missing"})


@pytest.mark.parametrize("kind", nightly.each(KINDS, "code"))
def test_a_rewritten_history_differs_from_what_others_keep(file: File, tmp_path: Path, kind: str):
    words = evidence(file.insider, tmp_path / "e")[kind]
    inside.rewrite(file.insider, 5, **{"8": [[-1, "policy-newer"]]})
    file.write()
    assert verdict(file.folder, *file.paper) == ("not-enough", {"tail-not-anchored"})
    assert verdict(file.folder, *file.paper, *words) == ("wrong", {"evidence"})


def test_a_false_world_of_ones_own(file: File):
    paper = file.insider.genesis
    inside.rewrite(file.insider, 0, **{"5": read_entry(file.insider.raws[0]).accepted_at - 1})
    file.write()
    told = verdict(file.folder)
    assert told == ("not-enough", {"genesis-not-given", "tail-not-anchored"})
    assert verdict(file.folder, "--genesis", paper) == ("wrong", {"genesis"})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("witnesses", "good"),
    [
        ((POLICE, COURT), True),
        ((*THREE, STRANGER), True),
        ((POLICE,), False),
        ((), False),
        ((POLICE, STRANGER), False),
        ((POLICE, make_bundle.Witness(POLICE.name, POLICE.key, POLICE.time + 9)), False),
        ((POLICE, make_bundle.Witness(PARTY.name, STRANGER.key, PARTY.time)), False),
    ],
)
def test_how_many_witnesses_make_a_quorum(file: File, witnesses: tuple[Any, ...], good: bool):
    file.insider.seal(*witnesses)
    file.write()
    told = verdict(file.folder, *file.paper)
    assert told == (("match", set()) if good else ("not-enough", {"tail-not-anchored"}))


# --- what is left out ---


@pytest.mark.slow
def test_no_control_entry_can_be_left_out(file: File):
    for seq in file.control():
        kept = [file.entries / f"{seq}{end}" for end in (".entry", ".tlog-proof")]
        content = [one.read_bytes() for one in kept]
        file.remove(seq)
        make_bundle.fix_sums(file.folder)
        told = ask(file.folder, *file.paper)
        assert "control-missing" in told.kinds, seq
        assert told.code == 4
        if read_entry(content[0]).act.type == "revoke":
            assert told.verdict == "missing"
            assert told.kinds == {"control-missing"}
        for one, raw in zip(kept, content, strict=True):
            one.write_bytes(raw)


def test_the_genesis_cannot_be_left_out(file: File):
    file.remove(0)
    make_bundle.fix_sums(file.folder)
    assert verdict(file.folder, *file.paper)[0] in ("missing", "wrong")
    assert "control-missing" in ask(file.folder).kinds


def test_the_last_entry_is_there(file: File, day: cast.Day):
    step = {"n": day.numbers[8], "seal": None, "cond": "intact", "prev": None}
    file.insider.add("absent", ("giver", cast.COURIER), reason="closed", items=[step])
    file.insider.seal(*THREE)
    file.write()
    file.remove(len(file.insider.raws) - 1)
    make_bundle.fix_sums(file.folder)
    assert ask(file.folder, *file.paper).kinds == {"entries-missing"}


def test_the_other_half_of_a_handover_is_there(file: File):
    acts = {one.seq: one.act for one in map(read_entry, file.insider.raws)}
    here = {int(one.stem) for one in file.entries.glob("*.entry")}
    offers = [seq for seq in here if acts[seq].type == "offer"]
    assert len(offers) == 3
    file.remove(offers[0])
    make_bundle.fix_sums(file.folder)
    assert verdict(file.folder, *file.paper) == ("missing", {"entries-missing"})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("logs/{origin}/checkpoint", "file-missing"),
        ("policy.tlog-policy", "file-missing"),
        ("keys/*", "file-missing"),
        ("catalogues/*", "catalogue-not-given"),
        ("entries/3.tlog-proof", "proof-missing"),
        ("entries/3.entry", "control-missing"),
        ("item.txt", "item"),
    ],
)
@pytest.mark.parametrize("listed", [False, True])
def test_files_that_are_not_there(file: File, name: str, kind: str, listed: bool):
    next(iter(sorted(file.folder.glob(name.format(origin=ORIGIN))))).unlink()
    if not listed:
        make_bundle.fix_sums(file.folder)
    told = ask(file.folder, *file.paper)
    assert kind in told.kinds | told.left
    assert not listed or "file-missing" in told.kinds
    assert told.verdict == {
        "catalogue-not-given": "missing" if listed else "not-enough",
        "item": "wrong",
        "control-missing": "wrong",  # its proof is there without it
    }.get(kind, "missing")


# --- what does not belong ---


def test_no_entry_of_another_item(file: File, day: cast.Day):
    other = next(
        one.seq
        for one in map(read_entry, file.insider.raws)
        if one.act.type == "correct" and not is_of(one.raw, file.item)
    )
    noted = (make_bundle.home(file.folder) / "checkpoint").read_bytes()
    (file.entries / f"{other}.entry").write_bytes(file.insider.raws[other])
    told = make_bundle.proof(other, file.insider.leaves, noted)
    (file.entries / f"{other}.tlog-proof").write_bytes(told)
    make_bundle.fix_sums(file.folder)
    assert verdict(file.folder, *file.paper) == ("wrong", {"item"})


@pytest.mark.slow
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"682600000013\n",
        b"682600000046",
        b"682600000046\r\n",
        b"0\n",
        b"9" * 5_000,
        b"\xff" * 13,
    ],
)
def test_the_item_is_named(file: File, content: bytes):
    (file.folder / "item.txt").write_bytes(content)
    make_bundle.fix_sums(file.folder)
    told = ask(file.folder, *file.paper)
    assert told.verdict == "wrong"
    assert "item" in told.kinds


def test_the_dossier_is_of_its_item(file: File, day: cast.Day):
    (file.folder / "item.txt").write_text(f"{day.numbers[7]}\n")
    make_bundle.fix_sums(file.folder)
    assert verdict(file.folder, *file.paper) == ("wrong", {"item"})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("entries/03.entry", "bundle-file"),
        ("entries/x.entry", "bundle-file"),
        ("entries/3.txt", "bundle-file"),
        ("entries/a/3.entry", "bundle-file"),
        ("entries/99.tlog-proof", "bundle-file"),
        ("keys/0011223344556677.pem", "key-file"),
        ("keys/a/b.pem", "key-file"),
        ("catalogues/00.cbor", "catalogue"),
        ("disclose/00.cbor", "record"),
        ("tsa/x.tsr", "stamp"),
        (f"logs/{ORIGIN}/tile/0/000", "bundle-file"),
        ("logs/hanoi.vn/10/e1/checkpoint", "origin"),
    ],
)
def test_no_other_files(file: File, name: str, kind: str):
    content = (make_bundle.home(file.folder) / "checkpoint").read_bytes()
    make_bundle.write(file.folder / name, content if name.endswith("checkpoint") else b"x")
    make_bundle.fix_sums(file.folder)
    told = ask(file.folder, *file.paper)
    assert told.verdict == "wrong"
    assert kind in told.kinds


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    nightly.first(2, [
        "$(touch pwned)", "`touch pwned`", "; touch pwned;", "a'b", 'a"b', "a b", "-n", "x\ny",
        "\x1b[2J", "*", "entries/$(touch pwned).entry", "entries/1;touch pwned.entry",
        "entries/%s%n.entry", "entries/\\101.entry", "keys/'.pem", "é", "tsa/$(touch pwned).tsr",
        "disclose/`touch pwned`.cbor",
    ]),
)  # fmt: skip
@pytest.mark.parametrize("listed", [False, True])
def test_no_name_is_ever_run(file: File, name: str, listed: bool):
    make_bundle.write(file.folder / name, b"x")
    if listed:
        make_bundle.fix_sums(file.folder)
    told = ask(file.folder, *file.paper)
    assert told.code == 4 or (listed and "/" not in name)
    assert all(sign.isprintable() or sign == "\n" for sign in told.text)
    assert not list(file.folder.rglob("pwned"))
    assert not Path("pwned").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", nightly.first(2, ["$(touch pwned)", "a b", "-x", "x\ny", "'", "%s", "\\101"])
)
def test_no_name_of_evidence_is_ever_run(file: File, tmp_path: Path, name: str):
    (tmp_path / name).write_bytes((make_bundle.home(file.folder) / "checkpoint").read_bytes())
    with contextlib.chdir(tmp_path):
        told = ask(file.folder, *file.paper, "--against", name)
    assert told.code == 0
    assert not list(tmp_path.rglob("pwned"))


@pytest.mark.slow
def test_links_pipes_and_large_files(file: File):
    for make in (
        lambda path: path.symlink_to("/etc/passwd"),
        lambda path: os.mkfifo(path),
        lambda path: (path.touch(), os.truncate(path, verifier.MOST_BYTES + 1)),  # type: ignore[func-returns-value]
    ):
        path = file.entries / "5.entry"
        honest = path.read_bytes()
        path.unlink()
        make(path)
        assert "bundle-file" in ask(file.folder, *file.paper).kinds
        path.unlink()
        path.write_bytes(honest)
    deep = file.folder / Path(*["deep"] * 30)
    deep.mkdir(parents=True)
    (deep / "x").touch()
    assert ask(file.folder).code == 4


@pytest.mark.parametrize("words", [["nowhere"], [".", "--genesis", "12"], [".", "."], [".", "--x"]])
def test_what_is_no_dossier_or_no_command_ends_with_2(words: list[str], tmp_path: Path):
    done = run(words[0], *words[1:], cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")


# --- spoilt entries, signed by whoever has keys ---


@pytest.mark.slow
def test_a_signature_that_does_not_hold(file: File):
    value = cbor.decode(file.insider.raws[-1])
    assert isinstance(value, list)
    body = value[6]
    assert isinstance(body, bytes)
    for signed, kind in (
        (forge.sign_body(body, [("giver", STRANGER.key)]), "not-authentic"),  # type: ignore[list-item]
        (forge.sign_body(body, [("author", file.insider.office.keys["NV777"])]), "not-authentic"),
        (forge.sign_body(body[:-1], [("giver", file.insider.office.keys["NV777"])]), "bad-signature"),
        (forge.sign_body(body, [("giver", file.insider.office.keys[cast.COURIER])]), "not-authentic"),
        ([], "not-authentic"),
    ):  # fmt: skip
        make_bundle.write_entries(
            file.insider.bundle,
            [*file.insider.raws[:-1], cbor.encode([*value[:7], signed, value[8]])],
        )
        file.insider.seal(*THREE)
        file.write()
        assert verdict(file.folder, *file.paper) == ("wrong", {kind})


@pytest.mark.slow
def test_p256_takes_the_smaller_s_only(file: File):
    value = cbor.decode(file.insider.raws[-1])
    assert isinstance(value, list)
    [[role, kid, signature]] = value[7]
    s = verifier.P256 - int.from_bytes(signature[32:], "big")
    for spoilt in (signature[:32] + s.to_bytes(32, "big"), bytes(64), b"\xff" * 64, signature[:63]):
        told = [*value[:7], [[role, kid, spoilt]], value[8]]
        make_bundle.write_entries(file.insider.bundle, [*file.insider.raws[:-1], cbor.encode(told)])
        file.insider.seal(*THREE)
        file.write()
        assert verdict(file.folder, *file.paper) == ("wrong", {"bad-signature"})


SMALL = [one.to_bytes(32, "little") for one in sorted(verifier.SMALL)]
ODD = [(verifier.FIELD + y).to_bytes(32, "little") for y in (0, 1, 5, 18)]


@pytest.mark.slow
@pytest.mark.parametrize(
    "point", nightly.first(2, [*SMALL, *[one[:31] + bytes([one[31] | 128]) for one in SMALL], *ODD])
)
def test_keys_and_points_of_small_order_are_refused(file: File, point: bytes):
    """Signatures by such a key, or with such a point R, that the library alone would take."""
    told = forge.enrol(file.insider.office, -19, point, forge.NEW)
    told["key"]["possess"] = point + bytes(32)
    spelled = cbor.encode(told)
    signers = [("officer", file.insider.office.keys[one]) for one in cast.OFFICERS]
    file.insider.append(spelled, forge.sign_body(spelled, signers))
    file.insider.seal(*THREE)
    file.write()
    assert "possession" in ask(file.folder).kinds


def test_a_signature_whose_point_is_of_small_order_is_refused(file: File):
    """With R the neutral point the equation holds for a key of one's own."""
    insider, seed = file.insider, b"\x07" * 32
    plain = forge.enrol(insider.office, -19, forge.NEW.pub, forge.NEW)["key"] | {}
    message = b"kt1-possess/1" + ORIGIN.encode()
    message += cbor.encode({name: part for name, part in plain.items() if name != "possess"})
    digest = hashlib.sha512(forge.ONE + forge.NEW.pub + message).digest()
    s = int.from_bytes(digest, "little") * forge.scalar_of(seed) % forge.ORDER
    forged = forge.ONE + s.to_bytes(32, "little")
    ed25519.Ed25519PublicKey.from_public_bytes(forge.NEW.pub).verify(forged, message)
    told = forge.enrol(insider.office, -19, forge.NEW.pub, forge.NEW)
    told["seen"] = [len(insider.raws) - 1, insider.leaves[-1]]
    for proof, good in ((told["key"]["possess"], True), (forged, False)):
        told["key"]["possess"] = proof
        spelled = cbor.encode(told)
        signers = [("officer", insider.office.keys[one]) for one in cast.OFFICERS]
        before = insider.raws
        insider.append(spelled, forge.sign_body(spelled, signers))
        forge.add_key(insider.bundle, forge.NEW.alg, forge.NEW.pub)
        insider.seal(*THREE)
        file.write()
        assert verdict(file.folder) == (
            ("not-enough", {"genesis-not-given"}) if good else ("wrong", {"possession"})
        )
        make_bundle.write_entries(insider.bundle, before)


@pytest.mark.slow
@pytest.mark.parametrize("what", nightly.first(2, forge.SPELLINGS))
def test_a_body_in_another_spelling_is_unreadable_though_signed(file: File, what: str):
    told = cbor.encode(forge.hold(file.insider.office))
    body = forge.respell(told, what)
    signed = forge.sign_body(body, [("author", file.insider.office.keys[cast.CLERK])])
    file.insider.append(body, signed)
    file.insider.seal(*THREE)
    file.write()
    assert verdict(file.folder) == ("wrong", {"entry-unreadable"})


def positions_of(file: File) -> list[int]:
    """Positions of the entries that the dossier holds now."""
    return [int(one.stem) for one in file.entries.glob("*.entry")]


@pytest.mark.slow
@pytest.mark.parametrize(
    "over",
    nightly.first(3, [
        {"seq": 5}, {"origin": "kt1.lamdong.vn/68/e2"}, {"prev": bytes(32)}, {"ctl": bytes(32)},
        {"version": "kt1-entry/2"}, {"judgement": [[0, "a"], [-1, "b"]]}, {"accepted_at": True},
        {"judgement": [[-1, "device-unknown"]] * 2}, {"signatures": []}, {"signatures": {}},
        {"judgement": [[2**62, "a"], None]}, {"judgement": 5}, {"prev": None}, {"ctl": 5},
        {"seq": "5"}, {"accepted_at": 1_700_000_000}, {"signatures": [["giver", b"x"]]},
        {"signatures": [[5, b"x", b"y"]]}, {"body": b""}, {"body": b"\xa0"},
        {"body": b"\x81" * 20}, {"body": "text"},
    ]),
)  # fmt: skip
def test_entries_of_another_form(file: File, over: dict[str, Any]):
    insider = file.insider
    body = cbor.encode(forge.hold(insider.office))
    signed = forge.sign_body(body, [("author", insider.office.keys[cast.CLERK])])
    insider.append(body, signed, **over)
    insider.seal(*THREE)
    file.write()
    assert ask(file.folder).code == 4


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "over", "found"),
    [
        ("quorum", {"least": 1}, "entry-unreadable"),
        ("quorum", {"least": 3}, None),
        ("quorum", {"least": 4}, "entry-unreadable"),
        ("quorum", {"url": 5}, "entry-unreadable"),
        ("quorum", {"name": "a\nb"}, "entry-unreadable"),
        ("quorum", {"time": 5}, "possession"),
        ("rotate", {}, None),
        ("rotate", {"consent": None}, None),
        ("rotate", {"consent": bytes(64)}, "possession"),
        ("rotate", {"kid": bytes(8)}, "possession"),
        ("rotate", {"key": None}, "entry-unreadable"),
        ("rotate", {"by2": cast.CLERK}, "not-authentic"),
        ("rotate", {"by2": cast.OFFICERS[0]}, "not-authentic"),
    ],
)
def test_new_acts(file: File, kind: str, over: dict[str, Any], found: str | None):
    insider = file.insider
    if kind == "rotate":
        insider.rotate(0x64, "server", **over)
    else:
        least = {"least": 2, **over}["least"]
        plain = {name: part for name, part in over.items() if name != "least"}
        maps = [insider.witness_map(one) for one in THREE]
        maps[1] = insider.witness_map(PARTY, **plain)
        insider.by_officers("quorum", witnesses=maps, least=least)
        insider.least = least
    insider.seal(*THREE)
    file.write()
    kinds = ask(file.folder).kinds - {"key-file", "file-missing", "policy"}
    assert kinds == ({found} if found else set())


# --- opened records ---


RECORD = {"sender": "A01", "recipient": "Đ02", "reference": "12\u202e/BC", "named": None}


def test_an_opened_record_is_computed_again_and_shown(file: File):
    name = f"{commit_of(RECORD).hex()}.cbor"
    file.write(opened={name: cbor.encode([SALT, RECORD])})
    told = ask(file.folder, *file.paper)
    assert told.verdict == "match"
    for line in ("    recipient: Đ02\n", "    reference: 12?/BC\n", "    sender: A01\n"):
        assert line in told.text
    assert "phiếu mã hoá không có" not in told.text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content"),
    [
        (commit_of(RECORD).hex(), cbor.encode([SALT, RECORD | {"sender": "A02"}])),
        (commit_of(RECORD).hex(), cbor.encode([SALT[:31], RECORD])),
        (commit_of(RECORD).hex(), cbor.encode([SALT, RECORD, 5])),
        (commit_of(RECORD).hex(), b"\x82"),
        (commit_of(RECORD).hex(), b""),
        (commit_of(RECORD).hex().upper(), cbor.encode([SALT, RECORD])),
        (commit_of(RECORD, b"\x34" * 32).hex(), cbor.encode([b"\x34" * 32, RECORD])),
        (commit_of({"sender": "A02"}).hex(), cbor.encode([SALT, {"sender": "A02"}])),
        (hmac.digest(SALT, cbor.encode(["kt1-commit/1", 5]), "sha256").hex(), cbor.encode([SALT, 5])),
    ],
)  # fmt: skip
def test_a_record_that_nobody_committed_to(file: File, name: str, content: bytes):
    file.write(opened={f"{name}.cbor": content})
    assert verdict(file.folder, *file.paper) == ("wrong", {"record"})


# --- evidence ---


@pytest.mark.slow
@pytest.mark.parametrize("what", nightly.first(2, inside.SPELLINGS))
def test_a_note_in_another_spelling_is_no_evidence(file: File, tmp_path: Path, what: str):
    path = make_bundle.home(file.folder) / "checkpoint"
    (tmp_path / "note").write_bytes(inside.respell(path.read_bytes(), what))
    told = verdict(file.folder, *file.paper, "--against", tmp_path / "note")
    assert told == ("not-enough", {"evidence-unreadable"})


@pytest.mark.slow
@pytest.mark.parametrize("what", ["leading zero", "loose root", "two spaces", "101 lines"])
def test_a_checkpoint_in_another_spelling_is_wrong(file: File, what: str):
    path = make_bundle.home(file.folder) / "checkpoint"
    path.write_bytes(inside.respell(path.read_bytes(), what))
    make_bundle.fix_sums(file.folder)
    assert "checkpoint" in ask(file.folder, *file.paper).kinds


@pytest.mark.slow
@pytest.mark.parametrize(
    "spoil",
    [
        lambda code: code[:4] + ("1" if code[4] != "1" else "2") + code[5:],
        lambda code: code[:-1] + str((int(code[-1]) + 1) % 10),
        lambda code: code[:-1],
        lambda code: code.replace("0", "O"),
        lambda code: "$(touch pwned)",
        lambda code: "",
    ],
)
def test_a_typing_error_is_said(file: File, spoil: Callable[[str], str]):
    code = spoil(make_bundle.anchor(file.insider.text))
    told = verdict(file.folder, *file.paper, "--anchor", code)
    assert told == ("not-enough", {"evidence-unreadable"})


def test_a_typed_code_of_another_log(file: File):
    text = f"{ORIGIN}\n{len(file.insider.raws)}\n{'A' * 43}=\n"
    told = verdict(file.folder, *file.paper, "--anchor", make_bundle.anchor(text))
    assert told == ("wrong", {"evidence"})


@pytest.mark.slow
@pytest.mark.parametrize("between", ["", "-", ".", "·", " – "])
def test_a_typed_code_may_be_spelled_with_signs_between(file: File, between: str):
    file.insider.seal()
    file.write()
    code = between.join(make_bundle.anchor(file.insider.text).split())
    assert verdict(file.folder, *file.paper, "--anchor", code)[0] == "match"
    groups = make_bundle.anchor(file.insider.text).split()
    assert verdict(file.folder, "--anchor", *groups, *file.paper)[0] == "match"
    option, plain = file.paper
    by_four = [plain[at : at + 4] for at in range(0, 64, 4)]
    by_eight = [plain[at : at + 8] for at in range(0, 64, 8)]  # as on a closing sheet
    for typed in (by_four, by_eight, ["-".join(by_four)], [" ".join(by_four)]):
        assert verdict(file.folder, option, *typed, "--anchor", *groups)[0] == "match"


@pytest.mark.slow
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
    file: File, tmp_path: Path, name: str, content: bytes, left: str
):
    (tmp_path / name).write_bytes(content)
    told = verdict(file.folder, *file.paper, "--against", tmp_path / name)
    assert told == ("not-enough", {left})


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nowhere", ".", "pipe"])
def test_a_file_of_evidence_that_is_none(file: File, tmp_path: Path, name: str):
    os.mkfifo(tmp_path / "pipe")
    told = verdict(file.folder, *file.paper, "--against", tmp_path / name)
    assert told == ("not-enough", {"evidence-unreadable"})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("over", "kind"),
    [
        ({}, None),
        ({"accepted_at": 1}, "evidence"),
        ({"judgement": [[-1, "key-late"]]}, "evidence"),
        ({"seq": 6}, "evidence"),
        ({"seq": -1}, "evidence-unreadable"),
        ({"hashes": [b"short"]}, "evidence-unreadable"),
        ({"proof": b""}, "evidence-unreadable"),
        ({"version": "kt1-receipt/2"}, "evidence-unreadable"),
    ],
)
def test_receipts(file: File, tmp_path: Path, over: dict[str, Any], kind: str | None):
    (tmp_path / "receipt").write_bytes(receipt_of(file.insider, 5, **over))
    told = verdict(file.folder, *file.paper, "--against", tmp_path / "receipt")
    assert told[1] == ({kind} if kind else set())


@pytest.mark.slow
def test_a_time_stamp_in_the_folder(file: File):
    size = len(file.insider.raws)
    for name, text, kinds in (
        (f"{size}.tsr", file.insider.text, set()),
        ("3.tsr", "of another size", set()),
        (f"{size}.tsr", "another text", {"stamp"}),
        (f"{size + 1}.tsr", file.insider.text, {"stamp"}),
        ("x.tsr", file.insider.text, {"stamp"}),
    ):
        make_bundle.write(file.folder / "tsa" / name, stamp_of(text))
        make_bundle.fix_sums(file.folder)
        told = ask(file.folder, *file.paper)
        assert told.kinds == kinds
        assert "openssl ts -verify" in told.text or kinds
        shutil.rmtree(file.folder / "tsa")


# --- sums ---


@pytest.mark.slow
@pytest.mark.parametrize(
    "respell",
    [
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [lines[0].upper(), *lines[1:]],
        lambda lines: ["0" * 64 + lines[0][64:], *lines[1:]],
        lambda lines: [line.replace("  ", " *") for line in lines],
        lambda lines: [*lines, "\n"],
        lambda lines: [line.replace("\n", "\r\n") for line in lines],
        lambda lines: [*lines[:-1], lines[-1][:-1]],
        lambda lines: [*lines, f"{'0' * 64}  $(touch pwned)\n"],
        lambda lines: [*lines, f"{'0' * 64}  \x00\n"],
        lambda lines: lines[1:],
        lambda lines: [],
    ],
)
def test_sums_have_one_spelling(file: File, respell: Callable[[list[str]], list[str]]):
    path = file.folder / "SHA256SUMS"
    lines = path.read_bytes().decode().splitlines(keepends=True)
    path.write_bytes("".join(respell(lines)).encode())
    told = ask(file.folder, *file.paper)
    assert "bundle-sum" in told.kinds
    assert not list(file.folder.rglob("pwned"))


# --- any bytes at all ---


@pytest.fixture(scope="module")
def page() -> Iterator[Verifier]:
    """verify.html, each of whose answers is compared with that of verify.py."""
    browser = Verifier()
    yield browser
    browser.close()
    assert browser.page.complaints == []


def mutate(raw: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(raw))
    match chance.choice(["flip", "flip", "set", "cut", "insert", "double", "swap"]):
        case "flip":
            return raw[:at] + bytes([raw[at] ^ 1 << chance.randrange(8)]) + raw[at + 1 :]
        case "set":
            return raw[:at] + bytes([chance.choice((0, 0x20, 0x30, 0x7F, 0xFF))]) + raw[at + 1 :]
        case "cut":
            return raw[:at]
        case "insert":
            return raw[:at] + chance.randbytes(chance.randrange(1, 4)) + raw[at:]
        case "double":
            return raw[:at] + raw[at : at + 40] + raw[at:]
        case _:
            lines = raw.split(b"\n")
            chance.shuffle(lines)
            return b"\n".join(lines)


SEEDS = nightly.each(range(4), 0)
TURNS = 15 if nightly.is_nightly() else 3


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_both_say_the_same_of_random_attacks(file: File, page: Verifier, seed: int):
    """Files of the dossier, with sums that fit."""
    chance = random.Random(20261124 + seed)
    names = sorted(
        one
        for one in file.folder.rglob("*")
        if one.is_file() and not one.name.startswith(("verify", "README", "SHA256SUMS"))
    )
    for number in range(TURNS):
        path = chance.choice(names)
        honest = path.read_bytes()
        path.write_bytes(mutate(honest, chance) if honest else b"x")
        make_bundle.fix_sums(file.folder)
        told = page.told(file.folder, file.insider.genesis)
        spoilt = path.read_bytes() != honest
        is_refused = told["verdict"] in ("missing", "wrong")
        assert is_refused or not spoilt or path.name == "checkpoint", (number, path)
        path.write_bytes(honest)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_both_say_the_same_of_entries_signed_by_a_thief(file: File, page: Verifier, seed: int):
    """Entries spoilt beneath a tree, proofs and a checkpoint that fit."""
    chance, insider = random.Random(20261125 + seed), file.insider
    honest, seqs, genesis = insider.raws, positions_of(file), insider.genesis
    for number in range(TURNS):
        seq = chance.choice(seqs)
        raws = list(honest)
        raws[seq] = mutate(raws[seq], chance)
        make_bundle.write_entries(insider.bundle, raws)
        insider.seal(*THREE)
        shutil.rmtree(file.folder)
        make_bundle.dossier(insider.bundle, file.folder, file.item, seqs)
        told = page.told(file.folder, genesis)
        assert told["verdict"] in ("missing", "wrong") or raws == honest, (number, seq)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_both_say_the_same_of_evidence_of_any_bytes(
    file: File, page: Verifier, tmp_path: Path, seed: int
):
    chance = random.Random(20261126 + seed)
    words = evidence(file.insider, tmp_path / "e")
    for _ in range(TURNS):
        kind = chance.choice([one for one in KINDS if one != "code"])
        path = Path(words[kind][1])
        honest = path.read_bytes()
        path.write_bytes(mutate(honest, chance))
        page.told(file.folder, file.insider.genesis, evidence=[path])
        path.write_bytes(honest)


# --- epochs: a log that lost its end and went on ---

SECOND = "kt1.lamdong.vn/68/e2"


@dataclass
class Seam:
    """A bundle and a dossier of two epochs, and what was signed of the first before it was cut.

    Attributes:
        lost: The newest checkpoint of the first epoch; two of its entries are gone.
        kept: A checkpoint of the first epoch of a size that is still there.
    """

    bundle: Path
    dossier: Path
    genesis: str
    lost: bytes
    kept: bytes
    office: Office

    @property
    def code(self) -> str:
        leaves = [make_bundle.leaf(raw) for raw in make_bundle.entries(self.bundle, SECOND)]
        return make_bundle.anchor(make_bundle.text_of(SECOND, leaves))


@pytest.fixture(scope="module")
def _seam(
    _lived: tuple[cast.World, cast.Day], _office: Office, tmp_path_factory: pytest.TempPathFactory
) -> Seam:
    folder = tmp_path_factory.mktemp("seam")
    world = cast.copy_world(_lived[0], folder / "world")
    day = _lived[1]
    kept = checkpointing.give_out(world.at(300)).note
    world.session.close()
    shutil.copytree(world.session.data, folder / "backup")
    at_counter.hold(world.at(301), cast.CLERK, cast.CLERK_2, "absent")
    at_counter.hold(world.at(302), cast.CLERK, cast.DRIVER, "absent")
    lost = checkpointing.give_out(world.session).note
    world.session.close()
    shutil.rmtree(world.session.data)
    shutil.copytree(folder / "backup", world.session.data)
    at_counter.begin_epoch(world.at(303), "restored", cast.OFFICERS)
    step = [str(day.numbers[3])]
    at_counter.report(world.at(304), "absent", cast.COURIER, "nobody", step, confirm=cast.yes)
    outgoing.bundle(world.session, folder / "bundle")
    outgoing.dossier(world.session, step[0], folder / "dossier")
    world.session.close()
    genesis = make_bundle.leaf(make_bundle.entries(folder / "bundle", ORIGIN)[0]).hex()
    return Seam(folder / "bundle", folder / "dossier", genesis, lost, kept, _office)


@pytest.fixture
def seam(_seam: Seam, tmp_path: Path) -> Seam:
    folders = tmp_path / "bundle", tmp_path / "dossier"
    shutil.copytree(_seam.bundle, folders[0])
    shutil.copytree(_seam.dossier, folders[1])
    return Seam(*folders, _seam.genesis, _seam.lost, _seam.kept, _seam.office)


@pytest.mark.slow
def test_a_log_of_two_epochs_matches(seam: Seam):
    words = ("--genesis", seam.genesis, "--anchor", seam.code)
    code, told = inside.judge(seam.bundle, *words)
    assert (code, told["verdict"], told["origin"], told["size"]) == (0, "match", SECOND, 2)
    assert [what for what in told["outside"] if what.startswith("lost-entries")] != []
    assert verdict(seam.dossier, *words) == ("match", set())
    outside = inside.judge(seam.dossier)[1]["outside"]
    assert [what for what in outside if "lost-entries" in what] != []


@pytest.mark.slow
def test_evidence_of_an_epoch_that_has_ended(seam: Seam, tmp_path: Path):
    for name, found in (("kept", None), ("lost", "entries-missing")):
        (tmp_path / name).write_bytes(getattr(seam, name))
        words = ("--genesis", seam.genesis, "--against", tmp_path / name)
        expected = ("missing", {found}) if found else ("not-enough", {"tail-not-anchored"})
        assert inside.verdict(seam.bundle, *words) == expected
        assert verdict(seam.dossier, *words) == expected


def reseal(seam: Seam, seq: int, **over: Any) -> None:
    """Sign an `epoch` act again with something in it changed; the log key makes the rest fit.

    The act of the same device that comes after still names the old one.
    """
    raws = make_bundle.entries(seam.bundle, SECOND)
    value = cbor.decode(raws[0])
    assert isinstance(value, list)
    body = cbor.decode(value[6])
    assert isinstance(body, dict)
    old = body["old"] if "old" not in over else {**body["old"], **over.pop("old")}
    spelled = cbor.encode({**body, "old": old, **over})
    signers = [("officer", seam.office.keys[one]) for one in cast.OFFICERS]
    first = cbor.encode([*value[:6], spelled, forge.sign_body(spelled, signers), value[8]])
    rest = cbor.decode(raws[1])
    assert isinstance(rest, list)
    rest[3] = rest[4] = make_bundle.leaf(first)
    make_bundle.write_entries(seam.bundle, [first, cbor.encode(rest)], SECOND)
    make_bundle.seal(seam.bundle, [seam.office.keys["log"]], origin=SECOND)
    leaves = [make_bundle.leaf(raw) for raw in make_bundle.entries(seam.bundle, SECOND)]
    noted = (seam.bundle / "logs" / SECOND / "checkpoint").read_bytes()
    make_bundle.write(seam.dossier / "logs" / SECOND / "checkpoint", noted)
    for place, raw in enumerate(make_bundle.entries(seam.bundle, SECOND)):
        name = seam.dossier / "entries" / f"{seq + place}"
        make_bundle.write(name.with_suffix(".entry"), raw)
        make_bundle.write(name.with_suffix(".tlog-proof"), make_bundle.proof(place, leaves, noted))
    make_bundle.fix_sums(seam.dossier)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("over", "kind"),
    [
        ({}, None),
        ({"note": None}, None),
        ({"old": {"root": bytes(32)}}, "epoch"),
        ({"old": {"size": 3}}, "epoch"),
        ({"note": b"x"}, "epoch"),
        ({"note": make_bundle.note(f"{ORIGIN}\n99\n{'A' * 43}=\n", [STRANGER.key])}, "epoch"),
        ({"origin": "kt1.lamdong.vn/68/e1"}, "entry-unreadable"),
        ({"old": {"origin": "kt1.hanoi.vn/10/e1"}}, "entry-unreadable"),
        ({"genesis": bytes(32)}, "origin"),
        ({"by2": cast.OFFICERS[0]}, "not-authentic"),
    ],
)
def test_a_new_epoch_says_what_is_left_of_the_old_one(
    seam: Seam, over: dict[str, Any], kind: str | None
):
    reseal(seam, len(make_bundle.entries(seam.bundle, ORIGIN)), **over)
    for kinds in (inside.verdict(seam.bundle)[1], verdict(seam.dossier)[1]):
        told = kinds - {"device-gap", "genesis-not-given", "tail-not-anchored"}  # see `reseal`
        if kind in ("origin", "entry-unreadable"):
            assert kind in told
        else:
            assert told == ({kind} if kind else set())


@pytest.mark.slow
def test_an_epoch_cannot_be_left_out_or_cut(seam: Seam):
    old = seam.bundle / "logs" / ORIGIN
    raws = make_bundle.entries(seam.bundle, ORIGIN)
    make_bundle.write_entries(seam.bundle, raws[:-1], ORIGIN)
    make_bundle.fix_sums(seam.bundle)
    assert inside.verdict(seam.bundle)[0] == "wrong"
    make_bundle.write_entries(seam.bundle, raws, ORIGIN)
    make_bundle.fix_sums(seam.bundle)
    assert inside.verdict(seam.bundle)[0] == "not-enough"
    shutil.rmtree(old)
    make_bundle.fix_sums(seam.bundle)
    assert inside.verdict(seam.bundle)[0] == "wrong"
    (seam.dossier / "logs" / ORIGIN / "checkpoint").unlink()
    make_bundle.fix_sums(seam.dossier)
    assert "file-missing" in ask(seam.dossier).kinds
