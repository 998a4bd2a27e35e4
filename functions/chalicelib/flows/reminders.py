"""The daily run: looks at owners whose day has come, puts each step on record, queues it or opens a task."""

from collections.abc import Callable
from datetime import date, timedelta

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ..core import goodwill as waivers
from ..core.account import Account, Adjustment, Hold
from ..core.bundle import Bundle, rules_digest
from ..core.calendar import ONE_DAY
from ..core.collection import Step, Wait, is_fresh, next_step
from ..core.ledger import fold
from ..core.limitation import Expiring, Watch, watch
from ..core.notice import Notice, Outcome, State, Task
from ..core.rulebook import SENT_BY_MACHINE, Actor, Channel
from ..core.tasks import OpenTask, Standing, care_review, changed_cases, open_tasks
from ..core.words import reason_text
from ..core.workdays import working_days_later
from . import goodwill
from .ports import Queue
from .records import Records

_LOOK_AGAIN_DAYS = 30  # an owner nobody waits for is looked at this often, so that no one is forgotten


class Job(Struct, frozen=True):
    """What travels through the queue: a notice by its key, nothing personal."""

    owner: str
    notice: str


class Run(Struct):
    """What a look at the owners found: what to send and to do, who waits, what is still open, given or runs out."""

    notices: list[Step] = []
    tasks: list[Step] = []
    waits: list[Wait] = []
    open_tasks: list[OpenTask] = []
    cases: list[Task] = []
    waivers: dict[str, Adjustment] = {}
    limitation: list[Expiring] = []
    warned_on: dict[str, date] = {}
    buildings: dict[str, str] = {}
    units: dict[str, tuple[str, ...]] = {}
    looked_at: int = 0


class Look(Struct, frozen=True):
    """What one owner's records come to on a day."""

    decision: Step | Wait
    waiver: Adjustment | None
    watch: Watch
    open_tasks: list[OpenTask]
    cases: list[Task]
    building: str
    units: tuple[str, ...]
    holds: tuple[Hold, ...]


Progress = Callable[[int, int], None]


def plan(
    records: Records,
    bundle: Bundle,
    *,
    on: date,
    ledger_through: date | None,
    due_by: date | None = None,
    on_progress: Progress = lambda done, whole: None,
) -> Run:
    """Who would be told what on a day, and who would not, and why; reads only.

    Those are looked at whose day has come, on that day or, for a wider look, by a later one; everybody is when
    the rules have changed since the last run, for the days they are looked at next follow from the rules before.
    """
    run = Run()
    is_changed = records.rules_run() != rules_digest(bundle.rules)
    owners = records.due_owners(date.max if is_changed else due_by or on)
    for number, owner in enumerate(owners, 1):
        on_progress(number, len(owners))
        seen = look(records, bundle, owner, on=on, ledger_through=ledger_through)
        if seen is None:
            continue
        run.looked_at += 1
        _note(run, owner, seen)
        decision = seen.decision
        if isinstance(decision, Step):
            (run.notices if decision.channel in SENT_BY_MACHINE else run.tasks).append(decision)
            beside = companion(decision)
            run.tasks += [beside] if beside else []
            run.waits += [decision.held_back] if decision.held_back else []
        else:
            run.waits.append(decision)
    return run


def _note(run: Run, owner: str, seen: Look) -> None:
    run.limitation += seen.watch.warnings
    run.open_tasks += seen.open_tasks
    run.cases += seen.cases
    run.units[owner] = seen.units
    if seen.waiver:
        run.waivers[owner] = seen.waiver
    if seen.watch.next_on:
        run.warned_on[owner] = seen.watch.next_on
    if isinstance(seen.decision, Step):
        run.buildings[owner] = seen.building


def look(records: Records, bundle: Bundle, owner: str, *, on: date, ledger_through: date | None) -> Look | None:
    """One owner's records as they are: a waiver that is due is taken as given; None for an id nobody has."""
    account = records.load_account(owner)
    if account is None:
        return None
    rules = bundle.rules
    history = records.notices.load_history(owner)
    ledger = fold(account, rules, on)
    waiver = waivers.waiver(account, ledger, history, on)
    if waiver:
        account = replace(account, adjustments=(*account.adjustments, waiver))
        ledger = fold(account, rules, on)
    decision = next_step(account, ledger, history, rules, on=on, ledger_through=ledger_through)
    review = care_review(account.owner, on)
    fresh = is_fresh(rules, on, ledger_through)
    return Look(
        decision=decision,
        waiver=waiver,
        watch=watch(account, ledger, history, rules, on),
        open_tasks=open_tasks(account, ledger, history, rules, on=on, is_fresh=fresh),
        cases=[*([review] if review else []), *changed_cases(account, ledger, history, rules, on)],
        building=_building(account, decision) if isinstance(decision, Step) else "",
        units=tuple(sorted({tenure.unit for tenure in account.tenures if tenure.holds(on)})),
        holds=ledger.holds,
    )


