"""Sums worked out by `core`, for whatever works them out again elsewhere: the same ones every time.

A vector names a function of `site/theme/assets/reckoning.js` with what it is given and what must come of it.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from msgspec.structs import replace

from chalicelib.core import billing, discounts, latefee
from chalicelib.core.account import Bill, Payment
from chalicelib.core.calendar import Span, period
from chalicelib.core.ledger import fold
from chalicelib.core.money import Fen
from chalicelib.core.rulebook import Basis, LateFeeRule, Rate, ReferenceRate, ReferenceValue, Reward, Rulebook, Schedule
from staff import openrules
from tests import builders

COUNTS = {"charges": 900, "rewarded": 400, "lateFee": 900, "owed": 400}
_FIRST = date(2019, 1, 1)
_GRACES, _CAPS, _WAIVED = (0, 1, 15, 30, 90), ("0.05", "0.1", "0.2", "0.3"), ("0", "0.5", "1.00", "20")
_SHARES = ("0.005", "0.01", "0.0125", "0.2")


@dataclass(frozen=True)
class Vector:
    """What a function is called with, as JSON has it, and what it must give."""

    what: str
    given: dict[str, Any]
    expected: Any


def vectors(rules: Rulebook, seed: int = 20260101) -> list[Vector]:
    """Every vector, by the rules given and by made-up ones that change, cap and waive more often."""
    chance = random.Random(seed)  # noqa: S311  # the same vectors every time is what is wanted
    makers = {
        "charges": partial(_charges, rules, chance),
        "rewarded": partial(_rewarded, rules, chance),
        "lateFee": partial(_late_fee, chance),
        "owed": partial(_owed, rules, chance),
    }
    return [makers[what]() for what, count in COUNTS.items() for _ in range(count)]


def plain(value: Any) -> Any:
    """A value as a program that reads the published rules has it."""
    return json.loads(openrules.encoded(value))


def _day(chance: random.Random, first: date = _FIRST, days: int = 3650) -> date:
    return first + timedelta(days=chance.randrange(days))


def _money(chance: random.Random) -> Fen:
    """Small sums, where rounding shows most, as often as large ones."""
    return Fen(chance.randrange(1, chance.choice((100, 10_000, 500_000, 100_000_000))))


def _decimal(chance: random.Random, most: int, places: int) -> Decimal:
    return Decimal(chance.randrange(1, most * 10**places)).scaleb(-places)


# Fees


def _charges(rules: Rulebook, chance: random.Random) -> Vector:
    schedule = chance.choice([_schedule(chance), *_reckonable(rules.fees.schedules)])
    span = chance.choice((_any_span, _a_quarter))(chance)
    is_flat = schedule.basis is Basis.FLAT_MONTH
    quantity = Decimal(1) if is_flat else _decimal(chance, chance.choice((2, 200, 20_000)), 2)
    made = billing.charges(schedule, span, quantity)
    given = {"schedule": schedule, "first": span.first, "last": span.last, "quantity": str(quantity)}
    keys = ("from", "to", "rate", "quantity", "months", "amount")
    return Vector("charges", plain(given), [{key: charge[key] for key in keys} for charge in plain(made)])


def _reckonable(schedules: Sequence[Schedule]) -> list[Schedule]:
    return [schedule for schedule in schedules if schedule.basis in (Basis.AREA_MONTH, Basis.FLAT_MONTH)]


def _any_span(chance: random.Random) -> Span:
    first = _day(chance)
    return Span(first, first + timedelta(days=chance.randrange(500)))


def _a_quarter(chance: random.Random) -> Span:
    return period(f"{chance.randrange(2021, 2028)}-Q{chance.randrange(1, 5)}")


def _schedule(chance: random.Random) -> Schedule:
    """Up to four rates that follow each other, some beginning within a month."""
    days = sorted({_day(chance) for _ in range(chance.randrange(1, 5))})
    ends = [following - timedelta(days=1) for following in days[1:]]
    known = builders.rules().fees.schedules[0]
    rates = [
        replace(known.rates[0], from_=first, until=last, yuan=_decimal(chance, 30, chance.choice((0, 1, 2, 4))))
        for first, last in zip(days, [*ends, chance.choice((None, days[-1] + timedelta(days=400)))], strict=True)
    ]
    return replace(known, rates=tuple[Rate, ...](rates))


# Rewards: a year's bills, each paid on the last day that earns one, as the ledger settles them


def _rewarded(rules: Rulebook, chance: random.Random) -> Vector:
    """By one way of paying at a time; for a streak, whatever came before was paid on the day it was due."""
    way = chance.choice(("early", "year", "streak"))
    rewards = tuple(_reward(chance, way) for _ in range(chance.randrange(1, 4)))
    year, principal = chance.randrange(2019, 2023), _money(chance)
    bills = [_quarterly(chance, f"{year}-Q{number}", principal) for number in range(1, 5)]
    earlier = [_quarterly(chance, f"{year - 1}-Q{number}", principal) for number in range(1, 5)]
    paid = [_paid(bill, bill.principal, bill.due_on) for bill in earlier]
    by = [bills[0].due_on] * 4 if way == "year" else [bill.due_on for bill in bills]
    for bill, due_on in zip(bills, by, strict=True):
        offered = discounts.offers(rewards, due_on, bill.principal)
        until = offered[0].until if offered else bill.due_on
        left = bill.principal - (offered[0].amount if offered else 0)
        paid.append(_paid(bill, max(1, left), until))
    collection = replace(rules.collection, rewards={**rules.collection.rewards, "paying-in-time": rewards})
    ledger = fold(builders.account(*earlier, *bills, *paid), replace(rules, collection=collection), date(year, 12, 31))
    given = {"bills": [{"dueOn": bill.due_on, "amount": bill.principal} for bill in bills]}
    expected = [ledger.debts[bill.key].discount for bill in bills]
    return Vector("rewarded", plain({**given, "rewards": rewards, "way": way}), expected)


def _paid(bill: Bill, amount: int, on: date) -> Payment:
    return builders.payment(amount, on.isoformat(), id=f"for-{bill.id}", bill=bill.id)


def _quarterly(chance: random.Random, name: str, principal: Fen) -> Bill:
    """A quarter's bill near the sum of its neighbours, as rates and days make them differ, there a year ahead."""
    due_on = period(name).last
    issued_on = due_on - timedelta(days=400)
    return builders.bill(principal + chance.randrange(3), due_on.isoformat(), issued=issued_on.isoformat())


