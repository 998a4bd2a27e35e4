"""The commands `plan` and `run`: what a day brings, and doing it."""

import os
from collections import Counter
from datetime import date
from typing import Any

from chalicelib import settings
from chalicelib.core.bundle import Bundle
from chalicelib.flows import reminders
from chalicelib.flows.progress import Progress, load_progress, unapproved
from chalicelib.flows.records import Records
from chalicelib.flows.run import queue_run

from . import aws, console, outlook, planview, queues, session


def add_commands(command: session.Command) -> None:
    """Adds `plan` and `run` to the parser."""
    planned = command("plan", plan, "who would be told what on a day, and why", "courtyard plan --on 2026-12-01")
    planned.add_argument("--on", type=session.day, help="the day (default: today)")
    alone = planned.add_mutually_exclusive_group()
    alone.add_argument("--owner", help="only this owner (an id or a unit), whether the day is theirs or not")
    alone.add_argument("--waits", action="store_true", help="list those who are not told anything, and why")
    running = command("run", run, "do the day's run: plan, queue, deliver", "courtyard run --on 2026-12-01")
    running.add_argument("--on", type=session.day, help="the day (default: today)")
    running.add_argument("--dry-run", action="store_true", help="the same as plan")
    running.set_defaults(owner=None, waits=False)


def plan(said: Any) -> int:
    """Reads only. For a day to come, payments are taken as recorded by then, and people are told so."""
    rules, records = session.rules(said), aws.records()
    today = session.today(rules)
    on = said.on or today
    if said.owner:
        return _one_owner(said, rules, records, on, today)
    with console.progress(not said.json) as on_progress:
        found = outlook.planned(records, rules, on, today, on_progress)
    counts = Counter(step.stage.id for step in found.notices)
    as_run = Progress(on=on, rules="", counts=counts)
    found.excesses = unapproved(records, as_run, rules.rules.collection.limits)
    answer = outlook.plan_json(found, rules, on, session.told_in(said, rules))
    view = planview.View(rules, on, said.language, is_ahead=on > today)
    return console.say(said, answer, lambda: view.waits(found) if said.waits else view.plan(found))


def _one_owner(said: Any, rules: Bundle, records: Records, on: date, today: date) -> int:
    """One owner's decision, whoever's day it is."""
    account = session.account(said, rules, records, said.owner, on)
    through = outlook.recorded_through(records, on, today)
    seen = reminders.look(records, rules, account.owner.id, on=on, ledger_through=through)
    assert seen is not None  # noqa: S101  # the account has just been read
    answer = outlook.owner_json(seen, account, rules, on, session.told_in(said, rules))
    view = planview.View(rules, on, said.language, is_ahead=on > today)
    return console.say(said, answer, lambda: view.owner(answer, account))


def run(said: Any) -> int:
    """The daily run by hand: the same planner and worker as on AWS, at a day's first open hour."""
    if said.dry_run:
        return plan(said)
    rules = session.rules(said)
    on, today = said.on or session.today(rules), session.today(rules)
    if on > today and settings.read().mode == "live" and not os.environ.get("AWS_ENDPOINT_URL"):
        raise session.Refused(session.text(rules, said, "run-too-early", on=on))
    is_today, opening = on == today, outlook.opening(rules, on)
    records, queue = aws.records(), queues.WorkQueue()
    before = load_progress(records)
    with console.progress(not said.json) as on_progress:
        found = queue_run(records, rules, queue, on=on, on_progress=on_progress)
    with console.progress(not said.json) as on_progress:
        states = queues.deliver_all(
            *(records, rules, aws.sender(queue, is_paced=is_today), queue),
            now=session.now if is_today else lambda: opening,
            on_progress=lambda done: on_progress(done, len(found.notices)),
        )
    sent = dict(sorted(states.items()))
    planned = outlook.plan_json(found, rules, on, session.told_in(said, rules))
    held = [outlook.excess_json(one) for one in found.excesses]
    answer = {**planned, "states": sent, "phase": found.phase, "held": held}
    is_resumed = before is not None and before.on == on and not found.looked_at and bool(sent)
    view = planview.View(rules, on, said.language, is_resumed=is_resumed)
    return console.say(said, answer, lambda: view.plan(found, sent))
