"""The auditor's own file beside an audit: what it brings, where it may lie, and when it is left alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kt1custody.audit import trust_file
from kt1custody.audit.evidence import OutsideEvidence
from kt1custody.audit.findings import Report
from kt1custody.audit.trust_file import TrustFile
from kt1custody.core.log.checkpoint import Checkpoint
from kt1custody.errors import KtError
from kt1custody.services.evidence import auditor

GENESIS = b"g" * 32
KNOWN = TrustFile(
    checkpoint=Checkpoint("kt1.example.vn/68/e1", 31, bytes(32)),
    since=1_795_392_000,
    audited=1_795_478_400,
    genesis=GENESIS,
)
NOTHING = OutsideEvidence()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of an auditor who has audited 31 entries."""
    folder = tmp_path / "stick"
    folder.mkdir(mode=0o700)
    trust_file.write(folder / "trust", KNOWN)
    return folder / "trust"


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(KtError) as caught:
        act()
    return caught.value.code


def given(
    *, trust: Path | None = None, since: Path | None = None, **typed: bytes
) -> OutsideEvidence:
    with auditor.opened(trust, since, []) as opened:
        return opened.given(OutsideEvidence(**typed))  # type: ignore[arg-type]


def test_without_a_file_nothing_is_brought_and_nothing_kept():
    with auditor.opened(None, None, []) as opened:
        assert opened is auditor.NO_FILE
        assert opened.given(NOTHING) == NOTHING
        report = Report()
        opened.keep(None, report, 0)
        assert report.trust is None


@pytest.mark.parametrize("is_quick", [False, True])
def test_it_brings_the_genesis_hash_and_how_far_it_was_audited(path: Path, is_quick: bool):
    brought = given(since=path) if is_quick else given(trust=path)
    assert brought.genesis == GENESIS
    assert [(one.name, one.size, one.trusted) for one in brought.claims] == [
        ("trust", 31, KNOWN.checkpoint)
    ]
    assert given(trust=path, genesis=GENESIS) == brought


def test_another_genesis_hash_than_it_knows_is_refused(path: Path):
    assert refusal(lambda: given(trust=path, genesis=bytes(32))) == "trust-other-genesis"


def test_a_file_begins_with_a_genesis_hash_from_paper(tmp_path: Path):
    fresh = tmp_path / "fresh"
    assert refusal(lambda: given(trust=fresh)) == "trust-genesis"
    assert given(trust=fresh, genesis=GENESIS) == OutsideEvidence(genesis=GENESIS, claims=[])
    assert not fresh.exists()


def test_one_file_is_opened_and_none_within_what_is_audited(path: Path, tmp_path: Path):
    def opening(trust: Path | None, since: Path | None, *away: Path) -> str:
        def act() -> None:
            with auditor.opened(trust, since, away):
                pass

        return refusal(act)

    assert opening(path, path) == "trust-and-since"
    assert opening(path, None, tmp_path / "data", path.parent) == "trust-inside"
    assert opening(None, path.parent / ".." / "stick" / "new", path.parent) == "trust-inside"
    path.write_bytes(b"rubbish")
    assert opening(path, None) == "audited-broken"


def test_who_else_may_write_it_is_seen_when_it_is_read(path: Path):
    for mode, is_exposed in ((0o600, False), (0o622, True)):
        path.chmod(mode)
        with auditor.opened(path, None, []) as opened:
            assert opened.is_exposed == is_exposed


def test_a_dossier_renews_no_file_and_begins_none(path: Path, tmp_path: Path):
    kept, report = path.read_bytes(), Report(origin="kt1.example.vn/68/e1")
    with auditor.opened(path, None, []) as opened:
        opened.keep(None, report, 1_795_500_000)
    assert report.trust is not None
    assert (report.trust.before, report.trust.after) == (KNOWN, None)
    assert path.read_bytes() == kept
    fresh = tmp_path / "fresh"
    for trust, since in ((fresh, None), (None, path)):
        with auditor.opened(trust, since, []) as opened:
            assert refusal(lambda: opened.keep(None, report, 0)) == "audited-dossier"
    assert not fresh.exists()


def test_a_file_of_another_log_is_refused(path: Path):
    with auditor.opened(path, None, []) as opened:
        other = Report(origin="kt1.other.vn/69/e1")
        assert refusal(lambda: opened.keep(None, other, 0)) == "trust-other-log"
        next_epoch = Report(origin="kt1.example.vn/68/e2")
        opened.keep(None, next_epoch, 0)
        assert next_epoch.trust is not None
