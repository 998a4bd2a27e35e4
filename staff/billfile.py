"""A file of bills, opening arrears included: each is charged to who holds the unit on the day it falls due."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import partial

from msgspec import structs

from chalicelib.core.account import Bill
from chalicelib.core.billing import explained
from chalicelib.core.calendar import period as days_of
from chalicelib.core.collection import first_look
from chalicelib.core.rulebook import Rulebook
from chalicelib.flows.records import Records

from . import cells, choices, figures
from .differences import blame_differences
from .lookups import Lookups, known_unit
from .rows import Line, Plan, Step

_FARTHEST = timedelta(days=3653)  # a bill due later than in ten years is a slip of the pen


def plan(lines: Iterable[Line], lookups: Lookups, records: Records, rulebook: Rulebook, *, today: date) -> Plan:
    """Every bill that is not yet on record, by owner."""
    kind_of = choices.of_kinds(rulebook.fees)
    latest = today + _FARTHEST
    visible = timedelta(days=rulebook.collection.limits.visible_days_before_due)
    seen: dict[str, tuple[Line, Bill]] = {}
    new: dict[str, list[Bill]] = {}
    for line in lines:
        bill = _bill(line, lookups, kind_of, visible, latest)
        if bill is None or _is_repeated(line, bill, seen):
            continue
        owner, known = _on_record(line, bill, lookups)
        new.setdefault(owner, []) if owner else None
        if owner and known is None:
            new[owner].append(_explained(bill, owner, lookups, rulebook))
    steps = [Step(len(b), partial(_write, records, rulebook, owner, b)) for owner, b in new.items() if b]
    return Plan(steps, list(new))


def _write(records: Records, rulebook: Rulebook, owner: str, bills: Sequence[Bill]) -> None:
    """The planner is told first: cut short in between, it looks once for nothing, and forgets nobody."""
    records.bring_forward(owner, min(first_look(bill, rulebook) for bill in bills))
    records.add_bills(owner, bills)


def _explained(bill: Bill, owner: str, lookups: Lookups, rulebook: Rulebook) -> Bill:
    """A bill with how it came about, when the published rates give its amount to the fen for the days held."""
    unit = lookups.unit(bill.unit)
    try:
        span = days_of(bill.period)
    except ValueError:
        return bill
    for holder in lookups.holders(bill.unit):
        held = span.common(holder.from_, holder.until) if holder.owner == owner else None
        if unit and held:
            found = explained(rulebook.fees.schedules, bill.kind, unit.kind, unit.area_m2, held, bill.principal)
            return structs.replace(bill, charges=found)
    return bill


def _bill(line: Line, lookups: Lookups, kind_of: choices.Choice, visible: timedelta, latest: date) -> Bill | None:
    unit = known_unit(line, lookups)
    id = line.need("bill", cells.bill)
    kind = line.need("kind", kind_of)
    period = line.need("period", figures.period)
    due_on = line.need("due_on", figures.day)
    amount = line.need("amount", figures.amount)
    issued_on = line.may("issued_on", figures.day)
    if due_on and not figures.EARLIEST <= due_on <= latest:
        line.blame("due_on", "out-of-range", f"{figures.EARLIEST} … {latest}")
    elif due_on and issued_on and issued_on > due_on:
        line.blame("issued_on", "issued-after-due", due=due_on.isoformat())
    if line.faults or not (unit and id and kind and period and due_on and amount):
        return None
    return Bill(
        id=id,
        unit=unit.unit,
        kind=kind,
        period=period,
        due_on=due_on,
        issued_on=issued_on or _issued_on(period, due_on, visible),
        principal=amount,
    )


def _issued_on(period: str, due_on: date, visible: timedelta) -> date:
    """The first day of the period when that lies before the due day, else as early as owners see a bill."""
    try:
        first = days_of(period).first
    except ValueError:
        return due_on - visible
    return first if first < due_on else due_on - visible


def _is_repeated(line: Line, bill: Bill, seen: dict[str, tuple[Line, Bill]]) -> bool:
    """A bill stands in a file once."""
    first, same = seen.setdefault(bill.key, (line, bill))
    if first is line:
        return False
    line.blame("bill", "row-repeated" if same == bill else "row-conflict", row=str(first.number))
    return True


def _on_record(line: Line, bill: Bill, lookups: Lookups) -> tuple[str | None, Bill | None]:
    """Whose a bill is, and the bill itself if that owner or another holder of the unit has it on record."""
    for holder in lookups.holders(bill.unit):
        known = lookups.bills(holder.owner).get(bill.key)
        if known:
            blame_differences(line, known, _as_recorded(bill, known, line))
            return holder.owner, known
    owner = lookups.holder_on(bill.unit, bill.due_on)
    if owner is None:
        line.blame("unit", "nobody-holds", unit=bill.unit, day=bill.due_on.isoformat())
    return owner, None


def _as_recorded(bill: Bill, known: Bill, line: Line) -> Bill:
    """A bill with what no file says and the record knows: how it was computed, when it was issued."""
    issued_on = known.issued_on if line.is_blank("issued_on") else bill.issued_on
    return structs.replace(bill, charges=known.charges, issued_on=issued_on)
