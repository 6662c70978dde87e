"""Which seal the service printed under a serial, told from the log alone.

**Rule:** what a label says is never stored; it follows from the `print` act, the registration as it
read then, and the seal key of that moment. Format: `.docs/formats.md` §6.
"""

from kt1custody.core.custody.holding import registered_at
from kt1custody.core.custody.judgement import fresh_serials
from kt1custody.core.custody.table import ItemState
from kt1custody.core.log.keyring import Key
from kt1custody.core.seals import seal
from kt1custody.core.seals.seal import SealContent
from kt1custody.store.log import LogBook


def issued(book: LogBook, state: ItemState, serial: int) -> tuple[SealContent, Key] | None:
    """Give what the first copy of an item's seal says, and the key that signed it.

    Returns:
        None if the serial was not printed for this item.
    """
    heard = book.lines(state.n)
    for seq in dict.fromkeys(seq for seq, _, kind in heard if kind == "print"):
        entry, key = book.entry(seq), book.control.seal_key_at(seq)
        if key is not None and fresh_serials(entry.act, entry.judgement).get(serial) == state.n:
            corrected = any(kind == "correct" for _, _, kind in heard)
            told = registered_at(book, state, seq) if corrected else state
            office, at = entry.act.number("office"), entry.act.at
            return seal.content_of(told, serial, issuer=office, at=at, copy=1), key
    return None
