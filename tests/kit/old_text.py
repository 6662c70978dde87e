"""Vietnamese text as old programs wrote it."""

import csv
import unicodedata
from collections.abc import Callable
from functools import cache

from tests.kit import cast

# The old fonts, as their bytes look in Unicode; one sign or two for each letter.
VNI = (
    "àáảãạâầấẩẫậăằắẳẵặđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ",
    "aø aù aû aõ aï aâ aà aá aå aã aä aê aè aé aú aü aë ñ eø eù eû eõ eï eâ eà eá eå eã eä ì í æ ó "
    "ò oø où oû oõ oï oâ oà oá oå oã oä ô ôø ôù ôû ôõ ôï uø uù uû uõ uï ö öø öù öû öõ öï yø yù yû "
    "yõ î",
)
TCVN3 = (
    "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ",
    " ".join("µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\xadõö÷øùúûüýþ"),
)


def in_font(text: str, font: tuple[str, str]) -> str:
    """Spell text as it looks in Unicode when it was typed with an old font."""
    signs = dict(zip(font[0], font[1].split(" "), strict=True))
    return "".join(signs.get(sign.lower(), sign) for sign in unicodedata.normalize("NFC", text))


def encode_1258(text: str) -> bytes:
    """Write Windows-1258: letters, and behind many of them their tone.

    Raises:
        UnicodeEncodeError: The text has a sign that it lacks.
    """
    out = bytearray()
    for sign in unicodedata.normalize("NFC", text):
        letters = unicodedata.normalize("NFD", sign)
        tone = next((one for one in letters if one in "\u0300\u0301\u0303\u0309\u0323"), "")
        rest = unicodedata.normalize("NFC", letters.replace(tone, "")) if tone else letters
        try:
            out += sign.encode("cp1258")
        except UnicodeEncodeError:
            out += rest.encode("cp1258") + tone.encode("cp1258")
    return bytes(out)


VISCII = (  # RFC 1456, from 0x80 on
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡư"
    "àáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"
)
VIQR = {"\u0302": "^", "\u0306": "(", "\u031b": "+", "\u0300": "`", "\u0301": "'", "\u0303": "~"}
VIQR |= {"\u0309": "?", "\u0323": "."}


@cache
def real_names() -> tuple[str, ...]:
    """All names of agencies, offices, people and units, and all cells of a real manifest."""
    names = set((cast.DATA / "unit_names.txt").read_text("utf-8").splitlines())
    for name in ("agencies.csv", "offices.csv", "people.csv", "manifests/2026-11-23-sang.csv"):
        with (cast.DATA / name).open(encoding="utf-8-sig", newline="") as file:
            names |= {cell for row in csv.reader(file) for cell in row}
    return tuple(sorted(names))


def in_tcvn3(text: str) -> str:
    capitals = dict(zip("ĂÂÊÔƠƯĐ", "¡¢£¤¥¦§", strict=True))
    return "".join(capitals.get(sign) or in_font(sign, TCVN3) for sign in text)


def in_vni(text: str) -> str:
    words = [in_font(word, VNI) for word in text.split(" ")]
    return " ".join(
        new.upper() if old.isupper() else new
        for old, new in zip(text.split(" "), words, strict=True)
    )


def in_viscii(text: str) -> str:
    return "".join(chr(0x80 + VISCII.index(sign)) if sign in VISCII else sign for sign in text)


def in_viqr(text: str) -> str:
    signs = unicodedata.normalize("NFD", text.replace("đ", "dd").replace("Đ", "DD"))
    shapes_first = unicodedata.normalize("NFKD", signs)
    letters = list[str]()
    for sign in shapes_first:
        if sign in "\u0302\u0306\u031b" and letters and letters[-1] in "`'~?.":
            letters.insert(-1, VIQR[sign])
        else:
            letters.append(VIQR.get(sign, sign))
    return "".join(letters)


def taken_for(page: str) -> Callable[[str], str]:
    """Give what UTF-8 looks like when its bytes are taken for a code page."""
    signs = [bytes([octet]).decode(page, "ignore") or chr(octet) for octet in range(256)]
    return lambda text: "".join(signs[octet] for octet in text.encode())


def in_tcvn3_under_vietnamese_windows(text: str) -> str:
    octets = (sign if sign < "\x80" or sign > "\xff" else ord(sign) for sign in in_tcvn3(text))
    signs = [
        sign if isinstance(sign, str) else bytes([sign]).decode("cp1258", "ignore")
        for sign in octets
    ]
    return unicodedata.normalize("NFC", "".join(signs))


def as_western(text: str) -> str:
    return encode_1258(text.replace("’", "'")).decode("latin-1")
