"""How long a bill may be taken to court: what starts the time anew, what does not, and when staff are told."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.account import Account, HoldKind
from chalicelib.core.history import History
from chalicelib.core.ledger import fold
from chalicelib.core.limitation import Watch, before, clock, watch
from chalicelib.core.notice import Call, Notice, State, Task
from chalicelib.core.rulebook import Channel
from tests.builders import OWNER, account, bill, day, hold, payment, rules

OLD = bill(due="2023-03-31")  # runs out on 2026-03-31
ABOUT: dict[str, Any] = {"owner": OWNER, "anchor": OLD.key, "stage": "first-demand", "step": "first-demand"}


def told(on: str, **changes: Any) -> Notice:
    sent = Notice(
        **ABOUT, bills=(OLD.key,), channel=Channel.EMAIL, planned_on=day(on), told_on=day(on), state=State.SENT
    )
    return replace(sent, **changes)


def done(on: str, outcome: str, **changes: Any) -> Task:
    task = Task(**ABOUT, bills=(OLD.key,), task="letter", opened_on=day(on), reason="", done_on=day(on))
    return replace(task, outcome=outcome, **changes)


def history(*happened: Notice | Task | Call) -> History:
    return History(
        notices=tuple(one for one in happened if isinstance(one, Notice)),
        tasks=tuple(one for one in happened if isinstance(one, Task)),
        calls=tuple(one for one in happened if isinstance(one, Call)),
    )


def expires(*facts: Any, happened: Any = (), on: str = "2026-01-01", of: Any = OLD) -> str | None:
    some = account(of, *facts)
    ledger = fold(some, rules(), day(on))
    found = clock(ledger.debts[of.key], some, ledger, history(*happened), rules(), day(on)).expires
    return found.isoformat() if found else None


def seen(*facts: Any, happened: Any = (), on: str) -> Watch:
    some = account(OLD, *facts)
    return watch(some, fold(some, rules(), day(on)), history(*happened), rules(), day(on))


# the time itself


def test_a_bill_may_be_taken_to_court_for_three_years_from_its_due_date() -> None:
    assert expires() == "2026-03-31"


def test_three_years_from_a_leap_day_end_with_february() -> None:
    assert expires(of=bill(due="2024-02-29"), on="2026-01-01") == "2027-02-28"


@pytest.mark.parametrize(
    ("on", "months", "earlier"),
    [("2026-03-31", 1, "2026-02-28"), ("2026-03-31", 12, "2025-03-31"), ("2026-01-15", 3, "2025-10-15")],
)
def test_months_before_a_day_keep_the_day_or_take_the_months_end(on: str, months: int, earlier: str) -> None:
    assert before(day(on), months) == day(earlier)


# what starts it anew


@pytest.mark.parametrize(
    "happened",
    [
        told("2025-06-01"),
        done("2025-06-01", "delivered"),
        done("2025-06-01", "reached", task="call"),
        done("2025-06-01", "reached", step="first-demand.call", task="call"),
    ],
)
def test_a_demand_that_is_proven_starts_the_time_anew(happened: Notice | Task) -> None:
    assert expires(happened=[happened]) == "2028-06-01"


@pytest.mark.parametrize(
    "happened",
    [
        told("2025-06-01", state=State.UNKNOWN),
        told("2025-06-01", state=State.FAILED),
        told("2025-06-01", state=State.QUEUED, told_on=None),
        told("2025-06-01", reason="mode:test"),
        told("2025-06-01", bills=("another",)),
        told("2025-06-01", stage="due-soon"),
        told("2023-03-01", stage="bill-issued"),
        done("2025-06-01", "no-answer", task="call"),
        done("2025-06-01", "reached", task="case"),
        replace(done("2025-06-01", ""), done_on=None),
        Call(id="c", on=day("2025-06-01"), way=Channel.CALL, outcome="reached"),
    ],
)
def test_what_does_not_prove_a_demand_for_the_bill_leaves_the_time_as_it_is(happened: Notice | Task | Call) -> None:
    assert expires(happened=[happened]) == "2026-03-31"


def test_a_part_payment_of_the_bill_starts_the_time_anew_unless_it_was_taken_back() -> None:
    paid = payment(100, "2025-06-01", id="bank#A#1")
    assert expires(paid) == "2028-06-01"
    assert expires(paid, payment(100, "2025-07-01", id="bank#B#1", reverses="bank#A#1")) == "2026-03-31"


@pytest.mark.parametrize(
    ("kind", "by", "last"),
    [
        ("promise", "", "2028-06-01"),
        ("plan", "", "2028-06-01"),
        ("hardship", "owner", "2028-06-01"),
        ("hardship", "staff-3", "2026-03-31"),
        ("dispute", "owner", "2026-03-31"),
        ("paid-claim", "owner", "2026-03-31"),
        ("family", "staff-3", "2026-03-31"),
        ("vacancy", "owner", "2026-03-31"),
    ],
)
def test_only_what_agrees_to_the_debt_starts_the_time_anew(kind: HoldKind, by: str, last: str) -> None:
    assert expires(replace(hold("2025-06-01", "2025-07-01", kind=kind), by=by)) == last


@pytest.mark.parametrize("kind", ["promise", "plan", "litigation"])
def test_what_was_withdrawn_on_the_day_it_was_opened_gives_no_more_time(kind: HoldKind) -> None:
    assert expires(hold("2025-06-01", "2025-05-31", kind=kind)) == "2026-03-31"


def test_a_promise_for_another_bill_is_none_for_this_one() -> None:
    assert expires(hold("2025-06-01", "2025-07-01", kind="promise", bills=("another",))) == "2026-03-31"


# a court


def test_while_a_court_has_it_no_time_runs_and_after_it_all_of_it_does() -> None:
    suit = hold("2025-06-01", "2025-12-31", kind="litigation")
    assert expires(suit, on="2025-12-31") is None
    assert expires(suit, on="2026-01-01") == "2028-12-31"
    assert expires(hold("2025-06-01", kind="litigation"), on="2030-01-01") is None


# once it is over


def test_on_the_last_day_a_demand_still_starts_it_anew_and_a_day_later_it_does_not() -> None:
    assert expires(happened=[told("2026-03-31")], on="2026-06-01") == "2029-03-31"
    assert expires(happened=[told("2026-04-01")], on="2026-06-01") == "2026-03-31"


def test_once_over_only_an_agreement_makes_it_run_again() -> None:
    assert expires(payment(100, "2026-04-01"), on="2026-06-01") == "2026-03-31"
    assert expires(hold("2026-04-01", kind="litigation"), on="2026-06-01") == "2026-03-31"
    asked = replace(hold("2026-04-01", "2026-05-01", kind="hardship"), by="owner")
    assert expires(asked, on="2026-06-01") == "2026-03-31"
    agreed = hold("2026-04-01", "2026-05-01", kind="plan")
    assert expires(agreed, on="2026-06-01") == "2026-03-31"  # staff say so
    assert expires(replace(agreed, by="owner"), on="2026-06-01") == "2029-04-01"


@pytest.mark.parametrize("kind", ["promise", "plan", "litigation"])
def test_a_pause_that_was_withdrawn_before_it_lasted_a_day_never_was(kind: HoldKind) -> None:
    mistaken = replace(hold("2026-02-20", "2026-02-19", kind=kind), by="owner")
    assert expires(mistaken, on="2026-06-01") == "2026-03-31"


def test_a_demand_stays_one_when_the_policy_no_longer_has_its_stage() -> None:
    gone = replace(told("2025-01-01"), stage="first-warning", step="first-warning")
    assert expires(happened=[gone], on="2026-06-01") == "2028-01-01"


def test_events_count_one_after_another_not_only_the_last() -> None:
    assert expires(happened=[told("2025-01-01"), told("2027-12-31")], on="2028-06-01") == "2030-12-31"


# what staff see


@pytest.mark.parametrize(
    ("on", "months"),
    [
        ("2025-03-30", []),
        ("2025-03-31", [12]),
        ("2025-09-29", [12]),
        ("2025-09-30", [6]),
        ("2025-12-31", [3]),
        ("2026-02-28", [1]),
        ("2026-03-31", [1]),
        ("2026-04-01", [0]),  # over: for a month they see that, too
        ("2026-04-30", [0]),
        ("2026-05-01", []),
    ],
)
def test_staff_see_the_tightest_of_twelve_six_three_and_one_months_and_the_end(on: str, months: list[int]) -> None:
    assert [one.months for one in seen(on=on).warnings] == months


def test_a_paid_bill_is_no_longer_watched() -> None:
    paid = payment(500_000, "2025-01-01")
    assert seen(paid, on="2026-03-01") == Watch()


@pytest.mark.parametrize(
    ("on", "next_on"),
    [
        ("2023-04-01", "2025-03-31"),
        ("2025-03-31", "2025-09-30"),
        ("2025-12-31", "2026-02-28"),
        ("2026-02-28", "2026-04-01"),
        ("2026-04-01", None),
    ],
)
def test_the_next_day_with_a_warning_is_known_ahead(on: str, next_on: str | None) -> None:
    assert seen(on=on).next_on == (day(next_on) if next_on else None)


EVENTS = st.lists(st.dates(day("2023-01-01"), day("2028-01-01")), max_size=5)


@given(EVENTS, st.dates(day("2023-04-01"), day("2028-12-31")))
def test_no_event_ever_takes_time_away(days: list[date], on: date) -> None:
    def last(known: list[date]) -> str:
        return expires(happened=[told(one.isoformat()) for one in known], on=on.isoformat()) or ""

    assert last(days[:-1]) <= last(days)


@given(EVENTS, st.dates(day("2023-04-01"), day("2028-12-31")))
def test_a_warning_is_never_missed_by_looking_on_the_days_told_ahead(days: list[date], end: date) -> None:
    """Whoever looks only when told to has seen every number of months by the last day."""
    some, known = account(OLD), history(*(told(one.isoformat()) for one in days))
    on, shown = OLD.due_on + timedelta(days=1), set()
    while on <= end:
        found = _watched(some, known, on)
        shown |= {(one.expires, one.months) for one in found.warnings}
        on = found.next_on or end + timedelta(days=1)
    now = _watched(some, known, end)
    before_end = {(one.expires, one.months) for one in now.warnings}
    assert before_end <= shown


def _watched(some: Account, known: History, on: date) -> Watch:
    return watch(some, fold(some, rules(), on), known, rules(), on)
