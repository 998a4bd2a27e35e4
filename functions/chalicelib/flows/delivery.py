"""Delivery of queued notices: checked again, claimed, sent once, recorded.

At most one request reaches a provider for a notice. Each change of state is one conditional write; what
stops halfway is finished, or shown as UNKNOWN, by the next delivery of the same message.
"""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

import msgspec
from msgspec.structs import replace

from ..core.account import Account
from ..core.bundle import Bundle
from ..core.calendar import is_open, local_date, next_opening
from ..core.collection import History, Step, Wait, closed_days, contact_by, next_step
from ..core.ledger import Ledger, fold
from ..core.message import Message, rendered, values
from ..core.mime import mime
from ..core.notice import CLAIMABLE, Notice, State
from ..core.rulebook import SENT_BY_MACHINE, Channel
from .links import Mint, balance_url, mint, new_code, unsubscribe_url
from .ports import Delivery, Mail, Sms
from .records import Records
from .reminders import Job, reschedule, take_turn, task_of

Mode = Literal["test", "team", "live"]

_LEASE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Sender:
    """What the worker needs to send: the ports, the mode, and who may be written to in `team` mode."""

    mail: Mail
    sms: Sms
    mode: Mode
    team: frozenset[str] = frozenset()
    new_code: Mint = new_code

    def may_write_to(self, address: str) -> bool:
        return self.mode == "live" or (self.mode == "team" and address in self.team)


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
    on = local_date(now, bundle.rules.community.time_zone)
    checked = _checked(records, bundle, account, notice, now=now, on=on)
    if isinstance(checked, State):
        return checked
    step, ledger = checked
    if not take_turn(records, bundle, step, on=on):
        return _advance(records, notice, State.RETRY, CLAIMABLE, "interval")
    attempt = records.notices.claim(notice, now=now, leased_until=now + _LEASE)
    if attempt is None:
        return State.CLAIMED  # another worker was faster
    claimed = replace(notice, attempt=attempt, state=State.CLAIMED)
    state = _send(records, bundle, sender, account, ledger, step, claimed, now=now, on=on)
    reschedule(records, bundle, account.owner.id, on=on)
    return state


def _checked(
    records: Records, bundle: Bundle, account: Account, notice: Notice, *, now: datetime, on: date
) -> tuple[Step, Ledger] | State:
    """What is to be told now, if the notice still is what the rules ask for; else where it stands instead."""
    may_go = notice.state in CLAIMABLE or (
        notice.state is State.CLAIMED and notice.leased_until is not None and notice.leased_until <= now
    )
    if not may_go:
        return notice.state
    history = History(*records.notices.load_history(account.owner.id)).without(notice.key)
    ledger = fold(account, bundle.rules, on)
    through = records.ledger_through()
    decision = next_step(account, ledger, history, bundle.rules, on=on, ledger_through=through)
    if isinstance(decision, Wait):
        is_over = decision.reason.code in ("nothing-owed", "not-yet", "by-hand", "not-demanded")
        state = State.SKIPPED if is_over else State.RETRY
        return _advance(records, notice, state, (notice.state,), decision.reason.code)
    if decision.key != notice.key:
        return _advance(records, notice, State.SKIPPED, (notice.state,), "superseded")
    if decision.channel not in SENT_BY_MACHINE:
        records.notices.add_task(task_of(decision, bundle))
        return _advance(records, notice, State.SKIPPED, (notice.state,), "by-people")
    if next_moment(bundle, now) > now:
        return _advance(records, notice, State.RETRY, (notice.state,), "hours")
    return decision, ledger


def next_moment(bundle: Bundle, now: datetime) -> datetime:
    """The first instant from now on at which messages may go out."""
    hours, community = bundle.rules.collection.message_hours, bundle.rules.community
    closed = closed_days(community)
    if is_open(now, hours.opening, hours.closing, community.time_zone, closed):
        return now
    return next_opening(now, hours.opening, hours.closing, community.time_zone, closed)


def _send(
    records: Records,
    bundle: Bundle,
    sender: Sender,
    account: Account,
    ledger: Ledger,
    step: Step,
    notice: Notice,
    *,
    now: datetime,
    on: date,
) -> State:
    """Renders, marks the call as begun, calls once, and records what is known of it."""
    address, call = _prepared(records, bundle, sender, account, ledger, step, notice, now=now, on=on)
    if not sender.may_write_to(address):
        return _advance(records, notice, State.SENT, (State.CLAIMED,), f"mode:{sender.mode}", notice.attempt, on)
    if not records.notices.advance(
        notice, State.CALLING, only_from=(State.CLAIMED,), attempt=notice.attempt, told_on=on
    ):
        return State.CLAIMED
    delivery = call()
    state = {"sent": State.SENT, "retry": State.RETRY, "refused": State.FAILED, "unknown": State.UNKNOWN}
    after = state[delivery.outcome]
    if after is State.FAILED:
        records.notices.add_task(task_of(replace(step, channel=step.stage.channels[-1]), bundle))
    return _advance(records, notice, after, (State.CALLING,), delivery.detail, notice.attempt, on)


def _prepared(
    records: Records,
    bundle: Bundle,
    sender: Sender,
    account: Account,
    ledger: Ledger,
    step: Step,
    notice: Notice,
    *,
    now: datetime,
    on: date,
) -> tuple[str, Callable[[], Delivery]]:
    """The address, and the one call that would send the rendered message to it."""
    contact = contact_by(account, step.channel)
    assert contact is not None  # noqa: S101  # the channel was chosen because a contact has it
    site, days = bundle.rules.community.site_url, bundle.rules.collection.limits.link_days
    language = account.owner.language
    channel = step.channel.value
    code, _ = mint(records, account, scope="account", channel=channel, on=on, days=days, new_code=sender.new_code)
    stop, _ = mint(records, account, scope="unsubscribe", channel=channel, on=on, days=days, new_code=sender.new_code)
    stop_url = unsubscribe_url(site, stop)
    said = values(
        bundle, account, ledger, step, contact, url=balance_url(site, language, code), unsubscribe_url=stop_url
    )
    message: Message = rendered(bundle.messages[step.stage.message][language], said)
    tag = notice_tag(notice)
    if step.channel is Channel.SMS:
        phone, text = contact.phone or "", message.sms or ""
        return phone, lambda: sender.sms.send(text, phone=phone, notice=tag)
    recipient = contact.email or ""
    raw = mime(
        message,
        sender=bundle.rules.community.sender,
        recipient=recipient,
        recipient_name=contact.name,
        language=language,
        notice=tag,
        unsubscribe_url=stop_url,
        now=now,
    )
    return recipient, lambda: sender.mail.send(raw, recipient=recipient, notice=tag)


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
