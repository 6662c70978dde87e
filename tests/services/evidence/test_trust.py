"""Checking seals with a published folder of a real log, honest and attacked."""

import hashlib
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kt1custody.cli import incoming, outgoing
from kt1custody.core.formats import note, numbers
from kt1custody.core.formats.frames import frame, unframe
from kt1custody.core.log.entry import read_entry, spell_entry
from kt1custody.core.seals import seal, status
from kt1custody.core.seals.seal import SealContent
from kt1custody.errors import KtError
from kt1custody.printing import read
from kt1custody.services.evidence import trust
from kt1custody.services.session.office_keys import Holder
from kt1custody.signing import sign
from kt1custody.signing.person_keys import PersonKey
from kt1custody.signing.sign import SigningKey
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.at_counter import Handover

PUBLISHED, CHECKED = 190, 200  # minutes after seven
DAY = 24 * 60
STRANGER = sign.from_seed(bytes(range(32)))


@dataclass(frozen=True)
class Counter:
    """A published folder, the courier's load list, and what only a thief has: the seal key."""

    folder: Path
    key: SigningKey
    texts: tuple[str, ...]

    @property
    def load(self) -> Path:
        return self.folder.with_name("loads") / "load-NV011.txt"

    def content(self, place: int = 5) -> SealContent:
        return seal.parse(self.texts[place]).content

    def seal(self, **changed: object) -> str:
        """A seal with the log's own key, whatever it says."""
        return self.signed(replace(self.content(), **changed))  # type: ignore[arg-type]

    def signed(self, content: SealContent, key: SigningKey | None = None) -> str:
        key = key or self.key
        told = seal.to_be_signed(content, key.alg, key.kid)
        return seal.to_text(content, key.alg, key.kid, key.sign(told))

    def codes(self, *given: str, minute: int = CHECKED, load: bool = False) -> list[str]:
        return codes(self.folder, *given, minute=minute, load=self.load if load else None)


def codes(folder: Path, *given: str, minute: int = CHECKED, load: Path | None = None) -> list[str]:
    known = incoming.trusted(folder, load)
    answers = trust.check_seals(given, known, cast.MORNING + 60 * minute)
    return [one.verdict.code for one in answers]


def seal_key(world: cast.World, keys: dict[str, PersonKey]) -> SigningKey:
    with world.new_session().database.read() as connection:
        book = LogBook(connection)
        holder = Holder(book, keys[cast.CLERK].opener)
        return holder.seal_key(book.control.service_key("seal").kid)


@pytest.fixture(scope="session")
def _counter(
    tmp_path_factory: pytest.TempPathFactory,
    _lived: tuple[cast.World, cast.Day],
    keys: dict[str, PersonKey],
) -> Counter:
    world = cast.copy_world(_lived[0], tmp_path_factory.mktemp("counter"))
    folder = world.folder / "public"
    outgoing.public(
        world.at(PUBLISHED), folder, holders=[cast.COURIER], loads=folder.with_name("loads")
    )
    pictures = sorted((world.folder / "seals").glob("*.png"))
    texts = tuple(text for path in pictures for text in read.symbol_texts(path.read_bytes()))
    world.session.close()
    return Counter(folder, seal_key(world, keys), texts)


@pytest.fixture
def counter(_counter: Counter, tmp_path: Path) -> Counter:
    """The folder as published at 10:10; the test may change it."""
    folder = shutil.copytree(_counter.folder, tmp_path / "counter")
    shutil.copytree(_counter.load.parent, tmp_path / "loads")
    return replace(_counter, folder=folder)


def edit_status(counter: Counter, old: str, new: str) -> None:
    path = counter.folder / "status.txt"
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def test_seals_of_what_the_courier_holds_match_his_load_list(counter: Counter, day: cast.Day):
    known = incoming.trusted(counter.folder, counter.load)
    assert known.load is not None
    held = set(day.numbers[2:])  # one is delivered, one is back with its sender
    assert {one.n for one in known.load.lines.values()} == held
    told = counter.codes(*counter.texts, load=True)
    assert told == ["not-compared"] * 2 + ["matched"] * (len(day.numbers) - 2)
    assert set(counter.codes(*counter.texts)) == {"not-compared"}


