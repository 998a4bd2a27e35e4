"""How it must end once the faults have stopped: everything due is told, with staff, or no longer due."""

from collections import Counter
from datetime import date, timedelta

from chalicelib.core.account import Account, Bill
from chalicelib.core.collection import Step, next_step
from chalicelib.core.ledger import fold
from chalicelib.core.notice import REACHED, TOLD, State
from chalicelib.core.rulebook import SENT_BY_MACHINE
from chalicelib.flows.records import Records
from tests.flows import oracle
from tests.simulation.people import People
from tests.simulation.world import World

BOUND = 4
"""Days on which messages may go out: after so many, the interval between two of them included, all is resolved."""

_ON_THE_WAY = (State.PLANNED, State.QUEUED, State.RETRY, State.CLAIMED, State.CALLING)


def judge(world: World, people: People, owners: list[str], first: date, last: date) -> None:
    """Everything that was due between the first calm day and the last; Wrong if anything was left."""
    records = Records(world.table)
    if world.queue or world.dead:
        world.judge.wrong(f"{len(world.queue)} messages are left in the queue, {len(world.dead)} put aside")
    for owner in owners:
        account = records.load_account(owner)
        assert account is not None
        _no_notice_is_left(world, records, account, last)
        _everything_due_was_told(world, records, account, first, last)
    _no_payment_is_lost(world, people, records)


def _no_notice_is_left(world: World, records: Records, account: Account, last: date) -> None:
    """None that is still asked for stands where it stood yesterday, none is in a dead worker's hand."""
    owner, rules, on = account.owner.id, world.bundle.rules, last - timedelta(days=1)
    history, ledger = records.notices.load_history(owner), fold(account, rules, on)
    step = next_step(account, ledger, history, rules, on=on, ledger_through=on)
    asked = step.key if isinstance(step, Step) and step.channel in SENT_BY_MACHINE else None
    cases = {task.step for task in history.tasks}
    for notice in history.notices:
        name = f"{owner} {notice.key} is left {notice.state} ({notice.reason})"
        is_old = world.judge.moved_at[owner, notice.key] < world.now - timedelta(days=1)
        if notice.state in (State.CLAIMED, State.CALLING) and is_old:
            world.judge.wrong(name)
        if notice.key == asked and is_old:
            world.judge.wrong(f"{name} and still asked for")
        if notice.state is State.UNKNOWN and is_old and f"unknown.{notice.step}.{notice.attempt}" not in cases:
            world.judge.wrong(f"{name} and nobody is asked to find out")
    if asked and asked not in {notice.key for notice in history.notices}:
        world.judge.wrong(f"{owner} {asked} is asked for and not on record")


def _everything_due_was_told(world: World, records: Records, account: Account, first: date, last: date) -> None:
    """What the calendar alone says was due for a bill nobody paid or paused, for long enough."""
    owner = account.owner.id
    is_simple = len(account.bills) == 1 and not account.holds
    if account.payments or not is_simple:
        return
    (bill,) = account.bills
    history = records.notices.load_history(owner)
    handled = {notice.step for notice in history.notices if notice.state in TOLD}
    handled |= {task.step for task in history.tasks}
    for step, opens, closes in _windows(bill, last):
        begins, ends = max(opens, first), min(closes, last)
        if _open_days(world, begins, ends) > BOUND and step not in handled:
            world.judge.wrong(f"{owner} {step} was due from {opens} to {closes} and was not told")
    for notice in history.notices:
        sent = [one for one in world.judge.requests if (one.owner, one.notice) == (owner, notice.key) and one.is_taken]
        if notice.state in REACHED and not [one for one in sent if not one.came_back]:
            world.judge.wrong(f"{owner} {notice.key} is {notice.state}, and nothing arrived")


def _windows(bill: Bill, last: date) -> list[tuple[str, date, date]]:
    """Each step with its first day and its last."""
    due, one = bill.due_on, timedelta(days=1)
    starts = [("bill-issued", due - 30 * one), ("due-soon-15", due - 15 * one), ("due-soon-3", due - 3 * one)]
    ends = [starts[1][1] - one, starts[2][1] - one, due]
    reminders = [(step, start, end) for (step, start), end in zip(starts, ends, strict=True)]
    return [*reminders, ("first-demand", due + 7 * one, last)]


def _open_days(world: World, begins: date, ends: date) -> int:
    """The days of a stretch, its last one not counted, on which somebody may be written to."""
    closed = oracle.closed_days(world.bundle.rules.community.holidays)
    days = [begins + timedelta(days=number) for number in range(max(0, (ends - begins).days))]
    return sum(day not in closed for day in days)


def _no_payment_is_lost(world: World, people: People, records: Records) -> None:
    """Each payment a clerk was done with is on record once, and nothing else is."""
    made = {("full", one.about) for one in people.done if one.deed == people.pays_all}
    made |= {("part", one.about) for one in people.done if one.deed == people.pays_some}
    on_record = Counter(
        (payment.id.split("#")[1].split("-")[0], owner)
        for owner in {partition.removeprefix("O#") for partition in world.table.partitions if partition[0] == "O"}
        if (account := records.load_account(owner))
        for payment in account.payments
        if payment.reverses is None
    )
    if on_record != Counter(made):
        world.judge.wrong(f"payments {sorted(on_record.items())} where clerks made {sorted(made)}")
