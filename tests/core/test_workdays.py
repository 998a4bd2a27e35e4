"""Working days, days of rest, and terms that end on one."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.workdays import closed_days, is_working_day, moved_to_working_day, working_days_later
from staff import bundle as compiler
from tests.builders import SITE, day, shipped

COMMUNITY = shipped().community
DAYS = st.dates(day("2025-01-01"), day("2027-06-30"))


@pytest.mark.parametrize(
    ("on", "is_working"),
    [
        ("2026-09-18", True),  # Friday
        ("2026-09-19", False),  # Saturday
        ("2026-09-20", True),  # Sunday worked instead of a day of the National Day holiday
        ("2026-10-01", False),
        ("2026-10-10", True),
        ("2026-02-13", True),  # quiet before the Spring Festival, yet people work
    ],
)
def test_weekends_and_holidays_are_rest_and_make_up_days_are_work(on: str, is_working: bool) -> None:
    assert is_working_day(day(on), COMMUNITY) is is_working


def test_around_the_spring_festival_nobody_is_contacted() -> None:
    closed = closed_days(COMMUNITY)
    assert [str(on) for on in sorted(closed) if "2026-02" in str(on)] == [f"2026-02-{n}" for n in range(13, 26)]


def test_working_days_are_counted_from_the_day_after() -> None:
    assert working_days_later(day("2026-09-25"), 5, COMMUNITY) == day("2026-10-09")
    assert working_days_later(day("2026-09-18"), 1, COMMUNITY) == day("2026-09-20")


def test_a_last_day_on_a_holiday_moves_to_the_next_working_day() -> None:
    assert moved_to_working_day(day("2026-10-01"), COMMUNITY) == day("2026-10-08")
    assert moved_to_working_day(day("2026-10-08"), COMMUNITY) == day("2026-10-08")


@given(DAYS, st.integers(1, 30))
def test_so_many_working_days_lie_in_between(on: date, count: int) -> None:
    last = working_days_later(on, count, COMMUNITY)
    between = [on + timedelta(days=n) for n in range(1, (last - on).days + 1)]
    assert sum(is_working_day(one, COMMUNITY) for one in between) == count
    assert is_working_day(last, COMMUNITY)


def test_the_shipped_calendar_compiles() -> None:
    assert compiler.compiled(SITE).faults == []
