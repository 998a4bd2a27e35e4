"""Replies: what an owner says opens a case for staff and, where the rules allow it, a pause that ends by itself."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

from .account import Account, Hold, Instalment, Reply, Wish
from .calendar import months_later
from .event import Event, HelpAsked, HoldOpened, InvoiceAsked, PaymentReported, ServiceAsked
from .holds import opened
from .ledger import Ledger
from .money import Fen, total
from .notice import Task
from .refusal import Refusal
from .rulebook import Actor, Channel, HoldKind, ReplyKind, ReplyRule, Rulebook
from .view import Opened, Possible, Refused, Taken
from .workdays import moved_to_working_day, working_days_later

PAUSES: dict[ReplyKind, HoldKind] = {"paid": "paid-claim", "dispute": "dispute", "promise": "promise", "plan": "plan"}
"""The pause each kind of reply asks for; whether somebody is in hardship is for staff to say."""

_ABOUT_BILLS: frozenset[ReplyKind] = frozenset({*PAUSES, "help"})
_STAGE = "reply-"


def replied(account: Account, ledger: Ledger, rules: Rulebook, wish: Wish, *, at: datetime) -> Reply:
    """A reply taken in on the ledger's day, with its pause or why the rules do not allow it."""
    unpaid = _unpaid(ledger)
    bills = wish.bills or (unpaid if wish.kind in _ABOUT_BILLS else ())
    made = _pause(account, ledger, rules, wish, [key for key in unpaid if key in bills])
    return Reply(
        wish=wish,
        at=at,
        received_on=ledger.on,
        answer_by=working_days_later(ledger.on, rule_for(wish.kind, rules).working_days, rules.community),
        bills=bills,
        hold=made if isinstance(made, Hold) else None,
        refused=made if isinstance(made, Refusal) else None,
    )


def rule_for(kind: ReplyKind, rules: Rulebook) -> ReplyRule:
    """Who answers a reply and by when; a clerk, in the time staff have for anything, where nothing else is said."""
    usual = ReplyRule(working_days=rules.collection.limits.task_working_days)
    return rules.collection.replies.get(kind, usual)


def possible(account: Account, ledger: Ledger, rules: Rulebook) -> dict[ReplyKind, Possible]:
    """The replies that make sense on the ledger's day; a promise and a plan only where they would be granted."""
    found: dict[ReplyKind, Possible] = {"help": Possible(), "call": Possible(), "service": Possible()}
    if ledger.receipts:
        found["invoice"] = Possible()
    if ledger.debts:
        found["dispute"] = Possible()
    unpaid = _unpaid(ledger)
    if unpaid:
        found["paid"] = Possible()
    for kind in PAUSES if unpaid else ():
        made = _most(account, ledger, rules, kind, unpaid)
        if made:
            parts, stops = len(made.instalments) or None, made.stops_late_fee
            found[kind] = Possible(until=made.until, parts=parts, stops_late_fee=stops)
    return found


def _most(account: Account, ledger: Ledger, rules: Rulebook, kind: ReplyKind, unpaid: Sequence[str]) -> Hold | None:
    """The longest pause a reply would open now, a plan's in as many parts as may be; None where it would open none."""
    rule = rules.collection.holds.get(PAUSES[kind])
    most = (rule.instalments or 0) if rule else 0
    for parts in range(most, 1, -1) if kind == "plan" else (0,):
        made = _pause(account, ledger, rules, Wish(id="", kind=kind, parts=parts), unpaid)
        if isinstance(made, Hold):
            return made
    return None


def event_of(reply: Reply) -> Event:
    """What the owner is answered at once; without the pause asked for, that somebody gets in touch."""
    if reply.hold:
        return HoldOpened(reply.hold.id, reply.answer_by)
    number, by = reply.number, reply.answer_by
    match reply.wish.kind:
        case "paid":
            return PaymentReported(number, by)
        case "service":
            return ServiceAsked(number, by)
        case "invoice":
            return InvoiceAsked(number, by, reply.wish.title)
    return HelpAsked(number, by)


def taken(reply: Reply) -> Taken:
    """What the owner is shown of a reply they have just sent."""
    hold, refused = reply.hold, reply.refused
    return Taken(
        id=reply.wish.id,
        number=reply.number,
        kind=reply.wish.kind,
        received_on=reply.received_on,
        answer_by=reply.answer_by,
        hold=_opened(hold) if hold else None,
        refused=Refused(code=refused.problem, values=refused.values) if refused else None,
        instalments=hold.instalments if hold else (),
    )


def _opened(hold: Hold) -> Opened:
    return Opened(
        kind=hold.kind, from_=hold.from_, until=hold.until, bills=hold.bills, stops_late_fee=hold.stops_late_fee
    )


def cases(account: Account, rules: Rulebook) -> list[Task]:
    """What staff have to do about an owner's replies: one case each, done once it was answered."""
    return [_case(account.owner.id, reply, rules) for reply in account.replies]


def is_reply(task: Task) -> bool:
    """Whether a case comes from a reply: it waits for nothing, and what is paid does not settle it."""
    return task.stage.startswith(_STAGE)


def reply_of(account: Account, task: Task) -> Reply:
    """The reply a case comes from."""
    return next(reply for reply in account.replies if _step(reply) == task.step)


def _case(owner: str, reply: Reply, rules: Rulebook) -> Task:
    return Task(
        owner=owner,
        anchor="reply",
        stage=f"{_STAGE}{reply.wish.kind}",
        step=_step(reply),
        bills=reply.bills,
        task=Channel.CASE.value,
        opened_on=reply.received_on,
        reason=reply.number,
        by=rule_for(reply.wish.kind, rules).by,
        due_on=reply.answer_by,
        done_on=reply.answered_on,
    )


def _step(reply: Reply) -> str:
    """A step with a dot, for it tells the owner nothing."""
    return f"reply.{reply.wish.id}"


def _unpaid(ledger: Ledger) -> tuple[str, ...]:
    return tuple(key for key, debt in ledger.debts.items() if debt.outstanding(ledger.on))


def _pause(
    account: Account, ledger: Ledger, rules: Rulebook, wish: Wish, unpaid: Sequence[str]
) -> Hold | Refusal | None:
    """The pause a wish asks for, for those of some unpaid bills that may still have one."""
    kind, on = PAUSES.get(wish.kind), ledger.on
    if kind is None:
        return None
    if not unpaid:
        return Refusal("hold-no-bill", {"bills": ", ".join(_unpaid(ledger))})
    until = wish.on if kind == "promise" else None
    ask = partial(opened, account, ledger.debts, rules, kind, on=on, role=Actor.SYSTEM, by="owner", until=until)

    def asked(some: Sequence[str]) -> Hold | Refusal:
        if kind != "plan":
            return ask(bills=some)
        owed = total([ledger.debts[key].outstanding(on) for key in some])
        return ask(bills=some, instalments=instalments(owed, wish.parts, on, rules))

    made = asked(unpaid)
    allowed = [] if isinstance(made, Hold) else [key for key in unpaid if isinstance(asked([key]), Hold)]
    return asked(allowed) if allowed else made


def instalments(owed: Fen, parts: int, on: date, rules: Rulebook) -> tuple[Instalment, ...]:
    """Equal parts a month apart, on working days; what does not divide by them goes with the first."""
    part, rest = divmod(owed, parts) if parts else (0, 0)
    days = [moved_to_working_day(months_later(on, number), rules.community) for number in range(1, parts + 1)]
    return tuple(Instalment(day, Fen(part + (rest if day == days[0] else 0))) for day in days)
