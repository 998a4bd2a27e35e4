"""Every public page can be read and used by everybody: WCAG 2.2 AA, by axe and by what axe cannot see."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import axe, publicsite

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
# A window of 1280 by 1024 enlarged to twice and to four times its size, and what a phone in a hand shows.
ENLARGED = [{"width": 640, "height": 512}, {"width": 320, "height": 256}, PHONE]
LOOKS: list[dict[str, str]] = [
    {"scheme": "dark"},
    {"contrast": "high"},
    {"scheme": "dark", "contrast": "high"},
    {"text": "large"},
]
PLAIN = {"scheme": "light", "contrast": "normal", "text": "normal"}


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    size = getattr(request, "param", PHONE)
    made = browser.new_page(viewport=size, service_workers="block", reduced_motion="reduce")
    made.add_init_script(path=Path(__file__).with_name("access.js"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def every_page(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Every page made by the site's own template, those for errors included."""
    site = publicsite.shared(tmp_path_factory)
    found = [path for path in sorted(site.rglob("*.html")) if 'class="md-header"' in path.read_text(encoding="utf-8")]
    return ["/" + path.relative_to(site).as_posix().removesuffix("index.html") for path in found]


@pytest.fixture(params=["zh", "en"])
def pages(request: pytest.FixtureRequest, every_page: list[str]) -> list[str]:
    """The pages of a language."""
    return [path for path in every_page if path.startswith("/en/") == (request.param == "en")]


def look(page: Page, chosen: dict[str, str]) -> None:
    """The page as somebody chose to see it."""
    page.evaluate("chosen => Object.assign(document.documentElement.dataset, chosen)", PLAIN | chosen)


# What axe sees


def test_axe_finds_nothing_wrong_with_any_page_in_any_look(page: Page, address: str, pages: list[str]) -> None:
    assert len(pages) >= 20
    for path in pages:
        page.goto(f"{address}{path}", wait_until="domcontentloaded")
        page.evaluate("access.unfold()")
        assert axe.violations(page) == [], path
        for chosen in LOOKS:
            look(page, chosen)
            assert axe.violations(page, "color-contrast", "target-size", "link-in-text-block") == [], (path, chosen)


@pytest.mark.parametrize("page", [PHONE, DESK], indirect=True)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_axe_finds_nothing_wrong_with_what_opens(page: Page, address: str, prefix: str) -> None:
    page.goto(f"{address}{prefix}/fees/", wait_until="networkidle")
    if page.viewport_size == PHONE:
        page.locator(".header-menu summary").click()
        assert axe.violations(page) == []
        page.keyboard.press("Escape")
        page.locator(".header-search").click()
    page.locator("[data-md-component=search-query]").fill("parking" if prefix else "停车")
    expect(page.locator(".md-search-result__item").first).to_be_visible()
    assert axe.violations(page) == []


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_axe_finds_nothing_wrong_with_the_calculators_answers(page: Page, address: str, prefix: str) -> None:
    page.goto(f"{address}{prefix}/calculator/", wait_until="networkidle")
    page.locator("#year").select_option("2027")
    page.locator("#count-parking-owned").select_option("2")
    page.locator("#calculator summary").click()
    page.locator("#part").fill("much")
    for area in ("120.5", "large"):
        page.locator("#area").fill(area)
        for chosen in [{}, *LOOKS]:
            look(page, chosen)
            assert axe.violations(page) == [], (area, chosen)


# Enlarged, and with the reader's own spacing


def test_nothing_is_lost_when_a_page_is_enlarged(page: Page, address: str, pages: list[str]) -> None:
    for path in pages:
        page.goto(f"{address}{path}", wait_until="domcontentloaded")
        for size, chosen in product(ENLARGED, ({}, {"text": "large"})):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            look(page, chosen)
            assert page.evaluate("document.documentElement.scrollWidth") == size["width"], (path, size, chosen)
            assert page.evaluate("access.lost()") == [], (path, size, chosen)


def test_nothing_is_lost_with_the_spacing_a_reader_may_set(page: Page, address: str, pages: list[str]) -> None:
    for path in pages:
        page.goto(f"{address}{path}", wait_until="domcontentloaded")
        page.evaluate("access.space()")
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], path
        assert page.evaluate("access.lost()") == [], path


# With fingers


def test_whatever_is_pressed_is_as_large_as_a_finger_needs(page: Page, address: str, pages: list[str]) -> None:
    for path in pages:
        page.goto(f"{address}{path}", wait_until="domcontentloaded")
        assert page.evaluate("access.small(44)") == [], path


# With a keyboard alone


@pytest.mark.parametrize("page", [PHONE, DESK], indirect=True)
@pytest.mark.parametrize("path", ["/", "/en/", "/fees/", "/en/calculator/", "/contact/"])
def test_the_keyboard_reaches_everything_in_its_order_and_shows_where_it_is(
    page: Page, address: str, path: str
) -> None:
    page.goto(f"{address}{path}", wait_until="networkidle")
    stops: list[dict[str, Any]] = []
    while len(stops) < 150:
        page.keyboard.press("Tab")
        stop = page.evaluate("access.stop()")
        if stop["isBody"]:
            break
        stops.append(stop)

    assert 15 < len(stops) < 150  # it comes to an end: no trap
    assert [stop for stop in stops if not (stop["isOnTop"] and stop["isShown"])] == []
    places = [stop["place"] for stop in stops]
    assert places == sorted(places)


@pytest.mark.parametrize(("prefix", "name"), [("", "跳到正文"), ("/en", "Skip to the text")])
def test_the_first_stop_skips_to_the_text(page: Page, address: str, prefix: str, name: str) -> None:
    page.goto(f"{address}{prefix}/fees/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=name)).to_be_focused()
    expect(page.get_by_role("link", name=name)).to_be_in_viewport()

    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('article') !== null")


def test_the_menu_opens_and_folds_by_keyboard(page: Page, address: str) -> None:
    page.goto(address)
    menu = page.locator(".header-menu summary")
    menu.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("navigation", name="导航栏").get_by_role("link", name="首页")).to_be_focused()

    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    expect(page.get_by_role("navigation", name="导航栏")).to_be_hidden()


def test_the_search_opens_and_closes_by_keyboard(page: Page, address: str) -> None:
    page.goto(address, wait_until="networkidle")
    opener = page.get_by_role("button", name="站内搜索")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="站内搜索")).to_be_focused()
    page.keyboard.type("停车")
    expect(page.locator(".md-search-result__item").first).to_be_visible()

    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_a_finger_closes_the_search_too(page: Page, address: str) -> None:
    page.goto(address, wait_until="networkidle")
    page.get_by_role("button", name="站内搜索").click()
    page.get_by_role("button", name="关闭搜索").click()

    expect(page.get_by_role("textbox", name="站内搜索")).to_be_hidden()


# Motion


def test_nothing_moves_for_those_who_do_not_want_it_to(page: Page, address: str) -> None:
    page.goto(f"{address}/calculator/")

    assert page.evaluate("access.slowest()") <= 0.001
