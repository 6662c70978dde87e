"""A witness and its folder: its key, the logs that it trusts, and what it has cosigned last of each.

**Rule:** the folder must never be restored from a backup: a witness that forgets can be led astray.
What is gone is never made anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kt1custody.core.formats import note, numbers
from kt1custody.core.formats.note import SignatureLine, VerifierKey
from kt1custody.core.log import checkpoint, tlog
from kt1custody.core.log.checkpoint import Cosignature
from kt1custody.errors import (
    KtError,
    MalformedInputError,
    RefusedError,
    UnavailableError,
    VerificationError,
)
from kt1custody.signing import sign, witness_keys
from kt1custody.signing.sign import SigningKey
from kt1custody.store.notes import Notes
from kt1custody.system import files, plain_file

LOGS, NOTES, EVIDENCE = "logs.txt", "witness.db", "evidence"
_MAX_LOGS = 1_000_000  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWitness:
    """An open witness.

    Attributes:
        folder: Holds key, trusted logs, what was cosigned, and evidence.
        name: Name of its key.
        clock: The machine's clock, Unix seconds UTC.
        notes: What it has cosigned last of each log.
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
        cosignature = Cosignature(at, self._key.sign(checkpoint.cosigned(text, at)))
        return checkpoint.cosignature_line(self.name, self._key.pub, cosignature)

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
    tlog.refuse_witness_name(name)
    if (folder / witness_keys.FILE).exists():
        raise RefusedError("witness-exists", path=str(folder))
    Notes.create(folder / NOTES).close()
    key = witness_keys.create(folder, name)  # last: with it the witness is there
    return VerifierKey(name, note.COSIGNATURE, key.pub)


def open_witness(folder: Path, clock: Callable[[], int]) -> OpenWitness:
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
    notes = Notes(folder / NOTES)
    return OpenWitness(folder=folder, name=name, clock=clock, notes=notes, _key=key)


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
        lines = "".join(f"{verifier_key}\n" for verifier_key in (*known, key))
        files.write(folder / LOGS, lines.encode(), makes_folder=True)
    return key


def trusted(folder: Path) -> list[VerifierKey]:
    """Read whom the witness trusts.

    Raises:
        UnavailableError: `logs-broken` with the line; `file-unreadable`.
    """
    path = folder / LOGS
    try:
        text = plain_file.read(path, _MAX_LOGS).decode()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "UTF-8"
        raise UnavailableError("file-unreadable", name=str(path), why=why) from None
    keys = []
    for line, typed in enumerate(text.splitlines(), 1):
        if typed.strip():
            try:
                keys.append(note.read_key(typed.strip()))
            except KtError:
                raise UnavailableError("logs-broken", line=line) from None
    return keys
