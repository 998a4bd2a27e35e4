"""What staff still have to do: whether it is still asked for, and what a contact made of it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from .account import Account, Owner, Suppression
from .contacts import next_free_day
from .history import History
from .hours import next_open_day
from .ledger import Ledger
from .notice import Call, Notice, Outcome, State, Task
from .reply import cases, is_reply
from .rulebook import Actor, Channel, Hours, Limits, Rulebook, TaskRule
from .turns import CHANGED, change_of, demands, progress

CARE_REVIEW = "care-review"
UNREACHABLE = "unreachable"
UNKNOWN = "unknown"


class Standing(StrEnum):
    """Whether a task may be done today: yes, no longer, or not yet.

    Not yet: it is paused, the ledger is old, the owner was contacted enough, or it is a day of rest or off duty.
    """

    ASKED = "asked"
    HELD = "hold"
    STALE = "ledger-stale"
    RESTING = "resting"
    SETTLED = "settled"


class OpenTask(Struct, frozen=True):
    """A task that is not done, and how it stands today; while resting, `next_on` is the day it may be done."""

    task: Task
    standing: Standing
    next_on: date | None = None


OUTCOMES = {
    Channel.CALL: (Outcome.REACHED, Outcome.NO_ANSWER),
    Channel.VISIT: (Outcome.REACHED, Outcome.NO_ANSWER, Outcome.DELIVERED),
    Channel.LETTER: (Outcome.DELIVERED, Outcome.RETURNED),
}
"""What may come of a contact by each way: nobody is reached by a letter, nor is a call delivered."""

CASE_OUTCOMES = {
    CARE_REVIEW: ("kept", "ended"),
    CHANGED: ("resume",),
    UNREACHABLE: ("updated", "kept"),
    UNKNOWN: ("sent", "not-sent"),
}
"""What may come of a case that asks for no cause."""


def open_tasks(
    account: Account, ledger: Ledger, history: History, rules: Rulebook, *, on: date, is_fresh: bool
) -> list[OpenTask]:
    """An owner's tasks that are not done, each checked again: what was paid is not asked for once more."""
    # a demand whose stage the policy no longer has is a demand all the same
    friendly = {*CASE_OUTCOMES, *(stage.id for stage in rules.collection.stages if not stage.demand)}
    found = []
    for task in (*history.tasks, *cases(account, rules)):
        if task.done_on is None:
            standing = _standing(task, account, ledger, on)
            is_demand = task.stage not in friendly and not is_reply(task)
            if standing is Standing.ASKED and is_demand and not is_fresh:
                standing = Standing.STALE
            free = _next_on(task, account, history, rules, on) if standing is Standing.ASKED else on
            found.append(OpenTask(task, Standing.RESTING, free) if free > on else OpenTask(task, standing))
    return found


def _next_on(task: Task, account: Account, history: History, rules: Rulebook, on: date) -> date:
    """The first day on which a task's way may be used: contacts are few, nobody is disturbed at rest."""
    way, has_care = Channel(task.task), bool(account.owner.care)
    if way is Channel.CASE:
        return on
    day = next_free_day(history, rules.collection.limits, on)
    return next_open_day(day, way, rules, by=task.by, has_care=has_care)


def _standing(task: Task, account: Account, ledger: Ledger, on: date) -> Standing:
    if not task.bills or is_reply(task):
        return Standing.ASKED
    unpaid = [key for key in task.bills if key in ledger.debts and ledger.debts[key].outstanding(on)]
    if not unpaid:
        return Standing.SETTLED
    held = [key for key in unpaid if any(hold.covers(key, on) for hold in ledger.holds)]
    return Standing.HELD if len(held) == len(unpaid) else Standing.ASKED


def is_done_by(outcome: Outcome, way: Channel) -> bool:
    """Whether a contact settles its task: the owner was reached, or a letter or a visit left word at the door."""
    return outcome in (Outcome.REACHED, Outcome.DELIVERED) or way in (Channel.VISIT, Channel.LETTER)


