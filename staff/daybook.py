"""The command `status`: what became of every notice of a day, and what stands in the way of the rest."""

import argparse
import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.core.account import Account
from chalicelib.core.bundle import Bundle
from chalicelib.core.calendar import ONE_DAY
from chalicelib.core.notice import Task, trace
from chalicelib.core.occasion import masked
from chalicelib.core.reach import address_marked
from chalicelib.core.rulebook import SENT_BY_MACHINE
from chalicelib.core.tasks import UNKNOWN, UNREACHABLE, lost_step
from chalicelib.flows.budget import load_spent
from chalicelib.flows.circuit import load_stop
from chalicelib.flows.progress import Phase, Progress, load_progress, load_run_approval, unapproved
from chalicelib.flows.records import Records
from chalicelib.flows.reminders import OnProgress

from . import aws, console, dayview, outlook, session
from .queues import WorkQueue
from .tally import Tally, entry

_LOOKED_BACK = 92
"""On the lists of so many days a notice is looked for by its name alone: a quarter."""


def add_command(command: session.Command) -> None:
    """Adds `status` to the parser."""
    parser = command("status", status, "what became of every notice of a day", "courtyard status --on 2026-12-01")
    parser.add_argument("--on", type=session.day, help="the day of the run (default: today)")
    parser.add_argument("--notice", type=_trace, metavar="TRACE", help="one notice, by its name in the logs")


def _trace(text: str) -> str:
    if re.fullmatch("[0-9a-f]{16}", text):
        return text
    raise argparse.ArgumentTypeError(f"{text!r} is not the name of a notice: 16 digits and letters from a to f")


def status(said: Any) -> int:
    """Reads only: every notice of the day's list is counted once, wherever it stands."""
    rules, records = session.rules(said), aws.records()
    today = session.today(rules)
    if said.notice:
        return _one_notice(said, rules, records, today)
    on = said.on or today
    with console.progress(not said.json) as on_progress:
        tally, cases = load_day(records, on, min(on, today) + ONE_DAY, on_progress)
    answer = {
        "on": on.isoformat(),
        "run": _run(records, rules, on),
        **_counts(tally),
        "circuits": _stopped(records, rules),
        "sms": _sms(records, rules, on),
        "queue": _queue(),
        "cases": {stage: _cases(cases, stage, on) for stage in (UNREACHABLE, UNKNOWN)},
    }
    return console.say(said, answer, lambda: dayview.View(rules, said.language).day(answer))


def load_day(records: Records, on: date, due_by: date, on_progress: OnProgress) -> tuple[Tally, list[Task]]:
    """The notices of the day's list as they stand now, and the cases they have left with staff.

    Whoever has an open case is looked at every day, so the index knows them.
    """
    listed: dict[str, list[str]] = {owner: [] for owner in records.due_owners(due_by)}
    for owner, key in records.notices.listed(on):
        listed.setdefault(owner, []).append(key)
    entries, cases = [], []
    for number, (owner, keys) in enumerate(listed.items(), 1):
        on_progress(number, len(listed))
        history = records.notices.load_history(owner)
        known = {notice.key: notice for notice in history.notices}
        entries += [entry(known.get(key)) for key in keys]
        cases += [task for task in history.tasks if task.done_on is None]
    return Tally(entries), cases


def _counts(tally: Tally) -> dict[str, Any]:
    return {
        "planned": len(tally.entries),
        "by_state": tally.by_state,
        "by_reason": tally.by_reason,
        "by_stage": tally.by_stage,
        "by_channel": tally.by_channel,
        "rows": [{"stage": stage, "channel": channel, **row} for (stage, channel), row in tally.rows.items()],
    }


