"""What others bring in files and folders: opened within bounds, and handed to the services as bytes.

**Rule:** only what a person has named is opened. What a file must at least be, a regular one that is
not too long, is told here; what it says is for the services to judge.
"""

import contextlib
from collections.abc import Sequence
from pathlib import Path

from kt1custody.cli import given_files, given_folders
from kt1custody.cli.given_folders import GivenFolder
from kt1custody.core.log.keyring import Witness
from kt1custody.errors import KtError, UnavailableError
from kt1custody.services.evidence import auditor, backup, rollback_guard, sync, trust, verify
from kt1custody.services.evidence import catch_up as catching
from kt1custody.services.evidence.backup import Copy
from kt1custody.services.evidence.catch_up import CaughtUp
from kt1custody.services.evidence.sync import Synced
from kt1custody.services.evidence.trust import Trust
from kt1custody.services.evidence.verify import Claim, OutsideEvidence, Report
from kt1custody.services.session.given_file import GivenFile
from kt1custody.services.session.session import Session
from kt1custody.services.witness import cosign, reply
from kt1custody.services.witness.cosign import CosignOutcome
from kt1custody.system import files, plain_file

_MAX_SEEN = 1_000_000  # bytes of the file with the newest status notes


def trusted(folder: Path, load: Path | None = None, genesis: bytes | None = None) -> Trust:
    """Read and verify a public folder, and a load list; arguments and errors as of `read_trust`."""
    given = None if load is None else given_files.read(load, trust.MAX_NOTE)
    return trust.read_trust(GivenFolder(path=folder), given, genesis)


def exposed_loads(folder: Path) -> tuple[str, ...]:
    """Name the load lists that stand in a public folder, where all can read what is internal."""
    return trust.exposed_loads(given_folders.names(folder))


def keep_newest(file: Path, known: Trust) -> None:
    """Refuse an older public folder than the newest seen, and remember a newer one.

    Args:
        file: Made if it is not there.

    Raises:
        VerificationError, UnavailableError: As `rollback_guard.newest`; `file-unwritable`. The file
            is as it was.
    """
    try:
        seen = plain_file.read(file, _MAX_SEEN)
    except FileNotFoundError:
        seen = None
    except OSError:
        raise UnavailableError("seen-broken", name=str(file)) from None
    newer = rollback_guard.newest(str(file), seen, known)
    if newer is not None:  # a machine that only checks has no folder of ours yet
        files.write(file, newer, makes_folder=True)


def acts(session: Session, file: Path, receipts: Path | None = None) -> Synced:
    """Take all acts of a file; raises as `sync.sync`.

    Args:
        receipts: Where to write the log's receipts for the device; not there yet. Or None.

    Raises:
        RefusedError: `file-exists`.
        UnavailableError: `file-unreadable`, `file-unwritable`.
    """
    if receipts is not None:
        files.refuse_existing(receipts)
        files.probe(receipts)
    done = sync.sync(session, _acts_in(file))
    if receipts is not None:
        files.write(receipts, done.receipts_file)
    return done


def catch_up(
    session: Session,
    bundles: Sequence[Path],
    devices: Sequence[tuple[Path, Path]] = (),
    record_files: Sequence[Path] = (),
    reader: str | None = None,
) -> CaughtUp:
    """Append what the database has lost since it was backed up; arguments as of `catch_up`.

    Raises:
        UnavailableError: `file-unreadable`; nothing was taken. Others as `catch_up`.
    """
    with contextlib.ExitStack() as opened:
        return catching.catch_up(
            session,
            [_log_in(folder) for folder in bundles],
            ((_acts_in(signed), _acts_in(answers)) for signed, answers in devices),
            [(path.name, opened.enter_context(files.opened(path))) for path in record_files],
            reader,
        )


def witness_answer(session: Session, file: Path, candidate: Witness | None = None) -> CosignOutcome:
    """Take the answer of a witness that came on a stick; raises as `cosign.add`.

    Args:
        candidate: Whose it is, if it is not enrolled.

    Raises:
        UnavailableError: `file-unreadable`.
    """
    return cosign.add(session, given_files.read(file, reply.MOST), candidate)


def gather(
    genesis: bytes | None,
    codes: Sequence[str],
    evidence: Sequence[Path] = (),
    roots: Sequence[Path] = (),
) -> OutsideEvidence:
    """Read what an auditor has from elsewhere; evidence that cannot be read is named.

    Args:
        codes: Typed codes.
        evidence: Untrusted files, or pictures of closing sheets.
        roots: PEM files of stamping authorities' root certificates, trusted.

    Raises:
        MalformedInputError: `stamp-roots`: such a file holds no certificate.
        UnavailableError: `file-unreadable`: a file of roots.
    """
    claims: list[Claim] = []
    unread = []
    for path in evidence:
        try:
            claims += verify.read_evidence(given_files.read(path, verify.MAX_FILE))
        except KtError:
            unread.append(str(path))
    certificates = [files.read(path, verify.MAX_ROOT) for path in roots]
    return verify.gather(genesis, codes, claims, unread, certificates)


def audit(
    session: Session,
    genesis: bytes | None = None,
    opener: str | None = None,
    *,
    given: OutsideEvidence | None = None,
    since: Path | None = None,
    trust: Path | None = None,
    report: Report | None = None,
) -> Report:
    """Audit the data folder; arguments and errors as of `verify.verify` and `auditor.opened`."""
    with auditor.opened(trust, since, [session.data, session.keys]) as own:
        return verify.verify(session, genesis, opener, given=given, auditor=own, report=report)


def audit_folder(
    folder: Path,
    genesis: bytes | None = None,
    *,
    given: OutsideEvidence | None = None,
    since: Path | None = None,
    trust: Path | None = None,
    at: int = 0,
    report: Report | None = None,
) -> Report:
    """Audit a bundle, a dossier or a backup; arguments as of `verify` and `auditor.opened`."""
    with auditor.opened(trust, since, [folder]) as own:
        handed_over = _log_in(folder)
        if isinstance(handed_over, Copy):
            return verify.verify_backup(
                handed_over, genesis, given=given, auditor=own, at=at, report=report
            )
        return verify.verify_bundle(
            handed_over, genesis, given=given, auditor=own, at=at, report=report
        )


def _log_in(folder: Path) -> GivenFolder | Copy:
    says_backup = (folder / backup.MANIFEST).is_file()
    return Copy(folder=folder) if says_backup else GivenFolder(path=folder)


def _acts_in(file: Path) -> GivenFile:
    return given_files.read(file, sync.MAX_FILE)
