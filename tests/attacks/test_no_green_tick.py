"""A verifier that was given less than everything never shows a bare green tick (G21)."""

import itertools
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kt1custody.cli import outgoing
from kt1custody.core.formats import cbor
from kt1custody.core.log.entry import read_entry
from kt1custody.services.session import checkpoint, slips
from kt1custody.signing.person_keys import PersonKey
from kt1custody.store import records
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast, false_history, judges, make_bundle, nightly, outsiders
from tests.kit.false_history import later
from tests.kit.judges import NOTHING, Answer, Ask, Held, Page
from tests.kit.make_bundle import fix_sums
from tests.kit.phone import Phone, give

FORMS = ("bundle", "dossier")
# What a folder brings for its reader, and is no evidence.
FOR_READERS = {"README.txt", "story.html", "verify.py", "verify.html", "SHA256SUMS"}


@dataclass(frozen=True)
class Scene:
    """A log in which a courier's key is revoked, what is on paper of it, and somebody else's log.

    Attributes:
        folder: Holds `bundle` and `dossier`.
        revoked: Position of the revocation.
        named: Name and content of the opened record of somebody's enrolment, as a clerk can read it.
        false: Of a log that somebody else has founded under the same name.
    """

    folder: Path
    genesis: str
    paper: Held
    revoked: int
    named: tuple[str, bytes]
    false: Path
    false_paper: Held


@pytest.fixture(scope="module")
def scene(
    tmp_path_factory: pytest.TempPathFactory,
    _lived: tuple[cast.World, cast.Day],
    keys: dict[str, PersonKey],
) -> Scene:
    folder = tmp_path_factory.mktemp("tick")
    world = cast.copy_world(_lived[0], folder / "world")
    world.at(200).admit_all(keys)
    item, other = Phone(world).held[:2]
    revoked = at_counter.revoke(world.session, cast.COURIER_2, "stolen", None, cast.OFFICERS).seq
    at_counter.hold(world.at(205), cast.CLERK, cast.DRIVER, "absent")
    at_counter.lift(world.at(206), cast.DRIVER, "cleared", cast.OFFICERS)
    for minute, one in ((210, item), (211, other)):
        give(later(world, minute), one.n, cast.COURIER, cast.DRIVER)
    named = opened_name(world, cast.COURIER)
    paper, genesis = write(world, folder, item.n)
    false = cast.make_founded(folder / "false-world")
    day = cast.live_a_day(false)
    false_paper, _ = write(false, folder / "false", day.numbers[3])
    return Scene(folder, genesis, paper, revoked, named, folder / "false", false_paper)


def opened_name(world: cast.World, staff: str) -> tuple[str, bytes]:
    """Open the record of somebody's enrolment, as a clerk of the same office does."""
    with world.session.database.read() as connection:
        book = LogBook(connection)
        commit = book.control.names[staff]
        sealed = records.find(connection, commit)
        assert sealed is not None
        reader = slips.Reader(book, world.session.opener(cast.CLERK))
        salt, record = reader.open_sealed(sealed, staff)
    assert "name" in record
    return f"{commit.hex()}.cbor", cbor.encode([salt, record])


def write(world: cast.World, folder: Path, n: int) -> tuple[Held, str]:
    outgoing.bundle(world.session, folder / "bundle")
    outgoing.dossier(world.session, str(n), folder / "dossier")
    paper = outsiders.paper(checkpoint.give_out(world.session).checkpoint)
    genesis = false_history.entries_of(world)[0].leaf.hex()
    world.session.close()
    return paper, genesis


@pytest.fixture
def copy(scene: Scene, tmp_path: Path) -> Callable[[str], Path]:
    """Copies a folder of the scene for a test to spoil."""
    count = itertools.count()
    return lambda form: shutil.copytree(scene.folder / form, tmp_path / f"{next(count)}")


ALL = ("kt1 verify", "verify.py", "verify.html")


@pytest.fixture
def ask(request: pytest.FixtureRequest, page: Page) -> Ask:
    found: dict[str, Ask] = {
        "kt1 verify": judges.by_program, "verify.py": judges.by_script, "verify.html": page,
    }  # fmt: skip
    return found[request.param]


of_all = pytest.mark.parametrize("ask", ALL, indirect=True)
of_both = pytest.mark.parametrize("form", FORMS)


# Without the genesis hash, or with nothing that reaches the end.


