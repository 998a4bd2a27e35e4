"""Delivery of queued notices: checked again, claimed, sent once, recorded.

At most one request reaches a provider for an attempt, and a notice gets another attempt only once it is certain that
the last one reached nobody. Each change of state is one conditional write; what stops halfway is finished, or shown as
UNKNOWN, by the next delivery of the same message.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import msgspec
from msgspec import structs

from ..core.account import Account, Suppression
from ..core.bundle import Bundle
from ..core.calendar import local_date
from ..core.collection import Step, Wait, next_step
from ..core.errors import BadInput, Unlawful
from ..core.hours import next_contact
from ..core.ledger import fold
from ..core.notice import CLAIMABLE, Notice, State, trace
from ..core.reach import contact_by
from ..core.rulebook import SENT_BY_MACHINE, Actor, Channel
from ..core.tasks import unreachable
from .budget import load_spent, refund, spend
from .circuit import PROBED_EVERY, Circuit, circuit, close_circuit, open_circuit
from .pace import take_slot
from .ports import NOT_TAKEN, Delivery
from .records import Records
from .reminders import Job, take_turn, task_of
from .sender import Ready, Sender, Telling, ready

_LEASE = timedelta(minutes=10)
PATIENCE = timedelta(seconds=5)
"""How long a worker waits for its turn to send; the queue keeps what would take longer."""

_PASSING = (
    *("closed", "interval", "contacted-today", "contacted-often", "approval"),
    *("hold", "hold-open", "ledger-stale", "ledger-never"),
)
"""Reasons that pass by themselves or by a person's word: the notice is still due afterwards."""


def deliver(records: Records, bundle: Bundle, sender: Sender, body: str, *, now: datetime) -> State:
    """One queued notice of a stage; see `work` for whatever else the queue brings."""
    on = local_date(now, bundle.rules.community.time_zone)
    return taken(Courier(records, bundle, sender, now, on), msgspec.json.decode(body, type=Job))


def taken(courier: "Courier", job: Job) -> State:
    """One queued notice: checked again, claimed, sent with one attempt on the wire, recorded.

    The state the notice is in afterwards. RETRY means that the queue, or the planner's next run, brings it again.
    """
    while True:
        state = courier.attempt(job)
        if state is not None:  # else an address was given up: the next one is tried, or people are asked
            courier.sender.journal.note("notice", notice=trace(job.owner, job.notice), state=state.value)
            return state


def next_moment(bundle: Bundle, now: datetime) -> datetime:
    """The first instant from now on at which messages may go out."""
    return next_contact(now, Channel.EMAIL, bundle.rules, by=Actor.SYSTEM, has_care=False)


