"""Tasks: what staff report of a call, a visit, a letter or a case, and whom they may still turn to."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from ..core.account import Hold
from ..core.bundle import Bundle
from ..core.errors import BadInput, NotFound
from ..core.ledger import fold
from ..core.notice import Call, Outcome, State, Task
from ..core.occasion import masked
from ..core.reach import address_marked
from ..core.refusal import Refusal
from ..core.reply import cases, is_reply, reply_of
from ..core.rulebook import Cause, Channel
from ..core.tasks import (
    CARE_REVIEW,
    CASE_OUTCOMES,
    OUTCOMES,
    UNKNOWN,
    closed_address,
    is_done_by,
    lost_notice,
    next_way,
)
from .holds import open_hold
from .ports import Queue
from .records import Records
from .reminders import Job

ANSWERED = "answered"
"""What comes of a reply that staff have dealt with."""

NOT_SENT = "not-sent"
"""What comes of a message that staff have found never to have gone out."""


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
    task = open_task(records, bundle, owner, way, on, key)
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
    records: Records,
    bundle: Bundle,
    owner: str,
    outcome: str,
    *,
    on: date,
    by: str = "",
    key: str | None = None,
    dry_run: bool = False,
    queue: Queue | None = None,
) -> Closed | Refusal:
    """Closes an owner's oldest open case that an outcome can be of, or the one of a key.

    What the outcome brings with it is done first, such as the pause of a cause, by who acts in the case (`by` is who
    reports it); where the rules refuse it, the case stays open. An answer that never went out is queued again.
    NotFound when no case is open; BadInput for an outcome that none can have.
    """
    found = open_cases(records, bundle, owner, on, key)
    if not found:
        raise NotFound(owner)
    fitting = with_outcome(bundle, found, outcome)
    if not fitting:
        raise BadInput("outcome", ", ".join(case_outcomes(bundle, *found)))
    task = fitting[0]
    made = _consequence(records, bundle, task, outcome, on, by, dry_run)
    if isinstance(made, Refusal):
        return made
    if not dry_run:
        _answer_again(records, queue, task)
        _close(records, task, outcome, on, by)
        records.bring_forward(owner, on)
    return Closed(replace(task, done_on=on, outcome=outcome), made)


def _close(records: Records, task: Task, outcome: str, on: date, by: str) -> None:
    """A reply's case is not on record by itself, so what is noted is that the reply was answered."""
    account = records.load_account(task.owner)
    if account and is_reply(task):
        records.end_reply(task.owner, reply_of(account, task), on, outcome=outcome, by=by)
    else:
        records.notices.close_task(task, done_on=on, outcome=outcome)


def _consequence(
    records: Records, bundle: Bundle, task: Task, outcome: str, on: date, by: str, dry_run: bool
) -> Hold | Refusal | None:
    """What an outcome brings with it beside the end of the case: a pause, or why it cannot be."""
    if outcome == "updated" and (address := _address_on_file(records, task)):
        return Refusal("address-on-file", {"address": masked(address)})
    if cause := bundle.rules.collection.causes.get(outcome):
        return _pause(records, bundle, task, cause, on, by, dry_run)
    if task.stage == CARE_REVIEW and not dry_run:
        _review_care(records, task.owner, outcome, on)
    if task.stage == UNKNOWN and not dry_run:
        _settle_lost(records, task, outcome)
    return None


def _address_on_file(records: Records, task: Task) -> str | None:
    """The address a case is about, while the owner still has it."""
    about, account = closed_address(task), records.load_account(task.owner)
    return address_marked(account, *about) if about and account else None


def _settle_lost(records: Records, task: Task, outcome: str) -> None:
    """What staff found out of a message: it is behind the owner, or open, for the rules to ask for it again."""
    notice = lost_notice(task, records.notices.load_history(task.owner))
    if notice is None:
        return
    state = State.SENT if outcome == "sent" else State.RETRY
    records.notices.advance(
        notice, state, only_from=(State.UNKNOWN, State.CALLING), attempt=notice.attempt, reason=f"staff:{outcome}"
    )


def _answer_again(records: Records, queue: Queue | None, task: Task) -> None:
    """Queues an answer that was found not to have gone out: no stage calls for it, so no run would bring it again."""
    notice = lost_notice(task, records.notices.load_history(task.owner)) if task.stage == UNKNOWN else None
    if queue and notice and notice.is_answer and notice.state is State.RETRY:
        queue.send([msgspec.json.encode(Job(notice.owner, notice.key)).decode()])


def _pause(
    records: Records, bundle: Bundle, task: Task, cause: Cause, on: date, by: str, dry_run: bool
) -> Hold | Refusal | None:
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
    return open_hold(records, bundle, task.owner, kind, on=on, role=task.by, by=by, bills=named, dry_run=dry_run)


def case_outcomes(bundle: Bundle, *cases: Task) -> tuple[str, ...]:
    """What may come of some cases; a reply is answered, or shows why a bill stays unpaid."""
    causes = tuple(bundle.rules.collection.causes)
    usual = {case.stage: (ANSWERED, *causes) if is_reply(case) else causes for case in cases}
    outcomes = [outcome for case in cases for outcome in CASE_OUTCOMES.get(case.stage, usual[case.stage])]
    return tuple(dict.fromkeys(outcomes))


def with_outcome(bundle: Bundle, cases: Sequence[Task], outcome: str) -> list[Task]:
    """Those of some cases that may end so."""
    return [case for case in cases if outcome in case_outcomes(bundle, case)]


def _review_care(records: Records, owner: str, outcome: str, on: date) -> None:
    account = records.load_account(owner)
    if account is not None:
        care = account.owner.care if outcome == "kept" else ()
        records.save_owner(replace(account.owner, care=care, care_on=on))


def open_task(
    records: Records, bundle: Bundle, owner: str, way: Channel, on: date, key: str | None = None
) -> Task | None:
    """An owner's oldest task of a way that was open on a day, or the one of a key."""
    return next(iter(_waiting(records, bundle, owner, way, on, key)), None)


def open_cases(records: Records, bundle: Bundle, owner: str, on: date, key: str | None = None) -> list[Task]:
    """An owner's cases that were open on a day, the oldest first, or the one of a key or of a reply's number."""
    return _waiting(records, bundle, owner, Channel.CASE, on, key)


def _waiting(records: Records, bundle: Bundle, owner: str, way: Channel, on: date, key: str | None) -> list[Task]:
    account = records.load_account(owner)
    asked = cases(account, bundle.rules) if account else []
    known = (*records.notices.load_history(owner).tasks, *asked)
    tasks = [task for task in known if key in (None, task.key) or (is_reply(task) and key == task.reason)]
    waiting = [task for task in tasks if task.done_on is None and task.task == way.value and task.opened_on <= on]
    return sorted(waiting, key=lambda task: (task.opened_on, task.key))
