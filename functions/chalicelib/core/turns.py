"""The turns of a bill: the stages of the policy in the order and on the days they come to it."""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

from msgspec import Struct

from .account import Account, Bill
from .calendar import ONE_DAY
from .history import History
from .rulebook import Community, Rulebook, Stage
from .workdays import moved_to_working_day

CHANGED = "policy-changed"


class Turn(Struct, frozen=True):
    """A stage on one of its days, by name `step`; `rank` counts turns through all stages."""

    stage: Stage
    days: int
    rank: int
    step: str


class Progress(Struct, frozen=True):
    """How far a bill has come through the demands: the last one made, the one that is next, and from when.

    `is_with_staff`: they still have to do the last one, so nothing follows yet. `is_off`: what was made is not
    how the policy begins, because the policy was changed on the way; then a person goes on, nothing jumps, until
    they let the bill go on behind the last demand it has had.
    """

    last: Turn | None = None
    next: Turn | None = None
    on: date | None = None
    is_with_staff: bool = False
    is_off: bool = False


@lru_cache(maxsize=32)
def turns(stages: tuple[Stage, ...]) -> tuple[Turn, ...]:
    """Every day of every stage, in order."""
    pairs = [(stage, days) for stage in stages for days in stage.days]
    return tuple(Turn(stage, days, rank, _step(stage, days)) for rank, (stage, days) in enumerate(pairs))


def _step(stage: Stage, days: int) -> str:
    return stage.id if len(stage.days) == 1 else f"{stage.id}{days}"


@lru_cache(maxsize=32)
def reminders(stages: tuple[Stage, ...]) -> tuple[Turn, ...]:
    """The turns up to the due date, which lapse when their time has passed."""
    return tuple(turn for turn in turns(stages) if not turn.stage.demand)


def demands(account: Account, bill: Bill, stages: tuple[Stage, ...]) -> tuple[Turn, ...]:
    """The demands that may ever come to a bill, in order; none is skipped."""
    return _demands_for(stages, unit_kind(account, bill), bool(account.owner.care))


@lru_cache(maxsize=256)
def _demands_for(stages: tuple[Stage, ...], kind: str, has_care: bool) -> tuple[Turn, ...]:
    return tuple(turn for turn in turns(stages) if turn.stage.demand and _is_meant(turn.stage, kind, has_care))


def _is_meant(stage: Stage, kind: str, has_care: bool) -> bool:
    when = stage.when
    fits_care = when.care == "any" or (when.care == "only") is has_care
    return fits_care and (not when.unit_kinds or kind in when.unit_kinds)


def unit_kind(account: Account, bill: Bill) -> str:
    """The kind of the unit a bill is for."""
    return next((tenure.kind for tenure in account.tenures if tenure.unit == bill.unit), "")


def may_be_demanded(bill: Bill, rules: Rulebook) -> bool:
    """Pass-through charges and deposits are never demanded like fees."""
    kind = rules.fees.kinds.get(bill.kind)
    return kind is not None and kind.demands


def progress(account: Account, bill: Bill, history: History, rules: Rulebook) -> Progress:
    """How far a bill has come through the demands."""
    if not may_be_demanded(bill, rules):
        return Progress()
    stages = rules.collection.stages
    order = demands(account, bill, stages)
    # whatever was told up to the due date was a reminder, by whichever name the policy had for it
    told = history.told_steps(bill.key, after=bill.due_on)
    made = {step for step in told if "." not in step}  # a dot: beside a message
    is_off = made != {turn.step for turn in order[: len(made)]}
    resumed_on = history.happened_on(bill.key, change_of(order)) if is_off else None
    if is_off and resumed_on is None:
        return Progress(is_off=True)
    known = [turn for turn in order if turn.step in made]
    last = known[-1] if known else None
    coming = next((turn for turn in order if last is None or turn.rank > last.rank), None)
    happened = history.happened_on(bill.key, last.step) if last else None
    if last and happened is None:
        return Progress(last, is_with_staff=True)
    if coming is None:
        return Progress(last)
    since = max(happened, resumed_on) if happened and resumed_on else happened
    return Progress(last, coming, day_after(bill, last, since, coming, rules.community))


def change_of(order: Sequence[Turn]) -> str:
    """The step of the case a change of the policy opens for a bill on its way; another change is another case."""
    names = " ".join(turn.step for turn in order)
    return f"{CHANGED}.{hashlib.sha256(names.encode()).hexdigest()[:8]}"  # a dot: it tells the owner nothing


def answer_by(stage: Stage, told_on: date, community: Community) -> date | None:
    """The last day to answer a demand; one that falls on a day of rest moves to the next working day."""
    if stage.answer_days is None:
        return None
    return moved_to_working_day(told_on + timedelta(days=stage.answer_days), community)


def day_after(bill: Bill, last: Turn | None, happened: date | None, coming: Turn, community: Community) -> date:
    """From when a demand may be made: its own day, and not before the time to answer the last one is over."""
    oldest = bill.due_on + timedelta(days=coming.stage.when.age_days)
    if last is None or happened is None:
        return max(bill.due_on + timedelta(days=coming.days), oldest)
    since = bill.due_on if coming.stage.after is None else happened
    answered = (answer_by(last.stage, happened, community) or happened) + ONE_DAY
    return max(since + timedelta(days=coming.days), answered, oldest)


def reminder(bill: Bill, history: History, stages: tuple[Stage, ...], on: date) -> Turn | None:
    """The latest reminder whose day has come, unless it was given."""
    reached = [turn for turn in reminders(stages) if bill.due_on + timedelta(days=turn.days) <= on]
    return reached[-1] if reached and not _is_told(reached[-1], history.told_steps(bill.key)) else None


def _is_told(turn: Turn, told: frozenset[str]) -> bool:
    """Whether a reminder was given, also by the name it had when its stage had more days, or only one."""
    return not told.isdisjoint({turn.step, turn.stage.id, f"{turn.stage.id}{turn.days}"})


def reminders_ahead(bill: Bill, history: History, stages: Sequence[Stage], on: date) -> list[tuple[date, Stage]]:
    """The reminders still to come for a bill, each with its day."""
    told = history.told_steps(bill.key)
    days = [(max(bill.due_on + timedelta(days=turn.days), bill.issued_on), turn) for turn in reminders(tuple(stages))]
    return [(day, turn.stage) for day, turn in days if on < day <= bill.due_on and not _is_told(turn, told)]
