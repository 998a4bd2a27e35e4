"""The shipped policy walked day by day: every stage in its time, none skipped, none twice, each with its person."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.core.account import Account, Hold, Instalment
from chalicelib.core.collection import Step, Wait, next_step
from chalicelib.core.history import History
from chalicelib.core.ledger import fold
from chalicelib.core.money import Fen
from chalicelib.core.notice import Call, Notice, State, Task
from chalicelib.core.recall import remembered
from chalicelib.core.rulebook import SENT_BY_MACHINE, Actor, Channel, Rulebook, Stage, Treatment, When
from chalicelib.core.words import Reason
from tests.builders import OWNER, account, approval, bill, contact, day, hold, owner, payment, shipped

Q1 = bill(issued="2026-02-20")  # due on 2026-03-31
USUAL = [
    ("bill-issued", "2026-03-01"),
    ("due-soon-15", "2026-03-16"),
    ("due-soon-3", "2026-03-28"),
    ("first-demand", "2026-04-07"),
    ("second-demand", "2026-04-21"),
    ("long-overdue", "2026-05-30"),
    ("formal-letter", "2026-06-29"),
    ("legal-review", "2026-09-27"),
]


class Centre:
    """A service centre that does at once what the policy says, or some days later."""

    def __init__(self, some: Account, rules: Rulebook | None = None, *, staff_take_days: int = 0) -> None:
        self.account, self.rules = some, rules or shipped()
        self.history = History()
        self.staff_take = timedelta(days=staff_take_days)
        self.steps: list[tuple[str, str]] = []
        self.waits: list[tuple[str, Wait]] = []

    def look(self, on: date) -> Step | Wait:
        ledger = fold(self.account, self.rules, on)
        return next_step(self.account, ledger, self.history, self.rules, on=on, ledger_through=on)

    def run(self, since: str, until: str, *, approves: Callable[[Step], bool] = lambda _: True) -> "Centre":
        on = day(since)
        while on <= day(until):
            decision = self.look(on)
            if isinstance(decision, Wait) and decision.step and _is_approval(decision) and approves(decision.step):
                self.history = replace(self.history, approvals=(*self.history.approvals, approval(decision.step)))
                decision = self.look(on)
            if isinstance(decision, Step):
                self._do(decision, on)
            else:
                self.waits.append((on.isoformat(), decision))
            on += timedelta(days=1)
        return self

    def _do(self, step: Step, on: date) -> None:
        self.steps.append((step.step, on.isoformat()))
        common: dict[str, Any] = {
            "owner": OWNER,
            "anchor": step.anchor,
            "stage": step.stage.id,
            "step": step.step,
            "bills": step.bills,
        }
        if step.channel in SENT_BY_MACHINE:
            told = Notice(**common, channel=step.channel, planned_on=on, told_on=on, state=State.SENT)
            self.history = replace(self.history, notices=(*self.history.notices, told))
        else:
            done = Task(**common, task=step.channel.value, opened_on=on, reason="", done_on=on + self.staff_take)
            self.history = replace(self.history, tasks=(*self.history.tasks, done))
        if step.channel is not Channel.CASE:
            self.account = replace(self.account, last_notice=step.key, last_notice_on=on)


def _is_approval(wait: Wait) -> bool:
    return wait.reason.code == "approval"


def policy(*stages: Stage) -> Rulebook:
    rules = shipped()
    return replace(rules, collection=replace(rules.collection, stages=stages))


def stage(id: str) -> Stage:
    return next(one for one in shipped().collection.stages if one.id == id)


def last_wait(centre: Centre) -> Wait:
    return centre.waits[-1][1]


# in its time


def test_every_stage_comes_in_its_time_and_once() -> None:
    assert Centre(account(Q1)).run("2026-01-01", "2027-03-31").steps == USUAL


def test_after_the_last_stage_a_manager_has_the_case() -> None:
    waiting = last_wait(Centre(account(Q1)).run("2026-01-01", "2027-03-31"))
    assert (waiting.reason.code, waiting.by) == ("by-hand", Actor.MANAGER)


def test_a_stage_that_follows_another_counts_from_the_day_it_really_happened() -> None:
    centre = Centre(account(Q1, hold("2026-04-01", "2026-04-30"))).run("2026-03-29", "2026-06-30")
    assert centre.steps == [
        ("due-soon-3", "2026-03-29"),
        ("first-demand", "2026-05-06"),
        ("second-demand", "2026-05-19"),
        ("long-overdue", "2026-05-30"),
        ("formal-letter", "2026-06-29"),
    ]


def test_a_call_that_staff_make_days_later_counts_from_the_day_it_was_made() -> None:
    by_phone = account(Q1, owner=owner(OWNER, contact(email=None)))
    centre = Centre(by_phone, staff_take_days=4).run("2026-04-01", "2026-05-15")
    assert centre.steps == [("first-demand", "2026-04-07"), ("second-demand", "2026-04-23")]


def test_what_is_with_staff_waits_for_them() -> None:
    task = Task(
        owner=OWNER,
        anchor=Q1.key,
        stage="first-demand",
        step="first-demand",
        bills=(Q1.key,),
        task="call",
        opened_on=day("2026-04-07"),
        reason="",
    )
    centre = Centre(account(Q1))
    centre.history = History(tasks=(task,))
    waiting = centre.look(day("2026-08-01"))
    assert isinstance(waiting, Wait)
    assert (waiting.reason.code, waiting.by) == ("with-staff", Actor.CLERK)


def test_old_arrears_begin_with_the_first_demand_and_every_answer_has_its_time() -> None:
    old = bill(issued="2025-02-20", due="2025-03-31")
    steps = Centre(account(old)).run("2026-03-02", "2026-12-31").steps
    assert steps == [
        ("first-demand", "2026-03-02"),
        ("second-demand", "2026-03-14"),
        ("long-overdue", "2026-03-25"),
        ("formal-letter", "2026-04-09"),
        ("legal-review", "2026-04-25"),
    ]


# conditions


def test_small_arrears_are_not_pressed_for() -> None:
    small = Centre(account(bill(1999, issued="2026-02-20"))).run("2026-01-01", "2026-12-31")
    assert [step for step, _ in small.steps][-1] == "first-demand"
    waiting = last_wait(small)
    assert (waiting.reason.code, waiting.until and waiting.until > day("2026-12-31")) == ("small", True)


def test_small_arrears_are_pressed_for_once_another_bill_has_come_as_far() -> None:
    small = bill(1999, issued="2026-02-20")
    next_bill = bill(1999, due="2026-06-30", issued="2026-05-20")
    centre = Centre(account(small, next_bill)).run("2026-01-01", "2026-08-31")
    assert [step for step in centre.steps if step[0] in ("first-demand", "second-demand")] == [
        ("first-demand", "2026-04-07"),
        ("first-demand", "2026-07-07"),
        ("second-demand", "2026-07-21"),
    ]


def test_a_new_bill_that_falls_overdue_does_not_carry_an_old_remainder_up_the_ladder() -> None:
    rest = bill(1999, issued="2026-02-20")
    large = bill(90_000, due="2026-06-30", issued="2026-05-20")
    centre = Centre(account(rest, large)).run("2026-05-01", "2026-07-18")
    steps = [step for step, on in centre.steps if on >= "2026-07-01"]
    assert steps == ["first-demand"], "not the second demand for 19.99 yuan"


def test_a_late_fee_alone_makes_no_small_sum_worth_pressing_for() -> None:
    old = bill(1999, due="2020-03-31", issued="2020-02-20")
    waiting = Centre(account(old)).run("2026-03-02", "2026-12-31")
    assert [step for step, _ in waiting.steps] == ["first-demand"]


@pytest.mark.parametrize(("kinds", "expected"), [(("shop",), False), (("shop", "residential"), True)])
def test_a_stage_for_certain_units_comes_to_them_and_passes_the_others_by(
    kinds: tuple[str, ...], expected: bool
) -> None:
    limited = replace(stage("second-demand"), when=When(unit_kinds=kinds))
    some = [limited if one.id == "second-demand" else one for one in shipped().collection.stages]
    steps = [step for step, _ in Centre(account(Q1), policy(*some)).run("2026-01-01", "2027-01-31").steps]
    assert steps == [step for step, _ in USUAL if expected or step != "second-demand"]


@pytest.mark.parametrize(("care", "expected"), [("never", False), ("only", True)])
def test_a_stage_may_be_for_owners_under_care_or_not_for_them(care: Any, expected: bool) -> None:
    some = [
        replace(one, when=replace(one.when, care=care)) if one.id == "formal-letter" else one
        for one in shipped().collection.stages
    ]
    cared = account(Q1, owner=owner(care=(Treatment.LARGE_PRINT,)))
    steps = [step for step, _ in Centre(cared, policy(*some)).run("2026-01-01", "2027-01-31").steps]
    assert ("formal-letter" in steps) is expected
    assert steps[-1] == "legal-review"


# approval


def test_an_approval_does_not_stretch_to_a_bill_that_joined_after_it() -> None:
    centre = Centre(account(Q1)).run("2026-03-29", "2026-04-20")
    seen = centre.look(day("2026-04-21"))
    assert isinstance(seen, Wait)
    assert seen.step
    centre.history = replace(centre.history, approvals=(approval(seen.step),))
    assert isinstance(centre.look(day("2026-04-21")), Step)
    parking = replace(bill(20_000, issued="2026-02-20"), id="parking", unit="P-17", kind="parking")
    told = tuple(replace(one, bills=(*one.bills, parking.key)) for one in centre.history.notices)
    called = tuple(replace(one, bills=(*one.bills, parking.key)) for one in centre.history.tasks)
    centre.account = replace(centre.account, bills=(Q1, parking))
    centre.history = replace(centre.history, notices=told, tasks=called)
    joined = centre.look(day("2026-04-21"))
    assert isinstance(joined, Wait)
    assert joined.reason.code == "approval"


def test_nothing_goes_out_without_the_approval_it_needs() -> None:
    centre = Centre(account(Q1)).run("2026-01-01", "2026-12-31", approves=lambda _: False)
    assert [step for step, _ in centre.steps][-1] == "first-demand"
    waiting = last_wait(centre)
    assert (waiting.reason.code, waiting.by, waiting.step and waiting.step.step) == (
        "approval",
        Actor.MANAGER,
        "second-demand",
    )


def test_a_demand_that_waits_for_approval_does_not_keep_a_new_bill_from_its_owner() -> None:
    next_bill = bill(due="2026-06-30", issued="2026-05-20")
    centre = Centre(account(Q1, next_bill)).run("2026-01-01", "2026-07-31", approves=lambda _: False)
    of_the_new_one = [step for step, on in centre.steps if on >= "2026-05-20"]
    assert of_the_new_one == ["bill-issued", "due-soon-15", "due-soon-3", "first-demand"]
    assert last_wait(centre).reason.code == "approval"


def test_a_demand_that_nobody_approves_does_not_keep_a_milder_one_about_a_newer_bill() -> None:
    centre = Centre(account(Q1, NEXT)).run("2026-01-01", "2026-07-06", approves=lambda _: False)
    step = looked_at(centre, "2026-07-07", "2026-07-07")
    assert isinstance(step, Step)
    assert (step.step, step.bills) == ("first-demand", (NEXT.key,))
    assert step.held_back
    assert step.held_back.step
    assert (step.held_back.reason.code, step.held_back.step.step) == ("approval", "second-demand")


def test_an_approval_holds_for_some_days_and_not_for_ever() -> None:
    centre = Centre(account(Q1)).run("2026-03-29", "2026-04-20")
    seen = centre.look(day("2026-04-21"))
    assert isinstance(seen, Wait)
    assert seen.step
    centre.history = replace(centre.history, approvals=(approval(seen.step),))
    assert isinstance(centre.look(day("2026-05-06")), Step)
    late = centre.look(day("2026-05-07"))
    assert isinstance(late, Wait)
    assert late.reason.code == "approval"


def test_a_reminder_is_not_repeated_when_its_stage_gets_other_days() -> None:
    centre = Centre(account(Q1)).run("2026-02-01", "2026-03-28")
    assert [step for step, _ in centre.steps][-1] == "due-soon-3"
    centre.rules = policy(*(replace(one, days=(-3,)) if one.id == "due-soon" else one for one in stages()))
    waiting = centre.look(day("2026-03-31"))
    assert isinstance(waiting, Wait)
    assert waiting.reason.code == "not-yet"


def test_a_reminder_that_the_policy_no_longer_has_stands_in_no_demands_way() -> None:
    centre = Centre(account(Q1)).run("2026-02-01", "2026-04-06")
    centre.rules = policy(*(one for one in stages() if one.id != "due-soon"))
    step = centre.look(day("2026-04-07"))
    assert isinstance(step, Step)
    assert step.step == "first-demand"


NEXT = bill(due="2026-06-30", issued="2026-05-20")


def looked_at(centre: Centre, on: str, through: str) -> Step | Wait:
    ledger = fold(centre.account, centre.rules, day(on))
    return next_step(centre.account, ledger, centre.history, centre.rules, on=day(on), ledger_through=day(through))


def test_a_demand_that_lacks_its_approval_is_told_although_a_reminder_goes_in_its_place() -> None:
    centre = Centre(account(Q1, NEXT)).run("2026-01-01", "2026-05-30", approves=lambda _: False)
    step = looked_at(centre, "2026-05-31", "2026-05-31")
    assert isinstance(step, Step)
    assert step.held_back
    assert step.held_back.step
    assert (step.step, step.held_back.reason.code, step.held_back.by, step.held_back.step.step) == (
        "bill-issued",
        "approval",
        Actor.MANAGER,
        "second-demand",
    )


def test_a_demand_that_waits_for_the_ledger_is_told_although_a_reminder_goes_in_its_place() -> None:
    centre = Centre(account(Q1, NEXT)).run("2026-05-01", "2026-05-02")
    for through, code in {"2026-05-01": "ledger-stale", "2026-05-31": None}.items():
        centre.history = History()
        step = looked_at(centre, "2026-05-31", through)
        assert isinstance(step, Step)
        assert (step.held_back and step.held_back.reason.code) == code


def test_while_a_person_decides_how_a_changed_policy_goes_on_no_demand_is_held_back() -> None:
    centre = Centre(account(Q1, NEXT)).run("2026-04-01", "2026-04-10")
    renamed = tuple(replace(one, id="first") if one.id == "first-demand" else one for one in stages())
    centre.rules = policy(*(replace(one, after="first") if one.after == "first-demand" else one for one in renamed))
    older = bill(due="2026-02-28", issued="2026-01-20", id="2026-02")
    centre.account = account(older, Q1, NEXT)
    step = looked_at(centre, "2026-05-31", "2026-05-01")
    assert isinstance(step, Step)
    assert (step.step, step.held_back) == ("bill-issued", None)


def stages() -> tuple[Stage, ...]:
    return shipped().collection.stages


def test_an_approval_is_for_one_notice() -> None:
    centre = Centre(account(Q1))
    centre.run("2026-01-01", "2027-03-31", approves=lambda step: step.stage.id == "second-demand")
    assert [step for step, _ in centre.steps][-1] == "long-overdue"


# contacts


def test_one_contact_a_day_whoever_made_it() -> None:
    centre = Centre(account(Q1))
    centre.history = History(calls=(Call(id="1", on=day("2026-03-01"), way=Channel.CALL),))
    waiting = centre.look(day("2026-03-01"))
    assert isinstance(waiting, Wait)
    assert (waiting.reason.code, waiting.until) == ("contacted-today", day("2026-03-02"))


def test_three_contacts_in_seven_days_are_enough() -> None:
    centre = Centre(account(Q1))
    days = ("2026-02-25", "2026-02-26", "2026-02-28")
    centre.history = History(calls=tuple(Call(id=one, on=day(one), way=Channel.CALL) for one in days))
    waiting = centre.look(day("2026-03-01"))
    assert isinstance(waiting, Wait)
    assert (waiting.reason.code, waiting.until) == ("contacted-often", day("2026-03-04"))
    assert isinstance(centre.look(day("2026-03-04")), Step)


# what the owner's own record says comes next


class Owner(Centre):
    """Looks every day at what comes next, as the balance page does: by the owner's record alone."""

    def __init__(self, some: Account) -> None:
        super().__init__(some)
        self.read: dict[str, tuple[Reason, Reason]] = {}

    def look(self, on: date) -> Step | Wait:
        decision = super().look(on)
        with_people, self.history = self.history, remembered(self.account, self.rules)
        self.read[on.isoformat()] = (super().look(on).reason, decision.reason)
        self.history = with_people
        return decision


