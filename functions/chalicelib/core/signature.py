"""A provider's signature: made with a secret that both sides know, over a body and the instant it was signed."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

WINDOW = timedelta(minutes=5)
"""How far the provider's clock and ours may lie apart, either way; what is older may be a replay."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HEADER = re.compile(r"t=(?P<at>[0-9]{1,11})(?P<given>(?:,v1=[0-9a-f]{64})+)")


def signed(body: bytes, *secrets: bytes, at: datetime) -> str:
    """The header that goes with a body: `t=<seconds>,v1=<HMAC-SHA256 of "<seconds>.<body>">`, one `v1` a secret."""
    seconds = str((at - _EPOCH) // timedelta(seconds=1))
    return ",".join([f"t={seconds}", *(f"v1={_digest(seconds, body, secret)}" for secret in secrets)])


def is_genuine(header: str, body: bytes, secrets: Iterable[bytes], *, now: datetime) -> bool:
    """Whether a body was signed within five minutes of now with one of the secrets in use.

    Either side may use several at a time, so that they can be exchanged without a gap.
    """
    found = _HEADER.fullmatch(header)
    if not found or abs(now - _EPOCH - timedelta(seconds=int(found["at"]))) > WINDOW:
        return False
    given = found["given"].removeprefix(",v1=").split(",v1=")
    expected = [_digest(found["at"], body, secret) for secret in secrets]
    return any(hmac.compare_digest(ours, theirs) for ours in expected for theirs in given)


def _digest(seconds: str, body: bytes, secret: bytes) -> str:
    return hmac.new(secret, seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
