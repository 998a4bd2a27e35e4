"""The commands, from staff's files to a statement and a reminder, as other programs read them."""

import hashlib
import json
import os
import re
import shutil
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from chalice.test import Client
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

import app
from chalicelib.core.calendar import local_date
from chalicelib.core.remittance import Remittance
from chalicelib.flows import payments
from chalicelib.flows.records import Records
from staff import aws, bundle, cli, rulefiles
from tests.conftest import REGION

ROOT = Path(__file__).parents[2]
SENT_TO = "wang@owner.example"
FILES = {
    "units": "房号,类型,建筑面积\n3-2-1201,住宅,171.47\n",
    "owners": f"房号,业主编号,业主姓名,起始日期,邮箱\n3-2-1201,o-0412,王小明,2021年5月1日,{SENT_TO}\n",
    "bills": "房号,账单编号,费用类型,账期,到期日,应缴金额\n3-2-1201,2026-Q1,物业服务费,2026-Q1,2026/3/31,1234.56\n",
    "payments": "房号,缴费日期,实收金额,缴费方式,流水号\n3-2-1201,2026-05-01,500.00,银行转账,B-1\n",
}
Command = Callable[..., tuple[int, Any]]


@pytest.fixture
def desk(stack: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A clerk's folder: the rules with the late fee of the published example, and four files."""
    shutil.copytree(ROOT / "site", tmp_path / "site")
    with_late_fee(tmp_path / "site" / "collection.yml", grace_days=15, daily_rate="0.0005", cap_share="0.20")
    for kind, text in FILES.items():
        (tmp_path / f"{kind}.csv").write_text(text, encoding="gb18030")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COURTYARD_MODE", "live")
    boto3.client("sesv2").create_email_identity(EmailIdentity="service@qinghe.example")
    yield tmp_path


def with_late_fee(path: Path, **values: object) -> None:
    rules = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506  # plain texts only
    (rule,) = rules["late_fees"]["standard"]
    rule |= {name: str(value) for name, value in values.items()}
    del rule["reference"], rule["reference_multiple"]
    text = yaml.safe_dump(rules, allow_unicode=True, sort_keys=False)
    path.write_text(_unquoted(text), encoding="utf-8")


def _unquoted(text: str) -> str:
    """Numbers and yes or no as they stood before they were read as plain texts."""
    return re.sub(r"^(\s*(?:- )?(?:\w+: )?)'(-?\d+|true|false)'$", r"\1\2", text, flags=re.MULTILINE)


@pytest.fixture
def courtyard(desk: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    def run(*arguments: str) -> tuple[int, Any]:
        status = cli.main([*arguments, "--json"])
        return status, json.loads(capsys.readouterr().out)

    return run


def loaded(courtyard: Command) -> None:
    for kind in FILES:
        status, report = courtyard("import", kind, f"{kind}.csv")
        assert (status, report["faults"], report["written"]) == (0, [], True)


def test_the_shipped_rules_have_no_fault(courtyard: Command) -> None:
    assert courtyard("check") == (0, {"faults": []})


def test_every_fault_is_listed_at_once_with_its_place_and_what_is_allowed(courtyard: Command, desk: Path) -> None:
    fees, collection = desk / "site/fees.yml", desk / "site/collection.yml"
    text = fees.read_text(encoding="utf-8")
    text = text.replace("yuan: 2.20", "yuan: -2.20", 1).replace("from: 2025-01-01", "from: 2024-06-01", 1)
    text = text.replace("    measure:", "    colour: green\n    measure:", 1)
    fees.write_text(text, encoding="utf-8")
    text = (
        collection.read_text(encoding="utf-8").replace("- -15", "- -40", 1).replace("en: Your bill is ready\n", "\n", 1)
    )
    collection.write_text(text, encoding="utf-8")

    status, answer = courtyard("check")

    assert status == 1
    fields = {fault["field"]: fault for fault in answer["faults"]}
    assert fields.keys() >= {
        "schedules[residential].rates[0].yuan",
        "schedules[residential].rates[1].from",
        "schedules[residential].colour",
        "stages[bill-issued].name.en",
        "stages[due-soon].days[0]",
    }
    assert all(fault["line"] > 1 and fault["problem"] for fault in answer["faults"])
    assert "basis" in fields["schedules[residential].colour"]["allowed"]


def test_a_finding_is_told_with_file_line_words_rule_and_what_to_write_instead(courtyard: Command, desk: Path) -> None:
    page = desk / "site/pages/en/contact.md"
    page.write_text(page.read_text(encoding="utf-8") + "\nPay, or we cut off your water.\n", encoding="utf-8")

    status, answer = courtyard("--lang", "en", "check")

    (fault,) = answer["faults"]
    assert (status, fault["file"]) == (1, "site/pages/en/contact.md")
    assert fault["line"] == len(page.read_text(encoding="utf-8").splitlines())
    assert all(part in fault["problem"] for part in ("cut off your water", "cut-off", "article 944"))
    assert "never affected" in fault["allowed"]


@pytest.mark.parametrize(("months", "status", "key"), [(13, 0, "warnings"), (19, 1, "faults")])
def test_a_review_that_is_due_is_a_warning_and_a_missed_one_a_fault(
    courtyard: Command, desk: Path, months: int, status: int, key: str
) -> None:
    path = desk / "site/compliance.yml"
    reviewed = datetime.now(UTC).date() - timedelta(days=31 * months)
    text = re.sub(r"reviewed_on: \S+", f"reviewed_on: {reviewed}", path.read_text(encoding="utf-8"), count=1)
    path.write_text(text, encoding="utf-8")

    done, answer = courtyard("check")

    assert done == status
    assert [row["field"] for row in answer[key]] == ["rules[cut-off].reviewed_on"]


def test_a_broken_rulebook_is_refused_by_every_command(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (desk / "site/fees.yml").write_text("kinds: 7\n", encoding="utf-8")

    assert cli.main(["import", "units", "units.csv"]) == 1

    assert "site/fees.yml:1" in capsys.readouterr().err


def test_the_published_example_to_the_fen_through_import_and_api(
    courtyard: Command, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded(courtyard)
    _, link = courtyard("link", "o-0412")
    compiled = bundle.compiled(desk / "site").bundle
    records: Records = aws.records()
    monkeypatch.setattr(app, "bundle", lambda: compiled)
    monkeypatch.setattr(app, "records", lambda: records)

    with Client(app.app) as client:
        headers = {"Authorization": f"Bearer {link['code']}"}
        answer = json.loads(client.http.get("/v1/statement?on=2026-06-30", headers=headers).body)

    (bill,) = answer["bills"]
    late_fees = [line for line in bill["lines"] if line["kind"] == "late_fee"]
    assert (answer["owner"], answer["balance"], bill["late_fee"], bill["outstanding"]) == ("o-0412", 76622, 3166, 76622)
    assert [(line["days"], line["base"], line["amount"]) for line in late_fees] == [
        (15, 123456, 926),
        (61, 73456, 2240),
    ]
    assert link.keys() == {"owner", "code", "url", "expires"}
    assert link["url"].endswith("/balance/#" + link["code"])


def test_the_bill_explains_itself_where_the_rates_give_its_amount(courtyard: Command) -> None:
    """171.47 m² at 2.40 yuan for three months is 1,234.58, two fen more than billed: so it is not claimed."""
    loaded(courtyard)
    account = aws.records().load_account("o-0412")
    assert account
    assert account.bills[0].charges == ()


def test_the_same_file_twice_changes_nothing(courtyard: Command) -> None:
    loaded(courtyard)

    status, report = courtyard("import", "payments", "payments.csv")

    assert (status, report["new"], report["same"], report["written"]) == (0, 0, 1, False)


def test_a_bad_row_is_told_and_nothing_is_written(courtyard: Command, desk: Path) -> None:
    (desk / "units.csv").write_text("房号,类型,建筑面积\n3-2-1201,住宅,abc\n2026-03-12,住宅,80\n", encoding="utf-8")

    status, report = courtyard("import", "units", "units.csv")

    assert (status, report["written"], [fault["row"] for fault in report["faults"]]) == (1, False, [2, 3])
    assert aws.records().load_unit("3-2-1201") == (None, ())


def test_plan_says_who_what_how_and_why_and_run_sends_it_once(courtyard: Command) -> None:
    loaded(courtyard)

    _, plan = courtyard("plan", "--on", "2026-03-01")
    (notice,) = plan["notices"]
    assert plan.keys() == {"on", "rules", "notices", "tasks", "waits", "held_back", "limitation", "totals"}
    assert notice.keys() == {"owner", "stage", "channels", "bills", "reason", "at"}
    assert (notice["owner"], notice["stage"], notice["channels"]) == ("o-0412", "bill-issued", ["email"])
    assert (notice["bills"], notice["at"]) == (["2026-Q1"], "2026-03-01T09:00:00+08:00")

    _, done = courtyard("run", "--on", "2026-03-01")
    assert done["states"] == {"SENT": 1}
    sent = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    assert [message.destinations[0] for message in sent] == [SENT_TO]

    _, again = courtyard("run", "--on", "2026-03-01")
    assert (again["notices"], again["states"]) == ([], {})


def test_a_demand_waits_until_payments_are_recorded(courtyard: Command) -> None:
    for kind in ("units", "owners", "bills"):
        courtyard("import", kind, f"{kind}.csv")

    _, plan = courtyard("plan", "--on", "2026-04-08")
    assert [notice["stage"] for notice in plan["notices"]] == ["first-demand"], "opening bills are net of payments"

    boto3.client("dynamodb").delete_item(TableName="courtyard", Key={"pk": {"S": "M#ledger"}, "sk": {"S": "MARKER"}})
    _, plan = courtyard("plan", "--on", "2026-04-08")
    (wait,) = plan["waits"]
    assert wait.keys() == {"owner", "reason", "until"}
    assert plan["notices"] == []


def test_through_says_until_when_payments_are_recorded(courtyard: Command) -> None:
    for kind in ("units", "owners"):
        courtyard("import", kind, f"{kind}.csv")
    courtyard("import", "payments", "payments.csv", "--through", "2026-05-02")

    assert aws.records().ledger_through() == date(2026, 5, 2)


def test_a_file_without_payments_says_that_nobody_paid_through_a_day(courtyard: Command, desk: Path) -> None:
    (desk / "none.csv").write_text(FILES["payments"].splitlines()[0] + "\n", encoding="utf-8")

    status, refused = courtyard("import", "payments", "none.csv")
    assert (status, refused["written"], aws.records().ledger_through()) == (1, False, None)
    status, report = courtyard("import", "payments", "none.csv", "--through", "2026-05-02")
    assert (status, report["rows"], report["faults"]) == (0, 0, [])
    assert aws.records().ledger_through() == date(2026, 5, 2)


@pytest.mark.parametrize(
    ("language", "told"), [("zh", "缴费记录登记到 2026-05-02"), ("en", "recorded through 2026-05-02")]
)
def test_an_import_says_what_it_did_in_the_language_of_the_terminal(
    courtyard: Command, desk: Path, capsys: pytest.CaptureFixture[str], language: str, told: str
) -> None:
    for kind in ("units", "owners"):
        courtyard("import", kind, f"{kind}.csv")
    assert cli.main(["--lang", language, "import", "payments", "payments.csv", "--through", "2026-05-02"]) == 0
    said = capsys.readouterr().out
    assert told in said
    assert ("新增 1" in said) is (language == "zh")


TODAY = local_date(datetime.now(UTC), "Asia/Shanghai")


@pytest.mark.parametrize(
    ("language", "known", "unfinished", "finished"),
    [
        ("zh", "已经导入过", "还没有完成", "现已补完"),
        ("en", "imported already, on", "is not finished", "it is finished now"),
    ],
)
def test_fault_25_the_same_file_again_is_told_with_the_day_and_so_is_one_that_was_cut_short(
    courtyard: Command,
    desk: Path,
    capsys: pytest.CaptureFixture[str],
    language: str,
    known: str,
    unfinished: str,
    finished: str,
) -> None:
    def said(*arguments: str) -> str:
        assert cli.main(["--lang", language, "import", "units", "units.csv", *arguments]) == 0
        return capsys.readouterr().out

    assert not any(one in said() for one in (known, unfinished, finished))
    assert re.search(f"{known}.*{TODAY}|{TODAY}.*{known}", said())
    assert "新增 0" in said() or "new 0" in said()
    digest = hashlib.sha256((desk / "units.csv").read_bytes()).hexdigest()
    key = {"pk": {"S": f"F#{digest}"}, "sk": {"S": "IMPORT#units"}}
    begun = {"rows": {"N": "1"}, "begun": {"S": "2026-11-25"}}
    boto3.client("dynamodb").put_item(TableName="courtyard", Item={**key, **begun})
    for arguments, told in ((["--dry-run"], unfinished), ([], finished)):
        (line,) = [line for line in said(*arguments).splitlines() if "2026-11-25" in line]
        assert told in line
    assert known in said()


def test_the_json_of_an_import_has_the_same_keys_however_often_it_is_imported(courtyard: Command) -> None:
    for _ in range(2):
        _, report = courtyard("import", "units", "units.csv")
        assert list(report) == ["file", "rows", "new", "same", "faults", "written"]


def test_money_that_is_nobodys_is_shown_with_each_import_of_payments_until_a_row_gives_it_to_somebody(
    courtyard: Command, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded(courtyard)
    rules = rulefiles.read(desk / "site").rulebook
    method = next(one for one in rules.payments.methods if one.id == "wechat")
    paid_at = datetime(2026, 6, 2, 1, 15, tzinfo=UTC)
    money = Remittance(transaction="4200-1", amount=86400, currency="CNY", paid_at=paid_at, reference="谁\n\x1b[2J家")
    payments.receive(aws.records(), rules, method, money, now=paid_at)

    def said(language: str, file: str = "payments.csv") -> str:
        assert cli.main(["--lang", language, "import", "payments", file]) == 0
        return capsys.readouterr().out

    assert "2026-06-02 · ¥864.00 · 微信支付 · 4200-1 · “谁 [2J家” · 按备注找不到业主" in said("zh")
    assert "2026-06-02 · ¥864.00 · WeChat Pay · 4200-1 · “谁 [2J家” · the reference names no owner" in said("en")
    assert "4200-1" not in json.dumps(courtyard("import", "payments", "payments.csv"))
    row = "3-2-1201,2026-06-02,864.00,微信支付,4200-1\n"
    (desk / "found.csv").write_text(FILES["payments"].splitlines()[0] + "\n" + row, encoding="utf-8")
    assert "4200-1" not in said("zh", "found.csv")


@pytest.mark.parametrize(
    "arguments",
    [
        ["import", "bills", "bills.csv", "--through", "2026-05-02"],
        ["import", "payments", "payments.csv", "--through", "2062-05-02"],
    ],
)
def test_a_day_the_ledger_cannot_reach_is_refused_in_both_languages(
    desk: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    for language, is_zh in (("zh", True), ("en", False)):
        assert cli.main(["--lang", language, *arguments]) == 1
        said = capsys.readouterr().err
        assert (len(said.splitlines()), any(sign >= "\u4e00" for sign in said)) == (1, is_zh)


OUT_OF_REACH = ["9999-12-31", "2101-01-01", "1999-12-31", "1900-01-01", "0001-01-01"]
MISWRITTEN = ["20261201", "2026-W49-2", "2026-12-1", "2026-02-30", "26-12-01", "２０２６-12-01"]


@pytest.mark.parametrize("written", [*OUT_OF_REACH, *MISWRITTEN])
@pytest.mark.parametrize(
    "command", [["plan", "--on"], ["simulate", "--from"], ["record", "o-1", "call", "reached", "--on"]]
)
def test_a_day_out_of_reach_or_written_otherwise_is_refused_in_one_line(
    command: list[str], written: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([*command, written])
    assert ended.value.code == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert ("2000-01-01 to 2100-12-31" if written in OUT_OF_REACH else "YYYY-MM-DD") in said


@pytest.mark.parametrize("on", ["2000-01-01", "2100-12-31"])
def test_the_first_and_the_last_day_in_reach_can_be_planned(courtyard: Command, on: str) -> None:
    loaded(courtyard)
    status, plan = courtyard("plan", "--on", on)
    assert (status, plan["on"]) == (0, on)


@pytest.mark.parametrize("arguments", [["plan", "--on", "2026-13-01"], ["import", "cats", "x.csv"], ["fly"], []])
def test_a_wrong_call_is_told_and_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)

    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_an_owner_nobody_has_is_told(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["link", "nobody"]) == 1

    assert "nobody" in capsys.readouterr().err


def test_aws_out_of_reach_is_one_line_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    shutil.copytree(ROOT / "site", tmp_path / "site")
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)

    assert cli.main(["plan"]) == 1

    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err + said.out
    assert os.environ["AWS_ENDPOINT_URL"] in said.err or "AWS_ENDPOINT_URL" in said.err
