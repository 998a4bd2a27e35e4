"""The rules staff keep in `site/`, typed: what is charged, how it may be paid, when a reminder may go out."""

from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Language = Literal["zh", "en"]
Word = Annotated[str, Meta(min_length=1)]
Hour = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Id = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]*$")]


class _Rules(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, cache_hash=True):
    """What all parts of the rulebook share: immutable, and a key nobody knows is a fault."""


class Text(_Rules, frozen=True, kw_only=True):
    """Words for people, in every language the portal speaks."""

    zh: Word
    en: Word

    def of(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


# community.yml


class ServiceCentre(_Rules, frozen=True, kw_only=True):
    """Whom an owner calls or visits."""

    name: Text
    phone: Word
    email: Word
    address: Text
    hours: Text


class Holiday(_Rules, frozen=True, kw_only=True):
    """Days on which nobody is contacted; `source` names the announcement they come from.

    `make_up` are the days of rest that are worked instead (调休); `quiet_days` before and after it
    nobody is contacted either, as around the Spring Festival. None is longer than 15 days (the state's
    own have nine at most), nor are more than 45 days on end quiet: a slip of the pen, not a holiday.
    """

    name: Text
    first: date
    last: date
    source: Word
    make_up: tuple[date, ...] = ()
    quiet_days: Annotated[int, Meta(ge=0, le=15)] = 0


class SmsProfile(StrEnum):
    """What carriers let through: `mainland-china` takes neither links nor demands."""

    MAINLAND_CHINA = "mainland-china"
    INTERNATIONAL = "international"


class SmsTemplate(_Rules, frozen=True, kw_only=True):
    """A text message as registered with the mainland's carriers: its id, its words with `{}` for each blank.

    `variables` are what the blanks are filled in with, in order.
    """

    id: Word
    text: Word
    variables: tuple[Word, ...] = ()


class Sms(_Rules, frozen=True, kw_only=True):
    """How text messages leave: the carrier's profile, our signature, registered templates by message and language."""

    profile: SmsProfile
    signature: Text
    max_segments: Annotated[int, Meta(ge=1, le=10)]
    templates: dict[Id, dict[Language, SmsTemplate]]


class Community(_Rules, frozen=True, kw_only=True):
    """Names, service centre, time zone and working calendar of the one community an installation serves."""

    name: Text
    company: Text
    salutation: Text
    service_centre: ServiceCentre
    site_url: Annotated[str, Meta(pattern="^https?://[^/]+$")]
    repository_url: Word
    sender: Word
    time_zone: Word
    currency: Literal["CNY"]
    languages: Annotated[tuple[Language, ...], Meta(min_length=1)]
    units: dict[Id, Annotated[int, Meta(ge=0)]]
    sms: Sms
    holidays: tuple[Holiday, ...]


# fees.yml


class Authority(_Rules, frozen=True, kw_only=True):
    """What entitles the company to a rate: a contract clause, the owners' decision or a guided price."""

    kind: Literal["contract", "assembly", "guided-price"]
    reference: Text
    decided_on: date


class Rate(_Rules, frozen=True, kw_only=True):
    """Yuan for each unit of measure from a day on, and until a day where one is fixed."""

    from_: date = field(name="from")
    until: date | None = None
    yuan: Decimal | None
    authority: Authority
    published_on: date
    tax_included: bool
    charging: Literal["lump-sum", "commission"]


class Kind(_Rules, frozen=True, kw_only=True):
    """A kind of bill, and which rules it carries: late fee by name (none: never), demands or only reminders.

    `aliases` are the words ledgers use for it.
    """

    name: Text
    aliases: tuple[Word, ...] = ()
    payee: Text
    late_fee: Id | None
    reward: Id | None = None
    demands: bool


class UnitKind(Text, frozen=True, kw_only=True):
    """A kind of unit by its name; `aliases` are the words ledgers use for it."""

    aliases: tuple[Word, ...] = ()


class Basis(StrEnum):
    """How an amount comes about; an `actual` cost has no rate, it is shared by area."""

    AREA_MONTH = "area-month"
    FLAT_MONTH = "flat-month"
    SHARED_BY_AREA = "shared-by-area"
    METERED = "metered"


class Schedule(_Rules, frozen=True, kw_only=True):
    """One fee: for which units, of which kind, by which measure, at which rates over time."""

    id: Id
    kind: Id
    unit_kinds: Annotated[tuple[Id, ...], Meta(min_length=1)]
    name: Text
    basis: Basis
    measure: Text
    note: Text | None = None
    example_quantity: Decimal | None = None
    rates: Annotated[tuple[Rate, ...], Meta(min_length=1)]


class Spending(_Rules, frozen=True, kw_only=True):
    """What part of each yuan of the property fee pays for what."""

    what: Text
    detail: Text
    percent: Annotated[int, Meta(ge=0, le=100)]


class Budget(_Rules, frozen=True, kw_only=True):
    """The published split of one year's fee income."""

    year: int
    published_on: date
    spending: Annotated[tuple[Spending, ...], Meta(min_length=1)]


class Fees(_Rules, frozen=True, kw_only=True):
    """Every fee of the community, with its authority and dates."""

    kinds: dict[Id, Kind]
    unit_kinds: dict[Id, UnitKind]
    schedules: Annotated[tuple[Schedule, ...], Meta(min_length=1)]
    budget: Budget


# payments.yml


class Method(_Rules, frozen=True, kw_only=True):
    """One way to pay, with its steps; `aliases` are the words bank files and ledgers use for it.

    `mention` is its name within a sentence, where that is another. `provider`: who tells us at once, by a signed
    notification to `/v1/payments/<provider>`, that such a payment was made.
    """

    id: Id
    name: Text
    mention: Text | None = None
    provider: Id | None = None
    summary: Text
    steps: Annotated[tuple[Text, ...], Meta(min_length=1)]
    proof: Text
    charge: Text
    aliases: tuple[Word, ...] = ()


class BankAccount(_Rules, frozen=True, kw_only=True):
    """Where transfers go; printed on letters, which are hard to forge, and in no e-mail or text message."""

    name: Text
    bank: Text
    number: Word


class Payments(_Rules, frozen=True, kw_only=True):
    """Every way to pay, in the order owners see them.

    `reference` says what to write with a transfer, `reference_for` the same to one owner, with `{what}` to copy.
    """

    methods: Annotated[tuple[Method, ...], Meta(min_length=1)]
    reference: Text
    reference_for: Text | None = None
    account: BankAccount | None = None


# collection.yml


class Channel(StrEnum):
    """How an owner is reached; `letter`, `call`, `visit` and `case` (nobody is contacted yet) are done by staff."""

    EMAIL = "email"
    SMS = "sms"
    LETTER = "letter"
    CALL = "call"
    VISIT = "visit"
    CASE = "case"


class Actor(StrEnum):
    """Who acts in a stage: the machine, or a member of staff by role."""

    SYSTEM = "system"
    CLERK = "clerk"
    HOUSEKEEPER = "housekeeper"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"


class Treatment(StrEnum):
    """How an owner under care is treated; never why.

    `call-first`: demands by a call before any other way. `large-print`: letters. `named-contact`: a delegate before
    the owner. `no-automatic-demand`: only people demand. `daytime-visit`: for staff to see; whoever is under care at
    all is called and visited in `care_hours` alone.
    """

    CALL_FIRST = "call-first"
    LARGE_PRINT = "large-print"
    NAMED_CONTACT = "named-contact"
    NO_AUTOMATIC_DEMAND = "no-automatic-demand"
    DAYTIME_VISIT = "daytime-visit"


SENT_BY_MACHINE = frozenset({Channel.EMAIL, Channel.SMS})


class When(_Rules, frozen=True, kw_only=True):
    """What must be true of an owner and a bill for a stage to be theirs; whoever does not fit is left in peace.

    `least_arrears` yuan of principal count what has come as far as the stage, `bills` all that are overdue;
    `age_days` and `unit_kinds` are the bill's own. At most 20,000 yuan, 12 bills and 730 days: what asks for
    more is hardly ever reached, and nothing after it either.
    """

    least_arrears: Decimal = Decimal(0)
    bills: Annotated[int, Meta(ge=1, le=12)] = 1
    age_days: Annotated[int, Meta(ge=0, le=730)] = 0
    unit_kinds: tuple[Id, ...] = ()
    care: Literal["any", "only", "never"] = "any"


class TaskRule(_Rules, frozen=True, kw_only=True):
    """What a member of staff does beside a stage's message: within so many working days, 30 at most.

    `tries` at different times of day, five at most and no more than there are days, since an owner is
    contacted once a day; `then` another way. People do it: neither way may be the machine's.
    """

    way: Channel
    working_days: Annotated[int, Meta(ge=1, le=30)]
    tries: Annotated[int, Meta(ge=1, le=5)] = 1
    then: Channel | None = None


class Stage(_Rules, frozen=True, kw_only=True):
    """One step of the collection policy, counted in days from the due date (before it: negative).

    With `after`, its one day counts from the day that earlier stage really happened. `channels` stand in
    order of preference; the first that works for the owner is taken, and the last must be one that staff
    do, so that nobody is left out. `demand` stages wait until the ledger is fresh, never skip the demand
    before them nor come before the time to answer it is over, and go only for kinds of bills that may be
    demanded. `by` is who acts; what needs approval waits for a named person's. No stage is more than a year
    before the due date or two after it, and no answer takes longer than 90 days.
    """

    id: Id
    name: Text
    summary: Text
    days: Annotated[tuple[Annotated[int, Meta(ge=-366, le=730)], ...], Meta(min_length=1)]
    after: Id | None = None
    demand: bool
    channels: Annotated[tuple[Channel, ...], Meta(min_length=1)]
    message: Id | None = None
    answer_days: Annotated[int, Meta(ge=1, le=90)] | None = None
    by: Actor = Actor.SYSTEM
    approve: bool = False
    when: When = When()
    task: TaskRule | None = None

    @property
    def ways(self) -> frozenset[Channel]:
        """Every way it may take, with what staff do beside it."""
        beside = (self.task.way, self.task.then) if self.task else ()
        return frozenset(way for way in (*self.channels, *beside) if way)


HoldKind = Literal["paid-claim", "dispute", "promise", "plan", "hardship", "family", "vacancy", "litigation"]


class Cause(_Rules, frozen=True, kw_only=True):
    """Why a bill stays unpaid, as found by a person, and the measure that fits.

    `hold` is the pause that the measure brings with it, opened as the case is closed.
    """

    name: Text
    measure: Text
    hold: HoldKind | None = None


class HoldRule(_Rules, frozen=True, kw_only=True):
    """How long a pause of one kind may last, and what it stops; nobody pauses for ever.

    At most 366 days or 60 working days, of a plan also so many dated `instalments`, 12 at most; without a
    length it lasts until a manager ends it, who alone may open it. `bills_only`: it covers the bills it names,
    not the owner's others. `opened_by`, `renewed_by`: the least role that may open it, and open it again.
    """

    name: Text
    days: Annotated[int, Meta(ge=1, le=366)] | None = None
    working_days: Annotated[int, Meta(ge=1, le=60)] | None = None
    instalments: Annotated[int, Meta(ge=2, le=12)] | None = None
    bills_only: bool = False
    stops_late_fee: bool = False
    once_a_bill: bool = False
    opened_by: Actor | None = None
    renewed_by: Actor | None = None


ReplyKind = Literal["paid", "dispute", "promise", "plan", "help", "call", "service", "invoice"]


class ReplyRule(_Rules, frozen=True, kw_only=True):
    """Who answers a kind of reply, and within how many working days, 30 at most."""

    working_days: Annotated[int, Meta(ge=1, le=30)]
    by: Actor = Actor.CLERK


class LateFeeRule(_Rules, frozen=True, kw_only=True):
    """A late fee in force from a day on: simple, on unpaid principal, capped, small sums waived.

    A bill keeps the rule that was in force when it fell due. Civil Code art. 585 lets a court cut a
    late fee far above the loss, hence the reference rate: the lower of the two daily rates counts, and
    so the whole stays below the multiple of the reference as well as below `cap_share` of the principal.
    Paying the principal `waived_once_within_days` of the first proven contact waives it, once for an owner.
    `courtyard check` refuses what no court would leave standing, see `core/ceilings`.
    """

    from_: date = field(name="from")
    grace_days: Annotated[int, Meta(ge=0, le=366)]
    daily_rate: Decimal
    reference: Id | None = None
    reference_multiple: Decimal | None = None
    cap_share: Decimal
    waived_under: Decimal = Decimal(0)
    waived_once_within_days: Annotated[int, Meta(ge=1)] | None = None
    authority: Authority


class ReferenceValue(_Rules, frozen=True, kw_only=True):
    """A yearly reference rate from a day on."""

    from_: date = field(name="from")
    rate: Decimal


class ReferenceRate(_Rules, frozen=True, kw_only=True):
    """A published interest rate over time, such as the one-year LPR."""

    name: Text
    source: Text
    checked_on: date
    values: Annotated[tuple[ReferenceValue, ...], Meta(min_length=1)]


class Reward(_Rules, frozen=True, kw_only=True):
    """A discount, published and funded, for paying bills in full some days before they are due.

    `earned_by` paying the one bill early, a whole year's bills ahead (by the first one's early day), or
    the `streak` of bills before it on time.
    """

    name: Text
    from_: date = field(name="from")
    until: date
    earned_by: Literal["early", "year", "streak"] = "early"
    streak: Annotated[int, Meta(ge=1)] | None = None
    days_before_due: Annotated[int, Meta(ge=0)]
    share: Decimal
    funded_by: Text
    published_on: date


class Hours(_Rules, frozen=True, kw_only=True):
    """From when to when messages may go out, local time."""

    opens: Hour
    closes: Hour

    @property
    def opening(self) -> time:
        return time.fromisoformat(self.opens)

    @property
    def closing(self) -> time:
        return time.fromisoformat(self.closes)


class Limits(_Rules, frozen=True, kw_only=True):
    """What keeps contact decent: days between messages, contacts a week, freshness of the ledger, life of a link.

    An approval holds for `approval_days`. Staff have `task_working_days` for what a stage gives no time of its
    own. Nobody is contacted more than three times a week, nor pressed by a ledger older than a week; a link lives a
    month at least, and little more than a year at most. So many `replies_a_day` are taken in from one owner.
    A bill or a code may be asked for so often in any twelve hours to one address, for one unit and from one network.

    A message of which it is not known whether it went out is given to staff after `unknown_hours`. Text messages are
    limited in the parts carriers bill (`sms_segments_a_month`). A run that would tell more than `run_times` as many
    owners of a stage as any day of the past year, and more than `run_floor`, waits for a manager's word.
    """

    min_interval_days: Annotated[int, Meta(ge=1, le=30)]
    contacts_a_week: Annotated[int, Meta(ge=1, le=3)] = 3
    ledger_fresh_days: Annotated[int, Meta(ge=0, le=7)]
    task_working_days: Annotated[int, Meta(ge=1, le=30)] = 3
    approval_days: Annotated[int, Meta(ge=1, le=30)] = 15
    replies_a_day: Annotated[int, Meta(ge=1, le=100)] = 10
    asks_by_address: Annotated[int, Meta(ge=1, le=10)] = 3
    asks_by_unit: Annotated[int, Meta(ge=1, le=100)] = 6
    asks_by_network: Annotated[int, Meta(ge=1, le=10_000)] = 60
    unknown_hours: Annotated[int, Meta(ge=1, le=72)] = 12
    sms_segments_a_month: Annotated[int, Meta(ge=0)] | None = None
    run_times: Annotated[int, Meta(ge=1, le=10)] = 2
    run_floor: Annotated[int, Meta(ge=1)] = 100
    link_days: Annotated[int, Meta(ge=30, le=400)]
    visible_days_before_due: Annotated[int, Meta(ge=1, le=400)]


class Limitation(_Rules, frozen=True, kw_only=True):
    """For how many years a claim may be taken to court, and the months left at which staff see it.

    Civil Code art. 188: three years from when the creditor could know, that is from the due date; a company
    may look earlier, never later.
    """

    years: Annotated[int, Meta(ge=1, le=3)] = 3
    warn_months: Annotated[tuple[Annotated[int, Meta(ge=1)], ...], Meta(min_length=1)] = (12, 6, 3, 1)


class Collection(_Rules, frozen=True, kw_only=True):
    """Stages, causes, holds, replies, late fees, rewards, allocation, hours, limits and limitation.

    People are called, visited and, under care, contacted at all in hours of their own; `roster` names the
    weekdays (1 is Monday) on which each role of staff works; `costs` are the yuan one contact takes, for forecasts.
    """

    stages: Annotated[tuple[Stage, ...], Meta(min_length=1)]
    late_fees: dict[Id, Annotated[tuple[LateFeeRule, ...], Meta(min_length=1)]]
    reference_rates: dict[Id, ReferenceRate]
    rewards: dict[Id, tuple[Reward, ...]]
    allocation: Annotated[tuple[Id, ...], Meta(min_length=1)]
    message_hours: Hours
    call_hours: tuple[Hours, ...] = ()
    visit_hours: tuple[Hours, ...] = ()
    care_hours: tuple[Hours, ...] = ()
    roster: dict[Actor, tuple[Annotated[int, Meta(ge=1, le=7)], ...]] = {}
    limits: Limits
    causes: dict[Id, Cause] = {}
    holds: dict[HoldKind, HoldRule] = {}
    replies: dict[ReplyKind, ReplyRule] = {}
    limitation: Limitation = Limitation()
    costs: dict[Channel, Decimal] = {}


class Rulebook(_Rules, frozen=True, kw_only=True):
    """All four files together."""

    community: Community
    fees: Fees
    payments: Payments
    collection: Collection
