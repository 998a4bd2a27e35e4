"""What providers say became of a message after they took it, and what that makes of its notice."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from .notice import State
from .rulebook import Channel

Said = Literal["sent", "delivered", "delayed", "bounced", "rejected", "complained"]


class Feedback(Struct, frozen=True, kw_only=True):
    """One word of a provider about one attempt; `is_lasting`: the address will never take anything.

    `notice` is the tag the message went out with, or the provider's own id where it knows no tags; `attempt` is 0
    where it does not say.
    """

    said: Said
    channel: Channel
    notice: str
    attempt: int
    addresses: tuple[str, ...]
    at: datetime
    is_lasting: bool = False
    detail: str = ""


_FORWARD = (
    *(State.CALLING, State.RETRY, State.UNKNOWN),
    *(State.SENT, State.DELIVERED, State.BOUNCED, State.COMPLAINED),
)
"""The states of one attempt in the order they may follow: whatever order events come in, the highest stays.

Of an attempt that is to be made again (RETRY) nothing can be said, unless it went out against all we knew.
"""

_MEANS: dict[Said, State] = {
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "bounced": State.BOUNCED,
    "rejected": State.BOUNCED,
    "complained": State.COMPLAINED,
}


def state_of(feedback: Feedback) -> State | None:
    """The state a word of a provider means; None where it changes nothing, such as a delay."""
    return _MEANS.get(feedback.said)


def before(state: State) -> tuple[State, ...]:
    """The states that may be moved on to a state."""
    return _FORWARD[: _FORWARD.index(state)]


def closes(feedback: Feedback) -> Literal["bounced", "complained"] | None:
    """Why an address is not written to any more: mail came back for good, or its reader complained."""
    if feedback.said == "complained":
        return "complained"
    return "bounced" if feedback.said == "bounced" and feedback.is_lasting else None
