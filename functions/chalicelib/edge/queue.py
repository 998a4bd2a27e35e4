"""The SQS queue between planner and worker."""

from collections.abc import Sequence
from typing import Any

_BATCH = 10  # the most SendMessageBatch takes


class SqsQueue:
    """One queue, reached through a client that is passed in."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, bodies: Sequence[str], *, delay_seconds: int = 0) -> None:
        for start in range(0, len(bodies), _BATCH):
            entries = [
                {"Id": str(index), "MessageBody": body, "DelaySeconds": delay_seconds}
                for index, body in enumerate(bodies[start : start + _BATCH])
            ]
            answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            if answer.get("Failed"):
                # The planner's next run queues them again; a crash here is louder than silence.
                raise RuntimeError(f"{len(answer['Failed'])} messages were not queued")
