"""One owner with three years of bills and payments, as DynamoDB would answer for them; the network is stubbed."""

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


def answers(today: date) -> dict[str, Any]:
    """What GetItem (the link) and Query (the account) answer, as JSON."""
    records = Records(MemoryTable())
    owner = Owner(id="o-1", contacts=(Contact(name="王小明", email="a@example.com", phone="+8613800000000"),))
    records.save_owner(owner)
    records.add_facts(
        "o-1",
        [Tenure(unit=u, kind=k, from_=date(2022, 1, 1)) for u, k in (("1", "residential"), ("P", "parking-owned"))],
    )
    for year in range(today.year - 2, today.year + 1):
        for quarter in range(1, 5):
            span = period(f"{year}-Q{quarter}")
            bills = [
                Bill(
                    id=f"{year}-Q{quarter}",
                    unit=unit,
                    kind=kind,
                    period=f"{year}-Q{quarter}",
                    due_on=span.last,
                    issued_on=span.first,
                    principal=Fen(amount),
                )
                for unit, kind, amount in (("1", "property", 64440), ("P", "parking", 21000))
            ]
            records.add_facts("o-1", bills)
            # one quarter a year past grace, so that late fees are worked out too
            paid_on = span.last + timedelta(days=45 if quarter == 2 else -10)
            if paid_on < today:
                payment = Payment(
                    id=f"bank#{year}{quarter}#1",
                    paid_on=paid_on,
                    received_on=paid_on,
                    method="bank",
                    reference=f"{year}{quarter}",
                    amount=Fen(85440),
                    unit="1",
                    bill=f"{year}-Q{quarter}",
                )
                records.record_payment("o-1", payment)
    account = records.load_account("o-1")
    assert account is not None  # noqa: S101
    _, link = mint(records, account, scope="account", channel="staff", on=today, days=9999, new_code=lambda: CODE)
    item = records.table.get(f"L#{link.digest}", "LINK")
    assert item is not None  # noqa: S101
    items = [_wire(one) for one in records.table.query("O#o-1")]
    return {"GetItem": {"Item": _wire(item)}, "Query": {"Items": items, "Count": len(items)}}


def write(path: Path, today: date) -> None:
    path.write_text(json.dumps(answers(today)), encoding="utf-8")
