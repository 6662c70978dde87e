"""Whoever is no clerk or controller learns nothing of a slip but by an act in the log (G15)."""

import ast
from collections.abc import Callable, Iterator

import pytest

from kt1custody.core.manifest.row import duplicate_key
from kt1custody.errors import KtError, RefusedError
from kt1custody.services.custody import look
from kt1custody.services.custody.correct_item import CorrectItem, registered
from kt1custody.services.evidence import catch_up, verify
from kt1custody.services.people import roster
from kt1custody.services.registration import receipt
from kt1custody.services.registration.references import References
from kt1custody.services.registration.search import Finder
from kt1custody.services.session import print_book, slips, use_case
from kt1custody.services.session.proposal import proposing
from kt1custody.services.session.slips import Reader
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.at_counter import correct_item
from tests.kit.package import PACKAGE
from tests.kit.phone import Phone, entries, is_sound, receive, size

OFFICER, OTHER = cast.OFFICERS


def held_by_courier(world: cast.World) -> list[int]:
    with world.session.database.read() as connection:
        return [one.n for one in LogBook(connection).items(holder=cast.COURIER)]


def told(world: cast.World, n: int) -> list[str]:
    """What a slip says that nobody else may know."""
    slip = look.story(world.session, str(n), cast.CLERK).slip
    assert slip is not None
    return [text for text in (slip.reference, slip.recipient, slip.sender) if text]


def envelopes(world: cast.World, n: int, reader: str = OFFICER) -> object:
    return print_book.envelopes(world.session, print_book.job(world.session, str(n)), reader)


def registration_of(world: cast.World, n: int) -> int:
    with world.session.database.read() as connection:
        return next(seq for seq, _, kind in LogBook(connection).lines(n) if kind == "register")


def known(world: cast.World, n: int) -> object:
    slip = look.story(world.session, str(n), cast.CLERK).slip
    assert slip is not None
    with proposing(world.session) as pen:
        return References.of(pen, OFFICER).taken(2026, [duplicate_key(slip)])


def guess(world: cast.World, n: int) -> object:
    cells = {"reference": told(world, n)[0]}
    wanted = CorrectItem(given=str(n), cells=cells, reason="other", officers=cast.OFFICERS)
    return use_case.propose(world.session, wanted)  # without the act by which the slip is opened


def pass_on(world: cast.World, n: int) -> None:
    with proposing(world.session) as pen:
        slips.pass_on(pen, OFFICER, [n])


# Every place where somebody's key is made ready to open records, and how an officer gets there.
WAYS: dict[str, Callable[[cast.World, int], object]] = {
    "services/custody/correct_item.py _changes": guess,
    "services/custody/correct_item.py registered": lambda w, n: registered(
        w.session, str(n), OFFICER
    ),
    "services/custody/disclose.py read_disclosed": lambda w, n: at_counter.open_slip(
        w.session, OFFICER, [str(n)], "other", confirm=lambda shown: False
    ),
    "services/custody/look.py _open": lambda w, n: look.story(w.session, str(n), OFFICER),
    "services/evidence/catch_up.py _put_right": lambda w, n: catch_up._put_right(
        w.session, OFFICER, []
    ),
    "services/evidence/verify.py _open_records": lambda w, n: verify.verify(
        w.session, opener=OFFICER
    ),
    "services/people/enrolment.py share_with": lambda w, n: at_counter.rotate(
        w.session, cast.COURIER, cast.OFFICERS
    ),
    "services/people/staff.py _machine_record": lambda w, n: at_counter.name_founders(
        w.session, {OFFICER: "Ai"}, cast.OFFICERS
    ),
    "services/registration/receipt.py pdf": lambda w, n: receipt.pdf(
        w.session, OFFICER, registration_of(w, n)
    ),
    "services/registration/references.py of": known,
    "services/registration/search.py search": lambda w, n: Finder(w.session, OFFICER).search(
        "1129"
    ),
    "services/session/print_book.py envelopes_of": envelopes,
    "services/session/slips.py names": lambda w, n: roster.members(w.session, OFFICER),
    "services/session/slips.py pass_on": pass_on,
}


