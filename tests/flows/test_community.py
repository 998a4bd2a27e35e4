"""A random community under a random policy, through skipped, repeated and disordered days: what must hold.

Rules are things that happen; what must never be is judged by `oracle`, from facts the machine wrote down itself.
"""

import json
from base64 import urlsafe_b64decode
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple, get_args

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from msgspec.structs import replace

from chalicelib.core import stages
from chalicelib.core.account import Account, Hold, Holder, Instalment, Tenure, Unit
from chalicelib.core.bundle import Bundle
from chalicelib.core.calendar import ONE_DAY, instant
from chalicelib.core.collection import Wait
from chalicelib.core.history import History
from chalicelib.core.ledger import fold
from chalicelib.core.money import Fen
from chalicelib.core.notice import Notice, Outcome, State, Task
from chalicelib.core.rulebook import Actor, Channel, HoldKind, ReferenceRate, ReferenceValue, Stage
from chalicelib.core.tasks import Standing
from chalicelib.flows import approvals, holds, reminders, tasks
from chalicelib.flows.run import queue_run
from chalicelib.flows.work import work
from staff import billfile
from staff.cells import Cell
from staff.lookups import Lookups
from staff.rows import Line
from staff.tabular import Row
from tests.builders import contact, day, owner, payment, shipped_bundle
from tests.flows import oracle
from tests.flows.office import Office

ZONE = "Asia/Shanghai"
HOURS = st.sampled_from([time(8), time(9), time(12, 30), time(19, 59), time(20), time(23)])
KINDS: tuple[HoldKind, ...] = get_args(HoldKind)
UNITS = {"1-1-101": "residential", "1-1-102": "residential", "P-1": "parking-owned"}
DEMANDS = ("first-demand", "second-demand", "long-overdue", "formal-letter", "legal-review")
LATER = DEMANDS[1:]


class Policy(NamedTuple):
    """What is changed of the shipped policy; small, so that a failing example can be read."""

    left_out: frozenset[str] = frozenset()
    unapproved: frozenset[str] = frozenset()
    first_demand: int = 7
    answer_days: int = 11
    is_hasty: bool = True
    least: int = 5
    bills: int = 1
    interval: int = 3
    a_week: int = 3
    fresh_days: int = 2
    is_by_reference: bool = True
    is_forgiving: bool = False

    def _days(self, one: Stage) -> tuple[int, ...]:
        """The later demands come sooner than as shipped, so that walks are short and answers take longer than that."""
        hasty = {"long-overdue": 35, "formal-letter": 45, "legal-review": 60} if self.is_hasty else {}
        return (self.first_demand,) if one.id == "first-demand" else (hasty[one.id],) if one.id in hasty else one.days

    def _changed(self, one: Stage) -> Stage:
        when = one.when
        if one.id in ("first-demand", "long-overdue"):
            when = replace(when, least_arrears=Decimal(self.least), bills=self.bills)
        return replace(
            one,
            days=self._days(one),
            after=one.after if one.after not in self.left_out else None,
            answer_days=self.answer_days if one.id == "first-demand" else one.answer_days,
            approve=one.approve and one.id not in self.unapproved,
            when=when,
        )


@cache
def bundle_of(policy: Policy) -> Bundle:
    """The shipped bundle with a policy, and a late fee that soon runs, at a rate that changes, and meets its cap."""
    bundle = shipped_bundle()
    collection = bundle.rules.collection
    changed = [policy._changed(one) for one in collection.stages if one.id not in policy.left_out]
    limits = replace(
        collection.limits,
        min_interval_days=policy.interval,
        contacts_a_week=policy.a_week,
        ledger_fresh_days=policy.fresh_days,
    )
    (late_fee,) = collection.late_fees["standard"]
    steep = replace(late_fee, grace_days=3, daily_rate=Decimal("0.004"), cap_share=Decimal("0.1"))
    if not policy.is_by_reference:
        steep = replace(steep, reference=None, reference_multiple=None)
    if not policy.is_forgiving:
        steep = replace(steep, waived_once_within_days=None)
    collection = replace(
        collection,
        stages=tuple(changed),
        limits=limits,
        late_fees={"standard": (steep,)},
        reference_rates={"lpr-1y": _reference(collection.reference_rates["lpr-1y"])},
        rewards={},
    )
    assert not list(stages.faults(collection))
    return replace(bundle, rules=replace(bundle.rules, collection=collection))


