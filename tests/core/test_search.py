"""Found however it is typed; ranked as a plain reading of the rules would rank it."""

import csv
import functools
import unicodedata
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.search import Index, Way, Word, reference_parts, sought, words
from kt1custody.errors import MalformedInputError
from tests.kit import cast, nightly

Entry = tuple[list[str], list[str]]

TONES = "\u0300\u0301\u0303\u0309\u0323"
VOWELS = "aeiouy"


def read(name: str) -> list[dict[str, str]]:
    with (cast.DATA / name).open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


AGENCIES = {row["ma"]: row["ten"] for row in read("agencies.csv")}


def index_of(entries: Sequence[Entry]) -> Index:
    made = Index()
    for names, codes in entries:
        made.add(names, codes)
    return made


def found(texts: Sequence[str], typed: str) -> list[str]:
    hits = index_of([([text], []) for text in texts]).search(typed, 50)
    return [texts[place] for place, _ in hits.best]


def ways(names: Sequence[str], codes: Sequence[str], typed: str) -> list[Way]:
    return [way for _, way in index_of([(list(names), list(codes))]).search(typed, 5).best]


def unmarked(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.translate(str.maketrans("đĐ", "dD")))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


ALIKE = [
    ("hoà", "Hòa"),
    ("thuỷ", "Thủy"),
    ("quý", "Qúy"),
    ("dak lak", "Đắk Lắk"),
    ("Đắk", "\u00d0ắk"),  # eth, as some keyboards give it
    ("đắk", "\u0189ắk"),  # African D
    (unicodedata.normalize("NFD", "Đắk Lắk uỷ"), "Đắk Lắk Ủy"),  # a Mac
    ("ｕｂｎｄ　ｘã", "UBND xã"),
    ("１１２９", "1129"),
    ("b'lao", "B’Lao"),
    ("blao", "B'Lao"),
    ("kbroi", "KʼBrỗi"),
    ("LD-TU-VP", "ld tu  vp"),
    ("1129-TA/VP", "1129 ta.vp"),
    ("88CV", "88-cv"),
    ("682600000014", "6826 0000 0014"),
    ("Lâm\u00a0Đồng", "lam dong"),
    ("Lâm\u200b Đồ\u00adng", "lam dong"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_spellings_of_the_same_words_are_alike(one: str, other: str):
    assert [word.plain for word in words(one)] == [word.plain for word in words(other)]
    assert words(one)


@pytest.mark.parametrize(("one", "other"), [("hoà", "Hòa"), ("THUỶ", "Thủy"), ("\u00d0à", "đà")])
def test_accents_are_kept_wherever_the_tone_stands(one: str, other: str):
    assert words(one) == words(other)
    assert words(one) != words(unmarked(one))


def test_accents_that_were_typed_come_first_and_none_is_demanded():
    texts = ["Hoa Lư", "Hòa Bình", "Hoả Lò", "Hồng"]
    assert found(texts, "hoà") == ["Hòa Bình", "Hoả Lò", "Hoa Lư"]
    assert found(texts, "hòa") == found(texts, "hoà")
    assert found(texts, "hoa") == ["Hoả Lò", "Hòa Bình", "Hoa Lư"]  # as if alike: newest first


def test_accents_count_in_the_beginning_of_a_word_too():
    texts = ["Hong Kong", "Hồng Thái", "Hong Ngự", "Hôn Mê"]
    assert found(texts, "hồn") == ["Hôn Mê", "Hồng Thái", "Hong Ngự", "Hong Kong"]  # whole first
    assert found(["Hong Kong", "Hồng Thái"], "hồ") == ["Hồng Thái", "Hong Kong"]


def test_the_scale_from_exact_to_within():
    name, code = ["Ủy ban nhân dân xã Đạ Tẻh"], ["LD-25126-UBND"]
    told = {
        "Uỷ ban nhân dân xã Đạ Tẻh": Way.EXACT,
        "ld25126ubnd": Way.EXACT,
        "ban da teh": Way.IN_ORDER,
        "teh ban": Way.WORDS,
        "uy nhan te": Way.BEGINNINGS,
        "ubndx": Way.INITIALS,
        "dateh": Way.WITHIN,
        "ld25126u": Way.BEGINNINGS,  # its parts ld, 25126, u
        "5126": Way.WITHIN,
    }
    assert {typed: ways(name, code, typed) for typed in told} == {
        typed: [way] for typed, way in told.items()
    }


def test_a_word_typed_twice_stands_in_order_only_where_it_stands_twice():
    assert ways(["Đảng ủy Ủy ban nhân dân"], [], "uy uy") == [Way.IN_ORDER]
    assert ways(["Đảng ủy xã"], [], "uy uy") == [Way.WORDS]


def test_the_worst_word_decides():
    assert ways(["Ủy ban nhân dân xã Đạ Tẻh"], [], "ubnd teh") == [Way.INITIALS]
    assert ways(["Ủy ban nhân dân xã Đạ Tẻh"], [], "ubnd krong") == []


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("ttub", "Thường trực Ủy ban nhân dân tỉnh"),
        ("vptu", "Văn phòng Tỉnh ủy Lâm Đồng"),
        ("btgdv", "Ban Tuyên giáo và Dân vận Tỉnh ủy"),
        ("btgvdv", "Ban Tuyên giáo và Dân vận Tỉnh ủy"),
        ("hdnd", "Văn phòng Đoàn đại biểu Quốc hội và Hội đồng nhân dân tỉnh"),
        ("HĐND", "Hội đồng nhân dân"),
    ],
)
def test_initials_of_words_that_follow_each_other(typed: str, name: str):
    assert ways([name], [], typed) == [Way.INITIALS]
    assert ways([], [name], typed) == []  # a code has none


