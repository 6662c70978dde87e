"""What one server holds: the log's session, what opens records, who is signed in."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from kt1custody.core.log.keyring import Key
from kt1custody.core.manifest.list_rows import Person
from kt1custody.errors import RefusedError
from kt1custody.i18n import Language
from kt1custody.services.keys import reading_half
from kt1custody.services.keys.lan import ServerCertificate
from kt1custody.services.session.session import Session
from kt1custody.web.sessions import Visits
from kt1custody.web.verification import Verification


@dataclass
class Site:
    """A server of one log.

    Attributes:
        session: Of the machine itself; its device is the machine's command line.
        reader: Who has unlocked in it what opens records for those who may read them; None: nobody.
        is_secure: It answers by TLS, so that cookies are marked.
        sheet: Fingerprint sheet as PDF, once somebody has asked for it.
        writing: Held by whoever proposes or commits: two at once would only slow each other down.
        expected: Staff number → who is to be enrolled, by the list that officers have read in; names are
            kept here alone, until the server stops.
        new_keys: Service → kid of the new key that was made here and whose rotation is not signed yet.
        steady: The clock for time-outs, in seconds; nobody can set it.
        url: Where it answers.
        certificate: By which it does on the LAN; None: it answers this machine alone.
    """

    session: Session
    reader: str | None
    is_secure: bool
    steady: Callable[[], float]
    url: str = ""
    certificate: ServerCertificate | None = None
    sheet: bytes | None = None
    writing: threading.Lock = field(default_factory=threading.Lock)
    expected: Mapping[str, Person] = field(default_factory=dict)
    new_keys: dict[str, bytes] = field(default_factory=dict)
    visits: Visits = field(init=False)
    verification: Verification = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nobody signed in."""
        self.visits = Visits(self.steady)
        self.verification = Verification(self.session)

    @property
    def hosts(self) -> frozenset[str]:
        """The names by which browsers may ask for it."""
        own = frozenset({"localhost", "127.0.0.1", "::1"})
        return own if self.certificate is None else own | {self.certificate.name}

    def begin(self, key: Key, device: str, language: Language) -> str:
        """Sign a person in at a browser; gives the secret of the visit."""
        session = self.session.beside(device=device, language=language)
        self.lend(session, key.owner)
        return self.visits.begin(key=key, device=device, session=session)

    def lend(self, session: Session, staff: str) -> None:
        """Let a session open records for a person, as far as this server is unlocked."""
        if self.reader is not None:
            self.session.lend(self.reader, session, staff)

    def unlock(self, staff: str, secret: bytes) -> None:
        """Let this server open records, for whoever is signed in already, too; as `reading_half.unlock`.

        Raises:
            RefusedError: `server-open`.
        """
        if self.reader is not None:
            raise RefusedError("server-open", staff=self.reader)
        reading_half.unlock(self.session, staff, secret)
        self.reader = staff
        for visit in self.visits.every():
            self.lend(visit.session, visit.staff)
            visit.forget_names()

    def people(self) -> list[Key]:
        """List the people with a key in force, by staff number."""
        control = self.session.control()
        owners = sorted({key.owner for key in control.keys.values()})
        found = (control.current_key(owner) for owner in owners)
        return [key for key in found if key is not None and key.owner not in _SERVICES]


_SERVICES = frozenset({"log", "server", "seal"})
