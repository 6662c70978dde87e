"""A use case from the question to the log, with everybody who signs at this machine.

**Rule:** the rules are asked before the list is shown, and the list is agreed to before anybody types
a PIN. Where only the chain of this machine has moved, since somebody at another window of it was
faster, what was shown is still true: it is proposed again.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from kt1custody.errors import RefusedError

if TYPE_CHECKING:
    from kt1custody.core.log.entry import Entry
    from kt1custody.services.session.here import Here
    from kt1custody.services.session.proposal import Proposal, Signed
    from kt1custody.services.session.use_case import Allowed, UseCase

    Before = Callable[[Proposal, Signed], None]

_TURNS = 50  # proposals that others at this machine may outrun
_S = TypeVar("_S")


def carry_out(
    here: "Here", use_case: "UseCase[_S]", agreed: "Allowed[_S]", before: "Before | None" = None
) -> "list[Entry]":
    """Propose what was agreed to, have it signed by the people here, and commit it.

    Args:
        here: Everybody whose key is needed is unlocked.
        before: Done with what is signed before it is committed; if it fails, nothing was written.

    Returns:
        The entries; none if there was nothing to sign.

    Raises:
        RefusedError: As `use_case.propose` and `writer.commit`; `changed-meanwhile` also where
            others at this machine were faster each time.
    """
    from kt1custody.services.session import use_case as use_cases
    from kt1custody.services.session import writer

    for _ in range(_TURNS):
        here.count_tries(agreed.people)
        proposal = use_cases.propose(here.session, use_case, agreed)
        if not proposal.acts:
            return []
        signed = here.sign(proposal)
        if before is not None:
            before(proposal, signed)
        try:
            entries = writer.commit(here.session, proposal, signed)
        except RefusedError as error:
            if error.code != "changed-meanwhile":
                raise
        else:
            here.settle(entries)
            return entries
    raise RefusedError("changed-meanwhile")
