"""Notices and cases on record: put once under a key that follows from bill and stage, then only moved forward."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from msgspec.structs import replace

from ..core.history import History
from ..core.notice import CLAIMABLE, Approval, Call, Notice, State, Task
from ..core.rulebook import Channel
from .item import by_prefix, day, decoded, encoded, instant
from .ports import Condition, Item, Table


class TextSent(NamedTuple):
    """A text message as it went out: for which notice, by which attempt, to which address by its mark."""

    owner: str
    notice: str
    attempt: int
    mark: str


class Notices:
    """The partition of an owner's history."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load_history(self, owner: str) -> History:
        """Everything that happened between the centre and an owner, with one query."""
        items = by_prefix(self._table.query(f"H#{owner}"))
        return History(
            notices=tuple(_notice(item) for item in items["NOTICE"]),
            tasks=tuple(_task(item) for item in items["CASE"]),
            approvals=tuple(decoded(item, Approval) for item in items["APPROVAL"]),
            calls=tuple(decoded(item, Call) for item in items["CALL"]),
        )

    def load_notice(self, owner: str, key: str) -> Notice | None:
        item = self._table.get(f"H#{owner}", f"NOTICE#{key}")
        return _notice(item) if item else None

    def list_notice(self, owner: str, key: str, on: date) -> None:
        """Puts a notice on the list of a day's run, by which the whole day can be accounted for."""
        self._table.put_new({"pk": f"D#{on}", "sk": f"{owner}#{key}", "owner": owner, "notice": key})

    def listed(self, on: date) -> list[tuple[str, str]]:
        """The notices, each by owner and key, that the run of a day found."""
        return [(str(item["owner"]), str(item["notice"])) for item in self._table.query(f"D#{on}")]

    def add_notice(self, notice: Notice) -> bool:
        """Puts a planned notice on record unless it is there already; whether it did."""
        marks: Item = {"state": notice.state.value, "attempt": 0}
        return self._table.put_new(
            {"pk": f"H#{notice.owner}", "sk": f"NOTICE#{notice.key}", "fact": encoded(notice), **marks}
        )

    def add_text(self, id: str, notice: Notice, mark: str) -> None:
        """Notes which notice a text message was sent for, and where to: its report knows the provider's id alone."""
        about: Item = {"owner": notice.owner, "notice": notice.key, "attempt": notice.attempt, "mark": mark}
        self._table.put_new({"pk": f"T#{id}", "sk": "TEXT", **about})

    def load_text(self, id: str) -> TextSent | None:
        """The notice a text message was sent for; None for one that is none of ours."""
        item = self._table.get(f"T#{id}", "TEXT")
        if item is None:
            return None
        return TextSent(str(item["owner"]), str(item["notice"]), int(item["attempt"]), str(item["mark"]))

    def add_task(self, task: Task) -> bool:
        """Opens a case unless it is open already; whether it did."""
        return self._table.put_new({"pk": f"H#{task.owner}", "sk": f"CASE#{task.key}", "fact": encoded(task)})

    def close_task(self, task: Task, *, done_on: date, outcome: str) -> bool:
        """Notes when a task was done and what came of it; whether it was still open."""
        pk = f"H#{task.owner}"
        values: Item = {"done_on": done_on.isoformat(), "outcome": outcome}
        is_open = [Condition("pk", "equals", pk), Condition("done_on", "absent")]
        return self._table.change(pk, f"CASE#{task.key}", values, all_of=is_open)

    def change_way(self, task: Task, way: Channel) -> bool:
        """Has staff go on in another way, such as a visit after calls nobody answered; whether it was still open."""
        pk = f"H#{task.owner}"
        is_open = [Condition("pk", "equals", pk), Condition("done_on", "absent")]
        return self._table.change(pk, f"CASE#{task.key}", {"way": way.value}, all_of=is_open)

    def add_call(self, owner: str, call: Call) -> bool:
        """Notes a call or visit; whether it was new."""
        return self._table.put_new({"pk": f"H#{owner}", "sk": f"CALL#{call.on}#{call.id}", "fact": encoded(call)})

    def approve(self, approval: Approval) -> bool:
        """Lets one notice go out about some bills; whether just that had not been approved that day before."""
        about = hashlib.sha256("\n".join(sorted(approval.bills)).encode()).hexdigest()
        sk = f"APPROVAL#{approval.notice}#{about[:16]}#{approval.at.date()}"
        return self._table.put_new({"pk": f"H#{approval.owner}", "sk": sk, "fact": encoded(approval)})

    def claim(
        self, notice: Notice, bills: Sequence[str], channel: Channel, *, now: datetime, leased_until: datetime
    ) -> int | None:
        """One worker takes a waiting notice, or one whose claim ran out before its call; its attempt, or None.

        From now on the notice is about these bills: what was paid or paused since it was planned is not told.
        """
        pk, sk = f"H#{notice.owner}", f"NOTICE#{notice.key}"
        fence = Condition("attempt", "equals", notice.attempt)
        values: Item = {"state": State.CLAIMED.value, "leased_until": _instant(leased_until)}
        values |= {"attempt": notice.attempt + 1, "bills": "\n".join(bills), "channel": channel.value}
        waiting = [Condition("state", "equals", state.value) for state in CLAIMABLE]
        if self._table.change(pk, sk, values, all_of=[fence], any_of=waiting):
            return notice.attempt + 1
        run_out = [Condition("state", "equals", State.CLAIMED.value), Condition("leased_until", "below", _instant(now))]
        if self._table.change(pk, sk, values, all_of=[fence, *run_out]):
            return notice.attempt + 1
        return None

    def advance(
        self,
        notice: Notice,
        state: State,
        *,
        only_from: Sequence[State],
        attempt: int | None = None,
        reason: str = "",
        told_on: date | None = None,
        called_at: datetime | None = None,
        quiet_until: datetime | None = None,
        tried: str | None = None,
    ) -> bool:
        """Moves a notice forward if it still stands where the caller believes it to; whether it did.

        `tried` is the mark of one more address it is given up for. An attempt that came back is over once the notice
        waits for another or is let be: nothing that is still said of it moves the notice.
        """
        values: Item = {"state": state.value, "reason": reason}
        if notice.state is State.BOUNCED and state in (State.RETRY, State.SKIPPED):
            values["attempt"] = notice.attempt + 1
        if told_on:
            values["told_on"] = told_on.isoformat()
        if called_at:
            values["called_at"] = _instant(called_at)
        if quiet_until:
            values["quiet_until"] = _instant(quiet_until)
        if tried:
            values["tried"] = " ".join(sorted({*notice.tried, tried}))
        fence = [] if attempt is None else [Condition("attempt", "equals", attempt)]
        stands = [Condition("state", "equals", one.value) for one in only_from]
        pk, sk = f"H#{notice.owner}", f"NOTICE#{notice.key}"
        return self._table.change(pk, sk, values, all_of=fence, any_of=stands)


def _task(item: Item) -> Task:
    task = decoded(item, Task)
    return replace(
        task,
        task=str(item.get("way", task.task)),
        done_on=day(item.get("done_on")),
        outcome=str(item.get("outcome", "")),
    )


def _notice(item: Item) -> Notice:
    planned = decoded(item, Notice)
    return replace(
        planned,
        bills=tuple(str(item["bills"]).split("\n")) if "bills" in item else planned.bills,
        channel=Channel(str(item["channel"])) if "channel" in item else planned.channel,
        state=State(str(item["state"])),
        attempt=int(item["attempt"]),
        leased_until=instant(item.get("leased_until")),
        reason=str(item.get("reason", "")),
        told_on=day(item.get("told_on")),
        called_at=instant(item.get("called_at")),
        quiet_until=instant(item.get("quiet_until")),
        tried=frozenset(str(item.get("tried", "")).split()),
    )


def _instant(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds")
