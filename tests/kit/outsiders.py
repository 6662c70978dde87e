"""What people outside hold of a log: witnesses, devices, time stamps, paper, other auditors."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kt1custody.cli import incoming, outgoing
from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import frames, note
from kt1custody.core.formats.frames import frame
from kt1custody.core.formats.note import VerifierKey
from kt1custody.core.log import anchor
from kt1custody.core.log import checkpoint as notes
from kt1custody.core.log.act import Act
from kt1custody.core.log.checkpoint import Checkpoint
from kt1custody.services.session import checkpoint
from kt1custody.services.session.checkpoint import Signed
from kt1custody.services.session.office_keys import Holder
from kt1custody.services.session.receive import receive_all
from kt1custody.services.witness import cosign
from kt1custody.services.witness.cosign import CosignOutcome
from kt1custody.signing import stamp
from kt1custody.signing.sign import SigningKey
from kt1custody.store.log import LogBook
from kt1custody.witnessing import answers, witness
from kt1custody.witnessing.answers import WitnessAnswer
from tests.kit import at_counter, cast, openssl_tsa
from tests.kit.judges import Held
from tests.kit.openssl_tsa import Authority
from tests.kit.phone import Fields, Phone, size

NAMES = ("congan.lamdong.vn/kt1", "thanhtra.lamdong.vn/kt1", "dang.lamdong.vn/kt1")


@dataclass
class Outsider:
    """A witness on a machine of its own; it is asked by files on a stick."""

    folder: Path
    name: str
    key: VerifierKey
    asked: int = 0

    def answer(self, world: cast.World, old: int | None = None) -> WitnessAnswer:
        """Let it answer what the log asks it."""
        self.asked += 1
        request = self.folder / f"{self.asked}.request"
        outgoing.witness_request(world.session, request, self.name, old)
        opened = witness.open_witness(self.folder, lambda: world.session.as_of or 0)
        try:
            return answers.answer_file(opened, request)
        finally:
            opened.close()

    def press(self, world: cast.World) -> WitnessAnswer:
        """Let it answer, and once more from where it says that it stands, as far as can be."""
        said = self.answer(world)
        if said.status == 409 and int(said.body) <= size(world):
            said = self.answer(world, int(said.body))
        return said

    def cosign(self, world: cast.World, *, enrolled: bool = True) -> CosignOutcome:
        """Let it answer, and take the answer in."""
        self.answer(world)
        who = None if enrolled else cosign.candidate(self.key, None)
        return incoming.witness_answer(world.session, self.last_answer(), who)

    def last_answer(self) -> Path:
        """Give the file of its last answer."""
        return self.folder / f"{self.asked}.request{answers.ANSWER}"

    def cases(self) -> set[str]:
        """Give the kinds of cases that it has kept as evidence."""
        room = self.folder / witness.EVIDENCE
        return {path.name.split("-")[0] for path in room.iterdir()} if room.is_dir() else set()

    def kept(self) -> bytes:
        """Give the note that it has cosigned last."""
        opened = witness.open_witness(self.folder, lambda: 0)
        try:
            [found] = opened.notes.every()
            return found.note
        finally:
            opened.close()


def enrol(world: cast.World, folder: Path, count: int = 3, least: int = 2) -> list[Outsider]:
    """Set up witnesses, let each cosign, and make them the log's quorum."""
    found = [set_up(world, folder / f"w{at}", NAMES[at]) for at in range(count)]
    for one in found:
        assert one.cosign(world, enrolled=False).is_done
    at_counter.change_quorum(world.session, [one.key for one in found], least, cast.OFFICERS, {})
    return found


def set_up(world: cast.World, folder: Path, name: str) -> Outsider:
    """Set up a witness that trusts this log."""
    with world.session.database.read() as connection:
        control = LogBook(connection).control
    key = witness.begin(folder, name)
    log_key = VerifierKey(control.origin, note.SIGNATURE, control.service_key("log").pub)
    witness.trust(folder, str(log_key))
    return Outsider(folder, name, key)


def copy(outside: Sequence[Outsider], folder: Path) -> list[Outsider]:
    """Give the same witnesses in folders of their own, for a test to ask."""
    found = []
    for one in outside:
        place = shutil.copytree(one.folder, folder / one.folder.name)
        found.append(Outsider(place, one.name, one.key, one.asked))
    return found


