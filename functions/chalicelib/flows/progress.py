"""How far the day's run has come: on record after every few owners, so that the next invocation goes on from there."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import msgspec
from msgspec import Struct

from ..core.notice import Approval
from ..core.volume import Volumes, with_run
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

    @property
    def is_over(self) -> bool:
        return self.phase is Phase.DONE


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


def approve_run(records: Records, approval: Approval, on: date) -> bool:
    """Lets the run of a day go out, however many it tells; whether nobody had said so before."""
    item: Item = {"pk": f"M#run-{on}", "sk": "APPROVAL", "fact": encoded(approval)}
    return records.table.put_new(item)


def is_approved(records: Records, on: date) -> bool:
    """Whether a manager has let the run of a day go out."""
    return records.table.get(f"M#run-{on}", "APPROVAL") is not None
