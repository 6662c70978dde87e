"""A use case: what people want to happen, which every face asks about, shows and proposes alike.

**Rule:** a use case is a value that says what is wanted, and one method that adds its acts to a
`Proposer`. It asks nobody anything. First it is tried: every rule is asked, before anybody confirms
or types a PIN, and nothing is sealed. Then it is proposed, and if what its people were shown has
changed since, nothing is. What comes of it is signed where the people are (`here.py`, a browser, a
phone) and committed by `writer.commit`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Generic, TypeVar

from kt1custody.errors import RefusedError
from kt1custody.services.session.proposal import Judged, Proposal, Proposer, proposing
from kt1custody.services.session.session import Session
from kt1custody.services.session.slips import refuse_no_reader

Shown = TypeVar("Shown", covariant=True)


class UseCase(ABC, Generic[Shown]):
    """What people want to happen.

    Attributes:
        kind: Type of its act, where the clock is read otherwise for it (`clock_check.check_for`).
    """

    __slots__ = ()
    kind: ClassVar[str] = ""

    @abstractmethod
    def propose(self, pen: Proposer) -> Shown:
        """Add the acts, or refuse them.

        Args:
            pen: On a trial it seals no record, opens none and needs nobody's key.

        Returns:
            What the people are shown before they agree; equal if nothing has changed.

        Raises:
            RefusedError, NotAllowedError, MalformedInputError: What is wrong, by item or person.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsUseCase(UseCase[Shown]):
    """What people want to happen to items that they scan one after another.

    Attributes:
        given: Untrusted scans; see `services.session.scan`.
    """

    given: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed(Generic[Shown]):
    """What the rules allow: what its people are to be shown, and who they are.

    Attributes:
        people: Staff numbers of those whose keys are needed, in the order in which they are asked.
        states: Item number → hash of its state as it is shown.
        tried: The acts as they were judged.
    """

    shown: Shown
    people: tuple[str, ...]
    states: Mapping[int, bytes]
    tried: Sequence[Judged] = field(default=(), repr=False, compare=False)

    @property
    def signers(self) -> tuple[str, ...]:
        """Those of its people who sign; the others' keys open or seal records."""
        persons = (person for entry, _ in self.tried for person in entry.act.persons)
        return tuple(dict.fromkeys(persons))


def check(session: Session, use_case: UseCase[Shown]) -> Allowed[Shown]:
    """Ask the rules about a use case, before anybody confirms or types a PIN.

    Raises:
        RefusedError, NotAllowedError, MalformedInputError: As the use case says.
        UnavailableError, VerificationError: As `Drafts.of`.
    """
    with proposing(session, use_case.kind, is_trial=True) as pen:
        shown = use_case.propose(pen)
        for staff in pen.opening:
            refuse_no_reader(pen.book, staff)
        return Allowed(shown=shown, people=pen.people, states=pen.shown, tried=pen.added)


def propose(
    session: Session, use_case: UseCase[Shown], agreed: Allowed[Shown] | None = None
) -> Proposal:
    """Propose a use case; raises as `check`.

    Args:
        agreed: What its people were shown and agreed to; None: nothing was.

    Raises:
        RefusedError: `changed-meanwhile`: it is no longer what they were shown.
        NotAllowedError: `locked`: somebody's records cannot be opened in this session.
    """
    with proposing(session, use_case.kind) as pen:
        if agreed is not None:
            pen.expect(agreed.states)
            pen.tried = agreed.tried
        shown = use_case.propose(pen)
        if agreed is not None and shown != agreed.shown:
            raise RefusedError("changed-meanwhile")
        return pen.done()
