"""The one waiver an owner has: who pays soon after being reached at last is not charged for the time before.

Civil Code art. 509 asks both sides for good faith; the rule and its days are published with the late fee.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from .account import Account, Adjustment
from .debt import Debt
from .history import PROVEN, History
from .ledger import Ledger
from .money import ZERO

REASON = "goodwill"
"""Also the waiver's id: an owner has one."""


def waiver(account: Account, ledger: Ledger, history: History, on: date) -> Adjustment | None:
    """The late fee of a bill whose principal was paid within the days its rule gives from the first proven contact.

    Once for an owner; of several bills, the one with the most.
    """
    if any(one.id == REASON for one in account.adjustments):
        return None
    earned = [debt for debt in ledger.debts.values() if _was_paid_soon(debt, history) and debt.late_fee(on)]
    if not earned:
        return None
    debt = max(earned, key=lambda one: (one.late_fee(on), one.bill.key))
    return Adjustment(
        id=REASON,
        on=on,
        bill=debt.bill.key,
        amount=debt.late_fee(on),
        kind="waiver",
        reason=REASON,
        decided_by="late-fee",
        part="late_fee",
    )


def _was_paid_soon(debt: Debt, history: History) -> bool:
    days = debt.late_fee_rule.waived_once_within_days if debt.late_fee_rule else None
    if days is None or debt.late_from is None or not debt.unpaid:
        return False
    settled_on, left = debt.unpaid[-1]
    if left or settled_on <= debt.late_from or debt.paid("principal") == ZERO:
        return False  # most bills are paid before a late fee could run
    first = min(_contacts(debt, history), default=None)
    return first is not None and settled_on <= first + timedelta(days=days)


def _contacts(debt: Debt, history: History) -> Iterator[date]:
    """The days on which the owner was certainly told of a bill; a talk counts once there is something to tell."""
    yield from (day for day, _ in history.proven(debt.bill.key))
    yield from (call.on for call in history.calls if call.outcome in PROVEN and call.on >= debt.bill.issued_on)
