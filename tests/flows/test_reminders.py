"""The daily run: who is told what, put on record before it is queued, and again changes nothing."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from chalicelib.core.account import Owner
from chalicelib.core.bundle import served_at
from chalicelib.core.notice import State
from chalicelib.core.rulebook import Channel
from chalicelib.core.statement import statement
from chalicelib.flows import reminders
from tests.builders import OWNER, bill, contact, day, hold, owner, payment
from tests.fakes import Crash, CrashingTable
from tests.flows.office import Office, job

Q1 = bill()
NOBODY = contact(email=None, phone=None)


def neighbours(office: Office, count: int = 5) -> list[Owner]:
    people = [owner(f"o-{number}", contact(email=f"o{number}@owner.example")) for number in range(count)]
    for person in people:
        office.enter(Q1, owner=person)
    return people


def test_a_run_puts_the_notice_on_record_and_queues_it() -> None:
    office = Office()
    office.enter(Q1)
    run = office.plan("2026-03-01")
    assert [(step.owner, step.step, step.channel) for step in run.notices] == [(OWNER, "bill-issued", Channel.EMAIL)]
    assert office.queue.bodies == [job(Q1, "bill-issued")]
    (notice,) = office.notices()
    assert (notice.state, notice.step, notice.bills) == (State.QUEUED, "bill-issued", (Q1.key,))


def test_what_is_queued_says_nothing_about_the_owner_but_an_id() -> None:
    office = Office()
    office.enter(Q1)
    office.plan("2026-03-01")
    (body,) = office.queue.bodies
    for private in ("王小明", "wang@owner.example", "13800000001", "123456", "1,234.56"):
        assert private not in body


def test_planning_alone_writes_nothing() -> None:
    office = Office()
    office.enter(Q1)
    table = CrashingTable(office.table, at=0)
    run = reminders.plan(office.through(table).records, office.bundle, on=day("2026-03-01"), ledger_through=None)
    assert (len(run.notices), table.writes) == (1, 0)


def test_only_owners_whose_day_has_come_are_looked_at() -> None:
    office = Office()
    office.enter(Q1, look_on="2026-03-02")
    assert office.plan("2026-03-01").notices == []
    assert len(office.plan("2026-03-02").notices) == 1


def test_after_a_change_of_the_rules_everybody_is_looked_at_once() -> None:
    office = Office()
    office.enter(Q1, look_on="2026-03-01")
    stages = office.bundle.rules.collection.stages
    earlier = replace(stages[0], days=(-60, *stages[0].days))
    collection = replace(office.bundle.rules.collection, stages=(earlier, *stages[1:]))
    office.bundle = replace(office.bundle, rules=replace(office.bundle.rules, collection=collection))
    assert [step.step for step in office.plan("2026-01-30").notices] == ["bill-issued-60"], "not first on 1 March"
    office.records.set_due_day(OWNER, day("2026-03-31"))
    assert office.plan("2026-03-30").waits == []


def test_rules_served_at_another_address_are_the_same_rules() -> None:
    office = Office()
    office.enter(Q1, look_on="2026-03-02")
    office.bundle = served_at(office.bundle, "http://127.0.0.1:8000")
    assert office.plan("2026-03-01").notices == []


def test_who_waits_is_looked_at_again_on_the_day_that_may_change_it() -> None:
    office = Office()
    office.enter(Q1)
    office.plan("2026-01-05")
    account = office.records.load_account(OWNER)
    assert account is not None
    assert account.due_day == day("2026-03-01")


def test_who_owes_nothing_and_waits_for_nothing_is_looked_at_now_and_then() -> None:
    office = Office()
    office.enter(Q1, payment(123456, "2026-01-10"))
    office.plan("2026-03-01")
    account = office.records.load_account(OWNER)
    assert account is not None
    assert account.due_day == day("2026-03-31")


def test_what_a_person_must_do_becomes_a_task_and_nothing_is_queued() -> None:
    office = Office()
    office.enter(Q1, owner=owner(OWNER, NOBODY))
    office.plan("2026-03-01")
    (task,) = office.tasks()
    assert (task.task, task.step, task.bills) == ("letter", "bill-issued", (Q1.key,))
    assert task.reason
    assert office.queue.bodies == []


def test_a_task_is_opened_once_however_often_the_run_is_made() -> None:
    office = Office()
    office.enter(Q1, owner=owner(OWNER, NOBODY))
    for on in ("2026-03-01", "2026-03-01", "2026-03-02", "2026-03-05"):
        office.plan(on)
    assert len(office.tasks()) == 1


def test_a_run_made_again_on_its_day_adds_no_notice() -> None:
    office = Office()
    neighbours(office)
    first = office.plan("2026-03-01")
    again = office.plan("2026-03-01")
    assert len(first.notices) == 5
    assert again.notices == []
    assert all(len(office.notices(f"o-{number}")) == 1 for number in range(5))


def test_a_run_that_was_missed_is_made_up_for() -> None:
    office = Office()
    office.enter(Q1)
    assert [step.step for step in office.plan("2026-03-09").notices] == ["bill-issued"]


def test_the_set_of_notices_is_the_same_however_often_runs_fail_or_repeat() -> None:
    """A kill before or after any write of the run is made up for by running it again."""
    steady = Office()
    neighbours(steady, 3)
    table = CrashingTable(steady.table)
    steady.through(table).plan("2026-03-01")
    steady.deliver("2026-03-01 10:00")
    writes = table.writes
    assert writes > 6
    for number in range(writes):
        for is_done in (False, True):
            office = Office()
            neighbours(office, 3)
            with suppress(Crash):
                office.through(CrashingTable(office.table, at=number, is_done=is_done)).plan("2026-03-01")
            office.deliver("2026-03-01 09:30")
            for on in ("2026-03-01", "2026-03-02"):
                office.run(on)
            assert [office.states(f"o-{n}") for n in range(3)] == [[State.SENT]] * 3
            assert len(office.mail.sent) == 3


def test_a_pause_noted_in_time_is_kept() -> None:
    office = Office()
    office.enter(Q1, hold("2026-02-20", "2026-03-10"))
    run = office.plan("2026-03-01")
    assert [wait.reason.code for wait in run.waits] == ["hold"]
    assert office.queue.bodies == []


def test_a_stale_entry_of_the_index_harms_nobody() -> None:
    office = Office()
    office.table.put_all([{"pk": "O#o-404", "sk": "OTHER", "due_day": "2026-01-01"}])
    run = office.plan("2026-03-01")
    assert (run.notices, run.tasks, run.waits) == ([], [], [])


# the time a claim has left


def with_old_bill(*facts: Any) -> Office:
    office = Office()
    office.enter(bill(due="2023-03-31"), *facts, look_on="2024-01-01")
    return office


def test_staff_see_a_claim_whose_time_runs_out_and_the_owner_does_not() -> None:
    office = with_old_bill()
    run = office.plan("2026-01-05")
    assert [(one.owner, one.months, one.expires.isoformat()) for one in run.limitation] == [(OWNER, 3, "2026-03-31")]
    account = office.records.load_account(OWNER)
    assert account
    history = office.records.notices.load_history(OWNER)
    shown = statement(
        account, history, office.bundle.rules, office.bundle.words, on=day("2026-01-05"), revision="r", language="en"
    )
    assert "2026-03-31" not in str(shown)


def test_an_owner_who_waits_for_years_is_looked_at_when_the_time_runs_out() -> None:
    office = with_old_bill(hold("2023-05-01", "2030-01-01", kind="vacancy"))
    looks, on = [], day("2024-01-01")
    while on < day("2026-05-01"):
        run = office.plan(on.isoformat())
        looks += [(on.isoformat(), one.months) for one in run.limitation]
        on += timedelta(days=1)
    assert looks == [("2025-03-31", 12), ("2025-09-30", 6), ("2025-12-31", 3), ("2026-02-28", 1), ("2026-04-01", 0)]


def test_an_owner_left_to_a_person_is_looked_at_every_thirty_days_at_the_latest() -> None:
    office = with_old_bill(hold("2023-05-01", kind="dispute"))
    run = office.plan("2024-01-01")
    assert [(wait.reason.code, wait.until) for wait in run.waits] == [("hold-open", None)]
    account = office.records.load_account(OWNER)
    assert account
    assert account.due_day == day("2024-01-31")
