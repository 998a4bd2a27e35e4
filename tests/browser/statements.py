"""Statements of an owner, as the interface gives them out."""

from typing import Any

CODE = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE"
OTHER_CODE = "YW5vdGhlcmNvZGVhbm90aGVyY29kZWFub3RoZXJjb2Q"


def late_fee(amount: int, base: int, first: str, last: str, days: int, **more: Any) -> dict[str, Any]:
    line = {"kind": "late_fee", "amount": amount, "rule": "late-fee", "base": base, "rate": "0.0005"}
    return line | {"days": days, "from": first, "to": last, "cap": 24691, "capped": False} | more


PRINCIPAL = {
    "kind": "principal",
    "amount": 123456,
    "rule": "residential",
    "rate": "2.40",
    "quantity": "171.47",
    "months": "3",
    "from": "2026-01-01",
    "to": "2026-03-31",
}
LATE_FEES = [
    late_fee(926, 123456, "2026-04-16", "2026-04-30", 15),
    late_fee(2240, 73456, "2026-05-01", "2026-06-30", 61),
]


def bill(**changes: Any) -> dict[str, Any]:
    overdue = {
        "id": "2026-Q1",
        "unit": "3-2-1201",
        "kind": "property",
        "kind_name": "物业服务费",
        "period": "2026-Q1",
        "due_on": "2026-03-31",
        "principal": 123456,
        "discount": 0,
        "adjusted": 0,
        "late_fee": 3166,
        "paid": 50000,
        "outstanding": 76622,
        "state": "overdue",
        "days_overdue": 91,
        "lines": [PRINCIPAL, *LATE_FEES],
    }
    return overdue | changes


def paid_bill(period: str, due_on: str, **changes: Any) -> dict[str, Any]:
    paid = {"id": period, "period": period, "due_on": due_on, "late_fee": 0, "paid": 123456, "outstanding": 0}
    return bill(**paid, state="paid", days_overdue=0, lines=[PRINCIPAL]) | changes


def payment(**changes: Any) -> dict[str, Any]:
    part = {"bill": "2026-Q1", "unit": "3-2-1201", "part": "principal", "amount": 50000}
    received = {
        "id": "p-1",
        "paid_on": "2026-05-01",
        "method": "bank",
        "method_name": "银行转账",
        "amount": 50000,
        "receipt": "QH-2026-000417",
        "reversed_on": None,
        "left": 0,
        "allocations": [part],
    }
    return received | changes


def statement(**changes: Any) -> dict[str, Any]:
    """The example of the rules' documentation: an overdue bill, partly paid, with a late fee in two pieces."""
    told = {
        "owner": "o-0412",
        "on": "2026-06-30",
        "currency": "CNY",
        "language": "zh",
        "rules": "0123abcd",
        "rules_from": "2025-01-01",
        "balance": 76622,
        "overdue": 76622,
        "credit": 0,
        "next_due_on": None,
        "units": [
            {"unit": "3-2-1201", "kind": "residential", "kind_name": "住宅", "from": "2021-05-01", "until": None}
        ],
        "bills": [bill()],
        "payments": [payment()],
        "holds": [],
        "next": {
            "stage": "second-demand",
            "on": "2026-07-03",
            "reason": "下一步“再次催缴”在 2026年7月3日。",
        },
        "replies": [],
        "can_reply": {
            "paid": {"until": "2026-07-07"},
            "dispute": {"until": "2026-07-21", "stops_late_fee": True},
            "promise": {"until": "2026-07-15"},
            "plan": {"until": "2027-06-30", "parts": 6, "stops_late_fee": True},
            "help": {},
            "call": {},
            "service": {},
            "invoice": {},
        },
        "preferences": {"language": "zh", "email": True, "sms": True, "large_print": False, "remains": "letter"},
    }
    return told | changes


NOTHING_OWED = statement(
    can_reply={"help": {}, "call": {}, "service": {}, "invoice": {}},
    balance=0,
    overdue=0,
    bills=[paid_bill("2026-Q1", "2026-03-31")],
    next={"reason": "没有应缴款项。"},
)
AHEAD = NOTHING_OWED | {"balance": -50000, "credit": 50000, "payments": [payment(left=50000, allocations=[])]}


def many_bills() -> dict[str, Any]:
    """120 of them: ten years, paid month by month, and one that is not."""
    months = [(year, month) for year in range(2016, 2026) for month in range(1, 13)]
    old = [paid_bill(f"{year}-{month:02}", f"{year}-{month:02}-28") for year, month in months]
    return statement(bills=[*old[1:], bill()])
