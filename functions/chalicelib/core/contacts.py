"""How often an owner is contacted: once a day, and so many times in seven days, whoever does it and how."""

from datetime import date, timedelta

from .calendar import ONE_DAY
from .history import History
from .rulebook import Limits

WEEK = timedelta(days=7)


def recent(history: History, on: date) -> list[date]:
    """The days of the last seven, this one included, on which there was a contact."""
    return sorted({day for day in history.contacts() if on - WEEK < day <= on})


def next_free_day(history: History, limits: Limits, on: date) -> date:
    """The first day from one on on which the owner may be contacted again, if nobody does meanwhile."""
    days = recent(history, on)
    while on in days or sum(on - WEEK < day for day in days) >= limits.contacts_a_week:
        on += ONE_DAY
    return on
