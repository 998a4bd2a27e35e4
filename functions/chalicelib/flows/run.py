"""The daily run: looks at owners whose day has come, puts each step on record, then queues what machines send.

It goes through owners in one order and notes how far it has come, so that a run cut short, by its time or by a crash,
is gone on with where it stopped. Doing any of it again adds nothing: the keys follow from bill and stage.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date

import msgspec
from msgspec.structs import replace

from ..core.bundle import Bundle, rules_digest
from ..core.calendar import ONE_DAY
from ..core.collection import Step
from ..core.notice import Notice, Outcome, State
from ..core.rulebook import Channel
from ..core.tasks import OpenTask, Standing
from . import goodwill
from .ports import Queue
from .progress import Phase, Progress, load_progress, note_volume, save_progress, unapproved
from .records import Records
from .reminders import (
    Job,
    Look,
    OnProgress,
    Run,
    due_owners,
    is_beside,
    look,
    next_day,
    note_look,
    take_turn,
    task_of,
)

_CHUNK = 100
"""Owners between two notes of how far the run has come: what a crash makes it do again."""


def queue_run(
    records: Records,
    bundle: Bundle,
    queue: Queue,
    *,
    on: date,
    on_progress: OnProgress = lambda done, whole: None,
    has_time: Callable[[], bool] = lambda: True,
) -> Run:
    """The run of a day, from where it stopped if it was cut short, for as long as there is time."""
    run = Run()
    progress = _begun(records, bundle, on)
    if progress.phase is Phase.LOOKING:
        progress = _look_at_all(records, bundle, progress, run, on_progress, has_time)
    if progress.phase is Phase.HELD:
        progress = _held_or_not(records, bundle, progress, run)
    if progress.phase is Phase.QUEUEING:
        progress = _queue_all(records, bundle, queue, progress, run, has_time)
    run.phase = progress.phase.value
    return run


def _begun(records: Records, bundle: Bundle, on: date) -> Progress:
    """The day's run as far as it has come; a new one on a new day, under new rules, or after one that is over.

    One that was held looks at everybody again, unless it may go on now: what was wrong may have been put right.
    """
    found, rules = load_progress(records), rules_digest(bundle.rules)
    if found is None or (found.on, found.rules) != (on, rules) or found.phase is Phase.DONE:
        return save_progress(records, Progress(on=on, rules=rules))
    if found.phase is Phase.HELD and unapproved(records, found, bundle.rules.collection.limits):
        return save_progress(records, Progress(on=on, rules=rules))
    return found


def _look_at_all(
    records: Records,
    bundle: Bundle,
    progress: Progress,
    run: Run,
    on_progress: OnProgress,
    has_time: Callable[[], bool],
) -> Progress:
    """Every owner due, in order: what is to be told is put on record, all else is done at once."""
    is_changed = records.rules_run() != progress.rules
    owners = due_owners(records, progress.on, is_changed=is_changed)
    through = records.ledger_through()
    ahead = [owner for owner in owners if owner > progress.after]
    for number, owner in enumerate(ahead, 1):
        on_progress(number, len(ahead))
        seen = look(records, bundle, owner, on=progress.on, ledger_through=through)
        if seen is not None and (is_changed or not _is_ahead(seen, progress.on)):
            note_look(run, owner, seen)
            counted = _act(records, bundle, owner, seen, progress.on)
            progress = replace(progress, counts=dict(Counter(progress.counts) + Counter(counted)))
        progress = replace(progress, after=owner)
        is_late = not has_time()
        if is_late or number % _CHUNK == 0:
            save_progress(records, progress)
        if is_late:
            return progress
    return save_progress(records, replace(progress, phase=Phase.HELD))


def _is_ahead(seen: Look, on: date) -> bool:
    """Whether an owner's own record says a later day than the index did: the index was behind."""
    return seen.due_day is not None and seen.due_day > on


def _act(records: Records, bundle: Bundle, owner: str, seen: Look, on: date) -> list[str]:
    """Everything one look comes to, each write such that a repeat changes nothing; the stages to be told."""
    if seen.waiver:
        goodwill.grant(records, owner, seen.waiver)
    for notice in seen.stuck:
        records.notices.advance(
            notice, State.UNKNOWN, only_from=(State.CALLING,), attempt=notice.attempt, reason="no answer recorded"
        )
    for case in seen.cases:
        records.notices.add_task(case)
    for task in seen.tasks:
        records.notices.add_task(task_of(task, bundle))
        if not is_beside(task.step) and task.channel is not Channel.CASE:
            take_turn(records, bundle, task, on=on)
    for step in seen.notices:
        _put_on_record(records, step)
    if not seen.notices:
        records.set_due_day(owner, next_day(seen, on))
    for one in seen.open_tasks:
        _follow(records, one, on)
    return [step.stage.id for step in seen.notices]


def _put_on_record(records: Records, step: Step) -> None:
    """A notice, its place in the list of the day, and the mark by which the owner is found when all is queued."""
    records.notices.list_notice(step.owner, step.key, step.on)
    records.notices.add_notice(_notice(step))
    records.set_next_notice(step.owner, step.key, step.on)


def _notice(step: Step) -> Notice:
    return Notice(
        owner=step.owner,
        anchor=step.anchor,
        stage=step.stage.id,
        step=step.step,
        bills=step.bills,
        channel=step.channel,
        planned_on=step.on,
    )


def _follow(records: Records, one: OpenTask, on: date) -> None:
    """What is paid is no longer asked for; what is not done is looked at every day."""
    if one.standing is Standing.SETTLED:
        records.notices.close_task(one.task, done_on=on, outcome=Outcome.SETTLED.value)
    else:
        records.bring_forward(one.task.owner, on + ONE_DAY)


def _held_or_not(records: Records, bundle: Bundle, progress: Progress, run: Run) -> Progress:
    """Goes on, unless far more would be told than is usual and no manager has let it."""
    run.excesses = unapproved(records, progress, bundle.rules.collection.limits)
    if run.excesses:
        return progress
    return save_progress(records, replace(progress, phase=Phase.QUEUEING, after=""))


def _queue_all(
    records: Records, bundle: Bundle, queue: Queue, progress: Progress, run: Run, has_time: Callable[[], bool]
) -> Progress:
    """Hands what was found to the worker; an owner's day moves on only once that is done."""
    found = {step.owner for step in run.notices}  # the index may not show yet what was written a moment ago
    owners = sorted(found.union(records.due_owners(progress.on)))
    for start in range(0, len(owners), _CHUNK):
        if not has_time():
            return progress
        _queue(records, queue, owners[start : start + _CHUNK], progress.on)
    records.set_rules_run(progress.rules)
    note_volume(records, progress.counts, progress.on)
    return save_progress(records, replace(progress, phase=Phase.DONE))


def _queue(records: Records, queue: Queue, owners: Iterable[str], on: date) -> None:
    jobs = [Job(owner, key) for owner in owners if (key := records.next_notice(owner))]
    queue.send([msgspec.json.encode(job).decode() for job in jobs])
    for job in jobs:
        notice = records.notices.load_notice(job.owner, job.notice)
        if notice is not None:
            records.notices.advance(notice, State.QUEUED, only_from=(State.PLANNED,))
        records.set_due_day(job.owner, on + ONE_DAY)
