"""Reads the rule files of `site/`: YAML with line numbers, checked against the types' JSON Schema, decoded."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import msgspec

from chalicelib.core import consistency
from chalicelib.core.fault import Fault
from chalicelib.core.fault import Path as Place
from chalicelib.core.rulebook import Collection, Community, Fees, Payments, Rulebook
from chalicelib.core.words import Words

from .documents import Document, document

TYPES: dict[str, type[msgspec.Struct]] = {
    consistency.COMMUNITY: Community,
    consistency.FEES: Fees,
    consistency.PAYMENTS: Payments,
    consistency.COLLECTION: Collection,
    "words.yml": Words,
}


def schema(kind: type[Any]) -> dict[str, Any]:
    """The JSON Schema of a rule file's type; a decimal may be written as a number or as text."""
    made = msgspec.json.schema(kind)
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    for part in _parts(made):
        if part.get("format") == "decimal":
            part.clear()
            part |= {"type": ["number", "string"], "pattern": r"^\d+(\.\d+)?$", "minimum": 0}
        elif part.get("format") == "date":
            part["pattern"] = r"^\d{4}-\d{2}-\d{2}$"
    return made


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _parts(part)


def decoded(name: str, read: Document, kind: type[Any]) -> tuple[Any, list[Fault], dict[Place, Any]]:
    """A document as its type, with its faults and the stand-ins put where something is wrong.

    Stand-ins let the rest of the file still be judged, so that one check lists every fault.
    """
    if read.value is None:
        return None, [] if read.faults else [Fault(name, (), "empty")], {}
    made = schema(kind)
    validator = jsonschema.Draft202012Validator(made, format_checker=jsonschema.FormatChecker(["date"]))
    errors: list[Any] = list(validator.iter_errors(read.value))
    told = [fault for error in errors for fault in _schema_faults(name, error)]
    faults = list({(fault.path, fault.problem): fault for fault in told}.values())
    if not isinstance(read.value, dict):
        return None, faults, {}
    value = _without(read.value, [fault.path for fault in faults if fault.problem == "unknown-key"])
    stand_ins = dict(pair for error in errors for pair in _stand_ins(error, made["$defs"]))
    for place, stand_in in sorted(stand_ins.items(), key=lambda pair: -len(pair[0])):  # what is inside goes first
        _replace(value, place, stand_in)
    try:
        return msgspec.convert(value, kind, strict=False), faults, stand_ins
    except (msgspec.ValidationError, ValueError) as error:
        return None, faults or [Fault(name, (), "unreadable", {"detail": str(error)})], {}


def _stand_ins(error: Any, parts: dict[str, Any]) -> Iterator[tuple[Place, Any]]:
    place: Place = tuple(error.absolute_path)
    if error.validator == "required":
        for key in set(error.schema["required"]) - set(error.instance):
            yield (*place, key), _stand_in(error.schema["properties"][key], parts)
    elif error.validator != "additionalProperties":
        yield place, _stand_in(error.schema, parts)


def _stand_in(part: dict[str, Any], parts: dict[str, Any]) -> Any:
    """Some value a schema accepts; dates far in the past, so that few rules take offence."""
    if "$ref" in part:
        return _stand_in(parts[part["$ref"].rsplit("/", 1)[1]], parts)
    if "anyOf" in part:
        return _stand_in(next(p for p in part["anyOf"] if p.get("type") != "null"), parts)
    if "enum" in part:
        return part["enum"][0]
    kind = part.get("type")
    if kind == "object":
        return {key: _stand_in(part["properties"][key], parts) for key in part.get("required", [])}
    if kind == "array":
        return [_stand_in(part.get("items", {}), parts) for _ in range(part.get("minItems", 0))]
    if kind == "string":
        forms = ("0001-01-01",) if part.get("format") == "date" else ("x", "00:00", "http://x")
        return next((form for form in forms if re.search(part.get("pattern", ""), form)), "x")
    return {"boolean": False, "integer": part.get("minimum", 0)}.get(str(kind), "0")


def _replace(value: Any, place: Place, stand_in: Any) -> None:
    for step in place[:-1]:
        value = value[step]
    value[place[-1]] = stand_in


