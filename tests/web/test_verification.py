"""Verifying beside: one at a time, and what it came to is kept with its time."""

import time

import pytest

from kt1custody.errors import UnavailableError
from kt1custody.services.evidence import verify
from kt1custody.services.evidence.verify import OutsideEvidence, Report
from kt1custody.services.session.session import Session
from kt1custody.web.verification import Verification, Verified
from tests.kit import cast
from tests.kit.phone import size


def ended(job: Verification) -> Verified:
    for _ in range(2_000):
        if job.progress is None and job.last is not None:
            return job.last
        time.sleep(0.01)
    raise AssertionError


def test_it_reads_the_whole_log_beside(world: cast.World):
    job = Verification(world.session)
    assert (job.last, job.progress) == (None, None)
    assert job.begin()
    found = ended(job)
    assert (found.report.entries, found.report.findings) == (size(world), [])
    assert (found.at, found.fault) == (world.session.clock(), None)


def test_only_one_runs_and_what_stops_it_is_told(
    world: cast.World, monkeypatch: pytest.MonkeyPatch
):
    job, begun = Verification(world.session), []

    def stop(session: Session, *, given: OutsideEvidence, report: Report) -> Report:
        begun.append(job.begin())
        raise UnavailableError("database-missing", path="kt1.db")

    monkeypatch.setattr(verify, "verify", stop)
    assert job.begin()
    fault = ended(job).fault
    assert fault
    assert (fault.code, begun) == ("database-missing", [False])
