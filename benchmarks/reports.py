"""What Lighthouse reports of a page: its scores, when the largest part is seen, how far parts move, what it misses."""

import statistics
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

JUDGED = ("accessibility", "best-practices", "seo")
CATEGORIES = ("performance", *JUDGED)


class Report(NamedTuple):
    """Scores of 100 by `CATEGORIES`, seconds to the largest paint, layout shift, and the audits that are not met."""

    scores: tuple[int, ...]
    paint: float
    shift: float
    unmet: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{'/'.join(map(str, self.scores))} {self.paint:.2f} s {self.shift:.3f}"


def report(told: dict[str, Any]) -> Report:
    """One visit; one that saw no page is no measurement."""
    if "runtimeError" in told:
        raise ValueError(told["runtimeError"]["message"])
    categories, audits = told["categories"], told["audits"]
    return Report(
        tuple(round(categories[name]["score"] * 100) for name in CATEGORIES),
        audits["largest-contentful-paint"]["numericValue"] / 1000,
        audits["cumulative-layout-shift"]["numericValue"],
        frozenset(_unmet(categories, audits)),
    )


def _unmet(categories: dict[str, Any], audits: dict[str, Any]) -> Iterator[str]:
    """What costs points by a yes or no; how fast a page is has figures of its own."""
    for name in JUDGED:
        for asked in categories[name]["auditRefs"]:
            score = audits[asked["id"]]["score"]
            if asked["weight"] and score is not None and score < 1:
                yield asked["id"]


def answers(told: dict[str, Any]) -> dict[str, int]:
    """The status of what the page asked for, by its path."""
    asked = told["audits"]["network-requests"]["details"]["items"]
    return {urlsplit(each["url"]).path: each["statusCode"] for each in asked}


def median(reports: Sequence[Report]) -> Report:
    """Each figure's own median; an audit is unmet if it ever was, and parts move as far as they ever did."""
    return Report(
        tuple(round(statistics.median(scores)) for scores in zip(*(each.scores for each in reports), strict=True)),
        statistics.median(each.paint for each in reports),
        max(each.shift for each in reports),
        frozenset().union(*(each.unmet for each in reports)),
    )
