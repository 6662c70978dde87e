"""What this program gives out, judged by another implementation: golang.org/x/mod/sumdb.

Everything that holds is shown not to hold after one byte has been changed.
"""

import base64
import copy
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from kt1custody.cli import incoming, outgoing
from kt1custody.cli.main import kt1
from kt1custody.core.formats import note, tree
from kt1custody.core.formats.bundle import SUMS, tile_path
from kt1custody.core.formats.frames import frame
from kt1custody.core.formats.note import VerifierKey
from kt1custody.core.log import checkpoint, tlog
from kt1custody.core.log.act import make_act
from kt1custody.core.log.checkpoint import Checkpoint, Cosignature
from kt1custody.core.log.entry import leaf_hash
from kt1custody.errors import VerificationError
from kt1custody.services.session import checkpoint as signing
from kt1custody.services.session.receive import receive_all
from kt1custody.services.witness import cosign
from kt1custody.signing import cosigned, sign
from kt1custody.store import checkpoints, db, log
from kt1custody.store import tree as stored
from kt1custody.store.log import LogBook
from kt1custody.system import http_call
from kt1custody.witnessing import answers
from kt1custody.witnessing import witness as witnesses
from tests.kit import at_counter, cast, nightly, strangers
from tests.kit.phone import Phone, entries, keys_of

pytestmark = pytest.mark.slow

PROOFS: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "vectors" / "c2sp" / "proofs.json").read_text("utf-8")
)
OTHER_BITS = 0x10  # changes what a digit of base64 stands for beyond spare bits, which Go ignores


def encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def changes(raw: bytes) -> Iterator[bytes]:
    """The same bytes with one of them changed, each in turn."""
    for at in range(len(raw)):
        yield raw[:at] + bytes([raw[at] ^ OTHER_BITS]) + raw[at + 1 :]


@dataclass
class Given:
    """A log, and its bundle as somebody has got it.

    Attributes:
        key: Verifier key of the log.
        signed: Its checkpoint.
    """

    world: cast.World
    bundle: Path
    key: str
    signed: signing.Signed

    @property
    def home(self) -> Path:
        return self.bundle / "logs" / self.signed.checkpoint.origin

    @property
    def size(self) -> int:
        return self.signed.checkpoint.size

    def proof(self, seq: int) -> bytes:
        with self.world.session.database.read() as connection:
            control = LogBook(connection).control
            return signing.proof(connection, control, self.signed, seq)


def give(world: cast.World, bundle: Path) -> Given:
    outgoing.bundle(world.session, bundle)
    return Given(world, bundle, log_key(world), signing.give_out(world.session))


def log_key(world: cast.World) -> str:
    with world.session.database.read() as connection:
        control = LogBook(connection).control
    return str(VerifierKey(control.origin, note.SIGNATURE, control.service_key("log").pub))


def make_wide(world: cast.World) -> None:
    """Entries for two full tiles and a part of a third."""
    world.at(200).admit_all(keys_of(world))
    phone = Phone(world)
    own = {"who": cast.COURIER_2, "reason": "absent"}
    acts = [phone.spell(phone.act("hold", cast.CLERK, own)) for _ in range(520)]
    assert all(one.refused is None for one in receive_all(world.session, acts))


@pytest.fixture(scope="module", params=["a day", "two full tiles"])
def given(
    request: pytest.FixtureRequest,
    _founded: cast.World,
    _lived: tuple[cast.World, cast.Day],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Given]:
    folder = tmp_path_factory.mktemp("given")
    if request.param == "a day":
        world = cast.copy_world(_lived[0], folder)
    else:
        world = cast.copy_world(_founded, folder)
        make_wide(world)
    made = give(world, folder / "bundle")
    assert (made.size > 2 * tree.WIDTH) == (request.param != "a day")
    yield made
    world.session.close()


@pytest.fixture
def noted(tmp_path: Path) -> "Noted":
    return Noted(tmp_path / "noted")


@dataclass
class Noted:
    """One file that is written again and again."""

    path: Path

    def __call__(self, raw: bytes) -> Path:
        self.path.write_bytes(raw)
        return self.path


# Bundles.


