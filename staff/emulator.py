"""AWS on loopback: moto's server in this process, with the resources of `resources.yml`."""

import contextlib
import logging
import socket
import threading
import warnings
from collections import deque
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from .outbox import Outbox

RESOURCES = Path(__file__).parents[1] / "functions" / "resources.yml"
ACCOUNT, REGION = "123456789012", "us-east-1"


@contextlib.contextmanager
def running() -> Iterator[str]:
    """A moto server with table, queues and a sender that may send; its address."""
    for name in ("werkzeug", "moto"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    import boto3
    from moto.server import ThreadedMotoServer

    make_atomic()
    make_quick()
    make_forgetful()
    port = _free_port()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    endpoint = f"http://127.0.0.1:{port}"
    try:

        def client(service: str) -> Any:
            return boto3.client(
                service,
                endpoint_url=endpoint,
                region_name=REGION,
                aws_access_key_id="demo",
                aws_secret_access_key="demo",  # noqa: S106  # the emulator takes any
            )

        stack = {"StackName": "courtyard", "TemplateBody": RESOURCES.read_text(encoding="utf-8")}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it names resources it leaves out: alarm and configuration set
            client("cloudformation").create_stack(**stack)
        client("sesv2").create_email_identity(EmailIdentity="service@qinghe.example")
        yield endpoint
    finally:
        server.stop()


def make_atomic() -> None:
    """Puts moto's DynamoDB behind one lock: by itself it lets several threads win one conditional write."""
    from moto.dynamodb.responses import DynamoHandler

    lock, plain = threading.RLock(), DynamoHandler.call_action
    if getattr(plain, "__name__", "") == "one_at_a_time":
        return

    def one_at_a_time(handler: Any) -> Any:
        with lock:
            return plain(handler)

    DynamoHandler.call_action = one_at_a_time  # type: ignore[method-assign]


def make_quick() -> None:
    """Spares moto's DynamoDB work that half the time of a statement in the demo would go into."""
    _look_at_one_partition()
    _answer_values_as_they_are()


def _look_at_one_partition() -> None:
    """For a query; by itself moto sorts the whole table each time."""
    from moto.dynamodb.models.table import Table

    plain, everything = Table.query, Table.all_items
    if plain.__name__ == "of_partition":
        return

    def of_partition(table: Any, hash_key: Any, *rest: Any, **named: Any) -> Any:
        index = named.get("index_name") or (rest[6] if len(rest) > 6 else None)
        if index is None:
            table.asked = list(table.items[hash_key].values()) if hash_key in table.items else []
        return plain(table, hash_key, *rest, **named)

    def asked_items(table: Any) -> Any:
        asked = table.__dict__.pop("asked", None)
        return everything(table) if asked is None else asked

    Table.query = of_partition  # type: ignore[method-assign,assignment]
    Table.all_items = asked_items  # type: ignore[method-assign,assignment]


def _answer_values_as_they_are() -> None:
    """Text and numbers; by itself moto asks each of them for every type there is, under several names."""
    from moto.core.serialize import BaseJSONSerializer

    plain = BaseJSONSerializer._serialize_type_structure
    if plain.__name__ == "as_it_is":
        return

    def as_it_is(serializer: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name == "AttributeValue" and isinstance(value, dict) and value.keys() <= {"S", "N"}:
            serialized[key] = value
        else:
            plain(serializer, serialized, value, shape, key)

    BaseJSONSerializer._serialize_type_structure = as_it_is  # type: ignore[method-assign,assignment]


def make_forgetful() -> None:
    """Keeps moto's DynamoDB from keeping every item it ever answered with: by itself it never lets go of one."""
    from moto.dynamodb.models.dynamo_type import Item

    Item.instances_tracked = deque(maxlen=0)  # type: ignore[attr-defined]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


_taken = {"email": 0, "sms": 0}


def collect(outbox: Outbox) -> None:
    """Moves what moto was given to send since the last look into the outbox."""
    from moto.ses.models import ses_backends
    from moto.sns.models import sns_backends

    mails = ses_backends[ACCOUNT][REGION].sent_messages
    for mail in mails[_taken["email"] :]:
        outbox.now = _date(mail.raw_data) or outbox.now
        outbox.keep("email", mail.destinations[0], mail.raw_data.encode())
    _taken["email"] = len(mails)
    texts = list(sns_backends[ACCOUNT][REGION].sms_messages.values())
    for phone, text in texts[_taken["sms"] :]:
        outbox.keep("sms", phone, text.encode())
    _taken["sms"] = len(texts)


def _date(raw: str) -> datetime | None:
    from email import message_from_string
    from email.utils import parsedate_to_datetime

    said = message_from_string(raw)["Date"]
    return parsedate_to_datetime(said) if said else None
