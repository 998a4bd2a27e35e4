"""A calendar worked out the long way, as a judge of ours: days counted one by one, clocks by the laws of each zone."""

from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

FIRST_YEAR, LAST_YEAR = 2007, 2036
"""Through which the laws below have stood, and are written into calendars."""
LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
A_DAY = 24 * 60
SUNDAY = 7


class Day(NamedTuple):
    """A day and its place in the week, Monday being 1."""

    year: int
    month: int
    day: int
    weekday: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}-{self.day:02}"


def length(year: int, month: int) -> int:
    is_leap = year % 400 == 0 or (year % 4 == 0 and year % 100 != 0)
    return 29 if month == 2 and is_leap else LENGTHS[month - 1]


def _days() -> Iterator[Day]:
    """Every day from 1 January 2007, a Monday."""
    weekday = 1
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for month in range(1, 13):
            for day in range(1, length(year, month) + 1):
                yield Day(year, month, day, weekday)
                weekday = weekday % 7 + 1


DAYS = list(_days())
NUMBER = {str(day): number for number, day in enumerate(DAYS)}


class Law(NamedTuple):
    """Minutes ahead of UTC, and in summer; when that begins and ends: month, which Sunday, minute of its day in UTC."""

    ahead: int
    summer: int = 0
    begins: tuple[int, int, int] = (0, 0, 0)
    ends: tuple[int, int, int] = (0, 0, 0)


LAWS = {
    "Asia/Shanghai": Law(480),
    "Asia/Kathmandu": Law(345),
    "Pacific/Kiritimati": Law(840),
    "Pacific/Honolulu": Law(-600),
    "Europe/Berlin": Law(60, 120, (3, -1, 60), (10, -1, 60)),
    "America/New_York": Law(-300, -240, (3, 2, 7 * 60), (11, 1, 6 * 60)),
    "Australia/Sydney": Law(600, 660, (10, 1, -8 * 60), (4, 1, -8 * 60)),
    "Australia/Lord_Howe": Law(630, 660, (10, 1, -8 * 60 - 30), (4, 1, -9 * 60)),
}


@cache
def turns(zone: str) -> list[tuple[int, int]]:
    """The minutes since the first day (UTC) at which a zone's clocks change, and how far they are ahead from then."""
    law = LAWS[zone]
    found = []
    for (month, which, minute), ahead in ((law.begins, law.summer), (law.ends, law.ahead)):
        for year in range(FIRST_YEAR + 1, LAST_YEAR + 1):
            sundays = [number for number, day in enumerate(DAYS) if day[:2] == (year, month) and day.weekday == SUNDAY]
            if sundays:
                found.append((sundays[which if which < 0 else which - 1] * A_DAY + minute, ahead))
    return sorted(found)


def clock(minute: int, zone: str) -> tuple[Day, int]:
    """What a clock in a zone shows at a minute: the day, and its minute."""
    found = bisect_right(turns(zone), minute, key=lambda turn: turn[0])
    ahead = turns(zone)[found - 1][1] if found else LAWS[zone].ahead
    number, minute_of_day = divmod(minute + ahead, A_DAY)
    return DAYS[number], minute_of_day


def first_minute(day: Day, minute_of_day: int, zone: str) -> int | None:
    """The first minute at which a clock shows a day and hour; None when it never does."""
    noon = NUMBER[str(day)] * A_DAY + A_DAY // 2
    around = range(noon - 30 * 60, noon + 30 * 60)
    return next((minute for minute in around if clock(minute, zone) == (day, minute_of_day)), None)
