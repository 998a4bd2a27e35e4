"""The emulator answers with what it was given, however it is made quick."""

import boto3
import pytest

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


def test_an_item_comes_back_as_it_was_put(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "demo")
    with emulator.running() as endpoint:
        client = boto3.client("dynamodb", endpoint_url=endpoint, region_name=emulator.REGION)
        client.put_item(TableName="courtyard", Item=ITEM)
        found = client.query(
            TableName="courtyard",
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": ITEM["pk"]},
        )
        assert client.get_item(TableName="courtyard", Key={"pk": ITEM["pk"], "sk": ITEM["sk"]})["Item"] == ITEM
        assert found["Items"] == [ITEM]
