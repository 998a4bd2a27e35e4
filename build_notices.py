"""From what staff write in `site/` to what is built: the pages' hook and, as a script, the functions' bundle."""

import logging
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import urlsplit

import jieba
from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext
from msgspec.structs import replace

from chalicelib.core import calendar, consistency
from chalicelib.core.rulebook import Language, Rulebook
from chalicelib.core.words import problem_text, said
from staff import (
    agenda,
    compliance,
    drafts,
    feed,
    icalendar,
    noticeboard,
    openrules,
    pagefiles,
    rulefiles,
    showcase,
    slim,
)
from staff.pages import Pages

ROOT = Path(__file__).parent

# What the theme would publish although no reader fetches it: our templates, debugging aids, other languages' search.
UNREAD = ("parts/*", "*.map", "assets/images/favicon.png", "assets/javascripts/lunr/*")
READ = ("*/lunr.stemmer.support.min.js", "*/lunr.multi.min.js", "*/lunr.zh.min.js")

# What the page that says there is no network is made of, besides itself.
KEPT = ("assets/stylesheets/main.*.css", "assets/site.css", "assets/display.js", "assets/site.js")

_PIECE = re.compile(r"<(script|title|option)\b.*?</\1>|<[^>]*>|[^<]+", re.DOTALL)
_CHINESE = re.compile(r"[\u3400-\u9fff]+")

jieba.setLogLevel(logging.WARNING)  # how it loads its dictionary is nobody's concern


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Reads the rules anew for each build; while they have a fault, nothing is built."""
    site = Path(config.docs_dir).parents[1]
    language: Language = "en" if config.theme["language"] == "en" else "zh"
    read = rulefiles.read(site)
    if read.faults:
        raise PluginError("\n".join(["", *_told(read, site, language)]))
    rulebook = _at_home(read.rulebook)
    community = rulebook.community
    home = next(version["link"] for version in config.extra["alternate"] if version["lang"] == language)
    config.site_name = community.name.of(language)
    config.site_url = community.site_url + home
    config.repo_url = community.repository_url
    today = _today(community.time_zone)
    config.extra |= {"community": community, "fees": rulebook.fees, "payments": rulebook.payments}
    config.extra["revision"] = drafts.revision(site)
    board = noticeboard.read(site, community.languages)
    config.extra["pages"] = pages = pagefiles.pages_of(site, read, language, today, board)
    _, missed = consistency.reviews(read.files, today)
    unfilled = [*board.faults, *pagefiles.template_faults(site, pages, board)]
    read.faults += [*unfilled, *compliance.faults(site, read, [language]), *missed]
    if read.faults:
        raise PluginError("\n".join(["", *_told(read, site, language)]))
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Keeps what nobody reads out of the site; adds the notices, their feed and the calendar, and the rules as data."""
    for file in list(files):
        if _matches(file.src_uri, UNREAD) and not _matches(file.src_uri, READ):
            files.remove(file)
    for file in [*_notices(config), _rules(config)]:
        files.append(file)
    config.extra["kept"] = [file.url for file in files if _matches(file.src_uri, KEPT)]
    return files


def _notices(config: MkDocsConfig) -> Iterator[File]:
    """Each notice that is up today, and what feed readers and calendars fetch."""
    pages: Pages = config.extra["pages"]
    site, hidden = Path(config.docs_dir).parents[1], InclusionLevel.NOT_IN_NAV
    for notice in pages.notices:
        file = File.generated(config, notice.page, abs_src_path=str(site / notice.file), inclusion=hidden)
        file.edit_uri = f"../../{notice.file}"  # from where the pages are
        yield file
    yield File.generated(config, feed.FILE, content=_feed(pages, config), inclusion=hidden)
    yield File.generated(config, agenda.FILE, content=_agenda(pages, config), inclusion=hidden)
    for name, content in showcase.pages(pages.samples()):
        yield File.generated(config, f"messages/{name}", content=content, inclusion=hidden)


def _rules(config: MkDocsConfig) -> File:
    """The published rules as data, which the calculator works by."""
    content = openrules.published(config.extra["pages"].rulebook, config.extra["revision"])
    return File.generated(config, openrules.FILE, content=content, inclusion=InclusionLevel.NOT_IN_NAV)


