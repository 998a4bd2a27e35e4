"""How often something may be asked for: never more in any span, whatever edge lies in it and whoever asks at once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.flows.quota import FORGOTTEN, Quota, take, wait
from chalicelib.flows.records import Records
from staff.memory import MemoryTable
from tests.flows.office import at
from tests.race import race

NOW = at("2026-03-01 10:00")


def test_so_many_are_given_and_no_more() -> None:
    records = Records(MemoryTable())
    assert [take(records, "x", Quota(3), NOW) for _ in range(5)] == [True] * 3 + [False] * 2
    assert take(records, "y", Quota(3), NOW), "each is counted by itself"


@given(st.lists(st.integers(0, 3000), max_size=60), st.integers(1, 4), st.sampled_from([1, 12]))
def test_in_no_span_are_there_more_than_allowed_and_after_the_wait_there_is_one(
    minutes: list[int], most: int, hours: int
) -> None:
    records, quota = Records(MemoryTable()), Quota(most, hours)
    given_at = []
    for minute in sorted(minutes):
        now = NOW + timedelta(minutes=minute)
        if take(records, "x", quota, now):
            given_at.append(now)
    for start in given_at:
        assert sum(start <= one < start + timedelta(hours=hours) for one in given_at) <= most
    last = NOW + timedelta(minutes=max(minutes, default=0))
    assert take(records, "x", quota, last + timedelta(seconds=wait(quota, last)))


def test_fault_21_a_count_that_was_never_deleted_does_no_harm() -> None:
    records = Records(MemoryTable())
    assert take(records, "x", Quota(1), NOW)
    assert take(records, "x", Quota(1), NOW + timedelta(days=2))


@given(st.integers(0, 3000), st.sampled_from([1, 12]))
def test_a_count_is_forgotten_only_once_it_no_longer_counts(minutes: int, hours: int) -> None:
    table, quota, now = MemoryTable(), Quota(1, hours), NOW + timedelta(minutes=minutes)
    assert take(Records(table), "x", quota, now)
    (item,) = table.items()
    forgotten = datetime.fromtimestamp(int(item[FORGOTTEN]), UTC)
    assert forgotten <= now + timedelta(days=1)
    assert take(Records(table), "x", quota, forgotten)


def test_of_many_who_ask_at_once_no_more_are_given() -> None:
    records = Records(MemoryTable())
    assert sum(race(lambda _: take(records, "x", Quota(3), NOW))) == 3


@pytest.mark.parametrize("most", [1, 3])
def test_it_takes_as_many_calls_whether_there_is_one_left_or_not(most: int) -> None:
    class Counting(MemoryTable):
        calls = 0

        def get(self, pk: str, sk: str) -> dict[str, str | int] | None:
            Counting.calls += 1
            return super().get(pk, sk)

    records = Records(Counting())
    take(records, "x", Quota(most), NOW)
    first, Counting.calls = Counting.calls, 0
    take(records, "x", Quota(1), NOW)
    assert Counting.calls == first
