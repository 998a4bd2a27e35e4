"""The kill itself: before a call its effect is absent, after it present, and the dead say nothing more."""

from typing import Any

import boto3
import pytest

from chalicelib.edge.table import DynamoTable
from tests.crash import Killed, When, crashing


@pytest.fixture
def client(stack: None) -> Any:
    return boto3.client("dynamodb")


@pytest.fixture
def table(client: Any) -> DynamoTable:
    return DynamoTable(client, "courtyard")


def written(table: DynamoTable) -> list[str]:
    return [str(item["sk"]) for item in table.query("O#1")]


def write_three(table: DynamoTable) -> None:
    for sk in "abc":
        table.put_new({"pk": "O#1", "sk": sk})


def test_without_a_point_to_die_at_the_calls_are_only_counted(client: Any, table: DynamoTable) -> None:
    with crashing(client) as life:
        write_three(table)
        table.get("O#1", "a")
    assert (life.calls, life.is_over) == (["PutItem"] * 3 + ["GetItem"], False)
    assert life.deaths()[:3] == [(1, "before"), (1, "after"), (2, "before")]
    assert len(life.deaths()) == 8


@pytest.mark.parametrize(
    ("at", "when", "left"), [(1, "before", ""), (2, "before", "a"), (2, "after", "ab"), (3, "after", "abc")]
)
def test_a_call_before_which_it_dies_never_was_and_one_after_which_it_dies_was(
    client: Any, table: DynamoTable, at: int, when: When, left: str
) -> None:
    with crashing(client, at=at, when=when) as life:
        write_three(table)
    assert (written(table), life.is_over, len(life.calls)) == (list(left), True, at)


def test_a_process_that_is_dead_does_not_write_on_its_way_out(client: Any, table: DynamoTable) -> None:
    with crashing(client, at=1):
        try:
            table.put_new({"pk": "O#1", "sk": "a"})
        finally:
            table.put_new({"pk": "O#1", "sk": "b"})
    assert written(table) == []


def test_the_calls_of_several_clients_count_as_one_life(client: Any, table: DynamoTable) -> None:
    sqs = boto3.client("sqs")
    with crashing(client, sqs, at=2) as life:
        table.get("O#1", "a")
        sqs.list_queues()
        table.put_new({"pk": "O#1", "sk": "a"})
    assert (life.calls, life.is_over, written(table)) == (["GetItem", "ListQueues"], True, [])


def test_afterwards_the_client_is_as_it_was(client: Any, table: DynamoTable) -> None:
    with crashing(client, at=1):
        write_three(table)
    write_three(table)
    assert written(table) == ["a", "b", "c"]


def test_an_exception_of_the_process_itself_comes_through(client: Any) -> None:
    with pytest.raises(ZeroDivisionError), crashing(client):
        raise ZeroDivisionError


def test_a_kill_is_no_exception_that_a_worker_would_catch() -> None:
    assert not issubclass(Killed, Exception)
