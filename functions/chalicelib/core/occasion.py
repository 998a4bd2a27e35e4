"""What an owner is told beside the stages: thanks, receipts and answers, in the values of their message."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from .account import Account, Contact, Hold, Instalment
from .bundle import Bundle
from .debt import Debt
from .discounts import offers
from .event import (
    Asked,
    BillAsked,
    CodeAsked,
    Event,
    HelpAsked,
    HoldBroken,
    HoldOpened,
    InvoiceAsked,
    MailBounced,
    PaidUp,
    PaymentReceived,
    PaymentReported,
    PaymentReturned,
    PreferenceChanged,
    RewardOffered,
    ServiceAsked,
    hold_of,
)
from .ledger import Ledger
from .message import Figure, Row, bill_rows, greeting, plain_figures, reference
from .money import Fen, total
from .receipt import number_of
from .rulebook import Channel
from .voice import Voice, one_line, percent


def values(
    bundle: Bundle,
    account: Account,
    ledger: Ledger,
    event: Event,
    contact: Contact,
    *,
    url: str,
    unsubscribe_url: str,
) -> dict[str, Any]:
    """Everything a message may say to an owner about an event, as of the ledger's day."""
    voice = Voice(bundle, account.owner.language)
    return {
        **greeting(voice, contact, url=url, unsubscribe_url=unsubscribe_url),
        "figure": None,
        "rows": [],
        "outstanding": _money_if_any(voice, ledger.outstanding),
        "reference": reference(voice, _open(list(ledger.debts.values()), ledger.on)),
        **_VALUES[type(event)](voice, account, ledger, event),
    }


def _money_if_any(voice: Voice, amount: Fen) -> str:
    return voice.money(amount) if amount else ""


def _sum(voice: Voice, amount: Fen) -> dict[str, str]:
    """A sum as people read it, and as carriers take it: in plain figures."""
    return {"total": voice.money(amount), "amount": plain_figures(amount)}


def _owed(debts: Sequence[Debt], on: date) -> Fen:
    return total([debt.outstanding(on) for debt in debts])


def _receipt(voice: Voice, ledger: Ledger, id: str) -> dict[str, Any]:
    """How much came in, when and how, and what each part of it paid."""
    receipt = ledger.receipts[id]
    payment = receipt.payment
    paid = [a for debt in ledger.debts.values() for a in debt.allocations if a.payment == id]
    parts = {"principal": "", "late_fee": f" · {voice.label('late-fee')}"}
    rows = [
        Row(
            unit=one_line(a.bill.unit),
            what=voice.thing(a.bill),
            detail=voice.period(a.bill.period) + parts[a.part],
            amount=voice.money(a.amount),
        )
        for a in paid
    ]
    if receipt.left:
        kept = voice.money(receipt.left)
        rows.append(Row(unit="", what=voice.label("credit"), detail=voice.label("credit-note"), amount=kept))
    note = f"{voice.day(payment.paid_on)} · {voice.method(payment.method)}"
    return {
        **_sum(voice, payment.amount),
        "figure": Figure(label=voice.label("received"), amount=voice.money(payment.amount), note=note),
        "rows": rows,
        "number": number_of(payment.id),
        "paid_on": voice.day(payment.paid_on),
    }


def _refund(voice: Voice, account: Account, id: str) -> dict[str, Any]:
    returned = next(payment for payment in account.payments if payment.id == id)
    original = next(payment for payment in account.payments if payment.id == returned.reverses)
    note = f"{voice.day(returned.paid_on)} · {voice.method(returned.method)}"
    return {
        **_sum(voice, original.amount),
        "figure": Figure(label=voice.label("refunded"), amount=voice.money(original.amount), note=note),
        "paid_on": voice.day(original.paid_on),
    }


def _bill(voice: Voice, ledger: Ledger) -> dict[str, Any]:
    """All that is open: `next_due` is the next day on which something falls due, `overdue` what has before."""
    on = ledger.on
    debts = _open(list(ledger.debts.values()), on)
    is_one_day = len({debt.bill.due_on for debt in debts}) == 1
    note = f"{voice.label('due-by' if is_one_day else 'due-first')} {voice.day(debts[0].bill.due_on)}" if debts else ""
    ahead = [debt.bill.due_on for debt in debts if debt.bill.due_on >= on]
    late = [debt for debt in debts if debt.bill.due_on < on]
    owed = _owed(debts, on)
    return {
        **_sum(voice, owed),
        "figure": Figure(label=voice.label("total"), amount=voice.money(owed), note=note),
        "rows": bill_rows(voice, debts, ledger.on),
        "next_due": voice.day(min(ahead)) if ahead else "",
        "overdue": _money_if_any(voice, _owed(late, on)),
    }


def _open(debts: Sequence[Debt], on: date) -> list[Debt]:
    return sorted((debt for debt in debts if debt.outstanding(on)), key=lambda debt: (debt.bill.due_on, debt.bill.key))


def _covered(hold: Hold, ledger: Ledger) -> list[Debt]:
    debts = [debt for key, debt in ledger.debts.items() if hold.is_about(key)]
    return _open(debts, ledger.on)


