"""The table in memory, for the demo's fast-forward, the simulator and tests; held to the real one's contract."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from threading import RLock

from chalicelib.flows.ports import Condition, Item


class MemoryTable:
    """Items by partition and sort key, with the same conditional writes as the real table."""

    def __init__(self) -> None:
        self.partitions: dict[str, dict[str, Item]] = defaultdict(dict)
        self._due: dict[str, str] = {}
        self._lock = RLock()  # a condition and its write are one step, as in the real table

    def get(self, pk: str, sk: str) -> Item | None:
        item = self.partitions.get(pk, {}).get(sk)
        return dict(item) if item is not None else None

    def query(self, pk: str) -> list[Item]:
        partition = self.partitions.get(pk, {})
        return [dict(partition[sk]) for sk in sorted(partition)]

    def put_new(self, item: Item) -> bool:
        with self._lock:
            if self.get(str(item["pk"]), str(item["sk"])) is not None:
                return False
            self._keep(item)
            return True

    def put_all(self, items: Iterable[Item]) -> None:
        for item in items:
            self._keep(item)

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
        with self._lock:
            item = self.get(pk, sk) or {}
            if not all(_holds(item, condition) for condition in all_of):
                return False
            if any_of and not any(_holds(item, condition) for condition in any_of):
                return False
            counted = {name: int(item.get(name, 0)) + int(step) for name, step in (add or {}).items()}
            self._keep({"pk": pk, "sk": sk, **item, **values, **counted})
            return True

    def due(self, until: str) -> list[str]:
        return sorted(pk for pk, day in self._due.items() if day <= until)

    def items(self) -> Iterable[Item]:
        """Everything, for loading into another table."""
        for partition in self.partitions.values():
            yield from partition.values()

    def _keep(self, item: Item) -> None:
        pk = str(item["pk"])
        before = self.partitions[pk].get(str(item["sk"]), {})
        self.partitions[pk][str(item["sk"])] = dict(item)
        if "due_day" in item:
            self._due[pk] = str(item["due_day"])
        elif "due_day" in before:
            self._due.pop(pk, None)


def _holds(item: Item, condition: Condition) -> bool:
    value = item.get(condition.attribute)
    if condition.test == "absent":
        return value is None
    if value is None or type(value) is not type(condition.value):
        return False
    if condition.test == "equals":
        return value == condition.value
    low, high = (value, condition.value) if condition.test == "below" else (condition.value, value)
    return low < high  # type: ignore[operator]  # both of one type, as just checked
