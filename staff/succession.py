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
