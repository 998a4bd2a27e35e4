"""Staff at work: calls that are tried twice, visits, cases with a cause, and a list that is checked again."""

from contextlib import suppress
from datetime import date

import pytest
from msgspec.structs import replace

from chalicelib.core.account import Holder, Suppression
from chalicelib.core.errors import BadInput, NotFound
from chalicelib.core.feedback import Feedback
from chalicelib.core.notice import Outcome, State, Task
from chalicelib.core.reach import mark
from chalicelib.core.refusal import Refusal
from chalicelib.core.rulebook import Actor, Channel, Treatment
from chalicelib.core.tasks import OpenTask, Standing, unreachable
from chalicelib.flows import approvals, reminders, tasks
from chalicelib.flows.asks import AskForm, ask
from chalicelib.flows.feedback import note_feedback
from chalicelib.flows.sender import notice_tag
from chalicelib.flows.tasks import Closed
from tests.builders import OWNER, UNIT, bill, contact, day, hold, owner, payment, shipped_bundle
from tests.fakes import SENT, UNKNOWN, Crash, CrashingTable, FakeMail
from tests.flows.office import Office, at

Q1 = bill(issued="2026-02-20")  # due on 2026-03-31
BY_PHONE = owner(OWNER, contact(email=None))


def centre(who: object = None) -> Office:
    office = Office(bundle=shipped_bundle())
    office.enter(Q1, owner=BY_PHONE if who is None else who)  # type: ignore[arg-type]
    return office


def report(office: Office, way: Channel, outcome: Outcome, now: str) -> Task | None:
    return tasks.record_contact(office.records, office.bundle, OWNER, way, outcome, at=at(now))


def standing(office: Office, on: str, through: str | None = None) -> list[Standing]:
    return [one.standing for one in open_tasks(office, on, through)]


def resting(office: Office, on: str) -> list[tuple[Standing, date | None]]:
    return [(one.standing, one.next_on) for one in open_tasks(office, on)]


def open_tasks(office: Office, on: str, through: str | None = None) -> list[OpenTask]:
    fresh = day(through or on)
    run = reminders.plan(office.records, office.bundle, on=day(on), ledger_through=fresh, due_by=day("2030-01-01"))
    return run.open_tasks


def test_a_task_says_who_does_it_and_by_when() -> None:
    office = centre()
    office.plan("2026-04-07")  # a Tuesday
    (task,) = office.tasks()
    assert (task.task, task.by, task.due_on) == ("call", Actor.CLERK, day("2026-04-10"))


def test_two_calls_at_different_times_of_day_and_then_a_visit() -> None:
    office = centre()
    office.plan("2026-04-07")
    ways = [
        report(office, Channel.CALL, Outcome.NO_ANSWER, now)
        for now in ("2026-04-07 10:00", "2026-04-07 11:00", "2026-04-07 18:00")
    ]
    assert [task.task for task in ways if task] == ["call", "call", "visit"]
    assert [task.task for task in office.tasks()] == ["visit"]
    done = report(office, Channel.VISIT, Outcome.NO_ANSWER, "2026-04-09 15:00")
    assert done and done.done_on == day("2026-04-09"), "word was left at the door"


def test_the_same_report_twice_changes_nothing() -> None:
    office = centre()
    office.plan("2026-04-07")
    for _ in range(2):
        report(office, Channel.CALL, Outcome.REACHED, "2026-04-08 10:00")
    history = office.records.notices.load_history(OWNER)
    assert [len(history.calls), len(history.tasks)] == [1, 1]
    assert history.tasks[0].outcome == "reached"


def test_the_next_demand_counts_from_the_day_the_owner_was_reached() -> None:
    office = centre()
    office.plan("2026-04-07")
    report(office, Channel.CALL, Outcome.REACHED, "2026-04-11 10:00")
    (wait,) = office.plan("2026-04-12").waits
    assert wait.until == day("2026-04-23")