def test_the_load_list_has_the_hash_of_what_the_seal_key_signed_of_both_copies(counter: Counter):
    known = incoming.trusted(counter.folder, counter.load)
    assert known.load is not None
    parsed = seal.parse(counter.texts[5])
    second = seal.parse(counter.seal(copy=2))
    wanted = tuple(hashlib.sha256(one.to_be_signed).digest() for one in (parsed, second))
    assert known.load.lines[parsed.content.serial].digests == wanted
    both = counter.codes(counter.texts[5], counter.seal(copy=2), load=True)
    assert both == ["matched", "matched"]


def test_forged_seals_are_told_from_new_keys_and_from_what_is_no_seal(counter: Counter):
    parsed = seal.parse(counter.texts[5])
    forged = seal.to_text(parsed.content, parsed.alg, parsed.kid, STRANGER.sign(b"x"))
    altered = seal.to_text(replace(parsed.content, dest=680_999), parsed.alg, parsed.kid,
                           parsed.signature)  # fmt: skip
    assert counter.codes(forged, altered, load=True) == ["seal-signature"] * 2
    assert counter.codes(counter.signed(counter.content(), STRANGER)) == ["key-unknown"]
    foreign = ["https://example.vn/1", "HC1:6BF+70790T9WJWG", "00020101021138540010A000000727"]
    assert counter.codes(*foreign, counter.texts[5]) == ["not-a-seal"] * 3 + ["not-compared"]


def test_a_seal_by_another_key_of_the_log_is_no_seal(counter: Counter, keys: dict[str, PersonKey]):
    clerk = keys[cast.CLERK].signing
    assert counter.codes(counter.signed(counter.content(), clerk)) == ["not-a-seal-key"]
    p256 = sign.from_seed(bytes(range(32)), numbers.ESP256)
    stolen_name = seal.to_text(counter.content(), numbers.ESP256, counter.key.kid, p256.sign(b""))
    assert counter.codes(stolen_name) == ["not-a-seal-key"]


def test_a_seal_of_another_log_is_not_ours(counter: Counter, tmp_path: Path):
    n = numbers.item_number(log_number=56, year=2026, running=1)
    assert counter.codes(counter.seal(n=n)) == ["other-log"]
    assert counter.codes(counter.signed(replace(counter.content(), n=n), STRANGER)) == [
        "key-unknown"
    ]


def test_the_issuer_is_an_office_where_people_of_the_log_work(counter: Counter):
    assert counter.codes(counter.seal(issuer=680_999)) == ["issuer-unknown"]
    assert counter.codes(counter.seal(issuer=cast.OFFICE)) == ["not-compared"]


def test_a_stolen_key_s_seal_over_an_issued_serial_shows_with_the_load_list(counter: Counter):
    false = counter.seal(dest=680_999)
    assert counter.codes(false) == ["not-compared"]
    assert counter.codes(false, load=True) == ["load-differs"]
    assert counter.codes(false, counter.texts[5], load=True) == ["two-contents"] * 2


def test_a_serial_above_the_highest_is_red_unless_it_claims_to_be_newer(counter: Counter):
    [key] = incoming.trusted(counter.folder).status.keys.values()
    assert key.highest == counter.content(11).serial
    above = key.highest + 1
    assert counter.codes(counter.seal(serial=above)) == ["serial-not-issued"]
    newer = counter.seal(serial=above, at=cast.MORNING + 60 * (PUBLISHED + 5))
    assert counter.codes(newer) == ["serial-newer"]
    assert counter.codes(newer, minute=PUBLISHED) == ["issued-in-future"]


def test_two_covers_with_one_seal_are_both_flagged(counter: Counter):
    told = counter.codes(counter.texts[5], counter.texts[6], counter.texts[5], load=True)
    assert told == ["seal-doubled", "matched", "seal-doubled"]


def test_a_status_note_has_an_age(counter: Counter):
    one = counter.texts[5]
    assert counter.codes(one, minute=PUBLISHED + DAY, load=True) == ["matched"]
    assert counter.codes(one, minute=PUBLISHED + DAY + 1, load=True) == ["list-old"]
    assert counter.codes(one, minute=PUBLISHED + DAY + 1) == ["list-old"]
    assert counter.codes(one, minute=PUBLISHED - 3, load=True) == ["list-in-future"]


