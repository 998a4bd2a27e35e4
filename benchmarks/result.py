"""A claim and what it came to: ours against its floor, both run in turn, or a figure against what is asked."""

import statistics
from collections.abc import Callable
from time import perf_counter
from typing import NamedTuple


class Line(NamedTuple):
    """A claim as the table shows it: the figures, the most memory they took, and whether it was kept."""

    what: str
    said: str
    is_kept: bool
    megabytes: int | None = None

    def __str__(self) -> str:
        memory = f"{self.megabytes} MB" if self.megabytes else ""
        return f"{self.what:<46} {self.said:<66} {memory:>8}   {'ok' if self.is_kept else 'MISSED'}"


class Result(NamedTuple):
    """Seconds of the floor and of ours (medians), and the ratio allowed."""

    what: str
    floor: float
    ours: float
    budget: float

    @property
    def ratio(self) -> float:
        return self.ours / self.floor

    def line(self, megabytes: int | None = None) -> Line:
        times = f"floor {self.floor * 1000:8.1f} ms   ours {self.ours * 1000:8.1f} ms"
        ratio = f"{self.ratio:.2f} x of {self.budget:.2f} x"
        return Line(self.what, f"{times}   {ratio}", self.ratio <= self.budget, megabytes)

    def rate(self, what: str, asked: float, megabytes: int | None = None) -> Line:
        """The same as so many a second on one core, of those asked."""
        made = 1 / self.ours
        return Line(what, f"{made:.0f} a second of {asked:.0f}", made >= asked, megabytes)


def interleaved(what: str, budget: float, rounds: int, floor: Callable[[], float], ours: Callable[[], float]) -> Result:
    """Runs both in turn, so that whatever else the machine does meets both."""
    pairs = [(floor(), ours()) for _ in range(rounds)]
    floors, mine = zip(*pairs, strict=True)
    return Result(what, statistics.median(floors), statistics.median(mine), budget)


def timed(call: Callable[[], object], times: int, clock: Callable[[], float] = perf_counter) -> Callable[[], float]:
    """The seconds of one call, over so many; by `process_time` those of a core, whoever else wants it."""

    def run() -> float:
        start = clock()
        for _ in range(times):
            call()
        return (clock() - start) / times

    return run
