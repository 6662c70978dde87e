"""Founding a log: its keys, its first entry, its database, the names of its officers. Never twice.

**Rule:** refuses if anything exists; what an interruption leaves is finished or cleared away by the
same founding given again. The genesis hash is what an auditor is given by hand.

Order: the answers are noted; key files and the first signed checkpoint; then the database, which
is the log: a crash before it leaves files of a log that never was, a crash after it a log whose
officers have no names yet or whose genesis is not on paper.
"""

import contextlib
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from kt1custody.core.formats import numbers, spelling
from kt1custody.core.log import keyring
from kt1custody.core.log.schema import MAX_TEXT
from kt1custody.core.manifest.list_rows import MAX_NAME
from kt1custody.errors import KtError, MalformedInputError, RefusedError
from kt1custody.printing import qr
from kt1custody.services.keys import founding_note, genesis_entry
from kt1custody.services.keys.genesis_entry import Founding
from kt1custody.services.people import staff
from kt1custody.services.session import checkpoint, files, writer
from kt1custody.services.session.session import LAST_SIGNED, Recorded, Session
from kt1custody.signing import key_files
from kt1custody.signing.key_files import PersonKey
from kt1custody.store import db, records
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


def found(session: Session, founding: Founding) -> bytes:
    """Found a log, or go on with a founding that was interrupted; raises as `founded`.

    Returns:
        The genesis hash, 32 bytes.
    """
    with founded(session, founding) as genesis_hash:
        return genesis_hash


@contextlib.contextmanager
def founded(session: Session, founding: Founding) -> Iterator[bytes]:
    """Found a log, and give the genesis hash, 32 bytes.

    What is done in the block, such as putting the hash on paper, belongs to the founding: if the
    block does not end well, the same founding is given again and goes on there.

    Raises:
        RefusedError: As `refuse_wrong`, or of a passphrase as `pins.check`: nothing is left behind.
        MalformedInputError: As `refuse_wrong`.
    """
    left = unfinished(session)
    if left is not None and left.is_founded:
        genesis_hash = _founded_before(session, founding)
    else:
        refuse_wrong(session, founding)
        genesis_hash = _make(session, founding)
    _name_officers(session, founding)
    yield genesis_hash
    # A crash before this line leaves the note: the founding is given again, and ends here.
    founding_note.drop(session.keys, session.data)


def unfinished(session: Session) -> Unfinished | None:
    """Give the founding that was interrupted in these folders, or None.

    Raises:
        RefusedError: `exists-already`: its log is there, in another data folder.
    """
    match founding_note.read(session.keys):
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
                log,
                name,
                office,
                number,
                training,
                (first, second, reserve),
                (three[0], three[1], three[2]) if len(three) == 3 else None,
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


def write_genesis_qr(genesis_hash: bytes, picture: Path) -> None:
    """Write the genesis hash as a QR picture; raises as `files.write`."""
    files.write(picture, qr.text_png(genesis_hash.hex()))


def _make(session: Session, founding: Founding) -> bytes:
    """Make everything that a log needs; on any error nothing of it stays."""
    left = unfinished(session)
    if left is not None and left.is_begun:
        founding_note.clear(
            session.keys, session.data, left.founding.key_names, left.founding.origin
        )
    _note(session, founding, is_begun=False)
    is_begun = False
    try:
        passphrases = [session.new_pin(one, passphrase=True) for one in founding.officers]
        _note(session, founding, is_begun=True)
        is_begun = True
        return _make_files(session, founding, passphrases)
    except BaseException as error:
        if not (session.data / db.NAME).exists():
            with contextlib.suppress(KtError):
                if is_begun:
                    founding_note.clear(
                        session.keys, session.data, founding.key_names, founding.origin
                    )
                if not isinstance(error, KtError):  # somebody stopped it: the answers stay
                    _note(session, founding, is_begun=False)
            if isinstance(error, KtError):
                founding_note.drop(session.keys, session.data)
        raise


def _make_files(session: Session, founding: Founding, passphrases: list[str]) -> bytes:
    """Make key files, checkpoint and database, in this order."""
    cost = key_files.TRAINING if founding.training else key_files.NORMAL
    people: list[PersonKey] = [
        key_files.create(session.keys, one, passphrase, cost)
        for one, passphrase in zip(founding.officers, passphrases, strict=True)
    ]
    service = [key_files.create_service_key(session.keys, name) for name in key_files.SERVICE_FILES]
    entry, wrapped = genesis_entry.make(session, founding, people, service)

    def fill(connection: Connection) -> None:
        writer.begin(connection, entry)
        for name, kid, key in wrapped:
            records.put_wrapped(connection, name, kid, key)

    checkpoint.begin(session, keyring.found(entry), entry)
    db.create(session.data, fill)
    # A crash before this line left no log; from here on there is one.
    session.recorded.append(Recorded.of(entry))
    for person in people:
        session.admit(person)
    return entry.leaf


def _founded_before(session: Session, founding: Founding) -> bytes:
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


def _name_officers(session: Session, founding: Founding) -> None:
    """Record the officers' names, unless that was done before an interruption."""
    if founding.names is None:
        return
    with session.database.read() as connection:
        book = LogBook(connection)
        is_done = book.entry(0).act.dev in book.control.names
    if not is_done:
        names = dict(zip(founding.officers, founding.names, strict=True))
        staff.name_founders(session, names, founding.officers[:2])


def _note(session: Session, founding: Founding, *, is_begun: bool) -> None:
    """Note what is being founded, and whether files of it may be there."""
    founding_note.write(
        session.keys,
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
