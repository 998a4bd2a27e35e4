"""Whether the stages of a policy can be walked: in order, without loops, each within reach and in its time."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from .fault import Fault, Path
from .rulebook import Collection, Fees, Stage

FILE = "collection.yml"
MOST_ARREARS = Decimal(20_000)
"""The most arrears a stage may wait for: more than a home or a shop comes to in years."""


def faults(collection: Collection) -> Iterator[Fault]:
    """Everything that keeps a stage from being what it says, or from ever being reached."""
    limits = collection.limits
    for index, stage in enumerate(collection.stages):
        earlier = collection.stages[:index]
        for field, problem, allowed in (
            *_order(stage, earlier, limits.min_interval_days),
            *_answered(stage, earlier),
            *_sort(stage, limits.visible_days_before_due),
            *_within_reach(stage),
        ):
            yield Fault(FILE, ("stages", index, *field), problem, {"stage": stage.id}, allowed)


_Found = Iterator[tuple[Path, str, str]]


def _order(stage: Stage, earlier: Sequence[Stage], interval: int) -> _Found:
    """Days rise; a stage that follows another follows the demand right before it, after a decent interval."""
    if stage.after is not None:
        before = earlier[-1] if earlier else None
        if before is None or not before.demand or stage.after != before.id:
            yield ("after",), "after-not-before", before.id if before and before.demand else ""
        elif not _is_for_all_of(before, stage):
            yield ("when",), "after-not-for-all", before.id
        if len(stage.days) > 1 or stage.days[0] < interval:
            yield ("days",), "after-too-soon", f">= {interval}"
        return
    latest = _latest(earlier)
    for at, days in enumerate(stage.days):
        if latest is not None and days <= latest:
            yield ("days", at), "stage-out-of-order", f"> {latest}"
        latest = days


def _latest(earlier: Sequence[Stage]) -> int | None:
    """The day from due on which the stages before have had their earliest turns."""
    latest: int | None = None
    for stage in earlier:
        latest = (latest or 0) + stage.days[0] if stage.after is not None else stage.days[-1]
        latest = max(latest, stage.when.age_days) if stage.demand else latest
    return latest


def _answered(stage: Stage, earlier: Sequence[Stage]) -> _Found:
    """A demand does not follow another before the time to answer that one is over (Civil Code art. 944)."""
    before = _before(stage, earlier)
    if stage.after is not None and before and before.answer_days and stage.days[0] <= before.answer_days:
        yield ("days",), "answer-cut-short", f"> {before.answer_days}"


def warnings(collection: Collection) -> Iterator[Fault]:
    """Demands on a day from due by which the one before them is not answered: they come later than they say."""
    for index, stage in enumerate(collection.stages):
        earlier = collection.stages[:index]
        before = _before(stage, earlier)
        if stage.after is None and before and before.answer_days:
            told = _latest(earlier[: earlier.index(before) + 1]) or 0
            if stage.days[0] <= told + before.answer_days:
                allowed = f"> {told + before.answer_days}"
                yield Fault(FILE, ("stages", index, "days"), "answer-delays", {"stage": stage.id}, allowed)


def _before(stage: Stage, earlier: Sequence[Stage]) -> Stage | None:
    """The demand a bill has had before it comes to this one."""
    return next((one for one in reversed(earlier) if stage.demand and one.demand and _meets(one, stage)), None)


def _is_for_all_of(before: Stage, stage: Stage) -> bool:
    """Whether everybody a stage is meant for has had the one it follows."""
    fits_care = before.when.care in ("any", stage.when.care)
    kinds = set(before.when.unit_kinds)
    return fits_care and (not kinds or (bool(stage.when.unit_kinds) and set(stage.when.unit_kinds) <= kinds))


def _meets(one: Stage, other: Stage) -> bool:
    """Whether both may come to the same bill."""
    kinds = set(one.when.unit_kinds), set(other.when.unit_kinds)
    return (not all(kinds) or bool(kinds[0] & kinds[1])) and {one.when.care, other.when.care} != {"only", "never"}


def _sort(stage: Stage, visible: int) -> _Found:
    """Reminders come up to the due date, of bills owners can see; demands after it and once."""
    if stage.demand and stage.after is None and min(stage.days) <= 0:
        yield ("days",), "demand-before-due", "> 0"
    if not stage.demand and (max(stage.days) > 0 or stage.after is not None):
        yield ("days",), "reminder-after-due", "<= 0"
    if not stage.demand and min(stage.days) < -visible:
        yield ("days",), "reminder-unseen", f">= {-visible}"
    if stage.demand and len(stage.days) > 1:
        yield ("days",), "demand-more-than-once", "1"


def _within_reach(stage: Stage) -> _Found:
    """What it waits for can happen."""
    if not 0 <= stage.when.least_arrears <= MOST_ARREARS:
        yield ("when", "least_arrears"), "out-of-range", f"0 … {MOST_ARREARS}"


def kind_faults(collection: Collection, fees: Fees) -> Iterator[Fault]:
    """A stage for certain units names kinds there are, one at least of which has something to be demanded."""
    demanded = {
        unit_kind
        for schedule in fees.schedules
        if schedule.kind in fees.kinds and fees.kinds[schedule.kind].demands
        for unit_kind in schedule.unit_kinds
    }
    for index, stage in enumerate(collection.stages):
        path: Path = ("stages", index, "when", "unit_kinds")
        for at, kind in enumerate(stage.when.unit_kinds):
            if kind not in fees.unit_kinds:
                yield Fault(FILE, (*path, at), "unknown-name", {"name": kind}, ", ".join(sorted(fees.unit_kinds)))
        known = demanded & set(stage.when.unit_kinds)
        if stage.demand and stage.when.unit_kinds and not known:
            yield Fault(FILE, path, "stage-never-reached", {"stage": stage.id}, ", ".join(sorted(demanded)))
