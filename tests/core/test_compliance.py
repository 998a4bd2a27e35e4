"""The compliance rules, each held against the sentences of `tests/compliance/`: what it stops, what it lets pass."""

from functools import cache
from time import process_time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.compliance import Finding, Proofreader, findings, published_ceiling
from chalicelib.core.lawbook import Kind, Lawbook, Rule, Where
from chalicelib.core.rulebook import Language
from tests.builders import TESTS, bundle, shipped

FOLDER = TESTS / "compliance"
LAWBOOK: Lawbook = bundle().compliance
CEILING = published_ceiling(shipped())
LEAST = 10
SECONDS = 5


@cache
def sentences(rule_id: str) -> dict[str, Any]:
    """A rule's file: sentences it stops and lets pass, and where they stand."""
    found: dict[str, Any] = yaml.safe_load((FOLDER / f"{rule_id}.yml").read_text(encoding="utf-8"))
    return found


def language_of(text: str) -> Language:
    return "zh" if any("\u3400" <= char <= "\u9fff" for char in text) else "en"


def found_in(text: str, rule: Rule) -> list[Finding]:
    """What one rule finds in a text that stands where its file says."""
    place = {"kind": rule.applies_to[0], **sentences(rule.id).get("where", {})}
    where = Where(Kind(place["kind"]), language_of(text), stage=place.get("stage", ""))
    return [finding for finding in findings(text, where, LAWBOOK, CEILING) if finding.rule.id == rule.id]


def cases(which: str) -> list[Any]:
    return [
        pytest.param(rule, text, id=f"{rule.id}: {text}")
        for rule in LAWBOOK.rules
        for text in sentences(rule.id)[which]
    ]


@pytest.mark.parametrize(("rule", "text"), cases("forbidden"))
def test_a_forbidden_sentence_is_stopped(rule: Rule, text: str) -> None:
    assert found_in(text, rule)


@pytest.mark.parametrize(("rule", "text"), cases("allowed"))
def test_an_allowed_sentence_passes(rule: Rule, text: str) -> None:
    assert found_in(text, rule) == []


def test_every_rule_has_its_sentences_and_no_sentences_are_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.yml")} == {rule.id for rule in LAWBOOK.rules}


@pytest.mark.parametrize("rule", LAWBOOK.rules, ids=lambda rule: rule.id)
@pytest.mark.parametrize("which", ["forbidden", "allowed"])
def test_every_rule_has_ten_sentences_of_each_sort_and_some_in_each_language(rule: Rule, which: str) -> None:
    listed = sentences(rule.id)[which]
    assert len(set(listed)) >= LEAST
    assert {language_of(text) for text in listed} == {"zh", "en"}


@pytest.mark.parametrize("rule", LAWBOOK.rules, ids=lambda rule: rule.id)
def test_every_rule_says_in_both_languages_what_to_write_instead_and_where_it_comes_from(rule: Rule) -> None:
    for text in (rule.name, rule.instead, rule.source):
        assert language_of(text.zh) == "zh"
        assert text.en != text.zh


# disguises

THREATS = [
    ("cut-off", "欠费将停水停电"),
    ("cut-off", "再不缴费就切断供电"),
    ("denied-access", "欠费的停用门禁卡"),
    ("shaming", "明天公布欠费名单"),
    ("wrong-word", "另收滞纳金"),
    ("compound", "违约金按复利计算"),
    ("cut-off", "we will cut off your water"),
    ("shaming", "you are on our blacklist"),
    ("legal-early", "we shall take legal action"),
]
RULES = {rule.id: rule for rule in LAWBOOK.rules}
TRADITIONAL = dict(zip("费将断电门单实则违约计滞纳", "費將斷電門單實則違約計滯納", strict=True))
CYRILLIC = dict(zip("aceop", "асеор", strict=True))


def wide(char: str) -> str:
    return chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char


LOOKS = st.sampled_from([str, wide, str.upper, lambda c: TRADITIONAL.get(c, c), lambda c: CYRILLIC.get(c, c)])
BETWEEN = st.sampled_from(["", "", " ", "\u200b", "\u2060", "*", "_", "**", "·", "-", "|", "~", "\u00a0", "\ufe0f"])


@given(st.data())
def test_a_threat_in_any_disguise_is_found_on_its_line(data: st.DataObject) -> None:
    rule, text = data.draw(st.sampled_from(THREATS))
    looks = data.draw(st.lists(LOOKS, min_size=len(text), max_size=len(text)))
    between = data.draw(st.lists(BETWEEN, min_size=len(text), max_size=len(text)))
    disguised = "".join(look(char) + put for look, char, put in zip(looks, text, between, strict=True))
    before = data.draw(st.integers(0, 5))
    page = "您好。\n\n" * before + disguised + "\n\n谢谢。"
    found = found_in(page, RULES[rule])
    assert [finding.line for finding in found] == [1 + 2 * before]
    assert found[0].words
    assert found[0].words in " ".join(disguised.split())


@given(st.sampled_from(["停水停电", "滞纳金", "欠费名单", "利滚利"]), st.sampled_from("，。、；：！—…"))
def test_marks_between_all_the_characters_hide_nothing(words: str, mark: str) -> None:
    found = findings(f"将{mark.join(words)}", Where(Kind.PAGE, "zh"), LAWBOOK, CEILING)
    assert found


# where


def test_the_questions_page_may_explain_a_word_no_other_may_use() -> None:
    text = "滞纳金是行政机关对逾期缴纳税费的人加收的款项。"
    found = [findings(text, Where(Kind.PAGE, "zh", page=page), LAWBOOK, CEILING) for page in ("faq.md", "fees.md")]
    assert [[finding.rule.id for finding in of_page] for of_page in found] == [[], ["wrong-word"]]


