"""A bundle, whole and spoilt in one place each."""

from pathlib import Path

import pytest

from kt1custody.cli import incoming
from tests.kit.grown import Grown
from tests.kit.make_bundle import fix_sums
from tests.kit.spoilt_bundle import SPOILT


@pytest.mark.parametrize("how", sorted(SPOILT))
def test_a_spoilt_bundle_is_named(bundle: Path, grown: Grown, how: str):
    spoil, verdict, kinds = SPOILT[how]
    spoil(bundle)
    assert {"bundle-sum", "file-missing"} & incoming.audit_folder(bundle, grown.genesis).kinds
    fix_sums(bundle)
    report = incoming.audit_folder(bundle, grown.genesis)
    assert report.verdict == verdict
    assert report.kinds == kinds or (how == "another log" and kinds < report.kinds)
    if how == "no checkpoint":
        assert report.not_checked == ["no-checkpoint"]
        assert report.size is None
