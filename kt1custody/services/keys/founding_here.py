"""Founding a log whose three officers sign at this machine, with key files that are made now.

**Rule:** nothing is made before all three have chosen their passphrases; on any error nothing of it
stays.
"""

from collections.abc import Sequence

from kt1custody.core import pins
from kt1custody.errors import KtError
from kt1custody.services.keys import genesis
from kt1custody.services.keys.genesis_entry import ROLES, Founding
from kt1custody.services.session.here import Here, sign
from kt1custody.services.session.proposal import Signed
from kt1custody.signing import person_keys
from kt1custody.signing.sign import key_map


def found(here: Here, founding: Founding, passphrases: Sequence[str]) -> bytes:
    """Make the keys of three officers and the log.

    Args:
        passphrases: Of the three, in order.

    Returns:
        The genesis hash, 32 bytes.

    Raises:
        RefusedError: As `genesis.refuse_wrong`; of a passphrase as `pins.check`: nothing is left.
        MalformedInputError: As `genesis.refuse_wrong`.
    """
    session = here.session
    try:
        for staff, passphrase in zip(founding.officers, passphrases, strict=True):
            pins.check(passphrase, staff=staff, officer=True)
        genesis.begin(session, founding)
        cost = person_keys.TRAINING if founding.training else person_keys.NORMAL
        people = [
            person_keys.create(session.keys, staff, passphrase, cost)
            for staff, passphrase in zip(founding.officers, passphrases, strict=True)
        ]
        maps = [
            key_map(founding.origin, key.staff, role, key.signing, key.opening.public())
            for key, role in zip(people, ROLES, strict=True)
        ]
        proposed = genesis.propose(session, founding, maps)
        signed: Signed = ()
        for key in people:
            signed = sign(proposed, signed, key)
        genesis_hash = genesis.commit(session, proposed, signed)
    except BaseException as error:
        genesis.undo(session, founding, keeps_answers=not isinstance(error, KtError))
        raise
    for key in people:
        here.admit(key)
    return genesis_hash
