"""What staff read of a plan: who does what by when, and claims whose time for court runs out."""

import pytest

from chalicelib.flows import reminders
from staff import console, outlook
from tests.builders import OWNER, bill, contact, day, owner
from tests.flows.office import Office

ON = day("2026-01-05")
EXPIRING = {
    "owner": "o-1",
    "bill": "2023-Q1",
    "unit": "3-2-1201",
    "kind": "property",
    "expires": "2026-03-31",
    "months": 3,
}


def planned(due: str) -> dict[str, object]:
    office = Office()
    office.enter(bill(due=due))
    run = reminders.plan(office.records, office.bundle, on=ON, ledger_through=ON)
    return outlook.plan_json(run, office.bundle, ON)


def test_a_plan_lists_the_claims_whose_time_runs_out() -> None:
    assert planned("2023-03-31")["limitation"] == [EXPIRING]
    assert planned("2025-12-31")["limitation"] == []


def test_the_terminal_has_a_table_of_them_only_when_there_are_any(capsys: pytest.CaptureFixture[str]) -> None:
    bundle = Office().bundle
    words = bundle.words
    for due, is_shown in (("2023-03-31", True), ("2025-12-31", False)):
        console.print_plan(planned(due), bundle, "en")
        said = capsys.readouterr().out
        assert (words.labels["plan-limitation"].en in " ".join(said.split())) is is_shown
        assert ("2026-03-31" in said) is is_shown


def test_the_terminal_says_who_does_a_task_and_by_when(capsys: pytest.CaptureFixture[str]) -> None:
    office, on = Office(), day("2026-03-02")
    office.enter(bill(), owner=owner(OWNER, contact(email=None, phone=None)))
    run = reminders.plan(office.records, office.bundle, on=on, ledger_through=on)
    console.print_plan(outlook.plan_json(run, office.bundle, on), office.bundle, "en")
    said = capsys.readouterr().out
    assert "clerk" in said
    assert "2026-03-05" in said
