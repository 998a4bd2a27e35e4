"""The rules of what may be said, as staff keep them in `site/compliance.yml`, with their sources and reviews."""

import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from .event import ASKS_FOR_MONEY, PROMOTIONS
from .fault import Fault, Path
from .rulebook import Channel, Id, Language, Stage, Text, Word

FILE = "compliance.yml"
MONTHS_OF_GRACE = 6
"""How long after a missed review a rule still only warns."""


class Kind(StrEnum):
    """What a text is: a public page, a reminder before the due date, a demand after it, a text message.

    An answer says what came of something the owner did; a promotion is for whoever has consented to them.
    """

    PAGE = "page"
    REMINDER = "reminder"
    DEMAND = "demand"
    SMS = "sms"
    ANSWER = "answer"
    PROMOTION = "promotion"


class Where(Struct, frozen=True):
    """Where a text stands: what it is, in which language, on which page or at which stage."""

    kind: Kind
    language: Language
    page: str = ""
    stage: str = ""


def kind_of(stage: Stage, channel: Channel) -> Kind:
    """What a message of a stage is, by the way it leaves."""
    if channel is Channel.SMS:
        return Kind.SMS
    return Kind.DEMAND if stage.demand else Kind.REMINDER


def kind_of_occasion(name: str, channel: Channel) -> Kind:
    """What the message of an occasion is: one that asks for money has to say how to pay it."""
    if name in PROMOTIONS:
        return Kind.PROMOTION
    if channel is Channel.SMS:
        return Kind.SMS
    return Kind.REMINDER if name in ASKS_FOR_MONEY else Kind.ANSWER


class _Law(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all parts of the file share: immutable, and a key nobody knows is a fault."""


class Patterns(_Law, frozen=True, kw_only=True):
    """Regular expressions over plain text (see `disguise.Plain`), by the language they are written for."""

    zh: tuple[Word, ...] = ()
    en: tuple[Word, ...] = ()

    def of(self, language: Language) -> tuple[str, ...]:
        return self.zh if language == "zh" else self.en


class Rule(_Law, frozen=True, kw_only=True):
    """What a kind of text may not say, or must; with its source, and the day somebody last read that source.

    `forbids` holds in whichever language the text is. Words are excused in a sentence that has one of
    `excused_by`, unless it or a neighbour has one of `not_excused_with`: announced works, but not those
    that are tied to arrears. `forbids_when_owed` holds only beside one of `not_excused_with`: words that
    are harmless but for arrears. Of `demands` one must occur. `pages` may say what is forbidden elsewhere.
    `may_be_denied`: a promise not to do it is no finding; where a pattern has a group `threat`, not to do
    that. `above_published`: only a rate above the published one is, in the pattern's groups `number`,
    `unit` and `per`. `manager_decides`: a stage that may state it is a manager's to approve or to do, see
    `core/escalation`.
    """

    id: Id
    name: Text
    applies_to: Annotated[tuple[Kind, ...], Meta(min_length=1)]
    forbids: Patterns = Patterns()
    forbids_when_owed: Patterns = Patterns()
    excused_by: Patterns = Patterns()
    not_excused_with: Patterns = Patterns()
    demands: Patterns = Patterns()
    pages: tuple[Word, ...] = ()
    may_be_denied: bool = True
    above_published: bool = False
    manager_decides: bool = False
    instead: Text
    source: Text
    reviewed_on: date
    review_months: Annotated[int, Meta(ge=1, le=60)] = 12


class Lawbook(_Law, frozen=True, kw_only=True):
    """All rules; `states` names the stages that may state a consequence, and the rules it would break elsewhere."""

    rules: Annotated[tuple[Rule, ...], Meta(min_length=1)]
    states: dict[Id, tuple[Id, ...]]


def faults(lawbook: Lawbook, stages: list[str]) -> Iterator[Fault]:
    """What keeps the rules from being applied: patterns that are none, rules twice, names nobody knows."""
    ids = [rule.id for rule in lawbook.rules]
    for at, rule in enumerate(lawbook.rules):
        if rule.id in ids[:at]:
            yield Fault(FILE, ("rules", at, "id"), "repeated", {"name": rule.id})
        if not any((*rule.forbids.zh, *rule.forbids.en, *rule.demands.zh, *rule.demands.en)):
            yield Fault(FILE, ("rules", at), "rule-without-patterns", {"rule": rule.id}, "forbids, demands")
        yield from _pattern_faults(rule, at)
    for stage, consequences in lawbook.states.items():
        if stage not in stages:
            yield Fault(FILE, ("states", stage), "unknown-name", {"name": stage}, ", ".join(stages))
        for place, name in enumerate(consequences):
            if name not in ids:
                yield Fault(FILE, ("states", stage, place), "unknown-name", {"name": name}, ", ".join(ids))


def _pattern_faults(rule: Rule, at: int) -> Iterator[Fault]:
    for field in ("forbids", "forbids_when_owed", "excused_by", "not_excused_with", "demands"):
        patterns: Patterns = getattr(rule, field)
        for language, listed in (("zh", patterns.zh), ("en", patterns.en)):
            for place, pattern in enumerate(listed):
                path: Path = ("rules", at, field, language, place)
                try:
                    groups = set(re.compile(pattern).groupindex)
                except re.error as error:
                    yield Fault(FILE, path, "pattern-faulty", {"detail": str(error)})
                    continue
                if rule.above_published and field == "forbids" and not groups >= {"number", "unit"}:
                    yield Fault(FILE, path, "pattern-faulty", {"detail": "(?P<number>…)(?P<unit>…)"})


def reviews(lawbook: Lawbook, on: date) -> tuple[list[Fault], list[Fault]]:
    """Rules whose review is due as of a day, and rules that have waited too long for it to be trusted."""
    due: list[Fault] = []
    missed: list[Fault] = []
    for at, rule in enumerate(lawbook.rules):
        age = (on.year - rule.reviewed_on.year) * 12 + on.month - rule.reviewed_on.month
        age -= on.day < rule.reviewed_on.day
        path: Path = ("rules", at, "reviewed_on")
        values = {"rule": rule.id, "reviewed": str(rule.reviewed_on), "months": str(rule.review_months)}
        if age >= rule.review_months + MONTHS_OF_GRACE:
            missed.append(Fault(FILE, path, "review-missed", {**values, "source": rule.source}))
        elif age >= rule.review_months:
            due.append(Fault(FILE, path, "review-due", {**values, "source": rule.source}))
    return due, missed
