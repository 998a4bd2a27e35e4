"""The one waiver: for who pays soon after being reached at last, once, and of nothing but the late fee."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.account import Account, Adjustment
from chalicelib.core.goodwill import waiver
from chalicelib.core.history import History
from chalicelib.core.ledger import fold
from chalicelib.core.notice import Call, Notice, State, Task
from chalicelib.core.rulebook import Channel
from tests.builders import OWNER, account, adjustment, bill, day, late_fee_rule, payment, rules_with

RULES = rules_with(late_fee=late_fee_rule(waived_once_within_days=15))
Q1 = bill()  # 1,234.56 due on 2026-03-31, a late fee from 2026-04-16
PAID = payment(123456, "2026-06-15")
ABOUT: dict[str, Any] = {"owner": OWNER, "anchor": Q1.key, "stage": "first-demand", "step": "first-demand"}


def told(on: str, **changes: Any) -> Notice:
    sent = Notice(
        **ABOUT, bills=(Q1.key,), channel=Channel.EMAIL, planned_on=day(on), told_on=day(on), state=State.SENT
    )
    return replace(sent, **changes)


def called(on: str, outcome: str) -> Task:
    return Task(**ABOUT, bills=(Q1.key,), task="call", opened_on=day(on), reason="", done_on=day(on), outcome=outcome)


def waived(some: Account, *happened: Notice | Task | Call, on: str = "2026-06-20") -> Adjustment | None:
    def of(kind: type[Any]) -> tuple[Any, ...]:
        return tuple(one for one in happened if isinstance(one, kind))

    history = History(notices=of(Notice), tasks=of(Task), calls=of(Call))
    return waiver(some, fold(some, RULES, day(on)), history, day(on))


@pytest.mark.parametrize(("reached", "is_waived"), [("2026-05-30", False), ("2026-05-31", True), ("2026-06-10", True)])
def test_paying_within_the_days_of_the_first_contact_waives_the_late_fee(reached: str, is_waived: bool) -> None:
    found = waived(account(Q1, PAID), told(reached))
    assert (found is not None) is is_waived
    if found:
        assert (found.amount, found.part, found.reason, found.on) == (3704, "late_fee", "goodwill", day("2026-06-20"))


def test_an_earlier_contact_counts_from_its_own_day() -> None:
    assert waived(account(Q1, PAID), told("2026-03-01"), told("2026-06-10")) is None


@pytest.mark.parametrize(
    "early",
    [
        told("2026-03-01", state=State.UNKNOWN),
        told("2026-03-01", state=State.FAILED),
        told("2026-03-01", reason="mode:test"),
        called("2026-03-01", "no-answer"),
        Call(id="c", on=day("2026-03-01"), way=Channel.CALL, outcome="no-answer"),
    ],
)
def test_what_may_not_have_reached_the_owner_does_not_begin_the_days(early: Notice | Task | Call) -> None:
    assert waived(account(Q1, PAID), early, told("2026-06-10"))


def test_a_talk_begins_the_days_like_a_message() -> None:
    assert waived(account(Q1, PAID), called("2026-06-10", "reached"))
    talk = Call(id="c", on=day("2026-04-20"), way=Channel.VISIT, outcome="reached")
    assert waived(account(Q1, PAID), talk, told("2026-06-10")) is None


def test_without_a_proven_contact_nothing_is_waived() -> None:
    assert waived(account(Q1, PAID)) is None


def test_principal_still_open_waives_nothing() -> None:
    assert waived(account(Q1, payment(123455, "2026-06-15")), told("2026-06-10")) is None


def test_an_owner_has_it_once() -> None:
    before = replace(adjustment(Q1, 1, "2025-06-01"), id="goodwill")
    assert waived(account(Q1, PAID, before), told("2026-06-10")) is None


def test_of_two_bills_the_one_with_the_higher_late_fee_is_waived() -> None:
    q2 = bill(due="2025-12-31")
    some = account(Q1, q2, payment(2 * 123456 + 20_000, "2026-06-15"))
    found = waived(some, told("2026-06-10", bills=(Q1.key, q2.key)))
    assert found
    assert found.bill == q2.key


def test_a_rule_that_gives_no_days_waives_nothing() -> None:
    some, history = account(Q1, PAID), History(notices=(told("2026-06-10"),))
    plain = rules_with(late_fee=late_fee_rule())
    assert waiver(some, fold(some, plain, day("2026-06-20")), history, day("2026-06-20")) is None


@given(
    st.integers(1, 150_000), st.dates(day("2026-01-01"), day("2026-12-31")), st.integers(-30, 200), st.integers(0, 60)
)
def test_a_waiver_takes_away_the_late_fee_and_nothing_else(amount: int, paid: date, reached: int, later: int) -> None:
    on = paid + timedelta(days=later)
    some = account(Q1, payment(amount, paid.isoformat()))
    contact = told((Q1.due_on + timedelta(days=reached)).isoformat())
    found = waived(some, contact, on=on.isoformat())
    if found:
        before = fold(some, RULES, on)
        after = fold(replace(some, adjustments=(found,)), RULES, on)
        assert before.balance - after.balance == found.amount == before.debts[Q1.key].late_fee(on)
        assert (after.debts[Q1.key].late_fee(on), after.debts[Q1.key].principal_left) == (0, 0)
