"""Tasks: what staff report of a call, a visit, a letter or a case, and whom they may still turn to."""

from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from ..core.account import Hold
from ..core.bundle import Bundle
from ..core.errors import BadInput, NotFound
from ..core.holds import Refusal
from ..core.ledger import fold
from ..core.notice import Call, Outcome, Task
from ..core.rulebook import Cause, Channel
from ..core.tasks import CARE_REVIEW, OUTCOMES, is_done_by, next_way
from ..core.turns import CHANGED
from .holds import open_hold
from .records import Records


class Closed(NamedTuple):
    """A case as it was closed, with the pause its cause brought."""

    task: Task
    pause: Hold | None


def record_contact(
    records: Records,
    bundle: Bundle,
    owner: str,
    way: Channel,
    outcome: Outcome,
    *,
    at: datetime,
    proof: str = "",
    key: str | None = None,
) -> Task | None:
    """Notes a call, visit or letter, and what it makes of the task it was for; the task as it stands then.

    `key` names the task where the report is about a certain one. A contact nobody asked for counts as one all
    the same. The same report again changes nothing.
    BadInput for an outcome that the way cannot have.
    """
    if outcome not in OUTCOMES[way]:
        raise BadInput("outcome", ", ".join(OUTCOMES[way]))
    local = at.astimezone(ZoneInfo(bundle.rules.community.time_zone))
    on, hour = local.date(), local.strftime("%H:%M")
    history = records.notices.load_history(owner)
    call = Call(id=f"{hour}-{way.value}", on=on, way=way, outcome=outcome.value, at=hour, proof=proof)
    records.notices.add_call(owner, call)
    task = open_task(records, owner, way, on, key)
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


def close_case(
    records: Records, bundle: Bundle, owner: str, outcome: str, *, on: date, by: str = ""
) -> Closed | Refusal:
    """Closes an owner's oldest open case with the cause that was found, or a review of care as kept or ended.

    The pause a cause brings with it is opened first, by who acts in the case (`by` is who reports it); where the
    rules refuse it, the case stays open.
    NotFound when no case is open; BadInput for an outcome the rules do not know.
    """
    task = open_task(records, owner, Channel.CASE, on)
    if task is None:
        raise NotFound(owner)
    if outcome not in case_outcomes(bundle, task):
        raise BadInput("outcome", ", ".join(case_outcomes(bundle, task)))
    if task.stage == CARE_REVIEW:
        _review_care(records, owner, outcome, on)
    cause = bundle.rules.collection.causes.get(outcome)
    pause = _pause(records, bundle, task, cause, on, by) if cause else None
    if isinstance(pause, Refusal):
        return pause
    records.notices.close_task(task, done_on=on, outcome=outcome)
    records.bring_forward(owner, on)
    return Closed(replace(task, done_on=on, outcome=outcome), pause)


def _pause(records: Records, bundle: Bundle, task: Task, cause: Cause, on: date, by: str) -> Hold | Refusal | None:
    """What the measure promises, for the bills of the case that are still open; one that runs already is enough."""
    kind = cause.hold
    account = records.load_account(task.owner)
    if kind is None or account is None:
        return None
    ledger = fold(account, bundle.rules, on)
    debts, running = ledger.debts, ledger.holds
    bills = [key for key in task.bills if key in debts and debts[key].outstanding(on)]
    bills = [key for key in bills if not any(hold.kind == kind and hold.covers(key, on) for hold in running)]
    if not bills:
        return None
    named = bills if bundle.rules.collection.holds[kind].bills_only else ()
    return open_hold(records, bundle, task.owner, kind, on=on, role=task.by, by=by, bills=named)


def case_outcomes(bundle: Bundle, task: Task | None = None) -> tuple[str, ...]:
    """What may come of a case."""
    if task and task.stage == CARE_REVIEW:
        return ("kept", "ended")
    if task and task.stage == CHANGED:
        return ("resume",)
    return tuple(bundle.rules.collection.causes)


def _review_care(records: Records, owner: str, outcome: str, on: date) -> None:
    account = records.load_account(owner)
    if account is not None:
        care = account.owner.care if outcome == "kept" else ()
        records.save_owner(replace(account.owner, care=care, care_on=on))


def open_task(records: Records, owner: str, way: Channel, on: date, key: str | None = None) -> Task | None:
    """An owner's oldest task of a way that was open on a day, or the one of a key."""
    tasks = [task for task in records.notices.load_history(owner).tasks if key in (None, task.key)]
    waiting = [task for task in tasks if task.done_on is None and task.task == way.value and task.opened_on <= on]
    return min(waiting, key=lambda task: (task.opened_on, task.key), default=None)
