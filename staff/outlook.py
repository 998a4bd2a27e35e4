"""A plan and a run as staff and other programs read them."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.core.bundle import Bundle
from chalicelib.core.calendar import instant
from chalicelib.core.collection import Step, Wait
from chalicelib.core.limitation import Expiring
from chalicelib.core.rulebook import Language
from chalicelib.core.words import reason_text
from chalicelib.flows.delivery import next_moment
from chalicelib.flows.reminders import Run


def plan_json(run: Run, bundle: Bundle, on: date, language: Language | None = None) -> dict[str, Any]:
    """What `plan --json` answers: who would get what and why, who would not and why, and totals."""
    language = language or bundle.rules.community.languages[0]
    return {
        "on": on.isoformat(),
        "rules": bundle.revision,
        "notices": [_step(step, bundle, language) for step in run.notices],
        "tasks": [{**_step(step, bundle, language), "task": step.channel.value} for step in run.tasks],
        "waits": [_wait(wait, bundle, language) for wait in run.waits],
        "limitation": [_warning(warning) for warning in run.limitation],
        "totals": totals(run),
    }


def totals(run: Run) -> dict[str, Any]:
    """How many, by stage and by channel."""
    return {
        "notices": len(run.notices),
        "tasks": len(run.tasks),
        "waits": len(run.waits),
        "waivers": len(run.waivers),
        "by_stage": _counted(step.stage.id for step in (*run.notices, *run.tasks)),
        "by_channel": _counted(step.channel.value for step in (*run.notices, *run.tasks)),
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
        "at": opening(bundle, step.on).isoformat(),
    }


def _wait(wait: Wait, bundle: Bundle, language: Language) -> dict[str, Any]:
    return {
        "owner": wait.owner,
        "reason": reason_text(bundle.words, wait.reason, language),
        "until": wait.until.isoformat() if wait.until else None,
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


def opening(bundle: Bundle, on: date) -> datetime:
    """The first instant of a day (or after it) at which messages may go out, in local time."""
    zone = bundle.rules.community.time_zone
    first = instant(on, bundle.rules.collection.message_hours.opening, zone)
    return next_moment(bundle, first).astimezone(ZoneInfo(zone))
