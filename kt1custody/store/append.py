"""The one place where an entry enters the database; called by `services.session.writer` alone.

**Rule:** entry, head and derived tables are written in the caller's transaction, or not at all.
The guards are in the database: `PRIMARY KEY(log, seq)`, `UNIQUE(log, prev)`,
`UNIQUE(log, body_hash)`, and triggers that refuse every update and deletion.
"""

import sqlalchemy as sa

from kt1custody.core.custody.judgement import Outcome
from kt1custody.core.formats.tree import Tree
from kt1custody.core.log.entry import Entry
from kt1custody.store import derived
from kt1custody.store.log import ENTRIES, columns_of, keep_control
from kt1custody.store.statements import add

_ADD_ENTRY = add(ENTRIES)


def append(connection: sa.Connection, entry: Entry, outcome: Outcome, grown: Tree) -> None:
    """Write an entry and what follows from it.

    Args:
        connection: Of `Database.write`.
        outcome: What `core.custody.judgement` made of this entry.
        grown: The tree with this entry as its last leaf.
    """
    _ADD_ENTRY.run(connection, [columns_of(entry)])
    derived.write(connection, entry, outcome, grown)
    keep_control(connection, entry)
