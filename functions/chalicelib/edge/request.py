"""What a request says: whose link it carries, what it asks for, in which language, and where it comes from."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import cast

from chalice.app import Request

from chalicelib.core.address import network
from chalicelib.core.errors import BadInput, NotFound
from chalicelib.core.rulebook import Language

DAY = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}")
FORM = "application/x-www-form-urlencoded"


def code_of(request: Request) -> str:
    """The code of the link; whatever is not one opens nothing, like any unknown code."""
    scheme, _, code = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise NotFound
    return str(code)


def network_of(request: Request, *, proxies: int) -> str:
    """Where a request comes from, by a mark: what a proxy of ours has seen counts, what the sender claims does not."""
    seen = [one.strip() for one in request.headers.get("x-forwarded-for", "").split(",")]
    behind = seen[-1 - proxies] if 0 < proxies < len(seen) else ""
    return network(behind or str(request.context.get("identity", {}).get("sourceIp", "")))


def language_of(request: Request) -> Language | None:
    """The language a page asks for; None leaves it to the owner's own."""
    wanted = str(request.headers.get("accept-language", ""))[:2].lower()
    return "zh" if wanted == "zh" else "en" if wanted == "en" else None


def body_of(request: Request) -> bytes:
    try:
        return cast(bytes, request.raw_body)
    except ValueError as error:  # neither text nor base64
        raise BadInput("body", "must be text") from error


def query_of(request: Request) -> Mapping[str, str]:
    return request.query_params or {}


def token_of(request: Request) -> str:
    return query_of(request).get("t", "")


def day_of(request: Request, name: str) -> date | None:
    """A day that is asked for by name; None where none is."""
    text = query_of(request).get(name)
    if text is None:
        return None
    if DAY.fullmatch(text):  # `fromisoformat` takes more forms than one, and years whose neighbours no date can be
        with suppress(ValueError):
            return date.fromisoformat(text)
    raise BadInput(name, "must be a day written YYYY-MM-DD")
