"""Rewards for a year paid ahead and for paying on time again and again, and what holds for all of them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.account import Account, Bill
from chalicelib.core.debt import Debt
from chalicelib.core.ledger import Ledger, fold
from chalicelib.core.rulebook import Reward, Rulebook
from tests.builders import account, adjustment, bill, day, late_fee_rule, payment, rules

EARLY = rules().collection.rewards["early"][0]  # 1 %, 45 days, campaign of 2026
YEAR = replace(EARLY, earned_by="year", days_before_due=30, share=Decimal("0.03"))
STREAK = replace(EARLY, earned_by="streak", streak=2, days_before_due=0, share=Decimal("0.02"))
QUARTERS = ("2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31")
AHEAD = tuple(bill(10_000, due, issued="2026-01-01") for due in QUARTERS)
Q1, Q2, Q3, Q4 = (bill(10_000, due) for due in QUARTERS)


def rewarding(*rewards: Reward, **collection: Any) -> Rulebook:
    known = rules()
    return replace(known, collection=replace(known.collection, rewards={"early": rewards}, **collection))


def seen(on: str, *facts: Any, by: tuple[Reward, ...]) -> Ledger:
    return fold(account(*facts), rewarding(*by), day(on))


def discounts(ledger: Ledger) -> list[int]:
    return [debt.discount for debt in sorted(ledger.debts.values(), key=lambda debt: debt.bill.due_on)]


# a year ahead


@pytest.mark.parametrize(
    ("amount", "paid", "expected"),
    [
        (38_800, "2026-03-01", [300] * 4),
        (38_800, "2026-03-02", [0] * 4),
        (38_799, "2026-03-01", [0] * 4),
        (40_000, "2026-02-01", [300] * 4),
    ],
)
def test_all_bills_of_a_year_paid_by_the_first_ones_early_day_earn_it_each(
    amount: int, paid: str, expected: list[int]
) -> None:
    ledger = seen("2026-12-31", *AHEAD, payment(amount, paid), by=(YEAR,))
    assert discounts(ledger) == expected
    assert ledger.balance == 40_000 - sum(expected) - amount or not any(expected)


def test_a_year_is_whole_only_with_bills_for_all_its_months() -> None:
    assert discounts(seen("2026-12-31", *AHEAD[:3], payment(30_000, "2026-01-10"), by=(YEAR,))) == [0] * 3
    assert discounts(seen("2026-12-31", Q1, Q2, Q3, Q4, payment(40_000, "2026-01-10"), by=(YEAR,))) == [0] * 4


def test_a_year_paid_in_parts_earns_it_with_the_last_part() -> None:
    paid = (payment(20_000, "2026-01-10"), payment(18_800, "2026-02-20"))
    assert discounts(seen("2026-02-19", *AHEAD, *paid, by=(YEAR,))) == [0] * 4
    ledger = seen("2026-02-20", *AHEAD, *paid, by=(YEAR,))
    assert (discounts(ledger), ledger.balance) == ([300] * 4, 0)


@pytest.mark.parametrize("amounts", [(9_700, 9_700, 9_700, 9_700), (10_000, 10_000, 10_000, 8_800)])
def test_what_a_years_reward_frees_goes_to_its_own_bills_first(amounts: tuple[int, ...]) -> None:
    other = bill(10_000, "2026-02-28", unit="3-2-1202", issued="2026-01-01")
    chosen = [
        payment(amount, "2026-02-01", id=f"bank#{one.id}#1", bill=one.id)
        for one, amount in zip(AHEAD, amounts, strict=True)
    ]
    ledger = seen("2026-02-01", *AHEAD, other, *chosen, by=(YEAR,))
    assert [ledger.debts[one.key].outstanding(day("2026-02-01")) for one in (*AHEAD, other)] == [0, 0, 0, 0, 10_000]


def test_what_a_years_reward_frees_pays_the_principal_of_its_last_bill() -> None:
    ledger = seen("2026-03-01", *AHEAD, payment(38_800, "2026-03-01"), by=(YEAR,))
    assert [(debt.paid("principal"), debt.paid("late_fee")) for debt in ledger.debts.values()] == [(9_700, 0)] * 4
    assert (ledger.credit, ledger.outstanding) == (0, 0)


def test_one_part_of_a_year_that_did_not_stand_takes_the_reward_from_all_of_it() -> None:
    paid = [payment(9_700, "2026-02-01", id=f"bank#{one.id}#1", bill=one.id) for one in AHEAD]
    back = payment(9_700, "2026-04-01", id="bank#back#1", reverses="bank#2026-Q3#1")
    ledger = seen("2026-04-01", *AHEAD, *paid, back, by=(YEAR,))
    assert (discounts(ledger), ledger.outstanding) == ([0] * 4, 40_000 - 3 * 9_700)


def test_who_loses_the_years_reward_keeps_what_was_earned_by_paying_early() -> None:
    paid = [payment(10_000, "2026-02-01", id=f"bank#{one.id}#1", bill=one.id) for one in AHEAD]
    back = payment(10_000, "2026-12-20", id="bank#back#1", reverses="bank#2026-Q3#1")
    assert discounts(seen("2026-12-19", *AHEAD, *paid, back, by=(EARLY, YEAR))) == [300] * 4
    assert discounts(seen("2026-12-20", *AHEAD, *paid, back, by=(EARLY, YEAR)))[3] == 100


# a streak


@pytest.mark.parametrize(("second_paid", "expected"), [("2026-06-30", [0, 0, 200]), ("2026-07-01", [0, 0, 0])])
def test_bills_paid_on_time_in_a_row_earn_a_share_of_the_next(second_paid: str, expected: list[int]) -> None:
    paid = (payment(10_000, "2026-03-31"), payment(10_000, second_paid), payment(9_800, "2026-09-30"))
    assert discounts(seen("2026-09-30", Q1, Q2, Q3, *paid, by=(STREAK,))) == expected


def test_a_streak_that_rests_on_a_reward_taken_back_is_taken_back_with_it() -> None:
    amounts = {Q1: 10_000, Q2: 10_000, Q3: 9_800, Q4: 9_800}
    paid = [payment(amounts[q], q.due_on.isoformat(), id=f"bank#{q.id}#1", bill=q.id) for q in amounts]
    back = payment(10_000, "2026-12-31", id="bank#back#1", reverses="bank#2026-Q1#1")
    before = seen("2026-12-31", Q1, Q2, Q3, Q4, *paid, by=(STREAK,))
    assert (discounts(before), before.outstanding) == ([0, 0, 200, 200], 0)
    after = seen("2026-12-31", Q1, Q2, Q3, Q4, *paid, back, by=(STREAK,))
    assert [debt.principal_left for debt in after.debts.values()] == [10_000, 0, 200, 200]


def test_of_a_bill_that_was_lowered_only_what_is_left_of_it_must_be_paid_for_its_reward() -> None:
    facts = (Q1, adjustment(Q1, 4_000, "2026-01-10"))
    assert discounts(seen("2026-02-01", *facts, payment(5_900, "2026-02-01"), by=(EARLY,))) == [100]
    assert discounts(seen("2026-02-01", *facts, payment(5_899, "2026-02-01"), by=(EARLY,))) == [0]


def test_a_late_fee_waived_is_no_part_of_the_principal_a_reward_asks_for() -> None:
    facts = (Q1, adjustment(Q1, 4_000, "2026-01-10", part="late_fee"))
    assert discounts(seen("2026-02-01", *facts, payment(9_900, "2026-02-01"), by=(EARLY,))) == [100]
    assert discounts(seen("2026-02-01", *facts, payment(5_900, "2026-02-01"), by=(EARLY,))) == [0]


def test_a_reward_that_does_not_rest_on_the_payment_taken_back_stands() -> None:
    one = payment(10_000, "2026-02-28", id="bank#A#1", bill=Q1.id)
    other = payment(9_900, "2026-04-01", id="bank#B#1", bill=Q2.id)
    back = payment(10_000, "2026-04-02", id="bank#C#1", reverses="bank#A#1")
    early = seen("2026-04-02", Q1, Q2, one, other, back, by=(EARLY,))
    assert (discounts(early), [debt.principal_left for debt in early.debts.values()]) == ([0, 100], [10_000, 0])


def test_a_reward_for_paying_early_that_was_missed_leaves_the_one_for_paying_on_time_again() -> None:
    paid = [payment(10_000 if q is not Q3 else 9_800, q.due_on.isoformat()) for q in (Q1, Q2, Q3)]
    assert discounts(seen("2026-09-30", Q1, Q2, Q3, *paid, by=(EARLY, STREAK))) == [0, 0, 200]


def test_a_streak_too_short_and_a_bill_paid_a_day_late_earn_nothing() -> None:
    paid = (payment(10_000, "2026-06-30"), payment(10_000, "2026-09-30"))
    assert discounts(seen("2026-10-01", Q2, Q3, *paid, by=(STREAK,))) == [0, 0]
    late = (payment(20_000, "2026-03-31"), payment(10_000, "2026-10-01"))
    assert discounts(seen("2026-10-02", Q1, Q2, Q3, *late, by=(STREAK,))) == [0, 0, 0]


def test_bills_of_another_unit_or_kind_do_not_make_a_streak() -> None:
    others = (replace(Q1, unit="P-17", kind="parking"), replace(Q2, unit="3-2-1202"))
    paid = (payment(20_000, "2026-03-31"), payment(10_000, "2026-09-30"))
    assert discounts(seen("2026-09-30", *others, Q3, *paid, by=(STREAK,))) == [0, 0, 0]


def test_a_streak_is_broken_when_a_payment_before_did_not_stand() -> None:
    paid = [payment(10_000, one.due_on.isoformat(), id=f"bank#{one.id}#1") for one in (Q1, Q2, Q3)]
    back = payment(10_000, "2026-10-10", id="bank#back#1", reverses="bank#2026-Q1#1")
    assert discounts(seen("2026-10-09", Q1, Q2, Q3, *paid, back, by=(STREAK,))) == [0, 0, 200]
    assert discounts(seen("2026-10-10", Q1, Q2, Q3, *paid, back, by=(STREAK,))) == [0, 0, 0]


# for every account

ALL = (EARLY, STREAK, YEAR)
DAYS = st.dates(day("2026-01-01"), day("2027-03-31"))


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    issued = draw(st.sampled_from(["2026-01-01", None]))
    bills = [bill(draw(st.integers(1, 20_000)), due, issued=issued) for due in QUARTERS]
    some = [payment(draw(st.integers(1, 60_000)), draw(DAYS).isoformat(), id=f"p{n}") for n in range(4)]
    back = [replace(one, id=f"r-{one.id}", reverses=one.id) for one in some[:1] if draw(st.booleans())]
    late = [replace(one, paid_on=one.paid_on + timedelta(days=draw(st.integers(0, 90)))) for one in back]
    waivers = [adjustment(bills[0], draw(st.integers(1, 20_000)), draw(DAYS).isoformat())]
    return account(*bills, *some, *late, *(waivers if draw(st.booleans()) else []))


@given(accounts(), DAYS)
def test_a_bill_has_one_reward_at_most_and_never_a_sum_of_them(some: Account, on: Any) -> None:
    for debt in fold(some, rewarding(*ALL), on).debts.values():
        given_ = [grant.offer.amount for grant in debt.grants]
        assert debt.discount == max(given_, default=0)
        assert debt.discount in {0, *(round_half_up(debt.bill, reward) for reward in ALL)}


def round_half_up(one: Bill, reward: Reward) -> int:
    return int(one.principal * reward.share + Decimal("0.5"))


@given(accounts(), DAYS)
def test_a_bill_with_a_reward_is_settled_and_was_by_the_rewards_day_unless_reopened(some: Account, on: Any) -> None:
    ledger = fold(some, rewarding(*ALL), on)
    for debt in ledger.debts.values():
        if debt.discount:
            assert debt.principal_left == 0
            assert debt.overpaid == 0
            assert debt.unpaid[-1][0] <= debt.grants[-1].offer.until


@given(accounts(), DAYS)
def test_every_fen_is_allocated_or_credit_with_rewards_too(some: Account, on: Any) -> None:
    ledger = fold(some, rewarding(*ALL), on)
    reversed_ids = {one.reverses for one in some.payments if one.reverses and one.paid_on <= on}
    standing = sum(p.amount for p in some.payments if p.paid_on <= on and not p.reverses and p.id not in reversed_ids)
    assert standing == ledger.credit + sum(a.amount for debt in ledger.debts.values() for a in debt.allocations)
    assert not ledger.credit or not ledger.outstanding


LATER = [replace(one, from_=day("2027-01-01"), until=day("2027-12-31")) for one in ALL]


@given(accounts(), DAYS, st.sampled_from(LATER))
def test_a_reward_published_for_later_changes_no_figure_of_bills_due_before(
    some: Account, on: Any, later: Reward
) -> None:
    assert figures(fold(some, rewarding(*ALL), on)) == figures(fold(some, rewarding(*ALL, later), on))


@given(accounts(), DAYS, st.integers(0, 60))
def test_a_late_fee_decided_for_later_changes_no_figure_of_bills_due_before(some: Account, on: Any, grace: int) -> None:
    now = late_fee_rule(grace_days=10)
    later = late_fee_rule(from_=day("2027-01-01"), grace_days=grace, daily_rate=Decimal("0.004"))
    before, after = (rewarding(EARLY, late_fees={"standard": versions}) for versions in ((now,), (now, later)))
    assert figures(fold(some, before, on)) == figures(fold(some, after, on))


def figures(ledger: Ledger) -> Any:
    def of(debt: Debt) -> Any:
        return debt.discount, debt.late_fee_lines(ledger.on), debt.outstanding(ledger.on), debt.unpaid

    return ledger.balance, ledger.credit, {key: of(debt) for key, debt in ledger.debts.items()}
