"""A run that would tell far more owners than usual: said beforehand, held, and let go as far as a manager saw it."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from chalicelib.flows.progress import load_run_approval
from staff import aws, cli
from tests.builders import bill, contact, day, owner, tenure

ROOT = Path(__file__).parents[2]
DAY = "2026-03-01"
CONTRACT = {"on", "rules", "notices", "tasks", "waits", "held_back", "limitation", "totals"}


@pytest.fixture
def courtyard(stack: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command at a centre of three owners where more than two of a stage are unheard of."""
    shutil.copytree(ROOT / "site", tmp_path / "site")
    path = tmp_path / "site" / "collection.yml"
    path.write_text(re.sub("run_floor: [0-9]+", "run_floor: 2", path.read_text(encoding="utf-8")), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COURTYARD_MODE", "test")
    aws.records().set_ledger_through(day("2026-12-31"))
    enter("o-0", "o-1", "o-2")

    def run(*arguments: str) -> tuple[int, Any]:
        status = cli.main([*arguments, "--json"])
        said = capsys.readouterr()
        return status, json.loads(said.out) if status == 0 else said.err

    return run


def enter(*owners: str) -> None:
    records = aws.records()
    for number, who in enumerate(owners):
        records.save_owner(owner(who, contact()))
        records.add_facts(who, [tenure(), bill(123456 + number, issued="2026-02-01")])
        records.set_due_day(who, day("2026-01-01"))


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main([*arguments]) == 0
    return capsys.readouterr().out


def test_a_run_far_beyond_the_usual_is_held_and_says_what_to_do(
    courtyard: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = courtyard("run", "--on", DAY)
    assert (status, said["phase"], said["states"]) == (0, "held", {})
    assert said["held"] == [{"stage": "bill-issued", "count": 3, "usual": 0}]
    for language in ("zh", "en"):
        assert f"courtyard approve --run --on {DAY}" in told(capsys, "--lang", language, "run", "--on", DAY)
    assert courtyard("status", "--on", DAY)[1]["by_state"]["PLANNED"] == 3


def test_a_manager_lets_it_go_and_it_goes(courtyard: Any, capsys: pytest.CaptureFixture[str]) -> None:
    courtyard("run", "--on", DAY)
    status, said = courtyard("approve", "--run", "--on", DAY)
    assert (status, said["approved"], said["on"]) == (0, True, DAY)
    assert said["by"].startswith("arn:aws:")
    assert said["stages"] == [{"stage": "bill-issued", "count": 3, "usual": 0, "held": True}]
    approval = load_run_approval(aws.records(), day(DAY))
    assert approval and (approval.by, approval.counts) == (said["by"], {"bill-issued": 3})
    assert "let it go" in told(capsys, "--lang", "en", "status", "--on", DAY)

    assert "courtyard status" in (said := told(capsys, "--lang", "en", "run", "--on", DAY))
    assert "sent 3" in said
    assert courtyard("status", "--on", DAY)[1]["by_state"]["SENT"] == 3


def test_what_comes_on_top_of_what_a_manager_saw_is_held_again(courtyard: Any) -> None:
    courtyard("run", "--on", DAY)
    courtyard("approve", "--run", "--on", DAY)
    enter("o-3")
    _, plan = courtyard("plan", "--on", DAY)
    assert plan["totals"]["notices"] == 4
    path = Path("site/collection.yml")  # new rules: everybody is looked at again
    path.write_text(path.read_text(encoding="utf-8").replace("link_days: 120", "link_days: 121"), encoding="utf-8")
    _, said = courtyard("run", "--on", DAY)
    assert (said["phase"], said["held"]) == ("held", [{"stage": "bill-issued", "count": 4, "usual": 0}])


def test_a_trial_lets_nothing_go(courtyard: Any, capsys: pytest.CaptureFixture[str]) -> None:
    courtyard("run", "--on", DAY)
    _, said = courtyard("approve", "--run", "--on", DAY, "--dry-run")
    assert said["approved"] is False
    assert load_run_approval(aws.records(), day(DAY)) is None
    shown = told(capsys, "--lang", "zh", "approve", "--run", "--on", DAY, "--dry-run")
    assert all(words in shown for words in ("账单通知", "等核准", "还没有核准", "试运行"))


def test_on_the_terminal_a_manager_is_asked_once_more(
    courtyard: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    courtyard("run", "--on", DAY)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    for answer, is_approved in (("n", False), ("y", True)):
        monkeypatch.setattr("builtins.input", lambda _, answer=answer: answer)
        told(capsys, "approve", "--run", "--on", DAY)
        assert (load_run_approval(aws.records(), day(DAY)) is not None) is is_approved
    assert "approved already" in told(capsys, "--lang", "en", "approve", "--run", "--on", DAY)


def test_a_run_that_is_not_held_needs_no_word(courtyard: Any) -> None:
    for arguments in (("--on", DAY), ()):
        status, said = courtyard("approve", "--run", *arguments)
        assert (status, len(said.splitlines())) == (1, 1)


def test_the_plan_says_beforehand_that_the_run_would_be_held_and_keeps_its_contract(
    courtyard: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for language in ("zh", "en"):
        assert f"approve --run --on {DAY}" in told(capsys, "--lang", language, "plan", "--on", DAY)
    assert set(courtyard("plan", "--on", DAY)[1]) == CONTRACT


def test_a_plan_of_a_usual_size_says_nothing_of_being_held(courtyard: Any, capsys: pytest.CaptureFixture[str]) -> None:
    courtyard("run", "--on", DAY)
    courtyard("approve", "--run", "--on", DAY)
    assert "approve --run" not in told(capsys, "plan", "--on", DAY)
