"""The administrator has root, the database, the keys of the service and yesterday's backup.

He tells another history with the program's own writer and exporters, signed by the stolen log key.
It holds in itself; one newer thing in somebody else's hands, whatever it is, shows it.
"""

import itertools
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from kt1custody.cli import incoming, outgoing
from kt1custody.core.formats import cbor
from kt1custody.core.log import tlog
from kt1custody.core.log.entry import Signature, read_entry, to_be_signed
from kt1custody.errors import RefusedError, UnavailableError
from kt1custody.services.session import checkpoint
from kt1custody.services.witness import cosign
from kt1custody.signing.person_keys import PersonKey
from kt1custody.signing.sign import SigningKey
from tests.kit import at_counter, cast, false_history, judges, nightly, outsiders
from tests.kit.at_counter import found
from tests.kit.false_history import Told, later
from tests.kit.judges import NOTHING, Answer, Ask, Held, Page
from tests.kit.outsiders import Device, Outsider
from tests.kit.phone import Phone, envelope, receive, size

# What may lie in somebody else's hands, each of it alone.
KINDS = (
    "cosignature", "cosignature alone", "checkpoint of another auditor", "proof", "receipt",
    "file of receipts", "time stamp", "paper",
)  # fmt: skip
# How much is gone of it, or what else was changed; and what one newer thing makes of it.
HISTORIES = {
    "rolled back": "missing",
    "an act dropped": "missing",
    "another order": "wrong",
    "another time": "wrong",
    "an act dropped, then more": "wrong",
}


@dataclass(frozen=True)
class Shown:
    """A history as it leaves the machine."""

    bundle: Path
    dossier: Path


@dataclass(frozen=True)
class Scene:
    """An honest log, what others hold of it, and the histories that the administrator tells.

    Attributes:
        backup: Of the night before, with its witnessed checkpoint.
        night: Size of the log then.
        night_outside: The witnesses as they were then.
        held: What others hold of the log as it was in the end, by kind.
        receipt: Of the act that the administrator drops.
        worlds: The machine on which each history was told.
    """

    world: cast.World
    genesis: str
    backup: Path
    night: int
    night_outside: Sequence[Outsider]
    honest: Shown
    held: Mapping[str, Held]
    receipt: Held
    outside: Sequence[Outsider]
    worlds: Mapping[str, cast.World]
    shown: Mapping[str, Shown]


def show(world: cast.World, folder: Path, n: int) -> Shown:
    """Export what a stranger gets, with the program's own exporters."""
    outgoing.bundle(world.session, folder / "bundle")
    outgoing.dossier(world.session, str(n), folder / "dossier")
    return Shown(folder / "bundle", folder / "dossier")


@pytest.fixture(scope="module")
def scene(
    tmp_path_factory: pytest.TempPathFactory,
    _lived: tuple[cast.World, cast.Day],
    keys: dict[str, PersonKey],
) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("administrator")
    world = cast.copy_world(_lived[0], folder / "world")
    world.at(200).admit_all(keys)
    for name in ("PHONE01", "PHONE02"):
        at_counter.enrol_device(world.session, name, "Điện thoại", cast.OFFICE, cast.OFFICERS)
    outside = outsiders.enrol(world, folder / "outside")
    for one in outside[:2]:
        assert one.cosign(world).is_done
    backup = false_history.back_up(world, folder / "backup")
    night = size(world)
    night_outside = outsiders.copy(outside, folder / "outside-at-night")
    first, second = (Device(Phone(world), name) for name in ("PHONE01", "PHONE02"))
    lost, other, closed = first.phone.held[:3]
    first.hand(lost, cast.COURIER_2, at=205)
    second.hand(other, cast.DRIVER, at=207)
    second.report(closed, at=208)
    first.bring(later(world, 210))
    second.bring(later(world, 215))
    stamps, _ = outsiders.authority(folder / "stamps")
    held = outsiders.collect(world, folder / "held", second, outside[0], stamps)
    assert outside[1].cosign(world).is_done
    (folder / "gone").write_bytes(first.receipts[0])
    genesis = false_history.entries_of(world)[0].leaf.hex()
    honest = show(world, folder / "honest", lost.n)
    acts = false_history.acts_after(world, night)
    kept = [one for one in acts if one.act.dev != "PHONE01"]
    plans: dict[str, tuple[list[Told], int]] = {
        "rolled back": ([], 0),
        "an act dropped": (kept, 0),
        "another order": ([*kept, *(one.moved(10) for one in acts if one not in kept)], 0),
        "another time": ([one.moved(120) for one in acts], 0),
        "an act dropped, then more": (kept, 3),
    }
    worlds, shown = {}, {}
    for name, (told, more) in plans.items():
        false = cast.copy_world(world, folder / name)
        false_history.roll_back(false, backup)
        false_history.tell(false, told)
        for place in range(more):
            receive(false.session, b"anything %d" % place)
        worlds[name], shown[name] = false, show(false, folder / name / "shown", lost.n)
    receipt = Held(files=(folder / "gone",))
    yield Scene(
        world, genesis, backup, night, night_outside, honest, held, receipt, outside, worlds, shown
    )
    for each in (world, *worlds.values()):
        each.session.close()