def _reference(shipped: ReferenceRate) -> ReferenceRate:
    """A yearly rate of which the multiple is now above the daily rate, now below."""
    days = {"2021-01-01": "0.90", "2026-02-20": "1.80", "2026-03-20": "0.50", "2026-05-15": "1.50"}
    values = tuple(ReferenceValue(from_=day(first), rate=Decimal(rate)) for first, rate in days.items())
    return replace(shipped, values=values)


POLICIES = st.builds(
    Policy,
    left_out=st.frozensets(st.sampled_from(LATER), max_size=2),
    unapproved=st.frozensets(st.sampled_from(LATER), max_size=2),
    first_demand=st.sampled_from([4, 7, 12]),
    answer_days=st.sampled_from([11, 5]),
    is_hasty=st.sampled_from([True, True, True, False]),
    least=st.sampled_from([5, 5, 300]),
    bills=st.sampled_from([1, 1, 1, 2]),
    interval=st.sampled_from([3, 1, 2, 6]),
    a_week=st.sampled_from([3, 2, 1, 4]),
    fresh_days=st.sampled_from([2, 1, 4]),
    is_by_reference=st.sampled_from([True, True, False]),
    is_forgiving=st.booleans(),
)
WHO = st.integers(0, 9)
BETWEEN = st.sampled_from(["nothing", "payment", "pause", "pause ends", "plan", "money back", "policy"])


