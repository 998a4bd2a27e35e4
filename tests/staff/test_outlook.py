"""What staff read of a plan: totals, each reason once, who does what by when, claims whose time for court runs out."""

import re

import pytest

from chalicelib.core.notice import State
from chalicelib.core.rulebook import Language
from chalicelib.flows import reminders
from chalicelib.flows.reminders import Run
from staff import outlook
from staff.planview import View
from tests.builders import OWNER, bill, contact, day, hold, owner, tenure
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


def planned(due: str) -> Run:
    office = Office()
    office.enter(bill(due=due))
    return reminders.plan(office.records, office.bundle, on=ON, ledger_through=ON)


def test_a_plan_lists_the_claims_whose_time_runs_out() -> None:
    bundle = Office().bundle
    assert outlook.plan_json(planned("2023-03-31"), bundle, ON)["limitation"] == [EXPIRING]
    assert outlook.plan_json(planned("2025-12-31"), bundle, ON)["limitation"] == []


def test_the_terminal_has_a_table_of_them_only_when_there_are_any(capsys: pytest.CaptureFixture[str]) -> None:
    bundle = Office().bundle
    words = bundle.words
    for due, is_shown in (("2023-03-31", True), ("2025-12-31", False)):
        View(bundle, ON, "en").plan(planned(due))
        said = capsys.readouterr().out
        assert (words.labels["plan-limitation"].en in " ".join(said.split())) is is_shown
        assert ("2026-03-31" in said) is is_shown


def test_the_terminal_says_who_does_a_task_and_by_when(capsys: pytest.CaptureFixture[str]) -> None:
    office, on = Office(), day("2026-03-02")
    office.enter(bill(), owner=owner(OWNER, contact(email=None, phone=None)))
    run = reminders.plan(office.records, office.bundle, on=on, ledger_through=on)
    View(office.bundle, on, "en").plan(run)
    said = capsys.readouterr().out
    assert "clerk" in said
    assert "2026-03-05" in said


# a community of a few owners, whose bills are all told on one day

BILLED_ON = day("2026-03-01")


def community() -> Office:
    """Three owners by e-mail and one by text message; one more is paused, another owes nothing."""
    office = Office()
    for number in (10, 2, 3, 4, 5):
        id, unit = f"o-{number}", f"1-1-{number}"
        person = contact(email=None) if number == 4 else contact()
        hardship = hold("2026-02-01", "2026-06-30", id="hardship-1", kind="hardship", stops_late_fee=True)
        pause = [hardship] if number == 5 else []
        office.enter(tenure(unit), bill(unit=unit), *pause, owner=owner(id, person))
    office.enter(tenure("1-1-6"), owner=owner("o-6", contact()))
    return office


def read(
    capsys: pytest.CaptureFixture[str], language: Language = "en", *, is_ahead: bool = False, waits: bool = False
) -> str:
    office = community()
    run = reminders.plan(office.records, office.bundle, on=BILLED_ON, ledger_through=BILLED_ON)
    view = View(office.bundle, BILLED_ON, language, is_ahead=is_ahead)
    view.waits(run) if waits else view.plan(run)
    return capsys.readouterr().out


def test_a_reason_is_said_once_for_all_it_holds_for_and_every_owner_is_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = read(capsys)
    assert said.count("Due on 31 March 2026: “Your bill is ready” goes out 30 days before.") == 2, "by each channel"
    lines = said.splitlines()
    told = next(line for line in lines if "1-1-2 o-2" in line)
    assert told.split() == ["1-1-2", "o-2", "1-1-3", "o-3", "1-1-10", "o-10"], "as people count units"
    assert any(line.split() == ["1-1-4", "o-4"] for line in lines)
    assert max(len(line.rstrip()) for line in lines if "o-" in line) <= 80


def test_totals_by_stage_channel_and_building_come_before_the_owners(capsys: pytest.CaptureFixture[str]) -> None:
    said = read(capsys)
    totals = [re.split(r"\s*│\s*", line)[1:-1] for line in said.splitlines() if line.startswith("│")]
    assert ["Your bill is ready", "e-mail", "", "3"] in totals
    assert ["Your bill is ready", "text message", "", "1"] in totals
    assert said.index("building: 3 4") < said.index("o-2")


def test_what_came_of_a_run_is_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    bundle = Office().bundle
    spoken: list[tuple[Language, str]] = [
        ("zh", "发送 0 (发送失败 1 · 已发送 3)"),
        ("en", "to be sent 0 (failed 1 · sent 3)"),
    ]
    for language, told in spoken:
        View(bundle, BILLED_ON, language).plan(Run(), {"FAILED": 1, "SENT": 3})
        assert told in capsys.readouterr().out
    assert {f"state-{state.lower()}" for state in State} <= bundle.words.labels.keys()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_plan_for_a_day_to_come_says_what_it_takes_for_granted(
    capsys: pytest.CaptureFixture[str], language: Language
) -> None:
    words = Office().bundle.words
    assumed = words.labels["plan-ahead"].of(language).format(on=BILLED_ON)
    assert assumed in read(capsys, language, is_ahead=True)
    assert assumed not in read(capsys, language)
    assert assumed in read(capsys, language, is_ahead=True, waits=True)


def test_those_who_wait_are_listed_with_the_reason_and_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    said = read(capsys, waits=True)
    assert "paused · 1 · looked at again on 2026-07-01" in said
    assert "Reminders are paused until 30 June 2026." in said
    assert "1-1-5 o-5" in said
    assert "nothing owed · 1" in said
    assert "1-1-6 o-6" in said
    assert "1-1-2" not in said
    zh = read(capsys, "zh", waits=True)
    assert "暂缓中 · 1 · 2026-07-01 再看" in zh
    assert "1-1-5 o-5" in zh


def of_one(id: str, language: Language, capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, object], str]:
    """What is found of one owner, and how it reads."""
    office = community()
    office.records.set_due_day(id, day("2027-01-01"))
    account = office.records.load_account(id)
    seen = reminders.look(office.records, office.bundle, id, on=BILLED_ON, ledger_through=BILLED_ON)
    assert account
    assert seen
    found = outlook.owner_json(seen, account, office.bundle, BILLED_ON, language)
    View(office.bundle, BILLED_ON, language).owner(found, account)
    return found, capsys.readouterr().out


def test_one_owner_s_decision_is_told_whether_the_day_is_theirs_or_not(capsys: pytest.CaptureFixture[str]) -> None:
    found, said = of_one("o-2", "zh", capsys)
    assert (found["decision"], found["stage"], found["channels"]) == ("notice", "bill-issued", ["email"])
    assert found["looked_at_on"] == "2027-01-01"
    assert all(
        words in said for words in ("o-2 王小明", "1-1-2", "发送消息", "账单通知", "到期前 30 天发出", "2027-01-01")
    )


def test_one_owner_who_waits_is_told_why_until_when_and_what_pauses(capsys: pytest.CaptureFixture[str]) -> None:
    found, said = of_one("o-5", "en", capsys)
    assert (found["decision"], found["until"]) == ("wait", "2026-07-01")
    assert found["holds"] == [
        {
            "id": "hardship-1",
            "kind": "hardship",
            "from": "2026-02-01",
            "until": "2026-06-30",
            "bills": [],
            "stops_late_fee": True,
        }
    ]
    assert "hardship-1" in said
    assert "Reminders are paused until 30 June 2026." in said
