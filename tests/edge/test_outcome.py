"""What became of a message: one request on the wire whatever the provider does, and an honest answer."""

import json
import socket
from typing import Any

import boto3
import pytest
from botocore.config import Config

import app
from chalicelib.edge.mail import SesMail
from chalicelib.edge.sms import SnsSms
from chalicelib.flows.ports import Delivery
from tests.provider import ACCEPT, FAILING, HANG, PAUSED, QUOTA, REJECTED, RESET, SLOW, THROTTLED, Answer, Provider

MIME = b"Subject: x\r\n\r\nx"


def client(service: str, url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The very client the app sends with, at another address and with less patience."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    made = app.sending_client.__wrapped__(service)
    patient = made.meta.config.merge(Config(read_timeout=0.5, connect_timeout=1))
    return boto3.client(service, config=patient)


def mail(url: str, monkeypatch: pytest.MonkeyPatch) -> Delivery:
    ses = SesMail(client("sesv2", url, monkeypatch), "courtyard")
    return ses.send(MIME, recipient="wang@owner.example", notice="abc", attempt=2)


def sms(url: str, monkeypatch: pytest.MonkeyPatch) -> Delivery:
    return SnsSms(client("sns", url, monkeypatch)).send("x", phone="+8613800000001", notice="abc")


def refused(code: str, message: str = "x", status: int = 400) -> Answer:
    return Answer("refuse", status, code, message)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (ACCEPT, "sent"),
        (SLOW, "sent"),
        (HANG, "unknown"),
        (RESET, "unknown"),
        (FAILING, "unknown"),
        (refused("ServiceUnavailable", status=503), "unknown"),
        (THROTTLED, "retry"),
        (refused("ThrottlingException"), "retry"),
        (refused("ThrottlingException", "Maximum sending rate exceeded"), "retry"),
        (refused("LimitExceededException"), "stopped"),
        (PAUSED, "stopped"),
        (QUOTA, "stopped"),
        (refused("AccountSuspendedException"), "stopped"),
        (refused("MailFromDomainNotVerifiedException"), "stopped"),
        (refused("AccessDeniedException", status=403), "stopped"),
        (refused("MessageRejected", "Email address is not verified"), "stopped"),
        (REJECTED, "refused"),
        (refused("BadRequestException"), "refused"),
    ],
)
def test_fault_02_one_request_reaches_ses_and_its_outcome_is_told(
    monkeypatch: pytest.MonkeyPatch, provider: Provider, answer: Answer, outcome: str
) -> None:
    provider.answers(answer)
    assert mail(provider.url, monkeypatch).outcome == outcome
    assert len(provider.requests) == 1


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (ACCEPT, "sent"),
        (HANG, "unknown"),
        (RESET, "unknown"),
        (FAILING, "unknown"),
        (refused("Throttled"), "retry"),
        (refused("Throttling", status=429), "retry"),
        (refused("InvalidParameter"), "refused"),
        (refused("OptedOut", status=403), "opted-out"),
    ],
)
def test_fault_02_one_request_reaches_sns_and_its_outcome_is_told(
    monkeypatch: pytest.MonkeyPatch, provider: Provider, answer: Answer, outcome: str
) -> None:
    provider.answers(answer)
    assert sms(provider.url, monkeypatch).outcome == outcome
    assert len(provider.requests) == 1


def test_fault_02_an_sdk_that_retries_by_itself_would_send_the_same_message_again(
    monkeypatch: pytest.MonkeyPatch, provider: Provider
) -> None:
    made = client("sesv2", provider.url, monkeypatch)
    twice = boto3.client("sesv2", config=made.meta.config.merge(Config(retries={"total_max_attempts": 2})))
    provider.answers(RESET)
    SesMail(twice, "courtyard").send(MIME, recipient="wang@owner.example", notice="abc", attempt=2)
    assert provider.most() == 2


def test_a_provider_nobody_answers_for_got_nothing_and_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}"
    assert mail(url, monkeypatch).outcome == "retry"


@pytest.mark.parametrize("said", ["<html>", "{}"])
def test_an_answer_that_cannot_be_read_leaves_the_outcome_unknown(
    monkeypatch: pytest.MonkeyPatch, provider: Provider, said: str
) -> None:
    provider.answers(Answer("garble", message=said))
    assert mail(provider.url, monkeypatch).outcome == "unknown"
    assert len(provider.requests) == 1


def test_without_credentials_nothing_left_and_it_may_be_tried_again(
    monkeypatch: pytest.MonkeyPatch, provider: Provider
) -> None:
    made = client("sesv2", provider.url, monkeypatch)
    made._request_signer._credentials = None  # the name is botocore's; there is no public way to lose them
    assert SesMail(made, "courtyard").send(MIME, recipient="a@b.example", notice="abc", attempt=1).outcome == "retry"
    assert provider.requests == []


def test_the_provider_gets_the_raw_message_its_tag_and_the_configuration_set(
    monkeypatch: pytest.MonkeyPatch, provider: Provider
) -> None:
    assert mail(provider.url, monkeypatch) == Delivery("sent", "id-1")
    request = json.loads(provider.requests[0].body)
    assert request["Destination"] == {"ToAddresses": ["wang@owner.example"]}
    assert request["EmailTags"] == [{"Name": "notice", "Value": "abc"}, {"Name": "attempt", "Value": "2"}]
    assert request["ConfigurationSetName"] == "courtyard"
    assert set(request["Content"]) == {"Raw"}


def test_a_text_message_is_transactional(monkeypatch: pytest.MonkeyPatch, provider: Provider) -> None:
    assert sms(provider.url, monkeypatch) == Delivery("sent", "id-1")
    body = provider.requests[0].body
    assert "SMSType" in body
    assert "Transactional" in body


def test_no_error_is_told_with_the_recipient_in_it(monkeypatch: pytest.MonkeyPatch, provider: Provider) -> None:
    provider.answers(refused("MessageRejected", "wang@owner.example is not verified"))
    assert "wang" not in mail(provider.url, monkeypatch).detail
