from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.money import Fen, fen, rounded, shares, total, yuan


@pytest.mark.parametrize(
    ("exact", "expected"),
    [
        (Fraction(9259, 10), 926),
        (Fraction(1, 2), 1),
        (Fraction(3, 2), 2),
        (Fraction(5, 2), 3),
        (Fraction(49, 100), 0),
        (Fraction(51, 100), 1),
        (Decimal("2240.408"), 2240),
        (Fraction(0), 0),
    ],
)
def test_half_a_fen_goes_up_and_less_goes_down(exact: Fraction | Decimal, expected: int) -> None:
    assert rounded(exact) == expected


@given(st.fractions(min_value=0, max_value=10**12))
def test_rounding_moves_an_amount_by_half_a_fen_at_most(exact: Fraction) -> None:
    assert abs(rounded(exact) - exact) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (0, "0.00"),
        (5, "0.05"),
        (99, "0.99"),
        (100, "1.00"),
        (123456, "1,234.56"),
        (-5, "-0.05"),
        (-123456, "-1,234.56"),
    ],
)
def test_fen_are_shown_as_people_write_yuan(amount: int, expected: str) -> None:
    assert yuan(Fen(amount)) == expected


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_money_shown_and_read_again_is_the_same_money(amount: int) -> None:
    assert fen(yuan(Fen(amount)).replace(",", "")) == amount


@pytest.mark.parametrize("text", ["0.001", "1.005", "-0.001"])
def test_an_amount_with_a_part_smaller_than_a_fen_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="whole number of fen"):
        fen(text)


@pytest.mark.parametrize("text", ["2.40", "2.4", "2.400"])
def test_yuan_may_be_written_with_or_without_the_last_zero(text: str) -> None:
    assert fen(text) == 240


def test_the_sum_of_nothing_is_nothing() -> None:
    assert total([]) == 0


def test_what_rounding_leaves_over_goes_to_the_largest_remainder_the_earlier_first() -> None:
    assert shares(Fen(100), [Fraction(1)] * 3) == (34, 33, 33)
    assert shares(Fen(10), [Fraction(1), Fraction(2), Fraction(4)]) == (1, 3, 6)


@given(
    st.integers(min_value=0, max_value=10**10),
    st.lists(st.fractions(min_value=0, max_value=1000, max_denominator=100), min_size=1).filter(any),
    st.randoms(use_true_random=False),
)
def test_fault_39_shares_add_up_to_the_amount_in_any_order_and_each_is_within_a_fen_of_its_part(
    amount: int, weights: list[Fraction], chance: Any
) -> None:
    parts = shares(Fen(amount), weights)
    assert sum(parts) == amount
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - amount * weight / whole) < 1
    assert sorted(shares(Fen(amount), chance.sample(weights, len(weights)))) == sorted(parts)


@pytest.mark.parametrize("weights", [[], [Fraction(0), Fraction(0)]])
def test_nothing_can_be_shared_by_no_weight(weights: list[Fraction]) -> None:
    with pytest.raises(ValueError, match="nothing to share by"):
        shares(Fen(100), weights)
