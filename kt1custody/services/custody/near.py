"""Numbers heard wrong: the items of the log whose number or seal is one slip away from what was typed.

**Rule:** a check digit finds every single wrong digit and every swap, so a mistyped number is never
another item by chance; but a few numbers are one such slip away, and most of them do not exist.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import numbers
from kt1custody.errors import KtError
from kt1custody.services.session import scan
from kt1custody.services.session.session import Session
from kt1custody.store.log import LogBook

_ITEM, _SERIAL = 12, 11  # digits
_DIGITS = "0123456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class NearItem:
    """An item that may be meant.

    Attributes:
        digits: The number or serial that is near to what was typed.
        is_seal: It is the serial of one of its seals.
    """

    state: ItemState
    digits: str
    is_seal: bool


def near(session: Session, typed: str) -> list[NearItem]:
    """Find the items that may be meant by a number that is wrong, by number; never that item itself.

    Args:
        typed: Untrusted.
    """
    digits = numbers.join_groups(typed[:60])
    if not (digits.isascii() and digits.isdecimal() and len(digits) in range(10, 14)):
        return []
    found: dict[tuple[int, bool], NearItem] = {}
    with session.database.read() as connection:
        book = LogBook(connection)
        for length in (_ITEM, _SERIAL):
            for number in sorted(set(_one_slip_away(digits, length)) - {digits}):
                state = _item(book, number)
                if state is not None:
                    is_seal = length == _SERIAL
                    item = NearItem(
                        state=book.by_right_clock(state), digits=number, is_seal=is_seal
                    )
                    found.setdefault((state.n, is_seal), item)
    return [found[key] for key in sorted(found)]


def _item(book: LogBook, number: str) -> ItemState | None:
    if numbers.damm(number) != 0:
        return None
    try:
        return book.item(scan.item(book, number).n)
    except KtError:
        return None


def _one_slip_away(digits: str, length: int) -> Iterator[str]:
    """Give all numbers of a length that differ by one digit, a swap, or one too many or too few."""
    places = range(len(digits))
    if len(digits) == length:
        yield from (digits[:at] + new + digits[at + 1 :] for at in places for new in _DIGITS)
        for at in places[1:]:
            yield digits[: at - 1] + digits[at] + digits[at - 1] + digits[at + 1 :]
    elif len(digits) == length - 1:
        yield from (digits[:at] + new + digits[at:] for at in (*places, length) for new in _DIGITS)
    elif len(digits) == length + 1:
        yield from (digits[:at] + digits[at + 1 :] for at in places)
