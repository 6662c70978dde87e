"""Records that the log names and nobody can open: found, and declared lost by two officers."""

import pytest

from kt1custody.errors import NotAllowedError, RefusedError
from kt1custody.services.session import lost
from kt1custody.services.session.lost import DeclareLost
from kt1custody.store.log import LogBook
from tests.kit import at_counter, cast
from tests.kit.phone import size


def erase(world: cast.World, n: int, table: str = "records") -> bytes:
    """Take an item's slip, or only its keys, out of the database."""
    with world.session.database.write() as connection:
        state = LogBook(connection).item(n)
        assert state is not None
        connection.exec_driver_sql(f"DELETE FROM {table} WHERE commitment = ?", (state.commit,))
    return state.commit


def test_where_every_record_is_here_nothing_is_declared(world: cast.World):
    assert lost.find(world.session) == []
    with pytest.raises(RefusedError, match="nothing-lost"):
        at_counter.carry_out(world.session, DeclareLost(reason="disk", officers=cast.OFFICERS))


@pytest.mark.parametrize("table", ["records", "slipkeys"])
def test_what_is_gone_or_cannot_be_opened_is_named_and_declared_once(
    world: cast.World, day: cast.Day, table: str
):
    n = day.numbers[3]
    commit = erase(world, n, table)
    [gone] = lost.find(world.session)
    assert (gone.commit, gone.about) == (commit, str(n))
    before = size(world)
    clerks = DeclareLost(reason="disk", officers=(cast.CLERK, cast.CLERK_2))
    with pytest.raises(NotAllowedError, match="role-may-not"):
        at_counter.carry_out(world.session, clerks)
    assert size(world) == before
    entries, shown = at_counter.declare_lost(world.session, "disk", cast.OFFICERS, confirm=cast.yes)
    assert shown == [gone]
    assert [entry.act.fields["commits"] for entry in entries] == [[commit]]
    assert lost.find(world.session) == []
    with world.session.database.read() as connection:
        [declared] = lost.declared(LogBook(connection)).items()
        passed = lost.missing(connection, is_all=True)
    assert declared[0] == commit
    assert (declared[1].seq, declared[1].officers) == (entries[0].seq, cast.OFFICERS)
    assert (passed == []) == (table == "slipkeys")  # of what was erased nothing is looked for


def test_what_lies_under_a_commitment_and_does_not_fit_is_missing(world: cast.World, day: cast.Day):
    with world.session.database.read() as connection:
        state = LogBook(connection).item(day.numbers[3])
        assert state is not None
        assert lost.missing(connection) == []
        [unfit] = lost.missing(connection, unfit=[state.commit])
    assert (unfit.commit, unfit.about) == (state.commit, str(state.n))