def _building(account: Account, step: Step) -> str:
    unit = step.anchor.split("/")[1]
    return next((tenure.building for tenure in account.tenures if tenure.unit == unit), "")


def queue_run(
    records: Records,
    bundle: Bundle,
    queue: Queue,
    *,
    on: date,
    on_progress: Progress = lambda done, whole: None,
) -> Run:
    """The daily run: puts every step on record, queues what machines send, opens tasks, sets the next look.

    Doing it again on the same day adds nothing: the keys follow from bill and stage.
    """
    run = plan(records, bundle, on=on, ledger_through=records.ledger_through(), on_progress=on_progress)
    for owner, waiver in run.waivers.items():
        goodwill.grant(records, owner, waiver)
    notices = [_notice(step) for step in run.notices]
    for notice in notices:
        records.notices.add_notice(notice)
    queue.send([_job(step) for step in run.notices])
    for notice in notices:
        records.notices.advance(notice, State.QUEUED, only_from=(State.PLANNED,))
        records.set_due_day(notice.owner, on + ONE_DAY)
    for step in run.tasks:
        records.notices.add_task(task_of(step, bundle))
        if not is_beside(step.step) and step.channel is not Channel.CASE:
            take_turn(records, bundle, step, on=on)
        records.set_due_day(step.owner, on + ONE_DAY)
    for wait in run.waits:
        records.set_due_day(wait.owner, next_look(wait, on, run.warned_on.get(wait.owner)))
    for case in run.cases:
        records.notices.add_task(case)
    for one in run.open_tasks:
        _follow(records, one, on)
    records.set_rules_run(rules_digest(bundle.rules))
    return run


def _follow(records: Records, one: OpenTask, on: date) -> None:
    """What is paid is no longer asked for; what is not done is looked at every day."""
    if one.standing is Standing.SETTLED:
        records.notices.close_task(one.task, done_on=on, outcome=Outcome.SETTLED.value)
    else:
        records.bring_forward(one.task.owner, on + ONE_DAY)


def companion(step: Step) -> Step | None:
    """What staff do beside a message: a step of its own, told apart by a dot."""
    rule = step.stage.task
    if rule is None or rule.way is step.channel:
        return None
    return replace(step, step=f"{step.step}.{rule.way.value}", channel=rule.way)


def is_beside(step: str) -> bool:
    """Whether a step only goes beside a message, and tells nothing by itself."""
    return "." in step


def take_turn(records: Records, bundle: Bundle, step: Step, *, on: date) -> bool:
    """Keeps two contacts with an owner apart by the least interval; whether it is this step's turn."""
    earliest = on - timedelta(days=bundle.rules.collection.limits.min_interval_days) + ONE_DAY
    return records.take_turn(step.owner, step.key, on=on, earliest_last=earliest)


def next_look(wait: Wait, on: date, warned_on: date | None) -> date:
    """When the wait is over, or earlier if a claim comes nearer to its end by then."""
    until = wait.until or on + timedelta(days=_LOOK_AGAIN_DAYS)
    return max(min(until, warned_on or until), on + ONE_DAY)


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


def task_of(step: Step, bundle: Bundle) -> Task:
    """What staff are asked to do for an owner when no machine may or can."""
    return Task(
        owner=step.owner,
        anchor=step.anchor,
        stage=step.stage.id,
        step=step.step,
        bills=step.bills,
        task=step.channel.value,
        opened_on=step.on,
        reason=reason_text(bundle.words, step.reason, bundle.rules.community.languages[0]),
        by=doer(step),
        due_on=working_days_later(step.on, _working_days(step, bundle), bundle.rules.community),
    )


def _working_days(step: Step, bundle: Bundle) -> int:
    rule = step.stage.task
    return rule.working_days if rule else bundle.rules.collection.limits.task_working_days


def doer(step: Step) -> Actor:
    """Who does it: the stage's actor, or a clerk where a machine cannot."""
    return Actor.CLERK if step.stage.by is Actor.SYSTEM else step.stage.by


def _job(step: Step) -> str:
    return msgspec.json.encode(Job(step.owner, step.key)).decode()
