"""Both futures of the same owners: what counts is the difference, and that nothing else makes one."""

from msgspec.structs import replace

from chalicelib.core.history import History
from chalicelib.core.notice import Task
from chalicelib.core.rulebook import Rulebook
from staff.behaviour import profile
from staff.forecast import Begin, forecast, made_up, past, recorded
from tests.builders import OWNER, account, bill, day, payment, shipped

FIRST, LAST = day("2026-04-01"), day("2026-05-30")
Q1 = bill()


def with_first_demand(days: int) -> Rulebook:
    rules = shipped()
    stages = tuple(replace(one, days=(days,)) if one.id == "first-demand" else one for one in rules.collection.stages)
    return replace(rules, collection=replace(rules.collection, stages=stages))


def with_late_fee(grace_days: int) -> Rulebook:
    rules = shipped()
    (rule,) = rules.collection.late_fees["standard"]
    other = replace(rule, grace_days=grace_days)
    return replace(rules, collection=replace(rules.collection, late_fees={"standard": (other,)}))


def on_record(*facts: object) -> Begin:
    return recorded(account(Q1, *facts), History(), FIRST)


def test_the_same_rules_give_the_same_future() -> None:
    some = past(shipped(), FIRST, 60, 1)
    lives = [made_up(some, profile(index, 1), FIRST) for index in range(40)]
    found = forecast([*lives, on_record()], shipped(), shipped(), FIRST, LAST)
    assert found.before == found.after
    assert (found.owners, found.changed, found.changed_by) == (41, 0, 0)


def test_a_later_first_demand_means_fewer_contacts_in_the_same_days() -> None:
    found = forecast([on_record()], shipped(), with_first_demand(50), FIRST, LAST)
    assert found.before.told["second-demand", "letter"] == 1
    assert found.after.told["second-demand", "letter"] == 0
    assert found.after.told["first-demand", "email"] == 1


def test_whose_policy_changed_on_the_way_is_counted_as_handed_to_a_person() -> None:
    rules = shipped()
    begun = History(tasks=(_called(),))
    gone = tuple(one for one in rules.collection.stages if one.id not in ("first-demand", "second-demand"))
    after = replace(rules, collection=replace(rules.collection, stages=gone))
    found = forecast([recorded(account(Q1), begun, FIRST)], rules, after, FIRST, LAST)
    assert found.after.by_hand == 1


def _called(step: str = "first-demand", done_on: str | None = None) -> Task:
    return Task(
        owner=OWNER,
        anchor=Q1.key,
        stage=step,
        step=step,
        bills=(Q1.key,),
        task="call",
        opened_on=FIRST,
        reason="",
        done_on=day(done_on) if done_on else None,
    )


def test_a_case_is_work_for_staff_and_no_contact() -> None:
    so_far = History(tasks=(_called(done_on="2026-04-07"), _called("second-demand", done_on="2026-04-22")))
    begin = recorded(account(Q1), so_far, day("2026-05-25"))
    found = forecast([begin], shipped(), shipped(), day("2026-05-25"), LAST)
    assert dict(found.before.told) == {("long-overdue", "case"): 1}
    assert (found.before.owners_told, found.before.owners_with_case) == (0, 1)
    both = forecast([on_record()], shipped(), shipped(), FIRST, LAST).before
    assert (both.owners_told, both.owners_with_case) == (1, 1)


def test_what_staff_have_begun_is_finished_by_them() -> None:
    found = forecast([recorded(account(Q1), History(tasks=(_called(),)), FIRST)], shipped(), shipped(), FIRST, LAST)
    assert found.before.told["second-demand", "letter"] == 1, "it follows the call, once that was made"


def test_a_rule_that_reaches_back_is_seen_in_what_is_owed_on_the_first_day() -> None:
    old = recorded(account(bill(due="2026-01-31", issued="2026-01-01")), History(), FIRST)
    found = forecast([old, on_record(payment(123456, "2026-03-01"))], with_late_fee(60), with_late_fee(5), FIRST, LAST)
    assert found.changed == 1
    assert found.changed_by > 0
    assert found.after.late_fees > found.before.late_fees > 0


def test_an_owner_of_the_made_up_community_has_a_past_by_the_rules_before() -> None:
    some = past(shipped(), FIRST, 60, 1)
    late = next(one for n in range(99) if (one := profile(n, 1)).habit > 40)
    lives = [made_up(some, late, FIRST)(rules) for rules in (shipped(), with_first_demand(20))]
    assert [step.key for step in lives[0].steps] == [step.key for step in lives[1].steps] != []
    assert all(step.on < FIRST for step in lives[0].steps)
