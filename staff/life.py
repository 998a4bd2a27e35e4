"""One owner's life under the policy: looked at when their day comes, told, called, and answering in their way."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from functools import partial
from heapq import heappop, heappush
from typing import Protocol

from msgspec.structs import replace

from chalicelib.core import goodwill
from chalicelib.core.account import Account, Bill, Hold, Instalment, Payment
from chalicelib.core.calendar import ONE_DAY
from chalicelib.core.collection import Step, Wait, approved_since, first_look, next_step
from chalicelib.core.history import History
from chalicelib.core.holds import opened
from chalicelib.core.ledger import Ledger, fold
from chalicelib.core.money import Fen, total
from chalicelib.core.notice import Approval, Notice, Outcome, State, Task
from chalicelib.core.refusal import Refusal
from chalicelib.core.rulebook import SENT_BY_MACHINE, Actor, Channel, HoldKind, Rulebook
from chalicelib.core.workdays import closed_days, moved_to_working_day, working_days_later
from chalicelib.flows.reminders import companion, doer, is_beside, next_look

PROMISES = ("nothing-owed", "interval", "closed", "twice", "unapproved", "hold")
"""What no step may break; each is checked at every step from outside the decision."""

Event = Callable[[date], bool]
"""Something that happens to an owner between two looks; whether the run is to look at once."""


class Nature(Protocol):
    """What an owner makes of being told."""

    def react(self, life: "Life", step: Step, on: date) -> None: ...


class Silent:
    """Neither pays nor answers."""

    def react(self, life: "Life", step: Step, on: date) -> None:
        """Nothing."""


class Life:
    """One owner through the days: visited when their day comes, and when something happens to them.

    The centre is made up: approvals come the next day, staff take one to three working days.
    """

    def __init__(
        self,
        rules: Rulebook,
        account: Account,
        *,
        history: History | None = None,
        nature: Nature | None = None,
        is_daily: bool = False,
    ) -> None:
        self.rules, self.account = rules, account
        self.history = history or History()
        self.steps: list[Step] = []
        self.waits: list[Wait] = []
        self.broken: list[str] = []
        self.visits = 0
        self._nature: Nature = nature or Silent()
        self._is_daily = is_daily
        self._events: list[tuple[date, int, Event]] = []
        self._count = 0
        self._folded: Ledger | None = None
        self._stopping: tuple[Hold, ...] = ()

    def run(self, first: date, last: date) -> None:
        """Every day on which there is something to do, from one to another, both included."""
        if not self.account.bills:
            return
        due = max(first, min(first_look(bill, self.rules) for bill in self.account.bills))
        while True:
            on = due if self._is_daily else min(due, self._events[0][0] if self._events else due)
            if on > last:
                return
            while self._events and self._events[0][0] <= on:
                if heappop(self._events)[2](on):
                    due = min(due, on)
            if due <= on:
                due = self._visit(on)

    def come_under(self, rules: Rulebook) -> None:
        """Other rules from now on; what has happened stays."""
        self.rules, self._folded = rules, None

    def later(self, on: date, event: Event) -> None:
        """Has something happen on a day."""
        self._count += 1
        heappush(self._events, (on, self._count, event))

    def ledger(self, on: date) -> Ledger:
        """The ledger on a day: the last one holds while no fact lies between and the same pauses stop the fee."""
        last, holds = self._folded, self.account.holds
        stopping = tuple(hold for hold in holds if hold.stops_late_fee and hold.from_ <= on)
        if last is None or stopping != self._stopping or self._is_moved_on(last.on, on):
            self._folded, self._stopping = fold(self.account, self.rules, on), stopping
            return self._folded
        last.on = on
        return last

    def _is_moved_on(self, since: date, on: date) -> bool:
        return self._has_fact_between(since, on) or self._may_break_between(since, on)

    def _may_break_between(self, since: date, on: date) -> bool:
        """Whether the last day for some instalment goes by."""
        parts = [part for hold in self.account.holds for part in hold.instalments]
        return any(since <= moved_to_working_day(part.due_on, self.rules.community) < on for part in parts)

    def _has_fact_between(self, since: date, on: date) -> bool:
        some = self.account
        return any(since < bill.issued_on <= on for bill in some.bills) or any(
            since < payment.paid_on <= on for payment in some.payments
        )

    def pay_later(self, on: date, amount: Fen | None = None) -> None:
        """Has the owner pay on a day: so much, or all that is owed by then."""
        self.later(on, partial(self._pay, amount))

    def ask(self, kind: HoldKind, on: date, parts: Sequence[Instalment] = ()) -> None:
        """Asks for a pause, and has it if the rules allow it."""
        debts = self.ledger(on).debts
        made = opened(self.account, debts, self.rules, kind, on=on, role=Actor.CLERK, by="", instalments=parts)
        if not isinstance(made, Refusal):
            self.account = replace(self.account, holds=(*self.account.holds, made))
            self._folded = None

    def close_later(self, tasks: Sequence[Task], on: date) -> None:
        """Has staff do what was open before a life began."""
        for task in tasks:
            if task.done_on is None:
                self.later(self._done_on(on), partial(self._close, task.key))

    def _visit(self, on: date) -> date:
        """The day's run for this owner, and the day it looks next."""
        self.visits += 1
        ledger = self.ledger(on)
        waiver = goodwill.waiver(self.account, ledger, self.history, on)
        if waiver:
            self.account = replace(self.account, adjustments=(*self.account.adjustments, waiver))
            self._folded = None
            ledger = self.ledger(on)
        decision = next_step(self.account, ledger, self.history, self.rules, on=on, ledger_through=on - ONE_DAY)
        if isinstance(decision, Step):
            self._check(decision, ledger, on)
            self._do(decision, on)
            return on + ONE_DAY
        self.waits.append(decision)
        if decision.reason.code == "approval" and decision.step:
            self.later(on + ONE_DAY, partial(self._approve, decision.step))
        return on + ONE_DAY if self._is_daily else next_look(decision, on, None)

    def _do(self, step: Step, on: date) -> None:
        """A message is out at once; staff take a day or three."""
        self.steps.append(step)
        if step.channel in SENT_BY_MACHINE:
            told = Notice(
                owner=step.owner,
                anchor=step.anchor,
                stage=step.stage.id,
                step=step.step,
                bills=step.bills,
                channel=step.channel,
                planned_on=on,
                state=State.SENT,
                told_on=on,
            )
            self.history = replace(self.history, notices=(*self.history.notices, told))
            self._nature.react(self, step, on)
        else:
            self._open(step, on)
        beside = companion(step)
        if beside:
            self.steps.append(beside)
            self._open(beside, on)
        if step.channel is not Channel.CASE:
            self.account = replace(self.account, last_notice=step.key, last_notice_on=on)

    def _open(self, step: Step, on: date) -> None:
        task = Task(
            owner=step.owner,
            anchor=step.anchor,
            stage=step.stage.id,
            step=step.step,
            bills=step.bills,
            task=step.channel.value,
            opened_on=on,
            reason="",
            by=doer(step),
        )
        self.history = replace(self.history, tasks=(*self.history.tasks, task))
        self.later(self._done_on(on), partial(self._finish, step))

    def _done_on(self, on: date) -> date:
        lag = 1 + on.toordinal() % 3  # how long the centre takes is a matter of the day, not of the owner
        return working_days_later(on, lag, self.rules.community)

    def _approve(self, step: Step, on: date) -> bool:
        at = datetime.combine(on, time(), UTC)
        given = Approval(owner=step.owner, notice=step.key, bills=step.bills, by="", at=at)
        self.history = replace(self.history, approvals=(*self.history.approvals, given))
        return True

    def _finish(self, step: Step, on: date) -> bool:
        self._close(step.key, on)
        if not is_beside(step.step):
            self._nature.react(self, step, on)
        return True

    def _close(self, key: str, on: date) -> bool:
        tasks = tuple(
            replace(task, done_on=on, outcome=Outcome.REACHED.value) if task.key == key else task
            for task in self.history.tasks
        )
        self.history = replace(self.history, tasks=tasks)
        return True

    def _pay(self, amount: Fen | None, on: date) -> bool:
        ledger = self.ledger(on)
        owed = ledger.outstanding if amount is None else min(ledger.outstanding, amount)
        first = next((debt.bill for debt in ledger.debts.values() if debt.outstanding(on)), None)
        if first is not None and owed > 0:
            self._count += 1
            made = paid(Fen(owed), on, f"x{self._count}", first)
            self.account = replace(self.account, payments=(*self.account.payments, made))
            self._folded = None
        return False

    def _check(self, step: Step, ledger: Ledger, on: date) -> None:
        """The promises every step must keep, checked again from outside the decision."""
        limits, last = self.rules.collection.limits, self.account.last_notice_on
        is_contact = step.channel is not Channel.CASE
        unpaid = total([ledger.debts[key].outstanding(on) for key in step.bills])
        paused = ledger.holds
        for name, is_kept in {
            "nothing-owed": unpaid > 0,
            "interval": not is_contact or last is None or (on - last).days >= limits.min_interval_days,
            "closed": not is_contact or on not in closed_days(self.rules.community),
            "twice": step.key not in {one.key for one in self.steps},
            "unapproved": not step.stage.approve or self._is_approved(step, on),
            "hold": not any(hold.covers(key, on) for hold in paused for key in step.bills),
        }.items():
            if not is_kept:
                self.broken.append(name)

    def _is_approved(self, step: Step, on: date) -> bool:
        return self.history.is_approved(step.key, step.bills, approved_since(self.rules, on))


def paid(amount: Fen, on: date, reference: str, bill: Bill) -> Payment:
    """Money that comes in on a day; `bill` says for which unit, and is paid first."""
    return Payment(
        id=f"{reference}-{on}",
        paid_on=on,
        received_on=on,
        method="bank",
        reference=reference,
        amount=amount,
        unit=bill.unit,
        bill=bill.id,
    )
