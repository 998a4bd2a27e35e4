"""Chinese text for people has Chinese punctuation."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from staff import rulefiles
from tests import publicsite

SITE = publicsite.ROOT / "site"
HALF_WIDTH = re.compile(r"[\u3400-\u9fff][,;:?!()]|[,;:?!()][\u3400-\u9fff]")
# What is not text: values and code, tags, the address and brackets of a link.
MARKUP = re.compile(r"\{[{%#].*?[}%#]\}|<[^>]*>|\]\([^)]*\)", re.S)
FRONT_MATTER = re.compile(r"(?:---\n(.*?)\n---\n)?(.*)", re.S)
# Patterns of compliance.yml are read by machines, and stand for texts whose punctuation is half-width by then.
PATTERNS = {"forbids", "forbids_when_owed", "demands", "excused_by", "not_excused_with"}
TEXTS = sorted(
    path for folder in ("pages", "theme/parts", "messages", "notices") for path in (SITE / folder / "zh").glob("**/*.*")
)
RULES = sorted(SITE.glob("*.yml"))


def offences(text: str) -> list[str]:
    return [text[max(0, found.start() - 8) : found.end() + 8] for found in HALF_WIDTH.finditer(text)]


def chinese(value: Any) -> Iterator[str]:
    """Every text of a rule file that is not in another language."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from chinese(part) if key != "en" and key not in PATTERNS else ()
    elif isinstance(value, list):
        for part in value:
            yield from chinese(part)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(SITE)))
def test_pages_and_messages_use_full_width_punctuation(path: Path) -> None:
    front, body = FRONT_MATTER.fullmatch(path.read_text(encoding="utf-8")).groups()
    values = "\n".join(chinese(rulefiles.document(path.name, front or "").value))

    assert offences(values) + offences(MARKUP.sub("\n", body)) == []


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.name)
def test_rule_files_use_full_width_punctuation(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    values = "\n".join(chinese(rulefiles.document(path.name, text).value))
    comments = "\n".join(re.findall(r"^\s*#(.*)", text, re.M))

    assert offences(values) + offences(comments) == []
