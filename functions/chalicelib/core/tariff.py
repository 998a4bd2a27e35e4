"""Whether the fees of `fees.yml` are what may be charged: each rate decided, then published, then in force."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from .fault import Fault, Path
from .naming import of_two, repeated, words_of
from .rulebook import Basis, Fees, Rate, Schedule

FILE = "fees.yml"
RATE_DECIMALS = 4
"""A rate may have parts of a fen, such as 2.405 a square metre; only its product is money."""


def faults(fees: Fees) -> Iterator[Fault]:
    """Names used twice or for nothing, rates that do not follow each other, a budget that is not a whole."""
    kinds = fees.kinds.items()
    yield from of_two(FILE, ((i, words_of(("kinds", i), ("name",), k.name, k.aliases)) for i, k in kinds))
    unit_kinds = fees.unit_kinds.items()
    yield from of_two(FILE, ((i, words_of(("unit_kinds", i), (), k, k.aliases)) for i, k in unit_kinds))
    yield from repeated(FILE, ("schedules",), [schedule.id for schedule in fees.schedules])
    for index, schedule in enumerate(fees.schedules):
        yield from _names(("schedules", index), schedule, fees)
        yield from _rates(("schedules", index), schedule)
    percent = sum(part.percent for part in fees.budget.spending)
    if percent != 100:
        yield Fault(FILE, ("budget", "spending"), "percent-sum", {"sum": str(percent)}, "100")


def _names(path: Path, schedule: Schedule, fees: Fees) -> Iterator[Fault]:
    if schedule.kind not in fees.kinds:
        yield Fault(FILE, (*path, "kind"), "unknown-name", {"name": schedule.kind}, ", ".join(sorted(fees.kinds)))
    allowed = ", ".join(sorted(fees.unit_kinds))
    for at, unit_kind in enumerate(schedule.unit_kinds):
        if unit_kind not in fees.unit_kinds:
            yield Fault(FILE, (*path, "unit_kinds", at), "unknown-name", {"name": unit_kind}, allowed)


def _rates(path: Path, schedule: Schedule) -> Iterator[Fault]:
    for index, rate in enumerate(schedule.rates):
        here: Path = (*path, "rates", index)
        yield from _figure(here, rate, schedule.basis)
        yield from _authority(here, rate)
        if index:
            yield from _succession(here, schedule.rates[index - 1], rate)
        if rate.until is not None and rate.until < rate.from_:
            values = {"last": str(rate.until)}
            yield Fault(FILE, (*here, "until"), "ends-before-start", values, f">= {rate.from_}")


def _figure(path: Path, rate: Rate, basis: Basis) -> Iterator[Fault]:
    if (rate.yuan is None) != (basis is Basis.SHARED_BY_AREA):
        yield Fault(FILE, (*path, "yuan"), "rate-and-basis", {"basis": basis.value})
    if rate.yuan is not None and _decimals(rate.yuan) > RATE_DECIMALS:
        yield Fault(FILE, (*path, "yuan"), "wrong-form", {"value": str(rate.yuan)}, "2.40, 2.4055")


def _decimals(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _authority(path: Path, rate: Rate) -> Iterator[Fault]:
    """Civil Code art. 943: rates are published; a rate decided or published after it began is refused."""
    if rate.published_on > rate.from_:
        values = {"from": str(rate.from_)}
        yield Fault(FILE, (*path, "published_on"), "published-late", values, f"<= {rate.from_}")
    if rate.authority.decided_on > rate.published_on:
        values = {"published": str(rate.published_on)}
        allowed = f"<= {rate.published_on}"
        yield Fault(FILE, (*path, "authority", "decided_on"), "decided-late", values, allowed)


def _succession(path: Path, before: Rate, rate: Rate) -> Iterator[Fault]:
    if rate.from_ <= before.from_ or (before.until is not None and rate.from_ <= before.until):
        values = {"from": str(rate.from_), "last": str(before.until or before.from_)}
        yield Fault(FILE, (*path, "from"), "dates-overlap", values, f"> {before.until or before.from_}")
    elif before.until is None:
        allowed = str(rate.from_ - timedelta(days=1))
        yield Fault(FILE, (*path[:-1], int(path[-1]) - 1, "until"), "open-before-next", {}, allowed)
    elif rate.from_ > before.until + timedelta(days=1):
        values = {"last": str(before.until), "from": str(rate.from_)}
        yield Fault(FILE, (*path, "from"), "dates-gap", values, str(before.until + timedelta(days=1)))
