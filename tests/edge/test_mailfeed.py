"""SES's events as its own documentation shows them, and whatever else may come through the topic."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.feedback import Feedback
from chalicelib.core.rulebook import Channel
from chalicelib.edge.mailfeed import mail_feedback
from tests.flows.office import at

MAIL = {
    "timestamp": "2026-03-01T02:00:00.000Z",
    "source": "service@sample.example",
    "messageId": "id-1",
    "destination": ["wang@owner.example"],
    "tags": {
        "ses:configuration-set": ["courtyard"],
        "ses:caller-identity": ["worker"],
        "notice": ["abc"],
        "attempt": ["2"],
    },
}
BOUNCE = {
    "bounceType": "Permanent",
    "bounceSubType": "General",
    "bouncedRecipients": [
        {
            "emailAddress": "wang@owner.example",
            "action": "failed",
            "status": "5.1.1",
            "diagnosticCode": "no 王小明",
        }
    ],
    "timestamp": "2026-03-01T02:00:05.123Z",
    "feedbackId": "f-1",
    "reportingMTA": "dsn; mta.example",
}
COMPLAINT = {
    "complainedRecipients": [{"emailAddress": "Wang <wang@owner.example>"}],
    "timestamp": "2026-03-01T02:00:05.123Z",
    "feedbackId": "f-1",
    "complaintFeedbackType": "abuse",
}


def event(kind: str, **about: Any) -> str:
    return json.dumps({"eventType": kind, "mail": MAIL, **about})


@pytest.mark.parametrize(
    ("message", "said", "is_lasting", "detail"),
    [
        (event("Send", send={}), "sent", False, "id-1"),
        (
            event("Delivery", delivery={"timestamp": "2026-03-01T02:00:05Z", "recipients": []}),
            "delivered",
            False,
            "id-1",
        ),
        (event("DeliveryDelay", deliveryDelay={"delayType": "MailboxFull"}), "delayed", False, "id-1"),
        (event("Reject", reject={"reason": "Bad content"}), "rejected", False, "id-1"),
        (event("Bounce", bounce=BOUNCE), "bounced", True, "bounce:Permanent:General"),
        (event("Bounce", bounce={**BOUNCE, "bounceType": "Transient"}), "bounced", False, "bounce:Transient:General"),
        (event("Complaint", complaint=COMPLAINT), "complained", False, "complaint:abuse"),
    ],
)
def test_each_kind_of_event_is_understood(message: str, said: str, is_lasting: bool, detail: str) -> None:
    heard = mail_feedback(message)
    assert heard is not None
    assert (heard.said, heard.is_lasting, heard.detail) == (said, is_lasting, detail)
    assert (heard.channel, heard.notice, heard.attempt) == (Channel.EMAIL, "abc", 2)
    assert heard.addresses == ("wang@owner.example",)


def test_an_event_is_of_its_own_moment_else_of_that_of_its_message() -> None:
    bounced, sent = mail_feedback(event("Bounce", bounce=BOUNCE)), mail_feedback(event("Send", send={}))
    assert isinstance(bounced, Feedback)
    assert isinstance(sent, Feedback)
    assert bounced.at.isoformat() == "2026-03-01T02:00:05.123000+00:00"
    assert sent.at == at("2026-03-01 10:00")


def test_what_a_mail_host_wrote_about_a_person_is_not_kept() -> None:
    heard = mail_feedback(event("Bounce", bounce=BOUNCE))
    assert "王小明" not in repr(heard)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "Successfully validated SNS topic for Amazon SES event publishing.",
        "[]",
        "null",
        "{}",
        event("Open", open={}),
        event("Subscription", subscription={}),
        json.dumps({"eventType": "Send", "mail": {**MAIL, "tags": {}}}),
        json.dumps({"eventType": "Send", "mail": {**MAIL, "tags": {"notice": []}}}),
        json.dumps({"eventType": "Send", "mail": {**MAIL, "tags": {"notice": ["x"], "attempt": ["one"]}}}),
        json.dumps({"eventType": "Send", "mail": {**MAIL, "timestamp": "yesterday"}}),
        json.dumps({"eventType": "Bounce", "mail": MAIL, "bounce": []}),
    ],
)
def test_whatever_else_comes_is_no_event_of_ours(message: str) -> None:
    heard = mail_feedback(message)
    assert heard is None or heard.said == "bounced"


@given(st.recursive(st.none() | st.text() | st.integers() | st.booleans(), st.lists).map(json.dumps) | st.text())
def test_nothing_that_comes_breaks_the_handler(message: str) -> None:
    assert mail_feedback(message) is None
