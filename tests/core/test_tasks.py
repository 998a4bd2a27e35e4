"""What staff do for an owner: a call that nobody answers is tried again at another time of day, then a visit."""

import pytest

from chalicelib.core.notice import Call, Task
from chalicelib.core.rulebook import Actor, Channel, Hours, TaskRule
from chalicelib.core.tasks import next_way
from tests.builders import OWNER, day

CALL = Task(
    owner=OWNER,
    anchor="b",
    stage="first-demand",
    step="first-demand.call",
    bills=("b",),
    task="call",
    opened_on=day("2026-04-07"),
    reason="",
    by=Actor.CLERK,
)
TWICE = TaskRule(way=Channel.CALL, tries=2, then=Channel.VISIT, working_days=3)
MORNING, EVENING = Hours(opens="09:30", closes="11:45"), Hours(opens="14:30", closes="19:30")


def calls(*moments: str) -> list[Call]:
    """Calls nobody answered, each on a day at an hour."""
    parts = [moment.split() for moment in moments]
    return [Call(id=at, on=day(on), way=Channel.CALL, outcome="no-answer", at=at) for on, at in parts]


@pytest.mark.parametrize(
    ("moments", "way"),
    [
        ([], Channel.CALL),
        (["2026-04-07 10:00"], Channel.CALL),
        (["2026-04-07 10:00", "2026-04-08 10:30"], Channel.CALL),  # nobody is home in the morning, again
        (["2026-04-07 10:00", "2026-04-08 15:00"], Channel.VISIT),
        (["2026-04-07 10:00", "2026-04-08 10:30", "2026-04-09 19:00"], Channel.VISIT),
        (["2026-04-06 10:00", "2026-04-08 15:00"], Channel.CALL),  # the first one was about something else
    ],
)
def test_a_visit_follows_calls_at_different_times_of_day(moments: list[str], way: Channel) -> None:
    assert next_way(CALL, calls(*moments), TWICE, (MORNING, EVENING)) is way


def test_more_tries_than_the_day_has_times_are_enough_of_them() -> None:
    thrice = TaskRule(way=Channel.CALL, tries=3, then=Channel.VISIT, working_days=5)
    made = calls("2026-04-07 10:00", "2026-04-08 15:00")
    assert next_way(CALL, made, thrice, (MORNING, EVENING)) is Channel.CALL
    assert next_way(CALL, [*made, *calls("2026-04-09 10:00")], thrice, (MORNING, EVENING)) is Channel.VISIT
    assert next_way(CALL, made, TWICE, ()) is Channel.VISIT


def test_a_task_with_no_other_way_stays_what_it_is() -> None:
    only = TaskRule(way=Channel.CALL, tries=1, working_days=3)
    assert next_way(CALL, calls("2026-04-07 10:00"), only, (MORNING,)) is Channel.CALL
