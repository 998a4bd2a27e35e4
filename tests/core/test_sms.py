import pytest

from chalicelib.core.rulebook import SmsProfile
from chalicelib.core.sms import refused_words, segments


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("房" * 70, 1),
        ("房" * 71, 2),
        ("房" * 134, 2),
        ("房" * 135, 3),
        ("a" * 69 + "房", 1),
        ("a" * 70 + "房", 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("房" * 68 + "😀", 1),
        ("房" * 69 + "😀", 2),
        ("房" * 132 + "😀", 2),
        ("房" * 133 + "😀", 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("", 1),
    ],
)
def test_fault_19_a_text_is_counted_as_carriers_bill_it(text: str, parts: int) -> None:
    assert segments(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "详情 https://sample.example/balance/#x",
        "www.sample.example",
        "共¥12.00",
        "【样板苑】您好",
        "您已欠费",
        "已逾期 3 天",
        "违约金 5 元",
        "将提起诉讼",
        "请联系律师",
        "Your bill is OVERDUE",
        "in arrears",
    ],
)
def test_mainland_carriers_refuse_links_demands_and_signs(text: str) -> None:
    assert list(refused_words(text, SmsProfile.MAINLAND_CHINA))
    assert not list(refused_words(text, SmsProfile.INTERNATIONAL))


def test_a_plain_reminder_is_carried() -> None:
    text = "您好，2026年第1季度物业账单已出，共1234.56元，2026年3月31日前缴纳即可。咨询400-000-0199。"
    assert not list(refused_words(text, SmsProfile.MAINLAND_CHINA))
