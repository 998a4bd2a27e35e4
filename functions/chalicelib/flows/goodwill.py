"""The waiver an owner has once: put on record with one write that a second one cannot repeat."""

from ..core.account import Adjustment
from .records import Records


def grant(records: Records, owner: str, waiver: Adjustment) -> bool:
    """Writes a waiver under a key every owner has once; whether it was the first."""
    return records.add_once(owner, waiver)