@of_all
@of_both
def test_with_genesis_and_paper_it_matches_and_not_with_less(scene: Scene, ask: Ask, form: str):
    folder = scene.folder / form
    assert ask(folder, scene.genesis, scene.paper) == Answer("match")
    for genesis, held, missing in (
        (None, scene.paper, {"genesis-not-given"}),
        (scene.genesis, NOTHING, {"tail-not-anchored"}),
        (None, NOTHING, {"genesis-not-given", "tail-not-anchored"}),
    ):
        assert ask(folder, genesis, held) == Answer("not-enough", not_checked=frozenset(missing))


@of_all
@of_both
def test_a_log_that_somebody_else_founded_only_fits_itself(scene: Scene, ask: Ask, form: str):
    """Everything in it holds, by his own keys, under our name; the genesis on paper does not."""
    told = ask(scene.false / form, None, scene.false_paper)
    assert told == Answer("not-enough", not_checked=frozenset({"genesis-not-given"}))
    told = ask(scene.false / form, scene.genesis, scene.false_paper)
    assert (told.verdict, told.kinds) == ("wrong", frozenset({"genesis"}))
    told = ask(scene.false / form, scene.genesis, scene.paper)
    assert told.verdict == "wrong"


@of_all
@of_both
def test_evidence_that_nobody_can_read_is_not_passed_over(
    scene: Scene, ask: Ask, form: str, tmp_path: Path
):
    other = outsiders.file(
        tmp_path / "other",
        (make_bundle.home(scene.false / "bundle") / "checkpoint").read_bytes(),
    )
    scrap = outsiders.file(tmp_path / "scrap", b"kt1-receipts/1\n\x00\x09x")
    code = scene.paper.anchors[0]
    typo = Held(anchors=(f"{(int(code[0]) + 1) % 10}{code[1:]}",))
    for held, word in (
        (other, "evidence-unsigned"), (scrap, "evidence-unreadable"), (typo, "evidence-unreadable"),
    ):  # fmt: skip
        both = Held((*scene.paper.anchors, *held.anchors), held.files)
        told = ask(scene.folder / form, scene.genesis, both)
        assert told == Answer("not-enough", not_checked=frozenset({word}))


# Empty, and in part.


def test_an_empty_folder_is_no_bundle(tmp_path: Path, page: Page):
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("Kính gửi")
    for ask in (judges.by_program, judges.by_script):
        for name in ("empty", "other", "nowhere"):
            assert ask(tmp_path / name, "00" * 32, NOTHING) == Answer("no-bundle")
    assert page(tmp_path / "other", "00" * 32) == Answer("no-bundle")


@of_all
@of_both
def test_sums_alone_are_no_log(scene: Scene, ask: Ask, form: str, copy: Callable[[str], Path]):
    """The frame is there, the log is not."""
    folder = copy(form)
    shutil.rmtree(folder / "logs")
    shutil.rmtree(folder / "entries", ignore_errors=True)
    fix_sums(folder)
    for held in (NOTHING, scene.paper):
        assert ask(folder, scene.genesis, held).verdict in ("wrong", "missing", "no-bundle")


@pytest.mark.slow
@pytest.mark.parametrize("ask", ["verify.py", "verify.html"], indirect=True)
@of_both
@pytest.mark.parametrize(
    "is_tidy", nightly.each([True, False], True), ids=["sums fit", "sums as they were"]
)
def test_without_any_one_file_it_is_never_a_match(
    scene: Scene, ask: Ask, form: str, is_tidy: bool, copy: Callable[[str], Path]
):
    whole = copy(form)
    names = [
        path.relative_to(whole).as_posix() for path in sorted(whole.rglob("*")) if path.is_file()
    ]
    assert len(names) > 15
    for name in nightly.some(names, lambda name: (name.partition("/")[0], Path(name).suffix)):
        content = (whole / name).read_bytes()
        (whole / name).unlink()
        if is_tidy:
            fix_sums(whole)
        told = ask(whole, scene.genesis, scene.paper)
        is_evidence = name not in FOR_READERS
        assert (told.verdict != "match") == (is_evidence or not is_tidy), name
        (whole / name).write_bytes(content)
        shutil.copy(scene.folder / form / "SHA256SUMS", whole)
    assert ask(whole, scene.genesis, scene.paper) == Answer("match")


@of_all
@of_both
def test_without_its_keys_and_catalogues_it_says_what_is_missing(
    scene: Scene, ask: Ask, form: str, copy: Callable[[str], Path]
):
    """The keys stand in the log; the folder only repeats them, but then it must."""
    for name, verdict in (("keys", "missing"), ("catalogues", "not-enough")):
        folder = copy(form)
        shutil.rmtree(folder / name)
        fix_sums(folder)
        told = ask(folder, scene.genesis, scene.paper)
        assert told.verdict == verdict, name
        assert (told.kinds, told.not_checked) == {
            "keys": ({"file-missing"}, frozenset()),
            "catalogues": (frozenset(), {"catalogue-not-given"}),
        }[name]


