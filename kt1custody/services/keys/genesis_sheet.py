"""The genesis sheet of a log: read from its first entry, written as PDF."""

from datetime import datetime

from kt1custody.core.log import keyring
from kt1custody.printing import genesis_sheet
from kt1custody.printing.genesis_sheet import FoundingOfficer, GenesisSheet
from kt1custody.services.keys.genesis_entry import Founding
from kt1custody.services.session.session import Session
from kt1custody.store.log import LogBook


def pdf(session: Session, founding: Founding) -> bytes:
    """Make the genesis sheet of the log in the data folder.

    Args:
        founding: Whose names of the officers stand on it, if it has them.
    """
    with session.database.read() as connection:
        entry = LogBook(connection).entry(0)
    control, language = keyring.found(entry), session.language
    say = language.say
    people, service = [], []
    names = dict(zip(founding.officers, founding.names or (), strict=False))
    for key in keyring.read_keys(entry.act):
        print_of_key = key.kid.hex(" ", 2).replace(" ", "\u00a0")
        if key.role in ("officer", "reserve"):
            signer = FoundingOfficer(
                duty=language.word("role", key.role),
                number=key.owner,
                name=names.get(key.owner, ""),
                key=print_of_key,
            )
            people.append(signer)
        else:
            service.append((language.word("service-key", key.owner), print_of_key))
    sheet = GenesisSheet(
        service=control.name,
        log=control.log,
        genesis=entry.leaf,
        facts=[
            (say("Origin"), control.origin),
            (say("Founding office"), str(control.office)),
            (say("Item numbers begin with"), str(control.number)),
            (say("Founded at"), language.day_in_words(entry.act.at, session.zone)),
            (say("On the machine"), entry.act.dev),
        ],
        signers=people,
        reserve=people[-1].number,
        keys=service,
        day=datetime.fromtimestamp(entry.act.at, session.zone).date(),
        notice=say("TRAINING – NOT VALID") if control.training else "",
    )
    return genesis_sheet.pdf(language, sheet)
