"""A made-up community: who lives in it, what their lives come to, counted so that nobody is told apart."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from msgspec import Struct, field

from chalicelib.core import latefee
from chalicelib.core.debt import Debt
from chalicelib.core.ledger import fold
from chalicelib.core.rulebook import Rulebook

from .behaviour import Habit, Offer, Profile, account, offers, profile
from .life import PROMISES as OF_A_STEP
from .life import Life

PROMISES = (*OF_A_STEP, "cap")
"""What is checked of every step, and of every late fee."""
CURVE_DAYS = (0, 30, 60, 90, 180)


class World(Struct, frozen=True):
    """What a simulation runs by: the rules, the days, the seed."""

    rules: Rulebook
    first: date
    last: date
    seed: int
    billed: tuple[Offer, ...]


class Tally(Struct):
    """What came of some owners: counts that add up, nothing of any one owner."""

    owners: int = 0
    visits: int = 0
    behaviours: Counter[str] = field(default_factory=Counter)
    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    due: Counter[int] = field(default_factory=Counter)
    unpaid: Counter[int] = field(default_factory=Counter)
    late_fees: int = 0
    broken: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        """Adds what came of other owners."""
        self.owners += other.owners
        self.visits += other.visits
        self.late_fees += other.late_fees
        self.behaviours.update(other.behaviours)
        self.told.update(other.told)
        self.due.update(other.due)
        self.unpaid.update(other.unpaid)
        self.broken.update(other.broken)


def world(rules: Rulebook, first: date, days: int, seed: int) -> World:
    """A simulation of so many days from one on."""
    last = first + timedelta(days=days - 1)
    return World(rules, first, last, seed, offers(rules, first, last))


def profiles(world: World, indices: Iterable[int]) -> Counter[Profile]:
    """Who these owners are: those alike in everything are one profile, counted often."""
    return Counter(profile(index, world.seed) for index in indices)


def tally(world: World, many: Mapping[Profile, int]) -> Tally:
    """What comes of owners: each profile is lived once."""
    found = Tally()
    for one, count in many.items():
        note(found, lived(world, one), one, world.last, count)
    return found


def lived(world: World, one: Profile, *, is_daily: bool = False) -> Life:
    """An owner's life to the last day, looked at on the days named or, to compare, on every day."""
    life = begun(world, one, is_daily=is_daily)
    life.run(world.first, world.last)
    return life


def begun(world: World, one: Profile, *, is_daily: bool = False) -> Life:
    """An owner's life before its first day."""
    return Life(world.rules, account(one, world.billed, world.first), nature=Habit(one), is_daily=is_daily)


def note(found: Tally, life: Life, one: Profile, on: date, count: int = 1) -> None:
    """Adds so many lives like this to what came of all by a day."""
    found.owners += count
    found.visits += count * life.visits
    found.behaviours[one.behaviour.label] += count
    for promise in life.broken:
        found.broken[promise] += count
    for step in life.steps:
        found.told[step.stage.id, step.channel.value] += count
    for debt in fold(life.account, life.rules, on).debts.values():
        _note_debt(debt, found, on, count)


def _note_debt(debt: Debt, found: Tally, last: date, count: int) -> None:
    principal, late_fee = debt.bill.principal, debt.late_fee(last)
    found.late_fees += count * late_fee
    if debt.late_fee_rule and late_fee > latefee.cap(principal, debt.late_fee_rule):
        found.broken["cap"] += count
    for days in CURVE_DAYS:
        day = debt.bill.due_on + timedelta(days=days)
        if day <= last:
            found.due[days] += count * principal
            found.unpaid[days] += count * next((left for since, left in reversed(debt.unpaid) if since <= day), 0)
