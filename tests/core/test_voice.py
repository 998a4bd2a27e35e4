"""How things are said: sums, days, periods and lists as people of each language say them."""

from decimal import Decimal

import pytest

from chalicelib.core.rulebook import Language
from chalicelib.core.voice import Voice, one_line, percent
from tests.builders import bundle


@pytest.mark.parametrize(
    ("language", "names", "expected"),
    [
        ("zh", ["微信", "转账", "现金"], "微信、转账、现金"),
        ("en", ["WeChat Pay", "bank transfer", "cash"], "WeChat Pay, bank transfer or cash"),
        ("en", ["card", "cash"], "card or cash"),
        ("en", ["cash"], "cash"),
        ("zh", [], ""),
    ],
)
def test_things_to_choose_from_are_a_list_in_a_sentence(language: Language, names: list[str], expected: str) -> None:
    assert Voice(bundle(), language).either(names) == expected


def test_a_method_nobody_named_stands_as_it_was_recorded() -> None:
    assert Voice(bundle(), "zh").method("pigeon\npost") == "pigeon post"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a\r\nb", "a b"), ("  a \t b ", "a b"), ("a\u202eb", "a b"), ("a\x00b\u2028c", "a b c"), ("王小明", "王小明")],
)
def test_one_line_has_no_breaks_controls_or_direction_marks(text: str, expected: str) -> None:
    assert one_line(text) == expected


@pytest.mark.parametrize(
    ("period", "zh", "en"),
    [
        ("2026-Q4", "2026年第四季度", "October to December 2026"),
        ("2026-03", "2026年3月", "March 2026"),
        ("2026-10", "2026年10月", "October 2026"),
        ("2026", "2026年度", "2026"),
        ("装修期", "装修期", "装修期"),
        ("2026上半年", "2026上半年", "2026上半年"),
        ("开荒-2026", "开荒-2026", "开荒-2026"),
    ],
)
def test_a_period_is_said_as_people_say_it_and_one_named_otherwise_stands(period: str, zh: str, en: str) -> None:
    assert (Voice(bundle(), "zh").period(period), Voice(bundle(), "en").period(period)) == (zh, en)


@pytest.mark.parametrize(
    ("share", "expected"),
    [("0.0003", "0.03%"), ("0.2", "20%"), ("0.20", "20%"), ("1", "100%"), ("0.00011", "0.011%"), ("0", "0%")],
)
def test_a_share_is_said_in_per_cent(share: str, expected: str) -> None:
    assert percent(Decimal(share)) == expected
