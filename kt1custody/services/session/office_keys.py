"""Keys of offices: named in the log before anybody uses them, wrapped to those who may read there.

**Rule:** what lies wrapped in the database is used only if it belongs to the public half that the
log names; anybody who can write the file can wrap a key of his own. Whoever works in the log first
in a year names his office's key. Format: `.docs/formats.md` §3 and §7.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from kt1custody.core.log.keyring import OFFICE_ROLES, RECORD_ROLES, Control, Key, OfficeKey, keys_of
from kt1custody.errors import NotAllowedError, VerificationError
from kt1custody.services.session.proposal import Proposer
from kt1custody.signing import sign, slips
from kt1custody.signing.slips import Opener, RecordKey
from kt1custody.store import records
from kt1custody.store.log import LogBook


@dataclass(slots=True)
class Holder:
    """A person and the keys that are wrapped to them."""

    book: LogBook
    opener: Opener
    _keys: dict[str, RecordKey] = field(default_factory=dict)
    _public: dict[str, bytes] = field(default_factory=dict)
    _known: dict[str, bool] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Tell whether a key that the log names lies here for this person, who may have it."""
        if name not in self._known:
            self._known[name] = self._wrapped(name) is not None
        return self._known[name]

    def key(self, name: str) -> RecordKey:
        """Open an office key.

        Raises:
            NotAllowedError: `no-access`; `no-office-key`: it is not wrapped to this person, who may
                read records, or the log names none.
            VerificationError: `wrapped-key`; `key-planted`: it is another than the log names.
        """
        if name not in self._keys:
            key = RecordKey.of(self._open(name))
            if not _belongs(key, self._named()[name]):
                raise VerificationError("key-planted", name=name)
            self._keys[name] = key
        return self._keys[name]

    def seal_key(self, kid: bytes) -> sign.SigningKey:
        """Open a seal key; raises as `key`."""
        return sign.from_seed(self.secret(seal_name(kid)))

    def secret(self, name: str) -> bytes:
        """Open the private half of an office key or seal key; raises as `key`."""
        if not name.startswith("seal-"):
            return self.key(name).secret
        seed = self._open(name)
        if len(seed) != 32 or sign.from_seed(seed).pub != self._named()[name]:
            raise VerificationError("key-planted", name=name)
        return seed

    def planted(self) -> Iterator[str]:
        """Give the names of what lies here for this person and is not what the log names."""
        for name, kid in records.wrapped_keys(self.book.connection):
            is_mine = kid == self.opener.kid
            if is_mine and (name not in self._named() or self.has(name)):
                try:
                    self.secret(name)
                except (VerificationError, NotAllowedError):
                    yield name

    def _open(self, name: str) -> bytes:
        wrapped = self._wrapped(name)
        if wrapped is None:
            raise no_key(self.book.control, self.opener.staff)
        log, public = self.book.control.log, self._named()[name]
        return self.opener.key.unwrap(wrapped, log, name, public)

    def _wrapped(self, name: str) -> bytes | None:
        kid, control = self.opener.kid, self.book.control
        # Whatever a restore has brought back; and whoever is lent it uses what their duty allows.
        reader = self.reader_key
        if reader is None or not (control.may_have(kid, name) and control.may_use(reader, name)):
            return None
        return records.find_wrapped(self.book.connection, name, kid)

    @property
    def reader_key(self) -> Key | None:
        """The key in the log of the person for whom records are opened; None if there is none."""
        control = self.book.control
        mine = control.keys.get(self.opener.kid)
        is_own = mine is not None and mine.owner == self.opener.staff
        return mine if is_own else control.current_key(self.opener.staff)

    def _named(self) -> dict[str, bytes]:
        if not self._public:
            self._public = self.book.control.wrapped_keys()
        return self._public


def no_key(control: Control, staff: str) -> NotAllowedError:
    """Say why a person has no key: the role may not have one, or nobody has given it to him."""
    mine = control.current_key(staff)
    if mine is None or mine.role not in RECORD_ROLES:
        return NotAllowedError("no-access", staff=staff)
    return NotAllowedError("no-office-key", staff=staff, office=mine.office)


def _belongs(key: RecordKey, public: bytes) -> bool:
    try:
        return key.public() == public
    except ValueError:  # no key at all
        return False


def seal_name(kid: bytes) -> str:
    """Give the name under which a seal key is kept."""
    return f"seal-{kid.hex()}"


