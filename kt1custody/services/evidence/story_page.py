"""Makes the page that tells an item's story in its dossier.

**Rule:** no person's name and no confidential record: what the page says stands in the entries of the
dossier, and the verifiers in it say the same. No genesis hash and no typed code either: from here
they would confirm themselves.
"""

import hashlib
from collections.abc import Mapping

from kt1custody.core.custody.custody_story import CustodyStory
from kt1custody.core.formats import numbers
from kt1custody.core.formats.places import Office
from kt1custody.core.log.checkpoint import Checkpoint
from kt1custody.core.log.keyring import Control
from kt1custody.printing import story_page
from kt1custody.printing.story_page import StoryPage
from kt1custody.services.evidence.story_words import StoryLine, StoryWords
from kt1custody.services.session.session import Session

NAME = "story.html"
_HEADS = ("head-when", "head-act", "head-signers", "head-details", "head-seq")


def html(
    session: Session,
    story: CustodyStory,
    control: Control,
    checkpoint: Checkpoint,
    *,
    offices: Mapping[int, Office],
    files: Mapping[str, bytes],
) -> bytes:
    """Write the page.

    Args:
        control: Verified state of the log at the checkpoint.
        offices: By number, for their names.
        files: What else is in the dossier; its verifiers are named with their sums.
    """
    word = session.language.word
    names = {str(number): office.name for number, office in offices.items()}
    words = StoryWords(session.language, story, session.zone, names)
    item = numbers.format_item_number(int(story.item))
    verifiers = [name for name in ("verify.html", "verify.py") if name in files]
    return story_page.html(
        StoryPage(
            language=word("story", "language"),
            title=word("story", "title", item=item),
            lead=[word("story", "aid"), word("story", "aid-check"), word("story", "aid-source")],
            sums=[(name, hashlib.sha256(files[name]).hexdigest()) for name in verifiers],
            parts=[("", words.facts), *words.parts()[:-1]],
            steps=(
                word("story", "steps"),
                [word("story", head) for head in _HEADS],
                [_row(line) for line in words.steps],
            ),
            facts=[
                (word("story", "log"), f"{control.origin} ({control.name})"),
                (word("story", "checkpoint"), session.language.number(checkpoint.size)),
            ],
            notice=session.language.say("TRAINING – NOT VALID") if control.training else "",
        )
    )


def _row(line: StoryLine) -> tuple[str, ...]:
    doubts = [f"⚠ {doubt}" for doubt in line.doubts]
    details = "; ".join([*line.details, *doubts]) or "–"
    return line.when, line.act, line.signers, details, f"#{line.seq}"
