"""AWS as the commands reach it: through the standard `AWS_*` variables, so the same code runs on any endpoint."""

import os
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import boto3
from botocore.config import Config

from chalicelib import settings
from chalicelib.core.bundle import Bundle
from chalicelib.core.errors import BadInput
from chalicelib.core.notice import IN_HAND
from chalicelib.core.rulebook import Channel
from chalicelib.edge.mail import SesMail
from chalicelib.edge.queue import SqsQueue
from chalicelib.edge.sms import SnsSms
from chalicelib.edge.table import DynamoTable
from chalicelib.flows.delivery import deliver
from chalicelib.flows.records import Records
from chalicelib.flows.sender import Sender

QUEUE = "courtyard-notices"


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


class WorkQueue(SqsQueue):
    """The queue from both its ends: filled like the planner does, emptied like the worker does."""

    def __init__(self) -> None:
        self._sqs = client("sqs")
        self._address = settings.read().queue_url or self._sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
        super().__init__(self._sqs, self._address)

    def take(self) -> list[tuple[str, str]]:
        """Some waiting messages, as body and the handle to delete them by; none when the queue is empty."""
        answer = self._sqs.receive_message(QueueUrl=self._address, MaxNumberOfMessages=10, WaitTimeSeconds=0)
        return [(message["Body"], message["ReceiptHandle"]) for message in answer.get("Messages", [])]

    def delete(self, handle: str) -> None:
        self._sqs.delete_message(QueueUrl=self._address, ReceiptHandle=handle)


def deliver_all(
    records: Records,
    rules: Bundle,
    sender: Sender,
    queue: WorkQueue,
    *,
    now: Callable[[], datetime],
    on_progress: Callable[[int], None] = lambda _: None,
) -> Counter[str]:
    """Works the queue until it is empty; what came of each notice."""
    states: Counter[str] = Counter()
    while batch := queue.take():
        for body, handle in batch:
            state = deliver(records, rules, sender, body, now=now())
            states[state.value] += 1
            on_progress(states.total())
            if state not in IN_HAND:  # another worker has it; should that one die, the queue offers it again
                queue.delete(handle)
    return states
