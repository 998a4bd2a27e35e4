"""Without a network: what was read can be read again, the rest says so, and nothing private was ever kept."""

import struct
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.wrappers import Request, Response

from tests import publicsite

ASSETS = publicsite.ROOT / "site" / "theme" / "assets"
SECRET = "¥766.22 of owner o-0412"
CODE = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE"
# Everything in every cache: the address of each answer, and the answer.
KEPT = """async () => {
    const found = [];
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const { url } of await cache.keys()) found.push([name, url, await (await cache.match(url)).text()]);
    }
    return found;
}"""
DIFFERENCE = """async ([vector, picture, size]) => {
    const drawn = async (url) => {
        const image = Object.assign(new Image(), { src: url });
        await image.decode();
        const canvas = Object.assign(document.createElement("canvas"), { width: size, height: size });
        const pencil = canvas.getContext("2d");
        pencil.drawImage(image, 0, 0, size, size);
        return pencil.getImageData(0, 0, size, size).data;
    };
    const [one, other] = [await drawn(vector), await drawn(picture)];
    return one.reduce((sum, value, index) => sum + Math.abs(value - other[index]), 0) / one.length;
}"""

OUTSIDE = """async () => {
    const image = Object.assign(new Image(), { src: "/assets/icon-maskable.png" });
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: 512, height: 512 });
    const pencil = canvas.getContext("2d");
    pencil.drawImage(image, 0, 0);
    const { data } = pencil.getImageData(0, 0, 512, 512);
    const colours = new Set();
    for (let at = 0; at < 512 * 512; at++) {
        const [x, y] = [at % 512, Math.floor(at / 512)];
        if (Math.hypot(x - 255.5, y - 255.5) > 0.4 * 512) colours.add(data.slice(4 * at, 4 * at + 4).join());
    }
    return [...colours];
}"""


def careless(request: Request) -> Response:
    """An API that forgets to say that its answers may not be stored."""
    return Response(
        f'{{"balance": "{SECRET}"}}', content_type="application/json", headers={"Cache-Control": "max-age=60"}
    )


