"""A notice delivered through SES and SNS as moto stands in for them: the bytes arrive as they were made."""

from email import message_from_bytes
from email.policy import default
from typing import Any

import boto3
import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sesv2.models import sesv2_backends
from moto.sns.models import sns_backends

from chalicelib.core.notice import State
from chalicelib.edge.mail import SesMail
from chalicelib.edge.sms import SnsSms
from chalicelib.edge.table import DynamoTable
from tests.builders import OWNER, bill, contact, owner
from tests.conftest import REGION
from tests.flows.office import Office


@pytest.fixture
def office(stack: None) -> Office:
    return Office(
        table=DynamoTable(boto3.client("dynamodb"), "courtyard"),
        mail=SesMail(boto3.client("sesv2"), "courtyard"),  # type: ignore[arg-type]
        sms=SnsSms(boto3.client("sns")),  # type: ignore[arg-type]
    )


def mails() -> list[Any]:
    return sesv2_backends[DEFAULT_ACCOUNT_ID][REGION].core_backend.sent_messages


def test_a_notice_goes_from_plan_to_ses_with_its_one_click_headers(office: Office) -> None:
    office.enter(bill())
    assert office.run("2026-03-01") == [State.SENT]
    assert office.run("2026-03-02") == []
    (sent,) = mails()
    mail = message_from_bytes(sent.raw_data.encode(), policy=default)
    assert "wang@owner.example" in sent.destinations
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Unsubscribe"].startswith("<https://sample.example/v1/unsubscribe?t=")
    assert mail["Subject"]
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    (notice,) = office.notices()
    assert (notice.state, notice.reason) == (State.SENT, sent.id)


def test_a_text_message_goes_from_plan_to_sns(office: Office) -> None:
    office.enter(bill(), owner=owner(OWNER, contact(email=None)))
    assert office.run("2026-03-01") == [State.SENT]
    ((phone, text, *_),) = sns_backends[DEFAULT_ACCOUNT_ID][REGION].sms_messages.values()
    assert phone == "+8613800000001"
    assert "1234.56" in text


def test_a_sender_ses_does_not_know_makes_a_task_not_a_silence(office: Office) -> None:
    boto3.client("sesv2").delete_email_identity(EmailIdentity="service@sample.example")
    office.enter(bill(), owner=owner(OWNER, contact(phone=None)))
    assert office.run("2026-03-01") == [State.FAILED]
    assert [task.task for task in office.tasks()] == ["letter"]
