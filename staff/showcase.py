"""Every message as it goes out, with made-up names: for owners to know a real one by, and for staff to look at."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from chalicelib.core.bundle import Bundle
from chalicelib.core.collection import Step
from chalicelib.core.message import Message, rendered
from chalicelib.core.rulebook import Channel, Language, Stage
from chalicelib.core.sms import most_segments, segments, signed
from chalicelib.core.voice import Voice
from chalicelib.flows.links import balance_url, unsubscribe_url

from . import drafts, messages, stationery
from .rulefiles import RuleFiles
from .specimen import ORDINARY, Specimen, of_occasions, of_stage

ON_PAPER_ONLY = frozenset({"email-bounced"})
"""Messages that make no sense by e-mail."""
_NEVER_ON_PAPER = frozenset({"sms-code", "reward-offer"})


@dataclass(frozen=True)
class Shown:
    """One message in one language, by every way it may leave; `when` says on what occasion."""

    rules: Bundle
    site: Path
    specimen: Specimen
    said: Mapping[str, object]
    title: str
    when: str
    ways: tuple[Channel, ...]
    message: Message
    sms: str | None
    stage: Stage | None = None

    @property
    def name(self) -> str:
        return self.specimen.message

    @property
    def language(self) -> Language:
        return self.specimen.account.owner.language

    @property
    def file(self) -> str:
        return f"{self.language}-{self.name}"

    @property
    def segments(self) -> int:
        return segments(self.sms) if self.sms else 0

    @property
    def limit(self) -> int:
        """How many parts its text message may take."""
        return most_segments(self.rules.messages[self.name][self.language], self.rules.rules.community.sms)

    @cached_property
    def chat(self) -> str:
        """The message as one person writes it to another."""
        return messages.chatted(messages.chat(self.site, self.name, self.language), self.said)

    @cached_property
    def letter(self) -> str:
        """The message on paper, under a number that no real letter has; empty if it never goes on paper."""
        if self.name in _NEVER_ON_PAPER:
            return ""
        account, about = self.specimen.account, self.specimen.about
        on = about.on if isinstance(about, Step) else self.specimen.ledger.on
        words, said = messages.paper(self.site, self.name, self.language), {**self.said, "unsubscribe_url": ""}
        return stationery.sheet(words, said, self.rules, account, reference=f"{on:%Y%m%d}-000000", on=on)


def shown(rules: Bundle, site: Path, language: Language) -> list[Shown]:
    """Every message of a language: the stages in their order, then the occasions."""
    persona = ORDINARY[language]
    stages = [stage for stage in rules.rules.collection.stages if stage.message]
    found = [of(rules, site, of_stage(rules.rules, stage, persona, language), stage) for stage in stages]
    return [*found, *(of(rules, site, one) for one in of_occasions(rules.rules, persona, language))]


def shown_from(site: Path, files: RuleFiles, language: Language) -> list[Shown]:
    """The same from rule files without faults."""
    made, _ = drafts.draft(site, files, [language])
    return shown(made, site, language)


def of(rules: Bundle, site: Path, specimen: Specimen, stage: Stage | None = None) -> Shown:
    """A message filled in; where a private link's code would be, it says so."""
    language, community = specimen.account.owner.language, rules.rules.community
    voice = Voice(rules, language)
    code = voice.label("sample-code")
    url, stop = balance_url(community.site_url, language, code), unsubscribe_url(community.site_url, code)
    said = specimen.values(rules, url=url, unsubscribe_url=stop)
    made = rendered(rules.messages[specimen.message][language], said)
    front = messages.front(site, specimen.message, language)
    sms = signed(made.sms, community.sms, language) if made.sms else None
    return Shown(
        rules=rules,
        site=site,
        specimen=specimen,
        said=said,
        title=stage.name.of(language) if stage else front.title or made.subject,
        when=stage.summary.of(language) if stage else front.when or "",
        ways=_ways(specimen, stage, has_sms=sms is not None),
        message=made,
        sms=sms,
        stage=stage,
    )


def _ways(specimen: Specimen, stage: Stage | None, *, has_sms: bool) -> tuple[Channel, ...]:
    """How a message may leave: as its stage says, or by whatever an occasion has words for."""
    if stage:
        return stage.channels
    name = specimen.message
    if name in ON_PAPER_ONLY:
        return (Channel.LETTER,)
    ways = [Channel.EMAIL, *([Channel.SMS] if has_sms else []), *([] if name in _NEVER_ON_PAPER else [Channel.LETTER])]
    return tuple(ways)


class Housed(NamedTuple):
    """A page whose styles are in a file of their own, as a strict content policy wants it."""

    html: str
    css: str


_STYLE = re.compile(r' style="([^"]*)"')
_BLOCK = re.compile(r"<style>(.*?)</style>", re.DOTALL)


_HEAD = ('<link rel="icon" href="../assets/favicon.svg">', '<meta name="robots" content="noindex">')


def housed(html: str, stylesheet: str) -> Housed:
    """A message's HTML with its inline styles as rules of a stylesheet; it looks the same."""
    names: dict[str, str] = {}

    def named(match: re.Match[str]) -> str:
        return f' data-s="{names.setdefault(match[1], f"{len(names)}")}"'

    blocks = "\n".join(_BLOCK.findall(html))
    bare = _STYLE.sub(named, _BLOCK.sub("", html))
    rules = "\n".join(f'[data-s="{number}"]{{{style}}}' for style, number in names.items())
    head = [f'<link rel="stylesheet" href="{stylesheet}">', *_HEAD, "</head>"]
    return Housed(bare.replace("</head>", "\n".join(head), 1), f"{rules}\n{blocks}\n")


def pages(found: Sequence[Shown]) -> Iterator[tuple[str, str]]:
    """The files owners may open: each message as it looks by e-mail, or on paper, with its styles beside it."""
    for one in found:
        page = housed(one.message.html if Channel.EMAIL in one.ways else one.letter, f"{one.name}.css")
        yield f"{one.name}.html", page.html
        yield f"{one.name}.css", page.css
