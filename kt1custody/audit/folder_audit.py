"""Auditing a folder that somebody handed over: a bundle, or the dossier of one item."""

from kt1custody.audit.bundle import Bundle
from kt1custody.audit.dossier import audit_dossier
from kt1custody.audit.evidence import OutsideEvidence
from kt1custody.audit.findings import Report
from kt1custody.audit.folder import Files, HandedFolder
from kt1custody.audit.judge import EvidenceCheck
from kt1custody.audit.replay import Replay
from kt1custody.audit.report import audit, trunks
from kt1custody.audit.saved_state import Audited, take_up
from kt1custody.core.log import checkpoint
from kt1custody.errors import MalformedInputError


def audit_folder(
    files: Files, report: Report, given: OutsideEvidence, before: Audited | None = None
) -> Replay | None:
    """Audit untrusted files.

    Args:
        before: What was audited before, of a bundle; None: nothing.

    Returns:
        The replay of a bundle.

    Raises:
        MalformedInputError: `not-a-bundle`.
    """
    folder = HandedFolder(files, report)
    report.form = "dossier" if folder.is_dossier else "bundle"
    if folder.is_dossier:
        audit_dossier(folder, report, given)
        return None
    return _audit_bundle(Bundle(folder, report), report, given, before)


def _audit_bundle(
    bundle: Bundle, report: Report, given: OutsideEvidence, before: Audited | None
) -> Replay:
    replay, folder = audit(bundle, report, given.genesis, before=before), bundle.folder
    report.pass_over("records")
    if replay.broken:
        return replay
    control, trees = replay.control, trunks(replay)
    origins = [one.origin for one in trees]
    notes = {one: folder.read(f"logs/{one}/checkpoint") for one in origins}
    sizes = {one: _size(noted) for one, noted in notes.items()}
    last = sizes[control.origin]
    whole = last is None or last <= trees[-1].size
    report.origin = control.origin
    report.want("origin", None, " ".join(origins), " ".join(folder.origins))
    folder.compare_keys(control, whole=whole)
    folder.compare_catalogues(replay.offices, whole=whole)
    judge = EvidenceCheck(report, trees, bundle.raw, given.roots)
    for one, epoch in zip(trees, replay.epochs, strict=True):
        noted, size = notes[one.origin], sizes[one.origin]
        if noted is None:
            report.skip("no-checkpoint")
        else:
            judge.own(f"logs/{one.origin}/checkpoint", noted)
        if size is not None and size < one.size:
            report.add("checkpoint", None, f"{one.origin}: {one.size} entries", size)
        must = size == one.size
        wanted = one.size if size is None else size
        bundle.compare_tiles(one.origin, epoch.growth, wanted, must=must)
    bundle.refuse_others(origins)
    if last is not None and whole:
        folder.compare_policy(control, last)
    for name in folder.names("tsa/"):
        judge.stamp(name, folder.read(f"tsa/{name}") or b"", control.origin, "tsa/")
    judge.seams(replay.began)
    judge.weigh(given)
    if before is not None:
        take_up(before, report)
    judge.finish(last)
    return replay


def _size(noted: bytes | None) -> int | None:
    """Give the size that a checkpoint claims, if it is one."""
    try:
        return None if noted is None else checkpoint.read(noted).checkpoint.size
    except MalformedInputError:
        return None