class Community(RuleBasedStateMachine):
    """Three homes, sold at times; every rule is something that happens, every check something that never may."""

    def __init__(self) -> None:
        super().__init__()
        self.policy = Policy()
        self.today = day("2026-01-12")
        self.first = self.today
        self.number = 0
        self.office = Office(bundle=bundle_of(self.policy))
        # what is written down here, by hand, of all that happens
        self.owners: list[str] = []
        self.held: dict[str, list[tuple[str, date, date | None]]] = {unit: [] for unit in UNITS}
        self.charged: dict[str, str] = {}
        self.facts: dict[str, oracle.Facts] = defaultdict(oracle.Facts)
        self.pause_ids: dict[str, list[str]] = defaultdict(list)
        self.through: date | None = None
        self.approved: list[tuple[str, str, frozenset[str], date]] = []
        self.opened_under: dict[tuple[str, str], tuple[str, ...]] = {}
        self.let_on: list[tuple[str, tuple[str, ...], date]] = []
        self.contacts: dict[str, set[date]] = defaultdict(set)
        self.turns: dict[str, list[tuple[date, str]]] = defaultdict(list)
        self.known: dict[str, History] = {}

    @initialize(policy=POLICIES, start=st.sampled_from(["2026-01-12", "2026-03-09"]), emails=st.integers(1, 3))
    def begin(self, policy: Policy, start: str, emails: int) -> None:
        self.policy, self.today = policy, day(start)
        self.first = self.today
        self.office = Office(bundle=bundle_of(policy))
        self.office.records.save_units(Unit(unit=unit, kind=kind) for unit, kind in UNITS.items())
        self._move_in(["1-1-101"], self.today, has_email=bool(emails & 1))
        self._move_in(["1-1-102", "P-1"], self.today, has_email=bool(emails & 2))

    def _move_in(self, units: list[str], since: date, *, has_email: bool) -> str:
        id = f"o-{len(self.owners)}"
        self.owners.append(id)
        self.office.records.save_owner(owner(id, contact(email=f"{id}@owner.example" if has_email else None)))
        for unit in units:
            self.office.records.add_facts(id, [Tenure(unit=unit, kind=UNITS[unit], from_=since)])
            self.office.records.add_holder(unit, Holder(owner=id, from_=since))
            self.held[unit].append((id, since, None))
            for days in (10, 25):
                self._bill(unit, "property", 40_000 + 100 * days, since + timedelta(days=days))
        self.known[id] = self._history(id)
        return id

    def _id(self, who: int) -> str:
        return self.owners[who % len(self.owners)]

    def _account(self, id: str) -> Account:
        account = self.office.records.load_account(id)
        assert account is not None
        return account

    def _history(self, id: str) -> History:
        return self.office.records.notices.load_history(id)

    def _view(self, id: str, on: date) -> oracle.View:
        history = self.known[id]
        told = oracle.story(history.notices, history.tasks)
        rules = self.office.bundle.rules
        ladders = {unit: oracle.ladder_of(kind, rules) for unit, kind in UNITS.items()}
        let_on = {bill: day for bill, policy, day in self.let_on if policy == _order(self.policy)}
        return oracle.view(self.facts[id], told, let_on, ladders, rules, on)

    def _owed(self, id: str) -> dict[str, int]:
        owed = oracle.balances(self.facts[id], self.office.bundle.rules, self.today)
        return {key: one.whole for key, one in owed.items() if one.whole}

    # what happens

    @rule(days=st.sampled_from([1, 1, 2, 3, 7, 12]))
    def days_pass(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(
        unit=st.sampled_from(sorted(UNITS)),
        kind=st.sampled_from(["property", "property", "energy", "water"]),
        amount=st.integers(1, 300_000),
        days=st.integers(-30, 40),
    )
    def a_bill_comes(self, unit: str, kind: str, amount: int, days: int) -> None:
        self._bill(unit, kind, amount, self.today + timedelta(days=days))

    def _bill(self, unit: str, kind: str, amount: int, due_on: date) -> None:
        """One row of a bill file; whom it is charged to is known here by who holds the unit on the day it is due."""
        self.number += 1
        id = f"Z{self.number:04}"
        holders = [
            who for who, since, until in self.held[unit] if since <= due_on and (until is None or due_on <= until)
        ]
        said = {"unit": unit, "bill": id, "kind": kind, "period": id, "due_on": due_on.isoformat()}
        said |= {"amount": f"{amount / 100:.2f}", "issued_on": min(self.today, due_on).isoformat()}
        line = Line(Row(1, {column: Cell(text) for column, text in said.items()}), {column: column for column in said})
        records, rules = self.office.records, self.office.bundle.rules
        plan = billfile.plan([line], Lookups(records), records, rules, today=self.today)
        for step in plan.steps if not line.faults else ():
            step.write()
        having = [(who, bill) for who in self.owners for bill in self._account(who).bills if bill.id == id]
        assert [who for who, _ in having] == holders, "charged to somebody else"
        for who, bill in having:
            self.charged[oracle.key_of(bill)] = who
            self.facts[who].bills.append(bill)

    @rule(who=WHO, share=st.sampled_from([1, 1, 2, 5]), late=st.sampled_from([0, 0, 1, 4]), is_meant=st.booleans())
    def money_comes_in(self, who: int, share: int, late: int, is_meant: bool) -> None:
        """All that is owed or a part of it, booked at once or days later, for a bill of the payer's choice or none."""
        id = self._id(who)
        owed = self._owed(id)
        if owed:
            self.number += 1
            name, unit, _ = sorted(owed)[-1].split("/")
            on = max(self.first, self.today - timedelta(days=late))
            self._pay(
                id,
                max(1, sum(owed.values()) // share),
                on,
                id=f"bank#{self.number}#1",
                unit=unit,
                bill=name if is_meant else None,
            )

    def _pay(self, who: str, amount: int, on: date, **said: Any) -> None:
        made = payment(amount, on.isoformat(), **said)
        assert self.office.records.record_payment(who, made)
        self.facts[who].payments.append(made)

    @rule(who=WHO)
    def money_is_taken_back(self, who: int) -> None:
        id = self._id(who)
        reversed_ids = {one.reverses for one in self.facts[id].payments}
        standing = [one for one in self.facts[id].payments if one.reverses is None and one.id not in reversed_ids]
        for last in standing[-1:]:
            back = f"bank#r-{last.id.split('#')[1]}#1"
            self._pay(id, last.amount, max(self.today, last.paid_on), id=back, unit=last.unit, reverses=last.id)

    @rule()
    def payments_are_recorded(self) -> None:
        self.through = max(self.today - ONE_DAY, self.through or date.min)
        self.office.records.set_ledger_through(self.today - ONE_DAY)

    @rule(
        who=WHO,
        kind=st.sampled_from(KINDS),
        role=st.sampled_from(list(Actor)),
        days=st.sampled_from([None, None, 4, 400]),
        only=st.booleans(),
    )
    def a_pause_is_asked_for(self, who: int, kind: HoldKind, role: Actor, days: int | None, only: bool) -> None:
        id, rules = self._id(who), self.office.bundle.rules
        owed = self._owed(id)
        whole = sum(owed.values())
        parts = [(self.today + timedelta(days=n), part) for n, part in ((9, whole // 2), (20, whole - whole // 2))]
        parts = parts if kind == "plan" else []
        only = only and not parts
        asked = {
            "bills": sorted(owed)[-1:] if only else (),
            "until": self.today + timedelta(days=days) if days and not parts else None,
            "instalments": [Instalment(on, Fen(part)) for on, part in parts],
        }
        found = holds.open_hold(
            self.office.records, self.office.bundle, id, kind, on=self.today, role=role, by="arn", **asked
        )
        if isinstance(found, Hold):
            limit = rules.collection.holds[kind]
            most = oracle.longest(limit, self.today, rules.community.holidays)
            last = asked["until"] or (parts[-1][0] if parts else most)
            is_to_pay_by = kind in ("promise", "plan")
            last = oracle.off_rest(last, rules.community.holidays) if last and is_to_pay_by else last
            assert most is None or (last is not None and last <= most), "a pause longer than any may be"
            assert most or limit.opened_by, "a pause without an end that nobody answers for"
            assert found.until == last
            named = asked["bills"] or (owed if limit.bills_only or limit.once_a_bill or parts else ())
            made = oracle.Pause(kind, self.today, last, frozenset(named), limit.stops_late_fee, tuple(parts), role)
            self.facts[id].pauses.append(made)
            self.pause_ids[id].append(found.id)

    @rule(who=WHO, role=st.sampled_from(list(Actor)))
    def a_pause_ends_early(self, who: int, role: Actor) -> None:
        """The latest one, from today on: its first day, at least, it has had."""
        id = self._id(who)
        if self.facts[id].pauses:
            made = self.facts[id].pauses[-1]
            last = max(made.first, self.today - ONE_DAY)
            if made.last is None or last < made.last:
                pause, bundle = self.pause_ids[id][-1], self.office.bundle
                ended = holds.end_hold(self.office.records, bundle, id, pause, last=last, role=role, by="arn")
                may = oracle.may_end(made, bundle.rules.collection.holds[made.kind], role)
                assert isinstance(ended, Hold) is may, "a pause ended by somebody who may not, or kept from who may"
                self.facts[id].pauses[-1] = made._replace(last=last) if may else made

    @rule(unit=st.sampled_from(["1-1-101", "P-1"]), has_email=st.booleans(), after=st.sampled_from([0, 0, -12, 9]))
    @precondition(lambda self: len(self.owners) < 4)
    def a_home_is_sold(self, unit: str, has_email: bool, after: int) -> None:
        """The centre hears of it on the day, later or before; bills it made until then stay with the seller."""
        seller, since, until = self.held[unit][-1]
        on = self.today + timedelta(days=after)
        if until is None and since < on:
            (held,) = [one for one in self._account(seller).tenures if one.unit == unit]
            self.office.records.end_tenure(seller, held, on - ONE_DAY)
            self.held[unit][-1] = (seller, since, on - ONE_DAY)
            self._move_in([unit], on, has_email=has_email)

    @rule(who=WHO, way=st.sampled_from([Channel.CALL, Channel.VISIT, Channel.LETTER]), hour=HOURS)
    def staff_contact_an_owner_unasked(self, who: int, way: Channel, hour: time) -> None:
        """Their own doing: it is not judged, but counts."""
        self._contact(self._id(who), way, Outcome.NO_ANSWER if way is Channel.CALL else Outcome.DELIVERED, hour)

    def _contact(self, id: str, way: Channel, outcome: Outcome, hour: time) -> None:
        tasks.record_contact(
            self.office.records, self.office.bundle, id, way, outcome, at=instant(self.today, hour, ZONE)
        )
        self.contacts[id].add(self.today)
        self.known[id] = self._history(id)

    @rule()
    def a_manager_approves(self) -> None:
        waiting = approvals.awaiting(self._planned(self.today, ahead=1))
        at = instant(self.today, time(9), ZONE)
        approvals.approve(self.office.records, waiting, by="arn:manager", at=at)
        self.approved += [(step.owner, step.key, frozenset(step.bills), self.today) for step in waiting]

    @rule(left_out=st.frozensets(st.sampled_from(LATER), max_size=2), first=st.sampled_from([4, 9]))
    def the_policy_is_changed(self, left_out: frozenset[str], first: int) -> None:
        """Midway: demands go or come back, and days move."""
        self.policy = self.policy._replace(left_out=left_out, first_demand=first)
        self.office.bundle = bundle_of(self.policy)

    @rule(who=WHO)
    def an_owner_wants_no_more_email(self, who: int) -> None:
        self.office.records.unsubscribe(self._id(who), Channel.EMAIL)

    # the run

    def _planned(self, on: date, ahead: int = 0) -> reminders.Run:
        records, due_by = self.office.records, on + timedelta(days=ahead)
        through = records.ledger_through()
        return reminders.plan(records, self.office.bundle, on=on, ledger_through=through, due_by=due_by)

    @rule(back=st.sampled_from([0, 0, 0, 1, 5, 20]))
    def a_day_is_planned(self, back: int) -> None:
        """Mostly today; what is queued then waits for a worker, whatever happens meanwhile."""
        self._plan(max(self.first, self.today - timedelta(days=back)), is_looked_into=True)

    @rule(hour=HOURS)
    def the_worker_comes(self, hour: time) -> None:
        self._deliver(self.today, hour)

    @rule(back=st.sampled_from([0, 0, 0, 1, 2, 9, 25]), hour=HOURS)
    def the_day_is_run(self, back: int, hour: time) -> None:
        """The run, mostly of today, at times of a day gone by; then the worker, at any hour."""
        on = max(self.first, self.today - timedelta(days=back))
        self._plan(on, is_looked_into=True)
        self._run_again(on, hour)

    @rule(
        weeks=st.integers(2, 9),
        step=st.sampled_from([1, 1, 2, 5]),
        recorded=st.sampled_from([1, 1, 1, 2, 99]),
        is_busy=st.sampled_from([True, True, True, False]),
        lag=st.sampled_from([0, 0, 0, 1, 4]),
        between=BETWEEN,
        who=WHO,
    )
    def weeks_go_by(
        self, weeks: int, step: int, recorded: int, is_busy: bool, lag: int, between: str, who: int
    ) -> None:
        """A centre that plans every day or every few, approves and calls or does not, with a worker who may lag behind.

        Something may happen to an owner while a message to them is queued, and after a manager has approved.
        """
        for number, _ in enumerate(range(0, 7 * weeks, step), 1):
            self.today += timedelta(days=step)
            if number % recorded == 0:
                self.payments_are_recorded()
            self._plan(self.today, is_looked_into=number % 5 == 0)
            if self.office.queue.bodies and number % 2:
                self._happens(between, self.owners.index(json.loads(self.office.queue.bodies[-1])["owner"]))
            if self.office.queue.bodies and number % 2 == 0:
                self.today += timedelta(days=lag)
            self._deliver(self.today, time(9))
            if is_busy:
                seen = len(self.approved)
                self.a_manager_approves()
                if len(self.approved) > seen and number % 2:
                    self._happens(between, self.owners.index(self.approved[-1][0]))
                self._staff_work()
        self._look_at_books(self._id(who))

    def _happens(self, what: str, who: int) -> None:
        if what == "payment":
            self.money_comes_in(who=who, share=1, late=0, is_meant=False)
        elif what == "pause":
            self.a_pause_is_asked_for(who=who, kind="dispute", role=Actor.MANAGER, days=None, only=True)
        elif what == "plan":
            self.a_pause_is_asked_for(who=who, kind="plan", role=Actor.MANAGER, days=None, only=False)
        elif what == "policy":
            self.the_policy_is_changed(left_out=frozenset(LATER[who % 4 : who % 4 + 1]), first=9)
        elif what == "pause ends":
            self.a_pause_ends_early(who=who, role=Actor.MANAGER)
        elif what == "money back":
            self.money_is_taken_back(who=who)

    def _plan(self, on: date, *, is_looked_into: bool = False) -> None:
        planned = self._planned(on) if is_looked_into else None
        run = queue_run(self.office.records, self.office.bundle, self.office.queue, on=on)
        if planned:
            assert (run.notices, run.tasks) == (planned.notices, planned.tasks), "the same inputs give the same plan"
        for id, waiver in run.waivers.items():
            self.facts[id].waivers.append(waiver)
        for step in [*run.notices, *run.tasks] if is_looked_into else ():
            may_be_told = self._view(step.owner, on).may_be_told
            is_beside = "." in step.step
            assert is_beside or {may_be_told.get(bill) for bill in step.bills} == {step.step}, "planned, but not due"
        for wait in run.waits if is_looked_into else ():
            seen = self._view(wait.owner, on)
            self._check_wait(wait, seen, on)
            if not any(step.owner == wait.owner for step in [*run.notices, *run.tasks]):
                self._check_nothing_is_missed(wait, seen, on)
        for id in self.owners:
            self._hear_of(id, on)

    def _deliver(self, on: date, hour: time) -> None:
        bodies, self.office.queue.bodies = self.office.queue.bodies, []
        now = instant(on, hour, ZONE)
        for body in [*bodies, *bodies]:  # every message comes twice
            before = self._sent()
            work(self.office.records, self.office.bundle, self.office.sender, body, now=now)
            if self._sent() > before:
                self._check_hour(on, hour)
            self._hear_of(json.loads(body)["owner"], on)

    def _run_again(self, on: date, hour: time) -> None:
        self._deliver(on, hour)
        before = [self._history(id) for id in self.owners]
        self._plan(on)
        self._deliver(on, hour)
        after = [self._history(id) for id in self.owners]
        assert [_keys(one) for one in before] == [_keys(one) for one in after], "a day run twice changes nothing"

    def _staff_work(self) -> None:
        """They do what their lists ask for today, one owner after another, and look again after each contact."""
        for id in self.owners:
            tried: set[str] = set()
            while any(task.done_on is None and task.key not in tried for task in self.known[id].tasks):
                through = self.office.records.ledger_through()
                seen = reminders.look(
                    self.office.records, self.office.bundle, id, on=self.today, ledger_through=through
                )
                assert seen is not None
                asked = [one.task for one in seen.open_tasks if one.standing is Standing.ASKED]
                asked = [task for task in asked if task.key not in tried]
                if not asked:
                    break
                tried.add(asked[0].key)
                self._do(asked[0])

    def _do(self, task: Task) -> None:
        self._check_asked(task)
        if task.task == Channel.CASE:
            oldest = tasks.open_task(self.office.records, self.office.bundle, task.owner, Channel.CASE, self.today)
            outcome = tasks.case_outcomes(self.office.bundle, oldest)[0]
            closed = tasks.close_case(self.office.records, self.office.bundle, task.owner, outcome, on=self.today)
            if isinstance(closed, tasks.Closed) and outcome == "resume":
                policy = self.opened_under[task.owner, closed.task.key]
                self.let_on += [(bill, policy, self.today) for bill in closed.task.bills]
            self.known[task.owner] = self._history(task.owner)
        else:
            way = Channel(task.task)
            self._contact(task.owner, way, Outcome.DELIVERED if way is Channel.LETTER else Outcome.REACHED, time(18))

    def _sent(self) -> int:
        return len(self.office.mail.sent) + len(self.office.sms.sent)

    # what must hold

    def _hear_of(self, id: str, on: date) -> None:
        """Judges what is new between the centre and an owner, by what was known before it."""
        history, known = self._history(id), self.known[id]
        if history == known:
            return
        told = {one.key for one in known.notices if one.state is State.SENT}
        opened = {task.key for task in known.tasks}
        self.opened_under |= {(id, task.key): _order(self.policy) for task in history.tasks if task.key not in opened}
        messages = [one for one in history.notices if one.state is State.SENT and one.key not in told]
        asked = [task for task in history.tasks if task.key not in opened and "." not in task.step]
        if messages or asked:
            self._judge(id, messages, asked, on)
        self.known[id] = history

    def _judge(self, id: str, messages: list[Notice], asked: list[Task], on: date) -> None:
        contacts = [*messages, *(task for task in asked if task.task != Channel.CASE)]
        assert len(contacts) <= 1, "more than one contact a day"
        seen = self._view(id, on)
        for one in [*messages, *asked]:
            self._check_told(id, one, seen, on)
        for one in contacts:
            self._check_decent(id, one.key, on)
            self.turns[id].append((on, one.key))
        for message in messages:
            self._check_message(id, message, seen)
            self.contacts[id].add(on)

    def _stage(self, id: str) -> Stage:
        return next(stage for stage in self.office.bundle.rules.collection.stages if stage.id == id)

    def _check_told(self, id: str, one: Notice | Task, seen: oracle.View, on: date) -> None:
        said = self._stage(one.stage)
        assert one.bills
        for bill in one.bills:
            assert self.charged[bill] == id, "a bill of somebody else"
            assert bill in seen.owed and seen.owed[bill].whole > 0, "nothing owed"
            assert bill not in seen.paused, "paused"
            coming = seen.coming.get(bill, oracle.Coming())
            assert not said.demand or not coming.against, coming.against
            assert not said.demand or coming.stage == said, "a level was skipped or repeated"
            assert not said.demand or coming.on <= on, "before its day, or before the last was answered"
            assert bill not in seen.too_small, "too little for the stage"
            assert seen.may_be_told.get(bill) == one.step, "not what may be told"
        if said.demand:
            assert not seen.is_off, "a demand beside a bill that a person must go on with"
            assert self._is_fresh(on), "an old ledger"
        assert not said.approve or self._is_approved(id, one, on), "not approved"

    def _is_fresh(self, on: date) -> bool:
        return self.through is not None and (on - self.through).days <= self.policy.fresh_days

    def _is_approved(self, id: str, one: Notice | Task, on: date) -> bool:
        days = self.office.bundle.rules.collection.limits.approval_days
        holds = [said for said in self.approved if said[:2] == (id, one.key) and (on - said[3]).days <= days]
        return any(set(one.bills) <= seen for _, _, seen, _ in holds)

    def _check_decent(self, id: str, key: str, on: date) -> None:
        assert on not in oracle.closed_days(self.office.bundle.rules.community.holidays), "on a day of rest"
        assert oracle.may_contact(self.contacts[id], on, self.policy.a_week), "contacted today, or too often"
        for last, other in self.turns[id]:
            assert key == other or abs((on - last).days) >= self.policy.interval, "within the interval"

    def _check_message(self, id: str, message: Notice, seen: oracle.View) -> None:
        """What the owner could read asks for what is owed, no more: nothing paused, paid, or of somebody else."""
        tag = f"{id}#{message.key}"
        texts = [one.text for one in self.office.mail.sent if _tag(one.notice) == tag]
        assert texts or tag in [_tag(notice) for *_, notice in self.office.sms.sent], "on record as sent, but was not"
        last = max(bill.due_on for bill in self.facts[id].bills if oracle.key_of(bill) in message.bills)
        said = self._stage(message.stage)
        kinds = self.office.bundle.rules.fees.kinds
        due = {
            oracle.key_of(bill): bill.id
            for bill in self.facts[id].bills
            if bill.due_on <= last and (kinds[bill.kind].demands or not said.demand)
        }
        right = {name for key, name in due.items() if key in seen.owed and seen.owed[key].whole}
        right -= {name for key, name in due.items() if key in seen.paused}
        for text in texts:
            names = {one.split("/")[0] for one in self.charged if one.split("/")[0] in text}
            assert names == right, "asks for something else than what is owed"

    def _check_hour(self, on: date, hour: time) -> None:
        hours = self.office.bundle.rules.collection.message_hours
        assert hours.opens <= hour.strftime("%H:%M") < hours.closes, "outside hours"
        assert on not in oracle.closed_days(self.office.bundle.rules.community.holidays), "on a day of rest"

    def _check_asked(self, task: Task) -> None:
        """What is on a list for today may be done today."""
        rules, seen = self.office.bundle.rules, self._view(task.owner, self.today)
        unpaid = {bill for bill in task.bills if seen.owed[bill].whole}
        assert unpaid - seen.paused, "asked for although paid or paused"
        assert task.stage not in DEMANDS or self._is_fresh(self.today), "asked for on an old ledger"
        if task.task != Channel.CASE:
            assert self.today not in oracle.closed_days(rules.community.holidays), "asked for on a day of rest"
            assert oracle.is_on_duty(task.by, self.today, rules), "asked of somebody off duty"
            assert oracle.may_contact(self.contacts[task.owner], self.today, self.policy.a_week), "asked too often"

    def _check_wait(self, wait: Wait, seen: oracle.View, on: date) -> None:
        """Every wait ends or is somebody's, and its reason is true."""
        code, id = wait.reason.code, wait.owner
        assert code in self.office.bundle.words.reasons
        has_end = wait.until is not None and wait.until > on
        assert has_end or wait.by is not None or code == "nothing-owed", wait
        for said, is_true in self._reasons(id, seen, on):
            assert said != code or is_true, f"the reason is not true: {wait.reason}"

    def _check_nothing_is_missed(self, wait: Wait, seen: oracle.View, on: date) -> None:
        """Whoever may be told something waits for rest, decent intervals, an approval or the ledger alone."""
        demanded = {step for step in seen.may_be_told.values() if step in DEMANDS}
        may_be_reminded = demanded != set(seen.may_be_told.values())
        if may_be_reminded or (demanded and self._is_fresh(on) and not seen.is_off):
            passing = ("closed", "interval", "contacted-today", "contacted-often", "approval")
            assert wait.reason.code in passing, wait.reason
        elif demanded and not seen.is_off:
            assert wait.reason.code in ("ledger-stale", "ledger-never"), wait.reason

    def _reasons(self, id: str, seen: oracle.View, on: date) -> Iterator[tuple[str, bool]]:
        """What may be said of a wait, and whether it is so."""
        rules = self.office.bundle.rules
        open_bills = {key for key, one in seen.owed.items() if one.whole}
        against = {one.against for one in seen.coming.values()}
        week = [last for last in self.contacts[id] if 0 <= (on - last).days < 7]
        yield "nothing-owed", not open_bills
        yield "hold", bool(seen.paused)
        yield "hold-open", bool(seen.paused)
        yield "closed", on in oracle.closed_days(rules.community.holidays)
        yield "interval", any((on - last).days < self.policy.interval for last, _ in self.turns[id])
        yield "contacted-today", on in self.contacts[id]
        yield "contacted-often", len(week) >= self.policy.a_week
        yield "ledger-never", self.through is None
        yield "ledger-stale", not self._is_fresh(on)
        yield "small", bool(seen.too_small)
        yield "policy-changed", "policy changed" in against
        yield "with-staff", "with staff" in against
        yield "by-hand", "all made" in against

    def _look_at_books(self, id: str) -> None:
        """Principal and late fee of every bill are what they come to day by day, below either cap."""
        rules = self.office.bundle.rules
        account = self._account(id)
        ledger, books = fold(account, rules, self.today), oracle.balances(self.facts[id], rules, self.today)
        assert {oracle.key_of(bill) for bill in account.bills} == {
            key for key, who in self.charged.items() if who == id
        }
        for key, owed in books.items():
            debt = ledger.debts[key]
            found = (debt.principal_left, debt.late_fee(self.today), debt.outstanding(self.today))
            assert found == (owed.principal, owed.late_fee, owed.whole), key

    def teardown(self) -> None:
        for id in self.owners:
            self._look_at_books(id)
            self._hear_of(id, self.today)  # nothing may have gone unheard
        tags = Counter([one.notice for one in self.office.mail.sent] + [notice for *_, notice in self.office.sms.sent])
        assert all(count == 1 for count in tags.values()), "something went out twice"


def _order(policy: Policy) -> tuple[str, ...]:
    return tuple(one for one in DEMANDS if one not in policy.left_out)


def _tag(notice: str) -> str:
    return urlsafe_b64decode(notice + "=" * (-len(notice) % 4)).decode()


def _keys(history: History) -> tuple[set[str], set[str]]:
    return {one.key for one in history.notices if one.state is State.SENT}, {task.key for task in history.tasks}


TestCommunity = Community.TestCase
TestCommunity.settings = settings(stateful_step_count=80, deadline=None)
