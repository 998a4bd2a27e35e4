"""How long a bill may still be taken to court: a clock that staff see, never owners.

Civil Code art. 188: three years from when the creditor could know, that is from the due date; art. 195: a demand, the
debtor's agreement and a suit start it anew; art. 192: once over, only the debtor's agreement does. A letter or an
electronic message is a demand once it has, or should have, arrived (法释〔2020〕17号 art. 8): one whose fate is not
known is none. Where the law leaves a doubt the clock is the shorter one: what staff noted of a promise is no proof of
one, so it takes the owner's own word to bring back a claim that has run out.
"""

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from .account import Account, Bill, Hold
from .calendar import ONE_DAY, month_end
from .debt import Debt
from .history import History
from .ledger import Ledger
from .rulebook import Limitation, Rulebook

BY_OWNER = "owner"
"""Who opened a hold when the owner did: asking for time is agreeing to the debt (法释〔2020〕17号 art. 14)."""

_AGREED = ("promise", "plan")
_MONTHS_A_YEAR = 12


class Clock(Struct, frozen=True):
    """From when a bill's time runs, and its last day; None while a court has it."""

    since: date
    expires: date | None


class Expiring(Struct, frozen=True):
    """A bill whose time runs out: its last day, and the tightest number of months it has come within."""

    owner: str
    bill: Bill
    expires: date
    months: int


class Watch(Struct, frozen=True):
    """What of an owner's bills is running out, and the day on which more will."""

    warnings: list[Expiring] = []
    next_on: date | None = None


class _Event(Struct, frozen=True, order=True):
    """What starts the clock anew: on a day, from a later one if it lasted; `revives` one that had run out."""

    on: date
    since: date
    revives: bool = False


def watch(account: Account, ledger: Ledger, history: History, rules: Rulebook, on: date) -> Watch:
    """The warnings about an owner's open bills on a day, and when the next one comes if nothing happens before."""
    limitation = rules.collection.limitation
    warnings, coming = [], []
    for debt in ledger.debts.values():
        if debt.is_settled or debt.bill.due_on >= on:
            continue
        earliest = before(_last_day(debt.bill.due_on, limitation), max(limitation.warn_months, default=0))
        if on < earliest:  # whatever happened can only have given more time
            coming.append(earliest)
        elif debt.outstanding(on):
            expires = clock(debt, account, ledger, history, rules, on).expires
            months = warning(expires, limitation, on)
            if expires and months is not None:
                warnings.append(Expiring(account.owner.id, debt.bill, expires, months))
            coming += [day for day in _warned_on(expires, limitation) if day > on] if expires else []
    return Watch(sorted(warnings, key=lambda one: (one.expires, one.bill.key)), min(coming, default=None))


def clock(debt: Debt, account: Account, ledger: Ledger, history: History, rules: Rulebook, on: date) -> Clock:
    """From when a bill's time runs on a day, and its last day, by all that happened through it."""
    limitation, since = rules.collection.limitation, debt.bill.due_on
    suits = [hold for hold in _holds(debt, account, on) if hold.kind == "litigation"]
    for event in sorted(_events(debt, account, ledger, history, rules, on)):
        if event.on > _last_day(since, limitation) and not event.revives:
            continue
        if any(suit.from_ == event.on and (suit.until is None or suit.until >= on) for suit in suits):
            return Clock(event.on, None)
        since = max(since, event.since)
    return Clock(since, _last_day(since, limitation))


def warning(expires: date | None, limitation: Limitation, on: date) -> int | None:
    """The tightest number of months before the last day that has been reached; None before the first.

    Once over it is none at all for a month, in which staff learn of it, and then None.
    """
    if expires is None or on > before(expires, -1):
        return None
    if on > expires:
        return 0
    return min((months for months in limitation.warn_months if before(expires, months) <= on), default=None)


def _warned_on(expires: date, limitation: Limitation) -> list[date]:
    return [*(before(expires, months) for months in limitation.warn_months), expires + ONE_DAY]


def before(day: date, months: int) -> date:
    """So many months before a day; the month's end where there is no such day."""
    index = day.year * _MONTHS_A_YEAR + day.month - 1 - months
    first = date(index // _MONTHS_A_YEAR, index % _MONTHS_A_YEAR + 1, 1)
    return first.replace(day=min(day.day, month_end(first).day))


def _last_day(since: date, limitation: Limitation) -> date:
    """Civil Code art. 201, 202: the day itself does not count; of 29 February the month's end remains."""
    return before(since, -_MONTHS_A_YEAR * limitation.years)


def _events(
    debt: Debt, account: Account, ledger: Ledger, history: History, rules: Rulebook, on: date
) -> Iterator[_Event]:
    """Demands that are proven, what the owner agreed to, payments of this bill, and suits."""
    # a demand whose stage the policy no longer has is a demand all the same
    friendly = {stage.id for stage in rules.collection.stages if not stage.demand}
    for day, stage in history.proven(debt.bill.key):
        if stage not in friendly and debt.bill.due_on < day <= on:
            yield _Event(day, day)
    for payment in {allocation.payment for allocation in debt.allocations}:
        paid_on = ledger.receipts[payment].payment.paid_on
        yield _Event(paid_on, paid_on)
    for hold in _holds(debt, account, on):
        if hold.kind == "litigation":
            yield _Event(hold.from_, hold.until or on)
        elif hold.kind in _AGREED or (hold.kind == "hardship" and hold.by == BY_OWNER):
            yield _Event(hold.from_, hold.from_, revives=hold.kind in _AGREED and hold.by == BY_OWNER)


def _holds(debt: Debt, account: Account, on: date) -> list[Hold]:
    """The pauses of a bill; one that was withdrawn before it had lasted a day never was."""
    begun = [hold for hold in account.holds if hold.from_ <= on and not hold.is_withdrawn]
    return [hold for hold in begun if hold.is_about(debt.bill.key)]
