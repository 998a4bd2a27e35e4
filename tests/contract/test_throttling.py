"""A table that is too busy: what it refuses or leaves undone is tried again, but not for ever, and finished later."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from itertools import count
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

import app
from chalicelib.core.notice import State
from chalicelib.edge.table import DynamoTable
from chalicelib.flows.ports import Condition, Item, Table
from tests.builders import bill
from tests.conftest import REGION
from tests.contract.judges import client, made_table
from tests.flows.office import Office, job

SHORTEST_TIMEOUT = 29  # seconds: no function has less
OWNER: Item = {"pk": "O#1", "sk": "OWNER", "n": 1, "due_day": "2026-03-01"}
CALLS: dict[str, Callable[[Table], object]] = {
    "get": lambda table: table.get("O#1", "OWNER"),
    "query": lambda table: table.query("O#1"),
    "put_new": lambda table: table.put_new({"pk": "O#1", "sk": "BILL#1"}),
    "put_all": lambda table: table.put_all({"pk": "O#1", "sk": f"BILL#{number}"} for number in range(30)),
    "change": lambda table: table.change("O#1", "OWNER", {"n": 2}, all_of=[Condition("n", "equals", 1)]),
    "due": lambda table: list(table.due("2026-03-01")),
}


@pytest.fixture
def dynamodb(dynalite: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The very client that the functions reach their table by."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_ENDPOINT_URL", dynalite.meta.endpoint_url)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    return app.client.__wrapped__("dynamodb")


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the SDK would have waited between its tries."""
    waited: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=waited.append))
    return waited


class _Body(BytesIO):
    def stream(self) -> Iterator[bytes]:
        yield self.read()


@contextmanager
def refusing(client: Any, is_refused: Callable[[int], bool]) -> Iterator[list[str]]:
    """Refuses requests by their number as a table does that is too busy; what was asked of it so far."""
    asked: list[str] = []

    def answer(request: Any, **_: Any) -> AWSResponse | None:
        asked.append(request.headers["X-Amz-Target"].decode())
        if not is_refused(len(asked)):
            return None
        error = b'{"__type": "ProvisionedThroughputExceededException", "message": "too busy"}'
        return AWSResponse(request.url, 400, {}, _Body(error))

    client.meta.events.register_first("before-send.dynamodb", answer)
    try:
        yield asked
    finally:
        client.meta.events.unregister("before-send.dynamodb", answer)


@contextmanager
def leaving(client: Any, split: Callable[[list[Any]], tuple[list[Any], list[Any]]]) -> Iterator[None]:
    """Has batches done in part: what of each is given to the table, and what comes back unprocessed."""
    back: dict[str, list[Any]] = {}

    def give(params: Any, **_: Any) -> Any:
        ((name, requests),) = params["RequestItems"].items()
        done, back[name] = split(requests)
        return {"RequestItems": {name: done}}

    def give_back(parsed: Any, **_: Any) -> None:
        parsed["UnprocessedItems"] = {name: requests for name, requests in back.items() if requests}

    hooks = {"provide-client-params": give, "after-call": give_back}
    for event, hook in hooks.items():
        client.meta.events.register(f"{event}.dynamodb.BatchWriteItem", hook)
    try:
        yield
    finally:
        for event, hook in hooks.items():
            client.meta.events.unregister(f"{event}.dynamodb.BatchWriteItem", hook)


def with_owner(client: Any) -> DynamoTable:
    table = DynamoTable(client, made_table(client))
    table.put_new(OWNER)
    return table


@pytest.mark.parametrize("call", CALLS)
def test_fault_22_what_is_refused_for_a_while_is_done_all_the_same(
    dynamodb: Any, pauses: list[float], call: str
) -> None:
    calm, busy = with_owner(dynamodb), with_owner(dynamodb)
    expected = CALLS[call](calm)
    with refusing(dynamodb, lambda number: number % 3 != 0):
        assert CALLS[call](busy) == expected
    assert busy.query("O#1") == calm.query("O#1")
    assert pauses


@pytest.mark.parametrize("call", CALLS)
def test_fault_22_what_is_refused_for_ever_is_given_up_in_time_and_done_later(
    dynamodb: Any, pauses: list[float], call: str
) -> None:
    calm, busy = with_owner(dynamodb), with_owner(dynamodb)
    expected = CALLS[call](calm)
    with refusing(dynamodb, lambda number: True) as asked, pytest.raises(ClientError, match="too busy"):
        CALLS[call](busy)
    assert len(asked) <= 10
    assert sum(pauses) < SHORTEST_TIMEOUT
    assert busy.query("O#1") == [OWNER]
    assert CALLS[call](busy) == expected
    assert busy.query("O#1") == calm.query("O#1")


ITEMS: list[Item] = [{"pk": "O#1", "sk": f"BILL#{number:02}"} for number in range(60)]


@pytest.mark.parametrize("takes", [3, 7, 24])
def test_fault_22_what_comes_back_unprocessed_is_given_again(dynamodb: Any, pauses: list[float], takes: int) -> None:
    table = DynamoTable(dynamodb, made_table(dynamodb), pause=pauses.append)
    with leaving(dynamodb, lambda requests: (requests[:takes], requests[takes:])):
        table.put_all(ITEMS)
    assert table.query("O#1") == ITEMS


def test_fault_22_what_comes_back_for_ever_is_given_up_in_time_and_done_later(
    dynamodb: Any, pauses: list[float]
) -> None:
    table = DynamoTable(dynamodb, made_table(dynamodb), pause=pauses.append)
    with leaving(dynamodb, lambda requests: (requests[:1], requests)), pytest.raises(ClientError, match="unprocessed"):
        table.put_all(ITEMS)
    assert sum(pauses) < SHORTEST_TIMEOUT
    assert len(table.query("O#1")) < len(ITEMS)
    table.put_all(ITEMS)
    assert table.query("O#1") == ITEMS


@pytest.fixture
def impatient(dynalite: Any) -> Iterator[Any]:
    """A client that tries each call once, so that no retry hides a refusal."""
    with client("dynamodb", dynalite.meta.endpoint_url, retries={"total_max_attempts": 1}) as dynamodb:
        yield dynamodb


def test_fault_22_a_run_is_finished_later_whichever_of_its_calls_was_refused(impatient: Any) -> None:
    ends: set[tuple[object, ...]] = set()
    for number in count(1):
        office = Office(table=DynamoTable(impatient, made_table(impatient)))
        office.enter(bill())
        with refusing(impatient, lambda asked, number=number: asked == number) as asked, suppress(ClientError):
            office.run("2026-03-01")
        if len(asked) < number:
            break  # the run has no more calls
        for time in ("10:05", "10:15"):
            office.plan("2026-03-01")
            office.deliver(f"2026-03-01 {time}", job(bill(), "bill-issued"))
        ends.add((*office.states(), len(office.mail.sent)))
    assert number > 10
    assert ends == {(State.SENT, 1), (State.UNKNOWN, 1)}
