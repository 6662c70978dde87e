"""The typed code of a checkpoint, as it stands on paper: 42 digits that a person can read out.

**Rule:** it names the size and 83 bits of a hash; each group carries a check digit, so that a
typing error names its group. Format: `.docs/formats.md` §16.
"""

import hashlib
from dataclasses import dataclass

from kt1custody.core.formats import numbers
from kt1custody.core.log.checkpoint import Checkpoint
from kt1custody.errors import MalformedInputError

_GROUPS, _DIGITS = 7, 5
_SIZE = 10  # digits of the size
OF_LOG, OF_READINGS = 1, 8  # the number of the first group, which its check digit covers


@dataclass(frozen=True, slots=True)
class Anchor:
    """A typed code as read.

    Attributes:
        size: Size of the checkpoint.
        digits: 25 digits of its hash.
    """

    size: int
    digits: str

    def fits(self, checkpoint: Checkpoint) -> bool:
        """Tell whether this is the code of a checkpoint."""
        return (self.size, self.digits) == (checkpoint.size, _hash(checkpoint))


def code(checkpoint: Checkpoint, kind: int = OF_LOG) -> str:
    """Spell the code of a checkpoint, in groups with spaces; that of one kind is a slip in another."""
    plain = f"{checkpoint.size:0{_SIZE}d}{_hash(checkpoint)}"
    groups = (plain[at : at + _DIGITS] for at in range(0, len(plain), _DIGITS))
    return " ".join(
        f"{group}{numbers.damm(f'{place}{group}')}" for place, group in enumerate(groups, kind)
    )


def parse(unverified: str, kind: int = OF_LOG) -> Anchor:
    """Read a typed code; spaces, dots and dashes are passed over.

    Raises:
        MalformedInputError: `anchor-malformed` with `group`: the first that is wrong, from 1; 0 if
            the length is wrong or there are other signs than digits.
    """
    digits = numbers.join_lines(unverified)
    step = _DIGITS + 1
    if len(digits) != _GROUPS * step or not (digits.isascii() and digits.isdecimal()):
        raise MalformedInputError("anchor-malformed", group=0)
    plain = ""
    for place in range(1, _GROUPS + 1):
        group = digits[(place - 1) * step : place * step]
        if numbers.damm(f"{place - 1 + kind}{group}") != 0:
            raise MalformedInputError("anchor-malformed", group=place)
        plain += group[:_DIGITS]
    return Anchor(int(plain[:_SIZE]), plain[_SIZE:])


def _hash(checkpoint: Checkpoint) -> str:
    digest = hashlib.sha256(b"kt1-anchor/1\n" + checkpoint.text.encode()).digest()
    width = _GROUPS * _DIGITS - _SIZE
    return f"{int.from_bytes(digest, 'big') % 10**width:0{width}d}"