def _reward(chance: random.Random, way: Any) -> Reward:
    first = _day(chance, days=900)
    return replace(
        builders.rules().collection.rewards["early"][0],
        from_=first,
        until=first + timedelta(days=chance.randrange(1, 700)),
        earned_by=way,
        streak=chance.randrange(1, 5) if way == "streak" else None,
        days_before_due=chance.choice((0, 15, 30, 45)),
        share=Decimal(chance.choice(_SHARES)),
    )


# Late fees


def _late_fee(chance: random.Random) -> Vector:
    """One bill under rules of its own, due on their first day or another, often seen at the end of grace."""
    rules, reference = _late_fee_rules(chance), _reference(chance)
    principal, due_on = _money(chance), chance.choice((_day(chance), rules[-1].from_))
    rule = latefee.rule_for(due_on, rules)
    grace = rule.grace_days if rule else 0
    on = due_on + timedelta(days=chance.choice((grace, grace + 1, grace + 2, chance.randrange(60, 1500))))
    unpaid = _unpaid(chance, principal, due_on)
    rate = reference if rule and rule.reference else None
    made = latefee.lines(principal, due_on, unpaid, rule, rate, on) if rule else ()
    balances = [{"from": day, "amount": left} for day, left in unpaid]
    given = {"rules": rules, "references": {"lpr": reference}, "principal": principal, "dueOn": due_on, "on": on}
    return Vector("lateFee", plain({**given, "unpaid": balances}), _shown(made))


def _shown(lines: Sequence[Any]) -> list[dict[str, Any]]:
    keys = ("from", "to", "base", "rate", "days", "amount", "cap", "capped")
    return [{key: line[key] for key in keys} for line in plain(lines)]


def _late_fee_rules(chance: random.Random) -> list[LateFeeRule]:
    known = builders.late_fee_rule("gentle")
    return [
        replace(
            known,
            from_=first,
            grace_days=chance.choice(_GRACES),
            daily_rate=_decimal(chance, 1, 3) * Decimal("0.001"),
            reference=chance.choice(("lpr", None)),
            reference_multiple=chance.choice((Decimal("1.3"), Decimal(4))),
            cap_share=Decimal(chance.choice(_CAPS)),
            waived_under=Decimal(chance.choice(_WAIVED)),
        )
        for first in sorted({_day(chance, days=2500) for _ in range(chance.randrange(1, 3))})
    ]


def _reference(chance: random.Random) -> ReferenceRate:
    days = sorted({date(2018, 1, 1), *(_day(chance) for _ in range(chance.randrange(6)))})
    values = tuple(ReferenceValue(from_=day, rate=_decimal(chance, 1, 4) * Decimal("0.1")) for day in days)
    return replace(builders.rules().collection.reference_rates["lpr"], values=values)


def _unpaid(chance: random.Random, principal: Fen, due_on: date) -> list[latefee.Balance]:
    """The principal from the day the bill came, now and then after it was due, less what was paid of it."""
    found = [(due_on + timedelta(days=chance.choice((-90, -30, 60))), principal)]
    for _ in range(chance.randrange(4)):
        day, left = found[-1]
        found.append((day + timedelta(days=chance.randrange(1, 200)), Fen(chance.randrange(left + 1))))
    return found


# A bill in the ledger, with payments: what is left of it and its late fee


def _owed(rules: Rulebook, chance: random.Random) -> Vector:
    kind = chance.choice(("property", "parking", "parking-rent"))
    due_on, principal = _a_quarter(chance).last, _money(chance)
    bill = builders.bill(principal, due_on.isoformat(), kind=kind)
    payments = [
        builders.payment(max(1, chance.randrange(principal + 50) // chance.choice((1, 2, 3))), _paid_on(chance, due_on))
        for _ in range(chance.randrange(4))
    ]
    payments = [replace(payment, id=f"p-{number}") for number, payment in enumerate(payments)]
    on = max([payment.paid_on for payment in payments] + [due_on + timedelta(days=chance.randrange(900))])
    debt = fold(builders.account(bill, *payments), rules, on).debts[bill.key]
    given = {
        "kind": kind,
        "principal": principal,
        "dueOn": due_on,
        "issuedOn": bill.issued_on,
        "payments": [{"on": payment.paid_on, "amount": payment.amount} for payment in payments],
        "on": on,
    }
    expected = {"lines": _shown(debt.late_fee_lines(on)), "outstanding": debt.outstanding(on)}
    return Vector("owed", plain(given), expected)


def _paid_on(chance: random.Random, due_on: date) -> str:
    """After the due date: what is paid long before might earn a reward."""
    return (due_on + timedelta(days=chance.randrange(1, 500))).isoformat()
