"""Founding a log: the first entry, the first keys, the first policy. Never twice.

**Rule:** refuses if anything exists; three officers sign, the third with the reserve key that is
sealed afterwards. The genesis hash is what an auditor is given by hand.
"""

import contextlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kt1custody.core import cbor, keyring, numbers
from kt1custody.core.act import Act, make_act
from kt1custody.core.entry import (
    NO_CONTROL,
    Entry,
    first_prev,
    possession,
    spell_entry,
)
from kt1custody.errors import RefusedError
from kt1custody.printing import qr
from kt1custody.services import append, checkpoint, files
from kt1custody.services.desk import LAST_SIGNED, Desk
from kt1custody.signing import key_files, sign, slips
from kt1custody.signing.key_files import PersonKey
from kt1custody.store import db, records
from kt1custody.store.log import Connection

# The first policy; two officers change it by a `policy` act.
_CARRIERS: list[cbor.Value] = ["clerk", "controller", "courier", "driver", "escort"]
FIRST_POLICY: Mapping[str, cbor.Value] = {
    "witness": {"A": ["bind", "handover", "void"], "B": [], "C": []},
    "carry": {"0": _CARRIERS, "A": _CARRIERS, "B": _CARRIERS, "C": _CARRIERS},
    "max_offline": 259_200,  # three days: a weekend and a road that is cut
}


@dataclass(frozen=True, slots=True)
class Founding:
    """What the founders say.

    Attributes:
        log: Name of the log, such as `kt1.lamdong.vn/68`.
        name: Name of the service, in words.
        office: Number of the founding office.
        number: The log's two digits, 10–99, first in every item number.
        training: Only for practice: accepts a given clock and cheaper key files.
        officers: Staff numbers of two officers and of the holder of the reserve key.
    """

    log: str
    name: str
    office: int
    number: int
    training: bool
    officers: tuple[str, str, str]


def found(desk: Desk, founding: Founding) -> bytes:
    """Found a log: database, key files, first entry.

    Returns:
        The genesis hash, 32 bytes.

    Raises:
        RefusedError: `exists-already`, `key-file-exists`, `same-person`, `as-of-needs-training` or
            a PIN that is too short; nothing is left behind.
        MalformedInputError: `log-name`.
    """
    _refuse_wrong(desk, founding)
    made: list[Path] = []
    try:
        people = _make_people(desk, founding, made)
        service = []
        for name in key_files.SERVICE_FILES:
            service.append(key_files.create_service_key(desk.keys, name))
            made.append(desk.keys / f"{name}.key")
        entry, wrapped = _genesis(desk, founding, people, service)

        def fill(connection: Connection) -> None:
            append.begin(connection, entry)
            for name, kid, key in wrapped:
                records.put_wrapped(connection, name, kid, key)

        made += [desk.keys / f"{LAST_SIGNED}{end}" for end in ("", "-wal", "-shm")]
        checkpoint.begin(desk, keyring.found(entry), entry)
        db.create(desk.data, fill)
    except BaseException:
        for path in made:
            with contextlib.suppress(OSError):  # what cannot go is told by the next founding
                path.unlink(missing_ok=True)
        raise
    return entry.leaf


def genesis_symbol(genesis: bytes) -> str:
    """Draw the genesis hash as a QR of block characters, for a terminal."""
    return qr.text_blocks(genesis.hex())


def write_genesis_qr(genesis: bytes, picture: Path) -> None:
    """Write the genesis hash as a QR picture; raises as `files.write`."""
    files.write(picture, qr.text_png(genesis.hex()))


def _make_people(desk: Desk, founding: Founding, made: list[Path]) -> list[PersonKey]:
    """Ask the officers for their passphrases, then make their key files."""
    cost = key_files.TRAINING if founding.training else key_files.NORMAL
    pins = [desk.new_pin(staff, passphrase=True) for staff in founding.officers]
    people = []
    for staff, pin in zip(founding.officers, pins, strict=True):
        people.append(key_files.create(desk.keys, staff, pin, cost))
        made.append(desk.keys / f"{staff}.key")
    return people


