"""A year of collection in minutes: made-up owners, the very decisions of `core`, and what they come to."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from heapq import heappop, heappush
from random import Random

from msgspec import Struct, field
from msgspec.structs import replace

from chalicelib.core import goodwill, holds, latefee
from chalicelib.core.account import Account, Hold, Instalment
from chalicelib.core.calendar import ONE_DAY
from chalicelib.core.collection import Step, first_look, next_step
from chalicelib.core.debt import Debt
from chalicelib.core.history import History
from chalicelib.core.holds import Refusal, opened
from chalicelib.core.ledger import Ledger, fold, stopping_late_fee
from chalicelib.core.money import Fen, total
from chalicelib.core.notice import Notice, Outcome, State, Task
from chalicelib.core.rulebook import SENT_BY_MACHINE, Actor, Channel, Rulebook
from chalicelib.core.workdays import closed_days, working_days_later
from chalicelib.flows.reminders import companion, doer, is_beside, next_look

from .behaviour import Behaviour, Offer, Profile, account, offers, paid, profile

PROMISES = ("nothing-owed", "interval", "closed", "twice", "unapproved", "hold", "cap")
"""What no step may break; each is checked at every step from outside the decision."""
CURVE_DAYS = (0, 30, 60, 90, 180)


class World(Struct, frozen=True):
    """What a simulation runs by: the rules, the days, the seed."""

    rules: Rulebook
    first: date
    last: date
    seed: int
    billed: tuple[Offer, ...]


class Tally(Struct):
    """What came of some owners: counts that add up, nothing of any one owner."""

    owners: int = 0
    visits: int = 0
    behaviours: Counter[str] = field(default_factory=Counter)
    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    due: Counter[int] = field(default_factory=Counter)
    unpaid: Counter[int] = field(default_factory=Counter)
    late_fees: int = 0
    broken: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        """Adds what came of other owners."""
        self.owners += other.owners
        self.visits += other.visits
        self.late_fees += other.late_fees
        self.behaviours.update(other.behaviours)
        self.told.update(other.told)
        self.due.update(other.due)
        self.unpaid.update(other.unpaid)
        self.broken.update(other.broken)


def world(rules: Rulebook, first: date, days: int, seed: int) -> World:
    """A simulation of so many days from one on."""
    last = first + timedelta(days=days - 1)
    return World(rules, first, last, seed, offers(rules, first, last))


def profiles(world: World, indices: Iterable[int]) -> Counter[Profile]:
    """Who these owners are: those alike in everything are one profile, counted often."""
    return Counter(profile(index, world.seed) for index in indices)


def tally(world: World, many: Mapping[Profile, int]) -> Tally:
    """What comes of owners: each profile is lived once."""
    found = Tally()
    for one, count in many.items():
        lived(world, one).note(found, count)
    return found


def lived(world: World, one: Profile, *, is_daily: bool = False) -> "Life":
    """An owner's life to the last day, looked at on the days named or, to compare, on every day."""
    life = Life(world, one, is_daily=is_daily)
    life.run()
    return life


