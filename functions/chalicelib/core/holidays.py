"""Whether the working calendar of `community.yml` can be lived by: whole years, holidays of a believable length."""

from collections.abc import Iterator
from datetime import date, timedelta

from .calendar import ONE_DAY
from .fault import Fault, Path
from .rulebook import Community, Holiday, Text
from .workdays import closed_days

FILE = "community.yml"
LONGEST_DAYS = 15
"""The longest a holiday may be; the state's own have nine days at most (《全国年节及纪念日放假办法》)."""
LONGEST_QUIET_DAYS = 45
"""The longest nobody may be out of reach, quiet days included: `hours.next_contact` looks 60 days ahead."""
_SATURDAY, _DECEMBER = 5, 12


def faults(community: Community) -> Iterator[Fault]:
    """Holidays that end before they start, last too long or overlap, and make-up days that are none."""
    found = []
    for index, holiday in enumerate(community.holidays):
        path: Path = ("holidays", index)
        found += [*_length(path, holiday), *_overlap(path, holiday, community.holidays[:index])]
        yield from _make_up(path, holiday)
    yield from found or _quiet(community)


def years(community: Community, on: date) -> tuple[list[Fault], list[Fault]]:
    """As of a day: the coming year if it is missing from December on (it is announced by then), and this one.

    A year is there once it has the holidays as the State Council arranged them, with their make-up days; those the law
    alone gives are only a guess at them.
    """
    known = {holiday.first.year for holiday in community.holidays if holiday.make_up}
    coming = [on.year + 1] if on.month == _DECEMBER else []
    due, missed = (
        [Fault(FILE, ("holidays",), "holidays-missing", {"year": str(year)}) for year in some if year not in known]
        for some in (coming, [on.year])
    )
    return due, missed


def _length(path: Path, holiday: Holiday) -> Iterator[Fault]:
    values = {"last": str(holiday.last)}
    if holiday.last < holiday.first:
        yield Fault(FILE, (*path, "last"), "ends-before-start", values, f">= {holiday.first}")
    if days := _too_long(holiday):
        latest = holiday.first + timedelta(days=LONGEST_DAYS - 1)
        said: dict[str, str | Text] = {"name": holiday.name, "days": str(days)}
        yield Fault(FILE, (*path, "last"), "holiday-too-long", said, f"<= {latest}")


def _too_long(holiday: Holiday) -> int:
    """How many days a holiday has, if there are too many."""
    days = (holiday.last - holiday.first).days + 1
    return days if days > LONGEST_DAYS else 0


def _overlap(path: Path, holiday: Holiday, earlier: tuple[Holiday, ...]) -> Iterator[Fault]:
    for other in earlier:
        if not any(map(_too_long, (holiday, other))) and holiday.first <= other.last and other.first <= holiday.last:
            values = {"name": holiday.name, "other": other.name}
            yield Fault(FILE, (*path, "first"), "holidays-overlap", values, f"> {other.last}")


def _make_up(path: Path, holiday: Holiday) -> Iterator[Fault]:
    for at, day in enumerate(holiday.make_up):
        if day.weekday() < _SATURDAY or holiday.first <= day <= holiday.last:
            yield Fault(FILE, (*path, "make_up", at), "make-up-at-work", {"day": str(day)})


def _quiet(community: Community) -> Iterator[Fault]:
    """No run of holidays and the quiet days around them keeps everybody out of reach for weeks on end."""
    closed, run = closed_days(community), 0
    for day in sorted(closed):
        run = run + 1 if day - ONE_DAY in closed else 1
        if run == LONGEST_QUIET_DAYS + 1:
            yield Fault(FILE, ("holidays",), "closed-too-long", {"day": str(day)}, f"<= {LONGEST_QUIET_DAYS}")
