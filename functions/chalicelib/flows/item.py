"""How facts lie in the table's items: as JSON beside the attributes that conditions ask for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from threading import Lock
from typing import Any, TypeVar

import msgspec

from .ports import Item

_T = TypeVar("_T")


def encoded(fact: msgspec.Struct) -> str:
    return msgspec.json.encode(fact).decode()


_decoders: dict[type[Any], msgspec.json.Decoder[Any]] = {}
_making = Lock()  # msgspec lets other threads see what it has half learnt of a type, which ends the process


def decoded(item: Item, kind: type[_T]) -> _T:
    if kind not in _decoders:
        with _making:
            _decoders[kind] = msgspec.json.Decoder(kind)
    found: _T = _decoders[kind].decode(str(item["fact"]))
    return found


def by_prefix(items: Iterable[Item]) -> Mapping[str, list[Item]]:
    """Items by what their sort key begins with, each in the order they came."""
    grouped: defaultdict[str, list[Item]] = defaultdict(list)
    for item in items:
        grouped[str(item["sk"]).split("#", 1)[0]].append(item)
    return grouped


def ends(items: Iterable[Item]) -> dict[str, date | None]:
    """The last days noted apart from what they end, by its sort key."""
    return {str(item["sk"]).removeprefix("END#"): day(item["until"]) for item in items}


def day(value: str | int | None) -> date | None:
    return date.fromisoformat(str(value)) if value is not None else None


def instant(value: str | int | None) -> datetime | None:
    return datetime.fromisoformat(str(value)) if value is not None else None
