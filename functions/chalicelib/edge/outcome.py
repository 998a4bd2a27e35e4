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

# What is wrong with this one message or its address: it would be refused again.
_REFUSED = frozenset(
    {
        "BadRequestException",
        "InvalidParameter",
        "InvalidParameterException",
        "InvalidParameterValue",
        "MessageRejected",
        "ValidationException",
    }
)
_OPTED_OUT = frozenset({"OptedOut", "OptedOutException"})

# Whatever is handed over next will be refused too, until somebody or the next day mends it. What is left (throttling,
# conflicts) says nothing about the next minute.
_STOPPED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AccountSuspendedException",
        "AuthorizationError",
        "AuthorizationErrorException",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "LimitExceededException",
        "MailFromDomainNotVerifiedException",
        "NotFoundException",
        "SendingPausedException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_STOPPED_WORDS = ("not verified", "daily message quota", "sending paused", "account is in the sandbox")


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
    text = str(error.response.get("Error", {}).get("Message", "")).lower()
    if code in _STOPPED or any(words in text for words in _STOPPED_WORDS):
        return Delivery("stopped", code)
    if code in _OPTED_OUT:
        return Delivery("opted-out", code)
    return Delivery("refused" if code in _REFUSED else "retry", code)
