"""A random community under a random policy, through skipped, repeated and disordered days: what must hold."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, get_args

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from chalicelib.core import latefee, stages
from chalicelib.core.account import Account, Holder, HoldKind, Instalment
from chalicelib.core.bundle import Bundle
from chalicelib.core.calendar import ONE_DAY, instant, local_date
from chalicelib.core.collection import Wait, is_fresh
from chalicelib.core.holds import effective
from chalicelib.core.ledger import Ledger, fold
from chalicelib.core.money import Fen
from chalicelib.core.notice import Notice, State, Task
from chalicelib.core.rulebook import Actor, Channel, Stage
from chalicelib.core.tasks import OUTCOMES
from chalicelib.core.turns import demands
from chalicelib.core.workdays import closed_days
from chalicelib.flows import approvals, holds, reminders, tasks
from chalicelib.flows.delivery import deliver
from tests.builders import bill, contact, day, owner, payment, shipped_bundle, tenure
from tests.flows.office import Office

ZONE = "Asia/Shanghai"
FIRST = day("2026-01-05")
HOURS = st.sampled_from([time(8), time(9), time(12, 30), time(19, 59), time(20), time(23)])
KINDS: tuple[HoldKind, ...] = get_args(HoldKind)
OPTIONAL = ("due-soon", "second-demand", "long-overdue", "formal-letter", "legal-review")


class Policy(NamedTuple):
    """What is changed of the shipped policy; small, so that a failing example can be read."""

    left_out: frozenset[str] = frozenset()
    unapproved: frozenset[str] = frozenset()
    first_demand: int = 7
    interval: int = 3
    a_week: int = 3
    fresh_days: int = 2

    def bundle(self) -> Bundle:
        """The shipped bundle with this policy, and a late fee that soon meets its cap."""
        bundle = shipped_bundle()
        collection = bundle.rules.collection
        changed = [self._changed(one) for one in collection.stages if one.id not in self.left_out]
        limits = replace(
            collection.limits,
            min_interval_days=self.interval,
            contacts_a_week=self.a_week,
            ledger_fresh_days=self.fresh_days,
        )
        (late_fee,) = collection.late_fees["standard"]
        steep = replace(
            late_fee, grace_days=5, daily_rate=Decimal("0.005"), cap_share=Decimal("0.1"), reference=None,
            reference_multiple=None,
        )  # fmt: skip
        collection = replace(collection, stages=tuple(changed), limits=limits, late_fees={"standard": (steep,)})
        assert not list(stages.faults(collection))
        return replace(bundle, rules=replace(bundle.rules, collection=collection))

    def _changed(self, one: Stage) -> Stage:
        days = (self.first_demand,) if one.id == "first-demand" else one.days
        return replace(one, days=days, approve=one.approve and one.id not in self.unapproved)


MOSTLY = st.sampled_from([True, True, False])
NAMES = st.frozensets(st.sampled_from(OPTIONAL), max_size=3)
POLICIES = st.builds(Policy, NAMES, NAMES, st.integers(3, 15), st.integers(1, 9), st.integers(1, 4), st.integers(0, 5))


class Community(RuleBasedStateMachine):
    """Three homes, sold at times; every rule is something that happens, every check something that never may."""

    def __init__(self) -> None:
        super().__init__()
        self.today = FIRST
        self.latest_run = FIRST - ONE_DAY
        self.number = 0
        self.holder_of: dict[str, str] = {}
        self.owners: list[str] = []
        self.told: dict[str, list[tuple[date, str]]] = {}
        self.office = Office()

    @initialize(policy=POLICIES, emails=st.tuples(st.booleans(), st.booleans(), st.booleans()))
    def begin(self, policy: Policy, emails: tuple[bool, bool, bool]) -> None:
        self.office = Office(bundle=policy.bundle())
        for unit, has_email in zip(("1-1-101", "1-1-102", "P-1"), emails, strict=True):
            self._move_in(unit, self.today, has_email)

    def _move_in(self, unit: str, since: date, has_email: bool) -> None:
        id = f"o-{len(self.owners)}"
        held = tenure(unit, since.isoformat())
        self.office.records.save_owner(owner(id, contact(email=f"{id}@owner.example" if has_email else None)))
        self.office.records.add_facts(id, [held])
        self.office.records.add_holder(unit, Holder(owner=id, from_=since))
        self.owners.append(id)
        self.holder_of[unit] = id
        self.told[id] = []
        for quarter in range(1, 4):
            self._bill(id, unit, 40_000 * quarter, since + timedelta(days=45 * quarter), since)

    def _account(self, id: str) -> Account:
        account = self.office.records.load_account(id)
        assert account is not None
        return account

    def _ledger(self, id: str, on: date) -> Ledger:
        return fold(self._account(id), self.office.bundle.rules, on)

    # what happens

    @rule(days=st.sampled_from([1, 1, 1, 2, 3, 7, 12, 30, 45]))
    def days_pass(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(unit=st.sampled_from(["1-1-101", "1-1-102", "P-1"]), amount=st.integers(1, 300_000), days=st.integers(0, 40))
    def a_bill_is_made(self, unit: str, amount: int, days: int) -> None:
        self._bill(self.holder_of[unit], unit, amount, self.today + timedelta(days=days), self.today)

    def _bill(self, id: str, unit: str, amount: int, due_on: date, issued_on: date) -> None:
        self.number += 1
        made = bill(amount, due_on.isoformat(), id=f"b{self.number}", unit=unit, issued=issued_on.isoformat())
        self.office.records.add_facts(id, [made])
        self.office.records.bring_forward(id, issued_on)

    @rule(who=st.integers(0, 9), share=st.sampled_from([1, 2, 2, 5]), is_taken_back=st.booleans())
    def money_comes_in(self, who: int, share: int, is_taken_back: bool) -> None:
        id = self.owners[who % len(self.owners)]
        owed = self._ledger(id, self.today).outstanding
        if owed <= 0:
            return
        self.number += 1
        unit = self._account(id).tenures[0].unit
        paid = payment(max(1, owed // share), self.today.isoformat(), id=f"bank#{self.number}#1", unit=unit)
        self.office.records.record_payment(id, paid)
        if is_taken_back and share == 5:
            back = payment(
                paid.amount, self.today.isoformat(), id=f"bank#r{self.number}#1", unit=unit, reverses=paid.id
            )
            self.office.records.record_payment(id, back)

    @rule()
    def payments_are_recorded(self) -> None:
        self.office.records.set_ledger_through(self.today - ONE_DAY)

    @rule(who=st.integers(0, 9), kind=st.sampled_from(KINDS), role=st.sampled_from(list(Actor)))
    def a_pause_is_asked_for(self, who: int, kind: HoldKind, role: Actor) -> None:
        id = self.owners[who % len(self.owners)]
        owed = self._ledger(id, self.today).outstanding
        halves = [
            Instalment(self.today + timedelta(days=n), Fen(part))
            for n, part in ((9, owed // 2), (20, owed - owed // 2))
        ]
        parts: Any = {"instalments": halves} if kind == "plan" else {}
        holds.open_hold(self.office.records, self.office.bundle, id, kind, on=self.today, role=role, by="arn", **parts)

    @rule(who=st.integers(0, 9))
    def a_pause_ends_early(self, who: int) -> None:
        id = self.owners[who % len(self.owners)]
        for hold in self._account(id).holds[:1]:
            holds.end_hold(self.office.records, id, hold.id, last=max(hold.from_, self.today - ONE_DAY))

    @rule(unit=st.sampled_from(["1-1-101", "P-1"]), has_email=st.booleans())
    @precondition(lambda self: len(self.owners) < 6)
    def a_home_is_sold(self, unit: str, has_email: bool) -> None:
        seller = self._account(self.holder_of[unit])
        (held,) = [one for one in seller.tenures if one.unit == unit]
        if held.from_ < self.today:
            self.office.records.end_tenure(seller.owner.id, held, self.today - ONE_DAY)
            self._move_in(unit, self.today, has_email)

    @rule(who=st.integers(0, 9), way=st.sampled_from([Channel.CALL, Channel.VISIT, Channel.LETTER]), hour=HOURS)
    def staff_report(self, who: int, way: Channel, hour: time) -> None:
        id = self.owners[who % len(self.owners)]
        outcome = OUTCOMES[way][hour.hour < 12]
        at = instant(self.today, hour, ZONE)
        tasks.record_contact(self.office.records, self.office.bundle, id, way, outcome, at=at)
        self.told[id].append((self.today, "staff"))

    @rule()
    def a_manager_approves(self) -> None:
        run = self._planned(self.today, ahead=1)
        approvals.approve(
            self.office.records, approvals.awaiting(run), by="arn:manager", at=instant(self.today, time(9), ZONE)
        )

    # the run

    def _planned(self, on: date, ahead: int = 0) -> reminders.Run:
        records, due_by = self.office.records, on + timedelta(days=ahead)
        through = records.ledger_through()
        return reminders.plan(records, self.office.bundle, on=on, ledger_through=through, due_by=due_by)

    @rule(back=st.sampled_from([0, 0, 0, 0, 1, 2]), hour=HOURS)
    def the_day_is_run(self, back: int, hour: time) -> None:
        """The run, mostly of today, at times of a day gone by; then the worker, at any hour."""
        self._run(max(FIRST, self.today - timedelta(days=back)), hour)

    @rule(
        weeks=st.integers(1, 9),
        step=st.sampled_from([1, 1, 2, 5]),
        is_recorded=st.sampled_from([True, True, False]),
        is_busy=st.sampled_from([True, True, False]),
    )
    def weeks_go_by(self, weeks: int, step: int, is_recorded: bool, is_busy: bool) -> None:
        """A centre that runs every day, or every few; that approves and calls, or does not."""
        for _ in range(0, 7 * weeks, step):
            self.today += timedelta(days=step)
            if is_recorded:
                self.payments_are_recorded()
            self._run(self.today, time(9))
            if is_busy:
                self.a_manager_approves()
                self._staff_work()

    def _staff_work(self) -> None:
        for one in self._planned(self.today, ahead=1).open_tasks:  # the run has set them to tomorrow
            if one.task.task == Channel.CASE:
                outcome = tasks.case_outcomes(self.office.bundle, one.task)[0]
                tasks.close_case(self.office.records, self.office.bundle, one.task.owner, outcome, on=self.today)
            else:
                at = instant(self.today, time(18), ZONE)
                way, who = Channel(one.task.task), one.task.owner
                outcome = OUTCOMES[way][0]
                tasks.record_contact(self.office.records, self.office.bundle, who, way, outcome, at=at)

    def _run(self, on: date, hour: time) -> None:
        before = {id: self._history(id) for id in self.owners}
        planned = self._planned(on)
        assert planned == self._planned(on), "the same inputs give the same plan"
        run = reminders.queue_run(self.office.records, self.office.bundle, self.office.queue, on=on)
        assert (run.notices, run.tasks) == (planned.notices, planned.tasks)
        for wait in run.waits:
            self._check_wait(wait, on)
        self._deliver(instant(on, hour, ZONE))
        for id in self.owners:
            self._check_day(id, before[id], on)
        after = {id: self._history(id) for id in self.owners}
        reminders.queue_run(self.office.records, self.office.bundle, self.office.queue, on=on)
        self._deliver(instant(on, hour, ZONE))
        assert after == {id: self._history(id) for id in self.owners}, "a day run twice changes nothing"

    def _deliver(self, now: datetime) -> None:
        bodies, self.office.queue.bodies = self.office.queue.bodies, []
        for body in [*bodies, *bodies]:  # every message comes twice
            before = self._sent()
            deliver(self.office.records, self.office.bundle, self.office.sender, body, now=now)
            if self._sent() > before:
                self._check_hour(now)

    def _sent(self) -> int:
        return len(self.office.mail.sent) + len(self.office.sms.sent)

    def _history(self, id: str) -> tuple[set[str], set[str]]:
        history = self.office.records.notices.load_history(id)
        told = {one.key for one in history.notices if one.state is State.SENT}
        return told, {task.key for task in history.tasks}

    # what must hold

    def _check_hour(self, now: datetime) -> None:
        local = local_date(now, ZONE)
        hours = self.office.bundle.rules.collection.message_hours
        opened, closed = (instant(local, hour, ZONE) for hour in (hours.opening, hours.closing))
        assert opened <= now < closed, "outside hours"
        assert local not in closed_days(self.office.bundle.rules.community), "on a day of rest"

    def _check_wait(self, wait: Wait, on: date) -> None:
        assert wait.reason.code in self.office.bundle.words.reasons
        has_end = wait.until is not None and wait.until > on
        owes_nothing = wait.reason.code in ("nothing-owed", "not-demanded")
        assert has_end or wait.by is not None or owes_nothing, wait

    def _check_day(self, id: str, before: tuple[set[str], set[str]], on: date) -> None:
        history = self.office.records.notices.load_history(id)
        told = [one for one in history.notices if one.state is State.SENT and one.key not in before[0]]
        asked = [one for one in history.tasks if one.key not in before[1] and one.task != Channel.CASE]
        asked = [one for one in asked if "." not in one.step and one.stage != "care-review"]
        new: list[Notice | Task] = [*told, *asked]
        assert len(new) <= 1, "more than one contact a day"
        limits = self.office.bundle.rules.collection.limits
        for one in new:
            for last, key in self.told[id]:
                if key != "staff":
                    assert abs((on - last).days) >= limits.min_interval_days, "within the interval"
                assert key != one.key, "twice"
            self._check_told(id, one, on)
            self.told[id].append((on, one.key))

    def _check_told(self, id: str, one: Notice | Task, on: date) -> None:
        account, ledger = self._account(id), self._ledger(id, on)
        rules, history = self.office.bundle.rules, self.office.records.notices.load_history(id)
        stage = next(stage for stage in rules.collection.stages if stage.id == one.stage)
        for key in one.bills:
            assert key in ledger.debts, "a bill of somebody else"
            assert ledger.debts[key].outstanding(on) > 0, "nothing owed"
            assert not any(hold.covers(key, on) for hold in effective(account, on)), "paused"
        if stage.demand:
            assert is_fresh(rules, on, self.office.records.ledger_through()), "an old ledger"
        assert not stage.approve or history.is_approved(one.key, one.bills), "not approved"

    @invariant()
    def no_level_is_skipped(self) -> None:
        for id in self.owners:
            account = self._account(id)
            history = self.office.records.notices.load_history(id)
            for one in account.bills:
                order = [turn.step for turn in demands(account, one, self.office.bundle.rules.collection.stages)]
                made = {step for step in history.told_steps(one.key) if "." not in step and step in order}
                assert made == set(order[: len(made)]), "a level was skipped"

    @invariant()
    def nothing_goes_out_twice(self) -> None:
        tags = Counter([one.notice for one in self.office.mail.sent] + [notice for *_, notice in self.office.sms.sent])
        assert all(count == 1 for count in tags.values())

    @invariant()
    def no_late_fee_is_above_its_cap(self) -> None:
        for id in self.owners:
            for debt in self._ledger(id, self.today).debts.values():
                if debt.late_fee_rule:
                    assert debt.late_fee(self.today) <= latefee.cap(debt.bill.principal, debt.late_fee_rule)


TestCommunity = Community.TestCase
TestCommunity.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
