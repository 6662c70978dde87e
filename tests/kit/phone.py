"""A phone that signs acts elsewhere, and questions that tests of the writer ask of a log."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa

from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import cbor, frames, tree
from kt1custody.core.formats.frames import frame
from kt1custody.core.log import receipt
from kt1custody.core.log.act import Act, make_act
from kt1custody.core.log.entry import (
    Entry,
    Signature,
    leaf_hash,
    read_signatures,
    step_hash,
    to_be_signed,
)
from kt1custody.core.log.receipt import UnverifiedReceipt as ReadReceipt
from kt1custody.services.evidence import verify
from kt1custody.services.session.receive import Receipt, receive_all
from kt1custody.services.session.session import Session
from kt1custody.signing import sign
from kt1custody.signing.person_keys import PersonKey
from kt1custody.signing.sign import SigningKey
from kt1custody.store.log import LogBook
from tests.kit import cast
from tests.kit.at_counter import Handover, hand_over

Fields = Mapping[str, cbor.Value]
EVERYBODY = (
    cast.CLERK, cast.CLERK_2, cast.CONTROLLER, cast.COURIER, cast.COURIER_2, cast.DRIVER,
    cast.ADMIN, *cast.OFFICERS,
)  # fmt: skip


def keys_of(world: cast.World) -> dict[str, PersonKey]:
    """Open everybody's key, for desks that need not do so again."""
    session = world.new_session()
    session.unlock(EVERYBODY)
    return session.unlocked()


def receive(session: Session, unverified: bytes) -> Receipt:
    """Bring one act that was signed elsewhere."""
    [answer] = receive_all(session, [unverified])
    return answer


def told_act(uploaded: bytes) -> tuple[bytes, cbor.Value]:
    told = cbor.decode(uploaded)
    assert isinstance(told, list)
    assert isinstance(told[0], bytes)
    return told[0], told[1]


def check_receipt(world: cast.World, uploaded: bytes, spelled: bytes) -> ReadReceipt:
    """What a device does with a receipt: all of it, with nothing but the log's public key."""
    found = receipt.read(spelled)
    body, signatures = told_act(uploaded)
    raw = found.entry or found.spell(body, read_signatures(signatures))
    told, noted = found.proof.signed.checkpoint, found.proof.signed.note
    with world.session.database.read() as connection:
        control = LogBook(connection).control
        key, base = control.service_key("log"), dict(control.epochs)[told.origin]
    [signature] = noted.signatures_by(told.origin, key.pub)
    sign.verify(key.alg, key.pub, noted.text.encode(), signature)
    leaf, hashes = leaf_hash(raw), found.proof.hashes
    assert found.proof.index == found.seq - base
    tree.check_inclusion(leaf, found.proof.index, told.size, told.root, hashes)
    return found


class Phone:
    """Signs acts elsewhere, as a device of its own does."""

    def __init__(self, world: cast.World) -> None:
        self.keys: dict[str, SigningKey] = {
            staff: world.session.person(staff).signing for staff in EVERYBODY
        }
        with world.session.database.read() as connection:
            book = LogBook(connection)
            self.seen: list[cbor.Value] = [book.seq, book.leaf]
            self.held = book.items(holder=cast.COURIER)
        self.last: tuple[int, bytes] | None = None

    def act(self, kind: str, by: str, own: Fields, lines: Sequence[Fields] = ()) -> Act:
        fields: dict[str, cbor.Value] = {
            "v": 1, "type": kind, "log": "kt1.lamdong.vn/68", "id": os.urandom(16),
            "at": cast.MORNING + 60 * 190, "dev": "PHONE01",
            "dseq": self.last[0] + 1 if self.last else 0,
            "dprev": self.last[1] if self.last else b"",
            "seen": self.seen, "by": by, "items": [dict(line) for line in lines],
        }  # fmt: skip
        act = make_act({**fields, **own})
        self.last = act.dseq, act.hash
        return act

    def handover(self, state: ItemState | None = None, **over: cbor.Value) -> Act:
        item = state or self.held[0]
        own: Fields = {"to": cast.COURIER_2, "office": None, "witness": cast.CONTROLLER, **over}
        line: Fields = {"n": item.n, "seal": item.seal, "cond": "intact", "prev": item.head}
        return self.act("handover", cast.COURIER, own, [line])

    def spell(self, act: Act, *keys: SigningKey) -> bytes:
        """What the phone uploads; signed by the persons named, or by other keys."""
        return envelope(act.body, self.signatures(act, *keys))

    def signatures(self, act: Act, *keys: SigningKey) -> list[Signature]:
        signatures: list[Signature] = []
        used = keys or tuple(self.keys[person] for person in act.persons)
        for role, key in zip(act.roles, used, strict=True):
            told = to_be_signed(
                log=act.log, body=act.body, role=role, alg=key.alg, kid=key.kid, before=signatures
            )
            signatures.append(Signature(role, key.kid, key.sign(told)))
        return signatures

    def step(self, act: Act) -> bytes:
        """What the next step of an item names as `prev`."""
        return step_hash(act.body, self.signatures(act))


def envelope(body: bytes, signatures: Sequence[Signature]) -> bytes:
    return cbor.encode([body, [[one.role, one.kid, one.value] for one in signatures]])


def entries(world: cast.World, after: int = -1) -> list[Entry]:
    with world.session.database.read() as connection:
        book = LogBook(connection)
        return [book.entry(seq) for seq in range(after + 1, book.seq + 1)]


def size(world: cast.World) -> int:
    with world.session.database.read() as connection:
        return LogBook(connection).seq + 1


def states(world: cast.World) -> list[ItemState]:
    with world.session.database.read() as connection:
        return LogBook(connection).items()


def quarantine(world: cast.World) -> list[tuple[bytes, int, bytes]]:
    with world.session.database.read() as connection:
        found = connection.execute(sa.text("SELECT hash, seq, content FROM quarantine"))
        return [(row.hash, row.seq, row.content) for row in found]


def is_sound(world: cast.World) -> bool:
    report = verify.verify(world.session)
    assert report.findings == []
    return report.entries == size(world)


def give(world: cast.World, n: int, giver: str = cast.COURIER, to: str = cast.COURIER_2) -> Entry:
    told = Handover(giver, to, cast.CONTROLLER)
    return hand_over(world.session, told, [str(n)], confirm=cast.yes)


def write_acts(path: Path, *acts: bytes) -> Path:
    path.write_bytes(frames.ACTS + b"".join(map(frame, acts)))
    return path