ALL = ("kt1 verify", "verify.py", "verify.html")
OF_DOSSIERS = ("rolled back", "another order", "an act dropped, then more")


@pytest.fixture
def ask(request: pytest.FixtureRequest, page: Page) -> Ask:
    found: dict[str, Ask] = {
        "kt1 verify": judges.by_program, "verify.html": page,
        "verify.py": judges.by_process if nightly.is_nightly() else judges.by_script,
    }  # fmt: skip
    return found[request.param]


of_all = pytest.mark.parametrize("ask", ALL, indirect=True)
of_every_kind = pytest.mark.parametrize("kind", KINDS)
of_every_history = pytest.mark.parametrize("history", HISTORIES)


# The honest twin.


@of_all
@of_every_kind
def test_the_honest_bundle_matches_whatever_is_held_against_it(scene: Scene, ask: Ask, kind: str):
    assert ask(scene.honest.bundle, scene.genesis, scene.held[kind]) == Answer("match")


@of_all
@of_every_kind
def test_the_honest_dossier_matches_whatever_is_held_against_it(scene: Scene, ask: Ask, kind: str):
    assert ask(scene.honest.dossier, scene.genesis, scene.held[kind]) == Answer("match")


# Another history.


@of_all
@of_every_history
def test_alone_a_false_history_holds_but_never_as_far_as_its_end(
    scene: Scene, ask: Ask, history: str
):
    said = ask(scene.shown[history].bundle, scene.genesis, NOTHING)
    if history == "rolled back":  # and this was true, of that night: see below
        assert (said.verdict, said.told["size"]) == ("match", scene.night)
    else:
        assert said == Answer("not-enough", not_checked=frozenset({"tail-not-anchored"}))


@of_all
@pytest.mark.parametrize(("history", "kind"), nightly.pairs(tuple(HISTORIES), KINDS))
def test_one_newer_thing_shows_a_false_bundle(scene: Scene, ask: Ask, history: str, kind: str):
    said = ask(scene.shown[history].bundle, scene.genesis, scene.held[kind])
    assert said.verdict == HISTORIES[history]
    assert said.kinds == {"entries-missing" if said.verdict == "missing" else "evidence"}


@of_all
@pytest.mark.parametrize(("history", "kind"), nightly.pairs(OF_DOSSIERS, KINDS))
def test_one_newer_thing_shows_a_false_dossier(scene: Scene, ask: Ask, history: str, kind: str):
    refuse_dossier(ask(scene.shown[history].dossier, scene.genesis, scene.held[kind]), history)


def refuse_dossier(said: Answer, history: str) -> None:
    """A dossier has no tree: what is smaller than its checkpoint is not compared, and said so."""
    if history == "an act dropped, then more":
        assert (said.verdict, said.kinds) == ("not-enough", frozenset())
        assert said.not_checked == {"evidence-not-compared", "tail-not-anchored"}
    else:
        assert said.verdict == HISTORIES[history]
        assert said.kinds == {"entries-missing" if said.verdict == "missing" else "evidence"}


@of_all
@pytest.mark.parametrize("history", ["an act dropped", "an act dropped, then more"])
def test_the_device_whose_act_is_gone_can_show_it(scene: Scene, ask: Ask, history: str):
    assert ask(scene.honest.bundle, scene.genesis, scene.receipt) == Answer("match")
    said = ask(scene.shown[history].bundle, scene.genesis, scene.receipt)
    assert (said.verdict, said.kinds) == ("wrong", frozenset({"evidence"}))


