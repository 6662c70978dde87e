"""Items leave our hands at a counter page: delivered to a messenger, or back to their sender."""

from kt1custody.core.custody.table import ItemState, Status
from kt1custody.services.custody import look
from kt1custody.store.log import LogBook
from tests.kit import cast
from tests.kit.counter import Counter, scan

NAME = "=Trần <b>Văn</b> Lấy"  # it is a name, whatever it looks like


def state(counter: Counter, n: int) -> ItemState:
    return look.scanned(counter.world.session, f"{n:012d}")[1]


def test_a_messenger_collects_and_a_sender_takes_back(counter: Counter):
    first, second, third, *_ = counter.held_by(cast.COURIER)
    with counter.browser(cast.CLERK) as page:
        page.go(f"{counter.url}/handover")
        page.click("a[href='/deliver']")
        page.wait_for("document.activeElement && document.activeElement.id === 'scan-text'")
        for n in (first, second):
            scan(page, f"{n:012d}")
        page.wait_for("document.querySelectorAll('#list tr.stop').length === 2")  # not the clerk's
        page.choose("#giver", cast.COURIER)
        page.wait_for("document.querySelector('#list tr.stop') === null")
        assert page.evaluate("document.querySelector('#sign button.main').disabled")  # to whom?
        page.fill("#name", NAME)
        page.fill("#note", "ký thay")
        page.press("Tab")
        counter.sign(page, cast.COURIER)
        assert page.text("#sign .fault") == ""
        assert "lời của" in page.text("#done")

        page.choose("#verb", "return")
        scan(page, f"{third:012d}")
        page.fill("#name", NAME)
        page.press("Tab")
        page.wait_for("!document.querySelector('#reason-row').hidden")
        assert page.evaluate("document.querySelector('#sign button.main').disabled")
        page.choose("#reason", "withdrawn")
        counter.sign(page, cast.COURIER)
        assert page.text("#sign .fault") == ""
        assert page.complaints == []
    assert [state(counter, n).status for n in (first, second, third)] == [
        Status.DELIVERED, Status.DELIVERED, Status.RETURNED,
    ]  # fmt: skip
    with counter.world.session.database.read() as connection:
        book = LogBook(connection)
        [entry] = book.newest("deliver", 1)
        assert entry.act.fields["remark"] is True
        assert entry.act.persons == (cast.COURIER,)
        assert not any(part in entry.raw for part in (NAME.encode(), b"thay"))
