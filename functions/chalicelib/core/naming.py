"""Names in the rule files: known, written once, dated in order, and each word meaning one thing."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Protocol

from .fault import Fault, Path
from .rulebook import Text

Placed = list[tuple[Path, str]]
"""Words, each with its place."""


class _Dated(Protocol):
    @property
    def from_(self) -> date: ...


def unknown(file: str, path: Path, names: Iterable[str], known: Iterable[str]) -> Iterator[Fault]:
    """Keys of a mapping that name nothing."""
    allowed = sorted(known)
    for name in names:
        if name not in allowed:
            yield Fault(file, (*path, name), "unknown-name", {"name": name}, ", ".join(allowed))


def repeated(file: str, path: Path, ids: Sequence[str | None], field: str = "id") -> Iterator[Fault]:
    """Parts of a list that have another's id, or another's name of some other sort; some may have none."""
    for index, name in enumerate(ids):
        if name and name in ids[:index]:
            yield Fault(file, (*path, index, field), "repeated", {"name": name})


def out_of_order(file: str, path: Path, dated: Sequence[_Dated]) -> Iterator[Fault]:
    """Parts of a list that do not begin after the one before them."""
    for index in range(1, len(dated)):
        before, this = dated[index - 1].from_, dated[index].from_
        if this <= before:
            yield Fault(file, (*path, index, "from"), "dates-out-of-order", {"from": str(this)}, f"> {before}")


def of_two(file: str, named: Iterable[tuple[str, tuple[Placed, Placed]]]) -> Iterator[Fault]:
    """One word means one thing; who has it as its name keeps it. Each thing: its id, then names and aliases."""
    listed = list(named)
    owner_of = {_folded(id): id for id, _ in listed}
    for part in (0, 1):
        for id, words in listed:
            for place, word in words[part]:
                other = owner_of.setdefault(_folded(word), id)
                if other != id:
                    yield Fault(file, place, "alias-of-two", {"name": word, "other": other})


def words_of(path: Path, name: Path, text: Text, aliases: Sequence[str]) -> tuple[Placed, Placed]:
    """The names and aliases of a thing, each with its place."""
    names: Placed = [((*path, *name, "zh"), text.zh), ((*path, *name, "en"), text.en)]
    return names, [((*path, "aliases", at), alias) for at, alias in enumerate(aliases)]


def _folded(word: str) -> str:
    return "".join(word.casefold().split())
