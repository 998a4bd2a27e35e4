"""`status`: a day's notices accounted for to the last, and what somebody has to see to."""

import ast
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.account import Holder, Suppression
from chalicelib.core.feedback import Feedback
from chalicelib.core.notice import State
from chalicelib.core.reach import mark
from chalicelib.core.rulebook import Channel, Language
from chalicelib.core.tasks import unreachable
from chalicelib.flows.circuit import open_circuit
from chalicelib.flows.delivery import _PASSING
from chalicelib.flows.feedback import note_feedback
from chalicelib.flows.progress import Phase, Progress, RunApproval, approve_run, save_progress
from chalicelib.flows.sender import notice_tag
from staff import aws, cli, daybook, dayview, session
from tests.builders import UNIT, bill, contact, day, owner, payment, shipped_bundle, tenure
from tests.fakes import OPTED_OUT, REFUSED, RETRY, SENT, STOPPED, UNKNOWN, FakeMail, FakeSms
from tests.flows.office import Office, at

ROOT = Path(__file__).parents[2]
FLOWS = ROOT / "functions" / "chalicelib" / "flows"
MOVES = ("advance", "later", "given_up", "given_back")
DAY = "2026-03-01"


# the account of a day, whatever happened in it

PEOPLE = [contact(), contact(email=None), contact(phone=None), contact(email="not an address", phone=None)]
EVENTS = ("deliver", "delivered", "bounced", "complained", "pay", "plan")


@given(
    people=st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4),
    mail=st.lists(st.sampled_from([SENT, RETRY, REFUSED, STOPPED, UNKNOWN]), min_size=1, max_size=4),
    sms=st.sampled_from([SENT, RETRY, UNKNOWN, OPTED_OUT]),
    events=st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(0, 3)), max_size=10),
)
def test_the_states_of_a_day_add_up_to_its_list_whatever_happens(
    people: list[Any], mail: list[Any], sms: Any, events: list[tuple[str, int]]
) -> None:
    office = Office(mail=FakeMail(*mail), sms=FakeSms(sms))
    for number, person in enumerate(people):
        office.enter(bill(123456 + number), owner=owner(f"o-{number}", person))
    office.plan(DAY)
    for minute, (event, number) in enumerate(events):
        happen(office, event, f"o-{number % len(people)}", f"{DAY} 10:{minute:02}")

    tally, _ = daybook.load_day(office.records, day(DAY), day(DAY), lambda done, whole: None)

    listed = office.records.notices.listed(day(DAY))
    assert len(tally.entries) == len(listed) == len(set(listed))
    assert sum(tally.by_state.values()) == sum(tally.by_channel.values()) == sum(tally.by_stage.values()) == len(listed)
    states = [office.records.notices.load_notice(*one) for one in listed]
    assert tally.by_state == {
        state.value: sum(one is not None and one.state is state for one in states) for state in State
    }


def happen(office: Office, event: str, who: str, now: str) -> None:
    match event:
        case "deliver":
            office.deliver(now)
        case "pay":
            office.records.record_payment(who, payment(123456, DAY, id=f"bank#{who}#1"))
        case "plan":
            office.plan(DAY)
        case said:
            for notice in office.notices(who):
                about = Feedback(
                    said=said,  # type: ignore[arg-type]
                    channel=Channel.EMAIL,
                    notice=notice_tag(notice),
                    attempt=notice.attempt,
                    addresses=("wang@owner.example",),
                    at=at(now),
                    is_lasting=True,
                )
                note_feedback(office.records, office.bundle, office.queue, about)


# the command


@pytest.fixture
def courtyard(stack: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command in the project, at a centre with three owners who are told of a bill on 2026-03-01."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COURTYARD_MODE", "test")
    records = aws.records()
    records.set_ledger_through(day("2026-12-31"))
    for number, person in enumerate([contact(), contact(email=None), contact(email=None, phone=None)]):
        records.save_owner(owner(f"o-{number}", person))
        records.add_facts(f"o-{number}", [tenure(), bill(123456 + number, issued="2026-02-01")])
        records.set_due_day(f"o-{number}", day("2026-01-01"))

    def run(*arguments: str) -> tuple[int, Any]:
        status = cli.main([*arguments, "--json"])
        said = capsys.readouterr()
        return status, json.loads(said.out) if status == 0 else said.err

    return run


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main([*arguments]) == 0
    return capsys.readouterr().out


