"""The turns of a bill: which stage comes on which day, and what was told too early or must wait for an answer."""

from chalicelib.core.history import History
from chalicelib.core.turns import reminders_ahead, unit_kind
from tests.builders import account, bill, day, rules

STAGES = rules().collection.stages


def ahead(on: str, issued: str = "2025-12-29") -> list[tuple[str, str]]:
    found = reminders_ahead(bill(issued=issued), History(), STAGES, day(on))
    return [(when.isoformat(), stage.id) for when, stage in found]


def test_a_reminder_whose_day_has_come_is_no_longer_ahead() -> None:
    assert ahead("2026-03-15") == [("2026-03-16", "due-soon"), ("2026-03-28", "due-soon")]
    assert ahead("2026-03-16") == [("2026-03-28", "due-soon")]


def test_a_bill_issued_on_its_due_day_is_told_of_on_that_day() -> None:
    assert ("2026-03-31", "bill-issued") in ahead("2026-03-30", issued="2026-03-31")
    assert ahead("2026-03-30", issued="2026-04-01") == []


def test_a_unit_the_owner_never_held_is_of_no_kind() -> None:
    assert unit_kind(account(), bill()) == "residential"
    assert unit_kind(account(), bill(unit="9-9-999")) == ""