def test_an_owner_reads_what_comes_next_as_staff_do_until_a_manager_must_approve_it() -> None:
    centre = Owner(account(Q1))
    centre.run("2026-01-01", "2026-04-20")
    assert [on for on, (read, true) in centre.read.items() if read != true] == []


def test_no_owner_reads_that_the_rules_changed_who_is_told_what_they_say() -> None:
    centre = Owner(account(Q1))
    centre.run("2026-01-01", "2027-03-31")
    assert "policy-changed" not in {read.code for read, _ in centre.read.values()}


# a policy changed midway


def test_a_policy_changed_on_the_way_hands_the_owner_to_a_person() -> None:
    centre = Centre(account(Q1)).run("2026-01-01", "2026-06-01")
    another = replace(stage("second-demand"), id="new-demand", after=None, days=(10,))
    stages = list(shipped().collection.stages)
    centre.rules = policy(*stages[:3], another, *stages[4:])
    waiting = centre.look(day("2026-06-29"))
    assert isinstance(waiting, Wait)
    assert (waiting.reason.code, waiting.by, waiting.until) == ("policy-changed", Actor.SUPERVISOR, None)


def test_what_comes_after_the_stage_reached_may_change_freely() -> None:
    centre = Centre(account(Q1)).run("2026-01-01", "2026-06-01")
    centre.rules = policy(*[one for one in shipped().collection.stages if one.id != "formal-letter"])
    assert centre.run("2026-06-02", "2026-12-31").steps[-1] == ("legal-review", "2026-09-27")


