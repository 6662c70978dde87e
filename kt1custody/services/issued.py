"""Which seal the service printed under a serial, told from the log alone.

**Rule:** what a label says is never stored; it follows from the `print` act, the registration as it
read then, and the seal key of that moment. Format: `.docs/formats.md` §6.
"""

from kt1custody.core import seal
from kt1custody.core.custody import DISPUTES, ItemState
from kt1custody.core.entry import Entry
from kt1custody.core.history import registered_at
from kt1custody.core.keyring import ACT_DISPUTES, Control, Key
from kt1custody.core.seal import SealContent
from kt1custody.store.log import LogBook


def issued(book: LogBook, state: ItemState, serial: int) -> tuple[SealContent, Key] | None:
    """Give what the first copy of an item's seal says, and the key that signed it.

    Returns:
        None if the serial was not printed for this item.
    """
    heard = book.lines(state.n)
    for seq, index, kind in heard:
        if kind != "print":
            continue
        entry, key = book.entry(seq), seal_key_at(book.control, seq)
        named = entry.act.lines[index].number("serial") == serial
        if named and key is not None and stands(entry, index):
            corrected = any(kind == "correct" for _, _, kind in heard)
            told = registered_at(book, state, seq) if corrected else state
            office, at = entry.act.number("office"), entry.act.at
            return seal.content_of(told, serial, issuer=office, at=at, copy=1), key
    return None


def stands(entry: Entry, index: int) -> bool:
    """Tell whether a line of a `print` act has used up its serial: a disputed one has not."""
    return not any(
        (line == index and code in DISPUTES) or (line == -1 and code in ACT_DISPUTES)
        for line, code in entry.judgement
    )


def seal_key_at(control: Control, seq: int) -> Key | None:
    """Give the seal key that printed at a position: the newest that was not revoked then."""
    for key in reversed(control.seal_keys()):
        ended = control.revoked.get(key.kid)
        if key.enrolled <= seq and (ended is None or seq < ended[0]):
            return key
    return None
