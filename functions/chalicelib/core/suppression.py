"""Which counts of households may be published, so that no small one is shown or can be worked out.

A group is withheld when fewer than five of it paid or fewer than five did not: either would point at homes.
More groups, the smallest first, are withheld beside it until nobody can tell them apart by what the totals leave.
"""

from collections.abc import Sequence

from msgspec import Struct

FEWEST = 5
"""The least number of households that is ever shown."""


class Counted(Struct, frozen=True):
    """A group's households, and how many of them have paid."""

    households: int
    paid: int

    @property
    def least(self) -> int:
        """The smaller part: those who paid, or those who did not."""
        return min(self.paid, self.households - self.paid)


class Shown(Struct, frozen=True):
    """A group as published: `counted`, or withheld, and then `is_small` where there are fewer than five in all."""

    counted: Counted | None
    is_small: bool = False


class Publication(Struct, frozen=True):
    """What is published of each group, in their order, and of all together."""

    groups: tuple[Shown, ...]
    whole: Shown


def published(groups: Sequence[Counted]) -> Publication:
    """The groups and their sum with every count withheld that is below five or would give one away."""
    whole = _sum(groups)
    withheld = [at for at, group in enumerate(groups) if group.least < FEWEST]
    for at in sorted(range(len(groups)), key=lambda at: (groups[at].households, at)):
        if not withheld or _is_blurred([groups[one] for one in withheld]):
            break
        if at not in withheld:
            withheld.append(at)
    is_told = not withheld or _is_blurred([groups[one] for one in withheld])
    rows = tuple(_shown(group, at not in withheld) for at, group in enumerate(groups))
    return Publication(rows, _shown(whole, is_told))


def _is_blurred(withheld: Sequence[Counted]) -> bool:
    """Whether the sum of what is withheld, which the totals give away, leaves each part of it open.

    Of two groups or more, one can always make up for another as long as their sum is itself publishable. What
    is known to be below five needs a group beside it that could be four larger and still not be known.
    """
    if len(withheld) < 2 or _sum(withheld).least < FEWEST:
        return False
    sizes = [group.households for group in withheld]
    return min(sizes) >= FEWEST or max(sizes) >= 2 * FEWEST - 1


def _sum(groups: Sequence[Counted]) -> Counted:
    return Counted(sum(group.households for group in groups), sum(group.paid for group in groups))


def _shown(group: Counted, is_told: bool) -> Shown:
    return Shown(group) if is_told else Shown(None, is_small=group.households < FEWEST)
