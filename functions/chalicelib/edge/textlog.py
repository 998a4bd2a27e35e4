"""Delivery reports of text messages: SNS writes them to a log, and the log hands them on, compressed."""

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from gzip import decompress
from typing import Any

from ..core.feedback import Feedback
from ..core.rulebook import Channel


def text_feedback(data: str) -> Iterator[Feedback]:
    """The delivery reports in one piece of the log; what is none is left out.

    https://docs.aws.amazon.com/sns/latest/dg/sms_stats_cloudwatch.html
    """
    piece = json.loads(decompress(b64decode(data)))
    for event in piece.get("logEvents", ()):
        try:
            yield _feedback(json.loads(event["message"]))
        except (ValueError, KeyError, TypeError, RecursionError):
            continue


def _feedback(report: Mapping[str, Any]) -> Feedback:
    has_arrived, delivery = report["status"] == "SUCCESS", report["delivery"]
    at = datetime.strptime(report["notification"]["timestamp"][:19], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    return Feedback(
        said="delivered" if has_arrived else "bounced",
        channel=Channel.SMS,
        notice=str(report["notification"]["messageId"]),
        attempt=0,
        addresses=(str(delivery["destination"]),),
        at=at,
        detail="" if has_arrived else "undelivered",
    )
