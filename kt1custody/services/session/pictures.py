"""Pictures of seals and offers, as a person names them: read into the texts of their symbols.

**Rule:** all seals of all pages are given; what else is on the picture is named, and hides no seal.
"""

from dataclasses import dataclass

from kt1custody.core.custody import offer
from kt1custody.core.formats import spelling
from kt1custody.core.seals import seal
from kt1custody.errors import MalformedInputError
from kt1custody.printing import read
from kt1custody.printing.pages import MAX_BYTES as MAX_BYTES

_SHOWN = 24  # characters of a foreign code


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What a picture holds; untrusted.

    Attributes:
        texts: Page, from 1, and text of every seal or offer; if there is none, of every QR code.
        others: Page of every other code, and its beginning or its kind.
        unread: Pages without a seal and why, as `printing.read.Reading`.
        pages: How many pages were looked at.
    """

    texts: tuple[tuple[int, str], ...]
    others: tuple[tuple[int, str], ...]
    unread: tuple[tuple[int, str], ...]
    pages: int


def read_picture(content: bytes) -> Picture:
    """Read the seals of a picture.

    Args:
        content: Untrusted; of a file that is longer at least `MAX_BYTES` + 1 bytes.

    Raises:
        MalformedInputError: `picture-unreadable`.
    """
    reading = read.read_picture(content, is_ours)
    ours = tuple(symbol for symbol in reading.texts if is_ours(symbol[1]))
    strange = tuple(symbol for symbol in reading.texts if not is_ours(symbol[1])) if ours else ()
    shown = tuple((page, spelling.shown(text, _SHOWN)) for page, text in strange)
    pages = {page for page, _ in ours}
    empty = tuple((page, "no-symbol") for page, _ in dict(strange).items() if page not in pages)
    return Picture(
        texts=ours or reading.texts,
        others=(*shown, *reading.others),
        unread=tuple(sorted({*reading.unread, *empty})),
        pages=reading.pages,
    )


def is_ours(text: str) -> bool:
    """Tell whether a text has the form of a seal or an offer."""
    for parse in (seal.parse, offer.parse):
        try:
            parse(text)
        except MalformedInputError:
            continue
        return True
    return False
