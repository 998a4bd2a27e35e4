"""Money is a whole number of fen; every figure is rounded half-up, once, here."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NewType

Fen = NewType("Fen", int)

ZERO = Fen(0)


def rounded(amount: Fraction | Decimal) -> Fen:
    """Half a fen goes up: the nearest whole fen of an exact, non-negative amount of fen."""
    return ratio(*amount.as_integer_ratio())


def ratio(numerator: int, denominator: int) -> Fen:
    """The nearest whole fen of a ratio, half up; exact, and quicker than making a fraction of it."""
    return Fen((2 * numerator + denominator) // (2 * denominator))


def fen(yuan: Decimal | int | str) -> Fen:
    """Yuan as fen; ValueError when the amount has a part smaller than a fen."""
    scaled = Decimal(yuan) * 100
    whole = scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP)
    if whole != scaled:
        raise ValueError(f"{yuan} is not a whole number of fen")
    return Fen(int(whole))


def yuan(amount: Fen) -> str:
    """Fen as people write yuan: 123456 is 1,234.56."""
    sign = "-" if amount < 0 else ""
    whole, part = divmod(abs(amount), 100)
    return f"{sign}{whole:,}.{part:02d}"


def total(amounts: Sequence[Fen]) -> Fen:
    """The sum, still fen."""
    return Fen(sum(amounts))


def shares(amount: Fen, weights: Sequence[Fraction]) -> tuple[Fen, ...]:
    """An amount split by weight so that the parts always add up to it.

    Fen left over by rounding down go to the largest remainders, the earlier one first.
    ValueError when no weight is above zero.
    """
    whole = sum(weights, Fraction(0))
    if whole <= 0:
        raise ValueError("nothing to share by: no weight is above zero")
    exact = [Fraction(amount) * weight / whole for weight in weights]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: amount - sum(parts)]:
        parts[i] += 1
    return tuple(Fen(part) for part in parts)
