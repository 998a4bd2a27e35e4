"""Sample bills under two rulebooks: what a fee comes to, its late fee after some days, its reward."""

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec import Struct

from chalicelib.core import discounts, latefee
from chalicelib.core.calendar import ONE_DAY, period, quarter
from chalicelib.core.money import Fen, total
from chalicelib.core.rulebook import Basis, Rulebook, Schedule, Text

from . import examples

_QUARTERS = 8
LATE_DAYS = (60, 180)


class Figure(Struct, frozen=True):
    """One figure of a sample bill before and after; None where there is none, `days` overdue for a late fee."""

    fee: Text
    quarter: str
    what: str
    days: int | None
    before: Fen | None
    after: Fen | None


def changed(before: Rulebook, after: Rulebook, on: date) -> list[Figure]:
    """Of each fee the first quarter's bill within two years of which any figure differs, with all its figures."""
    schedules = {schedule.id: schedule for rules in (before, after) for schedule in rules.fees.schedules}
    found = []
    for schedule in schedules.values():
        if schedule.basis is not Basis.SHARED_BY_AREA:
            found += _of_schedule(schedule, before, after, on)
    return found


def _of_schedule(schedule: Schedule, before: Rulebook, after: Rulebook, on: date) -> list[Figure]:
    bills = (list(_compared(schedule, before, after, name)) for name in _quarters(on))
    return next((bill for bill in bills if any(one.before != one.after for one in bill)), [])


def _quarters(on: date) -> Iterator[str]:
    day = period(quarter(on)).last + ONE_DAY
    for _ in range(_QUARTERS):
        yield quarter(day)
        day = period(quarter(day)).last + ONE_DAY


def _compared(schedule: Schedule, before: Rulebook, after: Rulebook, name: str) -> Iterator[Figure]:
    old, new = (_amounts(schedule.id, rules, name) for rules in (before, after))
    for what, days in dict.fromkeys([*old, *new]):
        yield Figure(schedule.name, name, what, days, old.get((what, days)), new.get((what, days)))


def _amounts(id: str, rules: Rulebook, name: str) -> dict[tuple[str, int | None], Fen]:
    """A bill's amount, late fee and best reward under some rules; empty where they know no such fee or rate."""
    schedule = next((one for one in rules.fees.schedules if one.id == id), None)
    bill = examples.bill(schedule, name) if schedule else None
    if schedule is None or bill is None or not bill.charges:
        return {}
    amount, due_on = bill.amount, bill.span.last
    kind, collection = rules.fees.kinds[schedule.kind], rules.collection
    found: dict[tuple[str, int | None], Fen] = {("amount", None): amount}
    rule = latefee.rule_for(due_on, collection.late_fees[kind.late_fee]) if kind.late_fee else None
    if rule:
        reference = collection.reference_rates[rule.reference] if rule.reference else None
        for days in LATE_DAYS:
            unpaid = [(bill.span.first, amount)]
            lines = latefee.lines(amount, due_on, unpaid, rule, reference, due_on + timedelta(days=days))
            found["late", days] = total([line.amount for line in lines])
    offers = discounts.offers(collection.rewards[kind.reward] if kind.reward else (), due_on, amount)
    if offers:
        found["reward", None] = offers[0].amount
    return found