@dataclass(frozen=True, slots=True)
class Courier:
    """One worker with one message in hand: a notice of a stage; see `occasions` for the others."""

    records: Records
    bundle: Bundle
    sender: Sender
    now: datetime
    on: date

    def attempt(self, job: Job) -> State | None:
        """Takes a notice as far as it goes by one address; None when another should be tried at once."""
        account = self.records.load_account(job.owner)
        notice = self._noticed(job, account) if account else None
        if notice is None or account is None:
            return State.SKIPPED
        if notice.state is State.CALLING:
            return self._settle_lost_call(notice)
        telling = self._checked(account, notice)
        if isinstance(telling, State):
            return telling
        if not self.sender.may_write_to(telling.address):
            return self._record_only(telling)
        return self._send(telling)

    def _noticed(self, job: Job, account: Account) -> Notice | None:
        """The notice a job is about."""
        return self.records.notices.load_notice(job.owner, job.notice)

    def _checked(self, account: Account, notice: Notice) -> Telling | State:
        """What is to be told now, if the notice still is what the rules ask for; else where it stands instead."""
        if not self._is_free(notice):
            return notice.state
        rules = self.bundle.rules
        ledger = fold(account, rules, self.on)
        history, through = self.records.notices.load_history(account.owner.id), self.records.ledger_through()
        decision = next_step(account, ledger, history, rules, on=self.on, ledger_through=through)
        if isinstance(decision, Wait):
            state = State.RETRY if decision.reason.code in _PASSING else State.SKIPPED
            return self._advance(notice, state, decision.reason.code)
        if decision.key != notice.key:
            return self._advance(notice, State.SKIPPED, "superseded")
        if decision.channel not in SENT_BY_MACHINE:
            return self._hand_over(notice, decision)
        if not self._may_go(self.now):
            return self._advance(notice, State.RETRY, "hours")
        contact = contact_by(account, decision.channel, notice.tried)
        assert contact is not None  # noqa: S101  # the channel was chosen because a contact has it
        return Telling(account, ledger, decision, decision.channel, contact, notice, self.now)

    def _is_free(self, notice: Notice) -> bool:
        """Whether a worker may take a notice: it waits, or whoever took it has not been heard of in time.

        One that another message brings again soon is left to it: else each message that comes twice would beget
        others for as long as a provider takes nothing.
        """
        if notice.state is State.RETRY and notice.quiet_until is not None and self.now < notice.quiet_until:
            return False
        is_run_out = (
            notice.state is State.CLAIMED and notice.leased_until is not None and notice.leased_until <= self.now
        )
        return notice.state in CLAIMABLE or is_run_out

    def _hand_over(self, notice: Notice, step: Step) -> State:
        """What no machine can deliver becomes a task, on record before the notice is given up."""
        self.records.notices.add_task(task_of(step, self.bundle))
        has_failed = bool(notice.tried) or notice.state is State.BOUNCED
        if has_failed:
            return self._advance(notice, State.FAILED, notice.reason, told_on=self.on)
        return self._advance(notice, State.SKIPPED, "by-people")

    def _record_only(self, telling: Telling) -> State | None:
        """Rendered and recorded as if it had gone out, by an installation that does not write to this address."""
        claimed = self._claimed(telling)
        if isinstance(claimed, State):
            return claimed
        made = self._ready(claimed)
        if not isinstance(made, Ready):
            return made
        return self._advance(claimed.notice, State.SENT, f"mode:{self.sender.mode}", told_on=self.on)

    def _send(self, telling: Telling) -> State | None:
        """Claims the notice once nothing stands in the way, and hands its message over."""
        channel = telling.channel
        way = circuit(self.records, channel, self.now)
        if way is Circuit.OPEN:
            return self._later(telling.notice, "circuit", PROBED_EVERY)
        if channel is Channel.SMS and self.sender.sms.is_opted_out(telling.address):
            return self._opted_out(telling)
        claimed = self._claimed(telling)
        if isinstance(claimed, State):
            return claimed
        made = self._ready(claimed)
        if not isinstance(made, Ready):
            return made
        if not self._has_turn(channel):
            return self._later(claimed.notice, "pace", PATIENCE)
        if not self._is_affordable(made.segments):
            return self._given_up(claimed, "sms-budget")
        if self._is_changed(claimed):
            return self._given_back(claimed, "changed")
        return self._call(claimed, made, way)

    def _claimed(self, telling: Telling) -> Telling | State:
        """The notice as this worker's own; RETRY if it is another's turn, CLAIMED if another worker was faster."""
        notice, channel = telling.notice, telling.channel
        if not self._takes_turn(telling):
            return self._advance(notice, State.RETRY, "interval")
        attempt = self.records.notices.claim(
            notice, telling.bills, channel, now=self.now, leased_until=self.now + _LEASE
        )
        if attempt is None:
            return State.CLAIMED
        mine = structs.replace(notice, attempt=attempt, state=State.CLAIMED, channel=channel)
        return replace(telling, notice=mine)

    def _takes_turn(self, telling: Telling) -> bool:
        """Whether enough time has passed since the owner was last written to."""
        assert isinstance(telling.about, Step)  # noqa: S101  # as `_checked` has made it
        return take_turn(self.records, self.bundle, telling.about, on=self.on)

    def _ready(self, telling: Telling) -> Ready | State | None:
        """The message to send; what no mail host would take goes another way, what nobody may say to people."""
        try:
            return ready(self.records, self.bundle, self.sender, telling)
        except BadInput as bad:
            return self._given_up(telling, bad.problem)
        except Unlawful as broken:
            if isinstance(telling.about, Step):
                step = structs.replace(telling.about, channel=telling.about.stage.channels[-1])
                self.records.notices.add_task(task_of(step, self.bundle))
            return self._advance(telling.notice, State.FAILED, f"compliance:{broken.rule}", told_on=self.on)

    def _is_affordable(self, segments: int) -> bool:
        """Whether the month's budget still pays for a text message; it is taken out before the call."""
        if not segments:
            return True
        limits = self.bundle.rules.collection.limits
        has_budget = spend(self.records, limits, segments, self.on)
        self.sender.journal.note("sms-budget", percent=load_spent(self.records, limits, self.on).percent)
        return has_budget

    def _has_turn(self, channel: Channel) -> bool:
        """Waits for a moment of one's own within the account's pace; whether it came soon enough."""
        rate = self.sender.rates.get(channel)
        if rate is None:
            return True
        wait = take_slot(self.records, channel, rate, now=self.now, within=PATIENCE)
        if wait:
            self.sender.wait(wait.total_seconds())
        return wait is not None

    def _is_changed(self, telling: Telling) -> bool:
        """Whether money came in, or a pause, while the message was written: the last look before the call."""
        latest = self.records.load_account(telling.account.owner.id)
        return latest is None or _facts(latest) != _facts(telling.account)

    def _call(self, telling: Telling, made: Ready, way: Circuit) -> State | None:
        """Marks the call as begun, makes it once, and records what is known of it."""
        notice = telling.notice
        has_begun = self.records.notices.advance(
            notice,
            State.CALLING,
            only_from=(State.CLAIMED,),
            attempt=notice.attempt,
            told_on=self.on,
            called_at=self.now,
        )
        if not has_begun:
            return State.CLAIMED
        answer = made.call()
        if made.segments and answer.outcome in NOT_TAKEN:
            refund(self.records, made.segments, self.on)
        return self._settled(replace(telling, notice=structs.replace(notice, state=State.CALLING)), answer, way)

    def _settled(self, telling: Telling, answer: Delivery, way: Circuit) -> State | None:
        notice, channel = telling.notice, telling.channel
        match answer.outcome:
            case "sent":
                return self._sent(telling, answer.detail, way)
            case "unknown":
                return self._advance(notice, State.UNKNOWN, answer.detail)
            case "refused":
                return self._given_up(telling, answer.detail)
            case "opted-out":
                return self._opted_out(telling)
            case "stopped":
                if open_circuit(self.records, channel, answer.detail, self.now):
                    self.sender.journal.note("circuit", channel=channel.value, state="open", reason=answer.detail)
                return self._later(notice, answer.detail, PROBED_EVERY)
            case "retry":
                return self._later(notice, answer.detail, timedelta(minutes=min(2 ** (notice.attempt - 1), 15)))

    def _sent(self, telling: Telling, id: str, way: Circuit) -> State:
        notice, channel = telling.notice, telling.channel
        if channel is Channel.SMS:  # its delivery report names nothing else
            self.records.notices.add_text(id, notice, telling.mark)
        if way is Circuit.HALF_OPEN and close_circuit(self.records, channel):
            self.sender.journal.note("circuit", channel=channel.value, state="closed")
        return self._advance(notice, State.SENT, id, only_from=(State.CALLING, State.UNKNOWN))

    def _opted_out(self, telling: Telling) -> State | None:
        """Whoever wants no text messages gets none any more; staff are told, and the notice goes another way."""
        owner, channel = telling.account.owner.id, telling.channel
        closed = Suppression(
            channel=channel, mark=telling.mark, reason="opted-out", on=self.on, notice=telling.notice.key
        )
        self.records.notices.add_task(unreachable(owner, closed))
        self.records.suppress(owner, closed)
        return self._given_up(telling, "opted-out")

    def _given_up(self, telling: Telling, reason: str) -> State | None:
        """This address will not do for this notice: None, to try the next, or the state another worker has set."""
        return self._given_back(telling, reason, tried=telling.mark)

    def _given_back(self, telling: Telling, reason: str, tried: str | None = None) -> State | None:
        notice = telling.notice
        state = self._advance(notice, State.RETRY, reason, tried=tried)
        return None if state is State.RETRY else state

    def _later(self, notice: Notice, reason: str, delay: timedelta) -> State:
        """Not now: the queue brings it again, unless that would be after hours; then the next run does.

        Queued before it is noted, so that nothing is left to a message that never was.
        """
        if not self.sender.queue or not self._may_go(self.now + delay):
            return self._advance(notice, State.RETRY, reason)
        body = msgspec.json.encode(Job(notice.owner, notice.key)).decode()
        self.sender.queue.send([body], delay_seconds=round(delay.total_seconds()))
        return self._advance(notice, State.RETRY, reason, quiet_until=self.now + delay / 2)

    def _may_go(self, at: datetime) -> bool:
        """Whether a message may go out at an instant."""
        return next_moment(self.bundle, at) == at

    def _settle_lost_call(self, notice: Notice) -> State:
        """A call that began and was never recorded may have gone out: UNKNOWN, and never sent again blindly."""
        if notice.leased_until is not None and self.now < notice.leased_until:
            return State.CALLING
        return self._advance(notice, State.UNKNOWN, "no answer recorded")

    def _advance(
        self,
        notice: Notice,
        state: State,
        reason: str,
        *,
        only_from: tuple[State, ...] = (),
        told_on: date | None = None,
        quiet_until: datetime | None = None,
        tried: str | None = None,
    ) -> State:
        """The state a notice is in after this worker has tried to move it, by default from where it knows it to be."""
        is_done = self.records.notices.advance(
            notice,
            state,
            only_from=only_from or (notice.state,),
            attempt=notice.attempt,
            reason=reason,
            told_on=told_on,
            quiet_until=quiet_until,
            tried=tried,
        )
        if is_done:
            return state
        latest = self.records.notices.load_notice(notice.owner, notice.key)
        return latest.state if latest else State.SKIPPED


def _facts(account: Account) -> tuple[object, ...]:
    """What an account says of money, pauses and addresses, without the marks the machinery moves."""
    facts = (account.bills, account.payments, account.adjustments, account.holds)
    return (*facts, account.suppressions, account.unsubscribed)
