"""The circuit of a channel: once the provider takes nothing at all, nobody calls it but one who tries, now and then."""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from ..core.rulebook import Channel
from .item import instant
from .ports import Condition, Item
from .records import Records

PROBED_EVERY = timedelta(minutes=15)


class Circuit(StrEnum):
    """Whether a channel may be called: closed, it may; open, it may not; half-open, by this one alone."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Stop(Struct, frozen=True):
    """Why a channel is not called, and since when."""

    channel: Channel
    reason: str
    since: datetime
    probe_at: datetime


def circuit(records: Records, channel: Channel, now: datetime) -> Circuit:
    """Whether a channel may be called now; of all who ask once a try is due, one may make it."""
    stop = load_stop(records, channel)
    if stop is None:
        return Circuit.CLOSED
    if now < stop.probe_at:
        return Circuit.OPEN
    same = Condition("probe_at", "equals", stop.probe_at.isoformat())
    next_probe: Item = {"probe_at": (now + PROBED_EVERY).isoformat()}
    is_ours = records.table.change(*_key(channel), next_probe, all_of=[same])
    return Circuit.HALF_OPEN if is_ours else Circuit.OPEN


def load_stop(records: Records, channel: Channel) -> Stop | None:
    """What has stopped a channel; None while it may be called."""
    item = records.table.get(*_key(channel))
    if item is None or item["state"] != Circuit.OPEN:
        return None
    since, probe_at = instant(item["since"]), instant(item["probe_at"])
    assert since and probe_at  # noqa: S101  # written together
    return Stop(channel, str(item["reason"]), since, probe_at)


def open_circuit(records: Records, channel: Channel, reason: str, now: datetime) -> bool:
    """Stops a channel; whether it was running until now."""
    values: Item = {"state": Circuit.OPEN.value, "reason": reason, "probe_at": (now + PROBED_EVERY).isoformat()}
    running = [Condition("state", "absent"), Condition("state", "equals", Circuit.CLOSED.value)]
    is_first = records.table.change(*_key(channel), {**values, "since": now.isoformat()}, any_of=running)
    if not is_first:
        records.table.change(*_key(channel), values)
    return is_first


def close_circuit(records: Records, channel: Channel) -> bool:
    """Lets everybody call a channel again; whether it was stopped."""
    was_open = Condition("state", "equals", Circuit.OPEN.value)
    return records.table.change(*_key(channel), {"state": Circuit.CLOSED.value}, all_of=[was_open])


def _key(channel: Channel) -> tuple[str, str]:
    return f"M#circuit-{channel.value}", "MARKER"
