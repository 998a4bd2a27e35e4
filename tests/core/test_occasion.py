"""What owners are told beside the stages: each message says what it is about, and no name breaks it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.event import (
    ASKS_FOR_MONEY,
    OCCASIONS,
    PROMOTIONS,
    BillAsked,
    Event,
    HoldBroken,
    HoldOpened,
    InvoiceAsked,
    MailBounced,
    PaidUp,
    PaymentReceived,
    PaymentReturned,
    occasion,
)
from chalicelib.core.ledger import fold
from chalicelib.core.message import Message, rendered
from chalicelib.core.occasion import masked, values
from chalicelib.core.receipt import number_of
from chalicelib.core.rulebook import Language
from chalicelib.core.voice import one_line
from staff.specimen import LONGEST, ORDINARY, Specimen, of_occasions, of_stage
from tests.builders import account, bill, bundle, contact, day, hold, owner, payment, rules, shipped_bundle
from tests.hostile import NAMES

URL, STOP = "https://sample.example/balance/#code", "https://sample.example/v1/unsubscribe?t=stop"
LANGUAGES: tuple[Language, ...] = ("zh", "en")


def told(event: Event, on: str, *facts: Any, language: Language = "zh") -> Message:
    someone = owner("o-1", contact(), language=language)
    some = account(*facts, owner=someone)
    said = values(
        bundle(), some, fold(some, rules(), day(on)), event, someone.contacts[0], url=URL, unsubscribe_url=STOP
    )
    return rendered(bundle().messages[occasion(some, event) or ""][language], said)


def specimens() -> Iterator[tuple[Language, Specimen]]:
    """Every message there is, of stages and of occasions, in both languages."""
    made = shipped_bundle().rules
    for language in LANGUAGES:
        for stage in made.collection.stages:
            if stage.message:
                yield language, of_stage(made, stage, ORDINARY[language], language)
        for specimen in of_occasions(made, ORDINARY[language], language):
            yield language, specimen


ALL = [pytest.param(language, one, id=f"{one.message}-{language}") for language, one in specimens()]


def filled(language: Language, specimen: Specimen) -> Message:
    made = shipped_bundle()
    return rendered(made.messages[specimen.message][language], specimen.values(made, url=URL, unsubscribe_url=STOP))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_occasion_has_a_message_and_a_specimen_of_it(language: Language) -> None:
    names = [specimen.message for specimen in of_occasions(shipped_bundle().rules, LONGEST[language], language)]
    assert names == list(OCCASIONS)
    assert set(OCCASIONS) <= shipped_bundle().messages.keys()
    assert set(OCCASIONS) >= ASKS_FOR_MONEY | PROMOTIONS


@pytest.mark.parametrize(("language", "specimen"), ALL)
def test_every_message_greets_the_owner_says_whom_to_call_and_leaves_nothing_blank(
    language: Language, specimen: Specimen
) -> None:
    made = filled(language, specimen)
    for body in (made.html, made.text):
        assert ORDINARY[language].name in body
        assert "400-000-0123" in body
        assert not re.search(r"{{|{%|JINJA|None|Undefined|\bnull\b", body)
    assert "\n\n\n" not in made.text
    assert made.subject


@pytest.mark.parametrize(
    "specimen", [one for language, one in specimens() if language == "en"], ids=lambda s: s.message
)
def test_every_english_message_says_whose_time_it_keeps_and_which_text_prevails(specimen: Specimen) -> None:
    text = filled("en", specimen).text
    assert "Beijing time" in text
    assert "the Chinese text prevails" in text.replace("The", "the")


@pytest.mark.parametrize(("language", "specimen"), ALL)
def test_no_message_has_a_word_of_another_language(language: Language, specimen: Specimen) -> None:
    numbers = "|".join(map(number_of, specimen.ledger.receipts)) or "发票"
    text = re.sub(rf"https?://\S+|\S+@\S+|发票|{numbers}", "", filled(language, specimen).text)
    stray = re.findall(r"[\u3400-\u9fff]+", text) if language == "en" else re.findall(r"[A-Za-z]{3,}", text)
    assert stray == []


def test_a_receipt_says_how_much_came_when_and_how_and_what_it_paid() -> None:
    late = bill(10_000, "2026-03-31")
    text = told(PaymentReceived("bank#9#1"), "2026-05-20", late, payment(20_000, "2026-05-20", id="bank#9#1")).text
    for part in (
        "¥200.00",
        "2026年5月20日",
        "银行",
        f"收据编号 {number_of('bank#9#1')}",
        "¥100.00（2026年第一季度）",
        "违约金",
    ):
        assert part in text
    assert "预存" in text
    assert "已全部缴清" in text


def test_a_receipt_for_a_part_says_what_is_still_open() -> None:
    text = told(
        PaymentReceived("bank#9#1"), "2026-03-20", bill(10_000), payment(4_000, "2026-03-20", id="bank#9#1")
    ).text
    assert "¥60.00 待缴" in text


def test_a_thank_you_for_having_paid_all_names_what_is_kept_for_later() -> None:
    paid = [bill(10_000), payment(12_000, "2026-03-20")]
    assert "¥20.00" in told(PaidUp(), "2026-03-20", *paid).text


def test_a_refund_says_which_payment_it_was() -> None:
    paid = payment(10_000, "2026-03-20", id="bank#9#1")
    back = payment(10_000, "2026-03-25", id="bank#10#1", reverses="bank#9#1")
    text = told(PaymentReturned("bank#10#1"), "2026-03-25", bill(10_000), paid, back).text
    assert "2026年3月20日缴纳的 ¥100.00 已退还" in text
    assert "¥100.00 待缴" in text


def test_a_bill_that_was_asked_for_lists_all_that_is_open_and_the_next_day() -> None:
    made = told(BillAsked(), "2026-03-01", bill(10_000), bill(5_000, "2026-06-30", issued="2026-02-01"))
    for part in ("¥150.00", "最近一笔2026年3月31日到期", "¥50.00"):
        assert part in made.text


def test_of_bills_due_on_several_days_the_day_beside_the_sum_is_said_to_be_the_earliest() -> None:
    one, both = (told(BillAsked(), "2026-04-10", *bills) for bills in ([bill()], [bill(), bill(due="2026-06-30")]))
    assert "到期日 2026年3月31日\n" in one.text
    assert "最早到期日 2026年3月31日\n" in both.text and "最早到期日" not in one.text


def test_who_owes_nothing_and_asks_for_the_bill_is_told_so() -> None:
    made = told(BillAsked(), "2026-03-01", bill(10_000), payment(10_000, "2026-02-20"))
    assert "没有待缴的账单" in made.text
    assert "怎样缴费" not in made.text


OPENED = {
    "dispute": "dispute-received",
    "promise": "promise-confirmed",
    "hardship": "help-received",
    "family": "help-received",
}


@pytest.mark.parametrize("kind", OPENED)
def test_a_pause_is_confirmed_with_its_bills_and_its_last_day(kind: Any) -> None:
    one, other = bill(10_000), bill(7_000, "2026-03-31", unit="P-17", kind="parking")
    held = hold("2026-04-02", "2026-04-20", kind=kind, bills=(one.key,), stops_late_fee=kind == "dispute")
    event = HoldOpened("h-1", day("2026-04-08"))
    assert occasion(account(one, held), event) == OPENED[kind]
    text = told(event, "2026-04-02", one, other, held).text
    assert "2026年4月20日" in text
    assert "¥100.00" in text
    assert "P-17" not in text
    assert ("不计违约金" in text) is (kind == "dispute")


@pytest.mark.parametrize("kind", ["litigation", "vacancy"])
def test_a_pause_nobody_asked_for_help_with_is_not_answered_as_if_they_had(kind: Any) -> None:
    held = hold("2026-04-02", "2026-04-20", kind=kind)
    assert occasion(account(bill(10_000), held), HoldOpened("h-1", day("2026-04-08"))) is None


def test_a_promise_that_was_not_kept_is_asked_about_without_blame() -> None:
    one = bill(10_000)
    text = told(
        HoldBroken("h-1"), "2026-04-16", one, hold("2026-04-02", "2026-04-15", kind="promise", bills=(one.key,))
    ).text
    assert "2026年4月15日" in text
    assert "若已缴费" in text
    for part in ("银行转账", "分期"):
        assert part in text


def test_an_address_is_shown_so_that_only_its_owner_knows_it_again() -> None:
    assert masked("wang.xiaoming@owner.example") == "w***@owner.example"
    assert masked("") == "***"
    text = told(MailBounced("wang.xiaoming@owner.example", day("2026-04-02")), "2026-04-03").text
    assert "xiaoming" not in text


@given(NAMES, st.data())
def test_whatever_an_owner_is_called_every_message_stays_what_it_is(text: str, data: st.DataObject) -> None:
    language, specimen = data.draw(st.sampled_from([param.values for param in ALL]))
    assert isinstance(specimen, Specimen)
    plain, named = filled(language, specimen), filled(language, renamed(specimen, text))
    assert tags(named.html) == tags(plain.html)
    assert "\u202e" not in named.html + named.text + named.subject
    assert "\x1b" not in named.text
    for line in (named.subject, named.sms or ""):
        assert line.isprintable()
    assert f"{one_line(text)}" in named.text  # as it is: no tag of it was filled in


def renamed(specimen: Specimen, name: str) -> Specimen:
    """The same message to an owner of another name, who wants the invoice made out to it."""
    some, about = specimen.account, specimen.about
    someone = replace(some.owner, contacts=(replace(some.owner.contacts[0], name=name),))
    if isinstance(about, InvoiceAsked):
        about = replace(about, title=name)
    return specimen._replace(account=replace(some, owner=someone), about=about)


def tags(html: str) -> list[str]:
    """The tags of a page, but for those that only keep figures together."""
    return [tag for tag in re.findall(r"<[a-z/!][a-z0-9]*", html) if tag not in ("<span", "</span")]
