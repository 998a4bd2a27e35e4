"""The queues from both their ends: filled as the planner does, emptied as the worker does, and what was given up."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from chalicelib import settings
from chalicelib.core.bundle import Bundle
from chalicelib.core.notice import IN_HAND
from chalicelib.edge.queue import SqsQueue
from chalicelib.flows.records import Records
from chalicelib.flows.sender import Sender
from chalicelib.flows.work import work

from . import aws

QUEUE = "courtyard-notices"
_SECONDS_IN_HAND = 120
"""How long what was given up stays with whoever looks at it, should they not give it back."""


class Depth(NamedTuple):
    """How many messages a queue holds, as roughly as AWS counts them: waiting, with a worker, and put off."""

    waiting: int
    in_hand: int
    later: int


def _attribute(sqs: Any, address: str, name: str) -> str:
    return str(sqs.get_queue_attributes(QueueUrl=address, AttributeNames=[name])["Attributes"][name])


def _depth(sqs: Any, address: str) -> Depth:
    names = [f"ApproximateNumberOfMessages{which}" for which in ("", "NotVisible", "Delayed")]
    return Depth(*(int(_attribute(sqs, address, name)) for name in names))


class WorkQueue(SqsQueue):
    """The queue between planner and worker."""

    def __init__(self) -> None:
        self._sqs = aws.client("sqs")
        self._address = settings.read().queue_url or self._sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
        super().__init__(self._sqs, self._address)

    def take(self) -> list[tuple[str, str]]:
        """Some waiting messages, as body and the handle to delete them by; none when the queue is empty."""
        answer = self._sqs.receive_message(QueueUrl=self._address, MaxNumberOfMessages=10, WaitTimeSeconds=0)
        return [(message["Body"], message["ReceiptHandle"]) for message in answer.get("Messages", [])]

    def delete(self, handle: str) -> None:
        self._sqs.delete_message(QueueUrl=self._address, ReceiptHandle=handle)

    def depth(self) -> Depth:
        return _depth(self._sqs, self._address)

    def dead_letters(self) -> "DeadLetters":
        """The queue for what was tried too often."""
        arn = json.loads(_attribute(self._sqs, self._address, "RedrivePolicy"))["deadLetterTargetArn"]
        return DeadLetters(self._sqs, self._sqs.get_queue_url(QueueName=arn.rsplit(":", 1)[1])["QueueUrl"], arn)


class DeadLetter(NamedTuple):
    """A message that was given up; `marks` are the names of what whoever gave it up has put beside it."""

    id: str
    body: str
    handle: str
    since: datetime
    marks: frozenset[str]


class DeadLetters:
    """What was tried too often, and events that functions could not take in.

    Looked at, its messages are in hand for a while; what is neither deleted nor given back comes back by itself.
    """

    def __init__(self, sqs: Any, address: str, arn: str) -> None:
        self._sqs = sqs
        self._address = address
        self.arn = arn

    def depth(self) -> Depth:
        return _depth(self._sqs, self._address)

    def take_all(self) -> Iterator[DeadLetter]:
        """Every message, once."""
        seen: set[str] = set()
        while self.depth().waiting and (batch := [one for one in self._take() if one.id not in seen]):
            seen.update(one.id for one in batch)
            yield from batch

    def _take(self) -> list[DeadLetter]:
        answer = self._sqs.receive_message(
            QueueUrl=self._address,
            MaxNumberOfMessages=10,
            VisibilityTimeout=_SECONDS_IN_HAND,
            WaitTimeSeconds=1,  # asks every server that has a part of the queue
            AttributeNames=["SentTimestamp"],
            MessageAttributeNames=["All"],
        )
        return [_dead_letter(message) for message in answer.get("Messages", [])]

    def delete(self, letter: DeadLetter) -> None:
        self._sqs.delete_message(QueueUrl=self._address, ReceiptHandle=letter.handle)

    def give_back(self, letters: Iterable[DeadLetter]) -> None:
        """Lets others see what was only looked at."""
        for one in letters:
            self._sqs.change_message_visibility(QueueUrl=self._address, ReceiptHandle=one.handle, VisibilityTimeout=0)


def _dead_letter(message: Any) -> DeadLetter:
    since = datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)
    marks = frozenset(message.get("MessageAttributes", {}))
    return DeadLetter(message["MessageId"], message["Body"], message["ReceiptHandle"], since, marks)


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
            try:
                state = work(records, rules, sender, body, now=now())
            except msgspec.DecodeError:  # no job: after some tries the queue gives it up
                continue
            states[state.value] += 1
            on_progress(states.total())
            if state not in IN_HAND:  # another worker has it; should that one die, the queue offers it again
                queue.delete(handle)
    return states
