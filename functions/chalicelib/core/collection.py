"""The collection policy: what an owner is told next, or why not now; each with a reason a person can read."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from msgspec import Struct
from msgspec.structs import replace

from .account import Account, Bill, Hold
from .calendar import ONE_DAY, instant, next_open_day
from .contacts import next_free_day, recent
from .debt import Debt
from .history import History
from .ledger import Ledger
from .money import fen, total
from .reach import channels
from .rulebook import Actor, Channel, Rulebook, Stage
from .turns import Turn, may_be_demanded, progress, reminder, reminders_ahead, turns
from .words import Reason
from .workdays import closed_days, moved_to_working_day

_LOOK_AGAIN_DAYS = 30


class Step(Struct, frozen=True, kw_only=True):
    """A stage to be told now: by which channel, about which bills; `anchor` names the notice.

    `held_back` is a demand that would go but for an approval or an old ledger; a reminder goes in its place.
    """

    owner: str
    stage: Stage
    step: str
    anchor: str
    bills: tuple[str, ...]
    channel: Channel
    on: date
    reason: Reason
    has_care: bool = False
    held_back: "Wait | None" = None

    @property
    def key(self) -> str:
        return f"{self.anchor}#{self.step}"


class Wait(Struct, frozen=True, kw_only=True):
    """Nothing now: why, which stage is next, and the day to look again, or who acts first.

    `step` is what waits, where something is ready but for that reason.
    """

    owner: str
    reason: Reason
    stage: Stage | None = None
    until: date | None = None
    by: Actor | None = None
    step: Step | None = None


class _Case(Struct, frozen=True):
    """One look at an owner: everything the decision is made from."""

    account: Account
    ledger: Ledger
    history: History
    rules: Rulebook
    on: date
    ledger_through: date | None
    holds: tuple[Hold, ...]

    def is_held(self, bill: Bill) -> bool:
        return any(hold.covers(bill.key, self.on) for hold in self.holds)

    def is_approved(self, step: Step) -> bool:
        if not step.stage.approve:
            return True
        return self.history.is_approved(step.key, step.bills, approved_since(self.rules, self.on))

    @property
    def is_fresh(self) -> bool:
        return is_fresh(self.rules, self.on, self.ledger_through)


class _Outlook(Struct):
    """What an owner's free bills are ready for, and what the others wait for."""

    ready: dict[str, Turn] = {}
    coming: list[tuple[date, Stage]] = []
    is_off: bool = False
    with_staff: list[Stage] = []
    small: list[Stage] = []
    is_over: bool = False


def next_step(
    account: Account,
    ledger: Ledger,
    history: History,
    rules: Rulebook,
    *,
    on: date,
    ledger_through: date | None,
) -> Step | Wait:
    """The highest stage that is due for any of an owner's bills, as one message over all of them, or a wait."""
    case = _Case(account, ledger, history, rules, on, ledger_through, ledger.holds)
    open_debts = [debt for debt in ledger.debts.values() if debt.outstanding(on)]
    free = [debt for debt in open_debts if not case.is_held(debt.bill)]
    outlook = _outlook(case, free)
    allowed = {
        key: turn
        for key, turn in outlook.ready.items()
        if not turn.stage.demand or (case.is_fresh and not outlook.is_off)
    }
    if allowed:
        step, held_back = _highest(case, allowed)
        if held_back is None and len(allowed) < len(outlook.ready) and not outlook.is_off:
            held_back = _stale(case, outlook)
        return _not_now(case, step) or replace(step, held_back=held_back)
    if outlook.ready and not outlook.is_off:
        return _stale(case, outlook)
    wait = _wait(case, open_debts, free, outlook)
    looks = [day for day in (wait.until, _pause_looked_at(case, open_debts)) if day]
    return replace(wait, until=min(looks, default=None))


def _highest(case: _Case, allowed: dict[str, Turn]) -> tuple[Step, Wait | None]:
    """The highest step that may go, and the one above it that lacks an approval; where none may go, the highest.

    Nobody misses a new bill, nor is a newer one left to grow, for an approval that is not given.
    """
    highest = step = _step(case, allowed)
    while allowed and not case.is_approved(step):
        rank = max(turn.rank for turn in allowed.values())
        allowed = {key: turn for key, turn in allowed.items() if turn.rank < rank}
        step = _step(case, allowed) if allowed else highest
    return step, None if step is highest else _unapproved(case, highest)


def fresh_from(rules: Rulebook, on: date) -> date:
    """The day through which payments must be recorded before a demand may go out."""
    return on - timedelta(days=rules.collection.limits.ledger_fresh_days)