def test_a_day_is_accounted_for_by_state_stage_and_channel(courtyard: Any) -> None:
    courtyard("run", "--on", DAY)
    _, said = courtyard("status", "--on", DAY)
    assert set(said) == {
        *("on", "run", "planned", "by_state", "by_reason", "by_stage", "by_channel", "rows"),
        *("circuits", "sms", "queue", "cases"),
    }
    assert (said["on"], said["planned"], said["run"]["phase"]) == (DAY, 2, "done")
    assert {state: count for state, count in said["by_state"].items() if count} == {"SENT": 2}
    assert said["by_reason"] == {"SENT": {"mode:test": 2}}
    assert (said["by_stage"], said["by_channel"]) == ({"bill-issued": 2}, {"email": 1, "sms": 1})
    assert [(row["channel"], row["planned"], row["reached"]) for row in said["rows"]] == [
        ("email", 1, 1),
        ("sms", 1, 1),
    ]
    assert said["queue"] == {"waiting": 0, "in_hand": 0, "later": 0, "dead": 0}


@pytest.mark.parametrize(
    ("run_on", "phase", "expected"),
    [
        ("2026-02-28", Phase.DONE, "not-begun"),
        (DAY, Phase.LOOKING, "looking"),
        (DAY, Phase.HELD, "held"),
        (DAY, Phase.QUEUEING, "queueing"),
        (DAY, Phase.DONE, "done"),
        ("2026-03-02", Phase.LOOKING, "followed"),
    ],
)
def test_how_far_the_run_of_the_day_has_come_is_told(
    courtyard: Any, capsys: pytest.CaptureFixture[str], run_on: str, phase: Phase, expected: str
) -> None:
    save_progress(aws.records(), Progress(on=day(run_on), rules="r", phase=phase, counts={"bill-issued": 1200}))
    run = courtyard("status", "--on", DAY)[1]["run"]
    assert (run["phase"], run["last_run_on"]) == (expected, run_on)
    assert run["found"] == ({"bill-issued": 1200} if run_on == DAY else {})
    assert run["held"] == ([{"stage": "bill-issued", "count": 1200, "usual": 0}] if expected == "held" else [])
    for language in ("zh", "en"):
        said = told(capsys, "--lang", language, "status", "--on", DAY)
        assert ("approve --run" in said) == (expected == "held")


def test_a_run_that_was_let_go_says_by_whom(courtyard: Any, capsys: pytest.CaptureFixture[str]) -> None:
    records = aws.records()
    save_progress(records, Progress(on=day(DAY), rules="r", phase=Phase.HELD, counts={"bill-issued": 1200}))
    approve_run(records, RunApproval(on=day(DAY), counts={"bill-issued": 1200}, by="arn:manager", at=at(DAY)))
    run = courtyard("status", "--on", DAY)[1]["run"]
    assert run["held"] == []
    assert run["approved"] == {"by": "arn:manager", "at": "2026-03-01T10:00:00+08:00"}
    assert "arn:manager" in told(capsys, "status", "--on", DAY)


