"""Founding a log: its keys, its first entry, its database, the names of its officers. Never twice.

**Rule:** refuses if anything exists; what an interruption leaves is finished or cleared away by the
same founding given again. The genesis hash is what an auditor is given by hand.

Order: the answers are noted; key files and the first signed checkpoint; then the database, which
is the log: a crash before it leaves files of a log that never was, a crash after it a log whose
officers have no names yet or whose genesis is not on paper.
"""

import contextlib
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kt1custody.core.formats import cbor, numbers, spelling
from kt1custody.core.log import keyring
from kt1custody.core.log.schema import MAX_TEXT
from kt1custody.core.manifest.list_rows import MAX_NAME
from kt1custody.errors import KtError, MalformedInputError, RefusedError
from kt1custody.printing import qr
from kt1custody.services.keys import founding_note, genesis_entry
from kt1custody.services.keys.genesis_entry import Founding
from kt1custody.services.session import checkpoint, writer
from kt1custody.services.session.proposal import Proposal, Signed
from kt1custody.services.session.session import LAST_SIGNED, Recorded, Session
from kt1custody.signing import key_files, service_keys
from kt1custody.store import beside, db
from kt1custody.store.log import Connection, LogBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """A founding that was interrupted.

    Attributes:
        is_begun: Files were being made, and may be there.
        is_founded: The log is there; its officers' names or its paper may be missing.
    """

    founding: Founding
    is_begun: bool
    is_founded: bool


def unfinished(session: Session) -> Unfinished | None:
    """Give the founding that was interrupted in these folders, or None.

    Raises:
        RefusedError: `exists-already`: its log is there, in another data folder.
    """
    match founding_note.read(session):
        case {
            "log": str(log),
            "name": str(name),
            "office": int(office),
            "number": int(number),
            "training": bool(training),
            "officers": [str(first), str(second), str(reserve)],
            "names": names,
            "data": (str() | bytes()) as data,
            "begun": bool(is_begun),
        }:
            three = [str(one) for one in names] if isinstance(names, list) else []
            founding = Founding(
                log=log,
                name=name,
                office=office,
                number=number,
                training=training,
                officers=(first, second, reserve),
                names=(three[0], three[1], three[2]) if len(three) == 3 else None,
            )
            place = Path(os.fsdecode(data))
            is_founded = is_begun and (place / db.NAME).exists()
            if is_founded and place != session.data.absolute():
                raise RefusedError("exists-already", path=str(place / db.NAME))
            return Unfinished(founding=founding, is_begun=is_begun, is_founded=is_founded)
        case _:
            return None


def refuse_place(session: Session, names: Collection[str] = key_files.SERVICE_FILES) -> None:
    """Refuse to found a log where there is one, or keys.

    Args:
        names: Of the key files that will be made, without their ending.

    Raises:
        RefusedError: `exists-already`, `key-file-exists`, `keys-inside-data`.
    """
    session.refuse_keys_inside()
    if (session.data / db.NAME).exists():
        raise RefusedError("exists-already", path=str(session.data / db.NAME))
    left = unfinished(session)
    if (left is None or not left.is_begun) and (session.keys / LAST_SIGNED).exists():
        raise RefusedError("exists-already", path=str(session.keys / LAST_SIGNED))
    refuse_keys(session, names)


def refuse_keys(session: Session, names: Collection[str]) -> None:
    """Refuse to make key files that are there, but for those of an interrupted founding.

    Raises:
        RefusedError: `key-file-exists`.
    """
    left = unfinished(session)
    made = left.founding.key_names if left is not None and left.is_begun else ()
    for name in names:
        if name not in made and (session.keys / f"{name}.key").exists():
            raise RefusedError("key-file-exists", staff=name)


def refuse_wrong(session: Session, founding: Founding) -> None:
    """Refuse a founding that cannot be, before anybody types a passphrase.

    Raises:
        RefusedError: As `refuse_place`; `same-person`, `as-of-needs-training`.
        MalformedInputError: `log-name`, or `text-not-allowed` of a name.
    """
    numbers.check_log_name(founding.log)
    check_name("service", founding.name)
    for name in founding.names or ():
        check_name("officer", name)
    if session.as_of is not None and not founding.training:
        raise RefusedError("as-of-needs-training")
    if len(set(founding.officers)) != 3:
        raise RefusedError("same-person")
    refuse_place(session, founding.key_names)


def check_name(field: str, text: str) -> None:
    """Refuse a name of the `service` or of an `officer` that is empty, too long or untidy.

    Raises:
        MalformedInputError: `text-not-allowed`.
    """
    most = MAX_TEXT if field == "service" else MAX_NAME
    if text != spelling.tidy(text) or not 0 < len(text) <= most:
        raise MalformedInputError("text-not-allowed", field=field)
    if spelling.has_bad_characters(text):
        raise MalformedInputError("text-not-allowed", field=field)


