"""Private links: a code of 256 random bits opens one owner's account until a day; only its hash is kept."""

import hashlib
import re
from datetime import date
from typing import Literal

from msgspec import Struct

CODE_BYTES = 32
_FORM = re.compile(r"[A-Za-z0-9_-]{43}")

Scope = Literal["account", "unsubscribe", "pay"]
"""What a code opens: everything, one click to stop e-mail, or only how much to pay."""


class Link(Struct, frozen=True, kw_only=True):
    """Who a code belongs to, what it opens, and until when; dead once the owner's generation has moved on."""

    digest: str
    owner: str
    generation: int
    scope: Scope
    channel: str
    created_on: date
    expires: date


def is_well_formed(code: str) -> bool:
    """Whether a text can be a code at all: 32 bytes in base64url without padding."""
    return _FORM.fullmatch(code) is not None


def digest(code: str) -> str:
    """What is stored and looked up instead of a code, so that a copy of the table opens nothing.

    A plain hash is enough for 256 random bits, and looking it up by key takes no secret-dependent
    comparison (OWASP, Forgot Password Cheat Sheet: store tokens hashed).
    """
    return hashlib.sha256(code.encode()).hexdigest()


def is_alive(link: Link, *, scope: Scope, generation: int, on: date) -> bool:
    """Whether a link opens what is asked for, on a day."""
    return link.scope == scope and link.generation == generation and on <= link.expires
