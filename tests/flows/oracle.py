"""What must hold, worked out from plain facts and rules as data, day by day, without the product's judgement."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from chalicelib.core.account import Adjustment, Bill, Payment
from chalicelib.core.notice import Notice, State, Task
from chalicelib.core.rulebook import Actor, HoldRule, Holiday, LateFeeRule, ReferenceValue, Rulebook, Stage

DAY = timedelta(days=1)
EVERY: frozenset[str] = frozenset()
"""The bills of a pause that names none: all of them."""


# days


@cache
def closed_days(holidays: tuple[Holiday, ...]) -> frozenset[date]:
    """The days on which nobody is contacted."""
    found = set()
    for holiday in holidays:
        day = holiday.first - holiday.quiet_days * DAY
        while day <= holiday.last + holiday.quiet_days * DAY:
            found.add(day)
            day += DAY
    return frozenset(found)


@cache
def is_working(day: date, holidays: tuple[Holiday, ...]) -> bool:
    """Whether offices work on a day: make-up days they do, holidays and weekends they do not."""
    if any(day in holiday.make_up for holiday in holidays):
        return True
    return day.isoweekday() <= 5 and not any(holiday.first <= day <= holiday.last for holiday in holidays)


def working_days_after(day: date, count: int, holidays: tuple[Holiday, ...]) -> date:
    """The working day that is so many after a day."""
    for _ in range(count):
        day += DAY
        while not is_working(day, holidays):
            day += DAY
    return day


@cache
def off_rest(last: date, holidays: tuple[Holiday, ...]) -> date:
    """A last day, moved off days of rest."""
    while not is_working(last, holidays):
        last += DAY
    return last


def is_on_duty(role: Actor, day: date, rules: Rulebook) -> bool:
    """Whether a member of staff works on a day: by the roster, and on weekends that are worked instead."""
    roster = rules.collection.roster.get(role)
    is_made_up = day.isoweekday() > 5 and is_working(day, rules.community.holidays)
    return roster is None or day.isoweekday() in roster or is_made_up


def may_contact(contacts: Iterable[date], day: date, a_week: int) -> bool:
    """Whether one more contact on a day is the first of the day, and not too many for seven days."""
    week = {day - n * DAY for n in range(7)}
    recent = week & set(contacts)
    return day not in recent and len(recent) < a_week


# late fees


@cache
def daily_rate(rule: LateFeeRule, values: tuple[ReferenceValue, ...], day: date) -> Decimal:
    """The lower of the contract's rate and the multiple of the yearly reference in force, cut off at eight places."""
    if rule.reference_multiple is None:
        return rule.daily_rate
    yearly = [value.rate for value in values if value.from_ <= day][-1]
    places = math.floor(Fraction(yearly) * Fraction(rule.reference_multiple) / 365 * 10**8)
    return min(rule.daily_rate, Decimal(places) / 10**8)


def half_up(amount: Fraction) -> int:
    """The nearest whole fen, half a fen up."""
    return math.floor(amount + Fraction(1, 2))


@cache
def fee_of(unpaid: int, rate: Decimal, days: int) -> int:
    """What so much unpaid at such a rate comes to in so many days, rounded once."""
    return half_up(unpaid * Fraction(rate) * days)


def late_fee(principal: int, runs: Iterable[tuple[int, Decimal, int]], rule: LateFeeRule) -> int:
    """The late fee of a bill with so much unpaid at such a rate for so many days, and then so much at another.

    The whole is capped, and nothing while it is small.
    """
    whole = sum(fee_of(unpaid, rate, days) for unpaid, rate, days in runs)
    whole = min(whole, half_up(principal * Fraction(rule.cap_share)))
    return 0 if whole < rule.waived_under * 100 else whole


# pauses


class Pause(NamedTuple):
    """A pause from a day to a day (both included) over some bills or all; `parts` are a plan's instalments.

    `role` is who opened it.
    """

    kind: str
    first: date
    last: date | None
    bills: frozenset[str] = EVERY
    stops_fee: bool = False
    parts: tuple[tuple[date, int], ...] = ()
    role: Actor = Actor.SYSTEM

    def covers(self, bill: str, day: date) -> bool:
        """Whether a bill is paused on a day."""
        is_on = self.first <= day and (self.last is None or day <= self.last)
        return is_on and (self.bills == EVERY or bill in self.bills)


