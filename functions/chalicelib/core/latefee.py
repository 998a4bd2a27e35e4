"""The late fee (违约金): simple, on unpaid principal, from the day after grace, capped on the original principal."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from itertools import groupby, pairwise

from msgspec.structs import replace

from .calendar import ONE_DAY
from .money import ZERO, Fen, fen, ratio, total
from .rulebook import LateFeeRule, ReferenceRate
from .view import Line

_RATE_STEP = Decimal("0.00000001")
_DAYS_A_YEAR = 365

Balance = tuple[date, Fen]
"""From this day on, this much principal was unpaid at the day's end."""


def rule_for(due_on: date, rules: Sequence[LateFeeRule]) -> LateFeeRule | None:
    """The rule a bill keeps: the one in force when it fell due; None before the first."""
    in_force = [rule for rule in rules if rule.from_ <= due_on]
    return in_force[-1] if in_force else None


def first_day(due_on: date, rule: LateFeeRule) -> date:
    """The first day that can count: the day after grace, never backdated."""
    return due_on + timedelta(days=rule.grace_days + 1)


def daily_rate(rule: LateFeeRule, reference: ReferenceRate | None, day: date) -> Decimal:
    """The lower of the contract's daily rate and the multiple of the reference rate in force, by 365.

    Civil Code art. 585 and 法发〔2009〕40号 let a court cut what is far above the loss; the multiple
    keeps the fee near it. Cut off (never up) at eight places, so that the figure shown is the figure used.
    """
    if reference is None or rule.reference_multiple is None:
        return rule.daily_rate
    yearly = next(value.rate for value in reversed(reference.values) if value.from_ <= day)
    daily = (yearly * rule.reference_multiple / _DAYS_A_YEAR).quantize(_RATE_STEP, ROUND_DOWN)
    return min(rule.daily_rate, daily)


def cap(principal: Fen, rule: LateFeeRule) -> Fen:
    """The most a bill's late fee may ever come to."""
    share, whole = rule.cap_share.as_integer_ratio()
    return ratio(principal * share, whole)


def lines(
    principal: Fen,
    due_on: date,
    unpaid: Sequence[Balance],
    rule: LateFeeRule,
    reference: ReferenceRate | None,
    on: date,
    stopped: Sequence[tuple[date, date]] = (),
) -> tuple[Line, ...]:
    """The late fee of a bill through a day, one line for each piece of equal base and rate.

    A day counts if principal is unpaid at its end, `on` included. Days within `stopped` (first and
    last, both included) do not count. Nothing while the whole is below what the rule waives.
    """
    first = max(first_day(due_on, rule), unpaid[0][0])  # a bill issued late is not owed before
    left = most = cap(principal, rule)
    found = []
    for piece in _pieces(unpaid, rule, reference, first, on, stopped):
        amount = min(piece.amount, left)
        left = Fen(left - amount)
        found.append(replace(piece, amount=amount, cap=most, capped=amount < piece.amount))
    if total([line.amount for line in found]) < fen(rule.waived_under):
        return ()
    return tuple(line for line in found if line.amount or line.capped)


def _pieces(
    unpaid: Sequence[Balance],
    rule: LateFeeRule,
    reference: ReferenceRate | None,
    first: date,
    last: date,
    stopped: Sequence[tuple[date, date]],
) -> Iterator[Line]:
    """Runs of days of equal base and rate, uncapped."""

    def terms(step: tuple[date, date]) -> tuple[Fen, Decimal]:
        day, _ = step
        is_stopped = any(begun <= day <= ended for begun, ended in stopped)
        return ZERO if is_stopped else _unpaid_on(unpaid, day), daily_rate(rule, reference, day)

    for (base, rate), run in groupby(_steps(unpaid, reference, first, last, stopped), terms):
        steps = list(run)
        yield from _piece(base, rate, steps[0][0], steps[-1][1] - ONE_DAY)


def _steps(
    unpaid: Sequence[Balance],
    reference: ReferenceRate | None,
    first: date,
    last: date,
    stopped: Sequence[tuple[date, date]],
) -> Iterator[tuple[date, date]]:
    """The days at which base or rate may change, each with the next."""
    changes = {first, last + ONE_DAY, *(day for day, _ in unpaid)}
    if reference is not None:
        changes |= {value.from_ for value in reference.values}
    for start, end in stopped:
        changes |= {start, min(end, last) + ONE_DAY}
    return pairwise(sorted(day for day in changes if first <= day <= last + ONE_DAY))


def _unpaid_on(unpaid: Sequence[Balance], day: date) -> Fen:
    return next(amount for since, amount in reversed(unpaid) if since <= day)


def _piece(base: Fen, rate: Decimal, start: date, end: date) -> Iterator[Line]:
    if not base:
        return
    days = (end - start).days + 1
    part, whole = rate.as_integer_ratio()
    yield Line(
        kind="late_fee",
        amount=ratio(base * part * days, whole),
        rule="late-fee",
        base=base,
        rate=f"{rate.normalize():f}",
        days=days,
        from_=start,
        to=end,
    )