def _run(records: Records, rules: Bundle, on: date) -> dict[str, Any]:
    """How far the day's run has come; of a day before the last run's, only that others have followed it."""
    run, approval = load_progress(records), load_run_approval(records, on)
    is_here = run is not None and run.on == on
    held = unapproved(records, run, rules.rules.collection.limits) if run and _is_held(run, on) else []
    return {
        "phase": run.phase.value if run and is_here else "followed" if run and run.on > on else "not-begun",
        "last_run_on": run.on.isoformat() if run else None,
        "found": dict(run.counts) if run and is_here else {},
        "held": [outlook.excess_json(one) for one in held],
        "approved": {"by": approval.by, "at": _local(approval.at, rules)} if approval else None,
    }


def _is_held(run: Progress, on: date) -> bool:
    return (run.on, run.phase) == (on, Phase.HELD)


def _stopped(records: Records, rules: Bundle) -> list[dict[str, Any]]:
    """The channels that nobody calls for now: since when, why, and when the next try is."""
    stops = [stop for channel in sorted(SENT_BY_MACHINE) if (stop := load_stop(records, channel))]
    return [
        {
            "channel": stop.channel.value,
            "reason": stop.reason,
            "since": _local(stop.since, rules),
            "next_try": _local(stop.probe_at, rules),
        }
        for stop in stops
    ]


def _sms(records: Records, rules: Bundle, on: date) -> dict[str, Any]:
    spent = load_spent(records, rules.rules.collection.limits, on)
    is_gone = spent.most is not None and spent.segments >= spent.most
    level = "spent" if is_gone else "low" if spent.is_low else "enough"
    return {"month": f"{on:%Y-%m}", **spent._asdict(), "percent": spent.percent, "level": level}


def _queue() -> dict[str, Any]:
    queue = WorkQueue()
    return {**queue.depth()._asdict(), "dead": sum(queue.dead_letters().depth())}


def _cases(cases: Iterable[Task], stage: str, on: date) -> dict[str, int]:
    """How many cases of a sort are open, and how many of these were opened on the day."""
    opened = [task.opened_on for task in cases if task.stage == stage]
    return {"open": len(opened), "opened": opened.count(on)}


def _local(at: datetime, rules: Bundle) -> str:
    return at.astimezone(ZoneInfo(rules.rules.community.time_zone)).isoformat(timespec="seconds")


# one notice


def _one_notice(said: Any, rules: Bundle, records: Records, today: date) -> int:
    days = [said.on] if said.on else _days_back(records, today)
    with console.progress(not said.json) as on_progress:
        found = _found(records, said.notice, days, on_progress)
    if found is None:
        raise session.Refused(session.text(rules, said, "no-notice", notice=said.notice, first=days[-1], last=days[0]))
    on, owner, key = found
    answer = {"notice": said.notice, "listed_on": on.isoformat(), "owner": owner, **_life(records, rules, owner, key)}
    return console.say(said, answer, lambda: dayview.View(rules, said.language).notice(answer))


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


def _life(records: Records, rules: Bundle, owner: str, key: str) -> dict[str, Any]:
    """What a notice has come through; the addresses it was given up for, as far as their owner still has them."""
    notice, account = records.notices.load_notice(owner, key), records.load_account(owner)
    if notice is None:
        return {"state": None}
    step = f"{notice.anchor}#{lost_step(notice)}"
    cases = [task.key for task in records.notices.load_history(owner).tasks if task.done_on is None]
    return {
        "stage": notice.stage,
        "bills": [one.split("/", 1)[0] for one in notice.bills],
        "channel": notice.channel.value,
        "planned_on": notice.planned_on.isoformat(),
        "state": notice.state.value,
        "reason": notice.reason,
        "attempt": notice.attempt,
        "called_at": _local(notice.called_at, rules) if notice.called_at else None,
        "told_on": notice.told_on.isoformat() if notice.told_on else None,
        "tried": [_shown(account, mark) for mark in sorted(notice.tried)],
        "case": step if step in cases else None,
    }


def _shown(account: Account | None, mark: str) -> str:
    found = [address_marked(account, channel, mark) for channel in SENT_BY_MACHINE] if account else []
    return next((masked(one) for one in found if one), "***")