def _opened(voice: Voice, account: Account, ledger: Ledger, event: HoldOpened) -> dict[str, Any]:
    """Which bills rest until when; a plan's parts instead, where there are any."""
    hold = hold_of(account, event.hold)
    debts = _covered(hold, ledger)
    return {
        **_sum(voice, _owed(debts, ledger.on)),
        "rows": _parts(voice, hold.instalments) or bill_rows(voice, debts, ledger.on),
        "until": voice.day(hold.until) if hold.until else "",
        "answer_by": voice.day(event.answer_by),
        "stops_late_fee": hold.stops_late_fee,
        "parts": len(hold.instalments),
    }


def _parts(voice: Voice, instalments: Sequence[Instalment]) -> list[Row]:
    return [
        Row(
            unit="",
            what=voice.label("instalment", number=number),
            detail=f"{voice.label('due-day')} {voice.day(part.due_on)}",
            amount=voice.money(part.amount),
        )
        for number, part in enumerate(instalments, 1)
    ]


def _broken(voice: Voice, account: Account, ledger: Ledger, id: str) -> dict[str, Any]:
    """The day on which money was expected, and what is open of the bills that rested."""
    hold = next(hold for hold in ledger.holds if hold.id == id)
    expected = hold.until or ledger.on
    missed = next((part for part in hold.instalments if part.due_on == expected), None)
    debts = _covered(hold, ledger)
    owed = _owed(debts, ledger.on)
    note = f"{voice.label('agreed-day')} {voice.day(expected)}"
    return {
        **_sum(voice, owed),
        "figure": Figure(label=voice.label("total"), amount=voice.money(owed), note=note),
        "rows": bill_rows(voice, debts, ledger.on),
        "expected": voice.day(expected),
        "missed": voice.money(missed.amount) if missed else "",
    }


def _asked(voice: Voice, event: Asked) -> dict[str, Any]:
    return {"number": event.number, "answer_by": voice.day(event.answer_by)}


def _unpaused(voice: Voice, event: Asked) -> dict[str, Any]:
    """What a pause would have had to say, left blank."""
    return {**_asked(voice, event), "until": "", "stops_late_fee": False}


def _channels(voice: Voice, channels: Sequence[Channel]) -> str:
    return voice.either([voice.bundle.words.channels[channel].of(voice.language) for channel in channels])


def masked(address: str) -> str:
    """An address that its owner knows again and nobody else: the first letter and the host, or a phone's last four."""
    name, at, host = one_line(address).partition("@")
    return f"{name[:1]}***{at}{host}" if at else f"***{name[-4:]}"


def _reward(voice: Voice, ledger: Ledger, bill: str) -> dict[str, Any]:
    debt = ledger.debts[bill]
    early = [reward for reward in debt.rewards if reward.earned_by == "early"]
    offer = offers(early, debt.bill.due_on, debt.bill.principal)[0]
    return {
        "figure": Figure(
            label=voice.label("reward"),
            amount=voice.money(offer.amount),
            note=f"{voice.label('reward-until')} {voice.day(offer.until)}",
        ),
        "rows": bill_rows(voice, [debt], ledger.on),
        "labels": {**voice.labels(), "unsubscribe": voice.label("unsubscribe-promotions")},
        **_sum(voice, Fen(debt.outstanding(ledger.on) - offer.amount)),
        "reward": offer.reward.name.of(voice.language),
        "share": percent(offer.reward.share),
        "saved": voice.money(offer.amount),
        "until": voice.day(offer.until),
        "funded_by": offer.reward.funded_by.of(voice.language),
    }


_VALUES: dict[type[Any], Callable[[Voice, Account, Ledger, Any], dict[str, Any]]] = {
    PaymentReceived: lambda voice, _, ledger, event: _receipt(voice, ledger, event.payment),
    PaidUp: lambda voice, _, ledger, __: {"credit": _money_if_any(voice, ledger.credit)},
    PaymentReturned: lambda voice, account, _, event: _refund(voice, account, event.payment),
    BillAsked: lambda voice, _, ledger, __: _bill(voice, ledger),
    HoldOpened: _opened,
    HoldBroken: lambda voice, account, ledger, event: _broken(voice, account, ledger, event.hold),
    HelpAsked: lambda voice, _, __, event: _unpaused(voice, event),
    PaymentReported: lambda voice, _, __, event: _unpaused(voice, event),
    ServiceAsked: lambda voice, _, __, event: _asked(voice, event),
    InvoiceAsked: lambda voice, _, __, event: {**_asked(voice, event), "invoice_title": one_line(event.title)},
    CodeAsked: lambda _, __, ___, event: {"code": event.code, "minutes": event.minutes, "url": ""},
    PreferenceChanged: lambda voice, _, __, event: {"channels": _channels(voice, event.channels)},
    MailBounced: lambda voice, _, __, event: {"bounced": masked(event.address), "bounced_on": voice.day(event.on)},
    RewardOffered: lambda voice, _, ledger, event: _reward(voice, ledger, event.bill),
}
"""What each event has to say beyond what stands in every message."""
