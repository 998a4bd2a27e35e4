"""What is asked of a page on a phone, and that nothing less will do."""

import pytest

from benchmarks.lighthouse import private_line, public_line
from benchmarks.reports import Report

FULL = Report((100, 100, 100, 100), 1.2, 0.0)
PRIVATE = Report((100, 100, 100, 63), 1.2, 0.0, frozenset({"is-crawlable"}))
STOCK = Report((96, 92, 96, 91), 2.4, 0.01, frozenset({"meta-description"}))

SHORT = [
    {"scores": (99, 100, 100, 100)},
    {"paint": 1.5},
    {"shift": 0.001},
    {"unmet": frozenset({"is-crawlable", "errors-in-console"})},
]


def test_a_public_page_is_told_beside_its_stock_one() -> None:
    line = public_line("home", FULL, STOCK)

    assert line.is_kept
    assert line.said == "100/100/100/100 1.20 s 0.000   stock 96/92/96/91 2.40 s 0.010"


@pytest.mark.parametrize("change", SHORT)
def test_a_public_page_may_fall_short_in_nothing(change: dict[str, object]) -> None:
    line = public_line("home", FULL._replace(**change), STOCK)

    assert not line.is_kept


def test_a_private_page_misses_what_makes_it_private_and_says_so() -> None:
    line = private_line("balance", PRIVATE)

    assert line.is_kept
    assert line.said.endswith("misses noindex, as it must be")


@pytest.mark.parametrize("change", SHORT)
def test_a_private_page_may_fall_short_in_nothing_else(change: dict[str, object]) -> None:
    assert not private_line("balance", PRIVATE._replace(**change)).is_kept


def test_a_private_page_that_may_be_searched_for_has_failed() -> None:
    assert not private_line("balance", FULL).is_kept
