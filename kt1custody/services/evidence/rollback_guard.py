"""The newest status note that this machine has seen, so that an older one is not believed again.

**Rule:** the file only grows: for each origin the genesis seen first stays and the larger size is
kept. It is one line for each, `<origin> <genesis> <size> <root>`, the hashes in hex. Without it a
check believes whatever folder it is given, as long as that agrees with itself. Format:
`.docs/formats.md` §12.
"""

import re
from pathlib import Path
from typing import NamedTuple

from kt1custody.errors import UnavailableError, VerificationError
from kt1custody.services.evidence.trust import Trust
from kt1custody.system import files

_LINE = re.compile(r"(\S{1,60}) ([0-9a-f]{64}) ([0-9]{1,13}) ([0-9a-f]{64})")


class _Seen(NamedTuple):
    genesis: str
    size: int
    root: str


def keep_newest(file: Path, trust: Trust) -> None:
    """Refuse an older status note than the newest seen, and remember a newer one.

    Args:
        file: Made if it is not there.

    Raises:
        VerificationError: `trust-rolled-back` with `size` and `known`; `trust-forked`: two
            histories of the same length; `trust-other-genesis`: another log under the same name.
        UnavailableError: `seen-broken`, `file-unwritable`; the file is as it was.
    """
    seen, head = _read(file), trust.status.head
    genesis = trust.control.genesis.hex()
    known = seen.get(head.origin, _Seen(genesis, 0, ""))
    if known.genesis != genesis:
        raise VerificationError("trust-other-genesis", log=head.origin)
    if head.size < known.size:
        raise VerificationError("trust-rolled-back", size=head.size, known=known.size)
    if head.size == known.size and head.root.hex() != known.root:
        raise VerificationError("trust-forked", size=head.size)
    if head.size > known.size:
        seen[head.origin] = _Seen(genesis, head.size, head.root.hex())
        lines = (f"{name} {' '.join(map(str, one))}\n" for name, one in seen.items())
        # A machine that only checks has no folder of ours yet.
        files.write(file, "".join(lines).encode(), makes_folder=True)


def _read(file: Path) -> dict[str, _Seen]:
    try:
        lines = file.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError):
        raise UnavailableError("seen-broken", name=str(file)) from None
    found = [_LINE.fullmatch(line) for line in lines]
    if not all(found):
        raise UnavailableError("seen-broken", name=str(file))
    return {one[1]: _Seen(one[2], int(one[3]), one[4]) for one in found if one}
