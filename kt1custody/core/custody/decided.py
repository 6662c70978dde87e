"""Decisions that rest on what their signers had seen, and come when others have been made since.

**Rule:** two people sign a decision upon what the log said then. Whoever keeps it back alone, and
brings it later, undoes nothing that was decided since about the same: it is disputed as a whole
(`decided-since`), and moves nothing. Source: `.docs/formats.md` §3 (Late decisions).
"""

from kt1custody.core.custody.history import Book, is_stopped
from kt1custody.core.custody.table import DISPUTES
from kt1custody.core.log.act import Act, Line
from kt1custody.core.log.entry import Entry
from kt1custody.core.log.keyring import MAY_BE_LATE, Control
from kt1custody.core.log.schema import RULING_TYPES


def is_overtaken(book: Book, act: Act, seq: int) -> bool:
    """Tell whether the log holds a newer decision about the same than the act's signers had seen.

    Args:
        book: The log before the act.
        seq: Position of the act.
    """
    if act.type in RULING_TYPES:
        known = _known(book, act, seq)
        return any(_is_ruled_since(book, act, line, known) for line in act.lines)
    return act.type in MAY_BE_LATE and book.control.is_overtaken(act, _known(book, act, seq))


def may_be_lost(control: Control, seq: int) -> bool:
    """Tell whether the entry that a device saw here may be one that an epoch has left behind."""
    return len(control.epochs) > 1 and seq >= control.epochs[1][1]


def _known(book: Book, act: Act, seq: int) -> int:
    """Give the newest position of this log that the signers of an act have surely seen.

    If it is not in this log what they saw, they knew of it no more than stands before the first
    epoch that left entries behind.
    """
    if act.seen is None:
        return 0
    position, leaf = act.seen
    moment = book.moment(position)
    if moment is not None and moment[0] == leaf:
        return min(position, seq - 1)
    epochs = book.control.epochs
    return epochs[1][1] - 1 if len(epochs) > 1 else 0


def _is_ruled_since(book: Book, act: Act, line: Line, known: int) -> bool:
    """Tell whether a ruling about the same fork, or the same field of the same act, is newer."""
    for seq, index in reversed(book.past(line.n)):
        if seq <= known:
            return False
        entry = book.entry(seq)
        if entry.act.type == act.type and _is_about_the_same(act, line, entry, index):
            return True
    return False


def _is_about_the_same(act: Act, line: Line, newer: Entry, index: int) -> bool:
    """Tell whether a ruling in the log counts and is about what an act rules about, too."""
    codes = {code for at, code in newer.judgement if at == index}
    is_before = newer.act.dev == act.dev and newer.act.dseq < act.dseq  # in the device's own row
    if is_before or is_stopped(newer) or codes & DISPUTES:
        return False
    if act.type == "settle":
        return newer.act.lines[index].fields["prev"] == line.fields["prev"]
    is_heavier = newer.act.fields["officers"] is True or act.fields["officers"] is False
    same = all(newer.act.fields[name] == act.fields[name] for name in ("of", "field"))
    return same and is_heavier  # one person's word overtakes no word of two officers
