"""An owner with three years of bills and payments: on record, and as DynamoDB would answer for them."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from chalicelib.core.account import Bill, Contact, Owner, Payment, Tenure
from chalicelib.core.calendar import period
from chalicelib.core.money import Fen
from chalicelib.edge.table import _wire
from chalicelib.flows.links import mint
from chalicelib.flows.records import Records
from staff.memory import MemoryTable

CODE = "b" * 43
_CHARGED = (("property", 64440), ("parking", 21000))


def owner(number: int) -> Owner:
    """One of a community: each tenth reads English, each fifth has no e-mail."""
    email, phone = (f"owner{number}@mail.example" if number % 5 else None), f"+86138{number:08d}"
    contact = Contact(name="王小明" if number % 10 else "Anna Weber", email=email, phone=phone)
    return Owner(id=f"o-{number:07d}", contacts=(contact,), language="zh" if number % 10 else "en")


def enter(records: Records, owner: Owner, today: date) -> None:
    """Puts an owner of a flat and a parking space on record, who pays, but once a year only after grace."""
    units = {"property": f"{owner.id}-1", "parking": f"{owner.id}-P"}
    kinds = {"property": "residential", "parking": "parking-owned"}
    records.save_owner(owner)
    records.add_facts(owner.id, [Tenure(unit=units[c], kind=kinds[c], from_=date(2022, 1, 1)) for c in units])
    for year in range(today.year - 2, today.year + 1):
        for number in range(1, 5):
            quarter = f"{year}-Q{number}"
            records.add_facts(owner.id, [_bill(quarter, units[charge], charge, sum_) for charge, sum_ in _CHARGED])
            paid_on = period(quarter).last + timedelta(days=45 if number == 2 else -10)
            if paid_on < today:
                records.record_payment(owner.id, _payment(owner, quarter, units["property"], paid_on))


def _bill(quarter: str, unit: str, charge: str, principal: int) -> Bill:
    span = period(quarter)
    return Bill(
        id=quarter,
        unit=unit,
        kind=charge,
        period=quarter,
        due_on=span.last,
        issued_on=span.first,
        principal=Fen(principal),
    )


def _payment(owner: Owner, quarter: str, unit: str, paid_on: date) -> Payment:
    reference = f"{owner.id}-{quarter}"
    return Payment(
        id=f"bank#{reference}#1",
        paid_on=paid_on,
        received_on=paid_on,
        method="bank",
        reference=reference,
        amount=Fen(sum(principal for _, principal in _CHARGED)),
        unit=unit,
        bill=quarter,
    )


def answers(today: date) -> dict[str, Any]:
    """What GetItem (the link) and Query (the account) answer, as JSON."""
    records = Records(MemoryTable())
    owner = Owner(id="o-1", contacts=(Contact(name="王小明", email="a@example.com", phone="+8613800000000"),))
    enter(records, owner, today)
    account = records.load_account("o-1")
    assert account is not None  # noqa: S101
    _, link = mint(records, account, scope="account", channel="staff", on=today, days=9999, new_code=lambda: CODE)
    item = records.table.get(f"L#{link.digest}", "LINK")
    assert item is not None  # noqa: S101
    items = [_wire(one) for one in records.table.query("O#o-1")]
    return {"GetItem": {"Item": _wire(item)}, "Query": {"Items": items, "Count": len(items)}}


def write(path: Path, today: date) -> None:
    path.write_text(json.dumps(answers(today)), encoding="utf-8")
