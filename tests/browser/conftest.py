"""One Chromium for all tests in a browser; the public site and an owner's pages as they are served."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests import publicsite
from tests.browser import portal
from tests.browser.portal import Owner, Server
from tests.browser.statements import statement

# Without these the browser itself asks its maker's hosts for things, which no page asked for.
QUIET = ["--disable-background-networking", "--disable-component-update"]
# A container has little memory to share between processes, and no graphics to look for.
SMALL = ["--disable-dev-shm-usage", "--disable-gpu"]


def launched(playwright: Playwright) -> Browser:
    """The system's own Chromium, first the one without windows, which is quicker, or else the one playwright brings."""
    found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    return playwright.chromium.launch(executable_path=found, args=[*QUIET, *SMALL])


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = launched(playwright)
        yield running
        running.close()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site as the edge serves it, with the policy that lets no inline style through."""
    with publicsite.served(publicsite.shared(tmp_path_factory), {}) as address:
        yield address


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return portal.built(tmp_path_factory.mktemp("balance"))


@pytest.fixture(scope="session")
def serving(built: Path) -> Iterator[Server]:
    """One server for all tests: to stop one takes half a second."""
    with portal.serving(built) as running:
        yield running


@pytest.fixture
def server(serving: Server) -> Server:
    serving.canned, serving.sent, serving.wrong = {}, [], []
    serving.answers(200, statement())
    return serving


@pytest.fixture
def owner(browser: Browser, server: Server) -> Iterator[Owner]:
    someone = Owner(browser, server)
    yield someone
    someone.context.close()
    assert someone.complaints == []
    assert server.wrong == []
