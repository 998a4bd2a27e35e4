"""The collection policy: what an owner is told next, or why not now; each with a reason a person can read."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from msgspec import Struct

from .account import Account, Bill
from .calendar import ONE_DAY, next_open_day
from .debt import Debt
from .ledger import Ledger
from .notice import TOLD, Notice, State, Task
from .reach import channels, closed_days
from .rulebook import Channel, Rulebook, Stage
from .words import Reason


class Step(Struct, frozen=True, kw_only=True):
    """A stage to be told now: by which channel, about which bills; `anchor` names the notice."""

    owner: str
    stage: Stage
    step: str
    anchor: str
    bills: tuple[str, ...]
    channel: Channel
    on: date
    reason: Reason

    @property
    def key(self) -> str:
        return f"{self.anchor}#{self.step}"


class Wait(Struct, frozen=True, kw_only=True):
    """Nothing now: why, which stage is next, and the day to look again (None: a person acts first)."""

    owner: str
    reason: Reason
    stage: Stage | None = None
    until: date | None = None


class History(Struct, frozen=True):
    """What an owner was told and what staff were asked to do."""

    notices: tuple[Notice, ...] = ()
    tasks: tuple[Task, ...] = ()

    def told_steps(self, bill_key: str) -> frozenset[str]:
        """The steps a bill has been through; one that could not go out yet is still open."""
        over = [n.step for n in self.notices if bill_key in n.bills and n.state in TOLD]
        return frozenset(over + [task.step for task in self.tasks if bill_key in task.bills])

    def without(self, key: str) -> "History":
        """The history as it was before one notice."""
        return History(tuple(n for n in self.notices if n.key != key), self.tasks)


class _Turn(Struct, frozen=True):
    """A stage on one of its days: `rank` counts turns through all stages."""

    stage: Stage
    days: int
    rank: int

    @property
    def step(self) -> str:
        return self.stage.id if len(self.stage.days) == 1 else f"{self.stage.id}{self.days}"

    def on(self, due_on: date) -> date:
        return due_on + timedelta(days=self.days)


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
    owner = account.owner.id
    open_debts = [debt for debt in ledger.debts.values() if debt.outstanding(on)]
    free = [debt for debt in open_debts if not _is_held(account, debt.bill, on)]
    turns = _turns(rules.collection.stages)
    due = {debt.bill.key: _turn_due(debt, turns, history, rules, on) for debt in free}
    ready = {key: turn for key, turn in due.items() if turn}
    fresh_from = on - timedelta(days=rules.collection.limits.ledger_fresh_days)
    is_fresh = ledger_through is not None and ledger_through >= fresh_from
    allowed = {key: turn for key, turn in ready.items() if is_fresh or not turn.stage.demand}
    if not ready:
        return _wait(account, open_debts, free, turns, history, rules, on)
    if not allowed:
        return Wait(
            owner=owner,
            reason=_stale(ledger_through, fresh_from),
            stage=max(ready.values(), key=lambda turn: turn.rank).stage,
            until=on + ONE_DAY,
        )
    step = _step(account, ledger, allowed, rules, on)
    return _too_soon(account, step, rules, on) or step


def remembered(account: Account, rules: Rulebook) -> History:
    """The history as far as the owner's own record tells it: by the day of the last notice, all turns until then.

    Enough to say what comes next without reading all that was ever told.
    """
    last = account.last_notice_on
    if last is None:
        return History()
    turns = _turns(rules.collection.stages)
    told = [(turn, bill) for turn in turns for bill in account.bills if turn.on(bill.due_on) <= last]
    return History(
        tuple(
            Notice(
                owner=account.owner.id,
                anchor=bill.key,
                stage=turn.stage.id,
                step=turn.step,
                bills=(bill.key,),
                channel=turn.stage.channels[0],
                planned_on=last,
                state=State.SENT,
            )
            for turn, bill in told
        )
    )


def _turns(stages: Sequence[Stage]) -> list[_Turn]:
    pairs = [(stage, days) for stage in stages for days in stage.days]
    return [_Turn(stage, days, rank) for rank, (stage, days) in enumerate(pairs)]


def first_look(bill: Bill, rules: Rulebook) -> date:
    """The first day on which anything could be said about a bill."""
    days = min(turn.days for turn in _turns(rules.collection.stages))
    return max(bill.issued_on, bill.due_on + timedelta(days=days))


def _is_held(account: Account, bill: Bill, on: date) -> bool:
    return any(hold.covers(bill.key, on) for hold in account.holds)


def _turn_due(debt: Debt, turns: Sequence[_Turn], history: History, rules: Rulebook, on: date) -> _Turn | None:
    """The turn a bill has reached and not yet had: before due the latest reminder, after it the first demand."""
    told = history.told_steps(debt.bill.key)
    reached = [turn for turn in turns if turn.on(debt.bill.due_on) <= on]
    if on <= debt.bill.due_on:
        latest = reached[-1] if reached else None
        return latest if latest and latest.step not in told else None
    if not _may_be_demanded(debt.bill, rules):
        return None
    demands = [turn for turn in reached if turn.stage.demand and turn.step not in told]
    return demands[0] if demands else None


def _may_be_demanded(bill: Bill, rules: Rulebook) -> bool:
    """Pass-through charges and deposits are never demanded like fees."""
    kind = rules.fees.kinds.get(bill.kind)
    return kind is not None and kind.demands


def _step(account: Account, ledger: Ledger, ready: dict[str, _Turn], rules: Rulebook, on: date) -> Step:
    turn = max(ready.values(), key=lambda turn: turn.rank)
    bills = [ledger.debts[key].bill for key, other in ready.items() if other == turn]
    first = min(bills, key=lambda bill: (bill.due_on, bill.key))
    code = "step-after-due" if on > first.due_on else "step-before-due"
    days = abs((first.due_on - on).days)
    return Step(
        owner=account.owner.id,
        stage=turn.stage,
        step=turn.step,
        anchor=first.key,
        bills=tuple(sorted(bill.key for bill in bills)),
        channel=channels(account, turn.stage, rules.community)[0],
        on=on,
        reason=Reason(code, {"due": first.due_on, "days": days, "stage": turn.stage.name}),
    )


def _too_soon(account: Account, step: Step, rules: Rulebook, on: date) -> Wait | None:
    """A decent interval since the last message, and no message on a holiday."""
    closed = closed_days(rules.community)
    if on in closed:
        until = next_open_day(on, closed)
        return Wait(owner=step.owner, reason=Reason("closed", {"on": until}), stage=step.stage, until=until)
    days = rules.collection.limits.min_interval_days
    last = account.last_notice_on
    if last is None or account.last_notice == step.key or on >= last + timedelta(days=days):
        return None
    reason = Reason("interval", {"last": last, "days": days})
    return Wait(owner=step.owner, reason=reason, stage=step.stage, until=last + timedelta(days=days))


def _stale(through: date | None, needed: date) -> Reason:
    if through is None:
        return Reason("ledger-never")
    return Reason("ledger-stale", {"through": through, "needed": needed})


def _wait(
    account: Account,
    open_debts: Sequence[Debt],
    free: Sequence[Debt],
    turns: Sequence[_Turn],
    history: History,
    rules: Rulebook,
    on: date,
) -> Wait:
    """Why nothing is said today, and when that may change."""
    owner = account.owner.id
    ahead = [debt.bill for debt in free] + [bill for bill in account.bills if bill.issued_on > on]
    coming = sorted(_coming(ahead, turns, history, rules, on), key=lambda pair: pair[0])
    day, stage = coming[0] if coming else (None, None)
    late = [debt.bill for debt in free if debt.bill.due_on < on and _may_be_demanded(debt.bill, rules)]
    if late and not any(_coming(late, turns, history, rules, on)):
        return Wait(owner=owner, reason=Reason("by-hand"), stage=stage, until=day)
    if day and stage and free:
        return Wait(owner=owner, reason=Reason("not-yet", {"stage": stage.name, "on": day}), stage=stage, until=day)
    if len(free) < len(open_debts):
        return _held(account, open_debts, on)
    if not open_debts:
        return Wait(owner=owner, reason=Reason("nothing-owed"), stage=stage, until=day)
    return Wait(owner=owner, reason=Reason("not-demanded"), until=day)


def _coming(
    bills: Sequence[Bill], turns: Sequence[_Turn], history: History, rules: Rulebook, on: date
) -> Iterator[tuple[date, Stage]]:
    """The days on which bills, open or not yet issued, reach their next turn."""
    for bill in bills:
        told = history.told_steps(bill.key)
        for turn in turns:
            day = max(turn.on(bill.due_on), bill.issued_on)
            may = _may_be_demanded(bill, rules) if turn.stage.demand else day <= bill.due_on
            if day > on and may and turn.step not in told:
                yield day, turn.stage


def _held(account: Account, open_debts: Sequence[Debt], on: date) -> Wait:
    holds = [h for h in account.holds for debt in open_debts if h.covers(debt.bill.key, on)]
    ends = [hold.until for hold in holds if hold.until]
    if len(ends) < len(holds):
        return Wait(owner=account.owner.id, reason=Reason("hold-open"))
    until = min(ends)
    return Wait(owner=account.owner.id, reason=Reason("hold", {"until": until}), until=until + ONE_DAY)
