"""The site's build against a plain Material build of the same pages."""

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import yaml

from staff import noticeboard, pagefiles, rulefiles

from .process import ROOT
from .result import Result, interleaved


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
    for page in docs.glob("*.md"):
        text = page.read_text(encoding="utf-8")
        if page.name == "balance.md":
            page.write_text("# 我的账单\n", encoding="utf-8")  # it is a template of ours, not a page of Material's
        else:
            page.write_text(pages.render(text), encoding="utf-8")
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
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})  # noqa: S603
    return perf_counter() - start
