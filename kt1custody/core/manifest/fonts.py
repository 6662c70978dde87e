"""What the old ways of writing Vietnamese look like in Unicode, and how each is decoded.

Before Unicode a font drew bytes as Vietnamese letters: TCVN3 (fonts named .Vn…), VNI (VNI-…) and
VISCII. A program that knows nothing of it shows each byte as the sign of a code page: of Western
Europe, or of Vietnam. VIQR writes accents as ASCII signs behind their letters. "Saved twice" is
UTF-8, or the code page of Vietnam, whose bytes were taken for a code page of others.

**Rule:** decoding here only helps to recognise what was meant; nothing decoded is ever stored.

Sources: TCVN 5712:1993 (VN3); RFC 1456 (VISCII, VIQR); VNI-Windows as its fonts draw it.
"""

import re
import unicodedata
from collections.abc import Mapping

from kt1custody.core.formats.syllables import TONES

_TCVN3 = dict(
    zip(
        "\xb5\xb6\xb7\xb8\xb9\xa8\xbb\xbc\xbd\xbe\xc6\xa9\xc7\xc8\xc9\xca\xcb\xae\xcc\xce\xcf\xd0"
        "\xd1\xaa\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xdc\xdd\xde\xdf\xe1\xe2\xe3\xe4\xab\xe5\xe6\xe7\xe8"
        "\xe9\xac\xea\xeb\xec\xed\xee\xef\xf1\xf2\xf3\xf4\xad\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd"
        "\xfe\xa1\xa2\xa3\xa4\xa5\xa6\xa7",
        "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵĂÂÊÔƠƯĐ",
        strict=True,
    )
)
_VISCII = dict(
    zip(
        map(chr, range(0x80, 0x100)),
        "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳ"
        "ĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ",
        strict=True,
    )
)
_VNI = dict(
    zip(
        re.findall(
            r"\S+",
            "aø aù aû aõ aï aâ aà aá aå aã aä aê aè aé aú aü aë ñ eø eù eû eõ eï eâ eà eá eå eã eä "
            "ì í æ ó ò oø où oû oõ oï oâ oà oá oå oã oä ô ôø ôù ôû ôõ ôï uø uù uû uõ uï ö öø öù öû "
            "öõ öï yø yù yû yõ î",
        ),
        "àáảãạâầấẩẫậăằắẳẵặđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ",
        strict=True,
    )
)
_VNI_SIGN = re.compile("|".join(sorted(_VNI, key=len, reverse=True)))

# What a program shows for a byte, and back. Bytes without a sign are shown as controls.
WESTERN = {chr(octet): octet for octet in range(0x80, 0x100)} | {
    bytes([octet]).decode("cp1252", "ignore") or chr(octet): octet for octet in range(0x80, 0xA0)
}
OF_VIETNAM = {
    bytes([octet]).decode("cp1258", "ignore") or chr(octet): octet for octet in range(0x80, 0x100)
}
PAGES = (WESTERN, OF_VIETNAM)

# UTF-8 of Vietnamese letters, of tones, and of the quotes and dashes that Word puts.
_TWICE = re.compile(rb"[\xc3-\xc6\xcc][\x80-\xbf]|\xe1[\xba\xbb][\x80-\xbf]|\xe2\x80[\x90-\xa6]")
_MAY_BE_TWICE = re.compile("[Ã-ÆÌáâĂ\u0300][^\x00-\x7f]")  # how they begin on either page
_EXPECTED = frozenset(
    "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĐđĨĩŨũƠơƯư–—‘’“”…"
    + TONES
    + "".join(map(chr, range(0x1EA0, 0x1EFA)))
)

_VIQR_SHAPES = {"^": "\u0302", "(": "\u0306", "+": "\u031b", "*": "\u031b"}
_VIQR_TONES = dict(zip("`'~?.", TONES[:2] + TONES[2:], strict=True))
_VIQR = re.compile(r"dd|([aeo]\^|a\(|[ou][+*]|[aeiouy])([`'~?.]?)", re.IGNORECASE)


def decode_tcvn3(octets: str) -> str:
    """Decode what a TCVN3 (ABC) font draws for bytes, each given as the letter of its number."""
    return "".join(_TCVN3.get(sign, sign) for sign in octets)


def decode_viscii(octets: str) -> str:
    """Decode VISCII, given as in `decode_tcvn3`."""
    return "".join(_VISCII.get(sign, sign) for sign in octets)


def decode_vni(octets: str) -> str:
    """Decode what a VNI font draws, given as in `decode_tcvn3`; capitals stay only in whole words."""
    meant = _VNI_SIGN.sub(lambda sign: _VNI[sign.group()], octets.lower())
    return meant.upper() if octets.isupper() else meant


def decode_1258(octets: str) -> str:
    """Decode Windows-1258 that was taken for Western, given as in `decode_tcvn3`."""
    return unicodedata.normalize("NFC", octets.encode("latin-1").decode("cp1258", "replace"))


def decode_viqr(word: str) -> str:
    """Decode a word of VIQR; `*` stands for `+`, as some write it."""
    return unicodedata.normalize("NFC", _VIQR.sub(_viqr_letter, word))


def decode_saved_twice(text: str) -> str:
    """Decode the UTF-8 in a text whose bytes were taken for signs; other text stays as it is."""
    most, best = 0, text
    for page in PAGES if _MAY_BE_TWICE.search(text) else ():
        octets = bytes(ord(sign) if sign < "\x80" else page.get(sign, 0) for sign in text)
        pieces, end = list[str](), 0
        for run in _TWICE.finditer(octets):
            meant = run.group().decode()
            if meant in _EXPECTED:
                pieces += [text[end : run.start()], meant]
                end = run.end()
        if len(pieces) > most:
            most, best = len(pieces), "".join([*pieces, text[end:]])
    return unicodedata.normalize("NFC", best)


def as_octets(word: str, page: Mapping[str, int]) -> str | None:
    """Give the bytes behind a text as letters of the same number; None if a sign was no byte."""
    octets = [octet for sign in word for octet in _octets(sign, page)]
    if None in octets:
        return None
    return "".join(chr(octet) for octet in octets if octet is not None)


def _octets(sign: str, page: Mapping[str, int]) -> list[int | None]:
    """Give the byte of a sign, or the two of a letter and its tone."""
    if sign < "\x80":
        return [ord(sign)]
    if sign in page:
        return [page[sign]]
    parts = unicodedata.normalize("NFD", sign)
    rest = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
    tones = [part for part in parts if part in TONES]
    if len(tones) != 1 or len(rest) != 1:
        return [None]
    return [ord(rest) if rest < "\x80" else page.get(rest), page.get(tones[0])]


def _viqr_letter(match: re.Match[str]) -> str:
    if match[1] is None:
        return "Đ" if match[0][0] == "D" else "đ"
    shape = _VIQR_SHAPES[match[1][1]] if len(match[1]) > 1 else ""
    return match[1][0] + shape + _VIQR_TONES.get(match[2], "")
