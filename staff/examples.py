"""Worked examples for the public pages, made by the same code that makes the bills."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct

from chalicelib.core import billing, discounts, latefee
from chalicelib.core.account import Charge
from chalicelib.core.calendar import ONE_DAY, Span, period, quarter
from chalicelib.core.money import Fen, fen, rounded, total
from chalicelib.core.rulebook import Basis, Collection, LateFeeRule, Rate, ReferenceRate, Reward, Rulebook, Schedule
from chalicelib.core.view import Line

_ONE = Decimal(1)
_THOUSAND = fen(1000)


class Bill(Struct, frozen=True):
    """A bill for a quarter, with the charges it is made of."""

    quarter: str
    span: Span
    charges: tuple[Charge, ...]

    @property
    def amount(self) -> Fen:
        return total([charge.amount for charge in self.charges])


class LateFee(Struct, frozen=True):
    """A bill paid in part and late, and what the late fee had come to on a day."""

    bill: Bill
    paid: Fen
    paid_on: date
    on: date
    free_until: date
    lines: tuple[Line, ...]

    @property
    def amount(self) -> Fen:
        return total([line.amount for line in self.lines])


class EarlyBill(Struct, frozen=True):
    """A bill and what paying it early takes off."""

    bill: Bill
    offer: discounts.Offer


def bill(schedule: Schedule, name: str, first: date | None = None) -> Bill:
    """A fee's bill for a quarter, for one unit of the schedule's example size, or from a day within it."""
    whole = period(name)
    span = Span(first or whole.first, whole.last)
    return Bill(name, span, billing.charges(schedule, span, schedule.example_quantity or _ONE))


def quarterly_bill(schedule: Schedule, rate: Rate | None, today: date) -> Bill | None:
    """This quarter's bill of a fee by area or flat; the others depend on what was used."""
    if rate is None or schedule.basis not in (Basis.AREA_MONTH, Basis.FLAT_MONTH):
        return None
    return bill(schedule, quarter(today))


def moved_in(schedule: Schedule, today: date) -> Bill:
    """This quarter's bill of whoever holds the unit from the 15th of its second month."""
    first = period(quarter(today)).first
    return bill(schedule, quarter(today), first.replace(month=first.month + 1, day=15))


def shared(schedule: Schedule, cost: Fen, area: Decimal, total_area: Decimal, today: date) -> Charge:
    """One unit's part of a cost shared with all others by area."""
    span = period(quarter(today))
    return billing.shared_charges(schedule, cost, span, [(area, span), (total_area - area, span)])[0]


def _reference(rule: LateFeeRule, collection: Collection) -> ReferenceRate | None:
    return collection.reference_rates[rule.reference] if rule.reference else None


def late_fee_today(rule: LateFeeRule | None, collection: Collection, today: date) -> dict[str, object]:
    """The rate a day a rule comes to, the reference it is held against, and what a day costs for 1,000 yuan."""
    if rule is None:
        return {"reference": None}
    reference = _reference(rule, collection)
    rate = latefee.daily_rate(rule, reference, today)
    a_day = rounded(Fraction(_THOUSAND) * Fraction(rate))
    return {"reference": reference, "rate": rate, "thousand": _THOUSAND, "a_day": a_day}


def late_fee(
    rulebook: Rulebook, schedule: Schedule, paid: Fen, paid_after: int, seen_after: int, today: date
) -> LateFee | None:
    """The late fee of the newest bill that fell due long enough ago; None where its kind carries none."""
    owed = bill(schedule, quarter(period(quarter(today - timedelta(days=seen_after))).first - ONE_DAY))
    due_on = owed.span.last
    name = rulebook.fees.kinds[schedule.kind].late_fee
    rule = latefee.rule_for(due_on, rulebook.collection.late_fees[name]) if name else None
    if rule is None:
        return None
    paid = min(paid, owed.amount)
    paid_on, on = due_on + timedelta(days=paid_after), due_on + timedelta(days=seen_after)
    unpaid = [(owed.span.first, owed.amount), (paid_on, Fen(owed.amount - paid))]
    lines = latefee.lines(owed.amount, due_on, unpaid, rule, _reference(rule, rulebook.collection), on)
    return LateFee(owed, paid, paid_on, on, due_on + timedelta(days=rule.grace_days), lines)


def reward(rule: Reward, schedule: Schedule) -> EarlyBill | None:
    """The first bill a reward is for, and what it takes off."""
    day = rule.from_
    while day <= rule.until:
        early = bill(schedule, quarter(day))
        for offer in discounts.offers([rule], early.span.last, early.amount):
            return EarlyBill(early, offer)
        day = early.span.last + ONE_DAY
    return None
