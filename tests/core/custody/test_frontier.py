"""How far numbers, serials and counters have got, whoever takes what."""

from dataclasses import dataclass, field
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from kt1custody.core.custody import frontier
from kt1custody.core.custody.table import ItemState, Status
from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log.act import Act, make_act

NOW = 1_795_392_000  # November 2026
LAST = numbers.LAST_RUNNING


@dataclass
class Log:
    """What is taken."""

    items: dict[int, ItemState] = field(default_factory=dict)
    serials: set[int] = field(default_factory=set)
    frontiers: dict[str, int] = field(default_factory=dict)

    def frontier(self, name: str) -> int | None:
        return self.frontiers.get(name)

    def item(self, n: int) -> ItemState | None:
        return self.items.get(n)

    def printed(self, serial: int) -> int | None:
        return 1 if serial in self.serials else None

    def take(self, act: Act, at: int = NOW) -> set[str]:
        codes = frontier.faults(self, act, at)
        fresh, serials = dict[int, ItemState](), set[int]()
        if not codes and act.type == "register":
            fresh = {line.n: state(line.n) for line in act.lines if line.n not in self.items}
        if not codes and act.type == "print":
            serials = {line.number("serial") for line in act.lines} - self.serials
        self.frontiers |= frontier.moved(self, act, codes, fresh, serials)
        self.items |= fresh
        self.serials |= serials
        return codes


def state(n: int) -> ItemState:
    status = Status.REGISTERED
    return ItemState(
        n=n,
        mark=0,
        urgency=0,
        kind=0,
        appt=None,
        dest=680_900,
        commit=b"",
        status=status,
        holder="680900",
        seal=None,
        voided=(),
        head=b"",
        head_seq=1,
        since=NOW,
    )


def number(running: int, year: int = 2026) -> int:
    return numbers.item_number(log_number=68, year=year, running=running)


def act(kind: str, lines: list[dict[str, cbor.Value]], dev: str = "QUAY01", dseq: int = 0) -> Act:
    own = {"list": bytes(32)} if kind == "register" else {}
    return make_act({
        "v": 1, "type": kind, "log": "kt1.lamdong.vn/68", "id": bytes(16), "at": NOW, "dev": dev,
        "dseq": dseq, "dprev": bytes(32) if dseq else b"", "seen": [0, bytes(32)], "by": "NV011", "items": lines,
        "office": 680_900, **own,
    })  # fmt: skip


def register(*given: int) -> Act:
    told: dict[str, cbor.Value] = {"mark": 0, "urgency": 0, "kind": 0, "appt": None}
    told |= {"dest": 680_900, "commit": bytes(32)}
    return act("register", [{**told, "n": n} for n in given])


def prints(*given: int) -> Act:
    return act("print", [{"n": number(1), "serial": s, "job": s, "copy": 1} for s in given])


REACH = st.integers(0, frontier.AHEAD) | st.integers(0, 5) | st.integers(0, LAST - 1)
STORY = st.lists(st.tuples(st.booleans(), REACH, st.integers(1, 4)), max_size=15)


@given(STORY)
def test_the_server_goes_on_in_a_row_whatever_others_take(story: list[tuple[bool, int, int]]):
    log, given_out, others = Log(), 0, 0
    for is_server, reach, count in story:
        before = frontier.next_number(log, number(1))
        if is_server:
            behind = frontier.numbers_from(log, log_number=68, year=2026)
            wanted = list(islice((n for n in behind if n not in log.items), count))
            assert log.take(register(*wanted)) == set()
            assert set(wanted) <= log.items.keys()
            given_out += count
        else:
            running = min(before + reach, LAST)
            codes = log.take(register(number(running)))
            assert codes == ({"number-ahead"} if running > before + frontier.AHEAD else set())
            assert (number(running) in log.items) == (not codes)
            others += not codes
        after = frontier.next_number(log, number(1))
        assert after == next(at for at in range(1, LAST) if number(at) not in log.items)
        assert after - 1 <= given_out + others  # nobody uses up more than they take


@given(STORY)
def test_serials_go_on_in_a_row_too(story: list[tuple[bool, int, int]]):
    log, first = Log(), numbers.FIRST_SERIAL
    for is_server, reach, count in story:
        before = frontier.next_serial(log)
        if is_server:
            wanted = frontier.free_serials(log, count)
            assert log.take(prints(*wanted)) == set()
            assert set(wanted) <= log.serials
        else:
            codes = log.take(prints(before + reach))
            assert codes == ({"number-ahead"} if reach > frontier.AHEAD else set())
        after = frontier.next_serial(log)
        assert after == next(at for at in range(first, 2**32) if at not in log.serials)


@given(st.lists(st.integers(0, 3 * frontier.AHEAD) | st.just(10**9), max_size=20))
def test_a_counter_goes_on_behind_its_newest_act(counters: list[int]):
    log, newest = Log(), -1
    for dseq in counters:
        is_ahead = dseq > newest + 1 + frontier.AHEAD
        told = log.take(act("print", [{"n": number(1), "serial": 70_000, "job": 70_000, "copy": 1}],
                            dseq=dseq))  # fmt: skip
        assert ("counter-ahead" in told) == is_ahead
        newest = newest if is_ahead else max(newest, dseq)
        assert frontier.next_counter(log, "QUAY01") == newest + 1


def test_a_year_s_numbers_begin_with_the_year_somewhere_on_earth():
    new_year = 1_798_761_600  # 1 January 2027, UTC
    for at, codes in ((new_year - 86_401, {"number-ahead"}), (new_year - 86_400, set())):
        assert Log().take(register(number(1, 2027)), at) == codes
    assert Log().take(register(number(1, 2025))) == set()  # late is not ahead
    assert Log().take(register(number(1, 9999)), 10**15) == set()  # a time that no calendar has
