"""How often something may be asked for: counted before it is done, by one conditional write."""

from datetime import datetime, timedelta
from typing import NamedTuple

from .ports import Condition, Item
from .records import Records

FORGOTTEN = "forgotten"
"""From which second on the table may delete an item: when is its own affair, so nothing ever relies on it."""


class Quota(NamedTuple):
    """So many times in any span of so many hours."""

    most: int
    hours: int = 12


def take(records: Records, what: str, quota: Quota, now: datetime) -> bool:
    """Takes one of the times something may be asked for; whether there was one left.

    Spans are counted apart, each under a key of its own, so that nothing depends on old counts being deleted. What was
    taken in the span before counts as well: at no edge between two may more be asked for. Always two calls. Once it no
    longer counts it may be forgotten, for a key may say by its mark who asked.
    """
    before, this = (_key(what, quota, now - timedelta(hours=ago)) for ago in (quota.hours, 0))
    item = records.table.get(before, "COUNT")
    left = quota.most - (int(item["count"]) if item else 0)
    room = [Condition("count", "below", left)]
    if left > 0:
        room.append(Condition("count", "absent"))
    forgettable: Item = {FORGOTTEN: int((now + timedelta(hours=2 * quota.hours)).timestamp())}
    return records.table.change(this, "COUNT", forgettable, add={"count": 1}, any_of=room)


def wait(quota: Quota, now: datetime) -> int:
    """The seconds after which a quota that is used up has something left for certain."""
    span = timedelta(hours=quota.hours)
    return round((span - _into(now, span) + span).total_seconds())


def _key(what: str, quota: Quota, at: datetime) -> str:
    start = at - _into(at, timedelta(hours=quota.hours))
    return f"C#{what}#{start:%Y%m%d%H}"


def _into(at: datetime, span: timedelta) -> timedelta:
    """How far into its span an instant is."""
    return timedelta(seconds=at.timestamp() % span.total_seconds())
