"""A visit to the public site in Chromium: from the home page to the fees and through the search."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

PHONE_WIDTH = 360
ADDRESSES = [
    "/",
    "/fees/",
    "/calculator/",
    "/history/",
    "/why/",
    "/pay/",
    "/reminders/",
    "/late-fee/",
    "/notices/",
    "/disclosure/",
]
ADDRESSES += ["/notices/lift-repair-vote/", "/faq/", "/privacy/", "/contact/"]
NOWHERE = "/no-such-page/"


class Visit:
    """A page in a browser, with the hosts it asked anything of and the errors it met."""

    def __init__(self, browser: Browser, width: int) -> None:
        self.page: Page = browser.new_page(viewport={"width": width, "height": 740})
        self.hosts: set[str] = set()
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda told: self.errors.append(told.text) if told.type == "error" else None)


@pytest.fixture
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    visit = Visit(browser, getattr(request, "param", 1280))
    yield visit
    visit.page.close()


def test_from_the_home_page_to_the_fees(visit: Visit, address: str) -> None:
    visit.page.goto(address)
    visit.page.get_by_role("link", name="收费标准").last.click()

    expect(visit.page.get_by_role("heading", level=1)).to_have_text("收费标准")
    expect(visit.page.get_by_role("rowheader", name="住宅物业服务费")).to_be_visible()
    assert (visit.hosts, visit.errors) == ({urlsplit(address).netloc}, [])


@pytest.mark.parametrize("words", ["物业费", "管理费", "停车", "滞纳金", "漏水"])
def test_chinese_words_are_found(visit: Visit, address: str, words: str) -> None:
    visit.page.goto(address)
    visit.page.get_by_role("textbox", name="站内搜索").fill(words)

    expect(visit.page.locator(".md-search-result__item").first).to_be_visible()
    expect(visit.page.locator(".md-search-result mark").first).to_contain_text(words)
    assert visit.hosts == {urlsplit(address).netloc}


def test_the_other_language_shows_the_same_page(visit: Visit, address: str) -> None:
    visit.page.goto(f"{address}/late-fee/")
    visit.page.get_by_role("link", name="English").click()
    expect(visit.page).to_have_url(f"{address}/en/late-fee/")

    visit.page.get_by_role("link", name="中文").click()
    expect(visit.page).to_have_url(f"{address}/late-fee/")


@pytest.mark.parametrize("visit", [PHONE_WIDTH], indirect=True)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_nothing_is_wider_than_a_phone(visit: Visit, address: str, prefix: str) -> None:
    for path in ADDRESSES:
        visit.page.goto(f"{address}{prefix}{path}")
        width = visit.page.evaluate("document.documentElement.scrollWidth")
        assert width == PHONE_WIDTH, path
    assert (visit.hosts, visit.errors) == ({urlsplit(address).netloc}, [])


@pytest.fixture(scope="module")
def tour(browser: Browser, address: str) -> Iterator[Visit]:
    """Every page in both languages, each until it asks for nothing more."""
    visit = Visit(browser, 1280)
    for prefix in ("", "/en"):
        for path in [*ADDRESSES, "/balance/"]:
            visit.page.goto(f"{address}{prefix}{path}", wait_until="networkidle")
    yield visit
    visit.page.close()


def test_fault_36_no_page_breaks_the_policy_or_logs_an_error(tour: Visit) -> None:
    assert tour.errors == []


def test_fault_37_no_page_asks_another_host_for_anything(tour: Visit, address: str) -> None:
    assert tour.hosts == {urlsplit(address).netloc}


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("path", ["/", "/balance/"])
def test_fault_36_a_script_the_page_was_not_built_with_does_not_run(
    visit: Visit, address: str, prefix: str, path: str
) -> None:
    """Put into the page on its way, as what an injection comes to, and once it is there."""
    written = "<script>window.stolen = 1</script><img src='/' onerror='window.stolen = 2'>"

    def on_the_way(route: Route) -> None:
        page = route.fetch()
        route.fulfill(response=page, body=page.text().replace("<body", f"{written}<body", 1))

    visit.page.route(f"{address}{prefix}{path}", on_the_way)
    visit.page.goto(f"{address}{prefix}{path}")
    visit.page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "window.stolen = 3";
        document.body.append(script);
    }""")

    assert written.split("<img")[0] in visit.page.content()
    assert visit.page.evaluate("window.stolen === undefined")
    assert len([error for error in visit.errors if "Content Security Policy" in error]) >= 3


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_bars_are_as_long_as_their_share(visit: Visit, address: str, prefix: str) -> None:
    visit.page.goto(f"{address}{prefix}/why/")
    longest, second = (visit.page.locator(".bar rect").nth(index).bounding_box() for index in (0, 1))

    assert longest is not None and second is not None
    assert longest["width"] > 100 and longest["height"] > 5
    assert second["width"] / longest["width"] == pytest.approx(24 / 34, abs=0.01)


