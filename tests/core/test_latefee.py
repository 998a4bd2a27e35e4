"""The late fee: the published example to the fen, both sides of every boundary, and what must hold for all bills."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core import latefee
from chalicelib.core.money import Fen
from chalicelib.core.rulebook import LateFeeRule
from chalicelib.core.view import Line
from tests.builders import day, late_fee_rule, rules

DUE = day("2026-03-31")
REFERENCE = rules().collection.reference_rates["lpr"]


def lines(
    on: str,
    principal: int = 123456,
    unpaid: list[tuple[str, int]] | None = None,
    rule: LateFeeRule | None = None,
    stopped: list[tuple[str, str]] | None = None,
) -> tuple[Line, ...]:
    rule = rule or late_fee_rule()
    since = [(day(text), Fen(left)) for text, left in unpaid or [("2026-01-01", principal)]]
    reference = REFERENCE if rule.reference else None
    pauses = [(day(first), day(last)) for first, last in stopped or []]
    return latefee.lines(Fen(principal), DUE, since, rule, reference, day(on), pauses)


def fee(on: str, principal: int = 123456, **how: object) -> int:
    return sum(line.amount for line in lines(on, principal, **how))  # type: ignore[arg-type]


def test_the_example_of_the_design_to_the_fen() -> None:
    first, second = lines("2026-06-30", unpaid=[("2026-01-01", 123456), ("2026-05-01", 73456)])
    assert first == Line(
        kind="late_fee",
        amount=Fen(926),
        rule="late-fee",
        base=Fen(123456),
        rate="0.0005",
        days=15,
        from_=day("2026-04-16"),
        to=day("2026-04-30"),
        cap=Fen(24691),
        capped=False,
    )
    assert (second.amount, second.base, second.days) == (2240, 73456, 61)
    assert (second.from_, second.to) == (day("2026-05-01"), day("2026-06-30"))


def test_nothing_runs_through_the_last_day_of_grace_and_one_day_after_it() -> None:
    assert fee("2026-04-15") == 0
    assert [line.days for line in lines("2026-04-16")] == [1]
    assert fee("2026-04-16") == 62


def test_without_grace_the_day_after_the_due_day_is_the_first() -> None:
    rule = late_fee_rule(grace_days=0)
    assert fee("2026-03-31", rule=rule) == 0
    assert [(line.days, line.from_) for line in lines("2026-04-01", rule=rule)] == [(1, day("2026-04-01"))]


def test_the_day_of_a_payment_counts_only_what_remains() -> None:
    assert fee("2026-04-16", unpaid=[("2026-01-01", 123456), ("2026-04-16", 0)]) == 0
    assert fee("2026-04-16", unpaid=[("2026-01-01", 123456), ("2026-04-17", 0)]) == 62
    assert fee("2026-12-31", unpaid=[("2026-01-01", 123456), ("2026-04-17", 0)]) == 62


def test_the_cap_is_of_the_original_principal_and_met_to_the_fen() -> None:
    rule = late_fee_rule(grace_days=0, cap_share=Decimal("0.02"))
    unpaid = [("2026-01-01", 100_000)]
    assert fee("2026-05-09", 100_000, unpaid=unpaid, rule=rule) == 39 * 50
    at_cap = lines("2026-05-10", 100_000, unpaid, rule)
    assert [(line.amount, line.cap, line.capped) for line in at_cap] == [(2000, 2000, False)]
    over = lines("2026-05-11", 100_000, unpaid, rule)
    assert [(line.amount, line.days, line.capped) for line in over] == [(2000, 41, True)]


def test_the_cap_holds_across_all_pieces() -> None:
    rule = late_fee_rule(grace_days=0, cap_share=Decimal("0.02"))
    made = lines("2026-12-31", 100_000, [("2026-01-01", 100_000), ("2026-04-21", 60_000)], rule)
    assert [(line.amount, line.capped) for line in made] == [(1000, False), (1000, True)]


def test_the_cap_is_rounded_once() -> None:
    assert latefee.cap(Fen(123456), late_fee_rule()) == 24691
    assert latefee.cap(Fen(3), late_fee_rule(cap_share=Decimal("0.5"))) == 2


def test_a_sum_below_what_is_waived_is_not_asked_for_and_the_sum_itself_is() -> None:
    rule = late_fee_rule(grace_days=0, waived_under=Decimal("1.00"))
    unpaid = [("2026-01-01", 20_000)]
    assert fee("2026-04-09", 20_000, unpaid=unpaid, rule=rule) == 0
    assert lines("2026-04-09", 20_000, unpaid, rule) == ()
    assert fee("2026-04-10", 20_000, unpaid=unpaid, rule=rule) == 100


def test_the_lower_of_the_two_rates_counts_and_a_change_of_the_reference_makes_a_new_line() -> None:
    rule = late_fee_rule("gentle")
    before, after = lines("2026-05-31", 1_000_000, [("2026-01-01", 1_000_000)], rule)
    assert (before.rate, before.from_, before.to) == ("0.0003", day("2026-05-01"), day("2026-05-19"))
    assert (after.rate, after.from_, after.to) == ("0.00013", day("2026-05-20"), day("2026-05-31"))
    assert (before.amount, after.amount) == (19 * 300, 12 * 130)


def test_a_change_of_the_reference_that_changes_no_rate_makes_no_new_line() -> None:
    rule = late_fee_rule("gentle", daily_rate=Decimal("0.0001"))
    assert [(line.from_, line.to) for line in lines("2026-05-31", rule=rule)] == [
        (day("2026-05-01"), day("2026-05-31"))
    ]


def test_the_contracts_rate_stands_alone_where_no_reference_or_no_multiple_is_agreed() -> None:
    rule = late_fee_rule("gentle")
    assert latefee.daily_rate(rule, None, day("2026-06-01")) == rule.daily_rate
    without = late_fee_rule("gentle", reference_multiple=None)
    assert latefee.daily_rate(without, REFERENCE, day("2026-06-01")) == rule.daily_rate


def test_a_rate_is_shown_in_figures_however_small_it_is() -> None:
    (line,) = lines("2026-06-30", 100_000_000, rule=late_fee_rule(daily_rate=Decimal("0.00000050")))
    assert line.rate == "0.0000005"


def test_a_bill_issued_late_bears_no_late_fee_before_it_was_issued() -> None:
    (line,) = lines("2026-06-30", unpaid=[("2026-05-10", 123456)])
    assert (line.from_, line.to, line.days) == (day("2026-05-10"), day("2026-06-30"), 52)


@pytest.mark.parametrize(("on", "rate"), [("2026-05-19", "0.0003"), ("2026-05-20", "0.00013")])
def test_a_new_reference_rate_counts_from_its_own_day(on: str, rate: str) -> None:
    assert latefee.daily_rate(late_fee_rule("gentle"), REFERENCE, day(on)) == Decimal(rate)


def test_the_daily_rate_from_a_yearly_one_is_cut_off_never_rounded_up() -> None:
    rule = late_fee_rule("gentle", reference_multiple=Decimal("1.1"))
    assert latefee.daily_rate(rule, REFERENCE, day("2026-06-01")) == Decimal("0.00011000")
    rule = late_fee_rule("gentle", daily_rate=Decimal("0.01"))  # 0.10 x 1.3 / 365 = 0.000356164...
    assert latefee.daily_rate(rule, REFERENCE, day("2026-05-01")) == Decimal("0.00035616")
    rule = late_fee_rule("gentle", reference_multiple=Decimal("1.31"))
    assert latefee.daily_rate(rule, REFERENCE, day("2021-12-31")) == Decimal("0.0003")
    assert latefee.daily_rate(rule, REFERENCE, day("2026-06-01")) == Decimal("0.00013100")


def test_days_of_a_pause_do_not_count_and_the_pieces_around_it_stand_apart() -> None:
    made = lines("2026-04-30", stopped=[("2026-04-20", "2026-04-25")])
    assert [(line.from_, line.to) for line in made] == [
        (day("2026-04-16"), day("2026-04-19")),
        (day("2026-04-26"), day("2026-04-30")),
    ]


def test_a_pause_of_one_day_stops_that_day_alone() -> None:
    made = lines("2026-04-30", stopped=[("2026-04-20", "2026-04-20")])
    assert [(line.from_, line.to) for line in made] == [
        (day("2026-04-16"), day("2026-04-19")),
        (day("2026-04-21"), day("2026-04-30")),
    ]


def test_a_pause_without_an_end_stops_every_day_from_its_first() -> None:
    made = lines("2026-12-31", stopped=[("2026-04-20", date.max.isoformat())])
    assert [(line.from_, line.to) for line in made] == [(day("2026-04-16"), day("2026-04-19"))]


def test_pauses_that_overlap_count_once() -> None:
    made = lines("2026-04-30", stopped=[("2026-04-10", "2026-04-22"), ("2026-04-20", "2026-04-25")])
    assert [(line.from_, line.to) for line in made] == [(day("2026-04-26"), day("2026-04-30"))]


def test_a_bill_keeps_the_rule_that_was_in_force_when_it_fell_due() -> None:
    old, new = late_fee_rule(), late_fee_rule(from_=day("2026-03-31"), grace_days=30)
    assert latefee.rule_for(day("2026-03-30"), [old, new]) is old
    assert latefee.rule_for(day("2026-03-31"), [old, new]) is new
    assert latefee.rule_for(day("2021-12-31"), [old, new]) is None


PRINCIPALS = st.integers(1, 10**8)
RULES = st.sampled_from(
    [
        late_fee_rule(),
        late_fee_rule("gentle"),
        late_fee_rule(grace_days=0, cap_share=Decimal("0.02")),
        late_fee_rule(grace_days=60, waived_under=Decimal("1.00"), daily_rate=Decimal("0.0001")),
    ]
)
DAYS_LATE = st.integers(0, 2000)
# what is left of the principal (in hundredths) some days after the due day, falling
PAID_DOWN = st.lists(st.tuples(st.integers(-30, 700), st.integers(0, 99)), max_size=4)


def of_bill(principal: int, rule: LateFeeRule, days: int, paid_down: list[tuple[int, int]]) -> int:
    return sum(line.amount for line in lines_of(principal, rule, days, paid_down))


def lines_of(principal: int, rule: LateFeeRule, days: int, paid_down: list[tuple[int, int]]) -> tuple[Line, ...]:
    steps = sorted(paid_down, key=lambda step: (step[0], -step[1]))
    left, unpaid = 100, [(DUE - timedelta(days=92), Fen(principal))]
    for when, share in steps:
        left = min(left, share)
        unpaid.append((DUE + timedelta(days=when), Fen(principal * left // 100)))
    reference = REFERENCE if rule.reference else None
    return latefee.lines(Fen(principal), DUE, unpaid, rule, reference, DUE + timedelta(days=days))


@given(PRINCIPALS, RULES, DAYS_LATE, PAID_DOWN)
def test_a_late_fee_never_falls_with_time(
    principal: int, rule: LateFeeRule, days: int, paid_down: list[tuple[int, int]]
) -> None:
    assert of_bill(principal, rule, days, paid_down) <= of_bill(principal, rule, days + 1, paid_down)


@given(PRINCIPALS, st.integers(0, 10**6), RULES, DAYS_LATE, PAID_DOWN)
def test_a_late_fee_never_falls_with_the_principal(
    principal: int, more: int, rule: LateFeeRule, days: int, paid_down: list[tuple[int, int]]
) -> None:
    assert of_bill(principal, rule, days, paid_down) <= of_bill(principal + more, rule, days, paid_down)


@given(PRINCIPALS, RULES, st.integers(-92, 60), PAID_DOWN)
def test_a_late_fee_is_nothing_through_grace(
    principal: int, rule: LateFeeRule, days: int, paid_down: list[tuple[int, int]]
) -> None:
    assert of_bill(principal, rule, min(days, rule.grace_days), paid_down) == 0


@given(PRINCIPALS, RULES, DAYS_LATE, PAID_DOWN)
def test_a_late_fee_is_never_above_its_cap(
    principal: int, rule: LateFeeRule, days: int, paid_down: list[tuple[int, int]]
) -> None:
    assert of_bill(principal, rule, days, paid_down) <= latefee.cap(Fen(principal), rule)


REFERENCE_RULES = st.builds(
    late_fee_rule,
    st.just("gentle"),
    grace_days=st.integers(0, 60),
    daily_rate=st.decimals("0", "0.005", places=5),
    reference_multiple=st.decimals("0.5", "4", places=2),
    cap_share=st.decimals("0", "1", places=2),
)


@given(PRINCIPALS, REFERENCE_RULES, DAYS_LATE, PAID_DOWN)
def test_a_late_fee_is_never_above_either_cap(
    principal: int, rule: LateFeeRule, days: int, paid_down: list[tuple[int, int]]
) -> None:
    """Each day's base x the day's yearly reference x its multiple / 365, and half a fen of rounding a piece."""
    made = lines_of(principal, rule, days, paid_down)
    by_reference = sum(line.days * line.base * multiple_on(rule, line.from_) / 365 for line in made)  # type: ignore[operator, arg-type]
    charged = sum(line.amount for line in made)
    assert charged <= latefee.cap(Fen(principal), rule)
    assert charged <= by_reference + Fraction(len(made), 2)


def multiple_on(rule: LateFeeRule, on: date) -> Fraction:
    yearly = [value.rate for value in REFERENCE.values if value.from_ <= on][-1]
    return Fraction(yearly) * Fraction(rule.reference_multiple or 0)


@given(PRINCIPALS, RULES, DAYS_LATE, PAID_DOWN)
def test_each_day_is_counted_in_one_line_at_most(
    principal: int, rule: LateFeeRule, days: int, paid_down: list[tuple[int, int]]
) -> None:
    unpaid = [(DUE - timedelta(days=92), Fen(principal))]
    on = DUE + timedelta(days=days)
    made = latefee.lines(Fen(principal), DUE, unpaid, rule, REFERENCE if rule.reference else None, on)
    for before, after in pairwise(made):
        assert before.to is not None
        assert after.from_ is not None
        assert before.to < after.from_
    assert sum(line.days or 0 for line in made) in (0, days - rule.grace_days)
