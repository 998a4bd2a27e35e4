"""How facts lie in the table's items: as JSON beside the attributes that conditions ask for."""

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

import msgspec

from .ports import Item

_T = TypeVar("_T")


def encoded(fact: msgspec.Struct) -> str:
    return msgspec.json.encode(fact).decode()


def decoded(item: Item, kind: type[_T]) -> _T:
    return msgspec.json.decode(str(item["fact"]), type=kind)


def decoded_all(items: Iterable[Item], name: str, kind: type[_T]) -> tuple[_T, ...]:
    return tuple(decoded(item, kind) for item in items if prefix(item) == name)


def prefix(item: Item) -> str:
    return str(item["sk"]).split("#", 1)[0]


def day(value: str | int | None) -> date | None:
    return date.fromisoformat(str(value)) if value is not None else None