def next_way(task: Task, calls: Sequence[Call], rule: TaskRule | None, hours: Sequence[Hours]) -> Channel:
    """The way a task goes on: after so many tries at different times of day, the other one."""
    way = Channel(task.task)
    made = [call for call in calls if call.way is way and call.on >= task.opened_on]
    if not rule or rule.way is not way or not rule.then:
        return way
    times = {_time_of_day(call, hours) for call in made}
    is_tried = len(made) >= rule.tries and len(times) >= min(rule.tries, max(1, len(hours)))
    return rule.then if is_tried else way


def _time_of_day(call: Call, hours: Sequence[Hours]) -> int:
    """Which of the day's spans a call was in: not at the same time again, when nobody is home."""
    return sum(call.at > span.closes for span in hours[:-1])


def changed_cases(account: Account, ledger: Ledger, history: History, rules: Rulebook, on: date) -> list[Task]:
    """A case for each overdue bill whose policy was changed on the way: a supervisor decides how it goes on."""
    stages = rules.collection.stages
    return [
        Task(
            owner=account.owner.id,
            anchor=debt.bill.key,
            stage=CHANGED,
            step=change_of(demands(account, debt.bill, stages)),
            bills=(debt.bill.key,),
            task=Channel.CASE.value,
            opened_on=on,
            reason=CHANGED,
            by=Actor.SUPERVISOR,
        )
        for debt in ledger.debts.values()
        if debt.bill.due_on < on and debt.outstanding(on) and progress(account, debt.bill, history, rules).is_off
    ]


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


def unreachable(owner: str, closed: Suppression) -> Task:
    """A case for an address that nobody writes to any more: staff ask the owner for another one."""
    return Task(
        owner=owner,
        anchor="contact",
        stage=UNREACHABLE,
        step=f"{UNREACHABLE}-{closed.channel.value}-{closed.mark}",
        bills=(),
        task=Channel.CASE.value,
        opened_on=closed.on,
        reason=closed.reason,
    )


def closed_address(task: Task) -> tuple[Channel, str] | None:
    """The channel and the mark of the address a case is about; None for any other case."""
    if task.stage != UNREACHABLE:
        return None
    channel, _, mark = task.step.removeprefix(f"{UNREACHABLE}-").partition("-")
    return Channel(channel), mark


def unclear(history: History) -> list[Notice]:
    """The notices of which nobody knows whether they went out, and staff have not been asked to find out."""
    known = {task.key for task in history.tasks}
    lost = [notice for notice in history.notices if notice.state in (State.UNKNOWN, State.CALLING)]
    return [notice for notice in lost if f"{notice.anchor}#{lost_step(notice)}" not in known]


def lost_cases(history: History, limits: Limits, at: datetime) -> list[Task]:
    """A case for each notice of which, so many hours after its call, nobody knows whether it went out.

    Staff look it up at the provider or ask the owner; the machine never sends it again by itself.
    """
    since = at - timedelta(hours=limits.unknown_hours)
    return [_lost(notice, at) for notice in unclear(history) if notice.called_at is None or notice.called_at <= since]


def _lost(notice: Notice, at: datetime) -> Task:
    return Task(
        owner=notice.owner,
        anchor=notice.anchor,
        stage=UNKNOWN,
        step=lost_step(notice),
        bills=(),
        task=Channel.CASE.value,
        opened_on=at.date(),
        reason=UNKNOWN,
    )


def lost_step(notice: Notice) -> str:
    """The step of the case for a notice whose outcome is unknown; a dot, for it tells the owner nothing."""
    return f"{UNKNOWN}.{notice.step}.{notice.attempt}"


def lost_notice(task: Task, history: History) -> Notice | None:
    """The notice of which a case asks whether it went out; None once another attempt has been made."""
    notices = [one for one in history.notices if (one.anchor, lost_step(one)) == (task.anchor, task.step)]
    return next(iter(notices), None)


def _a_year_later(day: date) -> date:
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
