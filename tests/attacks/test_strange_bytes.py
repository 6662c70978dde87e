"""A right signature in the wrong place (G19): every purpose has bytes of its own.

That all our verifiers refuse the same strange bytes, keys and points is shown where they are read:
`tests/core/test_vectors.py`, `tests/signing/test_edge_cases.py`, `tests/verifiers/`.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kt1custody.cli import incoming, outgoing
from kt1custody.core.formats import cbor, note
from kt1custody.core.formats.note import SignatureLine
from kt1custody.core.log import anchor, checkpoint
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Signature, possession, switch, to_be_signed
from kt1custody.core.log.keyring import Control
from kt1custody.core.seals import seal
from kt1custody.errors import KtError
from kt1custody.printing import read
from kt1custody.services.evidence import trust
from kt1custody.services.session import checkpoint as signing
from kt1custody.signing import sign, witness_keys
from kt1custody.signing.acts import check_authentic
from kt1custody.signing.sign import SigningKey, key_map
from kt1custody.store.log import LogBook
from tests.kit import cast, forge, judges, make_bundle, outsiders
from tests.kit.false_history import later
from tests.kit.judges import Answer, Page
from tests.kit.outsiders import seal_key
from tests.kit.phone import Fields, Phone, envelope, is_sound, receive

LOG, ORIGIN = "kt1.lamdong.vn/68", "kt1.lamdong.vn/68/e1"
TIME = cast.MORNING + 60 * 300
NEW = sign.from_seed(bytes(range(32)))


def plain_key(owner: str, role: str) -> dict[str, cbor.Value]:
    """Give the key map of a new key, without its proof."""
    told = key_map(ORIGIN, owner, role, NEW, bytes(1_216) if owner == "NV077" else None)
    return {name: part for name, part in told.items() if name != "possess"}


def signed(
    world: cast.World, key: SigningKey, act: Act, new: Mapping[str, cbor.Value] | None = None
) -> dict[str, bytes]:
    """Have a key sign for every purpose there is; gives the signatures."""
    told = signing.sign(world.session).checkpoint
    [text] = read.symbol_texts(sorted((world.folder / "seals").glob("*.png"))[5].read_bytes())
    plain = dict(new or plain_key("log", "log"))
    status = told.text.replace(ORIGIN, f"{ORIGIN}/status")
    messages = {
        "act as author": as_act(act, key, "author"),
        "act as giver": as_act(act, key, "giver"),
        "act as server": as_act(act, key, "server"),
        "act of another log": as_act(act, key, "author", "kt1.khanhhoa.vn/56"),
        "body of an act": act.body,
        "hash of an act": act.hash,
        "seal": seal.to_be_signed(seal.parse(text).content, key.alg, key.kid),
        "checkpoint": told.text.encode(),
        "checkpoint of another log": told.text.replace("lamdong", "khanhhoa").encode(),
        "root": told.root,
        "cosignature": checkpoint.cosigned(told.text, TIME),
        "cosignature of another time": checkpoint.cosigned(told.text, TIME + 1),
        "status note": f"{status}kt1-status/1\n".encode(),
        "possession": possession(ORIGIN, plain),
        "possession in another log": possession("kt1.khanhhoa.vn/56/e1", plain),
        "consent": switch(ORIGIN, plain),
    }
    assert len(set(messages.values())) == len(messages)
    return {name: key.sign(message) for name, message in messages.items()}


def as_act(act: Act, key: SigningKey, role: str, log: str = LOG) -> bytes:
    return to_be_signed(log=log, body=act.body, role=role, alg=key.alg, kid=key.kid, before=[])


def others_first(found: dict[str, bytes], right: str) -> list[tuple[str, bytes]]:
    """Give the right one last: once it was taken, the same thing again is known."""
    return sorted(found.items(), key=lambda one: one[0] == right)


def a_hold(phone: Phone) -> Act:
    return phone.act("hold", cast.CLERK, {"who": cast.COURIER, "reason": "other"})


def test_an_act_takes_the_signature_of_an_act_alone(world: cast.World, phone: Phone):
    key, act = phone.keys[cast.CLERK], a_hold(phone)
    for name, one in others_first(signed(world, key, act), "act as author"):
        told = receive(world.session, envelope(act.body, [Signature("author", key.kid, one)]))
        assert told.refused == (None if name == "act as author" else "bad-signature"), name
    assert is_sound(world)


def test_a_service_s_key_signs_for_no_person(world: cast.World, phone: Phone):
    """Whoever steals the keys of the machine has no person's."""
    act = a_hold(phone)
    for key in (
        world.session.service_key("log"),
        world.session.service_key("server"),
        seal_key(world),
    ):
        right = key.sign(as_act(act, key, "author"))
        told = receive(world.session, envelope(act.body, [Signature("author", key.kid, right)]))
        assert told.refused == "wrong-person"
    assert receive(world.session, phone.spell(act)).refused is None
    assert is_sound(world)


Asks = Callable[[Path], set[str]]
KINDS: dict[str, Asks] = {
    "kt1 verify": lambda folder: {one.kind for one in incoming.audit_folder(folder).findings},
    "verify.py": lambda folder: {one.kind for one in forge.verifier.check(folder).findings},
}


