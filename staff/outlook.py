"""A plan and a run as staff and other programs read them."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.core.account import Account, Hold
from chalicelib.core.bundle import Bundle
from chalicelib.core.calendar import ONE_DAY, instant
from chalicelib.core.collection import Step, Wait
from chalicelib.core.hours import next_contact
from chalicelib.core.limitation import Expiring
from chalicelib.core.rulebook import SENT_BY_MACHINE, Language
from chalicelib.core.volume import Excess
from chalicelib.core.words import reason_text
from chalicelib.flows import reminders
from chalicelib.flows.delivery import next_moment
from chalicelib.flows.records import Records
from chalicelib.flows.reminders import Run


def planned(
    records: Records,
    bundle: Bundle,
    on: date,
    today: date,
    on_progress: reminders.OnProgress,
    ahead: timedelta = timedelta(0),
) -> Run:
    """The plan for a day, as far as payments are recorded."""
    through = recorded_through(records, on, today)
    return reminders.plan(records, bundle, on=on, ledger_through=through, due_by=on + ahead, on_progress=on_progress)


def recorded_through(records: Records, on: date, today: date) -> date | None:
    """Through which day payments are recorded; for a day to come, they are taken as recorded by then."""
    return on if on > today else records.ledger_through()


def steps_json(steps: Iterable[Step], bundle: Bundle, language: Language | None = None) -> list[dict[str, Any]]:
    """Steps as the commands list them."""
    return [_step(step, bundle, language or bundle.rules.community.languages[0]) for step in steps]


def plan_json(run: Run, bundle: Bundle, on: date, language: Language | None = None) -> dict[str, Any]:
    """What `plan --json` answers: who would get what and why, who would not and why, and totals."""
    language = language or bundle.rules.community.languages[0]
    return {
        "on": on.isoformat(),
        "rules": bundle.revision,
        "notices": [_step(step, bundle, language) for step in run.notices],
        "tasks": [_task(step, bundle, language) for step in run.tasks],
        "waits": [_wait(wait, bundle, language) for wait in run.waits],
        "held_back": [held_back_json(wait, bundle, language) for wait in held_back(run)],
        "limitation": [_warning(warning) for warning in run.limitation],
        "totals": totals(run),
    }


def totals(run: Run) -> dict[str, Any]:
    """How many, by stage, channel, building, and by what is waited for."""
    return {
        "notices": len(run.notices),
        "tasks": len(run.tasks),
        "waits": len(run.waits),
        "waivers": len(run.waivers),
        "looked_at": run.looked_at,
        # what goes beside a message is no stage of its own
        "by_stage": _counted(s.stage.id for s in (*run.notices, *run.tasks) if not reminders.is_beside(s.step)),
        "by_channel": _counted(step.channel.value for step in (*run.notices, *run.tasks)),
        "by_building": _counted(run.buildings.values()),
        "by_wait": _counted(wait.reason.code for wait in run.waits),
    }


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


def _step(step: Step, bundle: Bundle, language: Language) -> dict[str, Any]:
    return {
        "owner": step.owner,
        "stage": step.stage.id,
        "channels": [step.channel.value],
        "bills": [key.split("/", 1)[0] for key in step.bills],
        "reason": reason_text(bundle.words, step.reason, language),
        "at": _at(step, bundle).isoformat(),
    }


def _task(step: Step, bundle: Bundle, language: Language) -> dict[str, Any]:
    """What staff are asked to do: which way, who, and by when."""
    task = reminders.task_of(step, bundle)
    assert task.due_on  # noqa: S101  # every task of a step has its day
    common = _step(step, bundle, language)
    return {**common, "task": task.task, "by": task.by.value, "due": task.due_on.isoformat()}


def _at(step: Step, bundle: Bundle) -> datetime:
    """The first instant of the step's day at which its way of contact may be used."""
    zone = bundle.rules.community.time_zone
    by = step.stage.by if step.channel in SENT_BY_MACHINE else reminders.doer(step)
    day = step.on + ONE_DAY if reminders.is_beside(step.step) else step.on  # one contact a day
    start = instant(day, time.min, zone)
    return next_contact(start, step.channel, bundle.rules, by=by, has_care=step.has_care).astimezone(ZoneInfo(zone))


def held_back(run: Run) -> list[Wait]:
    """What only people can let go on: an approval not given, payments not recorded, a rule that changed on the way."""
    return [wait for wait in run.waits if wait.by is not None]


def held_back_json(wait: Wait, bundle: Bundle, language: Language | None) -> dict[str, Any]:
    """A wait with who must let it go on, and at which stage."""
    common = _wait(wait, bundle, language or bundle.rules.community.languages[0])
    stage = wait.stage.id if wait.stage else None
    return {**common, "code": wait.reason.code, "stage": stage, "by": wait.by.value if wait.by else None}


def _wait(wait: Wait, bundle: Bundle, language: Language) -> dict[str, Any]:
    return {
        "owner": wait.owner,
        "reason": reason_text(bundle.words, wait.reason, language),
        "until": wait.until.isoformat() if wait.until else None,
    }


def excess_json(excess: Excess) -> dict[str, Any]:
    """A stage of which a run tells far more owners than usual."""
    return {"stage": excess.stage, "count": excess.count, "usual": excess.usual}


def owner_json(
    seen: reminders.Look, account: Account, bundle: Bundle, on: date, language: Language | None = None
) -> dict[str, Any]:
    """What would come of one owner on a day, whether the run looks at them then or not, and what pauses."""
    language = language or bundle.rules.community.languages[0]
    decision = seen.decision
    back = decision.held_back if isinstance(decision, Step) else None
    paused = [hold for hold in seen.holds if hold.is_on(on)]
    return {
        "on": on.isoformat(),
        "rules": bundle.revision,
        "owner": account.owner.id,
        "units": list(seen.units),
        **_decided(decision, bundle, language),
        "held_back": held_back_json(back, bundle, language) if back else None,
        "holds": [hold_json(hold) for hold in paused],
        "looked_at_on": account.due_day.isoformat() if account.due_day else None,
    }


def _decided(decision: Step | Wait, bundle: Bundle, language: Language) -> dict[str, Any]:
    if isinstance(decision, Wait):
        return {"decision": "wait", **held_back_json(decision, bundle, language)}
    if decision.channel in SENT_BY_MACHINE:
        return {"decision": "notice", **_step(decision, bundle, language)}
    return {"decision": "task", **_task(decision, bundle, language)}


def hold_json(hold: Hold) -> dict[str, Any]:
    """A pause as the commands tell it."""
    return {
        "id": hold.id,
        "kind": hold.kind,
        "from": hold.from_.isoformat(),
        "until": hold.until.isoformat() if hold.until else None,
        "bills": list(hold.bills),
        "stops_late_fee": hold.stops_late_fee,
    }


def _warning(warning: Expiring) -> dict[str, Any]:
    return {
        "owner": warning.owner,
        "bill": warning.bill.id,
        "unit": warning.bill.unit,
        "kind": warning.bill.kind,
        "expires": warning.expires.isoformat(),
        "months": warning.months,
    }


def local(at: datetime, bundle: Bundle) -> str:
    """An instant as it is told where the community is."""
    return at.astimezone(ZoneInfo(bundle.rules.community.time_zone)).isoformat(timespec="seconds")


def opening(bundle: Bundle, on: date) -> datetime:
    """The first instant of a day (or after it) at which messages may go out, in local time."""
    zone = bundle.rules.community.time_zone
    first = instant(on, bundle.rules.collection.message_hours.opening, zone)
    return next_moment(bundle, first).astimezone(ZoneInfo(zone))
