"""The rules for a new PIN are the same in a browser, where it stays, as in the program."""

import json
import random

from kt1custody.core import pins
from kt1custody.errors import RefusedError
from tests.kit.browser import open_page
from tests.kit.counter import Counter

CHOSEN = (
    "", "12345", "12a456", "١٢٣٤٥٦", "111111", "121212", "123456", "112233", "135790", "975319",
    "123321", "010190", "310290", "290200", "290201", "15081987", "15082044", "000021", "100215",
    "48291", "482913", "4829137", "987654321", "802468", "mậtkhẩudàilắm", "mật khẩu rất dài",
    "abcdefghijklmnop", "qwertyuiopasdf", "1234567890123456", "aaaaaaaabbbbbb", "xyzxyzxyzxyzxyz",
    "Bưu Cục Số Chín 2026", "QWERTYUIOPASDF", "😀😁😂🤣😃😄😅😆😉😊😋😎😍😘", "acegikmoqsuwyz",
)  # fmt: skip


def why(pin: str, staff: str, *, officer: bool) -> str:
    try:
        pins.check(pin, staff=staff, officer=officer)
    except RefusedError as error:
        return str(error.detail.get("why", error.code))
    return ""


def test_the_browser_refuses_what_the_program_refuses(counter: Counter):
    draw = random.Random(7)
    made = [
        f"{draw.randrange(10**size):0{size}d}" for size in (6, 6, 6, 7, 8, 9) for _ in range(400)
    ]
    made += ["".join(draw.choice("abc12") for _ in range(14)) for _ in range(100)]
    cases = [
        (pin, staff, officer)
        for pin in (*CHOSEN, *made)
        for staff, officer in (("NV021", False), ("NV3", False), ("NV021", True))
    ]
    with open_page(f"{counter.url}/sign-in") as page:
        told = page.evaluate(
            "import('/static/js/pins.js').then(({faultOf}) =>"
            f" {json.dumps(cases)}.map(([pin, staff, isPassphrase]) =>"
            f" faultOf(pin, {{staff, isPassphrase, rules: {json.dumps(pins.RULES)}}})))"
        )
    expected = [why(pin, staff, officer=officer) for pin, staff, officer in cases]
    assert told == expected
