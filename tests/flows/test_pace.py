"""The pace: all workers together stay within the messages a second the account may send."""

import threading
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.rulebook import Channel
from chalicelib.flows.pace import take_slot
from chalicelib.flows.records import Records
from staff.memory import MemoryTable
from tests.flows.office import at

NOW = at("2026-03-01 10:00")
LONG = timedelta(hours=1)


def waits(records: Records, rate: float, times: int, within: timedelta = LONG) -> list[timedelta | None]:
    return [take_slot(records, Channel.EMAIL, rate, now=NOW, within=within) for _ in range(times)]


def test_the_first_goes_at_once_and_each_after_it_a_little_later() -> None:
    assert waits(Records(MemoryTable()), 2, 3) == [timedelta(seconds=half / 2) for half in range(3)]


def test_channels_have_a_pace_of_their_own() -> None:
    records = Records(MemoryTable())
    waits(records, 1, 5)
    assert take_slot(records, Channel.SMS, 1, now=NOW, within=LONG) == timedelta(0)


def test_a_slot_too_far_off_is_not_taken_so_that_nobody_waits_for_it() -> None:
    records = Records(MemoryTable())
    taken = waits(records, 1, 10, within=timedelta(seconds=3))
    assert taken == [*[timedelta(seconds=number) for number in range(4)], *[None] * 6]
    later = NOW + timedelta(seconds=4)
    assert take_slot(records, Channel.EMAIL, 1, now=later, within=LONG) == timedelta(0)


@given(
    rate=st.floats(0.5, 500),
    moments=st.lists(st.floats(0, 20), min_size=2, max_size=40),
)
def test_no_two_slots_ever_lie_closer_than_the_rate_allows(rate: float, moments: list[float]) -> None:
    records = Records(MemoryTable())
    slots = []
    for moment in moments:  # clocks of several machines, so in no order
        now = NOW + timedelta(seconds=moment)
        wait = take_slot(records, Channel.EMAIL, rate, now=now, within=LONG)
        assert wait is not None
        slots.append(now + wait)
    gaps = [after - before for before, after in zip(sorted(slots), sorted(slots)[1:], strict=False)]
    assert min(gaps) >= timedelta(seconds=1 / rate) - timedelta(microseconds=1)


def test_sixteen_workers_at_once_take_sixteen_slots() -> None:
    records = Records(MemoryTable())
    found: list[timedelta | None] = []
    start = threading.Barrier(16)

    def work() -> None:
        start.wait()
        for _ in range(10):
            found.append(take_slot(records, Channel.EMAIL, 100, now=NOW, within=LONG))

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one for one in found if one is not None) == [timedelta(milliseconds=10 * n) for n in range(160)]
