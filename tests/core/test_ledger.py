"""The ledger: who is paid first, what a payment taken back undoes, and what must hold for every account."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.account import Account, Adjustment, Bill, Hold, Part, Payment
from chalicelib.core.ledger import Ledger, fold
from tests.builders import (
    SPACE,
    account,
    adjustment,
    bill,
    day,
    folded,
    hold,
    late_fee_rule,
    paid_parts,
    payment,
    rules,
    rules_with,
)

Q1 = bill(10_000, "2025-03-31")
Q2 = bill(10_000, "2025-06-30")
Q3 = bill(10_000, "2025-09-30")
PARKING = bill(5_000, "2024-12-31", unit=SPACE, kind="parking")


# what a payment goes to


def test_a_payment_without_a_choice_goes_to_the_oldest_bill_first() -> None:
    ledger = folded("2025-02-01", Q2, Q1, payment(15_000, "2025-02-01", id="p"))
    assert paid_parts(ledger) == [("2025-Q1", "principal", 10_000)]
    assert ledger.credit == 5_000


def test_what_the_oldest_leaves_over_goes_to_the_next() -> None:
    ledger = folded("2025-04-10", Q1, Q2, payment(15_000, "2025-04-10"))
    assert paid_parts(ledger) == [("2025-Q1", "principal", 10_000), ("2025-Q2", "principal", 5_000)]


def test_the_payers_choice_comes_before_what_is_older() -> None:
    ledger = folded("2025-04-10", Q1, Q2, payment(12_000, "2025-04-10", bill="2025-Q2"))
    assert paid_parts(ledger) == [("2025-Q1", "principal", 2_000), ("2025-Q2", "principal", 10_000)]


def test_a_choice_is_of_a_bill_of_the_unit_it_was_paid_for() -> None:
    other = bill(10_000, "2025-06-30", unit="3-2-1202")
    ledger = folded("2025-04-10", Q1, Q2, other, payment(10_000, "2025-04-10", bill="2025-Q2", unit="3-2-1202"))
    assert [debt.bill.unit for debt in ledger.debts.values() if debt.allocations] == ["3-2-1202"]


def test_after_the_choice_the_same_kind_comes_before_the_other_kinds() -> None:
    parking_2 = bill(5_000, "2025-06-30", unit=SPACE, kind="parking")
    paid = payment(11_000, "2025-04-10", bill="2025-Q2", unit=SPACE)
    ledger = folded("2025-04-10", Q1, PARKING, parking_2, paid)
    # the chosen one, the older parking bill with its late fee (84 days: 210), and the rest to what is left
    left = [ledger.debts[one.key].outstanding(day("2025-04-10")) for one in (parking_2, PARKING, Q1)]
    assert left == [0, 0, 10_000 - 790]


def test_without_a_choice_what_fell_due_first_is_paid_first_whatever_its_kind() -> None:
    ledger = folded("2025-01-05", PARKING, Q1, payment(PARKING.principal + 500, "2025-01-05"))
    assert paid_parts(ledger) == [("2024-Q4", "principal", PARKING.principal), ("2025-Q1", "principal", 500)]


def test_of_bills_due_on_one_day_kinds_are_paid_in_the_published_order() -> None:
    parking = bill(4_000, Q1.due_on.isoformat(), kind="parking", id="2025-Q1-P")
    ledger = folded("2025-01-05", parking, Q1, payment(Q1.principal + 500, "2025-01-05"))
    assert sorted(paid_parts(ledger)) == [("2025-Q1", "principal", Q1.principal), ("2025-Q1-P", "principal", 500)]


def test_of_payments_of_one_day_those_with_a_choice_come_first() -> None:
    chosen, other = payment(10_000, "2025-04-10", id="z", bill=Q1.id), payment(10_000, "2025-04-10", id="a")
    ledger = folded("2025-04-10", Q1, Q2, chosen, other)
    assert [[a.payment for a in ledger.debts[one.key].allocations] for one in (Q1, Q2)] == [["z"], ["a"]]


def test_a_kind_the_published_order_does_not_name_is_paid_after_those_it_names() -> None:
    gas = bill(4_000, Q1.due_on.isoformat(), kind="gas", id="2025-Q1-0")
    ledger = folded("2025-01-05", gas, Q1, payment(Q1.principal + 500, "2025-01-05"))
    assert sorted(paid_parts(ledger)) == [("2025-Q1", "principal", Q1.principal), ("2025-Q1-0", "principal", 500)]


def test_a_choice_nobody_knows_is_like_none() -> None:
    ledger = folded("2025-04-10", Q1, Q2, payment(10_000, "2025-04-10", bill="1999-Q1"))
    assert paid_parts(ledger) == [("2025-Q1", "principal", 10_000)]


def test_the_principal_of_a_bill_is_paid_before_its_late_fee_and_that_before_the_next_bill() -> None:
    # 30 days of late fee, 04-16..05-15, on 10 000 at 0.05 % a day: 150; the day of the payment no longer counts
    ledger = folded("2025-05-16", Q1, Q2, payment(10_200, "2025-05-16"))
    assert paid_parts(ledger) == [
        ("2025-Q1", "principal", 10_000),
        ("2025-Q1", "late_fee", 150),
        ("2025-Q2", "principal", 50),
    ]


def test_a_late_fee_is_paid_only_once_the_principal_is() -> None:
    ledger = folded("2025-05-16", Q1, payment(9_999, "2025-05-16"))
    assert paid_parts(ledger) == [("2025-Q1", "principal", 9_999)]
    assert ledger.debts[Q1.key].outstanding(day("2025-05-16")) == 1 + 150


def test_what_was_paid_of_a_late_fee_is_no_longer_owed() -> None:
    ledger = folded("2025-06-30", Q1, payment(10_100, "2025-05-16"))
    assert paid_parts(ledger)[1:] == [("2025-Q1", "late_fee", 100)]
    assert ledger.outstanding == 50


def test_a_late_fee_that_is_paid_stays_paid_when_the_principal_is_taken_back() -> None:
    paid = payment(10_000, "2025-05-16", id="bank#A#1"), payment(150, "2025-05-16", id="bank#B#1")
    back = payment(10_000, "2025-06-01", id="bank#C#1", reverses="bank#A#1")
    stopped = hold("2025-06-01", "2025-12-31", stops_late_fee=True)
    ledger = folded("2025-07-01", Q1, *paid, back, stopped)
    assert (ledger.outstanding, ledger.debts[Q1.key].late_fee_left(day("2025-07-01"))) == (10_000, 0)


def test_what_is_left_over_is_credit_and_pays_what_is_billed_later() -> None:
    ahead = payment(25_000, "2025-01-10")
    assert folded("2025-02-01", Q1, Q2, ahead).balance == -15_000
    later = folded("2025-08-01", Q1, Q2, Q3, ahead)
    assert (later.credit, later.balance) == (0, 5_000)
    assert paid_parts(later)[-1] == ("2025-Q3", "principal", 5_000)


def test_a_payment_counts_from_its_own_day() -> None:
    assert folded("2025-02-01", Q1, payment(10_000, "2025-02-02")).balance == 10_000
    assert folded("2025-02-02", Q1, payment(10_000, "2025-02-02")).balance == 0


def test_a_bill_is_owed_from_the_day_it_is_issued() -> None:
    assert folded("2024-12-28", Q1).balance == 0
    assert folded("2024-12-29", Q1).balance == 10_000


# taking back


def test_a_payment_taken_back_is_owed_again_from_that_day() -> None:
    paid = payment(10_000, "2025-02-01", id="bank#A#1")
    back = payment(10_000, "2025-02-10", id="bank#B#1", reverses="bank#A#1")
    assert folded("2025-02-09", Q1, paid, back).balance == 0
    ledger = folded("2025-02-10", Q1, paid, back)
    assert (ledger.balance, ledger.credit, paid_parts(ledger)) == (10_000, 0, [])
    assert ledger.receipts["bank#A#1"].reversed_on == day("2025-02-10")


@pytest.mark.parametrize(("first", "second"), [("bank#A#1", "bank#B#1"), ("bank#B#1", "bank#A#1")])
@pytest.mark.parametrize("chosen", [None, "2025-Q1"])
def test_a_payment_taken_back_on_its_own_day_is_taken_back_whatever_the_two_are_called(
    first: str, second: str, chosen: str | None
) -> None:
    paid = payment(10_000, "2025-02-01", id=first)
    back = payment(10_000, "2025-02-01", id=second, reverses=first, bill=chosen)
    assert folded("2025-02-01", Q1, paid, back).balance == 10_000


def test_the_late_fee_runs_again_from_the_day_a_payment_is_taken_back() -> None:
    paid = payment(10_000, "2025-04-21", id="bank#A#1")
    back = payment(10_000, "2025-05-01", id="bank#B#1", reverses="bank#A#1")
    debt = folded("2025-05-10", Q1, paid, back).debts[Q1.key]
    assert [(line.from_, line.to) for line in debt.late_fee_lines(day("2025-05-10"))] == [
        (day("2025-04-16"), day("2025-04-20")),
        (day("2025-05-01"), day("2025-05-10")),
    ]


def test_a_payment_is_taken_back_once_only_and_one_nobody_knows_not_at_all() -> None:
    paid = payment(10_000, "2025-02-01", id="bank#A#1")
    twice = [payment(10_000, f"2025-02-1{n}", id=f"bank#B{n}#1", reverses="bank#A#1") for n in (0, 1)]
    unknown = payment(10_000, "2025-02-12", id="bank#C#1", reverses="bank#Z#1")
    assert folded("2025-03-01", Q1, paid, *twice, unknown).balance == 10_000


def test_credit_of_a_payment_taken_back_is_gone() -> None:
    paid = payment(30_000, "2025-02-01", id="bank#A#1")
    back = payment(30_000, "2025-02-10", id="bank#B#1", reverses="bank#A#1")
    ledger = folded("2025-04-10", Q1, Q2, paid, back)
    assert (ledger.credit, ledger.balance) == (0, 20_000)


# adjusting


def test_an_adjustment_lowers_what_a_bill_asks_for_from_its_day() -> None:
    lowered = adjustment(Q1, 4_000, "2025-02-01")
    assert folded("2025-01-31", Q1, lowered).balance == 10_000
    assert folded("2025-02-01", Q1, lowered).balance == 6_000


def test_an_adjustment_of_a_paid_bill_gives_credit_that_pays_the_next() -> None:
    ledger = folded("2025-04-10", Q1, payment(10_000, "2025-02-01"), adjustment(Q1, 4_000, "2025-03-01"))
    assert (ledger.credit, ledger.balance) == (4_000, -4_000)
    ledger = folded("2025-04-10", Q1, Q2, payment(10_000, "2025-02-01"), adjustment(Q1, 4_000, "2025-03-01"))
    assert paid_parts(ledger) == [("2025-Q1", "principal", 6_000), ("2025-Q2", "principal", 4_000)]


def test_a_late_fee_runs_on_what_an_adjustment_left() -> None:
    debt = folded("2025-04-20", Q1, adjustment(Q1, 4_000, "2025-04-18")).debts[Q1.key]
    assert [(line.base, line.days) for line in debt.late_fee_lines(day("2025-04-20"))] == [(10_000, 2), (6_000, 3)]


def test_a_late_fee_keeps_below_the_reference_rate_its_rule_names() -> None:
    known = rules_with(late_fee=late_fee_rule("gentle"))
    ledger = fold(account(bill(1_000_000)), known, day("2026-05-31"))
    assert ledger.outstanding == 1_000_000 + 19 * 300 + 12 * 130


def test_a_late_fee_asked_for_on_two_days_is_each_days_own() -> None:
    debt = folded("2025-05-15", Q1).debts[Q1.key]
    assert [debt.late_fee(day(on)) for on in ("2025-05-05", "2025-05-15", "2025-05-05")] == [100, 150, 100]


def test_a_late_fee_can_be_waived_without_the_principal() -> None:
    debt = folded("2025-05-15", Q1, adjustment(Q1, 100, "2025-05-15", part="late_fee")).debts[Q1.key]
    assert (debt.principal_left, debt.late_fee_left(day("2025-05-15"))) == (10_000, 50)


def test_a_late_fee_waived_after_it_was_paid_gives_credit() -> None:
    paid = payment(10_150, "2025-05-16")
    assert folded("2025-06-01", Q1, paid).balance == 0
    ledger = folded("2025-06-01", Q1, paid, adjustment(Q1, 150, "2025-06-01", part="late_fee"))
    assert (ledger.credit, ledger.balance) == (150, -150)
    assert paid_parts(ledger) == [("2025-Q1", "principal", 10_000)]


def test_of_a_late_fee_waived_in_part_only_that_part_is_given_back() -> None:
    ledger = folded("2025-06-01", Q1, payment(10_150, "2025-05-16"), adjustment(Q1, 50, "2025-06-01", part="late_fee"))
    assert (ledger.credit, ledger.outstanding) == (50, 0)
    assert paid_parts(ledger) == [("2025-Q1", "principal", 10_000), ("2025-Q1", "late_fee", 100)]


def test_an_adjustment_of_the_principal_gives_back_no_late_fee() -> None:
    ledger = folded("2025-06-01", Q1, payment(10_150, "2025-05-16"), adjustment(Q1, 4_000, "2025-06-01"))
    assert (ledger.credit, ledger.outstanding) == (4_000, 0)
    assert paid_parts(ledger) == [("2025-Q1", "principal", 6_000), ("2025-Q1", "late_fee", 150)]


def test_an_adjustment_of_what_is_not_paid_yet_moves_no_money() -> None:
    ledger = folded("2025-03-01", Q1, payment(3_000, "2025-02-01"), adjustment(Q1, 4_000, "2025-03-01"))
    assert paid_parts(ledger) == [("2025-Q1", "principal", 3_000)]


@pytest.mark.parametrize(("first", "second"), [("a-1", "a-2"), ("a-2", "a-1")])
def test_two_adjustments_of_one_day_both_count_whatever_they_are_called(first: str, second: str) -> None:
    lowered = adjustment(Q1, 4_000, "2025-05-20", id=first)
    waived = adjustment(Q1, 100, "2025-05-20", id=second, part="late_fee")
    ledger = folded("2025-05-20", Q1, lowered, waived)
    assert ledger.balance == 6_000 + 34 * 5 + 3 - 100
    assert [one.id for one in ledger.debts[Q1.key].adjustments] == ["a-1", "a-2"]


@pytest.mark.parametrize(("first", "second"), [("a-1", "a-2"), ("a-2", "a-1")])
def test_nothing_paid_of_a_late_fee_is_lost_when_the_principal_is_lowered_the_day_it_is_waived(
    first: str, second: str
) -> None:
    paid = payment(10_000, "2025-05-16", id="bank#A#1"), payment(150, "2025-05-16", id="bank#B#1")
    back = payment(10_000, "2025-06-01", id="bank#C#1", reverses="bank#A#1")
    lowered = adjustment(Q1, 4_000, "2025-06-10", id=first)
    waived = adjustment(Q1, 100, "2025-06-10", id=second, part="late_fee")
    ledger = folded("2025-06-10", Q1, *paid, back, lowered, waived)
    # the fee is 150 and 9 days on 10 000 and one on 6 000, of which 100 are waived: all that was paid still counts
    assert ledger.balance == 6_000 + 150 + 9 * 5 + 3 - 100 - 150


def test_nothing_paid_of_a_late_fee_is_lost_when_the_principal_is_paid_the_day_it_is_waived() -> None:
    paid = payment(10_000, "2025-05-16", id="bank#A#1"), payment(150, "2025-05-16", id="bank#B#1")
    back = payment(10_000, "2025-06-01", id="bank#C#1", reverses="bank#A#1")
    waived = adjustment(Q1, 100, "2025-06-10", part="late_fee")
    ledger = folded("2025-06-10", Q1, *paid, back, waived, payment(10_000, "2025-06-10"))
    assert ledger.balance == 150 + 9 * 5 - 100 - 150


def test_what_an_adjustment_gives_back_is_of_the_latest_payment() -> None:
    paid = payment(5_000, "2025-02-01", id="p1"), payment(5_000, "2025-02-02", id="p2")
    ledger = folded("2025-03-01", Q1, *paid, adjustment(Q1, 4_000, "2025-03-01"))
    allocations = ledger.debts[Q1.key].allocations
    assert [(a.payment, a.amount) for a in allocations] == [("p1", 5_000), ("p2", 1_000)]


def test_an_adjustment_of_a_bill_nobody_knows_changes_nothing() -> None:
    assert folded("2025-02-01", Q1, adjustment(Q2, 4_000, "2025-02-01")).balance == 10_000


def test_more_waived_than_owed_makes_no_money() -> None:
    assert folded("2025-02-01", Q1, adjustment(Q1, 99_000, "2025-02-01")).balance == 0


# holds


def test_a_hold_stops_the_late_fee_only_where_it_says_so() -> None:
    plain = folded("2025-05-15", Q1, hold("2025-04-01", "2025-12-31"))
    stopping = folded("2025-05-15", Q1, hold("2025-04-01", "2025-12-31", stops_late_fee=True))
    other = folded("2025-05-15", Q1, hold("2025-04-01", None, stops_late_fee=True, bills=(Q2.key,)))
    assert [ledger.balance for ledger in (plain, stopping, other)] == [10_150, 10_000, 10_150]


def test_a_hold_stops_the_late_fee_from_its_first_day() -> None:
    paused = hold("2025-04-20", "2025-12-31", stops_late_fee=True)
    assert [folded(on, Q1, paused).balance for on in ("2025-04-19", "2025-04-20")] == [10_020, 10_020]


def test_the_late_fee_runs_again_on_the_day_after_a_hold() -> None:
    paused = hold("2025-04-01", "2025-05-14", stops_late_fee=True)
    assert folded("2025-05-14", Q1, paused).balance == 10_000
    assert folded("2025-05-15", Q1, paused).balance == 10_005


# what must hold for every account

FIRST = date(2026, 1, 1)
DAYS = st.integers(0, 400).map(lambda days: (FIRST + timedelta(days=days)).isoformat())
AMOUNTS = st.integers(1, 400_000)


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    """Any account: bills of two kinds, payments with and without a choice, some taken back, waivers, holds."""
    bills = [
        bill(draw(AMOUNTS), due, id=f"B{n}", unit=unit, kind=kind)
        for n in range(draw(st.integers(1, 4)))
        for due in [draw(DAYS)]
        for unit, kind in [draw(st.sampled_from([("3-2-1201", "property"), (SPACE, "parking"), ("3-2-1201", "water")]))]
    ]
    payments = [
        payment(draw(AMOUNTS), draw(DAYS), id=f"p{n}", unit=chosen.unit, bill=draw(st.sampled_from([None, chosen.id])))
        for n in range(draw(st.integers(0, 5)))
        for chosen in [draw(st.sampled_from(bills))]
    ]
    taken_back = [
        replace(one, id=f"{draw(st.sampled_from('ar'))}-{one.id}", reverses=one.id, paid_on=paid_on)
        for one in payments
        if draw(st.integers(0, 3)) == 0
        for paid_on in [one.paid_on + timedelta(days=draw(st.integers(0, 60)))]
    ]
    parts: list[Part] = ["principal", "late_fee"]
    waivers = [
        adjustment(
            draw(st.sampled_from(bills)), draw(AMOUNTS), draw(DAYS), id=f"a{n}", part=draw(st.sampled_from(parts))
        )
        for n in range(draw(st.integers(0, 2)))
    ]
    holds = [
        hold(since, draw(st.sampled_from([None, since, "2027-12-31"])), stops_late_fee=draw(st.booleans()), id=f"h{n}")
        for n in range(draw(st.integers(0, 1)))
        for since in [draw(DAYS)]
    ]
    return account(*bills, *payments, *taken_back, *waivers, *holds)


ACCOUNTS = accounts()


def figures(ledger: Ledger) -> Any:
    return (
        ledger.balance,
        ledger.credit,
        sorted((a.payment, a.bill.key, a.part, a.amount) for debt in ledger.debts.values() for a in debt.allocations),
        {key: (debt.outstanding(ledger.on), debt.late_fee(ledger.on)) for key, debt in ledger.debts.items()},
        {id: (receipt.left, receipt.reversed_on) for id, receipt in ledger.receipts.items()},
    )


@given(ACCOUNTS, DAYS)
def test_every_fen_received_is_allocated_or_credit(some: Account, on: str) -> None:
    ledger = fold(some, rules(), day(on))
    through = [one for one in some.payments if one.paid_on <= day(on)]
    reversed_ids = {one.reverses for one in through if one.reverses}
    standing = sum(one.amount for one in through if not one.reverses and one.id not in reversed_ids)
    allocated = sum(a.amount for debt in ledger.debts.values() for a in debt.allocations)
    assert allocated + ledger.credit == standing


@given(ACCOUNTS, DAYS)
def test_debts_less_credit_is_the_balance_and_nothing_is_below_zero(some: Account, on: str) -> None:
    ledger = fold(some, rules(), day(on))
    owed = [debt.outstanding(day(on)) for debt in ledger.debts.values()]
    assert ledger.balance == sum(owed) - ledger.credit
    assert min([*owed, *(receipt.left for receipt in ledger.receipts.values())], default=0) >= 0
    assert all(a.amount > 0 for debt in ledger.debts.values() for a in debt.allocations)


@given(ACCOUNTS, DAYS)
def test_no_bill_is_paid_more_than_it_asks_for(some: Account, on: str) -> None:
    ledger = fold(some, rules(), day(on))
    for debt in ledger.debts.values():
        asked = debt.bill.principal - debt.discount - debt.adjusted("principal")
        assert debt.paid("principal") <= max(0, asked)
        assert debt.paid("late_fee") <= debt.late_fee(day(on))


@given(ACCOUNTS, DAYS)
def test_nobody_owes_while_money_of_theirs_lies_idle(some: Account, on: str) -> None:
    ledger = fold(some, rules(), day(on))
    assert not ledger.credit or not ledger.outstanding


@given(ACCOUNTS, DAYS, st.randoms(use_true_random=False))
def test_fault_39_the_order_in_which_facts_are_given_makes_no_difference(some: Account, on: str, chance: Any) -> None:
    def shuffled(facts: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(chance.sample(facts, len(facts)))

    mixed = replace(
        some,
        bills=shuffled(some.bills),
        payments=shuffled(some.payments),
        adjustments=shuffled(some.adjustments),
        holds=shuffled(some.holds),
    )
    assert figures(fold(mixed, rules(), day(on))) == figures(fold(some, rules(), day(on)))


@given(st.lists(AMOUNTS, min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_payments_of_one_day_have_the_same_effect_in_any_order(amounts: list[int], chance: Any) -> None:
    payments = [payment(amount, "2025-05-16", id=f"p{n}") for n, amount in enumerate(amounts)]
    mixed = chance.sample(payments, len(payments))
    assert figures(folded("2025-06-30", Q1, Q2, PARKING, *mixed)) == figures(
        folded("2025-06-30", Q1, Q2, PARKING, *payments)
    )


def through(some: Account, on: date) -> Account:
    """An account without the entries dated after a day."""

    def known(fact: Bill | Payment | Adjustment | Hold) -> bool:
        match fact:
            case Bill():
                return fact.issued_on <= on
            case Payment():
                return fact.paid_on <= on
            case Adjustment():
                return fact.on <= on
            case Hold():
                return fact.from_ <= on

    return replace(
        some,
        bills=tuple(filter(known, some.bills)),
        payments=tuple(filter(known, some.payments)),
        adjustments=tuple(filter(known, some.adjustments)),
        holds=tuple(filter(known, some.holds)),
    )


@given(ACCOUNTS, DAYS)
def test_entries_dated_after_a_day_change_nothing_on_it(some: Account, on: str) -> None:
    assert figures(fold(some, rules(), day(on))) == figures(fold(through(some, day(on)), rules(), day(on)))


@given(ACCOUNTS, DAYS)
def test_what_is_owed_on_a_day_is_never_less_the_day_after_unless_something_happened(some: Account, on: str) -> None:
    frozen = through(some, day(on))
    quiet = replace(frozen, holds=())
    assert fold(quiet, rules(), day(on)).balance <= fold(quiet, rules(), day(on) + timedelta(days=1)).balance
