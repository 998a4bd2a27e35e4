"""What lies in the queue for what was given up: each message by what it is, and what is to be done with it."""

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from chalicelib.core.feedback import Feedback
from chalicelib.edge.mailfeed import mail_feedback
from chalicelib.edge.textlog import text_feedback
from chalicelib.flows.asks import Ask
from chalicelib.flows.reminders import Job

from .queues import DeadLetter

_SCHEDULE = "SCHEDULE_ARN"


class Kind(StrEnum):
    """A job for the worker, a bill asked for, what a provider said, a start of the planner, or nothing of ours."""

    JOB = "job"
    ASK = "ask"
    FEEDBACK = "feedback"
    START = "start"
    POISON = "poison"


class Found(NamedTuple):
    """A message with what can be made of it."""

    letter: DeadLetter
    kind: Kind
    job: Job | None = None
    ask: Ask | None = None
    feedback: Sequence[Feedback] = ()


def found(letter: DeadLetter, topic: str) -> Found:
    """What a message is; events count from our own topic alone."""
    if _SCHEDULE in letter.marks:
        return Found(letter, Kind.START)
    if job := _job(letter.body):
        return Found(letter, Kind.JOB, job=job)
    if ask := _ask(letter.body):
        return Found(letter, Kind.ASK, ask=ask)
    event = _event(letter.body)
    if event.get("source") == "aws.scheduler":
        return Found(letter, Kind.START)
    said = _feedback(event, topic)
    return Found(letter, Kind.POISON if said is None else Kind.FEEDBACK, feedback=said or ())


def _job(body: str) -> Job | None:
    try:
        job = msgspec.json.decode(body, type=Job)
    except msgspec.DecodeError:
        return None
    return job if job.owner and job.notice else None


def _ask(body: str) -> Ask | None:
    try:
        return msgspec.json.decode(body, type=Ask)
    except msgspec.DecodeError:
        return None


def _event(body: str) -> dict[str, Any]:
    try:
        event = json.loads(body)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def _feedback(event: dict[str, Any], topic: str) -> list[Feedback] | None:
    """What providers said in the event of a function that could not take it in; None for any other message.

    Lambda keeps an event as it was: what came from a topic as records, what came from a log as one piece of it.
    """
    try:
        if "awslogs" in event:
            return list(text_feedback(event["awslogs"]["data"]))
        about = [record["Sns"] for record in event["Records"]]
        if any(one["TopicArn"] != topic for one in about):
            return None
        said = [mail_feedback(one["Message"]) for one in about]
    except (ValueError, KeyError, TypeError, EOFError, OSError):
        return None
    return [one for one in said if one]
