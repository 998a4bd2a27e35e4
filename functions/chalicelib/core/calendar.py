"""Days, months and quarters as a fee is charged by, and where a day begins."""

import re
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

ONE_DAY = timedelta(days=1)
_PERIOD = re.compile(r"(?P<year>\d{4})(?:-Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?")


class Span(Struct, frozen=True):
    """Days from one to another, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def common(self, first: date, last: date | None) -> "Span | None":
        """The part that also lies between two other days; None when there is none."""
        start = max(self.first, first)
        end = self.last if last is None else min(self.last, last)
        return Span(start, end) if start <= end else None


def month_end(day: date) -> date:
    """The last day of a day's month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - ONE_DAY


def month_later(day: date) -> date:
    """The first day of the month after a day's."""
    return month_end(day) + ONE_DAY


def months_later(day: date, count: int) -> date:
    """The same day of a month so many later, or that month's last."""
    years, month = divmod(day.month - 1 + count, 12)
    first = date(day.year + years, month + 1, 1)
    return min(first + timedelta(days=day.day - 1), month_end(first))


def period(text: str) -> Span:
    """The days of `2026`, `2026-Q1` or `2026-03`; ValueError for anything else."""
    match = _PERIOD.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a period: write 2026, 2026-Q1 or 2026-03")
    year = int(match["year"])
    if match["quarter"]:
        first = date(year, 3 * int(match["quarter"]) - 2, 1)
        return Span(first, month_end(first.replace(month=first.month + 2)))
    if match["month"]:
        first = date(year, int(match["month"]), 1)
        return Span(first, month_end(first))
    return Span(date(year, 1, 1), date(year, 12, 31))


def quarter(day: date) -> str:
    """The quarter a day lies in, as a period is written."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def months(span: Span) -> Iterator[Span]:
    """The calendar months a span touches, whole."""
    first = span.first.replace(day=1)
    while first <= span.last:
        yield Span(first, month_end(first))
        first = month_later(first)


def local_date(instant: datetime, zone: str) -> date:
    """The day an instant falls on where the community is."""
    return instant.astimezone(ZoneInfo(zone)).date()


def instant(day: date, hour: time, zone: str) -> datetime:
    """A local day and hour as an aware UTC instant."""
    return datetime.combine(day, hour, ZoneInfo(zone)).astimezone(UTC)


def next_open_day(day: date, closed_on: Collection[date]) -> date:
    """A day, or the first one after it that is not closed."""
    while day in closed_on:
        day += ONE_DAY
    return day
