"""Staff look at a message before it goes out: nothing is sent, and no private link is made."""

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core.account import Holder
from staff import aws, cli
from tests.builders import bill, contact, day, owner, tenure

ROOT = Path(__file__).parents[2]
OWNER = "o-0412"


@pytest.fixture
def clerk(stack: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.chdir(ROOT)
    records = aws.records()
    records.save_owner(owner(OWNER, contact(name="王小明")))
    records.add_facts(OWNER, [tenure(), bill(issued="2026-02-20")])
    records.add_holder("3-2-1201", Holder(owner=OWNER, from_=day("2021-05-01")))

    def run(*arguments: str) -> tuple[int, Any]:
        status = cli.main([*arguments, "--json"])
        said = capsys.readouterr()
        return status, json.loads(said.out) if said.out else said.err

    return run


def links() -> int:
    items = aws.client("dynamodb").scan(TableName="courtyard")["Items"]
    return sum(str(item["pk"]["S"]).startswith("L#") for item in items)


def test_a_message_to_a_made_up_owner_is_written_as_the_page_it_is(clerk: Any, tmp_path: Path) -> None:
    status, said = clerk("preview", "first-demand", "--lang", "en", "--out", str(tmp_path))
    assert (status, said["language"], said["channel"]) == (0, "en", "email")
    page = Path(said["file"]).read_text(encoding="utf-8")
    assert "Anna Weber" in page and "Anna Weber" in said["text"]


def test_a_text_message_is_shown_with_its_signature_and_how_many_parts_it_takes(clerk: Any) -> None:
    _, said = clerk("preview", "bill-issued", "--lang", "zh", "--channel", "sms")
    assert said["text"].startswith("【清和苑物业】")
    assert 1 <= said["segments"] <= said["limit"]


def test_a_letter_is_a_pdf(clerk: Any, tmp_path: Path) -> None:
    _, said = clerk("preview", "formal-letter", "--channel", "letter", "--out", str(tmp_path))
    assert Path(said["file"]).read_bytes().startswith(b"%PDF")


def test_a_real_owner_sees_their_own_bills_in_their_language_and_no_link_is_made(clerk: Any) -> None:
    status, said = clerk("preview", "first-demand", "--owner", "3-2-1201", "--on", "2026-04-07", "--channel", "wechat")
    assert (status, said["language"]) == (0, "zh")
    assert "王小明" in said["text"] and "¥1,234.56" in said["text"]
    assert "只属于您的代码" in said["text"]
    assert links() == 0


def test_the_bill_on_request_can_be_shown_of_any_owner(clerk: Any) -> None:
    _, said = clerk("preview", "my-bill", "--owner", OWNER, "--on", "2026-03-10", "--channel", "sms")
    assert "1234.56" in said["text"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nonsense"], "there is no message “nonsense”"),
        (["first-demand", "--channel", "sms"], "does not go out that way"),
        (["receipt", "--owner", OWNER], "--owner sample"),
        (["first-demand", "--owner", OWNER, "--on", "2026-03-01"], "no bill"),
        (["first-demand", "--owner", "o-9999"], "o-9999"),
    ],
)
def test_what_cannot_be_shown_is_told(clerk: Any, arguments: list[str], told: str) -> None:
    status, said = clerk("preview", *arguments)
    assert status == 1
    assert told in said


def test_a_promotion_is_for_those_who_have_consented_and_only_while_they_do(clerk: Any) -> None:
    ahead = bill(64188, "2027-06-30", issued="2027-01-02", id="2027-Q2")
    aws.records().add_facts(OWNER, [ahead])
    offer = ("preview", "reward-offer", "--owner", OWNER, "--on", "2027-02-01")
    assert "has not consented" in clerk(*offer)[1]
    assert "--proof" in clerk("consent", OWNER, "given")[1]
    assert clerk("consent", OWNER, "given", "--proof", "form of 2026-11-03", "--dry-run")[1]["written"] is False
    assert clerk(*offer)[0] == 1
    assert clerk("consent", "3-2-1201", "given", "--proof", "form of 2026-11-03")[0] == 0
    assert "¥6.42" in clerk(*offer)[1]["text"]
    assert "no bill" in clerk("preview", "reward-offer", "--owner", OWNER, "--on", "2027-06-01")[1]
    clerk("consent", OWNER, "withdrawn")
    assert "has not consented" in clerk(*offer)[1]
    account = aws.records().load_account(OWNER)
    assert account
    assert [(one.is_given, one.proof) for one in account.consents] == [(True, "form of 2026-11-03"), (False, "")]
    assert clerk("preview", "my-bill", "--owner", OWNER, "--on", "2027-02-01")[0] == 0


def test_without_a_message_all_of_them_lie_side_by_side(clerk: Any, tmp_path: Path) -> None:
    status, said = clerk("preview", "--lang", "en", "--out", str(tmp_path))
    assert status == 0
    index = Path(said["index"]).read_text(encoding="utf-8")
    for name in ("first-demand", "receipt", "reward-offer"):
        assert f'src="en-{name}.html"' in index
        assert (tmp_path / f"en-{name}.html").is_file()
    assert (tmp_path / "en-receipt.pdf").is_file()
    assert not (tmp_path / "en-sms-code.pdf").exists()
    assert said["messages"] == len(list(tmp_path.glob("en-*.html")))
