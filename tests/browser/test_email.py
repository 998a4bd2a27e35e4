"""Every e-mail as an owner opens it: on a phone and at a desk, by day and in the dark, with the longest of names."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from chalicelib.core.rulebook import Language
from staff.specimen import LONGEST, ORDINARY, Persona, Specimen
from tests.browser.emails import html, specimens

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1024, "height": 900}

SEEN = """() => {
  const luminance = ([r, g, b]) => [r, g, b]
    .map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const parts = text => text.match(/[\\d.]+/g).map(Number);
  const ground = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const contrast = element => {
    const pair = [parts(getComputedStyle(element).color), ground(element)].map(luminance).sort((a, b) => b - a);
    return (pair[0] + 0.05) / (pair[1] + 0.05);
  };
  const texts = [...document.querySelectorAll('body *')].filter(one =>
    [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()));
  const buttons = [...document.querySelectorAll('a.button')];
  return {
    overflow: document.documentElement.scrollWidth - innerWidth,
    faintest: Math.min(...texts.map(contrast)),
    smallest: Math.min(...texts.map(one => parseFloat(getComputedStyle(one).fontSize))),
    broken: [...document.querySelectorAll('span[style*=nowrap]')].filter(one => one.getClientRects().length > 1)
      .map(one => one.textContent),
    buttons: buttons.map(one => one.getBoundingClientRect().height),
    figure: [...document.querySelectorAll('h1')].map(one => parseFloat(getComputedStyle(one).fontSize)),
  };
}"""


@pytest.fixture(params=["light", "dark"], scope="module")
def opened(browser: Browser, request: pytest.FixtureRequest) -> Iterator[tuple[Page, list[str]]]:
    """A page by day or in the dark, and what it asked for."""
    asked: list[str] = []
    page = browser.new_page(color_scheme=request.param)
    page.on("request", lambda made: asked.append(made.url))
    yield page, asked
    page.close()


@pytest.fixture
def page(opened: tuple[Page, list[str]]) -> Iterator[Page]:
    yield opened[0]
    assert opened[1] == [], "an e-mail fetched something"


def cases(persona: dict[Language, Persona]) -> list[Any]:
    return [pytest.param(language, one, id=f"{language}-{one.message}") for language, one in specimens(persona)]


@pytest.mark.parametrize(("language", "specimen"), cases(ORDINARY))
def test_an_email_is_legible_at_every_width_by_day_and_in_the_dark(
    page: Page, language: Language, specimen: Specimen
) -> None:
    for width in (PHONE, DESK):
        page.set_viewport_size(width)  # type: ignore[arg-type]
        page.set_content(html(language, specimen))
        seen = page.evaluate(SEEN)
        assert seen["overflow"] <= 0
        assert seen["faintest"] >= 4.5
        assert seen["smallest"] >= 14
        assert seen["broken"] == []
        assert len(seen["buttons"]) <= 1
        assert all(height >= 44 for height in seen["buttons"])
        assert all(size >= 40 for size in seen["figure"])


@pytest.mark.parametrize(("language", "specimen"), cases(LONGEST))
def test_the_longest_name_and_the_largest_sum_fit_on_a_phone(
    page: Page, language: Language, specimen: Specimen
) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.set_content(html(language, specimen))
    assert page.evaluate(SEEN)["overflow"] <= 0
