"""The worker's queue: whatever it brings goes to whoever delivers it."""

from datetime import datetime

import msgspec

from ..core.bundle import Bundle
from ..core.calendar import ONE_DAY, local_date
from ..core.notice import State
from .asks import Ask, asked_for
from .delivery import Courier, taken
from .occasions import Answers, is_occasion
from .records import Records
from .reminders import Job
from .sender import Sender


def work(records: Records, bundle: Bundle, sender: Sender, body: str, *, now: datetime) -> State:
    """One message of the queue as far as it goes now; the state its notice is in afterwards."""
    on = local_date(now, bundle.rules.community.time_zone)
    job: Job | Ask | None = _job(body)
    if isinstance(job, Ask):
        job = asked_for(records, job, on)
    if job is None:
        return State.SKIPPED
    if not is_occasion(job.notice):
        return taken(Courier(records, bundle, sender, now, on), job)
    state = taken(Answers(records, bundle, sender, now, on), job)
    if state is State.UNKNOWN:  # no stage may call for its owner for months, but staff have to find out
        records.bring_forward(job.owner, on + ONE_DAY)
    return state


def _job(body: str) -> Job | Ask:
    said = msgspec.json.decode(body)
    is_ask = isinstance(said, dict) and "unit" in said
    return msgspec.convert(said, Ask) if is_ask else msgspec.convert(said, Job)
