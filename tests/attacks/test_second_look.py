"""Acts that are disputed or speak of nothing, and what they must not do to anybody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kt1custody.cli import outgoing
from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Judgement, read_entry
from kt1custody.errors import RefusedError
from kt1custody.services.people import alarms
from kt1custody.services.session import print_book
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast, forge, paper_log
from tests.kit.judges import Page, by_program, by_script
from tests.kit.paper_log import Office
from tests.kit.phone import EVERYBODY, Fields, Phone, entries, is_sound, receive, states

FOREIGN, COMMUNE = cast.COMMUNE_CLERK, 680_175
NOTHING_FOUND = ("not-enough", frozenset[str]())


def phone_with_a_foreign_clerk(world: cast.World) -> Phone:
    """A phone that has seen the whole log, with the key of a clerk of another office too."""
    world.session.unlock(EVERYBODY)
    phone = Phone(world)
    world.session.unlock([FOREIGN])
    phone.keys[FOREIGN] = world.session.person(FOREIGN).signing
    with world.session.database.read() as connection:
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
    outgoing.bundle(world.session, folder)
    answers = [ask(folder, genesis) for ask in (by_program, by_script, page)]
    return {(one.verdict, one.kinds) for one in answers}


# What two officers sign is read the same way by every verifier (G19).

HASH = b"\7" * 32


@pytest.fixture(scope="module")
def office(_lived: tuple[cast.World, cast.Day]) -> Office:
    world = cast.World(_lived[0].folder)
    made = paper_log.open_office(world)
    made.keys["log"] = world.session.service_key("log")
    world.session.close()
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
    at_counter.import_manifest(lived.at(160), lambda: cast.CLERK, manifest)
    job = at_counter.print_seals(
        lived.at(161), cast.CLERK, [], tmp_path / "s.pdf", confirm=cast.yes
    )
    assert serial in [printed for _, printed in job.serials]
    assert judged(lived, tmp_path / "bundle", genesis, page) == {NOTHING_FOUND}


# A take of what nobody offered does not follow an item about (G21).


def judged_dossier(world: cast.World, n: int, folder: Path, page: Page) -> set[tuple[str, object]]:
    """Export a dossier; gives what the program, verify.py and the page say of it."""
    genesis = entries(world)[0].leaf.hex()
    outgoing.dossier(world.session, str(n), folder)
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
        at_counter.revoke(lived.at(190), cast.COURIER_2, "lost", None, cast.OFFICERS)
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
            at_counter.revoke(lived.at(203), cast.COURIER_2, "lost", None, cast.OFFICERS)
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


# What others print joins nobody's job (G8).


@dataclass
class Counter:
    """A counter that prints two seals, and a phone that brings prints before."""

    world: cast.World
    phone: Phone
    numbers: tuple[int, ...]

    def bring(self, by: str, office: int, job: int, *pairs: tuple[int, int]) -> set[str]:
        """Bring a print of pairs of item and serial by file; gives its codes."""
        lines: list[Fields] = [
            {"n": n, "serial": serial, "job": job, "copy": 1} for n, serial in pairs
        ]
        act = self.phone.act("print", by, {"office": office}, lines)
        answer = receive(self.world.at(162), self.phone.spell(act))
        assert answer.entry is not None
        return {code for _, code in answer.entry.judgement}

    def print(self) -> list[tuple[int, int]]:
        pdf = self.world.folder / "s.pdf"
        job = at_counter.print_seals(self.world.at(165), cast.CLERK, [], pdf, confirm=cast.yes)
        return [*job.serials]

    def job(self, serial: int) -> list[tuple[int, int, int]]:
        """Place, item and serial of every label of the job in which a serial was printed."""
        told = print_book.job(self.world.session, numbers.format_serial(serial))
        return [(one.place, one.item.n, one.serial) for one in told.labels]

    def jobs(self) -> dict[tuple[int, str], int]:
        """How many labels each job has, by its number and who printed it."""
        told = print_book.jobs(self.world.session, None, None)
        return {(one.number, one.by): one.printed for one in told}


@pytest.fixture
def counter(lived: cast.World, tmp_path: Path) -> Counter:
    phone = phone_with_a_foreign_clerk(lived)
    manifest = cast.write_manifest(tmp_path / "more.csv", 2, begin=12)
    made = at_counter.import_manifest(lived.at(160), lambda: cast.CLERK, manifest)
    return Counter(lived, phone, made.numbers)


def in_order(printed: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
    return [(place, *pair) for place, pair in enumerate(printed, start=1)]


def test_alone_a_job_is_what_was_printed(counter: Counter):
    first = next_serial(counter.world)
    printed = counter.print()
    assert counter.job(first) == in_order(printed)
    assert counter.jobs()[first, cast.CLERK] == 2


def test_a_print_of_an_item_that_is_not_there_ends_no_list_of_jobs(counter: Counter):
    first = next_serial(counter.world)
    unknown = numbers.item_number(log_number=68, year=26, running=999)
    pairs = (unknown, first), (counter.numbers[0], first + 1)
    codes = counter.bring(cast.CLERK_2, cast.OFFICE, first, *pairs)
    assert "predecessor-missing" in codes
    assert counter.jobs()[first, cast.CLERK_2] == 1
    assert counter.job(first + 1) == [(2, counter.numbers[0], first + 1)]  # its place as printed
    with pytest.raises(RefusedError, match="no-such-item"):
        counter.job(first)


@pytest.mark.parametrize("office", [cast.OFFICE, COMMUNE])
def test_a_foreign_print_with_a_guessed_job_joins_no_honest_one(counter: Counter, office: int):
    first = next_serial(counter.world)
    other = states(counter.world)[0].n
    codes = counter.bring(
        FOREIGN, office, first, (other, first + 1), (counter.numbers[0], first + 2)
    )
    assert ("wrong-office" in codes) == (office == cast.OFFICE)
    printed = counter.print()
    assert counter.job(printed[0][1]) == in_order(printed)
    assert counter.jobs()[printed[0][1], cast.CLERK] == len(printed)


def test_a_disputed_print_of_the_same_seal_hides_no_job(counter: Counter):
    first = next_serial(counter.world)
    assert "wrong-office" in counter.bring(FOREIGN, cast.OFFICE, first, (counter.numbers[0], first))
    printed = counter.print()
    assert printed[0] == (counter.numbers[0], first)
    assert counter.job(first) == in_order(printed)
    assert (first, FOREIGN) not in counter.jobs()


# What others print for an item keeps no counter from printing it (G7).


def new_item(counter: Counter, minutes: int, begin: int) -> int:
    manifest = cast.write_manifest(counter.world.folder / f"{begin}.csv", 1, begin=begin)
    [n] = at_counter.import_manifest(
        counter.world.at(minutes), lambda: cast.CLERK, manifest
    ).numbers
    return n


@pytest.mark.parametrize("is_early", [False, True], ids=["item first", "print first"])
def test_a_print_elsewhere_keeps_no_counter_from_printing(counter: Counter, is_early: bool):
    serial, waiting = next_serial(counter.world) + 100, [*counter.numbers]
    if is_early:  # it came before the item that it names
        waiting.append(numbers.item_number(log_number=68, year=26, running=15))
    codes = counter.bring(FOREIGN, COMMUNE, serial, (waiting[-1], serial))
    assert ("predecessor-missing" if is_early else "not-the-holder") in codes
    if is_early:
        assert new_item(counter, 163, 30) == waiting[-1]
    assert [n for n, _ in counter.print()] == waiting
    told = [one for one in alarms.alarms(counter.world.session) if one.code == "printed-elsewhere"]
    assert [one.items for one in told] == ([] if is_early else [(waiting[-1],)])
    assert is_sound(counter.world)


def test_what_is_printed_and_not_bound_is_named_when_the_rest_is_printed(counter: Counter):
    """The honest twin: a label of one's own that waits is no reason to print another."""
    [(_, number), *_] = counter.print()
    fresh, pdf = new_item(counter, 166, 30), counter.world.folder / "more.pdf"
    job = at_counter.print_seals(counter.world.at(167), cast.CLERK, [], pdf, confirm=cast.yes)
    assert [n for n, _ in job.serials] == [fresh]
    assert job.left_out == counter.numbers
    assert job.older == (number,)


def test_a_clerk_prints_what_lies_at_his_own_office_alone(counter: Counter):
    session, pdf = counter.world.at(165), counter.world.folder / "f.pdf"
    with pytest.raises(RefusedError, match="nothing-to-print"):
        at_counter.print_seals(session, FOREIGN, [], pdf, confirm=cast.yes)
    with pytest.raises(RefusedError, match="not-the-holder"):
        at_counter.print_seals(session, FOREIGN, [str(counter.numbers[0])], pdf, confirm=cast.yes)