@dataclass
class Device:
    """A phone that keeps its acts and the receipts it has got for them."""

    phone: Phone
    name: str
    acts: list[bytes] = field(default_factory=list)
    receipts: list[bytes] = field(default_factory=list)

    def hand(self, item: ItemState, to: str, at: int) -> Act:
        """Have the courier hand an item over, so many minutes after seven."""
        line: Fields = {"n": item.n, "seal": item.seal, "cond": "intact", "prev": item.head}
        own: Fields = {"to": to, "office": None, "witness": cast.CONTROLLER}
        return self.act("handover", cast.COURIER, own, [line], at)

    def report(self, item: ItemState, at: int) -> Act:
        """Have the courier report that nobody was there."""
        line: Fields = {"n": item.n, "seal": item.seal, "cond": "intact", "prev": item.head}
        return self.act("absent", cast.COURIER, {"reason": "nobody"}, [line], at)

    def act(self, kind: str, by: str, own: Fields, lines: Sequence[Fields], at: int) -> Act:
        """Sign an act as the next one in its row, so many minutes after seven."""
        common: Fields = {"dev": self.name, "at": cast.MORNING + 60 * at}
        made = self.phone.act(kind, by, {**common, **own}, lines)
        self.acts.append(self.phone.spell(made))
        return made

    def bring(self, world: cast.World) -> None:
        """Bring what has no receipt yet, all at once."""
        waiting = self.acts[len(self.receipts) :]
        self.receipts += [one.spelled for one in receive_all(world.session, waiting)]

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write the files of acts and of receipts."""
        acts, receipts = folder / f"{self.name}.acts", folder / f"{self.name}.receipts"
        acts.write_bytes(frames.ACTS + b"".join(map(frame, self.acts)))
        receipts.write_bytes(frames.RECEIPTS + b"".join(map(frame, self.receipts)))
        return acts, receipts


def authority(folder: Path) -> tuple[Authority, bytes]:
    """Set up a stamping authority; gives it and its root certificate."""
    root = openssl_tsa.certify("root")
    signer = openssl_tsa.certify("stamps", root, purpose=openssl_tsa.STAMPING)
    return openssl_tsa.set_up(folder, signer), root.pem


def collect(
    world: cast.World, folder: Path, device: Device, one: Outsider, stamps: Authority
) -> dict[str, Held]:
    """Give what everybody holds of the log as it is now, by kind."""
    folder.mkdir()
    signed = checkpoint.give_out(world.session)
    told = signed.checkpoint

    assert one.cosign(world).is_done
    request, _ = stamp.ask(told.text.encode())
    _, receipts = device.write(folder)
    return {
        "cosignature": file(folder / "cosigned.txt", one.kept()),
        "cosignature alone": file(folder / "alone.txt", cosignature_alone(one)),
        "checkpoint of another auditor": file(folder / "checkpoint", signed.note),
        "proof": file(folder / "proof", proof_of(world, signed)),
        "receipt": file(folder / "receipt", device.receipts[-1]),
        "file of receipts": Held(files=(receipts,)),
        "time stamp": file(folder / f"{told.size}.tsr", stamps.reply(request)),
        "paper": paper(told),
    }


def file(path: Path, content: bytes) -> Held:
    """Write a file that somebody holds."""
    path.write_bytes(content)
    return Held(files=(path,))


def proof_of(world: cast.World, signed: Signed) -> bytes:
    """Prove that the newest entry stands in the log."""
    with world.session.database.read() as connection:
        control = LogBook(connection).control
        return checkpoint.proof(connection, control, signed, signed.end - 1)


def cosignature_alone(one: Outsider) -> bytes:
    """Give what a witness has cosigned, without the line of the log."""
    kept = notes.read(one.kept()).note
    return note.spell(kept.text, [line for line in kept.signatures if line.name == one.name])


def paper(told: Checkpoint) -> Held:
    """Give the code that stands in the bound book."""
    return Held(anchors=(anchor.code(told),))


def seal_key(world: cast.World) -> SigningKey:
    with world.session.database.read() as connection:
        book = LogBook(connection)
        holder = Holder(book, world.session.opener(cast.CLERK))
        return holder.seal_key(book.control.service_key("seal").kid)
