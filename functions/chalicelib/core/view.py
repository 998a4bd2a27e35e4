"""What the API gives out about an owner's account: the statement's shape, which is a contract with its readers."""

from datetime import date
from typing import Literal

from msgspec import Struct, field

from .account import Instalment, Part
from .money import Fen
from .preference import PreferencesView
from .rulebook import ReplyKind

LineKind = Literal["principal", "discount", "adjustment", "late_fee"]
BillState = Literal["paid", "open", "overdue", "held"]


class Line(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One figure of a bill with what it was made from; rates are exact decimals a day or a unit of measure."""

    kind: LineKind
    amount: Fen
    rule: str
    base: Fen | None = None
    rate: str | None = None
    days: int | None = None
    from_: date | None = field(name="from", default=None)
    to: date | None = None
    cap: Fen | None = None
    capped: bool | None = None
    quantity: str | None = None
    months: str | None = None
    cost: Fen | None = None
    share: str | None = None
    reason: str | None = None


class BillView(Struct, frozen=True, kw_only=True):
    """A bill on a day; `outstanding` is principal less discount and adjustments, with late fee, less paid.

    `free_until` is the last day to pay it with no late fee, while there is one.
    """

    id: str
    unit: str
    kind: str
    kind_name: str
    period: str
    due_on: date
    free_until: date | None
    principal: Fen
    discount: Fen
    adjusted: Fen
    late_fee: Fen
    paid: Fen
    outstanding: Fen
    state: BillState
    days_overdue: int
    lines: tuple[Line, ...]


class AllocationView(Struct, frozen=True, kw_only=True):
    """What part of a payment went to which part of which bill."""

    bill: str
    unit: str
    kind: str
    part: Part
    amount: Fen


class PaymentView(Struct, frozen=True, kw_only=True):
    """A payment, the number of its receipt, what it paid, and whether it was taken back; `left` is still credit."""

    id: str
    paid_on: date
    method: str
    method_name: str
    amount: Fen
    receipt: str
    reference: str
    reversed_on: date | None
    left: Fen
    allocations: tuple[AllocationView, ...]


class ReceiptLine(Struct, frozen=True, kw_only=True):
    """What part of a payment went to which part of which bill, as a receipt says it."""

    bill: str
    unit: str
    period: str
    kind: str
    kind_name: str
    part: Part
    amount: Fen


class ReceiptView(Struct, frozen=True, kw_only=True):
    """A receipt, with the check code by which anybody can see that it is genuine; `credit` is not yet allocated."""

    number: str
    check: str
    currency: str
    paid_on: date
    received_on: date
    amount: Fen
    method: str
    method_name: str
    reference: str
    payer_unit: str
    lines: tuple[ReceiptLine, ...]
    credit: Fen
    is_reversed: bool
    reversed_on: date | None


class UnitView(Struct, frozen=True, kw_only=True):
    """A unit the owner holds or held; only days of their own."""

    unit: str
    kind: str
    kind_name: str
    from_: date = field(name="from")
    until: date | None


class HoldView(Struct, frozen=True, kw_only=True):
    """A pause in force; a plan with its instalments."""

    kind: str
    from_: date = field(name="from")
    until: date | None
    bills: tuple[str, ...]
    instalments: tuple[Instalment, ...]


class ReplyView(Struct, frozen=True, kw_only=True):
    """What the owner has said, under a number, and by when staff answer; closed once they have."""

    number: str
    kind: ReplyKind
    received_on: date
    answer_by: date
    is_open: bool


class Opened(Struct, frozen=True, kw_only=True):
    """The pause a reply has opened."""

    kind: str
    from_: date = field(name="from")
    until: date | None
    bills: tuple[str, ...]
    stops_late_fee: bool


class Refused(Struct, frozen=True, kw_only=True):
    """Why nothing was paused: a code of the problems in `site/words.yml`, and what its text needs."""

    code: str
    values: dict[str, str]


class Taken(Struct, frozen=True, kw_only=True):
    """A reply as it was taken in: its number, by when staff answer, and its pause, or why there is none."""

    id: str
    number: str
    kind: ReplyKind
    received_on: date
    answer_by: date
    hold: Opened | None
    refused: Refused | None
    instalments: tuple[Instalment, ...]


class Possible(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the rules allow of a reply today: a pause until a day at most, so many instalments at most."""

    until: date | None = None
    parts: int | None = None
    stops_late_fee: bool = False


class Amount(Struct, frozen=True, kw_only=True):
    """What is to be paid and what to write with it: nothing of whose it is or what it is for beyond that."""

    on: date
    currency: str
    balance: Fen
    overdue: Fen
    due_on: date | None
    references: tuple[str, ...]
    rules: str


class NextView(Struct, frozen=True, kw_only=True):
    """What happens next and why; no stage when nothing will be sent by itself."""

    stage: str | None
    on: date | None
    reason: str


class Statement(Struct, frozen=True, kw_only=True):
    """What an owner owes on a day: `balance` is outstanding less credit, so it is negative for money ahead."""

    owner: str
    on: date
    currency: str
    language: str
    rules: str
    rules_from: date
    balance: Fen
    overdue: Fen
    credit: Fen
    next_due_on: date | None
    units: tuple[UnitView, ...]
    bills: tuple[BillView, ...]
    payments: tuple[PaymentView, ...]
    holds: tuple[HoldView, ...]
    next: NextView
    replies: tuple[ReplyView, ...]
    can_reply: dict[ReplyKind, Possible]
    preferences: PreferencesView
