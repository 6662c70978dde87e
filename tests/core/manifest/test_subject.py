"""Words that betray a subject are found however they are typed; real names raise no alarm."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.manifest import subject
from kt1custody.sheets import catalogues
from tests.kit.old_text import in_tcvn3, in_viqr, in_viscii, in_vni, real_names, taken_for

WORDS = catalogues.tables().subject_words


def is_told(text: str) -> bool:
    return subject.is_told(text, WORDS)


def without_accents(text: str) -> str:
    signs = unicodedata.normalize("NFD", text).replace("đ", "d").replace("Đ", "D")
    return "".join(sign for sign in signs if not unicodedata.combining(sign))


SPOILED = {
    "plain": lambda text: text,
    "no accents": without_accents,
    "capitals": str.upper,
    "nfd": lambda text: unicodedata.normalize("NFD", text),
    "tcvn3": in_tcvn3,
    "vni": in_vni,
    "viscii": in_viscii,
    "viqr": in_viqr,
    "saved twice": taken_for("cp1252"),
    "dots": lambda text: text.replace(" ", "."),
    "dashes": lambda text: without_accents(text).replace(" ", " - "),
    "joined": lambda text: text.replace(" ", ""),
    "letters apart": lambda text: " ".join(text.replace(" ", "")),
    "unseen": lambda text: "\u200b".join(text),
    "look-alike": lambda text: text.translate(str.maketrans("vecoVi", "ѵесоѴі")),
    "wide": lambda text: "".join(chr(ord(s) + 0xFEE0) if "!" <= s <= "~" else s for s in text),
}


@pytest.mark.parametrize("way", SPOILED)
@pytest.mark.parametrize("word", ["về việc", "trích yếu", "nội dung", "V/v"])
def test_a_listed_word_is_found_in_every_spelling(way: str, word: str) -> None:
    for text in ("{}", "{}: nhân sự", "xem {} họp", "({})", "12-CV {}"):
        assert is_told(text.format(SPOILED[way](word))), text


@pytest.mark.parametrize(
    "text",
    [
        "V / v nhân sự", "v /v", "V./v. họp", "v\\v họp", "V∕v", "V⁄v", "v|v lương",
        "v.v nhân sự", "V.v: nhân sự", "v.v. nhân sự", "Vv: họp", "vv nhân sự", "V.V nhân sự",
        "gửi công văn v.v nhân sự", "ve  viec", "Ve-viec", "VE_VIEC", "Tríchyếu", "TRICH-YEU CV",
        "Nôi dung", "Noi  Dung họp", "Về\nviệc", "Néi dung", "VÒ viÖc", "Veà vieäc",
        "TrÝch yÕu", "Trích yeáu", "ve^` vie^.c", "tri'ch ye^'u",
    ],
)  # fmt: skip
def test_odd_spellings_are_found(text: str) -> None:
    assert is_told(text)


@pytest.mark.parametrize(
    "text",
    [
        "Vụ Việc làm", "Cục Việc làm", "Phòng Lao động - Việc làm", "Ban Bảo vệ Việc làm",
        "Trung tâm Dịch vụ việc làm", "Nội dụng", "nơi dùng", "nổi dung", "v/vx", "tv/v", "TV/VP",
        "12/CV-VPTU", "CV/V-VP", "15/VV", "PV01", "sách, báo, v.v.", "sách, báo v.v…", "gồm thư v.v",
        "sách v.v và tài liệu", "biên về việcx", "ệv/v", "Vũ Văn V.", "Về", "việc", "yếu",
        "phong.noidung@x.vn", "Ea Việc Về", "trích", "Ông V. Hải", "V-V", "v", "/",
    ],
)  # fmt: skip
def test_what_is_no_subject_is_not_told(text: str) -> None:
    assert not is_told(text)


def test_no_real_name_tells_a_subject_with_or_without_accents() -> None:
    for text in real_names():
        if "nội dung" not in text.casefold():
            assert not is_told(text), text
            assert not is_told(without_accents(text).upper()), text


def test_an_operator_may_list_other_words() -> None:
    assert subject.is_told("Ngày/tháng: họp", ["ngày tháng"])
    assert subject.is_told("K/g: ông Ba", ["k/g"])
    assert not subject.is_told("V/v nhân sự", [])
    assert not subject.is_told("V/v nhân sự", ["", " "])


@given(st.text(max_size=40))
def test_any_text_is_searched(text: str) -> None:
    is_told(text)
    assert is_told(f"{text} ; trích yếu ; {text}") or "@" in text
