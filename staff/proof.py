"""Every message of a bundle filled in before anyone gets one: nothing unknown, unlawful, too long or unregistered."""

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from jinja2 import TemplateError, meta

from chalicelib.core import consistency
from chalicelib.core.bundle import Bundle, MessageText, Tone
from chalicelib.core.compliance import published_ceiling
from chalicelib.core.event import PROMOTIONS
from chalicelib.core.fault import Fault
from chalicelib.core.fault import Path as Place
from chalicelib.core.lawbook import Where, kind_of, kind_of_occasion
from chalicelib.core.message import HTML, Message, html_template, rendered
from chalicelib.core.naming import unknown
from chalicelib.core.rulebook import Channel, Language, SmsProfile, Stage
from chalicelib.core.sms import most_segments, refused_words, segments, signed
from chalicelib.flows.links import balance_url

from . import compliance, showcase
from .specimen import LONGEST, Specimen, of_occasions, of_stage

_TAG = re.compile(r"{{\s*(.*?)\s*}}")


class Sheet(NamedTuple):
    """A message in one language, with its longest specimen; `stage` where a stage sends it."""

    name: str
    language: Language
    text: MessageText
    specimen: Specimen
    stage: Stage | None = None

    @property
    def file(self) -> str:
        return f"messages/{self.language}/{self.name}.md"

    def where(self, channel: Channel) -> Where:
        """What the message is, by the way it leaves."""
        if self.stage:
            return Where(kind_of(self.stage, channel), self.language, stage=self.stage.id)
        return Where(kind_of_occasion(self.name, channel), self.language)

    def filled_in(self, draft: Bundle) -> Message:
        # 43 characters is what a code takes
        url = balance_url(draft.rules.community.site_url, "en", "x" * 43)
        said = self.specimen.values(draft, url=url, unsubscribe_url=url)
        html_template(draft.pages["unsubscribe"][self.language]).render(**said, state="ask")
        return rendered(self.text, said)


def sheets(draft: Bundle) -> Iterator[Sheet]:
    """Every message for every stage that sends it, then those of the occasions."""
    rules = draft.rules
    for stage in rules.collection.stages:
        for language, text in draft.messages.get(stage.message or "", {}).items():
            made = of_stage(rules, stage, LONGEST[language], language)
            yield Sheet(made.message, language, text, made, stage)
    for language in rules.community.languages:
        for made in of_occasions(rules, LONGEST[language], language):
            if language in draft.messages.get(made.message, {}):
                yield Sheet(made.message, language, draft.messages[made.message][language], made)


def faults(draft: Bundle, site: Path) -> list[Fault]:
    """What keeps a message from being sent: an unknown name, sums that differ between the ways it goes out.

    Of a text message, also that it is too long or not as registered.
    """
    every = list(sheets(draft))
    found = [fault for sheet in every for fault in _faults(draft, sheet)]
    broken = {fault.file for fault in found}
    found += [fault for sheet in every if sheet.file not in broken for fault in _differing(draft, sheet, site)]
    templates = draft.rules.community.sms.templates
    unused = unknown(consistency.COMMUNITY, ("sms", "templates"), templates, draft.messages)
    return [*found, *_tones(draft), *unused]


def _faults(draft: Bundle, sheet: Sheet) -> Iterator[Fault]:
    try:
        message = sheet.filled_in(draft)
    except TemplateError as error:
        yield Fault(sheet.file, (), "template-error", {"detail": error.message or str(error)})
        return
    yield from _unknown_names(draft, sheet)
    if sheet.specimen.account.owner.contacts[0].name not in message.text:
        yield Fault(sheet.file, (), "nobody-greeted", {}, "{{ salutation }}{{ name }}")
    if sheet.name in PROMOTIONS and (sheet.stage or message.sms is not None):
        yield Fault(sheet.file, ("sms",), "promotion-not-here", {}, Channel.EMAIL.value)
    if message.sms is not None:
        yield from _sms_faults(draft, sheet, message.sms)
    elif sheet.stage and Channel.SMS in sheet.stage.channels:
        yield Fault(
            sheet.file, ("sms",), "message-missing", {"stage": sheet.stage.id}, draft.rules.community.sms.profile
        )


def _unknown_names(draft: Bundle, sheet: Sheet) -> Iterator[Fault]:
    """Names nobody gives a value, also where no specimen comes along."""
    known = sheet.specimen.values(draft, url="", unsubscribe_url="").keys()
    sources = (sheet.text.subject, sheet.text.html, sheet.text.text, sheet.text.sms or "")
    used = set().union(*map(_names_used, sources))
    for name in sorted(used - known):
        yield Fault(sheet.file, (), "template-error", {"detail": f"'{name}' is undefined"})