class Life:
    """One owner through the days: visited when their day comes, and when something happens to them."""

    def __init__(self, world: World, one: Profile, *, is_daily: bool = False) -> None:
        self.world, self.profile = world, one
        self.random = Random(one.chance or 0)  # noqa: S311  # made-up owners, no secrets
        self.account: Account = account(one, world.billed, world.first)
        self.history = History()
        self.steps: list[Step] = []
        self.broken: list[str] = []
        self.visits = 0
        self._is_daily = is_daily
        self._events: list[tuple[date, int, str, object]] = []
        self._count = 0
        self._has_asked = False
        self._folded: Ledger | None = None
        self._stopping: tuple[Hold, ...] = ()

    def run(self) -> None:
        """Every day on which there is something to do, until the last."""
        bills = self.account.bills
        if not bills:
            return
        due = min(first_look(bill, self.world.rules) for bill in bills)
        due = max(due, self.world.first)
        while True:
            on = due if self._is_daily else min(due, self._events[0][0] if self._events else due)
            if on > self.world.last:
                return
            while self._events and self._events[0][0] <= on:
                if self._happen(*heappop(self._events)):
                    due = min(due, on)
            if due <= on:
                due = self._visit(on)

    def _fold(self, on: date) -> Ledger:
        """The ledger on a day: the last one still holds while no fact lies between and the same pauses stop the fee."""
        last, stopping = self._folded, stopping_late_fee(self.account, on)
        if last is None or stopping != self._stopping or self._has_fact_between(last.on, on):
            self._folded, self._stopping = fold(self.account, self.world.rules, on), stopping
            return self._folded
        last.on = on
        return last

    def _has_fact_between(self, since: date, on: date) -> bool:
        some = self.account
        return any(since < bill.issued_on <= on for bill in some.bills) or any(
            since < payment.paid_on <= on for payment in some.payments
        )

    def _visit(self, on: date) -> date:
        """The day's run for this owner, and the day it looks next."""
        self.visits += 1
        rules = self.world.rules
        ledger = self._fold(on)
        waiver = goodwill.waiver(self.account, ledger, self.history, on)
        if waiver:
            self.account = replace(self.account, adjustments=(*self.account.adjustments, waiver))
            self._folded = None
            ledger = self._fold(on)
        decision = next_step(self.account, ledger, self.history, rules, on=on, ledger_through=on - ONE_DAY)
        if isinstance(decision, Step):
            self._check(decision, ledger, on)
            self._do(decision, on)
            return on + ONE_DAY
        if decision.reason.code == "approval" and decision.step:
            self._later(on + ONE_DAY, "approved", decision.step.key)
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
            self._react(step, on)
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
        lag = 1 + on.toordinal() % 3  # how long the centre takes is a matter of the day, not of the owner
        done_on = working_days_later(on, lag, self.world.rules.community)
        self._later(done_on, "done", step)

    def _later(self, on: date, what: str, about: object) -> None:
        self._count += 1
        heappush(self._events, (on, self._count, what, about))

    def _happen(self, on: date, _: int, what: str, about: object) -> bool:
        """Something that happens to an owner between two looks; whether the run is to look at once."""
        if what == "approved":
            self.history = replace(self.history, approved=self.history.approved | {str(about)})
            return True
        if what == "pays":
            self._pay(on, about)
            return False
        assert isinstance(about, Step)  # noqa: S101  # the only other event
        self._close(about, on)
        if not is_beside(about.step):
            self._react(about, on)
        return True

    def _close(self, step: Step, on: date) -> None:
        tasks = tuple(
            replace(task, done_on=on, outcome=Outcome.REACHED.value) if task.key == step.key else task
            for task in self.history.tasks
        )
        self.history = replace(self.history, tasks=tasks)

    def _react(self, step: Step, on: date) -> None:
        """What an owner makes of being told, by their behaviour."""
        random, behaviour = self.random, self.profile.behaviour
        if behaviour in (Behaviour.ON_TIME, Behaviour.LATE):
            return
        if behaviour is Behaviour.FORGETFUL and random.random() < 0.5:
            self._later(on + timedelta(days=random.randint(1, 6)), "pays", None)
        elif behaviour is Behaviour.MOVED and step.stage.demand and random.random() < 0.3:
            self._later(on + timedelta(days=random.randint(3, 20)), "pays", None)
        elif behaviour is Behaviour.DISPUTING and step.stage.demand:
            self._ask("dispute", on)
            self._later(on + timedelta(days=random.randint(5, 30)), "pays", None)
        elif behaviour is Behaviour.HARDSHIP:
            self._hardship(step, on)

    def _hardship(self, step: Step, on: date) -> None:
        """Asks for instalments once they are demanded, and keeps most of them."""
        random = self.random
        if not step.stage.demand:
            return
        if self._has_asked:
            if random.random() < 0.3:
                self._later(on + timedelta(days=random.randint(5, 30)), "pays", None)
            return
        self._has_asked = True
        owed = self._fold(on).outstanding
        third = Fen(owed // 3)
        parts = [Instalment(on + timedelta(days=30 * n), third if n < 3 else Fen(owed - 2 * third)) for n in (1, 2, 3)]
        self._ask("plan", on, parts)
        for part in parts:
            if random.random() < 0.85:
                self._later(part.due_on, "pays", part.amount)

    def _ask(self, kind: str, on: date, parts: list[Instalment] | None = None) -> None:
        debts = self._fold(on).debts
        made = opened(
            self.account,
            debts,
            self.world.rules,
            kind,  # type: ignore[arg-type]
            on=on,
            role=Actor.CLERK,
            by="",
            instalments=parts or (),
        )
        if not isinstance(made, Refusal):
            self.account = replace(self.account, holds=(*self.account.holds, made))

    def _pay(self, on: date, amount: object) -> None:
        ledger = self._fold(on)
        owed = ledger.outstanding if amount is None else min(ledger.outstanding, amount)  # type: ignore[call-overload]
        first = next((debt.bill for debt in ledger.debts.values() if debt.outstanding(on)), None)
        if first is not None and owed > 0:
            payment = paid(Fen(owed), on, f"x{self._count}", first)
            self._count += 1
            self.account = replace(self.account, payments=(*self.account.payments, payment))
            self._folded = None

    def _check(self, step: Step, ledger: Ledger, on: date) -> None:
        """The promises every step must keep, checked again from outside the decision."""
        rules, limits = self.world.rules, self.world.rules.collection.limits
        last = self.account.last_notice_on
        is_contact = step.channel is not Channel.CASE
        unpaid = total([ledger.debts[key].outstanding(on) for key in step.bills])
        for name, is_kept in {
            "nothing-owed": unpaid > 0,
            "interval": not is_contact or last is None or (on - last).days >= limits.min_interval_days,
            "closed": not is_contact or on not in closed_days(rules.community),
            "twice": step.key not in {one.key for one in self.steps},
            "unapproved": not step.stage.approve or step.key in self.history.approved,
            "hold": not any(hold.covers(key, on) for hold in holds.effective(self.account, on) for key in step.bills),
        }.items():
            if not is_kept:
                self.broken.append(name)

    def note(self, found: Tally, count: int = 1) -> None:
        """Adds so many lives like this to what came of all."""
        last = self.world.last
        ledger = fold(self.account, self.world.rules, last)
        found.owners += count
        found.visits += count * self.visits
        found.behaviours[self.profile.behaviour.label] += count
        for promise in self.broken:
            found.broken[promise] += count
        for step in self.steps:
            found.told[step.stage.id, step.channel.value] += count
        for debt in ledger.debts.values():
            self._note_debt(debt, found, count)

    def _note_debt(self, debt: Debt, found: Tally, count: int) -> None:
        last, principal = self.world.last, debt.bill.principal
        late_fee = debt.late_fee(last)
        found.late_fees += count * late_fee
        if debt.late_fee_rule and late_fee > latefee.cap(principal, debt.late_fee_rule):
            found.broken["cap"] += count
        for days in CURVE_DAYS:
            day = debt.bill.due_on + timedelta(days=days)
            if day <= last:
                found.due[days] += count * principal
                found.unpaid[days] += count * next((left for since, left in reversed(debt.unpaid) if since <= day), 0)
