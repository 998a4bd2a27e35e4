"""What an owner sees and can do on “My bill”, in Chromium, against canned statements."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from playwright.sync_api import Browser, Page, Route, expect

from benchmarks import pages
from staff import rulefiles
from tests.browser.portal import PAGES, SITE, Owner, Server
from tests.browser.statements import (
    AHEAD,
    AMOUNT,
    CODE,
    LONG_NAMES,
    NOTHING_OWED,
    OTHER_CODE,
    PRINCIPAL,
    bill,
    five_units,
    in_force,
    late_fee,
    many_bills,
    paid_bill,
    payment,
    statement,
)

PHONE = "400-000-0123"
DISPUTE = in_force(
    {"kind": "dispute", "from": "2026-06-20", "until": "2026-10-20", "bills": ["2026-Q1/3-2-1201/property"]}
)


def row(page: Page, name: str) -> Any:
    return page.locator("#statement details").filter(has_text=name).first


# The private link


def test_the_code_leaves_the_address_at_once_and_travels_in_the_header_alone(owner: Owner) -> None:
    page = owner.opens()
    expect(page.locator(".amount")).to_be_visible()
    assert page.url == f"{owner.server.url}/balance/"
    [question] = owner.questions
    assert question.headers["authorization"] == f"Bearer {CODE}"
    assert not [request.url for request in owner.requests if CODE in request.url]
    assert not [request for request in owner.requests if CODE in request.headers.get("referer", "")]


def served_without_a_policy(route: Route) -> None:
    answer = route.fetch()
    headers = {name: value for name, value in answer.headers.items() if name != "content-security-policy"}
    route.fulfill(response=answer, headers=headers)


@pytest.mark.parametrize("path", ["balance", "receipt", "pay-for", "verify", "my-bill"])
def test_a_page_keeps_its_policy_whoever_serves_it(owner: Owner, path: str) -> None:
    owner.page.route(f"**/{path}/", served_without_a_policy)
    page = owner.opens(f"/{path}/")
    expect(page.locator("h1")).to_be_visible()
    assert owner.complaints == []
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.got = 1'}))")
    assert page.evaluate("window.got") is None
    assert page.evaluate("fetch('http://elsewhere.example/').then(() => 1, () => 0)") == 0
    assert any("connect-src" in said for said in owner.complaints)
    owner.complaints.clear()


def test_the_page_can_be_reloaded_and_read_in_the_other_language_without_the_link(owner: Owner) -> None:
    page = owner.opens()
    expect(page.locator(".amount")).to_have_text("¥766.22")
    page.reload()
    expect(page.locator(".amount")).to_have_text("¥766.22")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="My bill")).to_be_visible()
    expect(page.locator(".amount")).to_have_text("¥766.22")
    assert {question.headers["authorization"] for question in owner.questions} == {f"Bearer {CODE}"}


def test_another_link_opened_in_the_same_tab_takes_the_place_of_the_first(owner: Owner) -> None:
    page = owner.opens()
    expect(page.locator(".amount")).to_have_text("¥766.22")
    owner.server.answers(200, NOTHING_OWED)
    page.evaluate("code => { location.hash = code }", OTHER_CODE)
    expect(page.locator(".amount")).to_have_text("没有应缴款项，谢谢您")
    assert owner.questions[-1].headers["authorization"] == f"Bearer {OTHER_CODE}"
    assert "#" not in page.url


def test_what_a_mail_program_hangs_on_behind_the_link_is_left_out(owner: Owner) -> None:
    owner.opens(code=f"{CODE}。")
    expect(owner.page.locator(".amount")).to_be_visible()
    assert owner.questions[0].headers["authorization"] == f"Bearer {CODE}"


@pytest.mark.parametrize(
    ("path", "title"), [("/balance/", "这个链接打不开账单"), ("/en/balance/", "This link does not open")]
)
def test_a_bad_link_and_a_missing_code_look_the_same_and_name_the_next_door(
    owner: Owner, path: str, title: str
) -> None:
    page = owner.opens(path, code="")
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    without_code = page.locator("main").inner_text()
    assert owner.questions == []
    owner.server.answers(404, {"title": "Not Found", "status": 404})
    page.goto("about:blank")
    owner.opens(path)
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    assert page.locator("main").inner_text() == without_code
    assert PHONE in without_code
    assert page.evaluate("sessionStorage.getItem('courtyard-code')") == ""


# The figure


def test_what_is_owed_is_the_first_and_largest_figure(owner: Owner) -> None:
    page = owner.opens()
    amount = page.locator(".amount")
    expect(amount).to_have_text("¥766.22")
    assert amount.evaluate("it => parseFloat(getComputedStyle(it).fontSize)") >= 40
    assert "tabular-nums" in amount.evaluate("it => getComputedStyle(it).fontVariantNumeric")
    box = amount.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 370, "in the upper half of a small phone's screen"
    expect(page.locator(".figure")).to_contain_text("截至 2026年6月30日应缴")
    expect(page.locator(".figure")).to_contain_text("已于 2026年3月31日到期。请缴清，或与我们联系。")
    expect(page.locator(".figure")).to_contain_text("含违约金 ¥31.66")


@pytest.mark.parametrize("balance", [655539, 123456789])
def test_the_sum_stands_in_one_line_however_large_the_text_is(owner: Owner, balance: int) -> None:
    owner.server.answers(200, statement(balance=balance))
    page = owner.opens()
    expect(page.locator(".amount")).to_be_visible()
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    lines = "it => it.getBoundingClientRect().height / parseFloat(getComputedStyle(it).lineHeight)"
    assert round(page.locator(".amount").evaluate(lines)) == 1


def test_a_bill_not_yet_due_says_by_when(owner: Owner) -> None:
    open_bill = bill(due_on="2026-09-30", period="2026-Q3", paid=0, outstanding=123456, state="open", days_overdue=0)
    open_bill |= {"free_until": "2026-10-30"}
    owner.server.answers(
        200, statement(balance=123456, overdue=0, next_due_on="2026-09-30", bills=[open_bill | {"late_fee": 0}])
    )
    page = owner.opens()
    expect(page.locator(".amount")).to_have_text("¥1,234.56")
    expect(page.locator(".when")).to_have_text("请在 2026年9月30日（含当天）前缴纳。")
    expect(row(page, "第三季度")).to_contain_text("待缴（9月30日前）")
    expect(row(page, "第三季度")).to_contain_text("到期日 2026年9月30日。2026年10月30日（含当天）前缴清，不收违约金。")


@pytest.mark.parametrize(("path", "place"), [("/balance/", "[data-slot=references] p"), ("/my-bill/", "#ask .quiet")])
def test_the_number_of_a_unit_never_breaks_over_lines(owner: Owner, path: str, place: str) -> None:
    told = owner.opens(path).locator(place).first
    expect(told).to_contain_text("3-2-1201")
    expect(told).to_be_visible()
    lines = """(told) => {
        const range = document.createRange(), texts = document.createTreeWalker(told, NodeFilter.SHOW_TEXT);
        while (!texts.nextNode().data.includes("3-2-1201"));
        const at = texts.currentNode.data.indexOf("3-2-1201");
        range.setStart(texts.currentNode, at);
        range.setEnd(texts.currentNode, at + "3-2-1201".length);
        return range.getClientRects().length;
    }"""
    assert told.evaluate(lines) == 1


def test_nothing_owed_says_thank_you_and_asks_for_nothing(owner: Owner) -> None:
    owner.server.answers(200, NOTHING_OWED)
    page = owner.opens()
    expect(page.locator(".amount")).to_have_text("没有应缴款项，谢谢您")
    expect(page.get_by_role("link", name="去缴费")).to_be_hidden()
    expect(page.get_by_text("备注：")).to_have_count(0)


def test_money_paid_ahead_is_shown_as_such(owner: Owner) -> None:
    owner.server.answers(200, AHEAD)
    page = owner.opens()
    expect(page.locator(".amount")).to_have_text("¥500.00")
    expect(page.locator(".figure")).to_contain_text("预存余额")
    row(page, "银行转账").locator("summary").click()
    expect(row(page, "银行转账")).to_contain_text("尚未冲抵，留作预存余额")


def test_the_next_step_is_told_in_one_sentence_with_the_pauses_in_force(owner: Owner) -> None:
    owner.server.answers(200, statement(holds=[DISPUTE], bills=[bill(state="held")]))
    page = owner.opens()
    expect(page.locator(".next")).to_contain_text("下一步“再次催缴”在 2026年7月3日。")
    expect(page.locator(".next").get_by_role("link", name="每一步做什么")).to_have_attribute("href", "../reminders/")
    expect(page.locator(".next")).to_contain_text("暂缓催缴：对账单有疑问，正在核实，2026年6月20日至 2026年10月20日。")
    expect(row(page, "第一季度")).to_contain_text("暂缓催缴至 10月20日")
    expect(page.locator(".when")).to_have_text("暂缓催缴，期间不会催您。")


def test_a_pause_names_its_bills_by_unit_where_it_is_not_about_all_of_them(owner: Owner) -> None:
    owner.server.answers(200, statement(holds=[DISPUTE], bills=[bill(state="held")]))
    expect(owner.opens().locator(".holds li")).not_to_contain_text("涉及")
    owner.server.answers(200, statement(holds=[DISPUTE], bills=[bill(state="held"), bill(unit="P-115")]))
    owner.page.reload()
    expect(owner.page.locator(".holds li")).to_contain_text("涉及 3-2-1201 2026年第一季度 物业服务费。")


def test_a_plan_says_what_is_still_to_be_paid_by_when(owner: Owner) -> None:
    parts = [{"due_on": day, "amount": 38311} for day in ("2026-06-29", "2026-06-30", "2026-08-31")]
    owner.server.answers(200, statement(holds=[DISPUTE | {"kind": "plan", "instalments": parts}]))
    said = ["第 2 次：2026年6月30日（含当天）前缴 ¥383.11", "第 3 次：2026年8月31日（含当天）前缴 ¥383.11"]
    expect(owner.opens().locator(".holds li").filter(has_text="次：")).to_have_text(said)


def test_beside_what_is_overdue_it_says_by_when_the_rest_is_due(owner: Owner) -> None:
    owner.server.answers(200, five_units())
    said = ["¥1,532.44 已到期，请缴清，或与我们联系。", "¥900.00 请在 2026年9月30日（含当天）前缴纳。"]
    expect(owner.opens().locator(".when li")).to_have_text(said)


# Bills


@pytest.mark.parametrize(
    ("path", "sentences"),
    [
        (
            "/balance/",
            [
                "2026-01-01 至 03-31：2.40 元/平方米·月 × 171.47 × 3 个月 = ¥1,234.56",
                "2026-04-16 至 04-30 共 15 天，未缴本金 ¥1,234.56 × 每天 0.05% × 15 天 = ¥9.26",
                "2026-05-01 至 06-30 共 61 天，未缴本金 ¥734.56 × 每天 0.05% × 61 天 = ¥22.40。",
                "这笔账单的违约金最多 ¥246.91。",
                "2026年5月1日 银行转账，缴本金",
                "到期日 2026年3月31日",
            ],
        ),
        (
            "/en/balance/",
            [
                "1 January to 31 March 2026: 2.40 yuan per m² a month × 171.47 × 3 months = ¥1,234.56",
                "16 April to 30 April 2026, 15 days: unpaid principal ¥1,234.56 × 0.05% a day × 15 days = ¥9.26",
                "1 May to 30 June 2026, 61 days: unpaid principal ¥734.56 × 0.05% a day × 61 days = ¥22.40.",
                "For this bill it can come to ¥246.91 at most.",
                "1 May 2026, 银行转账, towards principal",
                "Due date 31 March 2026",
            ],
        ),
    ],
)
def test_a_bill_unfolds_into_a_sentence_for_every_amount(owner: Owner, path: str, sentences: list[str]) -> None:
    page = owner.opens(path)
    expect(page.locator(".amount")).to_be_visible()  # until then the first that unfolds is a way to pay
    first = page.locator("#statement details").first
    expect(first.locator("dl")).to_be_hidden()
    first.locator("summary").click()
    for sentence in sentences:
        expect(first.locator("dd", has_text=sentence)).to_be_visible()
    amounts = first.locator("dd.sum").all_inner_texts()
    assert amounts == ["¥1,234.56", "¥9.26", "¥22.40", "−¥500.00", "¥766.22"]


def test_a_late_fee_at_its_cap_says_so_instead_of_a_sum_that_does_not_hold(owner: Owner) -> None:
    capped = late_fee(2000, 123456, "2025-05-01", "2026-06-30", 426, capped=True)
    owner.server.answers(200, statement(bills=[bill(lines=[PRINCIPAL, capped])]))
    page = owner.opens()
    row(page, "第一季度").locator("summary").click()
    line = row(page, "第一季度").locator("dd", has_text="上限")
    expect(line).to_contain_text("2025-05-01 至 2026-06-30 共 426 天")
    expect(line).to_contain_text("违约金上限为 ¥246.91，已达到上限，这一段只计 ¥20.00，以后不再增加。")
    assert "=" not in line.inner_text()


def test_shared_costs_discounts_and_waivers_explain_themselves(owner: Owner) -> None:
    lines = [
        {"kind": "principal", "amount": 2572, "rule": "energy", "cost": 1234567, "share": "0.002083"},
        {"kind": "discount", "amount": 100, "rule": "paying-in-time", "rate": "0.01", "reason": "提前缴费优惠"},
        {"kind": "adjustment", "amount": 50, "rule": "waiver", "from": "2026-05-09", "reason": "电梯停运三天"},
    ]
    owner.server.answers(200, statement(bills=[bill(lines=lines, kind_name="公共能耗分摊")]))
    page = owner.opens()
    first = row(page, "公共能耗分摊")
    first.locator("summary").click()
    expect(first).to_contain_text("实际费用 ¥12,345.67，按面积分摊，所占比例 0.2083%")
    expect(first.locator("div", has_text="提前缴费优惠").last).to_contain_text("−¥1.00")
    expect(first.locator("div", has_text="电梯停运三天").last).to_contain_text("−¥0.50")


def test_states_are_words_that_stand_without_colour(owner: Owner) -> None:
    owner.server.answers(200, statement(bills=[bill(days_overdue=12), paid_bill("2026-Q2", "2026-06-30")]))
    page = owner.opens()
    expect(row(page, "第一季度").locator(".state")).to_have_text("已逾期 12 天")
    expect(row(page, "第二季度").locator(".state")).to_have_text("已缴")


def test_paid_bills_of_earlier_years_fold_into_one_group_below_the_open_ones(owner: Owner) -> None:
    owner.server.answers(200, many_bills())
    page = owner.opens()
    group = page.locator("details.earlier")
    expect(group.locator("> summary")).to_have_text("更早已缴清的账单（119 笔）")
    expect(row(page, "第一季度")).to_be_visible()
    expect(group.locator("details").first).to_be_hidden()
    group.locator("> summary").click()
    expect(group.locator("details").first).to_contain_text("2025年12月")
    assert group.locator("details").count() == 119


def test_an_unpaid_bill_of_an_earlier_year_is_never_folded_away(owner: Owner) -> None:
    owner.server.answers(200, statement(bills=[bill(period="2024-Q4", due_on="2024-12-31")]))
    page = owner.opens()
    expect(row(page, "2024年第四季度")).to_be_visible()
    expect(page.locator("details.earlier")).to_have_count(0)


# Payments, ways to pay, rules


def test_a_payment_shows_its_receipt_and_what_it_paid(owner: Owner) -> None:
    page = owner.opens()
    paid = page.locator("#statement details").filter(has_text="R7K3M9QXTBD")
    paid.locator("summary").click()
    expect(paid).to_contain_text("2026年第一季度 物业服务费，本金")
    expect(paid).to_contain_text("查看收据 R7K3M9QXTBD")


def test_of_two_fees_of_one_quarter_and_unit_each_shows_what_was_paid_of_it_alone(owner: Owner) -> None:
    water = bill(kind="water", kind_name="公摊水费", principal=2000, paid=2000, outstanding=0, state="paid", lines=[])
    parts = [
        part | {"amount": amount} for part, amount in zip(payment()["allocations"] * 2, (48000, 2000), strict=True)
    ]
    parts[1]["kind"] = "water"
    both = statement(bills=[bill(paid=48000), water], payments=[payment(allocations=parts)])
    owner.server.answers(200, both)
    page = owner.opens()
    expect(page.locator("[data-do=preferences]")).to_be_visible()
    for name, amount in (("物业服务费", "−¥480.00"), ("公摊水费", "−¥20.00")):
        one = row(page, name)
        one.locator("summary").click()
        paid = one.locator("dl > div").filter(has_text="银行转账")
        expect(paid).to_have_count(1)
        expect(paid).to_contain_text(amount)
    paid = page.locator("#statement details").filter(has_text="R7K3M9QXTBD")
    paid.locator("summary").click()
    expect(paid).to_contain_text("2026年第一季度 公摊水费，本金")


def test_a_payment_taken_back_is_kept_in_sight_and_counts_for_nothing(owner: Owner) -> None:
    taken_back = payment(reversed_on="2026-05-08", allocations=[])
    owner.server.answers(200, statement(payments=[taken_back], bills=[bill(paid=0)]))
    page = owner.opens()
    paid = page.locator("#statement details").filter(has_text="R7K3M9QXTBD")
    expect(paid.locator(".state")).to_have_text("已冲正")
    paid.locator("summary").click()
    expect(paid).to_contain_text("这笔款已于 2026年5月8日冲正，不再计入缴费。")


def test_the_main_button_leads_to_the_ways_to_pay_and_leaves_the_address_alone(owner: Owner) -> None:
    page = owner.opens()
    page.get_by_role("link", name="去缴费").click()
    expect(page.get_by_role("heading", name="怎样缴费")).to_be_focused()
    expect(page.locator(".pay summary").filter(has_text="微信支付")).to_be_in_viewport()
    assert "#" not in page.url


def test_who_has_something_to_say_is_led_there_from_the_figure(owner: Owner) -> None:
    page = owner.opens()
    page.get_by_role("link", name="已经缴了、有疑问、有困难？告诉我们").click()
    expect(page.get_by_role("heading", name="有话告诉我们")).to_be_focused()
    assert "#" not in page.url


def test_the_reference_for_a_transfer_names_unit_and_period_and_can_be_copied(owner: Owner) -> None:
    owner.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = owner.opens()
    page.get_by_role("button", name="复制备注").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "3-2-1201 2026Q1"


DRAWN = "async (text) => (await import('/assets/owner/qr.js')).picture(text).outerHTML"


@pytest.mark.parametrize("path", ["/balance/", "/pay-for/"])
def test_the_reference_can_be_scanned_and_its_code_be_folded_away(owner: Owner, path: str) -> None:
    owner.server.answers(200, AMOUNT, "GET amount")
    page = owner.opens(path)
    button = page.get_by_role("button", name="二维码").first
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    shown = page.locator(".references li").first
    assert shown.locator(".qr").evaluate("it => it.outerHTML") == page.evaluate(
        DRAWN, shown.locator("code").text_content()
    )
    button.click()
    expect(shown.locator(".qr")).to_be_hidden()
    button.click()
    expect(shown.locator(".qr")).to_have_count(1)
    expect(shown.locator(".qr")).to_be_visible()


def test_the_rules_behind_the_amounts_are_one_tap_away(owner: Owner) -> None:
    page = owner.opens()
    month = page.locator(".rules").get_by_role("link", name="2025年1月")
    assert month.evaluate("it => it.pathname + it.hash") == "/history/#2025-01"
    assert page.get_by_role("link", name="收费标准").evaluate("it => it.pathname") == "/fees/"
    assert page.get_by_role("link", name="违约金规则").evaluate("it => it.pathname") == "/late-fee/"


def test_the_service_centre_can_be_called_from_the_header(owner: Owner) -> None:
    page = owner.opens()
    expect(page.locator("header").get_by_role("link", name=PHONE)).to_have_attribute("href", f"tel:{PHONE}")


# When something is in the way


def test_without_a_network_the_page_says_so_and_reads_again_when_it_is_back(owner: Owner) -> None:
    page = owner.page
    page.route("**/v1/statement", lambda route: route.abort("internetdisconnected"))
    owner.opens()
    expect(page.get_by_role("heading", name="没有连上网络")).to_be_visible()
    page.unroute("**/v1/statement")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(".amount")).to_have_text("¥766.22")


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_fault_of_ours_is_ours_and_can_be_tried_again_from_the_keyboard(owner: Owner, status: int) -> None:
    owner.server.answers(status, {"title": "fault"})
    page = owner.opens()
    expect(page.get_by_role("heading", name="暂时读不出来")).to_be_visible()
    expect(page.get_by_text("没有任何改动").locator("visible=true")).to_be_visible()
    owner.server.answers(200, statement())
    page.get_by_role("button", name="再试一次").locator("visible=true").press("Enter")
    expect(page.locator(".amount")).to_have_text("¥766.22")
    expect(page.locator("#figure-label")).to_be_focused()


def test_a_firewall_that_lets_nobody_through_says_nothing_of_the_link(owner: Owner) -> None:
    owner.server.answers(403, "<html>Request blocked</html>")
    page = owner.opens()
    expect(page.get_by_role("heading", name="暂时读不出来")).to_be_visible()
    owner.server.answers(200, statement())
    page.reload()
    expect(page.locator(".amount")).to_have_text("¥766.22")


def test_an_answer_that_is_not_a_statement_is_a_fault_too(owner: Owner) -> None:
    owner.server.answers_by("GET statement", lambda _: (200, {"surprise": True}, {}))
    expect(owner.opens().get_by_role("heading", name="暂时读不出来")).to_be_visible()


def test_when_asked_to_wait_it_waits_as_long_as_told_and_asks_again_by_itself(owner: Owner) -> None:
    owner.server.answers(429, {"title": "Too Many Requests"}, Retry_After="2")
    page = owner.opens()
    expect(page.get_by_text("大约 2 秒后，本页会自动重新读取")).to_be_visible()
    assert len(owner.questions) == 1
    owner.server.answers(200, statement())
    expect(page.locator(".amount")).to_have_text("¥766.22")
    assert len(owner.questions) == 2


def test_while_it_reads_it_says_so(owner: Owner) -> None:
    owner.page.route("**/v1/statement", lambda route: None)
    page = owner.opens()
    expect(page.get_by_role("status")).to_have_text("正在读取……")
    expect(page.locator("#loading")).to_be_visible()


def test_when_the_line_is_slow_it_says_so_and_at_last_what_to_do(owner: Owner) -> None:
    owner.page.route("**/v1/statement", lambda _: None)
    owner.page.clock.install()
    page = owner.opens()
    expect(page.locator("#loading")).to_contain_text("正在读取")
    page.clock.run_for(9000)
    expect(page.locator("#loading")).to_contain_text("网络有点慢，还在读取")
    expect(page.get_by_role("status")).to_contain_text("网络有点慢")
    page.clock.run_for(22000)
    expect(page.get_by_role("heading", name="没有连上网络")).to_be_visible()


def test_with_scripts_off_it_says_what_to_do(browser: Browser, server: Server) -> None:
    someone = Owner(browser, server, java_script_enabled=False)
    page = someone.opens()
    expect(page.get_by_role("heading", name="浏览器关闭了 JavaScript")).to_be_visible()
    expect(page.locator("main").get_by_role("link", name=PHONE).first).to_be_visible()
    expect(page.locator("#loading")).to_be_hidden()
    someone.context.close()


# For everybody


def test_the_result_is_read_aloud_without_moving_the_focus(owner: Owner) -> None:
    page = owner.opens()
    expect(page.get_by_role("status")).to_contain_text("账单已读取。 截至 2026年6月30日应缴 ¥766.22")
    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_words_of_the_interface_in_another_language_are_marked_as_such(owner: Owner) -> None:
    page = owner.opens("/en/balance/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".next [lang=zh]")).to_contain_text("再次催缴")


def test_names_are_shown_as_text_whatever_is_in_them(owner: Owner) -> None:
    name = "<img src=x onerror=alert(1)>{amount}"
    owner.server.answers(200, statement(bills=[bill(kind_name=name)]))
    page = owner.opens()
    expect(page.locator("#statement b").first).to_contain_text(name)
    assert page.locator("#statement img").count() == 0


@pytest.mark.parametrize("path", ["/balance/", "/en/balance/"])
def test_it_fits_a_narrow_screen_at_four_times_the_size_with_long_names(
    browser: Browser, server: Server, path: str
) -> None:
    server.answers(200, LONG_NAMES)
    someone = Owner(browser, server, viewport={"width": 320, "height": 256})
    page = someone.opens(path)
    expect(page.locator(".amount")).to_be_visible()
    for details in page.locator("#statement details").all():
        details.evaluate("it => { it.open = true }")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    someone.context.close()


def test_the_figure_never_breaks_over_lines(owner: Owner) -> None:
    owner.server.answers(200, LONG_NAMES)
    amount = owner.opens().locator(".amount")
    expect(amount).to_have_text("¥12,345,678.90")
    assert amount.evaluate("it => it.getClientRects().length") == 1
    assert amount.evaluate("it => it.offsetHeight < 2 * parseFloat(getComputedStyle(it).fontSize)")


def test_everything_meant_for_a_finger_is_large_enough(owner: Owner) -> None:
    page = owner.opens()
    expect(page.locator(".amount")).to_be_visible()
    for target in page.locator("summary, button, a:not(.skip)").locator("visible=true").all():
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= 44, target.inner_text()


def test_on_paper_everything_is_unfolded_but_how_old_paid_bills_came_about(owner: Owner) -> None:
    owner.server.answers(200, many_bills())
    page = owner.opens()
    expect(page.locator(".amount")).to_be_visible()
    expect(page.get_by_text("请家人代缴")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    folded = page.locator("#statement details:not([open])")
    assert folded.count() == page.locator(".earlier details").count() > 0
    page.emulate_media(media="print")
    expect(page.locator(".earlier details summary").first).to_be_visible()
    expect(page.locator(".earlier details .inside").first).to_be_hidden()
    expect(page.get_by_text("未缴本金 ¥734.56").first).to_be_visible()
    expect(page.get_by_role("link", name="去缴费")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#statement details[open]").count() == 0


# The files


@pytest.mark.parametrize("language", ["", "en"])
def test_the_first_view_arrives_in_one_go(built: Path, language: str) -> None:
    sizes = pages.first_view(built, language)
    assert sum(sizes.values()) <= pages.WINDOW, sizes


def test_nothing_but_the_first_view_is_fetched_before_there_is_a_statement_to_show(owner: Owner, built: Path) -> None:
    owner.page.route("**/v1/statement", lambda _: None)
    page = owner.opens()
    page.wait_for_load_state("load")
    page.evaluate("import('/assets/owner/statement.js').then(() => true)")
    fetched = {urlsplit(one.url).path.removeprefix("/") for one in owner.requests if "/v1/" not in one.url}
    assert fetched - {"assets/favicon.svg"} == {name.removesuffix("index.html") for name in pages.first_view(built)}


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_say_the_same_things_about_the_same_values(name: str) -> None:
    assert _shape(_words("zh", name)) == _shape(_words("en", name))


def _words(language: str, name: str) -> Any:
    front = yaml.safe_load((SITE / "pages" / language / name).read_text("utf-8").split("---")[1])
    return [front["words"], front.get("shared")]


def test_every_pause_the_rules_know_has_its_words() -> None:
    words, _ = _words("zh", "balance.md")
    assert set(words["script"]["holds"]) == set(rulefiles.read(SITE).rulebook.collection.holds)


# how each language writes a day, a span or a number of things is its own affair
_OWN_FORM = re.compile(r"[{](year|month|mm|dd|m|d)[}]")


def _shape(words: Any) -> Any:
    if isinstance(words, list):
        return len(words)
    if isinstance(words, dict) and set(words) == {"one", "other"}:
        return _shape(words["other"])
    if isinstance(words, dict):
        return {name: _shape(text) for name, text in words.items()}
    return sorted(re.findall(r"[{]\w+[}]", _OWN_FORM.sub("", str(words))))


def _contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_stands_out_seven_to_one_and_the_rest_as_it_must_in_every_theme() -> None:
    css = (SITE / "theme" / "assets" / "tokens.css").read_text("utf-8")
    themes = [dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in css.split(" color-scheme: ")[1:]]
    assert len(themes) == 3
    for theme in themes:
        for text in ("ink", "ink-quiet", "accent", "warn"):
            for ground in ("page", "surface"):
                assert _contrast(theme[text], theme[ground]) >= 7, (text, ground)
        assert _contrast(theme["accent-ink"], theme["accent"]) >= 7
        assert _contrast(theme["warn"], theme["warn-surface"]) >= 7
        assert min(_contrast(theme["border"], theme[ground]) for ground in ("page", "surface")) >= 4.5
