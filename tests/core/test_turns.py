"""The turns of a bill: which stage comes on which day, and what was told too early or must wait for an answer."""

from datetime import date

import pytest
from msgspec.structs import replace

from chalicelib.core.history import History
from chalicelib.core.notice import Task
from chalicelib.core.rulebook import When
from chalicelib.core.turns import Turn, change_of, day_after, demands, progress, reminders_ahead, turns, unit_kind
from tests.builders import OWNER, account, bill, day, rules, shipped

Q1 = bill()  # due on 2026-03-31
STAGES = rules().collection.stages


def ahead(on: str, issued: str = "2025-12-29") -> list[tuple[str, str]]:
    found = reminders_ahead(bill(issued=issued), History(), STAGES, day(on))
    return [(when.isoformat(), stage.id) for when, stage in found]


def test_a_reminder_whose_day_has_come_is_no_longer_ahead() -> None:
    assert ahead("2026-03-15") == [("2026-03-16", "due-soon"), ("2026-03-28", "due-soon")]
    assert ahead("2026-03-16") == [("2026-03-28", "due-soon")]


def test_a_bill_issued_on_its_due_day_is_told_of_on_that_day() -> None:
    assert ("2026-03-31", "bill-issued") in ahead("2026-03-30", issued="2026-03-31")
    assert ahead("2026-03-30", issued="2026-04-01") == []


def test_a_unit_the_owner_never_held_is_of_no_kind() -> None:
    assert unit_kind(account(), bill()) == "residential"
    assert unit_kind(account(), bill(unit="9-9-999")) == ""


def done(step: str, on: str | None) -> Task:
    return Task(
        owner=OWNER,
        anchor=Q1.key,
        stage=step.partition(".")[0],
        step=step,
        bills=(Q1.key,),
        task="call",
        opened_on=day("2026-04-07"),
        reason="",
        done_on=day(on) if on else None,
    )


def test_a_bill_has_come_as_far_as_the_last_demand_that_was_made() -> None:
    at = progress(account(), Q1, History(tasks=(done("first-demand", "2026-04-08"),)), shipped())
    assert (at.last and at.last.step, at.next and at.next.step, at.is_with_staff) == (
        "first-demand",
        "second-demand",
        False,
    )


def test_what_staff_do_beside_a_message_is_no_demand_of_its_own() -> None:
    made = History(tasks=(done("first-demand", "2026-04-08"), done("first-demand.call", None)))
    at = progress(account(), Q1, made, shipped())
    assert (at.last and at.last.step, at.is_off, at.is_with_staff) == ("first-demand", False, False)


def test_the_case_of_a_changed_policy_keeps_its_name_from_release_to_release() -> None:
    """It is on record; under another name a case that was closed would be opened again."""
    assert change_of([FIRST, SECOND]) == "policy-changed.b57789d6"
    assert change_of([SECOND, FIRST]) != change_of([FIRST, SECOND])


@pytest.mark.parametrize(
    ("told_on", "resumed_on", "next_on"),
    [("2026-07-01", "2026-07-06", "2026-07-18"), ("2026-07-08", "2026-07-06", "2026-07-21")],
)
def test_a_bill_let_go_on_by_new_rules_counts_from_the_later_of_that_day_and_its_last_demand(
    told_on: str, resumed_on: str, next_on: str
) -> None:
    some = shipped()
    stages = some.collection.stages
    earlier = replace(stages[2], id="friendly-call", days=(5,))
    changed = replace(some, collection=replace(some.collection, stages=(*stages[:2], earlier, *stages[2:])))
    case = change_of(demands(account(), Q1, changed.collection.stages))
    history = History(tasks=(done("first-demand", told_on), done(case, resumed_on)))
    at = progress(account(), Q1, history, changed)
    assert (at.last and at.last.step, at.next and at.next.step, at.on) == (
        "first-demand",
        "second-demand",
        day(next_on),
    )


FIRST = next(turn for turn in turns(STAGES) if turn.step == "first-demand")
SECOND = Turn(FIRST.stage, 10, FIRST.rank + 1, "second-demand")


@pytest.mark.parametrize(
    ("last", "after", "answer_days", "expected"),
    [
        (None, None, None, "2026-05-30"),
        ("2026-04-07", "first-demand", 20, "2026-05-30"),
        ("2026-04-07", None, 20, "2026-05-30"),
        ("2026-05-29", None, None, "2026-05-30"),
        ("2026-06-10", None, None, "2026-06-11"),
        ("2026-06-10", None, 5, "2026-06-16"),
        ("2026-06-10", "first-demand", 5, "2026-06-20"),
    ],
)
def test_a_demand_waits_for_the_age_of_the_bill_and_for_the_answer_to_the_last_one(
    last: str | None, after: str | None, answer_days: int | None, expected: str
) -> None:
    before = replace(FIRST, stage=replace(FIRST.stage, answer_days=answer_days))
    coming = Turn(replace(FIRST.stage, after=after, days=(10,), when=When(age_days=60)), 10, FIRST.rank + 1, "second")
    happened: date | None = day(last) if last else None
    assert day_after(Q1, before if last else None, happened, coming, rules().community) == day(expected)
