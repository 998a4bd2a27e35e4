"""One stage told to one owner: its key, its states, and which state may follow which."""

from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from .rulebook import Actor, Channel


class State(StrEnum):
    """Where a notice is in its life; states only move forward."""

    PLANNED = "PLANNED"
    QUEUED = "QUEUED"
    CLAIMED = "CLAIMED"
    CALLING = "CALLING"
    SENT = "SENT"
    RETRY = "RETRY"
    SKIPPED = "SKIPPED"
    UNKNOWN = "UNKNOWN"
    FAILED = "FAILED"


CLAIMABLE = (State.PLANNED, State.QUEUED, State.RETRY, State.SKIPPED)
"""Nothing has gone out: a worker may take such a notice if the rules (again) ask for it."""

TOLD = (State.CALLING, State.SENT, State.UNKNOWN, State.FAILED)
"""A call was begun: the step is behind the owner, whatever came of it."""

IN_HAND = (State.CLAIMED, State.CALLING)
"""A worker is at it: until what came of it is on record, its message must not leave the queue."""


class Notice(Struct, frozen=True, kw_only=True):
    """A notice on record; `step` is the stage, with its day where a stage has several (`due-soon-3`)."""

    owner: str
    anchor: str
    stage: str
    step: str
    bills: tuple[str, ...]
    channel: Channel
    planned_on: date
    state: State = State.PLANNED
    attempt: int = 0
    leased_until: datetime | None = None
    reason: str = ""
    told_on: date | None = None

    @property
    def key(self) -> str:
        return f"{self.anchor}#{self.step}"


class Task(Struct, frozen=True, kw_only=True):
    """A case: something a person must do for an owner, by a day, because no machine may or can.

    `task` is the way (a call, a visit, a letter) or `case`; `step` has a dot where it is no demand of its own.
    """

    owner: str
    anchor: str
    stage: str
    step: str
    bills: tuple[str, ...]
    task: str
    opened_on: date
    reason: str
    by: Actor = Actor.CLERK
    due_on: date | None = None
    done_on: date | None = None
    outcome: str = ""

    @property
    def key(self) -> str:
        return f"{self.anchor}#{self.step}"


class Outcome(StrEnum):
    """What came of a contact: spoken to, nobody there, left at the door, come back; `settled`: no longer needed."""

    REACHED = "reached"
    NO_ANSWER = "no-answer"
    DELIVERED = "delivered"
    RETURNED = "returned"
    SETTLED = "settled"


class Call(Struct, frozen=True, kw_only=True):
    """A call, visit or letter made, whatever the occasion: it counts as a contact.

    `at` is the hour, `proof` what can be shown for it, such as the number of a registered letter.
    """

    id: str
    on: date
    way: Channel
    outcome: str = ""
    at: str = ""
    proof: str = ""


class Approval(Struct, frozen=True, kw_only=True):
    """Who let one notice go out about these bills, and when: an AWS identity, never a name typed in."""

    owner: str
    notice: str
    bills: tuple[str, ...]
    by: str
    at: datetime
