"""Rows are registered at a terminal: read back, agreed to, and only then is a PIN typed."""

import sys
from pathlib import Path

import pytest

from kt1custody.cli import given_files, registering
from kt1custody.errors import KtError, MalformedInputError, NotAllowedError, RefusedError
from kt1custody.services.registration import register
from kt1custody.services.registration.register import Preview, Rows
from tests.kit import at_counter, cast
from tests.kit.at_counter import CastSession
from tests.kit.phone import size, states

ROWS = 3
FAULTY = cast.DATA / "manifests" / "faulty.csv"


def read(file: Path) -> Rows:
    return register.read_manifest(given_files.table(file))


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    return read(cast.write_manifest(tmp_path / "sang.csv", ROWS))


@pytest.fixture
def session(founded: cast.World) -> CastSession:
    return founded.at(5)


@pytest.fixture
def silent(session: CastSession) -> CastSession:
    """A session in which nobody may be asked for a PIN."""

    def never(staff: str) -> str:
        pytest.fail(f"{staff} was asked for a PIN")

    session.ask_pin = never
    return session


def test_rows_are_read_back_agreed_to_and_registered_in_their_order(
    founded: cast.World, session: CastSession, rows: Rows
):
    seen: list[Preview] = []

    def agree(shown: Preview) -> bool:
        assert session.unlocked() == {}
        seen.append(shown)
        return True

    made = registering.run(session.face, rows, cast.CLERK, dry_run=False, confirm=agree)
    assert seen == [made.preview]
    assert made.numbers == tuple(sorted(state.n for state in states(founded)))
    assert (made.rows, made.findings, made.is_compared) == (ROWS, (), True)


def test_who_does_not_agree_types_no_pin_and_nothing_is_stored(
    founded: cast.World, silent: CastSession, rows: Rows
):
    before = size(founded)
    with pytest.raises(RefusedError, match="not-confirmed"):
        registering.run(silent.face, rows, cast.CLERK, dry_run=False, confirm=lambda shown: False)
    assert size(founded) == before


def test_of_wrong_rows_nobody_is_asked_anything(founded: cast.World, silent: CastSession):
    before = size(founded)

    def never(shown: Preview) -> bool:
        pytest.fail("wrong rows were shown")

    made = registering.run(silent.face, read(FAULTY), None, dry_run=False, confirm=never)
    assert made.findings
    assert (made.rows, made.numbers, made.preview) == (0, (), None)
    assert size(founded) == before


def test_who_may_not_register_is_told_before_a_pin(silent: CastSession, rows: Rows):
    for who in (cast.COURIER, cast.ADMIN):
        with pytest.raises(NotAllowedError, match=r"role-may-not|no-access"):
            registering.run(silent.face, rows, who, dry_run=False)


def test_a_dry_run_compares_only_for_a_clerk_who_is_named(
    founded: cast.World, session: CastSession, rows: Rows, tmp_path: Path
):
    before = size(founded)
    face, more = session.face, cast.write_manifest(tmp_path / "them.csv", ROWS + 1)

    def never(shown: Preview) -> bool:
        pytest.fail("a dry run asks nothing")

    for by in (None, cast.CLERK):
        made = registering.run(face, rows, by, dry_run=True, confirm=never)
        assert (made.rows, made.numbers, made.is_compared) == (ROWS, (), by is not None)
        assert set(session.unlocked()) == ({by} if by else set())
    assert size(founded) == before
    registering.run(face, rows, cast.CLERK, dry_run=False)
    assert not registering.run(face, read(more), None, dry_run=True).findings
    found = registering.run(face, read(more), cast.CLERK, dry_run=True).findings
    assert {one.code for one in found} == {"duplicate-reference"}
    assert len(found) == ROWS


def test_what_others_have_registered_while_it_was_read_back_is_not_registered_again(
    founded: cast.World, session: CastSession, rows: Rows
):
    window = founded.new_session()
    window.as_of = session.as_of

    def other(shown: Preview) -> bool:
        registering.run(window.face, rows, cast.CLERK_2, dry_run=False)
        return True

    with pytest.raises(RefusedError, match="manifest-registered-already"):
        registering.run(session.face, rows, cast.CLERK, dry_run=False, confirm=other)
    assert len(states(founded)) == ROWS
    window.close()


def test_lists_that_have_changed_while_it_was_read_back_stop_it(
    founded: cast.World, session: CastSession, rows: Rows, tmp_path: Path
):
    """The agencies that people were shown are no longer those that would be signed."""
    text = (cast.DATA / "agencies.csv").read_text("utf-8")
    kept = [line for line in text.splitlines() if not line.startswith("LD-TAND,")]
    (tmp_path / "agencies.csv").write_text("\n".join(kept), "utf-8")

    def other(shown: Preview) -> bool:
        at_counter.load_list(session, "agencies", tmp_path / "agencies.csv", cast.OFFICERS)
        return True

    before = size(founded)
    made = registering.run(session.face, rows, cast.CLERK, dry_run=False, confirm=other)
    assert {one.code for one in made.findings} == {"unknown-agency"}
    assert size(founded) == before + 1


def test_a_file_to_be_sent_back_has_a_place_before_its_manifest_is_read(tmp_path: Path):
    (tmp_path / "there.csv").write_text("mine", "utf-8")
    for name, family, code in (
        ("sai.pdf", MalformedInputError, "wrong-ending"),
        ("there.csv", RefusedError, "file-exists"),
    ):
        with pytest.raises(family, match=code):
            registering.refuse_place(tmp_path / name)
    registering.refuse_place(tmp_path / "sai.csv")
    assert (tmp_path / "there.csv").read_text("utf-8") == "mine"


def test_only_a_wrong_manifest_is_written_to_be_sent_back(
    silent: CastSession, rows: Rows, tmp_path: Path
):
    faulty, errors = read(FAULTY), tmp_path / "sai.csv"
    registering.send_back(errors, rows, ())
    assert not errors.exists()
    made = registering.run(silent.face, faulty, None, dry_run=True)
    registering.send_back(errors, faulty, made.findings)
    assert len(errors.read_text("utf-8-sig").splitlines()) >= len(
        {one.row for one in made.findings}
    )
    if sys.platform != "win32":
        assert errors.stat().st_mode & 0o077 == 0  # who writes to whom
    with pytest.raises(KtError):
        registering.send_back(tmp_path / "nowhere" / "sai.csv", faulty, made.findings)
