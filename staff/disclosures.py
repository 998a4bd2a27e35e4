"""The yearly disclosure as its page shows it: rates of the year, balances, how many paid without pointing at any."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from chalicelib.core import disclosure as core
from chalicelib.core.calendar import period
from chalicelib.core.disclosure import Disclosure, Group
from chalicelib.core.money import Fen, ratio
from chalicelib.core.rulebook import Fees, Rate, Schedule
from chalicelib.core.suppression import FEWEST, Counted, Shown, published


class Paid(NamedTuple):
    """A group as it is published: its counts and the share that paid, or neither; without a group, all of them."""

    group: Group | None
    shown: Shown
    share: Decimal | None


class Opened(NamedTuple):
    """A disclosure with what is worked out from it."""

    disclosure: Disclosure
    rates: Sequence[tuple[Schedule, Sequence[Rate]]]
    fund_left: Fen
    income_earned: Fen
    income_left: Fen
    paid: Sequence[Paid]
    fewest: int


def opened(disclosure: Disclosure, fees: Fees) -> Opened:
    """What the page shows of a year."""
    fund, income = disclosure.maintenance_fund, disclosure.common_income
    return Opened(
        disclosure=disclosure,
        rates=[(schedule, _charged(schedule, disclosure.year)) for schedule in fees.schedules],
        fund_left=core.balance(fund.opening_yuan, fund.added, fund.uses),
        income_earned=core.balance(Decimal(0), income.sources, income.costs),
        income_left=core.balance(income.opening_yuan, income.sources, (*income.costs, *income.uses)),
        paid=_paid(disclosure),
        fewest=FEWEST,
    )


def _charged(schedule: Schedule, year: int) -> Sequence[Rate]:
    """The rates of a fee that were in force at some time of a year."""
    days = period(str(year))
    following = [rate.from_ for rate in schedule.rates[1:]]
    return [
        rate
        for rate, after in zip(schedule.rates, [*following, None], strict=True)
        if days.common(rate.from_, rate.until) and not (after and after <= days.first)
    ]


def _paid(disclosure: Disclosure) -> Sequence[Paid]:
    said = published(disclosure.collected.counts)
    groups: Sequence[Group | None] = (*disclosure.collected.groups, None)
    rows = zip(groups, (*said.groups, said.whole), strict=True)
    return [Paid(group, row, _share(row.counted)) for group, row in rows]


def _share(counted: Counted | None) -> Decimal | None:
    """The part that paid, to a tenth of a percent."""
    return Decimal(ratio(1000 * counted.paid, counted.households)) / 1000 if counted else None
