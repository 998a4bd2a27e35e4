"""How far the day's run has come: on record after every few owners, so that the next invocation goes on from there."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

import msgspec
from msgspec import Struct

from ..core.rulebook import Limits
from ..core.volume import Excess, Volumes, excesses, with_run
from .item import decoded, encoded
from .ports import Item
from .records import Records


class Phase(StrEnum):
    """Looking at owners, held for a manager's word, queueing what was found, done."""

    LOOKING = "looking"
    HELD = "held"
    QUEUEING = "queueing"
    DONE = "done"


class Progress(Struct, frozen=True, kw_only=True):
    """A day's run under some rules: `after` is the last owner looked at, `counts` the notices found so far by stage."""

    on: date
    rules: str
    phase: Phase = Phase.LOOKING
    after: str = ""
    counts: Mapping[str, int] = {}


class RunApproval(Struct, frozen=True, kw_only=True):
    """Who let the run of a day go out, when, and how many of each stage they had before them."""

    on: date
    counts: Mapping[str, int]
    by: str
    at: datetime


_MARKER = "MARKER"


def load_progress(records: Records) -> Progress | None:
    """How far the last run has come."""
    item = records.table.get("M#run", _MARKER)
    return decoded(item, Progress) if item else None


def save_progress(records: Records, progress: Progress) -> Progress:
    """Notes how far a run has come; one of an earlier day does not come back."""
    records.table.change("M#run", _MARKER, {"fact": encoded(progress)})
    return progress


def load_volumes(records: Records) -> Volumes:
    """The largest runs of the past year."""
    item = records.table.get("M#volume", _MARKER)
    return msgspec.json.decode(str(item["fact"]), type=dict[str, dict[str, int]]) if item else {}


def note_volume(records: Records, counts: Mapping[str, int], on: date) -> None:
    """Counts a run among those that are usual."""
    if counts:
        volumes = with_run(load_volumes(records), counts, on)
        records.table.change("M#volume", _MARKER, {"fact": msgspec.json.encode(volumes).decode()})


def approve_run(records: Records, approval: RunApproval) -> None:
    """Lets the run of a day go out as far as a manager has seen it."""
    values: Item = {"fact": encoded(approval)}
    records.table.change(f"M#run-{approval.on}", "APPROVAL", values)


def load_run_approval(records: Records, on: date) -> RunApproval | None:
    """What a manager has said of the run of a day."""
    item = records.table.get(f"M#run-{on}", "APPROVAL")
    return decoded(item, RunApproval) if item else None


def unapproved(records: Records, progress: Progress, limits: Limits) -> list[Excess]:
    """The stages of which a run tells far more than is usual, and more than a manager has let it."""
    found = excesses(progress.counts, load_volumes(records), limits, progress.on)
    approval = load_run_approval(records, progress.on)
    seen = approval.counts if approval else {}
    return [excess for excess in found if excess.count > seen.get(excess.stage, 0)]
