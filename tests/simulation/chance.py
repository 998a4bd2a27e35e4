"""What a seed decides: which faults this course of events has, how often, and each time whether it is now."""

import random
from typing import NamedTuple


class Faults(NamedTuple):
    """How likely each fault is, for each call or each time it might happen; in a calm world none is."""

    kill: float = 0.0
    dies_sending: float = 0.0
    stall: float = 0.0
    busy_table: float = 0.0
    twice: float = 0.0
    late_message: float = 0.0
    late_event: float = 0.0
    twice_event: float = 0.0
    stale_index: float = 0.0
    no_run: float = 0.0
    no_time: float = 0.0
    lost_reply: float = 0.0
    weather: float = 0.0
    meddling: float = 0.0


CALM = Faults()
_MOST = Faults(
    kill=0.012,
    dies_sending=0.08,
    stall=0.006,
    busy_table=0.006,
    twice=0.3,
    late_message=0.15,
    late_event=0.25,
    twice_event=0.3,
    stale_index=0.2,
    no_run=0.2,
    no_time=0.3,
    lost_reply=0.15,
    weather=0.5,
    meddling=0.1,
)


def drawn(luck: random.Random) -> Faults:
    """Each fault in two of three worlds, more or less often: together they would hide one another."""
    return Faults(*(most * luck.choice((0, 0.5, 1)) for most in _MOST))
