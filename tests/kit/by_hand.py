"""Acts that a test puts into the log itself, signed with the keys that are unlocked at its session."""

from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import Entry
from kt1custody.services.session.writer import LogWriter
from tests.kit.at_counter import face_of
from tests.kit.paper_log import sign_act


def add(pen: LogWriter, act: Act) -> Entry:
    """Have an act signed by all its persons and appended, if the rules allow it."""
    here = face_of(pen.session).here
    return pen.take(act, sign_act(act, lambda person: here.key(person).signing))