# care


def test_who_wants_a_call_first_is_called() -> None:
    decision = Centre(account(Q1, owner=owner(care=(Treatment.CALL_FIRST,)))).look(day("2026-04-07"))
    assert isinstance(decision, Step)
    assert decision.channel is Channel.CALL


def test_no_automatic_demand_leaves_demands_to_people_and_reminders_to_the_machine() -> None:
    centre = Centre(account(Q1, owner=owner(care=(Treatment.NO_AUTOMATIC_DEMAND,))))
    demand, friendly = centre.look(day("2026-04-07")), centre.look(day("2026-03-01"))
    assert isinstance(demand, Step)
    assert isinstance(friendly, Step)
    assert (demand.channel, friendly.channel) == (Channel.CALL, Channel.EMAIL)


# pauses


def test_a_pause_of_one_bill_keeps_nobody_from_learning_of_the_next() -> None:
    next_bill = bill(due="2026-06-30", issued="2026-05-20")
    paused = account(Q1, next_bill, hold("2026-04-01", "2026-12-31", bills=(Q1.key,)))
    waiting = Centre(paused).look(day("2026-04-02"))
    assert isinstance(waiting, Wait)
    assert (waiting.reason.code, waiting.until) == ("hold", day("2026-05-31"))


def test_the_end_of_a_pause_is_never_slept_through() -> None:
    next_bill = bill(due="2026-06-30", issued="2026-03-31")
    paused = account(Q1, next_bill, hold("2026-04-01", "2026-04-20", bills=(Q1.key,)))
    waiting = Centre(paused).look(day("2026-04-02"))
    assert isinstance(waiting, Wait)
    assert (waiting.reason.code, waiting.until) == ("not-yet", day("2026-04-21"))


