"""What a unit is charged for a time: per square metre and month, flat per month, metered, or a share of a cost."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from .account import Charge
from .calendar import Span, months
from .money import Fen, rounded, shares
from .rulebook import Basis, Rate, Schedule


def charges(schedule: Schedule, span: Span, quantity: Decimal) -> tuple[Charge, ...]:
    """The charges of one unit for a span of days, one for each rate in force, rounded once each.

    A whole month counts as one, a part of a month as its days by the month's days. `quantity` is
    square metres (by area), cubic metres (metered) or 1 (flat). ValueError for a shared cost.
    What was metered is taken as used evenly: a rate in force for some of the days bears their share.
    """
    if schedule.basis is Basis.SHARED_BY_AREA:
        raise ValueError(f"{schedule.id} has no rate: its cost is shared by area")
    return tuple(
        _charge(schedule, rate, part, quantity, Fraction(part.days, span.days))
        for rate in schedule.rates
        for part in [span.common(rate.from_, rate.until)]
        if part is not None
    )


def _charge(schedule: Schedule, rate: Rate, part: Span, quantity: Decimal, share: Fraction) -> Charge:
    assert rate.yuan is not None  # noqa: S101  # courtyard check refuses a rate without its yuan
    is_metered = schedule.basis is Basis.METERED
    time = share if is_metered else month_count(part)
    return Charge(
        rule=schedule.id,
        amount=rounded(Fraction(rate.yuan) * 100 * Fraction(quantity) * time),
        from_=part.first,
        to=part.last,
        rate=str(rate.yuan),
        quantity=str(quantity),
        months=None if is_metered else _months_text(part),
        share=f"{float(share):.6f}" if is_metered and share < 1 else None,
    )


def month_count(span: Span) -> Fraction:
    """How many months a span of days is: whole months, and days by the days of their month."""
    return sum((Fraction(_common_days(span, month), month.days) for month in months(span)), Fraction(0))


def _common_days(span: Span, month: Span) -> int:
    part = span.common(month.first, month.last)
    return part.days if part else 0


def _months_text(span: Span) -> str:
    """Months as people can check them: 3, or 1 + 16/30 where a month is not whole."""
    held = [(_common_days(span, month), month.days) for month in months(span)]
    whole = sum(1 for days, of in held if days == of)
    parts = [f"{days}/{of}" for days, of in held if days < of]
    return " + ".join([str(whole)] * bool(whole or not parts) + parts)


def shared_charges(
    schedule: Schedule, cost: Fen, span: Span, parts: Sequence[tuple[Decimal, Span]]
) -> tuple[Charge, ...]:
    """An actual cost shared among tenures by area and days; the charges add up to the cost exactly."""
    weights = [Fraction(area) * held.days for area, held in parts]
    whole = sum(weights, Fraction(0))
    return tuple(
        Charge(
            rule=schedule.id,
            amount=amount,
            from_=held.first,
            to=held.last,
            quantity=str(area),
            cost=cost,
            share=f"{float(weight / whole):.6f}",
        )
        for amount, weight, (area, held) in zip(shares(cost, weights), weights, parts, strict=True)
    )


def explained(
    schedules: Sequence[Schedule], kind: str, unit_kind: str, area: Decimal | None, span: Span, amount: Fen
) -> tuple[Charge, ...]:
    """The charges by the published rates that add up to exactly a billed amount; none when no fee does."""
    for schedule in schedules:
        if schedule.kind != kind or unit_kind not in schedule.unit_kinds:
            continue
        quantity = {Basis.AREA_MONTH: area, Basis.FLAT_MONTH: Decimal(1)}.get(schedule.basis)
        found = charges(schedule, span, quantity) if quantity else ()
        if found and sum(charge.amount for charge in found) == amount:
            return found
    return ()
