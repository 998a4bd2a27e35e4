"""The emulator answers with what it was given, however it is made quick, and keeps no answers."""

import gc
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.dynamodb.models.dynamo_type import Item

from staff import emulator

ITEM = {
    "pk": {"S": "O#1"},
    "sk": {"S": "OWNER"},
    "name": {"S": "阿卜杜·É"},
    "amount": {"N": "-5"},
    "seal": {"B": b"\x00\xff"},
    "list": {"L": [{"S": "a"}, {"N": "1"}]},
    "map": {"M": {"S": {"N": "1"}, "N": {"B": b"\x01"}}},
    "nothing": {"NULL": True},
}


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with emulator.running() as endpoint:
        keys = {"aws_access_key_id": "demo", "aws_secret_access_key": "demo"}
        client = boto3.client("dynamodb", endpoint_url=endpoint, region_name=emulator.REGION, **keys)
        client.put_item(TableName="courtyard", Item=ITEM)
        yield client


def queried(client: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.query(
        TableName="courtyard", KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": ITEM["pk"]}
    )["Items"]
    return found


def test_an_item_comes_back_as_it_was_put(client: Any) -> None:
    key = {name: ITEM[name] for name in ("pk", "sk")}

    assert client.get_item(TableName="courtyard", Key=key)["Item"] == ITEM
    assert queried(client) == [ITEM]


def test_what_was_answered_is_not_kept(client: Any) -> None:
    """A day of readers would fill the memory otherwise."""

    def kept() -> int:
        gc.collect()
        return sum(isinstance(one, Item) for one in gc.get_objects())

    before = kept()
    for _ in range(20):
        queried(client)

    assert kept() == before
