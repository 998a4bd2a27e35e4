"""What a day brings: one look at an owner's records, and the plan of all whose day has come."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from ..core import goodwill as waivers
from ..core.account import Account, Adjustment, Hold
from ..core.bundle import Bundle, rules_digest
from ..core.calendar import ONE_DAY, instant
from ..core.collection import Step, Wait, is_fresh, next_step
from ..core.ledger import fold
from ..core.limitation import Expiring, Watch, watch
from ..core.notice import Notice, State, Task
from ..core.rulebook import SENT_BY_MACHINE, Actor
from ..core.tasks import OpenTask, care_review, changed_cases, lost_cases, open_tasks, unclear
from ..core.volume import Excess
from ..core.words import reason_text
from ..core.workdays import working_days_later
from .records import Records

_LOOK_AGAIN_DAYS = 30  # an owner nobody waits for is looked at this often, so that no one is forgotten


class Job(Struct, frozen=True):
    """What travels through the queue: a notice by its key, nothing personal."""

    owner: str
    notice: str


class Run(Struct):
    """What a look at the owners found: what to send and to do, who waits, what is still open, given or runs out.

    `phase` is how far the daily run has come, `excesses` why it is held.
    """

    notices: list[Step] = []
    tasks: list[Step] = []
    waits: list[Wait] = []
    open_tasks: list[OpenTask] = []
    cases: list[Task] = []
    waivers: dict[str, Adjustment] = {}
    limitation: list[Expiring] = []
    buildings: dict[str, str] = {}
    units: dict[str, tuple[str, ...]] = {}
    looked_at: int = 0
    phase: str = ""
    excesses: list[Excess] = []


class Look(Struct, frozen=True):
    """What one owner's records come to on a day; `is_unclear`: of some message nobody knows whether it went out."""

    decision: Step | Wait
    waiver: Adjustment | None
    watch: Watch
    open_tasks: list[OpenTask]
    cases: list[Task]
    stuck: list[Notice]
    is_unclear: bool
    building: str
    units: tuple[str, ...]
    holds: tuple[Hold, ...]
    due_day: date | None

    @property
    def notices(self) -> list[Step]:
        """What machines send now."""
        return [self.decision] if isinstance(self.decision, Step) and self.decision.channel in SENT_BY_MACHINE else []

    @property
    def tasks(self) -> list[Step]:
        """What people do now, instead of a message or beside it."""
        if isinstance(self.decision, Wait):
            return []
        beside = companion(self.decision)
        return [*([] if self.notices else [self.decision]), *([beside] if beside else [])]

    @property
    def waits(self) -> list[Wait]:
        """What is not done now, and why."""
        if isinstance(self.decision, Wait):
            return [self.decision]
        return [self.decision.held_back] if self.decision.held_back else []


OnProgress = Callable[[int, int], None]


def plan(
    records: Records,
    bundle: Bundle,
    *,
    on: date,
    ledger_through: date | None,
    due_by: date | None = None,
    on_progress: OnProgress = lambda done, whole: None,
) -> Run:
    """Who would be told what on a day, and who would not, and why; reads only.

    Those are looked at whose day has come, on that day or, for a wider look, by a later one; everybody is when
    the rules have changed since the last run, for the days they are looked at next follow from the rules before.
    """
    run = Run()
    is_changed = records.rules_run() != rules_digest(bundle.rules)
    owners = due_owners(records, due_by or on, is_changed=is_changed)
    for number, owner in enumerate(owners, 1):
        on_progress(number, len(owners))
        seen = look(records, bundle, owner, on=on, ledger_through=ledger_through)
        if seen is not None:
            note_look(run, owner, seen)
    return run


def due_owners(records: Records, on: date, *, is_changed: bool) -> list[str]:
    """Whom to look at, in order: whose day has come, everybody once the rules have changed."""
    return records.due_owners(date.max if is_changed else on)


def note_look(run: Run, owner: str, seen: Look) -> None:
    """Adds one owner to what a run has found."""
    run.looked_at += 1
    run.notices += seen.notices
    run.tasks += seen.tasks
    run.waits += seen.waits
    run.limitation += seen.watch.warnings
    run.open_tasks += seen.open_tasks
    run.cases += seen.cases
    run.units[owner] = seen.units
    if seen.waiver:
        run.waivers[owner] = seen.waiver
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
    fresh = is_fresh(rules, on, ledger_through)
    at = instant(on, rules.collection.message_hours.opening, rules.community.time_zone)
    return Look(
        decision=decision,
        waiver=waiver,
        watch=watch(account, ledger, history, rules, on),
        open_tasks=open_tasks(account, ledger, history, rules, on=on, is_fresh=fresh),
        cases=[
            *_reviews(account, on),
            *changed_cases(account, ledger, history, rules, on),
            *lost_cases(history, rules.collection.limits, at),
        ],
        stuck=[one for one in history.notices if _is_stuck(one, at)],
        is_unclear=bool(unclear(history)),
        building=_building(account, decision) if isinstance(decision, Step) else "",
        units=tuple(sorted({tenure.unit for tenure in account.tenures if tenure.holds(on)})),
        holds=ledger.holds,
        due_day=account.due_day,
    )


def _reviews(account: Account, on: date) -> list[Task]:
    review = care_review(account.owner, on)
    return [review] if review else []


def _is_stuck(notice: Notice, at: datetime) -> bool:
    """Whether a worker began its call and was never heard of again."""
    return notice.state is State.CALLING and (notice.leased_until is None or notice.leased_until <= at)


def _building(account: Account, step: Step) -> str:
    unit = step.anchor.split("/")[1]
    return next((tenure.building for tenure in account.tenures if tenure.unit == unit), "")


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


def next_day(seen: Look, on: date) -> date:
    """The day an owner is looked at next: tomorrow while something goes on or is unclear."""
    if isinstance(seen.decision, Step) or seen.is_unclear:
        return on + ONE_DAY
    return next_look(seen.decision, on, seen.watch.next_on)


def next_look(wait: Wait, on: date, warned_on: date | None) -> date:
    """When the wait is over, or earlier if a claim comes nearer to its end by then."""
    until = wait.until or on + timedelta(days=_LOOK_AGAIN_DAYS)
    return max(min(until, warned_on or until), on + ONE_DAY)


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
