"""The minutes of a key ceremony, as a sheet to be signed by hand."""

from datetime import datetime

from kt1custody.core.log import anchor
from kt1custody.printing import minutes
from kt1custody.services.keys.ceremony import Rotated, fingerprint
from kt1custody.services.session import checkpoint
from kt1custody.services.session.session import Session
from kt1custody.store.log import LogBook


def pdf(session: Session, rotated: Rotated) -> bytes:
    """Make the sheet, which anchors the log as a closing sheet does; raises as `checkpoint.sign`."""
    signed = checkpoint.give_out(session)
    with session.database.read() as connection:
        control = LogBook(connection).control
    plan, zone, language = rotated.plan, session.zone, session.language
    say = language.say
    consent = say("signed by the old key") if plan.consent else say("none: the old key is lost")
    rows = (
        (say("Log"), f"{control.name} · {control.origin}"),
        (say("Genesis hash"), f"{control.genesis.hex()[:32]} {control.genesis.hex()[32:]}"),
        (say("Key"), language.word("key-of", plan.service)),
        (say("Time of the switch"), language.moment(plan.now, zone)),
        (say("Log position"), f"#{rotated.seq}"),
        (say("Consent of the old key"), consent),
        (say("What the old key signed holds until"), language.moment(plan.until, zone)),
    )
    sheet = minutes.Minutes(
        say("MINUTES OF A KEY ROTATION"),
        rows,
        fingerprint(plan.old),
        fingerprint(plan.new),
        rotated.officers,
        signed.note.decode(),
        anchor.code(signed.checkpoint),
        datetime.fromtimestamp(plan.now, zone).date(),
        say("TRAINING – NOT VALID") if control.training else "",
    )
    return minutes.pdf(language, sheet)
