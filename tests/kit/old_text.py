"""Vietnamese text as old programs wrote it."""

import unicodedata

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
