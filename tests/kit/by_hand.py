"""Acts that a test puts into the log itself, signed with the keys that are unlocked at its session."""

from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Entry
from kt1custody.services.session.writer import Pen
from kt1custody.signing.acts import sign_act


def add(pen: Pen, act: Act) -> Entry:
    """Have an act signed by all its persons and appended, if the rules allow it."""
    return pen.take(act, sign_act(act, lambda person: pen.session.person(person).signing))
