"""What staff still have to do: whether it is still asked for, and what a contact made of it."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from msgspec import Struct

from . import holds
from .account import Account, Owner
from .history import History
from .ledger import Ledger
from .notice import Call, Outcome, Task
from .rulebook import Actor, Channel, Hours, Rulebook, TaskRule

CARE_REVIEW = "care-review"


class Standing(StrEnum):
    """Whether a task may be done today: yes, not while it is paused or the ledger is old, or no longer."""

    ASKED = "asked"
    HELD = "hold"
    STALE = "ledger-stale"
    SETTLED = "settled"


class OpenTask(Struct, frozen=True):
    """A task that is not done, and how it stands today."""

    task: Task
    standing: Standing


def open_tasks(
    account: Account, ledger: Ledger, history: History, rules: Rulebook, *, on: date, is_fresh: bool
) -> list[OpenTask]:
    """An owner's tasks that are not done, each checked again: what was paid is not asked for once more."""
    demands = {stage.id for stage in rules.collection.stages if stage.demand}
    found = []
    for task in history.tasks:
        if task.done_on is None:
            standing = _standing(task, account, ledger, on)
            is_stale = standing is Standing.ASKED and task.stage in demands and not is_fresh
            found.append(OpenTask(task, Standing.STALE if is_stale else standing))
    return found


def _standing(task: Task, account: Account, ledger: Ledger, on: date) -> Standing:
    if not task.bills:
        return Standing.ASKED
    unpaid = [key for key in task.bills if key in ledger.debts and ledger.debts[key].outstanding(on)]
    if not unpaid:
        return Standing.SETTLED
    held = [key for key in unpaid if any(hold.covers(key, on) for hold in holds.effective(account, on))]
    return Standing.HELD if len(held) == len(unpaid) else Standing.ASKED


def is_done_by(outcome: Outcome, way: Channel) -> bool:
    """Whether a contact settles its task: the owner was reached, or a letter or a visit left word at the door."""
    return outcome in (Outcome.REACHED, Outcome.DELIVERED) or way in (Channel.VISIT, Channel.LETTER)


def next_way(task: Task, calls: Sequence[Call], rule: TaskRule | None, hours: Sequence[Hours]) -> Channel:
    """The way a task goes on: after so many tries at different times of day, the other one."""
    way = Channel(task.task)
    tries = {_time_of_day(call, hours) for call in calls if call.way is way and call.on >= task.opened_on}
    if rule and rule.way is way and rule.then and len(tries) >= rule.tries:
        return rule.then
    return way


def _time_of_day(call: Call, hours: Sequence[Hours]) -> tuple[date, int]:
    return call.on, sum(call.at > span.closes for span in hours)


def care_review(owner: Owner, on: date) -> Task | None:
    """A year after it was entered, how an owner under care is treated is looked at again; None while it is not due."""
    if not owner.care or owner.care_on is None or on < _a_year_later(owner.care_on):
        return None
    return Task(
        owner=owner.id,
        anchor="care",
        stage=CARE_REVIEW,
        step=f"{CARE_REVIEW}-{owner.care_on}",
        bills=(),
        task=Channel.CASE.value,
        opened_on=on,
        reason=CARE_REVIEW,
        by=Actor.SUPERVISOR,
    )


def _a_year_later(day: date) -> date:
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
