"""The command `policy-diff`, as a reviewer runs it over a change to `site/`."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core.account import Holder
from staff import aws, cli
from staff.policydiff import shown
from tests.builders import bill, contact, day, owner, tenure

ROOT = Path(__file__).parents[2]
ARGUMENTS = ["--on", "2026-11-25", "--owners", "40"]


def git(folder: Path, *words: str) -> str:
    name = ["-c", "user.name=clerk", "-c", "user.email=clerk@sample.example"]
    done = subprocess.run(["git", *name, *words], cwd=folder, check=True, capture_output=True, text=True)  # noqa: S603, S607
    return done.stdout.strip()


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company's repository: a commit without site/, the shipped rules, a kinder first demand, rules with a fault."""
    folder = tmp_path_factory.mktemp("repository")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "commit", "--quiet", "--allow-empty", "--message=Begin")
    git(folder, "tag", "empty")
    shutil.copytree(ROOT / "site", folder / "site")
    commit(folder, "shipped", lambda text: text)
    commit(folder, "kinder", lambda text: text.replace("days: [7]", "days: [45]"))
    commit(folder, "backwards", lambda text: text.replace("grace_days: 30", "grace_days: 5"))
    commit(folder, "faulty", lambda text: text.replace("days: [45]", "days: [-45]"))
    git(folder, "checkout", "--quiet", "shipped", "--", "site")
    git(folder, "commit", "--quiet", "--message=Go back")
    return folder


