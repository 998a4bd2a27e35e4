"""Whether a late fee stays where a court would leave it; a sum far above the loss is cut (Civil Code art. 585)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from .fault import Fault, Path
from .naming import out_of_order
from .rulebook import Collection, LateFeeRule, ReferenceRate, Text

FILE = "collection.yml"
MOST_A_DAY = Decimal("0.005")
"""The highest daily rate beside a reference rate, which then bounds it: old contracts say as much."""
MOST_ALONE = Decimal("0.0005")
"""The highest daily rate without one: 18.25 % a year, what courts commonly leave standing."""
MOST_TIMES = Decimal(4)
"""The highest multiple of a reference rate: four times the LPR bounds private lending (法释〔2020〕17号 art. 25)."""
MOST_OF_PRINCIPAL = Decimal("0.30")
"""The highest cap: 30 % above the loss is far above it (法发〔2009〕40号; Civil Code contract rules, art. 65)."""
MOST_A_YEAR = Decimal("0.24")
"""The highest yearly reference rate; no published rate is near it, a figure in percent is."""
MONTHS_TRUSTED = 12
"""How long a reference rate is trusted after somebody last looked it up."""


def faults(collection: Collection) -> Iterator[Fault]:
    """Late fees above a ceiling or without the rate they refer to, dates out of order."""
    for name, rules in collection.late_fees.items():
        path: Path = ("late_fees", name)
        yield from out_of_order(FILE, path, rules)
        for index, rule in enumerate(rules):
            yield from _bounds((*path, index), rule)
            yield from _reference((*path, index), rule, collection)
    for name, rate in collection.reference_rates.items():
        yield from out_of_order(FILE, ("reference_rates", name, "values"), rate.values)
        yield from _values(("reference_rates", name, "values"), rate)


def reviews(collection: Collection, on: date) -> Iterator[Fault]:
    """Reference rates nobody has looked up for a year, as of a day."""
    for name, rate in collection.reference_rates.items():
        age = (on.year - rate.checked_on.year) * 12 + on.month - rate.checked_on.month
        if age - (on.day < rate.checked_on.day) >= MONTHS_TRUSTED:
            values: dict[str, str | Text] = {"name": rate.name, "checked": str(rate.checked_on), "source": rate.source}
            yield Fault(FILE, ("reference_rates", name, "checked_on"), "reference-old", values)


def _bounds(path: Path, rule: LateFeeRule) -> Iterator[Fault]:
    if not 0 <= rule.daily_rate <= MOST_A_DAY:
        yield Fault(FILE, (*path, "daily_rate"), "out-of-range", {}, f"0 … {MOST_A_DAY}")
    elif rule.reference is None and rule.daily_rate > MOST_ALONE:
        yield Fault(FILE, (*path, "daily_rate"), "rate-without-reference", {}, f"0 … {MOST_ALONE}")
    if not 0 <= rule.cap_share <= MOST_OF_PRINCIPAL:
        yield Fault(FILE, (*path, "cap_share"), "out-of-range", {}, f"0 … {MOST_OF_PRINCIPAL}")
    if rule.reference_multiple is not None and not 0 <= rule.reference_multiple <= MOST_TIMES:
        yield Fault(FILE, (*path, "reference_multiple"), "out-of-range", {}, f"0 … {MOST_TIMES}")


def _reference(path: Path, rule: LateFeeRule, collection: Collection) -> Iterator[Fault]:
    if (rule.reference is None) != (rule.reference_multiple is None):
        yield Fault(FILE, (*path, "reference_multiple"), "reference-incomplete", {})
    if rule.reference is None:
        return
    reference = collection.reference_rates.get(rule.reference)
    if reference is None:
        allowed = ", ".join(sorted(collection.reference_rates))
        yield Fault(FILE, (*path, "reference"), "unknown-name", {"name": rule.reference}, allowed)
    elif reference.values[0].from_ > rule.from_:
        values = {"from": str(rule.from_)}
        place = ("reference_rates", rule.reference, "values", 0, "from")
        yield Fault(FILE, place, "reference-starts-late", values, f"<= {rule.from_}")


def _values(path: Path, rate: ReferenceRate) -> Iterator[Fault]:
    for index, value in enumerate(rate.values):
        if not 0 <= value.rate <= MOST_A_YEAR:
            yield Fault(FILE, (*path, index, "rate"), "out-of-range", {}, f"0 … {MOST_A_YEAR}")