def _feed(pages: Pages, config: MkDocsConfig) -> bytes:
    community = pages.rulebook.community
    return feed.atom(
        pages.notices,
        home=_home(config),
        title=pages.label("notices-of", community=community.name.of(pages.language)),
        author=community.company.of(pages.language),
        zone=community.time_zone,
        since=pages.disclosure.published_on,
        kind_name=lambda kind: pages.label(f"notice-{kind}"),
    )


def _agenda(pages: Pages, config: MkDocsConfig) -> bytes:
    community = pages.rulebook.community
    name = pages.label("calendar-of", community=community.name.of(pages.language))
    found = agenda.events(_home(config), pages.rulebook, pages.notices, pages.today, pages.label)
    return icalendar.calendar(name, found)


def _home(config: MkDocsConfig) -> str:
    """The address of the language's home page, with its slash."""
    return f"{config.site_url}".rstrip("/") + "/"


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Fills a page in from the rules; a notice, from those of its day."""
    pages: Pages = config.extra["pages"]
    for notice in pages.notices:
        if notice.page == page.file.src_uri:
            page.meta["description"] = notice.front.summary
            return pages.noticed(notice)
    return pages.render(markdown)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Marks Chinese words on an English page as Chinese: another voice reads them aloud."""
    if config.theme["language"] == "zh" or "template" in page.meta:
        return output
    return _PIECE.sub(lambda found: found[0] if found[0][0] == "<" else _chinese_marked(found[0]), output)


def _chinese_marked(text: str) -> str:
    return _CHINESE.sub(r'<span lang="zh">\g<0></span>', text)


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> Environment:
    """Lets the theme name what the pages may name."""
    pages: Pages = config.extra["pages"]
    env.globals |= pages.names
    env.filters |= pages.filters
    env.finalize = pages.said
    return env


def on_template_context(context: TemplateContext, template_name: str, config: MkDocsConfig) -> TemplateContext:
    """What is shown at any address finds everything from the root."""
    if template_name == "offline.html":
        context["base_url"] = urlsplit(f"{config.site_url}").path
    return context


def on_post_build(config: MkDocsConfig) -> None:
    """Serves our scripts and styles without what only we read of them."""
    slim.slim(Path(config.docs_dir).parents[1] / "theme", Path(config.site_dir))


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _at_home(rulebook: Rulebook) -> Rulebook:
    """The rules with the address the site is served from, where `COURTYARD_SITE_URL` names another."""
    url = os.environ.get("COURTYARD_SITE_URL", rulebook.community.site_url)
    return replace(rulebook, community=replace(rulebook.community, site_url=url))


def _today(time_zone: str) -> date:
    """The day the site shows: `COURTYARD_TODAY`, or today where the community is."""
    chosen = os.environ.get("COURTYARD_TODAY")
    return date.fromisoformat(chosen) if chosen else calendar.local_date(datetime.now(UTC), time_zone)


def _told(read: rulefiles.RuleFiles, site: Path, language: Language) -> Iterator[str]:
    """Each fault on a line: file and line, field, what is wrong, what is allowed."""
    words = read.files.get("words.yml")
    for fault in read.faults:
        problem = problem_text(words, fault.problem, fault.values, language) if words else fault.problem
        allowed = f" [{said(fault.allowed, language)}]" if fault.allowed else ""
        field = f" {read.field(fault)}" if fault.path else ":"
        yield f"{site.name}/{fault.file}:{read.line(fault)}{field} {problem}{allowed}"


def main() -> int:
    """Writes the bundle the functions run by; with a fault, tells it and writes none."""
    from staff import bundle

    site, target = ROOT / "site", ROOT / "functions" / "chalicelib" / "bundle.json"
    made = bundle.write(site, target, on=datetime.now(UTC).date())
    made.files.faults = made.faults
    for line in _told(made.files, site, "zh"):
        print(line, file=sys.stderr)
    return 1 if made.faults else 0


if __name__ == "__main__":
    sys.exit(main())
