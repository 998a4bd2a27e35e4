"""The commands of the people behind the policy: approve, record, hold, calls."""

import argparse
import json
from collections.abc import Callable, Sequence
from datetime import date, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from chalicelib.core.account import Hold, HoldKind, Instalment
from chalicelib.core.bundle import Bundle
from chalicelib.core.calendar import instant
from chalicelib.core.collection import Step
from chalicelib.core.errors import NotFound
from chalicelib.core.ledger import fold
from chalicelib.core.money import fen
from chalicelib.core.notice import Outcome
from chalicelib.core.reach import contact_by
from chalicelib.core.rulebook import Actor, Channel
from chalicelib.core.tasks import OpenTask
from chalicelib.core.words import problem_text
from chalicelib.flows import approvals, holds, tasks
from chalicelib.flows.records import Records

from . import aws, console, outlook, session

Command = Callable[[str, Callable[[Any], int], str, str], argparse.ArgumentParser]
_CONTACTS = {"call": Channel.CALL, "visit": Channel.VISIT, "letter": Channel.LETTER}


def add_commands(command: Command) -> None:
    """Adds this module's commands to the parser."""
    approving = command(
        "approve", approve, "let demands go out that need it", "courtyard approve --on 2026-12-01 --dry-run"
    )
    approving.add_argument("--on", type=session.day, help="the day they are to go out (default: today)")
    approving.add_argument("--stage", help="only this stage")
    approving.add_argument("--owner", action="append", help="only this owner (again for more)")
    approving.add_argument("--dry-run", action="store_true", help="list them, approve nothing")
    noted = command(
        "record", record, "note a call, visit or letter, or close a case", "courtyard record o-0412 call reached"
    )
    noted.add_argument("owner", help="an owner's id, or a unit (its present holder)")
    noted.add_argument("what", choices=[*_CONTACTS, "case"])
    noted.add_argument("outcome", help="of a contact: reached, no-answer, delivered, returned; of a case: its cause")
    noted.add_argument("--on", type=session.day, help="the day (default: today)")
    noted.add_argument("--at", type=_hour, help="the hour, HH:MM (default: now)")
    noted.add_argument("--dry-run", action="store_true", help="check it, write nothing")
    paused = command(
        "hold", hold, "pause reminders within the rules' limits", "courtyard hold o-0412 promise --dry-run"
    )
    paused.add_argument("owner", help="an owner's id, or a unit (its present holder)")
    paused.add_argument("kind", help=", ".join([*get_args(HoldKind), "or the id of one to end"]))
    paused.add_argument("--bill", action="append", default=[], help="only this bill, by its id (again for more)")
    paused.add_argument("--until", type=session.day, help="the last day (default: the longest allowed)")
    paused.add_argument("--part", action="append", default=[], type=_part, help="plan: DAY=YUAN (again for more)")
    paused.add_argument("--role", type=Actor, choices=list(Actor)[1:], default=Actor.CLERK, help="who opens it")
    paused.add_argument("--dry-run", action="store_true", help="say what would be, write nothing")
    called = command("calls", calls, "what staff have still to do", "courtyard calls --on 2026-12-01")
    called.add_argument("--on", type=session.day, help="the day (default: today)")


