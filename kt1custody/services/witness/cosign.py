"""Having witnesses cosign the log's checkpoints, over the network or by files on a stick.

**Rule:** nothing that a witness says counts but its signature over our checkpoint. A witness that
has cosigned what this log does not have is an alarm, not a nuisance: the log was rolled back or
forked, and what it showed is kept. The database is never locked while somebody is asked. Protocol:
C2SP tlog-witness; `.docs/formats.md` §15.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from kt1custody.core.formats import note, numbers
from kt1custody.core.formats.note import UnverifiedNote, VerifierKey
from kt1custody.core.log import checkpoint, tlog
from kt1custody.core.log.checkpoint import Cosignature, SignedCheckpoint
from kt1custody.core.log.entry import CLOCK_SLACK
from kt1custody.core.log.keyring import Witness
from kt1custody.errors import (
    MalformedInputError,
    RefusedError,
    UnavailableError,
    VerificationError,
)
from kt1custody.services.session import checkpoint as signing
from kt1custody.services.session.checkpoint import Signed
from kt1custody.services.session.given_file import GivenFile
from kt1custody.services.session.session import Session
from kt1custody.services.witness import conflict, coverage, reply
from kt1custody.services.witness.reply import WitnessReply
from kt1custody.signing import cosigned
from kt1custody.store import checkpoints
from kt1custody.store.log import LogBook

_AT_ONCE = 8  # witnesses
_TRIES = 3  # calls of one witness: it may be busy with somebody who asks the same
_LONGEST_WAIT = 3_600.0  # seconds until somebody who fails again and again is asked again

COSIGNED, BEFORE, ELSEWHERE = "cosigned", "before", "elsewhere"
ALARMS = (conflict.AHEAD, conflict.FORKED, conflict.CLAIMS)
_REFUSALS = {400: "malformed", 403: "not-trusted", 404: "unknown-log"}
CODES = (COSIGNED, BEFORE, ELSEWHERE, *ALARMS, *_REFUSALS.values(), "no-answer", "wrong-answer")


@dataclass(frozen=True, slots=True)
class CosignOutcome:
    """What came of asking one witness.

    Attributes:
        name: Its name, or empty if an answer on a stick does not say whose it is.
        code: One of `CODES`.
        size: Size of the checkpoint that was cosigned, or the one that the witness speaks of.
        time: When it cosigned, by its clock, Unix seconds UTC.
        ahead: Seconds that its clock is ahead of ours, or 0.
        why: What was wrong with it.
        kept: Name of the file in `Session.evidence` that holds its answer.
    """

    name: str
    code: str
    size: int | None = None
    time: int | None = None
    ahead: int = 0
    why: str | None = None
    kept: str | None = None

    @property
    def is_done(self) -> bool:
        """The newest checkpoint carries this witness's cosignature."""
        return self.code in (COSIGNED, BEFORE)

    @property
    def is_proved(self) -> bool:
        """Our own signature shows that the log was rolled back or forked."""
        return self.code in (conflict.AHEAD, conflict.FORKED)


def ask(
    session: Session, candidates: Sequence[Witness] = (), *, resting: Iterable[str] = ()
) -> list[CosignOutcome]:
    """Ask every witness in force who has an address, and others before they are enrolled.

    The log as it is now is given out first. The witnesses are asked at the same time.

    Args:
        candidates: Witnesses who are not enrolled; with an address.
        resting: Names of those who are not asked this time.

    Raises:
        RefusedError: `no-witness`: nobody has an address.
        UnavailableError: Of the database, or `log-behind`, `key-file-missing`.
        VerificationError: `log-forked`.
    """
    signed = signing.give_out(session)
    with session.database.read() as connection:
        control = LogBook(connection).control
        everybody = [one for one in (*coverage.in_force(control), *candidates) if one.url]
        asked = [one for one in everybody if one.name not in set(resting)]
        last = coverage.last_of(connection, asked)
    if not everybody:
        raise RefusedError("no-witness")
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(lambda one: _ask(session, signed, one, last.get(one.name)), asked))


