"""A log is founded at one machine with all its keys, or nothing of it stays."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from kt1custody.errors import (
    KtError,
    MalformedInputError,
    RefusedError,
    UnavailableError,
    VerificationError,
)
from kt1custody.services.keys import founding_here, founding_note, genesis
from kt1custody.services.session import checkpoint
from kt1custody.services.session.here import Here
from kt1custody.signing import person_keys, service_keys
from kt1custody.store import db
from kt1custody.store.log import LogBook
from tests.kit import cast

OFFICERS = cast.FOUNDING.officers
PASSPHRASES = [cast.PINS[staff] for staff in OFFICERS]


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Here]:
    """A machine where there is no log yet, and the answers of a founding are noted."""
    session = cast.World(tmp_path).session.left_alone()
    genesis.note_answers(session, cast.FOUNDING)
    yield Here(session)
    session.close()


def files(counter: Here) -> set[str]:
    """Everything that lies in the two folders."""
    folders = (counter.session.data, counter.session.keys)
    return {path.name for folder in folders if folder.exists() for path in folder.iterdir()}


def test_three_officers_found_a_log_and_their_keys_are_unlocked(counter: Here):
    genesis_hash = founding_here.found(counter, cast.FOUNDING, PASSPHRASES)
    with counter.session.database.read() as connection:
        entry = LogBook(connection).entry(0)
    assert entry.leaf == genesis_hash
    assert [one.kid for one in entry.signatures] == [
        counter.key(staff).signing.kid for staff in OFFICERS
    ]
    assert [one.seq for one in counter.session.recorded] == [0]
    again = Here(counter.session)
    for staff, passphrase in zip(OFFICERS, PASSPHRASES, strict=True):
        again.unlock(staff, passphrase)
    assert founding_note.NAME in files(counter)  # until its hash is on paper


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize(
    ("wrong", "code"),
    [("471121", "pin-too-short"), ("passwordpassword", "pin-weak"), ("", "pin-too-short")],
)
def test_a_wrong_passphrase_leaves_nothing(counter: Here, place: int, wrong: str, code: str):
    passphrases = [*PASSPHRASES[:place], wrong, *PASSPHRASES[place + 1 :]]
    with pytest.raises(RefusedError, match=code):
        founding_here.found(counter, cast.FOUNDING, passphrases)
    assert files(counter) == set()
    assert counter.session.recorded == []


STEPS = [
    (person_keys, "create", 3),
    (service_keys, "create", 2),
    (founding_here, "sign", 2),
    (checkpoint, "begin", 1),
    (db, "create", 1),
]


def fail(
    patch: pytest.MonkeyPatch, module: ModuleType, name: str, turn: int, error: BaseException
) -> None:
    """Have a step fail when its turn comes; those before it are done."""
    real, left = getattr(module, name), [None] * (turn - 1)

    def step(*given: object) -> object:
        if not left:
            raise error
        left.pop()
        return real(*given)

    patch.setattr(module, name, step)


@pytest.mark.parametrize(("module", "name", "turn"), STEPS)
@pytest.mark.parametrize(
    ("error", "stays"),
    [(UnavailableError("keys-folder"), set()), (KeyboardInterrupt(), {founding_note.NAME})],
)
def test_an_error_in_the_middle_leaves_nothing_and_who_stops_it_keeps_the_answers(
    counter: Here,
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    name: str,
    turn: int,
    error: BaseException,
    stays: set[str],
):
    with monkeypatch.context() as patch:
        fail(patch, module, name, turn, error)
        with pytest.raises(type(error)):
            founding_here.found(counter, cast.FOUNDING, PASSPHRASES)
    assert files(counter) == stays
    assert not any(map(counter.is_unlocked, OFFICERS))
    left = genesis.unfinished(counter.session)
    assert (left is not None and left.founding == cast.FOUNDING) == bool(stays)
    founding_here.found(counter, cast.FOUNDING, PASSPHRASES)
    assert all(map(counter.is_unlocked, OFFICERS))


def test_a_genesis_that_was_changed_on_its_way_makes_no_log(
    counter: Here, monkeypatch: pytest.MonkeyPatch
):
    propose = genesis.propose
    monkeypatch.setattr(genesis, "propose", lambda *given: replace(propose(*given), beside=()))
    with pytest.raises(VerificationError, match="proposal-altered"):
        founding_here.found(counter, cast.FOUNDING, PASSPHRASES)
    assert files(counter) == set()


def test_a_genesis_that_nobody_has_signed_makes_no_log(
    counter: Here, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(founding_here, "sign", lambda *_: ())
    with pytest.raises(MalformedInputError, match="proposal-unreadable"):
        founding_here.found(counter, cast.FOUNDING, PASSPHRASES)
    assert files(counter) == set()


def test_what_was_there_before_stays(counter: Here):
    """A key file of somebody else stops it, and is not cleared away with the rest."""
    theirs = counter.session.keys / f"{cast.RESERVE}.key"
    theirs.write_bytes(b"another log's")
    with pytest.raises(KtError, match="key-file-exists"):
        founding_here.found(counter, cast.FOUNDING, PASSPHRASES)
    assert theirs.read_bytes() == b"another log's"
    assert files(counter) <= {theirs.name, founding_note.NAME}
