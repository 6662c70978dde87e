"""Counts in words, as they stand on paper: a figure can be made another one, a word hardly."""

_VI = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_EN = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_EN_TENS = ("", "", *["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"])
LARGEST = 999_999


def spelled(count: int, language: str) -> str:
    """Write a count in words.

    Args:
        count: 0 … `LARGEST`.
        language: `vi` or `en`.

    Raises:
        ValueError: It is outside that range.
    """
    if not 0 <= count <= LARGEST:
        msg = f"not a count to spell: {count}"
        raise ValueError(msg)
    below = _vi_below_1000 if language == "vi" else _en_below_1000
    thousands, rest = divmod(count, 1000)
    if not thousands:
        return below(rest, False)
    many = f"{below(thousands, False)} {'nghìn' if language == 'vi' else 'thousand'}"
    return f"{many} {below(rest, True)}" if rest else many


def _vi_below_1000(count: int, is_behind: bool) -> str:
    """Write a count below 1000; behind a thousand its hundreds are said even if there are none."""
    hundreds, rest = divmod(count, 100)
    parts = [_VI[hundreds], "trăm"] if hundreds or is_behind else []
    tens, ones = divmod(rest, 10)
    if parts and rest and not tens:
        parts.append("linh")
    if tens:
        parts += ["mười"] if tens == 1 else [_VI[tens], "mươi"]
    if ones == 1 and tens > 1:
        parts.append("mốt")
    elif ones == 5 and tens:
        parts.append("lăm")
    elif ones or not parts:
        parts.append(_VI[ones])
    return " ".join(parts)


def _en_below_1000(count: int, is_behind: bool) -> str:
    hundreds, rest = divmod(count, 100)
    parts = [_EN[hundreds], "hundred"] if hundreds else []
    if rest and (parts or is_behind):
        parts.append("and")
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        parts.append(_EN_TENS[tens] + (f"-{_EN[ones]}" if ones else ""))
    elif rest or not parts:
        parts.append(_EN[rest])
    return " ".join(parts)
