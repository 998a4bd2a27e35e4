"""One cell of a file as a day, an amount, an area or a period, in the ways people and systems write them."""

import re
from datetime import date
from decimal import Decimal

from chalicelib.core.calendar import period as days_of
from chalicelib.core.letters import plain
from chalicelib.core.money import Fen, fen

from .cells import DATE_MADE, Cell, Problem, damage, identifier

EARLIEST = date(1990, 1, 1)  # no community that charges today charged before
NOT_A_DATE = Problem("not-a-date", {}, "2026-10-01, 2026/10/1, 20261001, 2026年10月1日")
EXCEL_SERIAL = Problem("excel-serial", {}, "2026-10-01")
NOT_AN_AMOUNT = Problem("not-an-amount", {}, "1234.50, 1,234.50, ¥1234.50")
NOT_AN_AREA = Problem("not-an-area", {}, "89.50")
PART_OF_A_FEN = Problem("part-of-a-fen", {}, "1234.50")
NOT_POSITIVE = Problem("not-positive")

_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DATE = re.compile(
    rf"{_YEAR}(?:(?P<sign>[-/.])(?P<m>\d\d?)(?P=sign)(?P<d>\d\d?)|(?P<mm>\d\d)(?P<dd>\d\d)"
    r"|年(?P<zm>\d\d?)月(?P<zd>\d\d?)[日号])"
    r"(?:[ T]?\d\d?:\d\d(?::\d\d(?:\.\d+)?)?)?",  # a bank's hour is passed over
    re.ASCII,
)
_SERIAL = re.compile(r"[1-9]\d{4}(\.\d+)?", re.ASCII)  # days since 1900: five digits from 1927 to 2173
_NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,12})(?:\.\d{1,20})?", re.ASCII)
_MONEY = re.compile(r"人民币|RMB|CNY|[¥元圆]", re.IGNORECASE)
_SQUARE_METRES = re.compile(r"(m2|m²|平方米|平米|sqm)$", re.IGNORECASE)
_PERIOD = re.compile(
    rf"{_YEAR}(?:[-/.]?Q(?P<q>[1-4])|年第?(?P<zq>[1-4一二三四])季度?"
    r"|[-/](?P<m>\d\d?)|\.?(?P<mm>\d\d)|年(?P<zm>\d\d?)月份?|年度?)?",
    re.ASCII | re.IGNORECASE,
)
_MADE_A_DATE = re.compile(r"[a-z]{3}-\d\d", re.IGNORECASE)  # Mar-26


def day(cell: Cell) -> date | Problem:
    """A day, year first; an hour after it is passed over. Excel's serial number of a day is told, never guessed."""
    if cell.form == "date":
        return cell.day or NOT_A_DATE
    words = plain(cell.text)
    found = _DATE.fullmatch(words) or _DATE.fullmatch(words.replace(" ", ""))
    if not found:
        return EXCEL_SERIAL if _SERIAL.fullmatch(words) else NOT_A_DATE
    month, of_month = found["m"] or found["mm"] or found["zm"], found["d"] or found["dd"] or found["zd"]
    try:
        return date(int(found["year"]), int(month), int(of_month))
    except ValueError:
        return NOT_A_DATE


def amount(cell: Cell) -> Fen | Problem:
    """Yuan above zero, as fen."""
    yuan = _number(cell, _MONEY, NOT_AN_AMOUNT)
    if isinstance(yuan, Problem):
        return yuan
    try:
        return fen(yuan)
    except ValueError:
        return PART_OF_A_FEN


def area(cell: Cell) -> Decimal | Problem:
    """Square metres above zero."""
    return _number(cell, _SQUARE_METRES, NOT_AN_AREA)


def _number(cell: Cell, signs: re.Pattern[str], otherwise: Problem) -> Decimal | Problem:
    if damaged := damage(cell):
        return damaged
    words = signs.sub("", plain(cell.text).replace(" ", ""), count=1).removeprefix("+")
    digits = words.lstrip("-−")
    if not _NUMBER.fullmatch(digits):
        return otherwise
    number = Decimal(digits.replace(",", ""))
    return NOT_POSITIVE if digits != words or not number else number


def period(cell: Cell) -> str | Problem:
    """A bill's period, as 2026, 2026-Q1 or 2026-03 where it is one of these, else as it is written."""
    words = identifier(cell)
    if isinstance(words, Problem):
        return words
    if _MADE_A_DATE.fullmatch(words):
        return DATE_MADE
    found = _PERIOD.fullmatch(words.replace(" ", ""))
    normal = found["year"] + _part(found) if found else words
    try:
        days_of(normal)
    except ValueError:
        return words
    return normal


def _part(found: re.Match[str]) -> str:
    """Which quarter or month of its year a period is; nothing for the whole year."""
    month = found["m"] or found["mm"] or found["zm"]
    if month:
        return f"-{int(month):02d}"
    if found["zq"]:
        return f"-Q{'一二三四'.find(found['zq']) + 1 or found['zq']}"
    return f"-Q{found['q']}" if found["q"] else ""
