"""Sample bills under two rulebooks: only what comes out otherwise, from the quarter it does."""

from decimal import Decimal

from msgspec.structs import replace

from chalicelib.core.rulebook import Rate, Rulebook
from staff.samplebill import changed
from tests.builders import day, shipped

ON = day("2026-11-24")


def with_rate(rate: Rate | None = None, **changes: object) -> Rulebook:
    """The shipped rules with the flats' newest rate changed, or followed by another."""
    rules = shipped()
    flats, *others = rules.fees.schedules
    *before, newest = flats.rates
    last = replace(newest, **changes)
    rates = (*before, last, rate) if rate else (*before, last)
    return replace(rules, fees=replace(rules.fees, schedules=(replace(flats, rates=rates), *others)))


def test_the_same_rules_change_no_bill() -> None:
    assert changed(shipped(), shipped(), ON) == []


def test_a_rate_that_is_raised_later_shows_in_the_first_quarter_it_is_charged() -> None:
    newest = shipped().fees.schedules[0].rates[-1]
    raised = replace(newest, from_=day("2027-07-01"), yuan=Decimal("3.00"))
    found = changed(shipped(), with_rate(raised, until=day("2027-06-30")), ON)
    assert {figure.quarter for figure in found} == {"2027-Q3"}
    (amount,) = (figure for figure in found if figure.what == "amount")
    assert (amount.before, amount.after) == (64440, 80550), "89.5 m2, three months, 2.40 and 3.00 yuan"


def test_a_late_fee_is_shown_after_sixty_and_a_hundred_and_eighty_days() -> None:
    rules = shipped()
    (rule,) = rules.collection.late_fees["standard"]
    gentler = replace(rule, grace_days=90)
    after = replace(rules, collection=replace(rules.collection, late_fees={"standard": (gentler,)}))
    flats = [figure for figure in changed(rules, after, ON) if figure.fee == rules.fees.schedules[0].name]
    late = {figure.days: (figure.before, figure.after) for figure in flats if figure.what == "late"}
    assert late == {60: (207, 0), 180: (1033, 620)}


def test_a_fee_that_is_new_has_no_figure_before() -> None:
    rules = shipped()
    flats, *others = rules.fees.schedules
    before = replace(rules, fees=replace(rules.fees, schedules=tuple(others)))
    found = [figure for figure in changed(before, rules, ON) if figure.fee == flats.name]
    assert found
    assert {figure.before for figure in found} == {None}
