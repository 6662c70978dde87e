"""Acts that are disputed or speak of nothing, and what they must not do to anybody else."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from kt1custody.core import cbor
from kt1custody.core.act import Act
from kt1custody.core.entry import Judgement, read_entry
from kt1custody.services import dossier, export, people, register, seal
from kt1custody.store.log import LogBook
from tests.kit import cast, forge, paper_log
from tests.kit.judges import Page, by_program, by_script
from tests.kit.paper_log import Office
from tests.kit.phone import EVERYBODY, Fields, Phone, entries, is_sound, receive, states

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


# What two officers sign is read the same way by every verifier (G19).

HASH = b"\7" * 32


@pytest.fixture(scope="module")
def office(_lived: tuple[cast.World, cast.Day]) -> Office:
    world = cast.World(_lived[0].folder)
    made = paper_log.open_office(world)
    made.keys["log"] = world.desk.service_key("log")
    world.desk.close()
    return made


def append_by_officers(bundle: Path, office: Office, kind: str, **own: Any) -> None:
    """Append what both officers sign; a `setback` puts the clock back as it should."""
    now = read_entry(forge.entries_of(bundle)[-1]).accepted_at
    entry: dict[str, Any] = {}
    if kind == "setback":
        own = {"first": 1, "since": 0, "was": now, "now": now - 9_000, **own}
        entry = {"accepted_at": now - 9_000}
    told = forge.body_of(office, kind, cast.OFFICERS[0], by2=cast.OFFICERS[1], **own)
    body = cbor.encode({name: value for name, value in told.items() if value != "left out"})
    signed = forge.sign_body(body, [("officer", office.keys[one]) for one in cast.OFFICERS])
    forge.append(bundle, body, signed, judgement=[], **entry)


@pytest.mark.parametrize(
    ("kind", "own"),
    [
        ("setback", {"was": ""}),
        ("setback", {"now": [1]}),
        ("setback", {"was": True}),
        ("setback", {"first": "left out"}),
        ("lost", {"commits": "left out"}),
        ("lost", {"commits": "x"}),
        ("lost", {"commits": []}),
    ],
)
def test_what_two_officers_misspell_is_read_by_no_verifier(
    lived: cast.World, office: Office, page: Page, tmp_path: Path, kind: str, own: Fields
):
    honest: dict[str, Any] = {"lost": {"commits": [HASH], "reason": "disk"}}.get(kind, {})
    for name, more in (("honest", {}), ("odd", own)):
        bundle = forge.export_from(lived, tmp_path / name)
        was = read_entry(forge.entries_of(bundle)[-1]).accepted_at
        odd = {key: str(was) if value == "" else value for key, value in more.items()}
        append_by_officers(bundle, office, kind, **{**honest, **odd})
        answers = {(one.verdict, one.kinds) for one in (ask(bundle) for ask in (by_script, page))}
        assert answers == {
            NOTHING_FOUND if name == "honest" else ("wrong", frozenset({"entry-unreadable"}))
        }


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


# A take of what nobody offered does not follow an item about (G21).


def judged_dossier(world: cast.World, n: int, folder: Path, page: Page) -> set[tuple[str, object]]:
    """Export a dossier; gives what the program, verify.py and the page say of it."""
    genesis = entries(world)[0].leaf.hex()
    dossier.export_dossier(world.desk, str(n), folder)
    answers = [ask(folder, genesis) for ask in (by_program, by_script, page)]
    return {(one.verdict, one.kinds) for one in answers}


def by_nobodys_offer(phone: Phone, short: Sequence[int], found: Sequence[int], of: bytes) -> Act:
    lines: list[Fields] = [{"n": n, "seal": None, "cond": "intact"} for n in found]
    own: Fields = {"of": of, "short": sorted(short), "witness": None}
    return phone.act("take", cast.COURIER_2, own, lines)


@pytest.mark.parametrize("is_revoked", [False, True])
@pytest.mark.parametrize("is_found", [False, True])
def test_a_take_of_what_nobody_offered_makes_no_dossier_incomplete(
    lived: cast.World, page: Page, tmp_path: Path, is_revoked: bool, is_found: bool
):
    phone, [n, other] = phone_with_a_foreign_clerk(lived), [one.n for one in states(lived)[5:7]]
    assert judged_dossier(lived, n, tmp_path / "honest", page) == {NOTHING_FOUND}
    if is_revoked:
        people.revoke(lived.at(190), cast.COURIER_2, "lost", None, cast.OFFICERS)
    both = ([], [n, other]) if is_found else ([n, other], [])
    answer = receive(lived.at(200), phone.spell(by_nobodys_offer(phone, *both, HASH)))
    assert answer.entry is not None
    assert "offer-missing" in {code for _, code in answer.entry.judgement}
    assert ("key-revoked" in whole_codes(answer.entry.judgement)) == is_revoked
    assert judged_dossier(lived, n, tmp_path / "dossier", page) == {NOTHING_FOUND}
    assert is_sound(lived)


def test_a_correction_of_no_act_by_a_revoked_key_makes_no_dossier_incomplete(
    lived: cast.World, page: Page, tmp_path: Path
):
    phone, n = phone_with_a_foreign_clerk(lived), states(lived)[5].n
    own: Fields = {"officers": False, "by2": None, "by3": None, "of": HASH, "field": "cond"}
    own = {**own, "value": "broken", "reason": "other"}
    for name, code in (("honest", None), ("revoked", "key-revoked")):
        if code is not None:
            people.revoke(lived.at(203), cast.COURIER_2, "lost", None, cast.OFFICERS)
        act = phone.act("correct", cast.COURIER_2, own, [{"n": n}])
        answer = receive(lived.at(204 if code else 200), phone.spell(act))
        assert answer.entry is not None
        assert {"act-missing", code or "act-missing"} <= {c for _, c in answer.entry.judgement}
        assert judged_dossier(lived, n, tmp_path / name, page) == {NOTHING_FOUND}
    assert is_sound(lived)


def test_takes_that_name_one_offer_that_is_not_there_are_not_joined(
    lived: cast.World, page: Page, tmp_path: Path
):
    phone, [n, other] = phone_with_a_foreign_clerk(lived), [one.n for one in states(lived)[5:7]]
    for name, one in (("honest", n), ("joined", other)):
        receive(lived.at(200), phone.spell(by_nobodys_offer(phone, [], [one], HASH)))
        assert judged_dossier(lived, n, tmp_path / name, page) == {NOTHING_FOUND}
    withdrawn = phone.act("withdraw", cast.COURIER_2, {"of": HASH})
    receive(lived.at(200), phone.spell(withdrawn))
    assert judged_dossier(lived, n, tmp_path / "withdrawn", page) == {NOTHING_FOUND}
    assert is_sound(lived)
