from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.billing import charges, month_count, shared_charges
from chalicelib.core.calendar import Span, period
from chalicelib.core.money import Fen
from chalicelib.core.rulebook import Schedule
from tests.builders import day, rules


def schedule(id: str) -> Schedule:
    return next(schedule for schedule in rules().fees.schedules if schedule.id == id)


def span(first: str, last: str) -> Span:
    return Span(day(first), day(last))


def test_a_flat_is_charged_by_area_and_month() -> None:
    (charge,) = charges(schedule("flats"), period("2026-Q1"), Decimal("89.50"))
    assert (charge.amount, charge.rate, charge.quantity, charge.months) == (64440, "2.40", "89.50", "3")


def test_a_parking_space_is_charged_flat_by_the_month() -> None:
    (charge,) = charges(schedule("parking"), period("2026-Q1"), Decimal(1))
    assert charge.amount == 21000


def test_part_of_a_month_counts_its_days_by_the_days_of_that_month() -> None:
    (charge,) = charges(schedule("parking"), span("2026-01-15", "2026-03-31"), Decimal(1))
    assert charge.months == "2 + 17/31"
    assert charge.amount == 17839  # 7000 fen x (2 + 17/31) = 17838.7
    (charge,) = charges(schedule("parking"), span("2026-02-01", "2026-02-14"), Decimal(1))
    assert (charge.months, charge.amount) == ("14/28", 3500)


def test_a_rate_change_inside_a_period_makes_one_charge_for_each_rate() -> None:
    before, after = (
        charges(schedule("flats"), period("2024-Q4"), Decimal(100)),
        charges(schedule("flats"), period("2025-Q1"), Decimal(100)),
    )
    both = charges(schedule("flats"), span("2024-10-01", "2025-03-31"), Decimal(100))
    assert both == before + after
    assert [(charge.rate, charge.amount) for charge in both] == [("2.20", 66000), ("2.40", 72000)]
    assert [(charge.from_, charge.to) for charge in both] == [
        (day("2024-10-01"), day("2024-12-31")),
        (day("2025-01-01"), day("2025-03-31")),
    ]


def test_nothing_is_charged_before_the_first_rate() -> None:
    assert charges(schedule("flats"), period("2021-Q4"), Decimal(100)) == ()


def test_metered_water_is_charged_by_the_cubic_metre_whatever_the_time() -> None:
    (charge,) = charges(schedule("water"), period("2026-03"), Decimal("12.5"))
    assert (charge.amount, charge.months) == (6250, None)


def test_metered_water_is_charged_once_when_the_rate_changes_between_two_readings() -> None:
    both = charges(schedule("water"), span("2026-01-17", "2026-02-15"), Decimal(30))  # 15 days each side
    assert [charge.amount for charge in both] == [15 * 400, 15 * 500]


def test_a_shared_cost_has_no_rate_to_charge_by() -> None:
    with pytest.raises(ValueError, match="shared by area"):
        charges(schedule("energy"), period("2026-Q1"), Decimal(100))


def test_a_shared_cost_is_split_by_area_and_days_and_adds_up() -> None:
    quarter = period("2026-Q1")
    parts = [
        (Decimal(100), quarter),
        (Decimal(50), span("2026-01-01", "2026-02-14")),
        (Decimal(50), span("2026-02-15", "2026-03-31")),
    ]
    made = shared_charges(schedule("energy"), Fen(100_01), quarter, parts)
    assert [charge.amount for charge in made] == [6667, 1667, 1667]
    assert [charge.share for charge in made] == ["0.666667", "0.166667", "0.166667"]


AREAS = st.decimals(min_value="0.01", max_value=500, places=2)


@given(AREAS, st.sampled_from(["2025-Q1", "2026-Q1", "2028-Q1", "2026", "2026-02"]), st.data())
def test_a_bill_split_between_seller_and_buyer_adds_up_to_the_whole_within_a_fen_for_each_part(
    area: Decimal, text: str, data: st.DataObject
) -> None:
    whole = period(text)
    last_day = whole.first + timedelta(days=data.draw(st.integers(0, whole.days - 2)))
    seller, buyer = Span(whole.first, last_day), Span(last_day + timedelta(days=1), whole.last)
    assert month_count(seller) + month_count(buyer) == month_count(whole)
    parts = [charge.amount for part in (seller, buyer) for charge in charges(schedule("flats"), part, area)]
    amount = sum(charge.amount for charge in charges(schedule("flats"), whole, area))
    assert abs(sum(parts) - amount) <= len(parts)


@given(st.integers(0, 10**9), st.lists(st.tuples(AREAS, st.integers(1, 90)), min_size=1, max_size=20))
def test_the_shares_of_a_cost_always_add_up_to_it(cost: int, held: list[tuple[Decimal, int]]) -> None:
    quarter = period("2026-Q1")
    parts = [(area, Span(quarter.first, quarter.first + timedelta(days=days - 1))) for area, days in held]
    made = shared_charges(schedule("energy"), Fen(cost), quarter, parts)
    assert sum(charge.amount for charge in made) == cost


@given(st.dates(min_value=date(2020, 1, 1), max_value=date(2030, 12, 31)), st.integers(0, 800))
def test_months_grow_with_every_day(first: date, days: int) -> None:
    shorter = month_count(Span(first, first + timedelta(days=days)))
    longer = month_count(Span(first, first + timedelta(days=days + 1)))
    assert Fraction(1, 31) <= longer - shorter <= Fraction(1, 28)