def longest(rule: HoldRule, first: date, holidays: tuple[Holiday, ...]) -> date | None:
    """The last day a pause of a kind may have; None when a person ends it."""
    if rule.working_days:
        return working_days_after(first, rule.working_days, holidays)
    return off_rest(first + rule.days * DAY, holidays) if rule.days else None


def may_end(pause: Pause, rule: HoldRule, role: Actor) -> bool:
    """Whether somebody may end a pause early: whoever might have opened it, and is no less than who did."""
    order = list(Actor)
    return order.index(role) >= max(order.index(one) for one in (pause.role, rule.opened_by or Actor.SYSTEM))


# what is owed


@dataclass
class Facts:
    """Everything an owner owes, paid, was waived and has paused, as it was entered."""

    bills: list[Bill] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    waivers: list[Adjustment] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)


class Owed(NamedTuple):
    """What a bill has left of its principal, the late fee it has come to, and what of that is unpaid."""

    principal: int
    late_fee: int
    late_fee_left: int

    @property
    def whole(self) -> int:
        """All that is still owed for the bill."""
        return self.principal + self.late_fee_left


@dataclass
class _Slip:
    """A bill while the days go by: what was paid of it by which payment, and what was unpaid for how long."""

    bill: Bill
    rule: LateFeeRule | None
    paid: list[tuple[str, str, int]] = field(default_factory=list)
    runs: list[tuple[int, Decimal, int]] = field(default_factory=list)
    waived: int = 0

    def is_late(self, unpaid: int, rate: Decimal) -> None:
        """One more late day."""
        if self.runs and self.runs[-1][:2] == (unpaid, rate):
            *_, days = self.runs.pop()
            self.runs.append((unpaid, rate, days + 1))
        else:
            self.runs.append((unpaid, rate, 1))

    def of(self, part: str) -> int:
        return sum(amount for _, one, amount in self.paid if one == part)

    @property
    def left(self) -> int:
        return self.bill.principal - self.of("principal")

    @property
    def late_fee(self) -> int:
        whole = late_fee(self.bill.principal, self.runs, self.rule) if self.rule else 0
        return max(0, whole - self.waived)

    @property
    def owed(self) -> Owed:
        return Owed(self.left, self.late_fee, max(0, self.late_fee - self.of("late_fee")))


def key_of(bill: Bill) -> str:
    """A bill's name among all bills of its owner."""
    return f"{bill.id}/{bill.unit}/{bill.kind}"


def standing(facts: Facts, rules: Rulebook, on: date) -> list[Pause]:
    """The pauses as they are on a day: a plan is over once a part was not there, with all before it, on its day."""
    pauses = list(facts.pauses)
    gone = {payment.reverses for payment in facts.payments if payment.paid_on <= on}
    honest = [one for one in facts.payments if one.reverses is None and one.id not in gone]
    moments = [
        (off_rest(due_on, rules.community.holidays), at, sum(part for day, part in pause.parts if day > due_on))
        for at, pause in enumerate(pauses)
        for due_on, _ in pause.parts
    ]
    for last, at, to_come in sorted(moments):
        pause = pauses[at]
        if last < on and (pause.last is None or last <= pause.last):
            owed = balances(replace(facts, payments=honest), rules, last, pauses)
            left = [owed[key].whole if pause.stops_fee else owed[key].principal for key in pause.bills if key in owed]
            if sum(left) > to_come:
                pauses[at] = pause._replace(last=last)
    return pauses


def balances(facts: Facts, rules: Rulebook, on: date, pauses: Sequence[Pause] | None = None) -> dict[str, Owed]:
    """What each bill issued by a day has left, living through every day up to it, with the pauses as they stand."""
    slips: dict[str, _Slip] = {}
    purses: dict[str, int] = {}
    payments = {payment.id: payment for payment in facts.payments}
    standing_now = standing(facts, rules, on) if pauses is None else pauses
    stopping = [pause for pause in standing_now if pause.stops_fee and pause.first <= on]
    by_day = _by_day(facts)
    day = min(by_day, default=on)
    while day <= on:
        for fact in by_day.get(day, ()):
            if isinstance(fact, Bill):
                slips[key_of(fact)] = _Slip(fact, _rule_of(fact, rules))
            elif isinstance(fact, Adjustment):
                _waive(slips[fact.bill], fact.amount, purses)
            elif fact.reverses is None:
                purses[fact.id] = fact.amount
            elif fact.reverses in purses:
                purses[fact.reverses] = 0
                for slip in slips.values():
                    slip.paid = [one for one in slip.paid if one[0] != fact.reverses]
        _spend(purses, payments, slips, rules)
        for key, slip in slips.items():
            if slip.rule and day > slip.bill.due_on + slip.rule.grace_days * DAY:
                is_stopped = any(pause.covers(key, day) for pause in stopping)
                values = rules.collection.reference_rates[slip.rule.reference].values if slip.rule.reference else ()
                slip.is_late(0 if is_stopped else slip.left, daily_rate(slip.rule, values, day))
        day += DAY
    return {key: slip.owed for key, slip in slips.items()}


