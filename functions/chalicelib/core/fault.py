"""A fault in what staff wrote or brought: a value to report, never an exception."""

from collections.abc import Mapping

from msgspec import Struct

from .rulebook import Text

Path = tuple[str | int, ...]


class Fault(Struct, frozen=True):
    """What is wrong at a place in a file: `problem` is a code of `site/words.yml`, `values` fill its text.

    `line` is 0 where the path tells it.
    """

    file: str
    path: Path
    problem: str
    values: Mapping[str, str | Text] = {}
    allowed: str | Text = ""
    line: int = 0

    @property
    def field(self) -> str:
        """The place as people write it: `schedules[0].rates[1].from`."""
        parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path]
        return "".join(parts).removeprefix(".")
