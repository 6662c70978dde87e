"""Verifying the whole log beside the server's work: by itself every day, and when an officer asks.

**Rule:** it only reads, and never waits for who writes. What it came to is kept in memory with its
time; a server that has just started says that nothing was verified yet.
"""

import threading
from dataclasses import dataclass

from kt1custody.errors import KtError
from kt1custody.services.evidence import verify
from kt1custody.services.evidence.verify import OutsideEvidence, Report
from kt1custody.services.session.session import Session

EVERY = 86_400.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a verification came to.

    Attributes:
        at: When it had ended, by the machine's clock, Unix seconds UTC.
        fault: Why it could not be done to the end, or None.
    """

    report: Report
    at: int
    fault: KtError | None


class Verification:
    """The verifications of one server; threads share it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._guard = threading.Lock()
        self._running: Report | None = None
        self._last: Verified | None = None
        self._given = OutsideEvidence()

    @property
    def last(self) -> Verified | None:
        """The one that ended last, or None."""
        return self._last

    @property
    def progress(self) -> int | None:
        """How many entries the one that runs has read; None: none runs."""
        running = self._running
        return None if running is None else running.entries

    def begin(self, given: OutsideEvidence | None = None) -> bool:
        """Begin one in a thread beside, unless one runs; tells whether it did.

        Args:
            given: What an officer has typed from paper; it counts from now on. None: as before.
        """
        with self._guard:
            if self._running is not None:
                return False
            self._running = Report()
            self._given = given or self._given
        threading.Thread(target=self._run, daemon=True).start()
        return True

    def repeat(self) -> None:
        """Begin one now and then every day, as long as the program runs."""

        def go_on() -> None:
            while True:
                self.begin()
                threading.Event().wait(EVERY)

        threading.Thread(target=go_on, daemon=True).start()

    def _run(self) -> None:
        report, fault = self._running, None
        assert report is not None  # noqa: S101  # `begin` put it there
        try:
            verify.verify(self._session, given=self._given, report=report)
        except KtError as error:
            fault = error
        finally:
            self._last = Verified(report=report, at=self._session.clock(), fault=fault)
            self._running = None
