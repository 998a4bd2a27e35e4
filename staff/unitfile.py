"""A file of units: flats, shops and parking spaces, whoever holds them."""

from collections.abc import Iterable
from decimal import Decimal
from functools import partial

from chalicelib.core.account import Unit
from chalicelib.core.rulebook import Basis, Fees
from chalicelib.flows.records import Records

from . import cells, choices, figures
from .lookups import Lookups
from .rows import Line, Plan, Step

_AT_ONCE = 100


def plan(lines: Iterable[Line], lookups: Lookups, records: Records, fees: Fees) -> Plan:
    """Every unit that is new or was measured or named anew."""
    kind_of = choices.of_unit_kinds(fees)
    by_area = {kind for one in fees.schedules if one.basis == Basis.AREA_MONTH for kind in one.unit_kinds}
    read: dict[str, tuple[Line, Unit]] = {}
    for line in lines:
        unit = _unit(line, lookups, kind_of, by_area)
        if unit and unit.unit in read:
            line.blame("unit", "row-repeated", row=str(read[unit.unit][0].number))
        elif unit:
            read[unit.unit] = line, unit
    with_zeros = {name.lstrip("0"): name for name in read if name.startswith("0") and name.isdigit()}
    for line, unit in read.values():
        _blame_lost_zeros(line, unit.unit, with_zeros, lookups)
    changed = [u for line, u in read.values() if not line.faults and u != lookups.unit(u.unit)]
    chunks = [changed[start : start + _AT_ONCE] for start in range(0, len(changed), _AT_ONCE)]
    return Plan([Step(len(chunk), partial(records.save_units, chunk)) for chunk in chunks], [])


def _unit(line: Line, lookups: Lookups, kind_of: choices.Choice, by_area: set[str]) -> Unit | None:
    name = line.need("unit", cells.unit)
    kind = line.need("kind", kind_of)
    known = lookups.unit(name) if name else None
    area = _area(line, known)
    if kind in by_area and line.is_blank("area_m2") and not area:
        line.blame("area_m2", "area-missing", kind=kind)
    source = _kept(line, "area_source", known.area_source if known else "")
    building = _kept(line, "building", known.building if known else "")
    if line.faults or name is None or kind is None:
        return None
    return Unit(unit=name, kind=kind, area_m2=area, area_source=source, building=building)


def _area(line: Line, known: Unit | None) -> Decimal | None:
    """The area a row gives; where the file has no such column, what is on record."""
    if line.has("area_m2"):
        return line.may("area_m2", figures.area)
    return known.area_m2 if known else None


def _kept(line: Line, column: str, known: str) -> str:
    return (line.may(column, cells.text) or "") if line.has(column) else known


def _blame_lost_zeros(line: Line, unit: str, with_zeros: dict[str, str], lookups: Lookups) -> None:
    """A new unit 301 beside a unit 0301 is most likely the same one, with a zero lost."""
    similar = None if lookups.unit(unit) else with_zeros.get(unit) or lookups.with_zeros(unit)
    if similar:
        line.blame("unit", "zeros-lost", known=similar)
