"""The yearly disclosure adds up, and what cannot be is a fault with its place."""

from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from chalicelib.core.disclosure import Disclosure, balance, faults, sum_of
from staff import rulefiles
from tests.builders import day

SITE = Path(__file__).parents[2] / "site"
SHIPPED: Disclosure = rulefiles.read(SITE).files["disclosure.yml"]
FUND, INCOME, COLLECTED = SHIPPED.maintenance_fund, SHIPPED.common_income, SHIPPED.collected


def places(disclosure: Disclosure) -> list[tuple[str, str]]:
    return [(fault.field, fault.problem) for fault in faults(disclosure)]


def test_what_is_shipped_has_no_fault() -> None:
    assert faults(SHIPPED) == []


def test_a_balance_is_what_there_was_and_came_in_less_what_was_spent() -> None:
    assert balance(Decimal("100.10"), FUND.added, ()) == 100_10 + sum_of(FUND.added)
    assert balance(Decimal(0), INCOME.sources, INCOME.costs) == sum_of(INCOME.sources) - sum_of(INCOME.costs)


def test_an_account_holds_no_part_of_a_fen() -> None:
    wrong = replace(SHIPPED, maintenance_fund=replace(FUND, uses=(replace(FUND.uses[0], yuan=Decimal("1.005")),)))
    assert places(wrong) == [("maintenance_fund.uses[0].yuan", "part-of-a-fen")]


@pytest.mark.parametrize("name", ["maintenance_fund", "common_income"])
def test_no_more_is_spent_than_there_is(name: str) -> None:
    fund = getattr(SHIPPED, name)
    wrong = replace(fund, uses=(replace(fund.uses[0], yuan=Decimal(99_999_999)),))
    assert places(replace(SHIPPED, **{name: wrong})) == [(f"{name}.uses", "spent-over-held")]


def test_no_more_homes_pay_than_there_are() -> None:
    crowd = replace(COLLECTED.groups[0], paid=81)
    wrong = replace(SHIPPED, collected=replace(COLLECTED, groups=(crowd,)))
    assert places(wrong) == [("collected.groups[0].paid", "paid-over-households")]


def test_nothing_is_counted_after_it_was_published() -> None:
    wrong = replace(SHIPPED, collected=replace(COLLECTED, as_of=day("2026-03-21")))
    assert places(wrong) == [("collected.as_of", "counted-later")]
