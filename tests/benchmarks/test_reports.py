"""What Lighthouse reports becomes figures that can be held to a budget."""

from typing import Any

import pytest

from benchmarks.reports import Report, answers, median, report


def told(**scores: float | None) -> dict[str, Any]:
    """A report with such scores of audits, one of each category that is judged by yes and no."""
    audits = {"contrast": 1, "console": 1, "crawlable": 1, "hint": 0, **scores}
    judged = {"accessibility": "contrast", "best-practices": "console", "seo": "crawlable"}
    weights = {name: [{"id": audit, "weight": 1}, {"id": "hint", "weight": 0}] for name, audit in judged.items()}
    metrics = {"id": "largest-contentful-paint", "weight": 25}
    return {
        "categories": {
            "performance": {"score": 0.99, "auditRefs": [metrics]},
            **{name: {"score": audits[judged[name]] or 0, "auditRefs": refs} for name, refs in weights.items()},
        },
        "audits": {
            **{name: {"score": score} for name, score in audits.items()},
            "largest-contentful-paint": {"score": 0.9, "numericValue": 1234.5},
            "cumulative-layout-shift": {"score": 1, "numericValue": 0.0004},
        },
    }


def test_scores_are_of_a_hundred_and_the_paint_is_in_seconds() -> None:
    got = report(told())

    assert got == Report((99, 100, 100, 100), 1.2345, 0.0004)
    assert str(got) == "99/100/100/100 1.23 s 0.000"


def test_an_audit_that_costs_points_is_named_and_one_that_only_advises_is_not() -> None:
    assert report(told(crawlable=0, contrast=0.5, console=None)).unmet == {"crawlable", "contrast"}


def test_a_visit_that_saw_no_page_is_no_measurement() -> None:
    with pytest.raises(ValueError, match="nothing was painted"):
        report({**told(), "runtimeError": {"code": "NO_FCP", "message": "nothing was painted"}})


def test_every_answer_a_page_got_is_known_by_its_path() -> None:
    asked = [("http://127.0.0.1:8000/balance/", 200), ("http://127.0.0.1:8000/v1/statement?x=1", 404)]
    items = [{"url": url, "statusCode": status} for url, status in asked]

    got = answers({"audits": {"network-requests": {"details": {"items": items}}}})

    assert got == {"/balance/": 200, "/v1/statement": 404}


def test_of_several_visits_the_median_of_each_figure_counts_and_every_fault() -> None:
    visits = [
        Report((100, 98, 100, 100), 1.0, 0.0),
        Report((90, 100, 100, 100), 3.0, 0.2, frozenset({"console"})),
        Report((99, 97, 100, 100), 1.2, 0.0),
    ]

    assert median(visits) == Report((99, 98, 100, 100), 1.2, 0.2, frozenset({"console"}))
