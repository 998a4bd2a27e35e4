"""When each way of contact may be used."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.calendar import instant
from chalicelib.core.hours import may_contact, next_contact
from chalicelib.core.rulebook import Actor, Channel
from tests.builders import shipped

RULES = shipped()
WAYS = st.sampled_from([Channel.EMAIL, Channel.SMS, Channel.CALL, Channel.VISIT, Channel.LETTER])


def at(text: str) -> datetime:
    local = datetime.fromisoformat(text)
    return instant(local.date(), local.time(), RULES.community.time_zone)


def following(text: str, way: Channel, by: Actor = Actor.CLERK, *, has_care: bool = False) -> datetime:
    return next_contact(at(text), way, RULES, by=by, has_care=has_care)


@pytest.mark.parametrize(
    ("way", "now", "expected"),
    [
        (Channel.EMAIL, "2026-04-29 12:00", "2026-04-29 12:00"),
        (Channel.EMAIL, "2026-04-29 08:59", "2026-04-29 09:00"),
        (Channel.EMAIL, "2026-04-30 20:00", "2026-05-06 09:00"),  # Labour Day
        (Channel.EMAIL, "2026-02-12 21:00", "2026-02-26 09:00"),  # the Spring Festival and the days around it
        (Channel.CALL, "2026-04-29 12:00", "2026-04-29 14:30"),  # people rest at noon
        (Channel.CALL, "2026-04-29 19:29", "2026-04-29 19:29"),
        (Channel.CALL, "2026-04-25 19:30", "2026-04-26 09:30"),  # Sunday: people are at home
        (Channel.VISIT, "2026-04-29 17:30", "2026-04-30 10:00"),  # never after dark
    ],
)
def test_each_way_has_its_hours(way: Channel, now: str, expected: str) -> None:
    assert following(now, way) == at(expected)


def test_households_under_care_are_called_on_working_days_by_day() -> None:
    assert following("2026-04-24 16:30", Channel.CALL, has_care=True) == at("2026-04-27 09:30")
    assert following("2026-04-24 16:30", Channel.EMAIL, has_care=True) == at("2026-04-24 16:30")


def test_a_make_up_day_is_a_working_day_for_all() -> None:
    assert following("2026-09-19 12:00", Channel.CALL, Actor.SUPERVISOR) == at("2026-09-20 09:30")
    assert following("2026-09-19 12:00", Channel.VISIT, has_care=True) == at("2026-09-20 10:00")


def test_staff_come_when_the_roster_has_them() -> None:
    assert following("2026-04-25 10:00", Channel.CALL, Actor.SUPERVISOR) == at("2026-04-27 09:30")
    assert following("2026-04-25 10:00", Channel.CALL, Actor.CLERK) == at("2026-04-25 10:00")


@given(
    st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2026, 12, 31), timezones=st.just(UTC)),
    WAYS,
    st.sampled_from(Actor),
    st.booleans(),
)
def test_the_next_contact_is_allowed_and_never_in_the_past(
    now: datetime, way: Channel, by: Actor, has_care: bool
) -> None:
    found = next_contact(now, way, RULES, by=by, has_care=has_care)
    assert found >= now
    assert may_contact(found, way, RULES, by=by, has_care=has_care)