def test_a_reference_is_found_whole_and_in_parts():
    entries: list[Entry] = [
        ([], [*reference_parts(reference)])
        for reference in ("88-CV/TU", "1129-TA-VP", "11290-TA-VP", "TA-VP", "1129")
    ]
    index = index_of(entries)
    for typed in ("1129-TA-VP", "1129 ta vp", "1129tavp", "1129/TA/VP"):
        first, second = index.search(typed, 5).best
        assert first == (1, Way.EXACT)
        assert second[0] == 2
    assert index.search("88-CV/TU", 5).best == ((0, Way.EXACT),)
    assert index.search("88 cv", 5).best == ((0, Way.WORDS),)
    assert index.search("1129", 5).best == (
        (4, Way.EXACT),
        (1, Way.EXACT),
        (2, Way.BEGINNINGS),
    )


@pytest.mark.parametrize(
    ("reference", "parts"),
    [("88-CV/TU", ("88", "-CV/TU")), ("CV 88", ("", "CV 88")), ("88", ("88", "")), ("", ("", ""))],
)
def test_a_reference_is_a_number_and_a_symbol(reference: str, parts: tuple[str, str]):
    assert reference_parts(reference) == parts


def test_what_fits_alike_comes_newest_first_and_is_counted():
    index = index_of([(["Sở Y tế"], [f"{number}"]) for number in range(1_000)])
    hits = index.search("so y te", 3)
    assert hits.best == ((999, Way.EXACT), (998, Way.EXACT), (997, Way.EXACT))
    assert hits.total == 1_000
    index.add(["Sở Y tế"], [])
    assert index.search("so y te", 1).best == ((1_000, Way.EXACT),)
    assert index.search("so y te", 1).total == len(index) == 1_001


@pytest.mark.parametrize("typed", ["", "  ", "-/,.", "'"])
def test_nothing_to_search_for_is_said(typed: str):
    with pytest.raises(MalformedInputError) as caught:
        Index().search(typed, 5)
    assert (caught.value.code, caught.value.detail) == ("search-empty", {})


@pytest.mark.parametrize("typed", ["x" * 301, "1 " * 41, "1a" * 21])
def test_a_text_that_is_too_long_is_refused_without_repeating_it(typed: str):
    with pytest.raises(MalformedInputError) as caught:
        sought(typed)
    assert (caught.value.code, caught.value.detail) == ("search-too-long", {"most": 40})


def agency_index() -> tuple[Index, list[str]]:
    codes = sorted(AGENCIES)
    return index_of([([AGENCIES[code]], [code]) for code in codes]), codes


INDEX, CODES = agency_index()


def test_every_agency_is_first_by_its_name_its_folded_name_and_its_code():
    assert len(CODES) == 287
    for place, code in enumerate(CODES):
        if place % 10 and not nightly.is_nightly():
            continue
        name = AGENCIES[code]
        for typed in (name, unmarked(name).upper(), code, code.lower(), code.replace("-", "")):
            assert INDEX.search(typed, 1).best == ((place, Way.EXACT),), typed


def _wide(text: str) -> str:
    return "".join(
        chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign.replace(" ", "\u3000")
        for sign in text
    )


HABITS: list[Callable[[str], str]] = [str, unmarked, str.upper, str.lower, str.title, _wide]


