"""What a reply opens: a case always, a pause where the rules allow one, and nothing that could go on for ever."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.account import Account, Hold, Reply, Wish
from chalicelib.core.event import occasion
from chalicelib.core.ledger import fold
from chalicelib.core.money import Fen
from chalicelib.core.reply import PAUSES, cases, event_of, instalments, possible, replied
from chalicelib.core.rulebook import Actor, ReplyKind
from chalicelib.core.workdays import is_working_day
from tests.builders import OWNER, SPACE, account, bill, day, hold, payment, shipped
from tests.flows.office import at

ON = "2026-04-15"
Q1 = bill(due="2026-03-31")
SPOT = bill(21_000, "2026-03-31", unit=SPACE, kind="parking")


def said(kind: ReplyKind, *facts: Any, on: str = ON, some: Account | None = None, **wish: Any) -> Reply:
    owner = some or account(*(facts or (Q1,)))
    made = Wish(id="x" * 16, kind=kind, **wish)
    return replied(owner, fold(owner, shipped(), day(on)), shipped(), made, at=at(f"{on} 11:00"))


def after(reply: Reply, some: Account) -> Account:
    """The account once a reply is on record."""
    holds = (*some.holds, reply.hold) if reply.hold else some.holds
    return replace(some, holds=holds, replies=(*some.replies, reply))


def test_a_question_pauses_the_bill_and_its_late_fee_until_it_is_answered_at_the_latest() -> None:
    reply = said("dispute", message="这一笔不对")
    assert reply.hold
    assert (reply.hold.kind, reply.hold.bills, reply.hold.stops_late_fee) == ("dispute", (Q1.key,), True)
    assert (reply.hold.role, reply.hold.by) == (Actor.SYSTEM, "owner")
    assert (reply.received_on, reply.answer_by) == (day(ON), day("2026-04-29"))
    assert reply.hold.until and reply.hold.until >= reply.answer_by


def test_the_number_of_a_reply_is_short_and_names_its_day() -> None:
    number = said("call").number
    assert number.startswith("260415-")
    assert len(number) == 11


@pytest.mark.parametrize("kind", ["help", "call", "service", "invoice"])
def test_what_is_no_matter_of_time_to_pay_pauses_nothing(kind: ReplyKind) -> None:
    reply = said(kind)
    assert (reply.hold, reply.refused) == (None, None)


def test_only_the_bills_named_are_paused_and_otherwise_every_open_one() -> None:
    paid = payment(21_000, "2026-03-01", unit=SPACE, bill=SPOT.id)
    assert said("dispute", Q1, SPOT, bills=(SPOT.key,)).bills == (SPOT.key,)
    assert set(said("dispute", Q1, SPOT).bills) == {Q1.key, SPOT.key}
    assert said("dispute", Q1, SPOT, paid).bills == (Q1.key,)


def test_a_question_about_a_paid_bill_is_a_case_all_the_same() -> None:
    reply = said("dispute", Q1, payment(123_456, "2026-03-01"), bills=(Q1.key,))
    assert (reply.hold, reply.refused and reply.refused.problem) == (None, "hold-no-bill")
    assert len(cases(after(reply, account(Q1)), shipped())) == 1


@pytest.mark.parametrize(
    ("until", "code"), [("2026-04-30", None), ("2026-05-06", "hold-long"), ("2026-12-31", "hold-long")]
)
def test_a_promise_is_kept_within_its_limit_and_beyond_it_somebody_calls(until: str, code: str | None) -> None:
    reply = _promise(until)
    assert (reply.refused.problem if reply.refused else None) == code
    assert (reply.hold is None) == (code is not None)
    assert occasion(after(reply, account(Q1)), event_of(reply)) == ("help-received" if code else "promise-confirmed")


def _promise(until: str, some: Account | None = None) -> Reply:
    owner = some or account(Q1)
    wish = Wish(id="p" * 16, kind="promise", on=day(until))
    return replied(owner, fold(owner, shipped(), day(ON)), shipped(), wish, at=at(f"{ON} 11:00"))


def test_what_was_promised_once_for_a_bill_is_not_promised_again_but_for_the_others_it_is() -> None:
    some = account(Q1, hold("2026-03-01", "2026-03-10", kind="promise", bills=(Q1.key,)))
    again = _promise("2026-04-20", some)
    assert again.refused and again.refused.problem == "hold-once"
    both = _promise("2026-04-20", replace(some, bills=(Q1, SPOT)))
    assert both.hold and both.hold.bills == (SPOT.key,)


def test_an_owner_cannot_renew_what_only_staff_may() -> None:
    some = account(Q1, hold("2026-03-01", "2026-03-10", kind="dispute", bills=(Q1.key,)))
    reply = said("dispute", some=some)
    assert reply.refused and reply.refused.problem == "hold-renewal"
    assert occasion(after(reply, some), event_of(reply)) == "help-received", "no message says reminders pause"


def test_a_plan_is_dated_monthly_on_working_days_and_comes_to_what_is_owed() -> None:
    reply = said("plan", Q1, SPOT, parts=4)
    assert reply.hold
    assert [(part.due_on, part.amount) for part in reply.hold.instalments] == [
        (day("2026-05-15"), 36_114),
        (day("2026-06-15"), 36_114),
        (day("2026-07-15"), 36_114),
        (day("2026-08-17"), 36_114),
    ]
    assert reply.hold.until == day("2026-08-17")


@given(st.integers(2, 100_000_000), st.integers(2, 12), st.dates(day("2026-01-01"), day("2027-12-31")))
def test_instalments_come_to_the_sum_are_about_equal_and_a_month_apart(owed: int, parts: int, on: Any) -> None:
    made = instalments(Fen(owed), parts, on, shipped())
    assert sum(part.amount for part in made) == owed
    assert len(made) == parts
    assert max(part.amount for part in made) - min(part.amount for part in made) < parts
    days = [part.due_on for part in made]
    assert days == sorted(set(days))
    assert days[0] > on + timedelta(days=27)
    assert all(is_working_day(one, shipped().community) for one in days)


def test_more_parts_than_the_rules_have_are_refused_and_somebody_calls() -> None:
    reply = said("plan", parts=7)
    assert reply.refused and reply.refused.problem == "plan-parts"


# the case


def test_a_reply_is_a_case_of_its_own_that_neither_payment_nor_pause_settles() -> None:
    reply = said("dispute")
    (case,) = cases(after(reply, account(Q1)), shipped())
    assert (case.owner, case.task, case.by, case.due_on) == (OWNER, "case", Actor.SUPERVISOR, reply.answer_by)
    assert (case.stage, case.reason, case.done_on) == ("reply-dispute", reply.number, None)
    assert "." in case.step, "it tells the owner nothing"


def test_a_reply_that_was_answered_is_a_case_that_is_done() -> None:
    reply = replace(said("call"), answered_on=day("2026-04-16"))
    (case,) = cases(after(reply, account(Q1)), shipped())
    assert case.done_on == day("2026-04-16")


# what is offered


def offered(*facts: Any, on: str = ON) -> dict[str, Any]:
    some = account(*facts)
    return dict(possible(some, fold(some, shipped(), day(on)), shipped()))


def test_only_what_would_be_granted_is_offered() -> None:
    every = offered(Q1)
    assert set(every) == {"help", "call", "service", "dispute", "paid", "promise", "plan"}
    assert every["promise"].until == day("2026-04-30")
    assert (every["plan"].parts, every["plan"].stops_late_fee) == (6, True)
    once = offered(Q1, hold("2026-03-01", "2026-03-10", kind="promise", bills=(Q1.key,)))
    assert "promise" not in once


def test_whoever_owes_nothing_may_still_ask() -> None:
    assert set(offered(Q1, payment(123_456, "2026-03-01"))) == {"help", "call", "service", "dispute", "invoice"}
    assert set(offered()) == {"help", "call", "service"}


@given(
    st.lists(st.sampled_from(["paid", "dispute", "promise", "plan"]), max_size=6),
    st.lists(st.integers(0, 40), max_size=6),
)
def test_what_is_offered_is_granted_and_no_bill_is_paused_twice_for_one_reason(
    kinds: list[ReplyKind], waits: list[int]
) -> None:
    some, on = account(Q1, SPOT), day(ON)
    for number, (kind, wait) in enumerate(zip(kinds, waits, strict=False)):
        on += timedelta(days=wait)
        ledger = fold(some, shipped(), on)
        offer = possible(some, ledger, shipped()).get(kind)
        until, parts = (offer and offer.until) or on, (offer and offer.parts) or 2
        asked: dict[str, Any] = {"promise": {"on": until}, "plan": {"parts": parts}}.get(kind, {})
        wish = Wish(id=f"{number:016}", kind=kind, **asked)
        reply = replied(some, ledger, shipped(), wish, at=at(f"{on} 11:00"))
        if offer and offer.until:
            assert reply.hold and reply.hold.until == offer.until
        some = after(reply, some)
    for kind in PAUSES.values():
        named = [key for one in some.holds if one.kind == kind for key in one.bills]
        assert len(named) == len(set(named))
    assert all(isinstance(one, Hold) and one.until for one in some.holds)
