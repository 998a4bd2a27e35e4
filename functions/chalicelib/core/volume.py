"""How many are told of a stage in one run, against what is usual: a run far beyond it waits for a manager."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from .rulebook import Limits


class Excess(Struct, frozen=True):
    """A stage of which a run would tell many more owners than any run of the past year."""

    stage: str
    count: int
    usual: int


Volumes = Mapping[str, Mapping[str, int]]
"""The largest run of each month (`2026-03`) by stage."""


def excesses(counts: Mapping[str, int], volumes: Volumes, limits: Limits, on: date) -> list[Excess]:
    """The stages a run would tell far more owners of than is usual, the usual being the largest run of a year."""
    found = []
    for stage, count in sorted(counts.items()):
        most = usual(volumes, stage, on)
        if count > max(limits.run_floor, limits.run_times * most):
            found.append(Excess(stage, count, most))
    return found


def usual(volumes: Volumes, stage: str, on: date) -> int:
    """How many the largest run of the past year told of a stage."""
    return max((most for month, most in volumes.get(stage, {}).items() if month >= _a_year_ago(on)), default=0)


def with_run(volumes: Volumes, counts: Mapping[str, int], on: date) -> dict[str, dict[str, int]]:
    """The volumes with one more run, and without what is older than a year."""
    month, oldest = f"{on:%Y-%m}", _a_year_ago(on)
    merged = {stage: {m: most for m, most in months.items() if m >= oldest} for stage, months in volumes.items()}
    for stage, count in counts.items():
        months = merged.setdefault(stage, {})
        months[month] = max(count, months.get(month, 0))
    return merged


def _a_year_ago(on: date) -> str:
    return f"{on.year - 1}-{on.month:02}"