_Fact = Bill | Payment | Adjustment


def _by_day(facts: Facts) -> Mapping[date, list[_Fact]]:
    found: dict[date, list[_Fact]] = defaultdict(list)
    for bill in facts.bills:
        found[bill.issued_on].append(bill)
    # on one day: money with a purpose, other money, what takes money back
    for payment in sorted(facts.payments, key=lambda one: (one.reverses is not None, one.bill is None, one.id)):
        found[payment.paid_on].append(payment)
    for waiver in facts.waivers:
        found[waiver.on].append(waiver)
    return found


def _rule_of(bill: Bill, rules: Rulebook) -> LateFeeRule | None:
    name = rules.fees.kinds[bill.kind].late_fee
    in_force = [rule for rule in rules.collection.late_fees.get(name or "", ()) if rule.from_ <= bill.due_on]
    return in_force[-1] if in_force else None


def _waive(slip: _Slip, amount: int, purses: dict[str, int]) -> None:
    """Takes off a late fee; what had been paid of it is the payer's again, the latest first."""
    slip.waived += amount
    over = slip.of("late_fee") - slip.late_fee
    for at in range(len(slip.paid) - 1, -1, -1):
        payment, part, paid = slip.paid[at]
        back = max(0, min(over, paid)) if part == "late_fee" else 0
        slip.paid[at] = (payment, part, paid - back)
        purses[payment] += back
        over -= back


def _spend(
    purses: dict[str, int], payments: Mapping[str, Payment], slips: Mapping[str, _Slip], rules: Rulebook
) -> None:
    """Money goes to bills in their order: of each the principal, then the late fee if no principal is left."""
    for id in [id for id, left in purses.items() if left]:
        for slip in sorted(slips.values(), key=lambda slip: _place(slip.bill, payments[id], slips, rules)):
            _pay(slip, id, "principal", slip.left, purses)
            if slip.left == 0 and purses[id]:
                _pay(slip, id, "late_fee", slip.owed.late_fee_left, purses)


def _pay(slip: _Slip, payment: str, part: str, wanted: int, purses: dict[str, int]) -> None:
    amount = min(purses[payment], wanted)
    if amount:
        purses[payment] -= amount
        slip.paid.append((payment, part, amount))


def _place(bill: Bill, payment: Payment, slips: Mapping[str, _Slip], rules: Rulebook) -> tuple[object, ...]:
    """The payer's choice, its kind, whatever fell due first, the published order of kinds."""
    chosen = [key for key, slip in slips.items() if (slip.bill.id, slip.bill.unit) == (payment.bill, payment.unit)]
    kinds = [slips[key].bill.kind for key in chosen]
    rank = rules.collection.allocation.index(bill.kind)
    return key_of(bill) not in chosen, bill.kind not in kinds, bill.due_on, rank, key_of(bill)


# what an owner may be told


Told = Mapping[str, date | None]
"""The steps one bill has been through, each with the day it happened; None while staff still have it."""


def story(notices: Iterable[Notice], tasks: Iterable[Task]) -> dict[str, dict[str, date | None]]:
    """What was told of each bill; a call beside a message (a step with a dot) is no step of its own."""
    found: dict[str, dict[str, date | None]] = defaultdict(dict)
    for notice in notices:
        for bill in notice.bills if notice.state is State.SENT else ():
            found[bill][notice.step] = notice.told_on
    for task in tasks:
        for bill in task.bills if "." not in task.step else ():
            earlier = found[bill].get(task.step)
            found[bill][task.step] = min(filter(None, (earlier, task.done_on)), default=None)
    return found


