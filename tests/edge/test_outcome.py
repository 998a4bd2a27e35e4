"""What became of a message: one request on the wire whatever the provider does, and an honest answer."""

import json
from typing import Any

import boto3
import pytest
from botocore.config import Config

import app
from chalicelib.edge.mail import SesMail
from chalicelib.edge.sms import SnsSms
from chalicelib.flows.ports import Delivery
from tests.edge.provider import Manner, provider

MIME = b"Subject: x\r\n\r\nx"
SENT_BODY = b'{"MessageId": "id-1"}'
SNS_SENT = (
    b'<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>id-1</MessageId>'
    b"</PublishResult></PublishResponse>"
)


def sns_error(code: str) -> bytes:
    return f"<ErrorResponse><Error><Code>{code}</Code><Message>x</Message></Error></ErrorResponse>".encode()


def client(service: str, url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The very client the app sends with, at another address and with less patience."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    made = app.sending_client.__wrapped__(service)
    patient = made.meta.config.merge(Config(read_timeout=1, connect_timeout=1))
    return boto3.client(service, config=patient)


def mail(url: str, monkeypatch: pytest.MonkeyPatch) -> Delivery:
    ses = SesMail(client("sesv2", url, monkeypatch), "courtyard")
    return ses.send(MIME, recipient="wang@owner.example", notice="abc", attempt=2)


def sms(url: str, monkeypatch: pytest.MonkeyPatch) -> Delivery:
    return SnsSms(client("sns", url, monkeypatch)).send("x", phone="+8613800000001", notice="abc")


@pytest.mark.parametrize(
    ("manner", "status", "body", "outcome"),
    [
        ("accept", 200, SENT_BODY, "sent"),
        ("hang", 200, b"", "unknown"),
        ("reset", 200, b"", "unknown"),
        ("accept", 500, b'{"message": "x"}', "unknown"),
        ("accept", 503, b'{"message": "x"}', "unknown"),
        ("accept", 429, b'{"__type": "TooManyRequestsException", "message": "x"}', "retry"),
        ("accept", 400, b'{"__type": "LimitExceededException", "message": "x"}', "stopped"),
        ("accept", 400, b'{"__type": "SendingPausedException", "message": "x"}', "stopped"),
        ("accept", 400, b'{"__type": "AccountSuspendedException", "message": "x"}', "stopped"),
        ("accept", 400, b'{"__type": "ThrottlingException", "message": "x"}', "retry"),
        ("accept", 400, b'{"__type": "MessageRejected", "message": "x"}', "refused"),
        ("accept", 400, b'{"__type": "MessageRejected", "message": "Email address is not verified"}', "stopped"),
        ("accept", 400, b'{"__type": "ThrottlingException", "message": "Daily message quota exceeded"}', "stopped"),
        ("accept", 400, b'{"__type": "ThrottlingException", "message": "Maximum sending rate exceeded"}', "retry"),
        ("accept", 400, b'{"__type": "MailFromDomainNotVerifiedException", "message": "x"}', "stopped"),
        ("accept", 403, b'{"__type": "AccessDeniedException", "message": "x"}', "stopped"),
        ("accept", 400, b'{"__type": "BadRequestException", "message": "x"}', "refused"),
    ],
)
def test_one_request_reaches_ses_and_its_outcome_is_told(
    monkeypatch: pytest.MonkeyPatch, manner: Manner, status: int, body: bytes, outcome: str
) -> None:
    with provider(manner, status, body) as ses:
        assert mail(ses.url, monkeypatch).outcome == outcome
    assert len(ses.requests) == 1


@pytest.mark.parametrize(
    ("manner", "status", "body", "outcome"),
    [
        ("accept", 200, SNS_SENT, "sent"),
        ("hang", 200, b"", "unknown"),
        ("reset", 200, b"", "unknown"),
        ("accept", 500, sns_error("InternalError"), "unknown"),
        ("accept", 400, sns_error("Throttled"), "retry"),
        ("accept", 429, sns_error("Throttling"), "retry"),
        ("accept", 400, sns_error("InvalidParameter"), "refused"),
        ("accept", 403, sns_error("OptedOut"), "opted-out"),
    ],
)
def test_one_request_reaches_sns_and_its_outcome_is_told(
    monkeypatch: pytest.MonkeyPatch, manner: Manner, status: int, body: bytes, outcome: str
) -> None:
    with provider(manner, status, body, "xml") as sns:
        assert sms(sns.url, monkeypatch).outcome == outcome
    assert len(sns.requests) == 1


def test_a_provider_nobody_answers_for_got_nothing_and_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with provider() as gone:
        pass
    assert mail(gone.url, monkeypatch).outcome == "retry"


def test_an_answer_that_cannot_be_read_leaves_the_outcome_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    with provider("accept", 200, b"<html>") as ses:
        assert mail(ses.url, monkeypatch).outcome == "unknown"
    with provider("accept", 200, b"{}") as ses:
        assert mail(ses.url, monkeypatch).outcome == "unknown"


def test_without_credentials_nothing_left_and_it_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with provider() as ses:
        made = client("sesv2", ses.url, monkeypatch)
        made._request_signer._credentials = None  # the name is botocore's; there is no public way to lose them
        assert (
            SesMail(made, "courtyard").send(MIME, recipient="a@b.example", notice="abc", attempt=1).outcome == "retry"
        )
    assert ses.requests == []


def test_the_provider_gets_the_raw_message_its_tag_and_the_configuration_set(monkeypatch: pytest.MonkeyPatch) -> None:
    with provider("accept", 200, SENT_BODY) as ses:
        assert mail(ses.url, monkeypatch) == Delivery("sent", "id-1")
    request = json.loads(ses.requests[0].split(b"\r\n\r\n", 1)[1])
    assert request["Destination"] == {"ToAddresses": ["wang@owner.example"]}
    assert request["EmailTags"] == [{"Name": "notice", "Value": "abc"}, {"Name": "attempt", "Value": "2"}]
    assert request["ConfigurationSetName"] == "courtyard"
    assert set(request["Content"]) == {"Raw"}


def test_a_text_message_is_transactional(monkeypatch: pytest.MonkeyPatch) -> None:
    with provider("accept", 200, SNS_SENT, "xml") as sns:
        assert sms(sns.url, monkeypatch) == Delivery("sent", "id-1")
    assert b"SMSType" in sns.requests[0]
    assert b"Transactional" in sns.requests[0]


def test_no_error_is_told_with_the_recipient_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    body = b'{"__type": "MessageRejected", "message": "wang@owner.example is not verified"}'
    with provider("accept", 400, body) as ses:
        assert "wang" not in mail(ses.url, monkeypatch).detail
