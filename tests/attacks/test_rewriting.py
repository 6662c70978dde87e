"""Somebody with the files rewrites the log, or the tables beside it (G1, G5)."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kt1custody.cli import incoming
from kt1custody.core.log.entry import read_entry
from kt1custody.errors import KtError
from kt1custody.services.evidence import verify
from tests.kit import cast, false_history, forge, judges, make_bundle, nightly
from tests.kit.false_history import unguarded
from tests.kit.judges import Page
from tests.kit.phone import Phone, give, is_sound, states

Change = Callable[[list[bytes], int], int]
HOLDER = "UPDATE items SET holder = ? WHERE n = ?"


@pytest.fixture
def bundle(lived: cast.World, tmp_path: Path) -> Path:
    return forge.export_from(lived, tmp_path / "bundle")


def flip(raws: list[bytes], at: int) -> int:
    """Change one byte somewhere."""
    raw = bytearray(raws[at])
    raw[random.Random(at).randrange(len(raw))] ^= 1
    raws[at] = bytes(raw)
    return at


def swap(raws: list[bytes], at: int) -> int:
    raws[at], raws[at + 1] = raws[at + 1], raws[at]
    return at


def swap_far(raws: list[bytes], at: int) -> int:
    raws[at], raws[-1] = raws[-1], raws[at]
    return at


def remove(raws: list[bytes], at: int) -> int:
    del raws[at]
    return at


def insert(raws: list[bytes], at: int) -> int:
    """Insert an entry a second time."""
    raws.insert(at + 1, raws[at])
    return at + 1


CHANGES = (flip, swap, swap_far, remove, insert)


def first(found: list[tuple[str, int | None]]) -> int | None:
    return min((seq for _, seq in found if seq is not None), default=None)


def changed(raws: list[bytes], change: Change) -> Iterator[tuple[list[bytes], int]]:
    """Give a log once for each position that is changed."""
    step = 1 if nightly.is_nightly() else 5
    for at in range(0, len(raws) - 1, step if change is flip else 2 * step):
        told = list(raws)
        yield told, change(told, at)


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
def test_the_first_wrong_position_of_a_bundle_is_named(bundle: Path, change: Change):
    """An entry that is well-formed still is told by the one behind it, which names its hash."""
    raws = forge.entries_of(bundle)
    assert forge.verifier.check(bundle).findings == incoming.audit_folder(bundle).findings == []
    for told, at in changed(raws, change):
        forge.write_entries(bundle, told)
        make_bundle.fix_sums(bundle)
        for report in (forge.verifier.check(bundle), incoming.audit_folder(bundle)):
            found = [(one.kind, one.seq) for one in report.findings]
            assert first(found) in (at, at + 1), (change, at, found)
            assert report.verdict in ("wrong", "missing")


@pytest.mark.parametrize("change", CHANGES)
def test_the_page_names_it_too(bundle: Path, page: Page, change: Change):
    raws = forge.entries_of(bundle)
    assert page(bundle).kinds == frozenset()
    told = list(raws)
    at = change(told, 13)
    forge.write_entries(bundle, told)
    make_bundle.fix_sums(bundle)
    said = page(bundle)
    assert said.positions[0] in (at, at + 1)
    assert said == judges.by_script(bundle)


@pytest.mark.slow
def test_one_byte_of_any_entry_in_the_database_is_named(world: cast.World):
    assert is_sound(world)
    raws = false_history.raws_of(world)
    for at, raw in list(enumerate(raws))[:: 1 if nightly.is_nightly() else 4]:
        told = [b""] * at + [raw]
        flip(told, at)
        for content in (told[at], raw):
            with unguarded(world) as connection:
                connection.execute("UPDATE entries SET entry = ? WHERE seq = ?", (content, at))
            if content != raw:
                found = [(one.kind, one.seq) for one in verify.verify(world.session).findings]
                assert first(found) == at
    assert is_sound(world)


def test_a_false_judgement_is_named_even_if_all_behind_it_is_made_to_fit(world: cast.World):
    """What the server said of an act nobody else has signed; the audit says it again."""
    raws = false_history.raws_of(world)
    seq = next(one.seq for one in map(read_entry, raws) if one.act.type == "bind")

    def change(parts: false_history.Parts) -> None:
        parts[false_history.JUDGEMENT] = [[0, "wrong-seal"]]

    told = [*raws[:seq], false_history.edit(raws[seq], change), *raws[seq + 1 :]]
    false_history.rewrite(world, false_history.rechain(told, seq))
    found = verify.verify(world.session).findings
    assert ("judgement", seq) in {(one.kind, one.seq) for one in found}
    assert first([(one.kind, one.seq) for one in found]) == seq


# The tables beside the log.


def holder(world: cast.World, n: int) -> str:
    return next(one.holder for one in states(world) if one.n == n)


def test_another_holder_in_the_table_is_listed_and_mended(world: cast.World, phone: Phone):
    n = phone.held[0].n
    assert is_sound(world)
    before = states(world)
    with unguarded(world) as connection:
        connection.execute(HOLDER, (cast.COURIER_2, n))
    assert holder(world, n) == cast.COURIER_2  # what a screen shows now
    [found] = verify.verify(world.session).findings
    assert (found.kind, found.seq) == ("derived", None)
    assert cast.COURIER in found.expected
    assert cast.COURIER_2 in found.got
    with pytest.raises(KtError, match="not-possible"):
        give(world, n)  # who has it is stopped
    verify.rebuild(world.session)
    assert states(world) == before
    assert is_sound(world)
    give(world, n)


def test_who_trusts_a_false_table_signs_what_the_log_does_not_believe(
    world: cast.World, phone: Phone
):
    """The false holder hands the item on at the counter; the audit judges by the log alone."""
    n = phone.held[0].n
    with unguarded(world) as connection:
        connection.execute(HOLDER, (cast.COURIER_2, n))
    false = give(world, n, cast.COURIER_2, cast.DRIVER)
    assert "not-the-holder" not in {code for _, code in false.judgement}
    found = verify.verify(world.session).findings
    assert ("judgement", false.seq) in {(one.kind, one.seq) for one in found}
    verify.rebuild(world.session)
    assert holder(world, n) == cast.COURIER
    left = verify.verify(world.session).findings
    assert {(one.kind, one.seq) for one in left} == {("judgement", false.seq)}
