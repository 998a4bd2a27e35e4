"""Whether a text says only what law and courtesy allow, by the rules staff keep in `site/compliance.yml`.

Forbidden words count wherever they stand, however disguised, unless the text denies them or announces works.
"""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from msgspec import Struct

from .bundle import Bundle
from .denial import Passage, is_denied, passage
from .disguise import Plain
from .lawbook import Lawbook, Patterns, Rule, Where
from .rulebook import LateFeeRule, Rulebook
from .voice import one_line


class Finding(Struct, frozen=True):
    """Words that break a rule, as they were written, and their line; no words where something is missing."""

    rule: Rule
    line: int = 1
    words: str = ""


def findings(text: str, where: Where, lawbook: Lawbook, ceiling: Decimal) -> list[Finding]:
    """Everything in a text that breaks a rule for where it stands; no daily rate may be above the ceiling."""
    found, met = _read(text, where, lawbook, ceiling)
    return [*found, *_lacking(where, lawbook, met)]


def _read(text: str, where: Where, lawbook: Lawbook, ceiling: Decimal) -> tuple[list[Finding], set[str]]:
    """The forbidden words of a text, and the ids of the demands it meets."""
    plain = Plain(text)
    rules = list(_applied(where, lawbook))
    found = [finding for rule in rules for finding in _forbidden(plain, rule, ceiling)]
    return found, {rule.id for rule in rules if _is_met(plain.text, rule, where)}


def _lacking(where: Where, lawbook: Lawbook, met: set[str]) -> list[Finding]:
    rules = _applied(where, lawbook)
    return [Finding(rule) for rule in rules if rule.demands.of(where.language) and rule.id not in met]


def _applied(where: Where, lawbook: Lawbook) -> Iterator[Rule]:
    """The rules for where a text stands, but for what its stage or page may state."""
    stated = lawbook.states.get(where.stage, ())
    for rule in lawbook.rules:
        if where.kind in rule.applies_to and rule.id not in stated and where.page not in rule.pages:
            yield rule


class Proofreader:
    """Reads messages before they are sent, line by line; a line that was clean once is not read again.

    A day's messages of one stage differ in names and figures only, which is what makes reading each
    affordable. A line is known by its words: its figures count only where it states a rate.
    """

    def __init__(self) -> None:
        self._clean: dict[tuple[str, Where], dict[str, set[str]]] = {}

    def findings(self, text: str, where: Where, lawbook: Lawbook, ceiling: Decimal, revision: str) -> list[Finding]:
        """Everything in a message as one owner gets it that breaks a rule of a revision."""
        clean = self._clean.setdefault((revision, where), {})
        if len(clean) > _LINES_KEPT:
            clean.clear()
        met: set[str] = set()
        for line in _ADDRESS.sub("", text).splitlines():
            shape = line if _RATE.search(line) else _DIGIT.sub("0", line)
            if shape not in clean:
                found, meets = _read(line, where, lawbook, ceiling)
                if found:
                    return found
                clean[shape] = meets
            met |= clean[shape]
        return _lacking(where, lawbook, met)

    def broken(self, text: str, name: str, where: Where, bundle: Bundle) -> Rule | None:
        """The first rule a message to an owner breaks; the name is their own: a law firm may have a shop, too."""
        if len(flat := one_line(name)) > 1:
            text = text.replace(flat, "")
        found = self.findings(text, where, bundle.compliance, published_ceiling(bundle.rules), bundle.revision)
        return found[0].rule if found else None


