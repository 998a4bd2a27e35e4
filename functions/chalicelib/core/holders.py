"""Who answers for a unit on a day, of everyone who ever held it."""

from collections.abc import Iterable
from datetime import date

from .account import Holder


def holder_on(holders: Iterable[Holder], day: date) -> str | None:
    """Who holds a unit on a day."""
    return next((holder.owner for holder in holders if holder.holds(day)), None)


def latest_holder(holders: Iterable[Holder], day: date) -> str | None:
    """Who holds a unit on a day, or held it last before."""
    before = sorted((holder for holder in holders if holder.from_ <= day), key=lambda holder: holder.from_)
    return holder_on(before, day) or (before[-1].owner if before else None)
