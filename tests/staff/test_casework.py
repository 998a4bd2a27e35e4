"""The commands of the people behind the policy, as a clerk types them."""

import json
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from chalicelib.core.account import Holder, Reply, Suppression, Wish
from chalicelib.core.calendar import instant
from chalicelib.core.ledger import fold
from chalicelib.core.notice import Notice, Outcome, State
from chalicelib.core.reach import mark
from chalicelib.core.reply import replied
from chalicelib.core.rulebook import Channel
from chalicelib.core.tasks import unreachable
from chalicelib.flows import tasks
from staff import aws, casework, cli, session
from tests.builders import bill, contact, day, hold, owner, shipped_bundle, tenure
from tests.flows.office import at

ROOT = Path(__file__).parents[2]
OWNER = "o-0412"


@pytest.fixture
def clerk(stack: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command in the project; its exit and what it printed, as JSON where it can be."""
    monkeypatch.chdir(ROOT)
    records = aws.records()
    records.save_owner(owner(OWNER, contact(email=None)))
    records.add_facts(OWNER, [tenure(), bill(issued="2026-02-20")])
    records.add_holder("3-2-1201", Holder(owner=OWNER, from_=day("2021-05-01")))
    records.set_due_day(OWNER, day("2026-01-01"))
    records.set_ledger_through(day("2026-12-31"))

    def run(*arguments: str) -> tuple[int, Any]:
        status = cli.main([*arguments, "--json"])
        said = capsys.readouterr()
        return status, json.loads(said.out) if status == 0 else said.err

    return run


def test_the_list_for_the_day_names_whom_to_call_by_whom_and_by_when(clerk: Any) -> None:
    _, run = clerk("run", "--on", "2026-04-07")
    assert [(task["task"], task["by"], task["due"], task["at"]) for task in run["tasks"]] == [
        ("call", "clerk", "2026-04-10", "2026-04-07T09:30:00+08:00")
    ]
    assert run["totals"]["by_building"] == {"3": 1}
    _, said = clerk("calls", "--on", "2026-04-07")
    (row,) = said["tasks"]
    assert (row["owner"], row["units"], row["owed"], row["standing"]) == (OWNER, ["3-2-1201"], 123456, "asked")


def test_a_call_on_record_moves_the_policy_on_and_the_next_demand_waits_for_a_manager(clerk: Any) -> None:
    clerk("run", "--on", "2026-04-07")
    _, said = clerk("record", "3-2-1201", "call", "reached", "--on", "2026-04-08")
    assert said == {"owner": OWNER, "task": "first-demand", "way": "call", "done_on": "2026-04-08", "hold": None}

    clerk("run", "--on", "2026-04-20")
    _, listed = clerk("approve", "--on", "2026-04-21", "--dry-run")
    assert (listed["approved"], [notice["stage"] for notice in listed["notices"]]) == (0, ["second-demand"])
    _, approved = clerk("approve", "--on", "2026-04-21", "--owner", OWNER, "--stage", "second-demand")
    assert approved["approved"] == 1
    assert approved["by"].startswith("arn:aws:")
    _, run = clerk("run", "--on", "2026-04-21")
    assert [task["task"] for task in run["tasks"]] == ["letter", "call"]


def test_nobody_is_approved_who_was_not_named(clerk: Any) -> None:
    clerk("run", "--on", "2026-04-07")
    clerk("record", OWNER, "call", "reached", "--on", "2026-04-08")
    for who in (("--owner", "o-0001"), ("--stage", "nonsense")):
        status, said = clerk("approve", "--on", "2026-04-20", *who)
        assert (status, len(said.strip().splitlines())) == (1, 1)
        assert who[1] in said


def test_a_pause_is_opened_within_its_limits_and_ended_by_its_id(clerk: Any) -> None:
    _, made = clerk("hold", OWNER, "hardship")
    assert (made["id"], made["bills"]) == ("hardship-1", [])
    status, said = clerk("hold", OWNER, "hardship", "--until", "2040-01-01", "--role", "manager")
    assert (status, "2040" in said) == (1, False)
    _, ended = clerk("hold", OWNER, "hardship-1")
    assert ended["id"] == "hardship-1"


@pytest.mark.parametrize(
    "arguments",
    [
        ("hold", OWNER, "forever"),
        ("hold", OWNER, "litigation"),
        ("hold", OWNER, "promise", "--bill", "1999-Q1"),
        ("record", OWNER, "call", "shouted-at"),
        ("record", OWNER, "case", "hardship"),
        ("record", "nobody", "call", "reached"),
    ],
)
def test_what_the_rules_do_not_allow_is_refused_in_one_line(clerk: Any, arguments: tuple[str, ...]) -> None:
    status, said = clerk(*arguments)
    assert (status, len(said.strip().splitlines())) == (1, 1)


@pytest.mark.parametrize(
    "arguments", [("--at", "25:99"), ("--at", "09:00+05:00"), ("--at", "9"), ("--on", "yesterday")]
)
def test_a_day_or_an_hour_that_is_none_is_refused_with_its_form(arguments: tuple[str, str], clerk: Any) -> None:
    with pytest.raises(SystemExit) as left:
        clerk("record", OWNER, "call", "reached", *arguments)
    assert left.value.code == 2


def test_people_read_the_same_on_the_terminal(clerk: Any, capsys: pytest.CaptureFixture[str]) -> None:
    clerk("run", "--on", "2026-04-07")
    assert cli.main(["--lang", "zh", "calls", "--on", "2026-04-08"]) == 0
    assert "王小明" in capsys.readouterr().out
    records, rules = aws.records(), session.rules(type("Said", (), {"language": "zh"}))
    noon = instant(day("2026-04-08"), shipped_bundle().rules.collection.call_hours[0].opening, "Asia/Shanghai")
    tasks.record_contact(records, rules, OWNER, Channel.CALL, Outcome.REACHED, at=noon)
    assert cli.main(["--lang", "zh", "approve", "--on", "2026-04-21", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert all(words in said for words in ("再次催缴", "王小明", "3-2-1201", "1,234.56"))


def test_the_list_asks_for_what_a_letter_is_about_and_not_for_what_is_paused(clerk: Any) -> None:
    records = aws.records()
    next_bill = bill(70_000, id="2026-Q2", due="2026-06-30", issued="2026-05-20")
    records.add_facts(OWNER, [replace(bill(9_900, issued="2026-02-20"), id="P", kind="parking"), next_bill])
    records.add_hold(OWNER, hold("2026-04-01", "2026-12-31", bills=("P/3-2-1201/parking",)))
    clerk("run", "--on", "2026-04-07")
    (row,) = clerk("calls", "--on", "2026-04-08")[1]["tasks"]
    assert (row["owed"], row["hours"]) == (123456, ["09:30-11:45", "14:30-19:30"])


def test_a_report_of_a_day_to_come_or_of_what_cannot_be_is_refused(clerk: Any) -> None:
    clerk("run", "--on", "2026-04-07")
    for arguments in (("call", "reached", "--on", "2062-04-08"), ("call", "delivered"), ("letter", "reached")):
        status, said = clerk("record", OWNER, *arguments)
        assert (status, len(said.strip().splitlines())) == (1, 1)
    status, said = clerk("record", OWNER, "case", "forgotten", "--dry-run")
    assert status == 1, "a trial sees what the real one would"


def test_a_pause_of_some_bills_must_say_which(clerk: Any) -> None:
    aws.records().add_facts(OWNER, [replace(bill(9_900, issued="2026-02-20"), kind="parking")])
    for bills in ((), ("--bill", "2026-Q1"), ("--bill", "2026-Q1/3-2-1201")):
        status, said = clerk("hold", OWNER, "dispute", *bills)
        assert status == 1
        assert "2026-Q1/3-2-1201/parking" in said
    status, made = clerk("hold", OWNER, "dispute", "--bill", "2026-Q1/3-2-1201/parking")
    assert (status, made["bills"], made["stops_late_fee"]) == (0, ["2026-Q1/3-2-1201/parking"], True)
    assert clerk("hold", OWNER, "dispute-1")[0] == 0
    status, said = clerk("hold", OWNER, "dispute-1")
    assert status == 1, "it has ended already"


def said_by(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command says on the terminal, whatever came of it."""
    cli.main([*arguments])
    said = capsys.readouterr()
    return said.out + said.err


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


@pytest.mark.parametrize("command", ["plan", "run", "approve", "calls"])
def test_reasons_are_told_in_the_language_of_the_terminal(
    clerk: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    clerk("run", "--on", "2026-04-07")
    clerk("record", OWNER, "call", "reached", "--on", "2026-04-08")
    for spoken, is_zh in (("en_GB.UTF-8", False), ("zh_CN.UTF-8", True)):
        monkeypatch.setenv("LC_ALL", spoken)
        said = said_by(capsys, command, "--on", "2026-04-21").replace("王小明", "")
        assert is_chinese(said) is is_zh, said


def test_another_program_reads_the_community_s_first_language_unless_it_asks_for_one(
    clerk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    for command, rows in (("plan", "tasks"), ("calls", "held_back")):
        for wanted, is_zh in (((), True), (("--lang", "en"), False), (("--lang", "zh"), True)):
            records = aws.records()
            records.table.change("M#ledger", "MARKER", {"through": "2026-04-07" if rows == "tasks" else "2026-01-01"})
            _, said = clerk(command, "--on", "2026-04-07", *wanted)
            assert [is_chinese(row["reason"]) for row in said[rows]] == [is_zh]


@pytest.mark.parametrize(
    "arguments", [("link", "nobody"), ("hold", "nobody", "hardship"), ("plan", "--owner", "nobody")]
)
def test_an_owner_nobody_has_is_told_in_both_languages(
    clerk: Any, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    for language, is_zh in (("en", False), ("zh", True)):
        said = said_by(capsys, "--lang", language, *arguments)
        assert ("nobody" in said, is_chinese(said)) == (True, is_zh)


def test_a_pause_that_ends_is_said_to_have_ended_and_from_when_all_goes_on(
    clerk: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    today = session.today(shipped_bundle())
    aws.records().add_hold(
        OWNER, hold("2026-04-01", "2099-12-31", id="hardship-1", kind="hardship", stops_late_fee=True)
    )
    said = said_by(capsys, "--lang", "en", "hold", OWNER, "hardship-1")
    assert "hardship-1" in said
    assert "this pause has ended" in said
    assert f"Reminders go on from {today}" in said
    assert f"The late charge runs again from {today}" in said
    assert "2026-04-01" not in said
    assert "Withdrawn" not in said


def test_a_pause_that_ends_beside_another_says_so(clerk: Any, capsys: pytest.CaptureFixture[str]) -> None:
    clerk("hold", OWNER, "hardship")
    clerk("hold", OWNER, "family")
    said = said_by(capsys, "--lang", "en", "hold", OWNER, "family-1")
    assert "other pauses still hold: hardship-1" in said
    assert "Reminders go on" not in said


def test_a_pause_withdrawn_at_once_can_be_had_again_and_is_no_longer_in_force(
    clerk: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    clerk("hold", OWNER, "promise")
    assert "撤回" in said_by(capsys, "--lang", "zh", "hold", OWNER, "promise-1")
    assert clerk("plan", "--owner", OWNER)[1]["holds"] == []
    status, said = clerk("hold", OWNER, "nonsense")
    assert (status, "promise-1" in said) == (1, False)
    status, again = clerk("hold", OWNER, "promise")
    assert (status, again["id"]) == (0, "promise-2")
    assert [one["id"] for one in clerk("plan", "--owner", OWNER)[1]["holds"]] == ["promise-2"]


ZONE, NOW = "Asia/Shanghai", datetime(2026, 4, 8, 2, 0, tzinfo=UTC)  # ten in the morning there


@pytest.mark.parametrize(
    ("on", "hour", "expected"),
    [
        ("2026-04-08", None, NOW),
        ("2026-04-08", time(10), NOW),
        ("2026-04-08", time(9, 30), datetime(2026, 4, 8, 1, 30, tzinfo=UTC)),
        ("2026-04-08", time(10, 1), None),
        ("2026-04-08", time(23, 59), None),
        ("2026-04-07", time(23, 59), datetime(2026, 4, 7, 15, 59, tzinfo=UTC)),
        ("2026-04-07", None, datetime(2026, 4, 7, 4, 0, tzinfo=UTC)),
    ],
)
def test_a_contact_was_made_at_an_hour_that_has_been(on: str, hour: time | None, expected: datetime | None) -> None:
    assert casework.happened(day(on), hour, NOW, ZONE) == expected


def test_an_hour_to_come_is_refused(clerk: Any) -> None:
    now = session.now().astimezone(ZoneInfo(ZONE))
    if now.hour == 23:
        pytest.skip("the day has no later hour left")
    for what in (("call", "reached"), ("case", "forgotten")):
        status, said = clerk("record", OWNER, *what, "--at", f"{now.hour + 1:02}:00", "--lang", "zh")
        assert (status, "还没到" in said, len(said.splitlines())) == (1, True, 1)


def test_a_run_for_a_day_to_come_is_refused_where_messages_are_real(
    clerk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURTYARD_MODE", "live")
    status, said = clerk("run", "--on", "2062-04-07")
    assert (status, "2062-04-07" in said) == (1, True)


def test_on_the_terminal_a_manager_is_asked_once_more(
    clerk: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk("run", "--on", "2026-04-07")
    clerk("record", OWNER, "call", "reached", "--on", "2026-04-08")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    for said, count in (("n", 0), ("", 0), ("y", 1)):
        monkeypatch.setattr("builtins.input", lambda _, said=said: said)
        assert cli.main(["approve", "--on", "2026-04-21", "--lang", "en"]) == 0
        assert f"1 waiting, {count} approved now" in capsys.readouterr().out


def test_what_staff_recorded_is_said_back_to_them(clerk: Any, capsys: pytest.CaptureFixture[str]) -> None:
    clerk("run", "--on", "2026-04-07")
    assert cli.main(["--lang", "zh", "record", OWNER, "call", "no-answer", "--on", "2026-04-08"]) == 0
    said = capsys.readouterr().out
    assert all(words in said for words in ("电话", "无人接听或不在", "还没完成"))
    assert cli.main(["record", OWNER, "call", "reached", "--on", "2026-04-09", "--lang", "zh"]) == 0
    assert "完成，下一阶段从这天起算" in capsys.readouterr().out


# addresses that fail, and messages nobody knows to have gone out


def close_address(address: str, channel: Channel = Channel.EMAIL, reason: Any = "bounced") -> str:
    """An address nobody writes to any more, and the case for staff; its key."""
    closed = Suppression(channel=channel, mark=mark(address), reason=reason, on=day("2026-04-06"), notice="2026-Q1")
    records, case = aws.records(), unreachable(OWNER, closed)
    records.notices.add_task(case)
    records.suppress(OWNER, closed)
    return case.key


def lose_notice() -> Notice:
    """A notice whose call got no answer two days ago."""
    records, called_at = aws.records(), datetime(2026, 4, 5, 1, 0, tzinfo=UTC)
    records.notices.add_notice(
        Notice(
            owner=OWNER,
            anchor="2026-Q1/3-2-1201/property",
            stage="due-soon",
            step="due-soon-3",
            bills=("2026-Q1/3-2-1201/property",),
            channel=Channel.SMS,
            planned_on=day("2026-04-05"),
        )
    )
    (notice,) = records.notices.load_history(OWNER).notices
    records.notices.advance(notice, State.UNKNOWN, only_from=(State.PLANNED,), called_at=called_at)
    (notice,) = records.notices.load_history(OWNER).notices
    return notice


def test_the_list_shows_which_address_fails_and_only_so_much_of_it(
    clerk: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.records().save_owner(owner(OWNER, contact()))
    keys = {close_address("wang@owner.example"), close_address("+8613800000001", Channel.SMS, "opted-out")}
    keys.add(close_address("gone@owner.example", reason="complained"))
    _, said = clerk("calls", "--on", "2026-04-07")
    assert {row["key"] for row in said["tasks"]} == keys
    assert sorted(tuple(row["about"].values()) for row in said["tasks"] if row["about"]["address"]) == [
        ("email", "w***@owner.example", "bounced"),
        ("sms", "***0001", "opted-out"),
    ]
    told = "".join(said_by(capsys, "--lang", "zh", "calls", "--on", "2026-04-07").split())
    assert all(words in told for words in ("地址失效", "已退订短信", "已不在册", "收件人投诉", "caseupdated"))
    assert "gone@" not in told
    assert "An address that fails" in said_by(capsys, "--lang", "en", "calls", "--on", "2026-04-07")


def test_the_list_shows_where_to_look_up_a_message_nobody_knows_of(
    clerk: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    notice = lose_notice()
    clerk("run", "--on", "2026-04-07")
    (row,) = [row for row in clerk("calls", "--on", "2026-04-07")[1]["tasks"] if row["stage"] == "unknown"]
    assert row["about"] == {
        "channel": "sms",
        "notice": notice.trace,
        "stage_name": "到期提醒",
        "called_at": "2026-04-05T09:00:00+08:00",
    }
    told = said_by(capsys, "--lang", "en", "calls", "--on", "2026-04-07")
    assert "case not-sent" in " ".join(told.split()).replace("with not-sent", "case not-sent")


@pytest.mark.parametrize(("outcome", "state"), [("sent", "SENT"), ("not-sent", "RETRY")])
def test_what_staff_found_out_of_a_message_is_noted_and_said_back(
    clerk: Any, capsys: pytest.CaptureFixture[str], outcome: str, state: str
) -> None:
    lose_notice()
    clerk("run", "--on", "2026-04-07")
    for language, words in (("zh", "已结案"), ("en", "The case is closed")):
        said = said_by(capsys, "--lang", language, "record", OWNER, "case", outcome, "--on", "2026-04-07", "--dry-run")
        assert words in said
    assert clerk("record", OWNER, "case", outcome, "--on", "2026-04-07")[0] == 0
    (notice,) = [one for one in aws.records().notices.load_history(OWNER).notices if one.step == "due-soon-3"]
    assert (notice.state.value, notice.reason) == (state, f"staff:{outcome}")


def test_an_address_still_on_file_is_no_new_one(clerk: Any) -> None:
    aws.records().save_owner(owner(OWNER, contact()))
    close_address("wang@owner.example")
    for trial in (("--dry-run",), ()):
        status, said = clerk("record", OWNER, "case", "updated", "--on", "2026-04-07", *trial)
        assert (status, "w***@owner.example" in said, len(said.splitlines())) == (1, True, 1)
    aws.records().save_owner(owner(OWNER, contact(email="new@owner.example")))
    status, said = clerk("record", OWNER, "case", "updated", "--on", "2026-04-07")
    assert (status, said["done_on"]) == (0, "2026-04-07")


def test_of_several_cases_staff_say_which(clerk: Any) -> None:
    keys = [close_address("a@owner.example"), close_address("b@owner.example")]
    status, said = clerk("record", OWNER, "case", "kept", "--on", "2026-04-07")
    assert (status, all(key in said for key in keys), len(said.splitlines())) == (1, True, 1)
    assert clerk("record", OWNER, "case", "kept", "--on", "2026-04-07", "--case", keys[1])[0] == 0
    assert clerk("record", OWNER, "case", "kept", "--on", "2026-04-07")[0] == 0
    assert {task.outcome for task in aws.records().notices.load_history(OWNER).tasks} == {"kept"}


# what owners say


def said(kind: Any, id: str, **more: Any) -> Reply:
    """A reply as the API takes it in."""
    records = aws.records()
    account = records.load_account(OWNER)
    assert account
    rules, now = shipped_bundle().rules, at("2026-04-02 11:00")
    ledger = fold(account, rules, day("2026-04-02"))
    made = replied(account, ledger, rules, Wish(id=id * 16, kind=kind, **more), at=now)
    records.add_reply(OWNER, made)
    return made


def test_what_an_owner_said_is_on_the_list_with_its_words_and_its_day(clerk: Any) -> None:
    reply = said("service", "a", message="三楼 [red]漏水[/red]")
    _, listed = clerk("calls", "--on", "2026-04-02")
    (row,) = listed["tasks"]
    assert (row["stage"], row["by"], row["due"]) == ("reply-service", "housekeeper", "2026-04-07")
    assert row["standing"] == "asked"
    assert row["reply"] == {"number": reply.number, "kind": "service", "message": "三楼 [red]漏水[/red]"}


def test_what_an_owner_typed_is_text_on_the_terminal(clerk: Any, capsys: pytest.CaptureFixture[str]) -> None:
    reply = said("service", "a", message="[red]漏水[/red]")
    assert cli.main(["calls", "--on", "2026-04-02"]) == 0
    assert f"{reply.number} · {OWNER} · Service or repair · [red]漏水[/red]" in capsys.readouterr().out


def test_a_case_is_closed_by_the_number_of_its_reply(clerk: Any) -> None:
    first, second = said("call", "a"), said("service", "b")
    status, _ = clerk("record", OWNER, "case", "answered", "--case", "000000-0000")
    assert status == 1
    _, done = clerk("record", OWNER, "case", "answered", "--case", second.number, "--on", "2026-04-03")
    assert done["done_on"] == "2026-04-03"
    _, listed = clerk("calls", "--on", "2026-04-04")
    assert [row["reply"]["number"] for row in listed["tasks"]] == [first.number]
