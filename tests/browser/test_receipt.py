"""A receipt on the screen and on paper, and the page where anybody can see whether it is genuine."""

import pytest
from playwright.sync_api import expect

from tests.browser.portal import Owner
from tests.browser.statements import CHECK, CODE, NUMBER, receipt


def test_a_payment_leads_to_its_receipt(owner: Owner) -> None:
    owner.server.answers(200, receipt(), "GET receipts/R7K3M9QXTBD")
    page = owner.opens()
    page.locator("summary").filter(has_text="¥500.00").click()
    page.get_by_role("link", name="查看收据 R7K3M9QXTBD").click()
    expect(page.locator(".receipt .amount")).to_have_text("¥500.00")
    assert page.url == f"{owner.server.url}/receipt/#R7K3M9QXTBD"
    assert owner.questions[-1].headers["authorization"] == f"Bearer {CODE}"


@pytest.mark.parametrize(
    ("path", "sentences"),
    [
        (
            "",
            [
                f"收据编号{NUMBER}",
                f"核对码{CHECK}",
                "到账日期2026年5月2日",
                "缴费方式银行转账",
                "3-2-1201，2026年第一季度 物业服务费，本金",
                "留作预存余额",
                "本收据不是发票。",
                "江州清和物业服务有限公司",
            ],
        ),
        (
            "/en",
            [
                f"Receipt number{NUMBER}",
                "Received on2 May 2026",
                "3-2-1201, January to March 2026 · 物业服务费, principal",
                "This receipt is not a tax invoice.",
            ],
        ),
    ],
)
def test_a_receipt_says_all_that_proves_the_payment(owner: Owner, path: str, sentences: list[str]) -> None:
    owner.server.answers(200, receipt(), f"GET receipts/{NUMBER}")
    expect(owner.opens(f"{path}/balance/").locator(".amount")).to_be_visible()
    page = owner.opens(f"{path}/receipt/", NUMBER)
    for sentence in sentences:
        expect(page.locator(".receipt")).to_contain_text(sentence)
    drawn = page.evaluate(
        "async (text) => (await import('/assets/owner/qr.js')).picture(text).querySelector('path').getAttribute('d')",
        f"{owner.server.url}{path}/verify/#number={NUMBER}&check={CHECK}",
    )
    assert page.locator("svg.qr path").get_attribute("d") == drawn
    link = page.get_by_role("link", name=f"{owner.server.url}{path}/verify/")
    expect(link).to_have_attribute("href", f"{owner.server.url}{path}/verify/#number={NUMBER}&check={CHECK}")


def test_a_receipt_of_a_payment_taken_back_says_so_first(owner: Owner) -> None:
    taken_back = receipt(is_reversed=True, reversed_on="2026-05-08", lines=[], credit=0)
    owner.server.answers(200, taken_back, f"GET receipts/{NUMBER}")
    owner.opens()
    page = owner.opens("/receipt/", NUMBER)
    expect(page.locator(".receipt")).to_contain_text("这笔款已于 2026年5月8日冲正，本收据不再有效。")


def test_the_same_receipt_is_there_in_the_other_language(owner: Owner) -> None:
    owner.server.answers(200, receipt(), f"GET receipts/{NUMBER}")
    owner.opens()
    page = owner.opens("/receipt/", NUMBER)
    page.get_by_role("link", name="English").click()
    expect(page.locator(".receipt")).to_contain_text("This receipt is not a tax invoice.")


def test_a_receipt_without_a_link_to_the_bill_offers_one(owner: Owner) -> None:
    page = owner.opens("/receipt/", NUMBER)
    expect(page.get_by_role("heading", name="这张收据打不开")).to_be_visible()
    expect(page.get_by_role("link", name="重新打开我的账单")).to_have_attribute("href", "../my-bill/")
    assert owner.questions == []


def test_a_receipt_that_is_not_there_leaves_the_way_back_to_the_bill_open(owner: Owner) -> None:
    owner.opens()
    expect(owner.page.locator(".amount")).to_have_text("¥766.22")
    page = owner.opens("/receipt/", "R0000000000")
    expect(page.get_by_role("heading", name="这张收据打不开")).to_be_visible()
    owner.opens(code="")
    expect(page.locator(".amount")).to_have_text("¥766.22")


def test_on_paper_a_receipt_has_nothing_to_press_and_keeps_its_code(owner: Owner) -> None:
    owner.server.answers(200, receipt(), f"GET receipts/{NUMBER}")
    owner.opens()
    page = owner.opens("/receipt/", NUMBER)
    page.emulate_media(media="print")
    expect(page.locator("svg.qr")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_text("本收据不是发票")).to_be_visible()


# Whether it is genuine


STATES = [("genuine", "是真的"), ("reversed", "已经冲正"), ("unknown", "没有查到")]


@pytest.mark.parametrize(("state", "title"), STATES)
def test_the_code_on_a_receipt_answers_by_itself_and_says_no_more_than_that(
    owner: Owner, state: str, title: str
) -> None:
    owner.server.answers(200, {"state": state}, "GET receipts/verify")
    page = owner.opens("/verify/", f"number={NUMBER}&check={CHECK}")
    expect(page.get_by_role("heading", name=title)).to_be_focused()
    expect(page.locator("[data-outcome]:visible")).to_have_count(1)
    assert owner.questions[-1].url.endswith(f"/v1/receipts/verify?number={NUMBER}&check={CHECK}")
    assert "authorization" not in owner.questions[-1].headers


def test_what_is_typed_is_taken_as_people_write_it(owner: Owner) -> None:
    owner.server.answers(200, {"state": "genuine"}, "GET receipts/verify")
    page = owner.opens("/en/verify/", code="")
    page.get_by_label("Receipt number").fill(f" {NUMBER.lower()} ")
    page.get_by_label("Check code").fill(CHECK.lower())
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("heading", name="It is genuine")).to_be_visible()
    assert owner.questions[-1].url.endswith(f"number={NUMBER}&check={CHECK}")


def test_the_query_of_an_address_works_as_well_as_its_fragment(owner: Owner) -> None:
    owner.server.answers(200, {"state": "genuine"}, "GET receipts/verify")
    page = owner.opens(f"/verify/?number={NUMBER}&check={CHECK}", code="")
    expect(page.get_by_role("heading", name="是真的")).to_be_visible()


def test_without_a_check_code_nothing_is_asked_and_the_field_is_named(owner: Owner) -> None:
    page = owner.opens("/verify/", f"number={NUMBER}")
    page.get_by_role("button", name="核对").click()
    expect(page.get_by_label("核对码")).to_be_focused()
    expect(page.get_by_text("请填核对码")).to_be_visible()
    assert owner.questions == []


def test_an_outage_is_never_taken_for_a_forgery(owner: Owner) -> None:
    owner.server.answers(503, {}, "GET receipts/verify")
    page = owner.opens("/verify/", f"number={NUMBER}&check={CHECK}")
    expect(page.get_by_role("alert")).to_contain_text("请再试一次")
    expect(page.locator("[data-outcome]:visible")).to_have_count(0)
