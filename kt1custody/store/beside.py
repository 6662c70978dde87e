"""What acts bring into the tables beside the log: sealed records, tags, wrapped keys, lists.

**Rule:** a row comes only if it belongs to an act of the same transaction, or seals an older record
on to an office of the log. Format: `.docs/formats.md` §7.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

import sqlalchemy as sa

from kt1custody.core.log.keyring import Control
from kt1custody.errors import MalformedInputError
from kt1custody.signing.slips import SealedRecord
from kt1custody.store.log import CATALOGUES
from kt1custody.store.records import (
    RECORDS,
    SLIPKEYS,
    WRAPPED_KEYS,
    drop_wrapped,
    put_catalogue,
    put_wrapped,
    wrapped_keys,
)
from kt1custody.store.sealed import TABLES, Cell, Row, add_if_new, fits, may_come
from kt1custody.store.slip_tags import SLIP_TAGS, SlipTag

_ALL = {**TABLES, CATALOGUES.name: CATALOGUES, SLIP_TAGS.name: SLIP_TAGS}


def record_rows(about: str, record: SealedRecord) -> Iterator[Row]:
    """Give the rows of a record that is not stored yet."""
    commitment = record.commitment
    yield str(RECORDS.name), {"commitment": commitment, "about": about, "box": record.box}
    for name, key in record.keys.items():
        yield key_row(commitment, name, key)


def key_row(commitment: bytes, office_key: str, sealed: bytes) -> Row:
    """Give the row of a record's one-time key, sealed to one office."""
    cells: dict[str, Cell] = {"commitment": commitment, "office_key": office_key, "wrapped": sealed}
    return str(SLIPKEYS.name), cells


def wrapped_row(name: str, kid: bytes, wrapped: bytes) -> Row:
    """Give the row of an office key or seal key, wrapped to one person's key."""
    return str(WRAPPED_KEYS.name), {"name": name, "kid": kid, "wrapped": wrapped}


def tag_row(tag: SlipTag) -> Row:
    """Give the row of a slip's tag."""
    return str(SLIP_TAGS.name), tag._asdict()


def list_row(content: bytes) -> Row:
    """Give the row of a list."""
    return str(CATALOGUES.name), {"hash": hashlib.sha256(content).digest(), "content": content}


def put(
    connection: sa.Connection, control: Control, named: Mapping[bytes, str], rows: Iterable[Row]
) -> None:
    """Store what acts of this transaction have named.

    Args:
        control: State after these acts.
        named: Commitments of those acts, each with what its record is about.
        rows: Untrusted; a record before its keys.

    Raises:
        MalformedInputError: `proposal-unreadable`: a row is none of ours or belongs to nothing.
    """
    added, new = set[Cell](), defaultdict[str, list[Mapping[str, Cell]]](list)
    for name, cells in rows:
        table = _ALL.get(name)
        if (
            table is None
            or not fits(table, cells)
            or not _belongs(control, named, added, name, cells)
        ):
            raise MalformedInputError("proposal-unreadable")
        match name, cells:
            case CATALOGUES.name, {"hash": bytes(digest), "content": bytes(content)}:
                put_catalogue(connection, digest, content)
            case WRAPPED_KEYS.name, {
                "name": str(key),
                "kid": bytes(kid),
                "wrapped": bytes(wrapped),
            }:
                if control.may_have(kid, key):
                    put_wrapped(connection, key, kid, wrapped)
                else:  # a later one of these acts has ended it
                    drop_wrapped(connection, name=key, kid=kid)
            case _:
                new[name].append(cells)
                if name != SLIP_TAGS.name:
                    added.add(cells["commitment"])
    for name, some in new.items():
        add_if_new(connection, _ALL[name], some)


def _belongs(
    control: Control,
    named: Mapping[bytes, str],
    added: Collection[Cell],
    name: str,
    cells: Mapping[str, Cell],
) -> bool:
    """Tell whether a row belongs to what these acts say."""
    if name == CATALOGUES.name:
        return cells["hash"] in control.catalogues.values()
    if name == SLIP_TAGS.name:
        return cells["commitment"] in named
    if name == SLIPKEYS.name:  # of an older record too, which is sealed on
        return cells["office_key"] in control.office_keys
    return name == WRAPPED_KEYS.name or may_come(control, named, added, name, cells)


def take_away(connection: sa.Connection, control: Control, kids: Iterable[bytes | None]) -> None:
    """Delete what is wrapped to people's keys and they may not have, or no longer need.

    Args:
        kids: Of those keys; None is passed over.
    """
    newest = control.current_key("seal")
    ended = {f"seal-{key.kid.hex()}" for key in control.seal_keys() if key != newest}
    wanted = set(kids) - {None}
    for name, kid in wrapped_keys(connection) if wanted else ():
        if kid in wanted and (name in ended or not control.may_have(kid, name)):
            drop_wrapped(connection, name=name, kid=kid)
