"""A notice in words: nothing left blank, nothing escaped twice, nothing an owner is called can break it."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from chalicelib.core.bundle import MessageText
from chalicelib.core.collection import Step, next_step
from chalicelib.core.history import History
from chalicelib.core.ledger import fold
from chalicelib.core.message import Message, rendered, unbroken, values
from chalicelib.core.rulebook import Language
from tests.builders import account, bill, bundle, contact, day, hold, owner, payment, rules

URL, STOP = "https://sample.example/balance/#code", "https://sample.example/v1/unsubscribe?t=stop"
ON = {"bill-issued": "2026-03-01", "due-soon": "2026-03-28", "first-demand": "2026-04-07"}


def said(on: str, language: Language = "zh", name: str = "王小明", **facts: Any) -> tuple[Step, dict[str, Any]]:
    someone = owner("o-1", contact(name=name), language=language)
    some = account(*facts.get("facts", [bill()]), owner=someone)
    ledger = fold(some, rules(), day(on))
    step = next_step(some, ledger, History(), rules(), on=day(on), ledger_through=day(on))
    assert isinstance(step, Step)
    return step, values(bundle(), some, ledger, step, someone.contacts[0], url=URL, unsubscribe_url=STOP)


def message(stage: str, language: Language = "zh", **how: Any) -> Message:
    step, filled = said(ON[stage], language, **how)
    assert step.stage.id == stage
    return rendered(bundle().messages[step.stage.message][language], filled)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("stage", ON)
def test_every_message_says_amount_day_unit_and_where_to_look_and_how_to_stop(stage: str, language: Language) -> None:
    made = message(stage, language)
    for body in (made.html, made.text):
        assert "1,234.56" in body
        assert ("2026年3月31日" if language == "zh" else "31 March 2026") in body
        assert "3-2-1201" in body
        assert URL in body
        assert STOP in body
        assert "400-000-0199" in body
        assert not re.search(r"{{|{%|JINJA|None|Undefined", body)
    assert "\n" not in made.subject


def test_the_demand_says_until_when_and_from_when_and_how_a_late_fee_runs() -> None:
    text = message("first-demand").text
    for part in ("2026年4月27日", "2026年4月16日", "0.05%", "20%"):
        assert part in text


def test_a_bill_without_a_late_fee_is_demanded_without_a_word_of_one() -> None:
    text = message("first-demand", facts=[bill(kind="energy")]).text
    assert "违约金" not in text


def test_the_reminder_says_how_many_days_are_left() -> None:
    assert "3 天" in message("due-soon").subject


@pytest.mark.parametrize(
    ("on", "zh", "en"), [("2026-03-30", "明天到期", "due tomorrow"), ("2026-03-31", "今天到期", "due today")]
)
def test_a_reminder_that_comes_late_says_tomorrow_or_today(on: str, zh: str, en: str) -> None:
    languages: dict[Language, str] = {"zh": zh, "en": en}
    for language, expected in languages.items():
        step, filled = said(on, language)
        made = rendered(bundle().messages[step.stage.message or ""][language], filled)
        assert expected in made.subject
        assert expected in made.text


def test_a_message_lists_every_open_bill_and_none_that_is_paid() -> None:
    paid = bill(500, "2025-12-31", unit="9-9-9")
    two = [
        bill(),
        bill(7000, "2026-03-31", unit="P-17", kind="parking"),
        paid,
        payment(500, "2025-11-01", unit="9-9-9"),
    ]
    made = message("bill-issued", facts=two)
    assert "P-17" in made.text
    assert "1,304.56" in made.text
    assert "9-9-9" not in made.text


def test_a_bill_that_is_paused_is_not_asked_for_beside_another() -> None:
    disputed = bill(70_000, id="2025-Q4", due="2025-12-31", issued="2025-11-20")
    paused = hold("2026-04-01", "2026-04-20", bills=(disputed.key,))
    _, filled = said(ON["first-demand"], facts=[bill(), disputed, paused])
    assert [row["amount"] for row in filled["rows"]] == ["¥1,234.56"]
    assert filled["total"] == "¥1,234.56"


def test_what_is_passed_through_is_in_a_reminder_and_never_in_a_demand() -> None:
    water = bill(4_150, id="w", kind="water")
    for stage, amounts in {"due-soon": ["¥1,234.56", "¥41.50"], "first-demand": ["¥1,234.56"]}.items():
        _, filled = said(ON[stage], facts=[bill(), water])
        assert [row["amount"] for row in filled["rows"]] == amounts


@pytest.mark.parametrize("language", ["zh", "en"])
def test_mainland_text_messages_hold_an_amount_and_no_link(language: Language) -> None:
    sms = message("bill-issued", language).sms
    assert sms is not None
    assert "1234.56" in sms
    assert "http" not in sms
    assert "\n" not in sms


def test_names_are_escaped_in_html_and_only_there() -> None:
    made = message("bill-issued", name='<script>alert("x")</script> & Söhne')
    assert "<script>" not in made.html
    assert "&lt;script&gt;" in made.html
    assert '<script>alert("x")</script> & Söhne' in made.text


@given(st.text(max_size=60))
def test_whatever_an_owner_is_called_the_html_gets_no_new_tag(name: str) -> None:
    plain = message("bill-issued", name="王").html
    assert re.findall(r"<[a-z/!]+", message("bill-issued", name=name).html) == re.findall(r"<[a-z/!]+", plain)


def test_a_name_that_looks_like_a_template_is_only_a_name() -> None:
    assert "{{ total }}{% if %}" in message("bill-issued", name="{{ total }}{% if %}").text


def test_a_value_nobody_gives_is_an_error_not_a_blank() -> None:
    template = MessageText(subject="x", html="{{ nobody }}", text="x")
    with pytest.raises(UndefinedError):
        rendered(template, {})


@pytest.mark.parametrize(
    "whole",
    ["2026年3月31日前", "2026年1月", "31 March 2026", "¥1,234.56", "400-000-0199", "3-2-1201 2026Q1"],
)
def test_what_belongs_together_is_kept_on_one_line_where_it_is_read(whole: str) -> None:
    shown = f'<span style="white-space:nowrap">{whole}</span>'

    assert unbroken(f'{whole}<body><a title="{whole}">{whole}</a>，{whole}<p>') == (
        f'{whole}<body><a title="{whole}">{shown}</a>，{shown}<p>'
    )
