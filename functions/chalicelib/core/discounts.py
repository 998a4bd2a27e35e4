"""Rewards as a bill may earn them: a published share taken off, if the rest is paid in time."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction

from msgspec import Struct

from .money import Fen, rounded
from .rulebook import Reward

_A_YEAR = timedelta(days=366)


class Offer(Struct, frozen=True):
    """What is taken off a bill if the rest of it is paid by a day, and by which reward."""

    amount: Fen
    until: date
    reward: Reward


class Grant(Struct, frozen=True):
    """An offer that was earned, and the other bills it was earned by."""

    offer: Offer
    rests_on: frozenset[str] = frozenset()


def in_reach(rewards: Sequence[Reward], due_on: date) -> tuple[Reward, ...]:
    """The rewards a bill could earn; most bills none, and then nobody need look again."""
    return tuple(reward for reward in rewards if reward.from_ <= due_on and _may_reach(reward, due_on))


def _may_reach(reward: Reward, due_on: date) -> bool:
    """A year's reward lies in the campaign by its first bill, which may be due a year before this one."""
    last = due_on - timedelta(days=reward.days_before_due)
    return reward.from_ <= last <= reward.until + (_A_YEAR if reward.earned_by == "year" else timedelta())


def offers(rewards: Iterable[Reward], due_on: date, principal: Fen) -> list[Offer]:
    """What rewards take off a bill, most first: those of campaigns in which the last early day lies.

    `due_on` is the bill's own due date, or that of the year's first bill for a year's reward.
    """
    found = [
        Offer(rounded(Fraction(principal) * Fraction(reward.share)), until, reward)
        for reward in rewards
        for until in [due_on - timedelta(days=reward.days_before_due)]
        if reward.from_ <= until <= reward.until
    ]
    return sorted(found, key=lambda offer: -offer.amount)
