"""What the public pages' script works out is, to the fen, what `core` works out."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from chalicelib.core.rulebook import Rulebook
from staff import openrules, rulefiles
from tests import vectors
from tests.vectors import Vector

SITE = Path(__file__).parents[2] / "site"
ORIGIN = "http://site.example/"
# Calls the functions a vector names as the calculator does.
WORK_OUT = """async ([rules, some]) => {
    const made = await import("/assets/reckoning.js");
    const work = {
        charges: ({ schedule, first, last, quantity }) => made.charges(schedule, first, last, quantity),
        rewarded: ({ bills, rewards, way }) => made.rewarded(bills, rewards, way).map((one) => one?.amount ?? 0),
        lateFee: (given) => {
            const rule = made.ruleFor(given.rules, given.dueOn);
            return rule ? made.lateFee({ ...given, rule, reference: given.references[rule.reference] }) : [];
        },
        owed: (given) => {
            const { lines, outstanding } = made.owed(given, rules);
            return { lines, outstanding };
        },
    };
    return some.map(({ what, given }) => work[what](given));
}"""


@pytest.fixture(scope="module")
def rules() -> Rulebook:
    return rulefiles.read(SITE).rulebook


@pytest.fixture(scope="module")
def given(rules: Rulebook) -> list[Vector]:
    return vectors.vectors(rules)


def worked_out(browser: Browser, rules: Rulebook, given: list[Vector]) -> list[Any]:
    """What the script makes of each vector, in a page of its own."""
    page = browser.new_page()
    page.route(f"{ORIGIN}**", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    page.route(
        "**/assets/*.js", lambda route: route.fulfill(path=SITE / f"theme/assets/{Path(route.request.url).name}")
    )
    page.goto(ORIGIN)
    asked = [{"what": vector.what, "given": vector.given} for vector in given]
    made: list[Any] = page.evaluate(WORK_OUT, [json.loads(openrules.published(rules, "tests")), asked])
    page.close()
    return made


def test_two_thousand_sums_and_more_are_the_same_in_a_browser(
    browser: Browser, rules: Rulebook, given: list[Vector]
) -> None:
    found = worked_out(browser, rules, given)

    assert len(given) >= 2000
    wrong = [(vector, made) for vector, made in zip(given, found, strict=True) if vector.expected != made]
    assert wrong[:3] == []


def test_the_sums_reach_every_turn_the_rules_can_take(given: list[Vector]) -> None:
    late = [vector for vector in given if vector.what == "lateFee"]
    lines = [line for vector in late for line in vector.expected]
    charges = [vector.expected for vector in given if vector.what == "charges"]

    assert {line["capped"] for line in lines} == {True, False}
    assert {len(vector.expected) for vector in late} >= {0, 1, 2, 3, 4}
    assert {len(made) for made in charges} >= {0, 1, 2, 3}
    assert any("+" in charge["months"] for made in charges for charge in made)
    assert any(vector.expected["outstanding"] == 0 for vector in given if vector.what == "owed")
    assert sum(any(vector.expected) for vector in given if vector.what == "rewarded") > 100
