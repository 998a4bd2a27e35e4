"""YAML as staff write it: its value, the line each part stands on, and what could not be read."""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from chalicelib.core.fault import Fault
from chalicelib.core.fault import Path as Place


class _Loader(yaml.SafeLoader):
    """YAML as staff mean it: 2.20 stays 2.20, 09:00 an hour, 2025-01-01 a day, `on` a word."""


class _Quick(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # PyYAML may come without libyaml
    """The same by libyaml, ten times as fast."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"true|false", "tf"),
    ("tag:yaml.org,2002:int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    ("tag:yaml.org,2002:null", r"~|null|", ["~", "n", ""]),
):
    _Loader.add_implicit_resolver(_tag, re.compile(f"(?:{_pattern})$"), list(_first))
_Quick.yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers


@dataclass
class Document:
    """A YAML file's value, and the line each part of it stands on."""

    value: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest part around it that exists."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def document(name: str, text: str) -> Document:
    """A YAML text read with its line numbers; what cannot be read is in its faults."""
    try:
        return _read(_Quick(text), name, Document())
    except yaml.YAMLError:  # the slower reader says better where and why
        pass
    found = Document()
    try:
        _read(_Loader(text), name, found)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        found.lines[()] = mark.line + 1 if mark else 1
        found.faults.append(Fault(name, (), "yaml", {"detail": error.problem or "?"}))
    except yaml.YAMLError as error:
        found.faults.append(Fault(name, (), "yaml", {"detail": str(error).splitlines()[0]}))
    return found


def _read(loader: yaml.SafeLoader, name: str, found: Document) -> Document:
    node = loader.get_single_node()
    if node is not None:
        found.value = _value(loader, node, (), name, found)
    return found


def _value(loader: yaml.SafeLoader, node: yaml.Node, place: Place, name: str, found: Document) -> Any:
    found.lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [_value(loader, part, (*place, i), name, found) for i, part in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return loader.construct_object(node)
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        if key in mapping:
            found.faults.append(Fault(name, (*place, key), "repeated", {"name": key}))
        mapping[key] = _value(loader, value_node, (*place, key), name, found)
        found.lines[(*place, key)] = key_node.start_mark.line + 1
    return mapping
