"""Days, months and hours against a calendar that counts them one by one."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.calendar import instant, local_date, month_end, month_later, months, period, quarter
from chalicelib.core.hours import next_contact
from chalicelib.core.limitation import before
from chalicelib.core.rulebook import Actor, Channel, Holiday, Rulebook, Text
from chalicelib.core.workdays import is_working_day, moved_to_working_day, working_days_later
from tests.builders import day, shipped
from tests.core import almanac
from tests.core.almanac import A_DAY, DAYS, LAWS, Day

RULES = shipped()
SATURDAY = 6
WAYS = [(Channel.EMAIL, Actor.SYSTEM), (Channel.CALL, Actor.CLERK), (Channel.CALL, Actor.SUPERVISOR)]
START = datetime(almanac.FIRST_YEAR, 1, 1, tzinfo=UTC)
ZONES = st.sampled_from(sorted(LAWS))
EARLY, LATE = 500, len(DAYS) - 800
EDGES = [one for one in DAYS[EARLY:LATE] if (one.month, one.day) in ((2, 28), (2, 29), (3, 1), (12, 31))]
SOME_DAYS = st.one_of(st.sampled_from(DAYS[EARLY:LATE]), st.sampled_from(EDGES))


def moment(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def ours(one: Day) -> date:
    return day(str(one))


@st.composite
def minutes(draw: st.DrawFn, zone: str) -> int:
    """A minute; often one near midnight there, or near a change of its clocks."""
    midnight = st.integers(EARLY, LATE).map(lambda number: number * A_DAY - LAWS[zone].ahead)
    near = [st.sampled_from(almanac.turns(zone)[4:-4]).map(lambda turn: turn[0])] if almanac.turns(zone) else []
    minute: int = draw(st.one_of(st.integers(EARLY * A_DAY, LATE * A_DAY), midnight, *near))
    return minute + draw(st.integers(-200, 200))


@given(st.data(), ZONES)
def test_fault_38_a_day_is_the_one_a_clock_in_the_zone_shows(data: st.DataObject, zone: str) -> None:
    minute = data.draw(minutes(zone))
    assert local_date(moment(minute), zone) == ours(almanac.clock(minute, zone)[0])


@given(st.data(), ZONES, st.one_of(st.integers(0, A_DAY - 1), st.integers(0, 240)))
def test_fault_38_an_hour_of_a_day_is_the_first_minute_a_clock_shows_it(
    data: st.DataObject, zone: str, minute: int
) -> None:
    """An hour that is left out when clocks go forward is none at which anything is sent: those are by day."""
    on, _ = almanac.clock(data.draw(minutes(zone)), zone)
    shown = almanac.first_minute(on, minute, zone)
    made = instant(ours(on), time(*divmod(minute, 60)), zone)
    assert made == moment(shown) if shown is not None else minute < 4 * 60


@given(SOME_DAYS)
def test_fault_38_months_quarters_and_years_have_the_days_they_have(one: Day) -> None:
    month = [other for other in DAYS if other[:2] == one[:2]]
    of_quarter = [other for other in DAYS if other.year == one.year and (other.month - 1) // 3 == (one.month - 1) // 3]
    assert month_end(ours(one)) == ours(month[-1])
    assert month_later(ours(one)) == ours(DAYS[DAYS.index(month[-1]) + 1])
    for text, days in (
        (f"{one.year}", [other for other in DAYS if other.year == one.year]),
        (f"{one.year}-{one.month:02}", month),
        (quarter(ours(one)), of_quarter),
    ):
        span = period(text)
        assert (span.first, span.last, span.days) == (ours(days[0]), ours(days[-1]), len(days))
        assert [known.days for known in months(span)] == [
            almanac.length(one.year, number) for number in dict.fromkeys(other.month for other in days)
        ]


@given(SOME_DAYS, st.integers(-60, 60))
def test_fault_38_so_many_months_before_a_day_is_that_day_of_the_month_or_its_last(one: Day, count: int) -> None:
    year, month = one.year, one.month
    for _ in range(abs(count)):
        month += -1 if count > 0 else 1
        if month in (0, 13):
            year, month = (year - 1, 12) if month == 0 else (year + 1, 1)
    assert before(ours(one), count) == date(year, month, min(one.day, almanac.length(year, month)))


# what is open when


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Rulebook, int]:
    """The rules in some zone with some holidays, and a minute near one of them or near a change of the clocks."""
    zone = draw(ZONES)
    minute = draw(minutes(zone))
    here = ours(almanac.clock(minute, zone)[0])
    holidays = []
    for _ in range(draw(st.integers(0, 3))):
        first = here + timedelta(days=draw(st.integers(-8, 12)))
        make_up = tuple(first + timedelta(days=draw(st.integers(-9, 12))) for _ in range(draw(st.integers(0, 2))))
        last = first + timedelta(days=draw(st.integers(0, 8)))
        quiet = draw(st.integers(0, 3))
        name = Text(zh="节", en="Holiday")
        holidays.append(
            Holiday(name=name, first=first, last=last, source="announcement", make_up=make_up, quiet_days=quiet)
        )
    community = replace(RULES.community, time_zone=zone, holidays=tuple(holidays))
    return replace(RULES, community=community), minute


def is_rest(on: Day, rules: Rulebook) -> bool:
    return any(str(holiday.first) <= str(on) <= str(holiday.last) for holiday in rules.community.holidays)


def is_work(on: Day, rules: Rulebook) -> bool:
    make_up = [str(worked) for holiday in rules.community.holidays for worked in holiday.make_up]
    return str(on) in make_up or (on.weekday < SATURDAY and not is_rest(on, rules))


def is_quiet(on: Day, rules: Rulebook) -> bool:
    """Whether the day, or one so near that its quiet reaches here, is a holiday."""
    here = almanac.NUMBER[str(on)]
    return any(
        str(holiday.first) <= str(DAYS[here + away]) <= str(holiday.last)
        for holiday in rules.community.holidays
        for away in range(-holiday.quiet_days, holiday.quiet_days + 1)
    )


def is_on_duty(on: Day, way: Channel, by: Actor, rules: Rulebook) -> bool:
    """Messages go out on every day that is not quiet; people come as rostered, and on a weekend that is worked."""
    roster = rules.collection.roster
    is_there = way is Channel.EMAIL or on.weekday in roster[by] or (is_work(on, rules) and on.weekday >= SATURDAY)
    return is_there and not is_quiet(on, rules)


def open_minutes(minute: int, way: Channel, by: Actor, rules: Rulebook) -> Iterator[int]:
    """The minutes from one on at which a contact is allowed, each looked at by itself."""
    spans = rules.collection.call_hours if way is Channel.CALL else (rules.collection.message_hours,)
    days: dict[Day, bool] = {}
    for later in range(minute, minute + 60 * A_DAY):
        on, minute_of_day = almanac.clock(later, rules.community.time_zone)
        if on not in days:
            days[on] = is_on_duty(on, way, by, rules)
        now = f"{minute_of_day // 60:02}:{minute_of_day % 60:02}"
        if days[on] and any(span.opens <= now < span.closes for span in spans):
            yield later


@given(calendars(), st.sampled_from(WAYS))
def test_fault_38_the_next_contact_is_the_first_minute_at_which_it_is_allowed(
    drawn: tuple[Rulebook, int], how: tuple[Channel, Actor]
) -> None:
    (rules, minute), (way, by) = drawn, how
    first = next(open_minutes(minute, way, by, rules))
    assert next_contact(moment(minute), way, rules, by=by, has_care=False) == moment(first)


@given(calendars(), st.integers(1, 15))
def test_fault_38_working_days_are_those_counted_one_by_one(drawn: tuple[Rulebook, int], count: int) -> None:
    rules, minute = drawn
    on = almanac.clock(minute, rules.community.time_zone)[0]
    ahead = DAYS[almanac.NUMBER[str(on)] :]
    assert is_working_day(ours(on), rules.community) is is_work(on, rules)
    worked = [later for later in ahead[1:90] if is_work(later, rules)]
    assert working_days_later(ours(on), count, rules.community) == ours(worked[count - 1])
    assert moved_to_working_day(ours(on), rules.community) == ours(
        next(later for later in ahead if is_work(later, rules))
    )


@pytest.mark.parametrize("year", [2000, 2100, 2400])
def test_fault_38_the_last_year_of_a_century_has_its_leap_day_every_four_hundred_years(year: int) -> None:
    assert period(f"{year}-02").days == almanac.length(year, 2)
