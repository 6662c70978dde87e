"""How far entries that come back are the log's own: as far as its key has signed, and no further.

**Rule:** whoever brings entries may have written them himself, receipt and judgement too. One is the
log's own if it lies under what this machine signed last, or under a checkpoint or proof that the log
key has signed which the log here names. Format: `.docs/formats.md` §5 and §15.
"""

from collections.abc import Iterable, Sequence

from kt1custody.core.formats import tree
from kt1custody.core.formats.tree import Tree
from kt1custody.core.log.checkpoint import Checkpoint, SignedCheckpoint
from kt1custody.core.log.entry import leaf_hash
from kt1custody.core.log.keyring import Control
from kt1custody.core.log.tlog import Proof
from kt1custody.errors import VerificationError
from kt1custody.signing import cosigned
from kt1custody.store.log import LogBook
from kt1custody.store.notes import Kept

Claim = SignedCheckpoint | Proof


class Vouched:
    """What was signed last, and what others say that the log has signed."""

    def __init__(self, kept: Kept | None, claims: Iterable[Claim]) -> None:
        """Sort claims by the size of the tree that ends where they speak.

        Args:
            kept: What this machine signed last of the present epoch.
            claims: Untrusted.
        """
        self._kept = kept
        self._claims: dict[int, list[Claim]] = {}
        for one in claims:
            size = one.index + 1 if isinstance(one, Proof) else one.checkpoint.size
            self._claims.setdefault(size, []).append(one)

    def count(self, book: LogBook, raws: Sequence[bytes]) -> int:
        """Tell how many entries are the log's own, if they follow the newest one here.

        An entry names the one before it by its hash: what is signed vouches for all before it.

        Args:
            raws: Untrusted.
        """
        grown, own = Tree.of(book.tree.size, book.tree.peaks), 0
        for count, raw in enumerate(raws, 1):
            leaf = leaf_hash(raw)
            grown.add(leaf)
            if self._is_kept(grown) or any(
                _holds(one, book.control, grown, leaf) for one in self._claims.get(grown.size, ())
            ):
                own = count
        return own

    def _is_kept(self, grown: Tree) -> bool:
        kept = self._kept
        return kept is not None and (kept.size, kept.peaks) == (grown.size, grown.peaks)


def _holds(one: Claim, control: Control, grown: Tree, leaf: bytes) -> bool:
    """Tell whether the log key has signed a tree that holds this one, with this leaf at its end."""
    signed = one.signed if isinstance(one, Proof) else one
    told, keys = signed.checkpoint, cosigned.log_keys_at(control, signed.checkpoint.size)
    try:
        if isinstance(one, Proof):
            tree.check_inclusion(leaf, one.index, told.size, told.root, one.hashes)
        elif told != Checkpoint(control.origin, grown.size, grown.root()):
            return False
        is_ours = told.origin == control.origin and bool(keys)
        return is_ours and cosigned.is_signed_by(signed, keys[0].pub)
    except VerificationError:
        return False
