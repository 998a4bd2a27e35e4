"""Working days as the state announces them, days of rest, and terms that end on one."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from .calendar import ONE_DAY
from .rulebook import Community, Holiday

_SATURDAY = 5


def closed_days(community: Community) -> frozenset[date]:
    """Every day on which nobody is contacted: holidays, and the quiet days around them."""
    return _closed(community.holidays)


def is_working_day(day: date, community: Community) -> bool:
    """Weekdays and announced make-up days (调休), less holidays: 《全国年节及纪念日放假办法》."""
    return _is_working(day, community.holidays)


def working_days_later(day: date, count: int, community: Community) -> date:
    """The day by which so many working days have passed; the first day itself does not count (Civil Code art. 201)."""
    while count:
        day += ONE_DAY
        count -= is_working_day(day, community)
    return day


def moved_to_working_day(last: date, community: Community) -> date:
    """The last day of a term: one that falls on a day of rest becomes the next working day (Civil Code art. 203)."""
    while not is_working_day(last, community):
        last += ONE_DAY
    return last


@lru_cache(maxsize=8)
def _closed(holidays: tuple[Holiday, ...]) -> frozenset[date]:
    return frozenset(day for holiday in holidays for day in _days(holiday, holiday.quiet_days))


@lru_cache(maxsize=8)
def _rest_and_make_up(holidays: tuple[Holiday, ...]) -> tuple[frozenset[date], frozenset[date]]:
    rest = frozenset(day for holiday in holidays for day in _days(holiday))
    return rest, frozenset(day for holiday in holidays for day in holiday.make_up)


def _is_working(day: date, holidays: tuple[Holiday, ...]) -> bool:
    rest, make_up = _rest_and_make_up(holidays)
    return day in make_up or (day.weekday() < _SATURDAY and day not in rest)


def _days(holiday: Holiday, around: int = 0) -> Iterator[date]:
    day = holiday.first - timedelta(days=around)
    while day <= holiday.last + timedelta(days=around):
        yield day
        day += ONE_DAY
