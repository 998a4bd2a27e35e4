"""The ledger: an owner's facts folded day by day into what each bill has left, and what each payment paid.

Allocation: the payer's choice first (Civil Code art. 560), then the same kind, oldest first, then the
other kinds, oldest first, and by the published order of kinds where bills fall due on one day; within
a bill principal, then late fee; the rest is credit, and pays what is billed later.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from . import discounts, latefee, rewards
from .account import Account, Adjustment, Bill, Hold, Part, Payment
from .debt import Allocation, Debt
from .money import ZERO, Fen, total
from .rulebook import Rulebook
from .workdays import moved_to_working_day


class Receipt(Struct):
    """A payment with what of it is not yet allocated, and when it was taken back, if it was."""

    payment: Payment
    left: Fen
    reversed_on: date | None = None


class Ledger(Struct):
    """An account on a day: debts by due date, receipts by day; `holds` as they stand, a broken plan ended."""

    on: date
    order: tuple[str, ...]
    debts: dict[str, Debt] = {}
    receipts: dict[str, Receipt] = {}
    hopeful: list[Debt] = []  # those that may still earn a reward: seldom any
    holds: tuple[Hold, ...] = ()

    @property
    def credit(self) -> Fen:
        return total([receipt.left for receipt in self.receipts.values()])

    @property
    def outstanding(self) -> Fen:
        return total([debt.outstanding(self.on) for debt in self.debts.values()])

    @property
    def balance(self) -> Fen:
        """What is owed, less money not yet allocated; below zero when the owner is ahead."""
        return Fen(self.outstanding - self.credit)


def fold(account: Account, rules: Rulebook, on: date) -> Ledger:
    """An account's facts through a day; nothing dated later has any effect.

    The order in which facts of one day are given makes no difference. A plan stands up to the first instalment that
    was missed: up to that day it is as it was agreed, so the ledger of that day says whether it was.
    """
    standing = account.holds
    while any(hold.instalments for hold in standing):
        kept = tuple(_kept(hold, account, standing, rules, on) for hold in standing)
        if kept == standing:
            break
        standing = kept
    return _folded(account, standing, rules, on)


def _kept(hold: Hold, account: Account, standing: tuple[Hold, ...], rules: Rulebook, on: date) -> Hold:
    """A plan up to the first instalment after whose day more was left of its bills than was still to come.

    A day of rest moves to the next working day (Civil Code art. 203). Money that was taken back does not keep it.
    """
    to_come = total([part.amount for part in hold.instalments])
    for part in hold.instalments:
        to_come = Fen(to_come - part.amount)
        last = moved_to_working_day(part.due_on, rules.community)
        if last >= on or (hold.until is not None and hold.until < last):
            break
        if _left(hold, _folded(_as_kept(account, on), standing, rules, last)) > to_come:
            return replace(hold, until=last)
    return hold


def _as_kept(account: Account, on: date) -> Account:
    """An account without the payments that were taken back by a day."""
    known = [payment for payment in account.payments if payment.paid_on <= on]
    gone = {payment.reverses for payment in known if payment.reverses}
    kept = tuple(payment for payment in known if payment.reverses is None and payment.id not in gone)
    return replace(account, payments=kept)


def _left(hold: Hold, ledger: Ledger) -> Fen:
    """What is left of a pause's bills; no late fee that runs meanwhile is held against the owner."""
    debts = [debt for key, debt in ledger.debts.items() if hold.is_about(key)]
    is_stopped = hold.stops_late_fee
    return total([debt.outstanding(ledger.on) if is_stopped else debt.principal_left for debt in debts])


def _folded(account: Account, standing: tuple[Hold, ...], rules: Rulebook, on: date) -> Ledger:
    ledger = Ledger(on, rules.collection.allocation, holds=standing)
    stopping = tuple(hold for hold in standing if hold.stops_late_fee and hold.from_ <= on)
    for day, facts in sorted(_by_day(account, on).items()):
        for bill in facts.bills:
            ledger.debts[bill.key] = debt = _debt(stopping, bill, rules)
            ledger.hopeful += [debt] if debt.rewards else []
            debt.note_unpaid(day)
        # what takes a payment back comes after the payment, even on one day
        for payment in sorted(facts.payments, key=lambda p: (p.reverses is not None, p.bill is None, p.id)):
            _receive(ledger, payment, day)
        for adjustment in sorted(facts.adjustments, key=lambda a: a.id):
            _adjust(ledger, adjustment, day)
        _allocate(ledger, day)
        if facts.adjustments:
            _release_late_fees(ledger, {adjustment.bill for adjustment in facts.adjustments}, day)
        ledger.hopeful = [debt for debt in ledger.hopeful if debt.rewards_until >= day]
        if ledger.hopeful:
            _reward(ledger, day)
    return ledger


class _Day(Struct):
    """What happened on one day."""

    bills: list[Bill] = []
    payments: list[Payment] = []
    adjustments: list[Adjustment] = []


def _by_day(account: Account, on: date) -> dict[date, _Day]:
    days: defaultdict[date, _Day] = defaultdict(_Day)
    for bill in account.bills:
        if bill.issued_on <= on:
            days[bill.issued_on].bills.append(bill)
    for payment in account.payments:
        if payment.paid_on <= on:
            days[payment.paid_on].payments.append(payment)
    for adjustment in account.adjustments:
        if adjustment.on <= on:
            days[adjustment.on].adjustments.append(adjustment)
    return days


