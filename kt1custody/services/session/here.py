"""The keys of people who sign at this machine itself, from key files under their PINs.

**Rule:** the one place above `signing` where a person's private key is; a server that others reach
over a network never loads it. What somebody unlocks here signs until the session ends.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from kt1custody.core.log.entry import Entry
from kt1custody.core.log.keyring import Control
from kt1custody.errors import KtError, NotAllowedError, RefusedError
from kt1custody.services.session.proposal import Proposal, Signed
from kt1custody.services.session.session import Session
from kt1custody.signing import person_keys
from kt1custody.signing.acts import sign_next
from kt1custody.signing.person_keys import PersonKey


@dataclass
class Here:
    """The people at this machine, and their keys as far as they are unlocked."""

    session: Session
    _keys: dict[str, PersonKey] = field(default_factory=dict)
    _control: Control | None = None  # as it was read last

    def locked(self, people: Iterable[str]) -> list[str]:
        """Give those of some people whose PIN is still to be asked for, each once.

        Raises:
            RefusedError, UnavailableError: As `Session.refuse_strangers`.
        """
        locked = [staff for staff in dict.fromkeys(people) if staff not in self._keys]
        if locked:
            self.session.refuse_strangers(locked)
        return locked

    def is_unlocked(self, staff: str) -> bool:
        """Tell whether a person's key is unlocked."""
        return staff in self._keys

    def unlock(self, staff: str, pin: str) -> None:
        """Open a person's key file.

        Where the log has lost the act that brought a renewed key, the file of the one before opens.

        Raises:
            NotAllowedError: `wrong-pin`, `wrong-pin-before`, `wrong-pin-wait`, `pin-wait`.
            UnavailableError: `key-file-missing` and others of `key_files`.
        """
        session = self.session
        key = session.control().current_key(staff)
        is_kept = key is not None and person_keys.is_kept(session.keys, staff, key.kid)
        kept = key.kid if key is not None and is_kept else None
        self.admit(person_keys.unlock(session.keys, staff, pin, session.clock(), kept=kept))

    def admit(self, key: PersonKey) -> None:
        """Take a key as unlocked."""
        self._keys[key.staff] = key
        self.session.admit(key.opener)
        self.count_tries([key.staff])

    def count_tries(self, people: Iterable[str]) -> None:
        """Read how many wrong PINs of people here no act has reported yet."""
        for staff in self._keys.keys() & people:
            self.session.tries[staff] = person_keys.read_tries(self.session.keys, staff).unreported

    def key(self, staff: str) -> PersonKey:
        """Give a person's key.

        Raises:
            NotAllowedError: `locked`: the PIN was not asked for.
        """
        if staff not in self._keys:
            raise NotAllowedError("locked", staff=staff)
        return self._keys[staff]

    def sign(self, proposal: Proposal) -> Signed:
        """Have everybody whom a proposal names sign it, in order.

        Raises:
            RefusedError: `not-this-device`: it is of another device, or of another log.
            NotAllowedError: `locked`; `not-enrolled`: the log does not know the key that lies here.
        """
        if self._control is None or self._control.head != proposal.control:
            self._control = self.session.control()
        control = self._control
        for act in proposal.acts:
            if (act.log, act.dev) != (control.log, self.session.device):
                raise RefusedError("not-this-device", device=act.dev)
        signed: Signed = ()
        for person in proposal.people:
            key = self.key(person)
            if key.signing.kid not in control.keys:
                raise NotAllowedError("not-enrolled", staff=person)
            signed = sign(proposal, signed, key)
        return signed

    def settle(self, entries: Iterable[Entry]) -> None:
        """Take wrong PINs off the key folder's count that entries have just reported.

        A crash before this reports them once more: too many, never too few.
        """
        try:
            for entry in entries:
                for staff, count in entry.act.tries.items():
                    if staff in self._keys:
                        person_keys.clear_reported_tries(self.session.keys, staff, count)
        except KtError as error:  # what is in the log has happened
            self.session.warnings.append(error)


def sign(proposal: Proposal, so_far: Signed, key: PersonKey) -> Signed:
    """Sign every act of a proposal in which it is this person's turn.

    Raises:
        RefusedError: `not-your-turn`: somebody signs before, or nothing is left to sign.
    """
    given, changed = [list(row) for row in so_far or ((),) * len(proposal.acts)], False
    for act, signatures in zip(proposal.acts, given, strict=True):
        while len(signatures) < len(act.persons) and act.persons[len(signatures)] == key.staff:
            signatures.append(sign_next(act, signatures, key.signing))
            changed = True
    if not changed:
        raise RefusedError("not-your-turn", staff=key.staff)
    return tuple(map(tuple, given))