@lru_cache(maxsize=512)
def _names_used(source: str) -> set[str]:
    return meta.find_undeclared_variables(HTML.parse(source))


_SUM = re.compile(r"\d[\d,]*\.\d\d")
_NO_WORDS = re.compile(r"<style>.*?</style>|<svg.*?</svg>", re.DOTALL)


def _differing(draft: Bundle, sheet: Sheet, site: Path) -> Iterator[Fault]:
    """Whatever way a message goes out, it names the same sums; a text message, at least none of its own."""
    try:
        shown = showcase.of(draft, site, sheet.specimen, sheet.stage)
    except TemplateError as error:
        yield Fault(sheet.file, (), "template-error", {"detail": error.message or str(error)})
        return
    text = _sums(shown.message.text)
    ways = {"email": shown.message.html, "wechat": shown.chat, "letter": shown.letter}
    odd = {way: _sums(words) ^ text for way, words in ways.items() if words}
    odd["sms"] = _sums(shown.sms or "") - text
    for way, differing in odd.items():
        if differing:
            values = {"way": way, "sums": ", ".join(sorted(differing))}
            yield Fault(sheet.file, (), "sums-differ", values)


def _sums(words: str) -> set[str]:
    return {found.replace(",", "") for found in _SUM.findall(_NO_WORDS.sub("", words))}


def _sms_faults(draft: Bundle, sheet: Sheet, filled: str) -> Iterator[Fault]:
    sms, path = draft.rules.community.sms, ("sms",)
    for word in refused_words(filled, sms.profile):
        yield Fault(sheet.file, path, "sms-not-allowed", {"value": word})
    needed, most = segments(signed(filled, sms, sheet.language)), most_segments(sheet.text, sms)
    if needed > most:
        yield Fault(sheet.file, path, "sms-too-long", {"segments": str(needed)}, f"<= {most}")
    if sms.profile is SmsProfile.MAINLAND_CHINA:
        yield from _registration(draft, sheet)


def _registration(draft: Bundle, sheet: Sheet) -> Iterator[Fault]:
    """Mainland carriers carry registered texts alone: fixed words, and the blanks as they were told to them."""
    source = sheet.text.sms or ""
    blanks = _TAG.findall(source)
    if "{%" in source:
        yield Fault(sheet.file, ("sms",), "sms-varies", {})
    template = draft.rules.community.sms.templates.get(sheet.name, {}).get(sheet.language)
    path: Place = ("sms", "templates", sheet.name, sheet.language)
    told = {"message": sheet.name}
    if template is None:
        yield Fault(consistency.COMMUNITY, path, "sms-template-missing", told)
    elif list(template.variables) != blanks:
        yield Fault(consistency.COMMUNITY, (*path, "variables"), "sms-template-differs", told, ", ".join(blanks))
    elif template.text != (text := _TAG.sub("{}", source)):
        yield Fault(consistency.COMMUNITY, (*path, "text"), "sms-template-differs", told, text)


_FIRMNESS = {tone: rank for rank, tone in enumerate(Tone)}


def _tones(draft: Bundle) -> Iterator[Fault]:
    """Warm before the due date, plain and firm after it, and never friendlier than the demand before."""
    for language in draft.rules.community.languages:
        least = Tone.WARM
        for stage in draft.rules.collection.stages:
            text = draft.messages.get(stage.message or "", {}).get(language)
            if text is None:
                continue
            file = f"messages/{language}/{stage.message}.md"
            if not stage.demand and text.tone is not Tone.WARM:
                yield Fault(file, ("tone",), "tone-out-of-place", {"stage": stage.id}, Tone.WARM.value)
            elif stage.demand and (text.tone is Tone.WARM or _FIRMNESS[text.tone] < _FIRMNESS[least]):
                firmer = [tone for tone in Tone if tone is not Tone.WARM and _FIRMNESS[tone] >= _FIRMNESS[least]]
                yield Fault(file, ("tone",), "tone-out-of-place", {"stage": stage.id}, ", ".join(firmer))
            least = text.tone if stage.demand else least


def unlawful(draft: Bundle) -> list[Fault]:
    """What may not be said, or is left out, and shows only once a message is filled in."""
    ceiling = published_ceiling(draft.rules)
    found: list[Fault] = []
    for sheet in sheets(draft):
        with suppress(TemplateError):  # told as such
            message = sheet.filled_in(draft)
            for channel, text in ((Channel.EMAIL, f"{message.subject}\n\n{message.text}"), (Channel.SMS, message.sms)):
                path: Place = ("sms",) if channel is Channel.SMS else ()
                if text:
                    where = sheet.where(channel)
                    found += compliance.text_faults(sheet.file, text, where, draft.compliance, ceiling, path)
    return found
