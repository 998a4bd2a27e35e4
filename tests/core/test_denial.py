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
        "欠费停水？我们不做这种事。",
        "问：会停水吗？答：不会，法律不允许。",
        "停水催缴一律禁止。",
        "有人说不转账就停水，请勿相信。",
        "您收到以停水相威胁的短信，那不是我们发的。",
        "员工以停水威胁业主的，请举报。",
        "网传欠费停水，系谣言。",
        "如遇员工以停水催费，请投诉。",
        "收到不转账就停水的电话，请直接挂断。",
        "去年停水催费，这是错误的。",
        "任何人都无权停水，那是谣言。",
        "不会停水，网传的不实。",
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
        "停水，一律禁止入内。",
        "会停水吗？不会，除非您欠费。",
        "不停水，下次就难说了。",
        "有人说我们不会停水，请勿相信。",
        "收到本函仍不缴费的，将停水。有疑问请致电投诉。",
        "有人还没缴费，将停水。",
        "如员工停水，请致电前台缴费。",
        "有人至今不缴费，将停水，拖延是不允许的。",
        "收到本通知仍不缴费的，将停水，别说通知不属实。",
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
        ("Rumours that we cut off water are untrue.", True),
        ("If anybody says we cut off water, it is not true.", True),
        ("Callers threaten to cut off water. Please report them.", True),
        ("Do you cut off water? Of course not.", True),
        ("We will not cut off water today.", False),
        ("We will not cut off water, but that may change.", False),
        ("Do you cut off water? No, unless you owe.", False),
        ("We do not lock doors, cut off water or stop lifts.", True),
        ("We do not wait, we cut off water or gas.", False),
        ("If a guard threatens to cut off water, call the manager.", True),
        ("If a guard threatens to cut off water, call the manager and pay.", False),
        ("Do not be surprised when we cut off water.", False),
        ("Whoever told you that we cut off water was wrong.", True),
        ("For anyone who has not paid we cut off water. False excuses do not help.", False),
        ("If somebody has not paid, we cut off water.", False),
    ],
)
def test_denials_in_english(text: str, is_taken_back: bool) -> None:
    assert denied(text, "cut off water") is is_taken_back
