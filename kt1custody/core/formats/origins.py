"""Origins: the name of a log and `/e` with the number of one of its epochs, counted from 1."""

import re
from dataclasses import dataclass
from functools import total_ordering

from kt1custody.core.formats import numbers

_MAX = 60  # characters
_EPOCH = re.compile("[1-9][0-9]{0,8}")


@total_ordering
@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One epoch of one log; of one log, later epochs are greater."""

    log: str
    epoch: int

    def __str__(self) -> str:
        return f"{self.log}/e{self.epoch}"

    def __lt__(self, other: "Origin") -> bool:
        return (self.log, self.epoch) < (other.log, other.epoch)

    @property
    def following(self) -> "Origin":
        """The next epoch of the same log."""
        return Origin(log=self.log, epoch=self.epoch + 1)


def first(log: str) -> Origin:
    """Give the origin with which a log begins."""
    return Origin(log=log, epoch=1)


def find(text: str) -> Origin | None:
    """Read an origin; None: the text is the origin of no log of this service's kind."""
    log, _, epoch = text.rpartition("/e")
    if len(text) > _MAX or not numbers.is_log_name(log) or not _EPOCH.fullmatch(epoch):
        return None
    return Origin(log=log, epoch=int(epoch))


def log_of(text: str) -> str | None:
    """Give the log that an origin is of, or None as `find`."""
    origin = find(text)
    return None if origin is None else origin.log