def reminder_on(bill: Bill, stages: Iterable[Stage], day: date) -> str | None:
    """The last of the reminders whose day has come, while a bill is not overdue."""
    found = None
    for stage in stages:
        for days in stage.days if not stage.demand and day <= bill.due_on else ():
            if bill.due_on + days * DAY <= day:
                found = stage.id if len(stage.days) == 1 else f"{stage.id}{days}"
    return found


class Coming(NamedTuple):
    """The demand that comes next to a bill and its first day; or what stands against any."""

    stage: Stage | None = None
    on: date = date.max
    against: str = ""


def ladder_of(unit_kind: str, rules: Rulebook) -> list[Stage]:
    """The demands of a policy for a kind of unit, in their order."""
    demands = [one for one in rules.collection.stages if one.demand]
    return [one for one in demands if not one.when.unit_kinds or unit_kind in one.when.unit_kinds]


def next_demand(bill: Bill, told: Told, let_on: date | None, ladder: Sequence[Stage], rules: Rulebook) -> Coming:
    """The first demand of the ladder that was not made yet, if all before it were, and nothing else.

    Where the policy was changed on the way, a supervisor may have let the bill go on behind its last demand.
    """
    reminders = {f"{one.id}{days}" for one in rules.collection.stages if not one.demand for days in (*one.days, "")}
    made = [step for step in told if step not in reminders]
    if not rules.fees.kinds[bill.kind].demands:
        return Coming(against="never demanded")
    behind = max((at for at, one in enumerate(ladder, 1) if one.id in made), default=0)
    is_in_order = {one.id for one in ladder[: len(made)]} == set(made)
    if not is_in_order and let_on is None:
        return Coming(against="policy changed")
    last = ladder[behind - 1] if behind else None
    happened = told[last.id] if last else None
    if last and happened is None:
        return Coming(against="with staff")
    if behind == len(ladder):
        return Coming(against="all made")
    stage = ladder[behind]
    if last is None or happened is None:
        on = bill.due_on + stage.days[0] * DAY
    else:
        since = happened if is_in_order or let_on is None else max(happened, let_on)
        answered = off_rest(since + last.answer_days * DAY, rules.community.holidays) if last.answer_days else since
        on = max((since if stage.after else bill.due_on) + stage.days[0] * DAY, answered + DAY)
    return Coming(stage, max(on, bill.due_on + stage.when.age_days * DAY))


@dataclass
class View:
    """An owner on a day: what is owed, which bills are paused, and which may be told what."""

    owed: dict[str, Owed]
    paused: set[str]
    coming: dict[str, Coming] = field(default_factory=dict)
    may_be_told: dict[str, str] = field(default_factory=dict)
    too_small: set[str] = field(default_factory=set)

    @property
    def is_off(self) -> bool:
        """Whether a person must go on with a bill because the policy was changed on its way."""
        return any(one.against == "policy changed" for one in self.coming.values())


def view(
    facts: Facts,
    told: Mapping[str, Told],
    let_on: Mapping[str, date],
    ladders: Mapping[str, Sequence[Stage]],
    rules: Rulebook,
    on: date,
) -> View:
    """What the rules, read by themselves, let an owner be told on a day; contacts and approvals aside."""
    stages = rules.collection.stages
    pauses = standing(facts, rules, on)
    seen = View(balances(facts, rules, on, pauses), set())
    bills = [bill for bill in facts.bills if bill.issued_on <= on and seen.owed[key_of(bill)].whole > 0]
    seen.paused = {key_of(bill) for bill in bills if any(pause.covers(key_of(bill), on) for pause in pauses)}
    free = [bill for bill in bills if key_of(bill) not in seen.paused]
    overdue = []
    for bill in free:
        key = key_of(bill)
        reminder = reminder_on(bill, stages, on)
        if reminder and reminder not in told.get(key, {}):
            seen.may_be_told[key] = reminder
        if bill.due_on < on and rules.fees.kinds[bill.kind].demands:
            overdue.append(key)
            seen.coming[key] = next_demand(bill, told.get(key, {}), let_on.get(key), ladders[bill.unit], rules)
    reached = {key: one.stage for key, one in seen.coming.items() if one.stage and one.on <= on}
    for key, stage in reached.items():
        as_far = [other for other, at in reached.items() if stages.index(at) >= stages.index(stage)]
        arrears = sum(seen.owed[other].principal for other in as_far)
        if arrears >= stage.when.least_arrears * 100 and len(overdue) >= stage.when.bills:
            seen.may_be_told[key] = stage.id
        else:
            seen.too_small.add(key)
    return seen
