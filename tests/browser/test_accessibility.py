"""Every state of an owner's pages, in both languages and both themes, is for everybody (WCAG 2.2 AA)."""

import json

import pytest
from playwright.sync_api import expect

from tests import axe
from tests.browser.portal import Owner
from tests.browser.states import STATES

LANGUAGES = {"zh": "", "en": "/en"}
CHOOSE = "(chosen) => Object.assign(document.documentElement.dataset, chosen) && undefined"
# Links within a sentence may be as high as its line.
TARGETS = "button, select, textarea, input:not(.pick input), summary, .pick, a:not(.skip, dd a, p:not([class]) a)"
TOO_SMALL = """(all) => all.filter((it) => it.checkVisibility() && it.getBoundingClientRect().height < 44)
    .map((it) => it.outerHTML)"""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_nothing_stands_in_anybodys_way(owner: Owner, state: str, language: str) -> None:
    """No rule of axe-core is broken by any colours; nothing is cut off in large text or at four times the size."""
    page = STATES[state](owner, LANGUAGES[language])
    assert axe.violations(page) == []
    for scheme, contrast in (("dark", "normal"), ("dark", "high"), ("light", "high")):
        page.evaluate(CHOOSE, {"scheme": scheme, "contrast": contrast})
        assert axe.violations(page, "color-contrast") == [], (scheme, contrast)
    page.evaluate(CHOOSE, {"text": "large"})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.evaluate(CHOOSE, {"text": "normal"})
    page.set_viewport_size({"width": 320, "height": 256})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.locator(TARGETS).evaluate_all(TOO_SMALL) == []


def test_what_stands_in_the_way_would_be_seen(owner: Owner) -> None:
    page = STATES["owed"](owner, "")
    page.evaluate("document.querySelector('.choice').replaceChildren()")
    page.evaluate("document.querySelector('main').append(Object.assign(document.createElement('input'), {size: 200}))")
    seen = " ".join(axe.violations(page))
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
    size = "parseFloat(getComputedStyle(document.body).fontSize)"
    before = page.evaluate(size)
    for label in ("大字", "高对比度", "深色"):
        page.get_by_role("button", name=label, exact=True).click()
        expect(page.get_by_role("button", name=label, exact=True)).to_have_attribute("aria-pressed", "true")
    chosen = "JSON.stringify({...document.documentElement.dataset})"
    assert json.loads(page.evaluate(chosen)) == {"text": "large", "contrast": "high", "scheme": "dark"}
    owner.opens("/en/my-bill/", code="")
    assert json.loads(page.evaluate(chosen)) == {"text": "large", "contrast": "high", "scheme": "dark"}
    assert page.evaluate(size) >= 1.25 * before
