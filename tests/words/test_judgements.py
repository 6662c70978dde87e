"""Judgements in words."""

from kt1custody.words.judgements import judgement_line, notes_lines
from tests.kit.words import EN, VI

N = 682_600_000_014


def test_what_stands_in_the_way_comes_with_what_to_do_where_something_is_to_be_done():
    assert not EN.has_word("hint", "seal-not-seen")
    assert judgement_line(EN, "seal-not-seen") == EN.word("judgement", "seal-not-seen")
    assert judgement_line(VI, "no-such-step") == (
        f"{VI.word('judgement', 'no-such-step')} → {VI.word('hint', 'no-such-step')}"
    )


def test_each_kind_of_note_is_said_once_with_its_items():
    notes = [(N, "seal-not-seen"), (None, "time-outside"), (N + 1, "seal-not-seen")]
    seal, time = notes_lines(EN, notes)
    assert seal.startswith(f"⚠ {judgement_line(EN, 'seal-not-seen')}: 6826 0000 0014, ")
    assert time.endswith(": the whole act")
    assert notes_lines(EN, []) == []
