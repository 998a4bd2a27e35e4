"""A table in memory that counts what DynamoDB would bill: requests, pages, units read and units written."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from chalicelib.edge.table import SHARDS, _indexed
from chalicelib.flows.ports import Condition, Item
from staff.memory import MemoryTable

KILOBYTE = 1024
PAGE = 1024 * KILOBYTE  # the most one Query reads
READ, WRITTEN = 4 * KILOBYTE, KILOBYTE  # what one unit pays for
_BATCH = 25  # the most one BatchWriteItem writes


@dataclass
class Usage:
    """What was asked of the table so far."""

    requests: int = 0
    pages: int = 0
    read_units: float = 0
    write_units: int = 0


Key = tuple[str, str]
Shard = dict[str, dict[Key, None]]


@dataclass
class MeteredTable:
    """The table in memory behind DynamoDB's meter, with the `due` index by shard and day as it lies there.

    What is strongly consistent costs a unit for 4 KB, what comes from the index half of one; a page is rounded
    up as a whole, and so is an item that is written. A write that fails its condition costs what the item does.
    """

    memory: MemoryTable = field(default_factory=MemoryTable)
    usage: Usage = field(default_factory=Usage)
    _shards: dict[str, Shard] = field(default_factory=lambda: {shard: defaultdict(dict) for shard in SHARDS})

    def get(self, pk: str, sk: str) -> Item | None:
        item = self.memory.get(pk, sk)
        self._read([item] if item else [], unit=1)
        return item

    def query(self, pk: str) -> list[Item]:
        items = self.memory.query(pk)
        self._read(items, unit=1)
        return items

    def put_new(self, item: Item) -> bool:
        before = self._standing(item)
        is_new = self.memory.put_new(item)
        self.usage.requests += 1
        self._written(before, item if is_new else before)
        return is_new

    def put_all(self, items: Iterable[Item]) -> None:
        many = {(item["pk"], item["sk"]): item for item in items}.values()
        self.usage.requests += _parts(len(many), _BATCH)
        for item in many:
            before = self._standing(item)
            self.memory.put_all([item])
            self._written(before, item)

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
        before = self._standing({"pk": pk, "sk": sk})
        is_done = self.memory.change(pk, sk, values, add=add, all_of=all_of, any_of=any_of)
        self.usage.requests += 1
        self._written(before, self._standing({"pk": pk, "sk": sk}))
        return is_done

    def due(self, until: str) -> list[str]:
        found: list[Key] = []
        for number, shard in self._shards.items():
            days = sorted(day for day in shard if day <= until)
            keys = [(day, key) for day in days for key in shard[day]]
            self._read([_entry(key, number, day) for day, key in keys], unit=0.5)
            found += [key for _, key in keys]
        return sorted(pk for pk, _ in found)

    def lay(self, pk: str, day: str) -> None:
        """Puts an owner under a day in the index, without a write: how the table is found."""
        self._shards[_shard(pk)][day][pk, "OWNER"] = None

    def _standing(self, item: Item) -> Item | None:
        """The item of a key as it is, at no cost: the meter's own look."""
        return self.memory.get(str(item["pk"]), str(item["sk"]))

    def _read(self, items: Iterable[Item], *, unit: float) -> None:
        for size in _pages(items):
            self.usage.requests += 1
            self.usage.pages += 1
            self.usage.read_units += unit * max(1, _parts(size, READ))

    def _written(self, before: Item | None, after: Item | None) -> None:
        size = max(_size(item) for item in (before or {}, after or {}))
        self.usage.write_units += max(1, _parts(size, WRITTEN))
        if before is None or after is None or before.get("due_day") != after.get("due_day"):
            self._index(before, is_there=False)
            self._index(after, is_there=True)

    def _index(self, item: Item | None, *, is_there: bool) -> None:
        """Puts an item's entry into the index or takes it away, each of which is a write."""
        if item is None or "due_day" not in item:
            return
        pk, sk = str(item["pk"]), str(item["sk"])
        day = self._shards[_shard(pk)][str(item["due_day"])]
        self.usage.write_units += 1
        if is_there:
            day[pk, sk] = None
        else:
            del day[pk, sk]


def _entry(key: Key, shard: str, day: str) -> Item:
    """What lies in the index of an item: its keys and nothing else."""
    pk, sk = key
    return {"pk": pk, "sk": sk, "due_shard": shard, "due_day": day}


def _shard(pk: str) -> str:
    return str(_indexed({"pk": pk, "due_day": ""})["due_shard"])


def _pages(items: Iterable[Item]) -> Iterator[int]:
    """The size of each page of a query; nothing found is a page, too."""
    page = 0
    for size in map(_size, items):
        if page and page + size > PAGE:
            yield page
            page = 0
        page += size
    yield page


def _size(item: Item) -> int:
    """An item's bytes as DynamoDB counts them: of names and of values, two digits of a number a byte."""
    item = _indexed(item)
    return sum(len(name.encode()) + _length(value) for name, value in item.items())


def _length(value: str | int) -> int:
    return len(value.encode()) if isinstance(value, str) else _parts(len(str(abs(value))), 2) + 1 + (value < 0)


def _parts(whole: int, part: int) -> int:
    """How many parts a whole takes, the last one perhaps not full."""
    return -(-whole // part)
