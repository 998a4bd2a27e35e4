"""What providers report of messages: notices move forward, dead addresses are closed, another way is found."""

from datetime import date
from typing import NamedTuple

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


class _About(NamedTuple):
    """What a word of a provider is about: a notice, the attempt, and the addresses by their marks."""

    notice: Notice
    attempt: int
    marks: tuple[str, ...]


def note_feedback(records: Records, bundle: Bundle, queue: Queue, feedback: Feedback) -> Notice | None:
    """Takes in one word of a provider, however often and in whatever order it comes; the notice it is about.

    Told in an order that a repeat completes: the address is closed and staff are told, then the notice moves, then the
    queue brings it again to go another way. None for a message that is none of ours.
    """
    about = _about(records, feedback)
    if about is None:
        return None
    on = local_date(feedback.at, bundle.rules.community.time_zone)
    _close(records, about, feedback, on)
    _move(records, about, feedback)
    _settle(records, about.notice, feedback, on)
    now = records.notices.load_notice(about.notice.owner, about.notice.key)
    if now and now.state is State.BOUNCED and state_of(feedback) is State.BOUNCED:
        records.bring_forward(now.owner, on + ONE_DAY)  # the next run, should the queue bring it after hours
        queue.send([msgspec.json.encode(Job(now.owner, now.key)).decode()])
    return now


def _about(records: Records, feedback: Feedback) -> _About | None:
    """What a message was sent for: by its tags, or by the provider's own id."""
    if feedback.channel is Channel.SMS:
        sent = records.notices.load_text(feedback.notice)
        notice = records.notices.load_notice(sent.owner, sent.notice) if sent else None
        return _About(notice, sent.attempt, (sent.mark,)) if sent and notice else None
    named = notice_of(feedback.notice)
    notice = records.notices.load_notice(*named) if named else None
    marks = tuple(mark(address) for address in feedback.addresses)
    return _About(notice, feedback.attempt, marks) if notice else None


def _close(records: Records, about: _About, feedback: Feedback, on: date) -> None:
    reason = closes(feedback)
    for one in about.marks if reason else ():
        closed = Suppression(
            channel=feedback.channel, mark=one, reason=reason or "bounced", on=on, notice=about.notice.key
        )
        records.notices.add_task(unreachable(about.notice.owner, closed))
        records.suppress(about.notice.owner, closed)
        records.bring_forward(about.notice.owner, on + ONE_DAY)  # staff are told by the list for the day


def _move(records: Records, about: _About, feedback: Feedback) -> None:
    """The notice as far forward as this says, if it is about its last attempt."""
    state = state_of(feedback)
    if state is None:
        return
    tried = about.marks[0] if state is State.BOUNCED and about.marks else None
    records.notices.advance(
        about.notice,
        state,
        only_from=before(state),
        attempt=about.attempt,
        reason=feedback.detail,
        tried=tried,
    )


def _settle(records: Records, notice: Notice, feedback: Feedback, on: date) -> None:
    """Staff need no longer find out what the provider has now said."""
    step = lost_step(notice)
    for task in records.notices.load_history(notice.owner).tasks:
        if (task.anchor, task.step) == (notice.anchor, step) and state_of(feedback):
            records.notices.close_task(task, done_on=on, outcome=Outcome.SETTLED.value)
