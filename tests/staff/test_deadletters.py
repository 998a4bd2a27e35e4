"""What was given up is told apart: a job, what a provider said, a start of the planner, and nothing of ours."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from gzip import compress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.flows.asks import Ask
from chalicelib.flows.reminders import Job
from staff.deadletters import Kind, found
from staff.queues import DeadLetter

TOPIC = "arn:aws:sns:eu-west-1:123456789012:courtyard-mail-events"
JOB = '{"owner":"o-1","notice":"2026-Q1/3-2-1201/property#due-soon-3"}'
MAIL: dict[str, Any] = {
    "eventType": "Bounce",
    "mail": {
        "timestamp": "2026-03-01T02:00:00Z",
        "destination": ["wang@owner.example"],
        "tags": {"notice": ["by0xI2s"], "attempt": ["1"]},
    },
    "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "wang@owner.example"}]},
}


def letter(body: str, *marks: str) -> DeadLetter:
    return DeadLetter("id-1", body, "handle", datetime(2026, 3, 1, tzinfo=UTC), frozenset(marks))


def from_topic(message: Any, topic: str = TOPIC) -> str:
    """An event as Lambda keeps it when its function could not take it in."""
    return json.dumps({"Records": [{"EventSource": "aws:sns", "Sns": {"TopicArn": topic, "Message": message}}]})


def from_log(*lines: str) -> str:
    piece = json.dumps({"logEvents": [{"message": line} for line in lines]})
    return json.dumps({"awslogs": {"data": b64encode(compress(piece.encode())).decode()}})


def test_a_job_is_what_a_worker_would_take_for_one() -> None:
    one = found(letter(JOB), TOPIC)
    assert (one.kind, one.job) == (Kind.JOB, Job("o-1", "2026-Q1/3-2-1201/property#due-soon-3"))


def test_a_bill_somebody_asked_for_is_what_the_api_queues() -> None:
    asked = {"unit": "3-2-1201", "channel": "email", "mark": "0123456789abcdef", "id": "x"}
    one = found(letter(json.dumps(asked)), TOPIC)
    assert (one.kind, one.ask) == (Kind.ASK, msgspec.convert(asked, Ask))
    assert found(letter(json.dumps({**asked, "channel": "drum"})), TOPIC).kind is Kind.POISON


@pytest.mark.parametrize(
    "body",
    [
        *("", "{", "{}", "[]", "null", "7", "垃圾", '"{}"', '{"owner":"o-1"}', '{"owner":"o-1","notice":7}'),
        *('{"owner":"","notice":"x"}', '{"owner":"o-1","notice":""}', '{"Records":7}', '{"Records":[{"Sns":7}]}'),
        *('{"awslogs":7}', '{"awslogs":{"data":"7"}}', '{"awslogs":{"data":"H4sI"}}', '{"source":["aws.scheduler"]}'),
    ],
)
def test_what_is_nothing_of_ours_is_poison(body: str) -> None:
    assert found(letter(body), TOPIC).kind is Kind.POISON


@given(st.text() | st.recursive(st.none() | st.text(), lambda inner: st.dictionaries(st.text(), inner)).map(json.dumps))
def test_whatever_lies_there_is_told_to_be_something_and_no_job_that_a_worker_could_not_read(body: str) -> None:
    one = found(letter(body), TOPIC)
    if one.kind is Kind.JOB:
        assert msgspec.json.decode(body, type=Job) == one.job


def test_a_start_of_the_planner_is_known_by_its_schedule_or_by_what_it_says() -> None:
    scheduled = json.dumps({"version": "0", "detail-type": "Scheduled Event", "source": "aws.scheduler"})
    assert [found(one, TOPIC).kind for one in (letter("{}", "SCHEDULE_ARN", "ERROR_CODE"), letter(scheduled))] == [
        Kind.START,
        Kind.START,
    ]


def test_what_ses_said_is_taken_from_its_event() -> None:
    one = found(letter(from_topic(json.dumps(MAIL)), "RequestID", "ErrorCode", "ErrorMessage"), TOPIC)
    assert (one.kind, [said.said for said in one.feedback]) == (Kind.FEEDBACK, ["bounced"])


def test_an_event_that_is_about_no_notice_has_nothing_to_be_taken_in() -> None:
    one = found(letter(from_topic("{}")), TOPIC)
    assert (one.kind, list(one.feedback)) == (Kind.FEEDBACK, [])


def test_an_event_from_a_stranger_s_topic_is_nothing_of_ours() -> None:
    assert found(letter(from_topic(json.dumps(MAIL), TOPIC + "-2")), TOPIC).kind is Kind.POISON


def test_what_carriers_said_is_taken_from_the_log() -> None:
    report = {
        "notification": {"messageId": "sms-1", "timestamp": "2026-03-01 02:00:05.000"},
        "delivery": {"destination": "+8613800000001"},
        "status": "FAILURE",
    }
    one = found(letter(from_log(json.dumps(report), "no report")), TOPIC)
    assert (one.kind, [(said.said, said.notice) for said in one.feedback]) == (Kind.FEEDBACK, [("bounced", "sms-1")])
