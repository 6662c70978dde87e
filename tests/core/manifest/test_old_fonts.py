"""Old fonts are named in their cell; real names, signs and other languages raise no alarm."""

import unicodedata
from collections import Counter
from collections.abc import Callable

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.manifest import old_fonts
from tests.kit.old_text import (
    as_western,
    in_tcvn3,
    in_tcvn3_under_vietnamese_windows,
    in_viqr,
    in_viscii,
    in_vni,
    real_names,
    taken_for,
)


def test_no_real_name_raises_an_alarm() -> None:
    names = real_names()
    assert len(names) > 3_900
    for form in ("NFC", "NFD"):
        alarms = [text for text in names if old_fonts.code_of(unicodedata.normalize(form, text))]
        assert alarms == []
    shouted = [text.upper() for text in names]
    assert [text for text in shouted if old_fonts.code_of(text)] == []


def test_words_of_other_languages_raise_no_alarm() -> None:
    texts = set[str]()
    for language in ("fr", "en", "de", "es", "it", "pt", "nl", "da", "sv", "pl", "cs", "tr"):
        locale = Locale.parse(language)
        for table in (locale.territories, locale.languages, locale.currencies):
            texts |= set(map(str, table.values()))
    assert len(texts) > 8_000
    assert [text for text in texts if old_fonts.code_of(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Loïc Müller, Noël Lefèvre-Bâ, José Muñoz, François Gagné, Zoé, Thaï",
        "Søren Kjær, Åström (phòng M¹)",
        "Anaïs", "Caïn", "Chloé", "Élysée", "Søren Kjær", "Jürgen Groß", "Åse", "Iñaki",
        "Mr. O'Neil", "Y B'Lô", "Rơ Châm H'Ní", "K’Brỗi Hải", "Đắk R'lấp", "Ea H'leo",
        "1266-CV/VPTU", "12/2020/NĐ-CP", "940-CAT-PV01", "15a/QĐ-HĐTV", "QĐ", "a^2", "a^2 + b^2",
        "x^n", "5 µg", "20°C", "§ 12", "3 × 4", "½ tờ", "10 m²", "5 m², 6 m³", "n° 5", "5 µm", "±2", "© VNPost",
        "Windows®", "« Thư »", "«Mai»", "a·b", "5 €", "Có gấp không? Có.", "Gấp? Không",
        "van.thu@lamdong.gov.vn", "nguyen.van_a+b@x.vn", "https://x.vn/?a=b&c=d", "www.x.vn/a?b",
        "23/11/2026 07:00", "(1) (2) (3)", "R&D; AT&T", "C++", "Zero+", "ghi chu?", "~ 5 kg",
        "giao tan tay", "Nguyen Van Hai", "I'm", "you're", "(a+b)", "f(x)", "Ha(No)i", "O+", "?",
        "“Thư”", "Phòng 3–4", "…", "", " ", "Hoà, Hòa, Thuỷ, Thúy", "cuả", "nghiã",
    ],
)  # fmt: skip
def test_what_an_office_may_write_raises_no_alarm(text: str) -> None:
    assert old_fonts.code_of(text) == ""
    assert old_fonts.as_meant(text) == text


# How, code, least part of the names that is named at all, and that is named right.
SPOILED = [
    (in_tcvn3, old_fonts.TCVN3, 0.99, 0.99),
    (in_tcvn3_under_vietnamese_windows, old_fonts.TCVN3, 0.99, 0.98),
    (in_vni, old_fonts.VNI, 0.99, 0.99),
    (in_viscii, old_fonts.VISCII, 0.85, 0.7),
    (in_viqr, old_fonts.VIQR, 0.95, 0.94),
    (taken_for("cp1252"), old_fonts.SAVED_TWICE, 1, 1),
    (taken_for("cp1258"), old_fonts.SAVED_TWICE, 1, 1),
    (as_western, old_fonts.SAVED_TWICE, 0.98, 0.8),
    (lambda text: text.encode("ascii", "replace").decode(), old_fonts.LOST, 0.85, 0.85),
]


@pytest.mark.parametrize(("spoil", "code", "least", "least_right"), SPOILED)
def test_names_typed_in_an_old_font_are_named(
    spoil: Callable[[str], str], code: str, least: float, least_right: float
) -> None:
    names = [unicodedata.normalize("NFC", name) for name in real_names()[::5] if " " in name]
    pairs = [(name, spoil(name)) for name in names if spoil(name) != name]
    assert len(pairs) > 400
    named = Counter(old_fonts.code_of(spoiled) for _, spoiled in pairs)
    assert 1 - named[""] / len(pairs) >= least, named
    assert named[code] / len(pairs) >= least_right, named


@pytest.mark.parametrize("spoil", [in_tcvn3, in_vni, in_viqr, taken_for("cp1252")])
@pytest.mark.parametrize(
    "text",
    ["Số công văn", "Cơ quan gửi", "Đồng chí Nguyễn Văn Hải", "Bộ Nội vụ", "giao tận tay",
     "ĐẢNG ỦY XÃ ĐẠ TẺH", "UBND xã Tân Hội"],
)  # fmt: skip
def test_what_is_meant_can_be_recognised(spoil: Callable[[str], str], text: str) -> None:
    if spoil is in_tcvn3 and text.isupper():
        text = text.lower()  # its capitals are a font of their own, with the letters of the small
    assert old_fonts.as_meant(spoil(text)).casefold() == text.casefold()


def test_a_cell_may_mix_an_old_font_and_unicode() -> None:
    assert old_fonts.code_of("Đồng chí NguyÔn V¨n H¶i") == old_fonts.TCVN3
    assert old_fonts.as_meant("Đồng chí NguyÔn V¨n H¶i") == "Đồng chí Nguyễn Văn Hải"
    assert old_fonts.code_of("Sở Y tế, 12/Q§-UBND") == old_fonts.TCVN3
    assert old_fonts.code_of("Loïc gửi Haûi Phoøng") == old_fonts.VNI


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Nguy&#7877;n V&#259;n", old_fonts.UNKNOWN),
        ("L&ecirc; V&agrave;ng", old_fonts.UNKNOWN),
        ("Nguy\ufffdn", old_fonts.LOST),
        ("?y ban nhân dân", old_fonts.LOST),
        ("Sở Y tế â€“ Đà Lạt", old_fonts.SAVED_TWICE),
        ("x¶b¦z", old_fonts.UNKNOWN),
    ],
)
def test_other_damage_is_named(text: str, code: str) -> None:
    assert old_fonts.code_of(text) == code


@given(st.text(max_size=30) | st.text("aeouydgn^`~?'.(+* µ¶§Ã¡ºấ\xad\x80�&#;", max_size=20))
def test_any_text_is_judged_and_never_decoded_without_a_name(text: str) -> None:
    code = old_fonts.code_of(text)
    assert code in (*old_fonts.CODES, "")
    if not code:
        meant = old_fonts.as_meant(text)
        assert unicodedata.normalize("NFC", meant) == unicodedata.normalize("NFC", text)
    assert old_fonts.readings(text)[0] == text
