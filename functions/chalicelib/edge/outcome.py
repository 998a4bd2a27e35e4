"""What an answer, or the lack of one, says about a message handed to a provider."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
)

from ..flows.ports import Delivery

# What is wrong with this one message or its address: it would be refused again. Everything else that is refused
# (throttling, quotas, pauses, our own permissions) says nothing about the message, which may be tried later.
_REFUSED = frozenset(
    {
        "BadRequestException",
        "InvalidParameter",
        "InvalidParameterException",
        "InvalidParameterValue",
        "MessageRejected",
        "OptedOut",
        "OptedOutException",
        "ValidationException",
    }
)


def delivery(call: Callable[[], Mapping[str, Any]]) -> Delivery:
    """Makes one call and says what is known: an answer lost on the way back is `unknown`, never `retry`."""
    try:
        return Delivery("sent", str(call()["MessageId"]))
    except ClientError as error:
        return _refusal(error)
    except (ConnectTimeoutError, EndpointConnectionError, NoCredentialsError) as error:
        return Delivery("retry", type(error).__name__)  # nothing left this machine
    except (BotoCoreError, KeyError) as error:
        return Delivery("unknown", type(error).__name__)


def _refusal(error: ClientError) -> Delivery:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if status >= 500:
        return Delivery("unknown", code)
    return Delivery("refused" if code in _REFUSED else "retry", code)
