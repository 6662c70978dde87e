"""Who is signed in, in which browser, and for how long.

**Rule:** a visit ends with its absolute time, with the server, and when its person's key does; idle,
it is locked until the same person proves the PIN again. Its name is a random secret, and only its
hash is kept. Nothing that signs lies here.
"""

import hashlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from kt1custody.core.log.keyring import OFFICE_ROLES, Key
from kt1custody.errors import NotAllowedError
from kt1custody.services.people import names
from kt1custody.services.registration.search import Finder
from kt1custody.services.session.session import Session
from kt1custody.web.label_desk import LabelDesk

IDLE = 600.0  # seconds until a visit locks itself
LONGEST = 12 * 3600.0  # a shift
DRAWN_LIVES = 120.0  # seconds in which a challenge must be signed
_MOST_DRAWN = 1_000


@dataclass
class Visit:
    """A person at a browser.

    Attributes:
        number: Names it in lists; not a secret.
        key: Of the person who has signed in, with the duty of then.
        device: The browser, as a device of the log.
        session: Of services, for this person alone.
        labels: Of the print jobs that were committed here.
        finder: What searches slips for this person, once they have searched.
        turn: Held by the one request that uses the session.
        begun: By the steady clock, seconds; so is `seen`.
    """

    number: int
    key: Key
    device: str
    session: Session
    begun: float
    seen: float
    is_locked: bool = False
    labels: LabelDesk = field(default_factory=LabelDesk)
    turn: threading.Lock = field(default_factory=threading.Lock)
    finder: Finder | None = None
    _names: tuple[bytes, dict[str, str]] | None = None

    @property
    def staff(self) -> str:
        """The person's staff number."""
        return self.key.owner

    @property
    def role(self) -> str:
        """The person's role."""
        return self.key.role

    @property
    def is_at_counter(self) -> bool:
        """Tell whether this person takes items for the office."""
        return self.role in OFFICE_ROLES

    def name(self, staff: str) -> str:
        """Give somebody's name, or the staff number where this person may not read it."""
        head, known = self.session.control().head, self._names
        if known is None or known[0] != head:
            known = self._names = head, names.opened(self.session, self.staff)
        return known[1].get(staff, staff)

    def forget_names(self) -> None:
        """Open the names anew when they are next asked for: what can be read has changed."""
        self._names = None
        self.finder = None


class Visits:
    """All visits of a server, and the challenges that wait for a signature; threads share it."""

    def __init__(self, steady: Callable[[], float]) -> None:
        self._steady = steady
        self._guard = threading.Lock()
        self._visits: dict[bytes, Visit] = {}
        self._drawn: dict[bytes, float] = {}
        self._count = 0

    def draw(self, drawn: bytes) -> None:
        """Remember a challenge until it is used once, or two minutes have passed."""
        with self._guard:
            now = self._steady()
            self._drawn = {one: at for one, at in self._drawn.items() if now - at <= DRAWN_LIVES}
            while len(self._drawn) >= _MOST_DRAWN:
                self._drawn.pop(next(iter(self._drawn)))
            self._drawn[drawn] = now

    def use(self, drawn: bytes) -> None:
        """Use a challenge.

        Raises:
            NotAllowedError: `challenge-used`: it was used, is too old, or was never drawn here.
        """
        with self._guard:
            at = self._drawn.pop(drawn, None)
            if at is None or self._steady() - at > DRAWN_LIVES:
                raise NotAllowedError("challenge-used")

    def begin(self, *, key: Key, device: str, session: Session) -> str:
        """Begin a visit and give its secret."""
        secret = secrets.token_urlsafe(32)
        with self._guard:
            self._count += 1
            now = self._steady()
            self._visits[_hash(secret)] = Visit(
                number=self._count, key=key, device=device, session=session, begun=now, seen=now
            )
        return secret

    def find(self, secret: str, *, by_itself: bool = False) -> Visit | None:
        """Give the visit of a secret, locked if it was idle too long; None if there is none.

        Args:
            by_itself: The browser asks without anybody touching it: that keeps no visit awake.
        """
        with self._guard:
            now, name = self._steady(), _hash(secret)
            visit = self._visits.get(name)
            if visit is None:
                return None
            if now - visit.begun > LONGEST:
                self._visits.pop(name).session.close()
                return None
            if now - visit.seen > IDLE:
                visit.is_locked = True
            elif not by_itself and not visit.is_locked:
                visit.seen = now
            return visit

    def unlock(self, visit: Visit) -> str:
        """Go on with a visit, under a new secret; gives that."""
        secret = secrets.token_urlsafe(32)
        with self._guard:
            visit.is_locked = False
            visit.seen = self._steady()
            self._visits = {name: one for name, one in self._visits.items() if one is not visit}
            self._visits[_hash(secret)] = visit
        return secret

    def lock(self, visit: Visit) -> None:
        """Lock a visit at once."""
        with self._guard:
            visit.is_locked = True

    def end(self, number: int) -> None:
        """End a visit; one that has ended stays so."""
        with self._guard:
            gone = [name for name, visit in self._visits.items() if visit.number == number]
            for name in gone:
                self._visits.pop(name).session.close()

    def every(self) -> list[Visit]:
        """List the visits, oldest first."""
        with self._guard:
            return sorted(self._visits.values(), key=lambda visit: visit.number)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
