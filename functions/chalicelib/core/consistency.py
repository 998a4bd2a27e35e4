"""Whether the rules staff wrote agree with each other; every disagreement is a fault, none raises.

What each file must hold to is in modules of its own: `tariff` (fees), `holidays` (community), `stages`, `means`,
`escalation`, `pauses`, `timetable`, `ceilings` and `terms` (collection), `lawbook` (compliance), `disclosure`.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from string import Formatter
from typing import Any, get_args
from zoneinfo import available_timezones

from . import ceilings, disclosure, escalation, holidays, lawbook, means, pauses, stages, tariff, terms, timetable
from .fault import Fault
from .naming import of_two, repeated, unknown, words_of
from .rulebook import Collection, Community, Fees, Language, Payments, Text
from .words import Words

COMMUNITY, FEES, PAYMENTS, COLLECTION = "community.yml", "fees.yml", "payments.yml", "collection.yml"
WORDS = "words.yml"


def faults(files: Mapping[str, Any]) -> list[Fault]:
    """Every disagreement within and between the rule files that could be read (a missing one is passed over)."""
    community: Community | None = files.get(COMMUNITY)
    fees: Fees | None = files.get(FEES)
    payments: Payments | None = files.get(PAYMENTS)
    collection: Collection | None = files.get(COLLECTION)
    book: lawbook.Lawbook | None = files.get(lawbook.FILE)
    found: list[Fault] = []
    if community:
        found += _community_faults(community)
    if fees:
        found += tariff.faults(fees)
    if payments:
        found += _payments_faults(payments)
    if collection:
        found += _collection_faults(collection)
    if fees and collection:
        found += _kinds_against_collection(fees, collection)
    if community and fees:
        found += unknown(COMMUNITY, ("units",), community.units, fees.unit_kinds)
    found += _texts_faults(files)
    if book and collection:
        found += lawbook.faults(book, [stage.id for stage in collection.stages])
        found += escalation.faults(book, collection)
    return found


def reviews(files: Mapping[str, Any], on: date) -> tuple[list[Fault], list[Fault]]:
    """As of a day: what should be looked at again or completed soon, and what has waited too long for it.

    The first only warns, as does what is not quite as it says: a cost left out, a demand that has to wait.
    """
    collection: Collection = files[COLLECTION]
    rules_due, rules_missed = lawbook.reviews(files[lawbook.FILE], on)
    years_due, years_missed = holidays.years(files[COMMUNITY], on)
    due = [*rules_due, *years_due, *ceilings.reviews(collection, on)]
    return [*due, *stages.warnings(collection), *means.warnings(collection)], rules_missed + years_missed


def _community_faults(community: Community) -> Iterator[Fault]:
    if community.time_zone not in available_timezones():
        yield Fault(COMMUNITY, ("time_zone",), "unknown-name", {"name": community.time_zone}, "Asia/Shanghai, …")
    yield from holidays.faults(community)


def _payments_faults(payments: Payments) -> Iterator[Fault]:
    yield from repeated(PAYMENTS, ("methods",), [method.id for method in payments.methods])
    yield from repeated(PAYMENTS, ("methods",), [method.provider for method in payments.methods], "provider")
    if payments.reference_for:
        for language in get_args(Language):
            if _blanks(payments.reference_for.of(language)) != {"what"}:
                yield Fault(PAYMENTS, ("reference_for", language), "placeholder-differs", {"detail": "what"}, "{what}")
    methods = enumerate(payments.methods)
    yield from of_two(PAYMENTS, ((m.id, words_of(("methods", at), ("name",), m.name, m.aliases)) for at, m in methods))


def _collection_faults(collection: Collection) -> Iterator[Fault]:
    yield from repeated(COLLECTION, ("stages",), [stage.id for stage in collection.stages])
    for part in (stages, means, ceilings, terms, timetable, pauses):
        yield from part.faults(collection)


def _texts_faults(files: Mapping[str, Any]) -> Iterator[Fault]:
    """What is read and not computed with: short texts, and the yearly disclosure."""
    if WORDS in files:
        yield from _words_faults(files[WORDS])
    if disclosure.FILE in files:
        yield from disclosure.faults(files[disclosure.FILE])


def _words_faults(words: Words) -> Iterator[Fault]:
    """Both languages fill in the same values; a brace that is none of them would stop the message."""
    groups = {"tasks": words.tasks, "reasons": words.reasons, "problems": words.problems, "labels": words.labels}
    for group, texts in groups.items():
        for code, text in texts.items():
            if detail := _differing(text):
                yield Fault(WORDS, (group, code), "placeholder-differs", {"detail": detail})


def _differing(text: Text) -> str:
    try:
        blanks = [
            {name for _, name, _, _ in Formatter().parse(said) if name is not None} for said in (text.zh, text.en)
        ]
    except ValueError as error:  # a brace without its pair
        return str(error)
    return ", ".join(sorted(blanks[0] ^ blanks[1]))


def _blanks(said: str) -> set[str]:
    """What a text is filled in with; empty for one that cannot be read."""
    try:
        return {name for _, name, _, _ in Formatter().parse(said) if name is not None}
    except ValueError:
        return set()


def _kinds_against_collection(fees: Fees, collection: Collection) -> Iterator[Fault]:
    yield from stages.kind_faults(collection, fees)
    for name, kind in fees.kinds.items():
        if kind.late_fee is not None and kind.late_fee not in collection.late_fees:
            allowed = ", ".join([*sorted(collection.late_fees), "null"])
            yield Fault(FEES, ("kinds", name, "late_fee"), "unknown-name", {"name": kind.late_fee}, allowed)
        if kind.reward is not None and kind.reward not in collection.rewards:
            allowed = ", ".join([*sorted(collection.rewards), "null"])
            yield Fault(FEES, ("kinds", name, "reward"), "unknown-name", {"name": kind.reward}, allowed)
        if name not in collection.allocation:
            yield Fault(COLLECTION, ("allocation",), "kind-not-allocated", {"name": name}, ", ".join(fees.kinds))
    for index, name in enumerate(collection.allocation):
        if name not in fees.kinds or name in collection.allocation[:index]:
            allowed = ", ".join(sorted(fees.kinds))
            yield Fault(COLLECTION, ("allocation", index), "unknown-name", {"name": name}, allowed)