def test_a_bundle_has_the_tiles_that_strangers_look_for(given: Given):
    found = {
        path.relative_to(given.home).as_posix()
        for path in (given.home / "tile").rglob("*")
        if path.is_file()
    }
    wanted = strangers.answers("required", given.size).split()
    bundles = {one.replace("tile/0/", "tile/entries/") for one in wanted if "tile/0/" in one}
    assert found == {*wanted, *bundles}


def test_a_bundle_holds_and_one_with_a_changed_byte_does_not(given: Given):
    said = strangers.answers("tiles", given.home, given.key)
    assert said.startswith(f"{given.size} entries and ")
    for path in sorted(path for path in given.home.rglob("*") if path.is_file()):
        right = path.read_bytes()
        for at in (0, len(right) // 2, len(right) - 1):
            path.write_bytes(right[:at] + bytes([right[at] ^ OTHER_BITS]) + right[at + 1 :])
            strangers.refuses("tiles", given.home, given.key)
        for wrong in (right[:-1], right + b"\x00"):
            path.write_bytes(wrong)
            strangers.refuses("tiles", given.home, given.key)
        path.unlink()
        strangers.refuses("tiles", given.home, given.key)
        path.write_bytes(right)
    assert strangers.answers("tiles", given.home, given.key) == said


def test_every_entry_is_proved(given: Given, noted: Noted):
    leaves = [entry.leaf for entry in entries(given.world)]
    assert len(leaves) == given.size
    step = 1 if nightly.is_nightly() or given.size < 300 else 7
    for seq in [*range(0, len(leaves), step), len(leaves) - 1]:
        leaf = leaves[seq]
        path = noted(given.proof(seq))
        said = strangers.answers("proof", given.key, path, leaf.hex())
        assert said.startswith(f"entry {seq} of {given.size}, signed by ")
        strangers.refuses("proof", given.key, path, leaves[seq - 1].hex())


def test_no_byte_of_a_proof_can_be_changed(given: Given, noted: Noted):
    seq = given.size // 2
    leaf = entries(given.world)[seq].leaf.hex()
    raw = given.proof(seq)
    strangers.answers("proof", given.key, noted(raw), leaf)
    for wrong in changes(raw):
        strangers.refuses("proof", given.key, noted(wrong), leaf)


def test_every_older_tree_is_the_begin_of_it(given: Given):
    size, root = given.size, given.signed.checkpoint.root
    grown = tree.Tree()
    leaves = [entry.leaf for entry in entries(given.world)]
    for old in range(size + 1):
        with given.world.session.database.read() as connection:
            hashes = signing.consistency(connection, given.signed, old)
        told = "\n".join(map(encode, hashes)).encode()
        if old < 70 or old % 13 == 0 or old > size - 3:
            sizes = [size, old, encode(root), encode(grown.root())]
            strangers.answers("tree", *sizes, given=told)
            strangers.refuses("tree", *sizes[:3], encode(leaf_hash(b"")), given=told)
            if hashes:
                wrong = bytes([told[0] ^ OTHER_BITS]) + told[1:]
                strangers.refuses("tree", *sizes, given=wrong)
        if old < size:
            grown.add(leaves[old])


def test_the_checkpoint_holds_and_no_byte_of_it_can_be_changed(given: Given, noted: Noted):
    path = given.home / "checkpoint"
    origin = given.signed.checkpoint.origin
    for command in ("checkpoint", "note"):
        told = json.loads(strangers.answers(command, given.key, path))
        assert told["text"] == given.signed.checkpoint.text
        assert (told["verified"], told["unverified"]) == ([origin], [])
    for wrong in changes(path.read_bytes()):
        strangers.refuses("checkpoint", given.key, noted(wrong))


def test_the_policy_of_a_log_without_witnesses(given: Given, noted: Noted):
    policy = given.bundle / "policy.tlog-policy"
    assert given.key in policy.read_text("utf-8")
    strangers.answers("policy", policy, given.home / "checkpoint")
    other = VerifierKey(given.signed.checkpoint.origin, note.SIGNATURE, SIGNER.pub)
    wrong = policy.read_text("utf-8").replace(given.key, str(other))
    strangers.refuses("policy", noted(wrong.encode()), given.home / "checkpoint")
    for changed in changes(policy.read_bytes()):
        strangers.refuses("policy", noted(changed), given.home / "checkpoint")


# Witnesses: one of ours, two of strangers.

OURS, THEIRS, THIRD = "congan.lamdong.vn/kt1", "tinhuy.lamdong.vn", "thanhtra.lamdong.vn/w"
SEEDS = {THEIRS: "21" * 32, THIRD: "22" * 32}
TIME = cast.MORNING + 60 * 300


def key_of(name: str) -> VerifierKey:
    return VerifierKey(name, note.COSIGNATURE, sign.from_seed(bytes.fromhex(SEEDS[name])).pub)


@dataclass
class Witnessed:
    """A log with a witness of ours, and what strangers' witnesses remember of it."""

    world: cast.World
    folder: Path
    key: str
    witness: witnesses.OpenWitness
    last: tuple[int, bytes] = (0, tree.EMPTY_ROOT)

    @property
    def keys(self) -> list[VerifierKey]:
        return [self.witness.verifier_key, *map(key_of, SEEDS)]

    def request(self, name: str, *, known: bool) -> Path:
        """A request of ours on a stick."""
        self.folder.mkdir(exist_ok=True)
        path = self.folder / f"{len(list(self.folder.iterdir()))}.request"
        outgoing.witness_request(self.world.session, path, name if known else None)
        return path

    def ask_ours(self, *, known: bool = True) -> cosign.CosignOutcome:
        path = self.request(OURS, known=known)
        assert answers.answer_file(self.witness, path).status == 200
        candidate = None if known else cosign.candidate(self.witness.verifier_key, None)
        return incoming.witness_answer(
            self.world.session, Path(f"{path}{answers.ANSWER}"), candidate
        )

    def ask_theirs(self, name: str, *, known: bool = True) -> cosign.CosignOutcome:
        """Have a witness of strangers answer a request of ours."""
        path = self.request(name, known=known)
        state = [name, SEEDS[name], TIME, self.key, self.last[0], encode(self.last[1])]
        told = strangers.answers("witness", *state, given=path.read_bytes())
        answer = path.with_suffix(".answer")
        answer.write_text(told.replace("\n", " ", 1), "utf-8")
        candidate = None if known else cosign.candidate(key_of(name), None)
        return incoming.witness_answer(self.world.session, answer, candidate)

    def note(self) -> bytes:
        told = signing.give_out(self.world.session).checkpoint
        with self.world.session.database.read() as connection:
            found = checkpoints.find(connection, told.size, told.origin)
        assert found is not None
        return found

    def verified(self, noted: bytes) -> cosigned.Cosigned:
        with self.world.session.database.read() as connection:
            return cosigned.verified(checkpoint.read(noted), LogBook(connection).control)


@pytest.fixture(scope="module")
def witnessed(
    _founded: cast.World, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Witnessed]:
    """Enrolled by two officers, two of three are enough; then the log grew and was cosigned."""
    folder = tmp_path_factory.mktemp("witnessed")
    world = cast.copy_world(_founded, folder)
    world.at(200)
    witnesses.begin(folder / "witness", OURS)
    witnesses.trust(folder / "witness", log_key(world))
    witness = witnesses.open_witness(folder / "witness", lambda: TIME)
    made = Witnessed(world, folder / "stick", log_key(world), witness)
    assert made.ask_ours(known=False).code == cosign.COSIGNED
    for name in SEEDS:
        assert made.ask_theirs(name, known=False).code == cosign.COSIGNED
    told = signing.give_out(world.session).checkpoint
    made.last = (told.size, told.root)
    at_counter.change_quorum(
        world.session, made.keys, 2, cast.OFFICERS, {OURS: "https://w.example/kt1"}
    )
    at_counter.hold(world.session, cast.CLERK, cast.COURIER_2, "absent")
    assert made.ask_ours().code == cosign.COSIGNED
    assert made.ask_theirs(THEIRS).code == cosign.COSIGNED
    yield made
    witness.close()
    world.session.close()


def test_strangers_verify_a_cosignature_of_ours(witnessed: Witnessed, noted: Noted):
    raw, pub = witnessed.note(), witnessed.witness.verifier_key.pub.hex()
    told = json.loads(strangers.answers("cosignature", OURS, pub, noted(raw)))
    assert told["verified"] == [OURS]
    assert OURS not in told["unverified"]
    found = checkpoint.read(raw)
    [own] = [one for one in found.note.signatures if one.name == OURS]
    alone = note.spell(found.note.text, [own])
    strangers.answers("cosignature", OURS, pub, noted(alone))
    for wrong in changes(alone):
        strangers.refuses("cosignature", OURS, pub, noted(wrong))


def test_a_cosignature_of_strangers_is_verified(witnessed: Witnessed):
    raw, pub = witnessed.note(), key_of(THEIRS).pub
    found = checkpoint.read(raw)
    assert cosigned.cosignature_by(found, THEIRS, pub) == Cosignature(
        TIME, checkpoint.cosignatures_by(found.note, THEIRS, pub)[0].signature
    )
    assert witnessed.verified(raw).witnesses == ((OURS, TIME), (THEIRS, TIME))
    assert witnessed.verified(raw).is_quorum


@pytest.mark.parametrize("name", [OURS, THEIRS])
@pytest.mark.parametrize("place", [5, 20, 70])  # of the hash, the time, the signature
def test_a_changed_cosignature_makes_the_note_worthless(
    witnessed: Witnessed, noted: Noted, tmp_path: Path, name: str, place: int
):
    policy = bundled(witnessed, tmp_path) / "policy.tlog-policy"
    raw = witnessed.note()
    begin = raw.index(f"— {name} ".encode()) + len(f"— {name} ".encode())
    told = bytearray(base64.b64decode(raw[begin : raw.index(b"\n", begin)]))
    told[place] ^= 1
    wrong = raw[:begin] + base64.b64encode(told) + raw[raw.index(b"\n", begin) :]
    strangers.answers("policy", policy, noted(raw))
    assert "invalid signature" in strangers.refuses("policy", policy, noted(wrong))
    with pytest.raises(VerificationError, match="bad-signature"):
        witnessed.verified(wrong)


def bundled(witnessed: Witnessed, folder: Path) -> Path:
    outgoing.bundle(witnessed.world.session, folder / "bundle")
    return folder / "bundle"


def test_strangers_find_the_same_quorum_by_our_policy(
    witnessed: Witnessed, noted: Noted, tmp_path: Path
):
    bundle = bundled(witnessed, tmp_path)
    policy, origin = bundle / "policy.tlog-policy", checkpoint.read(witnessed.note()).checkpoint
    home = bundle / "logs" / origin.origin
    assert (home / "checkpoint").read_bytes() == witnessed.note()
    told = json.loads(strangers.answers("policy", policy, home / "checkpoint"))
    assert sorted(told["verified"]) == sorted([origin.origin, OURS, THEIRS])
    strangers.answers("tiles", home, " ".join(map(str, [witnessed.key, *witnessed.keys])))
    found = checkpoint.read(witnessed.note())
    for missing in (OURS, THEIRS, origin.origin):
        lines = [one for one in found.note.signatures if one.name != missing]
        raw = note.spell(found.note.text, lines)
        strangers.refuses("policy", policy, noted(raw))
        if missing == origin.origin:
            with pytest.raises(VerificationError, match="note-unsigned"):
                witnessed.verified(raw)
        else:
            assert not witnessed.verified(raw).is_quorum


def test_a_cosignature_of_strangers_makes_up_for_a_missing_one(
    witnessed: Witnessed, noted: Noted, tmp_path: Path
):
    policy = bundled(witnessed, tmp_path) / "policy.tlog-policy"
    found = checkpoint.read(witnessed.note())
    lines = [one for one in found.note.signatures if one.name != OURS]
    few = note.spell(found.note.text, lines)
    line = strangers.answers("cosign", THIRD, SEEDS[THIRD], TIME + 5, noted(few))
    more = few + line.encode()
    strangers.answers("policy", policy, noted(more))
    assert witnessed.verified(more).is_quorum
    assert witnessed.verified(more).time == TIME + 5
    twice = few + few.splitlines(keepends=True)[-1]
    strangers.refuses("policy", policy, noted(twice))
    assert not witnessed.verified(twice).is_quorum


def test_a_quorum_at_the_last_second_is_told(witnessed: Witnessed, noted: Noted, tmp_path: Path):
    """The page allows times that no calendar can spell; they are the witnesses' own."""
    bundle = bundled(witnessed, tmp_path)
    found = checkpoint.read(witnessed.note())
    path = bundle / "logs" / found.checkpoint.origin / "checkpoint"
    lines = [one for one in found.note.signatures if one.name == found.checkpoint.origin]
    raw = note.spell(found.note.text, lines)
    for name in SEEDS:
        raw += strangers.answers("cosign", name, SEEDS[name], 2**63 - 1, noted(raw)).encode()
    listed = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_bytes(raw)
    sums = (bundle / SUMS).read_text("utf-8")
    (bundle / SUMS).write_text(sums.replace(listed, hashlib.sha256(raw).hexdigest()), "utf-8")
    strangers.answers("policy", bundle / "policy.tlog-policy", path)
    with witnessed.world.session.database.read() as connection:
        genesis = LogBook(connection).control.genesis.hex()
    done = CliRunner().invoke(kt1, ["verify", str(bundle), "--genesis", genesis])
    assert (done.exit_code, done.exception) == (0, None), done.output


ADDRESSES = [
    "https://w.example/kt1", "http://127.0.0.1:8080", "https://w.example:8443/a/b", "http://[::1]:1/",
    "http://w.example/a b", "http://w.example/\u00a0", "http://w.example/\tx",
    "http://w.example/\nquorum none", "http://w.example/#x", "-",
]  # fmt: skip


@pytest.mark.parametrize("url", ADDRESSES)
def test_an_address_that_an_act_may_name_changes_no_policy(
    witnessed: Witnessed, noted: Noted, tmp_path: Path, url: str
):
    """A space would end the address, a newline would begin a rule of its own."""
    with witnessed.world.session.database.read() as connection:
        book = LogBook(connection)
        [act] = [entry.act for entry in book.acts("quorum")]
        control = copy.deepcopy(book.control)
    try:
        make_act(
            {**act.fields, "witnesses": [{**one, "url": url} for one in act.maps("witnesses")]}
        )
    except ValueError:
        assert not http_call.is_url(url)
        return
    [last] = control.quorums
    asked = tuple(replace(one, url=url) for one in last.witnesses)
    control.quorums[-1] = replace(last, witnesses=asked)
    raw = witnessed.note()
    found = checkpoint.read(raw)
    policy = noted(tlog.spell_policy(control, found.checkpoint.size).encode())
    (tmp_path / "enough").write_bytes(raw)
    (tmp_path / "few").write_bytes(note.spell(found.note.text, found.note.signatures[:2]))
    strangers.answers("policy", policy, tmp_path / "enough")
    assert "no quorum" in strangers.refuses("policy", policy, tmp_path / "few")


# The tree as the database holds it, far larger than any log of a test.

BASE, LARGEST = 300, 70_000  # entries of an older epoch; entries of this one
SIGNER = sign.from_seed(bytes(range(32)))
NAME = "kt1.lamdong.vn/68/e2"
SIGNER_KEY = str(VerifierKey(NAME, note.SIGNATURE, SIGNER.pub))


def entry_of(index: int) -> bytes:
    return f"entry {index}".encode()


@cache
def leaves() -> list[bytes]:
    return [leaf_hash(entry_of(index)) for index in range(LARGEST)]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[db.Database]:
    """Leaves one after the other, as commits bring them; entries themselves are not there."""
    folder = tmp_path_factory.mktemp("large")

    def row(seq: int, leaf: bytes) -> dict[str, object]:
        told = hashlib.sha256(b"%d" % seq).digest()
        return {
            "log": "log", "seq": seq, "prev": told, "leaf": leaf, "body_hash": told,
            "act_id": told, "dev": "server", "dseq": seq, "kind": "hold", "entry": b"",
        }  # fmt: skip

    def fill(connection: sa.Connection) -> None:
        old = [row(seq, leaf_hash(b"old %d" % seq)) for seq in range(BASE)]
        connection.execute(sa.insert(log.ENTRIES), old)
        for begin in range(0, LARGEST, tree.WIDTH):
            some = leaves()[begin : begin + tree.WIDTH]
            rows = [row(BASE + begin + place, leaf) for place, leaf in enumerate(some)]
            connection.execute(sa.insert(log.ENTRIES), rows)
            stored.keep_full_tiles(connection, BASE, begin + len(some))

    db.create(folder, fill)
    opened = db.Database(folder / db.NAME)
    yield opened
    opened.close()


def write_log(database: db.Database, folder: Path, size: int) -> None:
    """Write the files of a log as they are in a bundle."""
    with database.read() as connection:
        for level, number, width in tree.tiles_of(size):
            path = folder / "tile" / str(level) / tile_path(number, width)
            path.parent.mkdir(parents=True, exist_ok=True)
            hashes = stored.read_tile(connection, BASE, level, number)
            path.write_bytes(hashes[: tree.HASH * width])
            if level == 0:
                beside = folder / "tile" / "entries" / tile_path(number, width)
                beside.parent.mkdir(parents=True, exist_ok=True)
                first = tree.WIDTH * number
                some = range(first, first + width)
                beside.write_bytes(b"".join(frame(entry_of(index)) for index in some))
        root = stored.tiles(connection, BASE).root(size)
    text = Checkpoint(NAME, size, root).text
    line = note.SignatureLine(NAME, note.key_hash(NAME, SIGNER.pub), SIGNER.sign(text.encode()))
    (folder / "checkpoint").write_bytes(note.spell(text, [line]))


@pytest.mark.parametrize("size", [1, 255, 256, 257, 512, 65_535, 65_536, 65_537, LARGEST])
def test_tiles_on_the_disk_are_those_of_strangers(database: db.Database, tmp_path: Path, size: int):
    write_log(database, tmp_path, size)
    found = list(tree.tiles_of(size))
    said = strangers.answers("tiles", tmp_path, SIGNER_KEY)
    assert said == f"{size} entries and {len(found)} tiles as the checkpoint says\n"
    level, number, width = found[-1]
    last = tmp_path / "tile" / str(level) / tile_path(number, width)
    last.write_bytes(bytes([last.read_bytes()[0] ^ 1]) + last.read_bytes()[1:])
    strangers.refuses("tiles", tmp_path, SIGNER_KEY)


def test_proofs_out_of_the_database_are_those_of_strangers(database: db.Database):
    asked = 0
    with database.read() as connection:
        for one in PROOFS["inclusion"]:
            told = stored.tiles(connection, BASE).inclusion(one["index"], one["size"])
            assert [*map(encode, told)] == one["proof"]
            asked += one["size"] == LARGEST
        for one in PROOFS["consistency"]:
            told = stored.tiles(connection, BASE).consistency(one["old"], one["size"])
            assert [*map(encode, told)] == one["proof"]
    assert asked == 7


def test_proofs_out_of_the_database_are_read_by_strangers(database: db.Database, noted: Noted):
    with database.read() as connection:
        tiles = stored.tiles(connection, BASE)
        root = tiles.root(LARGEST)
        text = Checkpoint(NAME, LARGEST, root).text
        line = note.SignatureLine(NAME, note.key_hash(NAME, SIGNER.pub), SIGNER.sign(text.encode()))
        for index in (0, 255, 256, 65_535, 65_536, 69_887, 69_888, LARGEST - 1):
            proof = tiles.inclusion(index, LARGEST)
            path = noted(tlog.spell_proof(index, proof, note.spell(text, [line])))
            strangers.answers("proof", SIGNER_KEY, path, leaves()[index].hex())
            strangers.refuses("proof", SIGNER_KEY, path, leaves()[index - 1].hex())
        for old in (1, 256, 65_536, LARGEST - 1, LARGEST):
            told = "\n".join(map(encode, tiles.consistency(old, LARGEST))).encode()
            sizes = [LARGEST, old, encode(root), encode(tiles.root(old))]
            strangers.answers("tree", *sizes, given=told)
            strangers.refuses("tree", *sizes, given=told + b"\n" + encode(root).encode())
