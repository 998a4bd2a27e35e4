"""The command `posters`: A4 and A3 sheets for notice boards, the same for everybody, never about anybody."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from chalicelib.core.bundle import Bundle
from chalicelib.core.message import HTML

from . import bulletins, console, paper, session
from .bulletins import Poster
from .frontmatter import Sheet

SIZES = ("a4", "a3")


class Printed(NamedTuple):
    """One poster in one size: the name of its file and its sheet."""

    file: str
    html: str


def add_command(command: session.Command) -> None:
    """Adds `posters` to the parser."""
    parser = command(
        "posters",
        posters,
        "print the notice-board posters (--lang: in that language only)",
        "courtyard posters --out build/posters",
    )
    parser.add_argument("--out", type=Path, required=True, help="the folder for the PDF files")
    parser.add_argument("--dry-run", action="store_true", help="list them; print nothing")


def posters(said: Any) -> int:
    """Every poster in every size; in the language asked for, else in all of them."""
    rules = session.rules(said)
    languages = [said.lang] if said.lang else rules.rules.community.languages
    sheets = bulletins.posters(session.SITE, languages).sheets
    made = [printed(rules, sheet, size) for sheet in sheets for size in SIZES]
    if not said.dry_run:
        _write(said.out, made, is_quiet=said.json)
    files = [str(said.out / one.file) for one in made]
    if said.json:
        print(json.dumps({"posters": files, "written": not said.dry_run}, ensure_ascii=False, indent=2))
    else:
        print(*files, sep="\n")
    return 0


def printed(rules: Bundle, sheet: Sheet[Poster], size: str) -> Printed:
    """A poster as HTML: its sentence, a code that leads to its page, and the telephone number."""
    values = bulletins.named(rules.rules, sheet.language)
    page = sheet.front.page.strip("/")
    address = f"{values['site_url']}/{page}/" if page else f"{values['site_url']}/"
    frame = (session.SITE / "posters" / "poster.html").read_text(encoding="utf-8")
    html = HTML.from_string(frame).render(
        values,
        size=size,
        sentence=bulletins.text(sheet, values),
        caption=sheet.front.caption,
        code=paper.code(address),
        address=address.partition("://")[2].rstrip("/"),
    )
    return Printed(f"{sheet.id}-{size}-{sheet.language}.pdf", html)


def _write(out: Path, made: Sequence[Printed], *, is_quiet: bool) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with console.progress(not is_quiet) as on_progress:
        for number, poster in enumerate(made, 1):
            paper.write([paper.laid_out(poster.html)], out / poster.file)
            on_progress(number, len(made))
