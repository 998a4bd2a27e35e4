"""The private link: kept for its tab, given back on demand, passed to a relative as one that shows the amount alone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.portal import Owner
from tests.browser.statements import CODE

PAY_CODE = "cGF5LW9ubHktY29kZS1wYXktb25seS1jb2RlLXBheS0"


@pytest.fixture
def page(owner: Owner) -> Page:
    page = owner.opens()
    page.get_by_text("换一个浏览器打开").click()
    return page


def test_the_link_can_be_copied_whole(owner: Owner, page: Page) -> None:
    owner.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="复制我的链接").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{owner.server.url}/balance/#{CODE}"


def test_where_nothing_can_be_copied_the_link_is_shown_and_selected(owner: Owner, page: Page) -> None:
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()) }")
    page.get_by_role("button", name="复制我的链接").click()
    expect(page.get_by_role("button", name="请长按选取")).to_be_visible()
    assert page.evaluate("getSelection().toString()") == f"{owner.server.url}/balance/#{CODE}"


def test_the_link_goes_back_into_the_address_for_an_app_that_hands_it_to_a_browser(owner: Owner, page: Page) -> None:
    page.get_by_role("button", name="把链接放回地址栏").click()
    expect(page.locator("[data-slot=given]")).to_contain_text("再选“在浏览器打开”")
    assert page.url == f"{owner.server.url}/balance/#{CODE}"
    other = owner.context.new_page()
    other.goto(page.url)
    expect(other.locator(".amount")).to_have_text("¥766.22")
    assert "#" not in other.url


def test_where_storage_is_switched_off_the_page_still_works(owner: Owner) -> None:
    owner.page.add_init_script("Object.defineProperty(window, 'sessionStorage', {get() {throw new Error()}})")
    page = owner.opens()
    expect(page.locator(".amount")).to_have_text("¥766.22")
    expect(page.get_by_role("button", name="请给我打电话")).to_be_visible()
