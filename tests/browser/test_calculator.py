"""The fee calculator in Chromium: what owners fill in, what they are told, and what happens without a network."""

import json
from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from staff import openrules
from tests import builders

NOW = datetime.fromisoformat("2026-11-23T08:00:00+08:00")
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    made = browser.new_page(viewport=PHONE)
    made.clock.set_fixed_time(NOW)
    yield made
    made.close()


def opened(page: Page, address: str, prefix: str = "") -> Page:
    page.goto(f"{address}{prefix}/calculator/")
    expect(page.locator("#calculator")).to_be_visible()
    return page


@pytest.mark.parametrize(
    ("prefix", "month", "year"),
    [("", "每月 ¥214.80", "2026年全年 ¥2,577.60"), ("/en", "¥214.80 a month", "¥2,577.60 for 2026")],
)
def test_a_flat_of_the_example_size_is_worked_out_at_once(
    page: Page, address: str, prefix: str, month: str, year: str
) -> None:
    opened(page, address, prefix)

    expect(page.get_by_role("status")).to_have_text(f"{month}{year}")
    expect(page.locator("#fees-steps")).to_contain_text("¥644.40")


def test_parking_spaces_are_added_and_a_home_may_be_left_out(page: Page, address: str) -> None:
    opened(page, address)
    page.get_by_label("产权车位（个）").select_option("2")
    expect(page.get_by_role("status")).to_contain_text("每月 ¥354.80")

    page.get_by_label("只算车位").check()
    expect(page.get_by_role("status")).to_contain_text("每月 ¥140.00")
    expect(page.get_by_label("建筑面积（平方米）")).to_be_hidden()


def test_a_year_in_which_a_rate_changes_is_told_part_by_part(page: Page, address: str) -> None:
    rules = json.loads(openrules.published(builders.shipped(), "tests"))
    flats = next(one for one in rules["schedules"] if one["id"] == "residential")
    now = flats["rates"][-1]
    flats["rates"] = [now | {"until": "2026-06-30"}, now | {"from": "2026-07-01", "yuan": "3.00"}]
    page.route("**/rules.json", lambda route: route.fulfill(json=rules))
    opened(page, address)

    expect(page.get_by_role("status")).to_have_text("2026年全年 ¥2,899.80")
    names = [
        "1月至6月，每月",
        "7月至12月，每月",
        "第一季度至第二季度，每期账单",
        "第三季度至第四季度，每期账单",
        "全年",
    ]
    expect(page.locator("#fees-steps dt")).to_have_text(names)
    expect(page.locator("#fees-steps .sum")).to_have_text(["¥214.80", "¥268.50", "¥644.40", "¥805.50", "¥2,899.80"])


@pytest.mark.parametrize("typed", ["８９．５", "89.5 平方米", "89.50㎡", " 89.50 "])
def test_an_area_is_read_however_it_was_typed(page: Page, address: str, typed: str) -> None:
    opened(page, address)
    page.get_by_label("建筑面积（平方米）").fill(typed)

    expect(page.get_by_role("status")).to_contain_text("每月 ¥214.80")


@pytest.mark.parametrize("typed", ["", "0", "-5", "89.505", "八十九", "1e3", "100001"])
def test_an_area_that_is_none_is_told_at_its_field(page: Page, address: str, typed: str) -> None:
    opened(page, address)
    area = page.get_by_label("建筑面积（平方米）")
    area.fill(typed)

    expect(area).to_have_attribute("aria-invalid", "true")
    expect(area).to_have_accessible_description(
        "写在房产证和账单上，例如89.50。 请填大于零的数字，最多两位小数，例如89.50。"
    )
    expect(page.locator("#fees-figure")).to_be_hidden()


def test_what_is_saved_by_paying_ahead_is_worked_out_for_a_year_with_rewards(page: Page, address: str) -> None:
    opened(page, address)
    expect(page.locator("#rewards")).to_contain_text("选2027年就能看到")
    page.get_by_label("哪一年").select_option("2027")

    expect(page.locator("#rewards .sum")).to_have_text(["¥51.56", "¥25.76", "¥12.88"])
    expect(page.locator("#rewards")).to_contain_text("3月1日（含当天）以前缴清全年四期，每期减 2%")


def test_a_late_fee_is_told_piece_by_piece_as_on_the_late_fee_page(page: Page, address: str) -> None:
    """The example of that page: ¥644.40 due on 30 June, ¥300 paid 45 days later, seen after 92 days."""
    opened(page, address)
    page.get_by_label("哪一期账单").select_option("2026-Q2")
    page.get_by_label("哪一天缴清").fill("2026-09-30")
    page.get_by_text("中间缴过一部分").click()
    page.get_by_label("缴了多少（元）").fill("300")
    page.get_by_label("哪一天缴的").fill("2026-08-14")

    expect(page.locator("#late .sum")).to_have_text(["¥0.96", "¥1.77"])
    expect(page.locator("#late .figure")).to_have_text("违约金 ¥2.73")


def test_within_grace_there_is_none(page: Page, address: str) -> None:
    opened(page, address)
    page.get_by_label("哪一天缴清").fill("2026-10-30")
    expect(page.locator("#late")).to_contain_text("这以前缴清，不收违约金")

    page.get_by_label("哪一天缴清").fill("2026-11-30")
    expect(page.locator("#late .figure")).to_have_text("违约金 ¥2.13")


def test_once_loaded_it_needs_no_network_and_sends_nothing(page: Page, address: str) -> None:
    opened(page, address)
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_label("建筑面积（平方米）").fill("120")

    expect(page.get_by_role("status")).to_contain_text("每月 ¥288.00")
    assert asked == []


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_without_scripts_it_says_how_to_work_it_out_and_whom_to_call(
    browser: Browser, address: str, prefix: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}{prefix}/calculator/")

    expect(page.locator("#calculator")).to_be_hidden()
    expect(page.locator("#calculator-off").get_by_role("link").last).to_have_attribute("href", "tel:400-000-0123")
    expect(page.locator("#content ~ dl")).to_contain_text("¥644.40")
    context.close()


def test_without_its_rules_it_says_so_and_shows_no_form(page: Page, address: str) -> None:
    page.route("**/rules.json", lambda route: route.abort())
    page.goto(f"{address}/calculator/", wait_until="networkidle")

    expect(page.locator("#calculator-off")).to_be_visible()
    expect(page.locator("#calculator")).to_be_hidden()
