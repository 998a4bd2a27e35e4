"""Delivery of queued notices: checked again, claimed, sent once, recorded.

At most one request reaches a provider for a notice. Each change of state is one conditional write; what
stops halfway is finished, or shown as UNKNOWN, by the next delivery of the same message.
"""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import msgspec
from msgspec import structs

from ..core.account import Account, Contact
from ..core.bundle import Bundle
from ..core.calendar import local_date
from ..core.collection import Step, Wait, next_step
from ..core.compliance import Proofreader
from ..core.errors import BadInput, Unlawful
from ..core.hours import next_contact
from ..core.lawbook import Where, kind_of
from ..core.ledger import Ledger, fold
from ..core.link import Scope
from ..core.message import Message, rendered, values
from ..core.mime import mime
from ..core.notice import CLAIMABLE, Notice, State
from ..core.reach import contact_by
from ..core.rulebook import SENT_BY_MACHINE, Actor, Channel, Language
from .links import Mint, balance_url, mint, new_code, unsubscribe_url
from .ports import Delivery, Mail, Mode, Sms
from .records import Records
from .reminders import Job, take_turn, task_of

_LEASE = timedelta(minutes=10)
_PASSING = (
    *("closed", "interval", "contacted-today", "contacted-often", "approval"),
    *("hold", "hold-open", "ledger-stale", "ledger-never"),
)
"""Reasons that pass by themselves or by a person's word: the notice is still due afterwards."""


@dataclass(frozen=True, slots=True)
class Sender:
    """What the worker needs to send: the ports, the mode, and who may be written to in `team` mode."""

    mail: Mail
    sms: Sms
    mode: Mode
    team: frozenset[str] = frozenset()
    new_code: Mint = new_code
    proofreader: Proofreader = field(default_factory=Proofreader)

    def may_write_to(self, address: str) -> bool:
        return self.mode == "live" or (self.mode == "team" and address in self.team)


@dataclass(frozen=True, slots=True)
class _Telling:
    """What is about to be told: the account as it was just read, the step it calls for, and the notice."""

    account: Account
    ledger: Ledger
    step: Step
    notice: Notice
    now: datetime
    on: date


def deliver(records: Records, bundle: Bundle, sender: Sender, body: str, *, now: datetime) -> State:
    """One queued notice: checked again, claimed, sent with one attempt on the wire, recorded.

    The state the notice is in afterwards. RETRY means that the planner's next run queues it again.
    """
    job = msgspec.json.decode(body, type=Job)
    notice = records.notices.load_notice(job.owner, job.notice)
    account = records.load_account(job.owner)
    if notice is None or account is None:
        return State.SKIPPED
    if notice.state is State.CALLING:
        return _settle_lost_call(records, notice, now)
    telling = _checked(records, bundle, account, notice, now)
    if isinstance(telling, State):
        return telling
    if not take_turn(records, bundle, telling.step, on=telling.on):
        return _advance(records, notice, State.RETRY, CLAIMABLE, "interval")
    attempt = records.notices.claim(notice, telling.step.bills, now=now, leased_until=now + _LEASE)
    if attempt is None:
        return State.CLAIMED  # another worker was faster
    claimed = structs.replace(notice, attempt=attempt, state=State.CLAIMED)
    return _send(records, bundle, sender, replace(telling, notice=claimed))


def _checked(records: Records, bundle: Bundle, account: Account, notice: Notice, now: datetime) -> _Telling | State:
    """What is to be told now, if the notice still is what the rules ask for; else where it stands instead."""
    is_run_out = notice.state is State.CLAIMED and notice.leased_until is not None and notice.leased_until <= now
    if notice.state not in CLAIMABLE and not is_run_out:
        return notice.state
    on = local_date(now, bundle.rules.community.time_zone)
    history = records.notices.load_history(account.owner.id).without(notice.key)
    ledger = fold(account, bundle.rules, on)
    through = records.ledger_through()
    decision = next_step(account, ledger, history, bundle.rules, on=on, ledger_through=through)
    if isinstance(decision, Wait):
        state = State.RETRY if decision.reason.code in _PASSING else State.SKIPPED
        return _advance(records, notice, state, (notice.state,), decision.reason.code)
    if decision.key != notice.key:
        return _advance(records, notice, State.SKIPPED, (notice.state,), "superseded")
    if decision.channel not in SENT_BY_MACHINE:
        records.notices.add_task(task_of(decision, bundle))
        return _advance(records, notice, State.SKIPPED, (notice.state,), "by-people")
    if next_moment(bundle, now) > now:
        return _advance(records, notice, State.RETRY, (notice.state,), "hours")
    return _Telling(account, ledger, decision, notice, now, on)


def next_moment(bundle: Bundle, now: datetime) -> datetime:
    """The first instant from now on at which messages may go out."""
    return next_contact(now, Channel.EMAIL, bundle.rules, by=Actor.SYSTEM, has_care=False)


