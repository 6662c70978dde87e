"""Evidence from outside against a log that was rolled back, or told anew with the stolen log key.

Whoever owns the machine has database, keys folder and last checkpoint: beside the log all fits.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kt1custody.audit.findings import Report
from kt1custody.cli import incoming, outgoing
from kt1custody.core.formats import cbor, note
from kt1custody.core.formats.frames import RECEIPTS, frame
from kt1custody.core.log import anchor, checkpoint
from kt1custody.services.evidence.verify import verify
from kt1custody.services.session import checkpoint as signing
from kt1custody.signing import stamp
from kt1custody.store import checkpoints
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast, nightly, openssl_tsa, outsiders
from tests.kit.grown import Grown, report, stamp_of
from tests.kit.phone import Phone, receive

KINDS = (
    "code",
    "checkpoint",
    "cosigned",
    "cosigned alone",
    "proof",
    "receipt",
    "receipts",
    "stamp",
)


@dataclass(frozen=True)
class Scene:
    """A log before and after something happened that outsiders have seen.

    Attributes:
        evidence: What they hold, by kind: a typed code, or a file.
        size: Of how many entries it speaks.
    """

    grown: Grown
    backup: Path
    evidence: dict[str, str | Path]
    size: int

    def ask(self, *kinds: str, roots: list[Path] | None = None) -> Report:
        given = self.given(*kinds, roots=roots)
        return verify(self.grown.world.session, given=given)

    def given(self, *kinds: str, roots: list[Path] | None = None):
        told = [self.evidence[kind] for kind in kinds]
        codes = [one for one in told if isinstance(one, str)]
        files = [one for one in told if isinstance(one, Path)]
        return incoming.gather(self.grown.genesis, codes, files, roots or [])

    def roll_back(self) -> None:
        """Put data and keys folder back; nothing on this machine shows it."""
        session = self.grown.world.session
        unlocked = session.unlocked()
        session.close()
        for name in ("data", "keys"):
            shutil.rmtree(self.grown.world.folder / name)
            shutil.copytree(self.backup / name, self.grown.world.folder / name)
        session.admit_all(unlocked)

    def tell_anew(self) -> None:
        """Roll back and go on otherwise, until the log is as long as it was."""
        self.roll_back()
        at_counter.hold(self.grown.world.session, cast.CLERK, cast.DRIVER, "absent")
        report(self.grown.world, self.size)
        signing.give_out(self.grown.world.session)


@pytest.fixture
def scene(grown: Grown, tmp_path: Path) -> Scene:
    session = grown.world.session
    session.database.close()
    backup = tmp_path / "backup"
    for name in ("data", "keys"):
        shutil.copytree(grown.world.folder / name, backup / name)
    phone = Phone(grown.world)
    answer = receive(session, phone.spell(phone.handover()))
    grown.cosign(1)
    signed = signing.give_out(session)
    told = signed.checkpoint
    files = {
        "checkpoint": signed.note,
        "cosigned": grown.witnesses[0].kept(),
        "cosigned alone": outsiders.cosignature_alone(grown.witnesses[0]),
        "receipt": answer.spelled,
        "receipts": RECEIPTS + frame(answer.spelled) + frame(answer.spelled),
    }
    with session.database.read() as connection:
        control = LogBook(connection).control
        files["proof"] = signing.proof(connection, control, signed, 17)
    evidence: dict[str, str | Path] = {"code": anchor.code(told)}
    for name, content in files.items():
        path = tmp_path / name.replace(" ", "-")
        path.write_bytes(content)
        evidence[name] = path
    path = tmp_path / f"{told.size}.tsr"
    path.write_bytes(stamp_of(told))
    return Scene(grown, backup, {**evidence, "stamp": path}, told.size)


@pytest.mark.parametrize("kind", KINDS)
def test_evidence_that_fits_covers_the_log(scene: Scene, kind: str):
    report = scene.ask(kind)
    assert report.findings == []
    assert "evidence" in report.checked
    # Whoever has the database can make something that looks like a stamp.
    assert report.verdict == ("not-enough" if kind == "stamp" else "match")
    assert report.covered == (260 if kind == "stamp" else 261)


@pytest.mark.parametrize("kind", KINDS)
def test_a_rolled_back_log_misses_what_others_have_seen(scene: Scene, kind: str):
    scene.roll_back()
    assert scene.ask().verdict == "match"  # beside the log all fits
    report = scene.ask(kind)
    assert (report.verdict, report.kinds) == ("missing", {"entries-missing"})


@pytest.mark.parametrize("kind", KINDS)
def test_a_history_told_anew_contradicts_what_others_have_seen(scene: Scene, kind: str):
    scene.tell_anew()
    assert scene.ask().verdict == "not-enough"  # it has no quorum, and nothing is wrong in it
    report = scene.ask(kind)
    assert (report.verdict, report.kinds) == ("wrong", {"evidence"})


def test_all_of_it_at_once_and_against_a_bundle(scene: Scene, tmp_path: Path):
    assert scene.ask(*KINDS).verdict == "match"
    outgoing.bundle(scene.grown.world.session, tmp_path / "bundle")
    whole = incoming.audit_folder(tmp_path / "bundle", given=scene.given(*KINDS))
    assert (whole.verdict, whole.covered) == ("match", 261)
    scene.roll_back()
    outgoing.bundle(scene.grown.world.session, tmp_path / "older")
    older = incoming.audit_folder(tmp_path / "older", given=scene.given(*KINDS))
    assert older.verdict == "missing"
    assert len(older.findings) == len(KINDS) + 1  # the file of receipts holds two


def test_older_evidence_covers_what_it_speaks_of(scene: Scene):
    at_counter.hold(scene.grown.world.session, cast.CLERK, cast.DRIVER, "absent")
    report = scene.ask("code")
    assert (report.verdict, report.covered, report.size) == ("not-enough", 261, 262)


# What cannot be read, and what is of somebody else

UNREADABLE: dict[str, Callable[[Scene], bytes]] = {
    "nothing": lambda scene: b"",
    "anything": lambda scene: bytes(range(256)),
    "a cut checkpoint": lambda scene: read(scene, "checkpoint")[:-2],
    "a cut proof": lambda scene: read(scene, "proof")[:-1],
    "a cut receipt": lambda scene: read(scene, "receipt")[:-1],
    "a cut file of receipts": lambda scene: read(scene, "receipts")[:-1],
    "no receipts": lambda scene: RECEIPTS,
    "a longer receipt": lambda scene: read(scene, "receipt") + b"\0",
    "a flipped cosignature": lambda scene: flip_last_line(read(scene, "cosigned")),
}


def read(scene: Scene, kind: str) -> bytes:
    path = scene.evidence[kind]
    assert isinstance(path, Path)
    return path.read_bytes()


def flip_last_line(noted: bytes) -> bytes:
    signed = checkpoint.read(noted)
    *lines, last = signed.note.signatures
    value = last.signature[:-1] + bytes([last.signature[-1] ^ 1])
    return note.spell(signed.note.text, [*lines, replace(last, signature=value)])


def ask_with(scene: Scene, tmp_path: Path, content: bytes, name: str = "given") -> Report:
    path = tmp_path / name
    path.write_bytes(content)
    return verify(
        scene.grown.world.session, given=incoming.gather(scene.grown.genesis, [], [path], [])
    )


@pytest.mark.parametrize("what", sorted(UNREADABLE))
def test_what_cannot_be_read_is_said(scene: Scene, tmp_path: Path, what: str):
    report = ask_with(scene, tmp_path, UNREADABLE[what](scene))
    assert report.findings == []
    told = [one.partition(":")[0] for one in report.not_checked]
    assert "evidence-unreadable" in told
    assert report.verdict == "not-enough"


def test_what_is_not_there_or_no_stamp_is_said(scene: Scene, tmp_path: Path):
    given = incoming.gather(scene.grown.genesis, [], [tmp_path / "nowhere", tmp_path], [])
    assert len(given.unread) == 2
    assert ask_with(scene, tmp_path, b"x", "261.tsr").verdict == "not-enough"


def test_a_typing_error_names_its_group(scene: Scene):
    code = scene.evidence["code"]
    assert isinstance(code, str)
    digits = code.replace(" ", "")
    for place in range(42):
        wrong = digits[:place] + str((int(digits[place]) + 1) % 10) + digits[place + 1 :]
        given = incoming.gather(scene.grown.genesis, [wrong], [], [])
        assert given.unread == [f"{wrong}: group {place // 6 + 1}"]
        if nightly.is_nightly() or place == 41:
            report = verify(scene.grown.world.session, given=given)
            assert f"evidence-unreadable: {wrong}: group {place // 6 + 1}" in report.not_checked


def test_a_checkpoint_of_another_log_does_not_count(scene: Scene, tmp_path: Path):
    signed = checkpoint.read(read(scene, "checkpoint"))
    told = replace(signed.checkpoint, origin="kt1.lamdong.vn/69/e1")
    other = note.spell(told.text, signed.note.signatures)
    assert "evidence-unsigned: given" in ask_with(scene, tmp_path, other).not_checked
    [line, *_] = signed.note.signatures
    nobody = note.spell(signed.note.text, [replace(line, hash=b"1234")])
    assert "evidence-unsigned: given" in ask_with(scene, tmp_path, nobody).not_checked


# Receipts and proofs that were changed


def test_every_field_of_a_receipt_is_compared(scene: Scene, tmp_path: Path):
    parts = cbor.decode(read(scene, "receipt"))
    assert isinstance(parts, list)
    told: list[tuple[int, cbor.Value]] = [
        (1, 5),
        (1, 300),
        (2, bytes(32)),
        (3, bytes(32)),
        (4, int(str(parts[4])) - 1),
        (5, [[0, "contested"]]),
    ]
    for place, value in told:
        changed = [*parts[:place], value, *parts[place + 1 :]]
        found = ask_with(scene, tmp_path, cbor.encode(changed))
        if (place, value) == (1, 5):  # an entry of before its own place in the tree
            assert f"evidence-unreadable: {tmp_path / 'given'}" in found.not_checked
        else:
            assert found.kinds == {"evidence"}, place


def test_a_proof_of_another_entry_is_named(scene: Scene, tmp_path: Path):
    proof = read(scene, "proof")
    assert ask_with(scene, tmp_path, proof).verdict == "match"
    assert ask_with(scene, tmp_path, proof.replace(b"index 17", b"index 18")).kinds == {"evidence"}
    assert ask_with(scene, tmp_path, proof.replace(b"index 17", b"index 300")).kinds == {"evidence"}
    lines = proof.split(b"\n")
    without = b"\n".join([*lines[:2], *lines[3:]])
    assert ask_with(scene, tmp_path, without).kinds == {"evidence"}


def test_a_refusal_proves_its_entry(scene: Scene, tmp_path: Path):
    answer = receive(scene.grown.world.session, b"no act at all")
    assert answer.refused
    assert ask_with(scene, tmp_path, answer.spelled).verdict == "match"
    scene.roll_back()
    receive(scene.grown.world.session, b"no act at all, either")
    receive(scene.grown.world.session, b"nor this")
    assert ask_with(scene, tmp_path, answer.spelled).kinds == {"evidence"}


# Time stamps with the authority's own certificate


def test_a_stamp_under_a_trusted_root_covers_the_log(scene: Scene, tmp_path: Path):
    openssl_tsa.demand()
    authority, root = outsiders.authority(tmp_path / "tsa")
    trusted, stranger = tmp_path / "root.pem", tmp_path / "stranger.pem"
    trusted.write_bytes(root)
    stranger.write_bytes(openssl_tsa.certify("stranger").pem)
    told = checkpoint.read(read(scene, "checkpoint")).checkpoint
    path = scene.evidence["stamp"]
    assert isinstance(path, Path)
    response = authority.reply(stamp.ask(told.text.encode())[0])
    path.write_bytes(response)
    drop_stamps(scene)
    found = scene.ask("stamp", roots=[trusted])
    assert (found.verdict, found.covered) == ("match", 261)
    assert found.as_of == stamp.check(told.text.encode(), response, [root])
    assert "stamp-signature" in found.checked
    found = scene.ask("stamp", roots=[stranger])
    assert found.not_checked == ["tail-not-anchored", f"evidence-unsigned: {path.name}"][::-1]
    assert scene.ask("stamp").verdict == "not-enough"


def test_a_stamp_beside_the_log_must_hold_under_the_roots_given(scene: Scene, tmp_path: Path):
    openssl_tsa.demand()
    authority, root = outsiders.authority(tmp_path / "tsa")
    trusted = tmp_path / "root.pem"
    trusted.write_bytes(root)
    told = checkpoint.read(read(scene, "checkpoint")).checkpoint
    response = authority.reply(stamp.ask(told.text.encode())[0])
    drop_stamps(scene, told.size, response)
    assert scene.ask(roots=[trusted]).findings == []
    for changed in (response[:-1] + bytes([response[-1] ^ 1]), stamp_of(told)):
        drop_stamps(scene, told.size, changed)
        assert scene.ask().findings == []
        assert scene.ask(roots=[trusted]).kinds == {"stamp"}


def drop_stamps(scene: Scene, size: int = 0, response: bytes = b"") -> None:
    """Take all stamps away, and put one in their place."""
    with scene.grown.world.session.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM stamps")
        if response:
            checkpoints.put_stamp(connection, "kt1.lamdong.vn/68/e1", size, response)