def test_a_call_nobody_asked_for_counts_as_a_contact() -> None:
    office = centre()
    assert report(office, Channel.CALL, Outcome.REACHED, "2026-04-07 09:30") is None
    (wait,) = office.plan("2026-04-07").waits
    assert wait.reason.code == "contacted-today"


def test_the_list_of_calls_is_checked_again() -> None:
    office = centre()
    office.plan("2026-04-07")
    assert standing(office, "2026-04-08") == [Standing.ASKED]
    assert standing(office, "2026-04-08", through="2026-04-01") == [Standing.STALE]
    office.records.add_hold(OWNER, hold("2026-04-08", "2026-04-20"))
    assert standing(office, "2026-04-08") == [Standing.HELD]
    office.records.record_payment(OWNER, payment(123456, "2026-04-08"))
    assert standing(office, "2026-04-09") == [Standing.SETTLED]


def test_what_is_paid_is_no_longer_asked_for_and_the_day_after_the_task_is_gone() -> None:
    office = centre()
    office.plan("2026-04-07")
    office.records.record_payment(OWNER, payment(123456, "2026-04-08"))
    office.plan("2026-04-08")
    (task,) = office.tasks()
    assert (task.outcome, task.done_on) == ("settled", day("2026-04-08"))


def test_an_owner_with_a_task_is_looked_at_every_day() -> None:
    office = centre()
    office.plan("2026-04-07")
    for on in ("2026-04-08", "2026-04-09"):
        office.plan(on)
        assert OWNER in office.records.due_owners(day(on).replace(day=day(on).day + 1))


def with_a_case() -> Office:
    office = centre()
    office.records.set_ledger_through(day("2026-12-31"))
    for on in ("2026-04-07", "2026-04-21", "2026-06-01"):
        run = office.plan(on)
        approvals.approve(office.records, approvals.awaiting(run), by="arn:manager", at=at(on))
        office.plan(on)
        report(office, Channel.CALL, Outcome.REACHED, f"{on} 15:00")
        report(office, Channel.LETTER, Outcome.DELIVERED, f"{on} 15:00")
    return office


def test_a_case_is_closed_with_a_cause_of_the_rules() -> None:
    office = with_a_case()
    with pytest.raises(BadInput, match="outcome"):
        tasks.close_case(office.records, office.bundle, OWNER, "grumpy", on=day("2026-06-05"))
    closed = tasks.close_case(office.records, office.bundle, OWNER, "forgotten", on=day("2026-06-05"))
    assert isinstance(closed, Closed)
    assert (closed.task.step, closed.task.outcome, closed.pause) == ("long-overdue", "forgotten", None)
    with pytest.raises(NotFound):
        tasks.close_case(office.records, office.bundle, OWNER, "forgotten", on=day("2026-06-06"))


@pytest.mark.parametrize(("cause", "kind", "bills"), [("service", "dispute", (Q1.key,)), ("hardship", "hardship", ())])
def test_a_cause_brings_the_pause_its_measure_promises(cause: str, kind: str, bills: tuple[str, ...]) -> None:
    office = with_a_case()
    closed = tasks.close_case(office.records, office.bundle, OWNER, cause, on=day("2026-06-05"), by="arn:anna")
    account = office.records.load_account(OWNER)
    assert account and isinstance(closed, Closed)
    assert account.holds == (closed.pause,)
    assert [(one.kind, one.bills, one.by) for one in account.holds] == [(kind, bills, "arn:anna")]


def test_only_a_manager_closes_a_case_by_going_to_court() -> None:
    office = with_a_case()  # finding the cause is the supervisor's
    refused = tasks.close_case(office.records, office.bundle, OWNER, "filed", on=day("2026-06-05"))
    assert isinstance(refused, Refusal)
    account = office.records.load_account(OWNER)
    assert account and account.holds == ()
    assert [task.done_on for task in office.tasks() if task.task == "case"] == [None]


def test_a_pause_that_runs_already_is_enough_for_its_cause() -> None:
    office = with_a_case()
    office.records.add_hold(OWNER, replace(hold("2026-06-02", "2026-08-30"), kind="hardship"))
    closed = tasks.close_case(office.records, office.bundle, OWNER, "hardship", on=day("2026-06-05"))
    assert isinstance(closed, Closed) and closed.pause is None


