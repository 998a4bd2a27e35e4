"""One course of events, from a seed: a community, days in which all fails, and calm days if it is to end well."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from msgspec.structs import replace

from chalicelib.core.bundle import Bundle, rules_digest
from chalicelib.core.calendar import local_date
from chalicelib.flows.records import Records
from tests import builders
from tests.builders import bill, day
from tests.flows.office import at
from tests.simulation import ending
from tests.simulation.chance import drawn
from tests.simulation.people import ZONE, Deed, People
from tests.simulation.post import Post
from tests.simulation.world import World

FAULTY_DAYS, CALM_DAYS = 8, 12
BEGINNINGS = ("2026-02-27", "2026-04-27")  # the second runs into a holiday
STEPS = (30, 15, 3, -7)
"""The days from a bill's first mention, its reminders and its demand to when it is due."""

EMAILS = ("good", "good", "good", "bounce", "soft", "fickle", "complaint", "reject")
PHONES = ("01", "01", "98", "99")  # the last nobody can be reached by, nor wants to be


class Account(NamedTuple):
    """What one course of events came to: `told` are notices that a provider took at least once."""

    digest: str
    steps: int
    days: int
    counts: Counter[str]
    requests: int
    taken: int
    told: int


@cache
def _bundle(most_at_once: int) -> Bundle:
    """The rules of the tests, with a budget of text messages that may run out, and runs a manager may have to see."""
    limits = {"sms_segments_a_month": 12, "run_floor": most_at_once}
    return replace(builders.bundle(), rules=builders.rules_with(limits=limits))


def ends_well(seed: int) -> bool:
    """Whether the faults of a seed stop in the end, so that it can be seen whether all is resolved."""
    return seed % 2 == 1


def course(seed: int, *, say: Callable[[str], None] = lambda line: None) -> Account:
    """Lives through a seed; Wrong when something happens that may never."""
    luck = random.Random(f"before {seed}")  # noqa: S311  # a course of events, no secret
    begins = day(luck.choice(BEGINNINGS))
    world = World(seed, drawn(luck), at(f"{begins} 08:00"), _bundle(luck.choice((2, 100))), say)
    people = People(world, Post(world))
    owners = [_settled(people, luck, begins, number) for number in range(luck.randint(5, 10))]
    for days in range(FAULTY_DAYS):
        _planned_day(people, luck, begins + timedelta(days=days), owners)
    people.start()
    try:
        world.run_until(at(f"{begins + timedelta(days=FAULTY_DAYS)} 08:00"))
        if ends_well(seed):
            _end_well(world, people, owners)
    finally:
        world.end()
    taken = [one for one in world.judge.requests if one.is_taken]
    told = len({(one.owner, one.notice) for one in taken})
    days = FAULTY_DAYS + CALM_DAYS * ends_well(seed)
    return Account(world.digest, world.step, days, world.counts, len(world.judge.requests), len(taken), told)


def _end_well(world: World, people: People, owners: list[str]) -> None:
    """Faults stop and days go on; then nothing may be left undone."""
    world.calm()
    first = local_date(world.now, ZONE)
    last = first + timedelta(days=CALM_DAYS)
    for number in range(CALM_DAYS):
        people.note_ledger(first + timedelta(days=number))
        people.approve_run(first + timedelta(days=number))
    world.run_until(at(f"{last} 08:00"))
    ending.judge(world, people, owners, first, last)


def _settled(people: People, luck: random.Random, begins: date, number: int) -> str:
    """An owner with one bill or two of which something is to be said in these days."""
    id, records = f"o-{number}", Records(people.world.table)
    contacts = [
        builders.contact(
            name=f"业主{number}{letter}",
            email=f"{luck.choice(EMAILS)}-{number}{letter}@owner.example" if luck.random() < 0.8 else None,
            phone=f"+861380000{number}{index}{luck.choice(PHONES)}" if luck.random() < 0.7 else None,
        )
        for index, letter in enumerate("ab"[: luck.choice((1, 1, 2))])
    ]
    bills = [
        bill(
            10_000 * (count + 1), (begins + timedelta(days=luck.choice(STEPS) + luck.randint(0, 6))).isoformat(), id=id
        )
        for count, id in enumerate(("first", "second")[: luck.choice((1, 1, 2))])
    ]
    records.set_rules_run(rules_digest(people.world.bundle.rules))
    records.save_owner(builders.owner(id, *contacts))
    records.add_facts(id, [builders.tenure(), *bills])
    records.set_due_day(id, begins)
    return id


def _planned_day(people: People, luck: random.Random, on: date, owners: list[str]) -> None:
    """What staff and owners have in mind for a day; staff do not always get to the ledger."""
    if luck.random() < 0.85:
        people.note_ledger(on)
    if luck.random() < 0.7:
        people.approve_run(on)
    for owner in owners:
        for deed, likely in _deeds(people):
            if luck.random() < likely:
                people.plan_deed(at(f"{on} {luck.randint(8, 20):02}:30"), deed, owner)


def _deeds(people: People) -> list[tuple[Deed, float]]:
    """What happens to an owner, and how likely on a day."""
    paying = [(people.pays_all, 0.03), (people.pays_some, 0.05), (people.takes_back, 0.1)]
    return [*paying, (people.unsubscribes, 0.02), (people.pauses, 0.02), (people.gives_an_address, 0.03)]
