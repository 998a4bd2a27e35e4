"""Reads the bytes of a CSV or XLSX file as grids of cells: every sheet of a workbook, every way to part a text."""

import codecs
import csv
import io
import re
import warnings
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import openpyxl
from openpyxl.cell.cell import Cell as WorkbookCell
from openpyxl.cell.cell import MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from .cells import Cell, Problem

BLANK = Cell("")
NOT_A_TABLE = Problem("not-a-table", {}, "CSV (UTF-8, GB18030), XLSX")
_DELIMITERS = ",;\t"
_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_ZEROS_SHOWN = re.compile("0{2,}")


class Merged(NamedTuple):
    """One cell merged over several rows: the first and last of them, and the column's place."""

    first: int
    last: int
    place: int


class Grid(NamedTuple):
    """Rows of cells; `quotes_open` is the row whose quotation marks never close, where there is one.

    In a text parted by delimiters (`is_text`) one too many shifts all cells after it; in a workbook none can.
    """

    rows: list[list[Cell]]
    merged: tuple[Merged, ...] = ()
    is_text: bool = False
    quotes_open: int | None = None


def grids(content: bytes) -> Iterator[Grid] | Problem:
    """Every way to see a file as rows of cells, or why there is none."""
    if content.startswith(_OLD_OFFICE):
        return Problem("old-excel", {}, "XLSX, CSV")
    if content.startswith(_ZIP):
        return _workbook(content)
    text = _decoded(content)
    return NOT_A_TABLE if text is None else (_records(text, delimiter) for delimiter in _DELIMITERS)


def _decoded(content: bytes) -> str | None:
    marked = next((name for mark, name in _MARKS.items() if content.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def _records(text: str, delimiter: str) -> Grid:
    """A text parted by one delimiter; a line break inside quotation marks does not start a row."""
    rows: list[list[Cell]] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            rows.append([Cell(value) for value in record])
    except csv.Error:
        return Grid(rows, is_text=True, quotes_open=len(rows) + 1)
    return Grid(rows, is_text=True)


def _workbook(content: bytes) -> Iterator[Grid] | Problem:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that openpyxl passes over
            book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
            return iter([_sheet(sheet) for sheet in book.worksheets])
    except Exception:  # a damaged workbook fails inside openpyxl in countless ways
        return NOT_A_TABLE


def _sheet(sheet: Worksheet) -> Grid:
    rows: list[list[Cell]] = [[] for _ in range(sheet.max_row)]
    for (number, place), cell in sorted(sheet._cells.items()):  # iter_rows would fill all up to the farthest cell
        row = rows[number - 1]
        row += [BLANK] * (place - 1 - len(row))
        row.append(_cell(cell))
    ranges = sheet.merged_cells.ranges
    merged = (Merged(area.min_row, area.max_row, area.min_col - 1) for area in ranges)
    return Grid(rows, tuple(one for one in merged if one.first < one.last))


def _cell(cell: WorkbookCell | MergedCell) -> Cell:
    value = cell.value
    if value is None:
        return BLANK
    if isinstance(value, str | bool):
        return Cell(str(value))
    if isinstance(value, int | float | Decimal):
        return Cell(_shown(value, str(cell.number_format)), "number")
    if isinstance(value, datetime):
        return Cell(value.date().isoformat(), "date", value.date())
    return Cell(str(value), "date")  # an hour or a length of time


def _shown(number: float | Decimal, form: str) -> str:
    """A number as Excel shows it: its 15 digits, and the zeros its format puts before it."""
    digits = str(number) if isinstance(number, int) else f"{Decimal(f'{number:.15g}'):f}"
    return digits.zfill(len(form)) if _ZEROS_SHOWN.fullmatch(form) else digits