def _debt(stopping: Sequence[Hold], bill: Bill, rules: Rulebook) -> Debt:
    kind = rules.fees.kinds.get(bill.kind)
    late_fees = rules.collection.late_fees.get(kind.late_fee or "", ()) if kind else ()
    rewarded = rules.collection.rewards.get(kind.reward or "", ()) if kind else ()
    rule = latefee.rule_for(bill.due_on, late_fees)
    reference = rules.collection.reference_rates.get(rule.reference or "") if rule else None
    stopped = tuple((h.from_, h.until or date.max) for h in stopping if h.is_about(bill.key))
    return Debt(
        bill=bill,
        late_fee_rule=rule,
        reference=reference,
        late_from=latefee.first_day(bill.due_on, rule) if rule else None,
        stopped=stopped,
        rewards=discounts.in_reach(rewarded, bill.due_on),
    )


def _receive(ledger: Ledger, payment: Payment, day: date) -> None:
    if payment.reverses is None:
        ledger.receipts[payment.id] = Receipt(payment, payment.amount)
        return
    taken_back = ledger.receipts.get(payment.reverses)
    if taken_back is None or taken_back.reversed_on:
        return
    taken_back.reversed_on, taken_back.left = payment.paid_on, ZERO
    reopened = []
    for debt in ledger.debts.values():
        kept = [a for a in debt.allocations if a.payment != payment.reverses]
        if len(kept) < len(debt.allocations):
            debt.allocations = kept
            debt.keep([])  # what it earned was earned by a payment that did not stand
            reopened.append(debt)
    for debt in (*reopened, *_take_back(ledger, {debt.bill.key for debt in reopened})):
        debt.is_settled = False
        debt.note_unpaid(day)


def _take_back(ledger: Ledger, reopened: set[str]) -> list[Debt]:
    """Rewards that rested on bills which are open again; what they asked for is open again too."""
    falling = [d for d in ledger.debts.values() if any(grant.rests_on & reopened for grant in d.grants)]
    if not falling:
        return []
    for debt in falling:
        debt.keep([grant for grant in debt.grants if not grant.rests_on & reopened])
    return falling + _take_back(ledger, {debt.bill.key for debt in falling})  # one may rest on another


def _adjust(ledger: Ledger, adjustment: Adjustment, day: date) -> None:
    """Lowers a bill; what was already paid of the lowered part becomes credit again."""
    debt = ledger.debts.get(adjustment.bill)
    if debt is None:
        return
    debt.adjustments.append(adjustment)
    debt.is_settled = False
    if adjustment.part == "principal":
        _release(ledger, debt, "principal", Fen(max(0, debt.overpaid)))
    debt.note_unpaid(day)


def _release_late_fees(ledger: Ledger, adjusted: set[str], day: date) -> None:
    """Sets free what was paid of late fees waived since: known only now that all else of the day is counted."""
    for key in adjusted & ledger.debts.keys():
        debt = ledger.debts[key]
        _release(ledger, debt, "late_fee", Fen(max(0, debt.paid("late_fee") - debt.late_fee(day))))
    _allocate(ledger, day)


def _release(ledger: Ledger, debt: Debt, part: Part, amount: Fen) -> None:
    for allocation in reversed(debt.allocations):
        freed = Fen(min(amount, allocation.amount)) if allocation.part == part else ZERO
        allocation.amount = Fen(allocation.amount - freed)
        ledger.receipts[allocation.payment].left = Fen(ledger.receipts[allocation.payment].left + freed)
        amount = Fen(amount - freed)
    debt.allocations = [a for a in debt.allocations if a.amount]


def _allocate(ledger: Ledger, day: date) -> None:
    for receipt in ledger.receipts.values():
        if receipt.left:
            for debt in _order_for(ledger, receipt.payment):
                if receipt.left and not debt.is_settled:
                    _pay(receipt, debt, day)


def _reward(ledger: Ledger, day: date) -> None:
    """Gives every reward that what is paid by now has earned; what it sets free goes on to other bills."""
    while award := rewards.award(ledger.hopeful, ledger.debts, day):
        for debt, grant in award.grants:
            debt.grant(grant)
            _release(ledger, debt, "principal", Fen(max(0, debt.overpaid)))
        freed = [receipt for receipt in ledger.receipts.values() if receipt.left]
        for debt in award.settles:
            for receipt in freed:
                _take(receipt, debt, "principal", debt.principal_left)
            debt.note_unpaid(day)
        _allocate(ledger, day)


def _order_for(ledger: Ledger, payment: Payment) -> list[Debt]:
    """Every open debt in the order a payment goes to them: chosen, same kind, then whatever fell due first."""
    open_debts = [debt for debt in ledger.debts.values() if not debt.is_settled]
    if len(open_debts) <= 1:  # mostly so, and then there is nothing to choose
        return open_debts
    chosen = {
        debt.bill.key: debt.bill.kind
        for debt in ledger.debts.values()
        if payment.bill is not None and debt.bill.id == payment.bill and debt.bill.unit == payment.unit
    }
    kinds = set(chosen.values())
    rank = {kind: index for index, kind in enumerate(ledger.order)}

    def place(debt: Debt) -> tuple[bool, bool, date, int, str]:
        bill = debt.bill
        return bill.key not in chosen, bill.kind not in kinds, bill.due_on, rank.get(bill.kind, len(rank)), bill.key

    return sorted(open_debts, key=place)


def _pay(receipt: Receipt, debt: Debt, day: date) -> None:
    _take(receipt, debt, "principal", debt.principal_left)
    if not debt.note_unpaid(day):
        late_fee = debt.late_fee_left(day)
        debt.is_settled = receipt.left >= late_fee
        _take(receipt, debt, "late_fee", late_fee)


def _take(receipt: Receipt, debt: Debt, part: Part, wanted: Fen) -> None:
    amount = Fen(min(receipt.left, wanted))
    if amount > 0:
        receipt.left = Fen(receipt.left - amount)
        debt.allocations.append(Allocation(receipt.payment.id, debt.bill, part, amount))