def newest(control: Control, office: int) -> OfficeKey | None:
    """Give the newest key of an office, or None if it has none."""
    return next(_newest_first(control, office), None)


def _newest_first(control: Control, office: int) -> Iterator[OfficeKey]:
    named = [one for one in control.office_keys.values() if one.office == office]
    yield from sorted(named, key=lambda one: (one.year, one.number), reverse=True)


def readers(control: Control, office: int | None = None) -> list[Key]:
    """List the keys to which the seal key, or the key of an office, is wrapped."""
    keys = control.keys.values()
    return [key for key in keys if key.enc is not None and control.may_read(key, office)]


def ready(pen: Proposer, staff: str, office: int) -> OfficeKey | None:
    """Give the key to which records of an office are sealed now, or None if there is none.

    An office that has no key for this year gets one by an act of this person, who may read there.
    Somebody's key of an office that he may read but was not given is passed over: what is sealed
    to it he and others might never read again.

    Args:
        staff: Unlocked.

    Raises:
        VerificationError: As `Holder.key`.
    """
    control = pen.book.control
    mine = control.current_key(staff)
    if mine is None or not control.may_read(mine, office):
        return newest(control, office)
    year = datetime.fromtimestamp(pen.now, pen.session.zone).year
    if not keys_of(control, office, year):
        _make(pen, staff, office)
    holder = Holder(pen.book, pen.session.opener(staff))
    for one in _newest_first(control, office):
        if one.name in pen.made:
            return one
        if holder.has(one.name):
            holder.key(one.name)
            return one
    return None


def _make(pen: Proposer, staff: str, office: int) -> None:
    """Make a key of an office for this year, name it in the log, and wrap it to its readers."""
    year = datetime.fromtimestamp(pen.now, pen.session.zone).year
    key, control = RecordKey.new(), pen.book.control
    public = key.public()
    pen.add(pen.draft("office_key", staff, {"office": office, "year": year, "enc": public}))
    name = keys_of(control, office, year)[-1].name
    pen.made[name] = key.secret
    for reader in readers(control, office):
        share(pen, name, key.secret, reader)


def _make_again(pen: Proposer, officer: str, office: int) -> None:
    """Put a key in the place of an office's newest one if nobody has that.

    A restore has lost it, or whoever named it gave it to nobody.
    """
    last = newest(pen.book.control, office)
    if last is None or last.name in pen.made:
        return
    if last.name not in {name for name, _ in records.wrapped_keys(pen.book.connection)}:
        _make(pen, officer, office)


def share(pen: Proposer, name: str, secret: bytes, reader: Key) -> None:
    """Wrap the private half of a key that the log names to one person."""
    assert reader.enc is not None  # noqa: S101  # `readers` asked
    control = pen.book.control
    wrapped = slips.wrap(secret, reader.enc, control.log, name, control.wrapped_keys()[name])
    pen.keep_wrapped(name, reader.kid, wrapped)


def take_away(book: LogBook) -> None:
    """Delete what lies wrapped to people who may not have it any more.

    What the log does not name stays, for the audit to name it.
    """
    control, connection = book.control, book.connection
    for name, kid in records.wrapped_keys(connection):
        is_known = kid in control.keys and name in control.wrapped_keys()
        if is_known and not control.may_have(kid, name):
            records.drop_wrapped(connection, name=name, kid=kid)


def give(pen: Proposer, giver: str, kid: bytes) -> None:
    """Give a person the keys that role and office allow, as they are now.

    What they do not allow any more is taken away with the commit.

    Args:
        giver: An officer, unlocked.
        kid: Of the person's key.
    """
    if pen.is_trial:
        return
    control = pen.book.control
    key, source = control.keys[kid], Holder(pen.book, pen.session.opener(giver))
    if key.role in OFFICE_ROLES:
        _make_again(pen, giver, key.office)
    ended = {
        seal_name(one.kid) for one in control.seal_keys() if one != control.current_key("seal")
    }
    allowed = {name for name in control.wrapped_keys() if control.may_have(kid, name)} - ended
    for name in sorted(allowed):
        if name in pen.made or source.has(name):
            try:
                share(pen, name, pen.made.get(name) or source.secret(name), key)
            except VerificationError as error:  # of one key; others are not to suffer from it
                pen.session.warnings.append(error)
