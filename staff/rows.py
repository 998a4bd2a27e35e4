"""A row under reading, the report on a file, and the plan of what a file will write."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from msgspec import Struct

from chalicelib.flows.intake import Intake

from .cells import Cell, Problem
from .tabular import Row, Sheet

T = TypeVar("T")
Parser = Callable[[Cell], T | Problem]


class RowFault(Struct, frozen=True):
    """What is wrong in a row; `problem` is a code of `site/words.yml`, `values` fill its text."""

    row: int
    column: str
    value: str
    problem: str
    values: dict[str, str] = {}
    allowed: str = ""


class Report(Struct, kw_only=True):
    """What became of a file; `owners` are all it concerns, so that a repeat after a kill looks at each again.

    `before` is what was on record of an import of the same content.
    """

    file: str
    rows: int = 0
    new: int = 0
    same: int = 0
    faults: list[RowFault] = []
    written: bool = False
    owners: list[str] = []
    before: Intake | None = None


class Step(NamedTuple):
    """One write or a few that belong together, and how many rows of the file it settles."""

    rows: int
    write: Callable[[], object]


class Plan(NamedTuple):
    """What a file will write, in order; rows that no step settles are on record already."""

    steps: list[Step]
    owners: list[str]

    @property
    def rows(self) -> int:
        """How many rows there are to settle."""
        return sum(step.rows for step in self.steps)


class Line:
    """One row of the file: values out, faults in."""

    def __init__(self, row: Row, headers: dict[str, str]) -> None:
        self.number = row.number
        self.faults: list[RowFault] = []
        self._cells = row.cells
        self._headers = headers
        if row.beyond:
            self.faults.append(RowFault(row.number, "", row.beyond[:60], "cells-beyond"))

    def has(self, column: str) -> bool:
        """Whether the file says anything on a matter at all: a column that is not there says nothing."""
        return column in self._headers

    def is_blank(self, column: str) -> bool:
        cell = self._cells.get(column)
        return cell is None or not cell.text.strip()

    def need(self, column: str, parse: Parser[T]) -> T | None:
        """The value of a cell that must be filled in; None when it is at fault."""
        if self.is_blank(column):
            self.blame(column, "empty")
        return self.may(column, parse)

    def may(self, column: str, parse: Parser[T]) -> T | None:
        """The value of a cell that may be blank; None when it is, or is at fault."""
        if self.is_blank(column):
            return None
        value = parse(self._cells[column])
        if isinstance(value, Problem):
            self.blame(column, value.code, value.allowed, **value.values)
            return None
        return value

    def blame(self, column: str, problem: str, allowed: str = "", **values: str) -> None:
        """Puts a fault on a cell, under the header the clerk gave it."""
        cell = self._cells.get(column)
        header = self._headers.get(column, column)
        said = cell.text.strip()[:60] if cell else ""
        self.faults.append(RowFault(self.number, header, said, problem, values, allowed))


def lines(sheet: Sheet) -> list[Line]:
    """Every row of a sheet, ready to be read."""
    return [Line(row, sheet.headers) for row in sheet.rows]
