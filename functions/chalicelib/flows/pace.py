"""The pace of a channel: all workers together hand over no more messages a second than the account may send."""

from datetime import UTC, datetime, timedelta

from ..core.rulebook import Channel
from .ports import Condition, Item
from .records import Records

_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def take_slot(
    records: Records, channel: Channel, per_second: float, *, now: datetime, within: timedelta
) -> timedelta | None:
    """How long to wait for one's own moment to send, of which each is given once; None if it is further off.

    A bucket of one token a channel, kept as the moment of the next (the generic cell rate algorithm): slots lie a
    fixed distance apart, whoever takes them.
    """
    pk, sk = f"C#pace-{channel.value}", "COUNT"
    at, apart = (now - _EPOCH) // _MICROSECOND, round(1_000_000 / per_second)
    while True:  # again from the top when another worker took the slot
        item = records.table.get(pk, sk)
        free = int(item["free_at"]) if item else 0
        slot = max(free, at)
        if slot - at > within // _MICROSECOND:
            return None
        same = Condition("free_at", "equals", free) if item else Condition("free_at", "absent")
        values: Item = {"free_at": slot + apart}
        if records.table.change(pk, sk, values, all_of=[same]):
            return timedelta(microseconds=slot - at)