def test_the_day_after_an_instalment_is_looked_at() -> None:
    parts = (Instalment(day("2026-05-10"), Fen(61728)), Instalment(day("2026-06-10"), Fen(61728)))
    plan = Hold(id="plan-1", kind="plan", from_=day("2026-04-10"), until=day("2026-06-10"), instalments=parts)
    waiting = Centre(account(Q1, plan)).look(day("2026-04-11"))
    assert isinstance(waiting, Wait)
    assert waiting.until == day("2026-05-12")  # the tenth is a Sunday, so it may come on the eleventh
    for last in ("2026-05-10", "2026-05-11"):
        on_the_day = Centre(account(Q1, plan)).look(day(last))
        assert isinstance(on_the_day, Wait)
        assert on_the_day.until == day("2026-05-12")


# the end


def test_payment_ends_it_at_any_stage() -> None:
    for _, on in USUAL[1:]:
        before = day(on) - timedelta(days=1)
        late = 123456 * 2
        centre = Centre(account(Q1, payment(late, before.isoformat()))).run("2026-01-01", "2027-03-31")
        assert all(done < on for _, done in centre.steps), on


def test_what_was_filed_in_court_is_never_touched_again() -> None:
    centre = Centre(account(Q1, hold("2026-09-28", kind="litigation"))).run("2026-01-01", "2028-01-31")
    assert centre.steps == USUAL
    assert (last_wait(centre).reason.code, last_wait(centre).by) == ("hold-open", Actor.MANAGER)
