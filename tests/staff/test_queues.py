"""The queues as the commands reach them."""

from datetime import UTC, datetime

import boto3
import pytest

from staff import aws
from staff.queues import WorkQueue, deliver_all
from tests.builders import shipped_bundle

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def queue(stack: None) -> WorkQueue:
    return WorkQueue()


def test_what_is_no_job_stays_for_the_queue_to_give_up_and_holds_up_no_other(queue: WorkQueue) -> None:
    queue.send(["{", '{"owner":"o-1","notice":"n"}', "[]"])
    states = deliver_all(aws.records(), shipped_bundle(), aws.sender(queue, is_paced=False), queue, now=lambda: NOW)
    assert dict(states) == {"SKIPPED": 1}
    assert queue.depth() == (0, 2, 0)


def test_the_depth_of_a_queue_is_what_waits_what_is_in_hand_and_what_is_put_off(queue: WorkQueue) -> None:
    queue.send(["a", "b", "c"])
    queue.send(["d"], delay_seconds=60)
    sqs = boto3.client("sqs")
    sqs.receive_message(QueueUrl=sqs.get_queue_url(QueueName="courtyard-notices")["QueueUrl"], MaxNumberOfMessages=1)
    assert queue.depth() == (2, 1, 1)
    assert queue.dead_letters().depth() == (0, 0, 0)


def test_what_was_given_up_is_in_hand_while_it_is_looked_at_and_back_once_it_is_given_back(queue: WorkQueue) -> None:
    dead = queue.dead_letters()
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="courtyard-notices-dead")["QueueUrl"], MessageBody="x")
    letters = list(dead.take_all())
    assert [(one.body, one.marks) for one in letters] == [("x", frozenset())]
    assert dead.depth() == (0, 1, 0)
    dead.give_back(letters)
    assert dead.depth() == (1, 0, 0)
    dead.delete(next(dead.take_all()))
    assert sum(dead.depth()) == 0
