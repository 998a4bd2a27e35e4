"""Reads the rule files of `site/`: YAML with line numbers, checked against the types' JSON Schema, decoded."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args

import jsonschema
import msgspec

from chalicelib.core import consistency, disclosure, lawbook
from chalicelib.core.disclosure import Disclosure
from chalicelib.core.fault import Fault
from chalicelib.core.fault import Path as Place
from chalicelib.core.lawbook import Lawbook
from chalicelib.core.rulebook import Collection, Community, Fees, Hour, Id, Payments, Rulebook, Text
from chalicelib.core.words import Words

from .documents import Document, document
from .forms import DATE, DECIMAL, schema

Places = frozenset[Place]

TYPES: dict[str, type[msgspec.Struct]] = {
    consistency.COMMUNITY: Community,
    consistency.FEES: Fees,
    consistency.PAYMENTS: Payments,
    consistency.COLLECTION: Collection,
    lawbook.FILE: Lawbook,
    disclosure.FILE: Disclosure,
    "words.yml": Words,
}


def decoded(name: str, read: Document, kind: type[Any], *, is_high: bool = False) -> tuple[Any, list[Fault], Places]:
    """A document as its type, with its faults and the places of stand-ins put where something is wrong.

    Stand-ins let the rest of the file still be judged, so that one check lists every fault. There
    are two of each, a low and a high one: what holds with both cannot come from either.
    """
    if read.value is None:
        return None, [] if read.faults else [Fault(name, (), "empty")], frozenset()
    validator: Any = _validator(kind)  # type: ignore[arg-type]  # a class can be hashed
    errors: list[Any] = list(validator.iter_errors(read.value))
    told = [fault for error in errors for fault in _schema_faults(name, error)]
    faults = list({(fault.path, fault.problem): fault for fault in told}.values())
    if not isinstance(read.value, dict):
        return None, faults, frozenset()
    unknown = [(*error.absolute_path, error.instance) for error in errors if _is_about_key(error)]
    unknown += [fault.path for fault in faults if fault.problem == "unknown-key"]
    value = _without(read.value, unknown)
    stand_ins = dict(pair for error in errors for pair in _stand_ins(error, validator.schema["$defs"], is_high))
    stand_ins = {place: one for place, one in stand_ins.items() if not any(place[: len(at)] == at for at in unknown)}
    for place, stand_in in sorted(stand_ins.items(), key=lambda pair: -len(pair[0])):  # what is inside goes first
        _replace(value, place, stand_in)
    try:
        return msgspec.convert(value, kind, strict=False), faults, frozenset(stand_ins)
    except (msgspec.ValidationError, ValueError) as error:
        return None, faults or [Fault(name, (), "unreadable", {"detail": str(error)})], frozenset()


@cache
def _validator(kind: type[Any]) -> Any:
    """Of messages and notices there are many files of one kind."""
    return jsonschema.Draft202012Validator(schema(kind), format_checker=jsonschema.FormatChecker(["date"]))


def _stand_ins(error: Any, parts: dict[str, Any], is_high: bool) -> Iterator[tuple[Place, Any]]:
    place: Place = tuple(error.absolute_path)
    if error.validator == "required":
        for key in set(error.schema["required"]) - set(error.instance):
            yield (*place, key), _stand_in(error.schema["properties"][key], parts, is_high)
    elif error.validator != "additionalProperties" and not _is_about_key(error):
        yield place, _stand_in(error.schema, parts, is_high)


def _stand_in(part: dict[str, Any], parts: dict[str, Any], is_high: bool) -> Any:
    """The lowest or the highest value a schema accepts, as far as there is one."""
    if "$ref" in part:
        return _stand_in(parts[part["$ref"].rsplit("/", 1)[1]], parts, is_high)
    if "anyOf" in part:
        return _stand_in(next(p for p in part["anyOf"] if p.get("type") != "null"), parts, is_high)
    if "enum" in part:
        return part["enum"][-1 if is_high else 0]
    kind = part.get("type")
    if kind == "object":
        return {key: _stand_in(part["properties"][key], parts, is_high) for key in part.get("required", [])}
    if kind == "array":
        return [_stand_in(part.get("items", {}), parts, is_high) for _ in range(part.get("minItems", 0))]
    if kind == "string":
        forms = _HIGH if is_high else _LOW
        return next(form for form in forms if re.search(part.get("pattern", ""), form))
    if kind == "integer":
        return part.get("maximum", _FAR) if is_high else part.get("minimum", -_FAR)
    return is_high if kind == "boolean" else str(int(is_high))


def _is_about_key(error: Any) -> bool:
    """Whether a key is wrong rather than what stands under it."""
    return "propertyNames" in list(error.absolute_schema_path)[-2:]


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


_FAR = 9999  # days before or after which nothing is ever due
_LOW = ("0001-01-01", "00:00", "x", "http://x", "0")
_HIGH = ("9999-12-31", "23:59", "y", "http://y", "1")


def _schema_faults(name: str, error: Any) -> Iterator[Fault]:
    place: Place = tuple(error.absolute_path)
    rule, limit, value = str(error.validator), error.validator_value, error.instance
    if _is_about_key(error):
        place = (*place, value)
    said = {"value": "null" if value is None else str(value)[:60]}
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


_FORMS = {
    DECIMAL: ">= 0, e.g. 2.40",
    DATE: "YYYY-MM-DD",
    get_args(Hour)[1].pattern: "HH:MM",
    get_args(Id)[1].pattern: "a-z 0-9 -",
    "^https?://[^/]+$": "https://example.com",
}
_KINDS = {
    "string": "text in quotes",
    "integer": "0, 1, 2, …",
    "boolean": "true, false",
    "array": "[…, …]",
    "object": "key: …",
}
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
    """What would be right, as staff write it."""
    limit, pattern = error.validator_value, error.schema.get("pattern")
    if rule in ("pattern", "format", "type") or pattern == DECIMAL:
        form = _FORMS.get(pattern)
        return form or (_KINDS.get(str(limit), str(limit)) if rule == "type" else str(limit))
    if rule == "enum":
        return ", ".join(map(str, limit))
    return {"minimum": ">= ", "maximum": "<= "}.get(rule, "") + str(limit)


def _is_doubtful(fault: Fault, places: Places) -> bool:
    """Whether a disagreement is about a stand-in itself, or about a list that has one in it."""
    at = fault.path
    within = any(at[: len(place)] == place for place in places)
    return within or any(place[: len(at)] == at and isinstance((*place[len(at) :], "")[0], int) for place in places)


class _Texts(dict[str, Text]):
    """Texts by code; a code that has none speaks for itself, so that `check` is never silent."""

    def __missing__(self, code: str) -> Text:
        said = code.replace("-", " ")
        return Text(zh=said, en=said)


def _plain_words() -> Words:
    """What is said when there is no folder, and so no `words.yml`, to say it."""
    day, amount = "{year}-{month:02d}-{day:02d}", "{amount}"
    return Words(
        date_form=Text(zh=day, en=day),
        money_form=Text(zh=amount, en=amount),
        months=tuple(map(str, range(1, 13))),
        channels=_Texts(),
        tasks=_Texts(),
        reasons=_Texts(),
        problems=_Texts(),
        labels=_Texts(),
    )


def _within(value: Any, step: str | int) -> Any:
    try:
        return value[step]
    except (LookupError, TypeError):
        return None


def _id_of(listed: Any, at: int) -> str | int:
    """What a part of a list calls itself, where no other part does; its number otherwise."""
    ids = [part.get("id") if isinstance(part, dict) else None for part in listed or ()]
    own = ids[at] if at < len(ids) else None
    return own if isinstance(own, str) and ids.count(own) == 1 else at


@dataclass
class RuleFiles:
    """What was read of `site/`: the decoded files by name, the documents with their lines, and every fault."""

    files: dict[str, Any]
    documents: dict[str, Document]
    faults: list[Fault]

    def line(self, fault: Fault) -> int:
        if fault.line:
            return fault.line
        read = self.documents.get(fault.file)
        return read.line(fault.path) if read else 1

    def field(self, fault: Fault) -> str:
        """The place as people write it, a part of a list by its own id: `stages[first-demand].days`."""
        read = self.documents.get(fault.file)
        value, said = read.value if read else None, ""
        for step in fault.path:
            said += f"[{_id_of(value, step)}]" if isinstance(step, int) else f".{step}"
            value = _within(value, step)
        return said.removeprefix(".")

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
    if not site.is_dir():
        result.faults.append(Fault("", (), "file-missing", {}, f"{site}/"))
        result.files[consistency.WORDS] = _plain_words()
        return result
    places: dict[str, Places] = {}
    high: dict[str, Any] = {}
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
        value, faults, places[name] = decoded(name, found, kind)
        result.faults += [*found.faults, *faults]
        if value is not None:
            result.files[name] = value
            high[name] = decoded(name, found, kind, is_high=True)[0] if places[name] else value
    result.faults += _disagreements(result.files, high, places)
    result.faults.sort(key=lambda fault: (fault.file, result.line(fault)))
    if result.faults and consistency.WORDS in result.files:
        words = result.files[consistency.WORDS]
        result.files[consistency.WORDS] = msgspec.structs.replace(words, problems=_Texts(words.problems))
    return result


def _disagreements(low: dict[str, Any], high: dict[str, Any], places: dict[str, Places]) -> Iterator[Fault]:
    """What disagrees, and with the same, whatever stands in for the values at fault."""
    as_well = {(fault.file, fault.path, fault.problem, fault.allowed) for fault in consistency.faults(high)}
    for fault in consistency.faults(low):
        told = (fault.file, fault.path, fault.problem, fault.allowed)
        if told in as_well and not _is_doubtful(fault, places[fault.file]):
            yield fault
