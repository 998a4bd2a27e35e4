"""What axe finds wrong with a page in a browser, by WCAG 2.2 up to AA and by good practice."""

import os
from functools import cache

import pytest
from playwright.sync_api import Page

from staff import judges

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = """async (asked) => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"], ...asked });
    const told = (id) => ({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`;
    return violations.flatMap(({ id, nodes }) => nodes.map(told(id)));
}"""


@cache
def _script() -> str:
    if not judges.are_here():
        missing = "`make judges` could not fetch axe from npm"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    return (judges.HOME / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, *rules: str) -> list[str]:
    """Each thing that breaks a rule, with the element it is about; some rules alone, or all there are."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_script())
    page.evaluate("scrollTo(0, 0)")  # what stays in place while the rest scrolls covers nothing there
    found: list[str] = page.evaluate(_RUN, {"runOnly": list(rules) or LEVELS})
    return found
