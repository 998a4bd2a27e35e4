"""How the rules changed: each version under its month, with the difference in figures and what a bill makes of it."""

from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from chalicelib.core.rulebook import Rulebook
from chalicelib.core.statement import rules_from
from staff import rulehistory
from staff.rulehistory import Change, LateFeeChange, RateChange, ReferenceChange, RewardStart
from tests import builders

RULES = builders.shipped()


def changes(rules: Rulebook = RULES) -> list[Change]:
    return [change for of in rulehistory.by_month(rules).values() for change in of]


def rate_changes(schedule: str, rules: Rulebook = RULES) -> list[RateChange]:
    return [one for one in changes(rules) if isinstance(one, RateChange) and one.schedule.id == schedule]


def with_rates(schedule: str, *rates: object) -> Rulebook:
    schedules = tuple(replace(one, rates=rates) if one.id == schedule else one for one in RULES.fees.schedules)
    return replace(RULES, fees=replace(RULES.fees, schedules=schedules))


def test_a_rate_is_told_with_its_difference_and_with_what_a_bill_makes_of_it() -> None:
    newest, first = rate_changes("residential")

    assert (newest.on, newest.difference, newest.percent) == (date(2025, 1, 1), Decimal("0.20"), Decimal("9.1"))
    assert newest.bills == (59070, 64440)
    assert (first.before, first.difference, first.bills) == (None, None, None)


def test_a_rate_that_goes_down_is_told_in_the_same_way() -> None:
    now = RULES.fees.schedules[0].rates[-1]
    then = replace(now, until=date(2026, 12, 31))
    rules = with_rates("residential", then, replace(now, from_=date(2027, 1, 1), yuan=Decimal("2.10")))
    newest = rate_changes("residential", rules)[0]

    assert (newest.difference, newest.percent) == (Decimal("-0.30"), Decimal("12.5"))


def test_a_fee_that_ends_is_told_on_the_day_after_its_last() -> None:
    now = RULES.fees.schedules[0].rates[-1]
    newest = rate_changes("residential", with_rates("residential", replace(now, until=date(2027, 3, 31))))[0]

    assert (newest.on, newest.after) == (date(2027, 4, 1), None)


def test_a_shared_cost_and_a_metered_one_have_no_example() -> None:
    assert [change.bills for name in ("energy", "water") for change in rate_changes(name)] == [None, None]


def test_of_a_late_fee_only_the_terms_that_changed_are_told_after_the_first_time() -> None:
    first = RULES.collection.late_fees["standard"][0]
    later = replace(first, from_=date(2027, 1, 1), grace_days=45)
    collection = replace(RULES.collection, late_fees={"standard": (first, later)})
    newest, oldest = (one for one in changes(replace(RULES, collection=collection)) if isinstance(one, LateFeeChange))

    assert newest.terms == ["grace_days"]
    assert oldest.terms == [
        "grace_days",
        "daily_rate",
        "reference_multiple",
        "cap_share",
        "waived_under",
        "waived_once_within_days",
    ]


def test_a_reference_rate_is_told_with_what_a_day_then_costs() -> None:
    newest = next(one for one in changes() if isinstance(one, ReferenceChange))

    assert (newest.on, newest.before, newest.after) == (date(2025, 5, 20), Decimal("0.0310"), Decimal("0.0300"))
    assert newest.daily == (Decimal("0.00011041"), Decimal("0.00010684"))


def test_a_reference_rate_no_rule_of_its_day_looks_at_is_not_told() -> None:
    rule = replace(RULES.collection.late_fees["standard"][0], reference=None, reference_multiple=None)
    collection = replace(RULES.collection, late_fees={"standard": (rule,)})

    assert not [one for one in changes(replace(RULES, collection=collection)) if isinstance(one, ReferenceChange)]


def test_each_reward_is_told_on_its_first_day() -> None:
    rewards = [one for one in changes() if isinstance(one, RewardStart)]

    assert len(rewards) == len(RULES.collection.rewards["paying-in-time"])
    assert all(one.on == one.reward.from_ for one in rewards)


def test_the_newest_stands_first() -> None:
    days = [change.on for change in changes()]
    assert days == sorted(days, reverse=True)


def test_the_month_by_which_owners_know_the_rules_is_always_among_them() -> None:
    for today in (date(2022, 1, 1), date(2024, 12, 31), date(2025, 1, 1), date(2026, 11, 23)):
        assert rules_from(RULES, today).replace(day=1) in rulehistory.by_month(RULES)
