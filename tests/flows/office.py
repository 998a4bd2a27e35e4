"""A service centre for tests: records in memory, a queue, and providers that write down what they were handed."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from typing import ClassVar

import msgspec

from chalicelib.core.account import Bill, Owner, Payment, Tenure
from chalicelib.core.bundle import Bundle, rules_digest
from chalicelib.core.calendar import instant
from chalicelib.core.notice import Notice, State, Task
from chalicelib.flows import reminders
from chalicelib.flows.ports import Mode, Table
from chalicelib.flows.records import Fact, Records
from chalicelib.flows.run import queue_run
from chalicelib.flows.sender import Sender
from chalicelib.flows.work import work
from staff.memory import MemoryTable
from tests import builders
from tests.builders import OWNER, day
from tests.fakes import FakeJournal, FakeMail, FakeQueue, FakeSms


def at(text: str) -> datetime:
    """A local time of the community (`2026-03-01 10:00`) as the instant it is."""
    on, _, hour = text.partition(" ")
    return instant(day(on), time.fromisoformat(hour or "10:00"), "Asia/Shanghai")


@dataclass
class Office:
    new_table: ClassVar[Callable[[], Table]] = MemoryTable
    table: Table = field(default_factory=lambda: Office.new_table())
    mail: FakeMail = field(default_factory=FakeMail)
    sms: FakeSms = field(default_factory=FakeSms)
    queue: FakeQueue = field(default_factory=FakeQueue)
    again: FakeQueue = field(default_factory=FakeQueue)
    journal: FakeJournal = field(default_factory=FakeJournal)
    mode: Mode = "live"
    team: frozenset[str] = frozenset()
    bundle: Bundle = field(default_factory=builders.bundle)

    @property
    def records(self) -> Records:
        return Records(self.table)

    @property
    def sender(self) -> Sender:
        return Sender(self.mail, self.sms, self.mode, self.team, queue=self.again, journal=self.journal)

    def through(self, table: Table) -> "Office":
        """The same centre with its records reached another way."""
        return replace(self, table=table)

    def enter(self, *facts: Fact, owner: Owner | None = None, look_on: str = "2026-01-01") -> None:
        """Puts an owner's facts on record, at a centre that has run by these rules before."""
        self.records.set_rules_run(rules_digest(self.bundle.rules))
        owner = owner or builders.owner()
        self.records.save_owner(owner)
        self.records.add_facts(owner.id, [fact for fact in facts if not isinstance(fact, Payment)])
        if not any(isinstance(fact, Tenure) for fact in facts):
            self.records.add_facts(owner.id, [builders.tenure()])
        for fact in facts:
            if isinstance(fact, Payment):
                self.records.record_payment(owner.id, fact)
        self.records.set_due_day(owner.id, day(look_on))

    def plan(self, on: str, *, is_fresh: bool = True) -> reminders.Run:
        """The daily run."""
        if is_fresh:
            self.records.set_ledger_through(day(on))
        return queue_run(self.records, self.bundle, self.queue, on=day(on))

    def deliver(self, now: str, body: str | None = None) -> list[State]:
        """The worker at a local time: everything in the queue, or one message."""
        bodies = [body] if body is not None else self.queue.bodies
        self.queue.bodies = [] if body is None else self.queue.bodies
        return [work(self.records, self.bundle, self.sender, one, now=at(now)) for one in bodies]

    def run(self, on: str, now: str | None = None) -> list[State]:
        """A whole day: plan in the morning, then deliver."""
        self.plan(on)
        return self.deliver(now or f"{on} 10:00")

    def notices(self, owner: str = OWNER) -> tuple[Notice, ...]:
        return self.records.notices.load_history(owner).notices

    def tasks(self, owner: str = OWNER) -> tuple[Task, ...]:
        return self.records.notices.load_history(owner).tasks

    def states(self, owner: str = OWNER) -> list[State]:
        return [notice.state for notice in self.notices(owner)]


def job(bill: Bill, step: str, owner: str = OWNER) -> str:
    return msgspec.json.encode(reminders.Job(owner, f"{bill.key}#{step}")).decode()
