from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.calendar import (
    Span,
    instant,
    is_open,
    local_date,
    month_end,
    months,
    next_open_day,
    next_opening,
    period,
    quarter,
)
from tests.builders import day

SHANGHAI, BERLIN = "Asia/Shanghai", "Europe/Berlin"
OPENS, CLOSES = time(9), time(20)
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


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-04-30T08:59:59", False),
        ("2026-04-30T09:00:00", True),
        ("2026-04-30T19:59:59", True),
        ("2026-04-30T20:00:00", False),
        ("2026-05-01T12:00:00", False),
        ("2026-05-05T12:00:00", False),
        ("2026-05-06T09:00:00", True),
    ],
)
def test_the_centre_writes_inside_its_hours_and_never_on_a_holiday(local: str, expected: bool) -> None:
    assert is_open(at(local), OPENS, CLOSES, SHANGHAI, HOLIDAYS) is expected


@pytest.mark.parametrize(
    ("local", "opening"),
    [
        ("2026-04-29T12:00:00", "2026-04-29T12:00:00"),
        ("2026-04-29T08:00:00", "2026-04-29T09:00:00"),
        ("2026-04-29T20:00:00", "2026-04-30T09:00:00"),
        ("2026-04-30T21:00:00", "2026-05-06T09:00:00"),
        ("2026-05-03T12:00:00", "2026-05-06T09:00:00"),
    ],
)
def test_the_next_opening_is_now_or_the_first_open_hour(local: str, opening: str) -> None:
    assert next_opening(at(local), OPENS, CLOSES, SHANGHAI, HOLIDAYS) == at(opening)


def test_hours_are_local_when_the_clock_is_put_forward_or_back() -> None:
    for night in ("2026-03-28T22:00:00", "2026-10-24T22:00:00"):
        opening = next_opening(at(night, BERLIN), OPENS, CLOSES, BERLIN, ())
        assert is_open(opening, OPENS, CLOSES, BERLIN, ())
    assert at("2026-03-28T09:00:00", BERLIN).hour == 8
    assert at("2026-03-29T09:00:00", BERLIN).hour == 7


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2026, 12, 31), timezones=st.just(UTC)))
def test_the_next_opening_is_open_and_never_in_the_past(now: datetime) -> None:
    opening = next_opening(now, OPENS, CLOSES, BERLIN, HOLIDAYS)
    assert opening >= now
    assert is_open(opening, OPENS, CLOSES, BERLIN, HOLIDAYS)


def test_the_next_open_day_is_the_day_itself_unless_it_is_closed() -> None:
    assert next_open_day(day("2026-04-30"), HOLIDAYS) == day("2026-04-30")
    assert next_open_day(day("2026-05-01"), HOLIDAYS) == day("2026-05-06")
