"""Checking seals with public material alone: no log, no PIN, no network.

**Rule:** the public folder is untrusted until every control entry in it has been verified from
the genesis on, and the status note with the log key that they name. A seal says that the label
was issued; it says nothing about the envelope. Format: `.docs/formats.md` §11 and §12.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kt1custody.audit.folder import Files
from kt1custody.core.formats import note, numbers
from kt1custody.core.formats.frames import unframe
from kt1custody.core.log import keyring
from kt1custody.core.log.entry import NO_CONTROL, Entry, read_entry
from kt1custody.core.log.keyring import Control
from kt1custody.core.seals import assessment, scanner, status
from kt1custody.core.seals.assessment import Assessment, Bench, Sighting, SignatureCheck
from kt1custody.core.seals.seal import SealContent, UnverifiedSeal
from kt1custody.core.seals.status import Load, StatusNote
from kt1custody.errors import KtError, MalformedInputError, UnavailableError, VerificationError
from kt1custody.services.session.given_file import GivenFile
from kt1custody.signing import notes, seals
from kt1custody.signing.acts import check_authentic

CONTROL_FILE, GENESIS_FILE, STATUS_FILE = "control.entries", "genesis.txt", "status.txt"
LOAD_FILE = "load-"  # begins the name of a load list
_MAX_GENESIS = 1_000
_MAX_CONTROL = 64 * 1024 * 1024
MAX_NOTE = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Trust:
    """Public material that has been verified.

    Attributes:
        load: The load list that was given with it, or None.
    """

    control: Control
    status: StatusNote
    load: Load | None

    def bench(self, now: int) -> Bench:
        """Put it on a bench whose clock says `now`, Unix seconds UTC."""
        control = self.control
        return Bench(
            number=control.number,
            offices=offices(control),
            status=self.status,
            load=self.load,
            now=now,
        )


@dataclass(frozen=True, slots=True)
class SealAnswer:
    """What one scan is, as far as public material can tell.

    Attributes:
        place: Which of the scans it is, from 1.
        content: What a seal states whose signature holds; else None.
        fault: Why it could not be read, or None.
    """

    place: int
    verdict: Assessment
    content: SealContent | None = None
    fault: KtError | None = None


def check_seals(given: Sequence[str | KtError], trust: Trust, now: int) -> list[SealAnswer]:
    """Say what the seals are that were scanned in one session.

    What cannot be read is an answer too, so that the session goes on.

    Args:
        given: Untrusted: scanned texts and typed numbers, one for each cover; and why others, such
            as pictures, gave none.
        now: This machine's clock, Unix seconds UTC.
    """
    bench = trust.bench(now)
    looked = [_look(trust.control, bench, one) for one in given]
    judged = iter(assessment.judge([one for one in looked if isinstance(one, Sighting)], bench))
    answers = []
    for place, one in enumerate(looked, start=1):
        if isinstance(one, Sighting):
            content = one.content if one.proof is SignatureCheck.GOOD else None
            answers.append(SealAnswer(place, next(judged), content))
        elif isinstance(one, KtError):
            # Only what was read and is something else is no seal.
            code = "not-a-seal" if one.code == "seal-text" else "not-read"
            answers.append(SealAnswer(place, Assessment(code), fault=one))
        else:
            answers.append(SealAnswer(place, one))
    return answers


def read_trust(folder: Files, load: GivenFile | None = None, genesis: bytes | None = None) -> Trust:
    """Read and verify the public folder, and a load list if there is one.

    Args:
        folder: Untrusted.
        load: Untrusted: a load list, or None.
        genesis: The genesis hash as known from paper, or None.

    Raises:
        UnavailableError: `trust-missing`: a file of it is not there, `file-unreadable`.
        VerificationError: `trust-broken` with `name`: of this folder or list nothing is believed;
            `trust-other-genesis`: it is another log's than the paper says.
    """
    try:
        content = folder.read(CONTROL_FILE, _MAX_CONTROL)
        pinned = folder.read(GENESIS_FILE, _MAX_GENESIS).decode().strip()
        noted = folder.read(STATUS_FILE, MAX_NOTE)
    except (KeyError, UnicodeDecodeError):
        raise UnavailableError("trust-missing", name=folder.name) from None
    except UnavailableError as error:
        raise UnavailableError(error.code, **{**error.detail, "name": folder.name}) from None
    try:
        control = _read_control(content)
        if control.genesis.hex() != pinned:
            raise VerificationError("trust-broken")
        told = read_status(noted, control)
        if told.control != control.head or _windows(told) != _windows_of(control):
            raise VerificationError("trust-broken")
    except KtError:
        raise VerificationError("trust-broken", name=folder.name) from None
    if genesis is not None and control.genesis != genesis:
        raise VerificationError("trust-other-genesis", log=control.origin)
    return Trust(control, told, None if load is None else _read_load(load, control))


def exposed_loads(names: Iterable[str]) -> tuple[str, ...]:
    """Find the load lists among the files of a public folder, where all can read what is internal."""
    return tuple(sorted(name for name in names if name.startswith(LOAD_FILE)))


def read_status(unverified: bytes, control: Control) -> StatusNote:
    """Read a status note and verify that this log has signed it.

    Raises:
        MalformedInputError: `note-malformed`.
        VerificationError: `note-unsigned` or `bad-signature`.
    """
    text = _open_note(unverified, control, status.STATUS, control.service_key("log"))
    return status.read_status(text, control.origin)


def offices(control: Control) -> frozenset[int]:
    """Give the numbers of the offices where people of this log work."""
    return frozenset({control.office, *(key.office for key in control.keys.values())})


def _look(control: Control, bench: Bench, given: str | KtError) -> Sighting | Assessment | KtError:
    """Read one scan."""
    if isinstance(given, KtError):
        return given
    try:
        code = scanner.read(given)
    except MalformedInputError as error:
        return error
    match code:
        case scanner.TypedItem():
            return assessment.judge_number(bench, n=code.n)
        case scanner.TypedSerial():
            return assessment.judge_number(bench, serial=code.serial)
        case UnverifiedSeal():
            return _sight(control, code)


def _sight(control: Control, unverified: UnverifiedSeal) -> Sighting:
    digest = hashlib.sha256(unverified.to_be_signed).digest()
    return Sighting(
        content=unverified.content,
        kid=unverified.kid,
        digest=digest,
        proof=seals.prove(control, unverified),
    )


def _read_load(file: GivenFile, control: Control) -> Load:
    try:
        return _open_load(file.content, control)
    except KtError:
        raise VerificationError("load-broken", name=file.name) from None


def _open_load(noted: bytes, control: Control) -> Load:
    """Read a load list; one from before a rotation counts by the old log key until that ends."""
    unsigned = VerificationError("note-unsigned")
    for key in reversed(control.keys.values()):
        if key.owner != "log" or key.kid in control.revoked:
            continue
        try:
            load = status.read_load(_open_note(noted, control, status.LOAD, key), control.origin)
        except VerificationError as error:
            unsigned = error
        else:
            if key.until is None or load.head.issued <= key.until:
                return load
    raise unsigned


def _open_note(unverified: bytes, control: Control, kind: str, key: keyring.Key) -> str:
    """Give the text of a note that a log key has signed under the name of its kind."""
    read = note.read(unverified)
    is_possible = key.alg == numbers.ED25519
    if not is_possible or not notes.is_signed_by(read, f"{control.origin}/{kind}", key.pub):
        raise VerificationError("note-unsigned")
    return read.text


def _windows(told: StatusNote) -> dict[bytes, tuple[int, int | None, int | None]]:
    return {kid: (key.since, key.until, key.revoked) for kid, key in told.keys.items()}


def _windows_of(control: Control) -> dict[bytes, tuple[int, int | None, int | None]]:
    return {
        key.kid: (key.since, key.until, control.revoked.get(key.kid, (0, None))[1])
        for key in control.seal_keys()
    }


def _read_control(content: bytes) -> Control:
    control: Control | None = None
    for raw in unframe(content):
        control = _take(control, read_entry(raw))
    if control is None:
        raise VerificationError("not-a-genesis")
    return control


def _take(control: Control | None, entry: Entry) -> Control:
    """Verify one control entry and let it take effect."""
    if control is None:
        if entry.ctl != NO_CONTROL:
            raise VerificationError("not-a-genesis", seq=entry.seq)
        check_authentic(None, entry.act, entry.signatures)
        return keyring.found(entry)
    is_epoch = entry.act.type == "epoch"  # its entry bears the new origin
    origin = entry.act.text("origin") if is_epoch else control.origin
    if entry.ctl != control.head or entry.origin != origin:
        raise VerificationError("trust-broken", seq=entry.seq)
    check_authentic(control, entry.act, entry.signatures)
    control.take(entry)
    return control