def test_a_voided_seal_is_red_from_the_next_folder_on(
    world: cast.World, counter: Counter, day: cast.Day, tmp_path: Path
):
    n, old = str(day.numbers[-1]), counter.texts[-1]
    back = Handover(cast.COURIER, cast.CLERK, cast.CONTROLLER)
    at_counter.hand_over(world.at(200), back, [n], confirm=cast.yes)
    at_counter.void(world.at(205), cast.CLERK, cast.CONTROLLER, old, "torn", confirm=cast.yes)
    outgoing.public(
        world.at(210), tmp_path / "next", holders=[cast.COURIER], loads=tmp_path / "next-loads"
    )
    load = tmp_path / "next-loads" / "load-NV011.txt"
    assert codes(tmp_path / "next", old, load=load, minute=210) == ["serial-void"]
    serial = numbers.format_serial(seal.parse(old).content.serial)
    assert codes(tmp_path / "next", serial, minute=210) == ["serial-void"]
    assert counter.codes(old) == ["not-compared"]
    [key] = incoming.trusted(tmp_path / "next").status.keys.values()
    assert key.voided == (seal.parse(old).content.serial,)


@pytest.mark.parametrize(("since", "code"), [(10, "key-revoked"), (11, "key-ended")])
def test_a_revoked_key_is_red_from_its_time_on_and_amber_before(
    world: cast.World, counter: Counter, tmp_path: Path, since: int, code: str
):
    at = cast.MORNING + 60 * since
    at_counter.revoke(world.at(200), "seal", "compromised", at, cast.OFFICERS)
    outgoing.public(
        world.at(201), tmp_path / "next", holders=[cast.COURIER], loads=tmp_path / "next-loads"
    )
    assert codes(tmp_path / "next", counter.texts[5], minute=202) == [code]
    load = tmp_path / "next-loads" / "load-NV011.txt"
    with_load = codes(tmp_path / "next", counter.texts[5], minute=202, load=load)
    assert with_load == ["matched" if code == "key-ended" else code]


def test_a_seal_printed_at_another_time_than_the_log_says_is_amber(counter: Counter):
    older = counter.seal(at=counter.content().at - 1)
    assert counter.codes(older, load=True) == ["load-differs"]


def test_no_byte_of_the_status_note_can_be_changed(counter: Counter):
    control = incoming.trusted(counter.folder).control
    raw = (counter.folder / "status.txt").read_bytes()
    assert trust.read_status(raw, control).head.size > 10
    for place in range(len(raw)):
        for bit in (1, 4, 32, 128):
            spoilt = bytearray(raw)
            spoilt[place] ^= bit
            with pytest.raises(KtError):
                trust.read_status(bytes(spoilt), control)


