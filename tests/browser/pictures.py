"""Pictures for people to judge: every public page, every state of an owner's pages, every e-mail. `make pictures`."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from staff.specimen import ORDINARY
from tests import publicsite
from tests.browser import conftest, emails, portal
from tests.browser.portal import Owner
from tests.browser.statements import statement
from tests.browser.states import STATES

PICTURES = publicsite.ROOT / "build" / "pictures"
LANGUAGES = {"zh": "", "en": "/en"}
LOOKS = [(360, "light"), (360, "dark"), (768, "light"), (1280, "light")]


def take(page: Page, *names: str) -> None:
    """A picture of a whole page; what the browser refuses under load it is asked for once more."""
    path = PICTURES.joinpath(*names[:-1], f"{names[-1]}.png")
    try:
        page.screenshot(path=path, full_page=True)
    except Exception:
        page.screenshot(path=path, full_page=True)


def states(browser: Browser, folder: Path, wanted: str) -> None:
    with portal.serving(portal.built(folder)) as server:
        for state, opening in STATES.items():
            if wanted not in state:
                continue
            for language, prefix in LANGUAGES.items():
                for width, scheme in LOOKS:
                    server.canned, server.sent, server.wrong = {}, [], []
                    server.answers(200, statement())
                    owner = Owner(browser, server, viewport={"width": width, "height": 800}, color_scheme=scheme)
                    take(opening(owner, prefix), "states", f"{state}-{language}-{width}-{scheme}")
                    owner.context.close()


def pages(browser: Browser, folder: Path, wanted: str) -> None:
    site = publicsite.assembled(folder)
    with publicsite.served(site, {}) as address:
        _take_pages(browser, site, address, wanted)


def _take_pages(browser: Browser, site: Path, address: str, wanted: str) -> None:
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).as_posix().removesuffix("index.html").removesuffix(".html").strip("/") or "home"
        if wanted not in name or 'class="md-header"' not in path.read_text(encoding="utf-8"):
            continue
        for width, scheme in LOOKS:
            page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
            page.goto(f"{address}/{path.relative_to(site).as_posix()}")
            take(page, "pages", f"{name.replace('/', '-')}-{width}-{scheme}")
            page.close()


def mails(browser: Browser, _: Path, wanted: str) -> None:
    for language, specimen in emails.specimens(ORDINARY):
        if wanted not in specimen.message:
            continue
        for width, scheme in LOOKS:
            page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
            page.set_content(emails.html(language, specimen))
            take(page, "mails", f"{specimen.message}-{language}-{width}-{scheme}")
            page.close()


KINDS: dict[str, Callable[[Browser, Path, str], None]] = {"states": states, "pages": pages, "mails": mails}


def main(kinds: list[str], wanted: str = "") -> None:
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = conftest.launched(playwright)
        for kind in kinds:
            KINDS[kind](browser, Path(folder), wanted)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:2] or list(KINDS), *sys.argv[2:])
