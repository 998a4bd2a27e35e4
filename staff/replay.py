"""Fast-forward for the demo: days of planning and delivery in memory, by the very flows that run on AWS."""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from chalicelib.core.bundle import Bundle
from chalicelib.core.calendar import ONE_DAY
from chalicelib.flows import reminders
from chalicelib.flows.delivery import Sender, deliver
from chalicelib.flows.records import Records

from .outbox import Outbox, OutboxMail, OutboxSms
from .outlook import opening


class MemoryQueue:
    """A queue that keeps its messages in this process."""

    def __init__(self) -> None:
        self.bodies: deque[str] = deque()

    def send(self, bodies: Sequence[str]) -> None:
        self.bodies.extend(bodies)


def replay(
    records: Records, rules: Bundle, outbox: Outbox, *, until: date, days: int, on_day: Callable[[int], None]
) -> None:
    """Every day's run of a year; payments count as recorded through the evening before, as the rules ask."""
    queue, sender = MemoryQueue(), Sender(OutboxMail(outbox), OutboxSms(outbox), "live")
    day = until - timedelta(days=days)
    for index in range(days):
        records.set_ledger_through(day - ONE_DAY)
        if records.due_owners(day):
            outbox.now = opening(rules, day)
            reminders.queue_run(records, rules, queue, on=day)
            while queue.bodies:
                deliver(records, rules, sender, queue.bodies.popleft(), now=outbox.now)
        on_day(index + 1)
        day += ONE_DAY
