"""A day's run over a whole community: what it asks of the table, and the time: `python -m benchmarks.planrun N DUE`."""

import gc
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from time import process_time
from typing import NamedTuple

from chalicelib.core.bundle import Bundle, load, rules_digest
from chalicelib.flows.records import Records
from chalicelib.flows.run import queue_run

from . import account, burden
from .metered import MeteredTable, Usage
from .process import ROOT, answer, say
from .result import Line, Result

BUNDLE = ROOT / "functions" / "chalicelib" / "bundle.json"
ON = date(2026, 12, 1)
"""The day on which owners are told of the fourth quarter's bills."""
_DAYS = 90
"""The days over which owners are spread who are looked at later."""


class Cost(NamedTuple):
    """What a run over so many owners cost, in seconds of one core and at the table, and the most memory it held."""

    owners: int
    notices: int
    seconds: float
    requests: int
    pages: int
    read_units: float
    write_units: int
    megabytes: int


class Belt:
    """A queue that keeps what it is given."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def send(self, bodies: Sequence[str], *, delay_seconds: int = 0) -> None:
        self.bodies += bodies


def cost(owners: int, due: int) -> Cost:
    """Of the daily run, when so many of the owners are to be looked at."""
    table, belt, bundle = community(owners, due), Belt(), load(BUNDLE)
    records = Records(table)
    open_day(records, bundle)
    gc.collect()
    gc.freeze()  # a real table lies elsewhere, and no collector of ours walks through it
    table.usage = Usage()
    start = process_time()
    queue_run(records, bundle, belt, on=ON)
    return Cost(owners, len(belt.bodies), process_time() - start, **asdict(table.usage), megabytes=burden.peak())


def open_day(records: Records, bundle: Bundle) -> None:
    """What is so on any morning: the ledger is fresh, and the rules are those of the day before."""
    records.set_rules_run(rules_digest(bundle.rules))
    records.set_ledger_through(ON - timedelta(days=1))


def enter_due(records: Records, many: int) -> None:
    """Owners with an account each, who are to be looked at on the day."""
    for number in range(many):
        owner = account.owner(number)
        account.enter(records, owner, ON)
        records.set_due_day(owner.id, ON)


def community(owners: int, due: int) -> MeteredTable:
    """Those due have an account each; the others share one, and have a place of their own in the index."""
    table = MeteredTable()
    records = Records(table)
    enter_due(records, due)
    like_others = account.owner(due)
    account.enter(records, like_others, ON)
    shared = table.memory.partitions[f"O#{like_others.id}"]
    days = [(ON + timedelta(days=1 + number)).isoformat() for number in range(_DAYS)]
    for number in range(due, owners):
        pk = f"O#{account.owner(number).id}"
        table.memory.partitions[pk] = shared
        table.lay(pk, days[number % _DAYS])
    return table


DUE, OWNERS, ROUNDS = 500, (10_000, 100_000, 1_000_000), 5


def lines() -> Iterator[Line]:
    """However many owners there are beside those due, a run reads as much and takes as long."""
    rounds = [[Cost(*answer("planrun", owners, DUE)) for owners in OWNERS] for _ in range(ROUNDS)]
    few, *more = zip(*rounds, strict=True)
    for many in more:
        yield from compared(few, many)


def compared(few: Sequence[Cost], many: Sequence[Cost]) -> Iterator[Line]:
    """Runs over few owners as the floor of runs over many: in seconds, and in what is read and written."""
    what = f"daily run, {few[0].notices} due of {many[0].owners:,}"
    floor, ours = (statistics.median(cost.seconds for cost in costs) for costs in (few, many))
    yield Result(f"{what}: time", floor, ours, budget=1.25).line(max(cost.megabytes for cost in many))
    for name, unit in (("read_units", "read"), ("write_units", "written")):
        floor, ours = (max(getattr(cost, name) for cost in costs) for costs in (few, many))
        said = f"floor {floor:8.1f}      ours {ours:8.1f}      {ours / floor:.2f} x of 1.00 x"
        yield Line(f"{what}: units {unit}", said, ours <= floor)


if __name__ == "__main__":
    say(cost(*map(int, sys.argv[1:])))
