"""“Send me my bill”: what anybody can ask for, and what cannot be learned from it; and how owners hear from us."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.portal import Owner, Server
from tests.browser.statements import CODE, statement

PREFERENCES = {"language": "zh", "email": True, "sms": True, "large_print": False, "remains": "email"}


@pytest.fixture
def page(owner: Owner) -> Page:
    owner.server.answers(202, {"sent": True}, "POST links")
    return owner.opens("/my-bill/", code="")


def asks(page: Page, contact: str, unit: str = "3-2-1201") -> None:
    page.get_by_label("房号或车位号").fill(unit)
    page.get_by_label("登记过的邮箱或手机号").fill(contact)
    page.get_by_role("button", name="发给我").click()


def test_by_e_mail_the_link_goes_to_the_address_on_file(owner: Owner, page: Page) -> None:
    asks(page, "wang@a.example")
    expect(page.get_by_role("heading", name="收到了")).to_be_focused()
    expect(page.locator("#sent")).to_contain_text("如果房号和联系方式与我们登记的一致")
    expect(page.get_by_label("短信里的 6 位数字")).to_be_hidden()
    assert owner.server.said("POST links") == [{"unit": "3-2-1201", "contact": "wang@a.example"}]


@pytest.mark.parametrize("path", ["/my-bill/", "/verify/"])
def test_without_its_script_a_form_sends_nothing_for_that_would_stand_in_the_address(
    browser: Browser, server: Server, path: str
) -> None:
    someone = Owner(browser, server, java_script_enabled=False)
    page = someone.opens(path, code="")
    for field in page.locator("form input:visible").all():
        field.fill("13800000000")
        field.press("Enter")
    assert page.url == f"{server.url}{path}"
    expect(page.locator("form [type=submit]").first).to_be_disabled()
    someone.context.close()


def test_by_phone_the_code_opens_the_bill_and_never_stands_in_the_address(owner: Owner, page: Page) -> None:
    owner.server.answers(200, {"code": CODE, "expires": "2026-07-30"}, "POST sessions")
    asks(page, "13800000000")
    page.get_by_label("短信里的 6 位数字").fill("１２３ 456")
    page.get_by_role("button", name="打开账单").click()
    expect(page.locator("#statement .amount")).to_have_text("¥766.22")
    assert page.url == f"{owner.server.url}/balance/"
    assert owner.server.said("POST sessions") == [{"unit": "3-2-1201", "phone": "13800000000", "code": "123456"}]
    assert not [one.url for one in owner.requests if CODE in one.url]


def test_where_storage_is_switched_off_the_code_goes_by_the_address_and_leaves_it_at_once(owner: Owner) -> None:
    owner.server.answers(202, {"sent": True}, "POST links")
    owner.server.answers(200, {"code": CODE, "expires": "2026-07-30"}, "POST sessions")
    owner.page.add_init_script("Object.defineProperty(window, 'sessionStorage', {get() {throw new Error()}})")
    page = owner.opens("/my-bill/", code="")
    asks(page, "13800000000")
    page.get_by_label("短信里的 6 位数字").fill("123456")
    page.get_by_role("button", name="打开账单").click()
    expect(page.locator("#statement .amount")).to_have_text("¥766.22")
    assert page.url == f"{owner.server.url}/balance/"


def test_a_wrong_code_is_said_at_its_field_and_tells_nothing_else(owner: Owner, page: Page) -> None:
    asks(page, "13800000000")
    page.get_by_label("短信里的 6 位数字").fill("000000")
    page.get_by_role("button", name="打开账单").click()
    expect(page.get_by_label("短信里的 6 位数字")).to_be_focused()
    expect(page.get_by_label("短信里的 6 位数字")).to_have_css("border-top-width", "3px")
    expect(page.get_by_text("验证码不对，或者已经过了 5 分钟")).to_be_visible()


def test_what_is_missing_is_said_at_its_field_before_anything_is_sent(owner: Owner, page: Page) -> None:
    page.get_by_role("button", name="发给我").click()
    expect(page.get_by_label("房号或车位号")).to_be_focused()
    expect(page.locator(".fault:visible")).to_have_text(["请填房号或车位号", "请填邮箱或手机号"])
    assert owner.questions == []


@pytest.mark.parametrize(("status", "told"), [(429, "请过 2 分钟再发"), (500, "没有发出去"), (413, "没有发出去")])
def test_what_stands_in_the_way_is_told(owner: Owner, page: Page, status: int, told: str) -> None:
    owner.server.answers(status, {"status": status}, "POST links", Retry_After="120")
    asks(page, "wang@a.example")
    expect(page.get_by_role("alert")).to_contain_text(told)
    expect(page.locator("#sent")).to_be_hidden()


def test_a_contact_that_is_none_is_said_at_its_field(owner: Owner, page: Page) -> None:
    errors = [{"field": "contact", "code": "invalid"}]
    owner.server.answers(400, {"status": 400, "errors": errors}, "POST links")
    asks(page, "王先生")
    expect(page.get_by_label("登记过的邮箱或手机号")).to_have_accessible_description(re.compile("这不像邮箱"))


def test_an_expired_link_leads_here(owner: Owner) -> None:
    owner.server.answers(404, {"title": "Not Found", "status": 404})
    page = owner.opens()
    page.get_by_role("link", name="重新打开我的账单").click()
    expect(page.get_by_role("heading", name="打开我的账单")).to_be_visible()


# How owners hear from us


def test_preferences_are_shown_as_they_are_and_changed_together(owner: Owner) -> None:
    def changed(wish: Any) -> Any:
        return 200, wish | {"remains": "letter"}, {}

    owner.server.answers(200, statement(preferences=PREFERENCES))
    owner.server.answers_by("PUT preferences", changed)
    page = owner.opens()
    page.get_by_role("button", name="怎样通知我").click()
    form = page.locator("form")
    expect(form.get_by_label("中文")).to_be_checked()
    expect(form).to_contain_text("账单和提醒现在用电子邮件送达")
    form.get_by_label("用电子邮件通知我").uncheck()
    form.get_by_label("用短信通知我").uncheck()
    form.get_by_label("纸质账单用大字").check()
    form.get_by_role("button", name="保存").click()
    expect(form.get_by_text("已保存。")).to_be_visible()
    expect(form).to_contain_text("账单和提醒现在用纸质信函送达")
    wish = {"language": "zh", "email": False, "sms": False, "large_print": True}
    assert owner.server.said("PUT preferences") == [wish]


def test_preferences_that_could_not_be_kept_say_so_and_stay_as_chosen(owner: Owner) -> None:
    owner.server.answers(500, {}, "PUT preferences")
    page = owner.opens()
    page.get_by_role("button", name="怎样通知我").click()
    page.get_by_label("用短信通知我").uncheck()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("没有发出去")
    expect(page.get_by_label("用短信通知我")).not_to_be_checked()
