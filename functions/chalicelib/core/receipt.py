"""Receipts: numbered by their payment, the same whoever asks and however often."""

from .ledger import Ledger, Receipt
from .letters import letters
from .rulebook import Language, Rulebook
from .view import ReceiptLine, ReceiptView

CHECK_LETTERS = 8


def number_of(payment: str) -> str:
    """The number of a payment's receipt: short, and telling nothing of the payment."""
    return f"R{letters(payment, 10)}"


def receipt_of(ledger: Ledger, number: str) -> Receipt | None:
    """The payment of an account whose receipt has a number."""
    return next((one for id, one in ledger.receipts.items() if number_of(id) == number), None)


def receipt_view(ledger: Ledger, rules: Rulebook, receipt: Receipt, check: str, language: Language) -> ReceiptView:
    """A receipt as it is printed: what came in, what each part of it paid, and whether it was taken back."""
    payment = receipt.payment
    methods = {method.id: method.name.of(language) for method in rules.payments.methods}
    return ReceiptView(
        number=number_of(payment.id),
        check=check,
        currency=rules.community.currency,
        paid_on=payment.paid_on,
        received_on=payment.received_on,
        amount=payment.amount,
        method=payment.method,
        method_name=methods.get(payment.method, payment.method),
        reference=payment.reference,
        payer_unit=payment.unit,
        lines=tuple(_lines(ledger, rules, payment.id, language)),
        credit=receipt.left,
        is_reversed=receipt.reversed_on is not None,
        reversed_on=receipt.reversed_on,
    )


def _lines(ledger: Ledger, rules: Rulebook, payment: str, language: Language) -> list[ReceiptLine]:
    kinds = {id: kind.name.of(language) for id, kind in rules.fees.kinds.items()}
    paid = [a for debt in ledger.debts.values() for a in debt.allocations if a.payment == payment]
    return [
        ReceiptLine(
            bill=a.bill.id,
            unit=a.bill.unit,
            period=a.bill.period,
            kind=a.bill.kind,
            kind_name=kinds.get(a.bill.kind, a.bill.kind),
            part=a.part,
            amount=a.amount,
        )
        for a in paid
    ]
