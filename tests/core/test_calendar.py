from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.calendar import (
    Span,
    instant,
    local_date,
    month_end,
    months,
    next_open_day,
    period,
    quarter,
)
from tests.builders import day

SHANGHAI, BERLIN = "Asia/Shanghai", "Europe/Berlin"
HOLIDAYS = {day("2026-05-01") + timedelta(days=i) for i in range(5)}


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-Q1", "2026-01-01", "2026-03-31"),
        ("2026-Q2", "2026-04-01", "2026-06-30"),
        ("2026-Q4", "2026-10-01", "2026-12-31"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2028-02", "2028-02-01", "2028-02-29"),
        ("2026-12", "2026-12-01", "2026-12-31"),
    ],
)
def test_a_period_is_a_year_a_quarter_or_a_month(text: str, first: str, last: str) -> None:
    assert period(text) == Span(day(first), day(last))


@pytest.mark.parametrize(
    "text", ["", "2026-Q5", "2026-Q0", "2026-13", "2026-1", "26", "2026-Q1 ", "2026-00", "２０２６年"]
)
def test_anything_else_is_no_period_and_the_error_says_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match="write 2026, 2026-Q1 or 2026-03"):
        period(text)


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31)))
def test_a_day_lies_in_its_quarter_and_in_one_of_its_months(some: date) -> None:
    span = period(quarter(some))
    assert span.first <= some <= span.last
    assert sum(month.first <= some <= month.last for month in months(span)) == 1
    assert sum(month.days for month in months(span)) == span.days


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31)))
def test_the_day_after_a_months_end_is_the_first(some: date) -> None:
    assert (month_end(some).year, month_end(some).month) == (some.year, some.month)
    assert (month_end(some) + timedelta(days=1)).day == 1


def test_a_span_has_both_its_ends() -> None:
    assert Span(day("2026-01-01"), day("2026-01-01")).days == 1
    assert Span(day("2026-01-01"), day("2026-03-31")).days == 90


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-01-10", "2026-01-20", ("2026-01-10", "2026-01-20")),
        ("2025-12-01", "2026-01-01", ("2026-01-01", "2026-01-01")),
        ("2026-01-31", None, ("2026-01-31", "2026-01-31")),
        ("2026-02-01", None, None),
        ("2025-01-01", "2025-12-31", None),
    ],
)
def test_the_common_part_of_two_spans(first: str, last: str | None, expected: tuple[str, str] | None) -> None:
    january = Span(day("2026-01-01"), day("2026-01-31"))
    common = january.common(day(first), day(last) if last else None)
    assert common == (Span(day(expected[0]), day(expected[1])) if expected else None)


@pytest.mark.parametrize(
    ("utc", "local"),
    [
        ("2026-03-31T15:59:59", "2026-03-31"),
        ("2026-03-31T16:00:00", "2026-04-01"),
        ("2026-03-31T00:00:00", "2026-03-31"),
    ],
)
def test_a_day_begins_at_midnight_where_the_community_is(utc: str, local: str) -> None:
    assert local_date(datetime.fromisoformat(utc).replace(tzinfo=UTC), SHANGHAI) == day(local)


def at(text: str, zone: str = SHANGHAI) -> datetime:
    """A local time as the instant it is."""
    local = datetime.fromisoformat(text)
    return instant(local.date(), local.time(), zone)


def test_hours_are_local_when_the_clock_is_put_forward_or_back() -> None:
    assert at("2026-03-28T09:00:00", BERLIN).hour == 8
    assert at("2026-03-29T09:00:00", BERLIN).hour == 7


def test_the_next_open_day_is_the_day_itself_unless_it_is_closed() -> None:
    assert next_open_day(day("2026-04-30"), HOLIDAYS) == day("2026-04-30")
    assert next_open_day(day("2026-05-01"), HOLIDAYS) == day("2026-05-06")
