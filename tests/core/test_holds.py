"""Pauses: what the rules allow, what they refuse, and how each ends."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.account import Account, Hold, HoldKind, Instalment
from chalicelib.core.holds import opened, refused_end
from chalicelib.core.ledger import fold
from chalicelib.core.money import Fen
from chalicelib.core.refusal import Refusal
from chalicelib.core.rulebook import Actor
from tests.builders import account, bill, day, payment, shipped

RULES = shipped()
Q1, Q2 = bill(due="2026-03-31"), bill(due="2026-06-30", issued="2026-04-01")
ON = day("2026-04-20")  # a Monday
KINDS: list[HoldKind] = ["paid-claim", "dispute", "promise", "hardship", "family", "vacancy"]


def asked(
    some: Account, kind: HoldKind, role: Actor = Actor.CLERK, *, on: date = ON, by: str = "clerk", **more: Any
) -> Hold | Refusal:
    return opened(some, fold(some, RULES, on).debts, RULES, kind, on=on, role=role, by=by, **more)


def granted(some: Account, kind: HoldKind, role: Actor = Actor.CLERK, **more: Any) -> Hold:
    found = asked(some, kind, role, **more)
    assert isinstance(found, Hold), found
    return found


def refused(some: Account, kind: HoldKind, role: Actor = Actor.CLERK, **more: Any) -> str:
    found = asked(some, kind, role, **more)
    assert isinstance(found, Refusal), found
    return found.problem


def with_holds(some: Account, *more: Hold) -> Account:
    return replace(some, holds=(*some.holds, *more))


@pytest.mark.parametrize(
    ("kind", "last"),
    [
        ("paid-claim", "2026-04-27"),
        ("dispute", "2026-05-13"),  # fifteen working days, Labour Day and its make-up day between
        ("promise", "2026-05-06"),  # Labour Day lasts until the fifth
        ("hardship", "2026-07-20"),  # the nineteenth is a Sunday
        ("family", "2026-05-20"),
        ("vacancy", "2026-10-19"),
    ],
)
def test_each_kind_ends_by_itself(kind: HoldKind, last: str) -> None:
    assert granted(account(Q1), kind).until == day(last)


@pytest.mark.parametrize("kind", KINDS)
def test_none_may_be_longer_than_the_rules_say(kind: HoldKind) -> None:
    longest = granted(account(Q1), kind).until
    assert longest
    sooner = ON + timedelta(days=3)
    assert granted(account(Q1), kind, until=sooner).until == sooner
    assert refused(account(Q1), kind, until=longest + timedelta(days=1)) == "hold-long"
    assert refused(account(Q1), kind, until=ON - timedelta(days=1)) == "hold-past"


def test_a_court_has_no_last_day_and_only_a_manager_says_so() -> None:
    assert refused(account(Q1), "litigation", Actor.SUPERVISOR) == "hold-not-yours"
    assert granted(account(Q1), "litigation", Actor.MANAGER).until is None


def test_a_dispute_is_about_the_bills_it_names() -> None:
    some = account(Q1, Q2)
    hold = granted(some, "dispute", bills=[Q1.key])
    assert (hold.covers(Q1.key, ON), hold.covers(Q2.key, ON), hold.stops_late_fee) == (True, False, True)
    assert refused(some, "dispute", bills=["2020-Q1/9-9-9/property"]) == "hold-no-bill"


def test_a_bill_that_is_paid_needs_no_pause() -> None:
    assert refused(account(Q1, payment(123456, "2026-03-01")), "promise") == "hold-no-bill"


def test_a_promise_is_for_once_a_bill() -> None:
    some = with_holds(account(Q1, Q2), granted(account(Q1, Q2), "promise", bills=[Q1.key]))
    later = ON + timedelta(days=40)
    assert refused(some, "promise", Actor.MANAGER, bills=[Q1.key], on=later) == "hold-once"
    assert granted(some, "promise", bills=[Q2.key], on=later).id == "promise-2"


def test_a_pause_withdrawn_on_the_day_it_was_opened_was_never_had() -> None:
    promise = granted(account(Q1), "promise")
    withdrawn = replace(promise, until=ON - timedelta(days=1))
    some = with_holds(account(Q1), withdrawn)
    assert (withdrawn.is_withdrawn, withdrawn.is_on(ON), withdrawn.covers(Q1.key, ON)) == (True, False, False)
    assert granted(some, "promise").id == "promise-2"
    ended_a_day_later = replace(promise, until=ON)
    assert not ended_a_day_later.is_withdrawn
    assert refused(with_holds(account(Q1), ended_a_day_later), "promise", on=ON + timedelta(days=1)) == "hold-once"


def test_what_was_withdrawn_needs_no_renewal() -> None:
    withdrawn = replace(granted(account(Q1), "hardship"), until=ON - timedelta(days=1))
    assert granted(with_holds(account(Q1), withdrawn), "hardship").id == "hardship-2"


def test_hardship_is_granted_again_by_a_manager_alone() -> None:
    some = with_holds(account(Q1), granted(account(Q1), "hardship"))
    later = ON + timedelta(days=91)
    assert refused(some, "hardship", Actor.SUPERVISOR, on=later) == "hold-renewal"
    assert granted(some, "hardship", Actor.MANAGER, on=later).until == later + timedelta(days=91)  # off a Sunday


def parts(*pairs: tuple[str, int]) -> tuple[Instalment, ...]:
    return tuple(Instalment(day(on), Fen(amount)) for on, amount in pairs)


HALVES = parts(("2026-05-20", 61728), ("2026-06-20", 61728))


@pytest.mark.parametrize(
    ("instalments", "problem"),
    [
        ((), "plan-parts"),
        (parts(("2026-05-20", 123456)), "plan-parts"),
        (parts(*[(f"2026-05-{d}", 17636) for d in range(10, 17)]), "plan-parts"),
        (parts(("2026-06-20", 61728), ("2026-05-20", 61728)), "plan-order"),
        (parts(("2026-05-20", 123456), ("2026-06-20", 0)), "plan-order"),
        (parts(("2026-05-20", 61728), ("2026-06-20", 61727)), "plan-sum"),
        (parts(("2026-05-20", 61728), ("2027-04-21", 61728)), "hold-long"),
    ],
)
def test_a_plan_has_up_to_six_dated_parts_that_come_to_what_is_owed(
    instalments: tuple[Instalment, ...], problem: str
) -> None:
    assert refused(account(Q1), "plan", instalments=instalments) == problem


def test_only_a_plan_has_parts() -> None:
    assert refused(account(Q1), "family", instalments=HALVES, until=day("2026-05-10")) == "plan-not-here"


@pytest.mark.parametrize(
    ("payments", "last"),
    [
        ([], "2026-05-20"),
        ([payment(61728, "2026-05-20")], "2026-06-22"),
        ([payment(61727, "2026-05-20")], "2026-05-20"),
        ([payment(61728, "2026-05-21")], "2026-05-20"),
        ([payment(61728, "2026-05-01", bill="2020-Q1")], "2026-06-22"),  # there is no such bill: it pays this one
        ([payment(61728, "2026-04-01")], "2026-06-22"),  # it came to light later: so much less is left
        ([payment(61728, "2026-05-01", id="b#1#1"), payment(61728, "2026-05-03", reverses="b#1#1")], "2026-05-20"),
        ([payment(123456, "2026-05-01")], "2026-06-22"),
    ],
)
def test_a_plan_is_kept_or_ends_with_the_first_part_missed(payments: list[Any], last: str) -> None:
    plan = granted(account(Q1), "plan", instalments=HALVES)
    some = with_holds(account(Q1, *payments), plan)
    assert [hold.until for hold in fold(some, RULES, day("2026-06-19")).holds] == [day(last)]


PARKING = bill(61728, "2026-03-31", unit="P-17", kind="parking")  # of the same period, and so of the same id


@pytest.mark.parametrize("chosen", [None, "2026-Q1"])
def test_money_for_another_bill_does_not_keep_a_plan(chosen: str | None) -> None:
    plan = granted(account(Q1, PARKING), "plan", bills=[Q1.key], instalments=HALVES)
    paid = payment(61728, "2026-05-20", unit="P-17", bill=chosen)
    ledger = fold(with_holds(account(Q1, PARKING, paid), plan), RULES, day("2026-06-19"))
    assert (ledger.debts[Q1.key].paid("principal") > 0) is (chosen is None)
    assert [hold.until for hold in ledger.holds] == [day("2026-06-22" if chosen is None else "2026-05-20")]


def ends(some: Account, on: str) -> list[date | None]:
    return [hold.until for hold in fold(some, RULES, day(on)).holds]


@pytest.mark.parametrize("back", ["2026-06-01", "2026-06-19"])
def test_money_that_is_taken_back_later_has_not_kept_a_plan(back: str) -> None:
    plan = granted(account(Q1), "plan", instalments=HALVES)
    paid = [payment(61728, "2026-05-20", id="b#1#1"), payment(61728, back, reverses="b#1#1")]
    assert ends(with_holds(account(Q1, *paid), plan), "2026-06-19") == [day("2026-05-20")]
    kept = ends(with_holds(account(Q1, *paid), plan), (day(back) - timedelta(days=1)).isoformat())
    assert kept == [day("2026-06-22")]  # nobody knew yet


def test_a_plan_is_judged_beside_other_pauses_and_not_longer_than_it_was_let_run() -> None:
    plan = granted(account(Q1), "plan", instalments=HALVES)
    family = granted(account(Q1), "family")
    assert ends(with_holds(account(Q1), family, plan), "2026-06-19") == [family.until, day("2026-05-20")]
    assert ends(with_holds(account(Q1), replace(plan, until=day("2026-05-10"))), "2026-06-19") == [day("2026-05-10")]
    open_ended = replace(plan, until=None)
    assert ends(with_holds(account(Q1), open_ended), "2026-06-19") == [day("2026-05-20")]


def test_the_late_fee_is_part_of_a_plan_that_stops_it_and_no_fault_of_the_owners_where_it_runs_on() -> None:
    agreed_on = day("2026-08-03")
    whole = fold(account(Q1), RULES, agreed_on).debts[Q1.key].outstanding(agreed_on)
    fee = whole - 123456
    assert fee > 100
    dated = (Instalment(day("2026-09-03"), Fen(100_000)), Instalment(day("2026-10-09"), Fen(whole - 100_000)))
    plan = granted(account(Q1), "plan", on=agreed_on, instalments=dated)
    for stops, paid, is_kept in ((True, 100_000, True), (True, 99_900, False), (False, 100_000, True)):
        some = account(Q1, payment(paid, "2026-09-03"))
        found = ends(with_holds(some, replace(plan, stops_late_fee=stops)), "2026-09-20")
        assert found == [day("2026-10-09" if is_kept else "2026-09-03")], (stops, paid)


def test_a_plan_that_names_no_bill_is_about_all_of_them() -> None:
    plan = replace(granted(account(Q1), "plan", instalments=HALVES), bills=())
    for paid, last in (([], "2026-05-20"), ([payment(61728, "2026-05-20")], "2026-06-22")):
        ledger = fold(with_holds(account(Q1, *paid), plan), RULES, day("2026-06-19"))
        assert [hold.until for hold in ledger.holds] == [day(last)]


def test_money_that_came_before_the_plan_was_agreed_does_not_keep_it() -> None:
    some = account(Q1, payment(61728, "2026-04-20"))
    plan = granted(some, "plan", instalments=parts(("2026-05-20", 30864), ("2026-06-22", 30864)))
    assert [hold.until for hold in fold(with_holds(some, plan), RULES, day("2026-06-19")).holds] == [day("2026-05-20")]


@pytest.mark.parametrize(("paid_on", "last"), [("2026-05-06", "2026-06-22"), ("2026-05-07", "2026-05-06")])
def test_a_part_due_on_a_holiday_may_come_on_the_next_working_day(paid_on: str, last: str) -> None:
    plan = granted(account(Q1), "plan", instalments=parts(("2026-05-02", 61728), ("2026-06-22", 61728)))
    some = with_holds(account(Q1, payment(61728, paid_on)), plan)
    for on in ("2026-05-02", "2026-05-06"):
        assert [hold.until for hold in fold(some, RULES, day(on)).holds] == [day("2026-06-22")]
    assert [hold.until for hold in fold(some, RULES, day("2026-06-19")).holds] == [day(last)]


@pytest.mark.parametrize("kind", ["promise", "hardship"])
def test_a_pause_that_would_end_on_a_day_of_rest_ends_on_the_next_working_day(kind: HoldKind) -> None:
    asked_on = {"promise": day("2026-04-17"), "hardship": day("2026-07-05")}[kind]
    lasts = {"promise": day("2026-05-06"), "hardship": day("2026-10-08")}[kind]
    assert granted(account(Q1), kind, on=asked_on).until == lasts


@pytest.mark.parametrize(
    ("kind", "opened_by", "ended_by", "problem"),
    [
        ("litigation", Actor.MANAGER, Actor.CLERK, "hold-not-yours-to-end"),
        ("litigation", Actor.MANAGER, Actor.MANAGER, None),
        ("hardship", Actor.MANAGER, Actor.SUPERVISOR, "hold-not-yours-to-end"),
        ("hardship", Actor.CLERK, Actor.CLERK, None),
        ("promise", Actor.SYSTEM, Actor.CLERK, None),
    ],
)
def test_a_pause_is_ended_by_nobody_who_could_not_have_opened_it(
    kind: HoldKind, opened_by: Actor, ended_by: Actor, problem: str | None
) -> None:
    made = granted(account(Q1), kind, opened_by)
    refusal = refused_end(made, RULES, ended_by)
    assert (refusal and refusal.problem) == problem


def test_no_late_fee_runs_while_a_plan_is_kept_and_it_runs_again_once_broken() -> None:
    plan = granted(account(Q1), "plan", instalments=HALVES)
    kept, broken = (
        fold(with_holds(some, plan), RULES, day("2026-06-20")).debts[Q1.key]
        for some in (account(Q1, payment(61728, "2026-05-20")), account(Q1))
    )
    assert kept.late_fee(day("2026-06-20")) == 0
    assert [line.from_ for line in broken.late_fee_lines(day("2026-06-20"))] == [day("2026-05-21")]


@given(
    st.sampled_from(KINDS),
    st.lists(st.integers(0, 400), max_size=12),
    st.sampled_from([Actor.CLERK, Actor.HOUSEKEEPER]),
)
def test_no_owner_pauses_for_ever_without_somebody_in_charge(kind: HoldKind, days: list[int], role: Actor) -> None:
    """However often a clerk tries, all pauses of a kind together are no longer than one."""
    some = account(Q1)
    for offset in sorted(days):
        hold = asked(some, kind, role, on=ON + timedelta(days=offset))
        some = with_holds(some, hold) if isinstance(hold, Hold) else some
    assert len(some.holds) <= 1
