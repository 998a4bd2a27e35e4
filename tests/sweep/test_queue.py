"""A message nobody can deliver: the others of its batch go out, and it ends in the dead-letter queue (fault 9)."""

from typing import Any

import boto3

import app
from tests.builders import bill, contact, owner
from tests.sweep.installation import Installation


def test_fault_09_a_poison_message_is_given_back_alone_and_put_aside_after_five_tries(
    installation: Installation,
) -> None:
    """Lambda deletes of a batch what the worker does not give back; what it does is shown again."""
    people = [f"o-{number}" for number in range(3)]
    for one in people:
        installation.enter(bill(), owner=owner(one, contact(email=f"{one}@owner.example")))
    sqs, url = app.client("sqs"), app.environment().queue_url
    installation.plan()
    sqs.send_message(QueueUrl=url, MessageBody='{"owner": 5}')
    for _ in range(7):
        _batch(installation, sqs, url)
    assert sorted(one.to for one in installation.provider.taken) == [f"{one}@owner.example" for one in people]
    dead = boto3.client("sqs").get_queue_url(QueueName="courtyard-notices-dead")["QueueUrl"]
    (put_aside,) = sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10)["Messages"]
    assert put_aside["Body"] == '{"owner": 5}'
    assert "Messages" not in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)


def _batch(installation: Installation, sqs: Any, url: str) -> None:
    """One batch as Lambda takes it out of the queue and puts it back; nobody waits for what was given back."""
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", [])
    bodies = {message["MessageId"]: message for message in messages}
    given_back = installation.hand_over({id: message["Body"] for id, message in bodies.items()})
    for id, message in bodies.items():
        if id not in given_back:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
