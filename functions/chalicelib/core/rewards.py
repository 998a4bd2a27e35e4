"""Which rewards are earned on a day: by one bill paid early, a whole year's paid ahead, or a streak paid on time."""

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct

from . import calendar
from .debt import Debt
from .discounts import Grant, Offer, offers
from .money import total
from .rulebook import Reward

_MONTHS = 12


class Award(Struct, frozen=True):
    """What bills earn together, and all the bills that are settled by it."""

    grants: list[tuple[Debt, Grant]]
    settles: list[Debt]


def award(hopeful: Sequence[Debt], debts: Mapping[str, Debt], day: date) -> Award | None:
    """The next reward earned by what is paid; None when there is none, or none better than was given.

    A bill has one reward, the best it earned: they never add up. What a bill earns alone is found first,
    so that it stands should a year's reward be taken back.
    """
    awards = (earned(debt, debts, day) for earned in (_alone, _year) for debt in hopeful)
    return next(filter(None, awards), None)


def _alone(debt: Debt, debts: Mapping[str, Debt], day: date) -> Award | None:
    """Paying one bill early, or after others that were paid on time."""
    rewards = [reward for reward in debt.rewards if reward.earned_by != "year"]
    for offer in offers(rewards, debt.bill.due_on, debt.bill.principal):
        if day <= offer.until and _is_better(debt, offer) and debt.left_of_asked <= offer.amount:
            before = _before(debt, debts, offer.reward.streak or 0)
            if len(before) == (offer.reward.streak or 0) and all(one.is_on_time for one in before):
                return Award([(debt, Grant(offer, frozenset(one.bill.key for one in before)))], [debt])
    return None


def _is_better(debt: Debt, offer: Offer) -> bool:
    return debt.discount < offer.amount < debt.asked


def _before(debt: Debt, debts: Mapping[str, Debt], count: int) -> list[Debt]:
    """The last bills of the same unit and kind that fell due before."""
    earlier = [one for one in _alike(debt, debts) if one.bill.due_on < debt.bill.due_on] if count else []
    return sorted(earlier, key=lambda one: (one.bill.due_on, one.bill.key))[-count:]


def _alike(debt: Debt, debts: Mapping[str, Debt]) -> list[Debt]:
    unit, kind = debt.bill.unit, debt.bill.kind
    return [one for one in debts.values() if one.bill.unit == unit and one.bill.kind == kind]


def _year(debt: Debt, debts: Mapping[str, Debt], day: date) -> Award | None:
    """Paying all bills of a year by the early day of the first one; they must be there, for all its months."""
    rewards = [reward for reward in debt.rewards if reward.earned_by == "year"]
    if not rewards or not (months := _months(debt)):
        return None
    year = months[0][0]
    bills = [one for one in _alike(debt, debts) if year in {of for of, _ in _months(one)}]
    if len({month for one in bills for month in _months(one)}) < _MONTHS:
        return None
    return next((found for reward in rewards if (found := _together(bills, reward, day))), None)


def _months(debt: Debt) -> list[tuple[int, int]]:
    """The months a bill is for, each with its year first; none where its period is in other words."""
    try:
        span = calendar.period(debt.bill.period)
    except ValueError:
        return []
    return [(month.first.year, month.first.month) for month in calendar.months(span)]


def _together(bills: list[Debt], reward: Reward, day: date) -> Award | None:
    first = min(one.bill.due_on for one in bills)
    offered = [(one, offer) for one in bills for offer in offers([reward], first, one.bill.principal)]
    better = [(one, offer) for one, offer in offered if day <= offer.until and _is_better(one, offer)]
    gained = sum(offer.amount - one.discount for one, offer in better)
    if not better or total([one.principal_left for one in bills]) > gained:
        return None
    keys = frozenset(one.bill.key for one in bills)
    return Award([(one, Grant(offer, keys)) for one, offer in better], bills)
