"""The collection policy: what is told next, by whom, and every reason for which nothing is told."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.core.account import Bill
from chalicelib.core.collection import Step, Wait, first_look, next_step
from chalicelib.core.history import History
from chalicelib.core.ledger import fold
from chalicelib.core.notice import TOLD, Call, Notice, State, Task
from chalicelib.core.reach import channels, contact_by
from chalicelib.core.recall import remembered
from chalicelib.core.rulebook import Actor, Channel, SmsProfile, Treatment, When
from chalicelib.core.words import Reason, Text
from tests.builders import (
    OWNER,
    SPACE,
    account,
    adjustment,
    bill,
    bundle,
    contact,
    day,
    hold,
    owner,
    payment,
    rules,
    rules_with,
    shipped,
)

Q1 = bill()  # due on 2026-03-31, issued on 2025-12-29
FRESH = "same day"
STAGES = {one.id: one for one in rules().collection.stages}


def decision(
    on: str,
    *facts: Any,
    through: str | None = FRESH,
    told: History | None = None,
    **marks: Any,
) -> Step | Wait:
    some = account(*facts, **marks)
    ledger_through = day(on) if through == FRESH else day(through) if through else None
    ledger = fold(some, rules(), day(on))
    return next_step(some, ledger, told or History(), rules(), on=day(on), ledger_through=ledger_through)


def step(on: str, *facts: Any, **how: Any) -> Step:
    made = decision(on, *facts, **how)
    assert isinstance(made, Step), made
    return made


def wait(on: str, *facts: Any, **how: Any) -> Wait:
    made = decision(on, *facts, **how)
    assert isinstance(made, Wait), made
    return made


def notice(key_step: str, state: State = State.SENT, *bills: Bill) -> Notice:
    keys = tuple(one.key for one in bills or (Q1,))
    return Notice(
        owner=OWNER,
        anchor=keys[0],
        stage=key_step,
        step=key_step,
        bills=keys,
        channel=Channel.EMAIL,
        planned_on=day("2026-04-08" if "demand" in key_step else "2026-02-20"),
        state=state,
    )


def told(*steps: str, state: State = State.SENT) -> History:
    return History(tuple(notice(one, state) for one in steps))


# when


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-03-01", "bill-issued"),
        ("2026-03-15", "bill-issued"),
        ("2026-03-16", "due-soon-15"),
        ("2026-03-27", "due-soon-15"),
        ("2026-03-28", "due-soon-3"),
        ("2026-03-31", "due-soon-3"),
        ("2026-04-07", "first-demand"),
        ("2026-12-31", "first-demand"),
    ],
)
def test_each_step_is_due_from_its_own_day(on: str, expected: str) -> None:
    assert step(on, Q1).step == expected


@pytest.mark.parametrize(
    ("on", "until"), [("2026-02-28", "2026-03-01"), ("2026-04-01", "2026-04-07"), ("2026-04-06", "2026-04-07")]
)
def test_between_two_steps_nothing_is_told(on: str, until: str) -> None:
    waiting = wait(on, Q1)
    assert (waiting.reason.code, waiting.until) == ("not-yet", day(until))


def test_a_reminder_nobody_sent_in_its_time_lapses() -> None:
    assert step("2026-03-28", Q1).step == "due-soon-3"
    waiting = wait("2026-03-20", Q1, told=told("due-soon-15"))
    assert (waiting.reason.code, waiting.until) == ("not-yet", day("2026-03-28"))


def test_a_demand_nobody_made_in_its_time_is_still_made() -> None:
    assert step("2027-03-01", Q1, told=told("bill-issued")).step == "first-demand"


def test_a_bill_issued_late_starts_at_the_step_its_day_has_reached() -> None:
    late = bill(issued="2026-03-20")
    assert wait("2026-03-19", late).until == day("2026-03-20")
    assert step("2026-03-20", late).step == "due-soon-15"


@pytest.mark.parametrize("state", TOLD)
def test_a_step_behind_the_owner_is_not_told_again_whatever_came_of_it(state: State) -> None:
    assert wait("2026-03-01", Q1, told=told("bill-issued", state=state)).reason.code == "not-yet"


@pytest.mark.parametrize("state", sorted(set(State) - set(TOLD)))
def test_a_step_that_could_not_go_out_yet_is_still_due(state: State) -> None:
    assert step("2026-03-01", Q1, told=told("bill-issued", state=state)).step == "bill-issued"


def test_a_step_staff_were_asked_to_do_is_not_told_again() -> None:
    task = Task(
        owner=OWNER,
        anchor=Q1.key,
        stage="bill-issued",
        step="bill-issued",
        bills=(Q1.key,),
        task="letter",
        opened_on=day("2026-03-01"),
        reason="",
    )
    assert wait("2026-03-01", Q1, told=History((), (task,))).reason.code == "not-yet"


def test_the_first_look_at_a_bill_is_when_something_can_first_be_said_of_it() -> None:
    assert first_look(Q1, rules()) == day("2026-03-01")
    assert first_look(bill(issued="2026-03-20"), rules()) == day("2026-03-20")


# one message over everything


def test_one_message_tells_of_all_bills_that_have_reached_a_step() -> None:
    parking = bill(21000, unit=SPACE, kind="parking")
    other_flat = bill(100, unit="1-1-101")
    made = step("2026-03-01", Q1, parking, other_flat)
    assert made.bills == tuple(sorted([Q1.key, parking.key, other_flat.key]))
    assert made.anchor == min(made.bills)


def test_the_highest_step_of_any_bill_is_told_first() -> None:
    old = bill(5000, "2025-12-31")
    made = step("2026-03-01", old, Q1)
    assert (made.step, made.bills) == ("first-demand", (old.key,))


def test_a_notice_is_named_by_its_oldest_bill_whatever_the_order_of_the_facts() -> None:
    earlier, later = bill(5000, "2026-03-30"), bill(5000, "2026-03-31", unit="1-1-101")
    assert step("2026-03-28", later, earlier).key == step("2026-03-28", earlier, later).key


def test_what_was_told_of_one_bill_leaves_another_untold() -> None:
    parking = bill(21000, unit=SPACE, kind="parking")
    assert step("2026-03-01", Q1, parking, told=told("bill-issued")).bills == (parking.key,)


# why not: every reason


def test_nothing_owed() -> None:
    assert wait("2026-03-01").reason.code == "nothing-owed"
    paid = wait("2026-03-01", Q1, payment(123456, "2026-02-01"))
    assert (paid.reason.code, paid.until) == ("nothing-owed", None)
    waived = wait("2026-04-07", Q1, adjustment(Q1, 123456, "2026-04-07"))
    assert waived.reason.code == "nothing-owed"


def test_a_bill_that_is_not_issued_yet_is_something_to_look_forward_to() -> None:
    waiting = wait("2025-12-01", Q1)
    assert (waiting.reason.code, waiting.until) == ("nothing-owed", day("2026-03-01"))
    assert waiting.stage is STAGES["bill-issued"]


def test_a_fen_left_is_owed() -> None:
    assert step("2026-03-01", Q1, payment(123455, "2026-02-20")).step == "bill-issued"


@pytest.mark.parametrize(("on", "is_free"), [("2026-03-03", False), ("2026-03-04", True)])
def test_a_decent_interval_lies_between_two_messages(on: str, is_free: bool) -> None:
    made = decision(on, Q1, last_notice="something else#x", last_notice_on=day("2026-03-01"))
    assert isinstance(made, Step) is is_free
    if isinstance(made, Wait):
        assert (made.reason.code, made.until) == ("interval", day("2026-03-04"))


def test_the_interval_does_not_keep_a_notice_from_itself() -> None:
    key = f"{Q1.key}#bill-issued"
    assert step("2026-03-02", Q1, last_notice=key, last_notice_on=day("2026-03-01")).key == key


@pytest.mark.parametrize(
    ("on", "code"), [("2026-04-30", "step"), ("2026-05-01", "closed"), ("2026-05-05", "closed"), ("2026-05-06", "step")]
)
def test_nobody_is_written_to_on_a_holiday(on: str, code: str) -> None:
    made = decision(on, Q1)
    if code == "step":
        assert isinstance(made, Step)
    else:
        assert isinstance(made, Wait)
        assert (made.reason.code, made.until) == ("closed", day("2026-05-06"))


@pytest.mark.parametrize(("on", "is_held"), [("2026-04-09", False), ("2026-04-10", True), ("2026-04-20", True)])
def test_a_pause_stops_every_step_while_it_lasts(on: str, is_held: bool) -> None:
    made = decision(on, Q1, hold("2026-04-10", "2026-04-20"))
    assert isinstance(made, Wait) is is_held
    if isinstance(made, Wait):
        assert (made.reason.code, made.until) == ("hold", day("2026-04-21"))


def test_what_was_paused_resumes_by_itself_the_day_after() -> None:
    assert step("2026-04-21", Q1, hold("2026-04-10", "2026-04-20")).step == "first-demand"


def test_a_pause_without_an_end_waits_for_a_person() -> None:
    waiting = wait("2026-04-10", Q1, hold("2026-04-01"))
    assert (waiting.reason.code, waiting.until) == ("hold-open", None)


def test_a_pause_without_an_end_keeps_nobody_from_learning_of_the_next_bill() -> None:
    next_bill = bill(due="2026-06-30", issued="2026-05-20")
    waiting = wait("2026-04-10", Q1, next_bill, hold("2026-04-01", bills=(Q1.key,)))
    assert (waiting.reason.code, waiting.until) == ("hold-open", day("2026-05-31"))


def test_a_pause_of_one_bill_leaves_the_others_alone() -> None:
    parking = bill(21000, unit=SPACE, kind="parking")
    assert step("2026-04-10", Q1, parking, hold("2026-04-01", bills=(Q1.key,))).bills == (parking.key,)


def test_of_pauses_over_the_same_bill_the_last_says_until_when() -> None:
    some, others = hold("2026-04-10", "2026-04-20"), hold("2026-04-12", "2026-05-20", id="h-2")
    assert wait("2026-04-15", Q1, some, others).reason.values == {"until": day("2026-05-20")}


def test_of_bills_paused_apart_the_one_that_is_free_first_says_until_when() -> None:
    parking = bill(21000, unit=SPACE, kind="parking")
    some = hold("2026-04-10", "2026-05-20", bills=(Q1.key,))
    others = hold("2026-04-12", "2026-04-20", bills=(parking.key,), id="h-2")
    assert wait("2026-04-15", Q1, parking, some, others).reason.values == {"until": day("2026-04-20")}


def test_a_pause_that_ends_sooner_than_another_is_looked_at_sooner() -> None:
    parking = bill(21000, unit=SPACE, kind="parking")
    holds = (
        hold("2026-04-01", "2026-05-31", bills=(Q1.key,), id="h-1"),
        hold("2026-04-01", "2026-04-20", bills=(parking.key,), id="h-2"),
    )
    for given in (holds, holds[::-1]):
        waiting = wait("2026-04-10", Q1, parking, *given)
        assert (waiting.until, waiting.reason.values) == (day("2026-04-21"), {"until": day("2026-04-20")})


@pytest.mark.parametrize(
    ("through", "code"),
    [("2026-04-07", None), ("2026-04-05", None), ("2026-04-04", "ledger-stale"), (None, "ledger-never")],
)
def test_a_demand_waits_until_payments_are_recorded(through: str | None, code: str | None) -> None:
    made = decision("2026-04-07", Q1, through=through)
    if code is None:
        assert isinstance(made, Step)
    else:
        assert isinstance(made, Wait)
        assert (made.reason.code, made.until, made.stage and made.stage.id) == (code, day("2026-04-08"), "first-demand")


def test_a_reminder_before_the_due_day_needs_no_fresh_ledger() -> None:
    assert step("2026-03-01", Q1, through=None).step == "bill-issued"


def test_a_reminder_goes_out_though_a_demand_must_wait_for_the_ledger() -> None:
    old = bill(5000, "2025-12-31")
    made = step("2026-03-01", old, Q1, through=None)
    assert (made.step, made.bills) == ("bill-issued", (Q1.key,))


def test_after_the_last_automatic_step_a_person_takes_over() -> None:
    waiting = wait("2026-04-20", Q1, told=told("first-demand"))
    assert (waiting.reason.code, waiting.until) == ("by-hand", None)


def test_what_is_passed_through_is_reminded_of_and_never_demanded() -> None:
    water = bill(4000, kind="water")
    assert step("2026-03-28", water).step == "due-soon-3"
    assert wait("2026-04-07", water).reason.code == "not-demanded"
    looked_at = wait("2027-04-07", water)
    assert (looked_at.until, looked_at.by) == (day("2027-05-07"), Actor.CLERK)


def test_a_kind_the_rules_do_not_know_is_never_demanded() -> None:
    assert wait("2026-04-07", bill(4000, kind="gas")).reason.code == "not-demanded"


CALLED = History(calls=(Call(id="1", on=day("2026-03-01"), way=Channel.CALL),))
CALLS = History(
    calls=tuple(Call(id=one, on=day(one), way=Channel.CALL) for one in ("2026-02-26", "2026-02-27", "2026-02-28"))
)
WITH_STAFF = Task(
    owner=OWNER,
    anchor=Q1.key,
    stage="first-demand",
    step="first-demand",
    bills=(Q1.key,),
    task="call",
    opened_on=day("2026-04-07"),
    reason="",
)


def with_demand(told: History | None = None, **changes: Any) -> Step | Wait:
    """What becomes of an owner whose first demand has come, where that stage differs."""
    stages = [replace(one, **changes) if one.id == "first-demand" else one for one in rules().collection.stages]
    changed = replace(rules(), collection=replace(rules().collection, stages=tuple(stages)))
    on, some = day("2026-04-07"), account(Q1)
    return next_step(some, fold(some, changed, on), told or History(), changed, on=on, ledger_through=on)


CASES: dict[str, Callable[[], Step | Wait]] = {
    "approval": lambda: with_demand(approve=True),
    "contacted-today": lambda: decision("2026-03-01", Q1, told=CALLED),
    "contacted-often": lambda: decision("2026-03-01", Q1, told=CALLS),
    "policy-changed": lambda: decision("2026-04-20", Q1, told=told("another-demand")),
    "with-staff": lambda: decision("2026-04-20", Q1, told=History(tasks=(WITH_STAFF,))),
    "small": lambda: with_demand(when=When(least_arrears=Decimal(2000))),
    "step-before-due": lambda: decision("2026-03-01", Q1),
    "step-after-due": lambda: decision("2026-04-07", Q1),
    "step-case": lambda: with_demand(channels=(Channel.CASE,)),
    "nothing-owed": lambda: decision("2026-03-01"),
    "not-yet": lambda: decision("2026-02-01", Q1),
    "interval": lambda: decision("2026-03-01", Q1, last_notice="x#y", last_notice_on=day("2026-03-01")),
    "hold": lambda: decision("2026-04-10", Q1, hold("2026-04-10", "2026-04-20")),
    "hold-open": lambda: decision("2026-04-10", Q1, hold("2026-04-10")),
    "ledger-stale": lambda: decision("2026-04-07", Q1, through="2026-04-01"),
    "ledger-never": lambda: decision("2026-04-07", Q1, through=None),
    "by-hand": lambda: decision("2026-04-20", Q1, told=told("first-demand")),
    "closed": lambda: decision("2026-05-01", Q1),
    "not-demanded": lambda: decision("2026-04-07", bill(kind="water")),
}


@pytest.mark.parametrize("code", sorted(bundle().words.reasons))
def test_every_reason_in_the_words_is_one_the_policy_gives_and_its_blanks_are_filled(code: str) -> None:
    made = CASES[code]()
    assert made.reason.code == code
    text = bundle().words.reasons[code]
    for said in (text.zh, text.en):
        assert said.format_map(made.reason.values)


def values(made: Step | Wait) -> dict[str, Any]:
    return {name: value.en if isinstance(value, Text) else value for name, value in made.reason.values.items()}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("step-before-due", {"due": day("2026-03-31"), "days": 30, "stage": "Your bill is ready"}),
        ("step-after-due", {"due": day("2026-03-31"), "days": 7, "stage": "First demand"}),
        ("approval", {"stage": "First demand"}),
        ("with-staff", {"stage": "First demand"}),
        ("not-yet", {"stage": "Your bill is ready", "on": day("2026-03-01")}),
        ("closed", {"on": day("2026-05-06")}),
        ("interval", {"last": day("2026-03-01"), "days": 3}),
        ("contacted-often", {"times": 3}),
        ("hold", {"until": day("2026-04-20")}),
        ("small", {"on": day("2026-05-07")}),
        ("ledger-stale", {"through": day("2026-04-01"), "needed": day("2026-04-05")}),
    ],
)
def test_a_reason_names_the_days_the_numbers_and_the_stage_it_rests_on(code: str, expected: dict[str, Any]) -> None:
    assert values(CASES[code]()) == expected


@pytest.mark.parametrize(
    ("code", "stage", "until", "by"),
    [
        ("approval", "first-demand", "2026-04-08", Actor.MANAGER),
        ("by-hand", None, None, Actor.MANAGER),
        ("closed", "first-demand", "2026-05-06", None),
        ("contacted-often", "bill-issued", "2026-03-05", None),
        ("contacted-today", "bill-issued", "2026-03-02", None),
        ("hold", None, "2026-04-21", None),
        ("hold-open", None, None, Actor.MANAGER),
        ("interval", "bill-issued", "2026-03-04", None),
        ("ledger-never", "first-demand", "2026-04-08", Actor.CLERK),
        ("ledger-stale", "first-demand", "2026-04-08", Actor.CLERK),
        ("not-demanded", None, "2026-05-07", Actor.CLERK),
        ("not-yet", "bill-issued", "2026-03-01", None),
        ("nothing-owed", None, None, None),
        ("policy-changed", None, None, Actor.SUPERVISOR),
        ("small", "first-demand", "2026-05-07", None),
        ("with-staff", None, None, Actor.CLERK),
    ],
)
def test_a_wait_says_whose_it_is_which_stage_is_next_when_to_look_again_and_who_acts_first(
    code: str, stage: str | None, until: str | None, by: Actor | None
) -> None:
    made = CASES[code]()
    assert isinstance(made, Wait)
    assert (made.owner, made.stage and made.stage.id, made.by) == (OWNER, stage, by)
    assert made.until == (until and day(until))


@pytest.mark.parametrize("code", ["approval", "closed", "contacted-often", "contacted-today", "interval"])
def test_a_wait_of_what_is_ready_says_what_it_is(code: str) -> None:
    made = CASES[code]()
    assert isinstance(made, Wait)
    assert made.step
    assert made.stage is made.step.stage


@pytest.mark.parametrize(("by", "who"), [(Actor.SYSTEM, Actor.CLERK), (Actor.SUPERVISOR, Actor.SUPERVISOR)])
def test_what_is_with_staff_waits_for_whom_the_stage_names(by: Actor, who: Actor) -> None:
    waiting = with_demand(History(tasks=(WITH_STAFF,)), by=by)
    assert isinstance(waiting, Wait)
    assert (waiting.reason.code, waiting.by) == ("with-staff", who)


def test_while_one_bill_is_with_staff_the_next_one_is_looked_forward_to() -> None:
    next_bill = bill(due="2026-06-30", issued="2026-05-20")
    waiting = wait("2026-04-20", Q1, next_bill, told=History(tasks=(WITH_STAFF,)))
    assert (waiting.owner, waiting.reason.code, waiting.by) == (OWNER, "with-staff", Actor.CLERK)
    assert (waiting.stage, waiting.until) == (STAGES["bill-issued"], day("2026-05-31"))


def test_a_reminder_given_before_its_day_is_not_looked_forward_to() -> None:
    assert wait("2026-03-20", Q1, told=told("due-soon-15", "due-soon-3")).until == day("2026-04-07")


def test_a_step_is_all_a_message_needs() -> None:
    assert step("2026-04-07", Q1) == Step(
        owner=OWNER,
        stage=STAGES["first-demand"],
        step="first-demand",
        anchor=Q1.key,
        bills=(Q1.key,),
        channel=Channel.EMAIL,
        on=day("2026-04-07"),
        reason=Reason("step-after-due", {"due": Q1.due_on, "days": 7, "stage": Text(zh="首次催缴", en="First demand")}),
    )
    assert step("2026-04-07", Q1, owner=owner(care=(Treatment.LARGE_PRINT,))).has_care


def test_on_the_due_day_itself_a_bill_is_not_called_overdue() -> None:
    made = step("2026-03-31", Q1)
    assert (made.reason.code, made.reason.values["days"]) == ("step-before-due", 0)


def test_of_two_demands_that_wait_for_the_ledger_the_higher_is_named() -> None:
    old, some = bill(issued="2026-02-20", due="2026-03-01"), bill(unit="1-1-101")
    on, known = day("2026-04-13"), shipped()
    made = Notice(
        owner=OWNER,
        anchor=old.key,
        stage="first-demand",
        step="first-demand",
        bills=(old.key,),
        channel=Channel.EMAIL,
        planned_on=day("2026-03-08"),
        told_on=day("2026-03-08"),
        state=State.SENT,
    )
    both = account(some, old)
    waiting = next_step(both, fold(both, known, on), History((made,)), known, on=on, ledger_through=None)
    assert isinstance(waiting, Wait)
    assert (waiting.reason.code, waiting.stage and waiting.stage.id) == ("ledger-never", "second-demand")


def test_on_the_due_day_the_first_demand_is_looked_forward_to() -> None:
    waiting = wait("2026-03-31", Q1, told=told("due-soon-3"))
    assert (waiting.reason.code, waiting.until) == ("not-yet", day("2026-04-07"))


def test_a_bill_issued_after_the_day_of_its_demand_is_looked_at_when_it_is_issued() -> None:
    assert wait("2026-04-20", bill(issued="2026-05-03")).until == day("2026-05-03")


def test_a_bill_issued_into_a_pause_waits_for_its_end() -> None:
    new = bill(due="2026-06-30", issued="2026-05-20")
    waiting = wait("2026-05-20", Q1, new, hold("2026-04-01", "2026-12-31"))
    assert (waiting.reason.code, waiting.until) == ("hold", day("2027-01-01"))


def test_sums_that_are_just_large_enough_are_pressed_for() -> None:
    assert with_demand(when=When(least_arrears=Decimal("1234.57"))).reason.code == "small"
    stages = [replace(one, when=When(least_arrears=Decimal("1234.56"))) for one in rules().collection.stages]
    known = replace(rules(), collection=replace(rules().collection, stages=tuple(stages)))
    on = day("2026-04-07")
    made = next_step(account(Q1), fold(account(Q1), known, on), History(), known, on=on, ledger_through=on)
    assert isinstance(made, Step)


def with_two_bills_needed(on: str, *bills: Bill, told: History | None = None) -> Step | Wait:
    """What an owner is told where the first demand is for two overdue bills at least."""
    stages = [replace(one, when=When(bills=2)) if one.demand else one for one in rules().collection.stages]
    known = replace(rules(), collection=replace(rules().collection, stages=tuple(stages)))
    some = account(*bills)
    return next_step(some, fold(some, known, day(on)), told or History(), known, on=day(on), ledger_through=day(on))


NEXT = bill(due="2026-06-30", issued="2026-05-20")


def test_a_bill_that_is_due_today_is_not_one_more_overdue() -> None:
    given = History((notice("due-soon-3", State.SENT, NEXT),))
    for on in ("2026-06-29", "2026-06-30"):
        waiting = with_two_bills_needed(on, Q1, NEXT, told=given)
        assert isinstance(waiting, Wait)
        assert (waiting.stage and waiting.stage.id, waiting.until) == ("first-demand", day("2026-07-01"))
    assert isinstance(with_two_bills_needed("2026-07-07", Q1, NEXT, told=given), Step)


def test_while_a_sum_is_small_the_reminder_of_the_next_bill_is_looked_forward_to() -> None:
    waiting = with_two_bills_needed("2026-05-25", Q1, NEXT)
    assert isinstance(waiting, Wait)
    assert (waiting.stage, waiting.until) == (STAGES["bill-issued"], day("2026-05-31"))


def test_a_contact_a_week_ago_counts_no_longer() -> None:
    days = ("2026-02-22", "2026-02-27", "2026-02-28")
    calls = History(calls=tuple(Call(id=one, on=day(one), way=Channel.CALL) for one in days))
    assert step("2026-03-01", Q1, told=calls).step == "bill-issued"


def test_how_often_an_owner_was_contacted_is_of_the_last_seven_days() -> None:
    days = ("2026-02-22", "2026-02-26", "2026-02-27", "2026-02-28")
    calls = History(calls=tuple(Call(id=one, on=day(one), way=Channel.CALL) for one in days))
    assert wait("2026-03-01", Q1, told=calls).reason.values == {"times": 3}


def test_after_more_contacts_than_allowed_the_last_ones_count() -> None:
    days = ("2026-02-24", "2026-02-25", "2026-02-26", "2026-02-27")
    calls = History(calls=tuple(Call(id=one, on=day(one), way=Channel.CALL) for one in days))
    waiting = wait("2026-03-01", Q1, told=calls)
    assert (waiting.until, waiting.reason.values) == (day("2026-03-04"), {"times": 4})


# by which channel


NOBODY = contact(email=None, phone=None)


def channels_of(stage: str, *contacts: Any, **marks: Any) -> list[str]:
    some = account(owner=owner(OWNER, *contacts), **marks)
    return [channel.value for channel in channels(some, STAGES[stage], rules().community)]


def test_the_first_channel_that_works_is_taken_and_people_are_the_last() -> None:
    assert channels_of("bill-issued") == ["email", "sms", "letter"]
    assert channels_of("bill-issued", contact(email=None)) == ["sms", "letter"]
    assert channels_of("bill-issued", contact(phone=None)) == ["email", "letter"]
    assert channels_of("bill-issued", NOBODY) == ["letter"]


def test_an_owner_without_e_mail_and_phone_gets_a_letter() -> None:
    assert step("2026-03-01", Q1, owner=owner(OWNER, NOBODY)).channel is Channel.LETTER


def test_a_demand_goes_by_e_mail_or_is_made_by_a_person() -> None:
    assert step("2026-04-07", Q1).channel is Channel.EMAIL
    assert step("2026-04-07", Q1, owner=owner(OWNER, contact(email=None))).channel is Channel.CALL


def test_a_demand_never_goes_by_text_message_on_the_mainland() -> None:
    stage = replace(STAGES["first-demand"], channels=(Channel.SMS, Channel.CALL))
    assert channels(account(), stage, rules().community) == (Channel.CALL,)
    abroad = rules_with(sms={"profile": SmsProfile.INTERNATIONAL}).community
    assert channels(account(), stage, abroad) == (Channel.SMS, Channel.CALL)


def test_who_wants_no_e_mail_is_reached_another_way() -> None:
    unsubscribed = frozenset({Channel.EMAIL})
    assert channels_of("bill-issued", unsubscribed=unsubscribed) == ["sms", "letter"]
    assert channels_of("first-demand", unsubscribed=unsubscribed) == ["call"]
    assert channels_of("bill-issued", unsubscribed=frozenset(Channel) - {Channel.LETTER}) == ["letter"]


def test_the_contact_of_a_message_is_the_first_who_has_that_channel() -> None:
    first, second = contact(name="甲", email=None), contact(name="乙", phone=None, role="delegate")
    some = account(owner=owner(OWNER, first, second))
    assert [person and person.name for person in (contact_by(some, Channel.EMAIL), contact_by(some, Channel.SMS))] == [
        "乙",
        "甲",
    ]


# what the owner's own record remembers


@pytest.mark.parametrize(
    ("last", "steps"),
    [
        ("2026-02-28", set()),
        ("2026-03-01", {"bill-issued"}),
        ("2026-03-16", {"bill-issued", "due-soon-15"}),
        ("2026-04-07", {"bill-issued", "due-soon-15", "due-soon-3", "first-demand"}),
    ],
)
def test_the_day_of_the_last_notice_tells_which_steps_lie_behind(last: str, steps: set[str]) -> None:
    some = account(Q1, last_notice=f"{Q1.key}#whatever", last_notice_on=day(last))
    assert remembered(some, rules()).told_steps(Q1.key) == steps


def test_an_owner_who_was_never_written_to_has_no_history() -> None:
    assert remembered(account(Q1), rules()) == History()