@st.composite
def spelled(draw: st.DrawFn, name: str) -> str:
    """Spell a name as some keyboard, system or habit would."""
    told = []
    for word in unicodedata.normalize("NFD", name).split():
        tone = "".join(sign for sign in word if sign in TONES)
        rest = "".join(sign for sign in word if sign not in TONES)
        spots = [place + 1 for place, sign in enumerate(rest) if sign.lower() in VOWELS]
        if tone and spots:
            spot = draw(st.sampled_from(spots))
            word = rest[:spot] + tone + rest[spot:]
        told.append(unmarked(word) if draw(st.booleans()) else word)
    text = draw(st.sampled_from([" ", "  ", "\u00a0", "\t", " - "])).join(told)
    text = unicodedata.normalize(draw(st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"])), text)
    return draw(st.sampled_from(HABITS))(text)


@given(st.data())
def test_an_agency_is_found_however_its_name_is_spelled(data: st.DataObject):
    code = data.draw(st.sampled_from(CODES))
    typed = data.draw(spelled(AGENCIES[code]))
    assert CODES[INDEX.search(typed, 1).best[0][0]] == code


def _slips() -> list[Entry]:
    entries: list[Entry] = []
    for place, row in enumerate(read("manifests/2026-11-23-sang.csv")):
        names = [row["Cơ quan gửi"], row["Cơ quan nhận"], row["Người nhận đích danh"]]
        codes = [row["Mã cơ quan gửi"], row["Mã cơ quan nhận"]]
        number = f"6826 {place % 3:04d} {place:04d}".split()
        parts = reference_parts(row["Số công văn"])
        entries.append((names, [*codes, *parts, *number, *row["Ghi chú"].split()]))
    return [*entries, (["Hoà Bình", "Hoa Lư"], ["K’Brỗi"]), (["Hoả Lò"], []), ([], [])]


SLIPS = _slips()
SLIP_INDEX = index_of(SLIPS)
PIECES = sorted(
    {piece for names, codes in SLIPS for text in (*names, *codes) for piece in text.split()}
)


@st.composite
def queries(draw: st.DrawFn) -> str:
    """A few words of slips, whole or cut, or the initials or whole text of one."""
    told = []
    for _ in range(draw(st.integers(1, 4))):
        piece = draw(st.sampled_from(PIECES))
        begin = draw(st.sampled_from([0, 0, 0, 1]))
        end = draw(st.sampled_from([len(piece), len(piece), 1, 2, 3]))
        told.append(piece[begin:end])
    names, codes = draw(st.sampled_from(SLIPS))
    text = draw(st.sampled_from([*names, *codes, "x"]))
    initials = "".join(word.plain[0] for word in words(text))
    told = draw(st.sampled_from([told, told, [text], [initials], [*told[:1], text]]))
    typed = draw(st.sampled_from([" ", "-", ""])).join(told)
    return draw(st.sampled_from(HABITS[:3]))(typed)


@given(queries())
def test_the_index_answers_as_reading_every_slip_would(typed: str):
    try:
        told = sought(typed)
    except MalformedInputError:
        return
    ranks = [(rank, -place) for place, entry in enumerate(SLIPS) if (rank := rank_of(entry, told))]
    hits = SLIP_INDEX.search(typed, 20)
    assert hits.total == len(ranks)
    assert hits.best == tuple((-place, rank[0]) for rank, place in sorted(ranks)[:20])


def rank_of(entry: Entry, told: list[Word]) -> tuple[Way, bool] | None:
    """Rank one entry by reading all of it."""
    names, codes = entry
    texts = [(cut(text), True) for text in names] + [(cut(text), False) for text in codes]
    texts = [(text, is_name) for text, is_name in texts if text]
    plains = [word.plain for word in told]
    as_typed = all(
        any(mine.marked.startswith(word.marked) for text, _ in texts for mine in text)
        for word in told
        if word.plain != word.marked
    )
    if is_covered(plains, {"".join(word.plain for word in text) for text, _ in texts}):
        return Way.EXACT, not as_typed
    if any(all(word in rest for word in plains) for text, _ in texts for rest in [iter_of(text)]):
        return Way.IN_ORDER, not as_typed
    worst = Way.WORDS
    for word in plains:
        fits = [way for text, is_name in texts if (way := way_of(word, text, is_name=is_name))]
        if not fits:
            return None
        worst = max(worst, min(fits))
    return worst, not as_typed


cut = functools.cache(words)


def iter_of(text: list[Word]):
    return iter([word.plain for word in text])


def is_covered(plains: list[str], wholes: set[str]) -> bool:
    return not plains or any(
        "".join(plains[:end]) in wholes and is_covered(plains[end:], wholes)
        for end in range(1, len(plains) + 1)
    )


def way_of(word: str, text: list[Word], *, is_name: bool) -> Way | None:
    mine = [one.plain for one in text]
    firsts = "".join(one[0] for one in mine)
    short = "".join(one[0] for one in mine if one != "va")
    if word in mine:
        return Way.WORDS
    if any(one.startswith(word) for one in mine):
        return Way.BEGINNINGS
    if is_name and len(word) > 1 and (word in firsts or word in short):
        return Way.INITIALS
    return Way.WITHIN if len(word) > 2 and word in "".join(mine) else None


def test_the_questions_of_the_comparison_find_every_way():
    asked = ["1129-TA-VP", "toa an nhan dan", "lam toa", "toa nh", "tandt", "oaann"]
    seen = [SLIP_INDEX.search(typed, 1).best[0][1] for typed in asked]
    assert seen == list(Way)
