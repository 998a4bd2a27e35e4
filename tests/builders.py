"""Rules, facts and accounts as tests need them; what a test does not name is something believable."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from chalicelib.core.account import Account, Adjustment, Bill, Contact, Hold, HoldKind, Owner, Part, Payment, Tenure
from chalicelib.core.bundle import Bundle
from chalicelib.core.collection import Step
from chalicelib.core.ledger import Ledger, fold
from chalicelib.core.money import Fen
from chalicelib.core.notice import Approval
from chalicelib.core.rulebook import LateFeeRule, Rulebook
from staff import bundle as compiler
from staff.rulefiles import TYPES, document

TESTS = Path(__file__).parent
SITE = TESTS.parent / "site"
RULEBOOK = TESTS / "rulebook"

OWNER, UNIT, SPACE = "o-1", "3-2-1201", "P-17"


def day(text: str) -> date:
    return date.fromisoformat(text)


@cache
def rules() -> Rulebook:
    """The rulebook of `tests/rulebook/`: the published worked example is in it to the fen."""
    parts = {}
    for path in sorted(RULEBOOK.glob("*.yml")):
        value = document(path.name, path.read_text(encoding="utf-8")).value
        parts[path.stem] = msgspec.convert(value, TYPES[path.name], strict=False)
    return Rulebook(**parts)


@cache
def bundle() -> Bundle:
    """The project's own messages and words with the rules of the tests."""
    made = compiler.compiled(SITE)
    assert made.bundle, made.faults
    return replace(made.bundle, rules=rules(), revision="test-revision")


@cache
def shipped_bundle() -> Bundle:
    """All of `site/` as the functions get it."""
    made = compiler.compiled(SITE)
    assert made.bundle, made.faults
    return made.bundle


def shipped() -> Rulebook:
    """The rules in `site/`, as staff would begin with them."""
    return shipped_bundle().rules


def late_fee_rule(name: str = "standard", **changes: Any) -> LateFeeRule:
    return replace(rules().collection.late_fees[name][0], **changes)


def rules_with(
    *, late_fee: LateFeeRule | None = None, limits: dict[str, Any] | None = None, sms: dict[str, Any] | None = None
) -> Rulebook:
    """The rulebook with some rule changed."""
    changed = rules()
    if late_fee:
        late_fees = {**changed.collection.late_fees, "standard": (late_fee,)}
        changed = replace(changed, collection=replace(changed.collection, late_fees=late_fees))
    if limits:
        new = replace(changed.collection.limits, **limits)
        changed = replace(changed, collection=replace(changed.collection, limits=new))
    if sms:
        new_sms = replace(changed.community.sms, **sms)
        changed = replace(changed, community=replace(changed.community, sms=new_sms))
    return changed


def contact(**changes: Any) -> Contact:
    return replace(Contact(name="王小明", email="wang@owner.example", phone="+8613800000001"), **changes)


def owner(id: str = OWNER, *contacts: Contact, **changes: Any) -> Owner:
    return replace(Owner(id=id, contacts=contacts or (contact(),)), **changes)


def tenure(unit: str = UNIT, since: str = "2021-05-01", until: str | None = None, **changes: Any) -> Tenure:
    held = Tenure(
        unit=unit,
        kind="residential",
        from_=day(since),
        until=day(until) if until else None,
        area_m2=Decimal("89.50"),
        area_source="certificate",
        building="3",
    )
    return replace(held, **changes)


def bill(
    principal: int = 123456,
    due: str = "2026-03-31",
    *,
    id: str | None = None,
    unit: str = UNIT,
    kind: str = "property",
    issued: str | None = None,
) -> Bill:
    due_on = day(due)
    period = f"{due_on.year}-Q{(due_on.month + 2) // 3}"
    issued_on = day(issued) if issued else due_on - timedelta(days=92)
    return Bill(
        id=id or period,
        unit=unit,
        kind=kind,
        period=period,
        due_on=due_on,
        issued_on=issued_on,
        principal=Fen(principal),
    )


def payment(
    amount: int,
    paid: str,
    *,
    id: str = "",
    unit: str = UNIT,
    bill: str | None = None,
    reverses: str | None = None,
    method: str = "bank",
) -> Payment:
    made = id or f"{method}#{paid}-{amount}#1"
    return Payment(
        id=made,
        paid_on=day(paid),
        received_on=day(paid),
        method=method,
        reference=made.split("#")[1] if "#" in made else made,
        amount=Fen(amount),
        unit=unit,
        bill=bill,
        reverses=reverses,
    )


def adjustment(of: Bill, amount: int, on: str, *, id: str = "a-1", part: Part = "principal") -> Adjustment:
    return Adjustment(
        id=id,
        on=day(on),
        bill=of.key,
        amount=Fen(amount),
        kind="waiver",
        reason="漏水已核实",
        decided_by="张经理",
        part=part,
    )


def hold(
    since: str,
    until: str | None = None,
    *,
    kind: HoldKind = "dispute",
    bills: tuple[str, ...] = (),
    stops_late_fee: bool = False,
    id: str = "h-1",
) -> Hold:
    return Hold(
        id=id,
        kind=kind,
        from_=day(since),
        until=day(until) if until else None,
        bills=bills,
        stops_late_fee=stops_late_fee,
    )


def account(*facts: Bill | Payment | Adjustment | Hold | Tenure, **changes: Any) -> Account:
    """An account of the given facts; one flat held since 2021 unless a tenure is among them."""

    def of(kind: type[Any]) -> tuple[Any, ...]:
        return tuple(fact for fact in facts if isinstance(fact, kind))

    made = Account(
        owner=owner(),
        tenures=of(Tenure) or (tenure(),),
        bills=of(Bill),
        payments=of(Payment),
        adjustments=of(Adjustment),
        holds=of(Hold),
    )
    return replace(made, **changes)


def folded(on: str, *facts: Bill | Payment | Adjustment | Hold) -> Ledger:
    return fold(account(*facts), rules(), day(on))


def paid_parts(ledger: Ledger) -> list[tuple[str, str, int]]:
    """What was paid: (bill, part, amount) for each allocation, bills by due date."""
    return [
        (a.bill.id, a.part, a.amount)
        for debt in sorted(ledger.debts.values(), key=lambda debt: (debt.bill.due_on, debt.bill.key))
        for a in debt.allocations
    ]


def approval(step: Step) -> Approval:
    """A manager's word on a step, the morning it is due."""
    at = datetime.combine(step.on, time(9), UTC)
    return Approval(owner=step.owner, notice=step.key, bills=step.bills, by="arn:manager", at=at)
