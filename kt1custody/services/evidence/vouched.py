"""How far entries that come back are the log's own: as far as its key has signed, and no further.

**Rule:** whoever brings entries may have written them himself, receipt and judgement too. One is the
log's own if it lies under what this machine signed last, or under a checkpoint or proof that the log
key has signed which the log here names. Format: `.docs/formats.md` §5 and §15.
"""

from collections.abc import Iterable, Sequence

from kt1custody.core.formats import tree
from kt1custody.core.formats.tree import Tree
from kt1custody.core.log.checkpoint import SignedCheckpoint
from kt1custody.core.log.entry import read_entry
from kt1custody.core.log.keyring import Control
from kt1custody.core.log.tlog import InclusionProof
from kt1custody.errors import VerificationError
from kt1custody.signing import cosigned
from kt1custody.store.log import LogBook
from kt1custody.store.notes import KeptNote

Claim = SignedCheckpoint | InclusionProof


class Vouched:
    """What was signed last, and what others say that the log has signed."""

    def __init__(self, kept: Iterable[KeptNote], claims: Iterable[Claim]) -> None:
        """Sort claims by the tree that ends where they speak.

        Args:
            kept: What this machine signed last, of every epoch.
            claims: Untrusted.
        """
        self._kept = {(one.origin, one.size): one.peaks for one in kept}
        self._claims: dict[tuple[str, int], list[Claim]] = {}
        for one in claims:
            signed = one.signed if isinstance(one, InclusionProof) else one
            size = one.index + 1 if isinstance(one, InclusionProof) else one.checkpoint.size
            self._claims.setdefault((signed.checkpoint.origin, size), []).append(one)

    def count(self, book: LogBook, raws: Sequence[bytes]) -> int:
        """Tell how many entries are the log's own, if they follow the newest one here.

        An entry names the one before it by its hash: what is signed vouches for all before it.

        Args:
            raws: Untrusted.

        Raises:
            MalformedInputError: One of them cannot be read.
        """
        grown, own = Tree.of(book.tree.size, book.tree.peaks), 0
        origin, base = book.control.origin, book.base
        for count, raw in enumerate(raws, 1):
            entry = read_entry(raw)
            if entry.origin != origin:  # a new epoch has a tree of its own
                grown, origin, base = Tree(), entry.origin, book.seq + count
            grown.add(entry.leaf)
            here = origin, grown.size
            if self._kept.get(here) == grown.peaks or any(
                _holds(one, book.control, base, grown, entry.leaf)
                for one in self._claims.get(here, ())
            ):
                own = count
        return own


def _holds(one: Claim, control: Control, base: int, grown: Tree, leaf: bytes) -> bool:
    """Tell whether the log key has signed a tree that holds this one, with this leaf at its end.

    Args:
        base: Position of the first entry of the tree's epoch.
    """
    signed = one.signed if isinstance(one, InclusionProof) else one
    told = signed.checkpoint
    keys = cosigned.log_keys_at(control, base - control.base + told.size)
    try:
        if isinstance(one, InclusionProof):
            tree.check_inclusion(leaf, one.index, told.size, told.root, one.hashes)
        elif told.root != grown.root():
            return False
        return bool(keys) and cosigned.is_signed_by(signed, keys[0].pub)
    except VerificationError:
        return False
