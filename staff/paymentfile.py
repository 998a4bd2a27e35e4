"""A file of payments: each counts for who holds the unit on the day it was paid, and no reference counts twice."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial

from msgspec import structs

from chalicelib.core.account import Payment
from chalicelib.core.money import Fen, yuan
from chalicelib.core.rulebook import Payments
from chalicelib.flows.records import Records, payment_ids

from . import cells, choices, figures
from .differences import blame_differences
from .lookups import Lookups, known_unit
from .rows import Line, Plan, Step

Read = tuple[Line, Payment]
Reference = tuple[str, str]
"""A way to pay, and what it calls the transaction."""


def plan(lines: Iterable[Line], lookups: Lookups, records: Records, rules: Payments, *, today: date) -> Plan:
    """Every payment that is not yet on record, in the order of the file."""
    method_of = choices.of_methods(rules)
    read = [(line, payment) for line in lines if (payment := _payment(line, lookups, method_of, today))]
    _blame_repeated(read)
    sums = _sums_of_online(read, rules)
    owners: dict[str, None] = {}
    owner_of: dict[Reference, tuple[str, Line]] = {}
    steps: list[Step] = []
    for line, payment in _numbered(read):
        owner = None if line.faults else _owner(line, payment, lookups)
        if owner is None or _is_of_two(line, payment, owner, owner_of):
            continue
        owners[owner] = None
        counted = _as_told(line, payment, sums, lookups)
        if not line.faults and not _is_on_record(line, counted, owner, lookups) and not line.faults:
            steps.append(Step(1, partial(records.record_payment, owner, counted)))
    if read:  # only now, after the last row, do the records reach this far
        through = max(payment.received_on for _, payment in read)
        steps.append(Step(0, partial(records.set_ledger_through, through)))
    return Plan(steps, list(owners))


def _payment(line: Line, lookups: Lookups, method_of: choices.Choice, today: date) -> Payment | None:
    """A payment by its row, still without its number among those of one reference."""
    unit = known_unit(line, lookups)
    paid_on = line.need("paid_on", figures.day)
    amount = line.need("amount", figures.amount)
    method = line.need("method", method_of)
    reference = line.need("reference", cells.identifier)
    received_on = line.may("received_on", figures.day)
    bill = line.may("bill", cells.bill)
    _blame_days(line, paid_on, received_on, today)
    if line.faults or not (unit and paid_on and amount and method and reference):
        return None
    return Payment(
        id="",
        paid_on=paid_on,
        received_on=received_on or paid_on,
        method=method,
        reference=reference,
        amount=amount,
        unit=unit.unit,
        bill=bill,
    )


def _blame_days(line: Line, paid_on: date | None, received_on: date | None, today: date) -> None:
    for column, day in (("paid_on", paid_on), ("received_on", received_on)):
        if day and day > today:
            line.blame(column, "in-the-future", today=today.isoformat())
        elif day and day < figures.EARLIEST:
            line.blame(column, "out-of-range", f"{figures.EARLIEST} … {today}")
    if paid_on and received_on and figures.EARLIEST <= received_on < paid_on <= today:
        line.blame("received_on", "received-before-paid", paid=paid_on.isoformat())


def _blame_repeated(read: Sequence[Read]) -> None:
    """A line of a bank's list is not paid twice."""
    first: dict[Payment, Line] = {}
    for line, payment in read:
        if first.setdefault(payment, line) is not line:
            line.blame("reference", "row-repeated", row=str(first[payment].number))


def _numbered(read: Sequence[Read]) -> list[Read]:
    """Payments with their ids: several lines of one reference are counted."""
    ids = payment_ids((payment.method, payment.reference) for _, payment in read)
    return [(line, structs.replace(p, id=id)) for (line, p), id in zip(read, ids, strict=True)]


def _sums_of_online(read: Sequence[Read], rules: Payments) -> Counter[Reference]:
    """What the rows of each reference come to, where a provider may have told of it."""
    online = {method.id for method in rules.methods if method.provider}
    sums: Counter[Reference] = Counter()
    for _, payment in read:
        if payment.method in online:
            sums[payment.method, payment.reference] += payment.amount
    return sums


def _as_told(line: Line, payment: Payment, sums: Counter[Reference], lookups: Lookups) -> Payment:
    """A row as it counts already, if by a provider's word: it is held to owner and sum alone.

    The day on which a bank settles, and the lines it makes of one transaction, are its own.
    """
    reference = (payment.method, payment.reference)
    money = lookups.remittance(*reference) if reference in sums else None
    if money is None:
        return payment
    if money.amount != sums[reference]:
        line.blame("amount", "record-conflict", known=yuan(Fen(money.amount)))
    claim = lookups.claim(payment_ids([reference])[0])
    return claim[1] if claim and claim[1].amount == money.amount else payment


def _owner(line: Line, payment: Payment, lookups: Lookups) -> str | None:
    """Who paid: who has the bill it names, else who holds the unit that day or held it last."""
    holder = lookups.latest_holder(payment.unit, payment.paid_on)
    if payment.bill is None:
        if holder is None:
            line.blame("unit", "nobody-holds", unit=payment.unit, day=payment.paid_on.isoformat())
        return holder
    holders = dict.fromkeys([holder] if holder else [])
    holders |= dict.fromkeys(one.owner for one in lookups.holders(payment.unit))
    owner = next((one for one in holders if _has_bill(one, payment, lookups)), None)
    if owner is None:
        line.blame("bill", "unknown-bill", unit=payment.unit)
    return owner


def _has_bill(owner: str, payment: Payment, lookups: Lookups) -> bool:
    bills = lookups.bills(owner).values()
    return any(bill.id == payment.bill and bill.unit == payment.unit for bill in bills)


def _is_of_two(line: Line, payment: Payment, owner: str, owner_of: dict[Reference, tuple[str, Line]]) -> bool:
    """Money under one reference is one owner's."""
    other, first = owner_of.setdefault((payment.method, payment.reference), (owner, line))
    if other != owner:
        line.blame("reference", "reference-of-two", row=str(first.number))
    return other != owner


def _is_on_record(line: Line, payment: Payment, owner: str, lookups: Lookups) -> bool:
    """Whether a payment is on record whole; one whose reference counts for something else is at fault."""
    known = lookups.payments(owner).get(payment.id)
    if known is None:
        claim = lookups.claim(payment.id)
        if claim and claim[0] != owner:
            line.blame("reference", "reference-taken", owner=claim[0])
        elif claim:
            blame_differences(line, claim[1], payment)
        return False
    blame_differences(line, known, payment)
    return True