class Patience:
    """Who is not asked for a while, round after round: whoever failed, twice as long each time."""

    def __init__(self, every: float) -> None:
        """Begin with seconds between two rounds."""
        self._every = every
        self._failed: dict[str, tuple[int, float]] = {}

    def resting(self, now: float) -> frozenset[str]:
        """Give the names of those who are left alone now, seconds of any clock that never jumps."""
        return frozenset(name for name, (_, until) in self._failed.items() if now < until)

    def note(self, outcomes: Iterable[CosignOutcome], now: float) -> None:
        """Note what came of a round."""
        for one in outcomes:
            times, _ = self._failed.pop(one.name, (0, 0.0))
            if not one.is_done:
                wait = min(self._every * 2 ** min(times, 12), max(_LONGEST_WAIT, self._every))
                # Half a round less, since rounds are not to the second.
                self._failed[one.name] = (times + 1, now + wait - self._every / 2)


def raise_alarm(session: Session, outcomes: Iterable[CosignOutcome]) -> None:
    """Raise the gravest alarm among outcomes, if there is any.

    Raises:
        VerificationError: `witness-ahead`, `witness-forked`: proved by our own signature; or
            `witness-claims`.
    """
    found = {one.code: one for one in reversed(list(outcomes))}
    if ahead := found.get(conflict.AHEAD):
        raise VerificationError("witness-ahead", **_facts(session, ahead))
    if forked := found.get(conflict.FORKED):
        raise VerificationError("witness-forked", **_facts(session, forked))
    if claims := found.get(conflict.CLAIMS):
        raise VerificationError("witness-claims", **_facts(session, claims))


def _facts(session: Session, one: CosignOutcome) -> dict[str, object]:
    kept = None if one.kept is None else session.evidence / one.kept
    return {"name": one.name or "–", "size": one.size, "kept": str(kept)}


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessRequest:
    """A request for a witness without a network.

    Attributes:
        size: Of the checkpoint that is to be cosigned.
        content: What goes to the witness.
    """

    size: int
    content: bytes


def request(session: Session, name: str | None, old: int | None = None) -> WitnessRequest:
    """Make a request for a witness without a network.

    Args:
        name: Of the witness, to begin where it stands; None: one that has never cosigned.
        old: Size where it stands, as it has told; None: as the log knows.

    Raises:
        RefusedError: `old-size`: there is no such size.
        UnavailableError: As `ask`.
    """
    signed = signing.give_out(session)
    if old is None:
        with session.database.read() as connection:
            old = coverage.size_of(connection, name) if name else 0
    if not 0 <= old <= signed.checkpoint.size:
        raise RefusedError("old-size", size=old, own=signed.checkpoint.size)
    return WitnessRequest(size=signed.checkpoint.size, content=_body(session, signed, old))


def add(session: Session, file: GivenFile, candidate: Witness | None = None) -> CosignOutcome:
    """Take the answer of a witness that came on a stick.

    Args:
        file: Untrusted.
        candidate: Whose it is, if he is not enrolled.

    Raises:
        MalformedInputError: `answer-malformed`.
        UnavailableError: Of the database.
    """
    answer = reply.read_file(file)
    with session.database.read() as connection:
        known = [candidate] if candidate else coverage.in_force(LogBook(connection).control)
    if answer.status != 200:
        who = candidate or Witness("", b"", None)
        return _refused(session, signing.give_out(session), who, answer)
    for one in known:
        hit = _find(session, one, answer.body)
        if hit is not None:
            return _keep(session, *hit, one)
    return CosignOutcome("", "wrong-answer", why="cosignature")


def candidate(key: VerifierKey, url: str | None) -> Witness:
    """Take a verifier key for a witness that is not enrolled.

    Raises:
        RefusedError: `key-kind`: a log's key.
    """
    if key.kind != note.COSIGNATURE:
        raise RefusedError("key-kind", name=key.name)
    return Witness(key.name, key.pub, url)


