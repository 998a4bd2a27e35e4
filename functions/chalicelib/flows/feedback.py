"""What providers report of messages: notices move forward, dead addresses are closed, another way is found."""

from datetime import date

import msgspec

from ..core.account import Suppression
from ..core.bundle import Bundle
from ..core.calendar import ONE_DAY, local_date
from ..core.feedback import Feedback, before, closes, state_of
from ..core.notice import Notice, Outcome, State
from ..core.reach import mark
from ..core.rulebook import Channel
from ..core.tasks import lost_step, unreachable
from .ports import Queue
from .records import Records
from .reminders import Job
from .sender import notice_of


def note_feedback(records: Records, bundle: Bundle, queue: Queue, feedback: Feedback) -> Notice | None:
    """Takes in one word of a provider, however often and in whatever order it comes; the notice it is about.

    Told in an order that a repeat completes: the address is closed and staff are told, then the notice moves, then the
    queue brings it again to go another way. None for a message that is none of ours.
    """
    found, attempt = _found(records, feedback)
    if found is None:
        return None
    on = local_date(feedback.at, bundle.rules.community.time_zone)
    _close(records, found, feedback, on)
    _move(records, found, feedback, attempt)
    _settle(records, found, feedback, on)
    now = records.notices.load_notice(found.owner, found.key)
    if now and now.state is State.BOUNCED and state_of(feedback) is State.BOUNCED:
        records.bring_forward(now.owner, on + ONE_DAY)  # the next run, should the queue bring it after hours
        queue.send([msgspec.json.encode(Job(now.owner, now.key)).decode()])
    return now


def _found(records: Records, feedback: Feedback) -> tuple[Notice | None, int]:
    """The notice a message was sent for and the attempt: by its tags, or by the provider's own id."""
    if feedback.channel is Channel.SMS:
        owner, key, attempt = records.notices.load_text(feedback.notice) or ("", "", 0)
    else:
        owner, key = notice_of(feedback.notice) or ("", "")
        attempt = feedback.attempt
    return (records.notices.load_notice(owner, key) if owner else None), attempt


def _close(records: Records, notice: Notice, feedback: Feedback, on: date) -> None:
    reason = closes(feedback)
    if reason is None:
        return
    for address in feedback.addresses:
        closed = Suppression(channel=feedback.channel, mark=mark(address), reason=reason, on=on, notice=notice.key)
        records.notices.add_task(unreachable(notice.owner, closed))
        records.suppress(notice.owner, closed)


def _move(records: Records, notice: Notice, feedback: Feedback, attempt: int) -> None:
    """The notice as far forward as this says, if it is about its last attempt."""
    state = state_of(feedback)
    if state is None:
        return
    came_back = state is State.BOUNCED
    tried = mark(feedback.addresses[0]) if came_back and feedback.addresses else None
    records.notices.advance(
        notice, state, only_from=before(state), attempt=attempt, reason=feedback.detail, tried=tried
    )


def _settle(records: Records, notice: Notice, feedback: Feedback, on: date) -> None:
    """Staff need no longer find out what the provider has now said."""
    step = lost_step(notice)
    for task in records.notices.load_history(notice.owner).tasks:
        if task.step == step and task.anchor == notice.anchor and state_of(feedback):
            records.notices.close_task(task, done_on=on, outcome=Outcome.SETTLED.value)