@pytest.mark.parametrize(
    ("stage", "text", "rules"),
    [
        ("due-soon", "违约金从5月1日起计算。", ["late-fee-early"]),
        ("first-demand", "违约金从5月1日起计算。", []),
        ("second-demand", "我们可能提起诉讼。", ["legal-early"]),
        ("formal-letter", "我们可能提起诉讼。", []),
        ("formal-letter", "我们可能停水。", ["cut-off"]),
    ],
)
def test_a_consequence_is_stated_from_its_stage_on_and_an_unlawful_one_never(
    stage: str, text: str, rules: list[str]
) -> None:
    found = findings(text, Where(Kind.SMS, "zh", stage=stage), LAWBOOK, CEILING)
    assert [finding.rule.id for finding in found] == rules


@pytest.mark.parametrize(("rate", "is_found"), [("0.03%", False), ("0.031%", True), ("0.3‰", False), ("0.4‰", True)])
def test_a_rate_up_to_the_published_one_may_be_stated(rate: str, is_found: bool) -> None:
    found = findings(f"每天 {rate}。", Where(Kind.DEMAND, "zh", stage="first-demand"), LAWBOOK, CEILING)
    assert ("rate-over-ceiling" in {finding.rule.id for finding in found}) is is_found


# what only counts beside a debt, and how long a reading takes


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("您的蓝牙开门权限将在七天后关闭。", []),
        ("您的蓝牙开门权限将在七天后关闭。请尽快缴清欠费。", ["denied-access"]),
        ("会所周一对业主不开放。", []),
        ("会所、健身房对欠费业主不开放。", ["denied-access"]),
        ("会所、健身房不会对欠费业主不开放。", []),
        ("Your meter is locked into a cabinet.", []),
        ("Until you have paid, your meter stays locked.", ["cut-off"]),
        ("Utilities to units in default will be suspended.", ["cut-off"]),
    ],
)
def test_some_words_are_a_threat_only_beside_a_debt(text: str, rules: list[str]) -> None:
    found = findings(text, Where(Kind.PAGE, language_of(text)), LAWBOOK, CEILING)
    assert [finding.rule.id for finding in found] == rules


def test_a_threat_beside_a_debt_is_found_although_another_is_found_before_it() -> None:
    text = "欠费就停水。\n\n欠费住户，健身房不开放。\n\n欠费的，燃气也别想用了。"
    found = findings(text, Where(Kind.PAGE, "zh"), LAWBOOK, CEILING)
    assert [(finding.rule.id, finding.line) for finding in found] == [
        ("cut-off", 1),
        ("cut-off", 5),
        ("denied-access", 3),
    ]


def test_a_note_for_the_transfer_is_no_way_to_pay() -> None:
    where = Where(Kind.REMINDER, "zh", stage="due-soon")
    lacking = [finding.rule.id for finding in findings("转账备注请写房号。电话 400-000-0123", where, LAWBOOK, CEILING)]
    assert lacking == ["ways-to-pay"]


MANY = "water |name |1|电梯|停水的|欠费|不得|interest |water will |欠费业主的电梯|收到停水|owing |lift not |w4t"


@pytest.mark.parametrize("words", MANY.split("|"))
def test_many_words_take_no_more_time_than_their_number(words: str) -> None:
    """A pattern that backtracks would not come back within a lifetime; this one is bounded by far."""
    began = process_time()
    findings((words * 10_000)[:10_000], Where(Kind.PAGE, language_of(words)), LAWBOOK, CEILING)
    assert process_time() - began < SECONDS


@pytest.mark.parametrize("before", ["publish ", "interest bears ", "late charge is added ", "lose ", "owing "])
def test_a_word_without_end_takes_no_more_time_than_its_letters(before: str) -> None:
    """Where a space may be missing, a pattern that counts words would try every way to part them."""
    began = process_time()
    findings(f"{before}{'a' * 2000}", Where(Kind.PAGE, "en"), LAWBOOK, CEILING)
    assert process_time() - began < SECONDS


# before each send


def said_of(message: str, reader: Proofreader, stage: str = "due-soon") -> list[str]:
    where = Where(Kind.REMINDER, "zh", stage=stage)
    return [finding.rule.id for finding in reader.findings(message, where, LAWBOOK, CEILING, "r")]


PLAIN = "王小明：\n账单共1234.56元，可用支付宝缴费。\n电话 400-000-0123"


def test_a_clean_message_is_clean_however_often_it_is_read() -> None:
    reader = Proofreader()
    assert [said_of(PLAIN, reader) for _ in range(3)] == [[], [], []]


@pytest.mark.parametrize("line", ["不缴费就停水。", "违约金每天 5%。", "S​u e : 我们会起诉。"])
def test_a_line_that_is_new_is_read_among_those_known_to_be_clean(line: str) -> None:
    reader = Proofreader()
    said_of(PLAIN, reader)
    assert said_of(f"{PLAIN}\n{line}", reader)


def test_figures_of_a_rate_are_read_anew_although_the_words_are_known() -> None:
    reader = Proofreader()
    first = f"{PLAIN}\n每天 0.01% 计算。"
    assert said_of(first, reader) == []
    assert said_of(first.replace("0.01", "0.51"), reader) == ["rate-over-ceiling"]


def test_what_a_message_lacks_is_missed_though_every_line_is_known() -> None:
    reader = Proofreader()
    said_of(PLAIN, reader)
    assert said_of("王小明：\n账单共1234.56元，可用支付宝缴费。", reader) == ["contact"]
