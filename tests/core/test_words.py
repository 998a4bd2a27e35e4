"""Words: how days, money and reasons are said, and that every code of the source has its words and no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from chalicelib.core.money import Fen
from chalicelib.core.rulebook import Language, Text
from chalicelib.core.words import Reason, day_text, money_text, problem_text, reason_text
from tests.builders import TESTS, bundle, day

WORDS = bundle().words
ROOT = TESTS.parent
SOURCES = [
    path
    for folder in ("functions", "staff")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "vendor" not in path.parts and ".chalice" not in path.parts
]
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def test_a_day_is_said_as_people_of_a_language_say_it() -> None:
    assert day_text(WORDS, day("2026-03-05"), "zh") == "2026年3月5日"
    assert day_text(WORDS, day("2026-03-05"), "en") == "5 March 2026"


def test_money_is_said_with_its_sign_and_groups() -> None:
    assert money_text(WORDS, Fen(123456), "zh") == "¥1,234.56"
    assert money_text(WORDS, Fen(123456), "en") == "¥1,234.56"


def test_a_reason_is_a_sentence_with_its_days_and_names_in_the_owners_language() -> None:
    stage = Text(zh="账单通知", en="Your bill is ready")
    reason = Reason("step-before-due", {"due": day("2026-03-31"), "days": 30, "stage": stage})
    language: Language
    for language, parts in (("en", ("31 March 2026", "30", stage.en)), ("zh", ("2026年3月31日", "30", stage.zh))):
        said = reason_text(WORDS, reason, language)
        assert all(part in said for part in parts)
        assert "{" not in said


def test_a_problem_is_a_sentence_with_its_values() -> None:
    assert "colour" in problem_text(WORDS, "unknown-key", {"name": "colour"}, "en")


def texts() -> Iterator[tuple[str, Text]]:
    for name in ("tasks", "channels", "reasons", "problems", "labels"):
        for code, text in getattr(WORDS, name).items():
            yield f"{name}.{code}", text
    yield "date_form", WORDS.date_form
    yield "money_form", WORDS.money_form


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize(("code", "text"), [pytest.param(code, text, id=code) for code, text in texts()])
def test_both_languages_fill_in_the_same_values(code: str, text: Text) -> None:
    zh, en = blanks(text.zh), blanks(text.en)
    if code == "date_form":
        assert zh - {"month"} == en - {"month_name"}
    else:
        assert zh == en


def literals(node: ast.AST) -> Iterator[str]:
    """Every text that may be the value of an expression: itself, either branch, each part."""
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield name, node


def in_source(codes: set[str]) -> set[str]:
    """Which of some codes stand as a text anywhere in the source."""
    found: set[str] = set()
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found |= {text for text in literals(tree) if text in codes}
    return found


def test_every_reason_the_source_gives_has_its_words() -> None:
    given = {
        text for path in SOURCES for name, call in calls(path) if name == "Reason" for text in literals(call.args[0])
    }
    assert given
    assert given - set(WORDS.reasons) - {"code"} == set()


def test_every_problem_the_source_reports_has_its_words() -> None:
    """The code is the third argument of a Fault; codes looked up in a table stand in that table."""
    given = {
        text
        for path in SOURCES
        for name, call in calls(path)
        if name == "Fault" and len(call.args) > 2
        for text in literals(call.args[2])
    }
    assert given
    assert given - set(WORDS.problems) == set()


def test_words_nobody_says_are_not_kept() -> None:
    for name in ("reasons", "problems"):
        codes = set(getattr(WORDS, name))
        assert codes - in_source(codes) == set(), name


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_code_is_written_in_one_way_and_every_text_says_something(language: Language) -> None:
    for code, text in texts():
        assert CODE.fullmatch(code.rpartition(".")[2].replace("_", "-"))
        assert text.of(language).strip() == text.of(language) != ""
