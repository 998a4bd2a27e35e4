"""Why something may not be done."""

from msgspec import Struct


class Refusal(Struct, frozen=True):
    """Why something may not be done: a code of the problems in `site/words.yml`, and what its text needs."""

    problem: str
    values: dict[str, str] = {}
