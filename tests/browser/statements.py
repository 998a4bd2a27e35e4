"""Statements of an owner, as the interface gives them out."""

from typing import Any

CODE = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE"
NUMBER, CHECK = "R7K3M9QXTBD", "4FHN8WPK"
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
        "free_until": None,
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
    part = {"bill": "2026-Q1", "unit": "3-2-1201", "kind": "property", "part": "principal", "amount": 50000}
    received = {
        "id": "p-1",
        "paid_on": "2026-05-01",
        "method": "bank",
        "method_name": "银行转账",
        "amount": 50000,
        "receipt": NUMBER,
        "reference": "20260501-0093",
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
        "next_due_on": "2026-03-31",
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
    next_due_on=None,
    bills=[paid_bill("2026-Q1", "2026-03-31")],
    next={"stage": None, "on": None, "reason": "没有应缴款项。"},
)
AHEAD = NOTHING_OWED | {"balance": -50000, "credit": 50000, "payments": [payment(left=50000, allocations=[])]}


def many_bills() -> dict[str, Any]:
    """120 of them: ten years, paid month by month, and one that is not."""
    months = [(year, month) for year in range(2016, 2026) for month in range(1, 13)]
    old = [paid_bill(f"{year}-{month:02}", f"{year}-{month:02}-28") for year, month in months]
    return statement(bills=[*old[1:], bill()])


def five_units() -> dict[str, Any]:
    """Two flats past due, two parking spaces and a shop not yet."""
    homes = [("3-2-1201", "住宅"), ("3-2-1202", "住宅")]
    others = [("B2-0417", "车位（产权）"), ("B2-0418", "车位（产权）"), ("S-05", "商铺")]
    later = bill(id="2026-Q3", period="2026-Q3", due_on="2026-09-30", state="open", late_fee=0, outstanding=30000)
    return statement(
        units=[
            {"unit": unit, "kind": "residential", "kind_name": kind, "from": "2021-05-01", "until": None}
            for unit, kind in homes + others
        ],
        bills=[*(bill(unit=unit) for unit, _ in homes), *(later | {"unit": unit} for unit, _ in others)],
        balance=2 * 76622 + 90000,
    )


LONG_UNIT = "清和苑二期北区地下车库B2层人防工程第0417号产权车位" * 2
LONG_KIND = "物业服务费与公共区域设施设备日常运行维护保养综合管理费" * 2
LONG_NAMES = statement(balance=1234567890, bills=[bill(unit=LONG_UNIT, kind_name=LONG_KIND, outstanding=1234567890)])


# What else the interface gives out


AMOUNT = {
    "on": "2026-06-30",
    "currency": "CNY",
    "balance": 76622,
    "overdue": 0,
    "due_on": "2026-09-30",
    "references": ["3-2-1201 2026Q1"],
    "rules": "0123abcd",
}


def receipt(**changes: Any) -> dict[str, Any]:
    line = {"bill": "2026-Q1", "unit": "3-2-1201", "period": "2026-Q1", "kind": "property", "kind_name": "物业服务费"}
    return {
        "number": NUMBER,
        "check": CHECK,
        "currency": "CNY",
        "paid_on": "2026-05-01",
        "received_on": "2026-05-02",
        "amount": 50000,
        "method": "bank",
        "method_name": "银行转账",
        "reference": "20260501-0093",
        "payer_unit": "3-2-1201",
        "lines": [line | {"part": "principal", "amount": 48000}],
        "credit": 2000,
        "is_reversed": False,
        "reversed_on": None,
    } | changes


def in_force(pause: dict[str, Any]) -> dict[str, Any]:
    """A pause as a statement tells of it, from how it was granted."""
    return {name: said for name, said in pause.items() if name != "stops_late_fee"} | {"instalments": []}


def taken(**changes: Any) -> dict[str, Any]:
    told = {
        "id": "x" * 32,
        "number": "260630-7K3M",
        "kind": "paid",
        "received_on": "2026-06-30",
        "answer_by": "2026-07-03",
    }
    return told | {"hold": None, "refused": None, "instalments": []} | changes
