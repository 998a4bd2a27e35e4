"""What an owner's own record remembers of the history, for answers that must not read all of it."""

from datetime import date, timedelta

from .account import Account, Bill
from .history import History
from .notice import Notice, State
from .rulebook import Rulebook
from .turns import Turn, day_after, demands, may_be_demanded, reminders


def remembered(account: Account, rules: Rulebook) -> History:
    """The history as far as the owner's record tells it: by the last notice and its day, all turns until then.

    Enough to say what comes next with no third read.
    """
    last = account.last_notice_on
    if last is None:
        return History()
    told = [one for bill in account.bills for one in _told(account, bill, rules, last)]
    return History(tuple(told))


def _told(account: Account, bill: Bill, rules: Rulebook, last: date) -> list[Notice]:
    stages = rules.collection.stages
    found = [
        _notice(account, bill, turn, day)
        for turn in reminders(stages)
        if (day := bill.due_on + timedelta(days=turn.days)) <= last
    ]
    if not may_be_demanded(bill, rules):
        return found
    before: Turn | None = None
    happened: date | None = None
    order = demands(account, bill, stages)
    known = _last_demand(account, bill, order)
    for turn in order:
        day = day_after(bill, before, happened, turn, rules.community)
        if day > last and (known is None or turn.rank > known.rank):
            break
        before, happened = turn, last if known and turn == known else min(day, last)
        found.append(_notice(account, bill, turn, happened))
    return found


def _last_demand(account: Account, bill: Bill, order: tuple[Turn, ...]) -> Turn | None:
    """The demand the last notice made of this very bill."""
    anchor, _, step = (account.last_notice or "").rpartition("#")
    return next((turn for turn in order if anchor == bill.key and turn.step == step), None)


def _notice(account: Account, bill: Bill, turn: Turn, on: date) -> Notice:
    return Notice(
        owner=account.owner.id,
        anchor=bill.key,
        stage=turn.stage.id,
        step=turn.step,
        bills=(bill.key,),
        channel=turn.stage.channels[0],
        planned_on=on,
        told_on=on,
        state=State.SENT,
    )