@pytest.mark.parametrize("who", [*KINDS, "verify.html"])
def test_a_checkpoint_takes_the_signature_of_a_checkpoint_alone(
    world: cast.World, phone: Phone, tmp_path: Path, page: Page, who: str
):
    ask = KINDS.get(who, lambda folder: set(page(folder).kinds))
    found = signed(world, world.session.service_key("log"), a_hold(phone))
    outgoing.bundle(world.session, tmp_path / "bundle")
    text = signing.sign(world.session).checkpoint.text
    place = make_bundle.home(tmp_path / "bundle") / "checkpoint"
    line = note.key_hash(ORIGIN, world.session.service_key("log").pub)
    for name, one in found.items():
        place.write_bytes(note.spell(text, [SignatureLine(ORIGIN, line, one)]))
        make_bundle.fix_sums(tmp_path / "bundle")
        told = ask(tmp_path / "bundle")
        assert told == (set() if name == "checkpoint" else {"checkpoint"}), name


@pytest.mark.slow
@pytest.mark.parametrize("who", [*KINDS, "verify.html"])
def test_a_witness_counts_by_its_cosignature_alone(
    world: cast.World, phone: Phone, tmp_path: Path, page: Page, who: str
):
    ask = {"kt1 verify": judges.by_program, "verify.py": judges.by_script}.get(who, page)
    [one, _, _] = outsiders.enrol(world, tmp_path / "outside", least=2)
    keys = [witness_keys.read(tmp_path / "outside" / f"w{at}")[1] for at in (0, 1)]
    outgoing.bundle(world.at(210), tmp_path / "bundle")
    text = signing.sign(world.session).checkpoint.text
    place = make_bundle.home(tmp_path / "bundle") / "checkpoint"
    genesis = forge.genesis_of(tmp_path / "bundle").hex()
    log = make_bundle.log_line(text, world.session.service_key("log"))
    second = make_bundle.witness_line(text, make_bundle.Witness(outsiders.NAMES[1], keys[1], TIME))
    for name, told in signed(world, keys[0], a_hold(phone)).items():
        raw = TIME.to_bytes(8, "big") + told
        first = make_bundle.line(one.name, make_bundle.WITNESS, keys[0].pub, raw)
        place.write_text(f"{text}\n{log}{first}{second}")
        make_bundle.fix_sums(tmp_path / "bundle")
        said = ask(tmp_path / "bundle", genesis)
        if name == "cosignature":
            assert said == Answer("match")
        else:
            assert (said.verdict, said.kinds) == ("wrong", frozenset({"checkpoint"})), name


def test_one_signature_does_not_count_for_two_names(world: cast.World, tmp_path: Path, page: Page):
    """A witness that signs under two names, or the log itself as its own witness, is not two."""
    outsiders.enrol(world, tmp_path / "outside", least=2)
    key = witness_keys.read(tmp_path / "outside" / "w0")[1]
    outgoing.bundle(world.at(210), tmp_path / "bundle")
    text = signing.sign(world.session).checkpoint.text
    place = make_bundle.home(tmp_path / "bundle") / "checkpoint"
    genesis = forge.genesis_of(tmp_path / "bundle").hex()
    log_key = world.session.service_key("log")
    log = make_bundle.log_line(text, log_key)
    mine = make_bundle.witness_line(text, make_bundle.Witness(outsiders.NAMES[0], key, TIME))
    for name, other in {
        "twice": make_bundle.witness_line(
            text, make_bundle.Witness(outsiders.NAMES[0], key, TIME + 1)
        ),
        "its key under another's name": make_bundle.witness_line(
            text, make_bundle.Witness(outsiders.NAMES[1], key, TIME)
        ),
        "the log as its own witness": make_bundle.witness_line(
            text, make_bundle.Witness(ORIGIN, log_key, TIME)
        ),
    }.items():
        place.write_text(f"{text}\n{log}{mine}{other}")
        make_bundle.fix_sums(tmp_path / "bundle")
        for ask in (judges.by_program, judges.by_script, page):
            said = ask(tmp_path / "bundle", genesis)
            assert said == Answer("not-enough", not_checked=frozenset({"tail-not-anchored"})), name


def test_a_seal_takes_the_signature_of_a_seal_alone(
    world: cast.World, phone: Phone, tmp_path: Path
):
    outgoing.public(world.at(190), tmp_path / "public")
    known = incoming.trusted(tmp_path / "public")
    key = seal_key(later(world, 200))
    [text] = read.symbol_texts(sorted((world.folder / "seals").glob("*.png"))[5].read_bytes())
    content = seal.parse(text).content
    for name, one in signed(world, key, a_hold(phone)).items():
        given = seal.to_text(content, key.alg, key.kid, one)
        [told] = trust.check_seals([given], known, cast.MORNING + 60 * 200)
        wanted = "not-compared" if name == "seal" else "seal-signature"
        assert told.verdict.code == wanted, name


