"""Pauses on record: opened once, ended early, and what follows."""

import pytest

from chalicelib.core.account import Hold
from chalicelib.core.errors import NotFound
from chalicelib.core.refusal import Refusal
from chalicelib.core.rulebook import Actor
from chalicelib.flows import holds
from tests.builders import OWNER, bill, day, shipped_bundle
from tests.flows.office import Office

Q1 = bill(issued="2026-02-20")  # due on 2026-03-31


def centre() -> Office:
    office = Office(bundle=shipped_bundle())
    office.enter(Q1)
    return office


def promise(office: Office, on: str, *, dry_run: bool = False) -> Hold | Refusal:
    return holds.open_hold(
        office.records, office.bundle, OWNER, "promise", on=day(on), role=Actor.CLERK, by="arn:clerk", dry_run=dry_run
    )


def end(
    office: Office, last: str, id: str = "promise-1", role: Actor = Actor.CLERK, owner: str = OWNER
) -> Hold | Refusal:
    return holds.end_hold(office.records, office.bundle, owner, id, last=day(last), role=role, by="arn:clerk")


def test_while_a_promise_lasts_nothing_is_said_and_then_all_goes_on() -> None:
    office = centre()
    made = promise(office, "2026-04-06")
    assert isinstance(made, Hold)
    assert made.until == day("2026-04-21")
    (wait,) = office.plan("2026-04-07").waits
    assert (wait.reason.code, wait.until) == ("hold", day("2026-04-22"))
    assert [step.step for step in office.plan("2026-04-22").notices] == ["first-demand"]


def test_a_second_promise_for_a_bill_is_refused_and_nothing_is_written() -> None:
    office = centre()
    promise(office, "2026-04-06")
    again = promise(office, "2026-05-06")
    assert isinstance(again, Refusal)
    account = office.records.load_account(OWNER)
    assert account and len(account.holds) == 1


def test_a_dry_run_writes_nothing() -> None:
    office = centre()
    assert isinstance(promise(office, "2026-04-06", dry_run=True), Hold)
    account = office.records.load_account(OWNER)
    assert account and account.holds == ()


def test_a_pause_ended_early_leaves_its_history_and_the_first_end_counts() -> None:
    office = centre()
    promise(office, "2026-04-06")
    for last in ("2026-04-08", "2026-04-15"):
        end(office, last)
    account = office.records.load_account(OWNER)
    assert account and [(hold.from_, hold.until) for hold in account.holds] == [(day("2026-04-06"), day("2026-04-08"))]
    assert [step.step for step in office.plan("2026-04-09").notices] == ["first-demand"]


def test_what_a_manager_opened_no_clerk_ends_and_who_ended_it_is_on_record() -> None:
    office = centre()
    opened = holds.open_hold(
        office.records, office.bundle, OWNER, "litigation", on=day("2026-04-06"), role=Actor.MANAGER, by="arn:manager"
    )
    assert isinstance(opened, Hold)
    assert (opened.role, opened.by) == (Actor.MANAGER, "arn:manager")
    assert isinstance(end(office, "2026-04-08", "litigation-1"), Refusal)
    (wait,) = office.plan("2026-04-09").waits
    assert wait.reason.code == "hold-open"

    assert isinstance(end(office, "2026-04-08", "litigation-1", Actor.MANAGER), Hold)
    (item,) = [item for item in office.table.query(f"O#{OWNER}") if str(item["sk"]).startswith("END#HOLD")]
    assert (item["until"], item["role"], item["by"]) == ("2026-04-08", "manager", "arn:clerk")


def test_there_is_no_pause_for_nobody_and_none_to_end_that_was_never_opened() -> None:
    office = centre()
    for owner in (OWNER, "o-404"):
        with pytest.raises(NotFound):
            end(office, "2026-04-08", owner=owner)