@pytest.mark.parametrize("visit", [PHONE_WIDTH], indirect=True)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_table_that_scrolls_shows_it(visit: Visit, address: str, prefix: str) -> None:
    visit.page.goto(f"{address}{prefix}/late-fee/")
    table = visit.page.locator(".scroll", has=visit.page.locator("tfoot"))

    assert table.evaluate("box => box.scrollWidth > box.clientWidth")
    assert "scroll" in table.evaluate("box => getComputedStyle(box).backgroundAttachment")


@pytest.mark.parametrize(("prefix", "title"), [("", "找不到这个页面"), ("/en", "Page not found")])
def test_an_address_that_leads_nowhere_says_so_in_its_own_language_first(
    visit: Visit, address: str, prefix: str, title: str
) -> None:
    visit.page.goto(f"{address}{prefix}{NOWHERE}")

    expect(visit.page.get_by_role("heading", level=1)).to_have_text(title)
    expect(visit.page.get_by_role("heading").first).to_have_text(title)


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_page_of_the_navigation_is_in_sight(visit: Visit, address: str, prefix: str) -> None:
    visit.page.goto(f"{address}{prefix}/")
    width = visit.page.locator(".md-tabs__list").evaluate("list => list.getBoundingClientRect().right")
    ends = visit.page.locator(".md-tabs__link").evaluate_all("all => all.map(one => one.getBoundingClientRect().right)")

    assert len(ends) >= 10 and max(ends) <= width


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_from_the_home_page_to_the_newest_notice_and_on_to_all_of_them(visit: Visit, address: str, prefix: str) -> None:
    visit.page.goto(f"{address}{prefix}/")
    newest = visit.page.locator(".notices li a").first
    title = newest.inner_text()
    newest.click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text(title)

    visit.page.locator("article").get_by_role("link").last.click()
    expect(visit.page).to_have_url(f"{address}{prefix}/notices/")
    expect(visit.page.get_by_role("link", name=title)).to_be_visible()


@pytest.mark.parametrize("visit", [PHONE_WIDTH], indirect=True)
def test_the_menu_of_a_phone_leads_on(visit: Visit, address: str) -> None:
    visit.page.goto(address)
    visit.page.get_by_text("菜单").click()
    visit.page.get_by_label("导航栏").get_by_role("link", name="常见问题").click()

    expect(visit.page.get_by_role("heading", level=1)).to_have_text("常见问题")


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("width", [960, 1280])
def test_the_header_keeps_its_height_while_somebody_searches(
    browser: Browser, address: str, width: int, prefix: str
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 700})
    page.goto(f"{address}{prefix}/", wait_until="networkidle")
    height = page.locator(".md-header").evaluate("it => it.offsetHeight")
    page.locator("[data-md-component=search-query]").fill("parking" if prefix else "停车")
    expect(page.locator(".md-search-result__item").first).to_be_visible()
    page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))")
    assert page.locator(".md-header").evaluate("it => it.offsetHeight") == height
    assert page.locator(".md-search__output").bounding_box()["x"] >= 0  # type: ignore[index]
    page.close()
