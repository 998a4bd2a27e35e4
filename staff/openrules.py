"""The published rules as data for anybody's program: fees, late fees and rewards, with their revision."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from chalicelib.core.rulebook import Rulebook

FILE = "assets/rules.json"
_PUBLIC = ("late_fees", "reference_rates", "rewards")


def published(rules: Rulebook, revision: str) -> bytes:
    """The rules by which every public figure can be worked out again; rates are exact decimals, days ISO dates."""
    known = msgspec.to_builtins(rules, builtin_types=(date, Decimal))
    fees = {key: value for key, value in known["fees"].items() if key != "budget"}
    collection = {key: known["collection"][key] for key in _PUBLIC}
    return encoded({"revision": revision, "time_zone": rules.community.time_zone, **fees, **collection})


def encoded(value: Any) -> bytes:
    """A value as JSON, small, with its decimals exactly as they were written."""
    known = msgspec.to_builtins(value, builtin_types=(date, Decimal))
    return json.dumps(known, default=_text, ensure_ascii=False, separators=(",", ":")).encode()


def _text(value: date | Decimal) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else value.isoformat()
