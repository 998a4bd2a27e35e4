"""One stage told to one owner: its key, its states, and which state may follow which."""

import hashlib
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
    DELIVERED = "DELIVERED"
    BOUNCED = "BOUNCED"
    COMPLAINED = "COMPLAINED"
    RETRY = "RETRY"
    SKIPPED = "SKIPPED"
    UNKNOWN = "UNKNOWN"
    FAILED = "FAILED"


CLAIMABLE = (State.PLANNED, State.QUEUED, State.RETRY, State.SKIPPED, State.BOUNCED)
"""Nothing has reached the owner: a worker may take such a notice if the rules (again) ask for it."""

TOLD = (State.CALLING, State.SENT, State.UNKNOWN, State.DELIVERED, State.COMPLAINED, State.FAILED)
"""A call was begun and did not come back: the step is behind the owner, whatever came of it."""

REACHED = (State.SENT, State.DELIVERED, State.COMPLAINED)
"""A provider has taken the message and has not given it back."""

OCCASION = "occasion"
"""The anchor of a message that no stage calls for, such as the answer to what an owner has asked."""

IN_HAND = (State.CLAIMED, State.CALLING)
"""A worker is at it: until what came of it is on record, its message must not leave the queue."""


class Notice(Struct, frozen=True, kw_only=True):
    """A notice on record; `step` is the stage, with its day where a stage has several (`due-soon-3`).

    `channel` is that of the last attempt, begun at `called_at`; `tried` are the marks of addresses given up for it.
    Until `quiet_until` the queue holds a message that brings it again, so that others about it need do nothing.
    """

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
    called_at: datetime | None = None
    quiet_until: datetime | None = None
    tried: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        return f"{self.anchor}#{self.step}"

    @property
    def trace(self) -> str:
        return trace(self.owner, self.key)

    @property
    def is_answer(self) -> bool:
        """Whether it only answers what the owner asked for: it disturbs nobody, so it counts as no contact."""
        return self.anchor == OCCASION


def trace(owner: str, key: str) -> str:
    """The one name of a notice in every log, from the plan to the provider's last word; it tells nobody whose it is."""
    return hashlib.sha256(f"{owner}#{key}".encode()).hexdigest()[:16]


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
