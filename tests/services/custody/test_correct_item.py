"""What was registered wrongly is put right, beside the original."""

from pathlib import Path

import pytest

from kt1custody.cli import incoming, outgoing
from kt1custody.core.formats.item import Urgency
from kt1custody.errors import NotAllowedError, RefusedError
from kt1custody.printing.read import symbol_texts
from kt1custody.services.custody import look
from kt1custody.services.evidence import trust
from kt1custody.services.session.session import Session
from tests.kit import at_counter, cast
from tests.kit.at_counter import Corrected, correct_item
from tests.kit.phone import Phone, is_sound, size


def correct(
    world: cast.World, n: int, *, officers: tuple[str, str] | None = None, **cells: str
) -> Corrected:
    return correct_item(world.session, str(n), cells, "mistyped", officers, confirm=cast.yes)


def later(world: cast.World) -> Session:
    world.session.as_of = (world.session.as_of or 0) + 60
    return world.session


def test_the_clerk_who_registered_puts_a_slip_right(world: cast.World, phone: Phone):
    n = phone.held[0].n
    before = look.story(world.session, str(n), cast.CLERK)
    made = correct(world, n, reference="77-CV/TU", note="bì có băng keo")
    assert [entry.act.text("field") for entry in made.entries] == ["commit"]
    after = look.story(later(world), str(n), cast.CLERK)
    assert after.slip is not None
    assert (after.slip.reference, after.slip.note) == ("77-CV/TU", "bì có băng keo")
    assert (after.state.holder, after.state.head) == (before.state.holder, before.state.head)
    assert after.happenings[-1].change is not None
    for text in ("77-CV/TU", "băng keo"):
        assert text.encode() not in made.entries[0].raw
    assert is_sound(world)


def test_urgency_and_appointment_are_put_right_together(world: cast.World, phone: Phone):
    n = phone.held[0].n
    made = correct(world, n, urgency="hẹn giờ", appt="25/11/2026 09:00", kind="Gói")
    assert [entry.act.text("field") for entry in made.entries] == ["urgency", "kind", "appt"]
    state = look.story(later(world), str(n)).state
    assert Urgency(state.urgency) == Urgency.TIMED
    assert state.appt == cast.MORNING + 2 * 86_400 + 7_200
    correct(world, n, urgency="", appt="")
    state = look.story(later(world), str(n)).state
    assert (state.urgency, state.appt) == (0, None)
    assert is_sound(world)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"urgency": "hẹn giờ"}, "appointment-required"),
        ({"urgency": "hẹn giờ", "appt": "23/11/2026 07:30"}, "appointment-too-soon"),
        ({"kind": "thùng"}, "unknown-kind"),
        ({"note": "V/v nhân sự"}, "subject-not-allowed"),
        ({"weight": "0"}, "bad-weight"),
        ({"reference": "x" * 61}, "reference-too-long"),
        ({"sender": "KHONG-CO"}, "unknown-agency"),
    ],
)
def test_the_rules_of_acceptance_hold_for_the_new_row(
    world: cast.World, phone: Phone, cells: dict[str, str], code: str
):
    before = size(world)
    made = correct_item(
        world.session, str(phone.held[0].n), cells, "mistyped", None, confirm=cast.yes
    )
    assert code in {finding.code for finding in made.findings}
    assert size(world) == before


def test_a_reference_that_is_taken_is_refused_and_the_old_one_is_free(
    world: cast.World, phone: Phone, tmp_path: Path
):
    plain = [state for state in phone.held if not state.mark]
    one, two = plain[0].n, plain[1].n
    slips = [look.story(world.session, str(n), cast.CLERK).slip for n in (one, two)]
    assert slips[0]
    assert slips[1]
    sender, reference = slips[1].sender, slips[1].reference or ""
    made = correct(world, one, sender=sender, reference=reference)
    same = slips[0].recipient == slips[1].recipient
    assert {finding.code for finding in made.findings} == (
        {"duplicate-reference"} if same else set()
    )
    correct(world, two, reference="1-MỚI")
    again = cast.write_manifest(tmp_path / "again.csv", 12)
    rows = again.read_text("utf-8").splitlines()
    row = next(line for line in rows if f",{slips[1].reference}," in line)
    again.write_text("\n".join([rows[0], row]), "utf-8")
    assert not at_counter.import_manifest(later(world), lambda: cast.CLERK, again).findings


def test_who_may_and_what_may_not(world: cast.World, phone: Phone):
    n, before = phone.held[0].n, size(world)
    story = look.story(world.session, str(n), cast.CLERK)
    assert story.slip is not None
    with pytest.raises(RefusedError, match="register-anew"):
        correct(world, n, recipient="VPCP" if story.slip.recipient != "VPCP" else "LD-TU-VP")
    with pytest.raises(RefusedError, match="nothing-to-correct"):
        correct(world, n)
    with pytest.raises(RefusedError, match="not-confirmed"):
        correct_item(
            world.session, str(n), {"kind": "Gói"}, "other", None, confirm=lambda shown: False
        )
    with pytest.raises(NotAllowedError):
        correct(world, n, officers=(cast.COURIER, cast.COURIER_2), kind="Gói")
    assert size(world) == before
    made = correct(world, n, officers=cast.OFFICERS, kind="Gói")
    assert made.entries[0].act.persons == cast.OFFICERS
    assert is_sound(world)


def test_a_seal_that_was_printed_before_still_matches_the_load_list(
    world: cast.World, phone: Phone, tmp_path: Path, day: cast.Day
):
    n = phone.held[0].n
    correct(world, n, reference="77-CV/TU", urgency="hỏa tốc")
    folder = tmp_path / "public"
    outgoing.public(later(world), folder, holders=[cast.COURIER], loads=folder.with_name("loads"))
    known = incoming.trusted(folder, folder.with_name("loads") / f"load-{cast.COURIER}.txt")
    pictures = sorted(day.pictures.glob("*.png"))
    texts = [text for path in pictures for text in symbol_texts(path.read_bytes())]
    answers = trust.check_seals(texts, known, world.session.as_of or 0)
    codes = {answer.content.n: answer.verdict.code for answer in answers if answer.content}
    assert codes[n] == "matched"
