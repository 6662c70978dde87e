"""Counts in words: English has two forms, Vietnamese one; nobody waits "0 seconds"."""

import re

import pytest

from kt1custody import i18n
from kt1custody.errors import RefusedError
from kt1custody.words.errors import error_lines
from tests.kit.package import PACKAGE
from tests.kit.words import CODE, EN, VI, messages, texts

# The day of the demo is always as long, and what is written into a folder is no sentence of a screen.
NO_SCREEN = re.compile(r"\d\. |.*\n", re.DOTALL)
NEVER_ONE = {"most", "least"}  # bounds of ours


def english() -> dict[str, list[str]]:
    """Every English text by its key, all its forms."""
    known = {name: texts(one.string) for name, one in messages("en").items()}
    return {
        name: known.get(name) or texts(one.id)
        for name, one in messages("vi").items()
        if CODE.fullmatch(name) or name in SOURCE  # else of the command line library
    }


def unwrapped(text: str) -> str:
    """Put together the strings that stand beside each other in the code."""
    return re.sub(r'"\s*\n\s*"', "", text).replace("\\n", "\n").replace('\\"', '"')


SOURCE = "\n".join(unwrapped(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py"))


def counted_nouns() -> set[str]:
    """What the catalogues count: the words that only the plural forms have."""
    nouns = {
        "people",
        "days",
        "hours",
        "characters",
        "words",
        "digits",
        "labels",
        "offices",
        "agencies",
    }
    for forms in english().values():
        if len(forms) == 2:
            one, many = (set(re.findall(r"[a-z]+", form)) for form in forms)
            nouns |= {noun for noun in many - one if noun not in {"are", "have", "them", "they"}}
    return nouns - {"were", "each", "make", "ones", "stay", "do", "to"}


def test_every_english_text_that_counts_has_a_form_for_one():
    nouns = counted_nouns()
    assert {"items", "entries", "seals", "acts", "alarms", "witnesses"} <= nouns
    counts = re.compile(rf"\{{(\w+)[^}}]*\}}(?: [a-z]+)? (?:{'|'.join(sorted(nouns))})\b")
    forgotten = {
        name
        for name, forms in english().items()
        if len(forms) == 1 and not NO_SCREEN.match(name)
        for place in counts.findall(forms[0])
        if place not in NEVER_ONE
    }
    assert forgotten == set()


def test_forms_of_one_text_have_the_same_places():
    for name, forms in english().items():
        assert len({frozenset(re.findall(r"\{(\w+)", form)) - {"last"} for form in forms}) == 1, (
            name
        )


@pytest.mark.parametrize(
    ("count", "spelled"), [(0, "0 items"), (1, "1 item"), (2, "2 items"), (1_234, "1,234 items")]
)
def test_sentences_take_the_form_of_their_count(count: int, spelled: str):
    assert EN.say_count("{count} item", "{count} items", count) == spelled


def test_vietnamese_has_one_form():
    assert [VI.say_count("{count} item", "{count} items", n) for n in (1, 1_234)] == [
        "1 bưu gửi",
        "1.234 bưu gửi",
    ]


@pytest.mark.parametrize("code", i18n.LANGUAGES)
def test_codes_take_the_form_of_their_count(code: str):
    language = i18n.language(code)
    for name in messages(code):
        if CODE.fullmatch(name):
            assert language.has_word(*name.split(".", 1)), name
    one, two = (
        error_lines(language, RefusedError("printed-already", count=count, jobs="1"))[0]
        for count in (1, 2)
    )
    if language is EN:
        assert one.startswith("1 item has")
        assert two.startswith("2 items have")


@pytest.mark.parametrize(
    ("seconds", "age", "wait"),
    [
        (-90, "chưa đến 1 giây", "1 giây"),
        (0, "chưa đến 1 giây", "1 giây"),
        (1, "1 giây", "1 giây"),
        (59, "59 giây", "59 giây"),
        (60, "1 phút", "1 phút"),
        (61, "1 phút", "2 phút"),
        (3_599, "59 phút", "1 giờ"),
        (3_600, "1 giờ", "1 giờ"),
        (3_660, "1 giờ 1 phút", "1 giờ 1 phút"),
    ],
)
def test_ages_are_cut_and_waits_are_rounded_up(seconds: int, age: str, wait: str):
    assert (VI.span(seconds), VI.wait(seconds)) == (age, wait)
