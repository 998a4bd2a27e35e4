"""Rules that replace each other over time: which is in force on a day, which are announced, which are over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, Protocol, TypeVar


class Dated(Protocol):
    """A rule that is in force from a day on."""

    @property
    def from_(self) -> date: ...


Rule = TypeVar("Rule", bound=Dated)


@dataclass(frozen=True, slots=True)
class Standing(Generic[Rule]):
    """Rules that replace each other, told apart as of a day; newest first among the past."""

    current: Rule | None
    coming: tuple[Rule, ...]
    past: tuple[Rule, ...]


def standing(rules: Sequence[Rule], today: date) -> Standing[Rule]:
    """Which rule of a succession is in force, which are announced and which are over."""
    begun = [rule for rule in rules if rule.from_ <= today]
    current = begun[-1] if begun and (getattr(begun[-1], "until", None) or today) >= today else None
    past = begun[:-1] if current else begun
    return Standing(current, tuple(rules[len(begun) :]), tuple(reversed(past)))


class Running(Dated, Protocol):
    """A rule that is in force from a day to a day."""

    @property
    def until(self) -> date: ...


Campaign = TypeVar("Campaign", bound=Running)


@dataclass(frozen=True, slots=True)
class Campaigns(Generic[Campaign]):
    """Rules that may run side by side, told apart as of a day; newest first among the past."""

    current: tuple[Campaign, ...]
    coming: tuple[Campaign, ...]
    past: tuple[Campaign, ...]


def campaigns(rules: Sequence[Campaign], today: date) -> Campaigns[Campaign]:
    """Which of several campaigns are on, which are announced and which are over."""
    return Campaigns(
        tuple(rule for rule in rules if rule.from_ <= today <= rule.until),
        tuple(rule for rule in rules if today < rule.from_),
        tuple(rule for rule in reversed(rules) if rule.until < today),
    )