@of_all
def test_an_old_state_is_true_of_its_time_and_says_so(scene: Scene, ask: Ask):
    """Who is shown yesterday's log learns of which moment it speaks, and may ask for more."""
    old = ask(scene.shown["rolled back"].bundle, scene.genesis, NOTHING)
    new = ask(scene.honest.bundle, scene.genesis, NOTHING)
    assert (old.verdict, new.verdict) == ("match", "match")
    assert old.told["as_of"] < cast.MORNING + 60 * 205 < new.told["as_of"]


@pytest.mark.slow
@of_all
def test_paper_shows_a_false_history_without_any_witness(
    lived: cast.World, day: cast.Day, ask: Ask, tmp_path: Path
):
    """A small office has a bound book and nobody else."""
    world, n = lived, day.numbers[0]
    genesis = false_history.entries_of(world)[0].leaf.hex()
    held = outsiders.paper(checkpoint.give_out(world.session).checkpoint)
    raws = false_history.raws_of(world)
    show(world, tmp_path / "honest", n)
    false_history.rewrite(world, raws[:-3])
    show(world, tmp_path / "false", n)
    for form in ("bundle", "dossier"):
        assert ask(tmp_path / "honest" / form, genesis, held) == Answer("match")
        said = ask(tmp_path / "false" / form, genesis, held)
        assert (said.verdict, said.kinds) == ("missing", frozenset({"entries-missing"}))
        assert ask(tmp_path / "false" / form, genesis, NOTHING).verdict == "not-enough"


@of_all
def test_a_new_epoch_does_not_hide_what_it_left_behind(world: cast.World, tmp_path: Path, ask: Ask):
    """He restores a backup and has two officers begin anew, as after an accident."""
    night = false_history.back_up(world, tmp_path / "night")
    device = Device(Phone(world), "PHONE01")
    gone, other = device.phone.held[:2]
    device.hand(gone, cast.COURIER_2, at=205)
    device.bring(later(world, 210))
    false_history.roll_back(world, night, "data")
    at_counter.begin_epoch(world.at(300), "restored", cast.OFFICERS)
    genesis = false_history.entries_of(world)[0].leaf.hex()
    shown = show(world, tmp_path / "shown", other.n)
    book = outsiders.paper(checkpoint.give_out(world.session).checkpoint)
    lost = outsiders.file(tmp_path / "lost", device.receipts[0])
    for folder in (shown.bundle, shown.dossier):
        assert ask(folder, genesis, book) == Answer("match")  # the seam is part of the log …
        told = ask(folder, genesis, lost)  # … and who was there before it can show what is gone
        assert (told.verdict, told.kinds) == ("missing", frozenset({"entries-missing"}))


# The machine itself, and its witnesses.


