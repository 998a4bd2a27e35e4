"""Fast-forward for the demo: days of planning and delivery in memory, by the very flows that run on AWS."""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from chalicelib.core.bundle import Bundle
from chalicelib.core.calendar import ONE_DAY
from chalicelib.core.rulebook import Channel
from chalicelib.core.tasks import OUTCOMES, Standing
from chalicelib.flows import approvals, reminders, tasks
from chalicelib.flows.records import Records
from chalicelib.flows.run import queue_run
from chalicelib.flows.sender import Sender
from chalicelib.flows.work import work

from .outbox import Outbox, OutboxMail, OutboxSms
from .outlook import opening


class MemoryQueue:
    """A queue that keeps its messages in this process."""

    def __init__(self) -> None:
        self.bodies: deque[str] = deque()

    def send(self, bodies: Sequence[str], *, delay_seconds: int = 0) -> None:
        self.bodies.extend(bodies)


_LEFT_OPEN = timedelta(days=10)  # what came up lately is left for whoever tries the demo
_TAKES = timedelta(days=2)


def _work_off(records: Records, rules: Bundle, run: reminders.Run, day: date, now: datetime) -> None:
    """The made-up centre's day: demands are approved, and what was asked for two days ago is done."""
    approvals.approve(records, approvals.awaiting(run), by="demo", at=now)
    for one in run.open_tasks:
        task = one.task
        if one.standing is not Standing.ASKED or day - task.opened_on < _TAKES:
            continue
        if task.task == Channel.CASE:
            outcome = tasks.case_outcomes(rules, task)[0]
            tasks.close_case(records, rules, task.owner, outcome, on=day, key=task.key)
        else:
            way = Channel(task.task)
            tasks.record_contact(records, rules, task.owner, way, OUTCOMES[way][0], at=now)


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
            run = queue_run(records, rules, queue, on=day)
            if until - day > _LEFT_OPEN:
                _work_off(records, rules, run, day, outbox.now)
            while queue.bodies:
                work(records, rules, sender, queue.bodies.popleft(), now=outbox.now)
        on_day(index + 1)
        day += ONE_DAY