def test_a_report_of_what_a_way_cannot_bring_is_refused() -> None:
    office = centre()
    office.plan("2026-04-07")
    with pytest.raises(BadInput, match="reached, no-answer"):
        report(office, Channel.CALL, Outcome.DELIVERED, "2026-04-08 10:00")
    assert [task.done_on for task in office.tasks()] == [None]


def test_a_report_of_a_day_before_the_task_was_there_does_not_close_it() -> None:
    office = centre()
    office.plan("2026-04-07")
    assert report(office, Channel.CALL, Outcome.REACHED, "2026-04-06 10:00") is None
    assert [task.done_on for task in office.tasks()] == [None]


# when staff may contact an owner


def test_who_was_written_to_today_is_called_from_tomorrow_on() -> None:
    office = centre(owner(OWNER, contact()))
    office.run("2026-04-07")
    assert resting(office, "2026-04-07") == [(Standing.RESTING, day("2026-04-08"))]
    assert resting(office, "2026-04-08") == [(Standing.ASKED, None)]


def test_a_call_nobody_answered_is_tried_again_on_another_day() -> None:
    office = centre()
    office.plan("2026-04-07")
    report(office, Channel.CALL, Outcome.NO_ANSWER, "2026-04-07 10:00")
    assert resting(office, "2026-04-07") == [(Standing.RESTING, day("2026-04-08"))]


def test_three_contacts_in_seven_days_are_enough_for_calls_too() -> None:
    office = centre()
    office.plan("2026-04-07")
    for on in ("2026-04-07", "2026-04-08"):
        report(office, Channel.CALL, Outcome.NO_ANSWER, f"{on} 10:00")
    report(office, Channel.LETTER, Outcome.DELIVERED, "2026-04-09 10:00")
    assert resting(office, "2026-04-10") == [(Standing.RESTING, day("2026-04-14"))]


def test_nobody_is_called_on_a_holiday_nor_when_the_role_is_off_duty() -> None:
    office = centre()
    office.plan("2026-04-30")
    assert resting(office, "2026-05-01") == [(Standing.RESTING, day("2026-05-06"))], "Labour Day ends on the 5th"
    with_case = with_a_case()
    with_case.records.add_hold(OWNER, hold("2026-06-02", "2026-06-03"))
    (task,) = (task for task in with_case.tasks() if task.task == "case")
    assert task.done_on is None, "a case contacts nobody and has no hours"


def test_households_under_care_are_called_on_working_days() -> None:
    office = centre(owner(OWNER, contact(email=None), care=(Treatment.DAYTIME_VISIT,), care_on=day("2026-01-01")))
    office.plan("2026-04-10")  # a Friday
    assert resting(office, "2026-04-11") == [(Standing.RESTING, day("2026-04-13"))]


def test_care_is_looked_at_again_after_a_year() -> None:
    cared = owner(OWNER, contact(), care=(Treatment.CALL_FIRST,), care_by="clerk", care_on=day("2025-04-10"))
    office = centre(cared)
    office.plan("2026-04-07")
    assert [task.stage for task in office.tasks()] == ["first-demand"]
    for on in ("2026-04-10", "2026-04-11"):
        office.plan(on)
    assert sorted(task.stage for task in office.tasks()) == ["care-review", "first-demand"]
    closed = tasks.close_case(office.records, office.bundle, OWNER, "kept", on=day("2026-04-12"))
    account = office.records.load_account(OWNER)
    assert isinstance(closed, Closed)
    assert closed.task.stage == "care-review"
    assert account and (account.owner.care, account.owner.care_on) == ((Treatment.CALL_FIRST,), day("2026-04-12"))