def is_fresh(rules: Rulebook, on: date, ledger_through: date | None) -> bool:
    """Whether payments are recorded far enough for a demand."""
    return ledger_through is not None and ledger_through >= fresh_from(rules, on)


def approved_since(rules: Rulebook, on: date) -> datetime:
    """The instant from which an approval still holds on a day."""
    first = on - timedelta(days=rules.collection.limits.approval_days)
    return instant(first, time.min, rules.community.time_zone)


def first_look(bill: Bill, rules: Rulebook) -> date:
    """The first day on which anything could be said about a bill."""
    days = min(turn.days for turn in turns(rules.collection.stages))
    return max(bill.issued_on, bill.due_on + timedelta(days=days))


def _outlook(case: _Case, free: Sequence[Debt]) -> _Outlook:
    found = _Outlook()
    for debt in free:
        if case.on <= debt.bill.due_on:
            turn = reminder(debt.bill, case.history, case.rules.collection.stages, case.on)
            if turn:
                found.ready[debt.bill.key] = turn
    overdue = [debt for debt in free if debt.bill.due_on < case.on and may_be_demanded(debt.bill, case.rules)]
    reached = [(debt, turn) for debt in overdue if (turn := _reached(case, debt.bill, found))]
    for debt, turn in reached:
        when = turn.stage.when
        # a new bill does not carry an old remainder up, and no late fee makes a small sum worth pressing for
        arrears = total([other.principal_left for other, at in reached if at.rank >= turn.rank])
        if arrears < fen(when.least_arrears) or len(overdue) < when.bills:
            found.small.append(turn.stage)
        else:
            found.ready[debt.bill.key] = turn
    return found


def _reached(case: _Case, bill: Bill, found: _Outlook) -> Turn | None:
    """The demand an overdue bill has come to, if it has; what it waits for is noted otherwise."""
    at = progress(case.account, bill, case.history, case.rules)
    if at.is_off:
        found.is_off = True
    elif at.is_with_staff and at.last:
        found.with_staff.append(at.last.stage)
    elif at.next is None or at.on is None:
        found.is_over = found.is_over or at.last is not None
    elif at.on > case.on:
        found.coming.append((at.on, at.next.stage))
    else:
        return at.next
    return None


def _step(case: _Case, ready: dict[str, Turn]) -> Step:
    turn = max(ready.values(), key=lambda turn: turn.rank)
    bills = [case.ledger.debts[key].bill for key, other in ready.items() if other == turn]
    first = min(bills, key=lambda bill: (bill.due_on, bill.key))
    tried = case.history.tried(f"{first.key}#{turn.step}")
    channel = channels(case.account, turn.stage, case.rules.community, tried)[0]
    code = "step-after-due" if case.on > first.due_on else "step-before-due"
    if channel is Channel.CASE:
        code = "step-case"
    days = abs((first.due_on - case.on).days)
    return Step(
        owner=case.account.owner.id,
        stage=turn.stage,
        step=turn.step,
        anchor=first.key,
        bills=tuple(sorted(bill.key for bill in bills)),
        channel=channel,
        on=case.on,
        reason=Reason(code, {"due": first.due_on, "days": days, "stage": turn.stage.name}),
        has_care=bool(case.account.owner.care),
    )


def _not_now(case: _Case, step: Step) -> Wait | None:
    """What keeps a step that is due from being taken today: rest, decent intervals, a missing approval."""
    if step.channel is not Channel.CASE:  # a case disturbs nobody
        wait = _too_soon(case, step)
        if wait:
            return wait
    return None if case.is_approved(step) else _unapproved(case, step)


def _unapproved(case: _Case, step: Step) -> Wait:
    return _waiting(step, Reason("approval", {"stage": step.stage.name}), case.on + ONE_DAY, Actor.MANAGER)


def _waiting(step: Step, reason: Reason, until: date, by: Actor | None = None) -> Wait:
    return Wait(owner=step.owner, reason=reason, stage=step.stage, until=until, by=by, step=step)


def _too_soon(case: _Case, step: Step) -> Wait | None:
    """No contact on a day of rest, within the least interval, twice a day or too often in a week."""
    on, closed, limits = case.on, closed_days(case.rules.community), case.rules.collection.limits
    if on in closed:
        until = next_open_day(on, closed)
        return _waiting(step, Reason("closed", {"on": until}), until)
    interval, last = timedelta(days=limits.min_interval_days), case.account.last_notice_on
    if last is not None and case.account.last_notice != step.key and on < last + interval:
        return _waiting(step, Reason("interval", {"last": last, "days": interval.days}), last + interval)
    days, free = recent(case.history, on), next_free_day(case.history, limits, on)
    if on in days:
        return _waiting(step, Reason("contacted-today"), on + ONE_DAY)
    if free > on:
        return _waiting(step, Reason("contacted-often", {"times": len(days)}), free)
    return None


