"""Many threads that do one thing at one moment, changing places as often as they can, so that a race shows."""

import sys
import threading
from collections.abc import Callable
from typing import Any

THREADS = 16


def race(act: Callable[[int], Any], threads: int = THREADS) -> list[Any]:
    """What an act gives in each of many threads, or the exception it ended with."""
    results: list[Any] = [None] * threads
    start = threading.Barrier(threads)

    def run(number: int) -> None:
        start.wait()
        try:
            results[number] = act(number)
        except Exception as error:
            results[number] = error

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        started = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
        for thread in started:
            thread.start()
        for thread in started:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    return results
