"""The command `simulate`, as a manager types it."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from staff import cli

ROOT = Path(__file__).parents[2]
ARGUMENTS = ["simulate", "--owners", "60", "--from", "2026-01-01", "--days", "200"]


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def policy(folder: Path, old: str, new: str) -> str:
    text = (ROOT / "site/collection.yml").read_text(encoding="utf-8")
    assert old in text
    path = folder / "other.yml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return str(path)


def test_two_policies_stand_side_by_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = policy(tmp_path, "days: [7]", "days: [12]")
    assert cli.main([*ARGUMENTS, "--against", other, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    base, against = said["policies"]["base"], said["policies"]["against"]
    assert base["contacts"] != against["contacts"]
    assert (said["owners"], base["broken"], against["broken"]) == (60, {}, {})
    assert sum(Decimal(row["cost"]) for row in base["contacts"] + base["cases"]) == Decimal(base["cost"]) > 0


def test_cases_are_told_apart_from_contacts(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*ARGUMENTS, "--json"]) == 0
    base = json.loads(capsys.readouterr().out)["policies"]["base"]
    assert "case" not in {row["channel"] for row in base["contacts"]}
    assert {row["channel"] for row in base["cases"]} == {"case"}
    assert cli.main(["--lang", "en", *ARGUMENTS]) == 0
    said = capsys.readouterr().out
    contacts, cases = (f"{sum(row['count'] for row in base[name]):,}" for name in ("contacts", "cases"))
    counted = {
        cells[1]: cells[3] for line in said.splitlines() if len(cells := [c.strip() for c in line.split("│")]) > 3
    }
    assert (counted["all contacts"], counted["all cases"]) == (contacts, cases)


def test_the_same_arguments_give_the_same_figures(capsys: pytest.CaptureFixture[str]) -> None:
    answers = []
    for _ in range(2):
        assert cli.main([*ARGUMENTS, "--json"]) == 0
        answers.append(json.loads(capsys.readouterr().out)["policies"])
    assert answers[0] == answers[1]


def test_many_owners_are_shared_out_and_add_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["simulate", "--owners", "5200", "--from", "2026-01-01", "--days", "40", "--json"]) == 0
    base = json.loads(capsys.readouterr().out)["policies"]["base"]
    assert sum(base["behaviours"].values()) == 5200


def test_people_read_it_in_their_language(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert cli.main(["--lang", "zh", *ARGUMENTS, "--policy", policy(tmp_path, "days: [7]", "days: [8]")]) == 0
    said = capsys.readouterr().out
    assert all(words in said for words in ("60 户", "到期后收缴率", "全部守住", "非真实数据"))


@pytest.mark.parametrize("fault", [("days: [7]", "days: [-7]"), ("id: first-demand", "id: due-soon")])
def test_a_policy_with_faults_is_refused_with_the_line(
    fault: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = policy(tmp_path, *fault)
    assert cli.main([*ARGUMENTS, "--policy", path]) == 1
    told = capsys.readouterr().err.splitlines()
    assert len(told) >= 2
    assert all(line.startswith(f"{path}:") for line in told), "the file that was given, and none that was not"


def test_a_policy_at_fault_or_missing_is_told_in_the_language_of_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (policy(tmp_path, "days: [7]", "days: [-7]"), "nowhere.yml"):
        for language, is_zh in (("zh", True), ("en", False)):
            assert cli.main(["--lang", language, *ARGUMENTS, "--policy", path]) == 1
            last = capsys.readouterr().err.splitlines()[-1]
            assert any("\u4e00" <= sign <= "\u9fff" for sign in last) is is_zh


def test_a_policy_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*ARGUMENTS, "--against", "nowhere.yml"]) == 1
    assert "nowhere.yml" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--owners", "0"], ["--days", "none"], ["--days", "99999999"]])
def test_numbers_are_above_zero_and_days_within_reach(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["simulate", *arguments])
    assert left.value.code == 2
