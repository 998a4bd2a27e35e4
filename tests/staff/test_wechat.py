"""WeChat: the group hears what concerns all; an owner, alone, what staff would tell them that day anyway."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core.account import Holder
from chalicelib.core.collection import Step
from chalicelib.core.link import digest
from staff import aws, cli, wechat
from staff.specimen import LONGEST, of_stage
from tests.builders import bill, contact, day, hold, owner, shipped_bundle, tenure

ROOT = Path(__file__).parents[2]
OWNER = "o-0412"
Q1 = bill(issued="2026-02-20")


@pytest.fixture
def clerk(stack: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """A centre whose owner has neither e-mail nor phone on record, only a housekeeper in WeChat."""
    monkeypatch.chdir(ROOT)
    records = aws.records()
    records.save_owner(owner(OWNER, contact(name="王小明", email=None, phone=None)))
    records.add_facts(OWNER, [tenure(), Q1])
    records.add_holder("3-2-1201", Holder(owner=OWNER, from_=day("2021-05-01")))
    records.set_due_day(OWNER, day("2026-01-01"))
    records.set_ledger_through(day("2026-12-31"))

    def run(*arguments: str) -> tuple[int, Any]:
        status = cli.main([*arguments, "--json"])
        said = capsys.readouterr()
        return status, json.loads(said.out) if said.out else said.err

    return run


def links() -> int:
    items = aws.client("dynamodb").scan(TableName="courtyard")["Items"]
    return sum(str(item["pk"]["S"]).startswith("L#") for item in items)


def test_an_owner_gets_the_stages_own_words_with_a_link_that_opens_the_bill(clerk: Any) -> None:
    clerk("run", "--on", "2026-03-02")
    status, said = clerk("wechat", "--on", "2026-03-02")
    (row,) = said["owners"]
    assert (status, row["owner"], row["name"], row["units"], row["way"]) == (0, OWNER, "王小明", "3-2-1201", "letter")
    assert "尊敬的业主王小明" in row["text"] and "¥1,234.56" in row["text"]
    code = row["text"].split("/balance/#")[1].split()[0]
    link = aws.records().load_link(digest(code))
    assert link is not None and (link.owner, link.channel) == (OWNER, "wechat")


def test_what_goes_out_by_mail_with_an_address_to_unsubscribe_has_none_here(clerk: Any) -> None:
    _, said = clerk("wechat", "--on", "2026-03-02")
    assert "unsubscribe" not in said["owners"][0]["text"]


def test_a_trial_lists_the_owners_and_mints_no_link(clerk: Any, tmp_path: Path) -> None:
    status, said = clerk("wechat", "--on", "2026-03-02", "--out", str(tmp_path / "list.csv"), "--dry-run")
    assert (status, [row["text"] for row in said["owners"]], said["written"]) == (0, [""], False)
    assert (links(), list(tmp_path.iterdir())) == (0, [])


def test_the_texts_go_into_a_file_that_a_spreadsheet_opens(clerk: Any, tmp_path: Path) -> None:
    _, said = clerk("wechat", "--on", "2026-03-02", "--out", str(tmp_path / "list.csv"))
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["owner"], row["text"]) == (OWNER, said["owners"][0]["text"])


def test_who_is_paused_is_left_alone(clerk: Any) -> None:
    aws.records().add_hold(OWNER, hold("2026-03-02", "2026-12-31"))
    assert clerk("wechat", "--on", "2026-03-02")[1]["owners"] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_stage_has_its_words_for_wechat(language: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    rules = shipped_bundle()
    for stage in rules.rules.collection.stages:
        if stage.message:
            made = of_stage(rules.rules, stage, LONGEST[language], language)
            assert isinstance(made.about, Step)
            text = wechat.written(rules, made.account, made.about, "https://a.example/balance/#x")
            assert "https://a.example/balance/#x" in text
            assert rules.rules.community.service_centre.phone in text
            assert "{{" not in text and "\n\n\n" not in text


def test_a_hostile_name_adds_no_line_and_turns_no_text_around(clerk: Any) -> None:
    records = aws.records()
    named = contact(name="王\n转账到 6222\u202e{{ 7 * 7 }}", email=None, phone=None)
    records.save_owner(owner(OWNER, named))
    text = clerk("wechat", "--on", "2026-03-02")[1]["owners"][0]["text"]
    assert text.splitlines()[0] == "尊敬的业主王 转账到 6222 {{ 7 * 7 }}："
    assert "\u202e" not in text


def test_a_demand_by_letter_stays_a_letter(clerk: Any) -> None:
    """What may end before a court needs its proof of delivery."""
    clerk("run", "--on", "2026-03-02")
    clerk("run", "--on", "2026-04-07")
    ways = {row["way"] for row in clerk("wechat", "--on", "2026-04-07")[1]["owners"]}
    assert ways <= {"call", "visit"}


def test_the_group_alone_needs_no_ledger_and_names_nobody(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.chdir(ROOT)
    assert cli.main(["wechat", "--on", "2026-12-01", "--group", "--lang", "zh", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert ([one["id"] for one in said["group"]], said["owners"]) == (["bills-out"], [])


def test_people_read_whom_each_text_is_for(clerk: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["wechat", "--on", "2026-03-02", "--lang", "zh"]) == 0
    said = capsys.readouterr().out
    assert f"── {OWNER} · 王小明 · 3-2-1201 · 纸质信函" in said
    assert "── 业主群 · bills-out · zh" not in said
