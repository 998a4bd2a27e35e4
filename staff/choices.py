"""One cell of a file as one of a few things: by its id, or by any name people have for it."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from chalicelib.core.rulebook import Fees, Language, Payments, Treatment

from .cells import Cell, Problem, damage, folded, text

_LANGUAGES: dict[str, Language] = {
    **dict.fromkeys(("zh", "zh-cn", "中文", "汉语", "简体中文", "chinese"), "zh"),
    **dict.fromkeys(("en", "en-gb", "en-us", "英文", "英语", "english"), "en"),
}
_ROLES = {
    **dict.fromkeys(("owner", "业主", "产权人", "本人"), "owner"),
    **dict.fromkeys(("co-owner", "共有人", "共有产权人"), "co-owner"),
    **dict.fromkeys(("delegate", "代办人", "代理人", "受托人", "子女", "child"), "delegate"),
    **dict.fromkeys(("tenant", "租户", "租客", "承租人"), "tenant"),
}
_TREATMENTS = {
    Treatment.CALL_FIRST: ("先打电话", "电话优先", "call first"),
    Treatment.LARGE_PRINT: ("大字版", "大字", "large print"),
    Treatment.NAMED_CONTACT: ("指定联系人", "联系家人", "named contact"),
    Treatment.NO_AUTOMATIC_DEMAND: ("不自动催缴", "人工联系", "no automatic demand"),
    Treatment.DAYTIME_VISIT: ("白天上门", "daytime visit"),
}
_CARE = {folded(name): treatment for treatment, names in _TREATMENTS.items() for name in (treatment, *names)}

Choice = Callable[[Cell], str | Problem]


def of_kinds(fees: Fees) -> Choice:
    """One of the kinds of bills, by any word that ledgers use for it."""
    return _choice((id, (kind.name.zh, kind.name.en, *kind.aliases)) for id, kind in fees.kinds.items())


def of_unit_kinds(fees: Fees) -> Choice:
    """One of the kinds of units, by any word that ledgers use for it."""
    return _choice((id, (kind.zh, kind.en, *kind.aliases)) for id, kind in fees.unit_kinds.items())


def of_methods(payments: Payments) -> Choice:
    """One of the ways to pay, by any word that bank files use for it."""
    return _choice((one.id, (one.name.zh, one.name.en, *one.aliases)) for one in payments.methods)


def _choice(names: Iterable[tuple[str, tuple[str, ...]]]) -> Choice:
    listed = list(names)
    by_name = {folded(word): id for id, words in listed for word in (*words, id)}
    return partial(_chosen, by_name, ", ".join(f"{id} ({words[0]})" for id, words in listed))


def _chosen(by_name: Mapping[str, str], allowed: str, cell: Cell) -> str | Problem:
    chosen = by_name.get(folded(cell.text))
    return chosen or damage(cell) or Problem("not-one-of", {"value": cell.text[:60]}, allowed)


def language(cell: Cell) -> Language | Problem:
    """The language an owner is written to in."""
    chosen = _LANGUAGES.get(folded(cell.text))
    return chosen or Problem("not-one-of", {"value": cell.text[:60]}, "zh (中文), en (English)")


def role(cell: Cell) -> str | Problem:
    """What a contact is to the owner; words without an id of ours stay as they are."""
    return _ROLES.get(folded(cell.text)) or text(cell)


def care(cell: Cell) -> tuple[Treatment, ...] | Problem:
    """How an owner is to be treated, one or more of what there is; a diagnosis is no treatment and is refused."""
    words = text(cell)
    if isinstance(words, Problem):
        return words
    parts = [folded(word) for part in re.split("[,;、|]", words) if (word := part.strip())]
    unknown = [part for part in parts if part not in _CARE]
    if unknown:
        allowed = ", ".join(f"{treatment} ({names[0]})" for treatment, names in _TREATMENTS.items())
        return Problem("not-one-of", {"value": unknown[0][:60]}, allowed)
    return tuple(dict.fromkeys(_CARE[part] for part in parts))
