"""Whether the hours of `collection.yml` are decent and meet, and somebody is on duty to keep them."""

from collections.abc import Iterable, Iterator, Sequence

from .fault import Fault, Path
from .hours import windows
from .rulebook import Actor, Channel, Collection, Hours

FILE = "collection.yml"
DECENT = {
    "message_hours": ("08:00", "22:00"),
    "call_hours": ("08:00", "21:00"),
    "visit_hours": ("08:00", "18:30"),
    "care_hours": ("08:00", "21:00"),
}
"""The widest hours there may be: people are not woken, and visited by daylight only."""
HOURS_OF = {Channel.CALL: "call_hours", Channel.VISIT: "visit_hours"}
PEOPLE = tuple(actor for actor in Actor if actor is not Actor.SYSTEM)
_WEEKDAYS = range(1, 6)
_EXAMPLE = '{opens: "09:30", closes: "11:45"}'


def faults(collection: Collection) -> Iterator[Fault]:
    """Hours that are no hours, are indecent, overlap or never meet, and people who are never there."""
    yield from _within((), "message_hours", [collection.message_hours])
    for name in ("call_hours", "visit_hours", "care_hours"):
        yield from _within((name,), name, getattr(collection, name))
    for way, name in HOURS_OF.items():
        if not windows(way, collection, has_care=True):
            yield Fault(FILE, ("care_hours",), "hours-never-meet", {"name": name})
    yield from _given(collection)
    yield from _on_duty(collection)


def _within(path: Path, name: str, spans: Sequence[Hours]) -> Iterator[Fault]:
    """Every span ends after it starts, after the one before it has ended, and within decent hours."""
    earliest, latest = DECENT[name]
    for at, hours in enumerate(spans):
        here = (*path, at) if path else (name,)
        if hours.closes <= hours.opens:
            yield Fault(FILE, (*here, "closes"), "ends-before-start", {"last": hours.closes}, f"> {hours.opens}")
        if hours.opens < earliest:
            yield Fault(FILE, (*here, "opens"), "hours-indecent", {"name": name}, f">= {earliest}")
        if hours.closes > latest:
            yield Fault(FILE, (*here, "closes"), "hours-indecent", {"name": name}, f"<= {latest}")
        if at and hours.opens < spans[at - 1].closes:
            yield Fault(FILE, (*here, "opens"), "hours-overlap", {"name": name}, f">= {spans[at - 1].closes}")


def _given(collection: Collection) -> Iterator[Fault]:
    """A way that a stage uses has its own hours; those of messages are not meant for it."""
    for way, name in HOURS_OF.items():
        users = [(at, stage) for at, stage in enumerate(collection.stages) if way in stage.ways]
        if users and not getattr(collection, name):
            at, stage = users[0]
            path: Path = ("stages", at, "channels" if way in stage.channels else "task")
            yield Fault(FILE, path, "hours-missing", {"stage": stage.id, "name": name}, f"{name}: [{_EXAMPLE}]")


def _on_duty(collection: Collection) -> Iterator[Fault]:
    """Who has something to do has days on which they do it, one of them a day on which others work."""
    for role, days in collection.roster.items():
        path: Path = ("roster", role.value)
        if role is Actor.SYSTEM:
            yield Fault(FILE, path, "not-one-of", {"value": role.value}, ", ".join(PEOPLE))
        elif not set(days) & set(_WEEKDAYS):
            yield Fault(FILE, path, "nobody-on-duty", {"name": role.value}, "1 … 5")
    for person in PEOPLE:
        users = list(dict.fromkeys(_used(collection, person)))
        if users and person not in collection.roster:
            values = {"name": person.value, "users": ", ".join(users)}
            yield Fault(FILE, ("roster", person.value), "role-not-rostered", values, "1 … 7")


def _used(collection: Collection, role: Actor) -> Iterable[str]:
    """What asks for a role: stages (a clerk does what the machine cannot), approvals, pauses, replies."""
    for stage in collection.stages:
        by = Actor.CLERK if stage.by is Actor.SYSTEM else stage.by
        if by is role or (stage.approve and role is Actor.MANAGER):
            yield stage.id
    for name, rule in collection.holds.items():
        if role in (rule.opened_by, rule.renewed_by):
            yield name
    for kind, reply in collection.replies.items():
        if reply.by is role:
            yield kind
