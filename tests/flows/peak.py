"""A peak day in virtual time: the planner's invocations, the workers, and a queue that now and then delivers twice."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Any, NamedTuple

from chalicelib.core.notice import IN_HAND
from chalicelib.core.rulebook import Channel
from chalicelib.flows.delivery import deliver
from chalicelib.flows.ports import Delivery
from chalicelib.flows.progress import note_volume
from chalicelib.flows.records import Records
from chalicelib.flows.run import queue_run
from chalicelib.flows.sender import Sender
from staff.memory import MemoryTable
from tests.builders import bill, contact, day, owner, shipped_bundle
from tests.fakes import SENT, FakeSms
from tests.flows.office import Office, at

ON = "2026-03-01"
BEGINS, INVOKED_EVERY, INVOKED_FOR = at(f"{ON} 09:00"), timedelta(minutes=15), timedelta(seconds=570)
"""The schedule and the time of the planner, as packaged."""
TABLE_CALL, SEND_CALL, RENDERING = timedelta(milliseconds=5), timedelta(milliseconds=150), timedelta(milliseconds=5)
"""What things take; how fast this machine is plays no part."""
RATE = 14.0
BATCH, TRIES, VISIBILITY = 5, 5, timedelta(seconds=720)


@dataclass
class Clock:
    now: datetime = BEGINS

    def spend(self, time: timedelta) -> None:
        self.now += time


class TimedTable:
    """A table of which every call takes its time."""

    def __init__(self, table: MemoryTable, clock: Clock) -> None:
        self._table, self._clock = table, clock

    def __getattr__(self, name: str) -> Any:
        self._clock.spend(TABLE_CALL)
        return getattr(self._table, name)


@dataclass
class TimedMail:
    """A provider that takes everything, and notes when it came from whom."""

    clock: Clock
    calls: list[tuple[datetime, str]] = field(default_factory=list)

    def send(self, mime: bytes, *, recipient: str, notice: str, attempt: int) -> Delivery:
        self.calls.append((self.clock.now, recipient))
        self.clock.spend(SEND_CALL)
        return SENT


class Message(NamedTuple):
    """A message from when it can be seen, and how often it has been."""

    visible_at: datetime
    number: int
    body: str
    seen: int


@dataclass
class TimedQueue:
    """Delivers every fiftieth message twice; what is given back comes again, five times in all."""

    clock: Clock
    waiting: list[Message] = field(default_factory=list)
    first_queued: dict[str, datetime] = field(default_factory=dict)
    dead: list[str] = field(default_factory=list)
    shown: int = 0

    def send(self, bodies: Sequence[str], *, delay_seconds: int = 0) -> None:
        for body in bodies:
            self.first_queued.setdefault(body, self.clock.now)
            for _ in range(2 if len(self.first_queued) % 50 == 0 else 1):
                self._show(body, self.clock.now + timedelta(seconds=delay_seconds))

    def _show(self, body: str, visible_at: datetime, seen: int = 0) -> None:
        self.shown += 1
        heappush(self.waiting, Message(visible_at, self.shown, body, seen))

    def receive(self) -> list[Message]:
        """As many as a batch holds, of those that can be seen by now."""
        found: list[Message] = []
        while self.waiting and self.waiting[0].visible_at <= self.clock.now and len(found) < BATCH:
            found.append(heappop(self.waiting))
        return found

    def give_back(self, message: Message) -> None:
        if message.seen + 1 == TRIES:
            self.dead.append(message.body)
        else:
            self._show(message.body, self.clock.now + VISIBILITY, message.seen + 1)

    def age(self, message: Message) -> timedelta:
        """How long ago its notice was queued, however often it has been queued since."""
        return self.clock.now - self.first_queued[message.body]


class Peak:
    """A day on which a bill is issued to every owner; `workers` run at once."""

    def __init__(self, owners: int, workers: int) -> None:
        self.clock, table = Clock(), MemoryTable()
        self.office = Office(table=table, bundle=shipped_bundle())
        for number in range(owners):
            self.office.enter(bill(), owner=owner(f"o-{number}", contact(email=f"o-{number}@owner.example")))
        note_volume(self.office.records, {"bill-issued": owners}, day("2025-12-01"))
        self.mail, self.queue = TimedMail(self.clock), TimedQueue(self.clock)
        self._records = Records(TimedTable(table, self.clock))
        self._sender = Sender(
            self.mail,
            FakeSms(),
            "live",
            queue=self.queue,
            rates={Channel.EMAIL: RATE},
            wait=lambda seconds: self.clock.spend(timedelta(seconds=seconds)),
        )
        self._batches: list[list[Message]] = [[] for _ in range(workers)]
        self._planner_at: datetime | None = BEGINS
        self.invocations = self.deliveries = 0
        self.oldest = timedelta()

    def run(self) -> None:
        """Whoever is free first goes on, planner or worker, until nothing is planned and nothing waits."""
        free = [(BEGINS, worker) for worker in range(len(self._batches))]
        while free:
            at, worker = heappop(free)
            while self._planner_at and self._planner_at <= at:
                self._plan(self._planner_at)
            self.clock.now = at
            batch = self._batches[worker]
            batch += [] if batch else self.queue.receive()
            if batch:
                self._deliver(batch.pop(0))
                heappush(free, (self.clock.now, worker))
            elif wake := min(self._next(), default=None):
                heappush(free, (wake, worker))

    def _next(self) -> list[datetime]:
        """When there may be something to do for a worker that has nothing."""
        return [
            *([self.queue.waiting[0].visible_at] if self.queue.waiting else []),
            *([self._planner_at] if self._planner_at else []),
        ]

    def _plan(self, at: datetime) -> None:
        self.clock.now = at
        run = queue_run(
            self._records,
            self.office.bundle,
            self.queue,
            on=day(ON),
            has_time=lambda: self.clock.now < at + INVOKED_FOR,
        )
        self.invocations += 1
        self._planner_at = None if run.phase == "done" else at + INVOKED_EVERY

    def _deliver(self, message: Message) -> None:
        begun = self.clock.now
        self.clock.spend(RENDERING)
        state = deliver(self._records, self.office.bundle, self._sender, message.body, now=begun)
        if state in IN_HAND:
            self.queue.give_back(message)
        self.deliveries += 1
        self.oldest = max(self.oldest, self.queue.age(message))

    @property
    def busiest(self) -> int:
        """The most messages handed over within any one second."""
        times = sorted(when for when, _ in self.mail.calls)
        first = most = 0
        for last, when in enumerate(times):
            while when - times[first] >= timedelta(seconds=1):
                first += 1
            most = max(most, last - first + 1)
        return most

    @property
    def took(self) -> timedelta:
        """From the planner's start to the last message."""
        return max(when for when, _ in self.mail.calls) - BEGINS
