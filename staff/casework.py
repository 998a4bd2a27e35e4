"""The commands of the people behind the policy: what is to be done, and what came of it."""

import argparse
import re
from datetime import date, datetime, time, timedelta
from typing import Any

from msgspec import to_builtins

from chalicelib.core.account import Account, Hold
from chalicelib.core.bundle import Bundle
from chalicelib.core.calendar import instant, local_date
from chalicelib.core.claim import claim
from chalicelib.core.debt import Debt
from chalicelib.core.hours import windows
from chalicelib.core.ledger import fold
from chalicelib.core.money import total
from chalicelib.core.notice import Outcome, Task
from chalicelib.core.reach import contact_by
from chalicelib.core.refusal import Refusal
from chalicelib.core.reply import is_reply, reply_of
from chalicelib.core.rulebook import Channel, Language
from chalicelib.core.tasks import OUTCOMES, OpenTask, Standing
from chalicelib.flows import tasks
from chalicelib.flows.records import Records

from . import aws, caseview, console, outlook, session
from .queues import WorkQueue
from .subjects import subject


def add_commands(command: session.Command) -> None:
    """Adds `record` and `calls` to the parser."""
    noted = command(
        "record", record, "note a call, visit or letter, or close a case", "courtyard record o-0412 call reached"
    )
    noted.add_argument("owner", help="an owner's id, or a unit (its present holder)")
    noted.add_argument("what", choices=[*(way.value for way in OUTCOMES), Channel.CASE.value])
    noted.add_argument(
        "outcome",
        help="call: reached, no-answer; visit: also delivered; letter: delivered, returned; case: its cause, or "
        "updated, kept (an address that failed), sent, not-sent (a message nobody knew of), resume, ended",
    )
    noted.add_argument("--on", type=session.day, help="the day (default: today)")
    noted.add_argument(
        "--case", help="which case, where several are open: a reply's number, or the key `calls --json` gives"
    )
    noted.add_argument("--at", type=_hour, help="the hour, HH:MM (default: now)")
    noted.add_argument("--dry-run", action="store_true", help="check it, write nothing")
    called = command("calls", calls, "what staff have still to do", "courtyard calls --on 2026-12-01")
    called.add_argument("--on", type=session.day, help="the day (default: today)")


