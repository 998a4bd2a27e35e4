"""Whether rewards are what may be promised: published in time, with an end, of a share that can be paid."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from .fault import Fault, Path
from .rulebook import Collection, Limitation, Reward

FILE = "collection.yml"
MOST_OFF = Decimal("0.2")
"""The highest share of a bill a reward may take off."""
_MONTHS_A_YEAR = 12


def faults(collection: Collection) -> Iterator[Fault]:
    """Everything that keeps a reward from being earned as it is published, or a warning from being seen."""
    for name, rewards in collection.rewards.items():
        for index, reward in enumerate(rewards):
            path: Path = ("rewards", name, index)
            yield from _reward(path, reward)
            yield from _after_others(path, reward, rewards[:index])
    yield from _warnings(collection.limitation)


def _reward(path: Path, reward: Reward) -> Iterator[Fault]:
    values = {"from": str(reward.from_), "last": str(reward.until)}
    if reward.published_on > reward.from_:
        yield Fault(FILE, (*path, "published_on"), "published-late", values, f"<= {reward.from_}")
    if reward.until < reward.from_:
        yield Fault(FILE, (*path, "until"), "ends-before-start", values, f">= {reward.from_}")
    if (reward.streak is None) == (reward.earned_by == "streak"):
        yield Fault(FILE, (*path, "streak"), "streak-and-reward", {}, "earned_by: streak")
    if not 0 < reward.share <= MOST_OFF:
        yield Fault(FILE, (*path, "share"), "out-of-range", {}, f"0 … {MOST_OFF}")


def _after_others(path: Path, reward: Reward, earlier: Sequence[Reward]) -> Iterator[Fault]:
    """Of rewards earned in one way only one runs at a time."""
    latest = max((one.until for one in earlier if one.earned_by == reward.earned_by), default=None)
    if latest is not None and reward.from_ <= latest:
        yield Fault(FILE, (*path, "from"), "rewards-overlap", {"from": str(reward.from_)}, f"> {latest}")


def _warnings(limitation: Limitation) -> Iterator[Fault]:
    whole = limitation.years * _MONTHS_A_YEAR
    for index, months in enumerate(limitation.warn_months):
        if months >= whole:
            yield Fault(FILE, ("limitation", "warn_months", index), "out-of-range", {}, f"1 … {whole - 1}")
