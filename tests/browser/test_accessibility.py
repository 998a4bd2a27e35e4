"""Every state of an owner's pages, in both languages and both themes, is for everybody (WCAG 2.2 AA)."""

import json
import os
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from staff import judges
from tests.browser.portal import Owner
from tests.browser.states import STATES

LANGUAGES = {"zh": "", "en": "/en"}
AXE = judges.HOME / "node_modules" / "axe-core" / "axe.min.js"
FOUND = "(options) => axe.run(document, options).then((found) => found.violations)"
CHOOSE = "(chosen) => Object.assign(document.documentElement.dataset, chosen) && undefined"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Links within a sentence may be as high as its line.
TARGETS = "button, select, textarea, input:not(.pick input), summary, .pick, a:not(.skip, dd a, p:not([class]) a)"
TOO_SMALL = """(all) => all.filter((it) => it.checkVisibility() && it.getBoundingClientRect().height < 44)
    .map((it) => it.outerHTML)"""


@pytest.fixture(scope="session")
def axe() -> str:
    if not judges.are_here():
        missing = "`make judges` could not fetch axe-core from npm"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    return AXE.read_text(encoding="utf-8")


def violations(page: Page, options: dict[str, Any]) -> list[str]:
    found = page.evaluate(FOUND, {"resultTypes": ["violations"], **options})
    return [f"{one['id']}: {node['html']} {node['failureSummary']}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_nothing_stands_in_anybodys_way(owner: Owner, axe: str, state: str, language: str) -> None:
    """No rule of axe-core is broken by any colours; nothing is cut off in large text or at four times the size."""
    owner.context.add_init_script(axe)
    page = STATES[state](owner, LANGUAGES[language])
    assert violations(page, {"runOnly": {"type": "tag", "values": RULES}}) == []
    for scheme, contrast in (("dark", "normal"), ("dark", "high"), ("light", "high")):
        page.evaluate(CHOOSE, {"scheme": scheme, "contrast": contrast})
        assert violations(page, {"runOnly": {"type": "rule", "values": ["color-contrast"]}}) == [], (scheme, contrast)
    page.evaluate(CHOOSE, {"text": "large"})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.evaluate(CHOOSE, {"text": "normal"})
    page.set_viewport_size({"width": 320, "height": 256})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.locator(TARGETS).evaluate_all(TOO_SMALL) == []


def test_what_stands_in_the_way_would_be_seen(owner: Owner, axe: str) -> None:
    owner.context.add_init_script(axe)
    page = STATES["owed"](owner, "")
    page.evaluate("document.querySelector('.choice').replaceChildren()")
    page.evaluate("document.querySelector('main').append(Object.assign(document.createElement('input'), {size: 200}))")
    seen = " ".join(violations(page, {"runOnly": {"type": "tag", "values": RULES}}))
    assert "button-name" in seen
    assert "label" in seen


def test_nothing_moves_for_those_who_asked_for_stillness(owner: Owner) -> None:
    owner.page.emulate_media(reduced_motion="reduce")
    page = STATES["unfolded"](owner, "")
    moving = """() => [...document.querySelectorAll('*')].filter((it) => ['', '::after', '::before'].some((part) => {
        const style = getComputedStyle(it, part || undefined);
        return style.animationName !== 'none' || style.transitionDuration !== '0s';
    })).length"""
    assert page.evaluate(moving) == 0


def test_large_text_high_contrast_and_dark_last_from_page_to_page(owner: Owner) -> None:
    page = STATES["owed"](owner, "")
    for label in ("大字", "高对比度", "深色"):
        page.get_by_role("button", name=label, exact=True).click()
        expect(page.get_by_role("button", name=label, exact=True)).to_have_attribute("aria-pressed", "true")
    chosen = "JSON.stringify({...document.documentElement.dataset})"
    assert json.loads(page.evaluate(chosen)) == {"text": "large", "contrast": "high", "scheme": "dark"}
    owner.opens("/en/my-bill/", code="")
    assert json.loads(page.evaluate(chosen)) == {"text": "large", "contrast": "high", "scheme": "dark"}
    assert page.locator("body").evaluate("it => parseFloat(getComputedStyle(it).fontSize)") > 24