def _hour(text: str) -> time:
    try:
        return time.fromisoformat(text if re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", text) else "")
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not an hour: write HH:MM") from None


def record(said: Any) -> int:
    """What staff report moves the policy on: it counts from the day things really happened."""
    rules, records = session.rules(said), aws.records()
    on, today = said.on or session.today(rules), session.today(rules)
    if on > today:
        raise session.Refused(session.text(rules, said, "in-the-future", today=today))
    at = happened(on, said.at, session.now(), rules.rules.community.time_zone)
    if at is None:
        raise session.Refused(session.text(rules, said, "hour-to-come", at=f"{said.at:%H:%M}"))
    owner = session.account(said, rules, records, said.owner, on).owner.id
    if said.what == Channel.CASE:
        return _close_case(said, rules, records, owner, on)
    way, allowed = Channel(said.what), [one.value for one in OUTCOMES[Channel(said.what)]]
    if said.outcome not in allowed:
        raise session.Refused(session.text(rules, said, "unknown-name", name=said.outcome) + f" [{', '.join(allowed)}]")
    before = tasks.open_task(records, rules, owner, way, on)
    outcome = Outcome(said.outcome)
    if said.dry_run:
        return _tell_record(said, rules, owner, before)
    task = tasks.record_contact(records, rules, owner, way, outcome, at=at)
    return _tell_record(said, rules, owner, task)


def happened(on: date, hour: time | None, now: datetime, zone: str) -> datetime | None:
    """When a contact was made: at the hour given, now, or at noon of an earlier day; None for an hour to come."""
    if hour is None and on == local_date(now, zone):
        return now
    at = instant(on, hour or time(12), zone)
    return at if at <= now else None


def _close_case(said: Any, rules: Bundle, records: Records, owner: str, on: date) -> int:
    key = _meant(said, rules, records, owner, on).key
    queue = WorkQueue() if said.outcome == tasks.NOT_SENT and not said.dry_run else None
    closed = tasks.close_case(
        records, rules, owner, said.outcome, on=on, by=aws.identity(), key=key, dry_run=said.dry_run, queue=queue
    )
    if isinstance(closed, Refusal):
        raise session.refused(rules, said, closed)
    return _tell_record(said, rules, owner, closed.task, closed.pause)


def _meant(said: Any, rules: Bundle, records: Records, owner: str, on: date) -> Task:
    """The one open case that may end so; of several, staff say which."""
    cases = tasks.open_cases(records, rules, owner, on, said.case)
    if not cases:
        raise session.Refused(session.text(rules, said, "no-case", name=owner))
    fitting = tasks.with_outcome(rules, cases, said.outcome)
    if not fitting:
        allowed = ", ".join(tasks.case_outcomes(rules, *cases))
        raise session.Refused(session.text(rules, said, "unknown-name", name=said.outcome) + f" [{allowed}]")
    if len(fitting) > 1:
        raise session.Refused(session.text(rules, said, "case-which", cases=", ".join(one.key for one in fitting)))
    return fitting[0]


def _tell_record(said: Any, rules: Bundle, owner: str, task: Task | None, pause: Hold | None = None) -> int:
    """What was noted, the task it was for and how that goes on."""
    answer = {
        "owner": owner,
        "task": task.step if task else None,
        "way": task.task if task else None,
        "done_on": task.done_on.isoformat() if task and task.done_on else None,
        "hold": pause.id if pause else None,
    }
    return console.say(said, answer, lambda: caseview.print_record(said, rules, answer, task, pause))


def calls(said: Any) -> int:
    """The list for the day, each task checked again: paid ones are gone, paused ones and an old ledger wait."""
    rules, records = session.rules(said), aws.records()
    on = said.on or session.today(rules)
    with console.progress(not said.json) as on_progress:  # the day's run has set owners with tasks to tomorrow
        run = outlook.planned(records, rules, on, session.today(rules), on_progress, ahead=timedelta(days=1))
    language = session.told_in(said, rules)
    rows = [_row(records, rules, one, on, language) for one in sorted(run.open_tasks, key=_urgency)]
    answer = {
        "on": on.isoformat(),
        "tasks": rows,
        "held_back": [outlook.held_back_json(wait, rules, language) for wait in outlook.held_back(run)],
    }
    return console.say(said, answer, lambda: caseview.print_calls(answer, rules.words, said.language))


def _urgency(one: OpenTask) -> tuple[date, str]:
    return one.task.due_on or one.task.opened_on, one.task.owner


def _stage_name(task: Task, rules: Bundle, language: Language) -> str:
    known = next((stage for stage in rules.rules.collection.stages if stage.id == task.stage), None)
    label = rules.words.labels.get(f"task-{task.stage}")
    return known.name.of(language) if known else label.of(language) if label else task.stage


def _asked_for(task: Task, account: Account, rules: Bundle, on: date) -> list[Debt]:
    """What a task asks an owner for: the bills it is about, and what was due before them."""
    ledger = fold(account, rules.rules, on)
    due_by = max((ledger.debts[key].bill.due_on for key in task.bills if key in ledger.debts), default=on)
    demands = {stage.id for stage in rules.rules.collection.stages if stage.demand}
    return claim(ledger, rules.rules, due_by=due_by, is_demand=task.stage in demands)


def _row(records: Records, rules: Bundle, one: OpenTask, on: date, language: Language) -> dict[str, Any]:
    task, account = one.task, records.load_account(one.task.owner)
    assert account is not None  # noqa: S101  # its task was just read
    contact = contact_by(account, Channel.CALL)
    debts = _asked_for(task, account, rules, on)
    day = one.next_on or on
    spans = windows(Channel(task.task), rules.rules.collection, has_care=bool(account.owner.care))
    return {
        "owner": task.owner,
        "name": contact.name if contact else account.owner.contacts[0].name,
        "phone": contact.phone if contact else None,
        "units": sorted({tenure.unit for tenure in account.tenures if tenure.holds(on)}),
        "stage": task.stage,
        "stage_name": _stage_name(task, rules, language),
        "way": task.task,
        "by": task.by.value,
        "due": task.due_on.isoformat() if task.due_on else None,
        "owed": total([debt.outstanding(on) for debt in debts]),
        "standing": one.standing.value,
        "from": day.isoformat() if one.standing in (Standing.ASKED, Standing.RESTING) else None,
        "hours": [f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in spans] if task.task in ("call", "visit") else [],
        "reason": task.reason,
        "key": task.key,
        "about": subject(records, rules, task, account, language),
        "reply": _reply(account, task),
    }


def _reply(account: Account, task: Task) -> dict[str, Any] | None:
    """What the owner said, where the case comes from a reply."""
    if not is_reply(task):
        return None
    reply = reply_of(account, task)
    return {"number": reply.number, **{name: said for name, said in to_builtins(reply.wish).items() if name != "id"}}
