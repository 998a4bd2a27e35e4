"""A whole installation for tests: the app's own handlers and clients, AWS by moto, a provider that is a process.

A process of it may be killed at any call to AWS; what it leaves behind is taken up as Lambda, SQS and SNS would.
"""

import copy
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.config import Config
from chalice.test import Client
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.sqs.models import sqs_backends

import app
from chalicelib.core.account import Owner
from chalicelib.core.bundle import rules_digest
from chalicelib.core.notice import IN_HAND, Notice, State, Task
from chalicelib.edge.request import FORM
from chalicelib.flows.records import Fact, Records
from tests import builders
from tests.builders import OWNER, day
from tests.conftest import REGION
from tests.crash import Life, When, crashing
from tests.flows.office import at
from tests.provider import Provider

TOPIC = f"arn:aws:sns:{REGION}:{DEFAULT_ACCOUNT_ID}:courtyard-mail-events"
BEGINNING = "2026-03-01 09:00"
CACHED = ("environment", "client", "sending_client", "records", "sender", "queue", "journal")
SETTLED = frozenset(State) - {*IN_HAND, State.PLANNED, State.QUEUED, State.RETRY}


class Installation:
    """The app on fresh resources; its clock, its rules and what it is woken for are the test's."""

    def __init__(self, patch: pytest.MonkeyPatch, provider: Provider) -> None:
        self.provider = provider
        self.bodies: list[str] = []
        url = boto3.client("sqs").get_queue_url(QueueName="courtyard-notices")["QueueUrl"]
        patch.setenv("COURTYARD_QUEUE_URL", url)
        patch.setenv("COURTYARD_MAIL_TOPIC", TOPIC)
        patch.setenv("COURTYARD_MODE", "live")
        for channel in ("MAIL", "SMS"):
            patch.setenv(f"COURTYARD_{channel}_RATE", "9999")
        for service in ("SESV2", "SNS"):
            patch.setenv(f"AWS_ENDPOINT_URL_{service}", provider.url)
        patch.setattr(app, "bundle", builders.bundle)
        patch.setattr(app, "now", lambda: self.now)
        patch.setattr(app, "LEFT_OVER_MILLISECONDS", 0)  # Chalice's test client gives three seconds
        forget()
        patch.setattr(app, "sending_client", cache(_patient(app.sending_client)))
        self.clients = [app.client("dynamodb"), app.client("sqs")]
        self.senders = [app.sending_client("sesv2"), app.sending_client("sns")]
        self.set_clock(BEGINNING)
        self._client = Client(app.app)
        self._begun = self._items()

    # time and storage

    def set_clock(self, text: str) -> None:
        self.now: datetime = at(text)

    def keep(self) -> None:
        """What is on record now is what `begin_again` goes back to."""
        self._begun = self._items()

    def begin_again(self) -> None:
        """The records as they were kept, an empty queue, a provider that knows nothing."""
        table = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables["courtyard"]
        table.items = copy.deepcopy(self._begun)
        self.taken()
        self.bodies = []
        self.provider.begin()
        self.set_clock(BEGINNING)

    def _items(self) -> Any:
        return copy.deepcopy(dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables["courtyard"].items)

    def world(self) -> str:
        """All that outlives a process, in one text; of links, whose codes are drawn, how many there are."""
        items = [item.attrs for partition in self._items().values() for item in partition.values()]
        told = sorted(repr({name: value.value for name, value in sorted(item.items())}) for item in items)
        links = sum("'L#" in one for one in told)
        self.bodies = sorted({*self.bodies, *self.taken()})
        known = [one for one in told if "'L#" not in one]
        return repr((known, links, self.bodies, [one[:4] for one in self.provider.requests]))

    @property
    def records(self) -> Records:
        return app.records()

    def enter(self, *facts: Fact, owner: Owner | None = None, look_on: str = "2026-03-01") -> None:
        """Puts an owner's facts on record, at a centre that has run by these rules before."""
        owner = owner or builders.owner()
        self.records.set_rules_run(rules_digest(builders.rules()))
        self.records.save_owner(owner)
        self.records.add_facts(owner.id, [builders.tenure(), *facts])
        self.records.set_due_day(owner.id, day(look_on))

    # processes

    def life(self, act: Callable[[], Any], at: int | None = None, when: When = "before") -> Life:
        """Something done by a process that is killed at its n-th call, or lives."""
        with crashing(*self.clients, *self.senders, at=at, when=when) as life:
            act()
        return life

    def plan(self) -> None:
        self.records.set_ledger_through(app.today())
        self._client.lambda_.invoke("planner", {})

    def taken(self) -> list[str]:
        """Takes everything out of the queue, also what nobody would see yet; a body may be delivered again at will."""
        queue = sqs_backends[DEFAULT_ACCOUNT_ID][REGION].queues["courtyard-notices"]
        found = [message.body for message in queue._messages]
        queue._messages.clear()
        queue.deleted_messages.clear()
        return found

    def work(self, bodies: Sequence[str] | None = None) -> list[str]:
        """The worker with one batch, by default all there ever was in the queue; the bodies it gives back."""
        self.bodies = sorted({*self.bodies, *self.taken(), *(bodies or ())})
        batch = self.bodies if bodies is None else bodies
        given_back = self.hand_over({str(number): body for number, body in enumerate(batch)})
        return [batch[int(number)] for number in given_back]

    def hand_over(self, batch: Mapping[str, str]) -> list[str]:
        """A batch of messages to the worker, each by an id of its own; the ids it gives back."""
        messages = [{"messageId": id, "body": body} for id, body in batch.items()]
        answer = self._client.lambda_.invoke("worker", {"Records": messages}).payload
        return [one["itemIdentifier"] for one in answer["batchItemFailures"]]

    def hear(self, events: Iterable[str]) -> None:
        """The function that takes in what SES reports."""
        for event in events:
            about = {"TopicArn": TOPIC, "Message": event, "Subject": "x", "MessageAttributes": {}}
            self._client.lambda_.invoke("feedback", {"Records": [{"Sns": about}]})

    def read(self, receipts: Iterable[str]) -> None:
        """The function that takes in what carriers report of text messages."""
        for receipt in receipts:
            self._client.lambda_.invoke("receipts", {"awslogs": {"data": receipt}})

    def get(self, path: str, code: str = "") -> Any:
        return self._client.http.get(path, headers={"Authorization": f"Bearer {code}"} if code else {})

    def say(self, code: str, **said: str) -> Any:
        """What an owner's browser sends, and sends again where no answer came."""
        headers = {"Authorization": f"Bearer {code}", "Content-Type": "application/json"}
        return self._client.http.post("/v1/replies", headers=headers, body=json.dumps(said).encode())

    def post(self, path: str) -> Any:
        return self._client.http.post(path, headers={"Content-Type": FORM}, body=b"List-Unsubscribe=One-Click")

    def go_on(self, *moments: str) -> None:
        """What follows at these moments, each the same way: the schedule, every message there ever was, every event.

        Messages come again though they were dealt with, and events backwards.
        """
        for moment in moments:
            self.set_clock(moment)
            self.plan()
            self.work()
            self.hear(reversed(self.provider.events(self.now)))
            self.read(self.provider.receipts(self.now))
            self.work(self.taken())

    # what came of it

    def notices(self, owner: str = OWNER) -> tuple[Notice, ...]:
        return self.records.notices.load_history(owner).notices

    def tasks(self, owner: str = OWNER) -> tuple[Task, ...]:
        return self.records.notices.load_history(owner).tasks

    def problems(self, *owners: str) -> list[str]:
        """What may never be: something sent twice, or a notice of which nobody knows what became."""
        found = [f"{self.provider.most()} requests for one attempt"] if self.provider.most() > 1 else []
        for owner in owners or (OWNER,):
            tasks = {task.step for task in self.tasks(owner)}
            for notice in self.notices(owner):
                if notice.state not in SETTLED:
                    found.append(f"{notice.step} is left {notice.state}")
                if notice.state is State.UNKNOWN and f"unknown.{notice.step}.{notice.attempt}" not in tasks:
                    found.append(f"nobody is asked what became of {notice.step}")
        return found


def forget() -> None:
    """A new process: nothing is kept of the last one."""
    for name in CACHED:
        getattr(app, name).cache_clear()


def _patient(made: Callable[[str], Any]) -> Callable[[str], Any]:
    """The clients the app sends with, with less patience."""

    def client(service: str) -> Any:
        config = made(service).meta.config.merge(Config(read_timeout=0.3, connect_timeout=1))
        return boto3.client(service, config=config)

    return client