def test_what_holds_messages_up_is_told_with_what_to_do(courtyard: Any, capsys: pytest.CaptureFixture[str]) -> None:
    records, now = aws.records(), datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
    open_circuit(records, Channel.EMAIL, "SendingPausedException", now)
    sqs = boto3.client("sqs")
    for name in ("courtyard-notices", "courtyard-notices-dead"):
        sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"], MessageBody="{}")
    closed = Suppression(
        channel=Channel.EMAIL, mark=mark("wang@owner.example"), reason="bounced", on=day(DAY), notice="n"
    )
    records.notices.add_task(unreachable("o-0", closed))

    _, said = courtyard("status", "--on", DAY)
    assert said["circuits"] == [
        {
            "channel": "email",
            "reason": "SendingPausedException",
            "since": "2026-03-01T09:00:00+08:00",
            "next_try": "2026-03-01T09:15:00+08:00",
        }
    ]
    assert said["queue"] == {"waiting": 1, "in_hand": 0, "later": 0, "dead": 1}
    assert said["cases"] == {"unreachable": {"open": 1, "opened": 1}, "unknown": {"open": 0, "opened": 0}}
    zh, en = (told(capsys, "--lang", language, "status", "--on", DAY) for language in ("zh", "en"))
    assert all(
        word in zh for word in ("电子邮件已停发", "SendingPausedException", "09:15", "redrive", "courtyard calls")
    )
    assert all(word in en for word in ("Stopped: e-mail", "SendingPausedException", "09:15", "redrive"))


@pytest.mark.parametrize(
    ("segments", "percent", "level", "words"),
    [(0, 0, "enough", ""), (2399, 79, "enough", ""), (2400, 80, "low", "快用完"), (3000, 100, "spent", "已用完")],
)
def test_the_month_s_text_messages_are_told_and_a_low_budget_is_a_warning(
    courtyard: Any, capsys: pytest.CaptureFixture[str], segments: int, percent: int, level: str, words: str
) -> None:
    aws.records().table.change("C#sms-2026-03", "COUNT", {"segments": segments})
    assert courtyard("status", "--on", DAY)[1]["sms"] == {
        "month": "2026-03",
        "segments": segments,
        "most": 3000,
        "percent": percent,
        "level": level,
    }
    assert words in told(capsys, "--lang", "zh", "status", "--on", DAY)


