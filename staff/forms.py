"""The JSON Schema of what staff write, from the types that read it."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect

DECIMAL = r"^\d+(\.\d{1,8})?$"
DATE = r"^\d{4}-\d{2}-\d{2}$"


def schema(kind: type[Any]) -> dict[str, Any]:
    """The JSON Schema of a rule file's type; a decimal may be written as a number or as text."""
    made = msgspec.json.schema(kind)
    for name, key, choices in _chosen_keys(kind):
        made["$defs"][name]["properties"][key]["propertyNames"] = {"enum": choices}
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    for part in _parts(made):
        if part.get("format") == "decimal":
            part.clear()
            part |= {"type": ["number", "string"], "pattern": DECIMAL, "minimum": 0}
        elif part.get("format") == "date":
            part["pattern"] = DATE
    return made


def _chosen_keys(kind: type[Any]) -> Iterator[tuple[str, str, list[str]]]:
    """The fields whose keys are chosen from a list, which msgspec leaves out: part, field and choices."""
    for part in _structs(inspect.type_info(kind), set()):
        for one in part.fields:
            key = one.type.key_type if isinstance(one.type, inspect.DictType) else None
            if isinstance(key, inspect.EnumType):
                yield part.cls.__name__, one.encode_name, [str(choice.value) for choice in key.cls]
            elif isinstance(key, inspect.LiteralType):
                yield part.cls.__name__, one.encode_name, [str(choice) for choice in key.values]


def _structs(found: Any, seen: set[type[Any]]) -> Iterator[inspect.StructType]:
    """A type's structs, with those within it."""
    if isinstance(found, inspect.StructType) and found.cls not in seen:
        seen.add(found.cls)
        yield found
        for one in found.fields:
            yield from _structs(one.type, seen)
    for inner in ("item_type", "value_type", "type"):
        if hasattr(found, inner):
            yield from _structs(getattr(found, inner), seen)
    for other in (*getattr(found, "item_types", ()), *getattr(found, "types", ())):
        yield from _structs(other, seen)


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _parts(part)
