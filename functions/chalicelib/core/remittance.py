"""Money a payment provider says it has received for us, as its notification tells."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from .errors import BadInput


class Remittance(Struct, frozen=True, kw_only=True):
    """One transaction of a provider: whole fen, the instant it was paid, and what the payer gave as the reference.

    The reference is what we ask owners to copy: the unit, then the period; an owner's id will do.
    """

    transaction: Annotated[str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}\\Z")]
    amount: Annotated[int, Meta(gt=0, lt=10**14)]
    currency: Literal["CNY"]
    paid_at: Annotated[datetime, Meta(tz=True)]
    reference: Annotated[str, Meta(max_length=200)]


_YEARS = range(2000, 2101)
_DECODER = msgspec.json.Decoder(Remittance)


def decoded(body: bytes) -> Remittance:
    """What a notification's body says; BadInput, so that nothing is saved, if it is not of that form."""
    try:
        money = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput("body", _problem(error)) from error
    if money.paid_at.year not in _YEARS:
        raise BadInput("paid_at", f"must lie in {_YEARS[0]} to {_YEARS[-1]}")
    return money


def _problem(error: Exception) -> str:
    """What is wrong and where, and nothing of what was said."""
    return str(error) if isinstance(error, msgspec.ValidationError) else "is not JSON"
