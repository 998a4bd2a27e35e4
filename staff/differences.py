"""What a row says against what is on record under its key: every column that differs is a fault of its own."""

from datetime import date
from typing import Any

from msgspec import Struct

from chalicelib.core.money import Fen, yuan

from .rows import Line

_COLUMNS = {"principal": "amount"}


def blame_differences(line: Line, on_record: Struct, in_file: Struct) -> None:
    """Facts are never rewritten: a row that says otherwise is told what stands on record."""
    for field in on_record.__struct_fields__:
        known = getattr(on_record, field)
        if known != getattr(in_file, field):
            line.blame(_COLUMNS.get(field, field), "record-conflict", known=_shown(known))


def _shown(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return yuan(Fen(value)) if isinstance(value, int) else str(value or "—")