def test_a_notice_that_was_listed_and_never_recorded_is_accounted_for(
    courtyard: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.records().notices.list_notice("o-0", "2026-Q1/3-2-1201/property#bill-issued", day(DAY))
    _, said = courtyard("status", "--on", DAY)
    assert (said["planned"], said["by_reason"]) == (1, {"SKIPPED": {"not-recorded": 1}})
    assert "列入后已不需要" in told(capsys, "--lang", "zh", "status", "--on", DAY)


def test_why_something_did_not_go_is_said_in_words_and_what_providers_say_in_theirs(
    courtyard: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    courtyard("run", "--on", DAY)
    records = aws.records()
    for (who, key), (state, reason) in zip(
        records.notices.listed(day(DAY)),
        [(State.SKIPPED, "nothing-owed"), (State.FAILED, "bounce:Permanent:[bold]General")],
        strict=True,
    ):
        notice = records.notices.load_notice(who, key)
        assert notice
        records.notices.advance(notice, state, only_from=(State.SENT,), reason=reason)
    zh, en = (told(capsys, "--lang", language, "status", "--on", DAY) for language in ("zh", "en"))
    assert "无应缴款项 1" in zh
    assert "邮件被退回（Permanent:[bold]General） 1" in zh
    assert "nothing owed 1" in en
    assert "mail came back (Permanent:[bold]General) 1" in en


def reasons_given() -> set[str]:
    """Every reason that the worker, the run or staff give for where a notice stands, as they stand in the source."""
    found: set[str] = set()
    for name in ("delivery", "occasions", "run", "tasks"):
        for node in ast.walk(ast.parse((FLOWS / f"{name}.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "").lstrip("_") in MOVES:
                values = [*node.args, *(one.value for one in node.keywords if one.arg == "reason")]
                found |= {one.value for one in values if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_reason_we_give_has_words_of_its_own(language: Language) -> None:
    view = dayview.View(shipped_bundle(), language)
    given = reasons_given()
    assert {"hours", "superseded", "sms-budget", "no answer recorded"} <= given
    for code in {*given, *_PASSING, "nothing-owed", "mode:test", "mode:team", "staff:sent", "staff:not-sent"}:
        assert view._reason(code) != code, code


# one notice


def test_one_notice_is_found_by_its_name_in_the_logs_and_tells_its_life(
    courtyard: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    courtyard("run", "--on", DAY)
    records = aws.records()
    notice = next(one for one in records.notices.load_history("o-0").notices)
    records.notices.advance(notice, State.BOUNCED, only_from=(State.SENT,), tried=mark("wang@owner.example"))
    lately = session.today(shipped_bundle()) - timedelta(days=91)
    records.notices.list_notice("o-0", notice.key, lately)
    for where, on in ((("--on", DAY), DAY), ((), str(lately))):
        _, said = courtyard("status", "--notice", notice.trace, *where)
        assert (said["notice"], said["owner"], said["listed_on"], said["state"]) == (notice.trace, "o-0", on, "BOUNCED")
        assert (said["channel"], said["attempt"], said["told_on"]) == ("email", 1, DAY)
        assert said["tried"] == ["w***@owner.example"]
        assert said["case"] is None
    shown = told(capsys, "--lang", "zh", "status", "--on", DAY, "--notice", notice.trace)
    assert all(word in shown for word in (notice.trace, "o-0", "账单通知", "被退回", "w***@owner.example"))
    assert "wang@" not in shown


def test_a_notice_nobody_knows_of_names_the_case_it_is_for_staff(courtyard: Any) -> None:
    courtyard("run", "--on", DAY)
    records = aws.records()
    notice = next(one for one in records.notices.load_history("o-0").notices)
    records.notices.advance(notice, State.UNKNOWN, only_from=(State.SENT,), called_at=at(DAY) - timedelta(days=1))
    courtyard("run", "--on", "2026-03-02")
    assert courtyard("status", "--on", DAY)[1]["cases"]["unknown"] == {"open": 1, "opened": 0}
    assert courtyard("status", "--on", "2026-03-02")[1]["cases"]["unknown"] == {"open": 1, "opened": 1}
    _, said = courtyard("status", "--on", DAY, "--notice", notice.trace)
    assert said["called_at"] == "2026-02-28T10:00:00+08:00"
    assert said["case"] == "2026-Q1/3-2-1201/property#unknown.bill-issued.1"


def test_a_notice_of_no_list_is_told_with_the_days_that_were_looked_through(courtyard: Any) -> None:
    status, said = courtyard("status", "--on", DAY, "--notice", "0123456789abcdef")
    assert (status, DAY in said, len(said.splitlines())) == (1, True, 1)


@pytest.mark.parametrize("name", ["0123", "0123456789ABCDEF", "o-0", "0123456789abcdeg"])
def test_what_is_no_name_of_a_notice_is_a_wrong_call(courtyard: Any, name: str) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["status", "--notice", name])
    assert ended.value.code == 2


# an owner's notices


def test_whoever_asks_what_they_were_told_is_told_by_their_unit(
    courtyard: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.records().add_holder(UNIT, Holder(owner="o-0", from_=day("2021-05-01")))
    for on in (DAY, "2026-03-16"):
        courtyard("run", "--on", on)
    _, said = courtyard("status", "--owner", UNIT)
    assert said["owner"] == "o-0"
    assert [(row["stage"], row["planned_on"], row["state"]) for row in said["notices"]] == [
        ("due-soon", "2026-03-16", "SENT"),
        ("bill-issued", DAY, "SENT"),
    ]
    assert {row["notice"] for row in said["notices"]} == {
        one.trace for one in aws.records().notices.load_history("o-0").notices
    }
    for language, words in (("zh", ("到期提醒", "只登记")), ("en", ("Due soon", "only"))):
        shown = told(capsys, "--lang", language, "status", "--owner", UNIT)
        assert all(word in shown for word in (DAY, *words))


def test_an_owner_nobody_has_told_anything_has_no_notices_and_nobody_is_no_owner(courtyard: Any) -> None:
    assert courtyard("status", "--owner", "o-2")[1] == {"owner": "o-2", "notices": []}
    status, said = courtyard("status", "--owner", "nobody")
    assert (status, "nobody" in said) == (1, True)
