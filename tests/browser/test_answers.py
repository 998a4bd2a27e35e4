"""What an owner tells us on “My bill”: small forms, each sent once, each confirmed where it was given."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.portal import Owner, Server
from tests.browser.statements import NOTHING_OWED, OTHER_CODE, bill, in_force, statement, taken

HOLD = {"kind": "promise", "from": "2026-06-30", "until": "2026-07-10", "bills": [], "stops_late_fee": False}


@pytest.fixture
def page(owner: Owner) -> Page:
    owner.server.answers(201, taken(), "POST replies")
    return owner.opens()


def opened(page: Page, label: str) -> Locator:
    page.get_by_role("button", name=label).click()
    form = page.locator("form")
    expect(form).to_be_visible()
    return form


def test_each_answer_is_a_button_with_one_line_under_it(page: Page) -> None:
    labels = page.locator("[data-do=answer] b")
    expect(labels).to_have_text(
        [
            "我已经缴过了",
            "过几天再缴",
            "分几次缴",
            "有困难，想请你们帮忙",
            "对账单有疑问",
            "请给我打电话",
            "报修，或反映服务问题",
            "开发票",
        ]
    )
    expect(page.locator("[data-do=answer] span")).to_have_count(8)


def test_only_what_the_rules_allow_is_offered(owner: Owner) -> None:
    owner.server.answers(200, NOTHING_OWED)
    page = owner.opens()
    expect(page.get_by_role("button", name="请给我打电话")).to_be_visible()
    for label in ("过几天再缴", "分几次缴", "我已经缴过了"):
        expect(page.get_by_role("button", name=label)).to_be_hidden()


def test_i_have_paid_says_when_and_how_and_is_confirmed(owner: Owner, page: Page) -> None:
    form = opened(page, "我已经缴过了")
    expect(form.get_by_role("heading")).to_be_focused()
    form.get_by_label("哪天缴的").fill("2026-06-28")
    form.get_by_label("怎么缴的").select_option("银行转账")
    form.get_by_role("button", name="发送").click()
    expect(page.get_by_role("heading", name="已收到，编号 260630-7K3M")).to_be_focused()
    expect(page.locator(".confirmed")).to_contain_text("服务中心在 2026年7月3日（含当天）前答复您。")
    [sent] = owner.server.said("POST replies")
    assert re.fullmatch(r"[A-Za-z0-9_-]{16,64}", sent.pop("id"))
    assert sent == {"kind": "paid", "on": "2026-06-28", "method": "银行转账"}


def test_a_promise_offers_the_days_the_rules_allow_and_says_what_is_paused(owner: Owner, page: Page) -> None:
    owner.server.answers(201, taken(kind="promise", hold=HOLD), "POST replies")
    form = opened(page, "过几天再缴")
    days = form.get_by_label("哪天缴").locator("option").all_inner_texts()
    assert (days[1], days[-1], len(days)) == ("7月1日 周三", "7月15日 周三", 16)
    form.get_by_label("哪天缴").select_option("2026-07-10")
    form.get_by_role("button", name="发送").click()
    expect(page.locator(".confirmed")).to_contain_text("到 2026年7月10日为止暂缓催缴。")
    assert owner.server.said("POST replies")[0]["on"] == "2026-07-10"


def test_a_plan_shows_what_each_part_would_be_and_then_its_days(owner: Owner, page: Page) -> None:
    parts = [{"due_on": "2026-07-30", "amount": 38311}, {"due_on": "2026-08-31", "amount": 38311}]
    hold = HOLD | {"kind": "plan", "until": "2026-08-31", "stops_late_fee": True}
    owner.server.answers(201, taken(kind="plan", hold=hold, instalments=parts), "POST replies")
    form = opened(page, "分几次缴")
    expect(form.locator(".pick")).to_have_count(5)
    form.get_by_label("分 2 次，每次约 ¥383.11").check()
    form.get_by_role("button", name="发送").click()
    confirmed = page.locator(".confirmed")
    expect(confirmed).to_contain_text("第 2 次：2026年8月31日（含当天）前缴 ¥383.11")
    expect(confirmed).to_contain_text("其间不计违约金")
    assert owner.server.said("POST replies")[0]["parts"] == 2


def test_a_pause_the_rules_refuse_is_told_with_its_reason(owner: Owner, page: Page) -> None:
    owner.server.answers(201, taken(kind="dispute", refused={"code": "hold-once", "values": {}}), "POST replies")
    form = opened(page, "对账单有疑问")
    form.get_by_label("哪里不对").fill("面积不对")
    form.get_by_role("button", name="发送").click()
    expect(page.locator(".confirmed")).to_contain_text("这些账单已经暂缓过一次")


def test_where_several_bills_are_open_the_owner_chooses(owner: Owner) -> None:
    owner.server.answers(200, statement(bills=[bill(), bill(id="2026-Q2", period="2026-Q2", due_on="2026-06-30")]))
    owner.server.answers(201, taken(), "POST replies")
    page = owner.opens()
    form = opened(page, "对账单有疑问")
    form.get_by_label("2026年第一季度").uncheck()
    form.get_by_label("哪里不对").fill("面积不对")
    form.get_by_role("button", name="发送").click()
    expect(page.locator(".confirmed")).to_be_visible()
    assert owner.server.said("POST replies")[0]["bills"] == ["2026-Q2/3-2-1201/property"]


def test_with_one_bill_open_nothing_is_asked_about_bills(page: Page) -> None:
    expect(opened(page, "对账单有疑问").get_by_text("关于哪些账单")).to_have_count(0)


def test_an_invoice_needs_its_title_and_takes_a_tax_number_as_people_write_it(owner: Owner, page: Page) -> None:
    form = opened(page, "开发票")
    form.get_by_label("发票抬头").fill("江州某某有限公司")
    form.get_by_label("税号").fill("9132 0000 ma1x")
    form.get_by_role("button", name="发送").click()
    expect(page.locator(".confirmed")).to_be_visible()
    sent = owner.server.said("POST replies")[0]
    assert (sent["title"], sent["tax_id"]) == ("江州某某有限公司", "91320000MA1X")


# What is wrong is said beside its field


FAULTS = [
    ("过几天再缴", "哪天缴", "请选一个日子"),
    ("对账单有疑问", "哪里不对", "请写几句，我们才知道是什么事"),
    ("报修，或反映服务问题", "什么事，在哪里", "请写几句，我们才知道是什么事"),
    ("开发票", "发票抬头", "请填发票抬头"),
]


@pytest.mark.parametrize(("label", "field", "told"), FAULTS)
def test_a_field_left_empty_is_named_and_gets_the_focus(
    owner: Owner, page: Page, label: str, field: str, told: str
) -> None:
    form = opened(page, label)
    form.get_by_role("button", name="发送").click()
    control = form.get_by_label(field)
    expect(control).to_be_focused()
    expect(control).to_have_attribute("aria-invalid", "true")
    expect(control).to_have_accessible_description(re.compile(told))
    assert owner.server.said("POST replies") == []


def test_nothing_chosen_in_a_group_is_named_too(page: Page) -> None:
    form = opened(page, "分几次缴")
    form.get_by_role("button", name="发送").click()
    expect(form.get_by_role("radio").first).to_be_focused()
    expect(form.get_by_role("group")).to_have_accessible_description("请选分几次")


def test_too_long_a_message_says_by_how_much_and_loses_nothing(page: Page) -> None:
    form = opened(page, "请给我打电话")
    form.get_by_role("textbox").fill("长" * 501)
    form.get_by_role("button", name="发送").click()
    expect(form.get_by_text("最多 500 字，现在有 501 字")).to_be_visible()
    assert form.get_by_role("textbox").input_value() == "长" * 501


def test_what_the_interface_finds_wrong_stands_at_its_field(owner: Owner, page: Page) -> None:
    errors = [{"field": "on", "code": "future"}]
    owner.server.answers(400, {"title": "Bad request", "status": 400, "errors": errors}, "POST replies")
    form = opened(page, "我已经缴过了")
    form.get_by_role("button", name="发送").click()
    expect(form.get_by_label("哪天缴的")).to_have_accessible_description("这一天还没到，请选今天或以前的日子")
    expect(form.get_by_label("哪天缴的")).to_be_focused()


@pytest.mark.parametrize(
    ("status", "said"), [(413, {"title": "Too large", "status": 413}), (403, "<html>Request blocked</html>")]
)
def test_a_fault_without_a_field_is_told_for_the_whole(owner: Owner, page: Page, status: int, said: Any) -> None:
    owner.server.answers(status, said, "POST replies")
    form = opened(page, "请给我打电话")
    form.get_by_role("button", name="发送").click()
    expect(form.get_by_role("alert")).to_contain_text("没有发出去")


# Sent once


def test_a_double_tap_sends_once(owner: Owner, page: Page) -> None:
    form = opened(page, "请给我打电话")
    form.get_by_role("button", name="发送").dblclick()
    expect(page.locator(".confirmed")).to_be_visible()
    assert len(owner.server.said("POST replies")) == 1


@pytest.mark.parametrize("fault", ["aborted", "broken"])
def test_what_got_no_answer_is_sent_again_under_its_own_name(owner: Owner, page: Page, fault: str) -> None:
    if fault == "aborted":
        page.route("**/v1/replies", lambda route: route.abort("connectionreset"))
    else:
        owner.server.answers(502, {}, "POST replies")
    form = opened(page, "请给我打电话")
    form.get_by_role("textbox").fill("晚上七点以后")
    form.get_by_role("button", name="发送").click()
    expect(form.get_by_role("alert")).to_contain_text("没有收到回音")
    names = {json.loads(one.post_data or "")["id"] for one in owner.questions if one.url.endswith("replies")}
    page.unroute("**/v1/replies")
    owner.server.answers(201, taken(kind="call"), "POST replies")
    form.get_by_role("button", name="发送").click()
    expect(page.locator(".confirmed")).to_contain_text("给您打电话")
    assert names == {owner.server.said("POST replies")[-1]["id"]}


def test_after_a_reload_it_can_be_sent_again_and_is_never_a_second_one(owner: Owner, page: Page) -> None:
    owner.server.answers(502, {}, "POST replies")
    form = opened(page, "请给我打电话")
    form.get_by_role("textbox").fill("晚上七点以后")
    form.get_by_role("button", name="发送").click()
    expect(form.get_by_role("alert")).to_be_visible()
    page.reload()
    notice = page.locator("[data-unanswered]")
    expect(notice).to_contain_text("上次的“请给我打电话”没有收到回音")
    assert len(owner.server.said("POST replies")) == 1, "nothing is sent by itself"
    owner.server.answers(201, taken(kind="call"), "POST replies")
    notice.get_by_role("button", name="再发一次").click()
    expect(page.locator(".confirmed")).to_be_visible()
    first, again = owner.server.said("POST replies")
    assert first == again
    page.reload()
    expect(page.get_by_role("button", name="请给我打电话")).to_be_visible()
    expect(notice).to_have_count(0)


def test_what_got_no_answer_can_be_left(owner: Owner, page: Page) -> None:
    owner.server.answers(502, {}, "POST replies")
    opened(page, "请给我打电话").get_by_role("button", name="发送").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="不发了").click()
    expect(page.locator("[data-unanswered]")).to_have_count(0)
    assert len(owner.server.said("POST replies")) == 1


def test_a_link_of_another_owner_opened_in_the_tab_never_sends_what_the_first_one_said(
    owner: Owner, page: Page
) -> None:
    owner.server.answers(502, {}, "POST replies")
    opened(page, "请给我打电话").get_by_role("button", name="发送").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.goto("about:blank")
    owner.opens(code=OTHER_CODE)
    expect(page.get_by_role("button", name="请给我打电话")).to_be_visible()
    expect(page.locator("[data-unanswered]")).to_have_count(0)


def test_when_the_first_had_arrived_after_all_it_says_so(owner: Owner, page: Page) -> None:
    owner.server.answers(409, {"title": "Conflict", "status": 409}, "POST replies")
    form = opened(page, "请给我打电话")
    form.get_by_role("button", name="发送").click()
    expect(form.get_by_role("alert")).to_contain_text("上一次其实已经送到")


def test_too_many_in_a_day_says_when_to_come_again(owner: Owner, page: Page) -> None:
    owner.server.answers(429, {"title": "Too many requests", "status": 429}, "POST replies", Retry_After="86400")
    form = opened(page, "请给我打电话")
    form.get_by_role("button", name="发送").click()
    expect(form.get_by_role("alert")).to_contain_text("请过 24 小时再发")


def test_a_link_that_has_expired_meanwhile_offers_a_new_one(owner: Owner, page: Page) -> None:
    owner.server.answers(404, {"title": "Not found", "status": 404}, "POST replies")
    opened(page, "请给我打电话").get_by_role("button", name="发送").click()
    expect(page.get_by_role("heading", name="这个链接打不开账单")).to_be_visible()
    expect(page.get_by_role("link", name="重新打开我的账单")).to_be_visible()


# What was said, and what follows


def test_what_the_owner_has_said_is_listed_with_its_number(owner: Owner) -> None:
    said = {"number": "260620-1AB4", "kind": "dispute", "received_on": "2026-06-20", "answer_by": "2026-07-03"}
    owner.server.answers(200, statement(replies=[said | {"is_open": True}, said | {"kind": "call", "is_open": False}]))
    page = owner.opens()
    listed = page.locator("[data-slot=replies] li")
    expect(listed.first).to_contain_text("对账单有疑问（编号 260620-1AB4）")
    expect(listed.first).to_contain_text("6月20日提交、7月3日前答复")
    expect(listed.last).to_contain_text("已答复")


def test_the_bill_shows_the_pause_as_soon_as_the_answer_is_taken(owner: Owner, page: Page) -> None:
    form = opened(page, "对账单有疑问")
    form.get_by_label("哪里不对").fill("面积不对")
    owner.server.answers(200, statement(bills=[bill(state="held")], holds=[in_force(HOLD) | {"kind": "dispute"}]))
    form.get_by_role("button", name="发送").click()
    expect(page.locator(".when")).to_have_text("暂缓催缴，期间不会催您。")
    expect(page.locator(".confirmed")).to_be_visible()


def test_opening_the_page_twenty_times_changes_nothing(owner: Owner) -> None:
    for _ in range(20):
        owner.opens()
        owner.page.goto("about:blank")
    assert {call for call, _ in owner.server.sent} <= {"GET statement"}


@pytest.fixture
def typist(browser: Browser, server: Server) -> Iterator[Owner]:
    someone = Owner(browser, server, viewport={"width": 1280, "height": 900})
    yield someone
    someone.context.close()
    assert someone.complaints == []


def test_an_answer_is_given_with_the_keyboard_alone(typist: Owner) -> None:
    typist.server.answers(201, taken(kind="call"), "POST replies")
    page = typist.opens()
    page.get_by_role("button", name="请给我打电话").press("Enter")
    expect(page.locator("form h3")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("下午")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".confirmed h3")).to_be_focused()
    assert typist.server.said("POST replies")[0]["message"] == "下午"


def test_a_form_put_aside_gives_the_focus_back_to_its_button(page: Page) -> None:
    form = opened(page, "请给我打电话")
    form.get_by_role("button", name="先不发").click()
    expect(page.get_by_role("button", name="请给我打电话")).to_be_focused()
    expect(page.locator("form")).to_have_count(0)
