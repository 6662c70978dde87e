"""A witness of logs: cosigns what follows from what it has cosigned before, and nothing else.

**Rule:** a checkpoint takes the place of the one that was seen, and is on the disk, before the
cosignature leaves; so a witness never agrees to two histories, however many ask at once and
whenever it is killed. It keeps the whole note, since only the log's own signature proves what the
log has said; what contradicts it is kept too. It needs no log on its machine. Its folder must never
be restored from a backup: a witness that forgets can be led astray. Protocol: C2SP tlog-witness and
tlog-cosignature; `.docs/formats.md` §15.
"""

import contextlib
import hashlib
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kt1custody.core.formats import note, numbers, tree
from kt1custody.core.formats.note import SignatureLine, VerifierKey
from kt1custody.core.log import checkpoint, tlog
from kt1custody.core.log.checkpoint import Checkpoint, Cosignature
from kt1custody.errors import (
    KtError,
    MalformedInputError,
    RefusedError,
    UnavailableError,
    VerificationError,
)
from kt1custody.signing import cosigned, sign, witness_keys
from kt1custody.signing.sign import SigningKey
from kt1custody.store.notes import Kept, Notes
from kt1custody.system import files

LOGS, NOTES, EVIDENCE = "logs.txt", "witness.db", "evidence"
ANSWER = ".answer"  # ends the name of the file beside a request
MAX_REQUEST = 65_536  # bytes
MAX_CASES = 100  # of each kind; the first ones prove as much as all that follow
PLAIN, SIZE = "text/plain;charset=utf-8", "text/x.tlog.size"
# Two signed roots of one size prove that the log has forked. A proof that fails may be anybody's
# doing, so such cases must not use up the room of those.
FORK, PROOF = "fork", "proof"
RESERVED = ("none", tlog.GROUP)  # names that a policy of trust gives another meaning
_MAX_LOGS = 1_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What the witness says.

    Attributes:
        status: As in HTTP.
        body: Of 200: a signature line; of 409: the size; else one word.
        case: What was kept as evidence: `FORK` or `PROOF`, or None.
    """

    status: int
    body: bytes
    content_type: str = PLAIN
    case: str | None = None

    def spelled(self) -> bytes:
        """Spell it as a file for a stick."""
        return f"{self.status} ".encode() + self.body


@dataclass(frozen=True, slots=True)
class Witness:
    """An open witness.

    Attributes:
        folder: Holds key, trusted logs, what was cosigned, and evidence.
        name: Name of its key.
        clock: The machine's clock, Unix seconds UTC.
    """

    folder: Path
    name: str
    clock: Callable[[], int]
    notes: Notes
    _key: SigningKey

    @property
    def verifier_key(self) -> VerifierKey:
        """The key as logs and auditors must know it."""
        return VerifierKey(self.name, note.COSIGNATURE, self._key.pub)

    def line(self, text: str) -> SignatureLine:
        """Cosign a checkpoint now."""
        at = self.clock()
        one = Cosignature(at, self._key.sign(checkpoint.cosigned(text, at)))
        return checkpoint.cosignature_line(self.name, self._key.pub, one)

    def close(self) -> None:
        """Let go of the folder."""
        self.notes.close()


def begin(folder: Path, name: str) -> VerifierKey:
    """Make a witness; never replaces one.

    Args:
        name: Under which it cosigns, such as `congan.lamdong.vn/kt1`.

    Raises:
        RefusedError: `witness-name`, `witness-exists`.
        UnavailableError: `folder-unwritable`, `keys-folder`.
    """
    refuse_name(name)
    if (folder / witness_keys.FILE).exists():
        raise RefusedError("witness-exists", path=str(folder))
    Notes.create(folder / NOTES).close()
    key = witness_keys.create(folder, name)  # last: with it the witness is there
    return VerifierKey(name, note.COSIGNATURE, key.pub)


def refuse_name(name: str) -> None:
    """Refuse what is no name of a witness.

    Raises:
        RefusedError: `witness-name`.
    """
    if not numbers.is_witness_name(name) or name in RESERVED:
        raise RefusedError("witness-name", name=name)


def open_witness(folder: Path, clock: Callable[[], int]) -> Witness:
    """Open the witness in a folder.

    Raises:
        UnavailableError: `witness-missing`; `witness-forgot`: what it has cosigned is gone;
            `key-file-broken`.
    """
    if not (folder / witness_keys.FILE).is_file():
        raise UnavailableError("witness-missing", path=str(folder))
    if not (folder / NOTES).is_file():
        raise UnavailableError("witness-forgot", path=str(folder / NOTES))
    name, key = witness_keys.read(folder)
    return Witness(folder, name, clock, Notes(folder / NOTES), key)


def trust(folder: Path, typed: str) -> VerifierKey:
    """Trust a key of a log; a log whose key was rotated has several.

    Args:
        typed: Verifier key, from paper or by hand: nothing else says which log is meant.

    Raises:
        MalformedInputError: `key-malformed`.
        RefusedError: `key-kind`: a witness's key.
        UnavailableError: `witness-missing`, `logs-broken`, `file-unwritable`.
    """
    if not (folder / witness_keys.FILE).is_file():
        raise UnavailableError("witness-missing", path=str(folder))
    key = note.read_key(typed.strip())
    if key.kind != note.SIGNATURE:
        raise RefusedError("key-kind", name=key.name)
    try:
        sign.to_pem(numbers.ED25519, key.pub)
    except VerificationError:  # no signature by it could ever hold
        raise MalformedInputError("key-malformed") from None
    known = trusted(folder)
    if key not in known:
        lines = "".join(f"{one}\n" for one in (*known, key))
        files.write(folder / LOGS, lines.encode(), makes_folder=True)
    return key


def trusted(folder: Path) -> list[VerifierKey]:
    """Read whom the witness trusts.

    Raises:
        UnavailableError: `logs-broken` with the line; `file-unreadable`.
    """
    path = folder / LOGS
    try:
        with path.open("rb") as file:
            told = file.read(_MAX_LOGS).decode()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "UTF-8"
        raise UnavailableError("file-unreadable", name=str(path), why=why) from None
    found = []
    for line, typed in enumerate(told.splitlines(), 1):
        if typed.strip():
            try:
                found.append(note.read_key(typed.strip()))
            except KtError:
                raise UnavailableError("logs-broken", line=line) from None
    return found


def answer(witness: Witness, unverified: bytes) -> Answer:
    """Answer `add-checkpoint`.

    Args:
        unverified: Body of the request, untrusted.

    Raises:
        UnavailableError: Nothing was cosigned: `logs-broken`, or of the database.

    Source: C2SP tlog-witness, in the order of its checks.
    """
    if len(unverified) > MAX_REQUEST:
        return _refuse(400, "malformed")
    try:
        asked = tlog.read_request(unverified)
    except MalformedInputError:
        return _refuse(400, "malformed")
    origin = asked.signed.checkpoint.origin
    keys = [key.pub for key in trusted(witness.folder) if key.name == origin]
    if not keys:
        return _refuse(404, "unknown-log")
    try:
        lines = [_log_line(asked, key) for key in keys if cosigned.is_signed_by(asked.signed, key)]
    except VerificationError:
        return _refuse(403, "bad-signature")
    if not lines:
        return _refuse(403, "unsigned")
    if asked.old > asked.signed.checkpoint.size:
        return _refuse(400, "old-size")
    return _answer_log(witness, asked, lines, unverified)


def newest(witness: Witness, origin_hash: str) -> bytes | None:
    """Give the note that was cosigned last for a log.

    Args:
        origin_hash: SHA-256 of the log's origin, in hex; untrusted.
    """
    kept = {hashlib.sha256(one.origin.encode()).hexdigest(): one for one in witness.notes.every()}
    return kept[origin_hash].note if origin_hash in kept else None


def answer_file(witness: Witness, request: Path) -> Answer:
    """Answer a request that came on a stick, in a file beside it.

    Raises:
        RefusedError: `file-exists`: it was answered before; a second answer would differ.
        UnavailableError: `file-unreadable`, `file-unwritable`; nothing was cosigned.
    """
    beside = request.with_name(request.name + ANSWER)
    files.refuse_existing(beside)
    body = files.read(request, MAX_REQUEST + 1)
    files.probe(beside)
    told = answer(witness, body)
    files.write(beside, told.spelled())
    return told


def _answer_log(
    witness: Witness, asked: tlog.Request, lines: list[SignatureLine], body: bytes
) -> Answer:
    """Answer a request that a trusted key has signed."""
    told, text = asked.signed.checkpoint, asked.signed.note.text
    while True:
        seen = witness.notes.find(told.origin)
        before = _checkpoint(seen, told.origin)
        case = _case(asked, before)
        if case is not None:
            _keep_case(witness, case, seen, asked, body)
        if asked.old != before.size:
            return Answer(409, f"{before.size}\n".encode(), SIZE, case)
        if not _follows(asked, before):
            return Answer(422, b"proof\n", case=case)
        line = witness.line(text)
        kept = Kept(told.origin, told.size, note.spell(text, [*lines, line]))
        if witness.notes.put(kept, seen):
            # A crash before this line loses the answer; asked again, the witness says its size.
            return Answer(200, note.spell_line(line).encode())


def _follows(asked: tlog.Request, before: Checkpoint) -> bool:
    told = asked.signed.checkpoint
    try:
        tree.check_consistency(asked.old, before.root, told.size, told.root, asked.hashes)
    except VerificationError:
        return False
    return True


def _case(asked: tlog.Request, before: Checkpoint) -> str | None:
    """Tell whether a request speaks against the log that has signed it."""
    told = asked.signed.checkpoint
    if told.size == before.size:
        return FORK if told.root != before.root else None
    is_proof = 0 < asked.old == before.size < told.size
    return PROOF if is_proof and not _follows(asked, before) else None


def _log_line(asked: tlog.Request, key: bytes) -> SignatureLine:
    """Give one of the lines by a log key, verified."""
    origin = asked.signed.checkpoint.origin
    [signature, *_] = asked.signed.note.signatures_by(origin, key)
    return SignatureLine(origin, note.key_hash(origin, key), signature)


def _checkpoint(seen: Kept | None, origin: str) -> Checkpoint:
    """Give what was cosigned last, or the empty tree."""
    if seen is None:
        return Checkpoint(origin, 0, tree.EMPTY_ROOT)
    return checkpoint.read(seen.note, extended=True).checkpoint


def _refuse(status: int, why: str) -> Answer:
    return Answer(status, f"{why}\n".encode())


def _keep_case(
    witness: Witness, kind: str, seen: Kept | None, asked: tlog.Request, body: bytes
) -> None:
    """Keep what contradicts, once; the answer does not hang on it."""
    told = asked.signed.checkpoint
    room = witness.folder / EVIDENCE
    log = hashlib.sha256(told.origin.encode()).hexdigest()[:8]
    case = room / f"{kind}-{log}-{told.size}-{told.root.hex()[:16]}"
    with contextlib.suppress(OSError, UnavailableError):
        if case.exists() or len(list(room.glob(f"{kind}-*"))) >= MAX_CASES:
            return
        beside = room / f".{case.name}.{secrets.token_hex(4)}"
        try:
            files.write(beside / "asked.request", body, makes_folder=True)
            files.write(beside / "asked.checkpoint", asked.signed.spelled())
            if seen is not None:
                files.write(beside / "kept.checkpoint", seen.note)
            beside.rename(case)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
