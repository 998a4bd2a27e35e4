"""The days owners may want in their calendar: when bills come and fall due, and what notices announce."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from urllib.parse import urlsplit

from chalicelib.core.calendar import period
from chalicelib.core.rulebook import Rulebook

from .icalendar import Event
from .noticeboard import FOLDER, Kind, Notice

FILE = f"{FOLDER}/calendar.ics"
Label = Callable[..., str]
"""A short text by its code, with the values it is filled with."""


def events(home: str, rules: Rulebook, notices: Sequence[Notice], today: date, label: Label) -> list[Event]:
    """All that is dated, in the order of its days; `home` ends with a slash."""
    found = [*_announced(home, notices)]
    for year in (today.year, today.year + 1):
        for number in range(1, 5):
            found += _quarter(home, rules, f"{year}-Q{number}", label)
    return sorted(found, key=lambda event: (event.first, event.uid))


def _quarter(home: str, rules: Rulebook, quarter: str, label: Label) -> Iterator[Event]:
    """The time to pay a bill, from its first reminder on; its due day is an event of its own."""
    due_on = period(quarter).last
    issued_on = due_on + timedelta(days=min(day for stage in rules.collection.stages for day in stage.days))
    phone = rules.community.service_centre.phone
    name = label(f"period-quarter-{quarter[-1]}", year=quarter[:4], month="")
    for what, first, url in (("fees", issued_on, f"{home}pay/"), ("due", due_on, f"{home}balance/")):
        yield Event(
            uid=_uid(f"{what}-{quarter.lower()}", home),
            first=first,
            last=due_on,
            title=label(f"calendar-{what}", period=name),
            text=label(f"calendar-{what}-text", period=name, phone=phone),
            url=url,
            said_on=issued_on,
        )


def _announced(home: str, notices: Sequence[Notice]) -> Iterator[Event]:
    """Works, holidays and meetings; how long a rate or a reward holds is no day to keep free."""
    for notice in notices:
        front = notice.front
        if front.starts_on and front.kind is not Kind.FEES:
            yield Event(
                uid=_uid(f"notice-{notice.id}", home),
                first=front.starts_on,
                last=front.ends_on or front.starts_on,
                title=front.title,
                text=front.summary,
                url=f"{home}{notice.address}",
                said_on=notice.updated_on,
            )


def _uid(name: str, home: str) -> str:
    return f"{name}@{urlsplit(home).hostname}"
