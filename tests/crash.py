"""The end of a process at a chosen call to AWS: before it (nothing happened) or after it (the answer is lost)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

When = Literal["before", "after"]


class Killed(BaseException):
    """The process ends here; no `except Exception` of ours may hide it."""


@dataclass
class Life:
    """The calls a process made, in order, and whether it was killed at one of them."""

    calls: list[str] = field(default_factory=list)
    is_over: bool = False

    def deaths(self) -> list[tuple[int, When]]:
        """Every point at which a life like this one may end."""
        return [(n, when) for n in range(1, len(self.calls) + 1) for when in ("before", "after")]


@contextmanager
def crashing(*clients: Any, at: int | None = None, when: When = "before") -> Iterator[Life]:
    """Kills what runs inside at the n-th call of these clients; without `at` it only counts.

    The kill ends the `with` block and goes no further. Nothing said afterwards by the same process is heard: a
    `finally` that would still write finds it dead.
    """
    life = Life()

    def before(model: Any, **_: Any) -> None:
        if life.is_over:
            raise Killed
        life.calls.append(model.name)
        die("before")

    def after(**_: Any) -> None:
        die("after")

    def die(moment: When) -> None:
        if len(life.calls) == at and moment == when:
            life.is_over = True
            raise Killed

    hooks = [
        (client.meta.events, *hook) for client in clients for hook in (("before-call", before), ("after-call", after))
    ]
    for events, name, handler in hooks:
        events.register(name, handler)
    try:
        yield life
    except Killed:
        pass
    finally:
        for events, name, handler in hooks:
            events.unregister(name, handler)
