"""How what the old ways of writing Vietnamese show is decoded."""

from collections.abc import Callable, Mapping

import pytest

from kt1custody.core.manifest import fonts

MEANT = "Văn phòng Đảng ủy xã Đồng Tâm"


@pytest.mark.parametrize(
    ("decode", "shown", "meant"),
    [
        (fonts.decode_tcvn3, "V¨n phßng §¶ng ñy x· §ång T©m", MEANT),
        (fonts.decode_vni, "ñaûng uûy xaõ", "đảng ủy xã"),
        (fonts.decode_vni, "ÑAÛNG UÛY", "ĐẢNG ỦY"),
        (fonts.decode_viscii, "\xd0\xe4ng", "Đảng"),
        (fonts.decode_1258, "\xd0a\xd2ng", "Đảng"),
        (fonts.decode_viqr, "DDa?ng", "Đảng"),
        (fonts.decode_viqr, "u*", "ư"),
        (fonts.decode_viqr, "u+?y", "ửy"),
    ],
)
def test_each_way_of_writing_is_decoded(
    decode: Callable[[str], str], shown: str, meant: str
) -> None:
    assert decode(shown) == meant


@pytest.mark.parametrize("page", ["latin-1", "cp1252", "cp1258"])
def test_what_was_saved_twice_is_decoded_and_other_text_stays(page: str) -> None:
    twice = "".join(bytes([octet]).decode(page, "ignore") or chr(octet) for octet in MEANT.encode())
    assert twice != MEANT
    assert fonts.decode_saved_twice(twice) == MEANT
    assert fonts.decode_saved_twice(MEANT) == MEANT
    assert fonts.decode_saved_twice("Ãng") == "Ãng"


@pytest.mark.parametrize(
    ("text", "page", "octets"),
    [
        ("a§", fonts.WESTERN, "a\xa7"),
        ("€", fonts.WESTERN, "\x80"),
        ("Đ", fonts.OF_VIETNAM, "\xd0"),
        ("ả", fonts.OF_VIETNAM, "a\xd2"),  # a letter and its tone
        ("я", fonts.WESTERN, None),
    ],
)
def test_the_bytes_behind_a_text_are_given_unless_a_sign_was_none(
    text: str, page: Mapping[str, int], octets: str | None
) -> None:
    assert fonts.as_octets(text, page) == octets
