"""The items that somebody is scanning one after another; each scan is answered at once.

**Rule:** what is wrong is refused and not counted, and the list stays as it was; the same item
twice counts once. Nothing here is signed.
"""

from dataclasses import dataclass, replace
from typing import Any

from kt1custody.core.custody.table import ItemState
from kt1custody.services.session import scan, use_case
from kt1custody.services.session.scan import Scanned
from kt1custody.services.session.session import Session
from kt1custody.services.session.step import states
from kt1custody.services.session.use_case import ItemsUseCase
from kt1custody.store.log import LogBook


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanAnswer:
    """What a scan is answered.

    Attributes:
        item: As it stands in the log.
        count: How many items the list has.
        is_repeat: The item was on the list already.
    """

    item: ItemState
    count: int
    is_repeat: bool


class ScanList:
    """A list that grows scan by scan."""

    def __init__(self, session: Session, wanted: ItemsUseCase[Any] | None = None) -> None:
        """Begin an empty list.

        Args:
            wanted: What the items are scanned for; the rules are asked about every new one.
        """
        self._session = session
        self._wanted = wanted
        self._scanned: dict[int, Scanned] = {}
        self._texts: dict[int, str] = {}

    @property
    def texts(self) -> tuple[str, ...]:
        """One scan for each item, in their order; of an item with a seal that of the seal."""
        return tuple(self._texts.values())

    def add(self, scanned_text: str) -> ScanAnswer:
        """Read a scan and put its item on the list.

        Args:
            scanned_text: Untrusted; never opened as a file.

        Raises:
            KtError: As `scan.item` and `scan.join`; `not-possible` of an item that is not
                registered; as `use_case.check`. The list is as before.
        """
        with self._session.database.read() as connection:
            book = LogBook(connection)
            scanned = scan.item(book, scanned_text)
            [item] = states(book, [scanned])
        scanned_items = dict(self._scanned)
        is_new = scan.join(scanned_items, scanned)
        if scanned_items != self._scanned:
            if self._wanted is not None:
                use_case.check(self._session, replace(self._wanted, given=(scanned_text,)))
            self._scanned = scanned_items
            self._texts[scanned.n] = scanned_text
        return ScanAnswer(item=item, count=len(self._scanned), is_repeat=not is_new)
