"""The program's auditor and the verifier in a bundle say the same of the same folder."""

import random
import shutil
from pathlib import Path

import pytest

from kt1custody.audit.findings import CHECKED, KINDS, OUTSIDE, UNCHECKED, Report
from kt1custody.cli import incoming, outgoing
from kt1custody.errors import MalformedInputError
from tests.kit import cast, nightly
from tests.kit.forge import load
from tests.kit.grown import Grown
from tests.kit.make_bundle import fix_sums
from tests.kit.spoilt_bundle import SPOILT

stranger = load()  # verify.py
# Both say that something is not right, in other words: entries of which nothing makes sense.
DIFFER = {"another log"}


def both(folder: Path, genesis: bytes | None, *words: Path) -> tuple[Report, Report]:
    """Ask both; what is said of judgements, custody and stamps' signatures differs by design."""
    ours = incoming.audit_folder(folder, given=incoming.gather(genesis, [], words, []))
    theirs = stranger.check(folder, genesis, stranger.gather([], [str(one) for one in words])[0])
    return ours, theirs


def same(folder: Path, genesis: bytes | None, *words: Path) -> str:
    ours, theirs = both(folder, genesis, *words)
    assert (ours.verdict, ours.form, ours.size, ours.covered, ours.as_of) == (
        theirs.verdict, theirs.form, theirs.size, theirs.covered, theirs.as_of,
    )  # fmt: skip
    assert {*ours.not_checked} == {*theirs.not_checked}
    assert ours.kinds - {"judgement"} == theirs.kinds, (ours.findings, theirs.findings)
    return ours.verdict


def test_the_words_are_the_same():
    assert {*stranger.WORDS} <= {*KINDS}
    assert {*stranger.CHECKED} <= {*CHECKED}
    assert {*stranger.NOT_CHECKED} == {*UNCHECKED}
    assert {*stranger.OUTSIDE} <= {*OUTSIDE}


@pytest.fixture
def item(grown: Grown, day: cast.Day, tmp_path: Path) -> Path:
    folder = tmp_path / "dossier"
    outgoing.dossier(grown.world.session, str(day.numbers[3]), folder)
    return folder


def test_an_honest_bundle(bundle: Path, grown: Grown):
    assert same(bundle, grown.genesis) == "match"
    assert same(bundle, None) == "not-enough"
    assert same(bundle, bytes(32)) == "wrong"


def test_an_honest_dossier(item: Path, grown: Grown):
    assert same(item, grown.genesis) == "match"
    assert same(item, None) == "not-enough"
    assert same(item, bytes(32)) == "wrong"


@pytest.mark.parametrize(
    "how",
    nightly.each(
        sorted(SPOILT), "no checkpoint", "policy", "tile", "another log", "no key", "stamp"
    ),
)
def test_a_spoilt_bundle(bundle: Path, grown: Grown, how: str):
    SPOILT[how][0](bundle)
    for _ in range(2):
        if how in DIFFER:
            ours, theirs = both(bundle, grown.genesis)
            assert "match" not in (ours.verdict, theirs.verdict)
        else:
            same(bundle, grown.genesis)
        fix_sums(bundle)


@pytest.mark.parametrize("seed", nightly.each(range(60), *range(10)))
def test_a_dossier_with_a_file_less_or_another_byte(item: Path, grown: Grown, seed: int):
    chance = random.Random(seed)
    files = sorted(one for one in item.rglob("*") if one.is_file() and one.suffix != ".html")
    path = chance.choice([one for one in files if one.name != "SHA256SUMS"])
    if chance.random() < 0.5:
        path.unlink()
    else:
        content = bytearray(path.read_bytes())
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        path.write_bytes(content)
    fix_sums(item)
    ours, theirs = both(item, grown.genesis)
    assert ours.verdict == theirs.verdict, (path, ours.findings, theirs.findings)
    assert {*ours.not_checked} == {*theirs.not_checked}


def test_neither_takes_a_folder_that_is_none(tmp_path: Path, bundle: Path):
    shutil.rmtree(bundle / "logs")
    (bundle / "SHA256SUMS").unlink()
    with pytest.raises(MalformedInputError, match="not-a-bundle"):
        incoming.audit_folder(bundle)
    with pytest.raises(stranger.MalformedError):
        stranger.check(bundle)