def commit(folder: Path, tag: str, changed: Callable[[str], str]) -> None:
    path = folder / "site" / "collection.yml"
    path.write_text(changed(path.read_text(encoding="utf-8")), encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", f"--message={tag}")
    git(folder, "tag", tag)


@pytest.fixture
def reviewer(repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the command in the company's repository; its exit, and what it printed on both streams."""
    monkeypatch.chdir(repository)

    def run(*arguments: str) -> tuple[int, str, str]:
        status = cli.main([*arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def answer(reviewer: Any, range: str, *arguments: str) -> Any:
    status, said, _ = reviewer("policy-diff", range, *(arguments or ARGUMENTS), "--json")
    assert status == 0
    return json.loads(said)


def test_the_field_that_changed_and_the_contacts_it_changes_are_told(reviewer: Any) -> None:
    found = answer(reviewer, "shipped..kinder")
    assert [(one["field"], one["before"], one["after"]) for one in found["changes"]] == [
        ("stages.first-demand.days", "[7]", "[45]")
    ]
    demands = [row for row in found["contacts"] if row["stage"] == "first-demand"]
    assert demands
    assert [row["after"] for row in demands] == [0] * len(demands)
    assert all(row["before"] for row in demands)
    assert (found["balances_changed"], found["bills"]) == (0, [])


def test_rules_that_reach_back_are_told_in_plain_words(reviewer: Any) -> None:
    found = answer(reviewer, "kinder..backwards")
    assert found["balances_changed"] >= 5
    assert found["balances_changed_by"] > 0
    assert {row["figure"] for row in found["bills"]} == {"amount", "late", "reward"}
    _, said, _ = reviewer("--lang", "zh", "policy-diff", "kinder..backwards", *ARGUMENTS)
    assert "请核对生效日期" in said


def test_a_report_is_markdown_in_the_readers_language(reviewer: Any) -> None:
    _, said, _ = reviewer("--lang", "zh", "policy-diff", "shipped..kinder", *ARGUMENTS)
    assert said.startswith("## 规则改动的影响：")
    assert "| collection.yml | stages.first-demand.days | [7] | [45] |" in said
    assert "| 首次催缴 | 电子邮件 |" in said
    for line in said.splitlines():
        assert line.startswith("|") is line.endswith("|")
    _, said, _ = reviewer("--lang", "en", "policy-diff", "shipped..shipped", *ARGUMENTS)
    assert "No rule has changed." in said
    assert "Nobody owes another sum on the first day." in said


def test_cases_are_told_apart_from_contacts(reviewer: Any) -> None:
    found = answer(reviewer, "shipped..shipped", "--on", "2026-11-25", "--owners", "120")
    assert "case" not in {row["channel"] for row in found["contacts"]}
    assert {row["channel"] for row in found["cases"]} == {"case"}
    assert found["owners_with_case"]["before"] not in (0, "<5")
    _, said, _ = reviewer("--lang", "zh", "policy-diff", "shipped..shipped", "--on", "2026-11-25", "--owners", "120")
    assert "不算联系" in said
    assert "| 了解原因 | 逐户了解 |" in said.partition("不算联系")[2]


@pytest.mark.parametrize("range", ["nowhere..shipped", "empty..shipped", "shipped..faulty"])
def test_what_cannot_be_compared_is_told_in_the_language_of_the_terminal(reviewer: Any, range: str) -> None:
    for language, is_zh in (("zh", True), ("en", False)):
        last = reviewer("--lang", language, "policy-diff", range, *ARGUMENTS)[2].splitlines()[-1]
        assert any("\u4e00" <= sign <= "\u9fff" for sign in last) is is_zh


def test_few_are_not_counted_out(reviewer: Any) -> None:
    found = answer(reviewer, "shipped..backwards", "--owners", "4", "--on", "2026-11-25")
    assert found["owners"] == "<5"
    assert found["late_fees"] is None
    counts = [
        row[side]
        for row in [*found["contacts"], *found["cases"], found["owners_told"], found["owners_with_case"]]
        for side in ("before", "after")
    ]
    assert set(counts) <= {0, "<5"}
    assert [shown(count) for count in (0, 1, 4, 5, 900)] == [0, "<5", "<5", 5, 900]


def test_nothing_in_the_rules_breaks_the_table(reviewer: Any, repository: Path) -> None:
    path = repository / "site" / "collection.yml"
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace("zh: 首次催缴,", 'zh: "首次 | <b>催缴</b>",'), encoding="utf-8")
    try:
        status, said, _ = reviewer("--lang", "zh", "policy-diff", "HEAD", *ARGUMENTS)
    finally:
        path.write_text(before, encoding="utf-8")
    assert status == 0
    assert "首次 \\| &lt;b>催缴&lt;/b>" in said


def test_owners_on_record_are_counted_and_nothing_is_written(stack: None, reviewer: Any) -> None:
    records = aws.records()
    for number in range(6):
        id, unit = f"o-{number}", f"3-2-{number}"
        records.save_owner(owner(id, contact(email="wang@owner.example")))
        records.add_facts(id, [tenure(unit), bill(due="2026-12-31", issued="2026-11-20", unit=unit)])
        records.add_holder(unit, Holder(owner=id, from_=day("2021-05-01")))
        records.set_due_day(id, day("2027-05-01"))
    before = [records.table.query(f"{kind}#o-{number}") for kind in "OH" for number in range(6)]
    found = answer(reviewer, "shipped..kinder", "--on", "2026-11-25")
    assert (found["owners"], found["made_up"]) == (6, False)
    assert {"stage": "first-demand", "channel": "email", "before": 6, "after": 0} in found["contacts"]
    assert before == [records.table.query(f"{kind}#o-{number}") for kind in "OH" for number in range(6)]
    assert "wang" not in json.dumps(found)


@pytest.mark.parametrize(
    ("range", "told"),
    [
        ("nowhere..shipped", "nowhere"),
        ("shipped..--output=x", "--output=x"),
        ("empty..shipped", "site/"),
        ("shipped..faulty", "site/collection.yml:"),
    ],
)
def test_what_cannot_be_compared_is_told_in_a_line(range: str, told: str, reviewer: Any) -> None:
    status, said, problem = reviewer("policy-diff", range, *ARGUMENTS)
    assert (status, said) == (1, "")
    assert told in problem
    assert "Traceback" not in problem
