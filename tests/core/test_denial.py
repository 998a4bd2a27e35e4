"""Denials: one that governs the words takes them back; a weak, conditional or double one does not."""

import pytest

from chalicelib.core.denial import is_denied, passage
from chalicelib.core.disguise import Plain


def denied(text: str, words: str = "停水") -> bool:
    plain = Plain(text).text
    start = plain.index(words)
    return is_denied(passage(plain, start, start + len(words)))


@pytest.mark.parametrize(
    "text",
    [
        "我们不停水。",
        "我们绝不会停水。",
        "即使欠费，也不会停水。",
        "不因欠费而停水。",
        "不会因为不缴费而停水。",
        "法律禁止以任何理由停水。",
        "停水是违法的。",
        "会停水吗？不会。",
        "我们不收小费，也不停水。",
    ],
)
def test_a_denial_takes_the_words_back(text: str) -> None:
    assert denied(text)


@pytest.mark.parametrize(
    "text",
    [
        "将停水。",
        "不缴费就停水。",
        "不得不停水。",
        "不会轻易停水。",
        "不停水，但欠费的例外。",
        "不停水。但欠费户除外。",
        "不得欠费，否则停水。",
        "不得欠费以免停水。",
        "为了不停水，请缴费。",
        "缴清了就不停水。",
        "只要缴清，我们不会停水。",
        "想停水吗？",
        "不停水才怪。",
        "难道不停水吗？",
        "暂不停水。",
        "停水，禁止入内。",
        "绝不容忍欠费停水。",
    ],
)
def test_half_a_denial_takes_nothing_back(text: str) -> None:
    assert not denied(text)


@pytest.mark.parametrize(
    ("text", "is_taken_back"),
    [
        ("We never cut off water.", True),
        ("The law does not allow us to cut off water.", True),
        ("It is illegal to cut off water.", True),
        ("Will you cut off water? No.", True),
        ("We will not hesitate to cut off water.", False),
        ("Never, unless you owe: we cut off water.", False),
        ("We never cut off water except for debtors.", False),
        ("If you do not pay we cut off water.", False),
        ("Do you want us to cut off water?", False),
    ],
)
def test_denials_in_english(text: str, is_taken_back: bool) -> None:
    assert denied(text, "cut off water") is is_taken_back
