"""Approvals: what waits for a manager's word, and that word on record."""

from collections.abc import Iterable
from datetime import datetime

from ..core.collection import Step
from ..core.notice import Approval
from .records import Records
from .reminders import Run


def awaiting(run: Run) -> list[Step]:
    """The steps of a plan that only lack an approval."""
    return [wait.step for wait in run.waits if wait.step and wait.reason.code == "approval"]


def approve(records: Records, steps: Iterable[Step], *, by: str, at: datetime) -> int:
    """Lets each of these notices go out about its bills, with who said so; how many were new."""
    count = 0
    for step in steps:
        count += records.notices.approve(Approval(owner=step.owner, notice=step.key, bills=step.bills, by=by, at=at))
        records.bring_forward(step.owner, step.on)
    return count
