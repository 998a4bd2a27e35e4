"""Threads that run one at a time: each stops before every call to the world outside until it is its turn again."""

import threading
from _thread import allocate_lock
from collections.abc import Callable
from datetime import UTC, datetime

from tests.crash import Killed

EVER = datetime.min.replace(tzinfo=UTC)


class Over(BaseException):
    """The simulation has ended: whoever still runs goes home."""


class Process:
    """One thread with a name; `wakes_at` is when it may go on, None while only somebody else can wake it."""

    def __init__(self, name: str, target: Callable[["Process"], None]) -> None:
        self.name = name
        self.is_over = False
        self.is_resting = True
        self.wakes_at: Callable[[], datetime | None] = lambda: EVER
        self.fault: BaseException | None = None
        self._is_to_end: type[BaseException] | None = None
        self._turn, self._back = allocate_lock(), allocate_lock()
        self._turn.acquire()
        self._back.acquire()
        self._thread = threading.Thread(target=self._live, args=(target,), daemon=True)
        self._thread.start()

    # called by whoever gives out the turns

    def go_on(self) -> None:
        """Lets the process run to its next stop; what it breaks with comes out here."""
        self._turn.release()
        self._back.acquire()
        if self.fault:
            raise self.fault

    def kill(self) -> None:
        """Has the process die where it stands, once it gets its turn."""
        self._is_to_end = Killed

    def end(self) -> None:
        self._is_to_end = Over
        while not self.is_over:
            self.go_on()
        self._thread.join()

    # called by the process itself

    def stop(self) -> None:
        """Waits for the next turn."""
        self._back.release()
        self._turn.acquire()
        if self._is_to_end is Over:
            raise Over
        if self._is_to_end is Killed:
            self._is_to_end = None
            raise Killed

    def wait(self, wakes_at: Callable[[], datetime | None]) -> None:
        """Stops until a moment has come, which may change while it waits."""
        before, self.wakes_at = self.wakes_at, wakes_at
        try:
            self.stop()
        finally:
            self.wakes_at = before

    def rest(self, wakes_at: Callable[[], datetime | None]) -> None:
        """Waits with nothing in hand: there is nothing to die of."""
        self.is_resting = True
        self.wait(wakes_at)
        self.is_resting = False

    def _live(self, target: Callable[["Process"], None]) -> None:
        self._turn.acquire()
        self.is_resting = False
        try:
            if self._is_to_end is None:
                target(self)
        except (Over, Killed):
            pass
        except BaseException as fault:  # told to whoever gives out the turns
            self.fault = fault
        finally:
            self.is_over = True
            self._back.release()
