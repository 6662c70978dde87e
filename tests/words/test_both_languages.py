"""One process speaks two languages: in turn, and from two threads at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pypdfium2
import pytest

from kt1custody.core.log.entry import Entry
from kt1custody.errors import RefusedError
from kt1custody.i18n import LANGUAGES, Language, language
from kt1custody.printing import closing_sheet, genesis_sheet
from kt1custody.services.custody import look, standing
from kt1custody.services.evidence import closing, day, dossier, verify
from kt1custody.services.registration import template
from kt1custody.services.seals import labels
from kt1custody.services.session import checkpoint
from kt1custody.services.session.session import Session
from kt1custody.sheets.table import read_table
from kt1custody.signing.person_keys import PersonKey
from kt1custody.store.log import LogBook
from kt1custody.words.errors import error_lines
from kt1custody.words.listings import listing_lines
from kt1custody.words.stories import story_lines
from kt1custody.words.verdicts import verdict_lines
from tests.kit import cast
from tests.kit.words import VI

TIMES = 3
Made = dict[str, str | bytes]
GENESIS = genesis_sheet.GenesisSheet(
    service="KT1", log="kt1.lamdong.vn/68", genesis=bytes(32), facts=(), signers=(),
    reserve=cast.RESERVE, keys=(), day=date(2026, 11, 23),
)  # fmt: skip


@pytest.fixture
def speak(
    lived: cast.World, day: cast.Day, keys: dict[str, PersonKey], tmp_path: Path
) -> Callable[[Language], Made]:
    """Say and print everything in a language, in a session of its own."""
    checkpoint.give_out(lived.at(200))
    lived.session.close()

    def made(spoken: Language) -> Made:
        session = lived.new_session()
        session.as_of, session.language = cast.MORNING + 200 * 60, spoken
        session.admit_all(keys)
        try:
            return everything(session, str(day.numbers[0]))
        finally:
            session.close()

    return made


def everything(session: Session, item: str) -> Made:
    spoken, zone = session.language, session.zone
    story, listing = look.story(session, item), standing.listing(session)
    pages = dossier.make(session, item).contents
    return {
        "error": "\n".join(error_lines(spoken, RefusedError("no-such-item", n=int(item)))),
        "listing": "\n".join(listing_lines(spoken, listing, zone, str)),
        "story": "\n".join(story_lines(spoken, story, zone, str)),
        "verdict": "\n".join(verdict_lines(spoken, verify.verify(session), zone, 9)),
        "readme": pages["README.txt"].decode(),
        "page": pages["story.html"].decode(),
        "list": str(read_table(template.listing(session, "people", ".csv").content).lines),
        "label": labels.draw(
            session, cast.CLERK, printed(session, story.state.n), labels.USUAL
        ).pdf,
        "closing": closing_sheet.pdf(spoken, sheet_of(session)),
        "genesis": genesis_sheet.pdf(spoken, GENESIS),
    }


def printed(session: Session, n: int) -> list[Entry]:
    """The acts by which the first labels of an item were printed."""
    with session.database.read() as connection:
        acts = LogBook(connection).acts("print")
        return [entry for entry in acts if n in {line.n for line in entry.act.lines}][:1]


def sheet_of(session: Session) -> closing_sheet.ClosingSheet:
    return closing._sheet(session, checkpoint.newest(session), day.figures(session))


def as_text(made: Made) -> dict[str, str]:
    return {
        name: content if isinstance(content, str) else text_of(content)
        for name, content in made.items()
    }


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return text


def test_everything_is_said_in_the_session_s_language_in_turn_and_at_once(
    speak: Callable[[Language], Made],
) -> None:
    alone = {code: as_text(speak(language(code))) for code in LANGUAGES}
    for name, text in alone["vi"].items():
        assert text != alone["en"][name], name
    assert "KT1 CLOSING SHEET" in alone["en"]["closing"]
    assert VI.say("KT1 CLOSING SHEET") in alone["vi"]["closing"]
    assert "DELIVER TO" in alone["en"]["label"]
    assert VI.say("DELIVER TO") in alone["vi"]["label"]
    turns = [*LANGUAGES] * TIMES
    with ThreadPoolExecutor(len(LANGUAGES)) as threads:
        at_once = list(threads.map(lambda code: speak(language(code)), turns))
    for code, made in zip(turns, at_once, strict=True):
        assert as_text(made) == alone[code]
