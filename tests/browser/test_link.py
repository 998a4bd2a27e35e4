"""The private link: kept for its tab, given back on demand, passed to a relative as one that shows the amount alone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.portal import Owner
from tests.browser.statements import AMOUNT, CODE

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


# A relative who pays


def test_a_link_for_a_relative_can_be_copied_sent_on_and_scanned(owner: Owner) -> None:
    url = f"{owner.server.url}/pay-for/#{PAY_CODE}"
    owner.server.answers(201, {"url": url, "expires": "2026-07-30"}, "POST links/pay")
    owner.page.add_init_script("navigator.share = async (told) => { document.title = told.text + told.url }")
    owner.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = owner.opens()
    page.get_by_role("button", name="请家人代缴").click()
    made = page.locator(".confirmed")
    expect(made).to_contain_text("到 2026年7月30日为止有效。拿到的人只能看到金额、到期日和怎样缴费")
    expect(made.locator("svg.qr")).to_be_visible()
    made.get_by_role("button", name="复制链接").click()
    expect(made.get_by_role("button", name="已复制")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == url
    made.get_by_role("button", name="发给家人").click()
    expect(page).to_have_title(f"请帮忙缴一下清和苑的物业费：{url}")


def test_where_the_phone_cannot_send_things_on_only_copying_is_offered(owner: Owner) -> None:
    owner.server.answers(201, {"url": "https://a.example/pay-for/#x", "expires": "2026-07-30"}, "POST links/pay")
    owner.page.add_init_script("Object.defineProperty(navigator, 'share', {value: undefined})")
    page = owner.opens()
    page.get_by_role("button", name="请家人代缴").click()
    expect(page.get_by_role("button", name="复制链接")).to_be_visible()
    expect(page.get_by_role("button", name="发给家人", exact=True)).to_be_hidden()


def test_a_link_that_could_not_be_made_says_when_to_try_again(owner: Owner) -> None:
    owner.server.answers(429, {"status": 429}, "POST links/pay", Retry_After="3600")
    page = owner.opens()
    page.get_by_role("button", name="请家人代缴").click()
    expect(page.get_by_role("alert")).to_contain_text("请过 60 分钟再发")


@pytest.mark.parametrize(
    ("path", "due"),
    [("/pay-for/", "请在 2026年9月30日（含当天）前缴纳。"), ("/en/pay-for/", "Please pay by 30 September 2026.")],
)
def test_a_relative_sees_the_amount_its_day_and_how_to_pay_and_nothing_else(owner: Owner, path: str, due: str) -> None:
    owner.server.answers(200, AMOUNT, "GET amount")
    page = owner.opens(path, PAY_CODE)
    expect(page.locator(".amount")).to_have_text("¥766.22")
    expect(page.locator(".figure")).to_contain_text(due)
    expect(page.locator(".references code")).to_have_text("3-2-1201 2026Q1")
    expect(page.locator(".pay summary")).to_have_count(5)
    assert page.url == f"{owner.server.url}{path}"
    assert [one.url.rsplit("/", 1)[1] for one in owner.questions] == ["amount"]
    assert owner.questions[0].headers["authorization"] == f"Bearer {PAY_CODE}"


def test_what_is_past_its_day_says_so_and_each_unit_has_one_reference(owner: Owner) -> None:
    periods = ["2025Q1", "2025Q2", "2025Q3", "2025Q4"]
    references = [f"{unit} {period}" for period in periods for unit in ("3-2-1201", "P-180")]
    late = {"due_on": "2025-03-31", "overdue": 76622, "references": references}
    owner.server.answers(200, AMOUNT | late, "GET amount")
    page = owner.opens("/pay-for/", PAY_CODE)
    expect(page.locator(".figure")).to_contain_text("均已到期，最早一笔于 2025年3月31日到期，现在就可以缴。")
    expect(page.locator(".references")).to_contain_text("付款时备注（几个都写上）：")
    expect(page.locator(".references code")).to_have_text(["3-2-1201 2025Q1~2025Q4", "P-180 2025Q1~2025Q4"])


@pytest.mark.parametrize(
    ("overdue", "said"),
    [
        (76622, "已于 2026年3月31日到期，现在就可以缴。"),
        (2240, "其中 ¥22.40 已到期，最早一笔于 2026年3月31日到期；其余还没到期，也可以一起缴。"),
    ],
)
def test_a_relative_is_told_how_much_of_it_is_past_its_day(owner: Owner, overdue: int, said: str) -> None:
    owner.server.answers(200, AMOUNT | {"due_on": "2026-03-31", "overdue": overdue}, "GET amount")
    page = owner.opens("/pay-for/", PAY_CODE)
    expect(page.locator(".figure [data-slot=when]")).to_have_text(said)


def test_the_relatives_code_never_takes_the_place_of_the_owners_own(owner: Owner) -> None:
    owner.server.answers(200, AMOUNT, "GET amount")
    expect(owner.opens().locator(".amount")).to_be_visible()
    page = owner.opens("/pay-for/", PAY_CODE)
    expect(page.locator(".figure")).to_contain_text("2026年9月30日")
    owner.opens(code="")
    expect(page.get_by_role("heading", name="接下来")).to_be_visible()
    assert owner.questions[-1].headers["authorization"] == f"Bearer {CODE}"


def test_a_relative_with_nothing_left_to_pay_is_asked_for_nothing(owner: Owner) -> None:
    owner.server.answers(200, AMOUNT | {"balance": 0, "due_on": None, "references": []}, "GET amount")
    page = owner.opens("/pay-for/", PAY_CODE)
    expect(page.locator(".amount")).to_have_text("没有应缴款项，谢谢您")
    expect(page.locator(".pay")).to_be_hidden()


def test_a_relatives_link_that_opens_nothing_leads_back_to_the_family(owner: Owner) -> None:
    page = owner.opens("/pay-for/", PAY_CODE)
    expect(page.get_by_role("heading", name="这个链接打不开")).to_be_visible()
    expect(page.get_by_text("请让家人再发一个链接给您")).to_be_visible()
