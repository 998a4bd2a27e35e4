"""Made-up owners and events by which messages are shown and checked before anyone gets one."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from msgspec.structs import replace

from chalicelib.core import message, occasion
from chalicelib.core.account import Account, Bill, Contact, Hold, Instalment, Owner, Payment, Tenure
from chalicelib.core.bundle import Bundle
from chalicelib.core.calendar import period, quarter
from chalicelib.core.collection import Step
from chalicelib.core.event import (
    OCCASIONS,
    BillAsked,
    CodeAsked,
    Event,
    HoldBroken,
    HoldOpened,
    InvoiceAsked,
    MailBounced,
    PaidUp,
    PaymentReceived,
    PaymentReturned,
    PreferenceChanged,
    RewardOffered,
    ServiceAsked,
)
from chalicelib.core.ledger import Ledger, fold
from chalicelib.core.money import Fen
from chalicelib.core.rulebook import Channel, HoldKind, Language, Reward, Rulebook, Stage
from chalicelib.core.words import Reason
from chalicelib.core.workdays import working_days_later


class Persona(NamedTuple):
    """Who a specimen is to: a name and unit, how much is owed, and the title an invoice is made out to."""

    name: str
    unit: str
    principal: Fen
    title: str


ORDINARY: dict[Language, Persona] = {
    "zh": Persona("王小明", "3-2-1201", Fen(641_88), "江州某某科技有限公司"),
    "en": Persona("Anna Weber", "3-2-1201", Fen(641_88), "Weber Trading Ltd"),
}
"""An owner like most."""

LONGEST: dict[Language, Persona] = {
    "zh": Persona(
        "阿卜杜热合曼·买买提江", "商业裙楼-B1-0188", Fen(123_456_78), "江州市澄江路某某国际贸易股份有限公司第二分公司"
    ),
    "en": Persona("Maximiliana Featherstonehaugh", "商业裙楼-B1-0188", Fen(123_456_78), "The Very Long Trading Co Ltd"),
}
"""An owner whose messages are as long as real ones get."""

_DUE = date(2026, 12, 31)
_ASKED = date(2027, 1, 20)
"""The day of the events: the bill has been due for three weeks."""


class Specimen(NamedTuple):
    """One message to one made-up owner: which, in what state of the account, about what."""

    message: str
    account: Account
    ledger: Ledger
    about: Step | Event

    def values(self, bundle: Bundle, *, url: str, unsubscribe_url: str) -> dict[str, object]:
        """What the message is filled in with."""
        contact = self.account.owner.contacts[0]
        if isinstance(self.about, Step):
            return message.values(
                bundle, self.account, self.ledger, self.about, contact, url=url, unsubscribe_url=unsubscribe_url
            )
        return occasion.values(
            bundle, self.account, self.ledger, self.about, contact, url=url, unsubscribe_url=unsubscribe_url
        )


def of_stage(rules: Rulebook, stage: Stage, persona: Persona, language: Language) -> Specimen:
    """The message of a stage on the last day it may have."""
    on = _DUE + timedelta(days=max(stage.days) + (_before(rules, stage) if stage.after else 0))
    account = _account(rules, persona, language, issued_by=on)
    (bill,) = account.bills
    step = Step(
        owner=account.owner.id,
        stage=stage,
        step=stage.id,
        anchor=bill.key,
        bills=(bill.key,),
        channel=stage.channels[0],
        on=on,
        reason=Reason("step-before-due", {"due": _DUE, "days": 30, "stage": stage.name}),
    )
    return Specimen(stage.message or "", account, fold(account, rules, on), step)


def _before(rules: Rulebook, stage: Stage) -> int:
    return next((max(one.days) for one in rules.collection.stages if one.id == stage.after), 0)


def of_occasions(rules: Rulebook, persona: Persona, language: Language) -> Iterator[Specimen]:
    """The message of every occasion the rules know."""
    account = _account(rules, persona, language, issued_by=_ASKED)
    for name in OCCASIONS:
        made = _reward(rules, account) if name == "reward-offer" else _event(name, rules, account, persona)
        if made:
            facts, event, on = made
            yield Specimen(name, facts, fold(facts, rules, on), event)


def _account(rules: Rulebook, persona: Persona, language: Language, *, issued_by: date) -> Account:
    """One bill, and who owes it."""
    contact = Contact(name=persona.name, email="a@example.com", phone="+8613800000000")
    visible = timedelta(days=rules.collection.limits.visible_days_before_due)
    bill = Bill(
        id="2026-Q4",
        unit=persona.unit,
        kind=rules.collection.allocation[0],
        period="2026-Q4",
        due_on=_DUE,
        issued_on=min(issued_by, _DUE - visible),
        principal=persona.principal,
    )
    return Account(
        owner=Owner(id="o-1", contacts=(contact,), language=language),
        tenures=(Tenure(unit=persona.unit, kind=next(iter(rules.fees.unit_kinds), ""), from_=date(2022, 1, 1)),),
        bills=(bill,),
    )


_Made = tuple[Account, Event, date]


def _event(name: str, rules: Rulebook, account: Account, persona: Persona) -> _Made:
    """An occasion's event, with the facts that lead up to it."""
    answer_by = working_days_later(_ASKED, rules.collection.limits.task_working_days, rules.community)
    paid = _paid(rules, account)
    plain: dict[str, tuple[Account, Event]] = {
        "receipt": (paid, PaymentReceived("P1")),
        "paid-up": (paid, PaidUp()),
        "refund": (_refunded(paid), PaymentReturned("P2")),
        "my-bill": (account, BillAsked()),
        "service-received": (account, ServiceAsked("270120-7K3F", answer_by)),
        "invoice-requested": (account, InvoiceAsked("270120-M0XE", answer_by, persona.title)),
        "sms-code": (account, CodeAsked("402913", 5)),
        "preference-changed": (account, PreferenceChanged(account.owner.language, (Channel.SMS, Channel.LETTER))),
        "email-bounced": (account, MailBounced("somebody@example.com", _ASKED)),
    }
    if name in plain:
        return (*plain[name], _ASKED)
    kind, is_opened = _PAUSES[name]
    held = _held(account, kind)
    if is_opened:
        return held, HoldOpened("h-1", answer_by), _ASKED
    return held, HoldBroken("h-1"), _ASKED + timedelta(days=32)