def test_a_demand_waits_for_approval_and_goes_the_same_day() -> None:
    office = centre()
    for on in ("2026-04-07",):
        office.plan(on)
        report(office, Channel.CALL, Outcome.REACHED, f"{on} 10:00")
    waiting = approvals.awaiting(office.plan("2026-04-21"))
    assert [(step.owner, step.step) for step in waiting] == [(OWNER, "second-demand")]
    assert approvals.approve(office.records, waiting, by="arn:manager", at=at("2026-04-21")) == 1
    assert approvals.approve(office.records, waiting, by="arn:other", at=at("2026-04-21")) == 0
    run = office.plan("2026-04-21")
    assert [step.step for step in run.tasks] == ["second-demand", "second-demand.call"]


# a policy changed on the way


def changed(office: Office) -> Office:
    """The same centre after its first demand was given another name."""
    rules = office.bundle.rules
    stages = tuple(replace(one, id="reminder") if one.id == "first-demand" else one for one in rules.collection.stages)
    stages = tuple(replace(one, after="reminder") if one.after == "first-demand" else one for one in stages)
    collection = replace(rules.collection, stages=stages)
    office.bundle = replace(office.bundle, rules=replace(rules, collection=collection))
    return office


def test_a_bill_whose_policy_changed_on_the_way_becomes_a_case_for_the_supervisor_once() -> None:
    office = centre()
    office.plan("2026-04-07")
    report(office, Channel.CALL, Outcome.REACHED, "2026-04-08 10:00")
    changed(office)
    for on in ("2026-04-20", "2026-04-21"):
        run = office.plan(on)
        assert run.notices == run.tasks == [], "nothing jumps"
    (case,) = (task for task in office.tasks() if task.stage == "policy-changed")
    assert (case.task, case.by, case.bills, case.done_on) == ("case", Actor.SUPERVISOR, (Q1.key,), None)


def test_a_demand_the_policy_no_longer_has_is_not_asked_for_on_an_old_ledger_either() -> None:
    office = centre()
    office.plan("2026-04-07")
    changed(office)
    by_task = {one.task.stage: one.standing for one in open_tasks(office, "2026-04-20", through="2026-04-01")}
    assert by_task["first-demand"] is Standing.STALE
    office.plan("2026-04-20", is_fresh=False)
    by_task = {one.task.stage: one.standing for one in open_tasks(office, "2026-04-20", through="2026-04-01")}
    assert by_task["policy-changed"] is Standing.ASKED, "a supervisor's case disturbs nobody"


def test_a_supervisor_lets_it_go_on_by_the_present_rules() -> None:
    office = centre()
    office.plan("2026-04-07")
    report(office, Channel.CALL, Outcome.REACHED, "2026-04-08 10:00")
    changed(office).plan("2026-04-20")
    closed = tasks.close_case(office.records, office.bundle, OWNER, "resume", on=day("2026-04-21"))
    assert isinstance(closed, Closed)
    office.plan("2026-04-22")
    assert [task.step for task in office.tasks() if task.done_on is None] == ["reminder"]
    report(office, Channel.CALL, Outcome.REACHED, "2026-04-23 10:00")
    assert office.plan("2026-05-02").waits[0].reason.code == "not-yet", "the next one counts from the call"


def test_a_changed_policy_goes_on_behind_the_last_demand_it_still_knows() -> None:
    office = centre()
    office.plan("2026-04-07")
    report(office, Channel.CALL, Outcome.REACHED, "2026-04-08 10:00")
    rules = office.bundle.rules
    new = replace(rules.collection.stages[2], id="friendly-call", days=(5,))
    stages = (*rules.collection.stages[:2], new, *rules.collection.stages[2:])
    office.bundle = replace(office.bundle, rules=replace(rules, collection=replace(rules.collection, stages=stages)))
    office.plan("2026-04-20")
    tasks.close_case(office.records, office.bundle, OWNER, "resume", on=day("2026-04-21"))
    waiting = office.plan("2026-05-07").waits[-1]
    assert waiting.stage and (waiting.reason.code, waiting.stage.id) == ("approval", "second-demand")


# a message of which nobody knows whether it went out


