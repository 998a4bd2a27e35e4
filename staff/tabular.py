"""Finds the table in a file: recognised columns, and rows of cells numbered as the clerk sees them."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from . import columns
from .cells import Cell, Problem, folded
from .grids import BLANK, Grid, grids

HEADER_WITHIN = 50  # rows in which a header is looked for
_TOTAL = re.compile(r".{0,12}(合计|总计|小计|共计|总金额).{0,20}|(grand|sub)?-?total:?")
_SUMS = {"amount", "area_m2"}  # never spread over rows: one sum over two rows would count twice


class Row(NamedTuple):
    """One row of data: its number in the file, its cells by column, and what stands beyond the last header."""

    number: int
    cells: dict[str, Cell]
    beyond: str = ""


class Sheet(NamedTuple):
    """What a file holds: the header of each recognised column as the clerk wrote it, and the rows below.

    `digest` is the SHA-256 of the file's whole content.
    """

    headers: dict[str, str]
    rows: list[Row]
    digest: str = ""


class Misfit(NamedTuple):
    """Why a file cannot be read as what it is said to be, and at which row and column."""

    problem: Problem
    row: int = 1
    column: str = ""


def read(path: Path, kind: columns.Table) -> Sheet | Misfit:
    """The first sheet of a file that has the columns of a kind."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Misfit(Problem("file-missing"))
    except OSError as error:
        return Misfit(Problem("unreadable", {"detail": error.strerror or type(error).__name__}))
    found = grids(content)
    sheet = Misfit(found) if isinstance(found, Problem) else _first_sheet(found, kind)
    return sheet._replace(digest=hashlib.sha256(content).hexdigest()) if isinstance(sheet, Sheet) else sheet


def _first_sheet(found: Iterable[Grid], kind: columns.Table) -> Sheet | Misfit:
    """The first grid with a header; else what the one that comes closest lacks."""
    needed = columns.required(kind)
    closest: set[str] = set()
    header: list[Cell] = []
    for grid in found:
        for number, row in enumerate(grid.rows[:HEADER_WITHIN], start=1):
            places = columns.recognised(kind, [cell.text for cell in row])
            if places.keys() >= set(needed):
                return _sheet(grid, number, places)
            like = set(places) & set(needed)
            if len(like) > len(closest) or not header:
                closest, header = like, row
    is_chinese = not any(cell.text for cell in header) or any(not cell.text.isascii() for cell in header)
    return Misfit(_missing(kind, [name for name in needed if name not in closest], is_chinese=is_chinese))


def _missing(kind: columns.Table, names: Sequence[str], *, is_chinese: bool) -> Problem:
    """The columns as the clerk would write them, in the language of the file's own headers."""
    shown = [columns.shown(kind, name, is_chinese=is_chinese) for name in names]
    said = [f"{alias}（{name}）" if is_chinese else name for name, alias, *_ in shown]
    allowed = "; ".join(" / ".join(words) for words in shown)
    return Problem("columns-missing", {"names": ("、" if is_chinese else ", ").join(said)}, allowed)


def _sheet(grid: Grid, header: int, found: dict[str, list[int]]) -> Sheet | Misfit:
    titles = [" ".join(cell.text.split()) for cell in grid.rows[header - 1]]
    for twice in found.values():
        if len(twice) > 1:
            names = ", ".join(titles[place] for place in twice)
            return Misfit(Problem("column-twice", {"names": names}), header, titles[twice[1]])
    if grid.quotes_open:
        return Misfit(Problem("quotes"), grid.quotes_open)
    places = {name: place for name, [place] in found.items()}
    rows = _spread(grid, header, places, _rows(grid, header, places))
    headers = {name: titles[place] for name, place in places.items()}
    return Sheet(headers, _grouped(rows)) if rows else Misfit(Problem("no-rows"), header)


def _rows(grid: Grid, header: int, places: dict[str, int]) -> list[Row]:
    """The rows below a header; blank and total rows are passed over."""
    width = len(grid.rows[header - 1])
    return [
        Row(
            number,
            {name: row[place] for name, place in places.items() if place < len(row)},
            " ".join(cell.text for cell in row[width:]).strip() if grid.is_text else "",
        )
        for number, row in enumerate(grid.rows[header:], start=header + 1)
        if not _is_passed_over(row, places)
    ]


def _is_passed_over(row: Sequence[Cell], places: dict[str, int]) -> bool:
    """Whether a row is blank or sums up others: a total stands first, or anywhere in a row without unit or letter."""
    filled = [cell.text for cell in row if cell.text and not cell.text.isspace()]
    if not filled:
        return True
    unit = places["unit"] if "unit" in places else places["letter"]
    has_unit = unit < len(row) and row[unit].text.strip()
    labels = [filled[0], row[unit].text] if has_unit else filled
    return any(_TOTAL.fullmatch(folded(label)) for label in labels)


def _spread(grid: Grid, header: int, places: dict[str, int], rows: list[Row]) -> list[Row]:
    """What stands in a cell merged over several rows stands in each of them, sums excepted."""
    names = {place: name for name, place in places.items() if name not in _SUMS}
    by_number = {row.number: row for row in rows}
    for one in grid.merged:
        if one.place in names and one.first > header:
            [top] = grid.rows[one.first - 1][one.place : one.place + 1] or [BLANK]
            for row in (by_number[n] for n in range(one.first, one.last + 1) if n in by_number):
                row.cells[names[one.place]] = top
    return rows


def _grouped(rows: list[Row]) -> list[Row]:
    """A building named once above its units, as a CSV file keeps merged cells, is named for each of them."""
    named = [row.cells.get("building", BLANK) for row in rows]
    once = [cell.text for cell in named if cell.text.strip()]
    is_grouped = len(named) > 1 and named[0].text.strip() and not named[1].text.strip()
    if not is_grouped or len(set(once)) < len(once):
        return rows
    building = BLANK
    for row, cell in zip(rows, named, strict=True):
        building = cell if cell.text.strip() else building
        row.cells["building"] = building
    return rows
