"""Events of SES as they come through a topic: what became of each message, by the tags it went out with."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..core.feedback import Feedback, Said
from ..core.rulebook import Channel

# Rendering failures and subscriptions cannot come up: messages go out ready made, and lists are our own.
_SAID: dict[str, Said] = {
    "Send": "sent",
    "Delivery": "delivered",
    "DeliveryDelay": "delayed",
    "Bounce": "bounced",
    "Reject": "rejected",
    "Complaint": "complained",
}
_ADDRESSES = {"Bounce": "bouncedRecipients", "Complaint": "complainedRecipients"}


def mail_feedback(message: str) -> Feedback | None:
    """One event of SES; None for what is none, or is about a message that was not sent for a notice.

    https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
    """
    try:
        return _feedback(json.loads(message))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        return None


def _feedback(event: Mapping[str, Any]) -> Feedback | None:
    kind, mail = str(event["eventType"]), event["mail"]
    said, tags = _SAID.get(kind), mail["tags"]
    if said is None or "notice" not in tags:
        return None
    about = event.get(kind[:1].lower() + kind[1:]) or {}
    meant = about.get(_ADDRESSES.get(kind, ""))
    addresses = [one["emailAddress"] for one in meant] if meant else mail["destination"]
    return Feedback(
        said=said,
        channel=Channel.EMAIL,
        notice=str(tags["notice"][0]),
        attempt=int(tags.get("attempt", ["0"])[0]),
        addresses=tuple(_bare(str(address)) for address in addresses),
        at=datetime.fromisoformat(str(about.get("timestamp") or mail["timestamp"])),
        is_lasting=about.get("bounceType") == "Permanent",
        detail=_detail(kind, about, mail),
    )


def _detail(kind: str, about: Mapping[str, Any], mail: Mapping[str, Any]) -> str:
    """A code that tells staff what happened, and nothing of what a mail host wrote about a person."""
    if kind == "Bounce":
        return f"bounce:{about.get('bounceType', '')}:{about.get('bounceSubType', '')}"
    if kind == "Complaint":
        return f"complaint:{about.get('complaintFeedbackType', '')}"
    return str(mail.get("messageId", ""))


def _bare(address: str) -> str:
    """An address without the name some mail hosts put before it."""
    return address.rpartition("<")[2].rstrip(">") if "<" in address else address
