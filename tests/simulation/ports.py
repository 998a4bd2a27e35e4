"""The ports as a process of the simulation holds them: each call waits for its turn, and may go wrong."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from chalicelib.core.rulebook import Channel
from chalicelib.flows.ports import Condition, Delivery, Item
from tests.simulation.baton import Process
from tests.simulation.post import Post
from tests.simulation.world import Body, Busy, World

_T = TypeVar("_T")
_BATCH = 10
MOST_ALIKE = 20
"""Messages about one notice at once, however often the queue and the providers say things twice."""


@dataclass(frozen=True)
class SimTable:
    """The one table, as one process sees it; its index may be behind, and it may be too busy."""

    world: World
    process: Process
    on_read: Callable[[str], None] = lambda owner: None

    def get(self, pk: str, sk: str) -> Item | None:
        return self._call(f"get {pk} {sk}", lambda: self.world.table.get(pk, sk))

    def query(self, pk: str) -> list[Item]:
        if pk.startswith("O#"):
            self.on_read(pk.removeprefix("O#"))
        return self._call(f"query {pk}", lambda: self.world.table.query(pk))

    def put_new(self, item: Item) -> bool:
        pk, sk = str(item["pk"]), str(item["sk"])
        return self._write(f"put {pk} {sk}", pk, sk, lambda: self.world.table.put_new(item))

    def put_all(self, items: Iterable[Item]) -> None:
        for item in items:
            pk, sk = str(item["pk"]), str(item["sk"])
            self._write(f"put {pk} {sk}", pk, sk, lambda item=item: self.world.table.put_all([item]) or True)  # type: ignore[misc]

    def change(
        self,
        pk: str,
        sk: str,
        values: Item,
        *,
        add: Item | None = None,
        all_of: Sequence[Condition] = (),
        any_of: Sequence[Condition] = (),
    ) -> bool:
        def act() -> bool:
            return self.world.table.change(pk, sk, values, add=add, all_of=all_of, any_of=any_of)

        return self._write(f"change {pk} {sk} {values.get('state', '')}", pk, sk, act)

    def due(self, until: str) -> list[str]:
        def act() -> list[str]:
            shown = [pk for pk in self.world.table.due(until) if not self.world.happens("stale_index")]
            others = [pk for pk in self.world.table.due("9999") if self.world.happens("stale_index")]
            return sorted({*shown, *others})

        return self._call("due", act)

    def _write(self, name: str, pk: str, sk: str, act: Callable[[], bool]) -> bool:
        def watched() -> bool:
            before = self.world.table.get(pk, sk)
            is_done = act()
            if is_done:
                self.world.judge.wrote(self.process, before, self.world.table.get(pk, sk) or {})
            return is_done

        return self._call(name, watched)

    def _call(self, name: str, act: Callable[[], _T]) -> _T:
        if self.world.happens("busy_table"):
            self.world.call(self.process, f"{name}: busy", lambda: None)
            raise Busy
        return self.world.call(self.process, name, act)


@dataclass(frozen=True)
class SimQueue:
    """The one queue: what is sent may be there twice, and late."""

    world: World
    process: Process

    def send(self, bodies: Sequence[str], *, delay_seconds: int = 0) -> None:
        for start in range(0, len(bodies), _BATCH):
            batch = bodies[start : start + _BATCH]
            self.world.call(self.process, f"queue {len(batch)}", lambda batch=batch: self._keep(batch, delay_seconds))  # type: ignore[misc]

    def _keep(self, bodies: Sequence[str], delay_seconds: int) -> None:
        for body in bodies:
            if sum(one.text == body for one in self.world.queue) > MOST_ALIKE:
                self.world.judge.wrong(f"messages multiply: {body}")
            for _ in range(2 if self.world.happens("twice") else 1):
                late = self.world.between(60, 90_000) if self.world.happens("late_message") else timedelta(0)
                self.world.queue.append(Body(body, self.world.now + timedelta(seconds=delay_seconds) + late))


@dataclass(frozen=True)
class SimMail:
    world: World
    process: Process
    post: Post

    def send(self, mime: bytes, *, recipient: str, notice: str, attempt: int) -> Delivery:
        return self.world.call(
            self.process,
            f"mail {notice} {attempt}",
            lambda: self.post.take(self.process, Channel.EMAIL, recipient, notice, attempt),
        )


@dataclass(frozen=True)
class SimSms:
    world: World
    process: Process
    post: Post

    def send(self, text: str, *, phone: str, notice: str) -> Delivery:
        return self.world.call(
            self.process,
            f"text {notice}",
            lambda: self.post.take(self.process, Channel.SMS, phone, notice, text=text),
        )

    def is_opted_out(self, phone: str) -> bool:
        return self.world.call(self.process, "opted out?", lambda: phone.endswith("99"))