def test_a_restored_backup_alone_signs_nothing(scene: Scene, tmp_path: Path):
    """The last checkpoint lies with the keys: whoever restores the data is told at once."""
    world = cast.copy_world(scene.world, tmp_path / "machine")
    world.at(220)
    assert checkpoint.sign(world.session).checkpoint.size == size(world)
    false_history.roll_back(world, scene.backup, "data")
    for sign in (checkpoint.sign, checkpoint.give_out):
        with pytest.raises(UnavailableError, match="log-behind"):
            sign(world.session)
    with pytest.raises(UnavailableError, match="log-behind"):
        outgoing.bundle(world.session, tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()
    world.session.close()


def test_a_log_that_was_deleted_is_not_begun_anew(scene: Scene, tmp_path: Path):
    """Its keys are there still; with new keys it is another log, and says so by its genesis."""
    world = cast.copy_world(scene.world, tmp_path / "machine")
    shutil.rmtree(world.session.data)
    with pytest.raises(UnavailableError, match="database-missing"):
        checkpoint.sign(world.at(220))
    with pytest.raises(RefusedError, match="exists-already"):
        found(world.session, cast.FOUNDING)
    shutil.rmtree(world.session.keys)
    world.session.close()
    assert found(world.session, cast.FOUNDING).hex() != scene.genesis
    told = judges.of_machine(world, scene.genesis, scene.held["paper"])
    assert (told.verdict, "genesis" in told.kinds) == ("wrong", True)
    world.session.close()


@of_every_history
def test_a_machine_is_compared_with_the_bound_book(scene: Scene, tmp_path: Path, history: str):
    """Whoever has rolled back the keys folder too: the log goes on, and the book does not fit."""
    assert judges.of_machine(scene.world, scene.genesis, scene.held["paper"]) == Answer("match")
    world = cast.copy_world(scene.worlds[history], tmp_path / "machine")
    receive(world.at(400), b"what comes next")
    alone = judges.of_machine(world, scene.genesis)
    assert (alone.verdict, alone.kinds) == ("not-enough", frozenset())
    told = judges.of_machine(world, scene.genesis, scene.held["paper"])
    assert told.verdict in ("missing", "wrong")
    assert told.kinds <= {"entries-missing", "evidence"}
    world.session.close()


def test_witnesses_cosign_what_goes_on_from_what_they_have_seen(scene: Scene, tmp_path: Path):
    world = cast.copy_world(scene.world, tmp_path / "machine")
    receive(world.at(220), b"one entry more")
    for one in outsiders.copy(scene.outside, tmp_path / "outside"):
        assert one.cosign(world).is_done
    world.session.close()


@of_every_history
def test_no_witness_cosigns_another_history_and_the_log_is_told(
    scene: Scene, tmp_path: Path, history: str
):
    world = cast.copy_world(scene.worlds[history], tmp_path / "machine")
    world.at(220)
    for one in outsiders.copy(scene.outside[:2], tmp_path / "outside"):
        before = one.kept()
        known = one.answer(world)  # from where the backup says that it stands
        assert (known.status, known.body) == (409, b"%d\n" % size(scene.world))
        last = known
        if size(world) >= size(scene.world):
            last = one.answer(world, size(scene.world))  # from where it says that it stands
            assert last.status == 422
        assert one.kept() == before
        said = incoming.witness_answer(world.session, one.last_answer())
        assert said.code in cosign.ALARMS
        answered = tlog.encode_answer(last.status, last.body)
        assert (
            said.kept is not None and (world.session.evidence / said.kept).read_bytes()
        ) == answered
        assert one.cases() == {
            "an act dropped, then more": {"proof"}, "another order": {"fork"},
            "another time": {"fork"},
        }.get(history, set())  # fmt: skip
    world.session.close()


def test_a_thief_who_comes_to_the_witnesses_first_is_found_by_the_honest_log(
    scene: Scene, tmp_path: Path
):
    """The log key lets him have his own history cosigned; then the true one is refused, loudly."""
    honest = cast.copy_world(scene.world, tmp_path / "honest")
    false = cast.copy_world(scene.worlds["another order"], tmp_path / "false")
    for one in outsiders.copy(scene.night_outside, tmp_path / "outside"):
        assert one.press(later(false, 230)).status == 200
        assert one.press(later(honest, 231)).status == 422
        assert incoming.witness_answer(honest.session, one.last_answer()).code in cosign.ALARMS
        assert one.cases() == {"fork"}
    honest.session.close()
    false.session.close()


@pytest.mark.parametrize("first", list(itertools.product((True, False), repeat=3)))
def test_two_histories_never_both_get_a_quorum(
    scene: Scene, tmp_path: Path, first: tuple[bool, bool, bool]
):
    """Whoever is asked first by which of two machines: two of three cosign one of them at most."""
    honest = cast.copy_world(scene.world, tmp_path / "honest")
    false = cast.copy_world(scene.worlds["another order"], tmp_path / "false")
    counts = {honest.folder: 0, false.folder: 0}
    for one, is_honest in zip(
        outsiders.copy(scene.night_outside, tmp_path / "outside"), first, strict=True
    ):
        for world in (honest, false) if is_honest else (false, honest):
            counts[world.folder] += one.press(world).status == 200
    assert sum(counts.values()) == 3
    assert sorted(count >= 2 for count in counts.values()) == [False, True]
    honest.session.close()
    false.session.close()


@of_all
@pytest.mark.parametrize(
    "kind", nightly.each(["checkpoint", "receipt", "paper", "proof"], "checkpoint", "paper")
)
def test_two_auditors_who_compare_what_they_have_prove_the_fork(
    scene: Scene, ask: Ask, tmp_path: Path, kind: str
):
    """Above the last quorum a machine can tell each of two auditors another history."""
    auditors = [scene.honest.bundle, scene.shown["another order"].bundle]
    held = [scene.held[{"checkpoint": "checkpoint of another auditor"}.get(kind, kind)]]
    world = cast.copy_world(scene.worlds["another order"], tmp_path / "machine")
    held.append(theirs(world, tmp_path, kind))
    world.session.close()
    for mine, other, own in ((0, 1, 0), (1, 0, 1)):
        assert ask(auditors[mine], scene.genesis, held[own]) == Answer("match")
        said = ask(auditors[mine], scene.genesis, held[other])
        assert (said.verdict, said.kinds) == ("wrong", frozenset({"evidence"}))


def theirs(world: cast.World, folder: Path, kind: str) -> Held:
    """What somebody gets from the machine that tells the false history."""
    signed = checkpoint.give_out(world.at(240))
    told = {
        "paper": lambda: outsiders.paper(signed.checkpoint),
        "checkpoint": lambda: outsiders.file(folder / "theirs", signed.note),
        "proof": lambda: outsiders.file(folder / "theirs", outsiders.proof_of(world, signed)),
        "receipt": lambda: outsiders.file(folder / "theirs", again(world)),
    }
    return told[kind]()


def again(world: cast.World) -> bytes:
    """Bring the newest act once more, as a device that has lost its receipt."""
    newest = false_history.entries_of(world)[-1]
    return receive(world.session, envelope(newest.act.body, newest.signatures)).spelled


@pytest.mark.slow
# What he cannot sign.
def test_what_people_have_signed_stays_theirs(scene: Scene, tmp_path: Path):
    """He has no person's key: an act that he changes, or invents, is by nobody."""
    changes = {
        "another receiver": (edit_body("to", cast.COURIER_2), "not-authentic"),
        "another giver": (edit_body("by", cast.DRIVER), "not-authentic"),
        "another time of signing": (edit_body("at", cast.MORNING), "bad-signature"),
        "another witness": (edit_body("witness", cast.CLERK), "not-authentic"),
        "no witness": (edit_body("witness", None), "not-authentic"),
        "signed by the server's key": (sign_for_all, "not-authentic"),
    }
    world = cast.copy_world(scene.world, tmp_path / "machine")
    raws = false_history.raws_of(world)
    seq = next(one.seq for one in map(read_entry, raws) if one.act.type == "handover")
    keys = {name: world.session.service_key(name) for name in ("server", "log")}
    for name, (change, kind) in changes.items():
        told = list(raws)
        told[seq] = change(raws[seq], keys["server"])
        world.at(230)
        false_history.rewrite(world, false_history.rechain(told, seq))
        outgoing.bundle(world.session, tmp_path / name)
        for ask in (judges.by_script, judges.by_program):
            said = ask(tmp_path / name, scene.genesis, NOTHING)
            assert (said.verdict, said.positions[:1]) == ("wrong", (seq,)), (name, said)
            assert kind in said.kinds, name
    world.session.close()


def edit_body(key: str, value: cbor.Value) -> Callable[[bytes, SigningKey], bytes]:
    def change(parts: false_history.Parts) -> None:
        body = cbor.decode(bytes(parts[false_history.BODY]))  # type: ignore[arg-type]
        assert isinstance(body, dict)
        parts[false_history.BODY] = cbor.encode({**body, key: value})

    return lambda raw, _: false_history.edit(raw, change)


def sign_for_all(raw: bytes, key: SigningKey) -> bytes:
    """Sign for everybody with a key that one has."""
    act, signatures = read_entry(raw).act, list[Signature]()
    for role in act.roles:
        told = to_be_signed(
            log=act.log, body=act.body, role=role, alg=key.alg, kid=key.kid, before=signatures
        )
        signatures.append(Signature(role, key.kid, key.sign(told)))

    def change(parts: false_history.Parts) -> None:
        parts[false_history.SIGNATURES] = [[one.role, one.kid, one.value] for one in signatures]

    return false_history.edit(raw, change)