def lost() -> Office:
    """A centre that wrote to its owner yesterday, got no answer from the provider, and has asked staff to find out."""
    office = Office(mail=FakeMail(UNKNOWN, SENT))
    office.enter(bill())
    assert office.run("2026-03-01") == [State.UNKNOWN]
    office.run("2026-03-02")
    assert [task.stage for task in office.tasks()] == ["unknown"]
    return office


def close(office: Office, outcome: str, on: str = "2026-03-02", **how: object) -> Closed | Refusal:
    return tasks.close_case(office.records, office.bundle, OWNER, outcome, on=day(on), **how)  # type: ignore[arg-type]


def test_what_was_found_to_have_gone_out_counts_as_sent_and_is_not_sent_again() -> None:
    office = lost()
    close(office, "sent")
    assert office.states() == [State.SENT]
    assert office.run("2026-03-03") == []
    assert len(office.mail.sent) == 1


def test_what_was_found_not_to_have_gone_out_is_sent_again_only_if_the_rules_still_ask_for_it() -> None:
    for is_paid in (False, True):
        office = lost()
        close(office, "not-sent")
        assert office.states() == [State.RETRY]
        assert len(office.mail.sent) == 1, "nobody but the next run sends it"
        if is_paid:
            office.records.record_payment(OWNER, payment(123456, "2026-03-02"))
        office.run("2026-03-03")
        assert (len(office.mail.sent), len(office.notices())) == (1 if is_paid else 2, 1)


def test_until_staff_have_found_out_nothing_is_sent() -> None:
    office = lost()
    for on in ("2026-03-03", "2026-03-04", "2026-03-05"):
        office.run(on)
    assert (office.states(), len(office.mail.sent), len(office.tasks())) == ([State.UNKNOWN], 1, 1)


def test_what_the_provider_has_said_meanwhile_stands() -> None:
    office = lost()
    (notice,) = office.notices()
    (case,) = office.tasks()
    told = Feedback(
        said="delivered",
        channel=Channel.EMAIL,
        notice=notice_tag(notice),
        attempt=notice.attempt,
        addresses=(),
        at=at("2026-03-02"),
    )
    note_feedback(office.records, office.bundle, office.again, told)
    with pytest.raises(NotFound):
        close(office, "not-sent")
    tasks._settle_lost(office.records, case, "not-sent")  # at the very moment at which the word came in
    assert office.states() == [State.DELIVERED]


def test_a_case_about_an_earlier_attempt_says_nothing_of_a_later_one() -> None:
    office = lost()
    (case,) = office.tasks()
    close(office, "not-sent")
    office.run("2026-03-03")
    tasks._settle_lost(office.records, case, "not-sent")
    assert office.states() == [State.SENT]


@pytest.mark.parametrize(("outcome", "state"), [("sent", State.SENT), ("not-sent", State.RETRY)])
@pytest.mark.parametrize("is_done", [False, True])
@pytest.mark.parametrize("number", range(3))
def test_a_case_whose_closing_was_cut_short_is_closed_by_the_same_report(
    outcome: str, state: State, is_done: bool, number: int
) -> None:
    office = lost()
    crashing = CrashingTable(office.table, at=number, is_done=is_done)
    with pytest.raises(Crash):
        close(office.through(crashing), outcome)
    try:
        close(office, outcome)
    except NotFound:
        assert number > 0, "it was closed in the first attempt"
    assert office.states() == [state]
    assert [task.outcome for task in office.tasks()] == [outcome]


