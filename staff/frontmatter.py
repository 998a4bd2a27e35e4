"""Markdown files with a head of a given type, one a language: what they say, and what is wrong with them."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar, get_args

from msgspec import Struct

from chalicelib.core.fault import Fault
from chalicelib.core.rulebook import Id, Language

from .documents import document
from .rulefiles import decoded

_FRONT = re.compile(r"---[ \t]*\n(?P<front>.*?\n)---[ \t]*\n(?P<body>.*)", re.DOTALL)
_ID = re.compile(get_args(Id)[1].pattern)

Front = TypeVar("Front", bound=Struct)


class Sheet(NamedTuple, Generic[Front]):
    """One file: its id (the name without `.md`), its head with the line each key stands on, and its Markdown."""

    id: str
    file: str
    language: Language
    front: Front
    lines: dict[str, int]
    body: str

    def fault(self, key: str, problem: str, allowed: str = "", **values: str) -> Fault:
        """Something that is wrong with a key of the head."""
        return Fault(self.file, (key,), problem, values, allowed, line=self.lines.get(key, 1))


class Read(NamedTuple, Generic[Front]):
    """The files of a folder that could be read, by their names, and what is wrong with the others."""

    sheets: Sequence[Sheet[Front]]
    faults: Sequence[Fault]


def read(site: Path, folder: str, languages: Sequence[Language], kind: type[Front]) -> Read[Front]:
    """A folder's files in every language; one that exists in some languages only is a fault in the others."""
    paths = {language: sorted((site / folder / language).glob("*.md")) for language in languages}
    names = sorted({path.name for found in paths.values() for path in found})
    faults = [
        Fault(f"{folder}/{language}/{name}", (), "page-missing", line=1)
        for language in languages
        for name in names
        if name not in {path.name for path in paths[language]}
    ]
    sheets = []
    for language in languages:
        for path in paths[language]:
            sheet, found = _sheet(site, path, language, kind)
            faults += found
            sheets += [sheet] if sheet else []
    return Read(sheets, faults)


def _sheet(site: Path, path: Path, language: Language, kind: type[Front]) -> tuple[Sheet[Front] | None, list[Fault]]:
    file = path.relative_to(site).as_posix()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return None, [Fault(file, (), "not-utf-8", {}, "UTF-8", line=1)]
    parts = _FRONT.fullmatch(text)
    if parts is None:
        return None, [Fault(file, (), "head-missing", {}, "---", line=1)]
    found = document(file, "\n" + parts["front"])  # the line of `---`, so that line numbers are the file's
    front, faults, _ = decoded(file, found, kind)
    faults = [*_name_faults(file, path.stem), *found.faults, *faults]
    if faults:
        return None, [_placed(fault, found.line(fault.path)) for fault in faults]
    lines = {str(place[0]): line for place, line in found.lines.items() if len(place) == 1}
    return Sheet(path.stem, file, language, front, lines, parts["body"]), []


def _name_faults(file: str, stem: str) -> Iterator[Fault]:
    """The name becomes part of an address."""
    if not _ID.match(stem):
        yield Fault(file, (), "file-name", {"name": stem}, "a-z 0-9 -")


def _placed(fault: Fault, line: int) -> Fault:
    return Fault(fault.file, fault.path, fault.problem, fault.values, fault.allowed, line)
