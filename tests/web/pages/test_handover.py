"""A handover at a counter page: scanned, checked, signed by two people in a real browser."""

from kt1custody.store.log import LogBook
from tests.kit import cast
from tests.kit.browser import Page
from tests.kit.counter import Counter

WAIT_FOR_END = (
    "!document.querySelector('#done').hidden || document.querySelector('#sign .fault').textContent"
)


def held_by(counter: Counter, holder: str) -> list[str]:
    with counter.world.session.database.read() as connection:
        return [f"{state.n:012d}" for state in LogBook(connection).items(holder=holder)]


def begin(page: Page, counter: Counter, giver: str, receiver: str) -> None:
    page.go(f"{counter.url}/handover")
    page.wait_for("document.activeElement.id === 'scan-text'")
    page.choose("#giver", giver)
    page.choose("#receiver", receiver)


def burst(page: Page, digits: str) -> None:
    """Type as a scanner gun does."""
    for digit in digits:
        page.press(digit)
    page.press("Enter")


def sign(page: Page, counter: Counter, *people: str) -> None:
    page.wait_for(f"document.querySelectorAll('#pins input').length === {len(people)}")
    for staff in people:
        page.fill(f"#pin-{staff}", counter.world.pins[staff])
    page.click("#sign button.main")
    page.wait_for(WAIT_FOR_END)


def test_two_people_hand_over_what_they_have_scanned(counter: Counter):
    [first, second, *_] = held_by(counter, cast.COURIER)
    with counter.browser(cast.CLERK) as page:
        begin(page, counter, cast.COURIER, cast.CLERK)
        burst(page, first)
        page.wait_for("document.querySelectorAll('#list tbody tr').length === 1")
        page.fill("#scan-text", second)
        page.press("Enter")
        page.wait_for("document.querySelector('#total').textContent === '2'")
        page.evaluate(  # a nervous finger
            "document.querySelector('#sign').addEventListener('submit', () => "
            "setTimeout(() => document.querySelector('#sign button.main').click()))"
        )
        size = entries(counter)
        sign(page, counter, cast.COURIER, cast.CLERK)
        assert entries(counter) == size + 1
        assert page.text("#sign .fault") == ""
        assert "#" in page.text("#done")
        assert page.complaints == []
    assert {first, second} & set(held_by(counter, cast.COURIER)) == set()


def test_what_stands_in_the_way_is_said_beside_the_item_and_a_wrong_pin_signs_nothing(
    counter: Counter,
):
    [theirs, *_] = held_by(counter, cast.COURIER_2) or held_by(counter, cast.COURIER)
    holder = cast.COURIER_2 if held_by(counter, cast.COURIER_2) else cast.COURIER
    with counter.browser(cast.CLERK) as page:
        begin(page, counter, cast.DRIVER, cast.CLERK)
        burst(page, theirs)
        page.wait_for("document.querySelector('tr.stop') !== null")
        assert page.text("#notes").startswith("1 bì phải dừng")
        assert page.evaluate("document.querySelector('#sign button.main').disabled")
        page.choose("#giver", holder)
        page.wait_for("document.querySelector('tr.stop') === null")
        page.wait_for("document.querySelectorAll('#pins input').length === 2")
        page.fill(f"#pin-{holder}", counter.world.pins[holder])
        page.fill(f"#pin-{cast.CLERK}", "000000")
        page.click("#sign button.main")
        page.wait_for(WAIT_FOR_END)
        assert page.text("#sign .fault")
    assert theirs in held_by(counter, holder)


def test_a_repeat_is_not_counted_and_a_strangers_code_stops_nothing(counter: Counter):
    [n, *_] = held_by(counter, cast.COURIER_2) + held_by(counter, cast.COURIER)
    with counter.browser(cast.CLERK) as page:
        begin(page, counter, "", "")
        for text in (n, "https://example.com/?id=1", "../../etc/passwd", "1" * 900, n):
            page.fill("#scan-text", text)
            page.press("Enter")
            page.wait_for("document.querySelector('#scan-text').value === ''")
        page.wait_for("document.querySelector('#scan-fault').textContent.includes(' ')")
        assert page.text("#total") == "1"
        assert page.complaints == []


LOSE_THE_ANSWER = """
const real = window.fetch
window.fetch = async (path, ...more) => {
    const answer = await real(path, ...more)
    if (path !== "/api/commit" || !window.losing) return answer
    window.losing -= 1
    throw new TypeError("the network is gone")
}
"""
ANOTHER_LIST = """
const before = window.fetch
window.fetch = (path, facts) => {
    if (path !== "/api/handover/propose") return before(path, facts)
    return before(path, {...facts, body: JSON.stringify({...JSON.parse(facts.body), scans: [%r]})})
}
"""


def test_an_answer_that_is_lost_records_nothing_twice_and_another_list_is_never_signed(
    counter: Counter,
):
    holder = next(who for who in (cast.COURIER, cast.COURIER_2) if len(held_by(counter, who)) > 2)
    first, second, third, *_ = held_by(counter, holder)
    size = entries(counter)
    with counter.browser(cast.CLERK) as page:
        begin(page, counter, holder, cast.CLERK)
        page.evaluate(LOSE_THE_ANSWER)
        page.evaluate("window.losing = 3")  # the page asks three times by itself
        burst(page, first)
        page.wait_for("document.querySelector('#total').textContent === '1'")
        sign(page, counter, holder, cast.CLERK)
        assert page.text("#sign .fault")
        burst(page, second)
        page.wait_for("document.querySelector('#total').textContent === '2'")
        page.evaluate("document.querySelector('#done').hidden = true")
        page.click(
            "#sign button.main"
        )  # asked again by its hash: what was scanned since is not in it
        page.wait_for("!document.querySelector('#done').hidden")
        assert page.text("#total") == "1"
        assert entries(counter) == size + 1

        page.evaluate("document.querySelector('#done').hidden = true")
        page.evaluate(ANOTHER_LIST % third)
        page.wait_for("document.querySelector('#total').textContent === '1'")
        sign(page, counter, holder, cast.CLERK)
        assert page.text("#sign .fault")
        assert entries(counter) == size + 1
    assert {second, third} <= set(held_by(counter, holder))


def entries(counter: Counter) -> int:
    with counter.world.session.database.read() as connection:
        return LogBook(connection).seq
