"""The explained statement: what an owner owes on a day, and why."""

from collections.abc import Sequence
from datetime import date

from .account import Account, Hold
from .calendar import ONE_DAY
from .collection import Step, next_step
from .debt import Debt
from .discounts import Offer
from .history import History
from .ledger import Ledger, Receipt, fold
from .money import Fen, total
from .preference import shown
from .receipt import number_of
from .reply import possible
from .rulebook import Kind, Language, Rulebook
from .view import (
    AllocationView,
    Amount,
    BillState,
    BillView,
    HoldView,
    Line,
    NextView,
    PaymentView,
    ReplyView,
    Statement,
    UnitView,
)
from .voice import transfer_reference
from .words import Words, reason_text


def statement(
    account: Account,
    history: History,
    rules: Rulebook,
    words: Words,
    *,
    on: date,
    revision: str,
    language: Language | None = None,
) -> Statement:
    """An account on a day, newest bills first; facts dated later have no effect on any figure.

    In the owner's language unless another is asked for.
    """
    ledger = fold(account, rules, on)
    language = language or account.owner.language
    debts = sorted(ledger.debts.values(), key=lambda debt: (debt.bill.due_on, debt.bill.key), reverse=True)
    held = [hold for hold in ledger.holds if hold.is_on(on)]
    bills = tuple(_bill(debt, held, rules, words, on, language) for debt in debts)
    open_due = [bill.due_on for bill in bills if bill.outstanding]
    return Statement(
        owner=account.owner.id,
        on=on,
        currency=rules.community.currency,
        language=language,
        rules=revision,
        rules_from=rules_from(rules, on),
        balance=ledger.balance,
        overdue=total([bill.outstanding for bill in bills if bill.due_on < on]),
        credit=ledger.credit,
        next_due_on=min(open_due) if open_due else None,
        units=tuple(_units(account, rules, on, language)),
        bills=bills,
        payments=_payments(ledger, rules, language),
        holds=tuple(_hold(hold) for hold in held),
        next=_next(account, ledger, history, rules, words, on, language),
        replies=_replies(account, on),
        can_reply=possible(account, ledger, rules),
        preferences=shown(account),
    )


def amount(account: Account, rules: Rulebook, *, on: date, revision: str) -> Amount:
    """What is to be paid on a day: the statement's own figures, and nothing else, such as money paid ahead."""
    ledger = fold(account, rules, on)
    owed = Fen(max(ledger.balance, 0))
    debts = [debt for debt in ledger.debts.values() if debt.outstanding(on)] if owed else []
    bills = sorted((debt.bill for debt in debts), key=lambda bill: (bill.due_on, bill.key))
    return Amount(
        on=on,
        currency=rules.community.currency,
        balance=owed,
        overdue=min(total([debt.outstanding(on) for debt in debts if debt.bill.due_on < on]), owed),
        due_on=bills[0].due_on if bills else None,
        references=tuple(dict.fromkeys(transfer_reference(bill) for bill in bills)),
        rules=revision,
    )


def _replies(account: Account, on: date) -> tuple[ReplyView, ...]:
    """What the owner has said by a day, newest first."""
    return tuple(
        ReplyView(
            number=reply.number,
            kind=reply.wish.kind,
            received_on=reply.received_on,
            answer_by=reply.answer_by,
            is_open=reply.answered_on is None or reply.answered_on > on,
        )
        for reply in sorted(account.replies, key=lambda reply: reply.at, reverse=True)
        if reply.received_on <= on
    )


def rules_from(rules: Rulebook, on: date) -> date:
    """The day the newest rate or late fee rule in force took effect: owners know rules by it."""
    days = [rate.from_ for schedule in rules.fees.schedules for rate in schedule.rates]
    days += [rule.from_ for late_fee in rules.collection.late_fees.values() for rule in late_fee]
    return max((day for day in days if day <= on), default=min(days))


def _bill(debt: Debt, held: Sequence[Hold], rules: Rulebook, words: Words, on: date, language: Language) -> BillView:
    bill, outstanding = debt.bill, debt.outstanding(on)
    kind = rules.fees.kinds.get(bill.kind)
    days = max(0, (on - bill.due_on).days) if outstanding else 0
    late_from = debt.late_from if outstanding else None
    return BillView(
        id=bill.id,
        unit=bill.unit,
        kind=bill.kind,
        kind_name=kind.name.of(language) if kind else bill.kind,
        period=bill.period,
        due_on=bill.due_on,
        free_until=late_from - ONE_DAY if late_from and on < late_from else None,
        principal=bill.principal,
        discount=debt.discount,
        adjusted=debt.adjusted("principal"),
        late_fee=debt.late_fee(on),
        paid=Fen(debt.paid("principal") + debt.paid("late_fee")),
        outstanding=outstanding,
        state=_state(held, debt, on),
        days_overdue=days,
        lines=_lines(debt, kind, words, on, language),
    )


