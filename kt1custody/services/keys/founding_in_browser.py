"""Founding a log whose three officers make and use their keys in a browser.

**Rule:** no passphrase and no key that signs comes here: what does is the public halves, the key files
as the browser has locked them, and signatures; and what opens records (`reading_half.py`).
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kt1custody.core.formats import cbor
from kt1custody.errors import MalformedInputError, RefusedError
from kt1custody.services.keys import genesis
from kt1custody.services.keys.genesis_entry import Founding
from kt1custody.services.people.enrolment import EnrolDevice
from kt1custody.services.people.staff import NameFounders
from kt1custody.services.session.proposal import Proposal, Proposer, Signed
from kt1custody.services.session.session import Session
from kt1custody.services.session.use_case import UseCase
from kt1custody.signing import key_files, tries


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstBrowser(UseCase[str]):
    """Let the browser in which a log was founded sign acts, and record the founders' names.

    Attributes:
        names: Names of the founders by staff number, or none.
    """

    device: str
    name: str
    office: int
    officers: tuple[str, str]
    names: Mapping[str, str]

    def propose(self, pen: Proposer) -> str:
        """Add the acts; as `NameFounders` and `EnrolDevice`."""
        NameFounders(names=self.names, officers=self.officers).propose(pen)
        browser = EnrolDevice(
            device=self.device, name=self.name, office=self.office, officers=self.officers
        )
        return browser.propose(pen)


def propose(session: Session, people: Sequence[bytes]) -> Proposal:
    """Propose the genesis of the founding whose answers are noted.

    Args:
        people: Key maps of the three in CBOR, in order; untrusted.

    Raises:
        RefusedError: `founding-not-begun`; as `genesis.begin`.
        MalformedInputError: `key-map-malformed`.
    """
    founding = _noted(session)
    maps = [cbor.decode(raw, what="key-map") for raw in people]
    keys = [one for one in maps if isinstance(one, dict)]
    if len(keys) != len(founding.officers):
        raise MalformedInputError("key-map-malformed")
    genesis.begin(session, founding)
    try:
        return genesis.propose(session, founding, keys)
    except ValueError as error:  # of the schema, or of what is wrapped to these keys
        genesis.undo(session, founding, keeps_answers=True)
        raise MalformedInputError("key-map-malformed") from error


def commit(
    session: Session, proposal: Proposal, signed: Signed, files: Mapping[str, bytes]
) -> bytes:
    """Keep the key files of the three, and make the log.

    Args:
        files: Staff number → key file, locked; untrusted.

    Returns:
        The genesis hash, 32 bytes.

    Raises:
        RefusedError: `founding-not-begun`: nothing was proposed since the last one came to nothing.
        MalformedInputError: `key-file-malformed`; as `genesis.commit`.
        VerificationError: As `genesis.commit`. Nothing is left but the answers.
    """
    founding = _noted(session, is_begun=True)
    try:
        for staff in founding.officers:
            _keep(session, staff, files.get(staff, b""))
        return genesis.commit(session, proposal, signed)
    except BaseException:
        genesis.undo(session, founding, keeps_answers=True)
        raise


def founded(session: Session) -> Founding:
    """Give the founding that has come to a log and is not finished.

    Raises:
        RefusedError: `founding-finished`.
    """
    left = genesis.unfinished(session)
    if left is None or not left.is_founded:
        raise RefusedError("founding-finished")
    return left.founding


def reserve_file(session: Session) -> bytes | None:
    """Give the locked file of the reserve key, as long as it lies here; None: it was taken away.

    Raises:
        RefusedError: `founding-finished`.
    """
    staff = founded(session).officers[2]
    path = key_files.path(session.keys, staff)
    return key_files.read_raw(path, staff) if path.exists() else None


def drop_reserve(session: Session, digest: bytes) -> None:
    """Delete the reserve key's file here, once what was read back from its stick is the same.

    Args:
        digest: SHA-256 of that; untrusted.

    Raises:
        RefusedError: `founding-finished`, `reserve-differs`.
    """
    raw = reserve_file(session)
    if raw is None:
        return
    if not hmac.compare_digest(hashlib.sha256(raw).digest(), digest):
        raise RefusedError("reserve-differs")
    key_files.drop(session.keys, founded(session).officers[2])


def _noted(session: Session, *, is_begun: bool = False) -> Founding:
    left = genesis.unfinished(session)
    if left is None or left.is_founded or left.is_begun < is_begun:
        raise RefusedError("founding-not-begun")
    return left.founding


def _keep(session: Session, staff: str, raw: bytes) -> None:
    """Write a key file that a browser has locked."""
    match cbor.decode(raw, what="key-file"):
        case [key_files.PERSON, owner, bytes(), int(), int(), int(), bytes(), bytes()] if (
            owner == staff
        ):
            tries.begin(tries.path(session.keys, staff))
            key_files.write_new(key_files.path(session.keys, staff), staff, raw)
        case _:
            raise MalformedInputError("key-file-malformed", staff=staff)
