"""The newest status note that this machine has seen, so that an older one is not believed again.

**Rule:** the file only grows: for each origin the genesis seen first stays and the larger size is
kept. It is one line for each, `<origin> <genesis> <size> <root>`, the hashes in hex. Without it a
check believes whatever folder it is given, as long as that agrees with itself. Format:
`.docs/formats.md` §12.
"""

import re
from typing import NamedTuple

from kt1custody.errors import UnavailableError, VerificationError
from kt1custody.services.evidence.trust import Trust

_LINE = re.compile(r"(\S{1,60}) ([0-9a-f]{64}) ([0-9]{1,13}) ([0-9a-f]{64})")


class _Seen(NamedTuple):
    genesis: str
    size: int
    root: str


def newest(name: str, content: bytes | None, trust: Trust) -> bytes | None:
    """Refuse an older status note than the newest seen, and remember a newer one.

    Args:
        name: What to call the file.
        content: What it holds; None if it is not there yet.

    Returns:
        What it is to hold from now on; None if that is nothing new.

    Raises:
        VerificationError: `trust-rolled-back` with `size` and `known`; `trust-forked`: two
            histories of the same length; `trust-other-genesis`: another log under the same name.
        UnavailableError: `seen-broken`.
    """
    seen, head = _read(name, content or b""), trust.status.head
    genesis = trust.control.genesis.hex()
    known = seen.get(head.origin, _Seen(genesis, 0, ""))
    if known.genesis != genesis:
        raise VerificationError("trust-other-genesis", log=head.origin)
    if head.size < known.size:
        raise VerificationError("trust-rolled-back", size=head.size, known=known.size)
    if head.size == known.size and head.root.hex() != known.root:
        raise VerificationError("trust-forked", size=head.size)
    if head.size == known.size:
        return None
    seen[head.origin] = _Seen(genesis, head.size, head.root.hex())
    lines = (f"{origin} {' '.join(map(str, one))}\n" for origin, one in seen.items())
    return "".join(lines).encode()


def _read(name: str, content: bytes) -> dict[str, _Seen]:
    try:
        found = [_LINE.fullmatch(line) for line in content.decode().splitlines()]
    except UnicodeDecodeError:
        found = [None]
    if not all(found):
        raise UnavailableError("seen-broken", name=name)
    return {one[1]: _Seen(one[2], int(one[3]), one[4]) for one in found if one}
