"""The DynamoDB table: strings and whole numbers in, strings and whole numbers out; conditions become answers."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from botocore.exceptions import ClientError

from ..flows.ports import Condition, Item

DUE_INDEX = "due"
SHARDS = tuple("0123")
_BATCH = 25  # the most BatchWriteItem takes
_PAUSES = tuple(0.05 * 2**tries for tries in range(9))  # seconds before a batch is given again: 26 in all


class DynamoTable:
    """One table, reached through a client that is passed in."""

    def __init__(self, client: Any, name: str, *, pause: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._name = name
        self._pause = pause

    def get(self, pk: str, sk: str) -> Item | None:
        found = self._client.get_item(TableName=self._name, Key=_wire({"pk": pk, "sk": sk}), ConsistentRead=True)
        return _item(found["Item"]) if "Item" in found else None

    def query(self, pk: str) -> list[Item]:
        pages = self._pages(
            self._client.query,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=_wire({":pk": pk}),
            ConsistentRead=True,
        )
        return [_item(wired) for wired in pages]

    def put_new(self, item: Item) -> bool:
        return self._is_done(
            self._client.put_item,
            Item=_wire(_indexed(item)),
            ConditionExpression="attribute_not_exists(pk)",
        )

    def put_all(self, items: Iterable[Item]) -> None:
        # a batch with a key twice would be refused
        by_key = {(item["pk"], item["sk"]): item for item in items}
        wired = [{"PutRequest": {"Item": _wire(_indexed(item))}} for item in by_key.values()]
        for start in range(0, len(wired), _BATCH):
            self._write_batch(wired[start : start + _BATCH])

    def change(
        self,
        pk: str,
        sk: str,
        values: Item,
        *,
        add: Item | None = None,
        all_of: Sequence[Condition] = (),
        any_of: Sequence[Condition] = (),
    ) -> bool:
        expression = _Expression()
        if "due_day" in values:
            values = _indexed({"pk": pk, **values})
        sets = [expression.pair(name, "=", value) for name, value in values.items() if name not in ("pk", "sk")]
        adds = [expression.pair(name, "", step) for name, step in (add or {}).items()]
        update = " ".join([f"SET {', '.join(sets)}" * bool(sets), f"ADD {', '.join(adds)}" * bool(adds)])
        both = [expression.condition(one) for one in all_of]
        if any_of:
            both.append("(" + " OR ".join(expression.condition(one) for one in any_of) + ")")
        extra = {"ConditionExpression": " AND ".join(both)} if both else {}
        return self._is_done(
            self._client.update_item,
            Key=_wire({"pk": pk, "sk": sk}),
            UpdateExpression=update.strip(),
            ExpressionAttributeNames=expression.names,
            ExpressionAttributeValues=_wire(expression.values),
            **extra,
        )

    def due(self, until: str) -> list[str]:
        found: list[str] = []
        for shard in SHARDS:
            pages = self._pages(
                self._client.query,
                IndexName=DUE_INDEX,
                KeyConditionExpression="due_shard = :shard AND due_day <= :until",
                ExpressionAttributeValues=_wire({":shard": shard, ":until": until}),
                ProjectionExpression="pk",
            )
            found += [str(_item(wired)["pk"]) for wired in pages]
        return sorted(found)

    def _write_batch(self, requests: Sequence[Any]) -> None:
        """Gives what comes back unprocessed again after longer and longer pauses; at last it fails as the SDK does."""
        left = {self._name: requests}
        for pause in (0, *_PAUSES):
            self._pause(pause)
            left = self._client.batch_write_item(RequestItems=left)["UnprocessedItems"]
            if not left:
                return
        too_busy = {"Code": "ProvisionedThroughputExceededException", "Message": "items came back unprocessed"}
        raise ClientError({"Error": too_busy}, "BatchWriteItem")

    def _pages(self, call: Callable[..., dict[str, Any]], **arguments: Any) -> Iterator[dict[str, Any]]:
        while True:
            page = call(TableName=self._name, **arguments)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _is_done(self, call: Callable[..., Any], **arguments: Any) -> bool:
        try:
            call(TableName=self._name, **arguments)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True


class _Expression:
    """Names and values of an update, each behind a placeholder, since many plain words are reserved."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: Item = {}

    def name(self, attribute: str) -> str:
        self.names[f"#{attribute}"] = attribute
        return f"#{attribute}"

    def pair(self, attribute: str, sign: str, value: str | int) -> str:
        placeholder = f":v{len(self.values)}"
        self.values[placeholder] = value
        return f"{self.name(attribute)} {sign} {placeholder}"

    def condition(self, condition: Condition) -> str:
        if condition.test == "absent":
            return f"attribute_not_exists({self.name(condition.attribute)})"
        sign = {"equals": "=", "below": "<", "above": ">"}[condition.test]
        return self.pair(condition.attribute, sign, condition.value)


def _indexed(item: Item) -> Item:
    """An item with the shard of the due index beside its day; an item without a day is not in the index."""
    if "due_day" not in item:
        return item
    shard = SHARDS[sum(str(item["pk"]).encode()) % len(SHARDS)]
    return {**item, "due_shard": shard}


def _wire(item: Item) -> dict[str, dict[str, str]]:
    return {k: {"N": str(v)} if isinstance(v, int) else {"S": v} for k, v in item.items()}


def _item(wired: dict[str, dict[str, str]]) -> Item:
    plain = {k: int(v["N"]) if "N" in v else v["S"] for k, v in wired.items()}
    plain.pop("due_shard", None)  # the index's own matter
    return plain
