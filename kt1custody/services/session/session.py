"""A session: one person at one place, with its folders, its device, its clock and its warnings.

**Rule:** PINs are asked for before the log is locked, never while. What is unlocked lives as long
as the process.
"""

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import cached_property
from pathlib import Path

from kt1custody.core import pins
from kt1custody.core.log.entry import Entry
from kt1custody.core.log.keyring import Control, Key
from kt1custody.errors import KtError, NotAllowedError, RefusedError, UnavailableError
from kt1custody.signing import key_files, sign
from kt1custody.signing.key_files import PersonKey
from kt1custody.store import db
from kt1custody.store.log import LogBook
from kt1custody.store.notes import Notes

LAST_SIGNED = "checkpoint.db"
TRAINING_CLOCK = "training-clock"  # in a data folder; holds a time, ISO 8601
EVIDENCE = "evidence"  # folder in the data folder: what shows that the log was forked
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
        ask_pin: Asks a person for the PIN.
        zone: Time zone of the office.
        ask_new_pin: Has a person choose a PIN, or a passphrase if asked so; None: asked as any PIN.
        ask_again: Hears that a PIN was wrong, and says whether to ask for it again; None: never.
        warnings: What went wrong beside a command that was done; the face tells it.
        recorded: The entries that were committed here, in order; nothing that fails later undoes
            them.
        given_out: Size of the checkpoint that was closed here with a sheet, or None.
    """

    data: Path
    keys: Path
    device: str
    clock: Callable[[], int]
    counted: Callable[[], tuple[str, int]]
    as_of: int | None
    ask_pin: Callable[[str], str]
    zone: tzinfo
    ask_new_pin: Callable[[str, bool], str] | None = None
    ask_again: Callable[[NotAllowedError], bool] | None = None
    warnings: list[KtError] = field(default_factory=list)
    recorded: list[Recorded] = field(default_factory=list)
    given_out: int | None = None
    _unlocked: dict[str, PersonKey] = field(default_factory=dict)
    _service_keys: dict[bytes, sign.SigningKey] = field(default_factory=dict)

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
            if self.as_of is None:
                self.as_of = self._training_time()
            return self.clock() if self.as_of is None else self.as_of
        if self.as_of is not None:
            raise RefusedError("as-of-needs-training")
        return self.clock()

    def set_training_clock(self, at: int) -> None:
        """Give a training log a clock of its own that begins at a time, Unix seconds UTC."""
        begin = datetime.fromtimestamp(at, self.zone).isoformat()
        (self.data / TRAINING_CLOCK).write_text(f"{begin}\n", "utf-8")

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

    def unlock(self, people: Iterable[str]) -> None:
        """Ask each person for the PIN, in turn, once a process.

        Nobody types a PIN for a log that is not there, or that does not know them.

        Raises:
            RefusedError: `no-such-person`.
            UnavailableError: `log-behind`: nobody knows whom the lost entries have enrolled.
            NotAllowedError: `wrong-pin`, `wrong-pin-before`, `wrong-pin-wait`, `pin-wait`.
            UnavailableError: `key-file-missing` and others of `key_files`; `database-missing`.
        """
        locked = [staff for staff in dict.fromkeys(people) if staff not in self._unlocked]
        if not locked:
            return
        with self.database.read() as connection:
            book = LogBook(connection)
        self._refuse_strangers(book, locked)
        for staff in locked:
            self._unlocked[staff] = self._open(staff, book.control.current_key(staff))

    def _open(self, staff: str, key: Key | None) -> PersonKey:
        """Ask a person for the PIN, again while it is wrong and may be asked for.

        Args:
            key: As the log knows it; after a restore it may be one that was renewed since.
        """
        is_kept = key is not None and key_files.is_kept(self.keys, staff, key.kid)
        kept = key.kid if key is not None and is_kept else None
        while True:
            try:
                pin = self.ask_pin(staff)
                return key_files.unlock(self.keys, staff, pin, self.clock(), kept=kept)
            except NotAllowedError as error:
                is_wrong = error.code in {"wrong-pin", "wrong-pin-before"}
                if not is_wrong or self.ask_again is None or not self.ask_again(error):
                    raise

    def _refuse_strangers(self, book: LogBook, people: Iterable[str]) -> None:
        """Refuse people whom the log has never enrolled."""
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

    def new_pin(self, staff: str, *, passphrase: bool) -> str:
        """Have a person choose the PIN of a new key, or the passphrase of an officer's.

        Raises:
            RefusedError: As `pins.check`.
        """
        ask = self.ask_new_pin
        pin = self.ask_pin(staff) if ask is None else ask(staff, passphrase)
        pins.check(pin, staff=staff, officer=passphrase)
        return pin

    def admit(self, key: PersonKey) -> None:
        """Take a key that was made just now as unlocked."""
        self._unlocked[key.staff] = key

    def person(self, staff: str) -> PersonKey:
        """Give a person's key.

        Raises:
            NotAllowedError: `locked`: the PIN was not asked for.
        """
        if staff not in self._unlocked:
            raise NotAllowedError("locked", staff=staff)
        return self._unlocked[staff]

    def service_key(self, name: str, control: Control | None = None) -> sign.SigningKey:
        """Give the log key or server key of this machine that the log names as current.

        Args:
            control: State of the log; None: as it stands in the database.

        Raises:
            UnavailableError: `key-file-missing`, or `key-file-broken`: no file holds that key.
        """
        if control is None:
            with self.database.read() as connection:
                control = LogBook(connection).control
        return self._key_of(name, control.service_key(name).kid)

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
            self._service_keys[kid] = key_files.find_service_key(self.keys, name, kid)
        return self._service_keys[kid]

    def close(self) -> None:
        """Forget what is unlocked and let go of the database."""
        self._unlocked.clear()
        self._service_keys.clear()
        for name in ("database", "last_signed"):
            opened = self.__dict__.pop(name, None)
            if opened is not None:
                opened.close()
