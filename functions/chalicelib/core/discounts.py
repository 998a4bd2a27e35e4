"""Rewards for paying early: a published share of a bill, granted when the rest is paid in time."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

from msgspec import Struct

from .money import Fen, rounded
from .rulebook import Reward


class Offer(Struct, frozen=True):
    """What is taken off a bill if the rest of it is paid by a day."""

    amount: Fen
    until: date
    reward: str
    share: str


def offer(name: str, rewards: Sequence[Reward], due_on: date, principal: Fen) -> Offer | None:
    """The reward a bill may still earn: of the campaign in which its last early day lies."""
    for reward in rewards:
        until = due_on - timedelta(days=reward.days_before_due)
        if reward.from_ <= until <= reward.until:
            amount = rounded(Fraction(principal) * Fraction(reward.share))
            return Offer(amount, until, name, str(reward.share))
    return None
