"""Checking a seal with public material alone: no log, no PIN, no network.

**Rule:** the public folder is untrusted until every control entry in it has been verified from
the genesis on. A seal says that the label was issued; it says nothing about the envelope.
"""

from dataclasses import dataclass
from pathlib import Path

from kt1custody.audit.bundle import unframe
from kt1custody.core import keyring
from kt1custody.core.entry import NO_CONTROL, Entry, read_entry
from kt1custody.core.keyring import Control
from kt1custody.core.seal import SealContent, parse
from kt1custody.errors import KtError, UnavailableError, VerificationError
from kt1custody.services import scan
from kt1custody.services.append import check_authentic
from kt1custody.services.export import CONTROL_FILE, GENESIS_FILE

_MAX_CONTROL = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SealAnswer:
    """What a seal is, as far as public material can tell.

    Attributes:
        verdict: `signed`: issued by this log. `key-revoked`: signed by a key that two officers
            have ended; keep the item and ask. `number-only`: an item number or serial of this log
            was typed, which proves nothing.
        content: What a signed seal states; None for a number.
    """

    verdict: str
    content: SealContent | None
    log: str
    training: bool


def check_seal(given: str, folder: Path) -> list[SealAnswer]:
    """Say what a seal is.

    Args:
        given: Untrusted: a scanned text, a typed number, or the name of a picture.
        folder: The public folder.

    Raises:
        MalformedInputError: `seal-text`, `item-number`, `serial`, `picture-unreadable`.
        VerificationError: `seal-key`, `seal-signature`, or `trust-broken`.
        UnavailableError: `trust-missing`.
    """
    control = read_trust(folder)
    number = scan.typed_number(given)
    if number is not None:
        if isinstance(number, scan.TypedItem) and number.n // 10**10 != control.number:
            raise VerificationError("seal-key")
        return [SealAnswer("number-only", None, control.log, control.training)]
    found = []
    for text in scan.seal_texts(given):
        content = scan.verified(control, text)
        verdict = "key-revoked" if parse(text).kid in control.revoked else "signed"
        found.append(SealAnswer(verdict, content, control.log, control.training))
    return found


def read_trust(folder: Path) -> Control:
    """Read and verify the public folder.

    Raises:
        UnavailableError: `trust-missing`.
        VerificationError: `trust-broken` with `seq`.
    """
    try:
        with (folder / CONTROL_FILE).open("rb") as file:
            content = file.read(_MAX_CONTROL)
        pinned = (folder / GENESIS_FILE).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise UnavailableError("trust-missing", name=str(folder)) from None
    control: Control | None = None
    try:
        for raw in unframe(content):
            control = _take(control, read_entry(raw))
    except KtError:
        raise VerificationError("trust-broken", name=str(folder)) from None
    if control is None or control.genesis.hex() != pinned:
        raise VerificationError("trust-broken", name=str(folder))
    return control


def _take(control: Control | None, entry: Entry) -> Control:
    """Verify one control entry and let it take effect."""
    if control is None:
        if entry.ctl != NO_CONTROL:
            raise VerificationError("not-a-genesis", seq=entry.seq)
        check_authentic(None, entry.act, entry.signatures)
        return keyring.found(entry)
    if entry.ctl != control.head or entry.origin != control.origin:
        raise VerificationError("trust-broken", seq=entry.seq)
    check_authentic(control, entry.act, entry.signatures)
    control.take(entry)
    return control
