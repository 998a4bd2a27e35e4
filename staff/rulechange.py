"""What differs between two rulebooks, field by field, as a person who reviews the change reads it."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from chalicelib.core.rulebook import Rulebook

_LONGEST = 80


class Change(Struct, frozen=True):
    """One field of a rule file before and after; None where it is not there."""

    file: str
    field: str
    before: str | None
    after: str | None


def changes(before: Rulebook, after: Rulebook) -> list[Change]:
    """Every field that differs; entries of a list are told apart by their id, or the day they begin."""
    old, new = msgspec.to_builtins(before), msgspec.to_builtins(after)
    return [
        Change(f"{file}.yml", field, _text(was), _text(now))
        for file in new
        for field, was, now in _differences("", old[file], new[file])
    ]


def _differences(field: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    if old == new:
        return
    parts = [_named(value) for value in (old, new)]
    if parts[0] is None or parts[1] is None:
        yield field, old, new
        return
    for name in dict.fromkeys([*parts[0], *parts[1]]):
        inner = f"{field}.{name}" if field else name
        yield from _differences(inner, parts[0].get(name), parts[1].get(name))


def _named(value: Any) -> dict[str, Any] | None:
    """The parts of a value by name; None where it is read as one."""
    if isinstance(value, dict):
        return value
    if isinstance(value, (list, tuple)) and value and all(isinstance(one, dict) for one in value):
        names = [str(one.get("id") or one.get("from") or one.get("first") or at) for at, one in enumerate(value)]
        if len(set(names)) == len(names):
            return dict(zip(names, value, strict=True))
        return {str(at): one for at, one in enumerate(value)}
    return None


def _text(value: Any) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