def readers() -> Iterator[str]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name, tree = path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text("utf-8"))
        if "verifiers" in path.parts or "class _Reader" in path.read_text("utf-8"):
            continue  # a reader of sheets
        for function in (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)):
            for call in (one for one in ast.walk(function) if isinstance(one, ast.Call)):
                makes = ast.unparse(call.func).rpartition(".")[2] in ("Reader", "reader_of")
                if makes and function.name != "reader_of":
                    yield f"{name} {function.name}"


# These tell nobody what a slip says: they compare, seal on, or open what is about people.
SILENT = {
    "services/evidence/catch_up.py _put_right",
    "services/evidence/verify.py _open_records",
    "services/people/enrolment.py share_with",
    "services/people/staff.py _machine_record",
    "services/registration/references.py of",
    "services/session/slips.py names",
    "services/session/slips.py pass_on",
}


def test_every_place_that_tells_a_slip_notes_it():
    telling = {place.split()[0] for place in {*readers()} - SILENT}
    noting = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "readings.note(" in path.read_text("utf-8")
    }
    assert telling == noting


def test_no_other_place_opens_records():
    assert set(readers()) == WAYS.keys()
    opening = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "open_salted(" in path.read_text("utf-8")
    }
    assert opening == {"signing/slips.py", "services/session/slips.py"}


@pytest.mark.parametrize("way", WAYS)
def test_an_officer_learns_nothing_of_a_slip_that_he_has_not_signed_for(
    world: cast.World, way: str
):
    n = held_by_courier(world)[0]
    secrets = told(world, n)
    assert secrets[0] in repr(envelopes(world, n, cast.CLERK))
    try:
        answer = repr(WAYS[way](world, n))
    except KtError as error:
        answer = repr((error, error.detail))
    assert not [text for text in secrets if text in answer]
    assert "disclose" not in {one.act.type for one in entries(world)}
    assert is_sound(world)


def test_what_officers_put_right_they_open_by_an_act(world: cast.World):
    n = held_by_courier(world)[0]
    reference, before = told(world, n)[0], size(world)
    for guessed in (reference, "77-CV/TU"):  # a guess that is refused says nothing
        with pytest.raises(RefusedError, match="not-confirmed"):
            correct_item(
                world.session, str(n), {"reference": guessed}, "other", cast.OFFICERS,
                confirm=lambda shown: False,
            )  # fmt: skip
    assert size(world) == before
    with pytest.raises(RefusedError, match="nothing-to-correct"):
        correct_item(
            world.session,
            str(n),
            {"reference": reference},
            "other",
            cast.OFFICERS,
            confirm=cast.yes,
        )
    assert [one.act.type for one in entries(world, before - 1)] == ["disclose"]
    correct_item(
        world.at(205), str(n), {"reference": "77-CV/TU"}, "other", cast.OFFICERS, confirm=cast.yes
    )
    assert [one.act.type for one in entries(world, before)] == ["disclose", "correct"]
    assert told(world, n)[0] == "77-CV/TU"
    assert is_sound(world)


def test_an_act_opens_what_it_names_to_whoever_signed_it(world: cast.World, phone: Phone):
    one, two = phone.held[:2]
    entry = at_counter.open_slip(
        world.session, OFFICER, [str(one.n)], "court", confirm=cast.yes
    ).entry
    phone.seen = [entry.seq - 1, entries(world)[entry.seq - 1].leaf]
    at_counter.revoke(world.at(205), OTHER, "lost", None, (OFFICER, _reserve(world)))
    act = phone.act("disclose", OTHER, {"reason": "court"}, [{"n": two.n}])
    disputed = receive(world.at(206), phone.spell(act)).entry
    with world.session.database.read() as connection:
        book = LogBook(connection)
        reader = Reader(book, world.session.opener(OFFICER), disclosed=entry.seq)
        assert reader.slip(one.commit, one.n) is not None
        for person, seq, item in (
            (OFFICER, entry.seq, two), (OFFICER, None, one), (OFFICER, entry.seq - 1, one),
            (OTHER, entry.seq, one), (OTHER, disputed.seq, two),
        ):  # fmt: skip
            with pytest.raises(KtError, match="no-access"):
                Reader(book, world.session.opener(person), disclosed=seq).slip(item.commit, item.n)


def _reserve(world: cast.World) -> str:
    world.session.unlock([cast.RESERVE])
    return cast.RESERVE
