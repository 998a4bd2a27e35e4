"""When each way of contact may be used: messages, calls and visits have their hours, staff their days."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from .calendar import ONE_DAY, instant
from .rulebook import SENT_BY_MACHINE, Actor, Channel, Collection, Hours, Rulebook
from .workdays import closed_days, is_working_day

Window = tuple[time, time]
_SOON_DAYS = 60  # no holiday is longer; `courtyard check` refuses hours that never come


def windows(way: Channel, collection: Collection, *, has_care: bool = False) -> tuple[Window, ...]:
    """The hours of a day in which a way may be used; calls and visits under care keep to the care hours as well."""
    if way is Channel.CALL:
        hours = collection.call_hours
    elif way is Channel.VISIT:
        hours = collection.visit_hours
    else:
        hours = ()
    found = [_window(one) for one in hours or (collection.message_hours,)]
    if has_care and way in (Channel.CALL, Channel.VISIT) and collection.care_hours:
        found = [both for one in found for care in collection.care_hours if (both := _common(one, _window(care)))]
    return tuple(found)


def may_contact(now: datetime, way: Channel, rules: Rulebook, *, by: Actor, has_care: bool) -> bool:
    """Whether an owner may be contacted now: in the hours of the way, on no day of rest, by staff who are on duty."""
    return next_contact(now, way, rules, by=by, has_care=has_care) == now


def next_contact(now: datetime, way: Channel, rules: Rulebook, *, by: Actor, has_care: bool) -> datetime:
    """The first instant from now on at which a way of contact may be used."""
    zone = rules.community.time_zone
    local = now.astimezone(ZoneInfo(zone))
    day = local.date()
    for _ in range(2):  # today's hours may be over
        day = next_open_day(day, way, rules, by=by, has_care=has_care)
        for opens, closes in windows(way, rules.collection, has_care=has_care):
            if day > local.date() or local.time() < closes:
                return max(now, instant(day, opens, zone))
        day += ONE_DAY
    raise ValueError(f"no hours for {way} by {by}")


def next_open_day(day: date, way: Channel, rules: Rulebook, *, by: Actor, has_care: bool) -> date:
    """The first day from one on on which a way of contact may be used at all."""
    for _ in range(_SOON_DAYS):
        if _is_open_on(day, way, rules, by, has_care):
            return day
        day += ONE_DAY
    raise ValueError(f"no day for {way} by {by} within {_SOON_DAYS} days")


def _is_open_on(day: date, way: Channel, rules: Rulebook, by: Actor, has_care: bool) -> bool:
    """Households under care are called and visited on working days only; staff come when the roster has them."""
    if day in closed_days(rules.community):
        return False
    if way in SENT_BY_MACHINE:
        return True
    is_working = is_working_day(day, rules.community)
    if has_care and not is_working and way in (Channel.CALL, Channel.VISIT):
        return False
    roster = rules.collection.roster.get(by)
    return roster is None or day.isoweekday() in roster or (is_working and not _is_weekday(day))


def _is_weekday(day: date) -> bool:
    return day.isoweekday() <= 5


def _window(hours: Hours) -> Window:
    return hours.opening, hours.closing


def _common(one: Window, other: Window) -> Window | None:
    opens, closes = max(one[0], other[0]), min(one[1], other[1])
    return (opens, closes) if opens < closes else None
