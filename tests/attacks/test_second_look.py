"""Acts that are disputed or speak of nothing, and what they must not do to anybody else."""

from pathlib import Path

from kt1custody.core.entry import Judgement
from kt1custody.services import export, register, seal
from kt1custody.store.log import LogBook
from tests.kit import cast
from tests.kit.judges import Page, by_program, by_script
from tests.kit.phone import EVERYBODY, Phone, entries, receive, states

FOREIGN = cast.COMMUNE_CLERK
NOTHING_FOUND = ("not-enough", frozenset[str]())


def phone_with_a_foreign_clerk(world: cast.World) -> Phone:
    """A phone that has seen the whole log, with the key of a clerk of another office too."""
    world.desk.unlock(EVERYBODY)
    phone = Phone(world)
    world.desk.unlock([FOREIGN])
    phone.keys[FOREIGN] = world.desk.person(FOREIGN).signing
    with world.desk.database.read() as connection:
        book = LogBook(connection)
        phone.seen = [book.seq, book.leaf]
    return phone


def next_serial(world: cast.World) -> int:
    """The serial that the counter gives out next."""
    printed = [one.act for one in entries(world) if one.act.type == "print"]
    return max(line.number("serial") for act in printed for line in act.lines) + 1


def whole_codes(judgement: Judgement) -> set[str]:
    return {code for line, code in judgement if line == -1}


def judged(
    world: cast.World, folder: Path, genesis: str, page: Page
) -> set[tuple[str, frozenset[str]]]:
    """Export a bundle; gives what the program, verify.py and the page say of it."""
    export.export_bundle(world.desk, folder)
    answers = [ask(folder, genesis) for ask in (by_program, by_script, page)]
    return {(one.verdict, one.kinds) for one in answers}


# A disputed print takes no serial (G6).


def test_a_disputed_print_leaves_its_serial_to_the_counter(
    lived: cast.World, page: Page, tmp_path: Path
):
    phone, serial = phone_with_a_foreign_clerk(lived), next_serial(lived)
    genesis = entries(lived)[0].leaf.hex()
    assert judged(lived, tmp_path / "before", genesis, page) == {NOTHING_FOUND}
    line = {"n": states(lived)[0].n, "serial": serial, "job": serial, "copy": 1}
    act = phone.act("print", FOREIGN, {"office": cast.OFFICE}, [line])
    found = receive(lived.at(152), phone.spell(act))
    assert found.entry is not None
    assert "wrong-office" in whole_codes(found.entry.judgement)
    manifest = cast.write_manifest(tmp_path / "more.csv", 2, begin=12)
    register.import_manifest(lived.at(160), lambda: cast.CLERK, manifest)
    job = seal.print_seals(lived.at(161), cast.CLERK, [], tmp_path / "s.pdf", confirm=cast.yes)
    assert serial in [printed for _, printed in job.serials]
    assert judged(lived, tmp_path / "bundle", genesis, page) == {NOTHING_FOUND}
