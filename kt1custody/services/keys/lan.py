"""The server on the LAN: by which name it answers, and what its browsers are to trust."""

import re
from datetime import datetime

from kt1custody.errors import MalformedInputError
from kt1custody.printing import authority_sheet
from kt1custody.printing.authority_sheet import AuthoritySheet
from kt1custody.services.session.session import Session
from kt1custody.signing import certificates
from kt1custody.signing.certificates import ServerCertificate as ServerCertificate

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


def server_certificate(session: Session, host: str) -> ServerCertificate:
    """Give the certificate of this server, made or renewed if need be; as `certificates.ready`.

    Args:
        host: Its name on the LAN, as given.

    Raises:
        MalformedInputError: `host-not-a-name`: certificates name hosts, never addresses.
    """
    name = host.lower().rstrip(".")
    labels = name.split(".")
    if labels[-1].isdecimal() or len(name) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise MalformedInputError("host-not-a-name", host=host)
    return certificates.ready(session.keys, name, session.clock())


def fingerprint_sheet(session: Session, certificate: ServerCertificate, address: str) -> bytes:
    """Make the sheet by which people know the authority of this server, as PDF.

    Args:
        address: Where browsers find the pages.
    """
    control, language = session.control(), session.language
    say, now = language.say, session.clock()
    sheet = AuthoritySheet(
        service=control.name,
        fingerprint=certificate.digest,
        facts=[
            (say("Log"), control.log),
            (say("Name of the server"), certificate.name),
        ],
        address=address,
        day=datetime.fromtimestamp(now, session.zone).date(),
        notice=say("TRAINING – NOT VALID") if control.training else "",
    )
    return authority_sheet.pdf(language, sheet)
