"""What an owner was told, what staff were asked to do and did, and what a named person approved."""

from collections.abc import Collection, Iterator
from datetime import date, datetime

from msgspec import Struct

from .notice import REACHED, TOLD, Approval, Call, Notice, Outcome, State, Task
from .rulebook import Channel

PROVEN = frozenset({Outcome.REACHED, Outcome.DELIVERED})
"""Outcomes of a task or call by which the owner was certainly told."""

_NOT_SENT = "mode:"  # rendered and recorded only, by an installation that sends to nobody or to its team


class History(Struct, frozen=True):
    """All that happened between the centre and one owner."""

    notices: tuple[Notice, ...] = ()
    tasks: tuple[Task, ...] = ()
    approvals: tuple[Approval, ...] = ()
    calls: tuple[Call, ...] = ()

    def told_steps(self, bill_key: str, after: date = date.min) -> frozenset[str]:
        """The steps a bill has been through after a day; one that could not go out yet is still open."""
        told = [n for n in self.notices if bill_key in n.bills and n.state in TOLD]
        over = [n.step for n in told if (n.told_on or n.planned_on) > after]
        asked = [task.step for task in self.tasks if bill_key in task.bills and task.opened_on > after]
        return frozenset(over + asked)

    def happened_on(self, bill_key: str, step: str) -> date | None:
        """The day a step really reached the owner of a bill; None while staff still have to do it."""
        days = [
            n.told_on or n.planned_on
            for n in self.notices
            if n.step == step and bill_key in n.bills and n.state in TOLD and n.state is not State.FAILED
        ]
        days += [t.done_on for t in self.tasks if t.step == step and bill_key in t.bills and t.done_on]
        return min(days, default=None)

    def is_approved(self, notice: str, bills: Collection[str], since: datetime) -> bool:
        """Whether a named person has let a notice go out about all of these bills, not longer ago than an instant.

        A bill that joined later was not seen, and what was seen long ago has changed.
        """
        given = [one for one in self.approvals if one.notice == notice and one.at >= since]
        return any(set(bills) <= set(one.bills) for one in given)

    def proven(self, bill_key: str) -> Iterator[tuple[date, str]]:
        """The days, each with its stage, on which the owner was certainly told of a bill."""
        for notice in self.notices:
            is_sent = notice.state in REACHED and not notice.reason.startswith(_NOT_SENT)
            if is_sent and notice.told_on and bill_key in notice.bills:
                yield notice.told_on, notice.stage
        for task in self.tasks:
            if task.done_on and task.task != Channel.CASE and task.outcome in PROVEN and bill_key in task.bills:
                yield task.done_on, task.stage

    def contacts(self) -> Iterator[date]:
        """The days on which the owner was written to, called or visited."""
        for notice in self.notices:
            if notice.state in TOLD and notice.state is not State.FAILED and not notice.is_answer:
                yield notice.told_on or notice.planned_on
        for task in self.tasks:
            if task.done_on and task.task != Channel.CASE and task.outcome != Outcome.SETTLED:
                yield task.done_on
        for call in self.calls:
            yield call.on

    def tried(self, key: str) -> frozenset[str]:
        """The addresses, by their marks, that a notice has been given up for."""
        return next((notice.tried for notice in self.notices if notice.key == key), frozenset())