CONTROLLED = """navigator.serviceWorker.controller ? null : new Promise((done) =>
    navigator.serviceWorker.addEventListener("controllerchange", () => done(null), { once: true }))"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with publicsite.served(publicsite.shared(tmp_path_factory), {"/v1": careless}) as address:
        yield address


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 360, "height": 740})
    yield made
    made.close()


def visited(context: BrowserContext, address: str, prefix: str = "") -> Page:
    """A visitor whose first page has set up what works without a network."""
    page = context.new_page()
    page.goto(f"{address}{prefix}/", wait_until="networkidle")
    page.evaluate(CONTROLLED)
    return page


@pytest.mark.parametrize(("prefix", "title"), [("", "没有连上网络"), ("/en", "No connection")])
def test_a_page_never_read_says_that_there_is_no_network_and_whom_to_call(
    context: BrowserContext, address: str, prefix: str, title: str
) -> None:
    page = visited(context, address, prefix)
    context.set_offline(True)
    page.goto(f"{address}{prefix}/faq/")

    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.get_by_role("article").get_by_role("link", name="400-000-0123").first).to_be_visible()
    expect(page.locator("body")).to_have_css("color", "rgb(19, 38, 30)")


def test_it_opens_by_itself_when_the_network_is_back(context: BrowserContext, address: str) -> None:
    page = visited(context, address)
    context.set_offline(True)
    page.goto(f"{address}/faq/")
    context.set_offline(False)

    expect(page.get_by_role("heading", level=1)).to_have_text("常见问题")


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_what_was_read_and_what_one_needs_most_can_be_read_without_a_network(
    context: BrowserContext, address: str, prefix: str
) -> None:
    page = visited(context, address, prefix)
    page.goto(f"{address}{prefix}/fees/", wait_until="networkidle")
    context.set_offline(True)

    for path in ("/fees/", "/pay/", "/contact/", "/", "/fees/?h=parking"):
        page.goto(f"{address}{prefix}{path}")
        expect(page.locator("#content")).not_to_have_text("没有连上网络")
        expect(page.locator("#offline")).to_have_count(0)


def test_the_calculator_goes_on_without_a_network(context: BrowserContext, address: str) -> None:
    page = visited(context, address)
    page.goto(f"{address}/calculator/", wait_until="networkidle")
    context.set_offline(True)
    page.reload()

    expect(page.get_by_role("status")).to_contain_text("每月 ¥214.80")


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_nothing_of_a_bill_or_of_the_api_is_in_any_cache(context: BrowserContext, address: str, prefix: str) -> None:
    page = visited(context, address, prefix)
    page.goto(f"{address}{prefix}/balance/#{CODE}", wait_until="networkidle")
    page.goto(f"{address}{prefix}/fees/", wait_until="networkidle")
    answered = page.evaluate(
        "async () => (await fetch('/v1/statement', { headers: { Authorization: 'Bearer x' } })).text()"
    )
    page.goto(f"{address}/v1/unsubscribe?t=x")
    page.goto(f"{address}{prefix}/fees/")
    kept = page.evaluate(KEPT)

    assert SECRET in answered
    assert f"{address}{prefix}/fees/" in [url for _, url, _ in kept]
    assert not [url for _, url, _ in kept if "/v1" in url or "/balance/" in url or CODE in url]
    assert not [url for _, url, text in kept if SECRET in text or CODE in text]


def test_the_balance_page_without_a_network_says_so_and_keeps_its_address(
    context: BrowserContext, address: str
) -> None:
    page = visited(context, address)
    context.set_offline(True)
    page.goto(f"{address}/balance/#{CODE}")

    expect(page.get_by_role("heading", level=1)).to_have_text("没有连上网络")
    assert page.url == f"{address}/balance/#{CODE}"


def test_each_revision_keeps_its_own_and_forgets_the_one_before(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    page.goto(f"{address}/assets/favicon.svg")
    page.evaluate("Promise.all(['courtyard-zh-old', 'courtyard-en-old', 'other'].map((name) => caches.open(name)))")
    page.goto(f"{address}/", wait_until="networkidle")
    page.evaluate(CONTROLLED)
    names = set(page.evaluate("caches.keys()"))

    assert names >= {"courtyard-en-old", "other"} and "courtyard-zh-old" not in names
    assert len([name for name in names if name.startswith("courtyard-zh-")]) == 1


# The site among a phone's apps


@pytest.mark.parametrize(("prefix", "name"), [("", "清和苑业主缴费"), ("/en", "Bills of Qinghe Court")])
def test_a_phone_is_told_all_it_needs_to_install_the_site(
    context: BrowserContext, address: str, prefix: str, name: str
) -> None:
    page = visited(context, address, prefix)
    link = page.locator("link[rel=manifest]").evaluate("link => link.href")
    manifest: dict[str, Any] = page.evaluate("async (url) => (await fetch(url)).json()", link)
    found = context.new_cdp_session(page).send("Page.getInstallabilityErrors")
    problems = [error["errorId"] for error in found["installabilityErrors"] if error["errorId"] != "in-incognito"]

    assert (manifest["name"], manifest["start_url"], manifest["lang"]) == (name, f"{prefix}/", prefix[1:] or "zh")
    assert problems == []
    for icon in manifest["icons"]:
        assert page.request.get(f"{address}{icon['src']}").ok


@pytest.mark.parametrize(
    ("name", "size"), [("icon-180", 180), ("icon-192", 192), ("icon-512", 512), ("icon-maskable", 512)]
)
def test_each_icon_is_as_large_as_it_says(name: str, size: int) -> None:
    content = (ASSETS / f"{name}.png").read_bytes()

    assert struct.unpack(">II", content[16:24]) == (size, size)


@pytest.mark.parametrize(("name", "size"), [("icon-192", 192), ("icon-512", 512)])
def test_an_icon_is_the_favicon(context: BrowserContext, address: str, name: str, size: int) -> None:
    page = context.new_page()
    page.goto(f"{address}/")

    assert page.evaluate(DIFFERENCE, ["/assets/favicon.svg", f"/assets/{name}.png", size]) < 1


def test_a_mask_cuts_off_nothing_of_the_icon(context: BrowserContext, address: str) -> None:
    """Launchers keep a circle of four fifths; outside of it the icon is of one colour."""
    page = context.new_page()
    page.goto(f"{address}/")
    assert page.evaluate(OUTSIDE) == ["11,90,69,255"]
