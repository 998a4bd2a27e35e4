"""The world of one seed: its clock, its chance, what is on record and in the queue, and who may go on next."""

import hashlib
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from chalicelib.core.bundle import Bundle
from chalicelib.core.rulebook import Channel
from staff.memory import MemoryTable
from tests.crash import Killed
from tests.simulation.baton import EVER, Process
from tests.simulation.chance import CALM, Faults
from tests.simulation.judge import Judge

_T = TypeVar("_T")

VISIBILITY = timedelta(minutes=12)
MOST_RECEIVES = 5


class Busy(Exception):
    """The table was asked too much and did nothing."""


@dataclass
class Body:
    """A message in the queue."""

    text: str
    visible_at: datetime
    receives: int = 0


@dataclass
class Hand:
    """What one process is doing: since which step and moment, and the steps at which its calls were made."""

    began: int = 0
    now: datetime = EVER
    steps: list[int] = field(default_factory=list)


class World:
    """Everything there is; `say` keeps what happened, `digest` names it."""

    def __init__(self, seed: int, faults: Faults, begins: datetime, bundle: Bundle, say: Callable[[str], None]) -> None:
        self.luck = random.Random(seed)  # noqa: S311  # a course of events, no secret
        self.faults = faults
        self.now = begins
        self.bundle = bundle
        self.table = MemoryTable()
        self.queue: list[Body] = []
        self.dead: list[Body] = []
        self.judge = Judge(self)
        self.processes: list[Process] = []
        self.hands: dict[str, Hand] = {}
        self.step = 0
        self.counts: Counter[str] = Counter()
        self.workers = self.luck.randint(2, 4)
        self.rates = {Channel.EMAIL: self.luck.choice((0.5, 2, 50)), Channel.SMS: self.luck.choice((0.2, 1))}
        self._say = say
        self._digest = hashlib.sha256()
        self._dies_after: set[str] = set()
        self._stalled: dict[str, datetime] = {}

    # chance and record

    def happens(self, fault: str) -> bool:
        """Whether a fault happens now."""
        likely: float = getattr(self.faults, fault)
        is_now = likely > 0 and self.luck.random() < likely
        self.counts[fault] += is_now
        return is_now

    def between(self, least: float, most: float) -> timedelta:
        """Some seconds."""
        return timedelta(seconds=round(self.luck.uniform(least, most), 3))

    def note(self, text: str) -> None:
        line = f"{self.step:6} {self.now:%m-%d %H:%M:%S.%f} {text}"
        self._digest.update(line.encode())
        self._say(line)

    @property
    def digest(self) -> str:
        """The name of all that happened, in its order."""
        return self._digest.hexdigest()[:16]

    def calm(self) -> None:
        """From now on nothing fails; what had been put aside is put back into the queue."""
        self.note("calm")
        self.faults = CALM
        self._stalled.clear()
        for body in self.dead:
            self.queue.append(Body(body.text, self.now))
        self.dead.clear()

    # the processes

    def start(self, name: str, live: Callable[[Process], None]) -> None:
        self.hands[name] = Hand()
        self.processes.append(Process(name, live))

    def begin(self, process: Process) -> Hand:
        """A process takes something new in hand, at this moment as it knows it."""
        self.hands[process.name] = Hand(self.step, self.now)
        return self.hands[process.name]

    def dies_after(self, process: Process) -> None:
        """A process makes its next call, and it is its last."""
        self._dies_after.add(process.name)

    def call(self, process: Process, name: str, act: Callable[[], _T]) -> _T:
        """One call of a process to the world outside: others may come first, and it may be its last."""
        process.stop()
        self.note(f"{process.name} {name}")
        result = act()
        self.hands[process.name].steps.append(self.step)
        if process.name in self._dies_after:
            self._dies_after.discard(process.name)
            self.note(f"{process.name} dies after it")
            raise Killed
        return result

    def run_until(self, end: datetime) -> None:
        """Gives out the turns until a moment has come."""
        while True:
            waking = {process: self._wakes_at(process) for process in self.processes}
            soonest = min((at for at in waking.values() if at is not None), default=end)
            if max(soonest, self.now) >= end:
                self.now = end
                return
            self.now = max(self.now, soonest)
            ready = [process for process, at in waking.items() if at is not None and at <= self.now]
            self._turn(self.luck.choice(ready))

    def _wakes_at(self, process: Process) -> datetime | None:
        at = process.wakes_at()
        stalled = self._stalled.get(process.name)
        return at if at is None or stalled is None else max(at, stalled)

    def _turn(self, process: Process) -> None:
        self.step += 1
        self._stalled.pop(process.name, None)
        if process.is_resting:
            process.go_on()
            return
        if self.happens("stall"):
            self._stalled[process.name] = self.now + self.between(1, self.luck.choice((5, 700, 1500)))
            self.note(f"{process.name} stands still")
            return
        if self.happens("kill"):
            if self.luck.random() < 0.5:
                process.kill()
                self.note(f"{process.name} dies")
            else:
                self.dies_after(process)
        process.go_on()
        self.now += self.between(0.001, 0.04)

    def end(self) -> None:
        for process in self.processes:
            process.end()