@pytest.mark.parametrize("number", [None, *range(4)])
def test_an_answer_that_never_went_out_is_queued_again_for_no_stage_would_ask_for_it(number: int | None) -> None:
    office = Office(bundle=shipped_bundle(), mail=FakeMail(UNKNOWN, SENT))
    office.enter(bill(issued="2026-02-20"))
    office.records.add_holder(UNIT, Holder(owner=OWNER, from_=day("2021-05-01")))
    office.records.set_due_day(OWNER, day("2026-12-31"))
    asked = AskForm(unit=UNIT, contact="wang@owner.example")
    ask(office.records, office.bundle, office.queue, asked, network="", now=at("2026-03-20 10:00"))
    assert office.deliver("2026-03-20 10:00") == [State.UNKNOWN]
    office.queue.bodies.clear()
    office.plan("2026-03-21")
    assert [task.stage for task in office.tasks()] == ["unknown"], "though no bill would call for a look at the owner"
    if number is not None:
        with suppress(Crash):
            close(office.through(CrashingTable(office.table, at=number)), "not-sent", "2026-03-21", queue=office.again)
    with suppress(NotFound):
        close(office, "not-sent", "2026-03-21", queue=office.again)
    assert {*office.again.bodies} != set()
    assert [office.deliver("2026-03-21 11:00", body) for body in office.again.bodies][-1] == [State.SENT]
    assert len(office.mail.sent) == 2


# an address that fails


def closed_mail(office: Office, address: str = "wang@owner.example") -> None:
    closed = Suppression(
        channel=Channel.EMAIL, mark=mark(address), reason="bounced", on=day("2026-03-01"), notice="2026-Q1"
    )
    office.records.notices.add_task(unreachable(OWNER, closed))
    office.records.suppress(OWNER, closed)


def test_a_case_about_an_address_ends_as_updated_once_that_address_is_no_longer_on_file() -> None:
    office = centre(owner())
    closed_mail(office)
    refusal = close(office, "updated")
    assert isinstance(refusal, Refusal)
    assert (refusal.problem, refusal.values) == ("address-on-file", {"address": "w***@owner.example"})
    assert [task.done_on for task in office.tasks()] == [None]
    office.records.save_owner(owner(OWNER, contact(email="new@owner.example")))
    assert isinstance(close(office, "updated"), Closed)
    assert [task.outcome for task in office.tasks()] == ["updated"]


def test_a_case_about_an_address_ends_as_kept_with_the_address_unused_for_good() -> None:
    office = centre(owner())
    closed_mail(office)
    assert isinstance(close(office, "kept"), Closed)
    office.run("2026-03-01")
    assert (office.mail.sent, len(office.sms.sent)) == ([], 1)


def test_a_trial_changes_nothing_and_is_refused_what_would_be() -> None:
    for office, outcome in ((lost(), "sent"), (centre(owner()), "kept")):
        closed_mail(office)
        before = office.records.notices.load_history(OWNER)
        made = close(office, outcome, dry_run=True)
        assert isinstance(made, Closed)
        assert made.task.outcome == outcome
        assert office.records.notices.load_history(OWNER) == before
        assert isinstance(close(office, "updated", dry_run=True), Refusal)


def test_of_several_cases_the_one_that_can_end_so_is_closed_or_the_one_that_is_named() -> None:
    office = lost()
    closed_mail(office)
    closed_mail(office, "old@owner.example")
    first, second = (task.key for task in office.tasks() if task.stage == "unreachable")
    close(office, "kept", key=second)
    assert {task.key: task.outcome for task in office.tasks() if task.done_on} == {second: "kept"}
    close(office, "sent")
    assert [task.key for task in office.tasks() if not task.done_on] == [first]
    with pytest.raises(BadInput, match="updated, kept"):
        close(office, "forgotten")


def test_staff_are_told_of_a_complaint_by_the_next_list() -> None:
    office = Office()
    office.enter(bill())
    office.run("2026-03-01")
    office.plan("2026-03-02")
    (notice,) = office.notices()
    office.records.set_due_day(OWNER, day("2026-05-01"))
    complaint = Feedback(
        said="complained",
        channel=Channel.EMAIL,
        notice=notice_tag(notice),
        attempt=notice.attempt,
        addresses=("wang@owner.example",),
        at=at("2026-03-05 20:00"),
    )
    note_feedback(office.records, office.bundle, office.again, complaint)
    run = reminders.plan(office.records, office.bundle, on=day("2026-03-06"), ledger_through=day("2026-03-06"))
    assert [one.task.stage for one in run.open_tasks] == ["unreachable"]
