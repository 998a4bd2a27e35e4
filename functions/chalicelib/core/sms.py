"""Text messages: how many parts one takes, and what carriers of a profile refuse."""

import re
from collections.abc import Iterator

from .bundle import MessageText
from .rulebook import Language, Sms, SmsProfile

_GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_7_EXTENSION = frozenset("\f^{}\\[~]|€")

# What registered templates of mainland carriers may not hold; §5 of carriers' template rules:
# no links, no demands, no signs some networks drop, no brackets but the platform's own signature.
_MAINLAND_REFUSES = re.compile(
    r"https?://\S*|www\.\S*|[¥￥★【】]|催款|催缴|催收|欠费|逾期|违约金|滞纳金|起诉|诉讼|律师|法院|征信"
    r"|overdue|arrears|late charge|lawsuit|lawyer",
    re.IGNORECASE,
)


def segments(text: str) -> int:
    """How many parts a text is sent and billed in: 160/153 in GSM-7, 70/67 once any character is outside it.

    Outside GSM-7 the count is in UTF-16 units, so an emoji is two (AWS End User Messaging, SMS limits).
    """
    if all(char in _GSM_7 or char in _GSM_7_EXTENSION for char in text):
        length, one, many = sum(2 if char in _GSM_7_EXTENSION else 1 for char in text), 160, 153
    else:
        length, one, many = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= one else -(-length // many)


def refused_words(text: str, profile: SmsProfile) -> Iterator[str]:
    """The words and signs of a text that carriers of a profile would not carry."""
    if profile is SmsProfile.MAINLAND_CHINA:
        yield from _MAINLAND_REFUSES.findall(text)


def signed(text: str, sms: Sms, language: Language) -> str:
    """A text as it arrives: the platform puts our signature in front."""
    return f"【{sms.signature.of(language)}】{text}"


def most_segments(text: MessageText, sms: Sms) -> int:
    """How many parts a message may take: its own limit, within the community's."""
    return min(text.sms_segments or sms.max_segments, sms.max_segments)
