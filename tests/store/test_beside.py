"""What acts bring into the tables beside the log, and what belongs to none."""

import hashlib

import pytest
import sqlalchemy as sa

from kt1custody.core.log.keyring import Control
from kt1custody.errors import MalformedInputError
from kt1custody.signing.slips import SealedRecord
from kt1custody.store import beside, records, slip_tags
from kt1custody.store.log import LogBook
from kt1custody.store.sealed import Row
from kt1custody.store.slip_tags import SlipTag
from tests.kit import cast

COMMITMENT = b"c" * 32
NAMED = {COMMITMENT: "list"}


def control_of(connection: sa.Connection) -> Control:
    return LogBook(connection).control


def test_a_record_comes_with_its_keys_and_tags_if_an_act_names_it(founded: cast.World):
    with founded.session.database.write() as connection:
        control = control_of(connection)
        office_key = next(iter(control.office_keys))
        record = SealedRecord(COMMITMENT, b"box", {office_key: b"key"})
        tag = beside.tag_row(SlipTag(b"t" * 32, COMMITMENT))
        beside.put(connection, control, NAMED, [*beside.record_rows("list", record), tag])
        assert records.find(connection, COMMITMENT) == record
        left = connection.execute(sa.select(slip_tags.SLIP_TAGS.c.commitment)).scalars()
        assert COMMITMENT in [*left]


ROWS: dict[str, Row] = {
    "a table that is none of ours": ("entries", {"seq": 1}),
    "a table that nobody has": ("more", {}),
    "a column too few": ("records", {"commitment": COMMITMENT, "about": "list"}),
    "a value of another type": ("records", {"commitment": "c", "about": "list", "box": b""}),
    "what no act names": ("records", {"commitment": bytes(32), "about": "list", "box": b""}),
    "as about something else": ("records", {"commitment": COMMITMENT, "about": "1", "box": b""}),
    "a key of no office": beside.key_row(COMMITMENT, "none", b"key"),
    "a list that the log does not name": beside.list_row(b"none"),
    "a tag of another slip": beside.tag_row(SlipTag(b"t" * 32, bytes(32))),
}


@pytest.mark.parametrize("what", ROWS)
def test_what_belongs_to_no_act_is_refused(founded: cast.World, what: str):
    with (
        pytest.raises(MalformedInputError, match="proposal-unreadable"),
        founded.session.database.write() as connection,
    ):
        beside.put(connection, control_of(connection), NAMED, [ROWS[what]])


def test_a_list_of_the_log_and_a_key_wrapped_to_who_may_have_it_come(founded: cast.World):
    with founded.session.database.write() as connection:
        control = control_of(connection)
        digest, content = next(
            pair
            for pair in records.catalogues(connection)
            if pair[0] in control.catalogues.values()
        )
        assert hashlib.sha256(content).digest() == digest
        name, kid = next(
            (name, kid)
            for name, kid in records.wrapped_keys(connection)
            if control.may_have(kid, name)
        )
        rows = [beside.list_row(content), beside.wrapped_row(name, kid, b"again")]
        beside.put(connection, control, {}, rows)
        assert records.find_wrapped(connection, name, kid) == b"again"
        beside.put(connection, control, {}, [beside.wrapped_row(name, bytes(8), b"stranger")])
        assert records.find_wrapped(connection, name, bytes(8)) is None


def test_what_is_wrapped_to_who_may_no_longer_have_it_is_taken_away(founded: cast.World):
    with founded.session.database.write() as connection:
        control = control_of(connection)
        before = records.wrapped_keys(connection)
        kids = [kid for _, kid in before]
        beside.take_away(connection, control, [None, *kids])
        assert records.wrapped_keys(connection) == before
        _, kid = before[0]
        records.put_wrapped(connection, "office-1-2026", kid, b"planted")
        beside.take_away(connection, control, [None, bytes(8)])
        assert len(records.wrapped_keys(connection)) == len(before) + 1
        beside.take_away(connection, control, [kid])
        assert records.wrapped_keys(connection) == before
