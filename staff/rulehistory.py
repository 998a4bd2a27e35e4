"""Every version of the public rules: what changed on which day, from what, to what, and what a bill makes of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import ClassVar

from msgspec.structs import replace

from chalicelib.core import latefee
from chalicelib.core.calendar import ONE_DAY, quarter
from chalicelib.core.money import Fen
from chalicelib.core.rulebook import Basis, Kind, LateFeeRule, Rate, ReferenceRate, Reward, Rulebook, Schedule

from .examples import bill

_TERMS = ("grace_days", "daily_rate", "reference_multiple", "cap_share", "waived_under", "waived_once_within_days")


@dataclass(frozen=True)
class RateChange:
    """A fee's rate gives way to another; the first one to none before it, the last one may end."""

    part: ClassVar[str] = "rate"
    on: date
    schedule: Schedule
    before: Rate | None
    after: Rate | None

    @property
    def difference(self) -> Decimal | None:
        """Yuan more, or less, for each unit of measure."""
        if not (self.before and self.after) or self.before.yuan is None or self.after.yuan is None:
            return None
        return self.after.yuan - self.before.yuan

    @property
    def percent(self) -> Decimal:
        """The difference in percent of what was before, to one place."""
        assert self.before and self.before.yuan and self.difference is not None  # noqa: S101
        return abs(self.difference / self.before.yuan * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)

    @property
    def bills(self) -> tuple[Fen, Fen] | None:
        """A quarter's bill of the example size at each rate; a quantity that is metered makes no example."""
        is_worked = self.schedule.basis in (Basis.AREA_MONTH, Basis.FLAT_MONTH)
        if self.difference is None or self.before is None or self.after is None or not is_worked:
            return None
        return self._bill(self.before), self._bill(self.after)

    def _bill(self, rate: Rate) -> Fen:
        """A whole quarter's, as if the rate had been in force throughout."""
        always = replace(self.schedule, rates=(replace(rate, from_=date.min, until=None),))
        return bill(always, quarter(self.on)).amount


@dataclass(frozen=True)
class LateFeeChange:
    """A late fee's rule for some kinds of bills gives way to another; bills already due keep theirs."""

    part: ClassVar[str] = "late_fee"
    on: date
    kinds: Sequence[Kind]
    before: LateFeeRule | None
    after: LateFeeRule

    @property
    def terms(self) -> list[str]:
        """The terms that are new or others than before."""
        before, after = self.before, self.after
        return [term for term in _TERMS if before is None or getattr(before, term) != getattr(after, term)]


@dataclass(frozen=True)
class ReferenceChange:
    """A published interest rate changes, and with it what a day of late fee costs."""

    part: ClassVar[str] = "reference"
    on: date
    reference: ReferenceRate
    before: Decimal
    after: Decimal
    daily: tuple[Decimal, Decimal]


@dataclass(frozen=True)
class RewardStart:
    """A reward begins; its last day is known from the start."""

    part: ClassVar[str] = "reward"
    on: date
    kinds: Sequence[Kind]
    reward: Reward


Change = RateChange | LateFeeChange | ReferenceChange | RewardStart


def by_month(rules: Rulebook) -> Mapping[date, Sequence[Change]]:
    """All changes under the first day of their month, the newest first; rates before rewards within a day."""
    found: list[Change] = [*_rates(rules), *_late_fees(rules), *_references(rules), *_rewards(rules)]
    found.sort(key=lambda change: change.on, reverse=True)
    return {month: list(of) for month, of in groupby(found, key=lambda change: change.on.replace(day=1))}


def _rates(rules: Rulebook) -> Iterator[RateChange]:
    for schedule in rules.fees.schedules:
        before: Rate | None = None
        for rate in schedule.rates:
            yield RateChange(rate.from_, schedule, before, rate)
            before = rate
        if before and before.until:
            yield RateChange(before.until + ONE_DAY, schedule, before, None)


def _late_fees(rules: Rulebook) -> Iterator[LateFeeChange]:
    for name, versions in rules.collection.late_fees.items():
        kinds = [kind for kind in rules.fees.kinds.values() if kind.late_fee == name]
        for before, after in zip((None, *versions), versions, strict=False):
            yield LateFeeChange(after.from_, kinds, before, after)


def _references(rules: Rulebook) -> Iterator[ReferenceChange]:
    """Those changes that made a day dearer or cheaper under the rule of that day."""
    for versions in rules.collection.late_fees.values():
        for name, reference in rules.collection.reference_rates.items():
            for before, after in zip(reference.values, reference.values[1:], strict=False):
                rule = latefee.rule_for(after.from_, versions)
                if rule and rule.reference == name:
                    daily = [latefee.daily_rate(rule, reference, day) for day in (after.from_ - ONE_DAY, after.from_)]
                    yield ReferenceChange(after.from_, reference, before.rate, after.rate, (daily[0], daily[1]))


def _rewards(rules: Rulebook) -> Iterator[RewardStart]:
    for name, rewards in rules.collection.rewards.items():
        kinds = [kind for kind in rules.fees.kinds.values() if kind.reward == name]
        for reward in rewards:
            yield RewardStart(reward.from_, kinds, reward)
