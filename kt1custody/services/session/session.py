"""A session: one person at one place, with its folders, its device, its clock and its warnings.

**Rule:** a session holds no key that signs for a person; those stay where the person is. What opens
confidential records is given to a session, and forgotten with it.
"""

import contextlib
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from functools import cached_property
from pathlib import Path

from kt1custody.core.log.entry import Entry
from kt1custody.core.log.keyring import Control
from kt1custody.errors import KtError, NotAllowedError, RefusedError, UnavailableError
from kt1custody.i18n import Language
from kt1custody.signing import service_keys, sign
from kt1custody.signing.slips import Opener
from kt1custody.store import db, readings
from kt1custody.store.log import LogBook
from kt1custody.store.notes import Notes
from kt1custody.store.readings import Readings

LAST_SIGNED = "checkpoint.db"
TRAINING_CLOCK = "training-clock"  # in a data folder; holds a time, ISO 8601
EVIDENCE = "evidence"  # folder in a data folder
_PROPOSALS = (
    b"kt1-proposal-key/1"  # what the server key signs, which is deterministic, for a secret
)
_STEP = 60  # seconds by which a training clock goes on with every command


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An entry that was committed here.

    Attributes:
        seq: Its position in the log.
        notes: What the log noted of it: pairs of item number (None: the whole act) and code.
    """

    seq: int
    notes: tuple[tuple[int | None, str], ...]

    @classmethod
    def of(cls, entry: Entry) -> "Recorded":
        """Keep of an entry what its people must hear."""
        lines = entry.act.lines
        notes = [(lines[at].n if at >= 0 else None, code) for at, code in entry.judgement]
        return cls(seq=entry.seq, notes=tuple(notes))


@dataclass
class Session:
    """Where a command is given.

    Attributes:
        data: Data folder, holds the database.
        keys: Keys folder; never inside `data`.
        device: Name of this machine in the log.
        clock: The machine's clock, Unix seconds UTC.
        counted: The clock that nobody can set: a name for this start of the machine, and the seconds
            since then, sleep included.
        as_of: The time to take instead; only for training logs.
        zone: Time zone of the office.
        language: What the person reads here: on screens, labels, sheets and lists.
        tries: Staff number → wrong PINs that no act has reported yet, as the signing place counts.
        warnings: What went wrong beside a command that was done; the face tells it.
        recorded: The entries that were committed here, in order; nothing that fails later undoes
            them.
        is_brief: It lasts for one command, which has one time; a server's goes on for hours.
        given_out: Size of the checkpoint that was closed here with a sheet, or None.
    """

    data: Path
    keys: Path
    device: str
    clock: Callable[[], int]
    counted: Callable[[], tuple[str, int]]
    as_of: int | None
    zone: tzinfo
    language: Language
    tries: dict[str, int] = field(default_factory=dict)
    warnings: list[KtError] = field(default_factory=list)
    recorded: list[Recorded] = field(default_factory=list)
    given_out: int | None = None
    _openers: dict[str, Opener] = field(default_factory=dict)
    _service_keys: dict[bytes, sign.SigningKey] = field(default_factory=dict)
    _proposal_keys: dict[bytes, bytes] = field(default_factory=dict, repr=False)
    is_brief: bool = True
    _is_guest: bool = False

    @cached_property
    def database(self) -> db.Database:
        """The log's database, opened when first needed.

        Raises:
            RefusedError: `keys-inside-data`: whoever backs up the data would take the keys along.
        """
        self.refuse_keys_inside()
        return db.open_folder(self.data)

    @cached_property
    def last_signed(self) -> Notes:
        """The checkpoint that the log key signed last; in the keys folder, never in a backup.

        Raises:
            UnavailableError: `notes-missing`.
        """
        return Notes(self.keys / LAST_SIGNED)

    @cached_property
    def readings(self) -> Readings:
        """The book of who was told what is in records; made when somebody first is."""
        return Readings(self.data / readings.NAME, self.keys / readings.HEAD)

    @property
    def evidence(self) -> Path:
        """Folder of what shows that the log was rolled back or forked; it may not be there."""
        return self.data / EVIDENCE

    def refuse_keys_inside(self) -> None:
        """Refuse a keys folder that is the data folder or lies in it.

        Raises:
            RefusedError: `keys-inside-data`.
        """
        keys = self.keys.resolve()
        if self.data.resolve() in (keys, *keys.parents):
            raise RefusedError("keys-inside-data")

    def behind(self) -> UnavailableError | None:
        """Tell whether what was read here is older than what was signed last, as after a restore.

        Returns:
            `log-behind`; None if nothing was read, nothing is missed, or this machine knows of no
            checkpoint.
        """
        if "database" not in self.__dict__:
            return None
        try:
            signed = {one.origin: one.size for one in self.last_signed.every()}
            with self.database.read() as connection:  # afterwards: others go on and sign
                book = LogBook(connection)
        except KtError:
            return None
        size, own = signed.get(book.control.origin, 0), book.tree.size
        return UnavailableError("log-behind", size=size, own=own) if size > own else None

    def now(self, control: Control) -> int:
        """Give the time of what happens now, Unix seconds UTC.

        A training log may have a clock of its own, a minute after its newest entry, so that a
        command without a given time does not carry it to the machine's time, and out of its day.

        Raises:
            RefusedError: `as-of-needs-training`.
        """
        if control.training:
            at = self._training_time() if self.as_of is None else self.as_of
            if self.is_brief:
                self.as_of = at
            return self.clock() if at is None else at
        if self.as_of is not None:
            raise RefusedError("as-of-needs-training")
        return self.clock()

    def set_training_clock(self, at: int) -> None:
        """Give a training log a clock of its own that begins at a time, Unix seconds UTC."""
        begin = datetime.fromtimestamp(at, self.zone).isoformat()
        (self.data / TRAINING_CLOCK).write_text(f"{begin}\n", "utf-8")

    def has_training_clock(self, control: Control) -> bool:
        """Tell whether a training log goes by a clock of its own, which rests between its entries."""
        return control.training and self._training_time() is not None

    def _training_time(self) -> int | None:
        try:
            text = (self.data / TRAINING_CLOCK).read_text("utf-8")
            begin = int(datetime.fromisoformat(text.strip()).timestamp())
        except FileNotFoundError:
            return None
        except (OSError, ValueError, OverflowError):
            raise UnavailableError("file-unreadable", name=TRAINING_CLOCK, why="time") from None
        with self.database.read() as connection:
            return max(begin, LogBook(connection).accepted_at + _STEP)

    def control(self) -> Control:
        """Give keys, people and policies as they stand in the log."""
        with self.database.read() as connection:
            return LogBook(connection).control

    def refuse_strangers(self, people: Iterable[str]) -> None:
        """Refuse people whom the log has never enrolled, before they type a PIN.

        Raises:
            RefusedError: `no-such-person`.
            UnavailableError: `log-behind`: nobody knows whom the lost entries have enrolled;
                `database-missing`.
        """
        with self.database.read() as connection:
            book = LogBook(connection)
        owners = {key.owner for key in book.control.keys.values()}
        for staff in people:
            if staff not in owners:
                self.refuse_behind(book)
                raise RefusedError("no-such-person", who=staff)

    def refuse_behind(self, book: LogBook) -> None:
        """Refuse to go by rights that entries may have changed which the log has lost.

        Args:
            book: Of this session; others may write on and sign after the moment that it shows.

        Raises:
            UnavailableError: `log-behind`; `notes-altered`.
        """
        try:
            kept = self.last_signed.find(book.control.origin)
        except KtError as error:
            if error.code == "notes-altered":
                raise
            return  # no keys folder: nothing to compare with
        if kept is not None and kept.size > book.tree.size:
            behind = self.behind()
            if behind is not None:
                raise behind

    def beside(self, *, device: str, language: Language) -> "Session":
        """Give another session at this machine, for whoever signs elsewhere under another device.

        It reads and writes by this one's connections and service keys; it has people, warnings and
        openers of its own.
        """
        guest = replace(
            self,
            device=device,
            language=language,
            tries={},
            warnings=[],
            recorded=[],
            given_out=None,
            _openers={},
            is_brief=False,
            _is_guest=True,
        )
        guest.__dict__.update(
            database=self.database, last_signed=self.last_signed, readings=self.readings
        )
        return guest

    def lend(self, reader: str, guest: "Session", staff: str) -> None:
        """Let records be opened in a guest's session for its person, with what another has unlocked.

        Args:
            reader: Whose opener is lent.
            staff: Who reads; no more than their own duty allows.

        Raises:
            NotAllowedError: `locked`.
        """
        guest.admit(self.opener(reader).lent_to(staff))

    def admit(self, opener: Opener) -> None:
        """Let records be opened in this session with what a person has unlocked."""
        self._openers[opener.staff] = opener

    def opener(self, staff: str) -> Opener:
        """Give what opens records for a person.

        Raises:
            NotAllowedError: `locked`: nothing of this person was unlocked here.
        """
        if staff not in self._openers:
            raise NotAllowedError("locked", staff=staff)
        return self._openers[staff]

    def service_key(self, name: str, control: Control | None = None) -> sign.SigningKey:
        """Give the log key or server key of this machine that the log names as current.

        Args:
            control: State of the log; None: as it stands in the database.

        Raises:
            UnavailableError: `key-file-missing`, or `key-file-broken`: no file holds that key.
        """
        control = self.control() if control is None else control
        return self._key_of(name, control.service_key(name).kid)

    def proposal_key(self, control: Control) -> bytes:
        """Give the secret by which this log's machine knows its own proposals, 32 bytes.

        It follows from the server key in force, or from the log key where the server key's file is
        lost and officers bring another; it lies nowhere.
        """
        try:
            key = self.service_key("server", control)
        except UnavailableError:
            key = self.service_key("log", control)
        if key.kid not in self._proposal_keys:
            self._proposal_keys[key.kid] = hashlib.sha256(key.sign(_PROPOSALS)).digest()
        return self._proposal_keys[key.kid]

    def log_keys(self, control: Control) -> list[sign.SigningKey]:
        """Give the keys that sign checkpoints: the newest, then rotated ones until their end.

        A rotated key whose file is gone signs no more.

        Raises:
            UnavailableError: As `service_key`, of the newest.
        """
        newest = control.service_key("log")
        keys, now = [self._key_of("log", newest.kid)], self.now(control)
        for key in reversed(control.keys.values()):
            rotated = key.owner == "log" and key.kid != newest.kid
            ended = key.kid in control.revoked or (key.until is not None and key.until < now)
            if rotated and not ended:
                with contextlib.suppress(UnavailableError):
                    keys.append(self._key_of("log", key.kid))
        return keys

    def _key_of(self, name: str, kid: bytes) -> sign.SigningKey:
        if kid not in self._service_keys:
            self._service_keys[kid] = service_keys.find(self.keys, name, kid)
        return self._service_keys[kid]

    def forget(self) -> None:
        """Forget what people have unlocked; records can be opened no more."""
        self._openers.clear()

    def close(self) -> None:
        """Forget what is unlocked and let go of the database; of a guest's, only the first."""
        self.forget()
        if self._is_guest:
            return
        self._service_keys.clear()
        self._proposal_keys.clear()
        for name in ("database", "last_signed", "readings"):
            opened = self.__dict__.pop(name, None)
            if opened is not None:
                opened.close()
