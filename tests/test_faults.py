"""The table of faults in `docs/reliability.md`: each fault has its test, and each such test its fault."""

import re
from collections import defaultdict

import pytest

from tests.builders import TESTS

DOCS = TESTS.parent / "docs"
FAULTS = range(1, 45)


def rows() -> list[tuple[int, list[str]]]:
    """The number of each row, and what holds it: files and folders of tests, decisions."""
    section = (DOCS / "reliability.md").read_text(encoding="utf-8").split("\n## Faults\n")[1].split("\n## ")[0]
    found = re.findall(r"^\| (\d+) \| [^|]+ \| [^|]+ \| ([^|]+) \|$", section, re.M)
    return [(int(number), re.findall(r"`([^`]+)`", holds)) for number, holds in found]


def places() -> dict[int, set[str]]:
    """The files in which there are tests of a fault, by its number."""
    found = defaultdict(set)
    for path in TESTS.rglob("test_*.py"):
        for number in re.findall(r"^def test_fault_(\d\d)_", path.read_text(encoding="utf-8"), re.M):
            found[int(number)].add(path.relative_to(TESTS).as_posix())
    return found


ROWS, PLACES = rows(), places()


def lies_in(path: str, place: str) -> bool:
    """Whether a file is a place, or below it where that is a folder."""
    return path == place or (place.endswith("/") and path.startswith(place))


def is_held(number: int, place: str) -> bool:
    """Whether a place has a test of a fault, or is a decision that names it."""
    if place.startswith("decisions/"):
        decision = DOCS / place
        named = r"[Ff]aults? (?:\d+ and )?" + str(number) + r"\b"
        return decision.is_file() and bool(re.search(named, decision.read_text(encoding="utf-8")))
    return any(lies_in(path, place) for path in PLACES[number])


def test_the_table_has_every_fault_once_and_in_order() -> None:
    assert [number for number, _ in ROWS] == list(FAULTS)


@pytest.mark.parametrize(("number", "named"), ROWS)
def test_a_fault_has_a_test_where_the_table_says_or_a_decision_that_names_it(number: int, named: list[str]) -> None:
    assert named
    assert [place for place in named if not is_held(number, place)] == []


def test_every_test_of_a_fault_is_in_the_table() -> None:
    named = dict(ROWS)
    tests = [(number, path) for number, paths in PLACES.items() for path in sorted(paths)]
    assert [one for one in tests if not any(lies_in(one[1], place) for place in named.get(one[0], []))] == []