def test_a_status_note_takes_its_own_signature_alone(
    world: cast.World, phone: Phone, tmp_path: Path
):
    outgoing.public(world.at(200), tmp_path / "public")
    place, key = tmp_path / "public" / "status.txt", world.session.service_key("log")
    right = note.read(place.read_bytes())
    assert incoming.trusted(tmp_path / "public").status.head.size > 10
    for name, one in signed(world, key, a_hold(phone)).items():
        line = SignatureLine(f"{ORIGIN}/status", right.signatures[0].hash, one)
        place.write_bytes(note.spell(right.text, [line]))
        with pytest.raises(KtError, match="trust-broken"):
            incoming.trusted(tmp_path / "public")
        assert name


def test_a_checkpoint_is_no_status_note_and_no_load_list(world: cast.World, tmp_path: Path):
    """The log key has signed all three; each under a name of its own."""
    outgoing.public(world.at(200), tmp_path / "public", holders=[cast.COURIER])
    told = signing.sign(world.session)
    with world.session.database.read() as connection:
        control = LogBook(connection).control
    loads = world.folder / "loads"
    for path in (tmp_path / "public" / "status.txt", loads / "load-NV011.txt"):
        with pytest.raises(KtError):
            checkpoint.read(path.read_bytes())
    with pytest.raises(KtError):
        trust.read_status(told.note, control)
    folder = tmp_path / "held"
    folder.mkdir()
    held = outsiders.file(folder / "status", (tmp_path / "public" / "status.txt").read_bytes())
    outgoing.bundle(world.session, tmp_path / "bundle")
    genesis = forge.genesis_of(tmp_path / "bundle").hex()
    for ask in (judges.by_program, judges.by_script):
        said = ask(tmp_path / "bundle", genesis, held)
        assert said.verdict == "not-enough"
        assert said.not_checked == {"evidence-unreadable", "tail-not-anchored"}


def test_a_new_key_is_proved_by_its_possession_alone(world: cast.World, phone: Phone):
    plain = plain_key("NV077", "clerk")
    with world.session.database.read() as connection:
        commit = LogBook(connection).control.names[cast.CLERK]
    for name, one in others_first(signed(world, NEW, a_hold(phone), plain), "possession"):
        own: Fields = {
            "by2": cast.OFFICERS[1], "key": {**plain, "possess": one}, "who": "NV077",
            "role": "clerk", "office": cast.OFFICE, "from": cast.MORNING, "to": None,
            "commit": commit,
        }  # fmt: skip
        told = receive(world.session, phone.spell(phone.act("enrol", cast.OFFICERS[0], own)))
        assert told.refused == (None if name == "possession" else "bad-signature"), name
    assert is_sound(world)


def test_an_old_key_agrees_by_its_consent_alone(world: cast.World, phone: Phone):
    old, plain = world.session.service_key("log"), plain_key("log", "log")
    whole = {**plain, "possess": NEW.sign(possession(ORIGIN, plain))}
    for name, one in others_first(signed(world, old, a_hold(phone), whole), "consent"):
        own: Fields = {
            "by2": cast.OFFICERS[1], "kid": old.kid, "key": whole, "consent": one,
            "from": cast.MORNING, "until": None,
        }  # fmt: skip
        act = phone.act("rotate", cast.OFFICERS[0], own)
        with world.session.database.read() as connection:
            control = LogBook(connection).control
        refused = authentic(control, act, phone)
        assert refused == (None if name == "consent" else "bad-signature"), name


def authentic(control: Control, act: Act, phone: Phone) -> str | None:
    """Tell why an act is not authentic; it is not taken, as a rotated log key would be missing."""
    try:
        check_authentic(control, act, phone.signatures(act))
    except KtError as error:
        return error.code
    return None


# What is typed from paper is read the same way by every verifier.

BETWEEN = "\t\n\r .-\u00a0\u00b7\u200b\u2010\u2015\u202f\u205f\u2060\u2212"
OTHERS = (
    "\v\f\x1c\x1f\x85\u00ad\u1680\u180e\u200c\u200e\u2016\u2027\u2028\u3000\ufe63\ufeff\uff0d_,/'"
)
SIGNS = BETWEEN + "\u2000\u2009\u2013\u2014" + OTHERS


def test_a_typed_code_has_the_same_signs_between_its_groups_for_every_verifier(
    lived: cast.World, page: Page, tmp_path: Path
):
    bundle = forge.export_from(lived, tmp_path / "bundle")
    groups = anchor.code(signing.sign(lived.session).checkpoint).split()
    codes = {sign: sign.join(groups) + "-" * at for at, sign in enumerate(SIGNS)}  # each its own
    taken = {sign for sign, code in codes.items() if is_read(code)}
    assert taken == set(SIGNS) - set(OTHERS)
    assert {" "} <= taken  # the honest twin
    held = judges.Held(anchors=tuple(codes.values()))
    for ask in (judges.by_script, page):
        told = ask(bundle, None, held).told["not_checked"]
        unread = [one for one in told if one.startswith("evidence-unreadable")]
        assert len(unread) == len(OTHERS), ask


def is_read(code: str) -> bool:
    try:
        return bool(anchor.parse(code))
    except KtError:
        return False
