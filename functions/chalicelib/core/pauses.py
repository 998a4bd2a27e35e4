"""Whether the pauses of `collection.yml` keep their promise: every kind is there, ends, and does what its name says."""

from collections.abc import Iterator
from typing import get_args

from .fault import Fault, Path
from .rulebook import Actor, Collection, HoldKind, HoldRule

FILE = "collection.yml"
NEEDS: dict[HoldKind, tuple[str, ...]] = {
    "dispute": ("bills_only", "stops_late_fee"),
    "promise": ("once_a_bill",),
    "plan": ("instalments", "stops_late_fee"),
}
"""What a kind cannot do without: nobody pays a late fee on what is being checked, or on a plan that is kept."""
BY_MANAGER: frozenset[HoldKind] = frozenset({"litigation"})
"""What only a manager opens: taking somebody to court is a named person's decision."""


def faults(collection: Collection) -> Iterator[Fault]:
    """Pauses that are missing, without end, opened by the wrong person, or not what owners are told they are."""
    for kind in get_args(HoldKind):
        if kind not in collection.holds:
            yield Fault(FILE, ("holds", kind), "hold-missing", {"name": kind}, ", ".join(get_args(HoldKind)))
    for name, rule in collection.holds.items():
        path: Path = ("holds", name)
        yield from _length(path, name, rule)
        yield from _roles(path, rule)
        for key in NEEDS.get(name, ()):
            if not getattr(rule, key):
                yield Fault(FILE, (*path, key), "hold-needs", {"name": rule.name, "key": key}, _example(key))


def _example(key: str) -> str:
    return f"{key}: {'2 … 12' if key == 'instalments' else 'true'}"


def _length(path: Path, name: HoldKind, rule: HoldRule) -> Iterator[Fault]:
    """Each pause ends by itself or with a manager, and none can be repeated for ever."""
    if rule.days is not None and rule.working_days is not None:
        yield Fault(FILE, (*path, "working_days"), "hold-two-lengths", {"name": name})
    has_end = rule.days is not None or rule.working_days is not None
    if not (has_end or rule.opened_by) or not (rule.once_a_bill or rule.renewed_by):
        yield Fault(FILE, path, "hold-for-ever", {"name": name})
    elif rule.opened_by is not Actor.MANAGER and (name in BY_MANAGER or not has_end):
        yield Fault(FILE, (*path, "opened_by"), "hold-by-manager", {"name": rule.name}, Actor.MANAGER.value)


def _roles(path: Path, rule: HoldRule) -> Iterator[Fault]:
    """People decide on a pause."""
    people = [actor.value for actor in Actor if actor is not Actor.SYSTEM]
    for key, role in (("opened_by", rule.opened_by), ("renewed_by", rule.renewed_by)):
        if role is Actor.SYSTEM:
            yield Fault(FILE, (*path, key), "not-one-of", {"value": role.value}, ", ".join(people))
