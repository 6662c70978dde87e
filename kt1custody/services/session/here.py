"""Everybody who signs is at this machine: their keys are unlocked here, one after the other.

**Rule:** a proposal is signed as it stands. Where only the chain of this machine has moved, since
somebody at another window of it was faster, what was shown is still true: it is proposed again.
"""

from collections.abc import Callable

from kt1custody.core.log.entry import Entry
from kt1custody.errors import NotAllowedError, RefusedError
from kt1custody.services.session import clock_check, writer
from kt1custody.services.session import proposal as proposing
from kt1custody.services.session.clock_check import Clock
from kt1custody.services.session.proposal import Proposal, Signed
from kt1custody.services.session.session import Session
from kt1custody.store.log import LogBook

_TURNS = 50  # proposals that others at this machine may outrun


def sign(session: Session, proposal: Proposal) -> Signed:
    """Have everybody whom a proposal names sign it, in order.

    Raises:
        NotAllowedError: `locked`: a PIN was not asked for; `not-enrolled`: the log does not know
            the key that lies here.
    """
    with session.database.read() as connection:
        known = LogBook(connection).control.keys
    signed: Signed = ()
    for person in proposal.people:
        key = session.person(person)
        if key.signing.kid not in known:
            raise NotAllowedError("not-enrolled", staff=person)
        signed = proposing.sign(proposal, signed, key)
    return signed


def carry_out(
    session: Session,
    propose: Callable[[], Proposal],
    finish: Callable[[Proposal, Signed], None] | None = None,
    clock: Callable[[Session, LogBook], Clock] = clock_check.check,
) -> list[Entry]:
    """Propose, sign and commit.

    Args:
        propose: Proposes what was shown and confirmed, or refuses it.
        finish: Done with what is signed before it is committed; if it fails, nothing was written.
        clock: As of `writer.writing`.

    Raises:
        RefusedError: As `writer.commit` and of `propose`; `changed-meanwhile` also where others at
            this machine were faster each time.
    """
    for _ in range(_TURNS):
        proposal = propose()
        signed = sign(session, proposal)
        if finish is not None:
            finish(proposal, signed)
        try:
            return writer.commit(session, proposal, signed, clock)
        except RefusedError as error:
            if error.code != "changed-meanwhile":
                raise
    raise RefusedError("changed-meanwhile")