def _send(records: Records, bundle: Bundle, sender: Sender, telling: _Telling) -> State:
    """Renders, marks the call as begun, calls once, and records what is known of it."""
    notice, on = telling.notice, telling.on
    try:
        address, call = _prepared(records, bundle, sender, telling)
    except BadInput as bad:  # an address no mail host would take
        return _give_to_people(records, bundle, telling, State.CLAIMED, bad.problem)
    except Unlawful as broken:
        return _give_to_people(records, bundle, telling, State.CLAIMED, f"compliance:{broken.rule}")
    if not sender.may_write_to(address):
        return _advance(records, notice, State.SENT, (State.CLAIMED,), f"mode:{sender.mode}", notice.attempt, on)
    has_begun = records.notices.advance(
        notice, State.CALLING, only_from=(State.CLAIMED,), attempt=notice.attempt, told_on=on
    )
    if not has_begun:
        return State.CLAIMED
    outcome, detail = call()
    if outcome == "refused":
        return _give_to_people(records, bundle, telling, State.CALLING, detail)
    return _advance(records, notice, _AFTER[outcome], (State.CALLING,), detail, notice.attempt, on)


_AFTER = {"sent": State.SENT, "retry": State.RETRY, "unknown": State.UNKNOWN}


def _give_to_people(records: Records, bundle: Bundle, telling: _Telling, stands: State, reason: str) -> State:
    """What no machine can deliver becomes a task, on record before the notice is given up."""
    step, notice = telling.step, telling.notice
    records.notices.add_task(task_of(structs.replace(step, channel=step.stage.channels[-1]), bundle))
    return _advance(records, notice, State.FAILED, (stands,), reason, notice.attempt, telling.on)


def _prepared(
    records: Records, bundle: Bundle, sender: Sender, telling: _Telling
) -> tuple[str, Callable[[], Delivery]]:
    """The address, and the one call that would send the rendered message to it."""
    account, step, tag = telling.account, telling.step, notice_tag(telling.notice)
    contact, language = contact_by(account, step.channel), account.owner.language
    assert contact is not None  # noqa: S101  # the channel was chosen because a contact has it
    community = bundle.rules.community
    stop_url = unsubscribe_url(community.site_url, _minted(records, bundle, sender, telling, "unsubscribe"))
    url = balance_url(community.site_url, language, _minted(records, bundle, sender, telling, "account"))
    said = values(bundle, account, telling.ledger, step, contact, url=url, unsubscribe_url=stop_url)
    message: Message = rendered(bundle.messages[step.stage.message or ""][language], said)
    _proofread(bundle, sender, step, contact, language, message)
    if step.channel is Channel.SMS:
        phone, text = contact.phone or "", message.sms or ""
        return phone, lambda: sender.sms.send(text, phone=phone, notice=tag)
    recipient = contact.email or ""
    raw = mime(
        message,
        sender=community.sender,
        recipient=recipient,
        recipient_name=contact.name,
        language=language,
        notice=tag,
        unsubscribe_url=stop_url,
        now=telling.now,
    )
    return recipient, lambda: sender.mail.send(raw, recipient=recipient, notice=tag)


def _proofread(
    bundle: Bundle, sender: Sender, step: Step, contact: Contact, language: Language, message: Message
) -> None:
    """Read as the owner would read it, amounts and dates included; Unlawful if it says what it may not."""
    where = Where(kind_of(step.stage, step.channel), language, stage=step.stage.id)
    text = (message.sms or "") if step.channel is Channel.SMS else f"{message.subject}\n{message.text}"
    if rule := sender.proofreader.broken(text, contact.name, where, bundle):
        raise Unlawful(rule.id)


def _minted(records: Records, bundle: Bundle, sender: Sender, telling: _Telling, scope: Scope) -> str:
    """A code of this message's own."""
    days = bundle.rules.collection.limits.link_days
    channel = telling.step.channel.value
    code, _ = mint(
        records, telling.account, scope=scope, channel=channel, on=telling.on, days=days, new_code=sender.new_code
    )
    return code


def notice_tag(notice: Notice) -> str:
    """A notice's key as SES tags allow it: base64url of owner and key, without padding."""
    return urlsafe_b64encode(f"{notice.owner}#{notice.key}".encode()).decode().rstrip("=")


def _settle_lost_call(records: Records, notice: Notice, now: datetime) -> State:
    """A call that began and was never recorded may have gone out: UNKNOWN, and never sent again blindly."""
    if notice.leased_until is not None and now < notice.leased_until:
        return State.CALLING
    return _advance(records, notice, State.UNKNOWN, (State.CALLING,), "no answer recorded", notice.attempt)


def _advance(
    records: Records,
    notice: Notice,
    state: State,
    only_from: tuple[State, ...],
    reason: str,
    attempt: int | None = None,
    told_on: date | None = None,
) -> State:
    is_done = records.notices.advance(
        notice, state, only_from=only_from, attempt=attempt, reason=reason, told_on=told_on
    )
    return state if is_done else notice.state
