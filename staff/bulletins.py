"""Short public texts for notice boards and the owners' group: what they may name, and what is wrong with them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from jinja2 import TemplateError
from msgspec import Meta, Struct

from chalicelib.core.calendar import next_open_day, period
from chalicelib.core.fault import Fault
from chalicelib.core.message import PLAIN
from chalicelib.core.rulebook import Language, Rulebook, Word
from chalicelib.core.words import Words, day_text
from chalicelib.core.workdays import closed_days

from . import frontmatter
from .frontmatter import Read, Sheet
from .noticeboard import Notice

LONGEST = {"zh": 26, "en": 64}
"""What a sentence may have of characters to be read from two metres on A4."""


class Poster(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The head of a poster, whose body is its one sentence, line by line: where its code leads, and what is there."""

    page: str
    caption: Word


class GroupText(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The head of a text for the owners' group: so many days from the due day (before: negative), or with a notice."""

    days: tuple[Annotated[int, Meta(ge=-92, le=0)], ...] = ()
    notices: bool = False


class Said(NamedTuple):
    """A text for the group as it is pasted."""

    id: str
    language: Language
    text: str


def posters(site: Path, languages: Sequence[Language]) -> Read[Poster]:
    """Every poster in every language."""
    return frontmatter.read(site, "posters", languages, Poster)


def group_texts(site: Path, languages: Sequence[Language]) -> Read[GroupText]:
    """Every text for the owners' group in every language."""
    return frontmatter.read(site, "wechat", languages, GroupText)


def named(rules: Rulebook, language: Language) -> dict[str, Any]:
    """What each of these texts may name: nothing of any owner's."""
    community = rules.community
    centre = community.service_centre
    return {
        "language": language,
        "community": community.name.of(language),
        "company": community.company.of(language),
        "centre": {"name": centre.name.of(language), "phone": centre.phone, "hours": centre.hours.of(language)},
        "methods": [method.name.of(language) for method in rules.payments.methods],
        "site_url": community.site_url + ("" if language == "zh" else "/en"),
    }


def text(sheet: Sheet[Any], values: Mapping[str, Any]) -> str:
    """A sheet's own words, filled in."""
    return PLAIN.from_string(sheet.body).render(values).strip()


def said_on(
    on: date, sheets: Sequence[Sheet[GroupText]], notices: Sequence[Notice], rules: Rulebook, words: Words
) -> list[Said]:
    """What the group is told on a day: of bills that come or fall due, then of the notices put up that day."""
    found = []
    for sheet in sheets:
        values = named(rules, sheet.language)
        bills = _bills(on, sheet, rules, words)
        found += [Said(sheet.id, sheet.language, text(sheet, values | bill)) for bill in bills]
        for notice in notices if sheet.front.notices else ():
            if notice.language == sheet.language and notice.front.published_on == on:
                found.append(Said(notice.id, sheet.language, text(sheet, values | _of(notice, values["site_url"]))))
    return found


def _of(notice: Notice, site_url: str) -> dict[str, str]:
    front = notice.front
    return {"title": front.title, "summary": front.summary, "url": f"{site_url}/{notice.address}"}


def _bills(on: date, sheet: Sheet[GroupText], rules: Rulebook, words: Words) -> Iterator[dict[str, str]]:
    """The quarters whose bill a text speaks of on a day; one that would fall on a day of rest waits until after it."""
    closed = closed_days(rules.community)
    quarters = [f"{year}-Q{number}" for year in (on.year - 1, on.year, on.year + 1) for number in range(1, 5)]
    for quarter in quarters:
        due_on = period(quarter).last
        if any(next_open_day(due_on + timedelta(days=offset), closed) == on for offset in sheet.front.days):
            yield _quarter(quarter, due_on, sheet.language, words)


def _quarter(quarter: str, due_on: date, language: Language, words: Words) -> dict[str, str]:
    form = words.labels[f"period-quarter-{quarter[-1]}"].of(language)
    return {"period": form.format(year=quarter[:4]), "due": day_text(words, due_on, language)}


def faults(site: Path, rules: Rulebook, words: Words) -> list[Fault]:
    """Heads that are wrong, texts that cannot be filled in, sentences nobody reads in passing, codes to nowhere."""
    languages = rules.community.languages
    boards, groups = posters(site, languages), group_texts(site, languages)
    found = [*boards.faults, *groups.faults]
    for poster in boards.sheets:
        found += _poster_faults(site, poster, rules)
    for group in groups.sheets:
        more = dict.fromkeys(("title", "summary", "url"), "x") if group.front.notices else {}
        if group.front.days:
            more |= _quarter("2026-Q4", date(2026, 12, 31), group.language, words)
        found += _text_faults(group, named(rules, group.language) | more)
    return found


def _poster_faults(site: Path, poster: Sheet[Poster], rules: Rulebook) -> Iterator[Fault]:
    pages = sorted(path.stem for path in (site / "pages" / poster.language).glob("*.md"))
    page = poster.front.page.strip("/")
    if page and page not in pages:
        yield poster.fault("page", "unknown-name", ", ".join(pages), name=page)
    broken = _text_faults(poster, named(rules, poster.language))
    yield from broken
    lines = [] if broken else text(poster, named(rules, poster.language)).splitlines()
    length = sum(map(len, lines))
    if length > LONGEST[poster.language]:
        yield poster.fault("", "too-long", longest=str(LONGEST[poster.language]))


def _text_faults(sheet: Sheet[Any], values: Mapping[str, Any]) -> list[Fault]:
    try:
        text(sheet, values)
    except TemplateError as error:
        return [Fault(sheet.file, (), "template-error", {"detail": error.message or str(error)}, line=1)]
    return []
