"""AWS as the commands reach it: through the standard `AWS_*` variables, so the same code runs on any endpoint."""

import os
import time
from typing import Any

import boto3
from botocore.config import Config

from chalicelib import settings
from chalicelib.core.errors import BadInput
from chalicelib.core.rulebook import Channel
from chalicelib.edge.mail import SesMail
from chalicelib.edge.queue import SqsQueue
from chalicelib.edge.sms import SnsSms
from chalicelib.edge.table import DynamoTable
from chalicelib.flows.records import Records
from chalicelib.flows.sender import Sender


def client(service: str, **options: Any) -> Any:
    """A client; the region may be left out where an endpoint is given, since emulators have none."""
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    try:
        return boto3.client(service, region_name=region or "us-east-1", **options)
    except ValueError as error:  # an endpoint that is no address
        raise BadInput("AWS_ENDPOINT_URL", str(error)) from None


def identity() -> str:
    """Who is at the keyboard, as AWS knows them: for what must be answered for by name."""
    return str(client("sts").get_caller_identity()["Arn"])


def records() -> Records:
    """The table named by COURTYARD_TABLE."""
    return Records(DynamoTable(client("dynamodb"), settings.read().table))


def sender(queue: SqsQueue, *, is_paced: bool) -> Sender:
    """SES and SNS with one attempt on the wire, in the mode of COURTYARD_MODE and, by a running clock, at its pace."""
    once = Config(retries={"total_max_attempts": 1})
    said = settings.read()
    rates = {Channel.EMAIL: said.mail_rate, Channel.SMS: said.sms_rate} if is_paced else {}
    mail = SesMail(client("sesv2", config=once), said.configuration_set)
    sms = SnsSms(client("sns", config=once))
    return Sender(mail, sms, said.mode, said.team, queue=queue, rates=rates, wait=time.sleep)
