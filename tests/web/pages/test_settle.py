"""A fork of custody: alarmed, shown in red, and settled by two officers at one screen."""

import time

from kt1custody.services.custody import look
from kt1custody.signing.person_keys import PersonKey
from tests.kit import cast
from tests.kit.counter import Counter
from tests.kit.phone import Phone, receive

FIRST, SECOND = cast.OFFICERS


def fork(counter: Counter, keys: dict[str, PersonKey]) -> tuple[int, int]:
    """An item that its holder has handed to two people; gives its number and the second step."""
    session = counter.world.session
    session.as_of = int(time.time())
    session.admit_all(keys)
    phone = Phone(counter.world)
    item = phone.held[-1]
    for to in (cast.COURIER_2, cast.DRIVER):
        act = phone.spell(phone.handover(item, to=to, witness=None))
        seq = receive(session, act).entry.seq
    return item.n, seq


def test_two_officers_settle_what_an_alarm_has_shown_them(
    counter: Counter, keys: dict[str, PersonKey]
):
    n, second = fork(counter, keys)
    with counter.browser(FIRST) as page:
        page.go(f"{counter.url}/alarms")
        assert "hai cán bộ phân xử" in page.text("main")
        assert "phân xử cùng cán bộ thứ hai" in page.text("main")
        page.go(f"{counter.url}/investigate/{n}")
        assert page.evaluate("document.querySelectorAll('rect.gap').length") >= 1
        page.click(f"a[href='/settle/{n}']")
        page.wait_for("location.pathname.startsWith('/settle/')")
        page.wait_for("document.querySelector('#second option[value=NV022]') !== null")
        page.click(f"input[value='{second}']")
        page.choose("#reason", "statements")
        page.choose("#second", SECOND)
        counter.sign(page, FIRST, SECOND)
        assert page.text("#sign .fault") == ""
        assert "#" in page.text("#done")
        page.go(f"{counter.url}/settle/{n}")
        assert "phân xử" in page.text("main")
        assert page.complaints == []
    state = look.story(counter.world.session, str(n)).state
    assert (state.holder, state.contested) == (cast.DRIVER, False)
