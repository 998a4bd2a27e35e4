"""Tasks: what staff report of a call, a visit, a letter or a case, and whom they may still turn to."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from ..core.bundle import Bundle
from ..core.errors import NotFound
from ..core.notice import Call, Outcome, Task
from ..core.rulebook import Channel
from ..core.tasks import CARE_REVIEW, is_done_by, next_way
from .records import Records


def record_contact(
    records: Records, bundle: Bundle, owner: str, way: Channel, outcome: Outcome, *, at: datetime
) -> Task | None:
    """Notes a call, visit or letter, and what it makes of the task it was for; the task as it stands then.

    A contact nobody asked for counts as one all the same. The same report again changes nothing.
    """
    local = at.astimezone(ZoneInfo(bundle.rules.community.time_zone))
    on, hour = local.date(), local.strftime("%H:%M")
    history = records.notices.load_history(owner)
    call = Call(id=f"{hour}-{way.value}", on=on, way=way, outcome=outcome.value, at=hour)
    records.notices.add_call(owner, call)
    task = _open(history.tasks, way)
    if task is None:
        return None
    records.bring_forward(owner, on)
    if is_done_by(outcome, way):
        records.notices.close_task(task, done_on=on, outcome=outcome.value)
        return replace(task, done_on=on, outcome=outcome.value)
    stage = next((one for one in bundle.rules.collection.stages if one.id == task.stage), None)
    calls = [*(one for one in history.calls if (one.on, one.id) != (call.on, call.id)), call]
    other = next_way(task, calls, stage.task if stage else None, bundle.rules.collection.call_hours)
    if other is not way:
        records.notices.change_way(task, other)
    return replace(task, task=other.value)


def close_case(records: Records, bundle: Bundle, owner: str, outcome: str, *, on: date) -> Task:
    """Closes an owner's oldest open case with the cause that was found, or a review of care as kept or ended.

    NotFound when no case is open; ValueError for an outcome the rules do not know.
    """
    task = _open(records.notices.load_history(owner).tasks, Channel.CASE)
    if task is None:
        raise NotFound(owner)
    if outcome not in case_outcomes(bundle, task):
        raise ValueError(outcome)
    if task.stage == CARE_REVIEW:
        _review_care(records, owner, outcome, on)
    records.notices.close_task(task, done_on=on, outcome=outcome)
    records.bring_forward(owner, on)
    return replace(task, done_on=on, outcome=outcome)


def case_outcomes(bundle: Bundle, task: Task | None = None) -> tuple[str, ...]:
    """What may come of a case."""
    if task and task.stage == CARE_REVIEW:
        return ("kept", "ended")
    return tuple(bundle.rules.collection.causes)


def _review_care(records: Records, owner: str, outcome: str, on: date) -> None:
    account = records.load_account(owner)
    if account is not None:
        care = account.owner.care if outcome == "kept" else ()
        records.save_owner(replace(account.owner, care=care, care_on=on))


def _open(tasks: tuple[Task, ...], way: Channel) -> Task | None:
    waiting = [task for task in tasks if task.done_on is None and task.task == way.value]
    return min(waiting, key=lambda task: (task.opened_on, task.key), default=None)