_LINES_KEPT = 2000
_RATE = re.compile("[%％‰‱分]|percent", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_ADDRESS = re.compile(r"https?://\S+")  # differs with each owner's code


def published_ceiling(rules: Rulebook) -> Decimal:
    """The highest daily rate any published late fee rule allows."""
    late_fees: list[LateFeeRule] = [rule for dated in rules.collection.late_fees.values() for rule in dated]
    return max((rule.daily_rate for rule in late_fees), default=Decimal(0))


def _forbidden(plain: Plain, rule: Rule, ceiling: Decimal) -> Iterator[Finding]:
    for match in _broken(plain.text, rule, ceiling):
        start, end = plain.origin(match.start(), match.start() + len(match[0].rstrip()))
        yield Finding(rule, plain.line(match.start()), " ".join(plain.written[start:end].split()))


def _broken(text: str, rule: Rule, ceiling: Decimal) -> list[re.Match[str]]:
    """Where a rule is broken; words that need a debt beside them count only where no others do."""
    broken = [match for match in _matches(text, rule.forbids) if _is_broken_by(match, rule, ceiling)]
    if not _has(text, rule.not_excused_with):
        return broken
    taken = [match.span() for match in broken]
    for match in _matches(text, rule.forbids_when_owed):
        is_new = all(match.end() <= start or end <= match.start() for start, end in taken)
        if is_new and _is_tied(match, rule) and _is_broken_by(match, rule, ceiling):
            broken.append(match)
    return sorted(broken, key=re.Match.start)


def _is_broken_by(match: re.Match[str], rule: Rule, ceiling: Decimal) -> bool:
    """Whether forbidden words that were found are meant: not denied, not excused, and no lawful rate."""
    if rule.above_published and not _is_above(match, ceiling):
        return False
    found = passage(match.string, *match.span(_THREAT if match.groupdict().get(_THREAT) else 0))
    return not (rule.may_be_denied and is_denied(found)) and not _is_excused(found, rule)


_THREAT = "threat"
"""The group of a pattern that a denial would have to govern, where not all of its words are the threat."""


def _matches(text: str, patterns: Patterns) -> Iterator[re.Match[str]]:
    """Every place some pattern is found at; where several begin within one, the first."""
    ends = 0
    found = (match for one in _spoken(text, patterns) for match in compiled(one).finditer(text))
    for match in sorted(found, key=lambda match: (match.start(), -match.end())):
        if match.start() >= ends:
            yield match
            ends = match.end()


def _is_tied(match: re.Match[str], rule: Rule) -> bool:
    """Whether the sentence of the words, or one beside it, speaks of what is owed."""
    found = passage(match.string, match.start(), match.end())
    return _has(_around(found), rule.not_excused_with)


def _spoken(text: str, patterns: Patterns) -> tuple[str, ...]:
    """The patterns of the languages that a text is in, both of them if need be."""
    return (*(() if text.isascii() else patterns.zh), *(patterns.en if _LATIN.search(text) else ()))


_LATIN = re.compile("[a-z] ?[a-z] ?[a-z]")


def _is_excused(found: Passage, rule: Rule) -> bool:
    return _has(found.sentence, rule.excused_by) and not _has(_around(found), rule.not_excused_with)


def _around(found: Passage) -> str:
    return f"{found.prior}{found.sentence}。{found.beyond}"


def _has(text: str, patterns: Patterns) -> bool:
    return any(compiled(one).search(text) for one in _spoken(text, patterns))


def _is_met(text: str, rule: Rule, where: Where) -> bool:
    """Whether something demanded is said; what is denied is not said."""
    said = (match for one in rule.demands.of(where.language) for match in compiled(one).finditer(text))
    return any(not is_denied(passage(text, match.start(), match.end())) for match in said)


# In a pattern: what stays as it is, a letter that may have a space behind it, a space that may be missing.
_JOINT = re.compile(
    r"(?P<kept>\\.|\[(?:\\.|[^\]])*\]|\(\?P<\w+>|\{[\d,]+\})|(?P<letter>[a-z])(?![?*+{])|(?P<space> )(?![?*])"
)


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern that also finds words with a space between their letters, and words without one between them."""
    return re.compile(_JOINT.sub(_loosened, pattern))


def _loosened(part: re.Match[str]) -> str:
    if part["kept"]:
        return part["kept"]
    # the space is kept once taken: two ways to read each of many words would double the time with every word
    return f"{part['letter']} ?+" if part["letter"] else " ?"


_UNITS = {"%": 100, "‰": 1000, "‱": 10_000, "百分之": 100, "千分之": 1000, "万分之": 10_000, "percent": 100}
_UNITS |= {"permille": 1000, "basispoint": 10_000, "basispoints": 10_000}
_UNITS |= {"每百元": 100, "每一百元": 100, "每千元": 1000, "每万元": 10_000, "百元": 100, "千元": 1000, "万元": 10_000}
_UNITS |= {"100": 100, "1000": 1000, "100元": 100, "1000元": 1000}
_OF_A_YUAN = {"角": 10, "分": 100}
_OLD_UNITS = {
    ("日", "厘"): 1000,
    ("日", "分"): 100,
    ("月", "厘"): 1000,
    ("月", "分"): 100,
    ("年", "厘"): 100,
    ("年", "分"): 10,
}
"""What 厘 and 分 are a part of, by the period they are said of."""
_MONTHS, _YEARS = ("月", "month", "monthly"), ("年", "year", "yearly", "annum", "annually", "pa")
_DAYS = {"周": 7, "week": 7} | dict.fromkeys(_MONTHS, 30) | dict.fromkeys(_YEARS, 365)
_DIGITS = {char: str(value) for value, char in enumerate("零一二三四五六七八九")} | {
    "两": "2",
    "半": "0.5",
    "点": ".",
    "十": "10",
}
_WORDS = {"half": "0.5", "halfa": "0.5"} | {
    word: str(value) for value, word in enumerate(("one", "two", "three", "four", "five", "six"), start=1)
}


def _is_above(match: re.Match[str], ceiling: Decimal) -> bool:
    """Whether a stated rate comes to more a day than the ceiling."""
    said = {name: (words or "").replace(" ", "") for name, words in match.groupdict().items()}
    per, unit = said.get("per", ""), said["unit"]
    number = _WORDS.get(said["number"]) or "".join(_DIGITS.get(char, char) for char in said["number"])
    try:
        part = _OLD_UNITS.get((per, unit)) or _UNITS[unit]
        return Decimal(number) / part / _OF_A_YUAN.get(said.get("money", ""), 1) / _DAYS.get(per, 1) > ceiling
    except (InvalidOperation, KeyError):  # a rate nobody can read is not the published one
        return True
