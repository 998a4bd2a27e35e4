"""Our own scripts and styles as they are served: without the comments and indents that only we read."""

import re
from pathlib import Path

_SCRIPT_ONLY_WE_READ = re.compile(r"^[ \t]*(?://[^\n]*|/\*\*[^\n]*\*/)?\n|^[ \t]+", re.M)
"""Whole lines of comment, empty lines, indents; no text of ours goes over several lines, which a test holds."""
_STYLE_ONLY_WE_READ = re.compile(r"/\*.*?\*/", re.S)
_IMPORT = re.compile(r'^@import "(?P<name>[\w-]+\.css)";$', re.M)


def script(text: str) -> str:
    """A script without what only we read."""
    return _SCRIPT_ONLY_WE_READ.sub("", text)


def style(text: str) -> str:
    """A style without what only we read."""
    bare = re.sub(r"\s+", " ", _STYLE_ONLY_WE_READ.sub("", text))
    return re.sub(r" ?([{};,>]) ?", r"\1", bare).replace(": ", ":").replace(";}", "}").strip()


def slim(theme: Path, site: Path) -> None:
    """Slims what a built site has of the theme's own scripts and styles."""
    for source in sorted((theme / "assets").rglob("*.*s")):
        made = site / source.relative_to(theme)
        if made.is_file() and source.suffix in (".js", ".css"):
            slimmed = script if source.suffix == ".js" else style
            made.write_text(slimmed(_whole(source)), encoding="utf-8")


def _whole(source: Path) -> str:
    """A file with the styles it imports in their places: one thing to wait for instead of one after the other."""
    text = source.read_text(encoding="utf-8")
    return _IMPORT.sub(lambda found: _whole(source.with_name(found["name"])), text)
