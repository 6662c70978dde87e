"""Which confidential records an act commits to, and whether they were put here with it.

Format: `.docs/formats.md` §7.
"""

from collections.abc import Iterator
from typing import Final

from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Entry

MOST_WAIT: Final = 600  # seconds from proposing an act to its commit
_AT_A_DESK: Final = frozenset({"genesis", "enrol", "catalogue", "register", "print", "bind"})


def is_made_here(entry: Entry) -> bool:
    """Tell whether an act looks as one that was made where the log is.

    Nothing proves the device that an act names. But what is proposed here goes by the log's own
    clock and is committed soon, with its records; what others bring in a file is older, and its
    records have stayed with them.
    """
    return 0 <= entry.accepted_at - entry.act.at <= MOST_WAIT


def shows_desk(entry: Entry) -> bool:
    """Tell whether an act shows that its device is a counter, which keeps its records here."""
    return entry.act.type in _AT_A_DESK and is_made_here(entry)


def commitments(act: Act) -> Iterator[tuple[str, bytes]]:
    """Give what the records of an act are about, and their commitments."""
    match act.type:
        case "register":
            yield "list", act.octets("list")
            for line in act.lines:
                yield str(line.n), line.octets("commit")
        case "enrol":
            yield act.text("who"), act.octets("commit")
        case "correct":
            if act.fields["field"] == "commit":
                yield str(act.lines[0].n), act.octets("value")
        case "deliver":
            yield "receiver", act.octets("commit")
        case "return":
            yield "return", act.octets("commit")
        case _:
            pass


def declared_lost(act: Act) -> frozenset[bytes]:
    """Give the commitments whose records two officers declare lost by an act."""
    told = act.fields["commits"] if act.type == "lost" else ()
    return (
        frozenset(one for one in told if isinstance(one, bytes))
        if isinstance(told, list)
        else frozenset()
    )
