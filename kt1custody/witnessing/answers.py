"""What a witness answers: it cosigns what follows from what it has cosigned before, and nothing else.

**Rule:** a checkpoint takes the place of the one that was cosigned last, and is on the disk, before
the cosignature leaves; so a witness never agrees to two histories, however many ask at once and
whenever it is killed. It keeps the whole note, since only the log's own signature proves what the
log has said; what contradicts it is kept too. Protocol: C2SP tlog-witness and tlog-cosignature;
`.docs/formats.md` §15.
"""

from dataclasses import dataclass
from pathlib import Path

from kt1custody.core.formats import note, tree
from kt1custody.core.formats.note import SignatureLine
from kt1custody.core.log import checkpoint, tlog
from kt1custody.core.log.checkpoint import Checkpoint
from kt1custody.errors import MalformedInputError, VerificationError
from kt1custody.signing import cosigned
from kt1custody.store.notes import KeptNote
from kt1custody.system import files
from kt1custody.witnessing import cases
from kt1custody.witnessing.witness import OpenWitness, trusted

ANSWER = ".answer"  # ends the name of the file beside a request
MAX_REQUEST = 65_536  # bytes
PLAIN, SIZE = "text/plain;charset=utf-8", "text/x.tlog.size"


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessAnswer:
    """What the witness says.

    Attributes:
        status: As in HTTP.
        body: Of 200: a signature line; of 409: the size; else one word.
        case: What was kept as evidence: `cases.FORK` or `cases.PROOF`, or None.
    """

    status: int
    body: bytes
    content_type: str = PLAIN
    case: str | None = None


def refuse(status: int, why: str) -> WitnessAnswer:
    """Answer with one word."""
    return WitnessAnswer(status=status, body=f"{why}\n".encode())


def answer(witness: OpenWitness, unverified: bytes) -> WitnessAnswer:
    """Answer `add-checkpoint`.

    Args:
        unverified: Body of the request, untrusted.

    Raises:
        UnavailableError: Nothing was cosigned: `logs-broken`, or of the database.

    Source: C2SP tlog-witness, in the order of its checks.
    """
    if len(unverified) > MAX_REQUEST:
        return refuse(400, "malformed")
    try:
        request = tlog.read_request(unverified)
    except MalformedInputError:
        return refuse(400, "malformed")
    signed = request.signed
    origin = signed.checkpoint.origin
    keys = [key.pub for key in trusted(witness.folder) if key.name == origin]
    if not keys:
        return refuse(404, "unknown-log")
    try:
        lines = [_log_line(request, key) for key in keys if cosigned.is_signed_by(signed, key)]
    except VerificationError:
        return refuse(403, "bad-signature")
    if not lines:
        return refuse(403, "unsigned")
    if request.old > signed.checkpoint.size:
        return refuse(400, "old-size")
    return _answer_log(witness, request, lines, unverified)


def newest(witness: OpenWitness, origin_hash: str) -> bytes | None:
    """Give the note that was cosigned last for a log.

    Args:
        origin_hash: As of `tlog.origin_hash`; untrusted.
    """
    kept = {tlog.origin_hash(kept.origin): kept for kept in witness.notes.every()}
    return kept[origin_hash].note if origin_hash in kept else None


def answer_file(witness: OpenWitness, request: Path) -> WitnessAnswer:
    """Answer a request that came on a stick, in a file beside it.

    Raises:
        RefusedError: `file-exists`: it was answered before; a second answer would differ.
        UnavailableError: `file-unreadable`, `file-unwritable`; nothing was cosigned.
    """
    beside = request.with_name(request.name + ANSWER)
    files.refuse_existing(beside)
    body = files.read(request, MAX_REQUEST + 1)
    files.probe(beside)
    given = answer(witness, body)
    files.write(beside, tlog.encode_answer(given.status, given.body))
    return given


def _answer_log(
    witness: OpenWitness, request: tlog.Request, lines: list[SignatureLine], body: bytes
) -> WitnessAnswer:
    """Answer a request that a trusted key has signed."""
    asked, text = request.signed.checkpoint, request.signed.note.text
    while True:
        last = witness.notes.find(asked.origin)
        before = _checkpoint(last, asked.origin)
        case = cases.kind_of(request, before)
        if case is not None:
            cases.keep(witness, case, last, request, body)
        if request.old != before.size:
            size = tlog.encode_size(before.size)
            return WitnessAnswer(status=409, body=size, content_type=SIZE, case=case)
        if not cases.follows(request, before):
            return WitnessAnswer(status=422, body=b"proof\n", case=case)
        line = witness.line(text)
        kept = KeptNote(asked.origin, asked.size, note.spell(text, [*lines, line]))
        if witness.notes.put(kept, last):
            # A crash before this line loses the answer; asked again, the witness says its size.
            return WitnessAnswer(status=200, body=note.spell_line(line).encode())


def _log_line(request: tlog.Request, key: bytes) -> SignatureLine:
    """Give one of the lines by a log key, verified."""
    origin = request.signed.checkpoint.origin
    [signature, *_] = request.signed.note.signatures_by(origin, key)
    return SignatureLine(origin, note.key_hash(origin, key), signature)


def _checkpoint(last: KeptNote | None, origin: str) -> Checkpoint:
    """Give what was cosigned last, or the empty tree."""
    if last is None:
        return Checkpoint(origin, 0, tree.EMPTY_ROOT)
    return checkpoint.read(last.note, extended=True).checkpoint