def _without(value: Any, unknown: list[Place], here: Place = ()) -> Any:
    """The value without the keys nobody knows."""
    if isinstance(value, dict):
        kept = {key: part for key, part in value.items() if (*here, key) not in unknown}
        return {key: _without(part, unknown, (*here, key)) for key, part in kept.items()}
    if isinstance(value, list):
        return [_without(part, unknown, (*here, i)) for i, part in enumerate(value)]
    return value


def _schema_faults(name: str, error: Any) -> Iterator[Fault]:
    place: Place = tuple(error.absolute_path)
    rule, limit, value = str(error.validator), error.validator_value, error.instance
    said = {"value": "" if value is None else str(value)[:60]}
    if rule == "anyOf":
        for inner in error.context:
            if inner.validator_value != "null":
                yield from _schema_faults(name, inner)
    elif rule == "additionalProperties":
        known = sorted(error.schema.get("properties", {}))
        for key in sorted(set(value) - set(known)):
            yield Fault(name, (*place, key), "unknown-key", {"name": key}, ", ".join(known))
    elif rule == "required":
        for key in limit:
            if key not in value and error.message.startswith(f"'{key}'"):
                yield Fault(name, (*place, key), "missing-key", {"name": key})
    else:
        yield Fault(name, place, _PROBLEMS.get(rule, "wrong-form"), said, _allowed(rule, error))


_PROBLEMS = {
    "type": "wrong-type",
    "enum": "not-one-of",
    "const": "not-one-of",
    "minimum": "out-of-range",
    "maximum": "out-of-range",
    "minItems": "empty",
    "minLength": "empty",
}


def _allowed(rule: str, error: Any) -> str:
    limit = error.validator_value
    if rule == "pattern":
        is_decimal = isinstance(error.schema.get("type"), list)
        return "2.40" if is_decimal else "YYYY-MM-DD" if "format" in error.schema else str(limit)
    if rule == "format":
        return "YYYY-MM-DD"
    if rule == "enum":
        return ", ".join(map(str, limit))
    if rule == "type":
        return " / ".join(limit) if isinstance(limit, list) else str(limit)
    return {"minimum": ">= ", "maximum": "<= "}.get(rule, "") + str(limit)


def _is_doubtful(fault: Fault, stand_ins: dict[Place, Any]) -> bool:
    """Whether a disagreement may only come from a stand-in: it is about one, or about its place in a list."""
    for place, stand_in in stand_ins.items():
        around = place
        if stand_in is not False and stand_in not in ("0", "x", "00:00", "http://x"):
            lists = [i for i, step in enumerate(place) if isinstance(step, int)]
            around = place[: lists[-1]] if lists else place
        if fault.path[: len(around)] == around:
            return True
    return False


@dataclass
class RuleFiles:
    """What was read of `site/`: the decoded files by name, the documents with their lines, and every fault."""

    files: dict[str, Any]
    documents: dict[str, Document]
    faults: list[Fault]

    def line(self, fault: Fault) -> int:
        read = self.documents.get(fault.file)
        return read.line(fault.path) if read else 1

    @property
    def rulebook(self) -> Rulebook:
        """The four rule files together; only for files without faults."""
        return Rulebook(
            community=self.files[consistency.COMMUNITY],
            fees=self.files[consistency.FEES],
            payments=self.files[consistency.PAYMENTS],
            collection=self.files[consistency.COLLECTION],
        )


def read(site: Path) -> RuleFiles:
    """All rule files of a folder, with every fault in each and between them."""
    result = RuleFiles({}, {}, [])
    stand_ins: dict[str, dict[Place, Any]] = {}
    for name, kind in TYPES.items():
        try:
            text = (site / name).read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            result.faults.append(Fault(name, (), "file-missing", {}, str(name)))
            continue
        except UnicodeDecodeError:
            result.faults.append(Fault(name, (), "not-utf-8", {}, "UTF-8"))
            continue
        found = result.documents[name] = document(name, text)
        value, faults, stand_ins[name] = decoded(name, found, kind)
        result.faults += [*found.faults, *faults]
        if value is not None:
            result.files[name] = value
    disagreements = consistency.faults(result.files)
    result.faults += [f for f in disagreements if not _is_doubtful(f, stand_ins[f.file])]
    result.faults.sort(key=lambda fault: (fault.file, result.line(fault)))
    return result
