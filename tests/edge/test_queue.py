from typing import Any

import boto3
import pytest

from chalicelib.edge.queue import SqsQueue

URL = "https://sqs.example/courtyard-notices"


def test_every_message_arrives_however_many_there_are(stack: None) -> None:
    client = boto3.client("sqs")
    url = client.get_queue_url(QueueName="courtyard-notices")["QueueUrl"]
    SqsQueue(client, url).send([f"body {number}" for number in range(23)])
    SqsQueue(client, url).send([])
    got = [
        message["Body"]
        for _ in range(5)
        for message in client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    ]
    assert sorted(got) == sorted(f"body {number}" for number in range(23))


class FullQueue:
    """A client whose queue takes none of what it is sent."""

    def send_message_batch(self, QueueUrl: str, Entries: list[Any]) -> dict[str, Any]:  # noqa: N803  # boto's names
        return {"Failed": Entries}


def test_what_was_not_queued_is_told_loudly() -> None:
    with pytest.raises(RuntimeError, match="2 messages were not queued"):
        SqsQueue(FullQueue(), URL).send(["a", "b"])
