"""A scanner gun is heard whatever has the focus and whatever the keyboard makes of its digits."""

import time

from tests.kit import cast
from tests.kit.browser import Page
from tests.kit.counter import Counter

NUMBER = "682600000014"
VIETNAMESE = dict(
    zip("1234567890", "ăâêô\u0300\u0309\u0303\u0301\u0323đ", strict=True)
)  # Windows' own layout
SHIFTED = dict(zip("1234567890", "!@#$%^&*()", strict=True))


def begin(page: Page, focus: str = "") -> None:
    page.evaluate(
        "(document.querySelector('#result').hidden = true, document.activeElement.blur())"
    )
    if focus:
        page.evaluate(f"document.querySelector('{focus}').focus()")


def verdict(page: Page) -> str:
    page.wait_for("!document.querySelector('#result').hidden")
    return page.text("#verdict")[0] + page.text("#came")


def value(page: Page, field: str) -> str:
    return str(page.evaluate(f"document.querySelector('{field}').value"))


def test_a_gun_is_heard_and_leaves_every_field_as_it_was(counter: Counter):
    with counter.browser(cast.CLERK) as page:
        page.go(f"{counter.url}/gun")
        before = value(page, "#try-text")

        for focus in ("", "#try-text", "#try-secret", "#try-choice", "#lock"):
            begin(page, focus)
            for digit in NUMBER:
                page.press(digit)
            page.press("Enter")
            assert verdict(page) == f"✓{NUMBER}", focus

        begin(page, "#try-text")  # an input method takes the keys and writes at the vowel
        for digit in NUMBER:
            page.press("Process", f"Digit{digit}")
        page.evaluate("document.querySelector('#try-text').value += 'ấ8'")
        page.press("Process", "Enter")
        assert verdict(page) == f"✓{NUMBER}"
        assert page.text("#findings")

        begin(page, "#try-text")
        for digit in NUMBER:
            page.press(VIETNAMESE[digit], f"Digit{digit}")
        page.press("Tab")
        assert verdict(page) == f"✓{NUMBER}"

        begin(page, "#try-text")
        page.press("CapsLock")
        for digit in NUMBER:
            page.press(SHIFTED[digit], f"Digit{digit}", has_shift=True)
        page.press("Enter")
        assert verdict(page) == f"✓{NUMBER}"

        begin(page, "#try-text")  # the digits themselves are replaced: nothing is guessed
        for sign in ("ắ", *NUMBER[1:]):
            page.press(sign, "" if sign.isdecimal() else "Unknown")
        page.press("Enter")
        assert verdict(page).startswith("✕")

        assert value(page, "#try-text") == before
        assert value(page, "#try-secret") == "4711"
        assert value(page, "#try-choice") == "3"
        assert page.complaints == []


def test_what_a_hand_types_stays_and_a_busy_pc_loses_nothing(counter: Counter):
    with counter.browser(cast.CLERK) as page:
        page.go(f"{counter.url}/gun")

        def type_at(gaps: float, digits: str, long_pause: float = 0.0) -> None:
            now = time.time()
            for place, digit in enumerate(digits):
                page.press(digit, at=now + gaps * place + (long_pause if place >= 5 else 0))
            page.press("Enter", at=now + gaps * len(digits) + long_pause)

        begin(page, "#try-secret")
        type_at(0.01, "471101")  # a PIN, however fast
        assert value(page, "#try-secret") == "4711014711"
        begin(page, "#try-secret")
        type_at(0.01, "battery horse 7")  # a passphrase, however quick the hand
        assert page.evaluate("document.querySelector('#result').hidden")
        begin(page, "#try-text")
        page.fill("#try-text", "")
        type_at(0.09, "068099000123")  # an identity card's number, by a quick hand
        assert value(page, "#try-text") == "068099000123"
        assert page.text("#verdict").startswith("✕")
        begin(page, "#try-text")
        type_at(0.01, NUMBER, long_pause=0.55)
        assert verdict(page) == f"✓{NUMBER}"
        assert value(page, "#try-text") == "068099000123"
        begin(page)
        for digit in NUMBER:
            page.press(digit)
        page.wait_for("!document.querySelector('#result').hidden")  # no Enter came
        assert page.text("#verdict").startswith("✕")
