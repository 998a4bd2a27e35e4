"""The daily run: all are looked at before any is told, it goes on where it stopped, and waits where it is too much."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from chalicelib.core.bundle import Bundle
from chalicelib.core.notice import State
from chalicelib.core.volume import Excess
from chalicelib.flows.progress import Phase, RunApproval, approve_run, load_progress, unapproved
from chalicelib.flows.reminders import Run
from chalicelib.flows.run import queue_run
from tests import builders
from tests.builders import bill, day, owner, payment
from tests.fakes import Crash, CrashingTable
from tests.flows.office import Office, at

ON = "2026-03-01"


def bundle(floor: int = 100, times: int = 2) -> Bundle:
    shipped = builders.bundle()
    limits = replace(shipped.rules.collection.limits, run_floor=floor, run_times=times)
    return replace(shipped, rules=replace(shipped.rules, collection=replace(shipped.rules.collection, limits=limits)))


def office_of(owners: int, rules: Bundle | None = None) -> Office:
    office = Office(bundle=rules or bundle())
    for number in range(owners):
        office.enter(bill(), owner=owner(f"o-{number:03}"), look_on=ON)
    office.records.set_ledger_through(day(ON))
    return office


def run_for(office: Office, owners: int, on: str = ON) -> Run:
    """An invocation that has time for so many owners."""
    left = iter([*[True] * owners, False])
    has_time: Callable[[], bool] = lambda: next(left, False)  # noqa: E731  # a clock that runs out
    return queue_run(office.records, office.bundle, office.queue, on=day(on), has_time=has_time)


def queued(office: Office) -> int:
    return len(set(office.queue.bodies))


# going on


def test_a_run_looks_at_everybody_then_queues_and_is_done() -> None:
    office = office_of(5)
    run = office.plan(ON)
    assert (run.phase, len(run.notices), queued(office)) == ("done", 5, 5)
    progress = load_progress(office.records)
    assert progress is not None
    assert (progress.on, progress.phase, progress.counts) == (day(ON), Phase.DONE, {"bill-issued": 5})


def test_a_run_that_is_short_of_time_is_gone_on_with_where_it_stopped() -> None:
    office = office_of(7)
    first, second = run_for(office, 2), run_for(office, 2)
    assert [first.looked_at, second.looked_at] == [3, 3], "one more each, since one is always looked at"
    assert (first.phase, queued(office)) == ("looking", 0), "nobody is told before everybody was looked at"
    last = office.plan(ON)
    assert (last.phase, last.looked_at, queued(office)) == ("done", 1, 7)
    assert office.plan(ON).looked_at == 0


def test_a_run_short_of_time_while_it_queues_is_gone_on_with_too() -> None:
    office = office_of(3)
    run = run_for(office, 3)
    assert (run.phase, queued(office)) == ("queueing", 0)
    assert office.plan(ON).phase == "done"
    assert queued(office) == 3


def test_each_invocation_gets_somewhere_however_little_time_there_is() -> None:
    office = office_of(4)
    runs = 0
    while run_for(office, 1).phase == "looking":
        runs += 1
        assert runs < 10
    assert office.plan(ON).phase == "done"
    assert queued(office) == 4


def test_a_run_cut_off_at_any_write_is_finished_by_the_next_and_tells_each_owner_once() -> None:
    steady = office_of(3)
    table = CrashingTable(steady.table)
    steady.through(table).plan(ON)
    assert table.writes > 15
    for number in range(table.writes):
        for is_done in (False, True):
            office = office_of(3)
            with pytest.raises(Crash):
                office.through(CrashingTable(office.table, at=number, is_done=is_done)).plan(ON)
            office.plan(ON)
            office.deliver(f"{ON} 10:00")
            assert len(office.mail.sent) == 3, (number, is_done)
            assert sorted(office.records.notices.listed(day(ON))) == [
                (f"o-{owner:03}", f"{bill().key}#bill-issued") for owner in range(3)
            ]


def test_days_nobody_ran_are_caught_up_with() -> None:
    office = office_of(3)
    office.run("2026-03-05")
    assert len(office.mail.sent) == 3


def test_a_run_of_yesterday_that_was_never_finished_is_begun_anew_today() -> None:
    office = office_of(5)
    run_for(office, 2)
    office.records.record_payment("o-000", payment(123456, ON))
    run = office.plan("2026-03-02")
    assert (run.phase, run.looked_at) == ("done", 5)
    office.deliver("2026-03-02 10:00")
    assert len(office.mail.sent) == 4
    assert office.records.next_notice("o-000") == "", "what was found yesterday is forgotten"


def test_the_same_day_again_looks_only_at_whom_something_brought_forward() -> None:
    office = office_of(3)
    office.plan(ON)
    office.enter(bill(), owner=owner("o-new"), look_on=ON)
    run = office.plan(ON)
    assert [step.owner for step in run.notices] == ["o-new"]


def test_the_list_of_a_day_names_every_notice_its_run_found() -> None:
    office = office_of(4)
    office.run(ON)
    office.run("2026-03-16")
    key = bill().key
    assert office.records.notices.listed(day(ON)) == [(f"o-{n:03}", f"{key}#bill-issued") for n in range(4)]
    assert office.records.notices.listed(day("2026-03-16")) == [(f"o-{n:03}", f"{key}#due-soon-15") for n in range(4)]
    assert office.records.notices.listed(day("2026-03-02")) == []


# far beyond the usual


def test_a_run_far_beyond_the_usual_tells_nobody_until_a_manager_has_seen_it() -> None:
    office = office_of(6, bundle(floor=5))
    run = office.plan(ON)
    assert (run.phase, run.excesses, queued(office)) == ("held", [Excess("bill-issued", 6, 0)], 0)
    assert office.plan(ON).phase == "held"
    approval = RunApproval(on=day(ON), counts={"bill-issued": 6}, by="arn:manager", at=at(f"{ON} 09:30"))
    approve_run(office.records, approval)
    assert office.plan(ON).phase == "done"
    assert office.deliver(f"{ON} 10:00") == [State.SENT] * 6


def test_an_approval_holds_for_its_day_and_for_no_more_than_was_seen() -> None:
    office = office_of(6, bundle(floor=5))
    office.plan(ON)
    approve_run(office.records, RunApproval(on=day(ON), counts={"bill-issued": 6}, by="m", at=at(ON)))
    office.enter(bill(), owner=owner("o-new"), look_on=ON)
    progress = load_progress(office.records)
    assert progress is not None
    limits = office.bundle.rules.collection.limits
    assert unapproved(office.records, progress, limits) == []
    assert unapproved(office.records, replace(progress, counts={"bill-issued": 7}), limits) != []
    assert unapproved(office.records, replace(progress, on=day("2026-03-02")), limits) != []


def test_once_the_mistake_is_put_right_a_held_run_goes_on_by_itself() -> None:
    office = office_of(6, bundle(floor=5))
    assert office.plan(ON).phase == "held"
    office.records.record_payment("o-000", payment(123456, ON))
    assert office.plan(ON).phase == "done"
    office.deliver(f"{ON} 10:00")
    assert len(office.mail.sent) == 5


def test_what_was_held_is_asked_for_again_every_day_and_lost_on_none() -> None:
    office = office_of(6, bundle(floor=5))
    for number in range(1, 5):
        assert office.plan(f"2026-03-0{number}").phase == "held"
    approve_run(office.records, RunApproval(on=day("2026-03-05"), counts={"bill-issued": 6}, by="m", at=at(ON)))
    office.run("2026-03-05")
    assert len(office.mail.sent) == 6


def test_a_run_that_went_out_makes_the_next_of_its_size_usual() -> None:
    office = office_of(6, bundle(floor=5, times=1))
    office.plan(ON)
    approve_run(office.records, RunApproval(on=day(ON), counts={"bill-issued": 6}, by="m", at=at(ON)))
    office.plan(ON)
    for number in range(6):
        later = bill(due="2026-06-30", id="2026-Q2")
        office.records.record_payment(f"o-{number:03}", payment(123456, "2026-03-02", id=f"bank#{number}#1"))
        office.records.add_facts(f"o-{number:03}", [later])
        office.records.bring_forward(f"o-{number:03}", day("2026-05-31"))
    assert office.plan("2026-05-31").phase == "done"
    progress = load_progress(office.records)
    assert progress is not None
    assert progress.counts == {"bill-issued": 6}


def test_only_a_stage_that_is_out_of_the_usual_holds_a_run() -> None:
    office = office_of(6, bundle(floor=6))
    assert office.plan(ON).phase == "done"


# the index


def test_an_owner_the_index_is_behind_on_is_left_alone() -> None:
    office = office_of(1)
    office.run(ON)
    before = office.records.load_account("o-000")
    office.table._due["O#o-000"] = ON  # type: ignore[attr-defined]  # the index as it was a moment ago
    run = office.plan(ON)
    assert (run.looked_at, run.notices) == (0, [])
    assert office.records.load_account("o-000") == before
    assert before is not None
    assert before.due_day == day(ON) + timedelta(days=1)