def _stale(case: _Case, outlook: _Outlook) -> Wait:
    turn = max(outlook.ready.values(), key=lambda turn: turn.rank)
    if case.ledger_through is None:
        reason = Reason("ledger-never")
    else:
        reason = Reason("ledger-stale", {"through": case.ledger_through, "needed": fresh_from(case.rules, case.on)})
    until = case.on + ONE_DAY
    return Wait(owner=case.account.owner.id, reason=reason, stage=turn.stage, until=until, by=Actor.CLERK)


def _wait(case: _Case, open_debts: Sequence[Debt], free: Sequence[Debt], outlook: _Outlook) -> Wait:
    """Why nothing is said today, and when that may change or who must act."""
    day, stage = _soonest(case, free, outlook)
    owner = case.account.owner.id
    by_people = _by_people(outlook)
    if by_people:
        reason, by = by_people
        return Wait(owner=owner, reason=reason, stage=stage, until=day, by=by)
    if day and stage and free:
        return Wait(owner=owner, reason=Reason("not-yet", {"stage": stage.name, "on": day}), stage=stage, until=day)
    if outlook.small:
        look = case.on + timedelta(days=_LOOK_AGAIN_DAYS)
        return Wait(owner=owner, reason=Reason("small", {"on": look}), stage=outlook.small[0], until=look)
    if len(free) < len(open_debts):
        return _held(case, open_debts, day)
    if not open_debts:
        return Wait(owner=owner, reason=Reason("nothing-owed"), stage=stage, until=day)
    look = case.on + timedelta(days=_LOOK_AGAIN_DAYS)
    return Wait(owner=owner, reason=Reason("not-demanded"), until=look, by=Actor.CLERK)


def _by_people(outlook: _Outlook) -> tuple[Reason, Actor] | None:
    """What only a person can take further."""
    if outlook.is_off:
        return Reason("policy-changed"), Actor.SUPERVISOR
    if outlook.with_staff:
        stage = outlook.with_staff[0]
        return Reason("with-staff", {"stage": stage.name}), Actor.CLERK if stage.by is Actor.SYSTEM else stage.by
    if outlook.is_over and not outlook.coming:
        return Reason("by-hand"), Actor.MANAGER
    return None


def _soonest(case: _Case, free: Sequence[Debt], outlook: _Outlook) -> tuple[date | None, Stage | None]:
    """The next day on which any bill, open or not yet issued, reaches a turn."""
    stages, on = case.rules.collection.stages, case.on
    ahead = [debt.bill for debt in free if on <= debt.bill.due_on]
    ahead += [bill for bill in case.account.bills if bill.issued_on > on]
    days = [pair for bill in ahead for pair in reminders_ahead(bill, case.history, stages, on)]
    for bill in ahead:
        at = progress(case.account, bill, case.history, case.rules)
        if at.next and at.on:
            days.append((max(at.on, bill.issued_on), at.next.stage))
    if outlook.small:  # it may take one more bill overdue
        days += [(bill.due_on + ONE_DAY, outlook.small[0]) for bill in ahead]
    return min(days + outlook.coming, key=lambda pair: pair[0], default=(None, None))


def _pause_looked_at(case: _Case, open_debts: Sequence[Debt]) -> date | None:
    """The first day after the end of a pause, or after an instalment that may have been missed."""
    days = []
    for hold in case.holds:
        if any(hold.covers(debt.bill.key, case.on) for debt in open_debts):
            days += [hold.until] if hold.until else []
            lasts = [moved_to_working_day(part.due_on, case.rules.community) for part in hold.instalments]
            days += [last for last in lasts if last >= case.on]
    return min(days) + ONE_DAY if days else None


def _held(case: _Case, open_debts: Sequence[Debt], day: date | None) -> Wait:
    """A pause over all that is owed, until the first bill is free; one still to come is told of on its day."""
    covering = [[hold for hold in case.holds if hold.covers(debt.bill.key, case.on)] for debt in open_debts]
    ends = [max(hold.until for hold in some if hold.until) for some in covering if all(hold.until for hold in some)]
    owner = case.account.owner.id
    if len(ends) < len(covering):
        return Wait(owner=owner, reason=Reason("hold-open"), until=day, by=Actor.MANAGER)
    return Wait(owner=owner, reason=Reason("hold", {"until": min(ends)}), until=day)