def test_no_byte_of_a_load_list_can_be_changed(counter: Counter):
    raw = counter.load.read_bytes()
    for place in (0, raw.index(b"holder"), raw.index(b"seal "), len(raw) // 2, len(raw) - 3):
        spoilt = bytearray(raw)
        spoilt[place] ^= 1
        counter.load.write_bytes(bytes(spoilt))
        with pytest.raises(KtError, match="load-broken"):
            counter.codes(counter.texts[5], load=True)


def test_a_note_with_a_stranger_s_signature_beside_ours_is_taken(counter: Counter):
    path = counter.folder / "status.txt"
    read_note = note.read(path.read_bytes())
    name = read_note.signatures[0].name
    others = (
        note.SignatureLine("witness.example/w", bytes(4), bytes(72)),
        note.SignatureLine(name, note.key_hash(name, STRANGER.pub), STRANGER.sign(b"")),
    )
    path.write_bytes(note.spell(read_note.text, [*others, *read_note.signatures]))
    assert counter.codes(counter.texts[5]) == ["not-compared"]
    path.write_bytes(note.spell(read_note.text, others))
    with pytest.raises(KtError, match="trust-broken"):
        counter.codes(counter.texts[5])


def test_every_signature_that_claims_to_be_ours_must_hold(counter: Counter):
    path = counter.folder / "status.txt"
    read_note = note.read(path.read_bytes())
    wrong = replace(read_note.signatures[0], signature=bytes(64))
    path.write_bytes(note.spell(read_note.text, [*read_note.signatures, wrong]))
    with pytest.raises(KtError, match="trust-broken"):
        counter.codes(counter.texts[5])


def log_key(world: cast.World) -> SigningKey:
    return world.new_session().service_key("log")


def signed_note(key: SigningKey, name: str, text: str) -> bytes:
    line = note.SignatureLine(name, note.key_hash(name, key.pub), key.sign(text.encode()))
    return note.spell(text, [line])


def test_a_note_under_another_name_is_not_believed_even_if_our_key_signed_it(
    counter: Counter, lived: cast.World
):
    path, key = counter.folder / "status.txt", log_key(lived)
    text = note.read(path.read_bytes()).text
    origin = "kt1.lamdong.vn/68/e1"
    path.write_bytes(signed_note(key, f"{origin}/status", text))
    assert counter.codes(counter.texts[5]) == ["not-compared"]
    for name, told in (
        ("kt1.khanhhoa.vn/56/e1/status", text),
        (f"{origin}/load", text),
        (f"{origin}/status", text.replace("lamdong", "khanhhoa")),
        (f"{origin}/status", note.read(counter.load.read_bytes()).text),
    ):
        path.write_bytes(signed_note(key, name, told))
        with pytest.raises(KtError, match="trust-broken"):
            counter.codes(counter.texts[5])


def test_a_folder_without_its_status_note_is_none(counter: Counter):
    (counter.folder / "status.txt").unlink()
    with pytest.raises(KtError, match="trust-missing"):
        counter.codes(counter.texts[5])


def test_a_spoilt_public_folder_is_not_believed(counter: Counter):
    path = counter.folder / "control.entries"
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(bytes(raw))
    with pytest.raises(KtError, match="trust-broken"):
        counter.codes(counter.texts[5])


def test_the_genesis_hash_from_paper_is_compared(counter: Counter):
    genesis = incoming.trusted(counter.folder).control.genesis
    assert incoming.trusted(counter.folder, genesis=genesis).control.genesis == genesis
    with pytest.raises(KtError, match="trust-other-genesis"):
        incoming.trusted(counter.folder, genesis=bytes(32))


def test_another_genesis_file_is_not_believed(counter: Counter):
    (counter.folder / "genesis.txt").write_text("00" * 32, "utf-8")
    with pytest.raises(KtError, match="trust-broken"):
        counter.codes(counter.texts[5])


def test_a_folder_that_leaves_out_the_newest_control_entry_is_not_believed(
    world: cast.World, counter: Counter, tmp_path: Path
):
    carry_on(world)
    outgoing.public(world.at(201), tmp_path / "next")
    assert codes(tmp_path / "next", counter.texts[5], minute=202) == ["not-compared"]
    shutil.copy(counter.folder / "control.entries", tmp_path / "next")
    with pytest.raises(KtError, match="trust-broken"):
        codes(tmp_path / "next", counter.texts[5], minute=202)


def test_a_revocation_that_is_marked_as_disputed_afterwards_is_not_believed(
    world: cast.World, counter: Counter, tmp_path: Path
):
    at_counter.revoke(world.at(200), "seal", "compromised", None, cast.OFFICERS)
    outgoing.public(world.at(201), tmp_path / "next")
    path = tmp_path / "next" / "control.entries"
    *before, last = unframe(path.read_bytes())
    entry = read_entry(last)
    forged = spell_entry(
        origin=entry.origin, seq=entry.seq, prev=entry.prev, ctl=entry.ctl,
        accepted_at=entry.accepted_at, body=entry.act.body, signatures=entry.signatures,
        judgement=((-1, "key-revoked"),),
    )  # fmt: skip
    path.write_bytes(b"".join(map(frame, [*before, forged])))
    with pytest.raises(KtError, match="trust-broken"):
        codes(tmp_path / "next", counter.texts[5], minute=202)


def test_a_status_note_that_keeps_a_revoked_key_active_is_not_believed(
    world: cast.World, counter: Counter, tmp_path: Path
):
    at_counter.revoke(world.at(200), "seal", "compromised", None, cast.OFFICERS)
    outgoing.public(world.at(201), tmp_path / "next")
    known = incoming.trusted(tmp_path / "next")
    [key] = known.status.keys.values()
    lying = replace(known.status, keys={key.kid: replace(key, revoked=None)})
    name = f"{known.control.origin}/status"
    told = signed_note(log_key(world), name, status.spell_status(lying))
    (tmp_path / "next" / "status.txt").write_bytes(told)
    with pytest.raises(KtError, match="trust-broken"):
        codes(tmp_path / "next", counter.texts[5], minute=202)


def carry_on(world: cast.World, minute: int = 200) -> None:
    """Something happens in the log."""
    at_counter.hold(world.at(minute), cast.CLERK, cast.COURIER_2, "absent")
