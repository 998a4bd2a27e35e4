"""The command `status`: what became of every notice of a day, and what stands in the way of the rest."""

import argparse
import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from chalicelib.core.bundle import Bundle
from chalicelib.core.calendar import ONE_DAY
from chalicelib.core.notice import Task
from chalicelib.core.rulebook import SENT_BY_MACHINE
from chalicelib.core.tasks import UNKNOWN, UNREACHABLE
from chalicelib.flows.budget import load_spent
from chalicelib.flows.circuit import load_stop
from chalicelib.flows.progress import Phase, Progress, load_progress, load_run_approval, unapproved
from chalicelib.flows.records import Records
from chalicelib.flows.reminders import OnProgress

from . import aws, console, dayview, lives, outlook, session
from .queues import WorkQueue
from .tally import Tally, entry


def add_command(command: session.Command) -> None:
    """Adds `status` to the parser."""
    parser = command("status", status, "what became of every notice of a day", "courtyard status --on 2026-12-01")
    parser.add_argument("--on", type=session.day, help="the day of the run (default: today)")
    alone = parser.add_mutually_exclusive_group()
    alone.add_argument("--notice", type=_trace, metavar="TRACE", help="one notice, by its name in the logs")
    alone.add_argument("--owner", help="the notices of one owner (an id or a unit), the latest first")


def _trace(text: str) -> str:
    if re.fullmatch("[0-9a-f]{16}", text):
        return text
    raise argparse.ArgumentTypeError(f"{text!r} is not the name of a notice: 16 digits and letters from a to f")


def status(said: Any) -> int:
    """Reads only: every notice of the day's list is counted once, wherever it stands."""
    rules, records = session.rules(said), aws.records()
    today = session.today(rules)
    if said.notice:
        return lives.by_name(said, rules, records, today)
    if said.owner:
        return lives.of_owner(said, rules, records, today)
    on, run = said.on or today, load_progress(records)
    with console.progress(not said.json) as on_progress:
        tally, cases = load_day(records, on, max(today, run.on if run else today), on_progress)
    answer = {
        "on": on.isoformat(),
        "run": _run(records, rules, run, on),
        **_counts(tally),
        "circuits": _stopped(records, rules),
        "sms": _sms(records, rules, on),
        "queue": _queue(),
        "cases": {stage: _cases(cases, stage, on) for stage in (UNREACHABLE, UNKNOWN)},
    }
    return console.say(said, answer, lambda: dayview.View(rules, said.language).day(answer))


def load_day(records: Records, on: date, looked_on: date, on_progress: OnProgress) -> tuple[Tally, list[Task]]:
    """The notices of the day's list as they stand now, and all open cases.

    Whoever has one is looked at every day, so the index knows them by the day after the last look.
    """
    listed: dict[str, list[str]] = {owner: [] for owner in records.due_owners(looked_on + ONE_DAY)}
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


def _run(records: Records, rules: Bundle, run: Progress | None, on: date) -> dict[str, Any]:
    """How far the day's run has come; of a day before the last run's, only that others have followed it."""
    approval = load_run_approval(records, on)
    is_here = run is not None and run.on == on
    held = unapproved(records, run, rules.rules.collection.limits) if run and _is_held(run, on) else []
    return {
        "phase": run.phase.value if run and is_here else "followed" if run and run.on > on else "not-begun",
        "last_run_on": run.on.isoformat() if run else None,
        "found": dict(run.counts) if run and is_here else {},
        "held": [outlook.excess_json(one) for one in held],
        "approved": {"by": approval.by, "at": outlook.local(approval.at, rules)} if approval else None,
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
            "since": outlook.local(stop.since, rules),
            "next_try": outlook.local(stop.probe_at, rules),
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
