"""The file of compliance rules: consistent with the policy, and reviewed in time."""

from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.core import lawbook
from chalicelib.core.lawbook import Lawbook, Patterns, Rule
from tests.builders import bundle, day, shipped

BOOK: Lawbook = bundle().compliance
STAGES = [stage.id for stage in shipped().collection.stages]


def changed(**changes: Any) -> Lawbook:
    """The shipped rules with the first one changed."""
    return replace(BOOK, rules=(replace(BOOK.rules[0], **changes), *BOOK.rules[1:]))


def problems(book: Lawbook) -> list[tuple[str, str]]:
    return [(fault.field, fault.problem) for fault in lawbook.faults(book, STAGES)]


def test_the_shipped_rules_agree_with_the_policy() -> None:
    assert problems(BOOK) == []


@pytest.mark.parametrize(
    ("book", "expected"),
    [
        (changed(forbids=Patterns(zh=("停(水",))), ("rules[0].forbids.zh[0]", "pattern-faulty")),
        (changed(forbids=Patterns()), ("rules[0]", "rule-without-patterns")),
        (changed(id="shaming"), ("rules[2].id", "repeated")),
        (changed(above_published=True), ("rules[0].forbids.zh[0]", "pattern-faulty")),
        (replace(BOOK, states={"last-warning": ()}), ("states.last-warning", "unknown-name")),
        (replace(BOOK, states={"first-demand": ("late-fees",)}), ("states.first-demand[0]", "unknown-name")),
    ],
)
def test_what_keeps_a_rule_from_being_applied_is_a_fault(book: Lawbook, expected: tuple[str, str]) -> None:
    assert expected in problems(book)


@pytest.mark.parametrize(
    ("on", "due", "missed"),
    [
        ("2026-11-20", 0, 0),
        ("2027-11-19", 0, 0),
        ("2027-11-20", 1, 0),
        ("2028-05-19", 1, 0),
        ("2028-05-20", 0, 1),
    ],
)
def test_a_review_warns_after_a_year_and_fails_half_a_year_later(on: str, due: int, missed: int) -> None:
    rule: Rule = replace(BOOK.rules[0], reviewed_on=day("2026-11-20"))
    found = lawbook.reviews(replace(BOOK, rules=(rule,)), day(on))
    assert [len(faults) for faults in found] == [due, missed]
