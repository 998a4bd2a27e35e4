"""Whether the stages of a policy can be walked: in order, without loops, each within reach and with its words."""

from collections.abc import Iterator, Sequence

from .fault import Fault, Path
from .rulebook import SENT_BY_MACHINE, Channel, Collection, Fees, Stage

FILE = "collection.yml"


def faults(collection: Collection) -> Iterator[Fault]:
    """Everything that keeps a stage from being what it says, or from ever being reached."""
    for index, stage in enumerate(collection.stages):
        before = collection.stages[index - 1] if index else None
        for field, problem, allowed in (
            *_order(stage, before, collection.stages[:index], collection.limits.min_interval_days),
            *_sort(stage),
            *_means(stage),
        ):
            yield Fault(FILE, ("stages", index, *field), problem, {"stage": stage.id}, allowed)


_Found = Iterator[tuple[Path, str, str]]


def _order(stage: Stage, before: Stage | None, earlier: Sequence[Stage], interval: int) -> _Found:
    """Days rise; a stage that follows another follows the demand right before it, after a decent interval."""
    if stage.after is not None:
        if before is None or not before.demand or stage.after != before.id:
            yield ("after",), "after-not-before", before.id if before and before.demand else ""
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
    return latest


def _sort(stage: Stage) -> _Found:
    """Reminders come up to the due date, demands after it and once."""
    if stage.demand and stage.after is None and min(stage.days) <= 0:
        yield ("days",), "demand-before-due", "> 0"
    if not stage.demand and (max(stage.days) > 0 or stage.after is not None):
        yield ("days",), "reminder-after-due", "<= 0"
    if stage.demand and len(stage.days) > 1:
        yield ("days",), "demand-more-than-once", "1"


def _means(stage: Stage) -> _Found:
    """Somebody can always do it, with words to say and a day to answer by."""
    contacts = set(stage.channels) - {Channel.CASE}
    if stage.demand and contacts and stage.answer_days is None:
        yield ("answer_days",), "demand-without-deadline", ">= 1"
    if stage.channels[-1] in SENT_BY_MACHINE:
        yield ("channels",), "nobody-last", "letter, call, visit"
    if contacts and stage.message is None:
        yield ("message",), "stage-without-words", ""
    if stage.task and stage.task.then is stage.task.way:
        yield ("task", "then"), "then-the-same", ""


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