def genesis_symbol(genesis_hash: bytes) -> str:
    """Draw the genesis hash as a QR of block characters, for a terminal."""
    return qr.text_blocks(genesis_hash.hex())


def genesis_picture(genesis_hash: bytes) -> bytes:
    """Draw the genesis hash as a QR, a PNG."""
    return qr.text_png(genesis_hash.hex())


def begin(session: Session, founding: Founding) -> None:
    """Note that key files are about to be made; what an interrupted founding has left is gone.

    Raises:
        RefusedError, MalformedInputError: As `refuse_wrong`.
    """
    refuse_wrong(session, founding)
    _clear_left(session)
    _note(session, founding, is_begun=True)


def note_answers(session: Session, founding: Founding) -> None:
    """Note the answers while the officers choose their passphrases; nothing is made yet."""
    refuse_wrong(session, founding)
    _clear_left(session)
    _note(session, founding, is_begun=False)


def propose(
    session: Session, founding: Founding, people: Sequence[Mapping[str, cbor.Value]]
) -> Proposal:
    """Make log key and server key, and propose the first entry.

    Args:
        people: Public halves of the three officers' keys with their proofs, in order.
    """
    service = [service_keys.create(session.keys, name) for name in key_files.SERVICE_FILES]
    return genesis_entry.propose(session, founding, people, service)


def commit(session: Session, proposal: Proposal, signed: Signed) -> bytes:
    """Sign the first checkpoint and make the database.

    Args:
        proposal: Untrusted, as of `propose`.
        signed: Untrusted; the signatures of the three.

    Returns:
        The genesis hash, 32 bytes.

    Raises:
        VerificationError: `proposal-altered`; a signature or a proof of possession does not hold.
        MalformedInputError: `proposal-unreadable`: it is not a genesis and its signatures.
        UnavailableError: `key-file-missing` and others of `Session.service_key`.
    """
    match proposal.acts, signed:
        case (act,), (signatures,) if act.type == "genesis":
            entry = genesis_entry.entry_of(act, signatures)
        case _:
            raise MalformedInputError("proposal-unreadable")
    control = keyring.found(entry)
    proposal.refuse_altered(session.proposal_key(control))

    def fill(connection: Connection) -> None:
        writer.begin(connection, entry)
        beside.put(connection, control, {}, proposal.beside)

    checkpoint.begin(session, control, entry)
    db.create(session.data, fill)
    # A crash before this line left no log; from here on there is one.
    session.recorded.append(Recorded.of(entry))
    return entry.leaf


def undo(session: Session, founding: Founding, *, keeps_answers: bool) -> None:
    """Clear away what a founding has left that did not come to a log.

    Args:
        keeps_answers: Somebody stopped it, and goes on with the same answers.
    """
    if (session.data / db.NAME).exists():
        return
    with contextlib.suppress(KtError):
        _clear_left(session)
        if keeps_answers:
            _note(session, founding, is_begun=False)
    if not keeps_answers:
        founding_note.drop(session)


def finish(session: Session) -> None:
    """Forget the answers: the hash is on paper, and the founding has ended.

    A crash before this leaves them: the founding is given again, and ends here.
    """
    founding_note.drop(session)


def are_officers_named(session: Session) -> bool:
    """Tell whether the names of the founding's officers are recorded."""
    with session.database.read() as connection:
        book = LogBook(connection)
        return book.entry(0).act.dev in book.control.names


def _clear_left(session: Session) -> None:
    left = unfinished(session)
    if left is not None and left.is_begun:
        was = left.founding
        founding_note.clear(session, was.key_names, was.origin)


def founded_before(session: Session, founding: Founding) -> bytes:
    """Give the genesis hash of the log that an interrupted founding has made.

    Raises:
        RefusedError: `exists-already`: it is another one than is being founded.
    """
    with session.database.read() as connection:
        entry = LogBook(connection).entry(0)
    act = entry.act
    is_same = (
        (act.log, act.text("name"), act.number("office"), act.number("number"))
        == (founding.log, founding.name, founding.office, founding.number)
        and act.persons == founding.officers
        and act.fields["training"] == founding.training
    )
    if not is_same:
        raise RefusedError("exists-already", path=str(session.data / db.NAME))
    return entry.leaf


def _note(session: Session, founding: Founding, *, is_begun: bool) -> None:
    """Note what is being founded, and whether files of it may be there."""
    founding_note.write(
        session,
        {
            "log": founding.log,
            "name": founding.name,
            "office": founding.office,
            "number": founding.number,
            "training": founding.training,
            "officers": list(founding.officers),
            "names": None if founding.names is None else list(founding.names),
            "data": os.fsencode(session.data.absolute()),  # a name of any bytes
            "begun": is_begun,
        },
    )
