"""The words of a story: who had the item and when, with names only where the caller brings them."""

from dataclasses import replace

import pytest

from kt1custody.core.custody.custody_story import CustodyStory
from kt1custody.core.formats import numbers
from kt1custody.i18n import LANGUAGES, language
from kt1custody.services.custody import story
from kt1custody.services.evidence.story_words import StoryWords
from kt1custody.store.log import LogBook
from tests.kit import cast

LATER = cast.MORNING + 60 * 200
OFFICES = {str(cast.OFFICE): "Bưu cục Hệ 1"}


def story_of(world: cast.World, n: int) -> CustodyStory:
    with world.session.database.read() as connection:
        told = story.tell(LogBook(connection), n, LATER)
    assert told is not None
    return told


def vi(told: CustodyStory, names: dict[str, str] | None = None) -> StoryWords:
    return StoryWords(language("vi"), told, cast.ZONE, OFFICES, names)


def test_of_a_delivered_item_it_says_who_had_it_and_how_it_ended(lived: cast.World, day: cast.Day):
    words = vi(story_of(lived, day.numbers[0]))
    office, courier, end = words.holders
    assert f"Bưu cục Hệ 1 ({cast.OFFICE})" in office
    assert f"bưu tá {cast.COURIER}" in courier
    assert "07:40" in courier
    assert "08:10" in courier
    assert "phát thành công" in end
    delivered = words.steps[-1]
    assert any("chỉ người giao ký" in detail for detail in delivered.details)
    assert delivered.doubts == (language("vi").word("judgement", "seal-not-seen"),)
    assert delivered.text().endswith(f"#{delivered.seq}")


def test_an_offer_without_a_second_signature_is_a_gap(lived: cast.World, day: cast.Day):
    words = vi(story_of(lived, day.numbers[4]))
    unsealed, short, withdrawn = words.gaps
    assert "bì không có tem niêm phong" in unsealed
    assert f"mời bưu tá {cast.COURIER_2} nhận" in short
    assert "người được mời ký là không thấy" in short
    assert "lời mời bị rút" in withdrawn
    assert len(words.holders) == 2


def test_a_corrected_reason_is_told_where_it_was_given(lived: cast.World, day: cast.Day):
    words = vi(story_of(lived, day.numbers[2]))
    [report] = [line for line in words.steps if "đã đính chính tại #" in line.text()]
    [correction] = [line for line in words.steps if "cơ quan đóng cửa" in line.text()]
    assert f"#{correction.seq}" in report.text()


def test_seals_are_told_with_their_serials(lived: cast.World, day: cast.Day):
    told = story_of(lived, day.numbers[5])
    [use] = told.seals
    [line] = vi(told).seals
    assert numbers.format_serial(use.serial) in line


def test_nobody_is_named_unless_names_are_brought_and_no_name_breaks_a_line(
    lived: cast.World, day: cast.Day
):
    told = story_of(lived, day.numbers[5])
    named = vi(told, {cast.COURIER: "Lê\nVăn\u202eA"})
    assert all("Lê" not in line for _, part in vi(told).parts() for line in part)
    lines = [line for _, part in named.parts() for line in part]
    assert any(f"{cast.COURIER} Lê" in line for line in lines)
    assert not any("\n" in line or "\u202e" in line for line in lines)


def test_an_unknown_office_has_its_number(lived: cast.World, day: cast.Day):
    told = replace(story_of(lived, day.numbers[5]), dest=999_999)
    assert "999999" in vi(told).facts[0]


@pytest.mark.parametrize("code", LANGUAGES)
def test_it_is_whole_in_every_language(lived: cast.World, day: cast.Day, code: str):
    told = story_of(lived, day.numbers[1])
    words = StoryWords(language(code), told, cast.ZONE, OFFICES)
    assert len(words.steps) == len(told.steps)
    assert len(words.parts()) == 4
    assert "+07:00" in words.facts[-1]
