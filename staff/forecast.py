"""The next days of owners under two rulebooks, as counts: what each would bring them, on the same assumptions."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, timedelta

from msgspec import Struct, field

from chalicelib.core.account import Account
from chalicelib.core.calendar import ONE_DAY
from chalicelib.core.history import History
from chalicelib.core.ledger import fold
from chalicelib.core.money import total
from chalicelib.core.rulebook import Channel, Rulebook

from .behaviour import Profile
from .community import World, begun, world
from .life import Life

Begin = Callable[[Rulebook], Life]
"""An owner's life up to the first day, to go on under some rules."""

_PAST_DAYS = 365


class Effect(Struct):
    """What some rules bring owners: steps by stage and channel; how many are contacted, become a case, change hands.

    A case is work for staff and contacts nobody.
    """

    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    owners_told: int = 0
    owners_with_case: int = 0
    by_hand: int = 0
    late_fees: int = 0


class Forecast(Struct):
    """The same owners under the rules before and after; `changed` of them owe another sum on the first day."""

    owners: int = 0
    before: Effect = field(default_factory=Effect)
    after: Effect = field(default_factory=Effect)
    changed: int = 0
    changed_by: int = 0


def recorded(account: Account, history: History, first: date) -> Begin:
    """An owner on record, who from now on neither pays nor answers; staff finish what they have begun."""

    def begin(rules: Rulebook) -> Life:
        life = Life(rules, account, history=history)
        life.close_later(history.tasks, first)
        return life

    return begin


def past(rules: Rulebook, first: date, days: int, seed: int) -> World:
    """A made-up community as it has lived for a year under some rules, with what is billed until the last day."""
    begins = first - timedelta(days=_PAST_DAYS)
    return world(rules, begins, _PAST_DAYS + days, seed)


def made_up(some: World, one: Profile, first: date) -> Begin:
    """A made-up owner after a year under the rules before; they go on paying in their way."""

    def begin(rules: Rulebook) -> Life:
        life = begun(some, one)
        life.run(some.first, first - ONE_DAY)
        life.come_under(rules)
        return life

    return begin


def forecast(lives: Iterable[Begin], before: Rulebook, after: Rulebook, first: date, last: date) -> Forecast:
    """Both futures of every owner from one day to another."""
    found = Forecast()
    for begin in lives:
        found.owners += 1
        balances = []
        for rules, effect in ((before, found.before), (after, found.after)):
            life = begin(rules)
            balances.append(fold(life.account, rules, first).balance)
            life.run(first, last)
            _note(effect, life, first, last)
        found.changed += balances[0] != balances[1]
        found.changed_by += balances[1] - balances[0]
    return found


def _note(effect: Effect, life: Life, first: date, last: date) -> None:
    steps = [step for step in life.steps if step.on >= first]
    effect.told.update((step.stage.id, step.channel.value) for step in steps)
    effect.owners_told += any(step.channel is not Channel.CASE for step in steps)
    effect.owners_with_case += any(step.channel is Channel.CASE for step in steps)
    effect.by_hand += bool(life.waits) and life.waits[-1].reason.code == "policy-changed"
    debts = fold(life.account, life.rules, last).debts.values()
    effect.late_fees += total([debt.late_fee(last) for debt in debts])