# A dossier that leaves a revocation out.


def control_after(scene: Scene, seq: int) -> list[int]:
    """Give the positions of control entries from one on."""
    found = (int(path.stem) for path in (scene.folder / "dossier" / "entries").glob("*.entry"))
    kinds = {
        one: read_entry((scene.folder / "dossier" / "entries" / f"{one}.entry").read_bytes()).act
        for one in found
    }
    return sorted(
        one for one, act in kinds.items()
        if one >= seq and act.type in ("revoke", "hold", "lift", "enrol")
    )  # fmt: skip


OMITTED = {
    "the revocation": lambda scene: [scene.revoked],
    "the revocation and all control entries after it": lambda scene: control_after(
        scene, scene.revoked
    ),
    "one before it": lambda scene: control_after(scene, 4)[:1],
}


@of_all
@pytest.mark.parametrize("what", OMITTED)
def test_a_dossier_that_leaves_a_revocation_out_is_not_whole(
    scene: Scene, ask: Ask, what: str, copy: Callable[[str], Path]
):
    folder = copy("dossier")
    for seq in OMITTED[what](scene):
        for kind in ("entry", "tlog-proof"):
            (folder / "entries" / f"{seq}.{kind}").unlink()
    fix_sums(folder)
    told = ask(folder, scene.genesis, scene.paper)
    assert told.verdict in ("missing", "wrong")
    assert "control-missing" in told.kinds


@of_all
def test_a_dossier_that_leaves_out_a_step_on_which_another_rests_is_not_whole(
    scene: Scene, ask: Ask, copy: Callable[[str], Path]
):
    folder = copy("dossier")
    steps = [
        seq
        for path in (folder / "entries").glob("*.entry")
        if read_entry(path.read_bytes()).act.type == "handover" and (seq := int(path.stem))
    ]
    for kind in ("entry", "tlog-proof"):
        (folder / "entries" / f"{min(steps)}.{kind}").unlink()
    fix_sums(folder)
    told = ask(folder, scene.genesis, scene.paper)
    assert (told.verdict, told.kinds) == ("missing", frozenset({"entries-missing"}))


@of_all
def test_the_record_of_somebody_s_enrolment_shows_no_receiver(
    scene: Scene, ask: Ask, copy: Callable[[str], Path]
):
    """A clerk can read it, and an entry of every dossier names it; it is not about the item."""
    folder, (name, content) = copy("dossier"), scene.named
    (folder / "disclose").mkdir()
    (folder / "disclose" / name).write_bytes(content)
    fix_sums(folder)
    told = ask(folder, scene.genesis, scene.paper)
    assert (told.verdict, told.kinds) == ("wrong", frozenset({"record"}))
    assert told.told["opened"] == []


@of_all
def test_an_entry_of_another_history_does_not_stand_in_for_it(
    scene: Scene, ask: Ask, copy: Callable[[str], Path]
):
    """Somebody changes the entry that names it, so that nothing seems to be left out."""
    folder = copy("dossier")
    for kind in ("entry", "tlog-proof"):
        (folder / "entries" / f"{scene.revoked}.{kind}").unlink()
    raws = {int(path.stem): path.read_bytes() for path in (folder / "entries").glob("*.entry")}
    left = read_entry(
        (scene.folder / "dossier" / "entries" / f"{scene.revoked}.entry").read_bytes()
    )
    naming = next(seq for seq in sorted(raws) if read_entry(raws[seq]).ctl == left.leaf)

    def change(parts: false_history.Parts) -> None:
        parts[false_history.CTL] = left.ctl

    (folder / "entries" / f"{naming}.entry").write_bytes(false_history.edit(raws[naming], change))
    fix_sums(folder)
    told = ask(folder, scene.genesis, scene.paper)
    assert told.verdict == "wrong"
    assert "proof" in told.kinds


# What is told beside the verdict.


@of_both
def test_a_match_says_what_was_checked_and_what_was_not(scene: Scene, form: str):
    for ask in (judges.by_program, judges.by_script):
        told = ask(scene.folder / form, scene.genesis, scene.paper).told
        assert {"genesis", "evidence", "signatures", "checkpoint"} <= set(told["checked"])
        assert "records" in told["outside"]
        assert form == "bundle" or "whole-item" in told["outside"]
    assert "judgements" in told["outside"]
