"""Whether what weighs heavily is a person's decision: stages against what the lawbook lets them state."""

from collections.abc import Iterator

from .fault import Fault
from .lawbook import Lawbook
from .rulebook import Actor, Collection

FILE = "collection.yml"


def faults(lawbook: Lawbook, collection: Collection) -> Iterator[Fault]:
    """Messages that need a manager's approval and have none, and last steps that are not a manager's.

    The first demand may say by itself how a late charge would run. Whatever states a consequence after it is
    approved, and so is any that names what the lawbook leaves to a manager (`manager_decides`): legal means.
    """
    grave = {rule.id for rule in lawbook.rules if rule.manager_decides}
    demands = [(index, stage) for index, stage in enumerate(collection.stages) if stage.demand]
    is_grave = False
    for at, (index, stage) in enumerate(demands):
        stated = set(lawbook.states.get(stage.id, ()))
        is_grave = is_grave or bool(stated & grave)
        if stage.message and not stage.approve and stated and (at or stated & grave):
            yield Fault(FILE, ("stages", index, "approve"), "approval-missing", {"stage": stage.id}, "true")
        is_last = at == len(demands) - 1
        if is_grave and (is_last or not stage.message) and stage.by is not Actor.MANAGER:
            yield Fault(FILE, ("stages", index, "by"), "manager-missing", {"stage": stage.id}, Actor.MANAGER.value)
