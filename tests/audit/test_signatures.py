"""Many signatures are verified beside the replay, and the wrong ones named in order."""

from kt1custody.audit import signatures
from kt1custody.audit.findings import Report
from kt1custody.core.log import signers
from kt1custody.core.log.keyring import Control
from tests.kit import cast, paper_log
from tests.kit.paper_log import Office, PaperLog, line, number


def signings(office: Office, control: Control, count: int = 1) -> list[signers.Signing]:
    items = line(number(1), bytes(32))
    act, signed = paper_log.handed(office, cast.CLERK, cast.COURIER, items)
    return [*signers.check(control, act, signed)] * count


def test_what_holds_is_counted_and_what_does_not_is_named_in_the_log_s_order(office: Office):
    report, control = Report(), PaperLog(office).replay.control
    verifier = signatures.Verifier(report, workers=2)
    giver, receiver = signings(office, control)
    swapped = signers.Signing(giver.key, giver.to_be_signed, receiver.signature)
    for seq in range(2 * signatures._BATCH):  # more than one batch
        verifier.add(seq, "bad-signature", [swapped if seq % 50 == 7 else giver, receiver])
    verifier.add(999, "possession", [swapped])
    verifier.finish()
    assert report.signatures == 4 * signatures._BATCH + 1
    assert [(finding.kind, finding.seq) for finding in report.findings] == [
        ("bad-signature", 7), ("bad-signature", 57), ("bad-signature", 107), ("possession", 999),
    ]  # fmt: skip
    assert {finding.expected for finding in report.findings} == {f"signature by {cast.CLERK}"}


def test_no_more_batches_wait_than_memory_allows(office: Office, monkeypatch):
    monkeypatch.setattr(signatures, "_BATCH", 1)
    monkeypatch.setattr(signatures, "_AHEAD", 2)
    report, control = Report(), PaperLog(office).replay.control
    verifier, [giver, _] = signatures.Verifier(report, workers=1), signings(office, control)
    for seq in range(9):
        verifier.add(seq, "bad-signature", [giver])
        assert len(verifier._waiting) <= 2
    verifier.finish()
    assert (report.findings, report.signatures) == ([], 9)
