"""The explained statement: the published example to the fen, what each line is made from, and what it never shows."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from msgspec.structs import replace

from chalicelib.core.account import Account, Charge, Instalment
from chalicelib.core.history import History
from chalicelib.core.money import Fen
from chalicelib.core.rulebook import Language
from chalicelib.core.statement import amount, statement
from chalicelib.core.view import Line, Statement
from tests.builders import SPACE, account, adjustment, bill, bundle, day, hold, owner, payment, rules, tenure
from tests.core.test_ledger import ACCOUNTS, DAYS, through

EXAMPLE = account(bill(123456, "2026-03-31"), payment(50_000, "2026-05-01", id="bank#T-1#1"))


def seen(some: Account, on: str, language: Language | None = None) -> Statement:
    return statement(some, History(), rules(), bundle().words, on=day(on), revision="test-revision", language=language)


def test_the_example_of_the_design_to_the_fen() -> None:
    made = seen(EXAMPLE, "2026-06-30")
    assert (made.balance, made.overdue, made.credit) == (76622, 76622, 0)
    (one,) = made.bills
    assert (one.principal, one.discount, one.adjusted, one.late_fee) == (123456, 0, 0, 3166)
    assert (one.paid, one.outstanding, one.state, one.days_overdue) == (50_000, 76622, "overdue", 91)
    assert [(line.kind, line.amount) for line in one.lines] == [
        ("principal", 123456),
        ("late_fee", 926),
        ("late_fee", 2240),
    ]
    (paid,) = made.payments
    assert [(a.bill, a.part, a.amount) for a in paid.allocations] == [("2026-Q1", "principal", 50_000)]


def test_the_statement_has_the_names_its_readers_rely_on() -> None:
    plain: Any = msgspec.json.decode(msgspec.json.encode(seen(EXAMPLE, "2026-06-30")))
    assert {"owner", "on", "currency", "rules", "balance", "overdue", "credit", "units", "bills"} <= set(plain)
    assert {"payments", "holds", "next"} <= set(plain)
    assert plain["bills"][0]["lines"][1] == {
        "kind": "late_fee",
        "amount": 926,
        "rule": "late-fee",
        "base": 123456,
        "rate": "0.0005",
        "days": 15,
        "from": "2026-04-16",
        "to": "2026-04-30",
        "cap": 24691,
        "capped": False,
    }
    assert plain["units"][0] | {"kind_name": ""} == {
        "unit": "3-2-1201",
        "kind": "residential",
        "kind_name": "",
        "from": "2021-05-01",
        "until": None,
    }
    assert {"stage", "on", "reason"} <= set(plain["next"])


@pytest.mark.parametrize(
    ("on", "state", "overdue", "days"),
    [
        ("2026-03-30", "open", 0, 0),
        ("2026-03-31", "open", 0, 0),
        ("2026-04-01", "overdue", 123456, 1),
        ("2026-04-15", "overdue", 123456, 15),
        ("2026-04-16", "overdue", 123518, 16),
    ],
)
def test_a_bill_is_overdue_from_the_day_after_its_due_day(on: str, state: str, overdue: int, days: int) -> None:
    made = seen(account(bill()), on)
    assert (made.bills[0].state, made.overdue, made.bills[0].days_overdue) == (state, overdue, days)


def test_a_paid_bill_is_paid_however_late_it_is_looked_at() -> None:
    made = seen(account(bill(), payment(123456, "2026-03-31")), "2026-12-31")
    assert (made.bills[0].state, made.bills[0].days_overdue, made.balance) == ("paid", 0, 0)
    assert made.next_due_on is None


def test_a_bill_under_a_pause_says_so_while_it_lasts() -> None:
    one = bill()
    some = account(one, hold("2026-04-01", "2026-04-30", bills=(one.key,)))
    assert [seen(some, on).bills[0].state for on in ("2026-03-31", "2026-04-01", "2026-04-30", "2026-05-01")] == [
        "open",
        "held",
        "held",
        "overdue",
    ]
    assert [len(seen(some, on).holds) for on in ("2026-03-31", "2026-04-01", "2026-04-30", "2026-05-01")] == [
        0,
        1,
        1,
        0,
    ]


@pytest.mark.parametrize(
    ("on", "until"), [("2026-03-31", "2026-04-15"), ("2026-04-15", "2026-04-15"), ("2026-04-16", None)]
)
def test_an_unpaid_bill_says_until_when_it_bears_no_late_fee(on: str, until: str | None) -> None:
    assert seen(account(bill()), on).bills[0].free_until == (day(until) if until else None)


def test_a_bill_that_is_paid_or_never_bears_a_late_fee_says_no_such_day() -> None:
    water = bill(unit=SPACE, kind="water")
    made = seen(account(bill(), payment(123456, "2026-03-01"), water), "2026-03-31").bills
    assert [one.free_until for one in made] == [None, None]


def test_a_plan_is_shown_with_its_instalments() -> None:
    parts = (Instalment(day("2026-05-31"), Fen(61_728)), Instalment(day("2026-06-30"), Fen(61_728)))
    plan = replace(hold("2026-04-20", "2026-06-30", kind="plan"), instalments=parts)
    assert [one.instalments for one in seen(account(bill(), plan), "2026-05-01").holds] == [parts]


def test_charges_discounts_and_adjustments_are_lines_of_their_own() -> None:
    charge = Charge(rule="flats", amount=Fen(100_000), from_=day("2026-10-01"), to=day("2026-12-31"), rate="2.40")
    one = replace(bill(100_000, "2026-12-31"), charges=(charge,))
    some = account(one, payment(99_000, "2026-11-10"), adjustment(one, 500, "2026-11-20"))
    lines = seen(some, "2026-12-01").bills[0].lines
    assert lines == (
        Line(
            kind="principal",
            amount=Fen(100_000),
            rule="flats",
            rate="2.40",
            from_=day("2026-10-01"),
            to=day("2026-12-31"),
        ),
        Line(
            kind="discount",
            amount=Fen(1000),
            rule="early",
            base=Fen(100_000),
            rate="0.01",
            to=day("2026-11-16"),
            reason="提前缴费优惠",
        ),
        Line(kind="adjustment", amount=Fen(500), rule="waiver", from_=day("2026-11-20"), reason="漏水已核实"),
    )


def test_credit_makes_the_balance_negative() -> None:
    made = seen(account(payment(5000, "2026-01-01")), "2026-06-30")
    assert (made.balance, made.credit, made.payments[0].left) == (-5000, 5000, 5000)


def test_a_payment_taken_back_stays_on_the_statement_with_its_day() -> None:
    paid = payment(123456, "2026-02-01", id="bank#A#1")
    back = payment(123456, "2026-02-10", id="bank#B#1", reverses="bank#A#1")
    (one,) = seen(account(bill(), paid, back), "2026-03-01").payments
    assert (one.id, one.reversed_on, one.allocations, one.left) == ("bank#A#1", day("2026-02-10"), (), 0)


def test_the_newest_bills_and_payments_stand_first() -> None:
    some = account(
        bill(1000, "2025-12-31"),
        bill(1000, "2026-03-31"),
        payment(10, "2025-11-01"),
        payment(20, "2026-02-01"),
    )
    made = seen(some, "2026-06-30")
    assert [one.id for one in made.bills] == ["2026-Q1", "2025-Q4"]
    assert [one.amount for one in made.payments] == [20, 10]


def test_names_are_in_the_owners_language_unless_another_is_asked_for() -> None:
    english = account(bill(), owner=owner(language="en"))
    assert seen(english, "2026-06-30").bills[0].kind_name == "Property service fee"
    assert seen(english, "2026-06-30").next.reason.startswith("Due on 31 March 2026")
    assert seen(english, "2026-06-30", "zh").bills[0].kind_name == "物业服务费"
    assert seen(english, "2026-06-30", "zh").next.reason.startswith("账单已于 2026年3月31日")


def test_a_kind_or_method_the_rules_do_not_know_is_shown_by_its_code() -> None:
    some = account(bill(kind="gas"), payment(100, "2026-02-01", method="barter"), tenure(kind="villa"))
    made = seen(some, "2026-06-30")
    assert (made.bills[0].kind_name, made.payments[0].method_name, made.units[0].kind_name) == (
        "gas",
        "barter",
        "villa",
    )
    assert made.bills[0].late_fee == 0


@pytest.mark.parametrize(("on", "since"), [("2024-12-31", "2022-01-01"), ("2025-01-01", "2025-01-01")])
def test_the_rules_are_named_by_the_newest_rate_in_force(on: str, since: str) -> None:
    assert seen(account(), on).rules_from == day(since)


def test_a_unit_bought_later_is_not_shown_before() -> None:
    some = account(tenure(), tenure(SPACE, "2026-05-01", kind="parking"))
    assert [one.unit for one in seen(some, "2026-04-30").units] == ["3-2-1201"]
    assert [one.unit for one in seen(some, "2026-05-01").units] == ["3-2-1201", SPACE]


def test_what_comes_next_is_told_with_its_reason() -> None:
    next_ = seen(account(bill(), owner=owner(language="en")), "2026-01-15").next
    assert (next_.stage, next_.on) == ("bill-issued", day("2026-03-01"))
    assert next_.reason == "The next step, “Your bill is ready”, is on 1 March 2026."


@given(ACCOUNTS, DAYS)
def test_a_statement_is_unchanged_by_what_is_dated_after_it(some: Account, on: str) -> None:
    """Bills not yet issued only change what comes next, and pauses to come only what may still be asked for."""
    known = through(some, day(on))
    then = seen(known, on)
    assert replace(seen(some, on), next=then.next, can_reply=then.can_reply) == then
    assert seen(replace(known, bills=some.bills), on).bills == seen(known, on).bills


@given(ACCOUNTS, DAYS)
def test_fault_39_the_figures_of_a_statement_add_up(some: Account, on: str) -> None:
    made = seen(some, on)
    assert made.balance == sum(one.outstanding for one in made.bills) - made.credit
    assert made.overdue == sum(one.outstanding for one in made.bills if one.due_on < day(on))
    for one in made.bills:
        late_fees = sum(line.amount for line in one.lines if line.kind == "late_fee")
        assert late_fees >= one.late_fee
        assert sum(line.amount for line in one.lines if line.kind == "principal") == one.principal
        assert one.paid == sum(a.amount for p in made.payments for a in p.allocations if a.bill == one.id)
    for paid in made.payments:
        assert paid.reversed_on or sum(a.amount for a in paid.allocations) + paid.left == paid.amount


@given(ACCOUNTS, DAYS)
def test_every_account_gives_a_statement_in_both_languages(some: Account, on: str) -> None:
    for language in ("zh", "en"):
        assert msgspec.json.encode(seen(some, on, language))  # type: ignore[arg-type]


def test_a_statement_of_any_day_can_be_made() -> None:
    for on in ("1990-01-01", "2026-02-28", "2099-12-31"):
        assert seen(EXAMPLE, on).on == day(on)
    assert seen(EXAMPLE, "2099-12-31").bills[0].late_fee == 24691


def test_whoever_is_asked_to_pay_is_never_told_of_money_paid_ahead() -> None:
    ahead = account(bill(10_000, "2026-03-31"), payment(15_000, "2026-03-01"))
    shown = amount(ahead, rules(), on=day("2026-06-30"), revision="test-revision")
    assert (shown.balance, shown.overdue, shown.due_on, shown.references) == (0, 0, None, ())


@given(ACCOUNTS, DAYS)
def test_whoever_is_asked_to_pay_is_told_the_statements_own_figure_and_how_much_of_it_is_late(
    some: Account, on: str
) -> None:
    shown = amount(some, rules(), on=day(on), revision="test-revision")
    assert shown.balance == max(0, seen(some, on).balance)
    assert 0 <= shown.overdue <= shown.balance
    assert bool(shown.references) == bool(shown.due_on) == (shown.balance > 0)
