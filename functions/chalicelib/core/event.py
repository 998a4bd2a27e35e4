"""What may happen to an owner's account that they are told of, and the name of the message for it."""

from datetime import date

from msgspec import Struct

from .account import Account, Hold
from .rulebook import Channel, HoldKind, Language


class PaymentReceived(Struct, frozen=True):
    """A payment is on record, by its id."""

    payment: str


class PaidUp(Struct, frozen=True):
    """Nothing is owed any more."""


class PaymentReturned(Struct, frozen=True):
    """Money went back to the owner: the id of the payment that takes another one back."""

    payment: str


class BillAsked(Struct, frozen=True):
    """An owner asked for the bill to be sent again."""


class HoldOpened(Struct, frozen=True):
    """A pause is on record, by its id; `answer_by` is until when the centre answers."""

    hold: str
    answer_by: date


class HoldBroken(Struct, frozen=True):
    """What was promised, or an instalment of a plan, did not come; the pause by its id."""

    hold: str


class Asked(Struct, frozen=True):
    """An owner asked for something the centre answers by a day, under a number to refer to."""

    number: str
    answer_by: date


class HelpAsked(Asked, frozen=True):
    """Help, a call, or what the rules let only a person grant: somebody gets in touch."""


class PaymentReported(Asked, frozen=True):
    """The owner says that money is under way, or has come in; nothing is paused for it."""


class ServiceAsked(Asked, frozen=True):
    """A matter of service: something to be mended, cleaned or looked at."""


class InvoiceAsked(Asked, frozen=True):
    """A tax invoice, made out to a title."""

    title: str


class CodeAsked(Struct, frozen=True):
    """A code that proves who holds a telephone, good for some minutes."""

    code: str
    minutes: int


class PreferenceChanged(Struct, frozen=True):
    """How the owner is written to from now on."""

    language: Language
    channels: tuple[Channel, ...]


class MailBounced(Struct, frozen=True):
    """E-mail to an address came back on a day."""

    address: str
    on: date


class RewardOffered(Struct, frozen=True):
    """A bill, by its key, that earns a reward if paid early: a promotion, for those who have consented to them."""

    bill: str


Event = (
    PaymentReceived
    | PaidUp
    | PaymentReturned
    | BillAsked
    | HoldOpened
    | HoldBroken
    | HelpAsked
    | PaymentReported
    | ServiceAsked
    | InvoiceAsked
    | CodeAsked
    | PreferenceChanged
    | MailBounced
    | RewardOffered
)

OCCASIONS = (
    *("receipt", "paid-up", "refund", "my-bill"),
    *("payment-reported", "help-received", "dispute-received"),
    *("promise-confirmed", "plan-confirmed", "promise-broken", "plan-broken"),
    *("service-received", "invoice-requested", "sms-code", "preference-changed", "email-bounced", "reward-offer"),
)
"""Every message there is beside the stages', by the name of its file."""

PROMOTIONS = frozenset({"reward-offer"})
"""Those that are for owners who have consented to promotions, and for nobody else."""

ASKS_FOR_MONEY = frozenset({"my-bill", "promise-broken", "plan-broken"})
"""Those that say what is owed, and so how to pay it."""

_OPENED: dict[HoldKind, str] = {
    "paid-claim": "payment-reported",
    "dispute": "dispute-received",
    "promise": "promise-confirmed",
    "plan": "plan-confirmed",
    "hardship": "help-received",
    "family": "help-received",
}
_BROKEN: dict[HoldKind, str] = {"promise": "promise-broken", "plan": "plan-broken"}
_PLAIN = {
    PaymentReceived: "receipt",
    PaidUp: "paid-up",
    PaymentReturned: "refund",
    BillAsked: "my-bill",
    HelpAsked: "help-received",
    PaymentReported: "payment-reported",
    ServiceAsked: "service-received",
    InvoiceAsked: "invoice-requested",
    CodeAsked: "sms-code",
    PreferenceChanged: "preference-changed",
    MailBounced: "email-bounced",
    RewardOffered: "reward-offer",
}


def occasion(account: Account, event: Event) -> str | None:
    """The name of the message for an event; None for a pause nobody asked for, such as one before a court."""
    if isinstance(event, HoldOpened):
        return _OPENED.get(hold_of(account, event.hold).kind)
    if isinstance(event, HoldBroken):
        return _BROKEN.get(hold_of(account, event.hold).kind)
    return _PLAIN[type(event)]


def hold_of(account: Account, id: str) -> Hold:
    """A pause of an account by its id."""
    return next(hold for hold in account.holds if hold.id == id)


def is_welcome(account: Account, message: str) -> bool:
    """Whether an owner may be sent a message: a notice always, a promotion with a consent of its own."""
    return message not in PROMOTIONS or account.welcomes_promotions
