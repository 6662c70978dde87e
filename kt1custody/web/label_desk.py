"""Labels of the print jobs that a visit has committed: each is drawn once, for the printer beside it.

**Rule:** labels are never drawn again from the log: who has none voids the job's seals and prints new
ones. What is drawn here is given as long as the visit lasts, and lies nowhere but in memory.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from kt1custody.core.log.entry import Entry
from kt1custody.errors import RefusedError
from kt1custody.services.seals import labels
from kt1custody.services.seals.labels import DrawnLabels, Printer
from kt1custody.services.session.session import Session


@dataclass
class LabelDesk:
    """Where the labels of a visit lie between the commit and the printer.

    Attributes:
        drawn: The newest job's labels, or None.
    """

    drawn: DrawnLabels | None = None
    _waiting: tuple[Entry, ...] = ()
    _seen: set[int] = field(default_factory=set)

    def put(self, entries: Iterable[Entry]) -> None:
        """Note the `print` acts among entries that were committed; a second time changes nothing."""
        printed = tuple(entry for entry in entries if entry.act.type == "print")
        if printed and printed[0].seq not in self._seen:
            self._seen.add(printed[0].seq)
            self._waiting = printed

    def draw(self, session: Session, printer: Printer) -> DrawnLabels:
        """Draw the labels of the newest job, which is theirs who have signed it.

        Raises:
            RefusedError: `no-labels-waiting`.
            UnavailableError: As `labels.draw`.
        """
        if not self._waiting:
            raise RefusedError("no-labels-waiting")
        printed, self._waiting = self._waiting, ()
        self.drawn = labels.draw(session, printed[0].act.by, printed, printer)
        return self.drawn
