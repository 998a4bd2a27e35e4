"""What `status` tells of single notices: one by its name in the logs, or those of an owner."""

from datetime import date, timedelta
from typing import Any

from chalicelib.core.account import Account
from chalicelib.core.bundle import Bundle
from chalicelib.core.history import History
from chalicelib.core.notice import Notice, trace
from chalicelib.core.occasion import masked
from chalicelib.core.reach import address_marked
from chalicelib.core.rulebook import SENT_BY_MACHINE
from chalicelib.core.tasks import lost_step
from chalicelib.flows.progress import load_progress
from chalicelib.flows.records import Records
from chalicelib.flows.reminders import OnProgress

from . import console, dayview, outlook, session

_LOOKED_BACK = 92
"""On the lists of so many days a notice is looked for by its name alone: a quarter."""


def by_name(said: Any, rules: Bundle, records: Records, today: date) -> int:
    """The life of one notice, found on the lists of the days."""
    days = [said.on] if said.on else _days_back(records, today)
    with console.progress(not said.json) as on_progress:
        found = _found(records, said.notice, days, on_progress)
    if found is None:
        raise session.Refused(session.text(rules, said, "no-notice", notice=said.notice, first=days[-1], last=days[0]))
    on, owner, key = found
    account, history = records.load_account(owner), records.notices.load_history(owner)
    notice = next((one for one in history.notices if one.key == key), None)
    life = _life(notice, account, history, rules) if notice else {"state": None}
    answer = {"notice": said.notice, "listed_on": on.isoformat(), "owner": owner, **life}
    return console.say(said, answer, lambda: dayview.View(rules, said.language).notice(answer))


def of_owner(said: Any, rules: Bundle, records: Records, today: date) -> int:
    """Every notice of an owner, the latest first, for whoever asks what they were told."""
    account = session.account(said, rules, records, said.owner, said.on or today)
    history = records.notices.load_history(account.owner.id)
    latest = sorted(history.notices, key=lambda one: (one.planned_on, one.key), reverse=True)
    rows = [{"notice": one.trace, **_life(one, account, history, rules)} for one in latest]
    answer = {"owner": account.owner.id, "notices": rows}
    return console.say(said, answer, lambda: dayview.View(rules, said.language).owner(answer))


def _days_back(records: Records, today: date) -> list[date]:
    """The days whose lists are looked through, the last run's first."""
    run = load_progress(records)
    last = max(run.on, today) if run else today
    return [last - timedelta(days=back) for back in range(_LOOKED_BACK)]


def _found(records: Records, name: str, days: list[date], on_progress: OnProgress) -> tuple[date, str, str] | None:
    """The last day on whose list a notice of that name is, with its owner and key."""
    for number, on in enumerate(days, 1):
        on_progress(number, len(days))
        for owner, key in records.notices.listed(on):
            if trace(owner, key) == name:
                return on, owner, key
    return None


def _life(notice: Notice, account: Account | None, history: History, rules: Bundle) -> dict[str, Any]:
    """What a notice has come through, and the case by which staff find out whether it went out."""
    lost = f"{notice.anchor}#{lost_step(notice)}"
    return {
        "stage": notice.stage,
        "bills": list(dict.fromkeys(one.split("/", 1)[0] for one in notice.bills)),
        "channel": notice.channel.value,
        "planned_on": notice.planned_on.isoformat(),
        "state": notice.state.value,
        "reason": notice.reason,
        "attempt": notice.attempt,
        "called_at": outlook.local(notice.called_at, rules) if notice.called_at else None,
        "told_on": notice.told_on.isoformat() if notice.told_on else None,
        "tried": [_shown(account, mark) for mark in sorted(notice.tried)],
        "case": next((task.key for task in history.tasks if task.key == lost and task.done_on is None), None),
    }


def _shown(account: Account | None, mark: str) -> str:
    """An address a notice was given up for, as far as its owner still has it."""
    found = [address_marked(account, channel, mark) for channel in SENT_BY_MACHINE] if account else []
    return next((masked(one) for one in found if one), "***")
