"""The site's build against a plain Material build of the same pages."""

import gzip
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import yaml

from staff import noticeboard, pagefiles, rulefiles

from .process import ROOT
from .result import Line, Result, interleaved

WINDOW = 14 * 1024
"""What TCP sends at once before it waits for a word from the reader."""


def site_build(folder: Path) -> Result:
    """Both build the Chinese pages, search included; ours also checks the rules and fills the pages in."""
    plain = _plain_site(folder / "plain")
    config = {"docs_dir": str(ROOT / "site/pages/zh"), "site_dir": str(folder / "ours")}
    return interleaved(
        "site build, one language",
        1.3,
        5,
        lambda: _built(plain, folder / "floor"),
        lambda: _built(ROOT / "mkdocs.yml", Path(config["site_dir"])),
    )


def lines(folder: Path) -> Iterator[Line]:
    """The build, then what it made."""
    yield site_build(folder).line()
    yield balance_page(folder / "ours")


def stock(folder: Path) -> Path:
    """The same pages as Material builds them when it is left as it comes."""
    _built(_plain_site(folder), folder / "site")
    return folder / "site"


def first_view(site: Path, language: str = "") -> dict[str, int]:
    """What a browser fetches of the balance page before it shows a statement, each with its compressed bytes."""
    page = site / language / "balance" / "index.html"
    fetched = re.findall(r'(?:href|src)="\.\./(assets/[^"]+\.(?:css|js))"', page.read_text(encoding="utf-8"))
    names = ["balance/index.html", *dict.fromkeys(fetched)]
    return {name: len(gzip.compress((site / language / name).read_bytes())) for name in names}


def balance_page(site: Path) -> Line:
    """Whether that is within one initial window of TCP."""
    size = sum(first_view(site).values())
    return Line("balance page: first view, compressed", f"{size:,} B of {WINDOW:,} B", size <= WINDOW)


def _plain_site(folder: Path) -> Path:
    """The same pages, already filled in, under Material as it comes."""
    docs = folder / "docs"
    shutil.copytree(ROOT / "site/pages/zh", docs)
    read = rulefiles.read(ROOT / "site")
    board = noticeboard.read(ROOT / "site", ("zh", "en"))
    pages = pagefiles.pages_of(ROOT / "site", read, "zh", date.today(), board)
    (docs / "notices").mkdir()
    for notice in pages.notices:
        (docs / notice.page).write_text(pages.noticed(notice), encoding="utf-8")
    for page in docs.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        is_ours = re.match(r"---\n(?:.*\n)*?template: ", text)  # a template of ours, not a page of Material's
        page.write_text("# 我的账单\n" if is_ours else pages.render(text), encoding="utf-8")
    ours: dict[str, Any] = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    config = {
        "site_name": "plain",
        "docs_dir": "docs",
        "theme": {"name": "material", "language": "zh", "font": False},
        "plugins": [{"search": {"lang": ["zh", "en"]}}],
        "markdown_extensions": ours["markdown_extensions"],
    }
    target = folder / "mkdocs.yml"
    target.write_text(yaml.safe_dump(config), encoding="utf-8")
    return target


def _built(config: Path, target: Path) -> float:
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "-f", str(config), "-d", str(target)]
    start = perf_counter()
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert not done.returncode, done.stderr  # noqa: S101
    return perf_counter() - start
