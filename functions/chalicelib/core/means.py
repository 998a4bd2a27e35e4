"""Whether a stage can be done: by people in the end, with words, in time, and with something to find out."""

from collections.abc import Iterator

from .fault import Fault, Path
from .rulebook import SENT_BY_MACHINE, Channel, Collection, Stage, TaskRule

FILE = "collection.yml"
CONTACTS = frozenset({Channel.CALL, Channel.VISIT, Channel.LETTER})
"""How people contact people."""

_Found = Iterator[tuple[Path, str, dict[str, str], str]]


def faults(collection: Collection) -> Iterator[Fault]:
    """Stages nobody can do as they are written."""
    for index, stage in enumerate(collection.stages):
        found = [*_words(stage), *(_task(stage.task) if stage.task else ())]
        for field, problem, values, allowed in found:
            yield Fault(FILE, ("stages", index, *field), problem, {"stage": stage.id, **values}, allowed)
    cases = [stage.id for stage in collection.stages if Channel.CASE in stage.ways]
    if cases and not collection.causes:
        yield Fault(FILE, ("causes",), "causes-missing", {"stage": ", ".join(cases)})


def warnings(collection: Collection) -> Iterator[Fault]:
    """Ways that cost nothing in a forecast, because nobody has said what they cost."""
    used = {way for stage in collection.stages for way in stage.ways}
    for way in Channel:
        if way in used and way not in collection.costs:
            yield Fault(FILE, ("costs", way.value), "cost-missing", {"name": way.value})


def _words(stage: Stage) -> _Found:
    """Somebody can always do it, with words to say and a day to answer by."""
    contacts = set(stage.channels) - {Channel.CASE}
    if stage.demand and contacts and stage.answer_days is None:
        yield ("answer_days",), "demand-without-deadline", {}, ">= 1"
    if stage.channels[-1] in SENT_BY_MACHINE:
        yield ("channels",), "nobody-last", {}, "letter, call, visit"
    if contacts and stage.message is None:
        yield ("message",), "stage-without-words", {}, ""


def _task(task: TaskRule) -> _Found:
    """People do it, in the days they have: an owner is contacted once a day."""
    if task.way in SENT_BY_MACHINE:
        allowed = ", ".join(sorted({*CONTACTS, Channel.CASE}))
        yield ("task", "way"), "task-by-machine", {"way": task.way.value}, allowed
    if task.then is not None and task.then not in CONTACTS:
        yield ("task", "then"), "task-by-machine", {"way": task.then.value}, ", ".join(sorted(CONTACTS))
    if task.then is task.way:
        yield ("task", "then"), "then-the-same", {}, ""
    if task.tries > task.working_days:
        values = {"tries": str(task.tries), "days": str(task.working_days)}
        yield ("task", "tries"), "tries-too-many", values, f"1 … {task.working_days}"
