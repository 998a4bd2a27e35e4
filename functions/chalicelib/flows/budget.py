"""The month's budget of text messages: counted in the parts carriers bill, before each is sent."""

from datetime import date
from typing import NamedTuple

from ..core.rulebook import Limits
from .ports import Condition
from .records import Records


class Spent(NamedTuple):
    """How many parts of a month's budget are gone; `most` is None where there is no budget."""

    segments: int
    most: int | None

    @property
    def percent(self) -> int:
        return 100 * self.segments // self.most if self.most else 0

    @property
    def is_low(self) -> bool:
        """Four fifths are gone: time to tell somebody, while it still goes on."""
        return self.percent >= 80


def spend(records: Records, limits: Limits, segments: int, on: date) -> bool:
    """Takes the parts of one message out of the month's budget; whether there were enough left.

    Taken before the call, and given back only where it is certain that nothing went out: the budget may be used up
    early, never passed.
    """
    most = limits.sms_segments_a_month
    if most is None:
        return records.table.change(*_key(on), {}, add={"segments": segments})
    if segments > most:
        return False
    room = [Condition("segments", "absent"), Condition("segments", "below", most - segments + 1)]
    return records.table.change(*_key(on), {}, add={"segments": segments}, any_of=room)


def refund(records: Records, segments: int, on: date) -> None:
    """Gives the parts back of a message its provider did not take."""
    records.table.change(*_key(on), {}, add={"segments": -segments})


def load_spent(records: Records, limits: Limits, on: date) -> Spent:
    """What is gone of the budget of a day's month."""
    item = records.table.get(*_key(on))
    return Spent(int(item["segments"]) if item else 0, limits.sms_segments_a_month)


def _key(on: date) -> tuple[str, str]:
    return f"C#sms-{on:%Y-%m}", "COUNT"
