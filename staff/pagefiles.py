"""What is wrong with the pages and notices of `site/`: those that cannot be filled in, those in one language only."""

import re
import traceback
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from jinja2 import TemplateError, TemplateSyntaxError
from mkdocs.utils.meta import get_data

from chalicelib.core import disclosure
from chalicelib.core.fault import Fault
from chalicelib.core.rulebook import Language

from . import noticeboard
from .documents import document
from .noticeboard import Board
from .pages import Pages
from .rulefiles import RuleFiles

_FRONT = re.compile(r"---[ \t]*\n(.*?\n)---[ \t]*\n", re.DOTALL)
_PAGE = "<template>"  # what a traceback calls a page; a part goes by its own name


class PageFault(Fault, frozen=True):
    """A fault with its line, since a page has no other places in it to name."""

    line: int = 1


def pages_of(site: Path, files: RuleFiles, language: Language, today: date, board: Board) -> Pages:
    """The pages of one language as of a day, from rule files without faults."""
    return Pages(
        files.rulebook,
        files.files["words.yml"],
        language,
        today,
        site / "theme" / "parts",
        disclosure=files.files[disclosure.FILE],
        notices=board.shown(language, today),
    )


def faults(site: Path, files: RuleFiles, today: date) -> list[Fault]:
    """Every page of every language filled in as of a day, every notice, and each held against the other languages."""
    languages = files.rulebook.community.languages
    board = noticeboard.read(site, languages)
    folders = {language: site / "pages" / language for language in languages}
    names = {
        language: {path.relative_to(folder).as_posix() for path in folder.rglob("*.md")}
        for language, folder in folders.items()
    }
    found: list[Fault] = [
        PageFault(f"pages/{language}/{name}", (), "page-missing")
        for language in languages
        for name in sorted(set().union(*names.values()) - names[language])
    ]
    found += board.faults
    for language in languages:
        found += template_faults(site, pages_of(site, files, language, today, board), board)
    return found


def template_faults(site: Path, pages: Pages, board: Board) -> list[PageFault]:
    """The pages of one language that cannot be filled in; a part that several pages call for is told once."""
    paths = sorted((site / "pages" / pages.language).rglob("*.md"))
    paths += [site / notice.file for notice in board.notices if notice.language == pages.language]
    return list({fault.file: fault for path in paths for fault in _faults(site, path, pages)}.values())


def _faults(site: Path, path: Path, pages: Pages) -> Iterator[PageFault]:
    name = path.relative_to(site).as_posix()
    try:
        source = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        yield PageFault(name, (), "not-utf-8", {}, "UTF-8")
        return
    body, _ = get_data(source)
    if front := _FRONT.match(source):  # of a faulty one nothing is said when the site is built
        read = document(name, front[1])
        for fault in read.faults:
            yield PageFault(name, (), fault.problem, fault.values, line=read.line(fault.path) + 1)
    try:
        pages.render(body)
    except Exception as error:  # what a page calls can fail in any way, and is then called wrongly
        file, line = _place(error, site)
        if file == _PAGE:
            file, line = name, line + source.count("\n") - body.count("\n")
        yield PageFault(file, (), "template-error", {"detail": _detail(error)}, line=line)


def _place(error: Exception, site: Path) -> tuple[str, int]:
    """Where to mend it: the innermost page or part on the way to the error, and the line within."""
    passed = [(frame.filename, frame.lineno or 1) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, TemplateSyntaxError):
        passed.append((error.filename or _PAGE, error.lineno))
    for file, line in reversed(passed):
        if file == _PAGE:
            return file, line
        if Path(file).is_relative_to(site):
            return Path(file).relative_to(site).as_posix(), line
    return _PAGE, 1


def _detail(error: Exception) -> str:
    told = error.message if isinstance(error, TemplateError) else f"{type(error).__name__}: {error}"
    return " ".join((told or type(error).__name__).split())
