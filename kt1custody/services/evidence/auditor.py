"""The auditor's own file in an audit: what it brings, and what is kept in it afterwards.

**Rule:** it is compared with the log like evidence that others hold. It is renewed after an audit in
which nothing is wrong or missing, and never by an audit of less than it knows. Who trusts it trusts
its medium: it may not lie in a folder that is audited. It is the auditor's own, and is read and written
where it lies, since the tables beside it are a database.
"""

import contextlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kt1custody.audit import saved_state, trust_file
from kt1custody.audit.evidence import Claim, OutsideEvidence
from kt1custody.audit.findings import Report
from kt1custody.audit.replay import Replay
from kt1custody.audit.saved_state import Audited
from kt1custody.audit.trust_file import TRUST, OutsideAnchor, TrustFile, TrustStanding
from kt1custody.core.formats import origins
from kt1custody.core.log.checkpoint import Checkpoint
from kt1custody.errors import KtError, RefusedError, UnavailableError

# Entries: if one in 100 was edited, a run finds that with 99 %; if one in 1 000, with 39 %.
_REREAD = 500


@dataclass(slots=True, kw_only=True)
class Auditor:
    """An auditor's file, open for one audit; without a path it brings and keeps nothing.

    Attributes:
        is_quick: Older entries are not read again where the file has tables of them.
        text: What the file says, or None.
        is_exposed: Others could write it when it was read.
        before: The tables beside it, of a quick audit.
    """

    path: Path | None
    is_quick: bool
    text: TrustFile | None
    is_exposed: bool = False
    before: Audited | None = None

    def given(self, given: OutsideEvidence) -> OutsideEvidence:
        """Add to what was given by hand what the file knows.

        Raises:
            RefusedError: `trust-genesis`: the file is not there yet, and no hash was given;
                `trust-other-genesis`: another hash was given.
        """
        if self.path is None:
            return given
        known = None if self.text is None else self.text.genesis
        if known is None and given.genesis is None and not self.is_quick:
            raise RefusedError("trust-genesis", name=self.path.name)
        if known is not None and given.genesis not in (None, known):
            raise RefusedError("trust-other-genesis", name=self.path.name)
        claims = list(given.claims)
        if self.text is not None and self.before is None:
            own = self.text.checkpoint
            claims.append(Claim(self.path.name, own.size, trusted=own))
        return replace(given, genesis=given.genesis or known, claims=claims)

    def keep(self, replay: Replay | None, report: Report, at: int) -> None:
        """Renew the file if nothing is wrong, and all that was given could be read.

        The report says what became of it.

        Args:
            replay: Of a whole log; None of a dossier.
            at: Unix seconds UTC.

        Where it cannot be written the audit still stands, and what the file said it still says.

        Raises:
            RefusedError: `audited-dossier`, `trust-other-log`.
        """
        if self.path is None:
            return
        if replay is None and (self.is_quick or self.text is None):
            raise RefusedError("audited-dossier")
        log = origins.log_of(report.origin)
        if self.text is not None and log not in (None, self.text.log):
            raise RefusedError("trust-other-log", name=self.path.name, log=self.text.log, other=log)
        after, fault = None, None
        # Whoever has mistyped the code from paper is not to find all in order the next time.
        is_unread = any(one.startswith("evidence-unreadable") for one in report.not_checked)
        is_good = not report.kinds and not is_unread
        if replay is not None and is_good and not self._is_behind(replay):
            try:
                after = self._renew(self.path, replay, report, at)
            except UnavailableError as error:
                fault = error
        exposed = self.is_exposed or trust_file.is_exposed(self.path)
        report.trust = TrustStanding(
            name=self.path.name, before=self.text, after=after, is_exposed=exposed, fault=fault
        )

    def _is_behind(self, replay: Replay) -> bool:
        """Tell whether somebody else has renewed the file meanwhile, with more than is here."""
        assert self.path is not None  # noqa: S101  # the caller asked
        try:
            now = trust_file.read(self.path).checkpoint if self.path.exists() else None
        except KtError:
            return False
        epochs = [origin for origin, _ in replay.control.epochs]
        if now is None or now.origin not in epochs:
            return now is not None
        mine = (len(epochs) - 1, replay.epochs[-1].growth.size)
        return (epochs.index(now.origin), now.size) > mine

    def _renew(self, path: Path, replay: Replay, report: Report, at: int) -> TrustFile:
        present, (kind, name) = replay.epochs[-1].growth, report.covered_by
        origin, anchor = replay.control.origin, None
        if kind not in ("", TRUST):
            plain = "".join(sign if " " <= sign <= "~" else "?" for sign in name)[:200].strip()
            anchor = OutsideAnchor(
                origin=origin, size=report.covered, at=at, kind=kind, name=plain or "?"
            )
        found = trust_file.renewed(
            self.text,
            Checkpoint(origin, present.size, present.root(present.size)),
            at,
            genesis=report.genesis if "genesis" in report.checked else None,
            anchor=anchor,
            unchecked=saved_state.unchecked(report),
        )
        if self.is_quick or found.tables is not None:
            return saved_state.write(path, replay, found, self.before)
        trust_file.write(path, found)
        return found


NO_FILE = Auditor(path=None, is_quick=False, text=None)


def _choose(size: int) -> Sequence[int]:
    """Choose older entries that are read again, so that nobody can know which are not."""
    return sorted(random.SystemRandom().sample(range(size), min(size, _REREAD)))


@contextlib.contextmanager
def opened(trust: Path | None, since: Path | None, away_from: Sequence[Path]) -> Iterator[Auditor]:
    """Open an auditor's file.

    Args:
        trust: The file, for an audit that reads everything; or
        since: the file, for one that reads what came since.
        away_from: Folders in which it may not lie.

    Raises:
        RefusedError: `trust-and-since`, `trust-inside`.
        MalformedInputError: `audited-broken`.
        UnavailableError: `file-unreadable`.
    """
    if trust is not None and since is not None:
        raise RefusedError("trust-and-since")
    path = trust or since
    if path is None:
        yield NO_FILE
        return
    for folder in away_from:
        if path.resolve().is_relative_to(folder.resolve()):
            raise RefusedError("trust-inside", name=path.name, folder=str(folder))
    text = trust_file.read(path) if path.exists() else None
    is_quick = since is not None
    before = Audited(path, text, _choose) if is_quick and text is not None and text.tables else None
    try:
        exposed = trust_file.is_exposed(path)
        yield Auditor(path=path, is_quick=is_quick, text=text, is_exposed=exposed, before=before)
    finally:
        if before is not None:
            before.close()
