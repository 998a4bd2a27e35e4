"""What may be asked of an owner on a day: never what is paused, nor as a demand what is only passed through."""

from collections.abc import Iterable
from datetime import date

from .debt import Debt
from .ledger import Ledger
from .rulebook import Rulebook
from .turns import may_be_demanded


def claim(ledger: Ledger, rules: Rulebook, *, due_by: date, is_demand: bool) -> list[Debt]:
    """The open bills that fall due by a day and may be asked for, oldest first."""
    on, paused = ledger.on, ledger.holds
    found: Iterable[Debt] = (
        debt
        for debt in ledger.debts.values()
        if debt.outstanding(on)
        and debt.bill.due_on <= due_by
        and not any(hold.covers(debt.bill.key, on) for hold in paused)
        and (not is_demand or may_be_demanded(debt.bill, rules))
    )
    return sorted(found, key=lambda debt: (debt.bill.due_on, debt.bill.key))