def _hour(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not an hour: write HH:MM") from None


def _part(text: str) -> Instalment:
    on, _, yuan = text.partition("=")
    try:
        return Instalment(session.day(on), fen(Decimal(yuan)))
    except (InvalidOperation, ValueError):
        raise argparse.ArgumentTypeError(f"{text!r} is not a part of a plan: write YYYY-MM-DD=YUAN") from None


def approve(said: Any) -> int:
    """Shows what waits for approval, and approves it under the AWS identity of whoever runs this."""
    rules = session.rules(said)
    on, records = said.on or session.today(rules), aws.records()
    with console.progress(not said.json) as on_progress:
        run = outlook.planned(records, rules, on, session.today(rules), on_progress)
    steps = [step for step in approvals.awaiting(run) if _is_meant(step, said)]
    by = aws.identity()
    done = 0 if said.dry_run else approvals.approve(records, steps, by=by, at=session.now())
    answer = {"on": on.isoformat(), "by": by, "approved": done, "notices": outlook.steps_json(steps, rules, said.lang)}
    _say(said, answer, lambda: console.print_approvals(answer, rules.words, said.language))
    return 0


def _is_meant(step: Step, said: Any) -> bool:
    return said.stage in (None, step.stage.id) and (not said.owner or step.owner in said.owner)


def record(said: Any) -> int:
    """What staff report moves the policy on: it counts from the day things really happened."""
    rules, records = session.rules(said), aws.records()
    on = said.on or session.today(rules)
    account = session.account(records, said.owner, on)
    owner = account.owner.id
    zone = rules.rules.community.time_zone
    at = instant(on, said.at, zone) if said.at else session.now()
    if said.what == "case":
        allowed: Sequence[str] = (*tasks.case_outcomes(rules), "kept", "ended")
    else:
        allowed = [one.value for one in Outcome if one is not Outcome.SETTLED]
    if said.outcome not in allowed:
        raise session.Refused(f"{said.outcome}: one of {', '.join(allowed)}")
    if said.dry_run:
        task = None
    elif said.what == "case":
        task = _closed_case(records, rules, owner, said.outcome, on)
    else:
        at = at if said.at or not said.on else instant(on, time(12), zone)
        task = tasks.record_contact(records, rules, owner, _CONTACTS[said.what], Outcome(said.outcome), at=at)
    answer = {
        "owner": owner,
        "task": task.step if task else None,
        "way": task.task if task else None,
        "done_on": task.done_on.isoformat() if task and task.done_on else None,
    }
    _say(said, answer, lambda: print(" · ".join(str(value) for value in answer.values() if value)))
    return 0


def _closed_case(records: Records, rules: Bundle, owner: str, outcome: str, on: date) -> Any:
    try:
        return tasks.close_case(records, rules, owner, outcome, on=on)
    except NotFound:
        raise session.Refused(f"{owner}: no case is open") from None
    except ValueError:
        raise session.Refused(f"{outcome}: not what may come of this case") from None


def hold(said: Any) -> int:
    """Opens a pause, or ends the one whose id is given."""
    rules, records = session.rules(said), aws.records()
    on = session.today(rules)
    account = session.account(records, said.owner, on)
    if any(one.id == said.kind for one in account.holds):
        made: Any = next(one for one in account.holds if one.id == said.kind)
        if not said.dry_run:
            holds.end_hold(records, account.owner.id, said.kind, last=on - timedelta(days=1))
        return _said_hold(said, made, on - timedelta(days=1))
    if said.kind not in get_args(HoldKind):
        raise session.Refused(f"{said.kind}: one of {', '.join(get_args(HoldKind))}, or the id of a pause")
    keys = [bill.key for bill in account.bills if bill.id in said.bill]
    made = holds.open_hold(
        records,
        rules,
        account.owner.id,
        said.kind,
        on=on,
        role=said.role,
        by=aws.identity(),
        bills=keys or said.bill,
        until=said.until,
        instalments=said.part,
        dry_run=said.dry_run,
    )
    if not isinstance(made, Hold):
        raise session.Refused(problem_text(rules.words, made.problem, made.values, said.language))
    return _said_hold(said, made, made.until)


def _said_hold(said: Any, made: Hold, until: date | None) -> int:
    answer = {
        "id": made.id,
        "kind": made.kind,
        "from": made.from_.isoformat(),
        "until": until.isoformat() if until else None,
        "bills": [key.split("/", 1)[0] for key in made.bills],
    }
    _say(said, answer, lambda: print(f"{made.id}: {made.from_} – {until or '…'}  {' '.join(answer['bills'] or [])}"))
    return 0


def calls(said: Any) -> int:
    """The list for the day, each task checked again: paid ones are gone, paused ones and an old ledger wait."""
    rules, records = session.rules(said), aws.records()
    on = said.on or session.today(rules)
    with console.progress(not said.json) as on_progress:  # the day's run has set owners with tasks to tomorrow
        run = outlook.planned(records, rules, on, session.today(rules), on_progress, ahead=timedelta(days=1))
    rows = [_row(records, rules, one, on) for one in sorted(run.open_tasks, key=_urgency)]
    answer = {"on": on.isoformat(), "tasks": rows}
    _say(said, answer, lambda: console.print_calls(answer, rules.words, said.language))
    return 0


def _urgency(one: OpenTask) -> tuple[date, str]:
    return one.task.due_on or one.task.opened_on, one.task.owner


def _row(records: Records, rules: Bundle, one: OpenTask, on: date) -> dict[str, Any]:
    task, account = one.task, records.load_account(one.task.owner)
    assert account is not None  # noqa: S101  # its task was just read
    contact = contact_by(account, Channel.CALL)
    owed = sum(debt.outstanding(on) for debt in fold(account, rules.rules, on).debts.values())
    return {
        "owner": task.owner,
        "name": contact.name if contact else account.owner.contacts[0].name,
        "phone": contact.phone if contact else None,
        "units": sorted({tenure.unit for tenure in account.tenures if tenure.holds(on)}),
        "stage": task.stage,
        "way": task.task,
        "by": task.by.value,
        "due": task.due_on.isoformat() if task.due_on else None,
        "owed": owed,
        "standing": one.standing.value,
        "reason": task.reason,
    }


def _say(said: Any, answer: dict[str, Any], on_terminal: Callable[[], None]) -> None:
    if said.json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        on_terminal()