def _state(held: Sequence[Hold], debt: Debt, on: date) -> BillState:
    if not debt.outstanding(on):
        return "paid"
    if any(hold.covers(debt.bill.key, on) for hold in held):
        return "held"
    return "overdue" if debt.bill.due_on < on else "open"


def _lines(debt: Debt, kind: Kind | None, words: Words, on: date, language: Language) -> tuple[Line, ...]:
    bill = debt.bill
    charges = [
        Line(
            kind="principal",
            amount=charge.amount,
            rule=charge.rule,
            rate=charge.rate,
            quantity=charge.quantity,
            months=charge.months,
            cost=charge.cost,
            share=charge.share,
            from_=charge.from_,
            to=charge.to,
        )
        for charge in bill.charges
    ] or [Line(kind="principal", amount=bill.principal, rule="as-billed")]
    if debt.grants:
        charges.append(_discount(debt.grants[-1].offer, bill.principal, kind, language))
    for one in debt.adjustments:
        known = words.labels.get(f"waived-{one.reason}")  # a reason of the rules' own, or what a person wrote
        reason = known.of(language) if known else one.reason
        line = Line(kind="adjustment", amount=one.amount, rule=one.kind, from_=one.on, reason=reason)
        charges.append(line)
    return (*charges, *debt.late_fee_lines(on))


def _discount(offer: Offer, principal: Fen, kind: Kind | None, language: Language) -> Line:
    """A reward by its name, with the share it is and the day by which it had to be earned."""
    return Line(
        kind="discount",
        amount=offer.amount,
        rule=kind.reward if kind and kind.reward else "",
        base=principal,
        rate=str(offer.reward.share),
        to=offer.until,
        reason=offer.reward.name.of(language),
    )


def _payments(ledger: Ledger, rules: Rulebook, language: Language) -> tuple[PaymentView, ...]:
    names = {method.id: method.name for method in rules.payments.methods}
    newest_first = sorted(
        ledger.receipts.values(),
        key=lambda receipt: (receipt.payment.paid_on, receipt.payment.id),
        reverse=True,
    )
    return tuple(
        _payment(receipt, ledger, names[method].of(language) if method in names else method)
        for receipt in newest_first
        for method in [receipt.payment.method]
    )


def _payment(receipt: Receipt, ledger: Ledger, method_name: str) -> PaymentView:
    payment = receipt.payment
    allocations = [a for debt in ledger.debts.values() for a in debt.allocations if a.payment == payment.id]
    return PaymentView(
        id=payment.id,
        paid_on=payment.paid_on,
        method=payment.method,
        method_name=method_name,
        amount=payment.amount,
        receipt=number_of(payment.id),
        reference=payment.reference,
        reversed_on=receipt.reversed_on,
        left=receipt.left,
        allocations=tuple(
            AllocationView(bill=a.bill.id, unit=a.bill.unit, kind=a.bill.kind, part=a.part, amount=a.amount)
            for a in allocations
        ),
    )


def _hold(hold: Hold) -> HoldView:
    return HoldView(kind=hold.kind, from_=hold.from_, until=hold.until, bills=hold.bills, instalments=hold.instalments)


def _units(account: Account, rules: Rulebook, on: date, language: Language) -> list[UnitView]:
    names = rules.fees.unit_kinds
    return [
        UnitView(
            unit=tenure.unit,
            kind=tenure.kind,
            kind_name=names[tenure.kind].of(language) if tenure.kind in names else tenure.kind,
            from_=tenure.from_,
            until=tenure.until,
        )
        for tenure in sorted(account.tenures, key=lambda tenure: (tenure.from_, tenure.unit))
        if tenure.from_ <= on
    ]


def _next(
    account: Account,
    ledger: Ledger,
    history: History,
    rules: Rulebook,
    words: Words,
    on: date,
    language: Language,
) -> NextView:
    """What an owner may expect next; payments are taken as recorded through the day."""
    coming = next_step(account, ledger, history, rules, on=on, ledger_through=on)
    reason = reason_text(words, coming.reason, language)
    if isinstance(coming, Step):
        return NextView(stage=coming.stage.id, on=on, reason=reason)
    return NextView(stage=coming.stage.id if coming.stage else None, on=coming.until, reason=reason)
