"""What DynamoDB does and moto does not: batches are refused for a key twice, and may come back half done."""

from typing import Any

import pytest

from chalicelib.edge.table import DynamoTable
from chalicelib.flows.ports import Item


class StrictBatches:
    """The one call of a client that `put_all` makes, as strict and as fickle as DynamoDB's."""

    def __init__(self, takes: int = 25) -> None:
        self.stored: dict[tuple[str, str], dict[str, Any]] = {}
        self._takes = takes

    def batch_write_item(self, RequestItems: dict[str, list[Any]]) -> dict[str, Any]:  # noqa: N803  # boto's name
        ((table, requests),) = RequestItems.items()
        items = [request["PutRequest"]["Item"] for request in requests]
        keys = [(item["pk"]["S"], item["sk"]["S"]) for item in items]
        if not 1 <= len(keys) <= 25 or len(set(keys)) < len(keys):
            raise ValueError("ValidationException")
        done = dict(zip(keys[: self._takes], items, strict=False))
        self.stored |= done
        left = requests[self._takes :]
        return {"UnprocessedItems": {table: left} if left else {}}


@pytest.mark.parametrize("takes", [1, 7, 25])
def test_everything_is_written_however_little_is_taken_at_once(takes: int) -> None:
    client = StrictBatches(takes)
    DynamoTable(client, "courtyard").put_all({"pk": "O#1", "sk": f"BILL#{number}"} for number in range(60))
    assert len(client.stored) == 60


def test_a_key_given_twice_is_written_once_as_it_was_last() -> None:
    client = StrictBatches()
    items: list[Item] = [{"pk": "O#1", "sk": "X", "n": number} for number in (1, 2)]
    DynamoTable(client, "courtyard").put_all(items)
    assert client.stored[("O#1", "X")]["n"] == {"N": "2"}
