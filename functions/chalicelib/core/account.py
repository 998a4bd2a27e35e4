"""The facts an owner's statement is folded from: appended, never rewritten."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from msgspec import Struct, field

from .letters import letters
from .money import Fen
from .refusal import Refusal
from .rulebook import Actor, Channel, HoldKind, Language, ReplyKind, Treatment

Part = Literal["principal", "late_fee"]


class Contact(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person to be reached about an owner's bills: the owner, a co-owner, a child as delegate, a tenant."""

    name: str
    role: str = "owner"
    email: str | None = None
    phone: str | None = None
    postal_address: str | None = None


class Owner(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who answers for the fee, and how they wish to be treated.

    `care` names treatments, never diagnoses; `care_by` entered it and it is reviewed a year from `care_on`.
    """

    id: str
    contacts: tuple[Contact, ...]
    language: Language = "zh"
    care: tuple[Treatment, ...] = ()
    care_by: str = ""
    care_on: date | None = None


class Tenure(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One owner's time with one unit, from a day to a day (both included; open while it lasts)."""

    unit: str
    kind: str
    from_: date = field(name="from")
    until: date | None = None
    area_m2: Decimal | None = None
    area_source: str = ""
    building: str = ""

    def holds(self, day: date) -> bool:
        return self.from_ <= day and (self.until is None or day <= self.until)


class Unit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A flat, shop or parking space, whoever holds it."""

    unit: str
    kind: str
    area_m2: Decimal | None = None
    area_source: str = ""
    building: str = ""


class Holder(Struct, frozen=True, kw_only=True):
    """Who holds a unit from a day to a day."""

    owner: str
    from_: date = field(name="from")
    until: date | None = None

    def holds(self, day: date) -> bool:
        return self.from_ <= day and (self.until is None or day <= self.until)


class Charge(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How part of a bill came about: a quantity at a rate for a time, or a share of an actual cost."""

    rule: str
    amount: Fen
    from_: date = field(name="from")
    to: date
    rate: str | None = None
    quantity: str | None = None
    months: str | None = None
    cost: Fen | None = None
    share: str | None = None


class Bill(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is owed for a unit, a kind and a period; immutable. `id` is unique for a unit and kind."""

    id: str
    unit: str
    kind: str
    period: str
    due_on: date
    issued_on: date
    principal: Fen
    charges: tuple[Charge, ...] = ()

    @property
    def key(self) -> str:
        """What tells this bill from every other of its owner."""
        return f"{self.id}/{self.unit}/{self.kind}"


class Payment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Money received; `paid_on` is the day that counts. One that `reverses` another takes it back from then on.

    `bill` is the payer's choice (a bill's id, for this unit), if there was one.
    """

    id: str
    paid_on: date
    received_on: date
    method: str
    reference: str
    amount: Fen
    unit: str
    bill: str | None = None
    reverses: str | None = None


class Adjustment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A waiver, correction or bad debt: lowers what a bill asks for, with its reason and who decided."""

    id: str
    on: date
    bill: str
    amount: Fen
    kind: Literal["waiver", "correction", "bad-debt"]
    reason: str
    decided_by: str
    part: Part = "principal"


class Instalment(Struct, frozen=True):
    """One part of a payment plan: so much by a day."""

    due_on: date
    amount: Fen


class Hold(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Stops reminders, and the late fee where it says so, from a day to a day; `bills` empty means all.

    A plan's `instalments` keep it; `by` is who opened it, in what `role`. No reason is stored.
    """

    id: str
    kind: HoldKind
    from_: date = field(name="from")
    until: date | None = None
    bills: tuple[str, ...] = ()
    stops_late_fee: bool = False
    instalments: tuple[Instalment, ...] = ()
    by: str = ""
    role: Actor = Actor.SYSTEM

    @property
    def is_withdrawn(self) -> bool:
        """Ended on the very day it was opened: it has paused nothing."""
        return self.until is not None and self.until < self.from_

    def is_on(self, day: date) -> bool:
        return self.from_ <= day and (self.until is None or day <= self.until)

    def overlaps(self, other: "Hold", day: date) -> bool:
        """Whether it pauses on a day any bill that another pauses, or may pause."""
        return self.is_on(day) and (not self.bills or not other.bills or bool(set(self.bills) & set(other.bills)))

    def is_about(self, bill_key: str) -> bool:
        return not self.bills or bill_key in self.bills

    def covers(self, bill_key: str, day: date) -> bool:
        return self.is_on(day) and self.is_about(bill_key)


class Wish(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an owner says in a reply, as they sent it; `id` is their own name for it, so that it counts once.

    `on` is the day they pay, or have paid; `parts` how many instalments; `title` and `tax_id` whom an invoice is for.
    """

    id: str
    kind: ReplyKind
    bills: tuple[str, ...] = ()
    message: str = ""
    on: date | None = None
    parts: int = 0
    title: str = ""
    tax_id: str = ""
    method: str = ""


class Reply(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reply as it was taken in: the pause it opened or why none, the bills meant, and by when staff answer.

    `answered_on` is the day they did. The pause and the case it asks for are derived from this alone.
    """

    wish: Wish
    at: datetime
    received_on: date
    answer_by: date
    bills: tuple[str, ...] = ()
    hold: Hold | None = None
    refused: Refusal | None = None
    answered_on: date | None = None

    @property
    def number(self) -> str:
        """What owner and staff call it by."""
        return f"{self.received_on:%y%m%d}-{letters(self.wish.id, 4)}"


class Consent(Struct, frozen=True, kw_only=True):
    """An owner's word on promotions, given or taken back, with what shows it; the last one counts.

    Notices of bills need none, since the contract does; promotions need one of their own, as easily taken back
    (Personal Information Protection Law art. 13-15; Advertising Law art. 43).
    """

    is_given: bool
    at: datetime
    proof: str
    by: str


class Suppression(Struct, frozen=True, kw_only=True):
    """An address nobody writes to any more, by its mark: mail came back, its reader complained, a phone opted out.

    `notice` is the message that showed it; another address of the owner is not concerned.
    """

    channel: Channel
    mark: str
    reason: Literal["bounced", "complained", "opted-out"]
    on: date
    notice: str


class Account(Struct, frozen=True, kw_only=True):
    """All facts of one owner, and the marks the owner's record carries for the machinery.

    `preferred` is how often the owner has changed how they are written to.
    """

    owner: Owner
    tenures: tuple[Tenure, ...] = ()
    bills: tuple[Bill, ...] = ()
    payments: tuple[Payment, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    holds: tuple[Hold, ...] = ()
    replies: tuple[Reply, ...] = ()
    consents: tuple[Consent, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    link_generation: int = 0
    unsubscribed: frozenset[Channel] = frozenset()
    large_print: bool = False
    preferred: int = 0
    last_notice: str | None = None
    last_notice_on: date | None = None
    due_day: date | None = None

    @property
    def has_large_print(self) -> bool:
        """Whether letters are in large print: the owner wishes it, or is cared for so."""
        return self.large_print or Treatment.LARGE_PRINT in self.owner.care

    @property
    def welcomes_promotions(self) -> bool:
        """Whether the owner has consented to promotions, and has not taken it back."""
        return bool(self.consents) and max(self.consents, key=lambda one: one.at).is_given
