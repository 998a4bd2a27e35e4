"""Large text, high contrast and dark colours: what somebody chose lasts, on every page and in every theme."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

SWITCHES = [("大字", "data-text", "large"), ("高对比度", "data-contrast", "high"), ("深色", "data-scheme", "dark")]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    made = browser.new_page(viewport={"width": 360, "height": 740})
    yield made
    made.close()


def colours(page: Page) -> tuple[str, str]:
    style = "getComputedStyle(document.body)"
    return page.evaluate(f"{style}.color"), page.evaluate(f"{style}.backgroundColor")


@pytest.mark.parametrize(("name", "attribute", "value"), SWITCHES)
def test_a_switch_holds_for_every_page_until_it_is_put_back(
    page: Page, address: str, name: str, attribute: str, value: str
) -> None:
    page.goto(address)
    page.get_by_role("button", name=name).click()
    expect(page.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")

    page.goto(f"{address}/en/fees/")
    assert page.locator("html").get_attribute(attribute) == value

    page.goto(address)
    page.get_by_role("button", name=name).click()
    page.reload()
    expect(page.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "false")
    assert page.locator("html").get_attribute(attribute) != value


def test_large_text_is_a_quarter_larger_than_the_readers_own(page: Page, address: str) -> None:
    page.goto(f"{address}/fees/")
    size = "parseFloat(getComputedStyle(document.querySelector('article p')).fontSize)"
    before = page.evaluate(size)
    page.get_by_role("button", name="大字").click()

    assert page.evaluate(size) == pytest.approx(before * 1.25)


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [("浅", ("rgb(0, 0, 0)", "rgb(255, 255, 255)")), ("深", ("rgb(255, 255, 255)", "rgb(0, 0, 0)"))],
)
def test_high_contrast_is_black_and_white_in_both_themes(
    page: Page, address: str, scheme: str, expected: tuple[str, str]
) -> None:
    page.goto(address)
    page.get_by_role("button", name="高对比度").click()
    if scheme == "深":
        page.get_by_role("button", name="深色").click()

    assert colours(page) == expected


def test_a_dark_system_gets_dark_pages_and_may_choose_light_ones(browser: Browser, address: str) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto(address)
    dark = colours(page)
    page.get_by_role("button", name="深色").click()
    page.goto(f"{address}/fees/")

    assert dark == ("rgb(236, 242, 238)", "rgb(15, 24, 20)")
    assert colours(page) == ("rgb(19, 38, 30)", "rgb(255, 255, 255)")
    page.close()


def test_a_system_that_asks_for_more_contrast_gets_it_unasked(browser: Browser, address: str) -> None:
    page = browser.new_page(contrast="more")
    page.goto(address)

    assert page.locator("html").get_attribute("data-contrast") == "high"
    page.close()


def test_a_choice_is_there_before_anything_is_painted(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="大字").click()
    page.add_init_script(
        "new MutationObserver(() => { window.atBody ??= document.body && document.documentElement.dataset.text })"
        ".observe(document, { childList: true, subtree: true })"
    )
    page.goto(f"{address}/fees/")

    assert page.evaluate("window.atBody") == "large"


def test_where_nothing_may_be_stored_it_holds_for_the_page(page: Page, address: str) -> None:
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused') } })")
    page.goto(address)
    page.get_by_role("button", name="大字").click()

    assert page.locator("html").get_attribute("data-text") == "large"


def test_without_scripts_there_are_no_switches_and_the_system_decides(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, color_scheme="dark")
    page = context.new_page()
    page.goto(address)

    expect(page.get_by_role("button", name="大字")).to_be_hidden()
    expect(page.locator("body")).to_have_css("background-color", "rgb(15, 24, 20)")
    context.close()


def test_what_is_drawn_by_the_browser_is_dark_with_the_page(page: Page, address: str) -> None:
    page.goto(f"{address}/calculator/")
    page.get_by_role("button", name="深色").click()
    expect(page.locator("article input").first).to_have_css("color-scheme", "dark")
    ink, _ = colours(page)
    expect(page.get_by_role("button", name="站内搜索")).to_have_css("color", ink)


def test_paper_is_white_whatever_the_screen_is(page: Page, address: str) -> None:
    page.goto(f"{address}/fees/")
    page.get_by_role("button", name="深色").click()
    page.emulate_media(media="print")

    assert colours(page) == ("rgb(19, 38, 30)", "rgb(255, 255, 255)")
    expect(page.locator("header")).to_be_hidden()
    expect(page.get_by_text("2.20 元/平方米·月").first).to_be_visible()
