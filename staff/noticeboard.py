"""Public notices (公告) of `site/notices/`: dated, of a kind, the same set in every language."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import Struct

from chalicelib.core.fault import Fault
from chalicelib.core.rulebook import Language, Word

from . import frontmatter
from .frontmatter import Sheet

FOLDER = "notices"
_SAME = ("kind", "published_on", "changed_on", "starts_on", "ends_on")


class Kind(StrEnum):
    """What a notice is about: fees, works, results of votes and accounts, holidays."""

    FEES = "fees"
    WORKS = "works"
    RESULTS = "results"
    HOLIDAY = "holiday"


class Front(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The head of a notice; it is shown from `published_on`, and `starts_on` to `ends_on` is when what it tells of is.

    `changed_on` says when what it says was corrected: a reader who has seen it before must be able to tell.
    """

    title: Word
    kind: Kind
    summary: Word
    published_on: date
    changed_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None


class Notice(NamedTuple):
    """A notice in one language; its address follows from the name of its file, and stays."""

    id: str
    file: str
    language: Language
    front: Front
    body: str

    @property
    def page(self) -> str:
        """Where the page stands among the site's own."""
        return f"{FOLDER}/{self.id}.md"

    @property
    def address(self) -> str:
        """The page's address within its language."""
        return f"{FOLDER}/{self.id}/"

    @property
    def updated_on(self) -> date:
        """The day it last said something new."""
        return self.front.changed_on or self.front.published_on


class Board(NamedTuple):
    """Every notice, newest first, and what is wrong with those that cannot be shown."""

    notices: Sequence[Notice]
    faults: Sequence[Fault]

    def shown(self, language: Language, today: date) -> list[Notice]:
        """What a language's readers see on a day: one that is dated later is not up yet."""
        return [one for one in self.notices if one.language == language and one.front.published_on <= today]


def read(site: Path, languages: Sequence[Language]) -> Board:
    """The notices of a folder, with every fault in each and between the languages."""
    found = frontmatter.read(site, FOLDER, languages, Front)
    notices = [Notice(sheet.id, sheet.file, sheet.language, sheet.front, sheet.body) for sheet in found.sheets]
    notices.sort(key=lambda notice: (notice.front.published_on, notice.id), reverse=True)
    faults = [*found.faults, *_differences(found.sheets)]
    for sheet in found.sheets:
        faults += _date_faults(sheet)
    return Board(notices, faults)


def by_year(notices: Sequence[Notice]) -> Mapping[int, Sequence[Notice]]:
    """Notices under the year they were published in, in the order given."""
    return {year: list(of) for year, of in groupby(notices, key=lambda notice: notice.front.published_on.year)}


def _date_faults(sheet: Sheet[Front]) -> Iterator[Fault]:
    """Works and holidays have days; an end comes after its start, a correction after what it corrects."""
    front = sheet.front
    if front.starts_on is None and (front.ends_on or front.kind in (Kind.WORKS, Kind.HOLIDAY)):
        yield sheet.fault("starts_on", "missing-key", name="starts_on")
    elif front.starts_on and front.ends_on and front.ends_on < front.starts_on:
        yield sheet.fault("ends_on", "ends-before-start", f">= {front.starts_on}", last=str(front.ends_on))
    if front.changed_on and front.changed_on < front.published_on:
        yield sheet.fault("changed_on", "out-of-range", f">= {front.published_on}", value=str(front.changed_on))


def _differences(sheets: Sequence[Sheet[Front]]) -> Iterator[Fault]:
    """The languages of a notice say the same of its kind and its days."""
    first: dict[str, Front] = {}
    for sheet in sheets:
        front = first.setdefault(sheet.id, sheet.front)
        for key in _SAME:
            said: Any = getattr(front, key)
            if getattr(sheet.front, key) != said:
                yield sheet.fault(key, "languages-differ", "" if said is None else str(said), name=key)
