"""The compliance rules, each held against the sentences of `tests/compliance/`: what it stops, what it lets pass."""

from functools import cache
from typing import Any

import pytest
import yaml

from chalicelib.core.compliance import Finding, findings, published_ceiling
from chalicelib.core.lawbook import Kind, Lawbook, Rule, Where
from chalicelib.core.rulebook import Language
from tests.builders import TESTS, bundle, shipped

FOLDER = TESTS / "compliance"
LAWBOOK: Lawbook = bundle().compliance
CEILING = published_ceiling(shipped())
LEAST = 10


@cache
def sentences(rule_id: str) -> dict[str, Any]:
    """A rule's file: sentences it stops and lets pass, and where they stand."""
    found: dict[str, Any] = yaml.safe_load((FOLDER / f"{rule_id}.yml").read_text(encoding="utf-8"))
    return found


def language_of(text: str) -> Language:
    return "zh" if any("\u3400" <= char <= "\u9fff" for char in text) else "en"


def found_in(text: str, rule: Rule) -> list[Finding]:
    """What one rule finds in a text that stands where its file says."""
    place = {"kind": rule.applies_to[0], **sentences(rule.id).get("where", {})}
    where = Where(Kind(place["kind"]), language_of(text), stage=place.get("stage", ""))
    return [finding for finding in findings(text, where, LAWBOOK, CEILING) if finding.rule.id == rule.id]


def cases(which: str) -> list[Any]:
    return [
        pytest.param(rule, text, id=f"{rule.id}: {text}")
        for rule in LAWBOOK.rules
        for text in sentences(rule.id)[which]
    ]


@pytest.mark.parametrize(("rule", "text"), cases("forbidden"))
def test_a_forbidden_sentence_is_stopped(rule: Rule, text: str) -> None:
    assert found_in(text, rule)


@pytest.mark.parametrize(("rule", "text"), cases("allowed"))
def test_an_allowed_sentence_passes(rule: Rule, text: str) -> None:
    assert found_in(text, rule) == []
