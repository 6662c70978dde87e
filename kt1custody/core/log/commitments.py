"""Which confidential records an act commits to. Format: `.docs/formats.md` §7."""

from collections.abc import Iterator

from kt1custody.core.log.act import Act


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