def _refuse_wrong(desk: Desk, founding: Founding) -> None:
    numbers.check_log_name(founding.log)
    if desk.as_of is not None and not founding.training:
        raise RefusedError("as-of-needs-training")
    if len(set(founding.officers)) != 3:
        raise RefusedError("same-person")
    if (desk.data / db.NAME).exists():
        raise RefusedError("exists-already", path=str(desk.data / db.NAME))
    for name in (*founding.officers, *key_files.SERVICE_FILES):
        if (desk.keys / f"{name}.key").exists():
            raise RefusedError("key-file-exists", staff=name)
    if (desk.keys / LAST_SIGNED).exists():
        raise RefusedError("exists-already", path=str(desk.keys / LAST_SIGNED))
    if desk.data.resolve() in (desk.keys.resolve(), *desk.keys.resolve().parents):
        raise RefusedError("keys-inside-data")


def _genesis(
    desk: Desk, founding: Founding, people: list[PersonKey], service: list[sign.SigningKey]
) -> tuple[Entry, list[tuple[str, bytes, bytes]]]:
    """Build and sign entry 0, and wrap the seal key and the year's office key to the officers."""
    now = desk.clock() if desk.as_of is None else desk.as_of
    origin = f"{founding.log}/e1"
    seal_seed = slips.new_key()
    log_key, server_key = service
    roles = ("officer", "officer", "reserve")
    keys = [
        key_map(origin, person.staff, role, person.signing, person.opening.public())
        for person, role in zip(people, roles, strict=True)
    ] + [
        key_map(origin, name, name, key, None)
        for name, key in (
            ("log", log_key),
            ("server", server_key),
            ("seal", sign.from_seed(seal_seed)),
        )
    ]
    act = make_act(
        {
            "v": 1,
            "type": "genesis",
            "log": founding.log,
            "id": secrets.token_bytes(16),
            "at": now,
            "dev": desk.device,
            "dseq": 0,
            "dprev": b"",
            "seen": None,
            "by": founding.officers[0],
            "by2": founding.officers[1],
            "by3": founding.officers[2],
            "items": [],
            "origin": origin,
            "name": founding.name,
            "office": founding.office,
            "number": founding.number,
            "training": founding.training,
            "rules": 1,
            "policy": dict(FIRST_POLICY),
            "keys": list(keys),
        }
    )
    entry = _sign_genesis(act, people, origin, now)
    year = datetime.fromtimestamp(now, desk.zone).year
    secret_keys = {
        f"seal-{sign.from_seed(seal_seed).kid.hex()}": seal_seed,
        f"office-{year}": slips.new_key(),
    }
    wrapped = [
        (name, one.signing.kid, slips.wrap(secret, one.opening.public(), founding.log, name))
        for name, secret in secret_keys.items()
        for one in people
    ]
    return entry, wrapped


def _sign_genesis(act: Act, people: list[PersonKey], origin: str, now: int) -> Entry:
    keys = {person.staff: person.signing for person in people}
    signatures = append.sign_act(act, keys.__getitem__)
    prev = first_prev(origin)
    raw = spell_entry(
        origin=origin,
        seq=0,
        prev=prev,
        ctl=NO_CONTROL,
        accepted_at=now,
        body=act.body,
        signatures=signatures,
        judgement=(),
    )
    return Entry(raw, origin, 0, prev, NO_CONTROL, now, act, signatures, ())


def key_map(
    origin: str, owner: str, role: str, key: sign.SigningKey, enc: bytes | None
) -> dict[str, cbor.Value]:
    """Describe a new public key, with the proof that its private half exists."""
    told: dict[str, cbor.Value] = {
        "owner": owner,
        "role": role,
        "alg": key.alg,
        "pub": key.pub,
        "enc": enc,
        "kept": "file",
    }
    return {**told, "possess": key.sign(possession(origin, told))}
