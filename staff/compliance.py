"""What is unlawful or discourteous in what staff wrote: messages, pages, notices and the texts within the rules."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from chalicelib.core import consistency, disclosure, lawbook
from chalicelib.core.compliance import Finding, findings, published_ceiling
from chalicelib.core.event import OCCASIONS, PROMOTIONS
from chalicelib.core.fault import Fault
from chalicelib.core.fault import Path as Place
from chalicelib.core.lawbook import Kind, Lawbook, Where
from chalicelib.core.rulebook import Channel, Language, Rulebook, Text

from .rulefiles import RuleFiles

_PUBLIC = ("pages/{}/**/*.md", "notices/{}/**/*.md", "posters/{}/*.md", "wechat/{}/*.md", "theme/parts/{}/*")
_PUBLIC_RULES = (consistency.FEES, consistency.PAYMENTS, consistency.COLLECTION, consistency.WORDS, disclosure.FILE)
_FOR_STAFF = "problems"
"""The part of `words.yml` that no owner reads: it names what is wrong."""
_HAN, _LATIN = re.compile(r"[\u3400-\u9fff]"), re.compile(r"[A-Za-z]{2,}")


def faults(site: Path, files: RuleFiles, languages: Sequence[Language] | None = None) -> list[Fault]:
    """Every finding in the files of `site/` in some languages, or all; each with its line.

    What messages lack shows once they are filled in.
    """
    rules, book = files.rulebook, files.files[lawbook.FILE]
    ceiling, spoken = published_ceiling(rules), languages or rules.community.languages
    found = [*_in_rules(files, book, ceiling, spoken)]
    for path, where in dict.fromkeys([*_messages(site, rules, spoken), *_public(site, spoken)]):
        file = path.relative_to(site).as_posix()
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (FileNotFoundError, UnicodeDecodeError):  # told by whoever compiles the file
            continue
        found += [fault(file, finding) for finding in findings(text, where, book, ceiling) if finding.words]
        if path.suffix == ".md" and _is_in_another(text, where.language):
            found.append(Fault(file, (), "language-other", {}, where.language, line=1))
    return found


def _messages(site: Path, rules: Rulebook, languages: Sequence[Language]) -> Iterator[tuple[Path, Where]]:
    """Each message file as each stage that sends it would."""
    for stage in rules.collection.stages:
        for language in languages if stage.message else ():
            path = site / "messages" / language / f"{stage.message}.md"
            yield path, Where(lawbook.kind_of(stage, Channel.EMAIL), language, stage=stage.id)
    for name in OCCASIONS:
        for language in languages:
            kind = Kind.PROMOTION if name in PROMOTIONS else Kind.ANSWER
            yield site / "messages" / language / f"{name}.md", Where(kind, language)


def _public(site: Path, languages: Sequence[Language]) -> Iterator[tuple[Path, Where]]:
    for language in languages:
        for pattern in _PUBLIC:
            for path in sorted(site.glob(pattern.format(language))):
                yield path, Where(Kind.PAGE, language, page=path.name)


def _in_rules(files: RuleFiles, book: Lawbook, ceiling: Decimal, languages: Sequence[Language]) -> Iterator[Fault]:
    """The rule files' own texts: they are shown on the pages."""
    for name in _PUBLIC_RULES:
        for path, text in _texts(files.documents[name].value):
            if _FOR_STAFF not in path and path[-1] in languages:
                language: Language = "en" if path[-1] == "en" else "zh"
                for finding in findings(text, Where(Kind.PAGE, language), book, ceiling):
                    yield fault(name, Finding(finding.rule, 0, finding.words), path)


def _texts(value: Any, path: Place = ()) -> Iterator[tuple[Place, str]]:
    """Every text for people in a document, with its place."""
    if isinstance(value, str) and path[-1] in ("zh", "en"):
        yield path, value
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from _texts(part, (*path, key))


def _is_in_another(text: str, language: Language) -> bool:
    """Whether a file in one language's folder is written in the other one."""
    body = re.sub(r"{{.*?}}|{%.*?%}|^[\w-]+:|<[^>]*>|\([^)]*\)", "", text, flags=re.MULTILINE | re.DOTALL)
    han, latin = len(_HAN.findall(body)), len(_LATIN.findall(body))
    return han > latin if language == "en" else latin > han


def text_faults(
    file: str, text: str, where: Where, book: Lawbook, ceiling: Decimal, path: Place = ()
) -> Iterator[Fault]:
    """Findings in a message as an owner gets it; its lines are not the file's, so none is told."""
    for finding in findings(text, where, book, ceiling):
        yield fault(file, Finding(finding.rule, 0, finding.words), path)


def fault(file: str, finding: Finding, path: Place = ()) -> Fault:
    """A finding as `courtyard check` tells it, with what to write instead."""
    rule = finding.rule
    values: dict[str, str | Text] = {"rule": rule.id, "name": rule.name, "source": rule.source}
    if not finding.words:
        return Fault(file, path, "compliance-missing", values, rule.instead)
    return Fault(file, path, "compliance-forbidden", {"words": finding.words, **values}, rule.instead, finding.line)
