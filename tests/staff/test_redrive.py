"""`redrive`: what failed again and again is tried once more, never lost, and what is no job never goes back."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID

from chalicelib.core.notice import State, trace
from chalicelib.flows.sender import notice_tag
from staff import aws, cli
from staff.queues import WorkQueue
from tests.builders import bill, contact, day, owner, tenure
from tests.conftest import REGION
from tests.staff.test_deadletters import MAIL, from_topic

ROOT = Path(__file__).parents[2]
DAY, KEY = "2026-03-01", "2026-Q1/3-2-1201/property#bill-issued"
JOB = json.dumps({"owner": "o-1", "notice": KEY}, separators=(",", ":"))
TOPIC = f"arn:aws:sns:{REGION}:{DEFAULT_ACCOUNT_ID}:courtyard-mail-events"
ODD = "\x1b[31m房\u202e" + "x" * 100
COUNTED = ("sent-back", "taken-in", "discarded", "kept", "failed")


@pytest.fixture
def courtyard(stack: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command at a centre that has told one owner of a bill; what it answered as JSON."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COURTYARD_MODE", "test")
    records = aws.records()
    records.save_owner(owner("o-1", contact()))
    records.add_facts("o-1", [tenure(), bill(issued="2026-02-01")])
    records.set_due_day("o-1", day("2026-01-01"))

    def run(*arguments: str) -> tuple[int, Any]:
        status = cli.main([*arguments, "--json"])
        return status, json.loads(capsys.readouterr().out)

    run("run", "--on", DAY)
    return run


def give_up(*bodies: str, **marks: str) -> None:
    sqs = boto3.client("sqs")
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in marks.items()}
    for body in bodies:
        url = sqs.get_queue_url(QueueName="courtyard-notices-dead")["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=attributes)


def waiting() -> tuple[list[str], int]:
    """The bodies of the work queue, and how many messages are given up."""
    queue = WorkQueue()
    depth = queue.dead_letters().depth()
    assert depth.in_hand == 0, "whatever was only looked at has been given back"
    return [body for body, _ in queue.take()], depth.waiting


def counts(answer: Any) -> dict[str, int]:
    return {name: answer[name] for name in COUNTED if answer[name]}


def bounce() -> str:
    """What SES says of the notice of o-1: its address takes nothing any more."""
    notice = aws.records().notices.load_notice("o-1", KEY)
    assert notice
    tags = {"notice": [notice_tag(notice)], "attempt": [str(notice.attempt)]}
    return json.dumps({**MAIL, "mail": {**MAIL["mail"], "tags": tags}})


def test_jobs_go_back_to_the_worker_and_nothing_else_does(courtyard: Any) -> None:
    give_up(JOB, ODD, JOB)
    status, said = courtyard("redrive")
    assert (status, counts(said)) == (0, {"sent-back": 2, "kept": 1})
    assert waiting() == ([JOB, JOB], 1)
    assert [(row["owner"], row["notice"], row["state"]) for row in said["messages"] if row["kind"] == "job"] == [
        ("o-1", trace("o-1", KEY), "SENT"),
        ("o-1", trace("o-1", KEY), "SENT"),
    ]


def test_a_bill_that_was_asked_for_goes_back_to_the_worker_and_tells_nobody_whose_it_is(
    courtyard: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = json.dumps(
        {"unit": "3-2-1201", "channel": "email", "mark": "0123456789abcdef", "id": "x"}, separators=(",", ":")
    )
    give_up(ask)
    assert cli.main(["--lang", "zh", "redrive", "--dry-run"]) == 0
    assert "业主要看账单" in capsys.readouterr().out
    status, said = courtyard("redrive")
    assert (status, counts(said)) == (0, {"sent-back": 1})
    assert [(row["kind"], row["owner"], row["body"]) for row in said["messages"]] == [("ask", None, None)]
    assert waiting() == ([ask], 0)


def test_a_trial_says_what_would_become_of_each_message_and_leaves_all_as_it_was(courtyard: Any) -> None:
    give_up(JOB, ODD, from_topic(bounce(), TOPIC))
    for _ in range(2):
        status, said = courtyard("redrive", "--dry-run")
        assert (status, counts(said)) == (0, {"sent-back": 1, "taken-in": 1, "kept": 1})
        assert said["written"] is False
    assert waiting() == ([], 3)
    assert [one.state for one in aws.records().notices.load_history("o-1").notices] == [State.SENT]


def test_a_start_of_the_planner_is_kept_and_may_be_discarded(
    courtyard: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    give_up("{}", SCHEDULE_ARN="arn:aws:scheduler:::schedule/x", ERROR_CODE="AccessDeniedException")
    assert counts(courtyard("redrive")[1]) == {"kept": 1}
    assert cli.main(["--lang", "zh", "redrive", "--dry-run"]) == 0
    assert "下一次启动会接着做" in capsys.readouterr().out
    assert counts(courtyard("redrive", "--discard")[1]) == {"discarded": 1}
    assert waiting() == ([], 0)


def test_what_ses_said_is_taken_in_as_its_function_would_have(courtyard: Any) -> None:
    give_up(from_topic(bounce(), TOPIC), RequestID="r", ErrorCode="200", ErrorMessage="timed out")
    status, said = courtyard("redrive")
    assert (status, counts(said)) == (0, {"taken-in": 1})
    assert [(row["said"], row["notice"]) for row in said["messages"]] == [(["bounced"], trace("o-1", KEY))]
    history = aws.records().notices.load_history("o-1")
    assert ([one.state for one in history.notices], [one.stage for one in history.tasks]) == (
        [State.BOUNCED],
        ["unreachable"],
    )
    assert waiting() == ([JOB], 0), "the worker finds another way"


def test_our_own_topic_is_the_one_the_environment_names(courtyard: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    give_up(from_topic(bounce(), TOPIC))
    monkeypatch.setenv("COURTYARD_MAIL_TOPIC", TOPIC + "-other")
    assert counts(courtyard("redrive")[1]) == {"kept": 1}


def test_an_event_that_still_breaks_its_story_is_kept_and_holds_up_no_other(courtyard: Any) -> None:
    give_up(from_topic(bounce(), TOPIC), JOB)
    aws.records().table.change("H#o-1", f"NOTICE#{KEY}", {"fact": "no record of a notice"})
    status, said = courtyard("redrive", "--discard")
    assert (status, counts(said)) == (1, {"failed": 1, "sent-back": 1})
    assert waiting() == ([JOB], 1)


def test_once_everything_has_gone_there_is_nothing_to_do(courtyard: Any, capsys: pytest.CaptureFixture[str]) -> None:
    give_up(JOB)
    courtyard("redrive")
    status, said = courtyard("redrive")
    assert (status, counts(said), said["messages"]) == (0, {}, [])


def test_a_redrive_that_died_between_sending_and_deleting_is_done_again_and_loses_nothing(courtyard: Any) -> None:
    give_up(JOB)
    WorkQueue().send([JOB])
    assert counts(courtyard("redrive")[1]) == {"sent-back": 1}
    assert waiting() == ([JOB, JOB], 0)


def test_more_messages_than_are_received_at_once_are_each_seen_once(courtyard: Any) -> None:
    give_up(*(f"poison {number}" for number in range(25)))
    _, said = courtyard("redrive", "--dry-run")
    assert sorted(row["body"] for row in said["messages"]) == sorted(f"poison {number}" for number in range(25))


def test_nothing_in_a_message_does_anything_to_a_terminal(courtyard: Any, capsys: pytest.CaptureFixture[str]) -> None:
    give_up(ODD, "[bold]x[/]", json.dumps({"owner": "\x1b[32mo-1", "notice": KEY}))
    assert cli.main(["--lang", "en", "redrive", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "[bold]x" in said
    row = courtyard("redrive")[1]["messages"][0]
    assert row["body"] == "·[31m房·" + "x" * 53 + "…"
