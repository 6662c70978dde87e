"""Older formats of the database, and how one is brought up to the present one.

**Rule:** only a rebuild does so, in its one transaction, and only with a file whose schema is that
of its format to the letter. Rows of evidence go over as they are; what follows from the log is made
of it again.

Format 3 had no log in the keys of most tables: one file, one log. `schema.make_anew` carries the
rows over and `derived.mend_columns` files them under the log that the entries name.
Format 2 had no frontiers, 1 no tree, and one key opened the records of all offices: their records
cannot be carried over.
"""

import functools
import sqlite3

import sqlalchemy as sa

from kt1custody.store import schema

_FORMAT_3 = """
CREATE TABLE catalogues (
    hash BLOB NOT NULL, content BLOB NOT NULL, PRIMARY KEY (hash) );
CREATE TABLE checkpoints (
    origin VARCHAR NOT NULL, size INTEGER NOT NULL, at INTEGER NOT NULL, note BLOB NOT NULL,
    PRIMARY KEY (origin, size) );
CREATE TABLE clocks (
    device VARCHAR NOT NULL, start VARCHAR NOT NULL, began INTEGER NOT NULL,
    PRIMARY KEY (device) );
CREATE TABLE entries (
    log VARCHAR NOT NULL, seq INTEGER NOT NULL, prev BLOB NOT NULL, leaf BLOB NOT NULL,
    body_hash BLOB NOT NULL, act_id BLOB NOT NULL, dev VARCHAR NOT NULL, dseq INTEGER NOT NULL,
    kind VARCHAR NOT NULL, entry BLOB NOT NULL,
    PRIMARY KEY (log, seq), UNIQUE (log, prev), UNIQUE (log, body_hash) );
CREATE INDEX entries_act ON entries (act_id);
CREATE INDEX entries_device ON entries (dev, dseq);
CREATE INDEX entries_kind ON entries (kind, seq);
CREATE TABLE frontiers (
    name VARCHAR NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (name) ) WITHOUT ROWID;
CREATE TABLE head (
    log VARCHAR NOT NULL, origin VARCHAR NOT NULL, format INTEGER NOT NULL, seq INTEGER NOT NULL,
    leaf BLOB NOT NULL, accepted_at INTEGER NOT NULL, base INTEGER NOT NULL, peaks BLOB NOT NULL,
    PRIMARY KEY (log) ) WITHOUT ROWID;
CREATE TABLE items (
    n INTEGER NOT NULL, mark INTEGER NOT NULL, urgency INTEGER NOT NULL, kind INTEGER NOT NULL,
    appt INTEGER, dest INTEGER NOT NULL, commitment BLOB NOT NULL, status VARCHAR NOT NULL,
    holder VARCHAR NOT NULL, seal INTEGER, voided VARCHAR NOT NULL, head BLOB NOT NULL,
    head_seq INTEGER NOT NULL, since INTEGER NOT NULL, contested BOOLEAN NOT NULL,
    waiting INTEGER NOT NULL, PRIMARY KEY (n) );
CREATE INDEX ix_items_holder ON items (holder);
CREATE INDEX ix_items_status ON items (status);
CREATE TABLE lines (
    seq INTEGER NOT NULL, line INTEGER NOT NULL, n INTEGER NOT NULL, kind VARCHAR NOT NULL,
    PRIMARY KEY (seq, line) ) WITHOUT ROWID;
CREATE INDEX ix_lines_n ON lines (n);
CREATE TABLE links (
    "of" BLOB NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY ("of", seq) ) WITHOUT ROWID;
CREATE TABLE quarantine (
    hash BLOB NOT NULL, seq INTEGER NOT NULL, content BLOB NOT NULL, PRIMARY KEY (hash) );
CREATE TABLE records (
    commitment BLOB NOT NULL, about VARCHAR NOT NULL, box BLOB NOT NULL,
    PRIMARY KEY (commitment) );
CREATE TABLE serials (
    serial INTEGER NOT NULL, n INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (serial) );
CREATE INDEX ix_serials_n ON serials (n);
CREATE TABLE slipkeys (
    commitment BLOB NOT NULL, office_key VARCHAR NOT NULL, wrapped BLOB NOT NULL,
    PRIMARY KEY (commitment, office_key) );
CREATE TABLE stamps (
    origin VARCHAR NOT NULL, size INTEGER NOT NULL, response BLOB NOT NULL,
    PRIMARY KEY (origin, size) );
CREATE TABLE tiles (
    base INTEGER NOT NULL, level INTEGER NOT NULL, number INTEGER NOT NULL, hashes BLOB NOT NULL,
    PRIMARY KEY (base, level, number) );
CREATE TABLE wrapped_keys (
    name VARCHAR NOT NULL, kid BLOB NOT NULL, wrapped BLOB NOT NULL, PRIMARY KEY (name, kid) );
CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END;
CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END;
CREATE TRIGGER entries_no_replace BEFORE INSERT ON entries
    WHEN EXISTS (SELECT 1 FROM entries WHERE log = NEW.log AND seq = NEW.seq)
    OR EXISTS (SELECT 1 FROM entries WHERE log = NEW.log AND prev = NEW.prev)
    OR EXISTS (SELECT 1 FROM entries WHERE log = NEW.log AND body_hash = NEW.body_hash)
    BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END;
"""
_SCHEMAS = {3: _FORMAT_3}
OLDEST = min(_SCHEMAS)


def differing(connection: sa.Connection, number: int) -> str:
    """Name one thing that is foreign, missing or different in a file of an older format.

    Args:
        number: The format, from `OLDEST` on.
    """
    return schema.differing(connection, _wanted(number))


@functools.cache
def _wanted(number: int) -> frozenset[schema.Thing]:
    """Give the schema of a format as SQLite itself spells it."""
    with sa.create_engine("sqlite://").connect() as connection:
        driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
        driver.executescript(_SCHEMAS[number])
        return schema.things(connection)