def _ask(
    session: Session, signed: Signed, one: Witness, last: tuple[int, int] | None
) -> CosignOutcome:
    """Ask one witness, even if it has cosigned this very size; again if it stands elsewhere."""
    size, old = signed.checkpoint.size, last[0] if last else 0
    try:
        answer = reply.add_checkpoint(one, _body(session, signed, old))
        for _ in range(_TRIES - 1):
            if answer.size is None or answer.size > size:
                break
            answer = reply.add_checkpoint(one, _body(session, signed, answer.size))
    except UnavailableError as error:
        return CosignOutcome(one.name, error.code, why=str(error.detail.get("why")))
    if answer.status != 200:
        return _refused(session, signed, one, answer)
    whole = checkpoint.read(signed.note)
    found = _read(whole, one, answer.body)
    if found is None:
        return CosignOutcome(one.name, "wrong-answer", why="cosignature")
    return _keep(session, whole, found, one)


def _refused(session: Session, signed: Signed, one: Witness, answer: WitnessReply) -> CosignOutcome:
    """Tell what an answer means that is no cosignature."""
    size = answer.size
    if size is not None and size <= signed.checkpoint.size:
        return CosignOutcome(one.name, ELSEWHERE, size)
    # Proofs out of our own tree hold, so a witness that refuses one knows another tree.
    if size is not None or answer.status == 422:
        other = conflict.confront(session, one, answer)
        if other is None:
            return CosignOutcome(one.name, ELSEWHERE, size)
        return CosignOutcome(one.name, other.code, other.size, kept=other.kept)
    code = _REFUSALS.get(answer.status)
    return CosignOutcome(one.name, code or "wrong-answer", why=None if code else f"{answer.status}")


def _body(session: Session, signed: Signed, old: int) -> bytes:
    with session.database.read() as connection:
        return tlog.spell_request(old, signing.consistency(connection, signed, old), signed.note)


def _find(
    session: Session, one: Witness, unverified: bytes
) -> tuple[SignedCheckpoint, Cosignature] | None:
    """Find the checkpoint, the newest first, that an answer on a stick cosigns."""
    with session.database.read() as connection:
        for _, noted in checkpoints.backwards(connection):
            try:
                signed = checkpoint.read(noted)
            except MalformedInputError:  # for the audit to tell
                continue
            found = _read(signed, one, unverified)
            if found is not None:
                return signed, found
    return None


def _read(signed: SignedCheckpoint, one: Witness, unverified: bytes) -> Cosignature | None:
    """Find a witness's cosignature of a checkpoint in its answer; None if none holds."""
    try:
        lines = tlog.read_cosignatures(unverified)
        told = SignedCheckpoint(signed.checkpoint, UnverifiedNote(signed.note.text, lines))
        found = cosigned.cosignature_by(told, one.name, one.pub)
    except (MalformedInputError, VerificationError):
        return None
    return found if found is not None and 0 < found.time <= numbers.LAST_TIME else None


def _keep(
    session: Session, told: SignedCheckpoint, found: Cosignature, one: Witness
) -> CosignOutcome:
    """Put a verified cosignature under its checkpoint, as that is by now."""
    at = told.checkpoint
    with session.database.write() as connection:
        ahead = found.time - session.now(LogBook(connection).control)
        noted = checkpoints.find(connection, at.size)
        signed = told if noted is None else checkpoint.read(noted)
        is_new = not signed.note.signatures_by(one.name, one.pub, note.COSIGNATURE)
        if is_new:
            line = checkpoint.cosignature_line(one.name, one.pub, found)
            lines = [*signed.note.signatures, line]
            if len(lines) > note.MAX_LINES:
                raise RefusedError("note-full", size=at.size)
            noted = note.spell(signed.note.text, lines)
            checkpoints.put(connection, at.origin, at.size, found.time, noted)
    ahead = ahead if ahead > CLOCK_SLACK else 0
    code = COSIGNED if is_new else BEFORE
    return CosignOutcome(one.name, code, at.size, found.time, ahead)