_PAUSES: dict[str, tuple[HoldKind, bool]] = {
    "payment-reported": ("paid-claim", True),
    "help-received": ("hardship", True),
    "dispute-received": ("dispute", True),
    "promise-confirmed": ("promise", True),
    "plan-confirmed": ("plan", True),
    "promise-broken": ("promise", False),
    "plan-broken": ("plan", False),
}


def _paid(rules: Rulebook, account: Account) -> Account:
    (bill,) = account.bills
    payment = Payment(
        id="P1",
        paid_on=_ASKED,
        received_on=_ASKED,
        method=rules.payments.methods[0].id,
        reference="20270120-000123",
        amount=Fen(bill.principal),
        unit=bill.unit,
    )
    return replace(account, payments=(payment,))


def _refunded(account: Account) -> Account:
    (payment,) = account.payments
    back = Payment(
        id="P2",
        paid_on=_ASKED,
        received_on=_ASKED,
        method=payment.method,
        reference="20270120-000124",
        amount=payment.amount,
        unit=payment.unit,
        reverses="P1",
    )
    return replace(account, payments=(payment, back))


def _held(account: Account, kind: HoldKind) -> Account:
    (bill,) = account.bills
    half = Fen(bill.principal // 2)
    first, second = (_ASKED + timedelta(days=days) for days in (31, 62))
    parts = (Instalment(first, half), Instalment(second, Fen(bill.principal - half)))
    is_plan = kind == "plan"
    hold = Hold(
        id="h-1",
        kind=kind,
        from_=_ASKED,
        until=second if is_plan else _ASKED + timedelta(days=15),
        bills=(bill.key,),
        stops_late_fee=kind not in ("promise", "paid-claim"),
        instalments=parts if is_plan else (),
    )
    return replace(account, holds=(hold,))


def _reward(rules: Rulebook, account: Account) -> _Made | None:
    """A bill that may still earn the newest reward there is; None where the rules have none."""
    kinds = {kind.reward: name for name, kind in rules.fees.kinds.items() if kind.reward}
    known = [
        (reward, kinds[id]) for id, rewards in rules.collection.rewards.items() if id in kinds for reward in rewards
    ]
    alone = [(reward, kind) for reward, kind in known if reward.earned_by == "early"]
    if not alone:
        return None
    newest: Reward
    newest, kind = max(alone, key=lambda pair: pair[0].from_)
    due_on = _quarter_end(newest.from_ + timedelta(days=newest.days_before_due))
    (bill,) = account.bills
    early = Bill(
        id="early",
        unit=bill.unit,
        kind=kind,
        period=quarter(due_on),
        due_on=due_on,
        issued_on=newest.from_,
        principal=bill.principal,
    )
    return replace(account, bills=(early,)), RewardOffered(early.key), newest.from_


def _quarter_end(day: date) -> date:
    """The last day of the quarter a day is in, on which bills fall due."""
    return period(quarter(day)).last
